// "conv 64 k3 s2 | bn | relu | x2": a line is a list of parts; a part is an operation or a block with its settings, a residual
// connection around a list, or a repetition of everything before it in the same list.
#include "core/circuit/QuickLine.h"

#include <algorithm>
#include <cctype>

namespace lab {

namespace {

constexpr std::size_t kMaxParts = 256;
constexpr std::size_t kMaxLine = 4096;
constexpr int kMaxNesting = 16;
constexpr std::int64_t kMaxUnits = 1'000'000;

// A piece of the line and where it begins there.
struct Piece {
    std::string text;
    std::size_t at = 0;
};

bool isSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

Piece trimmed(const Piece& piece) {
    std::size_t from = 0, to = piece.text.size();
    while (from < to && isSpace(piece.text[from])) ++from;
    while (to > from && isSpace(piece.text[to - 1])) --to;
    return {piece.text.substr(from, to - from), piece.at + from};
}

// Pieces between separators that stand in no brackets. Where several spaces separate, empty pieces are left out.
std::vector<Piece> cut(const Piece& whole, char separator) {
    std::vector<Piece> out = {{"", whole.at}};
    int level = 0;
    for (std::size_t i = 0; i < whole.text.size(); ++i) {
        const char c = whole.text[i];
        if (c == '(') ++level;
        if (c == ')') --level;
        const bool here = separator == ' ' ? isSpace(c) : c == separator;
        if (here && level == 0)
            out.push_back({"", whole.at + i + 1});
        else
            out.back().text += c;
    }
    if (separator == ' ') out.erase(std::remove_if(out.begin(), out.end(), [](const Piece& p) { return p.text.empty(); }), out.end());
    return out;
}

bool isDigits(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Error lineError(int number, const std::string& message, const Piece& at, const std::string& hint = {}) {
    return editError(number, message, "character " + std::to_string(at.at + 1) + ": " + at.text.substr(0, 60), hint);
}

std::string listed(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& w : words) list += (list.empty() ? "" : ", ") + w;
    return list;
}

std::string meant(const std::string& word, const std::vector<std::string>& known) {
    const std::vector<std::string> near = nearWords(word, known);
    return near.empty() ? std::string() : "Did you mean " + listed(near) + "? ";
}

std::vector<std::string> knownWords() {
    std::vector<std::string> words;
    for (const OperationPreset& p : operationPresets()) words.push_back(p.word);
    for (const BlockDescription& b : blockLibrary()) words.push_back(b.word);
    words.emplace_back("res( ... )");
    words.emplace_back("x2");
    return words;
}

// What the settings of a part may be, and what they have become.
struct Settings {
    const std::vector<ParamSpec>& specs;
    std::string positional;
    bool amounts = false;  // a bare number that is no parameter is the size that is written
    std::map<std::string, ParamValue> args;
    std::string amount;
    bool numberSeen = false;

    const ParamSpec* find(const std::string& name) const {
        const auto it = std::find_if(specs.begin(), specs.end(), [&](const ParamSpec& p) { return p.name == name; });
        return it == specs.end() ? nullptr : &*it;
    }
    // By the parameter's letter too: "h8" for heads.
    const ParamSpec* byLetter(const std::string& name) const {
        if (const ParamSpec* spec = find(name)) return spec;
        const auto it = std::find_if(specs.begin(), specs.end(), [&](const ParamSpec& p) { return !p.symbol.empty() && p.symbol == name; });
        return it == specs.end() ? nullptr : &*it;
    }
};

// What a part may say after its word, for the hint of an error.
std::string knownSettings(const Settings& s, const std::string& word) {
    std::string list;
    if (!s.positional.empty()) list = "a number (" + s.positional + ")";
    for (const ParamSpec& p : s.specs) list += (list.empty() ? "" : ", ") + p.name + "=" + toText(p.standard);
    return list.empty() ? "'" + word + "' takes no settings." : "It takes: " + list + ".";
}

Result<void> setArg(Settings& s, const ParamSpec& spec, const std::string& text, const Piece& at) {
    const bool same = spec.kind == ParamKind::Integer && spec.minimum == -1 && text == "same";
    const Result<ParamValue> value = parseParam(spec, same ? "-1" : text);
    if (!value) return lineError(302, value.error().message, at, value.error().hint);
    s.args[spec.name] = *value;
    return {};
}

// "256", "4x", "k=3", "k3", "bias", "nobias", "average".
Result<void> readSetting(Settings& s, const Piece& piece, const std::string& word) {
    const std::string& token = piece.text;
    const bool multiple = token.size() > 1 && token.back() == 'x' && isDigits(token.substr(0, token.size() - 1));
    const bool numeric = multiple || (!token.empty() && (std::isdigit(static_cast<unsigned char>(token[0])) != 0 || token[0] == '.'));
    if (numeric && !s.numberSeen && !s.positional.empty()) {
        s.numberSeen = true;
        const std::string digits = multiple ? token.substr(0, token.size() - 1) : token;
        if (const ParamSpec* spec = s.find(s.positional)) return setArg(s, *spec, s.amounts ? token : digits, piece);
        if (!isDigits(digits) || digits.size() > 9 || std::stol(digits) < 1 || std::stol(digits) > kMaxUnits)
            return lineError(302, "'" + token + "' is not a number of " + s.positional + " from 1 to " + std::to_string(kMaxUnits) + ".", piece,
                             "Write a whole number, or 4x for four times what arrives.");
        s.amount = std::to_string(std::stol(digits)) + (multiple ? "x" : "");
        return {};
    }
    const std::size_t equals = token.find('=');
    if (equals != std::string::npos) {
        if (const ParamSpec* spec = s.find(token.substr(0, equals))) return setArg(s, *spec, token.substr(equals + 1), piece);
    } else {
        if (const ParamSpec* spec = s.find(token); spec != nullptr && spec->kind == ParamKind::Bool) return setArg(s, *spec, "true", piece);
        if (token.rfind("no", 0) == 0)
            if (const ParamSpec* spec = s.find(token.substr(token.rfind("no-", 0) == 0 ? 3 : 2)); spec != nullptr && spec->kind == ParamKind::Bool)
                return setArg(s, *spec, "false", piece);
        const std::size_t digit = token.find_first_of("0123456789.-");
        if (digit != std::string::npos && digit > 0)
            if (const ParamSpec* spec = s.byLetter(token.substr(0, digit))) return setArg(s, *spec, token.substr(digit), piece);
        if (token.size() > 4 && token.compare(token.size() - 4, 4, "same") == 0)
            if (const ParamSpec* spec = s.find(token.substr(0, token.size() - 4))) return setArg(s, *spec, "same", piece);
        for (const ParamSpec& p : s.specs)
            if (std::any_of(p.choices.begin(), p.choices.end(), [&](const ParamChoice& c) { return c.id == token; }))
                return setArg(s, p, token, piece);
    }
    std::vector<std::string> words;
    for (const ParamSpec& p : s.specs) {
        words.push_back(p.name);
        for (const ParamChoice& c : p.choices) words.push_back(c.id);
    }
    return lineError(302, "'" + token + "' is not understood.", piece, meant(token.substr(0, equals), words) + knownSettings(s, word));
}

// The settings that a part brings: "conv 64 k3", "attn(heads=4, causal)" and "attn h4 causal" alike.
Result<std::vector<Piece>> settingsOf(const Piece& part, Piece& word) {
    const std::size_t open = part.text.find('(');
    if (open == std::string::npos) {
        std::vector<Piece> pieces = cut(part, ' ');
        word = pieces.front();
        pieces.erase(pieces.begin());
        return pieces;
    }
    word = trimmed({part.text.substr(0, open), part.at});
    if (part.text.back() != ')')
        return lineError(307, "something stands behind the closing bracket.", part, "Separate parts by |.");
    std::vector<Piece> pieces;
    const Piece inside{part.text.substr(open + 1, part.text.size() - open - 2), part.at + open + 1};
    if (trimmed(inside).text.empty()) return pieces;
    for (const Piece& p : cut(inside, ',')) {
        const Piece setting = trimmed(p);
        if (setting.text.empty()) return lineError(302, "a setting is empty.", part, "Write for example: attn(heads=4, causal).");
        // "heads = 4"
        std::string tight;
        for (const char c : setting.text)
            if (!isSpace(c)) tight += c;
        pieces.push_back({tight, setting.at});
    }
    return pieces;
}

// `rest` is the part behind its word.
Result<OperationRequest> readOperation(const OperationPreset& preset, const std::vector<Piece>& settings, const std::string& rest) {
    const OperationDescription& d = *findOperation(preset.kind);
    OperationRequest request;
    request.preset = &preset;
    request.args = preset.args;
    // A text takes the rest of the part: "einsum y d, x d -> y x".
    for (const ParamSpec& p : d.params)
        if (p.name == preset.positional && p.kind == ParamKind::Text) {
            std::string text;
            for (const Piece& piece : cut({rest, 0}, ' ')) text += (text.empty() ? "" : " ") + piece.text;
            if (text.size() > 1 && text.front() == '(' && text.back() == ')') text = trimmed({text.substr(1, text.size() - 2), 0}).text;
            if (!text.empty()) request.args[p.name] = text;
            return request;
        }
    Settings s{d.params, preset.positional, true, request.args, {}, false};
    for (const Piece& piece : settings)
        if (const Result<void> done = readSetting(s, piece, preset.word); !done) return done.error();
    for (const ParamSpec& p : d.params) {
        const auto held = s.args.find(p.name);
        if (held != s.args.end() && held->second == p.standard) s.args.erase(held);
    }
    request.args = std::move(s.args);
    request.amount = std::move(s.amount);
    return request;
}

Result<std::vector<QuickPart>> readLine(const Piece& line, int depth);

Result<QuickPart> readBlock(const BlockDescription& block, const std::vector<Piece>& settings, const Piece& part, int depth) {
    Settings s{block.params, block.positional, false, {}, {}, false};
    for (const Piece& piece : settings)
        if (const Result<void> done = readSetting(s, piece, block.word); !done) return done.error();
    QuickPart made;
    made.block = &block;
    made.params = ParamSet(block.params);
    for (const auto& [name, value] : s.args)
        if (const Result<void> done = made.params.set(name, value); !done) return lineError(302, done.error().message, part, done.error().hint);
    made.kind = block.build != nullptr ? QuickPart::Kind::Block : QuickPart::Kind::Chain;
    if (made.kind == QuickPart::Kind::Chain) {
        Result<std::vector<QuickPart>> body = readLine({blockLine(block, made.params), part.at}, depth + 1);
        if (!body) return body.error();
        made.body = *std::move(body);
    }
    return made;
}

Result<QuickPart> readPart(const Piece& part, int depth) {
    const std::size_t open = part.text.find('(');
    const std::string head = loweredText(trimmed({part.text.substr(0, open), part.at}).text);
    if (open != std::string::npos && (head == "res" || head == "residual")) {
        if (part.text.back() != ')') return lineError(307, "something stands behind the closing bracket.", part, "Separate parts by |.");
        QuickPart residual;
        residual.kind = QuickPart::Kind::Residual;
        Result<std::vector<QuickPart>> body = readLine({part.text.substr(open + 1, part.text.size() - open - 2), part.at + open + 1}, depth + 1);
        if (!body) return body.error();
        residual.body = *std::move(body);
        return residual;
    }
    Piece word;
    const Result<std::vector<Piece>> settings = settingsOf(part, word);
    if (!settings) return settings.error();
    if (const OperationPreset* preset = findPreset(loweredText(word.text))) {
        Result<OperationRequest> request = readOperation(*preset, *settings, part.text.substr(word.at - part.at + word.text.size()));
        if (!request) return request.error();
        QuickPart made;
        made.request = *std::move(request);
        return made;
    }
    if (const BlockDescription* block = findBlock(loweredText(word.text))) return readBlock(*block, *settings, part, depth);
    const std::vector<std::string> known = knownWords();
    return lineError(301, "'" + word.text + "' is no operation and no block.", word, meant(word.text, known) + "Known words: " + listed(known) + ".");
}

Result<std::vector<QuickPart>> readLine(const Piece& line, int depth) {
    if (depth > kMaxNesting) return lineError(307, "brackets are nested too deeply.", line);
    int level = 0;
    for (std::size_t i = 0; i < line.text.size(); ++i) {
        level += line.text[i] == '(' ? 1 : line.text[i] == ')' ? -1 : 0;
        if (level < 0) return lineError(307, "a closing bracket has no opening one.", {line.text.substr(i), line.at + i});
    }
    if (level != 0) return lineError(307, "a closing bracket is missing.", line, "Write res( linear 256 | relu ).");
    std::vector<QuickPart> parts;
    for (const Piece& piece : cut(line, '|')) {
        const Piece part = trimmed(piece);
        if (part.text.empty()) return lineError(301, "a part of the line is empty.", part, "Write for example: linear 256 | relu.");
        const bool repeat = part.text.size() > 1 && (part.text[0] == 'x' || part.text[0] == 'X') && isDigits(part.text.substr(1));
        if (repeat) {
            const std::string digits = part.text.substr(1);
            const long times = digits.size() > 4 ? 0 : std::stol(digits);
            if (times < 1 || parts.empty())
                return lineError(306, "'" + part.text + "' repeats nothing.", part, "Write it after what it repeats: linear 256 | relu | x3.");
            if (countParts(parts) * static_cast<std::size_t>(times) > kMaxParts)
                return lineError(306, "the line would make more than " + std::to_string(kMaxParts) + " operations.", part);
            const std::vector<QuickPart> once = parts;
            for (long i = 1; i < times; ++i) parts.insert(parts.end(), once.begin(), once.end());
            continue;
        }
        Result<QuickPart> next = readPart(part, depth);
        if (!next) return next.error();
        if (next->kind == QuickPart::Kind::Operation) {
            const OperationDescription& d = *findOperation(next->request.preset->kind);
            if (d.inputs == 0 || d.outputs == 0)
                return lineError(305, "'" + next->request.preset->word + "' cannot stand between other operations.", part,
                                 "Every circuit has its ends; choose a template to start anew.");
        }
        parts.push_back(*std::move(next));
        if (countParts(parts) > kMaxParts)
            return lineError(306, "the line would make more than " + std::to_string(kMaxParts) + " operations.", part);
    }
    return parts;
}

// Letters that must be put in, left out, changed or exchanged with their neighbour.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

}  // namespace

std::string loweredText(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::size_t countParts(const std::vector<QuickPart>& parts) {
    std::size_t n = 0;
    for (const QuickPart& p : parts) {
        const bool list = p.kind == QuickPart::Kind::Residual || p.kind == QuickPart::Kind::Chain;
        n += (list ? countParts(p.body) : 1) + (p.kind == QuickPart::Kind::Residual ? 2 : 0);
    }
    return n;
}

std::vector<std::string> nearWords(const std::string& word, const std::vector<std::string>& known) {
    if (word.empty() || word.size() > 40) return {};
    const std::string wanted = loweredText(word);
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const std::string& k : known) {
        const std::size_t d = distance(wanted, k);
        const bool begins = wanted.size() >= 3 && k.rfind(wanted, 0) == 0;
        if (d <= 1 + wanted.size() / 4 || begins) near.emplace_back(begins ? std::min<std::size_t>(d, 1) : d, k);
    }
    std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> out;
    for (std::size_t i = 0; i < near.size() && i < 3; ++i) out.push_back(near[i].second);
    return out;
}

Result<std::vector<QuickPart>> parseQuickLine(const std::string& line) {
    if (line.size() > kMaxLine) return editError(306, "the line is longer than " + std::to_string(kMaxLine) + " characters.", "");
    if (trimmed({line, 0}).text.empty()) return editError(301, "the line is empty.", "", "Write for example: linear 256 | relu.");
    return readLine({line, 0}, 0);
}

}  // namespace lab

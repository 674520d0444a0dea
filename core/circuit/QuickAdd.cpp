// The quick-add line: "conv 64 k3 s2 | bn | relu | x2". A line is a list of parts; a part is an operation, a residual
// connection around a list, or a repetition of everything before it in the same list.
#include "core/circuit/EditTools.h"
#include "core/circuit/Rethread.h"
#include "core/circuit/SizeSolver.h"

#include <algorithm>
#include <cctype>

namespace lab {

namespace {

constexpr std::size_t kMaxParts = 256;
constexpr std::size_t kMaxLine = 4096;
constexpr int kMaxNesting = 16;
constexpr std::int64_t kMaxUnits = 1'000'000;

struct Part {
    OperationRequest request;  // where `residual` is false
    bool residual = false;
    std::vector<Part> body;
};

std::size_t countParts(const std::vector<Part>& parts) {
    std::size_t n = 0;
    for (const Part& p : parts) n += p.residual ? 2 + countParts(p.body) : 1;
    return n;
}

std::vector<std::string> tokens(const std::string& text) {
    std::vector<std::string> out;
    std::string now;
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) {
            now += c;
        } else if (!now.empty()) {
            out.push_back(std::move(now));
            now.clear();
        }
    }
    if (!now.empty()) out.push_back(std::move(now));
    return out;
}

std::string trimmed(const std::string& text) {
    const auto from = text.find_first_not_of(" \t\r\n");
    if (from == std::string::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

std::string lowered(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

bool isDigits(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string knownWords() {
    std::string list;
    for (const OperationPreset& p : operationPresets()) list += (list.empty() ? "" : ", ") + p.word;
    return list + ", res( ... ), x2";
}

// What a part may say after its word, for the hint of an error.
std::string knownSettings(const OperationPreset& preset, const OperationDescription& d) {
    std::string list;
    if (!preset.positional.empty()) list = "a number (" + preset.positional + ")";
    for (const ParamSpec& p : d.params) list += (list.empty() ? "" : ", ") + p.name + "=" + toText(p.standard);
    return list.empty() ? "'" + preset.word + "' takes no settings." : "It takes: " + list + ".";
}

Result<void> setArg(OperationRequest& request, const ParamSpec& spec, const std::string& text, const std::string& part) {
    const bool same = spec.kind == ParamKind::Integer && spec.minimum == -1 && text == "same";
    const Result<ParamValue> value = parseParam(spec, same ? "-1" : text);
    if (!value) return editError(302, "in '" + part + "': " + value.error().message, part, value.error().hint);
    request.args[spec.name] = *value;
    return {};
}

Result<void> readSetting(OperationRequest& request, const OperationDescription& d, const std::string& token, const std::string& part,
                         bool& numberSeen) {
    const auto specOf = [&](const std::string& name) -> const ParamSpec* {
        const auto it = std::find_if(d.params.begin(), d.params.end(), [&](const ParamSpec& p) { return p.name == name; });
        return it == d.params.end() ? nullptr : &*it;
    };
    const bool multiple = token.size() > 1 && token.back() == 'x' && isDigits(token.substr(0, token.size() - 1));
    const bool numeric = multiple || (!token.empty() && (std::isdigit(static_cast<unsigned char>(token[0])) != 0 || token[0] == '.'));
    if (numeric && !numberSeen && !request.preset->positional.empty()) {
        numberSeen = true;
        if (const ParamSpec* spec = specOf(request.preset->positional)) return setArg(request, *spec, token, part);
        const std::string digits = multiple ? token.substr(0, token.size() - 1) : token;
        if (!isDigits(digits) || digits.size() > 9 || std::stol(digits) < 1 || std::stol(digits) > kMaxUnits)
            return editError(302, "in '" + part + "': '" + token + "' is not a number of " + request.preset->positional + " from 1 to " +
                                      std::to_string(kMaxUnits) + ".",
                             part, "Write a whole number, or 4x for four times what arrives.");
        request.amount = std::to_string(std::stol(digits)) + (multiple ? "x" : "");
        return {};
    }
    const std::size_t equals = token.find('=');
    if (equals != std::string::npos) {
        if (const ParamSpec* spec = specOf(token.substr(0, equals))) return setArg(request, *spec, token.substr(equals + 1), part);
    } else {
        if (const ParamSpec* spec = specOf(token); spec != nullptr && spec->kind == ParamKind::Bool)
            return setArg(request, *spec, "true", part);
        if (token.rfind("no", 0) == 0)
            if (const ParamSpec* spec = specOf(token.substr(token.rfind("no-", 0) == 0 ? 3 : 2));
                spec != nullptr && spec->kind == ParamKind::Bool)
                return setArg(request, *spec, "false", part);
        const std::size_t digit = token.find_first_of("0123456789.-");
        if (digit != std::string::npos && digit > 0)
            if (const ParamSpec* spec = specOf(token.substr(0, digit))) return setArg(request, *spec, token.substr(digit), part);
        if (token.size() > 4 && token.compare(token.size() - 4, 4, "same") == 0)
            if (const ParamSpec* spec = specOf(token.substr(0, token.size() - 4))) return setArg(request, *spec, "same", part);
        for (const ParamSpec& p : d.params)
            if (std::any_of(p.choices.begin(), p.choices.end(), [&](const ParamChoice& c) { return c.id == token; }))
                return setArg(request, p, token, part);
    }
    return editError(302, "in '" + part + "': '" + token + "' is not understood.", part, knownSettings(*request.preset, d));
}

Result<OperationRequest> readOperationPart(const std::string& part) {
    const std::vector<std::string> words = tokens(part);
    OperationRequest request;
    request.preset = findPreset(lowered(words.front()));
    if (request.preset == nullptr)
        return editError(301, "'" + words.front() + "' is no operation.", part, "Known words: " + knownWords() + ".");
    const OperationDescription& d = *findOperation(request.preset->kind);
    request.args = request.preset->args;
    bool numberSeen = false;
    // A text takes the rest of the part: "einsum y d, x d -> y x".
    for (const ParamSpec& p : d.params)
        if (p.name == request.preset->positional && p.kind == ParamKind::Text) {
            std::string text;
            for (std::size_t i = 1; i < words.size(); ++i) text += (text.empty() ? "" : " ") + words[i];
            if (!text.empty()) request.args[p.name] = text;
            return request;
        }
    for (std::size_t i = 1; i < words.size(); ++i)
        if (const Result<void> done = readSetting(request, d, words[i], part, numberSeen); !done) return done.error();
    for (const ParamSpec& p : d.params) {
        const auto held = request.args.find(p.name);
        if (held != request.args.end() && held->second == p.standard) request.args.erase(held);
    }
    return request;
}

Result<std::vector<Part>> readLine(const std::string& line, int depth) {
    if (depth > kMaxNesting) return editError(307, "brackets are nested too deeply.", line.substr(0, 40));
    std::vector<std::string> pieces(1);
    int level = 0;
    for (const char c : line) {
        if (c == '(') ++level;
        if (c == ')') --level;
        if (level < 0) return editError(307, "a closing bracket has no opening one.", line);
        if (c == '|' && level == 0)
            pieces.emplace_back();
        else
            pieces.back() += c;
    }
    if (level != 0) return editError(307, "a closing bracket is missing.", line, "Write res( linear 256 | relu ).");
    std::vector<Part> parts;
    for (const std::string& piece : pieces) {
        const std::string part = trimmed(piece);
        if (part.empty()) return editError(301, "a part of the line is empty.", line, "Write for example: linear 256 | relu.");
        const std::size_t open = part.find('(');
        const bool repeat = part.size() > 1 && (part[0] == 'x' || part[0] == 'X') && isDigits(part.substr(1));
        if (repeat) {
            const std::string digits = part.substr(1);
            const long times = digits.size() > 4 ? 0 : std::stol(digits);
            if (times < 1 || parts.empty())
                return editError(306, "'" + part + "' repeats nothing.", part, "Write it after what it repeats: linear 256 | relu | x3.");
            if (countParts(parts) * static_cast<std::size_t>(times) > kMaxParts)
                return editError(306, "the line would make more than " + std::to_string(kMaxParts) + " operations.", part);
            const std::vector<Part> once = parts;
            for (long i = 1; i < times; ++i) parts.insert(parts.end(), once.begin(), once.end());
            continue;
        }
        Part next;
        if (open != std::string::npos) {
            const std::string head = lowered(trimmed(part.substr(0, open)));
            if ((head != "res" && head != "residual") || part.back() != ')')
                return editError(307, "only res( ... ) takes brackets.", part, "Write res( linear 256 | relu ).");
            Result<std::vector<Part>> body = readLine(part.substr(open + 1, part.size() - open - 2), depth + 1);
            if (!body) return body.error();
            next.residual = true;
            next.body = *std::move(body);
        } else {
            Result<OperationRequest> request = readOperationPart(part);
            if (!request) return request.error();
            next.request = *std::move(request);
        }
        parts.push_back(std::move(next));
        if (countParts(parts) > kMaxParts)
            return editError(306, "the line would make more than " + std::to_string(kMaxParts) + " operations.", part);
    }
    return parts;
}

OperationRequest plainRequest(AxisRule rule) {
    for (const OperationPreset& p : operationPresets())
        if (findOperation(p.kind)->rule == rule && p.args.empty()) return {&p, {}, ""};
    return {};
}

struct Adder {
    Circuit circuit;
    std::vector<std::string> made;
    std::map<std::string, std::string> amounts;

    std::string add(const OperationRequest& request, const std::string& wire) {
        const std::string id = createOperation(circuit, request);
        const std::string next = spliceOperation(circuit, id, wire);
        if (const OperationDescription& d = *findOperation(request.preset->kind); d.outputs < 0 && d.rule != AxisRule::Copy)
            addOutput(circuit, id);
        made.push_back(id);
        amounts[id] = request.amount;
        return next;
    }

    // Returns the wire behind what was added.
    std::string add(const std::vector<Part>& parts, std::string wire) {
        for (const Part& part : parts) {
            if (!part.residual) {
                wire = add(part.request, wire);
                continue;
            }
            const std::string body = add(plainRequest(AxisRule::Copy), wire);
            const std::string copy = made.back();
            const std::string end = add(plainRequest(AxisRule::Agree), body);
            const std::string sum = made.back();
            const std::string skip = addOutput(circuit, copy);
            circuit.operation(sum)->in.push_back(skip);
            const std::size_t first = made.size() - 2;
            add(part.body, body);
            // Reading order: copy, body, sum.
            std::rotate(made.begin() + static_cast<std::ptrdiff_t>(first) + 1, made.begin() + static_cast<std::ptrdiff_t>(first) + 2,
                        made.end());
            group({made.begin() + static_cast<std::ptrdiff_t>(first), made.end()});
            wire = end;
        }
        return wire;
    }

    void group(const std::vector<std::string>& operations) {
        if (const Result<std::string> backdrop = makeGroup(circuit, operations, "residual"); backdrop)
            circuit.group(*backdrop)->fill = "res";
    }
};

bool isRule(const Operation& op, AxisRule rule) {
    const OperationDescription* d = findOperation(op.kind);
    return d != nullptr && d->rule == rule;
}

// The wire that the line is put on. An empty circuit gets an input and an output first.
Result<std::string> findPlace(Circuit& circuit, const std::string& after) {
    if (!after.empty()) {
        const Operation* op = circuit.operation(after);
        if (op == nullptr) return unknownItem("operation", after);
        if (!op->out.empty()) return op->out.front();
        if (!op->in.empty()) return op->in.front();
        return editError(303, displayName(*op) + " has no wire to add to.", after, "Select an operation that is connected.");
    }
    for (const Operation& op : circuit.operations)
        if (isRule(op, AxisRule::Sink) && !op.in.empty()) return op.in.front();
    const auto order = circuit.ordered();
    for (auto it = order.rbegin(); it != order.rend(); ++it)
        for (const std::string& w : (*it)->out)
            if (circuit.consumer(w) == nullptr) return w;
    if (!circuit.operations.empty())
        return editError(303, "there is no free end to add to.", "", "Select the operation after which it should stand.");
    const std::string input = createOperation(circuit, plainRequest(AxisRule::Source));
    const std::string wire = addOutput(circuit, input);
    const std::string batch = newBatchAxis(circuit);
    Axis feature;
    feature.id = circuit.freshId("p");
    feature.name = "p";
    circuit.axes.push_back(feature);
    circuit.wire(wire)->axes = {batch, feature.id};
    circuit.operation(input)->name = findOperation(circuit.operation(input)->kind)->letter;
    const std::string output = createOperation(circuit, plainRequest(AxisRule::Sink));
    circuit.operation(output)->in = {wire};
    circuit.operation(output)->name = findOperation(circuit.operation(output)->kind)->letter;
    return wire;
}

std::string titleOf(const std::vector<Part>& parts) {
    if (parts.size() == 1 && !parts.front().residual) return "Add " + parts.front().request.preset->title;
    if (parts.size() == 1) return "Add a residual connection";
    return "Add " + std::to_string(countParts(parts)) + " operations";
}

Result<std::vector<Part>> parseQuickLine(const std::string& line) {
    if (line.size() > kMaxLine) return editError(306, "the line is longer than " + std::to_string(kMaxLine) + " characters.", "");
    if (trimmed(line).empty()) return editError(301, "the line is empty.", "", "Write for example: linear 256 | relu.");
    Result<std::vector<Part>> parts = readLine(line, 0);
    if (!parts) return parts;
    for (const Part& part : *parts)
        if (!part.residual) {
            const OperationDescription& d = *findOperation(part.request.preset->kind);
            if (d.inputs == 0 || d.outputs == 0)
                return editError(305, "'" + part.request.preset->word + "' cannot stand between other operations.", part.request.preset->word,
                                 "Every circuit has its ends; choose a template to start anew.");
        }
    return parts;
}

std::string sizeText(const Circuit& c, const SizeSolution& sizes, const std::string& wire) {
    std::string out;
    for (const long s : wireShape(c, sizes, wire)) out += (out.empty() ? "" : " x ") + std::to_string(s);
    return out.empty() ? "?" : out;
}

}  // namespace

Result<CircuitChange> quickAdd(const Circuit& circuit, const std::string& line, const std::string& after) {
    const Result<std::vector<Part>> parts = parseQuickLine(line);
    if (!parts) return parts.error();
    Adder adder;
    adder.circuit = circuit;
    const Result<std::string> place = findPlace(adder.circuit, after);
    if (!place) return place.error();
    const Circuit start = adder.circuit;
    adder.add(*parts, *place);
    Result<CircuitChange> change = finishEdit(std::move(adder.circuit), start, titleOf(*parts), adder.made, {}, adder.amounts);
    if (change) tidyReferences(change->circuit, circuit);
    return change;
}

Result<std::string> describeQuickAdd(const Circuit& circuit, const std::string& line, const std::string& after) {
    const Result<CircuitChange> change = quickAdd(circuit, line, after);
    if (!change) return change.error();
    const Circuit& c = change->circuit;
    const SizeSolution sizes = solveSizes(c);
    std::string out;
    for (const std::string& id : change->selection) {
        const Operation& op = *c.operation(id);
        const OperationDescription& d = *findOperation(op.kind);
        std::string text = d.title;
        std::size_t best = 0;
        for (const OperationPreset& p : operationPresets()) {
            const bool fits = p.kind == op.kind && std::all_of(p.args.begin(), p.args.end(), [&](const auto& a) {
                const auto held = op.args.find(a.first);
                return held != op.args.end() && held->second == a.second;
            });
            if (fits && (p.args.size() > best || (best == 0 && p.args.empty()))) {
                text = p.title;
                best = p.args.size();
            }
        }
        if (d.rule == AxisRule::Copy && c.operation(id)->out.size() == 2) {
            text = "residual connection around";
        } else if (d.rule == AxisRule::Agree) {
            text = "sum";
        } else {
            // Words stand in the middle of a sentence, but names keep their capitals ("ReLU", "L2 norm").
            const std::string first = text.substr(0, text.find(' '));
            if (std::none_of(first.begin() + 1, first.end(), [](unsigned char u) { return std::isupper(u) != 0 || std::isdigit(u) != 0; }))
                text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
            if (d.rule == AxisRule::Map || d.rule == AxisRule::Window || d.rule == AxisRule::Merge)
                text += " " + sizeText(c, sizes, op.in.front()) + " -> " + sizeText(c, sizes, op.out.front());
        }
        const bool around = out.size() >= 6 && out.compare(out.size() - 6, 6, "around") == 0;
        out += (out.empty() ? "" : around ? " " : ", then ") + text;
    }
    if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
    return out;
}

std::vector<std::string> completeQuickAdd(const std::string& line) {
    const std::size_t start = line.find_last_of("|(");
    const std::string part = lowered(start == std::string::npos ? line : line.substr(start + 1));
    const std::size_t from = part.find_first_not_of(" \t");
    const std::string typed = from == std::string::npos ? std::string() : part.substr(from);
    const std::size_t space = typed.find_last_of(" \t");
    std::vector<std::string> out;
    const auto offer = [&out](const std::string& word) {
        if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(word);
    };
    if (space == std::string::npos) {
        std::vector<std::string> words;
        for (const OperationPreset& p : operationPresets()) {
            const OperationDescription& d = *findOperation(p.kind);
            if (d.inputs != 0 && d.outputs != 0) words.push_back(p.word);
        }
        words.emplace_back("res(");
        for (const std::string& w : words)
            if (w.rfind(typed, 0) == 0) offer(w);
        for (const std::string& w : words)
            if (!typed.empty() && w.find(typed) != std::string::npos) offer(w);
        return out;
    }
    const OperationPreset* preset = findPreset(typed.substr(0, typed.find_first_of(" \t")));
    if (preset == nullptr) return out;
    const std::string last = typed.substr(space + 1);
    for (const ParamSpec& p : findOperation(preset->kind)->params) {
        if (preset->args.count(p.name) != 0) continue;
        std::vector<std::string> words;
        if (p.kind == ParamKind::Bool) {
            words = {std::get<bool>(p.standard) ? "no" + p.name : p.name};
        } else if (p.kind == ParamKind::Choice) {
            for (const ParamChoice& c : p.choices) words.push_back(c.id);
        } else {
            words = {p.name + "=" + toText(p.standard)};
        }
        for (const std::string& w : words)
            if (w.rfind(last, 0) == 0) offer(w);
    }
    return out;
}

}  // namespace lab

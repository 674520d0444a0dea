#include "core/io/Json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace lab {

namespace {

const JsonValue& nullValue() {
    static const JsonValue null;
    return null;
}

const char* typeName(JsonValue::Type type) {
    switch (type) {
        case JsonValue::Type::Null: return "null";
        case JsonValue::Type::Bool: return "true or false";
        case JsonValue::Type::Number: return "a number";
        case JsonValue::Type::String: return "a text";
        case JsonValue::Type::Array: return "a list";
        case JsonValue::Type::Object: return "an object";
    }
    return "";
}

// Length of the UTF-8 sequence at `at`, 0 where it is not valid (overlong, surrogate, beyond U+10FFFF, cut short).
std::size_t utf8Length(std::string_view s, std::size_t at) {
    const auto byte = [&](std::size_t i) { return at + i < s.size() ? static_cast<unsigned char>(s[at + i]) : 0u; };
    const unsigned a = byte(0);
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
    if (a < 0x80) return 1;
    if (a >= 0xC2 && a <= 0xDF) return tail(1) ? 2 : 0;
    if (a >= 0xE0 && a <= 0xEF) {
        if (!tail(1) || !tail(2)) return 0;
        if ((a == 0xE0 && byte(1) < 0xA0) || (a == 0xED && byte(1) > 0x9F)) return 0;
        return 3;
    }
    if (a >= 0xF0 && a <= 0xF4) {
        if (!tail(1) || !tail(2) || !tail(3)) return 0;
        if ((a == 0xF0 && byte(1) < 0x90) || (a == 0xF4 && byte(1) > 0x8F)) return 0;
        return 4;
    }
    return 0;
}

void appendUtf8(std::string& out, unsigned code) {
    const auto put = [&out](unsigned byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

}  // namespace

JsonValue JsonValue::boolean(bool value) {
    JsonValue v;
    v.m_type = Type::Bool;
    v.m_bool = value;
    return v;
}

JsonValue JsonValue::integer(std::int64_t value) {
    JsonValue v;
    v.m_type = Type::Number;
    v.m_text = std::to_string(value);
    return v;
}

JsonValue JsonValue::number(double value) {
    if (!std::isfinite(value)) return {};
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    JsonValue v;
    v.m_type = Type::Number;
    v.m_text.assign(buffer, end.ptr);
    return v;
}

JsonValue JsonValue::real(double value) {
    JsonValue v = number(value);
    if (v.m_type == Type::Number && v.m_text.find_first_of(".e") == std::string::npos) v.m_text += ".0";
    return v;
}

JsonValue JsonValue::unsigned64(std::uint64_t value) { return text(std::to_string(value)); }

JsonValue JsonValue::text(std::string value) {
    JsonValue v;
    v.m_type = Type::String;
    v.m_text = std::move(value);
    return v;
}

JsonValue JsonValue::array(std::vector<JsonValue> items) {
    JsonValue v;
    v.m_type = Type::Array;
    v.m_items = std::move(items);
    return v;
}

JsonValue JsonValue::texts(const std::vector<std::string>& items) {
    JsonValue v = array();
    for (const std::string& item : items) v.push(text(item));
    return v;
}

JsonValue JsonValue::object(std::vector<Member> members) {
    JsonValue v;
    v.m_type = Type::Object;
    v.m_members = std::move(members);
    return v;
}

const JsonValue* JsonValue::find(std::string_view name) const {
    const auto it = std::find_if(m_members.begin(), m_members.end(), [&](const Member& m) { return m.first == name; });
    return it == m_members.end() ? nullptr : &it->second;
}

JsonValue& JsonValue::set(std::string name, JsonValue value) {
    const auto it = std::find_if(m_members.begin(), m_members.end(), [&](const Member& m) { return m.first == name; });
    if (it != m_members.end()) {
        it->second = std::move(value);
        return it->second;
    }
    m_members.emplace_back(std::move(name), std::move(value));
    return m_members.back().second;
}

bool JsonValue::remove(std::string_view name) {
    const auto it = std::find_if(m_members.begin(), m_members.end(), [&](const Member& m) { return m.first == name; });
    if (it == m_members.end()) return false;
    m_members.erase(it);
    return true;
}

class JsonParser {
public:
    JsonParser(std::string_view bytes, const std::string& source, const JsonLimits& limits)
        : m_bytes(bytes), m_source(source), m_limits(limits) {}

    Result<JsonValue> run() {
        if (m_bytes.size() > m_limits.bytes)
            return fail(101, "the text has " + std::to_string(m_bytes.size()) + " bytes; at most " +
                                 std::to_string(m_limits.bytes) + " are read.");
        if (m_bytes.substr(0, 3) == "\xEF\xBB\xBF") m_at = 3;
        JsonValue root;
        if (!read(root, 0)) return m_error;
        space();
        if (m_at != m_bytes.size()) return fail(102, "something follows the end of the document.");
        return root;
    }

private:
    Error fail(int number, std::string message) {
        std::size_t line = 1;
        std::size_t start = 0;
        for (std::size_t i = 0; i < m_at && i < m_bytes.size(); ++i)
            if (m_bytes[i] == '\n') {
                ++line;
                start = i + 1;
            }
        m_error = {"LAB-JSON-" + std::to_string(number), std::move(message),
                   m_source + ":" + std::to_string(line) + ":" + std::to_string(m_at - start + 1), ""};
        return m_error;
    }
    bool stop(int number, std::string message) {
        fail(number, std::move(message));
        return false;
    }
    char peek() const { return m_at < m_bytes.size() ? m_bytes[m_at] : '\0'; }
    void space() {
        while (m_at < m_bytes.size() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++m_at;
    }
    bool keyword(const char* word) {
        const std::string_view w(word);
        if (m_bytes.substr(m_at, w.size()) != w) return false;
        m_at += w.size();
        return true;
    }

    bool read(JsonValue& out, int depth) {
        space();
        if (depth > m_limits.depth) return stop(103, "lists and objects are nested deeper than " + std::to_string(m_limits.depth) + ".");
        if (++m_values > m_limits.values) return stop(106, "there are more than " + std::to_string(m_limits.values) + " values.");
        if (m_at >= m_bytes.size()) return stop(102, "the text ends where a value is expected.");
        const char c = peek();
        if (c == '{') return readObject(out, depth);
        if (c == '[') return readArray(out, depth);
        if (c == '"') {
            out.m_type = JsonValue::Type::String;
            return readString(out.m_text);
        }
        if (c == '-' || (c >= '0' && c <= '9')) return readNumber(out);
        if (keyword("null")) return true;
        if (keyword("true")) {
            out = JsonValue::boolean(true);
            return true;
        }
        if (keyword("false")) {
            out = JsonValue::boolean(false);
            return true;
        }
        return stop(102, "a value is expected here.");
    }

    bool readObject(JsonValue& out, int depth) {
        out.m_type = JsonValue::Type::Object;
        ++m_at;
        std::unordered_set<std::string> seen;
        space();
        if (peek() == '}') {
            ++m_at;
            return true;
        }
        for (;;) {
            space();
            if (peek() != '"') return stop(102, "the name of a member, in quotes, is expected here.");
            std::string name;
            const std::size_t start = m_at;
            if (!readString(name)) return false;
            if (!seen.insert(name).second) {
                m_at = start;
                return stop(104, "the member '" + name + "' stands twice in one object.");
            }
            space();
            if (peek() != ':') return stop(102, "':' is expected after the name '" + name + "'.");
            ++m_at;
            out.m_members.emplace_back(std::move(name), JsonValue());
            if (!read(out.m_members.back().second, depth + 1)) return false;
            space();
            if (peek() == ',') {
                ++m_at;
                continue;
            }
            if (peek() != '}') return stop(102, "',' or '}' is expected here.");
            ++m_at;
            return true;
        }
    }

    bool readArray(JsonValue& out, int depth) {
        out.m_type = JsonValue::Type::Array;
        ++m_at;
        space();
        if (peek() == ']') {
            ++m_at;
            return true;
        }
        for (;;) {
            out.m_items.emplace_back();
            if (!read(out.m_items.back(), depth + 1)) return false;
            space();
            if (peek() == ',') {
                ++m_at;
                continue;
            }
            if (peek() != ']') return stop(102, "',' or ']' is expected here.");
            ++m_at;
            return true;
        }
    }

    bool readNumber(JsonValue& out) {
        const std::size_t start = m_at;
        const auto digits = [this] {
            const std::size_t from = m_at;
            while (peek() >= '0' && peek() <= '9') ++m_at;
            return m_at > from;
        };
        if (peek() == '-') ++m_at;
        const bool zero = peek() == '0';
        if (!digits()) return stop(102, "a digit is expected here.");
        const std::size_t first = start + (m_bytes[start] == '-' ? 1 : 0);
        if (zero && m_at - first > 1) return stop(102, "a number does not begin with a superfluous 0.");
        if (peek() == '.') {
            ++m_at;
            if (!digits()) return stop(102, "a digit is expected after the decimal point.");
        }
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            if (peek() == '+' || peek() == '-') ++m_at;
            if (!digits()) return stop(102, "a digit is expected in the exponent.");
        }
        out.m_type = JsonValue::Type::Number;
        out.m_text = std::string(m_bytes.substr(start, m_at - start));
        return true;
    }

    bool readHex(unsigned& code) {
        code = 0;
        for (int i = 0; i < 4; ++i, ++m_at) {
            const char c = peek();
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0) return stop(102, "four hexadecimal digits are expected after \\u.");
            code = code * 16 + static_cast<unsigned>(digit);
        }
        return true;
    }

    bool readEscape(std::string& out) {
        ++m_at;
        const char c = peek();
        ++m_at;
        switch (c) {
            case '"': out += '"'; return true;
            case '\\': out += '\\'; return true;
            case '/': out += '/'; return true;
            case 'b': out += '\b'; return true;
            case 'f': out += '\f'; return true;
            case 'n': out += '\n'; return true;
            case 'r': out += '\r'; return true;
            case 't': out += '\t'; return true;
            case 'u': break;
            default: --m_at; return stop(102, "this is no escape sequence of JSON.");
        }
        unsigned code = 0;
        if (!readHex(code)) return false;
        if (code >= 0xDC00 && code <= 0xDFFF) return stop(105, "a low surrogate stands alone.");
        if (code >= 0xD800 && code <= 0xDBFF) {
            unsigned low = 0;
            if (!keyword("\\u")) return stop(105, "a high surrogate stands alone.");
            if (!readHex(low)) return false;
            if (low < 0xDC00 || low > 0xDFFF) return stop(105, "a high surrogate stands alone.");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        appendUtf8(out, code);
        return true;
    }

    bool readString(std::string& out) {
        ++m_at;
        for (;;) {
            if (m_at >= m_bytes.size()) return stop(102, "the text ends inside quotes.");
            const char c = peek();
            if (c == '"') {
                ++m_at;
                return true;
            }
            if (c == '\\') {
                if (!readEscape(out)) return false;
                continue;
            }
            if (static_cast<unsigned char>(c) < 0x20) return stop(102, "a control character stands inside quotes; write it as \\u00..");
            const std::size_t n = utf8Length(m_bytes, m_at);
            if (n == 0) return stop(105, "the text is not valid UTF-8.");
            out.append(m_bytes.substr(m_at, n));
            m_at += n;
        }
    }

    std::string_view m_bytes;
    const std::string& m_source;
    JsonLimits m_limits;
    std::size_t m_at = 0;
    std::size_t m_values = 0;
    Error m_error;
};

Result<JsonValue> parseJson(std::string_view bytes, const std::string& source, const JsonLimits& limits) {
    return JsonParser(bytes, source, limits).run();
}

namespace {

void writeString(std::string& out, const std::string& text) {
    static const char* const hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (u < 0x20) {
            out += "\\u00";
            out += hex[u >> 4];
            out += hex[u & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void writeValue(std::string& out, const JsonValue& value, int depth, int packFrom) {
    const bool packed = depth >= packFrom;
    const auto separate = [&](bool first, int level) {
        if (!first) out += packed ? ", " : ",";
        if (packed) return;
        out += '\n';
        out.append(static_cast<std::size_t>(level) * 2, ' ');
    };
    switch (value.type()) {
        case JsonValue::Type::Null: out += "null"; return;
        case JsonValue::Type::Bool: out += value.asBool() ? "true" : "false"; return;
        case JsonValue::Type::Number: out += value.raw(); return;
        case JsonValue::Type::String: writeString(out, value.raw()); return;
        case JsonValue::Type::Array: {
            out += '[';
            bool first = true;
            for (const JsonValue& item : value.items()) {
                separate(first, depth + 1);
                first = false;
                writeValue(out, item, depth + 1, packFrom);
            }
            if (!first && !packed) separate(true, depth);
            out += ']';
            return;
        }
        case JsonValue::Type::Object: {
            out += '{';
            bool first = true;
            for (const auto& [name, item] : value.members()) {
                separate(first, depth + 1);
                first = false;
                writeString(out, name);
                out += ": ";
                writeValue(out, item, depth + 1, packFrom);
            }
            if (!first && !packed) separate(true, depth);
            out += '}';
            return;
        }
    }
}

}  // namespace

std::string writeJson(const JsonValue& value, int packFrom) {
    std::string out;
    writeValue(out, value, 0, packFrom);
    return out;
}

void JsonReport::fail(int number, const std::string& path, std::string message, std::string hint) {
    if (!ok()) return;
    m_error = {m_area + "-" + std::to_string(number), std::move(message), m_source + ": " + path, std::move(hint)};
}

void JsonCursor::wrongType(const char* wanted) const {
    fail(202, std::string("this is ") + typeName(m_value->type()) + "; " + wanted + " is expected.");
}

JsonCursor JsonCursor::at(const std::string& name) const {
    const JsonValue* member = m_value->find(name);
    if (member == nullptr) {
        if (!m_value->isObject())
            wrongType("an object");
        else
            fail(201, "the member '" + name + "' is missing.");
        return {nullValue(), *m_report, m_path + "." + name};
    }
    return {*member, *m_report, m_path + "." + name};
}

std::vector<JsonCursor> JsonCursor::items() const {
    std::vector<JsonCursor> out;
    if (!m_value->isArray()) {
        wrongType("a list");
        return out;
    }
    out.reserve(m_value->items().size());
    for (std::size_t i = 0; i < m_value->items().size(); ++i)
        out.push_back(JsonCursor(m_value->items()[i], *m_report, m_path + "[" + std::to_string(i) + "]"));
    return out;
}

std::vector<std::pair<std::string, JsonCursor>> JsonCursor::members() const {
    std::vector<std::pair<std::string, JsonCursor>> out;
    expectObject();
    out.reserve(m_value->members().size());
    for (const auto& [name, member] : m_value->members())
        out.emplace_back(name, JsonCursor(member, *m_report, m_path + "." + name));
    return out;
}

void JsonCursor::expectObject() const {
    if (!m_value->isObject()) wrongType("an object");
}

bool JsonCursor::flag() const {
    if (m_value->type() != JsonValue::Type::Bool) wrongType("true or false");
    return m_value->asBool();
}

std::int64_t JsonCursor::integer(std::int64_t minimum, std::int64_t maximum) const {
    const std::int64_t fallback = std::clamp<std::int64_t>(0, minimum, maximum);
    if (m_value->type() != JsonValue::Type::Number) {
        wrongType("a whole number");
        return fallback;
    }
    const std::string& digits = m_value->raw();
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc() || end != digits.data() + digits.size() || value < minimum || value > maximum) {
        fail(203, "this is " + digits.substr(0, 40) + "; a whole number from " + std::to_string(minimum) + " to " +
                      std::to_string(maximum) + " is expected.");
        return fallback;
    }
    return value;
}

double JsonCursor::number(double minimum, double maximum) const {
    const double fallback = std::clamp(0.0, minimum, maximum);
    if (m_value->type() != JsonValue::Type::Number) {
        wrongType("a number");
        return fallback;
    }
    const std::string& digits = m_value->raw();
    double value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value) || value < minimum ||
        value > maximum) {
        fail(203, "this is " + digits.substr(0, 40) + "; a number from " + JsonValue::number(minimum).raw() + " to " +
                      JsonValue::number(maximum).raw() + " is expected.");
        return fallback;
    }
    return value;
}

std::uint64_t JsonCursor::unsigned64() const {
    const bool fits = m_value->type() == JsonValue::Type::String || m_value->type() == JsonValue::Type::Number;
    if (!fits) {
        wrongType("a whole number in quotes");
        return 0;
    }
    const std::string& digits = m_value->raw();
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc() || end != digits.data() + digits.size()) {
        fail(203, "this is '" + digits.substr(0, 40) + "'; a whole number from 0 to 18446744073709551615 is expected.");
        return 0;
    }
    return value;
}

std::string JsonCursor::text() const {
    if (m_value->type() != JsonValue::Type::String) {
        wrongType("a text");
        return {};
    }
    return m_value->raw();
}

std::string JsonCursor::word(const std::vector<std::string>& allowed) const {
    std::string found = text();
    if (std::find(allowed.begin(), allowed.end(), found) != allowed.end()) return found;
    std::string list;
    for (const std::string& a : allowed) list += (list.empty() ? "" : ", ") + a;
    fail(205, "this is '" + found.substr(0, 40) + "'; one of these is expected: " + list + ".");
    return allowed.empty() ? std::string() : allowed.front();
}

std::vector<std::string> JsonCursor::texts() const {
    std::vector<std::string> out;
    for (const JsonCursor& item : items()) out.push_back(item.text());
    return out;
}

void JsonCursor::onlyKeys(std::initializer_list<const char*> names) const {
    expectObject();
    for (const auto& [name, member] : m_value->members()) {
        const bool known = std::any_of(names.begin(), names.end(), [&, n = &name](const char* k) { return *n == k; });
        if (!known) {
            std::string list;
            for (const char* k : names) list += (list.empty() ? "" : ", ") + std::string(k);
            fail(204, "the member '" + name.substr(0, 40) + "' is not known here.", "Known members: " + list + ".");
        }
    }
}

}  // namespace lab

// Strict JSON with places in errors. Objects keep the order of their members, numbers keep the way they were written,
// so that what a file says and this program does not know can be written back unchanged.
//
// Reading: parseJson gives a tree; JsonCursor walks it with a path ("$.axes[3].size"). The first wrong thing is kept in
// the cursor's report and later calls return harmless values, so that a reader is a plain list of what it wants:
//
//     JsonReport report("project.json");
//     JsonCursor root(tree, report);
//     settings.seed = root.at("seed").unsigned64();
//     settings.title = root.textOr("title", "");
//     root.onlyKeys({"seed", "title"});
//     if (!report.ok()) return report.error();
#pragma once

#include "core/base/Result.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lab {

class JsonValue {
public:
    enum class Type { Null, Bool, Number, String, Array, Object };
    using Member = std::pair<std::string, JsonValue>;

    JsonValue() = default;
    static JsonValue boolean(bool value);
    static JsonValue integer(std::int64_t value);
    // Shortest text that reads back to the same value; null where the value is not finite.
    static JsonValue number(double value);
    // The same, but always with a point or exponent: readers can tell it from a whole number.
    static JsonValue real(double value);
    // As a string of decimal digits: many readers of JSON lose digits of numbers beyond 2^53.
    static JsonValue unsigned64(std::uint64_t value);
    static JsonValue text(std::string value);
    static JsonValue array(std::vector<JsonValue> items = {});
    static JsonValue texts(const std::vector<std::string>& items);
    static JsonValue object(std::vector<Member> members = {});

    Type type() const { return m_type; }
    bool isNull() const { return m_type == Type::Null; }
    bool isObject() const { return m_type == Type::Object; }
    bool isArray() const { return m_type == Type::Array; }
    bool asBool() const { return m_bool; }
    // The digits of a number as written, or the content of a string (UTF-8).
    const std::string& raw() const { return m_text; }
    const std::vector<JsonValue>& items() const { return m_items; }
    const std::vector<Member>& members() const { return m_members; }
    // Member of an object; nullptr where there is none.
    const JsonValue* find(std::string_view name) const;

    // Building. `set` replaces a member of that name or adds one at the end; `push` adds to an array.
    JsonValue& set(std::string name, JsonValue value);
    // Adds a member that is known to be new: no search, for objects of any length.
    void add(std::string name, JsonValue value) { m_members.emplace_back(std::move(name), std::move(value)); }
    void push(JsonValue value) { m_items.push_back(std::move(value)); }
    bool remove(std::string_view name);

    bool operator==(const JsonValue&) const = default;

private:
    friend class JsonParser;
    Type m_type = Type::Null;
    bool m_bool = false;
    std::string m_text;
    std::vector<JsonValue> m_items;
    std::vector<Member> m_members;
};

struct JsonLimits {
    std::size_t bytes = std::size_t(64) << 20;
    int depth = 64;
    std::size_t values = 4'000'000;
};

// UTF-8 with or without a byte-order mark. Errors with line and column: LAB-JSON-101 too large, 102 syntax, 103 nested
// too deeply, 104 a member twice, 105 not UTF-8, 106 too many values.
Result<JsonValue> parseJson(std::string_view bytes, const std::string& source, const JsonLimits& limits = {});

// Containers nested less deeply than `packFrom` get one line per item, deeper ones one line in all: 0 = everything in
// one line. Ends without a newline. The same tree always gives the same bytes.
std::string writeJson(const JsonValue& value, int packFrom = 64);

// Takes the first error of one document.
class JsonReport {
public:
    // `source` names the file in errors; codes are "<area>-<number>", for example "LAB-NCD-201".
    explicit JsonReport(std::string source, std::string area = "LAB-JSON") : m_source(std::move(source)), m_area(std::move(area)) {}

    bool ok() const { return m_error.code.empty(); }
    const Error& error() const { return m_error; }
    // Keeps the error if it is the first one.
    void fail(int number, const std::string& path, std::string message, std::string hint = {});

private:
    std::string m_source;
    std::string m_area;
    Error m_error;
};

// A value with its path. Cheap to copy while the tree lives. Numbers of errors: 201 missing, 202 wrong type,
// 203 out of range, 204 unknown member, 205 not one of the allowed words.
class JsonCursor {
public:
    JsonCursor(const JsonValue& value, JsonReport& report) : m_value(&value), m_report(&report), m_path("$") {}

    const JsonValue& value() const { return *m_value; }
    const std::string& path() const { return m_path; }
    JsonReport& report() const { return *m_report; }

    bool has(std::string_view name) const { return m_value->find(name) != nullptr; }
    // Members and items. `at` reports a missing member and then stands on null.
    JsonCursor at(const std::string& name) const;
    std::vector<JsonCursor> items() const;  // of an array
    std::vector<std::pair<std::string, JsonCursor>> members() const;

    // The value itself, checked.
    bool flag() const;
    std::int64_t integer(std::int64_t minimum = INT64_MIN, std::int64_t maximum = INT64_MAX) const;
    double number(double minimum = -1.7976931348623157e308, double maximum = 1.7976931348623157e308) const;
    std::uint64_t unsigned64() const;  // from a string of digits, or a whole number
    std::string text() const;
    std::string word(const std::vector<std::string>& allowed) const;  // a string that is one of these
    std::vector<std::string> texts() const;
    void expectObject() const;

    // The member if it is there (checked), else the fallback.
    bool flagOr(const std::string& name, bool fallback) const { return has(name) ? at(name).flag() : fallback; }
    std::int64_t integerOr(const std::string& name, std::int64_t fallback, std::int64_t minimum = INT64_MIN,
                           std::int64_t maximum = INT64_MAX) const {
        return has(name) ? at(name).integer(minimum, maximum) : fallback;
    }
    double numberOr(const std::string& name, double fallback) const { return has(name) ? at(name).number() : fallback; }
    std::string textOr(const std::string& name, std::string fallback) const { return has(name) ? at(name).text() : fallback; }
    std::vector<std::string> textsOrNone(const std::string& name) const {
        return has(name) ? at(name).texts() : std::vector<std::string>();
    }

    // Reports members other than these.
    void onlyKeys(std::initializer_list<const char*> names) const;
    void fail(int number, std::string message, std::string hint = {}) const {
        m_report->fail(number, m_path, std::move(message), std::move(hint));
    }

private:
    JsonCursor(const JsonValue& value, JsonReport& report, std::string path)
        : m_value(&value), m_report(&report), m_path(std::move(path)) {}
    void wrongType(const char* wanted) const;

    const JsonValue* m_value;
    JsonReport* m_report;
    std::string m_path;
};

}  // namespace lab

// One description per parameter. The form, the tooltip, the file, the command line and the documentation are all
// generated from it, for rules, operations, data sets, optimisers and measures alike.
#pragma once

#include "core/base/Result.h"

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace lab {

using ParamValue = std::variant<bool, std::int64_t, double, std::string>;

enum class ParamKind { Bool, Integer, Number, Choice, Text };
enum class ParamScale { Linear, Log };

struct ParamChoice {
    std::string id;     // what files and the command line say
    std::string title;  // what the form says
    std::string doc;    // one sentence
};

// The parameter is shown (and used) only while the parameter `name` has one of `values` (in text form).
struct ParamCondition {
    std::string name;
    std::vector<std::string> values;
};

struct ParamSpec {
    std::string name;    // identifier in files and on the command line: lower case, words joined by '_'
    std::string title;   // label in the form
    std::string symbol;  // the paper's letter, in label markup; may be empty
    std::string unit;    // may be empty
    std::string doc;     // one or two sentences: meaning, effect, source
    ParamKind kind = ParamKind::Number;
    ParamValue standard = 0.0;  // the default: the recipe that works at the first press
    double minimum = 0.0;       // Integer and Number; inclusive
    double maximum = 0.0;
    double step = 0.0;          // of the spin box; 0 = chosen by scale
    ParamScale scale = ParamScale::Linear;
    std::vector<ParamChoice> choices;
    std::vector<ParamCondition> visibleIf;  // all must hold
    bool live = false;                      // may be changed while training runs
    bool advanced = false;                  // behind "More" in the form

    static ParamSpec boolean(std::string name, std::string title, bool standard, std::string doc);
    static ParamSpec integer(std::string name, std::string title, std::int64_t standard, std::int64_t minimum,
                             std::int64_t maximum, std::string doc);
    static ParamSpec number(std::string name, std::string title, double standard, double minimum, double maximum,
                            std::string doc, ParamScale scale = ParamScale::Linear);
    static ParamSpec choice(std::string name, std::string title, std::string standard, std::vector<ParamChoice> choices,
                            std::string doc);
    static ParamSpec text(std::string name, std::string title, std::string standard, std::string doc);

    // Chained setters, so that a table of parameters reads as one expression.
    ParamSpec&& withSymbol(std::string s) && { symbol = std::move(s); return std::move(*this); }
    ParamSpec&& withUnit(std::string s) && { unit = std::move(s); return std::move(*this); }
    ParamSpec&& withStep(double s) && { step = s; return std::move(*this); }
    ParamSpec&& when(std::string other, std::vector<std::string> values) && {
        visibleIf.push_back({std::move(other), std::move(values)});
        return std::move(*this);
    }
    ParamSpec&& isLive() && { live = true; return std::move(*this); }
    ParamSpec&& isAdvanced() && { advanced = true; return std::move(*this); }
};

// Shortest decimal text that reads back to the same value, C locale; bool as true/false.
std::string toText(const ParamValue& value);

// Parses and checks `text` against `spec`. Errors: LAB-PARAM-1xx with the allowed range or choices in the hint.
Result<ParamValue> parseParam(const ParamSpec& spec, const std::string& text);
// Checks type and range of `value`; integers are accepted where a number is wanted.
Result<ParamValue> checkParam(const ParamSpec& spec, const ParamValue& value);

// Values of a list of parameters. Only values that differ from the default need to be held; reading falls back to the
// default of the specification given at construction.
class ParamSet {
public:
    ParamSet() = default;
    explicit ParamSet(const std::vector<ParamSpec>& specs) : m_specs(specs) {}

    const std::vector<ParamSpec>& specs() const { return m_specs; }
    const ParamSpec* find(const std::string& name) const;

    // Typed access; asserts that the parameter exists with that kind.
    bool flag(const std::string& name) const;
    std::int64_t integer(const std::string& name) const;
    double number(const std::string& name) const;       // Integer is widened
    const std::string& text(const std::string& name) const;  // Choice and Text
    ParamValue value(const std::string& name) const;
    bool isDefault(const std::string& name) const;
    bool visible(const ParamSpec& spec) const;

    Result<void> set(const std::string& name, const ParamValue& value);
    Result<void> setText(const std::string& name, const std::string& text);
    void reset(const std::string& name) { m_values.erase(name); }

    // Explicitly held values, sorted by name (for files).
    const std::map<std::string, ParamValue>& held() const { return m_values; }
    // Takes values out of `held`; unknown names and bad values are errors (LAB-PARAM-101 and others).
    Result<void> assign(const std::map<std::string, ParamValue>& held);

    bool operator==(const ParamSet& other) const { return m_values == other.m_values; }

private:
    std::vector<ParamSpec> m_specs;
    std::map<std::string, ParamValue> m_values;
};

// Parses "id:key=value,key=value" as the command line writes rules, optimisers and data sets.
struct NamedParams {
    std::string id;
    std::vector<std::pair<std::string, std::string>> values;
};
Result<NamedParams> parseNamedParams(const std::string& text);

}  // namespace lab

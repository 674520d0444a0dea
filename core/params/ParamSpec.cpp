#include "core/params/ParamSpec.h"

#include "core/base/Assert.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace lab {

namespace {

std::string numberText(double value) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    return std::string(buffer, end.ptr);
}

std::string rangeText(const ParamSpec& spec) {
    if (spec.kind == ParamKind::Integer)
        return std::to_string(static_cast<std::int64_t>(spec.minimum)) + " to " +
               std::to_string(static_cast<std::int64_t>(spec.maximum));
    return numberText(spec.minimum) + " to " + numberText(spec.maximum);
}

std::string choicesText(const ParamSpec& spec) {
    std::string out;
    for (const ParamChoice& c : spec.choices) out += (out.empty() ? "" : ", ") + c.id;
    return out;
}

ParamSpec base(std::string name, std::string title, std::string doc, ParamKind kind, ParamValue standard) {
    ParamSpec spec;
    spec.name = std::move(name);
    spec.title = std::move(title);
    spec.doc = std::move(doc);
    spec.kind = kind;
    spec.standard = std::move(standard);
    return spec;
}

Error badValue(const ParamSpec& spec, const std::string& found, const std::string& wanted) {
    return {"LAB-PARAM-102", "parameter '" + spec.name + "' is '" + found + "' but must be " + wanted + ".", spec.name,
            "The default is " + toText(spec.standard) + "."};
}

}  // namespace

ParamSpec ParamSpec::boolean(std::string name, std::string title, bool standard, std::string doc) {
    return base(std::move(name), std::move(title), std::move(doc), ParamKind::Bool, standard);
}

ParamSpec ParamSpec::integer(std::string name, std::string title, std::int64_t standard, std::int64_t minimum,
                             std::int64_t maximum, std::string doc) {
    ParamSpec spec = base(std::move(name), std::move(title), std::move(doc), ParamKind::Integer, standard);
    spec.minimum = static_cast<double>(minimum);
    spec.maximum = static_cast<double>(maximum);
    spec.step = 1;
    return spec;
}

ParamSpec ParamSpec::number(std::string name, std::string title, double standard, double minimum, double maximum,
                            std::string doc, ParamScale scale) {
    ParamSpec spec = base(std::move(name), std::move(title), std::move(doc), ParamKind::Number, standard);
    spec.minimum = minimum;
    spec.maximum = maximum;
    spec.scale = scale;
    return spec;
}

ParamSpec ParamSpec::choice(std::string name, std::string title, std::string standard, std::vector<ParamChoice> choices,
                            std::string doc) {
    ParamSpec spec = base(std::move(name), std::move(title), std::move(doc), ParamKind::Choice, std::move(standard));
    spec.choices = std::move(choices);
    return spec;
}

ParamSpec ParamSpec::text(std::string name, std::string title, std::string standard, std::string doc) {
    return base(std::move(name), std::move(title), std::move(doc), ParamKind::Text, std::move(standard));
}

std::string toText(const ParamValue& value) {
    if (const bool* b = std::get_if<bool>(&value)) return *b ? "true" : "false";
    if (const std::int64_t* i = std::get_if<std::int64_t>(&value)) return std::to_string(*i);
    if (const double* d = std::get_if<double>(&value)) return numberText(*d);
    return std::get<std::string>(value);
}

Result<ParamValue> checkParam(const ParamSpec& spec, const ParamValue& value) {
    switch (spec.kind) {
        case ParamKind::Bool:
            if (std::holds_alternative<bool>(value)) return value;
            return badValue(spec, toText(value), "true or false");
        case ParamKind::Integer: {
            const std::int64_t* i = std::get_if<std::int64_t>(&value);
            if (i == nullptr || static_cast<double>(*i) < spec.minimum || static_cast<double>(*i) > spec.maximum)
                return badValue(spec, toText(value), "a whole number from " + rangeText(spec));
            return value;
        }
        case ParamKind::Number: {
            double number = 0;
            if (const double* d = std::get_if<double>(&value))
                number = *d;
            else if (const std::int64_t* i = std::get_if<std::int64_t>(&value))
                number = static_cast<double>(*i);
            else
                return badValue(spec, toText(value), "a number from " + rangeText(spec));
            if (!std::isfinite(number) || number < spec.minimum || number > spec.maximum)
                return badValue(spec, toText(value), "a number from " + rangeText(spec));
            return ParamValue(number);
        }
        case ParamKind::Choice: {
            const std::string* s = std::get_if<std::string>(&value);
            if (s != nullptr &&
                std::any_of(spec.choices.begin(), spec.choices.end(), [&](const ParamChoice& c) { return c.id == *s; }))
                return value;
            return badValue(spec, toText(value), "one of " + choicesText(spec));
        }
        case ParamKind::Text:
            if (std::holds_alternative<std::string>(value)) return value;
            return badValue(spec, toText(value), "text");
    }
    return badValue(spec, toText(value), "a value");
}

Result<ParamValue> parseParam(const ParamSpec& spec, const std::string& text) {
    switch (spec.kind) {
        case ParamKind::Bool:
            if (text == "true" || text == "on" || text == "yes" || text == "1") return ParamValue(true);
            if (text == "false" || text == "off" || text == "no" || text == "0") return ParamValue(false);
            return badValue(spec, text, "true or false");
        case ParamKind::Integer: {
            std::int64_t i = 0;
            const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), i);
            if (problem != std::errc() || end != text.data() + text.size())
                return badValue(spec, text, "a whole number from " + rangeText(spec));
            return checkParam(spec, ParamValue(i));
        }
        case ParamKind::Number: {
            double d = 0;
            const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), d);
            if (problem != std::errc() || end != text.data() + text.size())
                return badValue(spec, text, "a number from " + rangeText(spec));
            return checkParam(spec, ParamValue(d));
        }
        case ParamKind::Choice:
        case ParamKind::Text: return checkParam(spec, ParamValue(text));
    }
    return badValue(spec, text, "a value");
}

const ParamSpec* ParamSet::find(const std::string& name) const {
    const auto it = std::find_if(m_specs.begin(), m_specs.end(), [&](const ParamSpec& s) { return s.name == name; });
    return it == m_specs.end() ? nullptr : &*it;
}

ParamValue ParamSet::value(const std::string& name) const {
    const auto held = m_values.find(name);
    if (held != m_values.end()) return held->second;
    const ParamSpec* spec = find(name);
    LAB_ASSERT(spec != nullptr);
    return spec->standard;
}

bool ParamSet::flag(const std::string& name) const { return std::get<bool>(value(name)); }

std::int64_t ParamSet::integer(const std::string& name) const { return std::get<std::int64_t>(value(name)); }

double ParamSet::number(const std::string& name) const {
    const ParamValue v = value(name);
    if (const std::int64_t* i = std::get_if<std::int64_t>(&v)) return static_cast<double>(*i);
    return std::get<double>(v);
}

const std::string& ParamSet::text(const std::string& name) const {
    const auto held = m_values.find(name);
    if (held != m_values.end()) return std::get<std::string>(held->second);
    const ParamSpec* spec = find(name);
    LAB_ASSERT(spec != nullptr);
    return std::get<std::string>(spec->standard);
}

bool ParamSet::isDefault(const std::string& name) const {
    const auto held = m_values.find(name);
    const ParamSpec* spec = find(name);
    LAB_ASSERT(spec != nullptr);
    return held == m_values.end() || held->second == spec->standard;
}

bool ParamSet::visible(const ParamSpec& spec) const {
    return std::all_of(spec.visibleIf.begin(), spec.visibleIf.end(), [&](const ParamCondition& c) {
        const std::string now = toText(value(c.name));
        return std::find(c.values.begin(), c.values.end(), now) != c.values.end();
    });
}

Result<void> ParamSet::set(const std::string& name, const ParamValue& value) {
    const ParamSpec* spec = find(name);
    if (spec == nullptr) {
        std::string known;
        for (const ParamSpec& s : m_specs) known += (known.empty() ? "" : ", ") + s.name;
        return Error{"LAB-PARAM-101", "there is no parameter '" + name + "' here.", name,
                     known.empty() ? "It takes no parameters." : "Known parameters: " + known + "."};
    }
    Result<ParamValue> checked = checkParam(*spec, value);
    if (!checked) return checked.error();
    m_values[name] = *checked;
    return {};
}

Result<void> ParamSet::setText(const std::string& name, const std::string& text) {
    const ParamSpec* spec = find(name);
    if (spec == nullptr) return set(name, ParamValue(text));
    Result<ParamValue> parsed = parseParam(*spec, text);
    if (!parsed) return parsed.error();
    m_values[name] = *parsed;
    return {};
}

Result<void> ParamSet::assign(const std::map<std::string, ParamValue>& held) {
    std::map<std::string, ParamValue> before;
    before.swap(m_values);
    for (const auto& [name, value] : held) {
        const Result<void> done = set(name, value);
        if (!done) {
            m_values.swap(before);
            return done;
        }
    }
    return {};
}

Result<NamedParams> parseNamedParams(const std::string& text) {
    NamedParams out;
    const std::size_t colon = text.find(':');
    out.id = text.substr(0, colon);
    if (out.id.empty())
        return Error{"LAB-PARAM-103", "a name is missing before ':' in '" + text + "'.", text, "Write name:key=value,key=value."};
    if (colon == std::string::npos) return out;
    std::size_t at = colon + 1;
    while (at <= text.size()) {
        std::size_t comma = text.find(',', at);
        if (comma == std::string::npos) comma = text.size();
        const std::string part = text.substr(at, comma - at);
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos || equals == 0)
            return Error{"LAB-PARAM-104", "'" + part + "' is not of the form key=value.", text,
                         "Write name:key=value,key=value."};
        out.values.emplace_back(part.substr(0, equals), part.substr(equals + 1));
        at = comma + 1;
    }
    return out;
}

}  // namespace lab

#include "core/io/ExperimentJson.h"

#include "core/data/DataRegistry.h"
#include "core/rules/RuleDescription.h"

#include <charconv>

namespace lab {

namespace {

using Held = std::map<std::string, ParamValue>;

JsonValue heldToJson(const Held& held) {
    JsonValue out = JsonValue::object();
    for (const auto& [name, value] : held) out.set(name, paramToJson(value));
    return out;
}

// `specs` null: the description is not known here; the values are kept as they stand.
Held heldFromJson(const JsonCursor& json, const std::vector<ParamSpec>* specs) {
    Held out;
    for (const auto& [name, cursor] : json.members()) {
        const ParamValue raw = paramFromJson(cursor);
        if (specs == nullptr) {
            out[name] = raw;
            continue;
        }
        ParamSet set(*specs);
        if (const Result<void> done = set.set(name, raw); !done)
            cursor.fail(210, done.error().message, done.error().hint);
        else
            out[name] = set.held().at(name);
    }
    return out;
}

JsonValue choiceToJson(const OptimizerChoice& choice) {
    return JsonValue::object({{"id", JsonValue::text(choice.id)}, {"params", heldToJson(choice.held)}});
}

OptimizerChoice choiceFromJson(const JsonCursor& json) {
    OptimizerChoice out;
    out.id = json.at("id").text();
    const OptimizerDescription* description = findOptimizer(out.id);
    if (description == nullptr)
        json.at("id").fail(211, "there is no optimiser '" + out.id + "'.", "The project may come from a newer version.");
    out.held = heldFromJson(json.at("params"), description == nullptr ? nullptr : &description->params);
    return out;
}

}  // namespace

JsonValue paramToJson(const ParamValue& value) {
    if (const bool* b = std::get_if<bool>(&value)) return JsonValue::boolean(*b);
    if (const std::int64_t* i = std::get_if<std::int64_t>(&value)) return JsonValue::integer(*i);
    if (const double* d = std::get_if<double>(&value)) return JsonValue::number(*d);
    return JsonValue::text(std::get<std::string>(value));
}

ParamValue paramFromJson(const JsonCursor& json) {
    switch (json.value().type()) {
        case JsonValue::Type::Bool: return json.flag();
        case JsonValue::Type::Number: {
            const std::string& raw = json.value().raw();
            std::int64_t whole = 0;
            const auto [end, problem] = std::from_chars(raw.data(), raw.data() + raw.size(), whole);
            if (problem == std::errc() && end == raw.data() + raw.size()) return whole;
            return json.number();
        }
        case JsonValue::Type::String: return json.text();
        default: json.fail(202, "a parameter must be true, false, a number or a text."); return false;
    }
}

JsonValue experimentToJson(const Experiment& e) {
    JsonValue params = JsonValue::object();
    for (const auto& [name, value] : e.data.params) params.set(name, JsonValue::text(value));
    JsonValue layers = JsonValue::array();
    for (const auto& [layer, choice] : e.layerOptimizers) {
        JsonValue item = choiceToJson(choice);
        item.set("layer", JsonValue::integer(layer));
        layers.push(std::move(item));
    }
    JsonValue out = JsonValue::object({
        {"title", JsonValue::text(e.title)},
        {"notes", JsonValue::text(e.notes)},
        {"rule", JsonValue::object({{"id", JsonValue::text(e.rule)}, {"params", heldToJson(e.ruleParams)}})},
        {"data", JsonValue::object({{"source", JsonValue::text(e.data.source)},
                                    {"params", std::move(params)},
                                    {"options", heldToJson(e.data.options)},
                                    {"checksum", JsonValue::unsigned64(e.data.checksum)}})},
        {"optimizer", choiceToJson(e.optimizer)},
        {"layer_optimizers", std::move(layers)},
        {"schedule", heldToJson(e.schedule)},
        {"epochs", JsonValue::integer(e.epochs)},
        {"batch", JsonValue::integer(e.batch)},
        {"seed", JsonValue::unsigned64(e.seed)},
        {"order", JsonValue::text(e.shuffled ? "shuffled" : "sequential")},
    });
    if (!e.arithmetic.empty()) out.set("arithmetic", heldToJson(e.arithmetic));
    return out;
}

void experimentFromJson(const JsonCursor& json, Experiment& e) {
    e.title = json.at("title").text();
    e.notes = json.textOr("notes", "");
    const JsonCursor rule = json.at("rule");
    e.rule = rule.at("id").text();
    const RuleDescription* description = findRule(e.rule);
    e.ruleParams = heldFromJson(rule.at("params"), description == nullptr ? nullptr : &description->params);
    const JsonCursor data = json.at("data");
    e.data.source = data.at("source").text();
    for (const auto& [name, value] : data.at("params").members()) e.data.params[name] = value.text();
    e.data.options = heldFromJson(data.at("options"), &dataOptions());
    e.data.checksum = data.at("checksum").unsigned64();
    e.optimizer = choiceFromJson(json.at("optimizer"));
    e.layerOptimizers.clear();
    for (const JsonCursor& item : json.at("layer_optimizers").items())
        e.layerOptimizers[static_cast<int>(item.at("layer").integer(0, 100000))] = choiceFromJson(item);
    e.schedule = heldFromJson(json.at("schedule"), &scheduleParams());
    e.epochs = json.at("epochs").integer(1, 1000000);
    e.batch = json.at("batch").integer(1, 1 << 20);
    e.seed = json.at("seed").unsigned64();
    e.arithmetic.clear();
    if (json.has("arithmetic")) e.arithmetic = heldFromJson(json.at("arithmetic"), &arithmeticParams());
    e.shuffled = json.at("order").word({"shuffled", "sequential"}) == "shuffled";
}

}  // namespace lab

#include "core/io/RunJson.h"

#include <cmath>

namespace lab {

namespace {

JsonValue numbers(const std::vector<double>& values) {
    JsonValue out = JsonValue::array();
    for (const double v : values) out.push(JsonValue::number(v));
    return out;
}

// null stands for a number that is not finite.
double numberOrNan(const JsonCursor& json) { return json.value().isNull() ? std::nan("") : json.number(); }

std::vector<double> numbersFrom(const JsonCursor& json) {
    std::vector<double> out;
    for (const JsonCursor& item : json.items()) out.push_back(numberOrNan(item));
    return out;
}

}  // namespace

JsonValue evaluationToJson(const Evaluation& e) {
    JsonValue layers = JsonValue::object();
    for (const auto& [channel, values] : e.layerScalars) layers.set(channel, numbers(values));
    return JsonValue::object({
        {"step", JsonValue::integer(e.step)},
        {"epoch", JsonValue::number(e.epoch)},
        {"train_loss", JsonValue::number(e.trainLoss)},
        {"test_loss", JsonValue::number(e.testLoss)},
        {"test_accuracy", JsonValue::number(e.testAccuracy)},
        {"train_accuracy", JsonValue::number(e.trainAccuracy)},
        {"way_accuracy", numbers(e.wayAccuracy)},
        {"samples_per_second", JsonValue::number(e.samplesPerSecond)},
        {"seconds", JsonValue::number(e.seconds)},
        {"fingerprint", JsonValue::text(e.fingerprint)},
        {"channels", std::move(layers)},
    });
}

Evaluation evaluationFromJson(const JsonCursor& json) {
    Evaluation e;
    e.step = json.at("step").integer(0);
    e.epoch = numberOrNan(json.at("epoch"));
    e.trainLoss = numberOrNan(json.at("train_loss"));
    e.testLoss = numberOrNan(json.at("test_loss"));
    e.testAccuracy = numberOrNan(json.at("test_accuracy"));
    e.trainAccuracy = numberOrNan(json.at("train_accuracy"));
    e.wayAccuracy = numbersFrom(json.at("way_accuracy"));
    e.samplesPerSecond = numberOrNan(json.at("samples_per_second"));
    e.seconds = numberOrNan(json.at("seconds"));
    e.fingerprint = json.at("fingerprint").text();
    for (const auto& [channel, values] : json.at("channels").members()) e.layerScalars[channel] = numbersFrom(values);
    return e;
}

JsonValue seriesToJson(const SeriesInfo& info) {
    return JsonValue::object({
        {"id", JsonValue::text(info.id)},
        {"title", JsonValue::text(info.title)},
        {"symbol", JsonValue::text(info.symbol)},
        {"unit", JsonValue::text(info.unit)},
        {"panel", JsonValue::text(info.panel)},
        {"layer", JsonValue::integer(info.layer)},
        {"layer_title", JsonValue::text(info.layerTitle)},
        {"logarithmic", JsonValue::boolean(info.logarithmic)},
    });
}

SeriesInfo seriesFromJson(const JsonCursor& json) {
    SeriesInfo info;
    info.id = json.at("id").text();
    info.title = json.at("title").text();
    info.symbol = json.at("symbol").text();
    info.unit = json.at("unit").text();
    info.panel = json.at("panel").text();
    info.layer = static_cast<int>(json.at("layer").integer(-1, 100000));
    info.layerTitle = json.at("layer_title").text();
    info.logarithmic = json.at("logarithmic").flag();
    return info;
}

}  // namespace lab

#include "app/cli/Commands.h"
#include "core/geometry/Measures.h"
#include "core/io/Json.h"
#include "core/io/Npz.h"

#include <cmath>

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    parser.addOptions({{"labels", "Class labels, one per row (.npy).", "L.npy"},
                       {"set", "Parameters of the measure: key=value,...", "key=value,..."},
                       {"json", "One JSON object instead of text."}});
}

struct Loaded {
    std::vector<float> values;
    Index rows = 0;
    Index columns = 0;
};

Result<Loaded> load(const QString& path) {
    Result<NpyArray> array = readNpy(path.toStdString(), NonFinite::Keep);
    if (!array) return array.error();
    const std::vector<Index>& shape = array->header.shape;
    Loaded out;
    // More than two dimensions: everything after the first is one row; one dimension: a row of its own.
    out.rows = shape.empty() ? 1 : shape.front();
    out.columns = out.rows > 0 ? static_cast<Index>(array->values.size()) / out.rows : 0;
    if (shape.size() == 1) {
        out.columns = 1;
    }
    out.values.assign(array->values.begin(), array->values.end());
    return out;
}

JsonValue measuredJson(const Measured& m) {
    return JsonValue::object({{"value", JsonValue::number(m.value)}, {"status", JsonValue::text(statusName(m.status))}, {"why", JsonValue::text(m.why)}});
}

QString measuredText(const Measured& m) {
    QString text = std::isfinite(m.value) ? QString::number(m.value, 'g', 10) : QStringLiteral("not defined");
    if (m.status != Status::Ok) text += QString("  (%1: %2)").arg(QString::fromUtf8(statusName(m.status)), QString::fromStdString(m.why));
    return text;
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    if (positional.isEmpty()) return wrongUse("measure", "name a measure; `forward-lab measures` lists them.");
    const Result<const MeasureDescription*> found = findMeasure(positional.first().toStdString());
    if (!found) return fail(found.error(), kExitUsage);
    const MeasureDescription& measure = **found;
    if (positional.size() - 1 != measure.arrays)
        return wrongUse("measure", QString("'%1' needs %2 array file(s), %3 given.").arg(positional.first()).arg(measure.arrays).arg(positional.size() - 1));
    ParamSet params(measure.params);
    if (parser.isSet("set")) {
        const Result<NamedParams> parsed = parseNamedParams("measure:" + parser.value("set").toStdString());
        if (!parsed) return fail(parsed.error(), kExitUsage);
        for (const auto& [name, value] : parsed->values)
            if (const Result<void> set = params.setText(name, value); !set) return fail(set.error(), kExitUsage);
    }
    std::vector<Loaded> arrays;
    for (int i = 1; i < positional.size(); ++i) {
        Result<Loaded> array = load(positional[i]);
        if (!array) return fail(array.error());
        arrays.push_back(std::move(*array));
    }
    std::vector<std::int32_t> labels;
    if (parser.isSet("labels")) {
        const Result<Loaded> array = load(parser.value("labels"));
        if (!array) return fail(array.error());
        for (const float v : array->values) {
            if (!(v >= 0 && v < 1e6f) || v != std::floor(v))
                return fail({"LAB-CLI-107", "a label is " + std::to_string(v) + " but labels must be whole numbers from 0.",
                             parser.value("labels").toStdString(), "Number the classes 0, 1, 2, ..."});
            labels.push_back(static_cast<std::int32_t>(v));
        }
    }
    Pool pool(1);
    MeasureInputs inputs;
    inputs.x = ActivityView(arrays[0].values.data(), arrays[0].rows, arrays[0].columns);
    if (arrays.size() > 1) inputs.y = ActivityView(arrays[1].values.data(), arrays[1].rows, arrays[1].columns);
    inputs.labels = Labels(labels.data(), labels.size());
    inputs.pool = &pool;
    const Result<MeasureOutcome> outcome = evaluateMeasure(measure, inputs, params);
    if (!outcome) return fail(outcome.error());
    if (parser.isSet("json")) {
        JsonValue details = JsonValue::object();
        for (const NamedMeasure& d : outcome->details) details.set(d.id, measuredJson(d.value));
        JsonValue table = JsonValue::array();
        for (Index r = 0; r < outcome->table.values.rows(); ++r) {
            JsonValue row = JsonValue::array();
            for (Index c = 0; c < outcome->table.values.cols(); ++c) row.push(JsonValue::number(outcome->table.values(r, c)));
            table.push(std::move(row));
        }
        JsonValue whole = measuredJson(outcome->value);
        whole.set("measure", JsonValue::text(measure.id));
        whole.set("details", std::move(details));
        whole.set("table", std::move(table));
        lab::out(QString::fromStdString(writeJson(whole, 0) + "\n"));
        return 0;
    }
    lab::out(QString::fromStdString(measure.title) + "  " + measuredText(outcome->value) + "\n");
    for (const NamedMeasure& d : outcome->details)
        lab::out("  " + QString::fromStdString(d.title) + "  " + measuredText(d.value) + "\n");
    return 0;
}

}  // namespace

Command measureCommand() {
    return {"measure", "NAME X.npy [Y.npy] [options]", "Evaluates a measure of representation geometry on arrays of your own.", false, options, run};
}

}  // namespace lab

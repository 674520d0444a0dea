#include "app/cli/ExperimentOptions.h"

#include "core/circuit/Templates.h"
#include "core/io/Bytes.h"
#include "core/io/CircuitJson.h"
#include "core/io/Project.h"
#include "core/rules/RuleDescription.h"

#include <QFileInfo>

namespace lab {

namespace {

// From the descriptions: "How numbers are rounded: products=single|bf16."
QString arithmeticHelp() {
    QString text = QStringLiteral("How numbers are rounded:");
    for (const ParamSpec& spec : arithmeticParams()) {
        QStringList choices;
        for (const ParamChoice& choice : spec.choices) choices << QString::fromStdString(choice.id);
        text += QStringLiteral(" %1=%2").arg(QString::fromStdString(spec.name), choices.join('|'));
    }
    return text + '.';
}

}  // namespace

void addExperimentOptions(QCommandLineParser& parser) {
    parser.addOptions({
        {"circuit", "Circuit: mlp:784-500-500-10, a template (cnn, residual, ...), a .ncd.json or .flab file.", "C", "mlp"},
        {"rule", "Learning rule, with parameters: forward-forward:goodness=mean. `forward-lab rules` lists them.", "R[:key=value,...]",
         QString::fromStdString(firstExperiment(false).rule)},
        {"dataset", "Data set by name, with parameters (moons:noise=0.1), or a path. `forward-lab datasets` lists them.",
         "D[:key=value,...]", "fashion-mnist"},
        {"data", "Data options: standardise=global,label_noise=0.1,classes=0+1+7, ...", "key=value,..."},
        {"epochs", "Epochs to train; the rule's recipe if it is not given.", "N"},
        {"batch", "Samples per step; the rule's recipe if it is not given.", "B"},
        {"optimizer", "Optimiser, with parameters: adam:rate=0.001. `forward-lab optimizers` lists them.", "O[:key=value,...]"},
        {"layer-optimizer", "Optimiser of one layer, counted from 1: 2=sgd:rate=0.1. May be given several times.", "L=O[:key=value,...]"},
        {"schedule", "Learning-rate schedule: kind=cosine,warmup=1, ...", "key=value,..."},
        {"arithmetic", arithmeticHelp(), "key=value,..."},
        {"seed", "Seed of everything random.", "S", "1"},
        {"limit", "Use at most this many training samples.", "N"},
        {"order", "Order of the samples: shuffled or sequential.", "O", "shuffled"},
    });
}

Result<std::int64_t> integerOption(const QCommandLineParser& parser, const QString& name, std::int64_t fallback, std::int64_t minimum,
                                   std::int64_t maximum) {
    if (!parser.isSet(name)) return fallback;
    bool ok = false;
    const qlonglong value = parser.value(name).toLongLong(&ok);
    if (!ok || value < minimum || value > maximum)
        return Error{"LAB-CLI-101", "--" + name.toStdString() + " is '" + parser.value(name).toStdString() + "' but must be a whole number from " +
                                        std::to_string(minimum) + " to " + std::to_string(maximum) + ".", "", ""};
    return static_cast<std::int64_t>(value);
}

Result<Circuit> parseCircuit(const std::string& text, const std::vector<long>& inputShape, int classes) {
    const QString path = QString::fromStdString(text);
    if (QFileInfo(path).isFile()) {
        if (path.endsWith(QStringLiteral(".flab"), Qt::CaseInsensitive)) {
            Result<Project> project = openProject(text);
            if (!project) return project.error();
            return project->experiment.circuit;
        }
        const Result<Bytes> bytes = readFile(text, std::uint64_t(64) << 20);
        if (!bytes) return bytes.error();
        return circuitFromJson(QByteArray(reinterpret_cast<const char*>(bytes->data()), static_cast<qsizetype>(bytes->size())), text);
    }
    return parseShorthand(text, inputShape, classes);
}

namespace {

// "key=value,key=value" without a name in front.
Result<std::vector<std::pair<std::string, std::string>>> pairs(const std::string& text) {
    Result<NamedParams> parsed = parseNamedParams("x:" + text);
    if (!parsed) return parsed.error();
    return parsed->values;
}

Result<std::map<std::string, ParamValue>> assigned(const std::vector<ParamSpec>& specs, const std::vector<std::pair<std::string, std::string>>& values,
                                                   std::map<std::string, ParamValue> start = {}) {
    ParamSet set(specs);
    if (const Result<void> done = set.assign(start); !done) return done.error();
    for (const auto& [name, value] : values)
        if (const Result<void> done = set.setText(name, value); !done) return done.error();
    return set.held();
}

// A path may hold a colon; a registry name may not.
NamedParams splitSource(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos && !QFileInfo::exists(QString::fromStdString(text))) {
        Result<NamedParams> parsed = parseNamedParams(text);
        if (parsed) return *parsed;
    }
    return {text, {}};
}

}  // namespace

Result<ParsedExperiment> parseExperiment(const QCommandLineParser& parser, DataService& service) {
    ParsedExperiment out;
    Experiment& experiment = out.experiment;

    const Result<std::int64_t> seed = integerOption(parser, "seed", 1, 0, std::numeric_limits<std::int64_t>::max());
    if (!seed) return seed.error();
    experiment.seed = static_cast<std::uint64_t>(*seed);

    const NamedParams source = splitSource(parser.value("dataset").toStdString());
    experiment.data.source = source.id;
    experiment.data.params.insert(source.values.begin(), source.values.end());
    if (parser.isSet("data")) {
        const auto values = pairs(parser.value("data").toStdString());
        if (!values) return values.error();
        auto held = assigned(dataOptions(), *values);
        if (!held) return held.error();
        experiment.data.options = *held;
    }
    const Result<std::int64_t> limit = integerOption(parser, "limit", 0, 2, std::numeric_limits<std::int64_t>::max());
    if (!limit) return limit.error();
    if (*limit > 0) experiment.data.options["train_limit"] = *limit;

    Result<std::shared_ptr<const PreparedData>> data = service.prepare(experiment.data, experiment.seed);
    if (!data) return data.error();
    out.data = *data;
    const DataSchema& schema = out.data->schema;

    const std::vector<long> shape(schema.shape.begin(), schema.shape.end());
    Result<Circuit> circuit = parseCircuit(parser.value("circuit").toStdString(), shape, schema.classes);
    if (!circuit) return circuit.error();
    experiment.circuit = *circuit;
    experiment.title = parser.value("rule").toStdString() + " on " + schema.title;

    const Result<NamedParams> rule = parseNamedParams(parser.value("rule").toStdString());
    if (!rule) return rule.error();
    const RuleDescription* description = findRule(rule->id);
    if (description == nullptr) {
        std::string known;
        for (const RuleDescription& r : ruleRegistry()) known += (known.empty() ? "" : ", ") + r.id;
        return Error{"LAB-RULE-100", "there is no learning rule '" + rule->id + "'.", "--rule", "There are: " + known + "."};
    }
    experiment = withRule(experiment, description->id);
    auto ruleParams = assigned(description->params, rule->values);
    if (!ruleParams) return ruleParams.error();
    experiment.ruleParams = *ruleParams;

    if (parser.isSet("optimizer")) {
        const Result<NamedParams> chosen = parseNamedParams(parser.value("optimizer").toStdString());
        if (!chosen) return chosen.error();
        const OptimizerDescription* optimizer = findOptimizer(chosen->id);
        if (optimizer == nullptr)
            return Error{"LAB-RUN-103", "there is no optimiser '" + chosen->id + "'.", "--optimizer", "`forward-lab optimizers` lists them."};
        auto held = assigned(optimizer->params, chosen->values,
                             experiment.optimizer.id == optimizer->id ? experiment.optimizer.held : std::map<std::string, ParamValue>{});
        if (!held) return held.error();
        experiment.optimizer = {optimizer->id, *held};
    }
    for (const QString& text : parser.values("layer-optimizer")) {
        const QString number = text.section('=', 0, 0);
        bool whole = false;
        const int layer = number.toInt(&whole);
        if (!whole || layer < 1)
            return Error{"LAB-CLI-113", "'" + text.toStdString() + "' does not begin with the number of a layer.", "--layer-optimizer",
                         "Write L=optimizer:key=value, for example 2=sgd:rate=0.1."};
        const Result<NamedParams> chosen = parseNamedParams(text.section('=', 1).toStdString());
        if (!chosen) return chosen.error();
        const OptimizerDescription* optimizer = findOptimizer(chosen->id);
        if (optimizer == nullptr)
            return Error{"LAB-RUN-103", "there is no optimiser '" + chosen->id + "'.", "--layer-optimizer", "`forward-lab optimizers` lists them."};
        auto held = assigned(optimizer->params, chosen->values);
        if (!held) return held.error();
        experiment.layerOptimizers[layer - 1] = {optimizer->id, *held};
    }
    if (parser.isSet("schedule")) {
        const auto values = pairs(parser.value("schedule").toStdString());
        if (!values) return values.error();
        auto held = assigned(scheduleParams(), *values);
        if (!held) return held.error();
        experiment.schedule = *held;
    }
    if (parser.isSet("arithmetic")) {
        const auto values = pairs(parser.value("arithmetic").toStdString());
        if (!values) return values.error();
        auto held = assigned(arithmeticParams(), *values);
        if (!held) return held.error();
        experiment.arithmetic = *held;
    }
    const Result<std::int64_t> epochs = integerOption(parser, "epochs", experiment.epochs, 1, 1000000);
    if (!epochs) return epochs.error();
    experiment.epochs = *epochs;
    const Result<std::int64_t> batch = integerOption(parser, "batch", experiment.batch, 1, 1 << 20);
    if (!batch) return batch.error();
    experiment.batch = *batch;
    const QString order = parser.value("order");
    if (order != QLatin1String("shuffled") && order != QLatin1String("sequential"))
        return Error{"LAB-CLI-102", "--order is '" + order.toStdString() + "' but must be shuffled or sequential.", "", ""};
    experiment.shuffled = order == QLatin1String("shuffled");
    return out;
}

}  // namespace lab

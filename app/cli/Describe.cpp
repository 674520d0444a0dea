#include "app/cli/Commands.h"
#include "app/cli/ExperimentOptions.h"
#include "core/io/ExperimentJson.h"
#include "core/rules/RuleDescription.h"

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    addExperimentOptions(parser);
    parser.addOption({"json", "One JSON object instead of a table."});
}

JsonValue shapeJson(const std::vector<Index>& shape) {
    JsonValue out = JsonValue::array();
    for (const Index d : shape) out.push(JsonValue::integer(d));
    return out;
}

std::string shapeText(const std::vector<Index>& shape) {
    std::string out;
    for (const Index d : shape) out += (out.empty() ? "" : " x ") + std::to_string(d);
    return out;
}

const char* markName(Mark::Kind kind) {
    static const char* names[] = {"tap", "local_loss", "writer", "cut", "feedback", "fixed_map", "stream", "phase", "readout", "frozen"};
    return names[static_cast<int>(kind)];
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    if (!positional.isEmpty()) return wrongUse("describe", "unexpected argument '" + positional.first() + "'.");
    DataService service;
    const Result<ParsedExperiment> parsed = parseExperiment(parser, service);
    if (!parsed) return fail(parsed.error(), kExitUsage);
    const Experiment& experiment = parsed->experiment;
    const RuleDescription& rule = *findRule(experiment.rule);
    Result<std::unique_ptr<Network>> compiled =
        Network::compile(experiment.circuit, {parsed->data->schema.shape, parsed->data->schema.classes, parsed->data->schema.parts});
    if (!compiled) return fail(compiled.error());
    const Network& network = **compiled;
    ParamSet params(rule.params);
    if (const Result<void> done = params.assign(experiment.ruleParams); !done) return fail(done.error());
    const Suitability suits = rule.suits(experiment.circuit, network, parsed->data->schema, params);
    const std::vector<Mark> marks = suits.ok ? rule.marks(experiment.circuit, network, params) : std::vector<Mark>();

    double macs = 0;
    for (const NodeInfo& node : network.nodes()) macs += node.macs;

    if (parser.isSet("json")) {
        JsonValue blocks = JsonValue::array();
        for (const ParamBlock& b : network.parameters().blocks())
            blocks.push(JsonValue::object({{"name", JsonValue::text(b.name)}, {"shape", shapeJson(b.shape)},
                                           {"count", JsonValue::integer(b.count)}, {"trained", JsonValue::boolean(b.trained)}}));
        JsonValue arrays = JsonValue::array();
        for (const ArrayInfo& a : network.arrays())
            arrays.push(JsonValue::object({{"wire", JsonValue::text(a.wire)}, {"shape", shapeJson(a.shape)}}));
        JsonValue stages = JsonValue::array();
        for (const Stage& s : network.stages())
            stages.push(JsonValue::object({{"title", JsonValue::text(s.title)}, {"parameters", JsonValue::integer(s.paramCount)},
                                           {"multiply_accumulates", JsonValue::number(s.macs)}, {"readout", JsonValue::boolean(s.readout)}}));
        JsonValue markList = JsonValue::array();
        for (const Mark& m : marks)
            markList.push(JsonValue::object({{"kind", JsonValue::text(markName(m.kind))}, {"wire", JsonValue::text(m.wire)},
                                             {"operation", JsonValue::text(m.operation)}, {"to", JsonValue::text(m.to)},
                                             {"label", JsonValue::text(m.label)}, {"formula", JsonValue::text(m.formula)},
                                             {"layer", JsonValue::integer(m.layer)}}));
        const JsonValue whole = JsonValue::object({
            {"experiment", experimentToJson(experiment)},
            {"data", JsonValue::text(parsed->data->summary)},
            {"parameters", JsonValue::integer(network.parameters().trainedCount())},
            {"multiply_accumulates", JsonValue::number(macs)},
            {"blocks", std::move(blocks)},
            {"arrays", std::move(arrays)},
            {"stages", std::move(stages)},
            {"rule", JsonValue::object({{"id", JsonValue::text(rule.id)}, {"suits", JsonValue::boolean(suits.ok)}, {"reason", JsonValue::text(suits.reason)},
                                        {"hint", JsonValue::text(suits.hint)}, {"notes", JsonValue::texts(suits.notes)},
                                        {"local", JsonValue::boolean(rule.local)}, {"cost", JsonValue::text(rule.costNote)}, {"marks", std::move(markList)}})},
        });
        out(QString::fromStdString(writeJson(whole, 64) + "\n"));
        return suits.ok ? 0 : kExitFailed;
    }

    out(QString::fromStdString(parsed->data->summary + "\n\n"));
    out("stage            parameters   multiply-accumulates\n");
    for (const Stage& s : network.stages())
        out(QString("%1 %2 %3%4\n").arg(QString::fromStdString(s.title), -16).arg(s.paramCount, 10).arg(s.macs, 22, 'f', 0).arg(s.readout ? "   read-out" : ""));
    out(QString("%1 %2 %3\n\n").arg("total", -16).arg(network.parameters().trainedCount(), 10).arg(macs, 22, 'f', 0));
    for (const ParamBlock& b : network.parameters().blocks())
        out(QString("  %1 %2\n").arg(QString::fromStdString(b.name), -24).arg(QString::fromStdString(shapeText(b.shape))));
    out(QString::fromStdString("\n" + rule.title + ": " + rule.summary + "\n"));
    if (!suits.ok) {
        out(QString::fromStdString("It cannot train this circuit: " + suits.reason + " " + suits.hint + "\n"));
        return kExitFailed;
    }
    for (const std::string& note : suits.notes) out(QString::fromStdString("  " + note + "\n"));
    for (const EquationLine& line : rule.equations) out(QString::fromStdString("  " + line.markup + "    " + line.words + "\n"));
    if (!rule.costNote.empty()) out(QString::fromStdString("  " + rule.costNote + "\n"));
    return 0;
}

}  // namespace

Command describeCommand() {
    return {"describe", "[options]", "Says what a circuit holds and costs, and what a rule would do with it, or why it cannot.", false, options, run};
}

}  // namespace lab

// The export of circuits and rules as PyTorch code: every template with every rule that has a training step. Writes each
// case with weights, a batch and what the lab makes of it into a folder; compare.py runs them with PyTorch.
#include "core/data/DataRegistry.h"
#include "core/io/Npz.h"
#include "core/io/PyTorch.h"
#include "core/rules/LabelPaint.h"
#include "suite/operations/CircuitMaker.h"
#include "suite/rules/RuleBench.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace lab;
using namespace lab::test;

namespace {

// The small set that goes with a template; sets that need files are stood in for by SEG7.
std::shared_ptr<const PreparedData> dataFor(const std::string& id) {
    for (const DatasetDescription& d : generatedDatasets()) {
        if (d.id != id || d.id == "seg7") continue;
        ParamSet params(d.params);
        if (!params.set("samples", std::int64_t(200))) return nullptr;
        const Result<Dataset> raw = d.load(params);
        if (!raw) return nullptr;
        Result<PreparedData> prepared = prepareData(*raw, ParamSet(dataOptions()), 1);
        return prepared ? std::make_shared<PreparedData>(*std::move(prepared)) : nullptr;
    }
    return smallSeg7();
}

std::vector<NamedArray> weightsOf(RuleBench& bench) {
    std::vector<NamedArray> out;
    const auto add = [&](const ParamStore& store, const std::string& prefix) {
        for (const ParamBlock& b : store.blocks()) {
            const Real* from = store.data() + b.offset;
            out.push_back({prefix + b.name, b.shape, std::vector<float>(from, from + b.count)});
        }
    };
    add(bench.network->parameters(), "");
    std::string prefix = bench.description->id;
    std::replace(prefix.begin(), prefix.end(), '-', '_');
    if (const ParamStore* own = bench.rule->ownParameters()) add(*own, prefix + ".");
    return out;
}

struct Case {
    std::string circuit, dataset;
    OptimizerChoice optimizer;
    std::map<std::string, ParamValue> params;
    std::string name;
};

// Places that are picked and filled, axes that begin and cross, arrays of its own: what no template holds.
constexpr const char* kSelection = "selection";

Result<Circuit> selection() {
    CircuitMaker m;
    m.axis("x", AxisRole::Feature, 144);
    m.axis("p", AxisRole::Feature, 12);
    m.axis("i", AxisRole::Feature, 3);
    m.axis("j", AxisRole::Feature, 4);
    m.axis("k", AxisRole::Feature, 0);
    m.axis("v", AxisRole::Feature, 5);
    m.axis("r", AxisRole::Feature, 2);
    m.axis("f", AxisRole::Feature, 0);
    m.axis("n", AxisRole::Class, 10);
    m.source({"x"});
    m.map("linear", {"x"}, {"p"});
    m.map("split", {"p"}, {"i", "j"});
    const std::string values = m.wire({"i", "j"}), other = m.wire({"i", "j"}), largest = m.wire({"i", "j"}), places = m.wire({"i", "k"});
    m.circuit().wires.back().dtype = "int:j";
    m.operation("copy", {m.at}, {values, other, largest});
    m.operation("topk", {other}, {places}, {{"k", whole(2)}, {"gives", word("places")}}, {"j"}, {"k"});
    const std::string taken = m.wire({"i", "k"}), kept = m.wire({"i", "k"}), sum = m.wire({"i", "k"});
    m.operation("gather", {values, places}, {taken}, {}, {"j"}, {"k"});
    m.operation("topk", {largest}, {kept}, {{"k", whole(2)}}, {"j"}, {"k"});
    m.operation("add", {taken, kept}, {sum});
    const std::string edges = m.wire({"k"}), nodes = m.wire({"v", "i"}), crossed = m.wire({"i", "v"}), array = m.wire({"i", "v"});
    m.circuit().wires[m.circuit().wires.size() - 4].dtype = "int:v";
    m.operation("const", {}, {edges}, {{"learned", ParamValue(false)}, {"mean", ParamValue(2.0)}}, {}, {"k"});
    m.operation("scatter", {sum, edges}, {nodes}, {}, {"k"}, {"v"});
    m.operation("swap", {nodes}, {crossed}, {}, {"i", "v"}, {"i", "v"});
    m.operation("const", {}, {array}, {}, {}, {"i", "v"});
    const std::string product = m.wire({"i", "v"}), twice = m.wire({"r", "i", "v"});
    m.operation("add", {crossed, array}, {product}, {{"fn", word("mul")}});
    m.operation("repeat", {product}, {twice}, {}, {}, {"r"});
    m.at = twice;
    m.map("merge", {"r", "i", "v"}, {"f"});
    m.map("linear", {"f"}, {"n"});
    return m.finish();
}

std::vector<std::pair<const RuleDescription*, Case>> allCases() {
    std::vector<std::pair<const RuleDescription*, Case>> out;
    OptimizerChoice momentum;
    momentum.id = "momentum";
    momentum.held = {{"rate", 0.05}, {"decay", 0.01}};
    for (const RuleDescription& rule : ruleRegistry()) {
        if (!rule.torch) continue;
        for (const CircuitTemplate& t : circuitTemplates()) out.push_back({&rule, {t.id, t.dataset, momentum, {}, t.id + "__" + rule.id}});
        out.push_back({&rule, {"attention:2", "recall", momentum, {}, "attention__" + rule.id}});
        out.push_back({&rule, {kSelection, "seg7", momentum, {}, "selection__" + rule.id}});
        for (const char* more : {"autoencoder:tied", "transformer:16-2-2:causal", "cnn:4-8:bn"})
            out.push_back({&rule, {more, more[0] == 't' ? "pointer" : "seg7", momentum, {}, std::string(more) + "__" + rule.id}});
        // Settings of the rule that its text covers.
        for (const ParamSpec& spec : rule.params)
            for (const ParamChoice& choice : spec.choices)
                if (ParamValue(choice.id) != spec.standard)
                    out.push_back({&rule, {"mlp", "seg7", momentum, {{spec.name, choice.id}}, "mlp__" + rule.id + "__" + spec.name + "_" + choice.id}});
            
    }
    for (const OptimizerDescription& d : optimizerRegistry())
        for (const RuleDescription& rule : ruleRegistry())
            if (rule.torch) {
                OptimizerChoice choice;
                choice.id = d.id;
                out.push_back({&rule, {"mlp", "seg7", choice, {}, "mlp__" + d.id}});
                break;
            }
    return out;
}

}  // namespace

class TorchExportTest : public QObject {
    Q_OBJECT
private slots:
    void everyRuleOnEveryTemplate() {
        QTemporaryDir own;
        const QString folder = qEnvironmentVariable("LAB_TORCH_CASES", own.path());
        std::set<std::string> templates, rules;
        int refused = 0;
        for (const auto& [rule, c] : allCases()) {
            const auto data = dataFor(c.dataset);
            QVERIFY(data);
            const Result<Circuit> circuit =
                c.circuit == kSelection ? selection() : parseShorthand(c.circuit, shapeOf(data->schema), data->schema.classes);
            QVERIFY2(circuit.ok(), circuit.ok() ? "" : circuit.error().text().c_str());
            BenchOptions options;
            options.optimizer = c.optimizer;
            options.params = c.params;
            Result<std::unique_ptr<RuleBench>> made = RuleBench::make(*rule, *circuit, data, options);
            if (!made) {
                QCOMPARE(made.error().code, std::string("TEST-UNSUITABLE"));
                continue;
            }
            RuleBench& bench = **made;
            ParamSet params(rule->params);
            QVERIFY(params.assign(c.params).ok());
            const PyTorchExport request{*circuit,  *bench.network, data->schema.shape, data->schema.classes, rule, params,
                                        bench.rule->ownParameters(), c.optimizer, data->schema.parts};
            const Result<std::string> code = pytorchCode(request);
            if (!code) {
                QCOMPARE(code.error().code, std::string("LAB-EXPORT-102"));
                QVERIFY2(!c.params.empty(), c.name.c_str());
                ++refused;
                continue;
            }
            QVERIFY(code->find("def train_step(") != std::string::npos);
            QCOMPARE(*pytorchCode(request), *code);
            templates.insert(c.circuit);
            rules.insert(rule->id);

            const QDir dir(folder + "/" + QString::fromStdString(c.name).replace(':', '_'));
            QVERIFY(QDir().mkpath(dir.path()));
            QFile file(dir.filePath("model.py"));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(code->data(), static_cast<qint64>(code->size())) == static_cast<qint64>(code->size()));
            file.close();
            QVERIFY(writeNpz(dir.filePath("before.npz").toStdString(), weightsOf(bench)).ok());
            const Index rows = bench.options.batch, inputs = data->train.x.cols();
            Pool pool(1);
            Workspace work = bench.network->makeWorkspace(rows, false);
            bench.network->setInput(work, ConstMatrixMap(data->train.x.data(), rows, inputs));
            bench.network->evaluate(pool, work, rows, 0, static_cast<int>(bench.network->stages().size()));
            const Real* scores = work.value(bench.network->scoresArray());
            const Index outputs = bench.network->arrays()[static_cast<std::size_t>(bench.network->scoresArray())].size;
            std::vector<int> wrong(static_cast<std::size_t>(rows));
            drawWrongLabels(Stream(bench.options.seed, Purpose::Negatives, 0), std::span<const int>(data->train.y.data(), static_cast<std::size_t>(rows)),
                            data->schema.classes, wrong);
            std::vector<NamedArray> batch = {
                {"x", {rows, inputs}, std::vector<float>(data->train.x.data(), data->train.x.data() + rows * inputs)},
                {"y", {rows}, std::vector<float>(data->train.y.begin(), data->train.y.begin() + rows)},
                {"wrong", {rows}, std::vector<float>(wrong.begin(), wrong.end())},
                {"height", {1}, {static_cast<float>(data->maximum)}},
                {"scores", {rows, outputs}, std::vector<float>(scores, scores + rows * outputs)}};
            const StepReport report = bench.step();
            batch.push_back({"loss", {1}, {static_cast<float>(report.loss)}});
            QVERIFY(writeNpz(dir.filePath("batch.npz").toStdString(), batch).ok());
            QVERIFY(writeNpz(dir.filePath("after.npz").toStdString(), weightsOf(bench)).ok());
        }
        for (const CircuitTemplate& t : circuitTemplates()) QVERIFY2(templates.count(t.id) == 1, t.id.c_str());
        for (const RuleDescription& rule : ruleRegistry())
            if (rule.torch) QVERIFY2(rules.count(rule.id) == 1, rule.id.c_str());
        QVERIFY(rules.size() >= 5);
        QVERIFY(refused > 0);
    }

    void rulesWithoutATextExportTheForwardPass() {
        const auto data = smallSeg7();
        const Circuit circuit = *makeTemplate("mlp", shapeOf(data->schema), data->schema.classes);
        for (const RuleDescription& rule : ruleRegistry()) {
            if (rule.torch) continue;
            const auto bench = RuleBench::make(rule, circuit, data);
            QVERIFY2(bench.ok(), rule.id.c_str());
            const Result<std::string> code = pytorchCode({circuit, *(*bench)->network, data->schema.shape, data->schema.classes, &rule,
                                                          ParamSet(rule.params), (*bench)->rule->ownParameters(), {}});
            QVERIFY(code.ok());
            QVERIFY(code->find("def train_step(") == std::string::npos);
            QVERIFY(code->find("class Model(nn.Module)") != std::string::npos);
        }
    }
};

QTEST_APPLESS_MAIN(TorchExportTest)
#include "TorchExportTest.moc"

// Every template learns its own small data set by backpropagation, on the spot, to a stated accuracy. A new template needs
// a row here. Beside them: what the templates' settings make, and that repetition written out trains like what is drawn.
#include "core/circuit/Expand.h"
#include "core/circuit/SizeSolver.h"
#include "core/data/DataRegistry.h"
#include "suite/rules/RuleBench.h"

#include <QtTest>

#include <cmath>

using namespace lab;
using namespace lab::test;

namespace {

std::shared_ptr<const PreparedData> dataFor(const std::string& id) {
    static std::map<std::string, std::shared_ptr<const PreparedData>> made;
    auto& entry = made[id];
    if (entry) return entry;
    for (const DatasetDescription& d : generatedDatasets()) {
        if (d.id != id || id == "seg7") continue;
        const Result<Dataset> raw = d.load(ParamSet(d.params));
        if (!raw) qFatal("%s", raw.error().text().c_str());
        Result<PreparedData> prepared = prepareData(*raw, ParamSet(dataOptions()), 1);
        if (!prepared) qFatal("%s", prepared.error().text().c_str());
        return entry = std::make_shared<PreparedData>(*std::move(prepared));
    }
    // Also for sets that need files.
    Dataset images = seg7();
    images.train.x.conservativeResize(3000, Eigen::NoChange);
    images.train.y.resize(3000);
    Result<PreparedData> prepared = prepareData(images, ParamSet(dataOptions()), 1);
    if (!prepared) qFatal("%s", prepared.error().text().c_str());
    return entry = std::make_shared<PreparedData>(*std::move(prepared));
}

struct Recipe {
    double rate;
    int steps;
    double accuracy;  // share of the test samples; for a reconstruction the share of the variance that is explained
};

const std::map<std::string, Recipe>& recipes() {
    static const std::map<std::string, Recipe> list = {
        {"mlp", {2e-3, 300, 0.85}},          {"cnn", {3e-3, 500, 0.88}},         {"residual", {2e-3, 300, 0.85}},
        {"residual-cnn", {3e-3, 350, 0.85}}, {"autoencoder", {3e-3, 600, 0.6}},  {"transformer", {3e-3, 700, 0.98}},
        {"gnn", {3e-3, 500, 0.98}},          {"recurrent", {3e-3, 600, 0.98}},   {"spiking", {3e-3, 600, 0.80}},
    };
    return list;
}

double quality(RuleBench& bench) {
    const PreparedData& data = *bench.data;
    const Index rows = std::min<Index>(data.test.count(), bench.rule->predictionCapacity());
    const ConstMatrixMap x(data.test.x.data(), rows, data.test.x.cols());
    const Index outputs = bench.network->arrays()[static_cast<std::size_t>(bench.network->scoresArray())].size;
    Matrix scores(rows, outputs);
    std::vector<MatrixMap> ways;
    for (std::size_t w = 0; w < bench.rule->ways().size(); ++w) ways.emplace_back(scores.data(), rows, outputs);
    bench.rule->predict(bench.pool, x, ways);
    if (bench.network->task() == Task::Reconstruct) {
        const Matrix wanted = x.middleCols(bench.network->targetOffset(), outputs);
        const double error = static_cast<double>((scores - wanted).squaredNorm());
        const double all = static_cast<double>((wanted.rowwise() - wanted.colwise().mean()).squaredNorm());
        return 1 - error / all;
    }
    std::vector<int> answers(static_cast<std::size_t>(rows));
    argmaxRows(scores.data(), rows, outputs, answers.data());
    Index right = 0;
    for (Index i = 0; i < rows; ++i) right += answers[static_cast<std::size_t>(i)] == data.test.y[static_cast<std::size_t>(i)];
    return static_cast<double>(right) / static_cast<double>(rows);
}

Result<std::unique_ptr<RuleBench>> benchFor(const std::string& circuit, const std::string& dataset, double rate) {
    const auto data = dataFor(dataset);
    const Result<Circuit> made = parseShorthand(circuit, shapeOf(data->schema), data->schema.classes);
    if (!made) return made.error();
    BenchOptions options;
    options.batch = 64;
    options.optimizer.id = "adam";
    options.optimizer.held = {{"rate", rate}};
    return RuleBench::make(*findRule("backprop"), *made, data, options);
}

}  // namespace

class TemplateSuite : public QObject {
    Q_OBJECT
private slots:
    void learns_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(circuitTemplates().size()); ++i)
            QTest::newRow(circuitTemplates()[static_cast<std::size_t>(i)].id.c_str()) << i;
    }
    void learns() {
        QFETCH(int, index);
        const CircuitTemplate& t = circuitTemplates()[static_cast<std::size_t>(index)];
        QVERIFY2(recipes().count(t.id) == 1, "a new template needs a recipe");
        const Recipe& recipe = recipes().at(t.id);
        const auto bench = benchFor(t.id, t.dataset, recipe.rate);
        QVERIFY2(bench.ok(), bench.ok() ? "" : bench.error().text().c_str());
        const double before = quality(**bench);
        QElapsedTimer timer;
        timer.start();
        for (int s = 0; s < recipe.steps; ++s) (*bench)->step();
        const double after = quality(**bench);
        qInfo("%s: %.1f %% -> %.1f %% in %d steps, %.1f s", t.id.c_str(), 100 * before, 100 * after, recipe.steps,
              static_cast<double>(timer.elapsed()) * 1e-3);
        QVERIFY2(before < recipe.accuracy, "it could do so before it was trained");
        QVERIFY2(after >= recipe.accuracy, qPrintable(QString::number(after)));
    }

    void settings() {
        const auto code = [](const char* text) {
            const Result<Circuit> c = parseShorthand(text, {1, 12, 12}, 10);
            return c ? std::string() : c.error().code;
        };
        for (const char* fine : {"transformer:16-4-2", "transformer:causal", "transformer:16-2-1:causal", "gnn:8", "recurrent:5", "spiking:12",
                                 "autoencoder:tied", "cnn:bn", "line:conv 8 k=5 | relu | maxpool 7 | flatten | linear 10"})
            QCOMPARE(code(fine), std::string());
        for (const char* wrong : {"transformer:16-3", "transformer:0", "gnn:1-2-3", "recurrent:x", "spiking:", "autoencoder:x", "residual-cnn:3"})
            QCOMPARE(code(wrong), std::string("LAB-CIRCUIT-402"));
        // A line of operations gives the circuit that the template gives; mistakes in it are errors of the line.
        QCOMPARE(parseShorthand("line:conv 8 | relu | maxpool | conv 16 | relu | maxpool | flatten | linear 10", {1, 12, 12}, 10)->operations,
                 parseShorthand("cnn", {1, 12, 12}, 10)->operations);
        QVERIFY(!parseShorthand("line:conv 8 | nonsense", {1, 12, 12}, 10).ok());
        QVERIFY(!parseShorthand("line:", {1, 12, 12}, 10).ok());
        // Twice as many blocks with weights of their own have twice the block's parameters.
        const auto count = [](const char* text) {
            const Circuit c = *parseShorthand(text, {1, 12, 12}, 10);
            const auto network = Network::compile(c, {{1, 12, 12}, 10});
            return network ? (*network)->parameters().size() : Index(-1);
        };
        const Index one = count("transformer:16-2-1"), two = count("transformer:16-2-2"), three = count("transformer:16-2-3");
        QVERIFY(one > 0 && two > one);
        QCOMPARE(three - two, two - one);
    }

    // Two arrays of a sample enter at two inputs: queries are rebuilt from the memory alone.
    void twoInputs() {
        for (const char* circuit : {"attention:4", "attention:4:causal"}) {
            const auto bench = benchFor(circuit, "recall", 3e-3);
            QVERIFY2(bench.ok(), bench.ok() ? "" : bench.error().text().c_str());
            QVERIFY((*bench)->network->hasSeveralInputs() && (*bench)->network->task() == Task::Reconstruct);
            QCOMPARE((*bench)->network->targetOffset(), Index(0));
            QVERIFY(quality(**bench) < 0.3);
            for (int s = 0; s < 500; ++s) (*bench)->step();
            const double after = quality(**bench);
            qInfo("%s: %.1f %%", circuit, 100 * after);
            QVERIFY2(after >= 0.8, qPrintable(QString::number(after)));
        }
    }

    // Nodes and edges as two inputs compute what the same circuit computes that cuts them out of one array.
    void twoInputsAreColumnsOfTheSample() {
        const auto data = dataFor("graphs");
        const Circuit one = *makeTemplate("gnn", shapeOf(data->schema), data->schema.classes);
        const auto cut = std::find_if(one.operations.begin(), one.operations.end(), [](const Operation& op) { return op.kind == "parts"; });
        QVERIFY(cut != one.operations.end());
        Circuit two = one;
        Operation nodes = one.operations.front(), edges = nodes;
        nodes.out = {cut->out[0]};
        edges.out = {cut->out[1]};
        nodes.id = "nodes";
        edges.id = "edges";
        nodes.name = "*H*";
        edges.name = "*A*";
        // Found by their names, in whatever order they stand.
        const std::string whole = one.operations.front().out.front();
        two.operations.erase(two.operations.begin() + (cut - one.operations.begin()));
        two.operations.front() = edges;
        two.operations.insert(two.operations.begin() + 1, nodes);
        two.wires.erase(std::find_if(two.wires.begin(), two.wires.end(), [&](const Wire& w) { return w.id == whole; }));
        QVERIFY(checkInvariants(two).ok());
        QVERIFY(solveSizes(two, shapeOf(data->schema), 2, data->schema.parts).problems.empty());

        std::vector<std::vector<Real>> scores;
        std::vector<std::uint64_t> prints;
        for (const Circuit* circuit : std::initializer_list<const Circuit*>{&one, &two}) {
            BenchOptions options;
            const auto bench = RuleBench::make(*findRule("backprop"), *circuit, data, options);
            QVERIFY2(bench.ok(), bench.ok() ? "" : bench.error().text().c_str());
            for (int s = 0; s < 5; ++s) (*bench)->step();
            Matrix found(8, 2);
            std::vector<MatrixMap> ways = {MatrixMap(found.data(), 8, 2)};
            (*bench)->rule->predict((*bench)->pool, ConstMatrixMap(data->test.x.data(), 8, data->test.x.cols()), ways);
            scores.emplace_back(found.data(), found.data() + found.size());
            Fingerprint print;
            (*bench)->network->parameters().addTo(print);
            prints.push_back(print.value());
        }
        QVERIFY(scores[0] == scores[1]);
        QCOMPARE(prints[0], prints[1]);
    }

    // An input that no array feeds is named; with data of one array a second input is too many.
    void inputsWithoutData() {
        const Circuit circuit = *parseShorthand("attention:2", {16, 1, 4}, 4);
        const auto problem = [&](const std::vector<DataPart>& parts) {
            const SizeSolution sizes = solveSizes(circuit, {16, 1, 4}, 4, parts);
            for (const Problem& p : sizes.problems)
                if (p.code == "LAB-SIZE-114") return p;
            return Problem();
        };
        QVERIFY(problem({{"queries", {8, 1, 4}, 0}, {"memory", {8, 1, 4}, 0}}).code.empty());
        const Problem one = problem({});
        QVERIFY2(one.message.find("input memory") != std::string::npos && one.message.find("queries") != std::string::npos, one.message.c_str());
        QCOMPARE(one.operation, std::string("in2"));
        const Problem other = problem({{"memory", {16, 1, 4}, 0}});
        QVERIFY2(other.message.find("input queries") != std::string::npos && other.message.find("its arrays are memory") != std::string::npos,
                 other.message.c_str());
        const auto network = Network::compile(circuit, {{16, 1, 4}, 4});
        QVERIFY(!network.ok() && network.error().code == "LAB-SIZE-114");
        // Rules that write into the sample say why they will not, and who would.
        const auto data = dataFor("recall");
        Circuit scores = *parseShorthand("attention:2", shapeOf(data->schema), data->schema.classes);
        const auto compiled = Network::compile(scores, {data->schema.shape, data->schema.classes, data->schema.parts});
        QVERIFY(compiled.ok());
        int writing = 0;
        for (const RuleDescription& rule : ruleRegistry()) {
            if (!rule.writesInput) continue;
            ++writing;
            const Suitability refused = rule.suits(scores, **compiled, data->schema, ParamSet(rule.params));
            QVERIFY(!refused.ok);
            QVERIFY2(refused.reason.find("2 arrays") != std::string::npos, refused.reason.c_str());
            QVERIFY2(refused.hint.find("Backpropagation") != std::string::npos, refused.hint.c_str());
            const auto tokens = dataFor("pointer");
            const Circuit transformer = *makeTemplate("transformer", shapeOf(tokens->schema), tokens->schema.classes);
            const auto reading = Network::compile(transformer, {tokens->schema.shape, tokens->schema.classes});
            QVERIFY(reading.ok());
            const Suitability painted = rule.suits(transformer, **reading, tokens->schema, ParamSet(rule.params));
            QVERIFY(!painted.ok);
            QVERIFY2(painted.reason.find("tokens") != std::string::npos, painted.reason.c_str());
        }
        QVERIFY(writing > 0);
    }

    // The number of threads changes no bit, also where weights are shared over time.
    void sameBitsForAnyThreads() {
        for (const char* t : {"transformer", "gnn", "recurrent", "spiking", "autoencoder:tied"}) {
            std::vector<std::uint64_t> prints;
            for (const int threads : {1, 2, 7}) {
                const auto data = smallSeg7();
                BenchOptions options;
                options.threads = threads;
                const auto bench = RuleBench::make(*findRule("backprop"), *parseShorthand(t, shapeOf(data->schema), data->schema.classes), data, options);
                QVERIFY(bench.ok());
                for (int s = 0; s < 3; ++s) (*bench)->step();
                Fingerprint print;
                (*bench)->network->parameters().addTo(print);
                prints.push_back(print.value());
            }
            QVERIFY2(prints[0] == prints[1] && prints[1] == prints[2], t);
        }
    }

    void mistakesInRepetitions() {
        const Circuit drawn = *parseShorthand("recurrent:4", {1, 12, 12}, 10);
        const auto codeOf = [](const Circuit& c) {
            const auto network = Network::compile(c, {{1, 12, 12}, 10});
            return network ? std::string() : network.error().code;
        };
        QCOMPARE(codeOf(drawn), std::string());
        Circuit c = drawn;
        c.groups.front().repeat.count = "nowhere";
        QCOMPARE(codeOf(c), std::string("LAB-SIZE-147"));
        c = drawn;
        c.groups.front().repeat.count = "9999999";
        QCOMPARE(codeOf(c), std::string("LAB-SIZE-147"));
        c = drawn;
        c.axis("t")->size = "100000";
        QCOMPARE(expandCircuit(c, solveSizes(c)).error().code, std::string("LAB-CIRCUIT-602"));
        c = drawn;
        c.axis("t")->size = "";
        QCOMPARE(expandCircuit(c, solveSizes(c)).error().code, std::string("LAB-CIRCUIT-604"));
        c = drawn;  // nobody fills the slot
        for (Operation& op : c.operations)
            if (op.kind == "drop") op.args["slot"] = std::string("elsewhere");
        QCOMPARE(codeOf(c), std::string("LAB-SIZE-146"));
        c = drawn;  // without the repetition the slot would feed itself
        c.groups.clear();
        QCOMPARE(codeOf(c), std::string("LAB-CIRCUIT-116"));
        c = drawn;  // the place is a letter that nothing counts
        c.groups.front().repeat.variable = "s";
        QCOMPARE(codeOf(c), std::string("LAB-NET-114"));
        c = drawn;
        c.groups.front().repeat.count = "12";
        QCOMPARE(codeOf(c), std::string("LAB-SIZE-148"));
    }
};

QTEST_APPLESS_MAIN(TemplateSuite)
#include "TemplateSuite.moc"

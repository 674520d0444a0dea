// The program as it is run in a terminal without a display: help, exit codes, messages, lists, training and what it leaves.
#include "core/circuit/Operations.h"
#include "core/document/Views.h"
#include "core/geometry/Measures.h"
#include "core/io/CircuitJson.h"
#include "core/io/DataFiles.h"
#include "core/io/Json.h"
#include "core/io/Npz.h"
#include "core/io/Project.h"
#include "core/math/Gemm.h"
#include "unit/run/RunSupport.h"

#include <QtTest>

#include <QProcess>

using namespace lab;
using namespace lab::test;

namespace {

struct Output {
    int status = -1;
    QString out;
    QString err;
};

Output runIn(const QString& folder, const QStringList& arguments) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) environment.remove(name);
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(folder);
    process.start(FORWARD_LAB, arguments);
    Output output;
    if (!process.waitForFinished(60000)) {
        process.kill();
        process.waitForFinished();
        output.err = "did not end";
        return output;
    }
    output.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    output.out = QString::fromUtf8(process.readAllStandardOutput());
    output.err = QString::fromUtf8(process.readAllStandardError());
    return output;
}

JsonValue parsed(const QString& text) {
    Result<JsonValue> value = parseJson(text.toStdString(), "output");
    if (!value) throw std::runtime_error(value.error().text());
    return *value;
}

std::vector<JsonValue> jsonLines(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) throw std::runtime_error("no log");
    std::vector<JsonValue> out;
    for (const QByteArray& line : file.readAll().split('\n'))
        if (!line.isEmpty()) out.push_back(parsed(QString::fromUtf8(line)));
    return out;
}

double number(const JsonValue& object, const char* name) {
    const JsonValue* member = object.find(name);
    if (member == nullptr || member->type() != JsonValue::Type::Number) throw std::runtime_error(std::string("no number ") + name);
    return std::stod(member->raw());
}

std::string text(const JsonValue& object, const char* name) {
    const JsonValue* member = object.find(name);
    if (member == nullptr || member->type() != JsonValue::Type::String) throw std::runtime_error(std::string("no text ") + name);
    return member->raw();
}

// The options of smallExperiment().
QStringList smallTraining(const QString& rule, const QString& circuit = "mlp:144-24-20-10") {
    return {"train", "--circuit", circuit, "--rule", rule, "--dataset", "seg7", "--limit", "256", "--data", "test_limit=100",
            "--batch", "32", "--epochs", "2", "--seed", "3"};
}

}  // namespace

class CliTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    Output run(const QStringList& arguments) const { return runIn(m_folder.path(), arguments); }
    QString file(const QString& name) const { return m_folder.filePath(name); }

private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void help() {
        const Output all = run({"--help"});
        QCOMPARE(all.status, 0);
        QVERIFY(all.err.isEmpty());
        const QStringList commands = {"train", "eval", "render", "export", "rules", "operations", "datasets", "optimizers", "views",
                                      "measures", "describe", "measure", "bench", "check"};
        for (const QString& command : commands) {
            QVERIFY2(all.out.contains("\n  " + command + " "), qPrintable(command));
            const Output one = run({command, "--help"});
            QCOMPARE(one.status, 0);
            QVERIFY2(one.out.startsWith("Usage: forward-lab " + command), qPrintable(one.out.left(200)));
            QVERIFY(one.err.isEmpty() && one.out.contains("--help") && !one.out.contains(FORWARD_LAB));
            QCOMPARE(run({command, "-h"}).out, one.out);
        }
        for (const char* option : {"circuit", "rule", "dataset", "epochs", "steps", "batch", "optimizer", "seed", "threads", "limit", "order",
                                   "init", "save", "save-weights", "log", "quiet"})
            QVERIFY2(run({"train", "--help"}).out.contains(QString("--%1").arg(option)), option);
        QVERIFY(run({"--version"}).out.startsWith("forward-lab " LAB_VERSION));
    }

    // Wrong use: exit 2, a message on stderr, nothing on stdout.
    void wrongUse_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("said");
        const auto row = [](const QStringList& arguments, const char* said) { QTest::addRow("%s", qPrintable(arguments.join(' '))) << arguments << said; };
        row({"train", "--bogus"}, "bogus");
        row({"train", "--help-all"}, "help-all");
        row({"train", "stray"}, "stray");
        row({"train", "--dataset", "seg7", "--rule", "nope"}, "LAB-RULE-100");
        row({"train", "--dataset", "seg7", "--rule", "backprop:nope=1"}, "LAB-PARAM-101");
        row({"train", "--dataset", "seg7", "--rule", ":x=1"}, "LAB-PARAM-103");
        row({"train", "--dataset", "seg7", "--rule", "backprop:x"}, "LAB-PARAM-104");
        row({"train", "--dataset", "no-such-data"}, "LAB-DATA-171");
        row({"train", "--dataset", "moons:noise=-1"}, "LAB-PARAM-102");
        row({"train", "--dataset", "seg7", "--circuit", "nope"}, "LAB-CIRCUIT-401");
        row({"train", "--dataset", "seg7", "--circuit", "mlp:100-10"}, "LAB-CIRCUIT-403");
        row({"train", "--dataset", "seg7", "--rule", "backprop", "--optimizer", "nope"}, "LAB-RUN-103");
        row({"train", "--dataset", "seg7", "--rule", "backprop", "--optimizer", "sgd:rate=-1"}, "LAB-PARAM-102");
        row({"train", "--dataset", "seg7", "--schedule", "kind=nope"}, "LAB-PARAM-102");
        row({"train", "--dataset", "seg7", "--data", "nope=1"}, "LAB-PARAM-101");
        row({"train", "--dataset", "seg7", "--arithmetic", "products=fp8"}, "LAB-PARAM-102");
        row({"train", "--dataset", "seg7", "--order", "random"}, "LAB-CLI-102");
        for (const char* option : {"epochs", "steps", "batch", "seed", "threads", "limit", "evaluate-every"})
            for (const char* value : {"x", "-1", "1.5", ""}) row({"train", "--dataset", "seg7", QString("--%1").arg(option), value}, "LAB-CLI-101");
        row({"eval"}, "one project");
        row({"eval", "a.flab", "b.flab"}, "one project");
        row({"eval", "a.flab", "--threads", "x"}, "LAB-CLI-101");
        row({"render", "a.flab"}, "--view");
        row({"render", "a.flab", "--view", "curves", "--out", "f.csv", "--size", "10x"}, "--size");
        row({"render", "a.flab", "--view", "nope", "--out", "f.csv"}, "LAB-VIEW-101");
        row({"export", "a.flab"}, "--to");
        row({"export"}, "one project");
        row({"rules", "nope"}, "nope");
        row({"measures", "nope"}, "nope");
        row({"measure"}, "name a measure");
        row({"measure", "nope", "x.npy"}, "nope");
        row({"measure", "cka", "x.npy"}, "2 array");
        row({"bench", "nope"}, "LAB-CLI-109");
        row({"check"}, "at least one");
    }
    void wrongUse() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, said);
        const Output output = run(arguments);
        QCOMPARE(output.status, 2);
        QVERIFY2(output.err.contains(said), qPrintable(output.err));
        QVERIFY2(output.err.startsWith("forward-lab"), qPrintable(output.err));
        QVERIFY(output.out.isEmpty());
    }

    // What cannot be done: exit 1.
    void failures_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("said");
        const auto row = [](const QStringList& arguments, const char* said) { QTest::addRow("%s", qPrintable(arguments.join(' '))) << arguments << said; };
        row({"eval", "missing.flab"}, "LAB-IO-101");
        row({"render", "missing.flab", "--view", "curves", "--out", "f.csv"}, "LAB-IO-101");
        row({"export", "missing.flab", "--to", "f.npz"}, "LAB-IO-101");
        row({"check", "missing.flab"}, "LAB-IO-101");
        row({"measure", "rdm", "missing.npy"}, "LAB-IO-101");
        row({"train", "--dataset", "seg7", "--limit", "64", "--steps", "1", "--rule", "backprop", "--save", "none/p.flab"}, "LAB-IO-104");
        row({"train", "--dataset", "seg7", "--limit", "64", "--steps", "1", "--rule", "backprop", "--save-weights", "none/w.npz"}, "LAB-IO-104");
        row({"train", "--dataset", "seg7", "--limit", "64", "--steps", "1", "--rule", "backprop", "--log", "none/m.jsonl"}, "LAB-CLI-103");
        row({"train", "--dataset", "seg7", "--limit", "64", "--steps", "1", "--rule", "backprop", "--init", "none.npz"}, "LAB-IO-101");
    }
    void failures() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, said);
        const Output output = run(arguments);
        QCOMPARE(output.status, 1);
        QVERIFY2(output.err.startsWith("forward-lab: ") && output.err.contains(said), qPrintable(output.err));
        QVERIFY(output.out.isEmpty());
    }

    void listsHoldTheRegistries() {
        const auto check = [&](const QString& command, const std::vector<std::string>& ids) {
            const Output output = run({command, "--json"});
            if (output.status != 0 || !output.err.isEmpty()) return false;
            const JsonValue list = parsed(output.out);
            if (list.items().size() != ids.size()) return false;
            for (std::size_t i = 0; i < ids.size(); ++i) {
                const JsonValue& item = list.items()[i];
                if (text(item, "id") != ids[i] || text(item, "title").empty() || text(item, "summary").empty()) return false;
                for (const JsonValue& param : item.find("params")->items())
                    if (text(param, "name").empty() || text(param, "kind").empty() || param.find("default") == nullptr) return false;
            }
            // The table names them too, and one by name says everything about it.
            const Output table = run({command});
            for (const std::string& id : ids)
                if (!table.out.contains(QString::fromStdString(id))) return false;
            const Output one = run({command, QString::fromStdString(ids.back()), "--json"});
            return table.status == 0 && one.status == 0 && parsed(one.out).items().size() == 1 && parsed(one.out).items()[0] == list.items().back();
        };
        std::vector<std::string> rules, operations, datasets, optimizers, views, names;
        for (const RuleDescription& r : ruleRegistry()) rules.push_back(r.id);
        for (const OperationDescription& o : operationRegistry()) operations.push_back(o.kind);
        for (const DatasetDescription& d : allDatasets()) datasets.push_back(d.id);
        for (const OptimizerDescription& o : optimizerRegistry()) optimizers.push_back(o.id);
        for (const ViewDescription& v : viewRegistry()) views.push_back(v.id);
        for (const MeasureDescription& m : measures()) names.push_back(m.id);
        QVERIFY(check("rules", rules));
        QVERIFY(check("operations", operations));
        QVERIFY(check("datasets", datasets));
        QVERIFY(check("optimizers", optimizers));
        QVERIFY(check("views", views));
        QVERIFY(check("measures", names));
    }

    // The same bits as the trainer gives, whatever the number of threads; the log has one object per evaluation.
    void trainsWithTheSameBits_data() {
        QTest::addColumn<QString>("rule");
        for (const RuleDescription& rule : ruleRegistry()) QTest::addRow("%s", rule.id.c_str()) << QString::fromStdString(rule.id);
    }
    void trainsWithTheSameBits() {
        QFETCH(QString, rule);
        const std::string circuit = suitableCircuit(rule.toStdString());
        const std::unique_ptr<Trainer> trainer = makeTrainer(smallExperiment(rule.toStdString(), circuit), 1);
        while (trainer->step()) {
        }
        const QString log = file(rule + ".jsonl");
        const Output output = run(smallTraining(rule, QString::fromStdString(circuit)) + QStringList{"--threads", "3", "--log", log});
        QVERIFY2(output.status == 0 && output.err.isEmpty(), qPrintable(output.err));
        QVERIFY2(output.out.endsWith("fingerprint " + QString::fromStdString(trainer->fingerprintWithClass()) + "\n"), qPrintable(output.out));
        const std::vector<JsonValue> lines = jsonLines(log);
        const std::vector<Evaluation>& evaluations = trainer->evaluations();
        QCOMPARE(lines.size(), evaluations.size());
        const std::vector<RuleLayer>& layers = trainer->rule().layers();
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const JsonValue& line = lines[i];
            const Evaluation& e = evaluations[i];
            QVERIFY(number(line, "step") == static_cast<double>(e.step) && number(line, "epoch") == e.epoch);
            QVERIFY(number(line, "test_loss") == e.testLoss && number(line, "train_loss") == e.trainLoss);
            QVERIFY(number(line, "samples_per_second") > 0);
            QCOMPARE(text(line, "fingerprint"), e.fingerprint);
            QCOMPARE(text(line, "kernels"), kernelClass());
            if (e.testAccuracy >= 0) QVERIFY(number(line, "test_accuracy") == e.testAccuracy);
            const std::vector<JsonValue>& items = line.find("layers")->items();
            QCOMPARE(items.size(), layers.size());
            for (std::size_t l = 0; l < items.size(); ++l) {
                QCOMPARE(text(items[l], "layer"), layers[l].title);
                // Every scalar channel of a layer by its name.
                for (const ChannelSpec& channel : findRule(rule.toStdString())->channels) {
                    if (channel.kind != ChannelKind::Scalar || channel.scope != ChannelScope::Layer || e.layerScalars.count(channel.id) == 0) continue;
                    QVERIFY2(items[l].find(channel.id) != nullptr, channel.id.c_str());
                    const double value = e.layerScalars.at(channel.id)[l];
                    if (std::isfinite(value)) QVERIFY(number(items[l], channel.id.c_str()) == value);
                }
            }
        }
    }

    void stepsLimitAndOrder() {
        const QStringList base = {"train", "--circuit", "mlp:144-12-10", "--rule", "backprop", "--dataset", "seg7", "--limit", "100", "--batch", "32",
                                  "--data", "test_limit=50"};
        const auto lines = [&](const QStringList& more) {
            const Output output = run(base + more + QStringList{"--log", "steps.jsonl", "--quiet"});
            if (output.status != 0 || !output.out.isEmpty() || !output.err.isEmpty()) throw std::runtime_error(output.err.toStdString());
            return jsonLines(file("steps.jsonl"));
        };
        // 100 samples: three whole batches and one of four.
        const std::vector<JsonValue> epoch = lines({"--epochs", "1"});
        QVERIFY(epoch.size() == 1 && number(epoch[0], "step") == 4);
        const std::vector<JsonValue> steps = lines({"--steps", "6"});
        QVERIFY(steps.size() == 2 && number(steps[1], "step") == 6 && number(steps[1], "epoch") == 1.5);
        QCOMPARE(text(steps[0], "fingerprint"), text(epoch[0], "fingerprint"));
        const std::vector<JsonValue> often = lines({"--steps", "6", "--evaluate-every", "2"});
        QCOMPARE(often.size(), std::size_t(3));
        QCOMPARE(text(often[2], "fingerprint"), text(steps[1], "fingerprint"));
        const std::vector<JsonValue> sequential = lines({"--steps", "6", "--order", "sequential"});
        QVERIFY(text(sequential[1], "fingerprint") != text(steps[1], "fingerprint"));
        QCOMPARE(text(lines({"--steps", "6", "--order", "shuffled"})[1], "fingerprint"), text(steps[1], "fingerprint"));
        QVERIFY(text(lines({"--steps", "6", "--seed", "2"})[1], "fingerprint") != text(steps[1], "fingerprint"));
        const std::vector<JsonValue> rounded = lines({"--steps", "6", "--arithmetic", "products=bf16"});
        QVERIFY(text(rounded[1], "fingerprint") != text(steps[1], "fingerprint"));
        QCOMPARE(text(rounded[1], "kernels"), kernelClass(Products::Bf16));
        QCOMPARE(text(lines({"--steps", "6", "--arithmetic", "products=single"})[1], "fingerprint"), text(steps[1], "fingerprint"));
    }

    void initContinuesFromWeights() {
        const QStringList plain = {"--optimizer", "sgd:rate=0.1", "--schedule", "kind=constant", "--order", "sequential", "--quiet"};
        QVERIFY(run(smallTraining("backprop") + plain + QStringList{"--steps", "5", "--save-weights", "w.npz"}).status == 0);
        const Result<std::vector<NamedArray>> weights = readNpz(file("w.npz").toStdString());
        QVERIFY(weights.ok());
        const Output output = run(smallTraining("backprop") + plain + QStringList{"--steps", "3", "--init", "w.npz", "--save-weights", "v.npz", "--log", "v.jsonl"});
        QVERIFY2(output.status == 0, qPrintable(output.err));

        Experiment experiment = smallExperiment("backprop");
        experiment.optimizer = {"sgd", {{"rate", 0.1}}};
        experiment.schedule = {{"kind", std::string("constant")}};
        experiment.shuffled = false;
        const std::unique_ptr<Trainer> trainer = makeTrainer(experiment, 1, 3);
        const std::vector<Trainer::NamedBlock> blocks = trainer->namedParameters();
        QCOMPARE(weights->size(), blocks.size());
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            QCOMPARE((*weights)[i].name, blocks[i].name);
            QVERIFY((*weights)[i].shape == blocks[i].shape);
            std::copy((*weights)[i].data.begin(), (*weights)[i].data.end(), blocks[i].values.begin());
        }
        while (trainer->step()) {
        }
        QCOMPARE(text(jsonLines(file("v.jsonl")).back(), "fingerprint"), trainer->fingerprint());
        const Result<std::vector<NamedArray>> after = readNpz(file("v.npz").toStdString());
        QVERIFY(after.ok());
        for (std::size_t i = 0; i < blocks.size(); ++i)
            QVERIFY(std::equal((*after)[i].data.begin(), (*after)[i].data.end(), blocks[i].values.begin(), blocks[i].values.end()));
        // Weights of another circuit: by shape and by name.
        const Output shape = run(smallTraining("backprop", "mlp:144-23-20-10") + QStringList{"--init", "w.npz"});
        QVERIFY(shape.status == 1 && shape.err.contains("LAB-CLI-105") && shape.err.contains("24 x 144"));
        const Output name = run(smallTraining("backprop", "mlp:144-24-10") + QStringList{"--init", "w.npz"});
        QVERIFY(name.status == 1 && name.err.contains("LAB-CLI-10"));
    }

    void projectsFromStartToEnd() {
        QVERIFY(run(smallTraining("mono-forward") + QStringList{"--save", "p.flab", "--save-weights", "p.npz", "--log", "p.jsonl"}).status == 0);
        const JsonValue last = jsonLines(file("p.jsonl")).back();
        const Output eval = run({"eval", "p.flab", "--json"});
        QVERIFY2(eval.status == 0 && eval.err.isEmpty(), qPrintable(eval.err));
        const JsonValue evaluated = parsed(eval.out);
        for (const char* member : {"test_loss", "test_accuracy", "step", "epoch"}) QVERIFY2(number(evaluated, member) == number(last, member), member);
        QCOMPARE(text(evaluated, "fingerprint"), text(last, "fingerprint"));
        QVERIFY(*evaluated.find("accuracies") == *last.find("accuracies"));
        const Output table = run({"eval", "p.flab"});
        QVERIFY(table.status == 0 && table.out.contains(QString::fromStdString(text(last, "fingerprint"))));
        // On other data: what the project asks of its data is asked of those.
        const Output other = run({"eval", "p.flab", "--dataset", "digits"});
        QVERIFY(other.status == 1 && other.err.contains("LAB-"));

        const Output checked = run({"check", "p.flab"});
        QVERIFY(checked.status == 0 && checked.out.startsWith("p.flab: project: ") && checked.out.contains("step 16"));
        QFile damaged(file("damaged.flab"));
        QVERIFY(QFile::copy(file("p.flab"), damaged.fileName()) && damaged.resize(QFileInfo(file("p.flab")).size() - 30));
        const Output mixed = run({"check", "damaged.flab", "p.flab"});
        QVERIFY(mixed.status == 1 && mixed.err.contains("damaged.flab") && mixed.out.contains("p.flab: project"));

        QVERIFY(run({"export", "p.flab", "--to", "again.npz"}).status == 0);
        QFile first(file("p.npz")), second(file("again.npz"));
        QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
        QVERIFY(first.readAll() == second.readAll());
        QVERIFY(run({"export", "p.flab", "--to", "c.ncd.json"}).status == 0);
        QVERIFY(run({"check", "c.ncd.json"}).out.contains("circuit: "));
        const Output ending = run({"export", "p.flab", "--to", "p.xyz"});
        QVERIFY(ending.status == 2 && ending.err.contains("p.xyz"));
        // The circuit of a project or a file trains like the shorthand.
        for (const char* circuit : {"p.flab", "c.ncd.json"}) {
            const Output same = run(smallTraining("mono-forward", circuit) + QStringList{"--log", "same.jsonl", "--quiet"});
            QVERIFY2(same.status == 0, qPrintable(same.err));
            QCOMPARE(text(jsonLines(file("same.jsonl")).back(), "fingerprint"), text(last, "fingerprint"));
        }

        for (const ViewDescription& view : viewRegistry()) {
            const QString name = QString::fromStdString(view.id) + ".csv";
            const Output drawn = run({"render", "p.flab", "--view", QString::fromStdString(view.id), "--out", name});
            QVERIFY2(drawn.status == 0, qPrintable(drawn.err));
            QVERIFY2(QFileInfo(file(name)).exists(), qPrintable(name));
        }
        QFile curves(file("curves.csv"));
        QVERIFY(curves.open(QIODevice::ReadOnly));
        QVERIFY(curves.readLine() == "panel,series,x,y\n");
        QVERIFY(curves.readAll().count('\n') > 20);
        const Output svg = run({"render", "p.flab", "--view", "curves", "--out", "curves.svg"});
        const Output diagram = run({"export", "p.flab", "--to", "diagram.svg"});
#ifdef LAB_GUI
        QVERIFY2(svg.status == 0 && diagram.status == 0, qPrintable(svg.err + diagram.err));
        for (const char* name : {"curves.svg", "diagram.svg"}) {
            QFile drawing(file(name));
            QVERIFY(drawing.open(QIODevice::ReadOnly) && drawing.readAll().contains("<svg"));
        }
        // The diagram in every format, each told by its first bytes; TikZ is a document of its own, black on white.
        const std::pair<const char*, const char*> beginnings[] = {{"diagram.pdf", "%PDF-"}, {"diagram.png", "\x89PNG"}, {"diagram.tex", "\\documentclass"}};
        for (const auto& [name, beginning] : beginnings) {
            const Output written = run({"export", "p.flab", "--to", name});
            QVERIFY2(written.status == 0, qPrintable(written.err));
            QFile drawing(file(name));
            QVERIFY(drawing.open(QIODevice::ReadOnly));
            QVERIFY2(drawing.read(4096).contains(beginning), name);
        }
        for (const char* ending : {"png", "pdf"})
            QVERIFY(run({"render", "p.flab", "--view", "curves", "--out", QString("curves.%1").arg(ending)}).status == 0 && QFileInfo(file(QString("curves.%1").arg(ending))).size() > 500);
        QCOMPARE(run({"render", "p.flab", "--view", "curves", "--out", "curves.xyz"}).status, 2);
#else
        QVERIFY(svg.status == 1 && svg.err.contains("LAB-CLI-106") && diagram.status == 1 && diagram.err.contains("LAB-CLI-106"));
#endif
    }

    void describe() {
        const Output suits = run({"describe", "--circuit", "mlp:144-24-20-10", "--rule", "mono-forward", "--dataset", "seg7", "--json"});
        QVERIFY2(suits.status == 0, qPrintable(suits.err));
        const JsonValue whole = parsed(suits.out);
        QVERIFY(number(whole, "parameters") == 144 * 24 + 24 + 24 * 20 + 20 + 20 * 10 + 10);
        QVERIFY(whole.find("rule")->find("suits")->asBool());
        QCOMPARE(text(whole.find("blocks")->items()[0], "name"), std::string("l1.weight"));
        QCOMPARE(whole.find("stages")->items().size(), std::size_t(3));
        int refused = 0;
        for (const RuleDescription& rule : ruleRegistry()) {
            const QStringList arguments = {"describe", "--circuit", "cnn", "--rule", QString::fromStdString(rule.id), "--dataset", "seg7", "--limit", "64"};
            const Output table = run(arguments), json = run(arguments + QStringList{"--json"});
            QCOMPARE(table.status, json.status);
            const JsonValue* described = parsed(json.out).find("rule");
            QVERIFY(described != nullptr);
            const JsonValue answer = *parsed(json.out).find("rule");
            QCOMPARE(answer.find("suits")->asBool(), json.status == 0);
            if (json.status == 0) continue;
            ++refused;
            QCOMPARE(json.status, 1);
            QVERIFY(!text(answer, "reason").empty() && !text(answer, "hint").empty());
            QVERIFY(table.out.contains(QString::fromStdString(text(answer, "reason"))));
        }
        QVERIFY(refused > 0);
    }

    void measure() {
        // Two unit squares: the distances are known.
        const std::vector<float> x = {0, 0, 0, 1, 1, 0, 1, 1};
        QVERIFY(writeNpy(file("x.npy").toStdString(), {4, 2}, std::span<const float>(x)).ok());
        const std::vector<float> y = {0, 0, 0, 2, 2, 0, 2, 2};
        QVERIFY(writeNpy(file("y.npy").toStdString(), {4, 2}, std::span<const float>(y)).ok());
        const std::vector<float> labels = {0, 0, 1, 1};
        QVERIFY(writeNpy(file("labels.npy").toStdString(), {4}, std::span<const float>(labels)).ok());
        const Output same = run({"measure", "alignment", "x.npy", "y.npy", "--json"});
        QVERIFY2(same.status == 0 && same.err.isEmpty(), qPrintable(same.err));
        QVERIFY(std::abs(number(parsed(same.out), "value") - 1) < 1e-6);
        QCOMPARE(text(parsed(same.out), "status"), std::string("ok"));
        const Output round = run({"measure", "participation_ratio", "x.npy", "--json"});
        QVERIFY(round.status == 0);
        QVERIFY(std::abs(number(parsed(round.out), "value") - 2) < 1e-6);
        // All measures run on these, in words and as JSON, or say why not.
        for (const MeasureDescription& m : measures()) {
            QStringList arguments = {"measure", QString::fromStdString(m.id), "x.npy"};
            if (m.arrays == 2) arguments << "y.npy";
            const Output without = run(arguments);
            if (m.needsLabels) QVERIFY2(without.status != 0 && !without.err.isEmpty(), m.id.c_str());
            arguments << "--labels" << "labels.npy";
            const Output words = run(arguments), json = run(arguments + QStringList{"--json"});
            QCOMPARE(words.status, json.status);
            QVERIFY2(json.status == 0 || !json.err.isEmpty(), m.id.c_str());
            if (json.status == 0) QCOMPARE(text(parsed(json.out), "measure"), m.id);
        }
        const std::vector<float> bad = {0, 0.5f, 1, 1};
        QVERIFY(writeNpy(file("bad.npy").toStdString(), {4}, std::span<const float>(bad)).ok());
        QVERIFY(run({"measure", "silhouette", "x.npy", "--labels", "bad.npy"}).err.contains("LAB-CLI-107"));
    }
};

QTEST_GUILESS_MAIN(CliTest)
#include "CliTest.moc"

// Edits as values: the difference of two experiments, applied, undone and merged, exactly.
#include "core/document/Edit.h"

#include "core/base/Assert.h"
#include "core/circuit/CircuitEdits.h"
#include "core/circuit/Templates.h"
#include "core/rules/RuleDescription.h"

#include <QtTest>

using namespace lab;

namespace {

Experiment start() {
    Experiment e;
    e.title = "start";
    e.circuit = makeMlp({20, 12, 8, 3});
    return e;
}

// One change of every member.
std::vector<std::pair<std::string, Experiment>> changes() {
    std::vector<std::pair<std::string, Experiment>> out;
    const auto with = [&](const char* name, const std::function<void(Experiment&)>& change) {
        Experiment e = start();
        change(e);
        out.emplace_back(name, e);
    };
    with("title", [](Experiment& e) { e.title = "other"; });
    with("notes", [](Experiment& e) { e.notes = "other"; });
    with("rule", [](Experiment& e) { e = withRule(e, ruleRegistry().back().id); });
    with("ruleParams", [](Experiment& e) { e.ruleParams["x"] = 1.5; });
    with("source", [](Experiment& e) { e.data.source = "moons"; });
    with("dataParams", [](Experiment& e) { e.data.params["noise"] = "0.2"; });
    with("options", [](Experiment& e) { e.data.options["train_limit"] = std::int64_t(7); });
    with("checksum", [](Experiment& e) { e.data.checksum = 9; });
    with("optimizer", [](Experiment& e) { e.optimizer = {"sgd", {{"rate", 0.3}}}; });
    with("layerOptimizers", [](Experiment& e) { e.layerOptimizers[2].id = "sgd"; });
    with("schedule", [](Experiment& e) { e.schedule["kind"] = std::string("cosine"); });
    with("arithmetic", [](Experiment& e) { e.arithmetic["products"] = std::string("bf16"); });
    with("epochs", [](Experiment& e) { e.epochs = 99; });
    with("batch", [](Experiment& e) { e.batch = 99; });
    with("seed", [](Experiment& e) { e.seed = 99; });
    with("shuffled", [](Experiment& e) { e.shuffled = false; });
    with("insert", [](Experiment& e) { e.circuit = insertOnWire(e.circuit, e.circuit.wires[1].id, "tanh")->circuit; });
    with("delete", [](Experiment& e) { e.circuit = deleteItems(e.circuit, {"L2"}, true)->circuit; });
    with("circuitTitle", [](Experiment& e) { e.circuit.title = "new"; });
    with("both", [](Experiment& e) {
        e.circuit = quickAdd(e.circuit, "linear 9 | relu", "L1")->circuit;
        e.epochs = 3;
    });
    with("nothing left", [](Experiment& e) { e.circuit = Circuit(); });
    return out;
}

}  // namespace

class EditTest : public QObject {
    Q_OBJECT
private slots:
    void everyMemberIsCovered() {
        const Experiment before = start();
        for (const auto& [name, after] : changes()) {
            QVERIFY2(!(before == after), name.c_str());
            const Edit edit = Edit::between(before, after, "Change " + name);
            QVERIFY2(!edit.empty(), name.c_str());
            QCOMPARE(edit.title(), "Change " + name);
            QCOMPARE(edit.touchesCircuit(), !(before.circuit == after.circuit));
            Experiment now = before;
            edit.apply(now);
            QVERIFY2(now == after, name.c_str());
            edit.inverse().apply(now);
            QVERIFY2(now == before, name.c_str());
            edit.inverse().inverse().apply(now);
            QVERIFY2(now == after, name.c_str());
        }
        QVERIFY(Edit::between(before, before, "nothing").empty());
    }

    // An edit fits the state that it was made for and no other.
    void wrongState() {
        const Experiment before = start();
        for (const auto& [name, after] : changes()) {
            const Edit edit = Edit::between(before, after, name);
            Experiment wrong = after;
            QVERIFY_EXCEPTION_THROWN(edit.apply(wrong), AssertionFailure);
        }
    }

    void merging() {
        Experiment a = start(), b = a, c = a;
        b.epochs = 1;
        c.epochs = 12;
        const Edit first = Edit::between(a, b, "Epochs 1"), second = Edit::between(b, c, "Epochs 12");
        const Edit both = first.followedBy(second);
        QCOMPARE(both.title(), std::string("Epochs 12"));
        Experiment now = a;
        both.apply(now);
        QVERIFY(now == c);
        both.inverse().apply(now);
        QVERIFY(now == a);
        // There and back again is nothing.
        QVERIFY(first.followedBy(first.inverse()).empty());
        // With nothing before or after.
        const Edit nothing = Edit::between(b, b, "nothing");
        now = a;
        first.followedBy(nothing).apply(now);
        QVERIFY(now == b);
        now = b;
        nothing.followedBy(second).apply(now);
        QVERIFY(now == c);
        Experiment drawn = a;
        drawn.circuit.title = "x";
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(first.followedBy(Edit::between(b, drawn, "circuit"))), AssertionFailure);
    }

    void recipes() {
        for (const RuleDescription& rule : ruleRegistry()) {
            Experiment e = start();
            e.ruleParams["left"] = 1.0;
            e.layerOptimizers[0].id = "sgd";
            const Experiment chosen = withRule(e, rule.id);
            QVERIFY(chosen.rule == rule.id && chosen.ruleParams.empty() && chosen.layerOptimizers.empty());
            QVERIFY(chosen.optimizer == rule.optimizer && chosen.schedule == rule.schedule);
            QVERIFY(chosen.batch == rule.batch && chosen.epochs == rule.epochs);
            QVERIFY(chosen.circuit == e.circuit && chosen.data == e.data && chosen.seed == e.seed);
            for (const std::string& alias : rule.aliases) QVERIFY(withRule(e, alias) == chosen);
        }
        QVERIFY(withRule(start(), "no-such-rule") == start());
    }

    void examplesAreReady() {
        for (const bool package : {false, true}) {
            const std::vector<ExampleExperiment> examples = exampleExperiments(package);
            QVERIFY(examples.size() >= 3);
            for (const ExampleExperiment& example : examples) {
                QVERIFY(!example.title.empty() && !example.summary.empty() && !example.outcome.empty());
                QVERIFY2(checkInvariants(example.experiment.circuit).ok() && !example.experiment.circuit.operations.empty(), example.id.c_str());
                QVERIFY(findRule(example.experiment.rule) != nullptr);
                QVERIFY(package || example.experiment.data.source != "fashion-mnist");
            }
            QVERIFY(firstExperiment(package) == examples.front().experiment);
        }
    }

    void suitableRules() {
        Experiment e = start();
        DataSchema schema;
        schema.shape = {20};
        schema.classes = 3;
        for (const RuleDescription& rule : ruleRegistry()) {
            e = withRule(e, rule.id);
            const std::string found = suitableRule(e, schema);
            const RuleDescription* description = findRule(found);
            QVERIFY(description != nullptr);
        }
        e.circuit = Circuit();
        QCOMPARE(suitableRule(e, schema), e.rule);  // nothing can train an empty circuit
    }
};

QTEST_APPLESS_MAIN(EditTest)
#include "EditTest.moc"

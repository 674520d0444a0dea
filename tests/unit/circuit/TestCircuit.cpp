// The document model: look-ups, fresh ids, order, and every broken invariant with its code.
#include "core/circuit/Circuit.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SizeSolver.h"
#include "core/circuit/Templates.h"

#include <QtTest>

#include <set>

using namespace lab;

namespace {

std::string codeOf(const Circuit& c) {
    const Result<void> r = checkInvariants(c);
    return r ? "" : r.error().code;
}

}  // namespace

class TestCircuit : public QObject {
    Q_OBJECT
private slots:
    void mlpIsSound() {
        const Circuit c = makeMlp({784, 500, 500, 10});
        QCOMPARE(codeOf(c), std::string());
        const SizeSolution s = solveSizes(c, {1, 28, 28}, 10);
        for (const Problem& p : s.problems) qWarning("%s %s", p.code.c_str(), p.message.c_str());
        QVERIFY(s.problems.empty());
        QCOMPARE(parameterCount(c, s), 784L * 500 + 500 + 500 * 500 + 500 + 500 * 10 + 10);
        QCOMPARE(wireShape(c, s, "w0"), std::vector<long>({784}));
        QCOMPARE(s.elements(c, c.wires.back().id), 10L);
    }

    void lookups() {
        Circuit c = makeMlp({4, 8, 3});
        QVERIFY(c.axis("p") != nullptr && c.axis("zz") == nullptr);
        QCOMPARE(c.producer("w1")->id, std::string("L1"));
        QCOMPARE(c.consumer("w1")->id, std::string("r1"));
        QVERIFY(c.consumer("none") == nullptr);
        QCOMPARE(c.freshId("L"), std::string("L3"));
        QCOMPARE(c.freshId("w"), std::string("w4"));
        std::reverse(c.operations.begin(), c.operations.end());
        const auto order = c.ordered();
        QCOMPARE(order.size(), c.operations.size());
        QCOMPARE(order.front()->id, std::string("in1"));
        QCOMPARE(order.back()->id, std::string("out1"));
    }

    void brokenInvariants_data() {
        QTest::addColumn<int>("mistake");
        for (int code = 101; code <= 117; ++code) QTest::newRow(qPrintable(QString::number(code))) << code;
    }
    void brokenInvariants() {
        QFETCH(int, mistake);
        Circuit c = makeMlp({4, 8, 3});
        switch (mistake) {
            case 101: c.axes[0].id.clear(); break;
            case 102: c.operations[1].id = c.groups[0].id; break;
            case 103: c.wires[0].axes.push_back("none"); break;
            case 104: c.wires[0].axes.push_back("p"); break;
            case 105: c.operations[1].in = {"none"}; break;
            case 106: c.operation("r1")->in = {"w0"}; break;
            case 107: c.operation("in1")->out.push_back("none"); break;
            case 108: c.operation("in1")->out.push_back("w1"); break;
            case 109: c.operation("in1")->out.clear(); break;
            case 110: c.operation("L1")->targetIn = {"none"}; break;
            case 111: c.operation("L1")->targetOut = {"p"}; break;
            case 112: c.operation("L1")->tie = "none"; break;
            case 113: c.groups[0].members.push_back("none"); break;
            case 114: c.groups[0].members.push_back("L1"); break;
            case 115:
                c.groups.emplace_back().id = "h";
                c.groups.back().members = {"g1"};
                c.groups[0].members.push_back("h");
                break;
            case 116:
                c.operation("L1")->in = {"w2"};
                c.operation("r1")->out = {"w2"};
                c.operation("L2")->in = {"w0"};
                break;
            case 117: c.axes[0].dims = 0; break;
            default: QFAIL("no such mistake");
        }
        QCOMPARE(codeOf(c), "LAB-CIRCUIT-" + std::to_string(mistake));
    }

    void everyKindIsDescribed() {
        std::set<std::string> words;
        for (const OperationDescription& d : operationRegistry()) {
            QVERIFY(!d.title.empty() && !d.doc.empty() && !d.formula.empty() && !d.category.empty() && !d.idPrefix.empty());
            for (const ParamSpec& p : d.params) QVERIFY(!p.doc.empty() && bool(checkParam(p, p.standard)));
            QVERIFY(findPreset(d.kind) != nullptr);
        }
        for (const OperationPreset& p : operationPresets()) {
            QVERIFY2(words.insert(p.word).second, p.word.c_str());
            const OperationDescription* d = findOperation(p.kind);
            QVERIFY(d != nullptr);
            ParamSet params(d->params);
            QVERIFY(bool(params.assign(p.args)));
        }
        QVERIFY(findOperation("none") == nullptr);
    }

    void windows() {
        Operation op;
        op.kind = "conv";
        QVERIFY(windowGeometry(op).keepsSize());
        op.args["s"] = ParamValue(std::int64_t(2));
        QCOMPARE(windowGeometry(op).outputSize(28), 14L);
        op.args["k"] = ParamValue(std::int64_t(5));
        op.args["p"] = ParamValue(std::int64_t(0));
        op.args["s"] = ParamValue(std::int64_t(1));
        QCOMPARE(windowGeometry(op).outputSize(28), 24L);
        QCOMPARE(windowGeometry(op).outputSize(4), 0L);
        op = Operation();
        op.kind = "pool";
        QCOMPARE(windowGeometry(op).outputSize(7), 3L);
    }

    void labels() {
        QCOMPARE(plainLabel("*L*_{12}"), std::string("L12"));
        Operation op;
        op.id = "L1";
        op.kind = "linear";
        QCOMPARE(glyphLabel(op), std::string("*L*_+"));
        QCOMPARE(displayName(op), std::string("L1"));
    }
};

QTEST_APPLESS_MAIN(TestCircuit)
#include "TestCircuit.moc"

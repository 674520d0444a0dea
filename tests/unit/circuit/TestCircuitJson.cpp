// The circuit file format: what is kept, what comes back byte for byte, and what is refused with which place.
#include "core/io/CircuitJson.h"

#include "CircuitFiles.h"
#include "core/circuit/SizeSolver.h"
#include "core/circuit/Templates.h"

#include <QtTest>

using namespace lab;
using namespace lab::testing;

namespace {

Circuit load(const std::string& text) {
    const Result<Circuit> c = circuitFromJson(std::string_view(text), "test.ncd.json");
    if (!c) qFatal("%s", c.error().text().c_str());
    return *c;
}

// JSON with single quotes for double ones, to be read more easily here.
std::string quoted(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    if (at == std::string::npos) qFatal("no '%s' in the file", from.c_str());
    return text.replace(at, from.size(), to);
}

}  // namespace

class TestCircuitJson : public QObject {
    Q_OBJECT
private slots:
    void roundTrip_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("mismatch") << QString::fromUtf8(kMismatch);
        QTest::newRow("forward-forward") << QString::fromUtf8(kForwardForward);
        QTest::newRow("residual") << QString::fromUtf8(kResidual);
        QTest::newRow("mlp") << QString::fromUtf8(circuitToJson(makeMlp({784, 500, 10}, "tanh")));
    }
    void roundTrip() {
        QFETCH(QString, file);
        const Circuit c = load(file.toStdString());
        const QByteArray once = circuitToJson(c);
        const Circuit again = load(once.toStdString());
        QVERIFY(again == c);
        QCOMPARE(circuitToJson(again), once);
    }

    void unknownThingsAreKept() {
        const QByteArray saved = circuitToJson(load(kForwardForward));
        for (const char* kept : {"\"unit\": \"mV\"", "\"quant\": \"BF16\"", "\"by\": [1, 2]", "{\"deep\": [1, 2.50, null]}",
                                 "\"strides\": {\"x\": 2}", "\"kind\": \"join-as-you-like\"", "\"repeat\": {\"count\": 1, \"var\": \"l\"}",
                                 "\"zoom\": 1.50", "credit stays inside", "\"custom\": {", "\"theme\": \"light\"", "\"rate\": 0.5",
                                 "\"flag\": false", "{\"int\": \"k\"}", "\"labels\": [\"+\", \"−\"]", "\"note\": \"second\""})
            QVERIFY2(saved.contains(kept), kept);
        // Fixed order of keys at the root.
        int last = -1;
        for (const char* key : {"\"ncd\"", "\"title\"", "\"theme\"", "\"axes\"", "\"wires\"", "\"ops\"", "\"groups\"", "\"layout\"",
                                "\"rules\"", "\"notes\"", "\"custom\""}) {
            const int at = static_cast<int>(saved.indexOf(QByteArray("\n  ") + key));
            QVERIFY2(at > last, key);
            last = at;
        }
        QVERIFY(!load(kMismatch).groups[1].open);
    }

    void realSettingsStayReal() {
        Circuit c = makeMlp({4, 3});
        c.operation("L1")->args = {{"a", ParamValue(1.0)}, {"b", ParamValue(std::int64_t(1))}, {"c", ParamValue(1e300)}};
        QVERIFY(load(circuitToJson(c).toStdString()) == c);
    }

    void mistakes_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("where");
        const auto row = [](const char* name, const char* from, const char* to, const char* code, const char* where) {
            QTest::newRow(name) << from << to << code << where;
        };
        row("no format", "\"ncd\": 1,", "", "LAB-NCD-201", "$");
        row("newer", "\"ncd\": 1", "\"ncd\": 2", "LAB-NCD-301", "$.ncd");
        row("format word", "\"ncd\": 1", "\"ncd\": \"one\"", "LAB-NCD-202", "$.ncd");
        row("format huge", "\"ncd\": 1", "\"ncd\": 99999999999999999999", "LAB-NCD-203", "$.ncd");
        row("role", "\"role\":\"batch\"", "\"role\":\"bath\"", "LAB-NCD-205", "$.axes[0].role");
        row("size zero", "\"size\":28", "\"size\":0", "LAB-NCD-203", "$.axes[1].size");
        row("size huge", "\"size\":28", "\"size\":99999999999999999999", "LAB-NCD-203", "$.axes[1].size");
        row("size fraction", "\"size\":28", "\"size\":2.5", "LAB-NCD-203", "$.axes[1].size");
        row("size list", "\"size\":28", "\"size\":[28]", "LAB-NCD-202", "$.axes[1].size");
        row("id number", "\"id\":\"b\"", "\"id\":7", "LAB-NCD-202", "$.axes[0].id");
        row("id empty", "\"id\":\"b\"", "\"id\":\"\"", "LAB-NCD-303", "$.axes[0].id");
        row("no id", "\"id\":\"b\",", "", "LAB-NCD-201", "$.axes[0]");
        row("axes word", "\"axes\":[\"b\",\"h\",\"w\"]", "\"axes\":\"bhw\"", "LAB-NCD-202", "$.wires[0].axes");
        row("dtype", "\"dtype\":\"real\"", "\"dtype\":\"float\"", "LAB-NCD-205", "$.wires[0].dtype");
        row("twice", "\"id\":\"w\",", "\"id\":\"h\",", "LAB-CIRCUIT-102", "$.axes[1]");
        row("dangling axis", "\"axes\":[\"b\",\"h\",\"w\"]", "\"axes\":[\"b\",\"z\"]", "LAB-CIRCUIT-103", "$.wires[0]");
        row("dangling wire", "\"in\":[\"w2\"]", "\"in\":[\"zz\"]", "LAB-CIRCUIT-105", "$.ops[3]");
        row("two readers", "\"in\":[\"w2\"]", "\"in\":[\"w1\"]", "LAB-CIRCUIT-106", "$.wires[1]");
        row("member", "\"members\":[\"L1\",\"r1\"]", "\"members\":[\"L1\",\"r9\"]", "LAB-CIRCUIT-113", "$.groups[0]");
        row("member key twice", "\"kind\":\"merge\",", "\"kind\":\"merge\",\"kind\":\"merge\",", "LAB-JSON-104", ":");
        row("cut short", "\"view\"", "", "LAB-JSON-102", ":");
        row("layout", "\"layout\": {}", "\"layout\": {\"rank\":{\"in\":-1}}", "LAB-NCD-203", "$.layout.rank.in");
        row("size too large", "\"size\":512", "\"size\":99999999999", "LAB-NCD-203", "$.axes[4].size");
        row("repeat without a count", "\"groups\": [", "\"groups\": [ {\"id\":\"q\",\"members\":[],\"repeat\":{}},", "LAB-NCD-201", "$.groups[0].repeat");
        row("repeat by weights", "\"groups\": [", "\"groups\": [ {\"id\":\"q\",\"members\":[],\"repeat\":{\"count\":2,\"weights\":\"mine\"}},", "LAB-NCD-205",
            "$.groups[0].repeat.weights");
        row("params", "\"groups\": [", "\"groups\": [ {\"id\":\"q\",\"members\":[],\"params\":{\"n\":[]}},", "LAB-NCD-202", "$.groups[0].params");
        row("layout column", "\"layout\": {}", "\"layout\": {\"lanes\":{\"x\":[]}}", "LAB-NCD-203", "$.layout.lanes");
        row("args list", "\"args\":{\"bias\":true}", "\"args\":[1]", "LAB-NCD-202", "$.ops[2].args");
    }
    void mistakes() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, code);
        QFETCH(QString, where);
        const std::string text = replaced(kMismatch, from.toStdString(), to.toStdString());
        const Result<Circuit> c = circuitFromJson(std::string_view(text), "bad.ncd.json");
        QVERIFY(!c.ok());
        QCOMPARE(QString::fromStdString(c.error().code), code);
        QVERIFY2(c.error().where.rfind("bad.ncd.json", 0) == 0, c.error().where.c_str());
        QVERIFY2(QString::fromStdString(c.error().where).contains(where), c.error().where.c_str());
        QVERIFY(!c.error().message.empty());
    }

    void cyclesAreRefused() {
        const Result<Circuit> c = circuitFromJson(
            std::string_view(quoted("{'ncd':1,'wires':[{'id':'a','axes':[]},{'id':'b','axes':[]}],"
                                    "'ops':[{'id':'f','kind':'pointwise','in':['a'],'out':['b']},"
                                    "{'id':'g','kind':'pointwise','in':['b'],'out':['a']}]}")),
            "loop");
        QVERIFY(!c.ok());
        QCOMPARE(c.error().code, std::string("LAB-CIRCUIT-116"));
        const Result<Circuit> g = circuitFromJson(
            std::string_view(quoted("{'ncd':1,'groups':[{'id':'a','members':['b']},{'id':'b','members':['a']}]}")), "loop");
        QVERIFY(!g.ok());
        QCOMPARE(g.error().code, std::string("LAB-CIRCUIT-115"));
    }

    void hugeFilesAreRefused() {
        std::string ops = quoted("{'ncd':1,'ops':[{'id':'o0','kind':'x'}");
        for (int i = 1; i < 1'000'000; ++i) ops += quoted(",{'id':'o") + std::to_string(i) + quoted("','kind':'x'}");
        QElapsedTimer timer;
        timer.start();
        const Result<Circuit> c = circuitFromJson(std::string_view(ops + "]}"), "many");
        QVERIFY(!c.ok());
        QCOMPARE(c.error().code, std::string("LAB-NCD-302"));
        // A chain of groups, each inside the next.
        std::string groups = quoted("{'ncd':1,'groups':[{'id':'g0','members':[]}");
        for (int i = 1; i < 5000; ++i)
            groups += quoted(",{'id':'g") + std::to_string(i) + quoted("','members':['g") + std::to_string(i - 1) + quoted("']}");
        const Result<Circuit> g = circuitFromJson(std::string_view(groups + "]}"), "deep");
        QVERIFY(!g.ok());
        QCOMPARE(g.error().code, std::string("LAB-NCD-304"));
        // Very many unknown members: kept without a search for each.
        std::string members = quoted("{'ncd':1");
        for (int i = 0; i < 200'000; ++i) members += ",\"k" + std::to_string(i) + "\":0";
        const Result<Circuit> m = circuitFromJson(std::string_view(members + "}"), "wide");
        QVERIFY(m.ok());
        QVERIFY(circuitToJson(*m).size() > 1'000'000);
        QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
    }

    // As large as a file may be: read, sized and judged in a moment.
    void theLargestFileIsRead() {
        std::string wires = quoted("{'id':'w0','axes':['n']}"), ops = quoted("{'id':'in','kind':'input','out':['w0']}");
        const int count = 16'000;
        for (int i = 1; i <= count; ++i) {
            const std::string n = std::to_string(i), before = std::to_string(i - 1);
            wires += quoted(",{'id':'w") + n + quoted("','axes':['n']}");
            ops += quoted(",{'id':'o") + n + quoted("','kind':'") + (i % 7 == 0 ? "astrology" : "pointwise") + quoted("','in':['w") + before + quoted("'],'out':['w") + n + quoted("']}");
        }
        const std::string text = quoted("{'ncd':1,'axes':[{'id':'n','size':8}],'wires':[") + wires + quoted("],'ops':[") + ops + "]}";
        QElapsedTimer timer;
        timer.start();
        const Result<Circuit> c = circuitFromJson(std::string_view(text), "large");
        QVERIFY2(c.ok(), c.ok() ? "" : c.error().text().c_str());
        const SizeSolution sizes = solveSizes(*c, {8}, 8);
        // Kinds that are not known are kept and said.
        int unknown = 0;
        for (const Problem& p : sizes.problems) unknown += p.code == "LAB-SIZE-130";
        QCOMPARE(unknown, count / 7);
        QCOMPARE(c->operations[7].kind, std::string("astrology"));
        QVERIFY(*circuitFromJson(circuitToJson(*c), "again") == *c);
        QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
    }

    void everyPrefixIsRefusedOrRead() {
        const std::string text = circuitToJson(load(kForwardForward)).toStdString();
        for (std::size_t n = 0; n + 2 < text.size(); n += 7) QVERIFY(!circuitFromJson(std::string_view(text).substr(0, n), "cut").ok());
    }
};

QTEST_APPLESS_MAIN(TestCircuitJson)
#include "TestCircuitJson.moc"

// Strict JSON: what is read, what is refused and where, and that writing is exact.
#include "core/io/Json.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace lab;

namespace {

std::string codeOf(std::string_view text) {
    const Result<JsonValue> v = parseJson(text, "t");
    return v ? std::string() : v.error().code;
}

}  // namespace

class TestJson : public QObject {
    Q_OBJECT
private slots:
    void exactText() {
        const std::string text = "{\"a\": [1, 2.50, -0, 1e-400, null, true], \"b\": {}, \"c\": [], \"d\": \"ä\\\"\\\\\\n\\u0001𝔼\"}";
        const Result<JsonValue> v = parseJson(text, "t");
        QVERIFY(v.ok());
        QCOMPARE(writeJson(*v, 0), text);
        QCOMPARE(writeJson(*parseJson(writeJson(*v, 2), "t"), 0), text);
        QCOMPARE(v->find("d")->raw(), std::string("ä\"\\\n\x01𝔼"));
        QCOMPARE(parseJson("\"\\ud835\\udd3c\\u00e4\\/\"", "t")->raw(), std::string("𝔼ä/"));
        QVERIFY(parseJson("\xEF\xBB\xBF 1 ", "t").ok());
        QCOMPARE(writeJson(*parseJson(R"({"a":[1,{"b":2}]})", "t"), 2), std::string("{\n  \"a\": [\n    1,\n    {\"b\": 2}\n  ]\n}"));
    }

    void refused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const QByteArray& text, const char* code) { QTest::newRow(name) << text << code; };
        row("empty", "", "LAB-JSON-102");
        row("tail", "1 2", "LAB-JSON-102");
        row("comma", "[1,]", "LAB-JSON-102");
        row("object comma", "{\"a\":1,}", "LAB-JSON-102");
        row("single quotes", "{'a':1}", "LAB-JSON-102");
        row("leading zero", "01", "LAB-JSON-102");
        row("plus", "+1", "LAB-JSON-102");
        row("point", "1.", "LAB-JSON-102");
        row("exponent", "1e", "LAB-JSON-102");
        row("nan", "NaN", "LAB-JSON-102");
        row("open text", "\"abc", "LAB-JSON-102");
        row("escape", "\"\\x\"", "LAB-JSON-102");
        row("newline in text", "\"a\nb\"", "LAB-JSON-102");
        row("short hex", "\"\\u12\"", "LAB-JSON-102");
        row("lone high", "\"\\ud835\"", "LAB-JSON-105");
        row("lone low", "\"\\udd3c\"", "LAB-JSON-105");
        row("overlong", QByteArray("\"\xC0\xAF\""), "LAB-JSON-105");
        row("surrogate", QByteArray("\"\xED\xA0\x80\""), "LAB-JSON-105");
        row("beyond", QByteArray("\"\xF4\x90\x80\x80\""), "LAB-JSON-105");
        row("cut sequence", QByteArray("\"\xE2\x82"), "LAB-JSON-105");
        row("twice", "{\"a\":1,\"a\":2}", "LAB-JSON-104");
        row("deep", QByteArray(100'000, '['), "LAB-JSON-103");
    }
    void refused() {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        QCOMPARE(QString::fromStdString(codeOf(std::string_view(text.constData(), static_cast<std::size_t>(text.size())))), code);
    }

    void limits() {
        JsonLimits limits;
        limits.bytes = 4;
        QCOMPARE(parseJson("[1,2]", "t", limits).error().code, std::string("LAB-JSON-101"));
        limits = {};
        limits.values = 3;
        QCOMPARE(parseJson("[1,2,3]", "t", limits).error().code, std::string("LAB-JSON-106"));
    }

    void places() {
        QCOMPARE(parseJson("{\n  \"a\": tru\n}", "f.json").error().where, std::string("f.json:2:8"));
        JsonReport report("f.json", "LAB-X");
        const JsonValue tree = *parseJson(R"({"a":[{"n":1},{"n":"2"}],"s":"18446744073709551615"})", "f.json");
        const JsonCursor root(tree, report);
        QCOMPARE(root.at("s").unsigned64(), std::numeric_limits<std::uint64_t>::max());
        QCOMPARE(root.at("a").items()[0].at("n").integer(), std::int64_t(1));
        QCOMPARE(root.integerOr("none", 7), std::int64_t(7));
        QVERIFY(report.ok());
        QCOMPARE(root.at("a").items()[1].at("n").integer(), std::int64_t(0));
        QVERIFY(!report.ok());
        QCOMPARE(report.error().code, std::string("LAB-X-202"));
        QCOMPARE(report.error().where, std::string("f.json: $.a[1].n"));
        // The first error stays; later calls are harmless.
        QCOMPARE(root.at("missing").at("deeper").text(), std::string());
        QCOMPARE(report.error().code, std::string("LAB-X-202"));
    }

    void cursorErrors() {
        const auto codeFor = [](const char* text, auto read) {
            JsonReport report("f");
            const JsonValue tree = *parseJson(text, "f");
            read(JsonCursor(tree, report));
            return report.ok() ? std::string() : report.error().code;
        };
        using C = JsonCursor;
        QCOMPARE(codeFor("{}", [](const C& c) { (void)c.at("a").flag(); }), std::string("LAB-JSON-201"));
        QCOMPARE(codeFor("[]", [](const C& c) { (void)c.at("a"); }), std::string("LAB-JSON-202"));
        QCOMPARE(codeFor("5", [](const C& c) { (void)c.integer(6, 9); }), std::string("LAB-JSON-203"));
        QCOMPARE(codeFor("5.5", [](const C& c) { (void)c.integer(); }), std::string("LAB-JSON-203"));
        QCOMPARE(codeFor("1e999", [](const C& c) { (void)c.number(); }), std::string("LAB-JSON-203"));
        QCOMPARE(codeFor("-1", [](const C& c) { (void)c.unsigned64(); }), std::string("LAB-JSON-203"));
        QCOMPARE(codeFor("\"x\"", [](const C& c) { (void)c.word({"a", "b"}); }), std::string("LAB-JSON-205"));
        QCOMPARE(codeFor("{\"z\":1}", [](const C& c) { c.onlyKeys({"a"}); }), std::string("LAB-JSON-204"));
        QCOMPARE(codeFor("{\"a\":1}", [](const C& c) { c.onlyKeys({"a"}); }), std::string());
        QCOMPARE(codeFor("[1]", [](const C& c) { (void)c.texts(); }), std::string("LAB-JSON-202"));
    }

    void numbers() {
        for (const double v : {0.1, 1.0, -2.5e-300, 1e22, 5e-324}) {
            JsonReport report("f");
            const JsonValue tree = *parseJson(writeJson(JsonValue::number(v), 0), "f");
            QCOMPARE(JsonCursor(tree, report).number(), v);
        }
        QVERIFY(JsonValue::number(std::nan("")).isNull());
        QCOMPARE(JsonValue::real(3.0).raw(), std::string("3.0"));
        JsonValue object = JsonValue::object();
        object.set("a", JsonValue::integer(1));
        object.set("a", JsonValue::integer(2));
        QCOMPARE(writeJson(object, 0), std::string("{\"a\": 2}"));
        QVERIFY(object.remove("a") && !object.remove("a"));
    }
};

QTEST_APPLESS_MAIN(TestJson)
#include "TestJson.moc"

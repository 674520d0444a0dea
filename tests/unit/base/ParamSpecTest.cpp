// Parameters: text to value and back, ranges, every error code, sets with defaults and conditions, "name:key=value".
#include "core/params/ParamSpec.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace lab;

namespace {

const ParamSpec kFlag = ParamSpec::boolean("flag", "Flag", true, "A flag.");
const ParamSpec kCount = ParamSpec::integer("count", "Count", 5, -2, 10, "A count.");
const ParamSpec kRate = ParamSpec::number("rate", "Rate", 0.01, 1e-6, 10.0, "A rate.", ParamScale::Log);
const ParamSpec kKind = ParamSpec::choice("kind", "Kind", "b", {{"a", "A", ""}, {"b", "B", ""}}, "A kind.");
const ParamSpec kText = ParamSpec::text("text", "Text", "hello", "A text.");

std::string codeOf(const Result<ParamValue>& r) { return r ? "" : r.error().code; }
std::string codeOf(const Result<void>& r) { return r ? "" : r.error().code; }

ParamSet set() {
    return ParamSet({kFlag, kCount, kRate, kKind, kText,
                     ParamSpec::number("depth", "Depth", 1, 0, 2, "").when("kind", {"a"}).when("flag", {"true"})});
}

}  // namespace

class ParamSpecTest : public QObject {
    Q_OBJECT
private slots:
    void parsesGoodText() {
        for (const char* yes : {"true", "on", "yes", "1"}) QVERIFY(std::get<bool>(*parseParam(kFlag, yes)));
        for (const char* no : {"false", "off", "no", "0"}) QVERIFY(!std::get<bool>(*parseParam(kFlag, no)));
        QCOMPARE(std::get<std::int64_t>(*parseParam(kCount, "-2")), std::int64_t(-2));
        QCOMPARE(std::get<std::int64_t>(*parseParam(kCount, "10")), std::int64_t(10));
        QVERIFY(std::get<double>(*parseParam(kRate, "1e-3")) == 1e-3);
        QVERIFY(std::get<double>(*parseParam(kRate, "10")) == 10.0);
        QCOMPARE(std::get<std::string>(*parseParam(kKind, "a")), std::string("a"));
        QCOMPARE(std::get<std::string>(*parseParam(kText, "any, thing = \u00e9")), std::string("any, thing = \u00e9"));
    }

    void refusesBadText_data() {
        QTest::addColumn<QString>("which");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("wanted");  // must stand in the message
        const auto row = [](const char* which, const char* text, const char* wanted) {
            QTest::addRow("%s '%s'", which, text) << which << text << wanted;
        };
        for (const char* text : {"", "TRUE", "2", "true ", "maybe"}) row("flag", text, "true or false");
        for (const char* text : {"", "x", "11", "-3", "3.0", "1e1", " 3", "3 ", "99999999999999999999", "0x3"})
            row("count", text, "-2 to 10");
        for (const char* text : {"", "x", "0", "-1", "10.001", "nan", "inf", "-inf", "1e400", "1,5", "1 ", " 1", "0x1p-3"})
            row("rate", text, "1e-06 to 10");
        for (const char* text : {"", "c", "A", "a "}) row("kind", text, "a, b");
    }
    void refusesBadText() {
        QFETCH(QString, which);
        QFETCH(QString, text);
        QFETCH(QString, wanted);
        const ParamSet params = set();
        const ParamSpec& spec = *params.find(which.toStdString());
        const Result<ParamValue> parsed = parseParam(spec, text.toStdString());
        QCOMPARE(codeOf(parsed), std::string("LAB-PARAM-102"));
        const QString message = QString::fromStdString(parsed.error().message);
        QVERIFY2(message.contains(wanted) && message.contains(which) && message.contains(text), qPrintable(message));
        QVERIFY(QString::fromStdString(parsed.error().hint).contains("default"));
        QCOMPARE(parsed.error().where, which.toStdString());
    }

    void checksTypes() {
        const ParamValue flag = true, whole = std::int64_t(3), real = 3.0, text = std::string("a");
        const struct { const ParamSpec* spec; const ParamValue* good; } cases[] = {
            {&kFlag, &flag}, {&kCount, &whole}, {&kRate, &real}, {&kKind, &text}, {&kText, &text}};
        for (const auto& c : cases)
            for (const ParamValue* value : {&flag, &whole, &real, &text}) {
                const bool widened = c.spec == &kRate && value == &whole;
                const bool fits = value == c.good || widened;
                QCOMPARE(checkParam(*c.spec, *value).ok(), fits);
                if (!fits) QCOMPARE(codeOf(checkParam(*c.spec, *value)), std::string("LAB-PARAM-102"));
            }
        // A whole number becomes a real one where a real one is wanted.
        QVERIFY(std::holds_alternative<double>(*checkParam(kRate, whole)));
        for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -1.0, 11.0})
            QCOMPARE(codeOf(checkParam(kRate, bad)), std::string("LAB-PARAM-102"));
    }

    void textRoundTrip() {
        for (const double value : {0.1, 1e-6, 1.0 / 3, 9.999999999999998, 10.0})
            QVERIFY(std::get<double>(*parseParam(kRate, toText(value))) == value);
        QCOMPARE(toText(0.1), std::string("0.1"));
        QCOMPARE(toText(std::int64_t(-7)), std::string("-7"));
        QCOMPARE(toText(false), std::string("false"));
        QCOMPARE(toText(std::string("x")), std::string("x"));
    }

    void setsHoldWhatDiffers() {
        ParamSet params = set();
        QVERIFY(params.flag("flag") && params.isDefault("flag"));
        QCOMPARE(params.integer("count"), std::int64_t(5));
        QVERIFY(params.number("rate") == 0.01);
        QVERIFY(params.number("count") == 5.0);
        QCOMPARE(params.text("kind"), std::string("b"));
        QVERIFY(params.set("count", std::int64_t(7)).ok());
        QVERIFY(params.setText("kind", "a").ok());
        QCOMPARE(params.integer("count"), std::int64_t(7));
        QCOMPARE(params.held().size(), std::size_t(2));
        QVERIFY(!params.isDefault("count"));
        // A refused value changes nothing.
        QCOMPARE(codeOf(params.set("count", std::int64_t(70))), std::string("LAB-PARAM-102"));
        QCOMPARE(params.integer("count"), std::int64_t(7));
        const Result<void> unknown = params.setText("cuont", "7");
        QCOMPARE(codeOf(unknown), std::string("LAB-PARAM-101"));
        QVERIFY(QString::fromStdString(unknown.error().hint).contains("flag, count, rate, kind, text, depth"));
        QCOMPARE(ParamSet().set("x", true).error().code, std::string("LAB-PARAM-101"));
        params.reset("count");
        QVERIFY(params.isDefault("count"));
        ParamSet other = set();
        QVERIFY(!(other == params));
        QVERIFY(other.setText("kind", "a").ok());
        QVERIFY(other == params);
    }

    // All or nothing.
    void assign() {
        ParamSet params = set();
        QVERIFY(params.set("count", std::int64_t(1)).ok());
        QCOMPARE(codeOf(params.assign({{"rate", 0.5}, {"zzz", true}})), std::string("LAB-PARAM-101"));
        QCOMPARE(params.integer("count"), std::int64_t(1));
        QVERIFY(params.number("rate") == 0.01);
        QCOMPARE(codeOf(params.assign({{"rate", 50.0}})), std::string("LAB-PARAM-102"));
        QVERIFY(params.assign({{"rate", 0.5}}).ok());
        QCOMPARE(params.integer("count"), std::int64_t(5));
        QVERIFY(params.number("rate") == 0.5);
    }

    void conditions() {
        ParamSet params = set();
        const ParamSpec& depth = *params.find("depth");
        QVERIFY(!params.visible(depth));
        QVERIFY(params.setText("kind", "a").ok());
        QVERIFY(params.visible(depth));
        QVERIFY(params.set("flag", false).ok());
        QVERIFY(!params.visible(depth));
        QVERIFY(params.visible(*params.find("rate")));
    }

    void namedParams() {
        const Result<NamedParams> plain = parseNamedParams("adam");
        QVERIFY(plain.ok() && plain->id == "adam" && plain->values.empty());
        const Result<NamedParams> full = parseNamedParams("adam:rate=0.1,decay=,text=a=b");
        QVERIFY(full.ok());
        const std::vector<std::pair<std::string, std::string>> wanted = {{"rate", "0.1"}, {"decay", ""}, {"text", "a=b"}};
        QVERIFY(full->values == wanted);
        QCOMPARE(parseNamedParams(":rate=1").error().code, std::string("LAB-PARAM-103"));
        QCOMPARE(parseNamedParams("").error().code, std::string("LAB-PARAM-103"));
        for (const char* text : {"adam:", "adam:rate", "adam:=1", "adam:rate=1,", "adam:rate=1,,decay=2"})
            QCOMPARE(parseNamedParams(text).error().code, std::string("LAB-PARAM-104"));
    }
};

QTEST_APPLESS_MAIN(ParamSpecTest)
#include "ParamSpecTest.moc"

// Every measure of the list against NumPy, SciPy and scikit-learn on small seeded inputs (goldens.json, written by
// make_goldens.py). The test goes through the list of measures, as the command line does.
#include "core/geometry/Measures.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QtTest>

#include <cmath>

using namespace lab;

namespace {

Matrix matrixOf(const QJsonArray& rows) {
    const Index n = rows.size();
    const Index p = n == 0 ? 0 : rows[0].toArray().size();
    Matrix out(n, p);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < p; ++j) out(i, j) = static_cast<Real>(rows[i].toArray()[j].toDouble());
    return out;
}

// NumPy's "offset" case holds squares of 1000 in double: six of its sixteen digits are gone before centring.
double tolerance(const QString& caseName) {
    return caseName == "offset" ? 1e-6 : 1e-9;
}

bool near(double found, double wanted, double relative) {
    return std::fabs(found - wanted) <= relative * std::max(1.0, std::fabs(wanted));
}

QString mismatch(const QString& what, double found, double wanted) {
    return QString("%1: found %2, wanted %3").arg(what).arg(found, 0, 'g', 17).arg(wanted, 0, 'g', 17);
}

}  // namespace

class GeometryGoldens : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void measure_data();
    void measure();
    void everyMeasureHasAGolden();

private:
    QJsonObject m_goldens;
};

void GeometryGoldens::initTestCase() {
    QFile file(QString(LAB_SOURCE_DIR) + "/tests/golden/geometry/goldens.json");
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
    m_goldens = QJsonDocument::fromJson(file.readAll()).object();
    QVERIFY(m_goldens["entries"].toArray().size() > 100);
}

void GeometryGoldens::measure_data() {
    QTest::addColumn<int>("entry");
    const QJsonArray entries = m_goldens["entries"].toArray();
    for (int i = 0; i < entries.size(); ++i) {
        const QJsonObject e = entries[i].toObject();
        QString name = e["case"].toString() + " " + e["measure"].toString();
        const QJsonObject params = e["params"].toObject();
        for (auto p = params.begin(); p != params.end(); ++p)
            name += " " + p.key() + "=" + p.value().toVariant().toString();
        QTest::newRow(qPrintable(name)) << i;
    }
}

void GeometryGoldens::measure() {
    QFETCH(int, entry);
    const QJsonObject e = m_goldens["entries"].toArray()[entry].toObject();
    const QJsonObject input = m_goldens["cases"].toObject()[e["case"].toString()].toObject();
    const Matrix x = matrixOf(input["x"].toArray());
    const Matrix y = matrixOf(input["y"].toArray());
    std::vector<std::int32_t> labels;
    for (const QJsonValue& v : input["labels"].toArray()) labels.push_back(v.toInt());

    const Result<const MeasureDescription*> found = findMeasure(e["measure"].toString().toStdString());
    QVERIFY2(found.ok(), found.ok() ? "" : found.error().text().c_str());
    const MeasureDescription& description = **found;
    ParamSet params(description.params);
    const QJsonObject given = e["params"].toObject();
    for (auto p = given.begin(); p != given.end(); ++p) {
        const Result<void> set = params.setText(p.key().toStdString(), p.value().toVariant().toString().toStdString());
        QVERIFY2(set.ok(), set.ok() ? "" : set.error().text().c_str());
    }
    Pool pool(1);
    MeasureInputs inputs;
    inputs.pool = &pool;
    inputs.x = x;
    if (description.arrays == 2) inputs.y = y;
    if (description.needsLabels) inputs.labels = labels;
    const Result<MeasureOutcome> outcome = evaluateMeasure(description, inputs, params);
    QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text().c_str());

    const double limit = tolerance(e["case"].toString());
    QVERIFY2(outcome->value.defined(), outcome->value.why.c_str());
    QVERIFY2(near(outcome->value.value, e["value"].toDouble(), limit),
             qPrintable(mismatch("value", outcome->value.value, e["value"].toDouble())));
    const QJsonObject details = e["details"].toObject();
    for (auto d = details.begin(); d != details.end(); ++d) {
        const auto at = std::find_if(outcome->details.begin(), outcome->details.end(),
                                     [&](const NamedMeasure& m) { return m.id == d.key().toStdString(); });
        QVERIFY2(at != outcome->details.end(), qPrintable(d.key()));
        QVERIFY2(near(at->value.value, d.value().toDouble(), limit),
                 qPrintable(mismatch(d.key(), at->value.value, d.value().toDouble())));
    }
    if (e["table"].isNull()) return;
    const QJsonArray rows = e["table"].toArray();
    QCOMPARE(outcome->table.values.rows(), Index(rows.size()));
    for (Index i = 0; i < rows.size(); ++i) {
        const QJsonArray row = rows[i].toArray();
        QCOMPARE(outcome->table.values.cols(), Index(row.size()));
        for (Index j = 0; j < row.size(); ++j)
            QVERIFY2(near(outcome->table.values(i, j), row[j].toDouble(), limit),
                     qPrintable(
                         mismatch(QString("table(%1, %2)").arg(i).arg(j), outcome->table.values(i, j), row[j].toDouble())));
    }
}

void GeometryGoldens::everyMeasureHasAGolden() {
    QSet<QString> covered;
    for (const QJsonValue& e : m_goldens["entries"].toArray()) covered.insert(e.toObject()["measure"].toString());
    for (const MeasureDescription& m : measures()) QVERIFY2(covered.contains(QString::fromStdString(m.id)), m.id.c_str());
}

QTEST_APPLESS_MAIN(GeometryGoldens)
#include "tst_GeometryGoldens.moc"

// The list of measures: complete descriptions, errors with stable codes, and what is not defined comes back as not defined.
#include "core/base/Assert.h"
#include "core/base/Rng.h"
#include "core/geometry/ClassGeometry.h"
#include "core/geometry/LinearProbe.h"
#include "core/geometry/Measures.h"
#include "core/geometry/Rdm.h"
#include "core/geometry/Signals.h"
#include "core/geometry/Similarity.h"
#include "core/geometry/Spectrum.h"

#include <QtTest>

#include <cmath>
#include <regex>
#include <set>

using namespace lab;

namespace {

Matrix gaussian(Index n, Index p, std::uint64_t seed) {
    const Stream random(seed, Purpose::Analysis);
    Matrix m(n, p);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<Real>(random.normalAt(static_cast<std::uint64_t>(i)));
    return m;
}

std::vector<std::int32_t> labelsOf(Index n, std::int32_t classes) {
    std::vector<std::int32_t> out;
    for (Index i = 0; i < n; ++i) out.push_back(static_cast<std::int32_t>(i) % classes);
    return out;
}

Pool& pool() {
    static Pool one(1);
    return one;
}

MeasureInputs inputsFor(const MeasureDescription& m, const Matrix& x, const Matrix& y,
                        const std::vector<std::int32_t>& labels) {
    MeasureInputs in;
    in.pool = &pool();
    in.x = x;
    if (m.arrays == 2) in.y = y;
    if (m.needsLabels) in.labels = labels;
    return in;
}

const MeasureDescription& named(const char* id) {
    return **findMeasure(id);
}

}  // namespace

class MeasuresTest : public QObject {
    Q_OBJECT
private slots:
    void descriptions_data();
    void descriptions();
    void evaluates_data();
    void evaluates();
    void everyChoiceEvaluates_data();
    void everyChoiceEvaluates();
    void unknownName();
    void wrongInputs();
    void wrongClassNumbers();
    void constantTap_data();
    void constantTap();
    void notFinite_data();
    void notFinite();
    void fewProbes_data();
    void fewProbes();
    void constantTapInTheMatrix();
    void oneClass();
    void singleProbePerClass();
    void equalClassMeans();
    void silentPatterns();
    void identicalProbes();
    void emptyDistributions();
    void zeroVectors();
    void confusionOfNothing();
};

static void allMeasures() {
    QTest::addColumn<QString>("id");
    for (const MeasureDescription& m : measures()) QTest::newRow(m.id.c_str()) << QString::fromStdString(m.id);
}

void MeasuresTest::descriptions_data() {
    allMeasures();
}

void MeasuresTest::descriptions() {
    QFETCH(QString, id);
    const MeasureDescription& m = named(id.toUtf8().constData());
    QVERIFY(std::regex_match(m.id, std::regex("[a-z][a-z0-9_]*")));
    QCOMPARE(std::count_if(measures().begin(), measures().end(), [&](const MeasureDescription& o) { return o.id == m.id; }),
             1);
    QVERIFY(!m.title.empty() && !m.source.empty());
    QVERIFY(m.summary.size() > 20 && (m.summary.back() == '.'));
    QVERIFY(m.arrays == 1 || m.arrays == 2);
    QVERIFY(m.evaluate != nullptr);
    std::set<std::string> names;
    for (const ParamSpec& p : m.params) {
        QVERIFY(names.insert(p.name).second);
        QVERIFY(!p.doc.empty() && !p.title.empty());
        QVERIFY(checkParam(p, p.standard).ok());
    }
}

void MeasuresTest::evaluates_data() {
    allMeasures();
}

void MeasuresTest::evaluates() {
    QFETCH(QString, id);
    const MeasureDescription& m = named(id.toUtf8().constData());
    const Matrix x = gaussian(24, 6, 1), y = gaussian(24, 6, 2);
    const Result<MeasureOutcome> out = evaluateMeasure(m, inputsFor(m, x, y, labelsOf(24, 3)), ParamSet(m.params));
    QVERIFY2(out.ok(), out.ok() ? "" : out.error().text().c_str());
    QVERIFY2(out->value.defined(), out->value.why.c_str());
    std::set<std::string> names;
    for (const NamedMeasure& d : out->details) {
        QVERIFY(names.insert(d.id).second && !d.title.empty());
        QVERIFY2(d.value.defined(), d.id.c_str());
    }
    if (out->table.empty()) return;
    QVERIFY(!out->table.title.empty() && !out->table.rowTitle.empty() && !out->table.columnTitle.empty() &&
            !out->table.valueTitle.empty());
    QVERIFY(out->table.rowNames.empty() || static_cast<Index>(out->table.rowNames.size()) == out->table.values.rows());
    QVERIFY(out->table.columnNames.empty() ||
            static_cast<Index>(out->table.columnNames.size()) == out->table.values.cols());
}

void MeasuresTest::everyChoiceEvaluates_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    for (const MeasureDescription& m : measures())
        for (const ParamSpec& p : m.params) {
            std::vector<std::string> values;
            for (const ParamChoice& c : p.choices) values.push_back(c.id);
            if (p.kind == ParamKind::Bool) values = {"true", "false"};
            for (const std::string& v : values)
                QTest::newRow((m.id + " " + p.name + "=" + v).c_str())
                    << QString::fromStdString(m.id) << QString::fromStdString(p.name) << QString::fromStdString(v);
        }
}

void MeasuresTest::everyChoiceEvaluates() {
    QFETCH(QString, id);
    QFETCH(QString, name);
    QFETCH(QString, value);
    const MeasureDescription& m = named(id.toUtf8().constData());
    ParamSet params(m.params);
    QVERIFY(params.setText(name.toStdString(), value.toStdString()).ok());
    const Matrix x = gaussian(24, 6, 3), y = gaussian(24, 6, 4);
    const Result<MeasureOutcome> out = evaluateMeasure(m, inputsFor(m, x, y, labelsOf(24, 3)), params);
    QVERIFY(out.ok());
    QVERIFY2(out->value.defined(), out->value.why.c_str());
}

void MeasuresTest::unknownName() {
    const Result<const MeasureDescription*> found = findMeasure("no_such");
    QVERIFY(!found.ok());
    QCOMPARE(found.error().code, std::string("LAB-GEOM-101"));
    QVERIFY(found.error().hint.find(measures().front().id) != std::string::npos);
}

void MeasuresTest::wrongInputs() {
    const Matrix x = gaussian(10, 3, 1), y = gaussian(9, 3, 2), none(0, 3);
    const std::vector<std::int32_t> labels = labelsOf(10, 2), few = labelsOf(9, 2);
    const MeasureDescription& pair = named("cka");
    const MeasureDescription& vectors = named("alignment");
    const MeasureDescription& alone = named("participation_ratio");
    const MeasureDescription& classes = named("linear_probe");
    const auto code = [](const MeasureDescription& m, ActivityView a, ActivityView b, Labels l) {
        MeasureInputs in;
        in.x = a;
        in.y = b;
        in.labels = l;
        in.pool = &pool();
        const Result<MeasureOutcome> out = evaluateMeasure(m, in, ParamSet(m.params));
        return out.ok() ? std::string() : out.error().hint.empty() ? std::string("no hint") : out.error().code;
    };
    QCOMPARE(code(alone, none, {}, {}), std::string("LAB-GEOM-102"));
    QCOMPARE(code(pair, x, {}, {}), std::string("LAB-GEOM-103"));
    QCOMPARE(code(alone, x, y, {}), std::string("LAB-GEOM-103"));
    QCOMPARE(code(pair, x, y, {}), std::string("LAB-GEOM-104"));
    QCOMPARE(code(vectors, x, y, {}), std::string("LAB-GEOM-104"));
    QCOMPARE(code(classes, x, {}, {}), std::string("LAB-GEOM-105"));
    QCOMPARE(code(classes, x, {}, few), std::string("LAB-GEOM-106"));
    QCOMPARE(code(classes, x, {}, labels), std::string());
    const Matrix tall = Matrix::Ones(8193, 1);
    QCOMPARE(code(alone, tall, {}, {}), std::string("LAB-GEOM-107"));
}

void MeasuresTest::wrongClassNumbers() {
    const MeasureDescription& m = named("confusion");
    Matrix x(3, 1);
    x << 0, 1, 1;
    std::vector<std::int32_t> labels = {0, 1, 0};
    const auto run = [&] { return evaluateMeasure(m, inputsFor(m, x, x, labels), ParamSet(m.params)); };
    QCOMPARE(run()->value.value, 2.0 / 3);
    for (const Real bad : {Real(0.5), Real(-1), Real(1e9)}) {
        x(1, 0) = bad;
        QCOMPARE(run().error().code, std::string("LAB-GEOM-108"));
    }
    x(1, 0) = 1;
    labels[2] = -4;
    QCOMPARE(run().error().code, std::string("LAB-GEOM-109"));
}

void MeasuresTest::constantTap_data() {
    allMeasures();
}

// A dead layer: no measure of its geometry may come out as a number.
void MeasuresTest::constantTap() {
    QFETCH(QString, id);
    const MeasureDescription& m = named(id.toUtf8().constData());
    const Matrix dead = Matrix::Constant(24, 6, Real(0.7)), live = gaussian(24, 6, 1);
    const Result<MeasureOutcome> out = evaluateMeasure(m, inputsFor(m, dead, live, labelsOf(24, 3)), ParamSet(m.params));
    QVERIFY(out.ok());
    if (m.match != ArrayMatch::SameProbes) {
        QVERIFY(out->value.defined());  // numbers, vectors and scores: a constant array is a fair input
    } else if (m.id == "rdm") {
        QCOMPARE(out->value.value, 0.0);  // all distances are 0, and that is what they are
    } else {
        QVERIFY(!out->value.defined());
        QCOMPARE(out->value.status, Status::Degenerate);
        QVERIFY(out->value.why.find("no variance") != std::string::npos);
    }
    if (m.arrays == 2 && m.match == ArrayMatch::SameProbes) {
        const Result<MeasureOutcome> swapped = evaluateMeasure(m, inputsFor(m, live, dead, {}), ParamSet(m.params));
        QVERIFY(!swapped->value.defined());
    }
}

void MeasuresTest::notFinite_data() {
    allMeasures();
}

void MeasuresTest::notFinite() {
    QFETCH(QString, id);
    const MeasureDescription& m = named(id.toUtf8().constData());
    for (const Real bad : {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()}) {
        Matrix x = gaussian(24, 6, 1);
        x(17, 2) = bad;
        const Result<MeasureOutcome> out =
            evaluateMeasure(m, inputsFor(m, x, gaussian(24, 6, 2), labelsOf(24, 3)), ParamSet(m.params));
        QVERIFY(out.ok());
        QVERIFY(!out->value.defined());
        QVERIFY(out->value.why.find("finite") != std::string::npos);
        if (m.match == ArrayMatch::SameProbes)
            QVERIFY2(out->value.why.find("17") != std::string::npos, out->value.why.c_str());
    }
}

void MeasuresTest::fewProbes_data() {
    allMeasures();
}

void MeasuresTest::fewProbes() {
    QFETCH(QString, id);
    const MeasureDescription& m = named(id.toUtf8().constData());
    for (const Index n : {1, 2, 3, 4, 5})
        for (const Index p : {1, 3}) {
            const Matrix x = gaussian(n, p, 5), y = gaussian(n, p, 6);
            const Result<MeasureOutcome> out = evaluateMeasure(m, inputsFor(m, x, y, labelsOf(n, 2)), ParamSet(m.params));
            if (!out.ok()) {  // one column of random numbers is no column of class numbers
                QVERIFY(m.id == "confusion" && p == 1);
                QCOMPARE(out.error().code, std::string("LAB-GEOM-108"));
                continue;
            }
            QVERIFY(out->value.defined() || !out->value.why.empty());
            QVERIFY(!out->value.defined() || std::isfinite(out->value.value));
        }
    const Matrix three = gaussian(3, 4, 7), other = gaussian(3, 4, 8);
    const GramBank a(three, pool()), b(other, pool());
    QCOMPARE(cka(a, b).status, Status::TooFewSamples);
    QVERIFY(cka(a, b, HsicKind::Biased).ok());
    QCOMPARE(participationRatio(a, true).status, Status::TooFewSamples);
}

void MeasuresTest::constantTapInTheMatrix() {
    const Matrix dead = Matrix::Constant(20, 4, Real(2)), live = gaussian(20, 4, 1);
    const GramBank a(live, pool()), b(dead, pool());
    const std::vector<const GramBank*> taps = {&a, &b};
    const MatrixD m = ckaMatrix(taps, pool());
    QCOMPARE(m(0, 0), 1.0);
    QVERIFY(std::isnan(m(0, 1)) && std::isnan(m(1, 0)) && std::isnan(m(1, 1)));
}

void MeasuresTest::oneClass() {
    const Matrix x = gaussian(20, 4, 1);
    const GramBank b(x, pool());
    const std::vector<std::int32_t> same(20, 3);
    QCOMPARE(linearProbe(b, same).accuracy.status, Status::Degenerate);
    const ClassSums sums = classSums(b, same);
    QVERIFY(!sums.ok());
    QVERIFY(!neuralCollapse(b, sums).nc1.defined());
    QVERIFY(!silhouette(b, sums).mean.defined());
    QVERIFY(!nearestClassMean(b, sums).accuracy.defined());
}

void MeasuresTest::singleProbePerClass() {
    const Matrix x = gaussian(6, 4, 1);
    const GramBank b(x, pool());
    const ClassSums sums = classSums(b, labelsOf(6, 6));
    const NearestMean n = nearestClassMean(b, sums);
    QCOMPARE(n.accuracy.value, 1.0);
    QCOMPARE(n.leaveOneOut.status, Status::TooFewSamples);
    QCOMPARE(silhouette(b, sums).mean.value, 0.0);
    QCOMPARE(fisherTraceRatio(sums).status, Status::Degenerate);
}

void MeasuresTest::equalClassMeans() {
    Matrix x(4, 2);
    x << 1, 0, -1, 0, 0, 1, 0, -1;
    const std::vector<std::int32_t> labels = {7, 7, 9, 9};
    const GramBank b(x, pool());
    const NeuralCollapse c = neuralCollapse(b, classSums(b, labels));
    QCOMPARE(c.nc1.status, Status::Degenerate);
    QVERIFY(c.nc1.why.find("7") != std::string::npos && c.nc1.why.find("9") != std::string::npos);
}

void MeasuresTest::silentPatterns() {
    Matrix x = gaussian(10, 5, 1);
    x.row(4).setZero();
    x.row(6).setConstant(Real(1.5));
    for (const GramBank::Precision precision : {GramBank::Precision::Single, GramBank::Precision::Double}) {
        const GramBank b(x, pool(), precision);
        const Rdm cosine = rdm(b, RdmKind::Cosine, pool());
        QCOMPARE(cosine.undefined, Index(1));
        QVERIFY(std::isnan(cosine.distances(4, 0)) && std::isnan(cosine.distances(0, 4)) &&
                !std::isnan(cosine.distances(6, 0)));
        const Rdm correlation = rdm(b, RdmKind::Correlation, pool());
        QCOMPARE(correlation.undefined, Index(2));
        const RdmAgreement agreement = compareRdms(cosine, correlation, RdmComparison::Spearman);
        QCOMPARE(agreement.excluded, Index(9 + 8));
        QCOMPARE(agreement.pairs, Index(45 - 17));
        QCOMPARE(agreement.value.status, Status::Approx);
        const MatrixD small = blockMeans(cosine.distances, 3);
        QCOMPARE(small.rows(), Index(3));
        QVERIFY(small.allFinite());
    }
}

void MeasuresTest::identicalProbes() {
    Matrix x = gaussian(12, 5, 1);
    for (Index i = 6; i < 12; ++i) x.row(i) = x.row(i - 6);
    for (const GramBank::Precision precision : {GramBank::Precision::Single, GramBank::Precision::Double}) {
        const GramBank b(x, pool(), precision);
        const TwoNearest t = twoNearestDimension(b);
        QCOMPARE(t.used, Index(0));
        QCOMPARE(t.fit.status, Status::TooFewSamples);
    }
}

void MeasuresTest::emptyDistributions() {
    const std::vector<Real> none, one = {1}, two = {1, 1};
    QCOMPARE(auc(none, one).status, Status::TooFewSamples);
    QCOMPARE(dPrime(one, two).status, Status::TooFewSamples);
    QCOMPARE(dPrime(two, two).status, Status::Degenerate);
    QCOMPARE(auc(two, one).value, 0.5);
    QCOMPARE(thresholdAccuracy(none, one, 0).status, Status::TooFewSamples);
}

void MeasuresTest::zeroVectors() {
    const std::vector<Real> zero = {0, 0}, some = {3, 4};
    const Alignment still = alignment(zero, some);
    QCOMPARE(still.cosine.status, Status::Degenerate);
    QCOMPARE(still.normRatio.value, 0.0);
    QVERIFY(!alignment(some, zero).cosine.defined() && !alignment(some, zero).normRatio.defined());
    QCOMPARE(alignment({}, {}).cosine.status, Status::TooFewSamples);
    QVERIFY_EXCEPTION_THROWN(alignment(some, std::vector<Real>{1}), AssertionFailure);
}

void MeasuresTest::confusionOfNothing() {
    const Confusion c = confusion({}, {}, 3);
    QCOMPARE(c.accuracy.status, Status::TooFewSamples);
    QVERIFY(std::isnan(c.recall[0]) && std::isnan(c.precision[2]));
}

QTEST_APPLESS_MAIN(MeasuresTest)
#include "tst_Measures.moc"

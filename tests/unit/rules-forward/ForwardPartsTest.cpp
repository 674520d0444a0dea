// Parts that the forward-only rules share: labels in the input, negatives, length norms, sparsemax, standardisation.
#include "core/rules/Goodness.h"
#include "core/rules/LabelPaint.h"
#include "core/rules/LengthNorm.h"
#include "core/rules/Sparsemax.h"
#include "core/rules/Standardiser.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace lab;

class ForwardPartsTest : public QObject {
    Q_OBJECT

private slots:
    void wrongLabelsAreNeverTrue() {
        constexpr int kClasses = 10;
        constexpr std::size_t kDraws = 1000000;
        std::vector<int> truth(kDraws), wrong(kDraws);
        for (std::size_t i = 0; i < kDraws; ++i) truth[i] = static_cast<int>(i % kClasses);
        drawWrongLabels(Stream(3, Purpose::Negatives, 5), truth, kClasses, wrong);
        std::vector<int> distance(kClasses, 0);
        for (std::size_t i = 0; i < kDraws; ++i) ++distance[static_cast<std::size_t>((wrong[i] - truth[i] + kClasses) % kClasses)];
        QCOMPARE(distance[0], 0);
        for (int k = 1; k < kClasses; ++k)
            QVERIFY(std::abs(distance[static_cast<std::size_t>(k)] / static_cast<double>(kDraws) - 1.0 / 9) < 0.002);
    }

    void shuffledLabelsCollide() {
        constexpr std::size_t kRows = 10000;
        std::vector<int> truth(kRows), wrong(kRows);
        for (std::size_t i = 0; i < kRows; ++i) truth[i] = static_cast<int>(i % 10);
        drawShuffledLabels(Stream(3, Purpose::Negatives, 5), truth, wrong);
        int same = 0;
        for (std::size_t i = 0; i < kRows; ++i) same += wrong[i] == truth[i] ? 1 : 0;
        QVERIFY(same > 850 && same < 1150);
        std::sort(wrong.begin(), wrong.end());
        std::sort(truth.begin(), truth.end());
        QCOMPARE(wrong, truth);
    }

    // The draw follows the head's probabilities without the truth, however large the scores.
    void hardLabelsFollowTheScores() {
        constexpr std::size_t kRows = 40000;
        std::vector<int> truth(kRows, 1), wrong(kRows);
        Matrix scores(kRows, 4);
        for (Index i = 0; i < scores.rows(); ++i) scores.row(i) << Real(1000), Real(2000), Real(1000 + std::log(3.0)), Real(-1000);
        drawHardLabels(Stream(7, Purpose::Negatives, 1), truth, scores.data(), 4, wrong);
        std::vector<double> share(4, 0);
        for (const int c : wrong) share[static_cast<std::size_t>(c)] += 1.0 / kRows;
        QCOMPARE(share[1], 0.0);
        QCOMPARE(share[3], 0.0);
        QVERIFY(std::abs(share[0] - 0.25) < 0.01 && std::abs(share[2] - 0.75) < 0.01);
    }

    void labelsAreWrittenOver() {
        Pool pool;
        const Matrix x = Matrix::Constant(2, 6, Real(-3));
        const ConstMatrixMap in(x.data(), 2, 6);
        Matrix out(2, 6), expected(2, 6);
        const int labels[2] = {2, 0};
        paintLabels(pool, in, labels, 3, 1.5, out.data());
        expected << 0, 0, 1.5, -3, -3, -3, 1.5, 0, 0, -3, -3, -3;
        QVERIFY(out == expected);
        paintNeutral(pool, in, 3, 1.5, out.data());
        expected << .5, .5, .5, -3, -3, -3, .5, .5, .5, -3, -3, -3;
        QVERIFY(out == expected);
    }

    void lengthNorms() {
        Pool pool;
        Matrix x(2, 4);
        x << 3, 4, 0, 0, 0, 0, 0, 0;
        Matrix unit = x;
        normaliseRows(pool, LengthNorm::Unit, unit.data(), 2, 4);
        QVERIFY(std::abs(static_cast<double>(unit.row(0).norm()) - 1) < 1e-6);
        QCOMPARE(static_cast<double>(unit.row(1).norm()), 0.0);  // zero stays zero
        normaliseRows(pool, LengthNorm::Rms, x.data(), 2, 4);
        QVERIFY(std::abs(static_cast<double>(x.row(0).norm()) - 2) < 1e-6);
        Matrix again = x;
        normaliseRows(pool, LengthNorm::None, again.data(), 2, 4);
        QVERIFY(again == x);
    }

    void softplusNeverOverflows() {
        QCOMPARE(softplus(1e6), 1e6);
        QCOMPARE(softplus(-1e6), 0.0);
        QVERIFY(std::abs(softplus(0) - std::log(2.0)) < 1e-15);
        QVERIFY(logistic(-50) > 0 && logistic(-50) < 1e-21);  // no difference from one that cancels
    }

    void sparsemaxProjects() {
        std::vector<double> sorted;
        const Stream stream(1, Purpose::Analysis);
        for (std::uint64_t t = 0; t < 200; ++t) {
            Real s[5], shifted[5], p[5], q[5], error[5];
            for (std::uint64_t c = 0; c < 5; ++c) {
                s[c] = static_cast<Real>(2 * stream.normalAt(5 * t + c));
                shifted[c] = s[c] + Real(3);
            }
            sparsemax(s, 5, p, sorted);
            sparsemax(shifted, 5, q, sorted);
            double sum = 0;
            for (int c = 0; c < 5; ++c) {
                sum += static_cast<double>(p[c]);
                QVERIFY(p[c] >= 0 && std::abs(static_cast<double>(p[c] - q[c])) < 1e-5);
            }
            QVERIFY(std::abs(sum - 1) < 1e-5);
            const int label = static_cast<int>(t % 5);
            QVERIFY(sparsemaxLoss(s, 1, 5, &label, error, sorted) > -1e-6);
            double total = 0;
            for (const Real e : error) total += static_cast<double>(e);
            QVERIFY(std::abs(total) < 1e-5);
        }
        const Real sure[3] = {0, 5, Real(3.9)};
        const int right = 1;
        QVERIFY(std::abs(sparsemaxLoss(sure, 1, 3, &right, nullptr, sorted)) < 1e-6);
    }

    void standardiserGivesMeanZeroVarianceOne() {
        Pool pool;
        const Stream stream(2, Purpose::Analysis);
        Matrix h(200, 12);  // 3 channels of 2 x 2
        for (Index k = 0; k < h.size(); ++k)
            h.data()[k] = static_cast<Real>(5 + (1 + (k % 12) / 4) * stream.normalAt(static_cast<std::uint64_t>(k)));
        Standardiser standardiser({3, 2, 2});
        Matrix out(200, 12);
        standardiser.apply(pool, h.data(), 200, out.data());
        QVERIFY(out == h);  // not fitted yet: changes nothing
        standardiser.add(pool, h.data(), 120);
        standardiser.add(pool, h.data() + 120 * 12, 80);
        standardiser.finish();
        standardiser.apply(pool, h.data(), 200, out.data());
        for (Index c = 0; c < 3; ++c) {
            const MatrixD part = out.block(0, 4 * c, 200, 4).cast<double>();
            QVERIFY(std::abs(part.mean()) < 1e-5);
            QVERIFY(std::abs(part.squaredNorm() / static_cast<double>(part.size()) - 1) < 1e-3);
        }
        std::vector<double> state;
        standardiser.save(state);
        Standardiser copy({3, 2, 2});
        std::size_t at = 0;
        QVERIFY(copy.load(state, at) && at == state.size());
        Matrix same(200, 12);
        copy.apply(pool, h.data(), 200, same.data());
        QVERIFY(same == out);
        at = 0;
        state.pop_back();
        QVERIFY(!copy.load(state, at));
    }
};

QTEST_APPLESS_MAIN(ForwardPartsTest)
#include "ForwardPartsTest.moc"

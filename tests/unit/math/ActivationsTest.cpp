// Elementary functions against the standard library in double, and their behaviour at the ends.
#include "core/math/Activations.h"
#include "core/math/ScalarFunctions.h"

#include <QtTest>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace lab;

namespace {

// Error in units of the last place of the wanted float (subnormals: of the smallest normal's last place).
double ulps(float found, double wanted) {
    if (std::isnan(wanted)) return std::isnan(found) ? 0 : 1e9;
    const float nearest = static_cast<float>(wanted);
    if (std::isinf(nearest)) return found == nearest ? 0 : 1e9;
    const double place =
        std::max(std::ldexp(1.0, -149), std::ldexp(1.0, std::ilogb(std::max(std::abs(wanted), 1.2e-38)) - 23));
    return std::abs(static_cast<double>(found) - wanted) / place;
}

double worst(const std::function<float(float)>& f, const std::function<double(double)>& reference, double from, double to,
             int count) {
    double top = 0;
    for (int i = 0; i <= count; ++i) {
        const float x = static_cast<float>(from + (to - from) * i / count);
        top = std::max(top, ulps(f(x), reference(static_cast<double>(x))));
    }
    return top;
}

}  // namespace

class ActivationsTest : public QObject {
    Q_OBJECT

private slots:
    void accuracy() {
        const auto e = [](float x) { return expOf(x); };
        const auto t = [](float x) { return tanhOf(x); };
        const auto s = [](float x) { return sigmoidOf(x); };
        const auto l = [](float x) { return log1pExpNegative(x); };
        const double we = worst(
            e, [](double x) { return std::exp(x); }, -87, 88.7, 2000000);
        const double wt = std::max(worst(
                                       t, [](double x) { return std::tanh(x); }, -10, 10, 2000000),
                                   worst(
                                       t, [](double x) { return std::tanh(x); }, -1e-3, 1e-3, 20000));
        const double ws = worst(
            s, [](double x) { return 1 / (1 + std::exp(-x)); }, -80, 40, 2000000);
        const double wl = worst(
            l, [](double x) { return std::log1p(std::exp(x)); }, -80, 0, 2000000);
        const double wr = worst([](float x) { return erfOf(x); }, [](double x) { return std::erf(x); }, -5, 5, 500000);
        qInfo("units in the last place: exp %.2f, tanh %.2f, sigmoid %.2f, softplus tail %.2f, erf %.2f", we, wt, ws, wl,
              wr);
        QVERIFY(we <= 2);
        QVERIFY(wt <= 2.5);
        QVERIFY(ws <= 3);
        QVERIFY(wl <= 3);
        QVERIFY(wr <= 3);
    }

    void ends() {
        const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(expOf(-inf), 0.0f);
        QCOMPARE(expOf(-1e30f), 0.0f);
        QVERIFY(std::isinf(expOf(inf)) && std::isinf(expOf(89.0f)) && std::isinf(expOf(1e30f)));
        QCOMPARE(expOf(0.0f), 1.0f);
        QVERIFY(expOf(-100.0f) > 0 && expOf(-100.0f) < 1e-42f);
        QVERIFY(std::isnan(expOf(nan)) && std::isnan(tanhOf(nan)) && std::isnan(sigmoidOf(nan)));
        QCOMPARE(tanhOf(inf), 1.0f);
        QCOMPARE(tanhOf(-inf), -1.0f);
        QCOMPARE(sigmoidOf(inf), 1.0f);
        QCOMPARE(sigmoidOf(-inf), 0.0f);
        QCOMPARE(erfOf(inf), 1.0f);
        QVERIFY(std::isnan(erfOf(nan)));
    }

    void loops_data() {
        QTest::addColumn<int>("f");
        for (int f = 0; f < kActivationCount; ++f) QTest::newRow(activationName(static_cast<Activation>(f))) << f;
    }
    // Values, biased rows and derivatives of the vector loops agree with one call per number, for any length.
    void loops() {
        QFETCH(int, f);
        const Activation a = static_cast<Activation>(f);
        QVERIFY(activationByName(activationName(a)) == a);
        for (const Index n : {0, 1, 3, 8, 17, 100}) {
            std::vector<Real> z(static_cast<std::size_t>(n)), h(z), one(z), dz(z), slope(z), dh(z), bias(z), shifted(z);
            for (Index i = 0; i < n; ++i) {
                z[static_cast<std::size_t>(i)] = static_cast<Real>(std::sin(1.7 * static_cast<double>(i) + 0.3) * 4);
                dh[static_cast<std::size_t>(i)] = static_cast<Real>(std::cos(static_cast<double>(i)));
                bias[static_cast<std::size_t>(i)] = static_cast<Real>(0.25 * std::sin(static_cast<double>(i)));
            }
            activate(a, Real(0.1), z.data(), h.data(), n);
            for (Index i = 0; i < n; ++i) activate(a, Real(0.1), z.data() + i, one.data() + i, 1);
            QVERIFY(h == one);
            activateBackward(a, Real(0.1), z.data(), h.data(), dh.data(), dz.data(), n);
            activateSlope(a, Real(0.1), z.data(), h.data(), slope.data(), n);
            for (std::size_t i = 0; i < z.size(); ++i) {
                QCOMPARE(dz[i], dh[i] * slope[i]);
                // Against a central difference in double precision of the float function: a coarse check of the formula.
                if (std::abs(z[i]) < Real(0.02) || std::abs(z[i] - 1) < Real(0.02)) continue;  // corners
                const Real step = Real(1) / 64, up = z[i] + step, down = z[i] - step;
                Real top = 0, bottom = 0;
                activate(a, Real(0.1), &up, &top, 1);
                activate(a, Real(0.1), &down, &bottom, 1);
                const double quotient = (static_cast<double>(top) - static_cast<double>(bottom)) / (2.0 / 64);
                QVERIFY2(std::abs(quotient - static_cast<double>(slope[i])) < 5e-3,
                         qPrintable(QString::number(static_cast<double>(z[i]))));
            }
            shifted = z;
            std::vector<Real> direct = z, out(z.size());
            for (std::size_t i = 0; i < z.size(); ++i) direct[i] += bias[i];
            activateRows(a, Real(0.1), bias.data(), shifted.data(), out.data(), 1, n, n);
            QVERIFY(shifted == direct);
            activate(a, Real(0.1), direct.data(), one.data(), n);
            QVERIFY(out == one);
        }
    }

    void nonFiniteNumbersGoThrough() {
        const Real nan = std::numeric_limits<Real>::quiet_NaN();
        for (int f = 0; f < kActivationCount; ++f) {
            Real h = 0;
            activate(static_cast<Activation>(f), Real(0.1), &nan, &h, 1);
            QVERIFY2(std::isnan(h), activationName(static_cast<Activation>(f)));
        }
    }
};

QTEST_APPLESS_MAIN(ActivationsTest)
#include "ActivationsTest.moc"

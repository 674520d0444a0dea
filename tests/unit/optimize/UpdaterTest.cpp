// Optimisers by hand, schedules, and what the updater promises: figures, failure without damage, exact save and load.
#include "core/base/Rng.h"
#include "core/optimize/Updater.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <set>

using namespace lab;

namespace {

ParamStore store(Index count = 100) {
    ParamStore s;
    ParamBlock block;
    block.name = "l1.weight";
    block.shape = {count};
    block.weight = true;
    s.add(block);
    block.name = "l1.bias";
    block.shape = {7};
    block.weight = false;
    s.add(block);
    block.name = "l1.running_mean";
    block.trained = false;
    s.add(block);
    const Stream stream(1, Purpose::Analysis);
    for (Index i = 0; i < s.size(); ++i) s.data()[i] = static_cast<Real>(stream.normalAt(static_cast<std::uint64_t>(i)));
    return s;
}

std::vector<Real> gradientAt(const ParamStore& s, std::int64_t step) {
    const Stream stream(2, Purpose::Analysis, static_cast<std::uint64_t>(step));
    std::vector<Real> g(static_cast<std::size_t>(s.size()));
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<Real>(stream.normalAt(i));
    return g;
}

UpdaterConfig config(const std::string& id, std::map<std::string, ParamValue> held = {}) {
    UpdaterConfig c;
    c.choice = {id, std::move(held)};
    return c;
}

}  // namespace

class UpdaterTest : public QObject {
    Q_OBJECT

private slots:
    void formulas_data() {
        QTest::addColumn<QString>("id");
        for (const OptimizerDescription& d : optimizerRegistry())
            QTest::newRow(d.id.c_str()) << QString::fromStdString(d.id);
    }
    // Each optimiser, number by number in double, on a weight (that decays) and a bias (that does not).
    void formulas() {
        QFETCH(QString, id);
        const std::string name = id.toStdString();
        ParamStore s = store();
        Pool pool(2);
        Updater updater(config(name, {{"rate", 0.01}, {"decay", 0.1}}));
        updater.addGroup("W", 0, s, 0, 3);
        std::vector<double> w(s.data(), s.data() + s.size()), m(w.size(), 0.0), v(w.size(), 0.0);
        const std::vector<Real> statistics(s.data(2), s.data(2) + 7);
        for (int t = 1; t <= 12; ++t) {
            const std::vector<Real> gradient = gradientAt(s, t);
            updater.beginStep(t, 0, false);
            updater.apply(pool, 0, gradient.data());
            for (std::size_t i = 0; i < 107; ++i) {
                const double decay = i < 100 ? 0.1 : 0, rate = 0.01;
                double g = static_cast<double>(gradient[i]);
                if (name == "adamw")
                    w[i] *= 1 - rate * decay;
                else
                    g += decay * w[i];
                if (name == "sgd") {
                    w[i] -= rate * g;
                } else if (name == "momentum" || name == "nesterov") {
                    m[i] = 0.9 * m[i] + g;
                    w[i] -= rate * (name == "momentum" ? m[i] : g + 0.9 * m[i]);
                } else {
                    QVERIFY(name == "adam" || name == "adamw");
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.999 * v[i] + 0.001 * g * g;
                    w[i] -= rate * (m[i] / (1 - std::pow(0.9, t))) / (std::sqrt(v[i] / (1 - std::pow(0.999, t))) + 1e-8);
                }
            }
        }
        for (std::size_t i = 0; i < 107; ++i)
            QVERIFY2(std::abs(static_cast<double>(s.data()[i]) - w[i]) < 3e-6,
                     qPrintable(QString("[%1] %2, wanted %3").arg(i).arg(static_cast<double>(s.data()[i])).arg(w[i])));
        QVERIFY(std::equal(statistics.begin(), statistics.end(), s.data(2)));
        QVERIFY(!updater.failure());
    }

    void saveAndLoadAreExact_data() { formulas_data(); }
    void saveAndLoadAreExact() {
        QFETCH(QString, id);
        ParamStore a = store(40000), b = store(40000);
        Pool one(1), three(3);
        Updater first(config(id.toStdString())), second(config(id.toStdString()));
        first.addGroup("W", 0, a, 0, 3);
        second.addGroup("W", 0, b, 0, 3);
        for (int t = 0; t < 5; ++t) {
            first.beginStep(t, 0, false);
            first.apply(one, 0, gradientAt(a, t).data());
        }
        std::copy(a.data(), a.data() + a.size(), b.data());
        const std::vector<double> saved = first.save();
        QVERIFY(second.load(saved).ok());
        QVERIFY(second.save() == saved);
        for (int t = 5; t < 9; ++t) {
            first.beginStep(t, 0, false);
            first.apply(one, 0, gradientAt(a, t).data());
            second.beginStep(t, 0, t % 2 == 0);  // measuring changes nothing
            second.apply(three, 0, gradientAt(a, t).data());
        }
        QVERIFY(std::equal(a.data(), a.data() + a.size(), b.data()));
        std::vector<double> damaged = saved;
        damaged.push_back(1);
        QVERIFY(!second.load(damaged).ok());
        damaged.resize(saved.size() - 1);
        QCOMPARE(second.load(damaged).error().code, std::string("LAB-OPT-102"));
        damaged = saved;
        damaged[0] = 1e300;
        QVERIFY(!second.load(damaged).ok());
    }

    void figures() {
        ParamStore s = store();
        Pool pool(1);
        Updater updater(config("sgd", {{"rate", 0.5}}));
        updater.addGroup("W_1", 3, s, 0, 3, 2.0);
        const std::vector<Real> g = gradientAt(s, 1), other = gradientAt(s, 2);
        double own = 0, exact = 0, both = 0;
        for (std::size_t i = 0; i < 107; ++i) {
            own += static_cast<double>(g[i]) * static_cast<double>(g[i]);
            exact += static_cast<double>(other[i]) * static_cast<double>(other[i]);
            both += static_cast<double>(g[i]) * static_cast<double>(other[i]);
        }
        updater.beginStep(0, 0, true);
        updater.setTrueGradient(&s, other.data());
        updater.apply(pool, 0, g.data());
        const UpdateFigures& f = updater.figures(0);
        QVERIFY(f.aligned);
        QVERIFY(std::abs(f.gradientNorm - std::sqrt(own)) < 1e-9);
        QVERIFY(std::abs(f.cosine - both / std::sqrt(own * exact)) < 1e-9);
        QVERIFY(std::abs(f.normRatio - std::sqrt(own / exact)) < 1e-9);
        QVERIFY(std::abs(f.updateNorm - std::sqrt(own)) < 1e-5);  // rate 0.5 times the group's scale 2
        QVERIFY(f.parameterNorm > 0);
        QCOMPARE(updater.title(0), std::string("W_1"));
        QCOMPARE(updater.layer(0), 3);
        updater.beginStep(1, 0, true);  // the true gradient holds for one step
        updater.apply(pool, 0, g.data());
        QVERIFY(!updater.figures(0).aligned);
    }

    void perLayerOptimisersAndOwn() {
        ParamStore s = store();
        Pool pool(1);
        UpdaterConfig c = config("adam");
        c.perLayer[1] = {"sgd", {{"rate", 1.0}}};
        Updater updater(c);
        updater.addGroup("a", 1, s, 0, 1);
        updater.addGroup("b", 0, s, 1, 2, 1, OptimizerChoice{"sgd", {{"rate", 0.25}}});
        const std::vector<Real> before(s.data(), s.data() + s.size()), g = gradientAt(s, 1);
        QVERIFY(updater.setParam("rate", 77.0).ok());  // of the default, which neither follows
        QCOMPARE(updater.rate(), 77.0);
        QVERIFY(!updater.setParam("rate", -1.0).ok());
        QVERIFY(!updater.setParam("sorcery", 1.0).ok());
        updater.beginStep(0, 0, false);
        updater.apply(pool, 0, g.data());
        updater.apply(pool, 1, g.data());
        QCOMPARE(s.data()[5], before[5] - g[5]);
        QCOMPARE(s.data()[105], before[105] - Real(0.25) * g[105]);
    }

    void liveChangesKeepTheState() {
        ParamStore a = store(), b = store();
        Pool pool(1);
        Updater first(config("adam")), second(config("adam"));
        first.addGroup("W", 0, a, 0, 2);
        second.addGroup("W", 0, b, 0, 2);
        for (int t = 0; t < 4; ++t) {
            if (t == 2) QVERIFY(first.setParam("rate", 0.01).ok() && first.setParam("rate", 0.001).ok());
            for (Updater* u : {&first, &second}) u->beginStep(t, 0, false);
            first.apply(pool, 0, gradientAt(a, t).data());
            second.apply(pool, 0, gradientAt(a, t).data());
        }
        QVERIFY(std::equal(a.data(), a.data() + a.size(), b.data()));
    }

    void nonFiniteGradient() {
        for (const Real bad : {std::numeric_limits<Real>::infinity(), std::numeric_limits<Real>::quiet_NaN()}) {
            ParamStore s = store();
            Pool pool(1);
            Updater updater(config("adam"));
            updater.addGroup("W_3", 2, s, 0, 3);
            std::vector<Real> g = gradientAt(s, 1);
            g[103] = bad;
            const std::vector<Real> before(s.data(), s.data() + s.size());
            updater.beginStep(41, 0, false);
            updater.apply(pool, 0, g.data());
            QVERIFY(updater.failure().has_value());
            QCOMPARE(updater.failure()->code, std::string("LAB-RUN-201"));
            const std::string text = updater.failure()->text();
            for (const char* part : {"l1.bias", "layer 3", "step 42"})
                QVERIFY2(text.find(part) != std::string::npos, text.c_str());
            QVERIFY(std::equal(before.begin(), before.end(), s.data()));
        }
    }

    void aParameterThatOverflows() {
        ParamStore s = store();
        Pool pool(1);
        Updater updater(config("sgd", {{"rate", 100.0}}));
        updater.addGroup("W_1", 0, s, 0, 3);
        std::vector<Real> g = gradientAt(s, 1);
        g[50] = Real(1e37);  // finite, but a hundred times as much is not
        const std::vector<Real> before(s.data(), s.data() + s.size());
        updater.beginStep(7, 0, false);
        updater.apply(pool, 0, g.data());
        QVERIFY(updater.failure().has_value());
        QVERIFY2(updater.failure()->text().find("l1.weight") != std::string::npos, updater.failure()->text().c_str());
        QVERIFY(std::equal(before.begin(), before.end(), s.data()));
    }

    // Weights that grow a little every step until they leave the range: the last finite ones stay.
    // Groups applied side by side, the last one first: the failure is that of the group whose turn would have come first,
    // and the parameters of both stay as they were.
    void failuresSideBySideHaveTheOrderOfTurns() {
        ParamStore one = store(), two = store();
        Updater updater(config("adam"));
        const int first = updater.addGroup("W_1", 0, one, 0, 2), second = updater.addGroup("W_2", 1, two, 0, 2);
        const std::vector<Real> before(two.data(), two.data() + two.size());
        std::vector<Real> bad = gradientAt(one, 0);
        bad[3] = std::numeric_limits<Real>::quiet_NaN();
        Pool pool(1);
        updater.beginStep(4, 0, false);
        updater.beginSideBySide();
        updater.apply(pool, second, bad.data());
        QVERIFY(!updater.failure());  // not before all are through
        updater.apply(pool, first, bad.data());
        const std::vector<int> turns = {first, second};
        updater.endSideBySide(turns);
        QVERIFY(updater.failure().has_value());
        QVERIFY2(updater.failure()->text().find("layer 1 ") != std::string::npos, updater.failure()->text().c_str());
        QVERIFY2(updater.failure()->text().find("step 5") != std::string::npos, updater.failure()->text().c_str());
        QVERIFY(std::equal(before.begin(), before.end(), two.data()));
        QVERIFY(std::equal(before.begin(), before.end(), one.data()));
    }

    void aSlowDivergence() {
        ParamStore s = store();
        Pool pool(1);
        Updater updater(config("sgd", {{"rate", 1.0}, {"decay", 11.0}}));
        updater.addGroup("W_1", 0, s, 0, 1);
        const std::vector<Real> zero(static_cast<std::size_t>(s.size()), Real(0));
        int steps = 0;
        std::vector<Real> before;
        while (!updater.failure() && steps < 200) {
            before.assign(s.data(), s.data() + s.size());
            updater.beginStep(steps++, 0, false);
            updater.apply(pool, 0, zero.data());
        }
        QVERIFY(steps > 30 && steps < 60);
        QVERIFY(std::equal(before.begin(), before.end(), s.data()));
        for (Index i = 0; i < s.size(); ++i) QVERIFY(std::isfinite(s.data()[i]));
    }

    void schedules() {
        ParamSet p(scheduleParams());
        const auto set = [&](const char* name, const ParamValue& value) { QVERIFY(p.set(name, value).ok()); };
        QCOMPARE(scheduleFactor(p, 3.5, 10), 1.0);
        set("warmup", 2.0);
        QCOMPARE(scheduleFactor(p, 0.5, 10), 0.25);
        QCOMPARE(scheduleFactor(p, 2, 10), 1.0);
        set("warmup", 0.0);
        set("kind", std::string("second_half"));
        QCOMPARE(scheduleFactor(p, 4.9, 10), 1.0);
        QVERIFY(std::abs(scheduleFactor(p, 7.5, 10) - 0.5) < 1e-12);
        QVERIFY(std::abs(scheduleFactor(p, 10, 10)) < 1e-12);
        QCOMPARE(scheduleFactor(p, 12, 10), 0.0);
        set("kind", std::string("cosine"));
        QVERIFY(std::abs(scheduleFactor(p, 5, 10) - 0.5) < 1e-12);
        set("floor", 0.1);
        QVERIFY(std::abs(scheduleFactor(p, 10, 10) - 0.1) < 1e-12);
        set("kind", std::string("step"));
        set("step_epochs", 3.0);
        set("step_factor", 0.5);
        QCOMPARE(scheduleFactor(p, 2.9, 10), 1.0);
        QCOMPARE(scheduleFactor(p, 6.1, 10), 0.25);
    }

    void registryIsComplete() {
        std::set<std::string> ids;
        for (const OptimizerDescription& d : optimizerRegistry()) {
            QVERIFY(ids.insert(d.id).second);
            QVERIFY(!d.title.empty() && !d.summary.empty() && !d.source.empty() && !d.equations.empty() && d.make);
            const ParamSet p(d.params);
            QVERIFY(p.number("rate") > 0);
            QCOMPARE(findOptimizer(d.id), &d);
            for (const ParamSpec& spec : d.params) QVERIFY(checkParam(spec, spec.standard).ok());
        }
        QVERIFY(findOptimizer("magic") == nullptr);
    }
};

QTEST_APPLESS_MAIN(UpdaterTest)
#include "UpdaterTest.moc"

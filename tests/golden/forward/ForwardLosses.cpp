// Single-step values of the forward-only rules. Authority: numbers computed in NumPy (double) and checked by central
// differences, from the deterministic inputs fill(r, c, s); the committed script make_goldens.py repeats them.
// Every gradient comes out of the rule's own step: with plain gradient descent at rate 1 it is the change of the weights.
#include "GoldenCheck.h"
#include "support/RuleHarness.h"

#include "core/rules/ForwardForward.h"
#include "core/rules/Goodness.h"
#include "core/rules/LengthNorm.h"
#include "core/rules/RidgeFit.h"
#include "core/rules/Sparsemax.h"

using namespace lab;
using namespace lab::test;

namespace {

const OptimizerChoice kPlainDescent{"sgd", {{"rate", 1.0}}};

MatrixD rmsRows(MatrixD x) {
    for (Index i = 0; i < x.rows(); ++i)
        x.row(i) /= std::sqrt(x.row(i).squaredNorm() / static_cast<double>(x.cols())) + 1e-8;
    return x;
}

// One layer 4 -> 6 with W = fill(4,6,3), b = 0.1 fill(1,6,4), three classes.
struct OneLayer {
    explicit OneLayer(RuleSetup setup) : harness(makeMlp({4, 6, 3}), smallData({4}, 3), setup) {
        harness.setLinear(0, fill(4, 6, 3), 0.1 * fill(1, 6, 4));
    }
    RuleHarness harness;
};

struct Step {
    double loss = 0;
    MatrixD dW, db;
};

Step forwardForwardStep(std::map<std::string, ParamValue> params) {
    RuleSetup setup;
    setup.rule = "forward-forward";
    params["head"] = false;
    setup.params = std::move(params);
    setup.optimizer = kPlainDescent;
    setup.batch = 3;
    OneLayer one(setup);
    const MatrixD w = one.harness.weight(0), b = one.harness.bias(0);
    // The rule itself takes the length off its input: X+ = rms(fill(3,4,1)), X- = rms(fill(3,4,2)).
    const Matrix positive = real(fill(3, 4, 1)), negative = real(fill(3, 4, 2));
    StepContext context = one.harness.context(0);
    Step step;
    step.loss = dynamic_cast<ForwardForward&>(one.harness.rule()).learnStreams(map(positive), map(negative), context);
    step.dW = w - one.harness.weight(0);
    step.db = b - one.harness.bias(0);
    return step;
}

class ForwardLosses : public QObject {
    Q_OBJECT

private slots:
    void inputs() {
        const MatrixD f = fill(2, 3, 1);
        QVERIFY(nearGolden(f(0, 0), -0.1956521739, 1e-10));
        QVERIFY(nearGolden(f(1, 2), -0.3695652174, 1e-10));
    }

    void sumGoodness() {
        const Step step = forwardForwardStep({});
        QVERIFY(nearGolden(step.loss, 2.3833545991));
        QVERIFY(nearGolden(step.dW, {1.1436689615, -.0862823852, -.1387181995, 1.3486922673}));
        QVERIFY(nearGolden(step.db, {.8507543734, -.3143686388, -.1550894142, -1.9797359221}));
    }

    void goodnessValues() {
        Pool pool;
        const MatrixD w = fill(4, 6, 3), b = 0.1 * fill(1, 6, 4);
        const double wanted[2][3] = {{.81373353, 2.00131129, .93764717}, {1.75469017, .17595122, .81373353}};
        for (int s = 0; s < 2; ++s) {
            Matrix x = real(fill(3, 4, 1 + s));
            normaliseRows(pool, LengthNorm::Rms, x.data(), 3, 4);
            const MatrixD z = (x.cast<double>() * w).rowwise() + b.row(0);
            const Matrix h = z.cwiseMax(0.0).cast<Real>();
            std::vector<double> g(3);
            goodnessRows(pool, GoodnessKind::Sum, h.data(), 3, 6, g.data());
            for (int i = 0; i < 3; ++i) QVERIFY(nearGolden(g[static_cast<std::size_t>(i)], wanted[s][i], 1e-8));
        }
    }

    void meanGoodness() {
        const Step step = forwardForwardStep({{"goodness", std::string("mean")}});
        QVERIFY(nearGolden(step.loss, 1.0466274424));
        QVERIFY(nearGolden(step.dW, {.1468540494, -.0113098185, -.0197560051, .1742839601}));
        QVERIFY(nearGolden(step.db, {.1073466655, -.0385230464, -.0172834499, -.2472579447}));
    }

    // The peer term alone is the difference between a step with it and one without.
    void peerVariance_data() {
        QTest::addColumn<bool>("gated");
        QTest::addColumn<double>("norm");
        QTest::addColumn<double>("first");
        QTest::newRow("gated") << true << .0006714045 << .0000021273;
        QTest::newRow("ungated") << false << .0006623502 << .0000272595;
    }
    void peerVariance() {
        QFETCH(bool, gated);
        QFETCH(double, norm);
        QFETCH(double, first);
        const Step plain = forwardForwardStep({});
        const Step peer = forwardForwardStep({{"peer", std::string("variance")}, {"peer_strength", 1.0}, {"peer_gated", gated}});
        QVERIFY(nearGolden(peer.loss - plain.loss, .0001197849));
        const MatrixD difference = peer.dW - plain.dW;
        QVERIFY(nearGolden(difference, {norm, first}));
        if (!gated) QVERIFY(nearGolden(difference.sum(), 0));
    }

    void monoForward() {
        RuleSetup setup;
        setup.rule = "mono-forward";
        setup.optimizer = kPlainDescent;
        setup.batch = 3;
        OneLayer one(setup);
        ParamStore& own = *one.harness.rule().ownParameters();
        const Matrix m = real(fill(3, 6, 5));
        std::copy_n(m.data(), m.size(), own.data(0));
        const MatrixD w = one.harness.weight(0), b = one.harness.bias(0);
        const StepReport report = one.harness.step(real(rmsRows(fill(3, 4, 1))), {0, 1, 2});
        QVERIFY(nearGolden(report.loss, .9103914796));
        QVERIFY(nearGolden(w - one.harness.weight(0), {.5305863190, -.0501323364, .1220002241, .3471666395}));
        QVERIFY(nearGolden(b - one.harness.bias(0), {.2484272317, -.0888241134}));
        const MatrixD dM = m.cast<double>() - ConstMatrixMap(own.data(0), 3, 6).cast<double>();
        QVERIFY(nearGolden(dM, {.3489388674, -.0035333937, .0224833653, 0}));
        for (Index j = 0; j < 6; ++j) QVERIFY(std::abs(dM.col(j).sum()) < 1e-12);
    }

    void cascadedPredictors() {
        Pool pool;
        const Matrix features = real(fill(5, 6, 6));
        const std::vector<int> labels{0, 1, 2, 0, 1};
        ParamStore store;
        const LocalHead head = addHead(store, "p", "P", 0, 6, 3, false);
        const Matrix p = real(fill(6, 3, 7).transpose());
        std::copy_n(p.data(), p.size(), store.data(head.weight));
        Matrix scores(5, 3), error(5, 3), gradient(3, 6);

        headScores(pool, store, head, 5, features.data(), scores.data());
        QVERIFY(nearGolden(crossEntropy(scores.data(), 5, 3, labels.data(), error.data()), 1.1650591698));
        headGradient(pool, store, head, 5, features.data(), error.data(), gradient.data());
        QVERIFY(nearGolden(MatrixD(gradient.cast<double>().transpose()), {.4196474774, -.1360767502, .0972462114}));

        // Sparsemax loss with scores 3 F P: the factor belongs to d/dP too.
        scores *= Real(3);
        std::vector<double> sorted;
        QVERIFY(nearGolden(sparsemaxLoss(scores.data(), 5, 3, labels.data(), error.data(), sorted), .7251641855));
        error *= Real(3);
        headGradient(pool, store, head, 5, features.data(), error.data(), gradient.data());
        const MatrixD dP = gradient.cast<double>().transpose();
        QVERIFY(nearGolden(dP, {1.4505333728, -.4185707241}));
        Matrix probabilities(1, 3);
        QVERIFY(nearGolden(sparsemax(scores.data(), 3, probabilities.data(), sorted), -.631065, 1e-6));
        QVERIFY(nearGolden(static_cast<double>(probabilities(0, 0)), .563012, 1e-6));
        QVERIFY(nearGolden(static_cast<double>(probabilities(0, 1)), .137681, 1e-6));
        QVERIFY(nearGolden(static_cast<double>(probabilities(0, 2)), .299307, 1e-6));
    }

    void sparsemaxByHand() {
        std::vector<double> sorted;
        const Real scores[3] = {1, Real(.5), -1};
        Real p[3];
        QVERIFY(nearGolden(sparsemax(scores, 3, p, sorted), .25, 1e-12));
        QVERIFY(nearGolden(static_cast<double>(p[0]), .75, 1e-12));
        QVERIFY(nearGolden(static_cast<double>(p[1]), .25, 1e-12));
        QCOMPARE(static_cast<double>(p[2]), 0.0);
    }

    void ridge() {
        Pool pool;
        const Matrix features = real(fill(5, 6, 6));
        const std::vector<int> labels{0, 1, 2, 0, 1};
        RidgeFit fit(6, 3, false);
        // In two batches: the sums are what counts.
        fit.add(pool, features.data(), labels.data(), 2);
        fit.add(pool, features.data() + 12, labels.data() + 2, 3);
        QCOMPARE(fit.count(), Index{5});
        Matrix p(3, 6);
        fit.solve(1e-3, p.data(), nullptr);
        const MatrixD P = p.cast<double>().transpose();
        const MatrixD F = features.cast<double>();
        MatrixD Y = MatrixD::Zero(5, 3);
        for (Index i = 0; i < 5; ++i) Y(i, labels[static_cast<std::size_t>(i)]) = 1;
        QVERIFY(nearGolden(P.norm(), 3.4579701872));
        QVERIFY(nearGolden(P(0, 0), .6248770963));
        QVERIFY(nearGolden((F * P - Y).squaredNorm(), .0002152849));
        QVERIFY((F.transpose() * F * P + 1e-3 * P - F.transpose() * Y).norm() < 1e-9);
    }

    // Delta = (E B) (.) 1[z > 0] / 3 through the vector-Jacobian product of a stage, as block training uses it.
    void feedbackBlock() {
        RuleSetup setup;
        setup.rule = "mono-forward";
        setup.batch = 3;
        OneLayer one(setup);
        Network& network = one.harness.network();
        Workspace work = network.makeWorkspace(3, true);
        const Matrix x = real(rmsRows(fill(3, 4, 1)));
        network.setInput(work, map(x));
        ForwardMode mode;
        mode.training = true;
        network.forward(one.harness.pool(), work, 3, 0, 1, mode);
        MatrixD B = fill(3, 6, 10);
        for (Index c = 0; c < 3; ++c) B.row(c) /= B.row(c).norm();
        work.adjointMap(network.stages()[0].output, 3) = (fill(3, 3, 11) * B / 3.0).cast<Real>();
        Buffer gradient(static_cast<std::size_t>(network.parameters().size()));
        BackwardOptions options;
        options.gradient = gradient.data();
        network.backward(one.harness.pool(), work, 3, 0, options);
        const ParamBlock& block = network.parameters().block(one.harness.weightBlock(0));
        const MatrixD dW = ConstMatrixMap(gradient.data() + block.offset, 6, 4).cast<double>().transpose();
        QVERIFY(nearGolden(dW, {.5110952874, -.1039774316}));
    }

    void goodnessInference() {
        RuleSetup setup;
        setup.rule = "forward-forward";
        setup.params = {{"head", false}, {"label_height", 1.0}};
        RuleHarness harness(makeMlp({4, 6, 5, 3}), smallData({4}, 3), setup);
        harness.setLinear(0, fill(4, 6, 3), 0.1 * fill(1, 6, 4));
        harness.setLinear(1, fill(6, 5, 13), 0.1 * fill(1, 5, 15));
        const std::vector<Matrix> scores = harness.predict(real(fill(2, 4, 16)));
        QCOMPARE(scores.size(), std::size_t{3});  // both layers, layer 1, layer 2
        const double layer1[2][3] = {{.30929127, .89381221, .71441620}, {1.12846573, 1.12508202, .49019698}};
        const double layer2[2][3] = {{.49699144, 2.00981586, 1.57590159}, {.49763269, 2.39519642, 1.91352908}};
        for (int i = 0; i < 2; ++i)
            for (int c = 0; c < 3; ++c) {
                QVERIFY(nearGolden(static_cast<double>(scores[1](i, c)), layer1[i][c], 1e-8));
                QVERIFY(nearGolden(static_cast<double>(scores[2](i, c)), layer2[i][c], 1e-8));
                QVERIFY(nearGolden(static_cast<double>(scores[0](i, c)), layer1[i][c] + layer2[i][c], 2e-8));
            }
    }
};

}  // namespace

QTEST_APPLESS_MAIN(ForwardLosses)
#include "ForwardLosses.moc"

// The trainer: same seed, same bits for every rule, any number of threads, watched or not; checkpoints; order of samples;
// divergence; every error.
#include "core/math/Gemm.h"
#include "unit/run/RunSupport.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace lab;
using namespace lab::test;

namespace {

std::string trained(Trainer& trainer, bool watched = false) {
    if (watched) {
        trainer.observe(everyProbe());
        trainer.snapshot();
    }
    while (trainer.step())
        if (watched) {
            trainer.observe(everyProbe());
            trainer.snapshot();
        }
    return trainer.failure() ? "failed: " + trainer.failure()->text() : trainer.fingerprint();
}

bool sameBits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

// Everything that does not come from the clock.
bool sameEvaluation(const Evaluation& a, const Evaluation& b) {
    return a.step == b.step && sameBits(a.epoch, b.epoch) && sameBits(a.testLoss, b.testLoss) && sameBits(a.testAccuracy, b.testAccuracy) &&
           a.wayAccuracy == b.wayAccuracy && a.fingerprint == b.fingerprint;
}

std::string codeOf(const Experiment& experiment, std::shared_ptr<const PreparedData> data = seg7Data()) {
    const Result<std::unique_ptr<Trainer>> made = Trainer::create(experiment, std::move(data), TrainerOptions{1, 0, 0, 60});
    if (made) return "";
    return made.error().message.empty() ? "no message" : made.error().code;
}

bool allFinite(Trainer& trainer) {
    for (const Trainer::NamedBlock& block : trainer.namedParameters())
        for (const Real v : block.values)
            if (!std::isfinite(v)) return false;
    return true;
}

void rulesAsRows() {
    QTest::addColumn<QString>("rule");
    for (const RuleDescription& rule : ruleRegistry()) QTest::addRow("%s", rule.id.c_str()) << QString::fromStdString(rule.id);
}

}  // namespace

class TrainerTest : public QObject {
    Q_OBJECT
private slots:
    // Rounded products are an option of the experiment: other bits, the same for any number of threads, and named.
    void roundedProductsAreNamedAndDeterministic() {
        const Experiment single = smallExperiment(ruleRegistry().front().id);
        Experiment rounded = single;
        rounded.arithmetic["products"] = std::string("bf16");
        const std::unique_ptr<Trainer> usual = makeTrainer(single, 1, 10);
        const std::string exact = trained(*usual);
        QCOMPARE(QString::fromStdString(usual->fingerprintWithClass()), QString::fromStdString(exact + " " + kernelClass()));
        std::string first;
        for (const int threads : {1, 2, 7, 16}) {
            const std::unique_ptr<Trainer> trainer = makeTrainer(rounded, threads, 10);
            const std::string found = trained(*trainer);
            if (first.empty()) first = found;
            QCOMPARE(found, first);
            QVERIFY(found != exact);
            QCOMPARE(QString::fromStdString(trainer->fingerprintWithClass()),
                     QString::fromStdString(found + " " + kernelClass(Products::Bf16)));
            QCOMPARE(QString::fromStdString(trainer->snapshot()->fingerprint), QString::fromStdString(trainer->fingerprintWithClass()));
            // 8 bits of mantissa cost little: the loss is that of single precision within a few per cent.
            const double loss = trainer->evaluate()->testLoss, wanted = usual->evaluate()->testLoss;
            QVERIFY2(std::abs(loss - wanted) < 0.05 * wanted, qPrintable(QString("%1, %2 in single precision").arg(loss).arg(wanted)));
        }
        rounded.arithmetic["products"] = std::string("fp8");
        QVERIFY(codeOf(rounded).rfind("LAB-PARAM-", 0) == 0);
    }

    void sameBitsForEveryRule_data() { rulesAsRows(); }
    void sameBitsForEveryRule() {
        QFETCH(QString, rule);
        const std::string circuit = suitableCircuit(rule.toStdString());
        QVERIFY2(!circuit.empty(), "the rule suits none of the small circuits");
        const Experiment experiment = smallExperiment(rule.toStdString(), circuit);
        const std::unique_ptr<Trainer> one = makeTrainer(experiment, 1, 10);
        const std::string start = one->fingerprint();
        const std::string wanted = trained(*one);
        QVERIFY2(!QString::fromStdString(wanted).startsWith("failed"), wanted.c_str());
        QVERIFY(wanted != start);  // it has learned something
        for (const int threads : {2, 7}) {
            const std::unique_ptr<Trainer> other = makeTrainer(experiment, threads, 10);
            QCOMPARE(trained(*other), wanted);
            QCOMPARE(other->evaluations().size(), one->evaluations().size());
            for (std::size_t i = 0; i < one->evaluations().size(); ++i)
                QVERIFY(sameEvaluation(one->evaluations()[i], other->evaluations()[i]));
        }
        const std::unique_ptr<Trainer> watched = makeTrainer(experiment, 2, 10);
        QCOMPARE(trained(*watched, true), wanted);
        for (std::size_t i = 0; i < one->evaluations().size(); ++i)
            QVERIFY(sameEvaluation(one->evaluations()[i], watched->evaluations()[i]));
        Experiment reseeded = experiment;
        reseeded.seed = 4;
        const std::unique_ptr<Trainer> seeded = makeTrainer(reseeded, 1, 10);
        QVERIFY(trained(*seeded) != wanted);
    }

    // Layers wide enough that products and loops are cut into several tiles.
    void sameBitsOnManyTiles_data() { rulesAsRows(); }
    void sameBitsOnManyTiles() {
        QFETCH(QString, rule);
        std::string circuit;
        for (const char* text : {"mlp:144-300-290-10", "mlp:144-300-290-10:tanh", "cnn"})
            if (circuit.empty() && Trainer::create(smallExperiment(rule.toStdString(), text), seg7Data(), TrainerOptions{1, 0, 0, 60})) circuit = text;
        QVERIFY(!circuit.empty());
        Experiment experiment = smallExperiment(rule.toStdString(), circuit);
        experiment.batch = 256;
        const std::string wanted = trained(*makeTrainer(experiment, 1, 2));
        QVERIFY2(!QString::fromStdString(wanted).startsWith("failed"), wanted.c_str());
        for (const int threads : {2, 7}) QCOMPARE(trained(*makeTrainer(experiment, threads, 2), threads == 7), wanted);
    }

    // Every form that a rule offers by a choice or a switch: three steps with one thread and with five.
    void sameBitsForEveryForm_data() { rulesAsRows(); }
    void sameBitsForEveryForm() {
        QFETCH(QString, rule);
        const RuleDescription& description = *findRule(rule.toStdString());
        const std::string circuit = suitableCircuit(description.id);
        int tried = 0;
        for (const ParamSpec& spec : description.params) {
            std::vector<ParamValue> values;
            for (const ParamChoice& choice : spec.choices) values.emplace_back(choice.id);
            if (spec.kind == ParamKind::Bool) values = {true, false};
            for (const ParamValue& value : values) {
                if (value == spec.standard) continue;
                Experiment experiment = smallExperiment(description.id, circuit);
                experiment.ruleParams[spec.name] = value;
                if (!Trainer::create(experiment, seg7Data(), TrainerOptions{1, 0, 0, 60})) continue;  // says why it does not suit
                const std::unique_ptr<Trainer> one = makeTrainer(experiment, 1, 3), many = makeTrainer(experiment, 5, 3);
                const std::string wanted = trained(*one);
                QVERIFY2(!QString::fromStdString(wanted).startsWith("failed"), (spec.name + "=" + toText(value) + ": " + wanted).c_str());
                QVERIFY2(trained(*many, true) == wanted, (spec.name + "=" + toText(value)).c_str());
                ++tried;
            }
        }
        qInfo("%s: %d forms", description.id.c_str(), tried);
    }

    // The choice between layers in turn and side by side: what decides it, where it is shown, and that it is no matter.
    void layerOrders_data() { rulesAsRows(); }
    void layerOrders() {
        QFETCH(QString, rule);
        const RuleDescription& description = *findRule(rule.toStdString());
        const Experiment experiment = smallExperiment(description.id, suitableCircuit(description.id));
        const auto make = [&](int threads, LayerOrder order) {
            TrainerOptions options;
            options.threads = threads;
            options.steps = 13;
            options.evaluateEvery = 5;
            options.probeSamples = 60;
            options.layers = order;
            return std::move(Trainer::create(experiment, seg7Data(), options)).value();
        };
        const std::unique_ptr<Trainer> inTurn = make(2, LayerOrder::InTurn);
        QVERIFY(!inTurn->sideBySide());
        QCOMPARE(QString::fromStdString(inTurn->snapshot()->schedule), QString("layers in turn on 2 threads"));
        // This experiment is far below every bound that was measured.
        QCOMPARE(make(2, LayerOrder::Automatic)->sideBySide(), description.sideBySideUpTo > 0);
        QVERIFY(!make(1, LayerOrder::Automatic)->sideBySide());
        const std::unique_ptr<Trainer> sideBySide = make(2, LayerOrder::SideBySide);
        QCOMPARE(sideBySide->sideBySide(), description.sideBySide);
        QCOMPARE(QString::fromStdString(sideBySide->snapshot()->schedule),
                 QString(description.sideBySide ? "layers side by side on 2 threads" : "layers in turn on 2 threads"));
        if (!description.sideBySide) {
            QCOMPARE(description.sideBySideUpTo, 0.0);
            return;
        }
        // Evaluations in between, and a checkpoint carried over from either order into the other.
        std::shared_ptr<const Trainer::Checkpoint> early, late;
        while (inTurn->step())
            if (inTurn->stepsDone() == 3) early = inTurn->checkpoint();
        while (sideBySide->step())
            if (sideBySide->stepsDone() == 7) late = sideBySide->checkpoint();
        const auto same = [&](Trainer& other) {
            return other.fingerprint() == inTurn->fingerprint() && other.evaluations().size() == inTurn->evaluations().size() &&
                   std::equal(other.evaluations().begin(), other.evaluations().end(), inTurn->evaluations().begin(), sameEvaluation);
        };
        QVERIFY(inTurn->evaluations().size() >= 3);
        QVERIFY(same(*sideBySide));
        const std::unique_ptr<Trainer> one = make(2, LayerOrder::SideBySide), other = make(1, LayerOrder::InTurn);
        QVERIFY(one->restore(*early).ok());
        QVERIFY(other->restore(*late).ok());
        QCOMPARE(trained(*one, true), inTurn->fingerprint());
        QCOMPARE(trained(*other), inTurn->fingerprint());
        QVERIFY(same(*one));
        QVERIFY(same(*other));
    }
    void layerOrderNames() {
        QVERIFY(layerOrderFromId("auto") == LayerOrder::Automatic);
        QVERIFY(layerOrderFromId("in-turn") == LayerOrder::InTurn);
        QVERIFY(layerOrderFromId("side-by-side") == LayerOrder::SideBySide);
        QVERIFY(!layerOrderFromId("sideways"));
    }

    void checkpointContinues_data() { rulesAsRows(); }
    void checkpointContinues() {
        QFETCH(QString, rule);
        const Experiment experiment = smallExperiment(rule.toStdString(), suitableCircuit(rule.toStdString()));
        const std::unique_ptr<Trainer> straight = makeTrainer(experiment, 1, 13);
        const std::string wanted = trained(*straight);
        // Taken in the middle of the first epoch (3) and of the second (11); taking it disturbs nothing.
        const std::unique_ptr<Trainer> first = makeTrainer(experiment, 1, 13);
        std::vector<std::shared_ptr<const Trainer::Checkpoint>> taken;
        while (first->step())
            if (first->stepsDone() == 3 || first->stepsDone() == 11) taken.push_back(first->checkpoint());
        QCOMPARE(first->fingerprint(), wanted);
        QCOMPARE(taken.size(), std::size_t(2));
        for (const auto& checkpoint : taken) {
            const std::unique_ptr<Trainer> second = makeTrainer(experiment, 2, 13);
            const Result<void> restored = second->restore(*checkpoint);
            QVERIFY2(restored.ok(), restored.ok() ? "" : restored.error().text().c_str());
            QCOMPARE(second->stepsDone(), checkpoint->step);
            QCOMPARE(second->fingerprintWithClass(), checkpoint->fingerprint);
            QCOMPARE(trained(*second), wanted);
            QCOMPARE(second->evaluations().size(), straight->evaluations().size());
            for (std::size_t i = 0; i < straight->evaluations().size(); ++i)
                QVERIFY(sameEvaluation(second->evaluations()[i], straight->evaluations()[i]));
            // Curves go on where they stopped.
            const auto a = straight->snapshot()->history, b = second->snapshot()->history;
            QCOMPARE(a->series().size(), b->series().size());
            for (std::size_t i = 0; i < a->series().size(); ++i) {
                const std::vector<CurvePoint> x = a->all(i), y = b->all(i);
                QCOMPARE(x.size(), y.size());
                for (std::size_t p = 0; p < x.size(); ++p) QVERIFY2(x[p].x == y[p].x && sameBits(x[p].y, y[p].y), a->series()[i].id.c_str());
            }
        }
    }

    void orderOfSamples() {
        Puppeteer by;
        const ScopedRule scope(describePuppet(by));
        const auto run = [&](bool shuffled, std::uint64_t seed) {
            Experiment experiment = smallExperiment("test-puppet");
            experiment.shuffled = shuffled;
            experiment.seed = seed;
            experiment.batch = 60;  // 4 x 60 + 16
            by.batches.clear();
            const std::unique_ptr<Trainer> trainer = makeTrainer(experiment);
            while (trainer->step()) {
            }
            return by.batches;
        };
        const auto sequential = run(false, 3);
        QCOMPARE(sequential.size(), std::size_t(10));
        const auto flat = [](const std::vector<std::vector<Index>>& batches, std::size_t from) {
            std::vector<Index> all;
            for (std::size_t i = from; i < from + 5; ++i) all.insert(all.end(), batches[i].begin(), batches[i].end());
            return all;
        };
        std::vector<Index> inOrder(256);
        for (std::size_t i = 0; i < 256; ++i) inOrder[i] = static_cast<Index>(i);
        QVERIFY(flat(sequential, 0) == inOrder && flat(sequential, 5) == inOrder);
        const auto shuffled = run(true, 3);
        for (const std::size_t i : {0u, 1u, 2u, 3u}) QCOMPARE(shuffled[i].size(), std::size_t(60));
        QCOMPARE(shuffled[4].size(), std::size_t(16));
        std::vector<Index> first = flat(shuffled, 0), second = flat(shuffled, 5);
        QVERIFY(first != second && first != inOrder);
        QVERIFY(run(true, 3) == shuffled);
        QVERIFY(flat(run(true, 4), 0) != first);
        std::sort(first.begin(), first.end());
        std::sort(second.begin(), second.end());
        QVERIFY(first == inOrder && second == inOrder);
        QVERIFY(by.batchesMatchData);
    }

    // A last batch of two or more samples is used, one of a single sample is not; a batch larger than the data is the data.
    void lastBatch() {
        Puppeteer by;
        const ScopedRule scope(describePuppet(by));
        const auto sizes = [&](std::int64_t train, std::int64_t batch) {
            Experiment experiment = smallExperiment("test-puppet");
            experiment.batch = batch;
            experiment.epochs = 1;
            by.batches.clear();
            const std::unique_ptr<Trainer> trainer = makeTrainer(experiment, 1, 0, seg7Data(train, 100));
            while (trainer->step()) {
            }
            std::vector<int> out;
            for (const std::vector<Index>& b : by.batches) out.push_back(static_cast<int>(b.size()));
            return out;
        };
        QVERIFY(sizes(66, 32) == std::vector<int>({32, 32, 2}));
        QVERIFY(sizes(65, 32) == std::vector<int>({32, 32}));
        QVERIFY(sizes(64, 32) == std::vector<int>({32, 32}));
        QVERIFY(sizes(40, 1000) == std::vector<int>({40}));
        QCOMPARE(sizes(40, 1).size(), std::size_t(40));
    }

    void planAndEvaluations() {
        Puppeteer by;
        const ScopedRule scope(describePuppet(by));
        const Experiment experiment = smallExperiment("test-puppet");
        std::unique_ptr<Trainer> trainer = makeTrainer(experiment);
        QCOMPARE(trainer->stepsPerEpoch(), std::int64_t(8));
        QCOMPARE(trainer->plannedSteps(), std::int64_t(16));
        QVERIFY(!trainer->finished());
        QVERIFY(trainer->snapshot()->state == RunState::Ready);
        while (trainer->step()) {
        }
        QVERIFY(trainer->finished() && !trainer->step());
        QVERIFY(trainer->snapshot()->state == RunState::Finished);
        QCOMPARE(trainer->evaluations().size(), std::size_t(2));
        QCOMPARE(trainer->evaluations()[0].step, std::int64_t(8));
        QVERIFY(trainer->evaluations()[1].epoch == 2.0);
        QVERIFY(trainer->evaluations()[1].trainLoss == 1.0);
        // A test part of ten balanced classes, always answered with the first.
        QVERIFY(std::abs(trainer->evaluations()[1].testAccuracy - 0.1) < 0.05);
        // Longer and shorter plans.
        trainer->setPlannedEpochs(3);
        QVERIFY(!trainer->finished());
        while (trainer->step()) {
        }
        QCOMPARE(trainer->stepsDone(), std::int64_t(24));
        trainer->setPlannedEpochs(1);
        QVERIFY(trainer->finished());
        QCOMPARE(trainer->plannedSteps(), std::int64_t(24));
        // Asked for: one at the same step replaces the one before.
        const std::size_t count = trainer->evaluations().size();
        QVERIFY(trainer->evaluate().has_value());
        QCOMPARE(trainer->evaluations().size(), count);

        trainer = makeTrainer(experiment, 1, 7, seg7Data(), 3);
        while (trainer->step()) {
        }
        std::vector<std::int64_t> steps;
        for (const Evaluation& e : trainer->evaluations()) steps.push_back(e.step);
        QVERIFY(steps == std::vector<std::int64_t>({3, 6, 7}));
    }

    // Cut short, an evaluation is made up for, also after the state went through a checkpoint.
    void evaluationCutShort() {
        Puppeteer by;
        const ScopedRule scope(describePuppet(by));
        const Experiment experiment = smallExperiment("test-puppet");
        std::unique_ptr<Trainer> trainer = makeTrainer(experiment, 1, 8);
        while (trainer->stepsDone() < 8) QVERIFY(trainer->step([] { return true; }));
        QVERIFY(!trainer->finished() && trainer->evaluationDue() && trainer->evaluations().empty());
        QVERIFY(trainer->step([] { return true; }));
        QCOMPARE(trainer->stepsDone(), std::int64_t(8));
        const auto checkpoint = trainer->checkpoint();
        QVERIFY(!trainer->step());
        QVERIFY(trainer->finished());
        QCOMPARE(trainer->evaluations().size(), std::size_t(1));

        std::unique_ptr<Trainer> again = makeTrainer(experiment, 1, 8);
        QVERIFY(again->restore(*checkpoint).ok());
        QVERIFY(!again->finished());
        QVERIFY(!again->step());
        QCOMPARE(again->evaluations().size(), std::size_t(1));
        QVERIFY(again->finished());
    }

    // A rate that no training survives, for every optimiser: the run stops, says where, and keeps numbers that are finite.
    void divergence() {
        for (const OptimizerDescription& optimizer : optimizerRegistry()) {
            const ParamSpec* rate = ParamSet(optimizer.params).find("rate") ? ParamSet(optimizer.params).find("rate") : nullptr;
            QVERIFY2(rate != nullptr, optimizer.id.c_str());
            Experiment experiment = smallExperiment("backprop", "mlp:144-24-20-10");
            double most = 0;
            for (const ParamSpec& spec : optimizer.params)
                if (spec.name == "rate") most = spec.maximum;
            experiment.optimizer = {optimizer.id, {{"rate", most}}};
            experiment.schedule.clear();
            experiment.epochs = 100;
            const std::unique_ptr<Trainer> trainer = makeTrainer(experiment);
            while (trainer->step()) {
            }
            QVERIFY(allFinite(*trainer));
            if (!trainer->failure()) continue;  // normalised steps of bounded size may only wander
            const Error failure = *trainer->failure();
            QVERIFY2(failure.code == "LAB-RUN-201" || failure.code == "LAB-RUN-202" || failure.code == "LAB-RUN-203", failure.code.c_str());
            QVERIFY2(failure.message.find("step " + std::to_string(trainer->stepsDone())) != std::string::npos ||
                         failure.message.find("step " + std::to_string(trainer->stepsDone() - 1)) != std::string::npos,
                     failure.message.c_str());
            const auto snapshot = trainer->snapshot();
            QVERIFY(snapshot->state == RunState::Failed && snapshot->failure.has_value());
            QVERIFY(!trainer->step());
        }
        // Plain gradient descent must have failed.
        Experiment experiment = smallExperiment("backprop");
        experiment.optimizer = {"sgd", {{"rate", 10.0}}};
        experiment.schedule.clear();
        for (int i = 0; i < 2; ++i) {
            const std::unique_ptr<Trainer> trainer = makeTrainer(experiment, 1, 400, [] {
                auto loud = std::make_shared<PreparedData>(*seg7Data());
                loud->train.x *= Real(1e6);
                return std::shared_ptr<const PreparedData>(loud);
            }());
            while (trainer->step()) {
            }
            QVERIFY(trainer->failure().has_value());
            QVERIFY(allFinite(*trainer));
        }
    }

    void failuresNameTheirPlace() {
        Puppeteer by;
        const ScopedRule scope(describePuppet(by));
        const Experiment experiment = smallExperiment("test-puppet");
        // A gradient that is not finite: the updater names parameter, layer and step.
        by.gradient = [](std::int64_t step) { return step == 5 ? std::nan("") : 0.01; };
        std::unique_ptr<Trainer> trainer = makeTrainer(experiment);
        std::string before;
        while (trainer->step()) before = trainer->fingerprint();
        QCOMPARE(trainer->failure()->code, std::string("LAB-RUN-201"));
        const std::string message = trainer->failure()->message;
        for (const char* part : {"l1.weight", "layer 1", "step 6"}) QVERIFY2(message.find(part) != std::string::npos, message.c_str());
        QVERIFY(allFinite(*trainer));
        QCOMPARE(trainer->fingerprint(), before);  // the last good state
        QVERIFY(trainer->snapshot()->message.find("LAB-RUN-201") != std::string::npos);

        by.reset();
        by.loss = [](std::int64_t step) { return step == 4 ? std::numeric_limits<double>::infinity() : 1.0; };
        trainer = makeTrainer(experiment);
        while (trainer->step()) {
        }
        QCOMPARE(trainer->failure()->code, std::string("LAB-RUN-202"));
        QVERIFY(trainer->failure()->message.find("step 5") != std::string::npos);
        QVERIFY(allFinite(*trainer));

        by.reset();
        by.evaluationLoss = [] { return std::nan(""); };
        trainer = makeTrainer(experiment);
        while (trainer->step()) {
        }
        QCOMPARE(trainer->failure()->code, std::string("LAB-RUN-203"));
        QVERIFY(trainer->failure()->message.find("step 8") != std::string::npos);
        QCOMPARE(trainer->evaluations().size(), std::size_t(1));
    }

    void errorsOfCreate() {
        QCOMPARE(codeOf(smallExperiment("backprop")), std::string());
        Experiment e = smallExperiment("backprop");
        e.rule = "no-such-rule";
        QCOMPARE(codeOf(e), std::string("LAB-RULE-100"));
        // Equilibrium propagation and others cannot train a convolutional net; take the first rule that refuses.
        bool refused = false;
        for (const RuleDescription& rule : ruleRegistry())
            for (const char* circuit : {"cnn", "residual", "autoencoder", "mlp:144-10"}) {
                const Result<std::unique_ptr<Trainer>> made =
                    Trainer::create(smallExperiment(rule.id, circuit), seg7Data(), TrainerOptions{1, 0, 0, 60});
                if (made) continue;
                refused = true;
                QCOMPARE(made.error().code, std::string("LAB-RULE-101"));
                QVERIFY2(!made.error().hint.empty() && made.error().message.find(rule.title) == 0, made.error().text().c_str());
            }
        QVERIFY(refused);
        auto tiny = std::make_shared<PreparedData>(*seg7Data());
        tiny->train.x = Matrix(tiny->train.x.topRows(1));
        tiny->train.y.resize(1);
        QCOMPARE(codeOf(smallExperiment("backprop"), tiny), std::string("LAB-RUN-101"));
        e = smallExperiment("backprop");
        e.batch = 0;
        QCOMPARE(codeOf(e), std::string("LAB-RUN-102"));
        e = smallExperiment("backprop");
        e.epochs = 0;
        QCOMPARE(codeOf(e), std::string("LAB-RUN-102"));
        e = smallExperiment("backprop");
        e.optimizer.id = "lbfgs";
        QCOMPARE(codeOf(e), std::string("LAB-RUN-103"));
        e = smallExperiment("backprop");
        e.layerOptimizers[1].id = "lbfgs";
        QCOMPARE(codeOf(e), std::string("LAB-RUN-103"));
        e = smallExperiment("backprop");
        e.layerOptimizers[1] = {"sgd", {{"rate", -1.0}}};
        QCOMPARE(codeOf(e), std::string("LAB-PARAM-102"));
        e = smallExperiment("backprop");
        e.optimizer.held = {{"zeal", 1.0}};
        QCOMPARE(codeOf(e), std::string("LAB-PARAM-101"));
        e = smallExperiment("backprop");
        e.ruleParams = {{"zeal", 1.0}};
        QCOMPARE(codeOf(e), std::string("LAB-PARAM-101"));
        e = smallExperiment("backprop");
        e.schedule = {{"kind", std::string("zigzag")}};
        QCOMPARE(codeOf(e), std::string("LAB-PARAM-102"));
        e = smallExperiment("backprop", "mlp:144-24-20-10");
        e.circuit = makeMlp({100, 10});
        QVERIFY(!codeOf(e).empty());
    }

    void errorsOfRestore() {
        Puppeteer by;
        const ScopedRule scope(describePuppet(by));
        const auto checkpointOf = [](const std::string& rule, const std::string& circuit) {
            const std::unique_ptr<Trainer> trainer = makeTrainer(smallExperiment(rule, circuit), 1, 2);
            while (trainer->step()) {
            }
            return trainer->checkpoint();
        };
        const auto code = [](const Experiment& experiment, const Trainer::Checkpoint& checkpoint) {
            const std::unique_ptr<Trainer> trainer = makeTrainer(experiment);
            const std::string before = trainer->fingerprint();
            const Result<void> restored = trainer->restore(checkpoint);
            if (restored) return std::string();
            return trainer->fingerprint() == before ? restored.error().code : std::string("changed");
        };
        const auto saved = checkpointOf("test-puppet", "mlp:144-24-20-10");
        QCOMPARE(code(smallExperiment("test-puppet"), *saved), std::string());
        QCOMPARE(code(smallExperiment("test-puppet", "mlp:144-24-21-10"), *saved), std::string("LAB-RUN-104"));
        // As many numbers (2530), in other shapes.
        const auto twelve = checkpointOf("test-puppet", "mlp:144-12-58-10");
        QCOMPARE(twelve->network.size(), std::size_t(144 * 12 + 12 + 12 * 58 + 58 + 58 * 10 + 10));
        Trainer::Checkpoint reshaped = *saved;
        std::swap(reshaped.networkBlocks[0].shape[0], reshaped.networkBlocks[0].shape[1]);
        QCOMPARE(code(smallExperiment("test-puppet"), reshaped), std::string("LAB-RUN-104"));
        Trainer::Checkpoint broken = *saved;
        broken.ruleState = {1, 2, 3};
        QCOMPARE(code(smallExperiment("test-puppet"), broken), std::string("LAB-RULE-102"));
        broken = *saved;
        broken.updater = {1e300};
        QCOMPARE(code(smallExperiment("test-puppet"), broken), std::string("LAB-OPT-102"));
    }

    void liveParameters() {
        Puppeteer by;
        const ScopedRule scope(describePuppet(by));
        const std::unique_ptr<Trainer> trainer = makeTrainer(smallExperiment("test-puppet"));
        QCOMPARE(trainer->setLive("rule", "fixed", 1.5).error().code, std::string("LAB-RULE-103"));
        QCOMPARE(trainer->setLive("rule", "nothing", 1.5).error().code, std::string("LAB-RULE-103"));
        QVERIFY(trainer->setLive("optimizer", "rate", 0.05).ok());
        QVERIFY(!trainer->setLive("optimizer", "rate", -5.0).ok());
        trainer->step();
        QVERIFY(trainer->snapshot()->rate == 0.05);
        // Every parameter that a rule calls live can be set to its default and to nothing outside its range.
        for (const RuleDescription& rule : ruleRegistry()) {
            if (rule.id == "test-puppet") continue;
            const std::unique_ptr<Trainer> real = makeTrainer(smallExperiment(rule.id, suitableCircuit(rule.id)));
            for (const ParamSpec& spec : rule.params) {
                QCOMPARE(real->setLive("rule", spec.name, spec.standard).ok(), spec.live);
                if (spec.live && spec.kind == ParamKind::Number)
                    QCOMPARE(real->setLive("rule", spec.name, spec.maximum + 1).error().code, std::string("LAB-PARAM-102"));
            }
        }
    }

    // Names as a state_dict has them: unique, all numbers once.
    void namedParameters_data() { rulesAsRows(); }
    void namedParameters() {
        QFETCH(QString, rule);
        const std::unique_ptr<Trainer> trainer = makeTrainer(smallExperiment(rule.toStdString(), suitableCircuit(rule.toStdString())));
        std::set<std::string> names;
        std::size_t total = 0;
        for (const Trainer::NamedBlock& block : trainer->namedParameters()) {
            QVERIFY2(names.insert(block.name).second, block.name.c_str());
            QVERIFY(QRegularExpression("^[a-z0-9_]+(\\.[A-Za-z0-9_]+)*$").match(QString::fromStdString(block.name)).hasMatch());
            QCOMPARE(static_cast<std::size_t>(elements(block.shape)), block.values.size());
            total += block.values.size();
        }
        const ParamStore* own = trainer->rule().ownParameters();
        QCOMPARE(total, static_cast<std::size_t>(trainer->network().parameters().size() + (own ? own->size() : 0)));
    }
};

QTEST_APPLESS_MAIN(TrainerTest)
#include "TrainerTest.moc"

// `bench scale`: what a sample costs against width, depth, batch size and amount of data; and what an answer costs against
// one forward pass of the same network.
#include "app/cli/BenchSupport.h"
#include "app/cli/Command.h"
#include "core/run/Trainer.h"

#include <chrono>

namespace lab {

namespace {

using Clock = std::chrono::steady_clock;

// Seconds of one call, the median over about `budget` seconds, at least three calls.
template <class Work>
double secondsOf(double budget, Work&& work) {
    std::vector<double> times;
    double total = 0;
    while (total < budget || times.size() < 3) {
        const Clock::time_point start = Clock::now();
        work();
        times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
        total += times.back();
    }
    return spreadOf(std::move(times)).median;
}

}  // namespace

int benchScale(const QCommandLineParser& parser, const JsonValue& file) {
    JsonReport report("scale.json");
    const JsonCursor root(file, report);
    const bool json = parser.isSet("json");
    const double budget = std::max(0.05, parser.value("seconds").toDouble()) / 5;
    const int threads = static_cast<int>(root.integerOr("threads", 2, 1, 256));
    const QStringList only = parser.value("only").split(',', Qt::SkipEmptyParts);
    DataService service;
    JsonValue results = JsonValue::array();
    const std::string machine = machineLine();
    if (!json)
        out(QString::fromStdString(machine + "\n" + std::to_string(threads) +
                                   " threads; microseconds a sample: training step, forward pass of all layers, answer of the rule\n"));
    for (const JsonCursor& sweep : root.at("sweeps").items()) {
        const QString name = QString::fromStdString(sweep.at("id").text());
        if (!only.isEmpty() && !only.contains(name)) continue;
        if (!json) out(QString("%1 %2 %3 %4 %5 %6\n").arg(name, -14).arg("rule", -18).arg("train", 10).arg("GFLOP/s fwd", 12).arg("pass", 10).arg("answer", 10));
        for (const JsonCursor& point : sweep.at("points").items())
            for (const JsonCursor& rule : root.at("rules").items()) {
                JsonValue options = point.value();
                options.set("rule", JsonValue::text(rule.text()));
                options.set("epochs", JsonValue::integer(1000));
                const std::string at = options.find("at") != nullptr ? options.find("at")->raw() : "";
                Result<ParsedExperiment> parsed = experimentOf(JsonCursor(options, report), 1, service);
                if (!parsed) return fail(parsed.error());
                TrainerOptions trainerOptions;
                trainerOptions.threads = threads;
                trainerOptions.steps = trainerOptions.evaluateEvery = std::int64_t(1) << 40;
                Result<std::unique_ptr<Trainer>> made = Trainer::create(parsed->experiment, parsed->data, trainerOptions);
                if (!made && made.error().code == "LAB-RULE-101") continue;  // the rule does not train this circuit
                if (!made) return fail(made.error());
                Trainer& trainer = **made;
                const double batch = static_cast<double>(parsed->experiment.batch);
                trainer.step();
                trainer.step();
                const double train = secondsOf(budget, [&] { trainer.step(); }) / batch;

                // One pass through all layers and the answer of the rule, on the same rows.
                const Samples& samples = trainer.data().train;
                const Index rows = std::min(trainer.rule().predictionCapacity(), samples.count());
                const ConstMatrixMap x(samples.x.data(), rows, samples.x.cols());
                Network& network = trainer.network();
                Workspace work = network.makeWorkspace(rows, false);
                network.setInput(work, x);
                const int stages = static_cast<int>(network.stages().size());
                double macs = 0;
                for (const Stage& stage : network.stages()) macs += stage.macs;
                const auto pass = [&] { network.evaluate(trainer.pool(), work, rows, 0, stages); };
                std::vector<Buffer> buffers;
                std::vector<MatrixMap> scores;
                for (std::size_t w = 0; w < trainer.rule().ways().size(); ++w)
                    buffers.emplace_back(static_cast<std::size_t>(rows * network.classes()));
                for (Buffer& buffer : buffers) scores.emplace_back(buffer.data(), rows, network.classes());
                const auto answer = [&] { trainer.rule().predict(trainer.pool(), x, scores); };
                pass();
                answer();
                const double forward = secondsOf(budget, pass) / static_cast<double>(rows);
                const double predict = secondsOf(budget, answer) / static_cast<double>(rows);
                if (!json)
                    out(QString("%1 %2 %3 %4 %5 %6  x %7\n").arg(QString::fromStdString(at), -14).arg(QString::fromStdString(rule.text()), -18)
                            .arg(1e6 * train, 10, 'f', 2).arg(2e-9 * macs / forward, 12, 'f', 1).arg(1e6 * forward, 10, 'f', 2)
                            .arg(1e6 * predict, 10, 'f', 2).arg(predict / forward, 0, 'f', 1));
                results.push(JsonValue::object({{"sweep", JsonValue::text(name.toStdString())}, {"at", JsonValue::text(at)},
                                                {"rule", JsonValue::text(rule.text())}, {"train", JsonValue::number(train)},
                                                {"pass", JsonValue::number(forward)}, {"answer", JsonValue::number(predict)}}));
            }
    }
    if (!report.ok()) return fail(report.error());
    if (json)
        out(QString::fromStdString(
            writeJson(JsonValue::object({{"machine", JsonValue::text(machine)}, {"rows", std::move(results)}}), 64) + "\n"));
    return 0;
}

}  // namespace lab

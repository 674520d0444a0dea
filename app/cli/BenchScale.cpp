// `bench scale`: what a sample costs against width, depth, batch size and amount of data; and what an answer costs against
// one forward pass of the same network.
#include "app/cli/BenchSupport.h"
#include "app/cli/Command.h"
#include "core/base/Rng.h"
#include "core/run/Trainer.h"

#include <QFile>
#include <QTemporaryDir>

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

// A pair of IDX files in `folder` with `count` samples of `features` bytes in four classes that overlap; the path of the samples.
Result<QString> writeSamples(const QString& folder, Index count, Index features) {
    const Stream stream(1, Purpose::Generator);
    QFile images(folder + QStringLiteral("/images")), labels(folder + QStringLiteral("/labels"));
    const Error unwritable{"LAB-IO-104", "the benchmark's data cannot be written.", folder.toStdString(), "Make room in the folder of temporary files."};
    if (!images.open(QIODevice::WriteOnly) || !labels.open(QIODevice::WriteOnly)) return unwritable;
    const auto number = [](QByteArray& to, Index value) {
        for (int shift = 24; shift >= 0; shift -= 8) to.append(static_cast<char>(value >> shift & 255));
    };
    QByteArray head("\0\0\x08\x02", 4), labelHead("\0\0\x08\x01", 4), piece, classes;
    number(head, count);
    number(head, features);
    number(labelHead, count);
    if (images.write(head) != head.size() || labels.write(labelHead) != labelHead.size()) return unwritable;
    for (Index i = 0; i < count; ++i) {
        const int label = static_cast<int>(i % 4);
        classes.append(static_cast<char>(label));
        for (Index j = 0; j < features; j += 8) {
            std::uint64_t bits = stream.bitsAt(static_cast<std::uint64_t>(i * features + j));
            for (Index k = j; k < std::min(j + 8, features); ++k, bits >>= 8)
                piece.append(static_cast<char>((bits & 127) + (k % 4 == label ? 60 : 0)));
        }
        if (piece.size() < (1 << 20) && i + 1 < count) continue;
        if (images.write(piece) != piece.size()) return unwritable;
        piece.clear();
    }
    if (labels.write(classes) != classes.size() || !images.flush() || !labels.flush()) return unwritable;
    return images.fileName();
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
        for (const JsonCursor& point : sweep.at("points").items()) {
            QTemporaryDir folder;
            QString written;
            if (point.has("file")) {
                const JsonCursor wanted = point.at("file");
                const Result<QString> path = writeSamples(folder.path(), static_cast<Index>(wanted.at("samples").integer(2, 100000000)),
                                                          static_cast<Index>(wanted.at("features").integer(1, 100000)));
                if (!path) return fail(path.error());
                written = *path;
            }
            for (const JsonCursor& rule : root.at("rules").items()) {
                JsonValue options = point.value();
                options.set("rule", JsonValue::text(rule.text()));
                options.set("epochs", JsonValue::integer(1000));
                if (!written.isEmpty()) options.set("dataset", JsonValue::text(written.toStdString()));
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
                Buffer scratch;
                const ConstMatrixMap x(samples.block(0, rows, scratch), rows, samples.width());
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
    }
    if (!report.ok()) return fail(report.error());
    if (json)
        outRows(machine, std::move(results));
    return 0;
}

}  // namespace lab

// `bench answer`: what an answer of a rule that tries labels costs, in forward passes of the same network, beside the least
// that its arithmetic allows; and how often answers differ where not all labels are tried.
#include "app/cli/BenchSupport.h"
#include "app/cli/Command.h"
#include "core/run/Trainer.h"

#include <chrono>

namespace lab {

namespace {

using Clock = std::chrono::steady_clock;

template <class Work>
double secondsOf(Work&& work) {
    const Clock::time_point start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Primary answers to the whole part.
std::vector<int> answersOn(Trainer& trainer, const Samples& part) {
    LearningRule& rule = trainer.rule();
    const Index classes = trainer.network().classes(), capacity = rule.predictionCapacity();
    std::vector<Buffer> buffers(rule.ways().size(), Buffer(static_cast<std::size_t>(capacity * classes)));
    std::vector<int> answers(static_cast<std::size_t>(part.count()));
    for (Index begin = 0; begin < part.count(); begin += capacity) {
        const Index rows = std::min(capacity, part.count() - begin);
        std::vector<MatrixMap> scores;
        for (Buffer& buffer : buffers) scores.emplace_back(buffer.data(), rows, classes);
        rule.predict(trainer.pool(), ConstMatrixMap(part.x.data() + begin * part.x.cols(), rows, part.x.cols()), scores);
        argmaxRows(scores.front().data(), rows, classes, answers.data() + begin);
    }
    return answers;
}

double shareOf(const std::vector<int>& answers, const std::vector<int>& same) {
    std::size_t equal = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) equal += answers[i] == same[i] ? 1 : 0;
    return answers.empty() ? 0 : static_cast<double>(equal) / static_cast<double>(answers.size());
}

}  // namespace

int benchAnswer(const QCommandLineParser& parser, const JsonValue& file) {
    JsonReport report("answer.json");
    const JsonCursor root(file, report);
    const bool json = parser.isSet("json");
    const double budget = std::max(0.05, parser.value("seconds").toDouble());
    const int threads = static_cast<int>(root.integerOr("threads", 2, 1, 256));
    const QStringList only = parser.value("only").split(',', Qt::SkipEmptyParts);
    const std::string parameter = root.at("parameter").text();
    DataService service;
    JsonValue results = JsonValue::array();
    const std::string machine = machineLine();
    if (!json)
        out(QString::fromStdString(machine + "\n" + std::to_string(threads) +
                                   " threads; microseconds a sample, medians; in passes of the network\n") +
            QString("%1 %2 %3 %4 %5 %6 %7 %8\n")
                .arg("circuit", -20)
                .arg("answer", -12)
                .arg("pass", 9)
                .arg("answer", 9)
                .arg("passes", 8)
                .arg("least", 7)
                .arg("correct %", 10)
                .arg("differs %", 10));
    for (const JsonCursor& point : root.at("points").items()) {
        const QString name = QString::fromStdString(point.at("at").text());
        const bool chosen = only.isEmpty() ||
                            std::any_of(only.begin(), only.end(), [&](const QString& part) { return name.contains(part); });
        if (!chosen) continue;
        const JsonValue options =
            JsonValue::object({{"circuit", JsonValue::text(point.at("circuit").text())},
                               {"rule", JsonValue::text(root.at("rule").text())},
                               {"epochs", JsonValue::integer(point.integerOr("epochs", 1, 1, 1000))}});
        Result<ParsedExperiment> parsed = experimentOf(JsonCursor(options, report), 1, service);
        if (!parsed) return fail(parsed.error());
        TrainerOptions trainerOptions;
        trainerOptions.threads = threads;
        trainerOptions.evaluateEvery = std::int64_t(1) << 40;
        const bool trained = point.has("epochs");
        if (!trained) trainerOptions.steps = 2;
        Result<std::unique_ptr<Trainer>> made = Trainer::create(parsed->experiment, parsed->data, trainerOptions);
        if (!made) return fail(made.error());
        Trainer& trainer = **made;
        while (trainer.step()) {
        }
        if (trainer.failure()) return fail(*trainer.failure());

        const Samples& samples = trainer.data().test;
        const Index rows = std::min(trainer.rule().predictionCapacity(), samples.count());
        const ConstMatrixMap x(samples.x.data(), rows, samples.x.cols());
        Network& network = trainer.network();
        Workspace work = network.makeWorkspace(rows, false);
        network.setInput(work, x);
        const std::vector<Stage>& stages = network.stages();
        std::vector<Buffer> buffers(trainer.rule().ways().size(),
                                    Buffer(static_cast<std::size_t>(rows * network.classes())));
        std::vector<MatrixMap> scores;
        for (Buffer& buffer : buffers) scores.emplace_back(buffer.data(), rows, network.classes());
        double all = 0, behind = 0;  // multiply-adds of the network, and of its layers but the first and the read-out
        for (std::size_t s = 0; s < stages.size(); ++s) {
            all += stages[s].macs;
            if (s > 0 && !stages[s].readout) behind += stages[s].macs;
        }
        std::vector<int> first;
        for (const JsonCursor& way : root.at("ways").items()) {
            const Result<void> set = trainer.setLive("rule", parameter, way.at("value").integer());
            if (!set) return fail(set.error());
            std::vector<double> pass, answer;
            double total = 0;
            while (total < budget || pass.size() < 4) {
                pass.push_back(
                    secondsOf([&] { network.evaluate(trainer.pool(), work, rows, 0, static_cast<int>(stages.size())); }));
                answer.push_back(secondsOf([&] { trainer.rule().predict(trainer.pool(), x, scores); }));
                total += pass.back() + answer.back();
            }
            const double one = spreadOf(pass).median / static_cast<double>(rows),
                         whole = spreadOf(answer).median / static_cast<double>(rows);
            const double least =
                (stages.front().macs + static_cast<double>(way.at("passes").integer(1, 1000)) * behind) / all;
            JsonValue entry = JsonValue::object({{"circuit", JsonValue::text(name.toStdString())},
                                                 {"answer", JsonValue::text(way.at("id").text())},
                                                 {"pass", JsonValue::number(one)},
                                                 {"seconds", JsonValue::number(whole)},
                                                 {"passes", JsonValue::number(whole / one)},
                                                 {"least", JsonValue::number(least)}});
            QString quality;
            if (trained) {
                const std::vector<int> answers = answersOn(trainer, samples);
                if (first.empty()) first = answers;
                const double correct = shareOf(answers, samples.y), same = shareOf(answers, first);
                entry.set("correct", JsonValue::number(correct));
                entry.set("differs", JsonValue::number(1 - same));
                quality = QString("%1 %2").arg(100 * correct, 10, 'f', 2).arg(100 * (1 - same), 10, 'f', 2);
            }
            results.push(std::move(entry));
            if (!json)
                out(QString("%1 %2 %3 %4 %5 %6 %7\n")
                        .arg(name, -20)
                        .arg(QString::fromStdString(way.at("id").text()), -12)
                        .arg(1e6 * one, 9, 'f', 2)
                        .arg(1e6 * whole, 9, 'f', 2)
                        .arg(whole / one, 8, 'f', 2)
                        .arg(least, 7, 'f', 2)
                        .arg(quality));
        }
    }
    if (!report.ok()) return fail(report.error());
    if (json)
        outRows(machine, std::move(results));
    return 0;
}

}  // namespace lab

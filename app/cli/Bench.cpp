// Benchmarks run by name: `fidelity` (accuracy that each rule must reach on real data) and `speed` (samples per second of a
// training step). What they run is data, in resources/bench.
#include "app/cli/Commands.h"
#include "app/cli/ExperimentOptions.h"
#include "core/io/Json.h"
#include "core/math/Gemm.h"
#include "core/run/Trainer.h"

#include <QFile>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    parser.addOptions({{"json", "One JSON object instead of a table."},
                       {"only", "Only these rows, by id.", "ID,ID,..."},
                       {"seeds", "Number of seeds (fidelity).", "N", "3"},
                       {"threads", "Threads; 0 = one per core.", "T", "0"},
                       {"seconds", "Measuring time of one row (speed).", "S", "3"}});
}

Result<JsonValue> benchFile(const QString& name) {
    QFile file(":/bench/" + name + ".json");
    if (!file.open(QIODevice::ReadOnly))
        return Error{"LAB-CLI-109", "there is no benchmark '" + name.toStdString() + "'.", "bench", "There are: fidelity, speed."};
    const QByteArray bytes = file.readAll();
    return parseJson(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())), file.fileName().toStdString());
}

std::string machineLine() {
    QFile info("/proc/cpuinfo");
    QString model = "unknown processor";
    if (info.open(QIODevice::ReadOnly))
        for (const QByteArray& line : info.readAll().split('\n'))
            if (line.startsWith("model name")) {
                model = QString::fromUtf8(line.mid(line.indexOf(':') + 1)).trimmed();
                break;
            }
    return model.toStdString() + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, " + kernelClass();
}

// A row as options of the command line, so that a benchmark runs exactly what a user can run.
Result<ParsedExperiment> experimentOf(const JsonCursor& row, std::uint64_t seed, DataService& service) {
    QStringList arguments = {"bench"};
    for (const char* key : {"circuit", "rule", "dataset", "data", "optimizer", "schedule"})
        if (row.has(key)) arguments << QString("--%1").arg(key) << QString::fromStdString(row.at(key).text());
    for (const char* key : {"epochs", "batch", "limit"})
        if (row.has(key)) arguments << QString("--%1").arg(key) << QString::number(row.at(key).integer());
    arguments << "--seed" << QString::number(seed);
    QCommandLineParser parser;
    addExperimentOptions(parser);
    if (!parser.parse(arguments)) return Error{"LAB-CLI-110", parser.errorText().toStdString(), row.path(), "Mend the benchmark file."};
    return parseExperiment(parser, service);
}

struct RowResult {
    std::string id;
    std::vector<double> accuracy;  // per seed, per cent
    std::vector<std::string> fingerprints;
    double seconds = 0;
    bool passed = true;
    std::string verdict;
    double mean() const {
        double sum = 0;
        for (const double a : accuracy) sum += a;
        return accuracy.empty() ? std::nan("") : sum / static_cast<double>(accuracy.size());
    }
};

int fidelity(const QCommandLineParser& parser, const JsonValue& file) {
    JsonReport report("fidelity.json");
    const JsonCursor root(file, report);
    const int seeds = std::max(1, parser.value("seeds").toInt());
    const QStringList only = parser.value("only").split(',', Qt::SkipEmptyParts);
    const bool json = parser.isSet("json");
    DataService service;
    std::vector<RowResult> results;
    bool allPassed = true;
    if (!json) out(QString::fromStdString(machineLine() + "\nrow            mean %   per seed                    target   seconds\n"));
    for (const JsonCursor& row : root.at("rows").items()) {
        RowResult result;
        result.id = row.at("id").text();
        if (!only.isEmpty() && !only.contains(QString::fromStdString(result.id))) continue;
        for (int seed = 1; seed <= seeds; ++seed) {
            Result<ParsedExperiment> parsed = experimentOf(row, static_cast<std::uint64_t>(seed), service);
            if (!parsed) return fail(parsed.error());
            TrainerOptions trainerOptions;
            trainerOptions.threads = parser.value("threads").toInt();
            trainerOptions.evaluateEvery = std::int64_t(1) << 40;  // the final epoch only
            Result<std::unique_ptr<Trainer>> trainer = Trainer::create(parsed->experiment, parsed->data, trainerOptions);
            if (!trainer) return fail(trainer.error());
            while ((*trainer)->step()) {
            }
            if ((*trainer)->failure()) return fail(*(*trainer)->failure());
            const Evaluation& last = (*trainer)->evaluations().back();
            result.accuracy.push_back(100 * last.testAccuracy);
            result.fingerprints.push_back(last.fingerprint);
            result.seconds += last.seconds;
        }
        if (row.has("target")) {
            const double least = row.at("target").number() - row.numberOr("tolerance", 0.7);
            result.passed = result.mean() >= least;
            result.verdict = "at least " + QString::number(least, 'f', 1).toStdString();
        }
        if (row.has("above")) {
            const std::string other = row.at("above").text();
            const auto found = std::find_if(results.begin(), results.end(), [&](const RowResult& r) { return r.id == other; });
            if (found != results.end()) {
                const double by = row.at("by").number();
                result.passed = result.passed && result.mean() >= found->mean() + by;
                result.verdict = other + " + " + QString::number(by, 'f', 1).toStdString();
            }
        }
        allPassed = allPassed && result.passed;
        if (!json) {
            QString each;
            for (const double a : result.accuracy) each += QString::number(a, 'f', 2) + " ";
            out(QString("%1 %2   %3 %4 %5   %6\n")
                    .arg(QString::fromStdString(result.id), -12)
                    .arg(result.mean(), 8, 'f', 2)
                    .arg(each, -26)
                    .arg(QString::fromStdString(result.verdict), -20)
                    .arg(result.seconds, 8, 'f', 1)
                    .arg(result.passed ? "reached" : "MISSED"));
        }
        results.push_back(std::move(result));
    }
    if (!report.ok()) return fail(report.error());
    if (json) {
        JsonValue rows = JsonValue::array();
        for (const RowResult& r : results) {
            JsonValue each = JsonValue::array();
            for (const double a : r.accuracy) each.push(JsonValue::number(a));
            rows.push(JsonValue::object({{"id", JsonValue::text(r.id)}, {"mean", JsonValue::number(r.mean())}, {"accuracy", std::move(each)},
                                         {"fingerprints", JsonValue::texts(r.fingerprints)}, {"seconds", JsonValue::number(r.seconds)},
                                         {"wanted", JsonValue::text(r.verdict)}, {"reached", JsonValue::boolean(r.passed)}}));
        }
        out(QString::fromStdString(writeJson(JsonValue::object({{"machine", JsonValue::text(machineLine())}, {"rows", std::move(rows)}}), 64) + "\n"));
    }
    return allPassed ? 0 : kExitFailed;
}

int speed(const QCommandLineParser& parser, const JsonValue& file) {
    using Clock = std::chrono::steady_clock;
    JsonReport report("speed.json");
    const JsonCursor root(file, report);
    const double seconds = std::max(0.2, parser.value("seconds").toDouble());
    const QStringList only = parser.value("only").split(',', Qt::SkipEmptyParts);
    DataService service;
    JsonValue rows = JsonValue::array();
    const bool json = parser.isSet("json");
    if (!json) out(QString::fromStdString(machineLine() + "\nrow                          threads   samples/s (median, least, most)\n"));
    for (const JsonCursor& row : root.at("rows").items()) {
        const std::string id = row.at("id").text();
        if (!only.isEmpty() && !only.contains(QString::fromStdString(id))) continue;
        Result<ParsedExperiment> parsed = experimentOf(row, 1, service);
        if (!parsed) return fail(parsed.error());
        for (const int threads : {1, 2}) {
            TrainerOptions trainerOptions;
            trainerOptions.threads = threads;
            trainerOptions.steps = std::int64_t(1) << 40;
            trainerOptions.evaluateEvery = std::int64_t(1) << 40;
            Result<std::unique_ptr<Trainer>> trainer = Trainer::create(parsed->experiment, parsed->data, trainerOptions);
            if (!trainer) return fail(trainer.error());
            for (int i = 0; i < 10; ++i) (*trainer)->step();
            std::vector<double> rates;
            const Clock::time_point start = Clock::now();
            while (std::chrono::duration<double>(Clock::now() - start).count() < seconds || rates.size() < 5) {
                const Clock::time_point begin = Clock::now();
                constexpr int kSteps = 10;
                for (int i = 0; i < kSteps; ++i) (*trainer)->step();
                rates.push_back(kSteps * static_cast<double>(parsed->experiment.batch) / std::chrono::duration<double>(Clock::now() - begin).count());
            }
            std::sort(rates.begin(), rates.end());
            const double median = rates[rates.size() / 2];
            if (!json)
                out(QString("%1 %2 %3 %4 %5\n").arg(QString::fromStdString(id), -28).arg(threads, 7).arg(median, 11, 'f', 0).arg(rates.front(), 10, 'f', 0).arg(rates.back(), 10, 'f', 0));
            rows.push(JsonValue::object({{"id", JsonValue::text(id)}, {"threads", JsonValue::integer(threads)}, {"median", JsonValue::number(median)},
                                         {"least", JsonValue::number(rates.front())}, {"most", JsonValue::number(rates.back())}}));
        }
    }
    if (!report.ok()) return fail(report.error());
    if (json) out(QString::fromStdString(writeJson(JsonValue::object({{"machine", JsonValue::text(machineLine())}, {"rows", std::move(rows)}}), 64) + "\n"));
    return 0;
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    const QString name = positional.isEmpty() ? QStringLiteral("fidelity") : positional.first();
    const Result<JsonValue> file = benchFile(name);
    if (!file) return fail(file.error(), kExitUsage);
    return name == "speed" ? speed(parser, *file) : fidelity(parser, *file);
}

}  // namespace

Command benchCommand() {
    return {"bench", "[fidelity|speed] [options]", "Runs a benchmark by name.", false, options, run};
}

}  // namespace lab

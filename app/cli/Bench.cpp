// Benchmarks run by name: `fidelity` (accuracy that each rule must reach on real data), here, and those that measure speed.
// What they run is data, in resources/bench.
#include "app/cli/BenchSupport.h"
#include "app/cli/Commands.h"
#include "core/run/Trainer.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    parser.addOptions({{"json", "One JSON object instead of a table."},
                       {"only", "Only these rows, by id (speed, layers, answer: by a part of it).", "ID,ID,..."},
                       {"seeds", "Number of seeds (fidelity).", "N", "3"},
                       {"threads", "Threads; 0 = one per core (fidelity).", "T", "0"},
                       {"out", "File for the figure: .svg, .pdf, .png or .csv (memory).", "F"},
                       {"quick", "One batch size and the small circuits only (speed)."},
                       {"rounds", "How often everything is measured in turn.", "N"},
                       {"seconds", "Measuring time of one figure, over all rounds.", "S", "1.5"},
                       {"peer", "A script that trains the same in another program, or 'builtin' for PyTorch (speed).", "PATH"}});
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
        outRows(machineLine(), std::move(rows));
    }
    return allPassed ? 0 : kExitFailed;
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    const QString name = positional.isEmpty() ? QStringLiteral("fidelity") : positional.first();
    const Result<JsonValue> file = benchFile(name);
    if (!file) return fail(file.error(), kExitUsage);
    if (name == "speed") return benchSpeed(parser, *file);
    if (name == "memory") return benchMemory(parser, *file);
    if (name == "scale") return benchScale(parser, *file);
    if (name == "layers") return benchLayers(parser, *file);
    if (name == "answer") return benchAnswer(parser, *file);
    if (name == "neighbour") return benchNeighbour(parser, *file);
    return fidelity(parser, *file);
}

}  // namespace

Command benchCommand() {
    return {"bench", "[fidelity|speed|neighbour|memory|scale|layers|answer] [options]", "Runs a benchmark by name.", true, options, run};
}

}  // namespace lab

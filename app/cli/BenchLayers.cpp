// `bench layers`: steps that take the layers in turn beside steps that run them side by side, measured in one run, in turn.
// RuleDescription::sideBySideUpTo rests on its figures.
#include "app/cli/BenchSupport.h"
#include "app/cli/Command.h"
#include "core/run/Trainer.h"

#include <chrono>

namespace lab {

namespace {

using Clock = std::chrono::steady_clock;

struct Lane {
    const char* id;
    LayerOrder order;
    int threads;
    std::unique_ptr<Trainer> trainer;
    std::vector<double> rates;
};

double rateOf(double seconds, Index batch, Trainer& trainer) {
    const Clock::time_point start = Clock::now();
    double spent = 0;
    Index samples = 0;
    do {
        trainer.step();
        samples += batch;
        spent = std::chrono::duration<double>(Clock::now() - start).count();
    } while (spent < seconds);
    return static_cast<double>(samples) / spent;
}

}  // namespace

int benchLayers(const QCommandLineParser& parser, const JsonValue& file) {
    JsonReport report("layers.json");
    const JsonCursor root(file, report);
    const bool json = parser.isSet("json");
    const int rounds = parser.isSet("rounds") ? std::max(1, parser.value("rounds").toInt()) : 5;
    const double slice = std::max(0.02, parser.value("seconds").toDouble()) / rounds;
    const int threads = static_cast<int>(root.integerOr("threads", 2, 1, 256));
    const QStringList only = parser.value("only").split(',', Qt::SkipEmptyParts);
    DataService service;
    JsonValue results = JsonValue::array();
    const std::string machine = machineLine();
    if (!json)
        out(QString::fromStdString(machine + "\nsamples per second, medians; " + std::to_string(threads) + " threads\n") +
            QString("%1 %2 %3 %4 %5 %6\n")
                .arg("row", -30)
                .arg("M mult-adds", 12)
                .arg("one thread", 12)
                .arg("in turn", 12)
                .arg("side by side", 13)
                .arg("ratio", 7));
    for (const JsonCursor& rule : root.at("rules").items())
        for (const JsonCursor& circuit : root.at("circuits").items())
            for (const JsonCursor& batch : root.at("batches").items()) {
                const std::int64_t size = batch.integer(1, 1 << 20);
                const QString id = QString::fromStdString(rule.at("id").text() + " " + circuit.at("id").text()) + " b" +
                                   QString::number(size);
                const bool chosen = only.isEmpty() || std::any_of(only.begin(), only.end(),
                                                                  [&](const QString& part) { return id.contains(part); });
                if (!chosen) continue;
                const JsonValue options = JsonValue::object({{"circuit", JsonValue::text(circuit.at("circuit").text())},
                                                             {"rule", JsonValue::text(rule.at("rule").text())},
                                                             {"batch", JsonValue::integer(size)},
                                                             {"epochs", JsonValue::integer(1000)}});
                Result<ParsedExperiment> parsed = experimentOf(JsonCursor(options, report), 1, service);
                if (!parsed) return fail(parsed.error());
                Lane lanes[] = {{"one_thread", LayerOrder::InTurn, 1, nullptr, {}},
                                {"in_turn", LayerOrder::InTurn, threads, nullptr, {}},
                                {"side_by_side", LayerOrder::SideBySide, threads, nullptr, {}}};
                for (Lane& lane : lanes) {
                    TrainerOptions trainerOptions;
                    trainerOptions.threads = lane.threads;
                    trainerOptions.layers = lane.order;
                    trainerOptions.steps = trainerOptions.evaluateEvery = std::int64_t(1) << 40;
                    Result<std::unique_ptr<Trainer>> made =
                        Trainer::create(parsed->experiment, parsed->data, trainerOptions);
                    if (!made) return fail(made.error());
                    lane.trainer = std::move(*made);
                    for (int i = 0; i < 5; ++i) lane.trainer->step();
                }
                for (int round = 0; round < rounds; ++round)
                    for (Lane& lane : lanes) lane.rates.push_back(rateOf(slice, size, *lane.trainer));
                double macs = 0;
                for (const Stage& stage : lanes[0].trainer->network().stages())
                    macs += stage.macs * static_cast<double>(size);
                JsonValue entry = JsonValue::object(
                    {{"id", JsonValue::text(id.toStdString())}, {"multiply_adds", JsonValue::number(macs)}});
                double median[3];
                for (int l = 0; l < 3; ++l) {
                    if (lanes[l].trainer->failure()) return fail(*lanes[l].trainer->failure());
                    const Spread spread = spreadOf(lanes[l].rates);
                    median[l] = spread.median;
                    entry.set(lanes[l].id, toJson(spread));
                }
                entry.set("ratio", JsonValue::number(median[2] / median[1]));
                results.push(std::move(entry));
                if (!json)
                    out(QString("%1 %2 %3 %4 %5 %6\n")
                            .arg(id, -30)
                            .arg(1e-6 * macs, 12, 'f', 1)
                            .arg(median[0], 12, 'f', 0)
                            .arg(median[1], 12, 'f', 0)
                            .arg(median[2], 13, 'f', 0)
                            .arg(median[2] / median[1], 7, 'f', 2));
            }
    if (!report.ok()) return fail(report.error());
    if (json)
        outRows(machine, std::move(results));
    return 0;
}

}  // namespace lab

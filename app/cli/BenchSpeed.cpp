// `bench speed`: samples per second of a training step, beside the roofline of this machine and, if asked for, a peer. All
// that is compared is measured in one run, in turn, so that a slow minute of the machine hits all alike.
#include "app/cli/BenchPeer.h"
#include "app/cli/BenchRoofline.h"
#include "app/cli/BenchSupport.h"
#include "app/cli/Command.h"
#include "core/run/Trainer.h"

#include <algorithm>
#include <chrono>

namespace lab {

namespace {

using Clock = std::chrono::steady_clock;

// One row of the table: a rule on a circuit with a batch size.
struct Row {
    std::string id;
    JsonValue options;  // of the experiment, as experimentOf reads them
    std::vector<PassOver> passes;
    bool readout = true;
    std::string peer, widths;
    Index batch = 128;
};

BareProduct::Kind kindOf(const std::string& word) {
    return word == "forward" ? BareProduct::Kind::Forward : word == "input" ? BareProduct::Kind::Input : BareProduct::Kind::Gradient;
}

std::vector<Row> rowsOf(const JsonCursor& root, bool quick, const QStringList& only) {
    std::vector<Row> rows;
    for (const JsonCursor& rule : root.at("rules").items())
        for (const JsonCursor& circuit : root.at("circuits").items()) {
            if (rule.textOr("kind", "dense") != circuit.textOr("kind", "dense")) continue;
            for (const JsonCursor& batch : root.at("batches").items()) {
                Row row;
                row.batch = static_cast<Index>(batch.integer(1, 1 << 20));
                row.id = rule.at("id").text() + " " + circuit.at("id").text() + " b" + std::to_string(row.batch);
                const bool chosen = only.isEmpty() || std::any_of(only.begin(), only.end(), [&](const QString& part) {
                                        return QString::fromStdString(row.id).contains(part);
                                    });
                if (!chosen || (quick && (row.batch != root.at("quick_batch").integer() || circuit.flagOr("large", false)))) continue;
                row.options = JsonValue::object({{"circuit", JsonValue::text(circuit.at("circuit").text())},
                                                 {"rule", JsonValue::text(rule.at("rule").text())},
                                                 {"batch", JsonValue::integer(row.batch)},
                                                 {"epochs", JsonValue::integer(1000)}});
                if (const std::string arithmetic = rule.textOr("arithmetic", ""); !arithmetic.empty())
                    row.options.set("arithmetic", JsonValue::text(arithmetic));
                for (const JsonCursor& pass : rule.at("passes").items())
                    row.passes.push_back({kindOf(pass.at("of").word({"forward", "input", "gradient"})),
                                          static_cast<Index>(pass.integerOr("copies", 1, 1, 64))});
                row.readout = rule.flagOr("readout", true);
                row.peer = rule.textOr("peer", "");
                row.widths = circuit.textOr("widths", "");
                rows.push_back(std::move(row));
            }
        }
    return rows;
}

// Samples per second over about `seconds`, at least one step.
template <class Step>
double rateOf(double seconds, Index batch, Step&& step) {
    const Clock::time_point start = Clock::now();
    double spent = 0;
    Index samples = 0;
    do {
        step();
        samples += batch;
        spent = std::chrono::duration<double>(Clock::now() - start).count();
    } while (spent < seconds);
    return static_cast<double>(samples) / spent;
}

// What one row is measured with on one number of threads.
struct Lane {
    int threads = 1;
    std::unique_ptr<Trainer> trainer;
    std::unique_ptr<Pool> pool;  // of the roofline
    std::unique_ptr<BenchPeer> peer;
    std::vector<double> rates, roof, peerRates;
};

QString cells(const Spread& s) {
    return QString("%1 %2 %3").arg(s.median, 8, 'f', 0).arg(s.low, 7, 'f', 0).arg(s.high, 7, 'f', 0);
}

}  // namespace

int benchSpeed(const QCommandLineParser& parser, const JsonValue& file) {
    JsonReport report("speed.json");
    const JsonCursor root(file, report);
    const bool quick = parser.isSet("quick"), json = parser.isSet("json");
    const int rounds = parser.isSet("rounds") ? std::max(1, parser.value("rounds").toInt()) : quick ? 3 : 5;
    const double slice = std::max(0.02, parser.value("seconds").toDouble()) / rounds;
    const std::vector<Row> rows = rowsOf(root, quick, parser.value("only").split(',', Qt::SkipEmptyParts));
    std::vector<int> threads;
    for (const JsonCursor& t : root.at("threads").items()) threads.push_back(static_cast<int>(t.integer(1, 256)));
    if (!report.ok()) return fail(report.error());
    const std::string machine = machineLine();
    DataService service;
    JsonValue results = JsonValue::array();
    if (!json)
        out(QString::fromStdString(machine + "\nsamples per second: median and quartiles\n") +
            QString("%1 thr %2 %3 %4 %5\n").arg("row", -28).arg("training step", 24).arg("roofline", 9).arg("share", 6).arg("peer, ratio", 16));
    for (const Row& row : rows) {
        Result<ParsedExperiment> parsed = experimentOf(JsonCursor(row.options, report), 1, service);
        if (!parsed) return fail(parsed.error());
        std::vector<Lane> lanes;
        std::unique_ptr<Roofline> roofline;
        for (const int t : threads) {
            Lane lane;
            lane.threads = t;
            TrainerOptions options;
            options.threads = t;
            options.steps = options.evaluateEvery = std::int64_t(1) << 40;
            Result<std::unique_ptr<Trainer>> trainer = Trainer::create(parsed->experiment, parsed->data, options);
            if (!trainer) return fail(trainer.error());
            lane.trainer = std::move(*trainer);
            lane.pool = std::make_unique<Pool>(t);
            lane.pool->setProducts(lane.trainer->pool().products());
            if (!roofline) {
                const int moments = static_cast<int>(root.at("moments").integer(0, 2));
                roofline = std::make_unique<Roofline>(lane.trainer->network(), row.passes, row.readout, row.batch, moments);
            }
            if (parser.isSet("peer") && !row.peer.empty()) {
                Result<std::unique_ptr<BenchPeer>> peer = BenchPeer::start(parser.value("peer"), QString::fromStdString(row.peer),
                                                                           QString::fromStdString(row.widths), row.batch, t);
                if (!peer) return fail(peer.error());
                lane.peer = std::move(*peer);
            }
            for (int i = 0; i < 5; ++i) lane.trainer->step();
            lanes.push_back(std::move(lane));
        }
        for (int round = 0; round < rounds; ++round)
            for (Lane& lane : lanes) {
                lane.rates.push_back(rateOf(slice, row.batch, [&] { lane.trainer->step(); }));
                lane.roof.push_back(rateOf(slice, row.batch, [&] { roofline->run(*lane.pool); }));
                if (lane.peer) lane.peerRates.push_back(lane.peer->measure(slice) * static_cast<double>(row.batch));
            }
        double bestPeer = 0;
        for (const Lane& lane : lanes) bestPeer = std::max(bestPeer, spreadOf(lane.peerRates).median);
        for (const Lane& lane : lanes) {
            if (lane.trainer->failure()) return fail(*lane.trainer->failure());
            const Spread own = spreadOf(lane.rates), roof = spreadOf(lane.roof), peer = spreadOf(lane.peerRates);
            JsonValue entry = JsonValue::object({{"id", JsonValue::text(row.id)},
                                                 {"threads", JsonValue::integer(lane.threads)},
                                                 {"rate", toJson(own)},
                                                 {"roofline", toJson(roof)},
                                                 {"share", JsonValue::number(own.median / roof.median)},
                                                 {"flops", JsonValue::number(roofline->flops() / static_cast<double>(row.batch))},
                                                 {"optimizer_bytes", JsonValue::number(roofline->bytes())}});
            if (lane.peer) {
                entry.set("peer", JsonValue::text(lane.peer->name()));
                entry.set("peer_rate", toJson(peer));
                entry.set("ratio_to_best_peer", JsonValue::number(own.median / bestPeer));
            }
            results.push(std::move(entry));
            if (json) continue;
            QString line = QString("%1 %2 %3 %4 %5 %").arg(QString::fromStdString(row.id), -28).arg(lane.threads, 3).arg(cells(own))
                               .arg(roof.median, 9, 'f', 0).arg(100 * own.median / roof.median, 4, 'f', 0);
            if (lane.peer) line += QString(" %1 %2").arg(peer.median, 9, 'f', 0).arg(own.median / bestPeer, 6, 'f', 2);
            out(line + "\n");
        }
    }
    if (!report.ok()) return fail(report.error());
    if (json)
        outRows(machine, std::move(results));
    return 0;
}

}  // namespace lab

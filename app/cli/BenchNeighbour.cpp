// `bench neighbour`: how much of the undisturbed speed is left while another process keeps one core busy. Both are measured
// in one run, in turn.
#include "app/cli/BenchSupport.h"
#include "app/cli/Command.h"
#include "core/run/Trainer.h"

#include <chrono>

#if defined(__linux__)
#include <csignal>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace lab {

namespace {

// A process that does nothing but count, tied to the last core; stopped until resume().
class Neighbour {
public:
    Neighbour() {
#if defined(__linux__)
        m_child = fork();
        if (m_child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            cpu_set_t set;
            CPU_ZERO(&set);
            CPU_SET(static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_ONLN) - 1), &set);
            sched_setaffinity(0, sizeof set, &set);
            for (volatile unsigned long n = 0;; n = n + 1) {
            }
        }
        pause();
#endif
    }
    ~Neighbour() {
#if defined(__linux__)
        if (m_child <= 0) return;
        kill(m_child, SIGKILL);
        waitpid(m_child, nullptr, 0);
#endif
    }
    Neighbour(const Neighbour&) = delete;
    Neighbour& operator=(const Neighbour&) = delete;

    bool there() const { return m_child > 0; }
    void resume() { signal(true); }
    void pause() { signal(false); }

private:
    void signal(bool go) {
#if defined(__linux__)
        if (m_child > 0) kill(m_child, go ? SIGCONT : SIGSTOP);
#else
        static_cast<void>(go);
#endif
    }
    int m_child = -1;
};

}  // namespace

int benchNeighbour(const QCommandLineParser& parser, const JsonValue& file) {
    using Clock = std::chrono::steady_clock;
    JsonReport report("neighbour.json");
    const JsonCursor root(file, report);
    const bool json = parser.isSet("json");
    const int rounds = parser.isSet("rounds") ? std::max(1, parser.value("rounds").toInt()) : 5;
    const double slice = std::max(0.1, parser.value("seconds").toDouble()) / rounds;
    const QStringList only = parser.value("only").split(',', Qt::SkipEmptyParts);
    DataService service;
    const std::string machine = machineLine();
    Neighbour neighbour;
    if (!neighbour.there())
        return fail(Error{"LAB-CLI-113", "no second process could be started.", "bench neighbour", "This benchmark needs Linux."});
    JsonValue results = JsonValue::array();
    bool reached = true;
    if (!json) out(QString::fromStdString(machine + "\nrow                  threads  undisturbed   busy core   share   wanted\n"));
    for (const JsonCursor& row : root.at("rows").items()) {
        const QString id = QString::fromStdString(row.at("id").text());
        if (!only.isEmpty() && !only.contains(id)) continue;
        Result<ParsedExperiment> parsed = experimentOf(row, 1, service);
        if (!parsed) return fail(parsed.error());
        TrainerOptions options;
        options.threads = static_cast<int>(row.integerOr("threads", 2, 1, 256));
        options.steps = options.evaluateEvery = std::int64_t(1) << 40;
        Result<std::unique_ptr<Trainer>> trainer = Trainer::create(parsed->experiment, parsed->data, options);
        if (!trainer) return fail(trainer.error());
        for (int i = 0; i < 5; ++i) (*trainer)->step();
        const auto rate = [&] {
            const Clock::time_point start = Clock::now();
            double spent = 0;
            int steps = 0;
            for (; spent < slice; ++steps, spent = std::chrono::duration<double>(Clock::now() - start).count()) (*trainer)->step();
            return static_cast<double>(steps) * static_cast<double>(parsed->experiment.batch) / spent;
        };
        std::vector<double> alone, busy;
        for (int i = 0; i < rounds; ++i) {
            alone.push_back(rate());
            neighbour.resume();
            busy.push_back(rate());
            neighbour.pause();
        }
        const Spread quiet = spreadOf(alone), loud = spreadOf(busy);
        const double share = loud.median / quiet.median, wanted = row.numberOr("share", 0.45);
        reached = reached && share >= wanted;
        if (!json)
            out(QString("%1 %2 %3 %4 %5 %   %6 %\n").arg(id, -22).arg(options.threads, 5).arg(quiet.median, 12, 'f', 0)
                    .arg(loud.median, 11, 'f', 0).arg(100 * share, 6, 'f', 0).arg(100 * wanted, 4, 'f', 0));
        results.push(JsonValue::object({{"id", JsonValue::text(id.toStdString())}, {"undisturbed", toJson(quiet)}, {"busy", toJson(loud)},
                                        {"share", JsonValue::number(share)}, {"wanted", JsonValue::number(wanted)}}));
    }
    if (!report.ok()) return fail(report.error());
    if (json)
        outRows(machine, std::move(results));
    return reached ? 0 : kExitFailed;
}

}  // namespace lab

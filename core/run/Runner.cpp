#include "core/run/Runner.h"

#include "core/base/Assert.h"
#include "core/rules/FeedForward.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <thread>
#include <utility>

namespace lab {

namespace {

using Clock = std::chrono::steady_clock;

// A view cannot show more than the window draws; a snapshot nobody took is not replaced more often than this.
constexpr auto kPublishEvery = std::chrono::milliseconds(25);

}  // namespace

struct Runner::State final : StepTracer {
    struct Load {
        Experiment experiment;
        DataLoader loader;
        TrainerOptions options;
        std::shared_ptr<const Trainer::Checkpoint> from;
    };
    struct Command {
        std::function<void(State&)> act;
        bool amid = false;  // may be carried out while a step stands still: touches nothing that the step reads
    };
    enum class Grain { Step, Phase, Line, Row };  // where a step stands still; Step = nowhere

    std::function<void()> wake;
    SnapshotSlot slot;
    std::atomic<bool> taken{true};       // the window has read the last snapshot
    std::atomic<int> pending{0};         // commands in the mailbox: what interrupts an evaluation
    std::mutex mutex;
    std::condition_variable_any arrived;
    std::deque<Command> mailbox;         // guarded by mutex

    // Owned by the worker thread.
    std::unique_ptr<Trainer> trainer;
    Load loaded;
    std::shared_ptr<const PreparedData> data;
    ProbeRequest request;
    std::uint64_t run = 0;
    std::uint64_t serial = 0;
    bool running = false;
    bool evaluationWanted = false;       // by evaluateNow; cut short by commands and made up for
    std::int64_t stopAt = -1;            // absolute step; -1 = the end of the plan
    Grain grain = Grain::Step;
    bool goOn = false;                   // a step that stands still was told to
    int furthest = -1;                   // layer that the present step has reached
    std::string phase;                   // of the last point that a step reached
    double heldSeconds = 0;
    std::stop_token stopping;
    double speed = 0;
    Clock::time_point nextStep{};
    Clock::time_point lastPublished{};
    bool changed = true;                 // something to publish that is not a step
    std::optional<Error> loadFailure;
    std::string loadMessage;
    std::jthread thread;                 // last member: joins before the rest goes

    void send(std::function<void(State&)> act, bool amid = false) {
        {
            std::lock_guard lock(mutex);
            mailbox.push_back({std::move(act), amid});
        }
        pending.fetch_add(1);
        arrived.notify_one();
    }
    void work(std::stop_token stop);
    void advance(const std::stop_token& stop);
    void publish(bool force);
    void prepare();
    void build(bool keepCheckpoint);
    void reached(const TracePoint& point, Index rows, const Numbers& numbers) override;
    double takeHeldSeconds() override { return std::exchange(heldSeconds, 0.0); }
    void standStill(StepPosition position);
    bool interrupted(const std::stop_token& stop) const { return stop.stop_requested() || pending.load() > 0; }
};

void Runner::State::prepare() {
    trainer.reset();
    data.reset();
    loadFailure.reset();
    running = evaluationWanted = false;
    ++run;
    loadMessage = "Reading the data...";
    publish(true);
    Result<std::shared_ptr<const PreparedData>> read = loaded.loader(loaded.experiment.data, loaded.experiment.seed);
    if (!read) {
        loadFailure = read.error();
        changed = true;
        return;
    }
    data = *read;
    build(true);
}

void Runner::State::build(bool keepCheckpoint) {
    loadMessage.clear();
    Result<std::unique_ptr<Trainer>> made = Trainer::create(loaded.experiment, data, loaded.options);
    changed = true;
    if (!made) {
        loadFailure = made.error();
        trainer.reset();
        return;
    }
    trainer = std::move(*made);
    if (keepCheckpoint && loaded.from) {
        const Result<void> restored = trainer->restore(*loaded.from);
        if (!restored) loadFailure = restored.error();
    }
    trainer->observe(request);
}

void Runner::State::publish(bool force) {
    const Clock::time_point now = Clock::now();
    if (!force) {
        if (!taken.load() || now - lastPublished < kPublishEvery) return;
    }
    std::shared_ptr<Snapshot> snapshot;
    if (trainer) {
        snapshot = trainer->snapshot(!running);
        if (running && snapshot->state != RunState::Failed && snapshot->state != RunState::Finished) snapshot->state = RunState::Running;
    } else {
        snapshot = std::make_shared<Snapshot>();
        snapshot->message = loadMessage;
    }
    if (loadFailure) {
        snapshot->state = RunState::Failed;
        snapshot->failure = loadFailure;
        snapshot->message = loadFailure->text();
    }
    snapshot->run = run;
    snapshot->serial = ++serial;
    slot.publish(std::move(snapshot));
    lastPublished = Clock::now();
    changed = false;
    if (taken.exchange(false) && wake) wake();
}

void Runner::State::reached(const TracePoint& point, Index rows, const Numbers& numbers) {
    if (grain == Grain::Step) return;
    const std::vector<EquationLine>& lines = trainer->ruleDescription().equations;
    StepPosition position;
    position.line = point.line;
    position.layer = point.layer;
    position.rows = rows;
    if (point.line >= 0 && static_cast<std::size_t>(point.line) < lines.size()) position.phase = lines[static_cast<std::size_t>(point.line)].phase;
    if (point.layer > furthest) furthest = point.layer;
    const std::vector<RuleLayer>& layers = trainer->rule().layers();
    if (furthest >= 0 && static_cast<std::size_t>(furthest) < layers.size() && layers[static_cast<std::size_t>(furthest)].stage >= 0) {
        const std::vector<std::string> operations = learnedOperations(trainer->network(), layers[static_cast<std::size_t>(furthest)].stage);
        if (!operations.empty()) position.operation = operations.back();
    }
    const bool entered = position.phase != phase;
    phase = position.phase;
    if (grain == Grain::Phase && !entered) return;
    std::vector<TraceNumber> found;
    const auto stand = [&](Index row) {
        found.clear();
        numbers(row, found);
        position.row = row;
        position.numbers.clear();
        for (const TraceNumber& n : found) position.numbers.emplace_back(n.symbol, n.value);
        standStill(position);
    };
    if (grain == Grain::Row && rows > 0) {
        for (Index row = 0; row < rows && grain == Grain::Row; ++row) stand(row);
    } else {
        stand(-1);
    }
}

// Publishes where the step stands and waits to be told to go on. What else arrives makes the step run to its end, so that
// it finds the engine between two steps.
void Runner::State::standStill(StepPosition position) {
    const Clock::time_point start = Clock::now();
    // The probes would use the buffers that this step is in the middle of: the last picture, with the position.
    auto snapshot = std::make_shared<Snapshot>(*slot.latest());
    snapshot->state = RunState::Paused;
    snapshot->serial = ++serial;
    snapshot->position = std::make_shared<const StepPosition>(std::move(position));
    slot.publish(std::move(snapshot));
    if (taken.exchange(false) && wake) wake();
    goOn = false;
    while (!goOn) {
        Command command;
        {
            std::unique_lock lock(mutex);
            arrived.wait(lock, stopping, [&] { return !mailbox.empty(); });
            if (stopping.stop_requested() || !mailbox.front().amid) {
                grain = Grain::Step;
                break;
            }
            command = std::move(mailbox.front());
            mailbox.pop_front();
        }
        pending.fetch_sub(1);
        command.act(*this);
    }
    heldSeconds += std::chrono::duration<double>(Clock::now() - start).count();
}

// The evaluation asked for, then a step where one is due. Commands and the end cut evaluations short; they are made up for.
void Runner::State::advance(const std::stop_token& stop) {
    const auto cancelled = [&] { return interrupted(stop); };
    if (evaluationWanted) {
        if (!trainer->evaluate(cancelled)) return;
        evaluationWanted = false;
        changed = true;
    }
    if (!running || (speed > 0 && Clock::now() < nextStep)) return;
    if (speed > 0) {
        const auto pause = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / speed));
        nextStep = std::max(nextStep + pause, Clock::now());
    }
    phase.clear();
    furthest = -1;
    trainer->watchSteps(grain == Grain::Step ? nullptr : this);
    const bool more = trainer->step(cancelled);
    const bool arrived = stopAt >= 0 && trainer->stepsDone() >= stopAt && !trainer->evaluationDue();
    if (!more || arrived) {
        running = false;
        changed = true;
    }
}

void Runner::State::work(std::stop_token stop) {
    stopping = stop;
    while (!stop.stop_requested()) {
        std::deque<Command> commands;
        {
            std::unique_lock lock(mutex);
            const auto something = [&] { return !mailbox.empty(); };
            if (mailbox.empty() && !running && !evaluationWanted) {
                // Idle: sleep until a command comes; look in now and then while a view may want a fresher picture.
                arrived.wait_for(lock, stop, std::chrono::milliseconds(200), something);
            } else if (mailbox.empty() && running && speed > 0 && Clock::now() < nextStep) {
                arrived.wait_until(lock, stop, std::min(nextStep, Clock::now() + std::chrono::milliseconds(50)), something);
            }
            commands.swap(mailbox);
        }
        pending.fetch_sub(static_cast<int>(commands.size()));
        for (Command& command : commands) {
            try {
                command.act(*this);
            } catch (const std::exception& problem) {
                loadFailure = Error{"LAB-RUN-900", std::string("the engine stopped: ") + problem.what() + ".", "",
                                    "Reset the run; if it happens again, please report it with the project file."};
                trainer.reset();
                running = evaluationWanted = false;
            }
            changed = true;
        }
        if ((running || evaluationWanted) && trainer) {
            try {
                advance(stop);
            } catch (const std::exception& problem) {
                loadFailure = Error{"LAB-RUN-900", std::string("the engine stopped: ") + problem.what() + ".", "",
                                    "Reset the run; if it happens again, please report it with the project file."};
                trainer.reset();
                running = evaluationWanted = false;
                changed = true;
            }
        }
        publish(changed);
    }
}

Runner::Runner(std::function<void()> wake) : m_state(std::make_unique<State>()) {
    m_state->wake = std::move(wake);
    m_state->slot.publish(std::make_shared<Snapshot>());
    State* state = m_state.get();
    m_state->thread = std::jthread([state](std::stop_token stop) { state->work(stop); });
}

Runner::~Runner() {
    m_state->thread.request_stop();
    m_state->arrived.notify_all();
}

void Runner::load(const Experiment& experiment, DataLoader loader, const TrainerOptions& options,
                  std::shared_ptr<const Trainer::Checkpoint> from) {
    m_state->send([load = State::Load{experiment, std::move(loader), options, std::move(from)}](State& s) {
        s.loaded = load;
        s.prepare();
    });
}

void Runner::run(RunUntil until) {
    m_state->send([until](State& s) {
        if (!s.trainer || s.loadFailure) return;
        const std::int64_t done = s.trainer->stepsDone();
        const std::int64_t perEpoch = s.trainer->stepsPerEpoch();
        switch (until.kind) {
            case RunUntil::Kind::Forever: s.stopAt = -1; break;
            case RunUntil::Kind::Steps: s.stopAt = done + until.value; break;
            case RunUntil::Kind::EpochEnd: s.stopAt = (done / perEpoch + 1) * perEpoch; break;
            case RunUntil::Kind::Step: s.stopAt = until.value; break;
            default: s.stopAt = done + 1; break;
        }
        if (s.stopAt >= 0 && s.stopAt <= done) return;
        s.grain = until.kind == RunUntil::Kind::Sample  ? State::Grain::Row
                  : until.kind == RunUntil::Kind::Layer ? State::Grain::Line
                  : until.kind == RunUntil::Kind::Phase ? State::Grain::Phase
                                                        : State::Grain::Step;
        s.goOn = true;
        s.running = !s.trainer->finished() && !s.trainer->failure();
        s.nextStep = Clock::now();
    }, true);
}

void Runner::pause() {
    m_state->send([](State& s) { s.running = s.evaluationWanted = false; }, true);
}

void Runner::reset() {
    m_state->send([](State& s) {
        if (!s.data) {
            if (s.loaded.loader) s.prepare();
            return;
        }
        s.running = s.evaluationWanted = false;
        s.loadFailure.reset();
        ++s.run;
        s.build(false);
    });
}

void Runner::setSpeed(double stepsPerSecond) {
    m_state->send([stepsPerSecond](State& s) {
        s.speed = stepsPerSecond;
        s.nextStep = Clock::now();
    }, true);
}

void Runner::setLive(const std::string& scope, const std::string& name, const ParamValue& value) {
    m_state->send([=](State& s) {
        if (s.trainer) static_cast<void>(s.trainer->setLive(scope, name, value).ok());
    });
}

void Runner::setPlannedEpochs(double epochs) {
    m_state->send([epochs](State& s) {
        if (s.trainer) s.trainer->setPlannedEpochs(epochs);
    });
}

void Runner::observe(const ProbeRequest& request) {
    m_state->send([request](State& s) {
        s.request = request;
        if (s.trainer) s.trainer->observe(request);
    }, true);
}

void Runner::evaluateNow() {
    m_state->send([](State& s) {
        s.evaluationWanted = s.trainer != nullptr;
    });
}

std::shared_ptr<const Snapshot> Runner::latest() {
    m_state->taken.store(true);
    return m_state->slot.latest();
}

std::shared_ptr<const Trainer::Checkpoint> Runner::checkpoint() {
    auto promise = std::make_shared<std::promise<std::shared_ptr<const Trainer::Checkpoint>>>();
    std::future<std::shared_ptr<const Trainer::Checkpoint>> result = promise->get_future();
    m_state->send([promise](State& s) { promise->set_value(s.trainer ? s.trainer->checkpoint() : nullptr); });
    return result.get();
}

std::vector<Runner::NamedCopy> Runner::parameters() {
    auto promise = std::make_shared<std::promise<std::vector<NamedCopy>>>();
    std::future<std::vector<NamedCopy>> result = promise->get_future();
    m_state->send([promise](State& s) {
        std::vector<NamedCopy> out;
        if (s.trainer)
            for (const Trainer::NamedBlock& block : s.trainer->namedParameters())
                out.push_back({block.name, block.shape, std::vector<float>(block.values.begin(), block.values.end())});
        promise->set_value(std::move(out));
    });
    return result.get();
}

}  // namespace lab

#include "core/document/FigureWorker.h"

#include "core/document/ViewsShared.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace lab {

struct FigureWorker::State {
    // One open view: its builder and what the last figure was made from.
    struct Open {
        std::string view;
        std::unique_ptr<ViewBuilder> builder;
        std::uint64_t run = 0;
        std::uint64_t stamp = 0;
        std::map<std::string, ParamValue> params;
        std::shared_ptr<const Figure> figure;
        std::uint64_t round = 0;                // in which it was last wanted
    };
    static constexpr std::uint64_t kForget = 20000;

    std::mutex mutex;
    std::condition_variable_any changed;
    std::shared_ptr<const Snapshot> snapshot;   // wanted next; null = nothing new
    std::vector<Request> requests;
    bool busy = false;
    std::map<int, Built> finished;
    std::uint64_t builds = 0;
    std::function<void()> wake;

    std::map<int, Open> open;    // of the worker thread alone
    ViewWorkspace workspace;
    std::uint64_t round = 0;
    std::jthread thread;         // last: joined before anything above is destroyed

    void work(const std::stop_token& stop);
    bool refresh(Open& open, const Request& request, const Snapshot& snapshot, Built& built);
};

FigureWorker::FigureWorker(std::function<void()> wake) : m_state(std::make_unique<State>()) {
    m_state->wake = std::move(wake);
    m_state->thread = std::jthread([state = m_state.get()](const std::stop_token& stop) { state->work(stop); });
}

FigureWorker::~FigureWorker() = default;

void FigureWorker::submit(std::shared_ptr<const Snapshot> snapshot, std::vector<Request> requests) {
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->snapshot = std::move(snapshot);
        m_state->requests = std::move(requests);
    }
    m_state->changed.notify_all();
}

std::vector<FigureWorker::Built> FigureWorker::take() {
    std::vector<Built> out;
    const std::lock_guard lock(m_state->mutex);
    for (auto& [key, built] : m_state->finished) out.push_back(std::move(built));
    m_state->finished.clear();
    return out;
}

std::uint64_t FigureWorker::builds() const {
    const std::lock_guard lock(m_state->mutex);
    return m_state->builds;
}

bool FigureWorker::idle() const {
    const std::lock_guard lock(m_state->mutex);
    return !m_state->snapshot && !m_state->busy;
}

void FigureWorker::drain() {
    std::unique_lock lock(m_state->mutex);
    m_state->changed.wait(lock, [&] { return !m_state->snapshot && !m_state->busy; });
}

// True where a figure was built anew.
bool FigureWorker::State::refresh(Open& open, const Request& request, const Snapshot& snapshot, Built& built) {
    const ViewDescription* view = findView(request.view);
    if (!view) return false;
    if (!open.builder || open.view != request.view || open.run != snapshot.run) {
        const std::uint64_t last = open.round;
        open = Open{};
        open.round = last;
        open.view = request.view;
        open.builder = view->make();
        open.run = snapshot.run;
    }
    const std::uint64_t stamp = open.builder->stamp(snapshot);
    const bool fresh = !open.figure || open.stamp != stamp || open.params != request.params;
    const ParamSet params = viewParams(*view, snapshot, request.params);
    if (fresh) {
        const auto begin = std::chrono::steady_clock::now();
        try {
            open.figure = std::make_shared<const Figure>(open.builder->build(snapshot, params, workspace));
        } catch (const std::exception& error) {
            // The border of the thread: a view that fails says so in its own place and the others go on.
            open.builder = nullptr;
            open.figure = std::make_shared<const Figure>(Figure::message(view->id, view->title, std::string("This view failed: ") + error.what(),
                                                                         "The run is not affected. Please report this message."));
        }
        built.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
        open.stamp = stamp;
        open.params = request.params;
    }
    built.key = request.key;
    built.figure = open.figure;
    built.params = params.specs();
    built.run = snapshot.run;
    built.serial = snapshot.serial;
    return fresh;
}

void FigureWorker::State::work(const std::stop_token& stop) {
    for (;;) {
        std::shared_ptr<const Snapshot> now;
        std::vector<Request> wanted;
        {
            std::unique_lock lock(mutex);
            busy = false;
            changed.notify_all();
            if (!changed.wait(lock, stop, [&] { return snapshot != nullptr; })) return;
            now = std::exchange(snapshot, nullptr);
            wanted = std::move(requests);
            requests.clear();
            busy = true;
        }
        ++round;
        for (const Request& request : wanted) {
            if (stop.stop_requested()) return;
            Built built;
            Open& view = open[request.key];
            const bool fresh = refresh(view, request, *now, built);
            const bool back = view.round + 1 != round;  // was not wanted the last time: its widget may be a new one
            view.round = round;
            if (!built.figure || !(fresh || back)) continue;
            bool first = false;
            {
                const std::lock_guard lock(mutex);
                if (fresh) ++builds;
                first = finished.empty();
                finished[request.key] = std::move(built);
            }
            if (first && wake) wake();
        }
        // A hidden view keeps what it has gathered, a closed one is forgotten in time.
        std::erase_if(open, [&](const auto& entry) { return entry.second.round + kForget < round; });
    }
}

}  // namespace lab

// Builds figures on a thread of its own, so that neither training nor the window waits for a view. Overwrite-latest on
// both sides: a newer request replaces one that has not begun, a newer figure replaces one that was not fetched.
#pragma once

#include "core/document/Views.h"

namespace lab {

class FigureWorker {
public:
    // `wake` is called from the worker when a batch of figures turned from fetched to new, never more often; may be empty.
    explicit FigureWorker(std::function<void()> wake = {});
    ~FigureWorker();  // stops after the figure in hand
    FigureWorker(const FigureWorker&) = delete;
    FigureWorker& operator=(const FigureWorker&) = delete;

    struct Request {
        int key = 0;                              // of the open view; one builder is kept per key
        std::string view;                         // id
        std::map<std::string, ParamValue> params; // held values
    };
    struct Built {
        int key = 0;
        std::shared_ptr<const Figure> figure;
        std::vector<ParamSpec> params;            // specifications for this snapshot, for the selectors
        std::uint64_t run = 0;                    // of the snapshot
        std::uint64_t serial = 0;                 // of the snapshot
        double milliseconds = 0;                  // that building took; 0 = nothing had changed
    };

    // Wants these views of this snapshot. A key that is not named costs nothing; its builder keeps what it has gathered in
    // this run (aligned axes, slow curves) for when the view is shown again. What has not changed is not built again.
    void submit(std::shared_ptr<const Snapshot> snapshot, std::vector<Request> requests);
    // Figures finished since the last call, at most one per key; empty where there are none. Never blocks on building.
    std::vector<Built> take();
    // True when everything that was submitted is built.
    bool idle() const;
    // Number of figures built so far (a hidden view is not among them).
    std::uint64_t builds() const;
    // Waits until everything submitted is built (tests, export of all).
    void drain();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace lab

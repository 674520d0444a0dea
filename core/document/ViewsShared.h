// What the builders of views have in common. Not for others.
#pragma once

#include "core/document/Views.h"
#include "core/geometry/GramBank.h"

#include <initializer_list>
#include <limits>

namespace lab {

// Gram matrices of the inputs and of every layer on the probe set, made at first use and kept until the next probe.
struct ViewWorkspace::Geometry {
    struct Taps {
        std::vector<std::string> titles;     // "input", then the layers
        std::vector<const GramBank*> banks;
        std::vector<std::int32_t> labels;
    };
    // Empty where the snapshot has no representations.
    const Taps& taps(const Snapshot& snapshot, Pool& pool);

private:
    std::shared_ptr<const Snapshot::Representations> m_of;
    std::vector<std::unique_ptr<GramBank>> m_banks;
    Taps m_taps;
};

namespace views {

inline constexpr int kMostPanels = 12;   // small multiples beyond this cannot be read

// Selector of a layer: "all" (where wanted) and "1", "2", ... with the titles of the snapshot's layers.
ParamSpec layerParam(const Snapshot& snapshot, bool all = true);
// Layers that the parameter "layer" chooses, at most kMostPanels.
std::vector<int> chosenLayers(const Snapshot& snapshot, const ParamSet& params);
int layerCount(const Snapshot& snapshot);
std::string layerTitle(const Snapshot& snapshot, int layer);
std::string className(const Snapshot& snapshot, int label);
// Channels of the rule of one kind, as positions in the description.
std::vector<int> channelsOf(const Snapshot& snapshot, ChannelKind kind);
// Selector of one of these channels by id; "all" stands first where wanted.
ParamSpec channelParam(const Snapshot& snapshot, ChannelKind kind, bool all);
std::vector<int> chosenChannels(const Snapshot& snapshot, const ParamSet& params, ChannelKind kind);

// The figure that says why there is nothing to see: by the state of the run, else `why` and `whatToDo`.
Figure nothing(const ViewDescription& view, const Snapshot& snapshot, std::string why, std::string whatToDo);
// No measurement has arrived yet.
Figure waiting(const ViewDescription& view, const Snapshot& snapshot);
Figure start(const ViewDescription& view);

std::uint64_t stampOf(const Snapshot& snapshot, std::initializer_list<std::int64_t> numbers);
// Latest step at which a channel was published.
std::int64_t channelStep(const Snapshot& snapshot);

std::string percent(double fraction);   // "81.3 %"; "–" for NaN

// An axis range that does not tremble: it grows at once with room to spare, and shrinks only when the data leave more
// than half of it empty.
class SteadyRange {
public:
    void cover(double low, double high);
    double from() const { return m_from; }
    double to() const { return m_to; }

private:
    double m_from = std::numeric_limits<double>::quiet_NaN();
    double m_to = std::numeric_limits<double>::quiet_NaN();
};

// Descriptions of the views, each beside its builder.
ViewDescription curvesView();
ViewDescription ledgerView();
ViewDescription valuesView();
ViewDescription inputsView();
ViewDescription readsView();
ViewDescription alignmentView();
ViewDescription pcaView();
ViewDescription rdmView();
ViewDescription ckaView();
ViewDescription dimensionView();
ViewDescription probeView();
ViewDescription weightsView();
ViewDescription confusionView();

}  // namespace views
}  // namespace lab

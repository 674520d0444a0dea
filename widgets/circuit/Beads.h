// Beads: small histograms that hang on wires, of what a run publishes as distributions there. Made from snapshots alone.
#pragma once

#include "core/circuit/Circuit.h"
#include "core/record/Snapshot.h"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace lab {

constexpr std::size_t kBeadBars = 8;

struct Bead {
    std::string title;                       // of what is counted: "Goodness"
    bool two = false;                        // two streams over common bins; else only `positive`
    std::array<double, kBeadBars> positive{};  // shares of the fullest bar, 0 to 1
    std::array<double, kBeadBars> negative{};
    double low = 0, high = 0;                // of the bins
    double threshold = 0;                    // of the channel; NaN = none
    std::size_t count = 0;                   // numbers behind it
    std::int64_t step = -1;
};

// wire -> bead. One for every layer whose distribution the snapshot holds and that a mark ties to a wire: the first channel
// of that kind, else the activity of the layer on the probe samples.
std::map<std::string, Bead> makeBeads(const Snapshot& snapshot, const Circuit& circuit, const std::vector<Mark>& marks);

}  // namespace lab

// What a run publishes, as what the diagram shows of it: glow, gauges, update flow, the first wire that broke. Made from
// snapshots alone; nothing is computed for marks and wires that are not there.
#pragma once

#include "core/circuit/Circuit.h"
#include "core/record/Snapshot.h"

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace lab {

struct GaugeValue {
    bool two = false;          // positive and negative samples against a threshold; else one number
    double positive = 0.0;     // mean of the samples, or the number
    double negative = 0.0;
    double threshold = std::numeric_limits<double>::quiet_NaN();
    double full = 1.0;         // what fills the bar
};

struct LiveValues {
    std::int64_t step = -1;
    std::map<std::string, double> glow;   // wire -> rank of its mean |a| among all wires, smoothed, in [0, 1]
    std::map<std::string, double> mean;   // wire -> mean |a|, as published
    std::string broken;                   // the first wire, in the order of computation, that holds a value that is none
    std::map<std::pair<std::string, int>, GaugeValue> gauges;  // (channel id, layer)
    std::map<int, double> flow;           // layer -> size of the update against the weights, on a log scale in [0, 1]
    std::map<int, double> ratio;          // the same as a number
    std::map<int, std::vector<std::string>> reads;  // layer -> what its updates read
    std::map<int, bool> local;            // layer -> reads nothing of other layers

    bool empty() const { return step < 0; }
};

// Keeps what smoothing needs between snapshots. One per view; reset when the run changes.
class LiveFeed {
public:
    // `channels`: ids of the channels that gauges show; others are left alone.
    const LiveValues& take(const Snapshot& snapshot, const Circuit& circuit, const std::vector<Mark>& marks);
    const LiveValues& values() const { return m_values; }
    void clear();

private:
    LiveValues m_values;
    std::uint64_t m_run = 0;
    std::map<std::pair<std::string, int>, double> m_largest;
};

}  // namespace lab

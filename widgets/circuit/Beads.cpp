#include "widgets/circuit/Beads.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace lab {

namespace {

constexpr std::size_t kMostNumbers = 4096;  // of one layer's activity; more would not change eight bars

using Bars = std::array<double, kBeadBars>;

void range(std::span<const float> values, double& low, double& high) {
    for (const float v : values) {
        if (!std::isfinite(v)) continue;
        low = std::min(low, static_cast<double>(v));
        high = std::max(high, static_cast<double>(v));
    }
}

void fill(std::span<const float> values, double low, double high, Bars& bars) {
    for (const float v : values) {
        if (!std::isfinite(v)) continue;
        const double place = high > low ? (static_cast<double>(v) - low) / (high - low) * static_cast<double>(kBeadBars) : 0.0;
        bars[std::min(kBeadBars - 1, static_cast<std::size_t>(std::max(0.0, place)))] += 1.0;
    }
}

bool beadOf(std::span<const float> positive, std::span<const float> negative, Bead& bead) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    range(positive, low, high);
    range(negative, low, high);
    if (!(low <= high)) return false;
    bead.low = low;
    bead.high = high;
    bead.two = !negative.empty();
    bead.count = positive.size() + negative.size();
    fill(positive, low, high, bead.positive);
    fill(negative, low, high, bead.negative);
    const double most = std::max(*std::max_element(bead.positive.begin(), bead.positive.end()), *std::max_element(bead.negative.begin(), bead.negative.end()));
    for (Bars* bars : {&bead.positive, &bead.negative})
        for (double& b : *bars) b /= most;
    return true;
}

// Where a layer shows what it computes: its tap, else its loss, else what its weights write.
std::string wireOf(const Circuit& circuit, const std::vector<Mark>& marks, int layer) {
    for (const Mark::Kind kind : {Mark::Kind::Tap, Mark::Kind::LocalLoss})
        for (const Mark& m : marks)
            if (m.kind == kind && m.layer == layer && circuit.wire(m.wire) != nullptr) return m.wire;
    for (const Mark& m : marks)
        if (m.kind == Mark::Kind::Writer && m.layer == layer)
            if (const Operation* op = circuit.operation(m.operation); op != nullptr && !op->out.empty()) return op->out.front();
    return {};
}

}  // namespace

std::map<std::string, Bead> makeBeads(const Snapshot& snapshot, const Circuit& circuit, const std::vector<Mark>& marks) {
    std::map<std::string, Bead> out;
    const std::size_t layers = snapshot.layers ? snapshot.layers->size() : 0;
    for (std::size_t layer = 0; layer < layers; ++layer) {
        const std::string wire = wireOf(circuit, marks, static_cast<int>(layer));
        if (wire.empty()) continue;
        Bead bead;
        bool made = false;
        for (const auto& [channel, values] : snapshot.channels) {
            if (made || snapshot.rule == nullptr || channel < 0 || static_cast<std::size_t>(channel) >= snapshot.rule->channels.size()) continue;
            const ChannelSpec& spec = snapshot.rule->channels[static_cast<std::size_t>(channel)];
            if (spec.kind != ChannelKind::Distributions || spec.scope != ChannelScope::Layer || layer >= values.size()) continue;
            made = beadOf(values[layer].positive, values[layer].negative, bead);
            bead.title = spec.title;
            bead.threshold = values[layer].threshold;
            bead.step = values[layer].step;
        }
        if (!made && snapshot.representations && layer < snapshot.representations->layers.size()) {
            const Matrix& activity = snapshot.representations->layers[layer];
            const auto size = static_cast<std::size_t>(activity.size());
            std::vector<float> some;
            for (std::size_t i = 0; i < size; i += std::max<std::size_t>(1, size / kMostNumbers)) some.push_back(static_cast<float>(activity.data()[i]));
            made = beadOf(some, {}, bead);
            bead.title = "activity";
            bead.threshold = std::numeric_limits<double>::quiet_NaN();
            bead.step = snapshot.representations->step;
        }
        if (made) out.emplace(wire, bead);
    }
    return out;
}

}  // namespace lab

#include "widgets/circuit/LiveValues.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kKeep = 0.9;  // of the last value, per snapshot

double meanOf(const std::vector<float>& v) {
    double sum = 0.0;
    for (const float x : v) sum += double(x);
    return v.empty() ? 0.0 : sum / double(v.size());
}

// 1e-6 of the weights per step is the least that is seen moving, 1e-1 the most.
double flowOf(double ratio) { return !(ratio > 0.0) ? 0.0 : std::clamp((std::log10(ratio) + 6.0) / 5.0, 0.0, 1.0); }

}  // namespace

void LiveFeed::clear() {
    m_values = {};
    m_largest.clear();
}

const LiveValues& LiveFeed::take(const Snapshot& s, const Circuit& circuit, const std::vector<Mark>& marks) {
    if (s.run != m_run) {
        clear();
        m_run = s.run;
    }
    m_values.step = s.step;

    // Glow: ranks, so that layers of different scale can be compared; slow, so that it does not flicker.
    if (!s.wireActivity.empty()) {
        std::vector<std::pair<double, std::string>> order;
        bool broken = false;
        for (const auto& [wire, value] : s.wireActivity) {
            if (std::isfinite(value)) order.emplace_back(value, wire);
            else broken = true;
        }
        std::sort(order.begin(), order.end());
        std::map<std::string, double> glow;
        for (std::size_t i = 0; i < order.size(); ++i) {
            const double rank = order.size() > 1 ? double(i) / double(order.size() - 1) : 1.0;
            const auto before = m_values.glow.find(order[i].second);
            glow[order[i].second] = before == m_values.glow.end() || !std::isfinite(before->second)
                                        ? rank : kKeep * before->second + (1.0 - kKeep) * rank;
        }
        m_values.broken.clear();
        if (broken)
            for (const Operation* op : circuit.ordered())
                for (const std::string& w : op->out) {
                    const auto value = s.wireActivity.find(w);
                    if (value == s.wireActivity.end() || std::isfinite(value->second)) continue;
                    if (m_values.broken.empty()) m_values.broken = w;
                }
        if (!m_values.broken.empty()) glow[m_values.broken] = std::numeric_limits<double>::quiet_NaN();
        m_values.glow = std::move(glow);
        m_values.mean = s.wireActivity;
    }

    // Gauges of the losses that the diagram shows.
    if (s.rule != nullptr)
        for (const Mark& m : marks) {
            if (m.kind != Mark::Kind::LocalLoss || m.channel.empty()) continue;
            const auto& specs = s.rule->channels;
            const auto spec = std::find_if(specs.begin(), specs.end(), [&](const ChannelSpec& c) { return c.id == m.channel; });
            if (spec == specs.end()) continue;
            const int layer = spec->scope == ChannelScope::Network ? 0 : std::max(0, m.layer);
            const std::pair<std::string, int> key{m.channel, m.layer};
            GaugeValue gauge;
            if (spec->kind == ChannelKind::Distributions) {
                const auto values = s.channels.find(int(spec - specs.begin()));
                if (values == s.channels.end() || std::size_t(layer) >= values->second.size()) continue;
                const ChannelValue& v = values->second[std::size_t(layer)];
                if (v.positive.empty() && v.negative.empty()) continue;
                gauge.two = true;
                gauge.positive = meanOf(v.positive);
                gauge.negative = meanOf(v.negative);
                gauge.threshold = v.threshold;
            } else if (spec->kind == ChannelKind::Scalar && s.evaluations && !s.evaluations->empty()) {
                const auto& scalars = s.evaluations->back().layerScalars;
                const auto values = scalars.find(m.channel);
                if (values != scalars.end() && std::size_t(layer) < values->second.size()) gauge.positive = values->second[std::size_t(layer)];
                else if (m.layer < 0) gauge.positive = s.evaluations->back().trainLoss;
                else continue;
            } else {
                continue;
            }
            double& largest = m_largest[key];
            for (const double x : {gauge.positive, gauge.negative, gauge.threshold})
                if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
            gauge.full = largest > 0.0 ? 1.15 * largest : 1.0;
            m_values.gauges[key] = gauge;
        }

    if (!s.alignment.empty()) {
        m_values.flow.clear();
        m_values.ratio.clear();
        for (const LayerAlignment& a : s.alignment) {
            const double ratio = a.figures.parameterNorm > 0.0 ? a.figures.updateNorm / a.figures.parameterNorm : 0.0;
            m_values.ratio[a.layer] = std::max(ratio, m_values.ratio[a.layer]);
            m_values.flow[a.layer] = flowOf(m_values.ratio[a.layer]);
        }
    }
    if (!s.reads.empty()) {
        m_values.reads.clear();
        m_values.local.clear();
        for (const UpdateReads& r : s.reads) {
            auto& list = m_values.reads[r.layer];
            for (const std::string& what : r.reads)
                if (std::find(list.begin(), list.end(), what) == list.end()) list.push_back(what);
            const auto it = m_values.local.find(r.layer);
            m_values.local[r.layer] = r.localInSpace && (it == m_values.local.end() || it->second);
        }
    }
    return m_values;
}

}  // namespace lab

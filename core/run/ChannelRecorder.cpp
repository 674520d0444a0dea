#include "core/run/ChannelRecorder.h"

#include "core/base/Assert.h"

#include <cmath>

namespace lab {

namespace {

// Enough rows for two lines of tiles; more would be copied at every frame for nothing.
constexpr Index kImageRows = 64;

}  // namespace

ChannelRecorder::ChannelRecorder(const std::vector<ChannelSpec>& channels, int layers, const std::vector<RuleLayer>& layerInfos,
                                 History& history)
    : m_channels(channels), m_layers(std::max(layers, 1)), m_history(history) {
    const std::size_t slots = channels.size() * static_cast<std::size_t>(m_layers);
    m_series.assign(slots, -1);
    m_means.resize(slots);
    m_values.resize(slots);
    for (std::size_t c = 0; c < channels.size(); ++c) {
        const ChannelSpec& spec = channels[c];
        if (spec.kind != ChannelKind::Scalar) continue;
        const int count = spec.scope == ChannelScope::Layer ? layers : 1;
        for (int l = 0; l < count; ++l) {
            const bool layered = spec.scope == ChannelScope::Layer;
            m_series[slot(static_cast<int>(c), l)] =
                history.add({spec.id, spec.title, spec.symbol, spec.unit, "channel_" + spec.id, layered ? l : -1,
                             layered ? layerInfos[static_cast<std::size_t>(l)].title : std::string(), spec.logarithmic});
        }
    }
}

std::size_t ChannelRecorder::slot(int channel, int layer) const {
    LAB_ASSERT(channel >= 0 && channel < static_cast<int>(m_channels.size()));
    LAB_ASSERT(layer >= -1 && layer < m_layers);
    return static_cast<std::size_t>(channel) * static_cast<std::size_t>(m_layers) + static_cast<std::size_t>(std::max(layer, 0));
}

void ChannelRecorder::beginStep(std::int64_t step, const ProbeRequest& request) {
    m_step = step;
    m_request = request;
}

bool ChannelRecorder::wants(int channel) const {
    switch (m_channels[static_cast<std::size_t>(channel)].kind) {
        case ChannelKind::Scalar: return true;
        case ChannelKind::Distributions:
        case ChannelKind::Values: return m_request.channels;
        case ChannelKind::Images: return m_request.images;
    }
    return false;
}

void ChannelRecorder::scalar(int channel, int layer, double value) {
    const std::size_t at = slot(channel, layer);
    LAB_ASSERT(m_series[at] >= 0);
    m_history.append(m_series[at], static_cast<double>(m_step + 1), value);
    if (!std::isfinite(value)) return;
    m_means[at].sum += value;
    ++m_means[at].count;
}

void ChannelRecorder::distributions(int channel, int layer, std::span<const double> positive, std::span<const double> negative,
                                    double threshold) {
    ChannelValue& v = m_values[slot(channel, layer)];
    v.positive.assign(positive.begin(), positive.end());
    v.negative.assign(negative.begin(), negative.end());
    v.threshold = threshold;
    v.step = m_step;
}

void ChannelRecorder::values(int channel, int layer, std::span<const double> values) {
    ChannelValue& v = m_values[slot(channel, layer)];
    v.values.assign(values.begin(), values.end());
    v.step = m_step;
}

void ChannelRecorder::images(int channel, const ConstMatrixMap& rows, std::span<const std::string> captions,
                             std::span<const std::uint8_t> flags) {
    ImageStrip& strip = m_images[channel];
    const Index kept = std::min(rows.rows(), kImageRows);
    strip.rows = rows.topRows(kept);
    strip.captions.assign(captions.begin(), captions.begin() + std::min<std::ptrdiff_t>(kept, static_cast<std::ptrdiff_t>(captions.size())));
    strip.flags.assign(flags.begin(), flags.begin() + std::min<std::ptrdiff_t>(kept, static_cast<std::ptrdiff_t>(flags.size())));
    for (const std::uint8_t flag : flags) strip.flagged += flag != 0 ? 1 : 0;
    strip.seen += static_cast<std::int64_t>(flags.size());
}

std::map<std::string, std::vector<double>> ChannelRecorder::takeMeans() {
    std::map<std::string, std::vector<double>> out;
    for (std::size_t c = 0; c < m_channels.size(); ++c) {
        if (m_channels[c].kind != ChannelKind::Scalar) continue;
        const int count = m_channels[c].scope == ChannelScope::Layer ? m_layers : 1;
        std::vector<double>& values = out[m_channels[c].id];
        for (int l = 0; l < count; ++l) {
            Mean& mean = m_means[slot(static_cast<int>(c), l)];
            values.push_back(mean.count > 0 ? mean.sum / static_cast<double>(mean.count) : std::nan(""));
            mean = {};
        }
    }
    return out;
}

void ChannelRecorder::copyTo(Snapshot& snapshot) const {
    for (std::size_t c = 0; c < m_channels.size(); ++c) {
        const ChannelKind kind = m_channels[c].kind;
        if (kind != ChannelKind::Distributions && kind != ChannelKind::Values) continue;
        const int count = m_channels[c].scope == ChannelScope::Layer ? m_layers : 1;
        std::vector<ChannelValue>& values = snapshot.channels[static_cast<int>(c)];
        for (int l = 0; l < count; ++l) values.push_back(m_values[slot(static_cast<int>(c), l)]);
    }
    if (m_request.images) snapshot.images = m_images;
}

}  // namespace lab

// Collects what a rule publishes: scalars into curves and running means, larger things (distributions, vectors, images)
// as last published, and only while somebody asked for them.
#pragma once

#include "core/record/Snapshot.h"

namespace lab {

class ChannelRecorder final : public ChannelSink {
public:
    ChannelRecorder(const std::vector<ChannelSpec>& channels, int layers, const std::vector<RuleLayer>& layerInfos, History& history);

    void observe(const ProbeRequest& request) { m_request = request; }
    void beginStep(std::int64_t step, const ProbeRequest& request);

    bool wants(int channel) const override;
    void scalar(int channel, int layer, double value) override;
    void distributions(int channel, int layer, std::span<const double> positive, std::span<const double> negative,
                       double threshold) override;
    void values(int channel, int layer, std::span<const double> values) override;
    void images(int channel, const ConstMatrixMap& rows, std::span<const std::string> captions,
                std::span<const std::uint8_t> flags) override;

    // Means of the scalar channels since the last call, by channel id, one entry per layer (one for network scope).
    std::map<std::string, std::vector<double>> takeMeans();
    void copyTo(Snapshot& snapshot) const;

private:
    struct Mean { double sum = 0; std::int64_t count = 0; };
    std::size_t slot(int channel, int layer) const;

    const std::vector<ChannelSpec>& m_channels;
    int m_layers;
    History& m_history;
    std::vector<int> m_series;    // channel * layers + layer -> series; -1 where not a scalar
    std::vector<Mean> m_means;
    std::vector<ChannelValue> m_values;
    std::map<int, ImageStrip> m_images;
    ProbeRequest m_request;
    std::int64_t m_step = 0;
};

}  // namespace lab

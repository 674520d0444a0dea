#include "core/rules/LayerTasks.h"

#include "core/base/Assert.h"

namespace lab {

bool SharedChannels::wants(int channel) const {
    std::lock_guard lock(m_mutex);
    return m_sink.wants(channel);
}

void SharedChannels::scalar(int channel, int layer, double value) {
    std::lock_guard lock(m_mutex);
    m_sink.scalar(channel, layer, value);
}

void SharedChannels::distributions(int channel, int layer, std::span<const double> positive,
                                   std::span<const double> negative, double threshold) {
    std::lock_guard lock(m_mutex);
    m_sink.distributions(channel, layer, positive, negative, threshold);
}

void SharedChannels::values(int channel, int layer, std::span<const double> values) {
    std::lock_guard lock(m_mutex);
    m_sink.values(channel, layer, values);
}

void SharedChannels::images(int channel, const ConstMatrixMap& rows, std::span<const std::string> captions,
                            std::span<const std::uint8_t> flags) {
    std::lock_guard lock(m_mutex);
    m_sink.images(channel, rows, captions, flags);
}

LayerTasks::LayerTasks(int layers, std::vector<int> groups) : m_layers(layers), m_groups(std::move(groups)) {}

void LayerTasks::addLayers(int after) {
    m_forward = m_graph.size();
    for (int l = 0; l < m_layers; ++l) {
        m_graph.add();
        if (l > 0)
            m_graph.wait(forward(l), forward(l - 1));
        else if (after >= 0)
            m_graph.wait(forward(l), after);
    }
    for (int l = 0; l < m_layers; ++l) m_graph.add({forward(l)});
}

}  // namespace lab

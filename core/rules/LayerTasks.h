// What rules that run layers side by side have in common: the tasks of a step (a forward pass of every layer, each after
// the one below, and an update of every layer, each after its own forward pass), and one door to the recorder for all.
#pragma once

#include "core/math/TaskGraph.h"
#include "core/rules/LearningRule.h"

#include <mutex>

namespace lab {

// Lets tasks publish at the same time. What one layer publishes stays in its order.
class SharedChannels final : public ChannelSink {
public:
    explicit SharedChannels(ChannelSink& sink) : m_sink(sink) {}
    bool wants(int channel) const override;
    void scalar(int channel, int layer, double value) override;
    void distributions(int channel, int layer, std::span<const double> positive, std::span<const double> negative,
                       double threshold) override;
    void values(int channel, int layer, std::span<const double> values) override;
    void images(int channel, const ConstMatrixMap& rows, std::span<const std::string> captions,
                std::span<const std::uint8_t> flags) override;

private:
    ChannelSink& m_sink;
    mutable std::mutex m_mutex;
};

class LayerTasks {
public:
    // `groups`: the updater's groups in the order in which a step that takes the layers in turn applies them.
    LayerTasks(int layers, std::vector<int> groups);

    // For tasks of the rule's own, before run().
    TaskGraph& graph() { return m_graph; }
    // Forward passes come before updates in number: what other layers wait for is done first.
    int forward(int layer) const { return m_forward + layer; }
    int update(int layer) const { return m_forward + m_layers + layer; }
    // Adds the tasks of the layers; the first forward pass waits for `after` (-1: for nothing).
    void addLayers(int after);

    // Runs a step: work(task, context) for every task, on any thread, the context as good as the step's own. A step that is
    // watched runs in order.
    template <class Work>
    void run(StepContext& context, Work&& work) {
        if (context.tracer != nullptr) return m_graph.runInOrder([&](int task) { work(task, context); });
        SharedChannels channels(context.channels);
        StepContext shared{context.pool, context.updater, channels, nullptr, context.seed, context.step,
                           context.epoch, context.plannedEpochs, nullptr};
        context.updater.beginSideBySide();
        m_graph.run(context.pool, [&](int task) { work(task, shared); });
        context.updater.endSideBySide(m_groups);
    }

private:
    int m_layers;
    int m_forward = 0;
    std::vector<int> m_groups;
    TaskGraph m_graph;
};

}  // namespace lab

// Which arrays share memory, which operations run together, and where errors go on the way back.
#include "core/network/NetworkCompiler.h"

#include <algorithm>
#include <numeric>

namespace lab {

void NetworkCompiler::share() {
    const std::size_t count = m_state.arrays.size();
    m_state.valueSlot.resize(count);
    m_state.adjointSlot.resize(count);
    std::iota(m_state.valueSlot.begin(), m_state.valueSlot.end(), 0);
    std::iota(m_state.adjointSlot.begin(), m_state.adjointSlot.end(), 0);
    const auto at = [](std::vector<int>& list, int i) -> int& { return list[static_cast<std::size_t>(i)]; };
    for (std::size_t i = 0; i < m_state.nodes.size(); ++i) {
        Network::State::Node& node = m_state.nodes[i];
        const NodeInfo& info = m_state.infos[i];
        if (info.in.empty() || info.out.empty()) {
            // What enters is put there by the caller; what else begins by itself has something to write.
            node.skipForward = info.out.empty() || findOperation(info.kind)->rule == AxisRule::Source;
            node.skipBackward = info.out.empty() || info.blocks.empty();
            continue;
        }
        if (node.kernel->view()) {
            node.skipForward = true;
            for (const int out : info.out) at(m_state.valueSlot, out) = at(m_state.valueSlot, info.in.front());
        }
        // A pointwise function behind a linear map runs while the map's tile is in the cache.
        if (i > 0 && node.kernel->activation() != nullptr && !node.kernel->view() && info.stage >= 0 &&
            info.stage == m_state.infos[i - 1].stage && m_state.infos[i - 1].out == info.in &&
            m_state.nodes[i - 1].kernel->fuse(*node.kernel->activation())) {
            m_state.nodes[i - 1].activated = info.out.front();
            node.skipForward = true;
        }
    }
    for (std::size_t i = m_state.nodes.size(); i-- > 0;) {
        const NodeInfo& info = m_state.infos[i];
        if (info.in.empty() || info.out.empty() || !m_state.nodes[i].kernel->passesAdjoint()) continue;
        m_state.nodes[i].skipBackward = true;
        for (const int in : info.in) at(m_state.adjointSlot, in) = at(m_state.adjointSlot, info.out.front());
    }
    m_state.valueSize.assign(count, 0);
    m_state.adjointSize.assign(count, 0);
    for (std::size_t a = 0; a < count; ++a) {
        Index& value = m_state.valueSize[static_cast<std::size_t>(m_state.valueSlot[a])];
        Index& adjoint = m_state.adjointSize[static_cast<std::size_t>(m_state.adjointSlot[a])];
        value = std::max(value, m_state.arrays[a].size);
        adjoint = std::max(adjoint, m_state.arrays[a].size);
    }
}

void NetworkCompiler::planBackward() {
    const std::size_t blocks = m_state.store.blocks().size();
    m_state.all.assign(blocks, 1);
    for (const Stage& stage : m_state.stages) {
        std::vector<char> written(blocks, 0);
        for (int i = stage.lastNode; i-- > stage.firstNode;) {
            m_state.nodes[static_cast<std::size_t>(i)].addBlock = written;
            for (const int block : m_state.infos[static_cast<std::size_t>(i)].blocks)
                written[static_cast<std::size_t>(block)] = 1;
        }
        std::vector<char> learned(m_state.arrays.size(), 0);  // something learned stands in front, inside the stage
        for (int i = stage.firstNode; i < stage.lastNode; ++i) {
            const NodeInfo& info = m_state.infos[static_cast<std::size_t>(i)];
            Network::State::Node& node = m_state.nodes[static_cast<std::size_t>(i)];
            bool any = !info.blocks.empty();
            for (const int in : info.in) {
                node.wanted.push_back(learned[static_cast<std::size_t>(in)]);
                any = any || learned[static_cast<std::size_t>(in)];
            }
            for (const int out : info.out) learned[static_cast<std::size_t>(out)] = any;
        }
    }
}

}  // namespace lab

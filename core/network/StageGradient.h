// Gradients of one stage at a time, for rules that apply each stage's gradient before they form the next one: memory for the
// largest stage instead of the whole parameter vector.
#pragma once

#include "core/network/Network.h"

#include <algorithm>
#include <cstdint>

namespace lab {

class StageGradient {
public:
    // Memory for one stage alone.
    explicit StageGradient(const Stage& stage) { m_values.resize(static_cast<std::size_t>(stage.paramCount)); }

    explicit StageGradient(const Network& network) {
        Index largest = 0;
        for (const Stage& stage : network.stages()) largest = std::max(largest, stage.paramCount);
        m_values.resize(static_cast<std::size_t>(largest));
    }

    // An address to be used like that of a gradient of the whole parameter vector, valid for this stage's parameters only:
    // behind its paramOffset stands this object's memory.
    Real* of(const Stage& stage) {
        // In whole numbers: the address itself may lie outside of any array.
        return reinterpret_cast<Real*>(reinterpret_cast<std::uintptr_t>(m_values.data()) -
                                       static_cast<std::uintptr_t>(stage.paramOffset) * sizeof(Real));
    }

    std::size_t bytes() const { return m_values.size() * sizeof(Real); }

private:
    Buffer m_values;
};

}  // namespace lab

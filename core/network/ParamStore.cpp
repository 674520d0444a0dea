#include "core/network/ParamStore.h"

#include "core/base/Assert.h"

namespace lab {

int ParamStore::add(ParamBlock block) {
    LAB_ASSERT(find(block.name) < 0);
    Index count = 1;
    for (const Index d : block.shape) {
        LAB_ASSERT(d >= 0);
        count *= d;
    }
    block.count = count;
    block.offset = size();
    m_values.resize(m_values.size() + static_cast<std::size_t>(count), Real(0));
    m_blocks.push_back(std::move(block));
    return static_cast<int>(m_blocks.size()) - 1;
}

int ParamStore::find(const std::string& name) const {
    for (std::size_t i = 0; i < m_blocks.size(); ++i)
        if (m_blocks[i].name == name) return static_cast<int>(i);
    return -1;
}

Index ParamStore::trainedCount() const {
    Index count = 0;
    for (const ParamBlock& block : m_blocks)
        if (block.trained) count += block.count;
    return count;
}

}  // namespace lab

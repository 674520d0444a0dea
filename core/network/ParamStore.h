// Named parameters that view into one contiguous vector: optimisers and fingerprints see one array, files see names.
#pragma once

#include "core/base/Fingerprint.h"
#include "core/math/Types.h"

#include <span>
#include <string>

namespace lab {

struct ParamBlock {
    std::string name;       // as PyTorch would name it in a state_dict: "l1.weight", "bn1.running_mean"
    std::string title;      // for people, in label markup: "W_1"
    std::string operation;  // circuit operation id, or "" for a rule's own parameters
    std::vector<Index> shape;  // as PyTorch: linear weight {out, in}, conv weight {out, in, k, k}, bias {out}
    Index offset = 0;       // into the store's vector
    Index count = 0;
    Index fanIn = 0;        // for initialisation and scaling
    Index fanOut = 0;
    int layer = -1;         // stage index of the network, or the rule's layer; -1 = none
    bool weight = false;    // a weight matrix or kernel: weight decay applies; false for biases, gains, statistics
    bool trained = true;    // false: running statistics and fixed random matrices; saved, never given to an optimiser
};

class ParamStore {
public:
    // Adds a block at the end. The values are zero. Names must be unique.
    int add(ParamBlock block);

    // Gives back the memory that growing has left over. Pointers into the values are no longer valid.
    void fit() { m_values.shrink_to_fit(); }

    void setTitle(int block, std::string title) { m_blocks[static_cast<std::size_t>(block)].title = std::move(title); }

    void setOperation(int block, std::string id) { m_blocks[static_cast<std::size_t>(block)].operation = std::move(id); }

    const std::vector<ParamBlock>& blocks() const { return m_blocks; }
    const ParamBlock& block(int i) const { return m_blocks[static_cast<std::size_t>(i)]; }
    int find(const std::string& name) const;  // -1 if there is none

    Index size() const { return static_cast<Index>(m_values.size()); }
    Real* data() { return m_values.data(); }
    const Real* data() const { return m_values.data(); }
    Real* data(int block) { return data() + m_blocks[static_cast<std::size_t>(block)].offset; }
    const Real* data(int block) const { return data() + m_blocks[static_cast<std::size_t>(block)].offset; }
    std::span<Real> view(int block) { return {data(block), static_cast<std::size_t>(m_blocks[static_cast<std::size_t>(block)].count)}; }
    std::span<const Real> view(int block) const {
        return {data(block), static_cast<std::size_t>(m_blocks[static_cast<std::size_t>(block)].count)};
    }

    void addTo(Fingerprint& fingerprint) const { fingerprint.add(m_values.data(), m_values.size() * sizeof(Real)); }
    Index trainedCount() const;

private:
    Buffer m_values;
    std::vector<ParamBlock> m_blocks;
};

}  // namespace lab

// The roofline of a training step on this machine: the matrix products that the rule's equations ask for, run bare, one
// after the other with nothing in between, and the optimiser's bytes moved through the memory.
#pragma once

#include "core/math/Pool.h"
#include "core/network/Network.h"

#include <string>
#include <vector>

namespace lab {

// One product of a step. Rows count samples times positions.
struct BareProduct {
    enum class Kind { Forward, Input, Gradient };
    Kind kind = Kind::Forward;
    Index rows = 0, in = 0, out = 0;
    double flops() const { return 2.0 * static_cast<double>(rows) * static_cast<double>(in) * static_cast<double>(out); }
};

// A pass over the layers: which product, over how many copies of the batch.
struct PassOver {
    BareProduct::Kind kind = BareProduct::Kind::Forward;
    Index copies = 1;
};

class Roofline {
public:
    // The products of `passes` over the network's learned maps (with or without its read-out), for `batch` samples. An input
    // gradient is not counted for the first map. `moments` are the optimiser's arrays beside parameters and gradient.
    Roofline(const Network& network, const std::vector<PassOver>& passes, bool readout, Index batch, int moments);

    double flops() const;            // of one step
    double bytes() const;            // that the optimiser moves in one step
    // Runs one step's worth of work.
    void run(Pool& pool);

private:
    std::vector<BareProduct> m_products;
    Index m_weights = 0;
    std::vector<Buffer> m_values;    // inputs and outputs, by map
    std::vector<std::size_t> m_map;  // product -> map
    std::vector<Buffer> m_weight, m_gradient;
    std::vector<std::vector<Buffer>> m_moments;
};

struct MachineSpeed {
    double gigaflops = 0;  // one thread, product of 512 x 1000 x 1000
    double gigabytes = 0;  // one thread, read and write of arrays beyond the caches, per second
};
MachineSpeed measureMachine();

}  // namespace lab

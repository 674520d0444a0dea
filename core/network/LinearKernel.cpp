// Linear map: y = W x + b along the axes that it reads; axes that pass by share the weights.
// Gradients: dW = sum over rows of dy x^T, db = sum of dy, dx = W^T dy.
#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"
#include "core/math/Init.h"
#include "core/network/Kernel.h"

namespace lab {

namespace {

class LinearKernel final : public Kernel {
public:
    LinearKernel(const ArraySplit& split, Index units, BlockAt weight, BlockAt bias, std::string init)
        : m_split(split), m_units(units), m_weight(weight), m_bias(bias), m_init(std::move(init)) {
        blocks.push_back(weight.block);
        if (bias) blocks.push_back(bias.block);
    }

    void initialise(ParamStore& store, std::uint64_t seed) const override {
        const ParamBlock& block = store.block(m_weight.block);
        initialiseWeights(m_init, store.data() + m_weight.offset, block.count, block.fanIn, block.fanOut, seed,
                          static_cast<std::uint64_t>(m_weight.block));
        if (m_bias)
            initialiseBias(m_init, store.data() + m_bias.offset, m_units, block.fanIn, seed,
                           static_cast<std::uint64_t>(m_bias.block));
    }

    double macs() const override {
        return static_cast<double>(m_split.outer * m_split.inner) * static_cast<double>(m_split.target * m_units);
    }
    bool dense() const override { return m_split.outer == 1 && m_split.inner == 1; }

    bool fuse(const FusedActivation& activation) override {
        if (m_split.inner != 1) return false;
        m_activation = activation;
        return true;
    }

    void forward(const KernelRun& run) const override {
        const Real* w = run.parameters + m_weight.offset;
        const Real* b = m_bias ? run.parameters + m_bias.offset : nullptr;
        if (m_split.inner == 1) {
            Real* y = run.out[0];
            gemmThen(run.pool, Transpose::No, Transpose::Yes, run.rows * m_split.outer, m_units, m_split.target, 1,
                     run.in[0], m_split.target, w, m_split.target, 0, y, m_units,
                     [&](Index i, Index rows, Index j, Index cols) {
                         Real* tile = y + i * m_units + j;
                         const Real* bias = b == nullptr ? nullptr : b + j;
                         if (run.activated != nullptr)
                             activateRows(m_activation.f, m_activation.slope, bias, tile, run.activated + i * m_units + j,
                                          rows, cols, m_units);
                         else if (bias != nullptr)
                             addRow(bias, tile, rows, cols, m_units);
                     });
            return;
        }
        // One small product per row of outer axes: Y (units x inner) = W X (target x inner).
        run.pool.run(run.rows * m_split.outer, [&](Index i) {
            Real* y = run.out[0] + i * m_units * m_split.inner;
            gemmSerial(Transpose::No, Transpose::No, m_units, m_split.inner, m_split.target, 1, w, m_split.target,
                       run.in[0] + i * m_split.target * m_split.inner, m_split.inner, 0, y, m_split.inner);
            if (b == nullptr) return;
            for (Index u = 0; u < m_units; ++u)
                for (Index p = 0; p < m_split.inner; ++p) y[u * m_split.inner + p] += b[u];
        });
    }

    void backward(const KernelRun& run) const override {
        if (run.gradient != nullptr) gradient(run);
        if (run.inAdjoint[0] == nullptr) return;
        const Real* w = (run.transport != nullptr ? run.transport : run.parameters) + m_weight.offset;
        if (m_split.inner == 1) {
            productBackward(run.pool, run.rows * m_split.outer, m_split.target, m_units, run.outAdjoint[0], w, 0,
                            run.inAdjoint[0]);
            return;
        }
        run.pool.run(run.rows * m_split.outer, [&](Index i) {
            gemmSerial(Transpose::Yes, Transpose::No, m_split.target, m_split.inner, m_units, 1, w, m_split.target,
                       run.outAdjoint[0] + i * m_units * m_split.inner, m_split.inner, 0,
                       run.inAdjoint[0] + i * m_split.target * m_split.inner, m_split.inner);
        });
    }

private:
    void gradient(const KernelRun& run) const {
        Real* dw = run.gradient + m_weight.offset;
        Real* db = m_bias ? run.gradient + m_bias.offset : nullptr;
        const Real* dy = run.outAdjoint[0];
        const Real* x = run.in[0];
        const Index samples = run.rows * m_split.outer;
        if (m_split.inner == 1) {
            gemmThen(run.pool, Transpose::Yes, Transpose::No, m_units, m_split.target, samples, 1, dy, m_units, x,
                     m_split.target, run.beta(m_weight.block), dw, m_split.target,
                     [&](Index i, Index units, Index j, Index) {
                         if (db != nullptr && j == 0)
                             columnSums(dy + i, samples, units, m_units, run.beta(m_bias.block), db + i);
                     });
            return;
        }
        // Each tile owns a range of units and goes through the samples in order.
        constexpr Index kUnits = 16;
        run.pool.ranges(m_units, kUnits, [&](Index first, Index last) {
            for (Index i = 0; i < samples; ++i) {
                const Real* d = dy + (i * m_units + first) * m_split.inner;
                gemmSerial(Transpose::No, Transpose::Yes, last - first, m_split.target, m_split.inner, 1, d, m_split.inner,
                           x + i * m_split.target * m_split.inner, m_split.inner,
                           i == 0 ? run.beta(m_weight.block) : Real(1), dw + first * m_split.target, m_split.target);
                if (db == nullptr) continue;
                for (Index u = first; u < last; ++u) {
                    const Real part = static_cast<Real>(sum(d + (u - first) * m_split.inner, m_split.inner));
                    db[u] = (i == 0 && run.beta(m_bias.block) == 0 ? Real(0) : db[u]) + part;
                }
            }
        });
    }

    ArraySplit m_split;
    Index m_units;
    BlockAt m_weight;
    BlockAt m_bias;
    std::string m_init;
    FusedActivation m_activation;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makeLinearKernel(const KernelBuild& build) {
    const Result<ArraySplit> in = splitLayout(build.in[0], build.targetIn, build.operation);
    if (!in) return in.error();
    const Result<ArraySplit> out = splitLayout(build.out[0], build.targetOut, build.operation);
    if (!out) return out.error();
    if (in->outer != out->outer || in->inner != out->inner)
        return Error{"LAB-NET-106", "the new axis stands in another place among the axes that pass by than the old one",
                     displayName(build.operation), "put the new axis where the old one was"};
    const Index units = out->target;
    ParamBlock block;
    block.shape = {units, in->target};
    block.fanIn = in->target;
    block.fanOut = units;
    block.weight = true;
    const Result<BlockAt> weight = build.addBlock("weight", block);
    if (!weight) return weight.error();
    BlockAt bias;
    if (build.params.flag("bias")) {
        block.shape = {units};
        block.weight = false;
        const Result<BlockAt> added = build.addBlock("bias", block);
        if (!added) return added.error();
        bias = *added;
    }
    return std::unique_ptr<Kernel>(new LinearKernel(*in, units, *weight, bias, build.params.text("init")));
}

}  // namespace lab

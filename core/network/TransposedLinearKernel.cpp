// The weights W (units x in) of a linear map used the other way round: y = W^T x + b, with x on the units' side.
// Gradients: dW = sum over rows of x dy^T, db = sum of dy, dx = W dy.
#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"
#include "core/math/Init.h"
#include "core/network/Kernel.h"

#include <algorithm>

namespace lab {

namespace {

class TransposedLinearKernel final : public Kernel {
public:
    TransposedLinearKernel(const ArraySplit& split, Index made, BlockAt weight, BlockAt bias, std::string init)
        : m_split(split), m_made(made), m_weight(weight), m_bias(bias), m_init(std::move(init)) {
        blocks.push_back(weight.block);
        if (bias) blocks.push_back(bias.block);
    }

    void initialise(ParamStore& store, std::uint64_t seed) const override {
        initialiseWeights(m_init, store.data() + m_weight.offset, store.block(m_weight.block).count, m_split.target, m_made, seed,
                          static_cast<std::uint64_t>(m_weight.block));
        if (m_bias)
            initialiseBias(m_init, store.data() + m_bias.offset, m_made, m_split.target, seed, static_cast<std::uint64_t>(m_bias.block));
    }

    double macs() const override {
        return static_cast<double>(m_split.outer * m_split.inner) * static_cast<double>(m_split.target * m_made);
    }

    void forward(const KernelRun& run) const override {
        const Real* w = run.parameters + m_weight.offset;
        const Real* b = m_bias ? run.parameters + m_bias.offset : nullptr;
        const Index in = m_split.target, inner = m_split.inner;
        if (inner == 1) {
            const Index rows = run.rows * m_split.outer;
            Real* y = run.out[0];
            gemmThen(run.pool, Transpose::No, Transpose::No, rows, m_made, in, 1, run.in[0], in, w, m_made, 0, y, m_made,
                     [&](Index i, Index height, Index j, Index width) {
                         if (b != nullptr) addRow(b + j, y + i * m_made + j, height, width, m_made);
                     });
            return;
        }
        run.pool.run(run.rows * m_split.outer, [&](Index i) {
            Real* y = run.out[0] + i * m_made * inner;
            gemmSerial(Transpose::Yes, Transpose::No, m_made, inner, in, 1, w, m_made, run.in[0] + i * in * inner, inner, 0, y, inner);
            for (Index u = 0; b != nullptr && u < m_made; ++u)
                for (Index p = 0; p < inner; ++p) y[u * inner + p] += b[u];
        });
    }

    void backward(const KernelRun& run) const override {
        const Index in = m_split.target, inner = m_split.inner, samples = run.rows * m_split.outer;
        if (run.gradient != nullptr) gradient(run);
        if (run.inAdjoint[0] == nullptr) return;
        const Real* w = (run.transport != nullptr ? run.transport : run.parameters) + m_weight.offset;
        if (inner == 1) {
            gemm(run.pool, Transpose::No, Transpose::Yes, samples, in, m_made, 1, run.outAdjoint[0], m_made, w, m_made, 0, run.inAdjoint[0], in);
            return;
        }
        run.pool.run(samples, [&](Index i) {
            gemmSerial(Transpose::No, Transpose::No, in, inner, m_made, 1, w, m_made, run.outAdjoint[0] + i * m_made * inner, inner, 0,
                       run.inAdjoint[0] + i * in * inner, inner);
        });
    }

private:
    void gradient(const KernelRun& run) const {
        const Index in = m_split.target, inner = m_split.inner, samples = run.rows * m_split.outer;
        Real* dw = run.gradient + m_weight.offset;
        Real* db = m_bias ? run.gradient + m_bias.offset : nullptr;
        const Real beta = run.beta(m_weight.block);
        if (inner == 1) {
            gemm(run.pool, Transpose::Yes, Transpose::No, in, m_made, samples, 1, run.in[0], in, run.outAdjoint[0], m_made, beta, dw, m_made);
            if (db != nullptr) columnSums(run.outAdjoint[0], samples, m_made, m_made, run.beta(m_bias.block), db);
            return;
        }
        // Each tile owns a range of rows of W and goes through the samples in order.
        run.pool.ranges(in, 16, [&](Index first, Index last) {
            for (Index i = 0; i < samples; ++i)
                gemmSerial(Transpose::No, Transpose::Yes, last - first, m_made, inner, 1, run.in[0] + (i * in + first) * inner, inner,
                           run.outAdjoint[0] + i * m_made * inner, inner, i == 0 ? beta : Real(1), dw + first * m_made, m_made);
        });
        for (Index u = 0; db != nullptr && u < m_made; ++u) {
            double total = run.beta(m_bias.block) == 0 ? 0.0 : static_cast<double>(db[u]);
            for (Index i = 0; i < samples; ++i) total += sum(run.outAdjoint[0] + (i * m_made + u) * inner, inner);
            db[u] = static_cast<Real>(total);
        }
    }

    ArraySplit m_split;
    Index m_made;
    BlockAt m_weight, m_bias;
    std::string m_init;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makeTransposedLinearKernel(const KernelBuild& build) {
    const Result<ArraySplit> in = splitLayout(build.in[0], build.targetIn, build.operation);
    if (!in) return in.error();
    const Result<ArraySplit> out = splitLayout(build.out[0], build.targetOut, build.operation);
    if (!out) return out.error();
    if (in->outer != out->outer || in->inner != out->inner)
        return Error{"LAB-NET-106", "the new axis stands in another place among the axes that pass by than the old one",
                     displayName(build.operation), "put the new axis where the old one was"};
    ParamBlock block;
    block.shape = {in->target, out->target};
    block.fanIn = out->target;
    block.fanOut = in->target;
    block.weight = true;
    const Result<BlockAt> weight = build.addBlock("weight", block);
    if (!weight) return weight.error();
    BlockAt bias;
    if (build.params.flag("bias")) {
        block.shape = {out->target};
        block.weight = false;
        block.operation = build.operation.id;  // the map that it shares weights with has a bias of its own
        const Result<BlockAt> added = build.addBlock("bias", block);
        if (!added) return added.error();
        bias = *added;
    }
    return std::unique_ptr<Kernel>(new TransposedLinearKernel(*in, out->target, *weight, bias, build.params.text("init")));
}

}  // namespace lab

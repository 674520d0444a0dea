// Einsum: y = f * sum over the indices that do not come out of the product of all operands. The adjoint of an operand is
// the same kind of product, of the adjoint of y and the other operands.
#include "core/circuit/Einsum.h"
#include "core/network/EinsumPlan.h"
#include "core/network/Kernel.h"

#include <cmath>

namespace lab {

namespace {

class EinsumKernel final : public Kernel {
public:
    EinsumKernel(Real factor, EinsumPlan forward, std::vector<EinsumPlan> backward, std::vector<Index> sizes, Index outSize)
        : m_factor(factor), m_forward(std::move(forward)), m_backward(std::move(backward)), m_sizes(std::move(sizes)), m_outSize(outSize) {
        m_scratch = m_forward.scratch();
        for (const EinsumPlan& plan : m_backward) m_scratch = std::max(m_scratch, plan.scratch());
    }

    Index scratch(Index capacity) const override { return capacity * m_scratch; }
    double macs() const override { return m_forward.products(); }

    void forward(const KernelRun& run) const override {
        run.pool.run(run.rows, [&](Index row) {
            const Real* in[EinsumPlan::kMaxOperands];
            for (std::size_t k = 0; k < m_sizes.size(); ++k) in[k] = run.in[k] + row * m_sizes[k];
            m_forward.run(m_factor, in, run.out[0] + row * m_outSize, run.scratch + row * m_scratch);
        });
    }

    void backward(const KernelRun& run) const override {
        for (std::size_t k = 0; k < m_sizes.size(); ++k) {
            if (run.inAdjoint[k] == nullptr) continue;
            run.pool.run(run.rows, [&](Index row) {
                const Real* in[EinsumPlan::kMaxOperands];
                std::size_t n = 0;
                in[n++] = run.outAdjoint[0] + row * m_outSize;
                for (std::size_t other = 0; other < m_sizes.size(); ++other)
                    if (other != k) in[n++] = run.in[other] + row * m_sizes[other];
                m_backward[k].run(m_factor, in, run.inAdjoint[k] + row * m_sizes[k], run.scratch + row * m_scratch);
            });
        }
    }

private:
    Real m_factor;
    EinsumPlan m_forward;
    std::vector<EinsumPlan> m_backward;
    std::vector<Index> m_sizes;
    Index m_outSize;
    Index m_scratch = 0;
};

// Strides of an array per index; the axes of a wire stand in the layout in another order, bundles side by side.
Result<EinsumPlan::Operand> operandOf(const KernelBuild& build, const ArrayLayout& layout, const std::vector<std::string>& axes,
                                      const std::vector<int>& wiring, std::vector<Index>& sizes, bool& diagonal) {
    EinsumPlan::Operand out;
    out.stride.assign(sizes.size(), 0);
    out.has.assign(sizes.size(), 0);
    out.size = layout.size();
    for (std::size_t i = 0; i < axes.size(); ++i) {
        Index size = 1, stride = 0, behind = 1;
        for (std::size_t d = layout.dimensions.size(); d-- > 0;) {
            if (layout.dimensions[d].axis == axes[i]) {
                if (stride == 0) stride = behind;
                size *= layout.dimensions[d].size;
            }
            behind *= layout.dimensions[d].size;
        }
        const std::size_t index = static_cast<std::size_t>(wiring[i]);
        if (sizes[index] != 0 && sizes[index] != size)
            return Error{"LAB-NET-113", "an index of the wiring has " + std::to_string(sizes[index]) + " places in one array and " +
                                            std::to_string(size) + " in another",
                         displayName(build.operation), "give both axes the same size"};
        sizes[index] = size;
        diagonal = diagonal || out.has[index] != 0;
        out.has[index] = 1;
        out.stride[index] += stride;
    }
    return out;
}

}  // namespace

Result<std::unique_ptr<Kernel>> makeEinsumKernel(const KernelBuild& build) {
    const Circuit& circuit = *build.circuit;
    const Operation& op = build.operation;
    const Result<EinsumWiring> wiring = einsumWiring(circuit, op);
    if (!wiring) return Error{wiring.error().code, wiring.error().message, displayName(op), wiring.error().hint};
    if (op.in.size() > EinsumPlan::kMaxOperands || wiring->indices.size() > EinsumPlan::kMaxIndices)
        return Error{"LAB-NET-113", "it has more than 16 operands or 24 indices", displayName(op), "multiply in steps"};
    std::vector<Index> sizes(wiring->indices.size(), 0);
    std::vector<EinsumPlan::Operand> in;
    std::vector<char> twice(op.in.size(), 0);
    bool anyTwice = false;
    for (std::size_t k = 0; k < op.in.size(); ++k) {
        bool diagonal = false;
        Result<EinsumPlan::Operand> operand =
            operandOf(build, build.in[k], axesWithoutBatch(circuit, circuit.wire(op.in[k])->axes), wiring->in[k], sizes, diagonal);
        if (!operand) return operand.error();
        twice[k] = diagonal;
        anyTwice = anyTwice || diagonal;
        in.push_back(*std::move(operand));
    }
    bool outTwice = false;
    const Result<EinsumPlan::Operand> out = operandOf(build, build.out[0], axesWithoutBatch(circuit, circuit.wire(op.out.front())->axes),
                                                      wiring->out, sizes, outTwice);
    if (!out) return out.error();
    double factor = wiring->scale;
    if (wiring->scaleIndex >= 0)
        factor *= std::pow(static_cast<double>(sizes[static_cast<std::size_t>(wiring->scaleIndex)]), wiring->scalePower);
    std::vector<EinsumPlan> backward;
    std::vector<Index> inSizes;
    for (std::size_t k = 0; k < in.size(); ++k) {
        std::vector<EinsumPlan::Operand> others = {*out};
        for (std::size_t other = 0; other < in.size(); ++other)
            if (other != k) others.push_back(in[other]);
        backward.emplace_back(sizes, others, in[k], anyTwice);
        inSizes.push_back(in[k].size);
    }
    return std::unique_ptr<Kernel>(new EinsumKernel(static_cast<Real>(factor), EinsumPlan(sizes, in, *out, anyTwice), std::move(backward),
                                                    std::move(inSizes), out->size));
}

}  // namespace lab

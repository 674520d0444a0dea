// Softmax along the axes that it reads: y_i = exp(x_i - max) / sum, dx = y (dy - sum_j y_j dy_j).
#include "core/math/ScalarFunctions.h"
#include "core/network/Kernel.h"

#include <algorithm>

namespace lab {

namespace {

class SoftmaxKernel final : public Kernel {
public:
    explicit SoftmaxKernel(const ArraySplit& split) : m_split(split) {}

    void forward(const KernelRun& run) const override {
        each(run, [&](Index at) {
            const Real* x = run.in[0] + at;
            Real* y = run.out[0] + at;
            Real top = x[0];
            for (Index t = 1; t < m_split.target; ++t) top = std::max(top, x[t * m_split.inner]);
            double total = 0;
            for (Index t = 0; t < m_split.target; ++t) {
                y[t * m_split.inner] = expOf(x[t * m_split.inner] - top);
                total += static_cast<double>(y[t * m_split.inner]);
            }
            const Real scale = static_cast<Real>(1 / total);
            for (Index t = 0; t < m_split.target; ++t) y[t * m_split.inner] *= scale;
        });
    }

    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        each(run, [&](Index at) {
            const Real* y = run.out[0] + at;
            const Real* dy = run.outAdjoint[0] + at;
            Real* dx = run.inAdjoint[0] + at;
            double mixed = 0;
            for (Index t = 0; t < m_split.target; ++t)
                mixed += static_cast<double>(y[t * m_split.inner]) * static_cast<double>(dy[t * m_split.inner]);
            const Real mean = static_cast<Real>(mixed);
            for (Index t = 0; t < m_split.target; ++t)
                dx[t * m_split.inner] = y[t * m_split.inner] * (dy[t * m_split.inner] - mean);
        });
    }

private:
    template <class Work>
    void each(const KernelRun& run, Work&& work) const {
        const Index groups = m_split.outer * m_split.inner;
        const Index sample = groups * m_split.target;
        constexpr Index kRows = 32;
        if (m_split.target == 0) return;
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row)
                for (Index g = 0; g < groups; ++g)
                    work(row * sample + g / m_split.inner * m_split.target * m_split.inner + g % m_split.inner);
        });
    }

    ArraySplit m_split;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makeSoftmaxKernel(const KernelBuild& build) {
    const Result<ArraySplit> split = splitLayout(build.in[0], build.targetIn, build.operation);
    if (!split) return split.error();
    return std::unique_ptr<Kernel>(new SoftmaxKernel(*split));
}

}  // namespace lab

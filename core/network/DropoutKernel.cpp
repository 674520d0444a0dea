// Dropout: in training y = m x / (1 - r) with m drawn per (seed, step, operation, row, element); otherwise y = x. The mask
// is drawn again on the way back instead of being kept.
#include "core/math/Elementwise.h"
#include "core/network/Kernel.h"

#include <algorithm>

namespace lab {

namespace {

class DropoutKernel final : public Kernel {
public:
    DropoutKernel(Index size, double rate) : m_size(size), m_rate(rate) {}

    void forward(const KernelRun& run) const override { apply(run, run.in[0], run.out[0]); }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] != nullptr) apply(run, run.outAdjoint[0], run.inAdjoint[0]);
    }

private:
    void apply(const KernelRun& run, const Real* from, Real* to) const {
        const bool active = run.mode->training && m_rate > 0;
        const Stream stream(run.mode->seed, Purpose::Dropout, run.mode->step, static_cast<std::uint64_t>(run.node));
        const std::uint64_t threshold = static_cast<std::uint64_t>(m_rate * 0x1.0p53);
        const Real scale = static_cast<Real>(1 / (1 - m_rate));
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index begin, Index end) {
            if (!active) {
                std::copy(from + begin, from + end, to + begin);
                return;
            }
            for (Index i = begin; i < end; ++i) {
                const bool dropped = (stream.bitsAt(static_cast<std::uint64_t>(i)) >> 11) < threshold;
                to[i] = dropped ? Real(0) : from[i] * scale;
            }
        });
    }

    Index m_size;
    double m_rate;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makeDropoutKernel(const KernelBuild& build) {
    return std::unique_ptr<Kernel>(new DropoutKernel(build.in[0].size(), build.params.number("rate")));
}

}  // namespace lab

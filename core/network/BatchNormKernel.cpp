// Batch norm: per channel over the batch and everything else, y = g (x - mean) r + b with r = 1 / sqrt(var + eps) and the
// biased variance. Outside training the running statistics take the place of mean and variance. They move by a tenth of
// the way, the variance unbiased. Training, u = g dy over all n values of the channel:
//   dx = r (u - mean u - xh mean(u xh)),  dg = sum dy xh,  db = sum dy.     Otherwise dx = r u.
#include "core/math/Elementwise.h"
#include "core/network/Kernel.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr Real kMomentum = Real(0.1);
constexpr Index kChannels = 16;  // channels of a tile

class BatchNormKernel final : public Kernel {
public:
    BatchNormKernel(const ArraySplit& split, double eps, BlockAt gain, BlockAt offset, BlockAt mean, BlockAt variance)
        : m_split(split), m_eps(eps), m_gain(gain), m_offset(offset), m_mean(mean), m_variance(variance) {
        for (const BlockAt& at : {gain, offset, mean, variance})
            if (at) blocks.push_back(at.block);
    }

    void initialise(ParamStore& store, std::uint64_t) const override {
        if (m_gain) std::fill_n(store.data() + m_gain.offset, m_split.target, Real(1));
        if (m_offset) std::fill_n(store.data() + m_offset.offset, m_split.target, Real(0));
        std::fill_n(store.data() + m_mean.offset, m_split.target, Real(0));
        std::fill_n(store.data() + m_variance.offset, m_split.target, Real(1));
    }

    // Mean and factor of every channel as the last forward pass used them.
    Index scratch(Index) const override { return 2 * m_split.target; }

    void forward(const KernelRun& run) const override {
        run.pool.ranges(m_split.target, kChannels, [&](Index begin, Index end) {
            Real* mean = run.scratch;
            Real* factor = run.scratch + m_split.target;
            if (run.mode->training)
                statistics(run, begin, end);
            else
                for (Index c = begin; c < end; ++c) {
                    mean[c] = run.parameters[m_mean.offset + c];
                    factor[c] = static_cast<Real>(
                        1 / std::sqrt(static_cast<double>(run.parameters[m_variance.offset + c]) + m_eps));
                }
            segments(run, begin, end, [&](Index at, Index c, Index count) {
                const Real* x = run.in[0] + at;
                Real* y = run.out[0] + at;
                const Real m = mean[c];
                const Real scale = factor[c] * (m_gain ? run.parameters[m_gain.offset + c] : Real(1));
                const Real shift = m_offset ? run.parameters[m_offset.offset + c] : Real(0);
                for (Index i = 0; i < count; ++i) y[i] = (x[i] - m) * scale + shift;
            });
        });
    }

    void backward(const KernelRun& run) const override {
        run.pool.ranges(m_split.target, kChannels, [&](Index begin, Index end) {
            const Real* mean = run.scratch;
            const Real* factor = run.scratch + m_split.target;
            double mixed[kChannels] = {}, plain[kChannels] = {};  // sums of dy xh and of dy
            segments(run, begin, end, [&](Index at, Index c, Index count) {
                const Real* x = run.in[0] + at;
                const Real* dy = run.outAdjoint[0] + at;
                double both = 0, one = 0;
                for (Index i = 0; i < count; ++i) {
                    const double d = static_cast<double>(dy[i]);
                    both += d * static_cast<double>((x[i] - mean[c]) * factor[c]);
                    one += d;
                }
                mixed[c - begin] += both;
                plain[c - begin] += one;
            });
            if (run.gradient != nullptr)
                for (Index c = begin; c < end; ++c) {
                    if (m_gain) put(run, m_gain, c, mixed[c - begin]);
                    if (m_offset) put(run, m_offset, c, plain[c - begin]);
                }
            Real* dx = run.inAdjoint[0];
            if (dx == nullptr) return;
            const double n = static_cast<double>(run.rows * m_split.outer * m_split.inner);
            segments(run, begin, end, [&](Index at, Index c, Index count) {
                const Real* x = run.in[0] + at;
                const Real* dy = run.outAdjoint[0] + at;
                const Real scale = factor[c] * (m_gain ? run.parameters[m_gain.offset + c] : Real(1));
                const Real shift = run.mode->training ? static_cast<Real>(plain[c - begin] / n) : Real(0);
                const Real pull = run.mode->training ? static_cast<Real>(mixed[c - begin] / n) * factor[c] : Real(0);
                for (Index i = 0; i < count; ++i) dx[at + i] = scale * (dy[i] - shift - (x[i] - mean[c]) * pull);
            });
        });
    }

private:
    // work(offset, channel, count): the neighbouring values of one channel, in order of rows.
    template <class Work>
    void segments(const KernelRun& run, Index begin, Index end, Work&& work) const {
        for (Index group = 0; group < run.rows * m_split.outer; ++group)
            for (Index c = begin; c < end; ++c) work((group * m_split.target + c) * m_split.inner, c, m_split.inner);
    }

    void put(const KernelRun& run, const BlockAt& at, Index c, double value) const {
        Real& g = run.gradient[at.offset + c];
        g = (run.beta(at.block) != Real(0) ? g : Real(0)) + static_cast<Real>(value);
    }

    // Mean first, then squared deviations: nothing cancels.
    void statistics(const KernelRun& run, Index begin, Index end) const {
        const double n = static_cast<double>(run.rows * m_split.outer * m_split.inner);
        double means[kChannels] = {}, squares[kChannels] = {};
        segments(run, begin, end, [&](Index at, Index c, Index count) {
            double s = 0;
            for (Index i = 0; i < count; ++i) s += static_cast<double>(run.in[0][at + i]);
            means[c - begin] += s;
        });
        for (double& mean : means) mean /= n;
        segments(run, begin, end, [&](Index at, Index c, Index count) {
            double s = 0;
            for (Index i = 0; i < count; ++i) {
                const double d = static_cast<double>(run.in[0][at + i]) - means[c - begin];
                s += d * d;
            }
            squares[c - begin] += s;
        });
        for (Index c = begin; c < end; ++c) {
            const double mean = means[c - begin], variance = squares[c - begin] / n;
            run.scratch[c] = static_cast<Real>(mean);
            run.scratch[m_split.target + c] = static_cast<Real>(1 / std::sqrt(variance + m_eps));
            if (run.statistics == nullptr) continue;
            Real& runningMean = run.statistics[m_mean.offset + c];
            Real& runningVariance = run.statistics[m_variance.offset + c];
            const Real unbiased = static_cast<Real>(squares[c - begin] / std::max(n - 1, 1.0));
            runningMean = (1 - kMomentum) * runningMean + kMomentum * static_cast<Real>(mean);
            runningVariance = (1 - kMomentum) * runningVariance + kMomentum * unbiased;
        }
    }

    ArraySplit m_split;
    double m_eps;
    BlockAt m_gain, m_offset, m_mean, m_variance;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makeBatchNormKernel(const KernelBuild& build, const ArraySplit& split) {
    ParamBlock block;
    block.shape = {split.target};
    block.fanIn = block.fanOut = 1;
    std::array<BlockAt, 4> at;
    const std::array<const char*, 4> names = {"weight", "bias", "running_mean", "running_var"};
    for (std::size_t i = build.params.flag("gain") ? 0 : 2; i < 4; ++i) {
        block.trained = i < 2;
        const Result<BlockAt> added = build.addBlock(names[i], block);
        if (!added) return added.error();
        at[i] = *added;
    }
    return std::unique_ptr<Kernel>(new BatchNormKernel(split, build.params.number("eps"), at[0], at[1], at[2], at[3]));
}

}  // namespace lab

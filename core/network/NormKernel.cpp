// Normalisation within a sample, over the axes that it reads (n numbers, x one group of them):
//   l2     y = x / (|x| + eps)                       dx = u / d - x (x . u) / (|x| d^2),  d = |x| + eps
//   rms    y = x r,  r = 1 / sqrt(mean x^2 + eps)     dx = r (u - xh mean(u xh)),  xh = x r
//   layer  y = (x - mean) r,  r = 1 / sqrt(var + eps) dx = r (u - mean u - xh mean(u xh))
// with a learned gain y <- g y (layer: + b), u = g dy, dg = sum dy xh, db = sum dy.
#include "core/math/Elementwise.h"
#include "core/network/Kernel.h"

#include <algorithm>
#include <cmath>

namespace lab {

Result<std::unique_ptr<Kernel>> makeBatchNormKernel(const KernelBuild& build, const ArraySplit& split);

namespace {

enum class NormType { Length, RootMeanSquare, Layer };

class NormKernel final : public Kernel {
public:
    NormKernel(const ArraySplit& split, NormType type, double eps, BlockAt gain, BlockAt offset)
        : m_split(split), m_type(type), m_eps(eps), m_gain(gain), m_offset(offset) {
        if (gain) blocks.push_back(gain.block);
        if (offset) blocks.push_back(offset.block);
    }

    void initialise(ParamStore& store, std::uint64_t) const override {
        if (m_gain) std::fill_n(store.data() + m_gain.offset, m_split.target, Real(1));
        if (m_offset) std::fill_n(store.data() + m_offset.offset, m_split.target, Real(0));
    }

    // Mean and factor of every group, from forward to backward.
    Index scratch(Index capacity) const override { return 2 * capacity * groups(); }

    void forward(const KernelRun& run) const override {
        const Real* gain = m_gain ? run.parameters + m_gain.offset : nullptr;
        const Real* offset = m_offset ? run.parameters + m_offset.offset : nullptr;
        each(run, [&](Index group, Index at) {
            const Real* x = run.in[0] + at;
            Real* y = run.out[0] + at;
            const double n = static_cast<double>(m_split.target);
            const double mean = m_type == NormType::Layer ? total(x) / n : 0;
            const double square = squares(x, mean);
            const double factor =
                m_type == NormType::Length ? 1 / (std::sqrt(square) + m_eps) : 1 / std::sqrt(square / n + m_eps);
            const Real m = run.scratch[2 * group] = static_cast<Real>(mean);
            const Real r = run.scratch[2 * group + 1] = static_cast<Real>(factor);
            const Index step = m_split.inner;
            if (gain == nullptr) {
                for (Index t = 0; t < m_split.target; ++t) y[t * step] = (x[t * step] - m) * r;
                return;
            }
            for (Index t = 0; t < m_split.target; ++t)
                y[t * step] = (x[t * step] - m) * r * gain[t] + (offset != nullptr ? offset[t] : Real(0));
        });
    }

    void backward(const KernelRun& run) const override {
        if (run.gradient != nullptr && m_gain) gradient(run);
        if (run.inAdjoint[0] == nullptr) return;
        const Real* gain = m_gain ? run.parameters + m_gain.offset : nullptr;
        each(run, [&](Index group, Index at) {
            const Real* x = run.in[0] + at;
            const Real* dy = run.outAdjoint[0] + at;
            Real* dx = run.inAdjoint[0] + at;
            const Index step = m_split.inner;
            const Real m = run.scratch[2 * group], r = run.scratch[2 * group + 1];
            double mixed = 0, plain = 0, square = 0;
            for (Index t = 0; t < m_split.target; ++t) {
                const double u = static_cast<double>(gain != nullptr ? dy[t * step] * gain[t] : dy[t * step]);
                const double c = static_cast<double>(x[t * step] - m);
                mixed += u * c;
                plain += u;
                square += c * c;
            }
            const double n = static_cast<double>(m_split.target);
            Real shift = 0, pull = 0;  // dx = r (u - shift - (x - m) pull)
            if (m_type == NormType::Length) {
                const double length = std::sqrt(square);
                pull = static_cast<Real>(length > 0 ? mixed * static_cast<double>(r) / length : 0);
            } else {
                pull = static_cast<Real>(mixed / n * static_cast<double>(r) * static_cast<double>(r));
                if (m_type == NormType::Layer) shift = static_cast<Real>(plain / n);
            }
            for (Index t = 0; t < m_split.target; ++t) {
                const Real u = gain != nullptr ? dy[t * step] * gain[t] : dy[t * step];
                dx[t * step] = r * (u - shift - (x[t * step] - m) * pull);
            }
        });
    }

private:
    Index groups() const { return m_split.outer * m_split.inner; }

    double total(const Real* x) const {
        if (m_split.inner == 1) return sum(x, m_split.target);
        double s = 0;
        for (Index t = 0; t < m_split.target; ++t) s += static_cast<double>(x[t * m_split.inner]);
        return s;
    }

    double squares(const Real* x, double mean) const {
        if (m_split.inner == 1 && mean == 0) return sumSquares(x, m_split.target);
        double s = 0;
        for (Index t = 0; t < m_split.target; ++t) {
            const double c = static_cast<double>(x[t * m_split.inner]) - mean;
            s += c * c;
        }
        return s;
    }

    // work(group number, offset of its first element), rows in fixed tiles.
    template <class Work>
    void each(const KernelRun& run, Work&& work) const {
        const Index sample = groups() * m_split.target;
        constexpr Index kRows = 16;
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row)
                for (Index g = 0; g < groups(); ++g)
                    work(row * groups() + g,
                         row * sample + g / m_split.inner * m_split.target * m_split.inner + g % m_split.inner);
        });
    }

    // Each tile owns a range of gains and goes through the groups in order.
    void gradient(const KernelRun& run) const {
        Real* dg = run.gradient + m_gain.offset;
        Real* db = m_offset ? run.gradient + m_offset.offset : nullptr;
        const Index sample = groups() * m_split.target;
        constexpr Index kGains = 64;
        run.pool.ranges(m_split.target, kGains, [&](Index begin, Index end) {
            double gains[kGains] = {}, offsets[kGains] = {};
            for (Index row = 0; row < run.rows; ++row)
                for (Index g = 0; g < groups(); ++g) {
                    const Index at = row * sample + g / m_split.inner * m_split.target * m_split.inner + g % m_split.inner;
                    const Real m = run.scratch[2 * (row * groups() + g)], r = run.scratch[2 * (row * groups() + g) + 1];
                    for (Index t = begin; t < end; ++t) {
                        const Index i = at + t * m_split.inner;
                        const double dy = static_cast<double>(run.outAdjoint[0][i]);
                        gains[t - begin] += dy * static_cast<double>((run.in[0][i] - m) * r);
                        offsets[t - begin] += dy;
                    }
                }
            for (Index t = begin; t < end; ++t) {
                const bool adds = run.beta(m_gain.block) != Real(0);
                dg[t] = (adds ? dg[t] : Real(0)) + static_cast<Real>(gains[t - begin]);
                if (db != nullptr) db[t] = (adds ? db[t] : Real(0)) + static_cast<Real>(offsets[t - begin]);
            }
        });
    }

    ArraySplit m_split;
    NormType m_type;
    double m_eps;
    BlockAt m_gain;
    BlockAt m_offset;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makeNormKernel(const KernelBuild& build) {
    const Result<ArraySplit> split = splitLayout(build.in[0], build.targetIn, build.operation);
    if (!split) return split.error();
    const std::string& name = build.params.text("type");
    if (name == "batch") return makeBatchNormKernel(build, *split);
    const NormType type = name == "l2" ? NormType::Length : name == "rms" ? NormType::RootMeanSquare : NormType::Layer;
    BlockAt gain, offset;
    if (build.params.flag("gain")) {
        ParamBlock block;
        block.shape = {split->target};
        block.fanIn = block.fanOut = 1;
        const Result<BlockAt> first = build.addBlock("weight", block);
        if (!first) return first.error();
        gain = *first;
        if (type == NormType::Layer) {
            const Result<BlockAt> second = build.addBlock("bias", block);
            if (!second) return second.error();
            offset = *second;
        }
    }
    return std::unique_ptr<Kernel>(new NormKernel(*split, type, build.params.number("eps"), gain, offset));
}

}  // namespace lab

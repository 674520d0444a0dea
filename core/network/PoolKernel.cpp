// Pooling: the largest value or the mean of every window, per channel. Padding never wins a maximum and counts as zero in
// a mean, as in PyTorch. The adjoint of a maximum goes to the first position that holds it.
#include "core/math/Pooling.h"
#include "core/network/WindowGeometryOf.h"

#include <limits>

namespace lab {

namespace {

class PoolKernel final : public Kernel {
public:
    PoolKernel(const ConvGeometry& geometry, bool maximum) : m_geometry(geometry), m_maximum(maximum) {}

    void forward(const KernelRun& run) const override {
        if (wholePairs()) {
            run.pool.ranges(run.rows * m_geometry.channels, grain(), [&](Index begin, Index end) {
                largestOfRowPairs(run.in[0] + begin * plane(), (end - begin) * m_geometry.outHeight(), m_geometry.width,
                                  run.out[0] + begin * outPlane());
            });
            return;
        }
        planes(
            run,
            [&](const Real* x, Real* y) {
                if (pairs()) {
                    for (Index i = 0; i < m_geometry.outHeight(); ++i)
                        largestOfPairs(x + 2 * i * m_geometry.width, x + (2 * i + 1) * m_geometry.width, y + i * m_geometry.outWidth(),
                                       m_geometry.outWidth());
                    return;
                }
                windows([&](Index out, Index top, Index bottom, Index left, Index right) {
                    if (m_maximum) {
                        Real best = -std::numeric_limits<Real>::infinity();
                        for (Index i = top; i < bottom; ++i)
                            for (Index j = left; j < right; ++j) {
                                const Real value = x[i * m_geometry.width + j];
                                best = value <= best ? best : value;  // NaN goes through
                            }
                        y[out] = best;
                    } else {
                        Real total = 0;
                        for (Index i = top; i < bottom; ++i)
                            for (Index j = left; j < right; ++j) total += x[i * m_geometry.width + j];
                        y[out] = total * share();
                    }
                });
            },
            run.in[0], run.out[0]);
    }

    void backward(const KernelRun& run) const override {
        Real* dx = run.inAdjoint[0];
        if (dx == nullptr) return;
        if (wholePairs()) {
            run.pool.ranges(run.rows * m_geometry.channels, grain(), [&](Index begin, Index end) {
                const Index at = begin * outPlane();
                largestOfRowPairsBackward(run.in[0] + begin * plane(), run.out[0] + at, run.outAdjoint[0] + at,
                                          (end - begin) * m_geometry.outHeight(), m_geometry.width, dx + begin * plane());
            });
            return;
        }
        planes(
            run,
            [&](const Real* x, Real* y) {
                const Real* dy = run.outAdjoint[0] + (y - run.out[0]);
                Real* d = dx + (x - run.in[0]);
                if (pairs()) {
                    pairsBackward(x, y, dy, d);
                    return;
                }
                std::fill(d, d + plane(), Real(0));
                windows([&](Index out, Index top, Index bottom, Index left, Index right) {
                    if (!m_maximum) {
                        const Real part = dy[out] * share();
                        for (Index i = top; i < bottom; ++i)
                            for (Index j = left; j < right; ++j) d[i * m_geometry.width + j] += part;
                        return;
                    }
                    for (Index i = top; i < bottom; ++i)
                        for (Index j = left; j < right; ++j)
                            if (x[i * m_geometry.width + j] == y[out]) {
                                d[i * m_geometry.width + j] += dy[out];
                                return;
                            }
                });
            },
            run.in[0], run.out[0]);
    }

private:
    // Windows of 2 x 2 that lie side by side.
    bool pairs() const {
        const ConvGeometry& g = m_geometry;
        return m_maximum && g.kernelHeight == 2 && g.kernelWidth == 2 && g.strideHeight == 2 && g.strideWidth == 2 &&
               g.padHeight == 0 && g.padWidth == 0;
    }

    // The same, and they cover the image: rows of all planes are one run of pairs.
    bool wholePairs() const { return pairs() && m_geometry.height % 2 == 0 && m_geometry.width % 2 == 0; }

    void pairsBackward(const Real* x, const Real* y, const Real* dy, Real* d) const {
        const Index width = m_geometry.width, across = m_geometry.outWidth(), down = m_geometry.outHeight();
        for (Index i = 0; i < down; ++i) {
            const Index top = 2 * i * width, bottom = top + width;
            largestOfPairsBackward(x + top, x + bottom, y + i * across, dy + i * across, d + top, d + bottom, across);
            if (2 * across < width) d[top + 2 * across] = d[bottom + 2 * across] = Real(0);  // a column without a window
        }
        std::fill(d + 2 * down * width, d + m_geometry.height * width, Real(0));
    }

    Real share() const { return Real(1) / static_cast<Real>(m_geometry.kernelHeight * m_geometry.kernelWidth); }

    template <class Work>
    void planes(const KernelRun& run, Work&& work, const Real* x, Real* y) const {
        run.pool.ranges(run.rows * m_geometry.channels, grain(), [&](Index begin, Index end) {
            for (Index p = begin; p < end; ++p) work(x + p * plane(), y + p * outPlane());
        });
    }

    Index plane() const { return m_geometry.height * m_geometry.width; }
    Index outPlane() const { return m_geometry.outHeight() * m_geometry.outWidth(); }
    // Planes of about 16 thousand numbers make a tile.
    Index grain() const { return std::max<Index>(1, 16384 / std::max<Index>(1, plane())); }

    // work(output position, first row, row behind, first column, column behind), cut off at the borders.
    template <class Work>
    void windows(Work&& work) const {
        const ConvGeometry& g = m_geometry;
        const Index down = g.outHeight(), across = g.outWidth();
        for (Index i = 0; i < down; ++i) {
            const Index y = i * g.strideHeight - g.padHeight;
            const Index top = std::max<Index>(y, 0), bottom = std::min(y + g.kernelHeight, g.height);
            for (Index j = 0; j < across; ++j) {
                const Index x = j * g.strideWidth - g.padWidth;
                work(i * across + j, top, bottom, std::max<Index>(x, 0), std::min(x + g.kernelWidth, g.width));
            }
        }
    }

    ConvGeometry m_geometry;
    bool m_maximum;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makePoolKernel(const KernelBuild& build) {
    const Result<ConvGeometry> geometry = windowGeometryOf(build);
    if (!geometry) return geometry.error();
    if (2 * geometry->padHeight > geometry->kernelHeight || 2 * geometry->padWidth > geometry->kernelWidth)
        return Error{"LAB-NET-113", "the padding is more than half of the kernel: some windows would hold nothing",
                     displayName(build.operation), "use less padding"};
    return std::unique_ptr<Kernel>(new PoolKernel(*geometry, build.params.text("fn") == "max"));
}

}  // namespace lab

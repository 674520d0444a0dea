// Windows with any dilation: convolution, transposed convolution, and the window alone. Samples are split into fixed groups,
// each with a buffer of its own for the unfolded window; gradients of the groups are added in order.
#include "core/math/Gemm.h"
#include "core/math/Init.h"
#include "core/network/Kernel.h"

#include <algorithm>

namespace lab {

namespace {

constexpr Index kGroups = 8;

// The side of the larger array (channels x height x width) and that of the places (outHeight x outWidth).
struct Taps {
    Index channels = 1, height = 1, width = 1;
    Index outHeight = 1, outWidth = 1;
    Index kernelHeight = 1, kernelWidth = 1;
    Index strideHeight = 1, strideWidth = 1;
    Index padHeight = 0, padWidth = 0;
    Index dilationHeight = 1, dilationWidth = 1;

    Index area() const { return kernelHeight * kernelWidth; }
    Index places() const { return outHeight * outWidth; }
    Index rows() const { return channels * area(); }
    Index size() const { return channels * height * width; }

    // Calls with (row of the unfolded array, place, offset in the larger array or -1 outside of it).
    template <class Work>
    void each(Work&& work) const {
        for (Index c = 0; c < channels; ++c)
            for (Index u = 0; u < kernelHeight; ++u)
                for (Index v = 0; v < kernelWidth; ++v) {
                    const Index row = (c * kernelHeight + u) * kernelWidth + v;
                    for (Index i = 0; i < outHeight; ++i) {
                        const Index y = i * strideHeight + u * dilationHeight - padHeight;
                        for (Index j = 0; j < outWidth; ++j) {
                            const Index x = j * strideWidth + v * dilationWidth - padWidth;
                            const bool inside = y >= 0 && y < height && x >= 0 && x < width;
                            work(row, i * outWidth + j, inside ? (c * height + y) * width + x : Index(-1));
                        }
                    }
                }
    }
    void unfold(const Real* array, Real* columns) const {
        each([&](Index row, Index place, Index at) { columns[row * places() + place] = at < 0 ? Real(0) : array[at]; });
    }
    // Adds every window back to where it came from; overwrites the array.
    void fold(const Real* columns, Real* array) const {
        std::fill(array, array + size(), Real(0));
        each([&](Index row, Index place, Index at) {
            if (at >= 0) array[at] += columns[row * places() + place];
        });
    }
};

// Height and width of a layout, 1 x 1 and 1 x n included.
struct Plane {
    Index height = 1, width = 1;
    bool rowsRead = false, columnsRead = false;
};

Result<Plane> planeOf(const ArrayLayout& layout, const std::vector<std::string>& targets, const Operation& operation) {
    std::vector<const ArrayLayout::Dimension*> positions;
    for (const ArrayLayout::Dimension& d : layout.dimensions)
        if (d.position) positions.push_back(&d);
    if (positions.empty() || positions.size() > 2)
        return Error{"LAB-NET-110", "it needs one or two position axes, its input has " + std::to_string(positions.size()),
                     displayName(operation), "give its input the axes of an image"};
    const auto reads = [&](const ArrayLayout::Dimension& d) {
        return std::find(targets.begin(), targets.end(), d.axis) != targets.end();
    };
    Plane plane;
    plane.width = positions.back()->size;
    plane.columnsRead = reads(*positions.back());
    if (positions.size() == 2) {
        plane.height = positions.front()->size;
        plane.rowsRead = reads(*positions.front());
    }
    return plane;
}

// `large` is read by the window, `small` has one place per window.
Result<Taps> tapsOf(const KernelBuild& build, bool transposed) {
    const WindowGeometry g = windowGeometry(build.operation);
    const Result<Plane> in = planeOf(build.in[0], build.targetIn, build.operation);
    if (!in) return in.error();
    const Result<Plane> out = planeOf(build.out[0], {}, build.operation);
    if (!out) return out.error();
    Taps taps;
    const Plane& large = transposed ? *out : *in;
    const Plane& small = transposed ? *in : *out;
    taps.channels = (transposed ? build.out[0] : build.in[0]).channels();
    taps.height = large.height;
    taps.width = large.width;
    taps.outHeight = small.height;
    taps.outWidth = small.width;
    if (in->columnsRead) {
        taps.kernelWidth = g.kernel;
        taps.strideWidth = g.stride;
        taps.padWidth = g.pad;
        taps.dilationWidth = g.dilation;
    }
    if (in->rowsRead) {
        taps.kernelHeight = g.kernel;
        taps.strideHeight = g.stride;
        taps.padHeight = g.pad;
        taps.dilationHeight = g.dilation;
    }
    const bool fits = (!in->columnsRead || g.outputSize(in->width) == out->width) && (!in->rowsRead || g.outputSize(in->height) == out->height);
    if (!fits)
        return Error{"LAB-NET-111", "its window does not fit its input", displayName(build.operation), "use a smaller kernel, or more padding"};
    return taps;
}

// Convolution: y = W unfold(x). Transposed: y = fold(W^T x), the same with both sides exchanged.
class TapKernel final : public Kernel {
public:
    TapKernel(const Taps& taps, Index channels, bool transposed, BlockAt weight, BlockAt bias, std::string init)
        : m_taps(taps), m_channels(channels), m_transposed(transposed), m_weight(weight), m_bias(bias), m_init(std::move(init)) {
        blocks.push_back(weight.block);
        if (bias) blocks.push_back(bias.block);
    }

    void initialise(ParamStore& store, std::uint64_t seed) const override {
        const ParamBlock& block = store.block(m_weight.block);
        initialiseWeights(m_init, store.data() + m_weight.offset, block.count, block.fanIn, block.fanOut, seed,
                          static_cast<std::uint64_t>(m_weight.block));
        if (m_bias)
            initialiseBias(m_init, store.data() + m_bias.offset, outChannels(), block.fanIn, seed, static_cast<std::uint64_t>(m_bias.block));
    }

    double macs() const override {
        return static_cast<double>(m_channels * m_taps.rows()) * static_cast<double>(m_taps.places());
    }

    // Per group: an unfolded sample, the kernel's gradient, the bias'.
    Index scratch(Index) const override { return kGroups * groupScratch(); }

    void forward(const KernelRun& run) const override {
        const Real* w = run.parameters + m_weight.offset;
        const Real* b = m_bias ? run.parameters + m_bias.offset : nullptr;
        const Index places = m_taps.places(), rows = m_taps.rows();
        grouped(run, [&](Index row, Real* columns, Index) {
            const Real* x = run.in[0] + row * inSize();
            Real* y = run.out[0] + row * outSize();
            if (m_transposed) {
                gemmSerial(Transpose::Yes, Transpose::No, rows, places, m_channels, 1, w, rows, x, places, 0, columns, places);
                m_taps.fold(columns, y);
            } else {
                m_taps.unfold(x, columns);
                gemmSerial(Transpose::No, Transpose::No, m_channels, places, rows, 1, w, rows, columns, places, 0, y, places);
            }
            const Index plane = outSize() / outChannels();
            for (Index c = 0; b != nullptr && c < outChannels(); ++c)
                for (Index i = 0; i < plane; ++i) y[c * plane + i] += b[c];
        });
    }

    void backward(const KernelRun& run) const override {
        const Real* w = (run.transport != nullptr ? run.transport : run.parameters) + m_weight.offset;
        const Index places = m_taps.places(), rows = m_taps.rows(), count = m_channels * rows;
        if (run.gradient != nullptr)
            for (Index g = 0; g < kGroups; ++g) {
                Real* own = run.scratch + g * groupScratch() + rows * places;
                std::fill(own, own + count + outChannels(), Real(0));
            }
        grouped(run, [&](Index row, Real* columns, Index) {
            const Real* x = run.in[0] + row * inSize();
            const Real* dy = run.outAdjoint[0] + row * outSize();
            Real* dx = run.inAdjoint[0] == nullptr ? nullptr : run.inAdjoint[0] + row * inSize();
            Real* dw = columns + rows * places;
            m_taps.unfold(m_transposed ? dy : x, columns);
            if (run.gradient != nullptr) {
                gemmSerial(Transpose::No, Transpose::Yes, m_channels, rows, places, 1, m_transposed ? x : dy, places, columns, places, 1, dw,
                           rows);
                Real* db = dw + count;
                const Index plane = outSize() / outChannels();
                for (Index c = 0; m_bias && c < outChannels(); ++c) {
                    double total = 0;
                    for (Index i = 0; i < plane; ++i) total += static_cast<double>(dy[c * plane + i]);
                    db[c] += static_cast<Real>(total);
                }
            }
            if (dx == nullptr) return;
            if (m_transposed) {
                gemmSerial(Transpose::No, Transpose::No, m_channels, places, rows, 1, w, rows, columns, places, 0, dx, places);
            } else {
                gemmSerial(Transpose::Yes, Transpose::No, rows, places, m_channels, 1, w, rows, dy, places, 0, columns, places);
                m_taps.fold(columns, dx);
            }
        });
        if (run.gradient == nullptr) return;
        collect(run, run.gradient + m_weight.offset, count, 0, run.beta(m_weight.block));
        if (m_bias) collect(run, run.gradient + m_bias.offset, outChannels(), count, run.beta(m_bias.block));
    }

private:
    Index inSize() const { return m_transposed ? m_channels * m_taps.places() : m_taps.size(); }
    Index outSize() const { return m_transposed ? m_taps.size() : m_channels * m_taps.places(); }
    Index outChannels() const { return m_transposed ? m_taps.channels : m_channels; }
    Index groupScratch() const { return m_taps.rows() * m_taps.places() + m_channels * m_taps.rows() + outChannels(); }

    template <class Work>
    void grouped(const KernelRun& run, Work&& work) const {
        run.pool.run(kGroups, [&](Index group) {
            Real* columns = run.scratch + group * groupScratch();
            for (Index row = run.rows * group / kGroups; row < run.rows * (group + 1) / kGroups; ++row) work(row, columns, group);
        });
    }
    void collect(const KernelRun& run, Real* to, Index count, Index offset, Real beta) const {
        for (Index i = 0; i < count; ++i) {
            double total = beta == 0 ? 0.0 : static_cast<double>(to[i]);
            for (Index g = 0; g < kGroups; ++g)
                total += static_cast<double>(run.scratch[g * groupScratch() + m_taps.rows() * m_taps.places() + offset + i]);
            to[i] = static_cast<Real>(total);
        }
    }

    Taps m_taps;
    Index m_channels;  // on the side of the places
    bool m_transposed;
    BlockAt m_weight, m_bias;
    std::string m_init;
};

// The window alone: one axis becomes positions and taps.
class WindowKernel final : public Kernel {
public:
    WindowKernel(std::vector<std::int32_t> from, Index inSize) : m_from(std::move(from)), m_inSize(inSize) {}

    void forward(const KernelRun& run) const override {
        const Index n = static_cast<Index>(m_from.size());
        run.pool.ranges(run.rows, 16, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row)
                for (Index i = 0; i < n; ++i) {
                    const std::int32_t at = m_from[static_cast<std::size_t>(i)];
                    run.out[0][row * n + i] = at < 0 ? Real(0) : run.in[0][row * m_inSize + at];
                }
        });
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        const Index n = static_cast<Index>(m_from.size());
        run.pool.ranges(run.rows, 16, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                Real* dx = run.inAdjoint[0] + row * m_inSize;
                std::fill(dx, dx + m_inSize, Real(0));
                for (Index i = 0; i < n; ++i)
                    if (const std::int32_t at = m_from[static_cast<std::size_t>(i)]; at >= 0) dx[at] += run.outAdjoint[0][row * n + i];
            }
        });
    }

private:
    std::vector<std::int32_t> m_from;  // -1: padding
    Index m_inSize;
};

Result<std::unique_ptr<Kernel>> makeTaps(const KernelBuild& build, bool transposed) {
    const Result<Taps> taps = tapsOf(build, transposed);
    if (!taps) return taps.error();
    for (const auto* side : {&build.in[0], &build.out[0]})
        for (const ArrayLayout::Dimension& d : side->dimensions) {
            const std::vector<std::string>& targets = side == &build.in[0] ? build.targetIn : build.targetOut;
            if (!d.position && d.size != 1 && std::find(targets.begin(), targets.end(), d.axis) == targets.end())
                return Error{"LAB-NET-112", "a feature axis passes by the convolution", displayName(build.operation),
                             "let it read all feature axes, or merge them first"};
        }
    const Index channels = (transposed ? build.in[0] : build.out[0]).channels();
    ParamBlock block;
    block.shape = {channels, taps->channels, taps->kernelHeight, taps->kernelWidth};
    block.fanIn = transposed ? channels * taps->area() : taps->rows();
    block.fanOut = transposed ? taps->channels * taps->area() : channels * taps->area();
    block.weight = true;
    const Result<BlockAt> weight = build.addBlock("weight", block);
    if (!weight) return weight.error();
    BlockAt bias;
    if (build.params.flag("bias")) {
        block.shape = {transposed ? taps->channels : channels};
        block.weight = false;
        const Result<BlockAt> added = build.addBlock("bias", block);
        if (!added) return added.error();
        bias = *added;
    }
    return std::unique_ptr<Kernel>(new TapKernel(*taps, channels, transposed, *weight, bias, build.params.text("init")));
}

}  // namespace

Result<std::unique_ptr<Kernel>> makeTappedConvKernel(const KernelBuild& build) {
    return windowGeometry(build.operation).dilation == 1 ? makeConvKernel(build) : makeTaps(build, false);
}

Result<std::unique_ptr<Kernel>> makeTransposedConvKernel(const KernelBuild& build) {
    return makeTaps(build, true);
}

Result<std::unique_ptr<Kernel>> makeWindowKernel(const KernelBuild& build) {
    const Operation& op = build.operation;
    const WindowGeometry g = windowGeometry(op);
    const std::string& source = build.targetIn.front();
    const std::string& place = op.targetOut.front();
    const std::string& tap = op.targetOut.back();
    // For every number of the result: places and taps give the place in the source, all else passes.
    const ArrayLayout& in = build.in[0];
    const ArrayLayout& out = build.out[0];
    std::vector<Index> stride(in.dimensions.size(), 1);
    for (std::size_t d = in.dimensions.size(); d-- > 1;) stride[d - 1] = stride[d] * in.dimensions[d].size;
    const auto nth = [](const ArrayLayout& layout, const std::string& axis, int n) {
        for (std::size_t d = 0; d < layout.dimensions.size(); ++d)
            if (layout.dimensions[d].axis == axis && n-- == 0) return static_cast<int>(d);
        return -1;
    };
    std::vector<std::int32_t> from(static_cast<std::size_t>(out.size()));
    std::vector<Index> at(out.dimensions.size(), 0);
    std::map<std::string, int> seen;
    std::vector<int> target(out.dimensions.size(), -1);
    std::vector<char> role(out.dimensions.size(), 0);  // 1 place, 2 tap
    for (std::size_t d = 0; d < out.dimensions.size(); ++d) {
        const std::string& axis = out.dimensions[d].axis;
        role[d] = axis == place ? 1 : axis == tap ? 2 : 0;
        target[d] = nth(in, role[d] != 0 ? source : axis, seen[axis]++);
        if (target[d] < 0 || (role[d] == 0 && in.dimensions[static_cast<std::size_t>(target[d])].size != out.dimensions[d].size))
            return Error{"LAB-NET-106", "the axes that leave are not those that arrive", displayName(op),
                         "give its wires the same axes but for the one that it slides over"};
    }
    std::vector<Index> where(in.dimensions.size());
    for (std::int32_t& f : from) {
        std::fill(where.begin(), where.end(), Index(0));
        for (std::size_t d = 0; d < at.size(); ++d) {
            Index& w = where[static_cast<std::size_t>(target[d])];
            w += role[d] == 1 ? at[d] * g.stride - g.pad : role[d] == 2 ? at[d] * g.dilation : at[d];
        }
        Index offset = 0;
        for (std::size_t d = 0; d < where.size(); ++d)
            offset = offset < 0 || where[d] < 0 || where[d] >= in.dimensions[d].size ? -1 : offset + where[d] * stride[d];
        f = static_cast<std::int32_t>(offset);
        for (std::size_t d = at.size(); d-- > 0;) {
            if (++at[d] < out.dimensions[d].size) break;
            at[d] = 0;
        }
    }
    return std::unique_ptr<Kernel>(new WindowKernel(std::move(from), in.size()));
}

}  // namespace lab

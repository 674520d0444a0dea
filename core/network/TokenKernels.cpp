// Embedding, learned offsets, masks, scaling, spikes, and sums, products or maxima of several arrays.
#include "core/base/Rng.h"
#include "core/math/Elementwise.h"
#include "core/network/Kernel.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr Index kRows = 16;
// Low enough that its exponential is zero beside any other; finite, so that differences stay numbers.
constexpr Real kForbidden = Real(-1e30);

// Row of the table for a number: the nearest token. What is no number at all is token 0.
Index tokenOf(Real value, Index tokens) {
    if (!(value > 0)) return 0;
    if (value >= static_cast<Real>(tokens - 1)) return tokens - 1;
    return static_cast<Index>(value + Real(0.5));
}

class EmbeddingKernel final : public Kernel {
public:
    EmbeddingKernel(Index places, Index width, Index outer, Index inner, Index tokens, BlockAt table, double deviation)
        : m_places(places), m_width(width), m_outer(outer), m_inner(inner), m_tokens(tokens), m_table(table), m_deviation(deviation) {
        blocks.push_back(table.block);
    }

    void initialise(ParamStore& store, std::uint64_t seed) const override {
        const Stream stream(seed, Purpose::Init, static_cast<std::uint64_t>(m_table.block));
        Real* table = store.data() + m_table.offset;
        for (Index i = 0; i < m_tokens * m_width; ++i)
            table[i] = static_cast<Real>(m_deviation * stream.normalAt(static_cast<std::uint64_t>(i)));
    }

    void forward(const KernelRun& run) const override {
        const Real* table = run.parameters + m_table.offset;
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row)
                for (Index o = 0; o < m_outer; ++o)
                    for (Index i = 0; i < m_inner; ++i) {
                        const Real* entry = table + tokenOf(run.in[0][row * m_places + o * m_inner + i], m_tokens) * m_width;
                        Real* y = run.out[0] + (row * m_outer + o) * m_width * m_inner + i;
                        for (Index m = 0; m < m_width; ++m) y[m * m_inner] = entry[m];
                    }
        });
    }

    void backward(const KernelRun& run) const override {
        // Tokens have no slope: nothing goes further down.
        if (run.inAdjoint[0] != nullptr) std::fill(run.inAdjoint[0], run.inAdjoint[0] + run.rows * m_places, Real(0));
        if (run.gradient == nullptr) return;
        Real* g = run.gradient + m_table.offset;
        const Real beta = run.beta(m_table.block);
        // Each tile owns columns of the table and goes through the samples in order.
        run.pool.ranges(m_width, 16, [&](Index first, Index last) {
            if (beta == 0)
                for (Index t = 0; t < m_tokens; ++t) std::fill(g + t * m_width + first, g + t * m_width + last, Real(0));
            for (Index row = 0; row < run.rows; ++row)
                for (Index o = 0; o < m_outer; ++o)
                    for (Index i = 0; i < m_inner; ++i) {
                        Real* entry = g + tokenOf(run.in[0][row * m_places + o * m_inner + i], m_tokens) * m_width;
                        const Real* dy = run.outAdjoint[0] + (row * m_outer + o) * m_width * m_inner + i;
                        for (Index m = first; m < last; ++m) entry[m] += dy[m * m_inner];
                    }
        });
    }

private:
    Index m_places, m_width, m_outer, m_inner, m_tokens;
    BlockAt m_table;
    double m_deviation;
};

// y = x + P, P over some of the dimensions.
class OffsetKernel final : public Kernel {
public:
    OffsetKernel(std::vector<std::int32_t> place, Index count, BlockAt block, double deviation)
        : m_place(std::move(place)), m_count(count), m_block(block), m_deviation(deviation) {
        blocks.push_back(block.block);
    }

    void initialise(ParamStore& store, std::uint64_t seed) const override {
        const Stream stream(seed, Purpose::Init, static_cast<std::uint64_t>(m_block.block));
        Real* p = store.data() + m_block.offset;
        for (Index i = 0; i < m_count; ++i) p[i] = static_cast<Real>(m_deviation * stream.normalAt(static_cast<std::uint64_t>(i)));
    }

    void forward(const KernelRun& run) const override {
        const Real* p = run.parameters + m_block.offset;
        const Index n = static_cast<Index>(m_place.size());
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row)
                for (Index i = 0; i < n; ++i) run.out[0][row * n + i] = run.in[0][row * n + i] + p[m_place[static_cast<std::size_t>(i)]];
        });
    }

    void backward(const KernelRun& run) const override {
        const Index n = static_cast<Index>(m_place.size());
        const Real* dy = run.outAdjoint[0];
        if (run.inAdjoint[0] != nullptr)
            run.pool.ranges(run.rows * n, kElementTile, [&](Index first, Index last) { std::copy(dy + first, dy + last, run.inAdjoint[0] + first); });
        if (run.gradient == nullptr) return;
        Real* g = run.gradient + m_block.offset;
        if (run.beta(m_block.block) == 0) std::fill(g, g + m_count, Real(0));
        for (Index row = 0; row < run.rows; ++row)
            for (Index i = 0; i < n; ++i) g[m_place[static_cast<std::size_t>(i)]] += dy[row * n + i];
    }

private:
    std::vector<std::int32_t> m_place;  // of the sample -> of the block
    Index m_count;
    BlockAt m_block;
    double m_deviation;
};

class MaskKernel final : public Kernel {
public:
    explicit MaskKernel(std::vector<char> allowed) : m_allowed(std::move(allowed)) {}

    void forward(const KernelRun& run) const override {
        each(run, [&](Index at, bool allowed) { run.out[0][at] = allowed ? run.in[0][at] : kForbidden; });
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        each(run, [&](Index at, bool allowed) { run.inAdjoint[0][at] = allowed ? run.outAdjoint[0][at] : Real(0); });
    }

private:
    template <class Work>
    void each(const KernelRun& run, Work&& work) const {
        const Index n = static_cast<Index>(m_allowed.size());
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row)
                for (Index i = 0; i < n; ++i) work(row * n + i, m_allowed[static_cast<std::size_t>(i)] != 0);
        });
    }

    std::vector<char> m_allowed;
};

class ScaleKernel final : public Kernel {
public:
    ScaleKernel(Index size, Real factor) : m_size(size), m_factor(factor) {}

    void forward(const KernelRun& run) const override {
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) run.out[0][i] = m_factor * run.in[0][i];
        });
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) run.inAdjoint[0][i] = m_factor * run.outAdjoint[0][i];
        });
    }

private:
    Index m_size;
    Real m_factor;
};

// s = 1 where u > threshold; the slope on the way down is 1 / (1 + a |u - threshold|)^2.
class SpikeKernel final : public Kernel {
public:
    SpikeKernel(Index size, Real threshold, Real slope) : m_size(size), m_threshold(threshold), m_slope(slope) {}

    void forward(const KernelRun& run) const override {
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) run.out[0][i] = run.in[0][i] > m_threshold ? Real(1) : Real(0);
        });
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) {
                const Real d = 1 + m_slope * std::abs(run.in[0][i] - m_threshold);
                run.inAdjoint[0][i] = run.outAdjoint[0][i] / (d * d);
            }
        });
    }

private:
    Index m_size;
    Real m_threshold, m_slope;
};

// Product or maximum of arrays of one shape. Of equal maxima the first one has the adjoint.
class FoldKernel final : public Kernel {
public:
    FoldKernel(Index size, bool product) : m_size(size), m_product(product) {}

    void forward(const KernelRun& run) const override {
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) {
                Real y = run.in[0][i];
                for (std::size_t k = 1; k < run.in.size(); ++k) y = m_product ? y * run.in[k][i] : std::max(y, run.in[k][i]);
                run.out[0][i] = y;
            }
        });
    }
    void backward(const KernelRun& run) const override {
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) {
                const Real dy = run.outAdjoint[0][i];
                std::size_t winner = 0;
                for (std::size_t k = 1; k < run.in.size(); ++k)
                    if (run.in[k][i] > run.in[winner][i]) winner = k;
                for (std::size_t k = 0; k < run.in.size(); ++k) {
                    if (run.inAdjoint[k] == nullptr) continue;
                    Real d = m_product || k == winner ? dy : Real(0);
                    for (std::size_t other = 0; m_product && other < run.in.size(); ++other)
                        if (other != k) d *= run.in[other][i];
                    run.inAdjoint[k][i] = d;
                }
            }
        });
    }

private:
    Index m_size;
    bool m_product;
};

// Position of every number of a sample on some axes, counted row-major over these axes in the order of `axes`.
std::vector<std::int32_t> placesOn(const ArrayLayout& layout, const std::vector<std::string>& axes, Index& count) {
    std::vector<Index> stride(layout.dimensions.size(), 0);
    count = 1;
    for (std::size_t a = axes.size(); a-- > 0;)
        for (std::size_t d = layout.dimensions.size(); d-- > 0;)
            if (layout.dimensions[d].axis == axes[a]) {
                stride[d] = count;
                count *= layout.dimensions[d].size;
            }
    std::vector<std::int32_t> out(static_cast<std::size_t>(layout.size()));
    for (std::size_t i = 0; i < out.size(); ++i) {
        Index rest = static_cast<Index>(i), place = 0;
        for (std::size_t d = layout.dimensions.size(); d-- > 0;) {
            place += rest % layout.dimensions[d].size * stride[d];
            rest /= layout.dimensions[d].size;
        }
        out[i] = static_cast<std::int32_t>(place);
    }
    return out;
}

}  // namespace

Result<std::unique_ptr<Kernel>> makeEmbeddingKernel(const KernelBuild& build) {
    const Operation& op = build.operation;
    Index tokens = static_cast<Index>(build.params.integer("tokens"));
    const std::string& type = build.circuit->wire(op.in.front())->dtype;
    if (tokens == 0 && type.rfind("int:", 0) == 0) {
        const auto it = build.sizes->size.find(type.substr(4));
        if (it != build.sizes->size.end()) tokens = it->second;
    }
    if (tokens < 1)
        return Error{"LAB-NET-115", "the number of different tokens is open", displayName(op), "set its number of tokens"};
    const Result<ArraySplit> split = splitLayout(build.out[0], op.targetOut, op);
    if (!split) return split.error();
    if (split->outer * split->inner != build.in[0].size() || !passesInOrder(build.in[0], {}, build.out[0], op.targetOut))
        return Error{"LAB-NET-106", "the axes that pass by stand in another order behind it than in front of it", displayName(op),
                     "give its wires the same order of axes"};
    ParamBlock block;
    block.shape = {tokens, split->target};
    block.fanIn = tokens;
    block.fanOut = split->target;
    block.weight = true;
    const Result<BlockAt> table = build.addBlock("weight", block);
    if (!table) return table.error();
    const double deviation = build.params.text("init") == "small_normal" ? 0.02 : 1.0;
    return std::unique_ptr<Kernel>(
        new EmbeddingKernel(build.in[0].size(), split->target, split->outer, split->inner, tokens, *table, deviation));
}

Result<std::unique_ptr<Kernel>> makeOffsetKernel(const KernelBuild& build) {
    Index count = 0;
    std::vector<std::int32_t> places = placesOn(build.in[0], build.targetIn, count);
    ParamBlock block;
    for (const std::string& axis : build.targetIn)
        for (const ArrayLayout::Dimension& d : build.in[0].dimensions)
            if (d.axis == axis) block.shape.push_back(d.size);
    block.fanIn = block.fanOut = count;
    block.title = "*P*";
    const Result<BlockAt> added = build.addBlock("offset", block);
    if (!added) return added.error();
    return std::unique_ptr<Kernel>(new OffsetKernel(std::move(places), count, *added, build.params.number("std")));
}

Result<std::unique_ptr<Kernel>> makeMaskKernel(const KernelBuild& build) {
    const auto sizeOf = [&](const std::string& axis) {
        Index n = 1;
        for (const ArrayLayout::Dimension& d : build.in[0].dimensions)
            if (d.axis == axis) n *= d.size;
        return n;
    };
    if (build.targetIn.size() != 2)
        return Error{"LAB-NET-116", "it must stand on two axes", displayName(build.operation), "choose rows and columns"};
    Index count = 0;
    const std::vector<std::int32_t> places = placesOn(build.in[0], build.targetIn, count);
    const Index columns = sizeOf(build.targetIn.back());
    const std::string& shape = build.params.text("shape");
    const Index width = static_cast<Index>(build.params.integer("width"));
    std::vector<char> allowed(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Index row = places[i] / columns, column = places[i] % columns;
        bool ok = column <= row;
        if (shape == "upper") ok = column >= row;
        if (shape == "band") ok = std::abs(column - row) <= width;
        if (shape == "block") ok = row / std::max<Index>(1, width) == column / std::max<Index>(1, width);
        allowed[i] = ok;
    }
    return std::unique_ptr<Kernel>(new MaskKernel(std::move(allowed)));
}

Result<std::unique_ptr<Kernel>> makeScaleKernel(const KernelBuild& build) {
    return std::unique_ptr<Kernel>(new ScaleKernel(build.in[0].size(), static_cast<Real>(build.params.number("factor"))));
}

Result<std::unique_ptr<Kernel>> makeSpikeKernel(const KernelBuild& build) {
    return std::unique_ptr<Kernel>(new SpikeKernel(build.in[0].size(), static_cast<Real>(build.params.number("threshold")),
                                                   static_cast<Real>(build.params.number("slope"))));
}

Result<std::unique_ptr<Kernel>> makeFoldKernel(const KernelBuild& build) {
    const std::string& fn = build.params.text("fn");
    if (fn == "add") return makeAddKernel(build);
    return std::unique_ptr<Kernel>(new FoldKernel(build.out[0].size(), fn == "mul"));
}

}  // namespace lab

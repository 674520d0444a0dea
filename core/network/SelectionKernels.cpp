// Kernels that pick places and put numbers into places, arrays that begin by themselves, axes that begin or change places.
#include "core/base/Rng.h"
#include "core/network/Places.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {

namespace {

constexpr Index kRows = 16;

// The place that a number means: the nearest one there is. What is no number at all means place 0.
Index placeOf(Real value, Index places) {
    if (!(value > 0)) return 0;
    if (value >= static_cast<Real>(places - 1)) return places - 1;
    return static_cast<Index>(value + Real(0.5));
}

// `small` has a number for every place of an array of places (and for all axes that run past it); it stands in `large` at
// base + place * stride. Taking reads large, putting adds into it.
struct PlaceMap {
    std::vector<std::int32_t> base;   // per number of `small`: where it stands in `large` for place 0
    std::vector<std::int32_t> named;  // per number of `small`: which number of the array of places names its place
    Index large = 0, places = 0;      // sizes: of `large`, of the array of places
    Index count = 0, stride = 0;      // of the axis
};

class PlaceKernel final : public Kernel {
public:
    PlaceKernel(PlaceMap map, bool puts) : m_map(std::move(map)), m_puts(puts) {}

    void forward(const KernelRun& run) const override {
        move(run, m_puts ? run.out[0] : run.in[0], m_puts ? run.in[0] : run.out[0], m_puts);
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[1] != nullptr)  // places have no slope
            std::fill(run.inAdjoint[1], run.inAdjoint[1] + run.rows * m_map.places, Real(0));
        if (run.inAdjoint[0] == nullptr) return;
        move(run, m_puts ? run.outAdjoint[0] : run.inAdjoint[0], m_puts ? run.inAdjoint[0] : run.outAdjoint[0], !m_puts);
    }

private:
    // `adds`: from small into large, which is cleared first; else from large to small.
    void move(const KernelRun& run, Real* large, Real* small, bool adds) const {
        const Index n = static_cast<Index>(m_map.base.size());
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                const Real* places = run.in[1] + row * m_map.places;
                Real* whole = large + row * m_map.large;
                Real* part = small + row * n;
                if (adds) std::fill(whole, whole + m_map.large, Real(0));
                for (Index i = 0; i < n; ++i) {
                    const std::size_t at = static_cast<std::size_t>(i);
                    Real& there = whole[m_map.base[at] + placeOf(places[m_map.named[at]], m_map.count) * m_map.stride];
                    if (adds)
                        there += part[i];
                    else
                        part[i] = there;
                }
            }
        });
    }

    PlaceMap m_map;
    bool m_puts;
};

Error misplaced(const Operation& operation) {
    return {"LAB-NET-106", "the axes that leave are not those that arrive", displayName(operation),
            "give its wires the same axes but for those that it changes"};
}

Result<std::unique_ptr<Kernel>> makePlaces(const KernelBuild& build, bool puts) {
    const Operation& op = build.operation;
    const ArrayLayout& large = puts ? build.out[0] : build.in[0];
    const ArrayLayout& small = puts ? build.in[0] : build.out[0];
    const std::string axis = puts ? op.targetOut.front() : build.targetIn.front();
    const Result<ArraySplit> split = splitLayout(large, {axis}, op);
    if (!split) return split.error();
    std::vector<Place> inLarge = placesOf(large), inSmall = placesOf(small), named = placesOf(build.in[1]);
    PlaceMap map;
    map.large = large.size();
    map.places = build.in[1].size();
    map.count = split->target;
    map.stride = split->inner;
    for (const Place& p : named)
        if (std::none_of(inSmall.begin(), inSmall.end(), [&](const Place& s) { return s.name == p.name; })) return misplaced(op);
    // Sides of the axis itself have no place in the small array, also where that has an axis of the same name.
    for (Place& p : inLarge)
        if (p.name.rfind(axis + "#", 0) == 0) p.name = "";
    map.base = placesIn(inSmall, inLarge);
    map.named = placesIn(inSmall, named);
    if ((!map.base.empty() && map.base.front() < 0) || (!map.named.empty() && map.named.front() < 0)) return misplaced(op);
    for (const Place& p : inLarge)
        if (!p.name.empty() && std::none_of(inSmall.begin(), inSmall.end(), [&](const Place& s) { return s.name == p.name; }))
            return misplaced(op);
    return std::unique_ptr<Kernel>(new PlaceKernel(std::move(map), puts));
}

// The k largest of every column of the axis, large to small, of equal ones the first.
class TopKernel final : public Kernel {
public:
    TopKernel(const ArraySplit& split, Index keep, bool places) : m_split(split), m_keep(keep), m_places(places) {}

    // Per sample: the places of what was kept, and room to sort one column.
    Index scratch(Index capacity) const override { return capacity * perRow(); }

    void forward(const KernelRun& run) const override {
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                Real* kept = run.scratch + row * perRow();
                Real* order = kept + columns() * m_keep;
                for (Index c = 0; c < columns(); ++c) {
                    const Real* x = run.in[0] + row * columns() * m_split.target + start(c, m_split.target);
                    const auto value = [&](Real i) {
                        const Real v = x[static_cast<Index>(i) * m_split.inner];
                        return std::isnan(v) ? -std::numeric_limits<Real>::infinity() : v;
                    };
                    for (Index i = 0; i < m_split.target; ++i) order[i] = static_cast<Real>(i);
                    std::partial_sort(order, order + m_keep, order + m_split.target,
                                      [&](Real a, Real b) { return value(a) != value(b) ? value(a) > value(b) : a < b; });
                    Real* y = run.out[0] + row * columns() * m_keep + start(c, m_keep);
                    for (Index k = 0; k < m_keep; ++k) {
                        y[k * m_split.inner] = m_places ? order[k] : x[static_cast<Index>(order[k]) * m_split.inner];
                        kept[start(c, m_keep) + k * m_split.inner] = order[k];
                    }
                }
            }
        });
    }

    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                Real* dx = run.inAdjoint[0] + row * columns() * m_split.target;
                std::fill(dx, dx + columns() * m_split.target, Real(0));
                if (m_places) continue;
                for (Index c = 0; c < columns(); ++c)
                    for (Index k = 0; k < m_keep; ++k) {
                        const Index at = start(c, m_keep) + k * m_split.inner;
                        const Index from = static_cast<Index>(run.scratch[row * perRow() + at]);
                        dx[start(c, m_split.target) + from * m_split.inner] += run.outAdjoint[0][row * columns() * m_keep + at];
                    }
            }
        });
    }

private:
    Index columns() const { return m_split.outer * m_split.inner; }
    Index perRow() const { return columns() * m_keep + m_split.target; }
    // Where column `c` begins in one sample of an array whose axis has `size` places.
    Index start(Index c, Index size) const { return c / m_split.inner * size * m_split.inner + c % m_split.inner; }

    ArraySplit m_split;
    Index m_keep;
    bool m_places;
};

// y[i] = x[from[i]]; a place of x may be read often or never.
class ReadKernel final : public Kernel {
public:
    ReadKernel(std::vector<std::int32_t> from, Index inSize) : m_from(std::move(from)), m_inSize(inSize) {}

    void forward(const KernelRun& run) const override {
        const Index n = static_cast<Index>(m_from.size());
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row)
                for (Index i = 0; i < n; ++i)
                    run.out[0][row * n + i] = run.in[0][row * m_inSize + m_from[static_cast<std::size_t>(i)]];
        });
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        const Index n = static_cast<Index>(m_from.size());
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                Real* dx = run.inAdjoint[0] + row * m_inSize;
                std::fill(dx, dx + m_inSize, Real(0));
                for (Index i = 0; i < n; ++i) dx[m_from[static_cast<std::size_t>(i)]] += run.outAdjoint[0][row * n + i];
            }
        });
    }

private:
    std::vector<std::int32_t> m_from;
    Index m_inSize;
};

// The same array for every sample.
class ConstantKernel final : public Kernel {
public:
    ConstantKernel(Index size, BlockAt block, bool learned, double mean, double deviation)
        : m_size(size), m_block(block), m_learned(learned), m_mean(mean), m_deviation(deviation) {
        blocks.push_back(block.block);
    }

    void initialise(ParamStore& store, std::uint64_t seed) const override {
        const Stream stream(seed, Purpose::Init, static_cast<std::uint64_t>(m_block.block));
        Real* a = store.data() + m_block.offset;
        for (Index i = 0; i < m_size; ++i)
            a[i] = static_cast<Real>(m_mean + m_deviation * stream.normalAt(static_cast<std::uint64_t>(i)));
    }
    void forward(const KernelRun& run) const override {
        const Real* a = run.parameters + m_block.offset;
        for (Index row = 0; row < run.rows; ++row) std::copy(a, a + m_size, run.out[0] + row * m_size);
    }
    void backward(const KernelRun& run) const override {
        if (run.gradient == nullptr || !m_learned) return;
        Real* g = run.gradient + m_block.offset;
        if (run.beta(m_block.block) == 0) std::fill(g, g + m_size, Real(0));
        for (Index row = 0; row < run.rows; ++row)
            for (Index i = 0; i < m_size; ++i) g[i] += run.outAdjoint[0][row * m_size + i];
    }

private:
    Index m_size;
    BlockAt m_block;
    bool m_learned;
    double m_mean, m_deviation;
};

// Columns of the sample.
class ColumnsKernel final : public Kernel {
public:
    ColumnsKernel(Index sample, Index offset, Index count) : m_sample(sample), m_offset(offset), m_count(count) {}

    void forward(const KernelRun& run) const override {
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                const Real* x = run.in[0] + row * m_sample + m_offset;
                std::copy(x, x + m_count, run.out[0] + row * m_count);
            }
        });
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                const Real* dy = run.outAdjoint[0] + row * m_count;
                std::copy(dy, dy + m_count, run.inAdjoint[0] + row * m_sample + m_offset);
            }
        });
    }

private:
    Index m_sample, m_offset, m_count;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makeGatherKernel(const KernelBuild& build) {
    return makePlaces(build, false);
}

Result<std::unique_ptr<Kernel>> makeScatterKernel(const KernelBuild& build) {
    return makePlaces(build, true);
}

Result<std::unique_ptr<Kernel>> makeTopKernel(const KernelBuild& build) {
    const Result<ArraySplit> split = splitLayout(build.in[0], build.targetIn, build.operation);
    if (!split) return split.error();
    const Index keep = static_cast<Index>(build.params.integer("k"));
    if (keep > split->target)
        return Error{"LAB-NET-117", "it keeps " + std::to_string(keep) + " values of an axis of " + std::to_string(split->target),
                     displayName(build.operation), "keep fewer"};
    if (build.out[0].size() != split->outer * split->inner * keep ||
        !passesInOrder(build.in[0], build.targetIn, build.out[0], build.targetOut))
        return Error{"LAB-NET-106", "the axes that pass by stand in another order behind it than in front of it",
                     displayName(build.operation), "give its wires the same order of axes"};
    return std::unique_ptr<Kernel>(new TopKernel(*split, keep, build.params.text("gives") == "places"));
}

Result<std::unique_ptr<Kernel>> makeRepeatKernel(const KernelBuild& build) {
    const std::vector<Place> in = placesOf(build.in[0]), out = placesOf(build.out[0]);
    std::vector<std::int32_t> from = placesIn(out, in);
    bool known = from.empty() || from.front() >= 0;
    for (const Place& p : in) known = known && std::any_of(out.begin(), out.end(), [&](const Place& o) { return o.name == p.name; });
    if (!known) return misplaced(build.operation);
    return std::unique_ptr<Kernel>(new ReadKernel(std::move(from), build.in[0].size()));
}

Result<std::unique_ptr<Kernel>> makeConstantKernel(const KernelBuild& build) {
    const bool learned = build.params.flag("learned");
    ParamBlock block;
    for (const ArrayLayout::Dimension& d : build.out[0].dimensions) block.shape.push_back(d.size);
    if (block.shape.empty()) block.shape = {1};
    block.fanIn = block.fanOut = build.out[0].size();
    block.trained = learned;
    block.title = "*A*";
    const Result<BlockAt> added = build.addBlock("array", block);
    if (!added) return added.error();
    return std::unique_ptr<Kernel>(
        new ConstantKernel(build.out[0].size(), *added, learned, build.params.number("mean"), build.params.number("std")));
}

std::unique_ptr<Kernel> makeColumnsKernel(Index sampleSize, Index offset, Index count) {
    return std::make_unique<ColumnsKernel>(sampleSize, offset, count);
}

}  // namespace lab

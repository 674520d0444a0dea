// Numbers that change places and nothing else: split, rename, concatenate, take apart, pick one place, zeros.
#include "core/circuit/SizeRules.h"
#include "core/math/Elementwise.h"
#include "core/network/Places.h"

#include <algorithm>
#include <charconv>

namespace lab {

namespace {

constexpr Index kRows = 16;

class ViewKernel final : public Kernel {
public:
    bool view() const override { return true; }
    bool passesAdjoint() const override { return true; }
    void forward(const KernelRun&) const override {}
    void backward(const KernelRun&) const override {}
};

// y[i] = x[from[i]], every place of x once.
class PermuteKernel final : public Kernel {
public:
    explicit PermuteKernel(std::vector<std::int32_t> from) : m_from(std::move(from)) {}

    void forward(const KernelRun& run) const override {
        const Index n = static_cast<Index>(m_from.size());
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                const Real* x = run.in[0] + row * n;
                Real* y = run.out[0] + row * n;
                for (Index i = 0; i < n; ++i) y[i] = x[m_from[static_cast<std::size_t>(i)]];
            }
        });
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        const Index n = static_cast<Index>(m_from.size());
        run.pool.ranges(run.rows, kRows, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) {
                const Real* dy = run.outAdjoint[0] + row * n;
                Real* dx = run.inAdjoint[0] + row * n;
                for (Index i = 0; i < n; ++i) dx[m_from[static_cast<std::size_t>(i)]] = dy[i];
            }
        });
    }

private:
    std::vector<std::int32_t> m_from;
};

Result<std::unique_ptr<Kernel>> permutation(const std::vector<Place>& in, const std::vector<Place>& out, const Operation& operation) {
    bool same = in.size() == out.size();
    for (std::size_t d = 0; d < in.size(); ++d) {
        const auto it = std::find_if(out.begin(), out.end(), [&](const Place& p) { return p.name == in[d].name && p.size == in[d].size; });
        if (it == out.end())
            return Error{"LAB-NET-106", "the axes that leave are not those that arrive", displayName(operation),
                         "give its wires the same axes but for those that it changes"};
        same = same && it - out.begin() == static_cast<std::ptrdiff_t>(d);
    }
    if (same) return std::unique_ptr<Kernel>(new ViewKernel);
    return std::unique_ptr<Kernel>(new PermuteKernel(placesIn(out, in)));
}

// Arrays that stand side by side along one axis of a larger one.
class PiecesKernel final : public Kernel {
public:
    PiecesKernel(Index outer, Index inner, std::vector<Index> pieces, bool joins)
        : m_outer(outer), m_inner(inner), m_pieces(std::move(pieces)), m_joins(joins) {
        for (const Index p : m_pieces) m_whole += p;
    }

    void forward(const KernelRun& run) const override { move(run.rows, run, m_joins); }
    void backward(const KernelRun& run) const override { move(run.rows, run, !m_joins, true); }

private:
    // `gather`: from the pieces into the whole.
    void move(Index rows, const KernelRun& run, bool gather, bool adjoints = false) const {
        const auto& many = m_joins ? (adjoints ? run.inAdjoint : run.in) : (adjoints ? run.outAdjoint : run.out);
        const auto& one = m_joins ? (adjoints ? run.outAdjoint : run.out) : (adjoints ? run.inAdjoint : run.in);
        if (one[0] == nullptr) return;
        run.pool.ranges(rows, kRows, [&](Index first, Index last) {
            for (Index row = first * m_outer; row < last * m_outer; ++row) {
                Real* whole = one[0] + row * m_whole * m_inner;
                for (std::size_t k = 0; k < m_pieces.size(); ++k) {
                    const Index n = m_pieces[k] * m_inner;
                    if (many[k] != nullptr) {
                        Real* piece = many[k] + row * n;
                        if (gather)
                            std::copy(piece, piece + n, whole);
                        else
                            std::copy(whole, whole + n, piece);
                    }
                    whole += n;
                }
            }
        });
    }

    Index m_outer, m_inner;
    std::vector<Index> m_pieces;
    Index m_whole = 0;
    bool m_joins;
};

class IndexKernel final : public Kernel {
public:
    IndexKernel(const ArraySplit& split, Index at) : m_split(split), m_at(at) {}

    void forward(const KernelRun& run) const override {
        const Index whole = m_split.target * m_split.inner;
        run.pool.ranges(run.rows * m_split.outer, 256, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) {
                const Real* x = run.in[0] + i * whole + m_at * m_split.inner;
                std::copy(x, x + m_split.inner, run.out[0] + i * m_split.inner);
            }
        });
    }
    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        const Index whole = m_split.target * m_split.inner;
        run.pool.ranges(run.rows * m_split.outer, 256, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) {
                Real* dx = run.inAdjoint[0] + i * whole;
                std::fill(dx, dx + whole, Real(0));
                const Real* dy = run.outAdjoint[0] + i * m_split.inner;
                std::copy(dy, dy + m_split.inner, dx + m_at * m_split.inner);
            }
        });
    }

private:
    ArraySplit m_split;
    Index m_at;
};

// An array of zeros: a state slot before anything is put into it.
class ZeroKernel final : public Kernel {
public:
    explicit ZeroKernel(Index size) : m_size(size) {}
    void forward(const KernelRun& run) const override { std::fill(run.out[0], run.out[0] + run.rows * m_size, Real(0)); }
    void backward(const KernelRun&) const override {}

private:
    Index m_size;
};

// The axis of operand or piece `k` as its wire calls it.
std::string pieceAxis(const KernelBuild& build, bool joins, std::size_t k) {
    const Operation& op = build.operation;
    if (!joins) return op.targetOut[k];
    return boundAxis(k < op.targetIn.size() ? op.targetIn[k] : std::string(), build.circuit->wire(op.in[k])->axes,
                     build.circuit->wire(op.out.front())->axes);
}

Result<std::unique_ptr<Kernel>> makePieces(const KernelBuild& build, bool joins) {
    const ArrayLayout& whole = joins ? build.out[0] : build.in[0];
    const std::vector<ArrayLayout>& many = joins ? build.in : build.out;
    const std::string axis = joins ? build.operation.targetOut.front() : build.targetIn.front();
    const Result<ArraySplit> split = splitLayout(whole, {axis}, build.operation);
    if (!split) return split.error();
    std::vector<Index> pieces;
    for (std::size_t k = 0; k < many.size(); ++k) {
        const std::string own = pieceAxis(build, joins, k);
        const Result<ArraySplit> piece = splitLayout(many[k], {own}, build.operation);
        if (!piece) return piece.error();
        if (piece->outer != split->outer || piece->inner != split->inner || !passesInOrder(many[k], {own}, whole, {axis}))
            return Error{"LAB-NET-106", "the axes that pass by stand in another order on one of its wires", displayName(build.operation),
                         "give all its wires the same order of axes"};
        pieces.push_back(piece->target);
    }
    return std::unique_ptr<Kernel>(new PiecesKernel(split->outer, split->inner, std::move(pieces), joins));
}

}  // namespace

Result<std::unique_ptr<Kernel>> makeSplitKernel(const KernelBuild& build) {
    // The axis in memory is already its parts, the last one fastest.
    std::vector<Place> in;
    std::map<std::string, int> seen;
    bool placed = false;
    for (const ArrayLayout::Dimension& d : build.in[0].dimensions) {
        if (d.axis != build.targetIn.front()) {
            in.push_back({d.axis + "#" + std::to_string(seen[d.axis]++), d.size});
            continue;
        }
        if (placed) continue;
        placed = true;
        for (const std::string& part : build.targetOut)
            for (const ArrayLayout::Dimension& made : build.out[0].dimensions)
                if (made.axis == part) in.push_back({part + "#" + std::to_string(seen[part]++), made.size});
    }
    return permutation(in, placesOf(build.out[0]), build.operation);
}

Result<std::unique_ptr<Kernel>> makeRenameKernel(const KernelBuild& build) {
    return permutation(placesOf(build.in[0], build.targetIn.front(), build.targetOut.front()), placesOf(build.out[0]), build.operation);
}

Result<std::unique_ptr<Kernel>> makeSwapKernel(const KernelBuild& build) {
    return permutation(placesOf(build.in[0]), placesOf(build.out[0]), build.operation);
}

Result<std::unique_ptr<Kernel>> makeConcatKernel(const KernelBuild& build) {
    return makePieces(build, true);
}

Result<std::unique_ptr<Kernel>> makePartsKernel(const KernelBuild& build) {
    return makePieces(build, false);
}

Result<std::unique_ptr<Kernel>> makeIndexKernel(const KernelBuild& build) {
    const Result<ArraySplit> split = splitLayout(build.in[0], build.targetIn, build.operation);
    if (!split) return split.error();
    const std::string& text = build.params.text("at");
    Index at = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), at);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return Error{"LAB-NET-114", "'" + text.substr(0, 40) + "' is no place of an axis", displayName(build.operation),
                     "write a number, or put it into a group that is repeated with this letter"};
    if (at < 0) at += split->target;
    if (at < 0 || at >= split->target)
        return Error{"LAB-NET-114", "there is no place " + text.substr(0, 40) + " on an axis of " + std::to_string(split->target),
                     displayName(build.operation), "places are counted from 0"};
    if (build.targetIn.size() != 1 || !passesInOrder(build.in[0], build.targetIn, build.out[0], {}))
        return Error{"LAB-NET-106", "the axes that pass by stand in another order behind it than in front of it",
                     displayName(build.operation), "give its wires the same order of axes"};
    return std::unique_ptr<Kernel>(new IndexKernel(*split, at));
}

Result<std::unique_ptr<Kernel>> makeZeroKernel(const KernelBuild& build) {
    return std::unique_ptr<Kernel>(new ZeroKernel(build.out[0].size()));
}

}  // namespace lab

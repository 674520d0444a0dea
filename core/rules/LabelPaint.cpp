#include "core/rules/LabelPaint.h"

#include "core/base/Assert.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {

namespace {

constexpr Index kRowGrain = 16;

template <class LabelOf>
void paint(Pool& pool, const ConstMatrixMap& x, Index classes, Real background, Real height, Real* out, LabelOf&& labelOf) {
    const Index size = x.cols();
    LAB_ASSERT(classes <= size);
    const Real* in = x.data();
    pool.ranges(x.rows(), kRowGrain, [&, in, out](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            Real* row = out + i * size;
            std::copy(in + i * size + classes, in + (i + 1) * size, row + classes);
            std::fill(row, row + classes, background);
            const int label = labelOf(i);
            if (label >= 0) row[label] = height;
        }
    });
}

}  // namespace

void paintLabels(Pool& pool, const ConstMatrixMap& x, const int* labels, Index classes, double height, Real* out) {
    paint(pool, x, classes, Real(0), static_cast<Real>(height), out, [labels](Index i) { return labels[i]; });
}

void paintLabel(Pool& pool, const ConstMatrixMap& x, int label, Index classes, double height, Real* out) {
    paint(pool, x, classes, Real(0), static_cast<Real>(height), out, [label](Index) { return label; });
}

void paintNeutral(Pool& pool, const ConstMatrixMap& x, Index classes, double height, Real* out) {
    paint(pool, x, classes, static_cast<Real>(height / static_cast<double>(classes)), Real(0), out,
          [](Index) { return -1; });
}

void drawWrongLabels(const Stream& stream, std::span<const int> truth, Index classes, std::span<int> wrong) {
    LAB_ASSERT(classes >= 2 && truth.size() == wrong.size());
    const auto c = static_cast<std::uint64_t>(classes);
    for (std::size_t i = 0; i < truth.size(); ++i)
        wrong[i] = static_cast<int>((static_cast<std::uint64_t>(truth[i]) + 1 + stream.belowAt(i, c - 1)) % c);
}

void drawHardLabels(const Stream& stream, std::span<const int> truth, const Real* scores, Index classes, std::span<int> wrong) {
    LAB_ASSERT(classes >= 2 && truth.size() == wrong.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const Real* row = scores + static_cast<Index>(i) * classes;
        double top = -std::numeric_limits<double>::infinity();
        for (Index c = 0; c < classes; ++c)
            if (c != truth[i]) top = std::max(top, static_cast<double>(row[c]));
        double total = 0;
        for (Index c = 0; c < classes; ++c)
            if (c != truth[i]) total += std::exp(static_cast<double>(row[c]) - top);
        double left = stream.uniformAt(i) * total;
        int drawn = -1;
        for (Index c = 0; c < classes; ++c) {
            if (c == truth[i]) continue;
            drawn = static_cast<int>(c);  // the last candidate stays where rounding leaves a rest
            left -= std::exp(static_cast<double>(row[c]) - top);
            if (left < 0) break;
        }
        wrong[i] = drawn;
    }
}

void drawShuffledLabels(const Stream& stream, std::span<const int> truth, std::span<int> wrong) {
    LAB_ASSERT(truth.size() == wrong.size());
    std::copy(truth.begin(), truth.end(), wrong.begin());
    for (std::size_t i = wrong.size(); i > 1; --i) std::swap(wrong[i - 1], wrong[stream.belowAt(i, i)]);
}

}  // namespace lab

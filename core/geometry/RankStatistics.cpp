#include "core/geometry/RankStatistics.h"

#include "core/base/Assert.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace lab {

namespace {

std::vector<std::size_t> orderBy(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b] || (values[a] == values[b] && a < b); });
    return order;
}

// Strict inversions of `values`, which is sorted on the way (bottom-up merge sort; equal values keep their order).
std::int64_t countInversions(std::vector<int>& values) {
    std::vector<int> merged(values.size());
    std::int64_t inversions = 0;
    for (std::size_t width = 1; width < values.size(); width *= 2) {
        for (std::size_t begin = 0; begin < values.size(); begin += 2 * width) {
            const std::size_t middle = std::min(begin + width, values.size());
            const std::size_t end = std::min(begin + 2 * width, values.size());
            std::size_t left = begin, right = middle, out = begin;
            while (left < middle || right < end) {
                if (right == end || (left < middle && values[left] <= values[right])) {
                    merged[out++] = values[left++];
                } else {
                    inversions += static_cast<std::int64_t>(middle - left);
                    merged[out++] = values[right++];
                }
            }
        }
        values.swap(merged);
    }
    return inversions;
}

template <class Same>
std::int64_t tiedPairs(std::size_t count, Same same) {
    std::int64_t pairs = 0;
    std::int64_t run = 1;
    for (std::size_t i = 1; i <= count; ++i) {
        if (i < count && same(i - 1, i)) {
            ++run;
            continue;
        }
        pairs += run * (run - 1) / 2;
        run = 1;
    }
    return pairs;
}

}  // namespace

std::vector<int> tieGroups(std::span<const double> values, double tolerance) {
    std::vector<int> groups(values.size());
    int group = -1;
    double start = 0;
    for (const std::size_t i : orderBy(values)) {
        if (group < 0 || values[i] - start > tolerance) {
            ++group;
            start = values[i];
        }
        groups[i] = group;
    }
    return groups;
}

std::vector<double> midRanks(std::span<const double> values, double tolerance) {
    const std::vector<int> groups = tieGroups(values, tolerance);
    std::vector<std::size_t> sizes(values.size() + 1, 0);
    for (const int g : groups) ++sizes[static_cast<std::size_t>(g)];
    std::vector<double> rankOf(values.size() + 1, 0);
    double below = 0;
    for (std::size_t g = 0; g < values.size() && sizes[g] > 0; ++g) {
        const double size = static_cast<double>(sizes[g]);
        rankOf[g] = below + (size + 1) / 2;
        below += size;
    }
    std::vector<double> ranks(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) ranks[i] = rankOf[static_cast<std::size_t>(groups[i])];
    return ranks;
}

Measured pearson(std::span<const double> x, std::span<const double> y) {
    LAB_ASSERT(x.size() == y.size());
    if (x.size() < 2) return Measured::none(Status::TooFewSamples, "a correlation needs at least two values");
    const double n = static_cast<double>(x.size());
    double meanX = 0, meanY = 0, largestX = 0, largestY = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        meanX += x[i];
        meanY += y[i];
        largestX = std::max(largestX, std::fabs(x[i]));
        largestY = std::max(largestY, std::fabs(y[i]));
    }
    meanX /= n;
    meanY /= n;
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double a = x[i] - meanX, b = y[i] - meanY;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    if (!(xx > 1e-24 * n * largestX * largestX) || !(yy > 1e-24 * n * largestY * largestY))
        return Measured::none(Status::Degenerate, "one of the two lists does not vary");
    return Measured::of(std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0));
}

Measured spearman(std::span<const double> x, std::span<const double> y, double toleranceX, double toleranceY) {
    LAB_ASSERT(x.size() == y.size());
    return pearson(midRanks(x, toleranceX), midRanks(y, toleranceY));
}

Kendall kendall(std::span<const double> x, std::span<const double> y, double toleranceX, double toleranceY) {
    LAB_ASSERT(x.size() == y.size());
    Kendall out;
    const std::size_t m = x.size();
    if (m < 2) {
        out.a = out.b = Measured::none(Status::TooFewSamples, "a correlation needs at least two values");
        return out;
    }
    const std::vector<int> gx = tieGroups(x, toleranceX);
    const std::vector<int> gy = tieGroups(y, toleranceY);
    std::vector<std::size_t> order(m);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (gx[a] != gx[b]) return gx[a] < gx[b];
        if (gy[a] != gy[b]) return gy[a] < gy[b];
        return a < b;
    });
    std::vector<int> byX(m);
    for (std::size_t i = 0; i < m; ++i) byX[i] = gy[order[i]];
    const std::int64_t tiesX = tiedPairs(m, [&](std::size_t a, std::size_t b) { return gx[order[a]] == gx[order[b]]; });
    const std::int64_t tiesXy = tiedPairs(
        m, [&](std::size_t a, std::size_t b) { return gx[order[a]] == gx[order[b]] && gy[order[a]] == gy[order[b]]; });
    const std::int64_t discordant = countInversions(byX);
    const std::int64_t tiesY = tiedPairs(m, [&](std::size_t a, std::size_t b) { return byX[a] == byX[b]; });
    const std::int64_t pairs = static_cast<std::int64_t>(m) * (static_cast<std::int64_t>(m) - 1) / 2;
    const double score = static_cast<double>(pairs - tiesX - tiesY + tiesXy - 2 * discordant);
    out.a = Measured::of(score / static_cast<double>(pairs));
    if (tiesX == pairs || tiesY == pairs)
        out.b = Measured::none(Status::Degenerate, "one of the two lists does not vary");
    else
        out.b = Measured::of(score / std::sqrt(static_cast<double>(pairs - tiesX) * static_cast<double>(pairs - tiesY)));
    if (tiesX == pairs || tiesY == pairs) out.a = out.b;
    return out;
}

}  // namespace lab

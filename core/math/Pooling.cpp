#include "core/math/Pooling.h"

#include "core/math/ConvDirect.h"
#include "core/math/Simd.h"

#include <algorithm>

namespace lab {

namespace {

// NaN replaces what was there and is replaced by what follows, as in the general loop.
LAB_INLINE Real larger(Real best, Real value) {
    return value <= best ? best : value;
}

}  // namespace

LAB_CLONES void largestOfPairs(const Real* __restrict top, const Real* __restrict bottom, Real* __restrict y,
                               Index windows) {
    for (Index j = 0; j < windows; ++j)
        y[j] = larger(larger(larger(top[2 * j], top[2 * j + 1]), bottom[2 * j]), bottom[2 * j + 1]);
}

LAB_CLONES void largestOfPairsBackward(const Real* __restrict top, const Real* __restrict bottom, const Real* __restrict y,
                                       const Real* __restrict dy, Real* __restrict dTop, Real* __restrict dBottom,
                                       Index windows) {
    for (Index j = 0; j < windows; ++j) {
        const Real best = y[j], d = dy[j];
        const Real a = top[2 * j], b = top[2 * j + 1], c = bottom[2 * j], e = bottom[2 * j + 1];
        // What is left to give after every place.
        const Real afterA = a == best ? Real(0) : d;
        const Real afterB = b == best ? Real(0) : afterA;
        const Real afterC = c == best ? Real(0) : afterB;
        dTop[2 * j] = a == best ? d : Real(0);
        dTop[2 * j + 1] = b == best ? afterA : Real(0);
        dBottom[2 * j] = c == best ? afterB : Real(0);
        dBottom[2 * j + 1] = e == best ? afterC : Real(0);
    }
}

namespace {

constexpr Index kTogether = 2048;  // numbers of one kind of row that are laid end to end

// rows[i] of a row every `2 * width` numbers, back from end to end.
LAB_CLONES void spread(const Real* __restrict rows, Index count, Index width, Real* __restrict to) {
    for (Index i = 0; i < count; ++i)
        for (Index j = 0; j < width; ++j) to[2 * i * width + j] = rows[i * width + j];
}

}  // namespace

void largestOfRowPairs(const Real* x, Index pairs, Index width, Real* y) {
    alignas(64) Real top[kTogether], bottom[kTogether];
    const Index together = kTogether / std::max<Index>(1, width);
    if (together < 2) {
        for (Index i = 0; i < pairs; ++i, x += 2 * width, y += width / 2) largestOfPairs(x, x + width, y, width / 2);
        return;
    }
    for (Index i = 0; i < pairs; i += together) {
        const Index count = std::min(together, pairs - i);
        const Real* from = x + 2 * i * width;
        directKernels().rows(from, 2 * width, count, width, top, width);
        directKernels().rows(from + width, 2 * width, count, width, bottom, width);
        largestOfPairs(top, bottom, y + i * (width / 2), count * (width / 2));
    }
}

void largestOfRowPairsBackward(const Real* x, const Real* y, const Real* dy, Index pairs, Index width, Real* dx) {
    alignas(64) Real top[kTogether], bottom[kTogether], dTop[kTogether], dBottom[kTogether];
    const Index across = width / 2, together = kTogether / std::max<Index>(1, width);
    if (together < 2) {
        for (Index i = 0; i < pairs; ++i, x += 2 * width, dx += 2 * width, y += across, dy += across)
            largestOfPairsBackward(x, x + width, y, dy, dx, dx + width, across);
        return;
    }
    for (Index i = 0; i < pairs; i += together) {
        const Index count = std::min(together, pairs - i);
        const Real* from = x + 2 * i * width;
        directKernels().rows(from, 2 * width, count, width, top, width);
        directKernels().rows(from + width, 2 * width, count, width, bottom, width);
        largestOfPairsBackward(top, bottom, y + i * across, dy + i * across, dTop, dBottom, count * across);
        spread(dTop, count, width, dx + 2 * i * width);
        spread(dBottom, count, width, dx + (2 * i + 1) * width);
    }
}

}  // namespace lab

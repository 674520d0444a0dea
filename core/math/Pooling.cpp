#include "core/math/Pooling.h"

#include "core/math/Simd.h"

namespace lab {

namespace {

// NaN replaces what was there and is replaced by what follows, as in the general loop.
LAB_INLINE Real larger(Real best, Real value) {
    return value <= best ? best : value;
}

}  // namespace

LAB_CLONES void largestOfPairs(const Real* __restrict top, const Real* __restrict bottom, Real* __restrict y, Index windows) {
    for (Index j = 0; j < windows; ++j)
        y[j] = larger(larger(larger(top[2 * j], top[2 * j + 1]), bottom[2 * j]), bottom[2 * j + 1]);
}

LAB_CLONES void largestOfPairsBackward(const Real* __restrict top, const Real* __restrict bottom, const Real* __restrict y,
                                       const Real* __restrict dy, Real* __restrict dTop, Real* __restrict dBottom, Index windows) {
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

}  // namespace lab

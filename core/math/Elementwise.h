// Loops over plain ranges: vectorised, tiled over fixed ranges, sums in double and in a fixed order. No allocation.
#pragma once

#include "core/math/Pool.h"
#include "core/math/Types.h"

namespace lab {

// Elements per tile of elementwise work: 64 kB of float, a piece that stays in the first caches.
constexpr Index kElementTile = 16384;

// y += x; y = x; y = a * x + b * y; y = value. Whole ranges inside one tile: no threads.
void addTo(const Real* x, Real* y, Index n);
void scaleAdd(Real a, const Real* x, Real b, Real* y, Index n);
// z = a * (x + y) + b; b may be null (nothing is added).
void scaledSum(Real a, const Real* x, const Real* y, const Real* b, Real* z, Index n);
// y = a * x; y may be x.
void scaled(Real a, const Real* x, Real* y, Index n);
// y (rows x cols, stride ld) += b for every row.
void addRow(const Real* b, Real* y, Index rows, Index cols, Index ld);
// sums[j] = beta * sums[j] + sum over rows of y(row, j), in row order, for cols columns with row stride ld.
void columnSums(const Real* y, Index rows, Index cols, Index ld, Real beta, Real* sums);
// Sums in double over 8 fixed lanes, then the lanes in order.
double sum(const Real* x, Index n);
double dot(const Real* x, const Real* y, Index n);
double squaredDistance(const Real* x, const Real* y, Index n);
inline double sumSquares(const Real* x, Index n) {
    return dot(x, x, n);
}
// Largest absolute value; infinite or NaN if any element is not finite (NaN only if one is NaN).
Real largestMagnitude(const Real* x, Index n);

}  // namespace lab

// Length normalisation between layers: what a layer passes on is a direction, not a length.
//   rms:   x / (sqrt(mean_j x_j^2) + eps)   rows of length sqrt(d), mean square 1
//   unit:  x / (|x| + eps)                  rows of length 1
// An all-zero row stays zero. Nothing is differentiated through it: it stands between layers, where no credit passes.
// Source: Hinton, The Forward-Forward Algorithm (2022), section 2.1.
#pragma once

#include "core/math/Pool.h"
#include "core/math/Types.h"

#include <string>

namespace lab {

enum class LengthNorm { None, Rms, Unit };

// "rms", "unit" or "none".
LengthNorm lengthNormFromId(const std::string& id);

// Factor that the norm puts on a row of `size` numbers with this sum of squares.
double lengthFactor(LengthNorm norm, double squares, Index size);

// Normalises every row of x (rows x size) in place. Sums are accumulated in double.
void normaliseRows(Pool& pool, LengthNorm norm, Real* x, Index rows, Index size);
// The same into `out`, whose rows stand `stride` apart (features of several layers side by side).
void normaliseInto(Pool& pool, LengthNorm norm, const Real* x, Index rows, Index size, Real* out, Index stride);

}  // namespace lab

// Largest values of 2 x 2 windows that lie side by side, one row of windows at a time: the common case of pooling, without
// branches. Any other window goes through the general loops of the pooling kernel.
#pragma once

#include "core/math/Types.h"

namespace lab {

// y[j] = the largest of top[2j], top[2j + 1], bottom[2j], bottom[2j + 1].
void largestOfPairs(const Real* top, const Real* bottom, Real* y, Index windows);
// The adjoint: dy[j] goes to the first of the four that equals y[j], in the order above; the other three become 0.
void largestOfPairsBackward(const Real* top, const Real* bottom, const Real* y, const Real* dy, Real* dTop, Real* dBottom,
                            Index windows);

// The same for `pairs` pairs of rows of an even width that follow each other, as in an array of whole images. Short rows
// are laid end to end, so that vectors are full.
void largestOfRowPairs(const Real* x, Index pairs, Index width, Real* y);
void largestOfRowPairsBackward(const Real* x, const Real* y, const Real* dy, Index pairs, Index width, Real* dx);

}  // namespace lab

// Labels written into the input: the first C values of a sample are overwritten, all with 0 and one with the height v.
// Done after standardisation. The neutral input carries v/C in all C places.
// Source: Hinton, The Forward-Forward Algorithm (2022), section 3.3.
#pragma once

#include "core/base/Rng.h"
#include "core/math/Pool.h"
#include "core/math/Types.h"

#include <span>

namespace lab {

// out (rows x size) = x with label labels[i] painted into row i. x and out may not overlap.
void paintLabels(Pool& pool, const ConstMatrixMap& x, const int* labels, Index classes, double height, Real* out);
// The same with one label for all rows.
void paintLabel(Pool& pool, const ConstMatrixMap& x, int label, Index classes, double height, Real* out);
void paintNeutral(Pool& pool, const ConstMatrixMap& x, Index classes, double height, Real* out);

// c- = (y + 1 + U{0 .. C-2}) mod C: never the truth. Draw i of the stream belongs to row i.
void drawWrongLabels(const Stream& stream, std::span<const int> truth, Index classes, std::span<int> wrong);
// Drawn from the softmax of scores (rows x classes) without the true class: the more tempting, the more often.
void drawHardLabels(const Stream& stream, std::span<const int> truth, const Real* scores, Index classes, std::span<int> wrong);
// A permutation of the labels of the batch: about one in C carries the truth by accident.
void drawShuffledLabels(const Stream& stream, std::span<const int> truth, std::span<int> wrong);

}  // namespace lab

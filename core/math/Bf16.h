// Products with operands rounded to bf16 (8 bits of exponent as in single precision, 8 of mantissa) and sums in single
// precision: about twice as many products a second on processors with the instructions, which read two terms at once. On
// others, and in Eigen's class, the operands are rounded likewise and multiplied as ever: nothing is gained but the same
// experiment.
#pragma once

#include "core/math/Pool.h"

namespace lab {

enum class Transpose;

// The operands of one product, rounded (to nearest, ties to even) and laid out for the kernel. They live in memory of the
// calling thread until its next product.
struct RoundedOperands {
    bool native = false;
    Index pairs = 0;          // of terms: k is read in twos
    const void* a = nullptr;  // native: pairs, rowA apart from row to row, pairA from pair to pair
    Index rowA = 0, pairA = 0;
    const void* b = nullptr;  // native: panels of kRoundedPanel columns, pair by pair
    Transpose transA{}, transB{};
    Index k = 0, lda = 0, ldb = 0;
};
constexpr Index kRoundedPanel = 32;

// As gemm (Gemm.h). `native` false: without the processor's instructions, for the tests.
RoundedOperands roundOperands(Pool& pool, Transpose transA, Transpose transB, Index m, Index n, Index k, const Real* a,
                              Index lda, const Real* b, Index ldb, bool native);
// C's rows [i, i + height) and columns [j, j + width); j is a multiple of kRoundedPanel. c is the first element of the
// tile.
void roundedTile(const RoundedOperands& operands, Index i, Index height, Index j, Index width, Real alpha, Real beta,
                 Real* c, Index ldc);

// Whether this processor and this class of kernels have the instructions.
bool nativeBf16();
// The value that takes part in the product; for tests and the other processors.
Real roundedToBf16(Real value);

}  // namespace lab

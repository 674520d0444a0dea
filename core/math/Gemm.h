// The seam for matrix products: oneDNN where the build found it, Eigen otherwise (and always in the double build).
// Work is cut into tiles that depend on the sizes only; every element of C is summed by one call, in one order.
#pragma once

#include "core/math/Bf16.h"
#include "core/math/Pool.h"
#include "core/math/Types.h"

#include <string>

namespace lab {

enum class Transpose { No, Yes };

// C (m x n) = alpha * op(A) * op(B) + beta * C, all row-major with row strides lda, ldb, ldc.
// op(A) is m x k, op(B) is k x n. beta = 0 overwrites C (NaN in C does not survive). Sizes may be 0. Where the pool asks for
// bf16, op(A) and op(B) are rounded first.
void gemm(Pool& pool, Transpose transA, Transpose transB, Index m, Index n, Index k, Real alpha, const Real* a, Index lda,
          const Real* b, Index ldb, Real beta, Real* c, Index ldc);

// The same inside one tile of the caller's own Pool::run: no threads.
void gemmSerial(Transpose transA, Transpose transB, Index m, Index n, Index k, Real alpha, const Real* a, Index lda,
                const Real* b, Index ldb, Real beta, Real* c, Index ldc);

// Tile of C. Fixed: a function of the sizes, never of the number of threads. Wide enough that one product fills the
// kernel, small enough that two threads share a layer of a few hundred units.
constexpr Index kGemmTileRows = 256;
constexpr Index kGemmTileCols = 256;

// gemm, and after every finished tile of C, while it is still in the cache of the thread that computed it,
// after(row, rows, col, cols). Tiles with col == 0 exist for every range of rows.
template <class After>
void gemmThen(Pool& pool, Transpose transA, Transpose transB, Index m, Index n, Index k, Real alpha, const Real* a, Index lda,
              const Real* b, Index ldb, Real beta, Real* c, Index ldc, After&& after) {
    if (m == 0 || n == 0) return;
    const Index down = (m + kGemmTileRows - 1) / kGemmTileRows;
    const Index across = (n + kGemmTileCols - 1) / kGemmTileCols;
    const bool rounds = pool.products() == Products::Bf16;
    RoundedOperands rounded;
    if (rounds) rounded = roundOperands(pool, transA, transB, m, n, k, a, lda, b, ldb, true);
    pool.run(down * across, [&](Index tile) {
        const Index i = tile / across * kGemmTileRows;
        const Index j = tile % across * kGemmTileCols;
        const Index height = i + kGemmTileRows < m ? kGemmTileRows : m - i;
        const Index width = j + kGemmTileCols < n ? kGemmTileCols : n - j;
        if (rounds)
            roundedTile(rounded, i, height, j, width, alpha, beta, c + i * ldc + j, ldc);
        else
            gemmSerial(transA, transB, height, width, k, alpha, transA == Transpose::Yes ? a + i : a + i * lda, lda,
                       transB == Transpose::Yes ? b + j * ldb : b + j, ldb, beta, c + i * ldc + j, ldc);
        after(i, height, j, width);
    });
}

// Y (B x out) = X (B x in) * W^T, W (out x in): a dense layer.
void productForward(Pool& pool, Index batch, Index in, Index out, const Real* x, const Real* w, Real* y);
// dX (B x in) = dY (B x out) * W: the input gradient. beta as in gemm.
void productBackward(Pool& pool, Index batch, Index in, Index out, const Real* dy, const Real* w, Real beta, Real* dx);
// dW (out x in) = dY^T * X + beta * dW: the weight gradient.
void productGradient(Pool& pool, Index batch, Index in, Index out, const Real* dy, const Real* x, Real beta, Real* dw);

// Which kernels run here, for the fingerprint: for example "onednn-2.6.3/avx512/conv-fma" or "eigen-3.4.0". The last part
// names the convolutions that are read in place (ConvDirect.h), with fused sums or without.
const std::string& kernelClass();
// The same with what a run asks for: ".../bf16", or ".../bf16-rounded" where the instructions are missing.
std::string kernelClass(Products products);
// Whether the class is one of kernels made for the processor at hand (oneDNN's): other processors may give other bits.
bool kernelsOfMachine();

}  // namespace lab

#include "core/geometry/DoubleProducts.h"

#include "core/base/Assert.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

// The baseline has two doubles a register. The kernel is compiled once more for wider registers and chosen at run time;
// instrumented builds cannot resolve such symbols early enough and take the plain one.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(LAB_SANITIZED)
#define LAB_WIDE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define LAB_WIDE_CLONES
#endif

namespace lab {

namespace {

constexpr Index kRows = 4;     // rows of C held in registers
constexpr Index kCols = 12;    // columns of C held in registers: three groups of four
constexpr Index kDepth = 256;  // rows of B in one packed panel: stays in the first-level cache
constexpr Index kBlock = 64;   // block of the factorisations

typedef double Four __attribute__((vector_size(32)));
typedef double FourUnaligned __attribute__((vector_size(32), aligned(8)));

// C (4 x 12) += A (4 x k, given as 4 row pointers, already scaled) * panel (k x 12, packed).
LAB_WIDE_CLONES
void kernel4x12(Index k, const double* a, Index lda, const double* panel, double* c, Index ldc) {
    const double* a0 = a;
    const double* a1 = a + lda;
    const double* a2 = a + 2 * lda;
    const double* a3 = a + 3 * lda;
    Four s00{}, s01{}, s02{}, s10{}, s11{}, s12{}, s20{}, s21{}, s22{}, s30{}, s31{}, s32{};
    for (Index t = 0; t < k; ++t) {
        const FourUnaligned* p = reinterpret_cast<const FourUnaligned*>(panel + t * kCols);
        const Four b0 = p[0];
        const Four b1 = p[1];
        const Four b2 = p[2];
        const Four x0 = {a0[t], a0[t], a0[t], a0[t]};
        s00 += x0 * b0;
        s01 += x0 * b1;
        s02 += x0 * b2;
        const Four x1 = {a1[t], a1[t], a1[t], a1[t]};
        s10 += x1 * b0;
        s11 += x1 * b1;
        s12 += x1 * b2;
        const Four x2 = {a2[t], a2[t], a2[t], a2[t]};
        s20 += x2 * b0;
        s21 += x2 * b1;
        s22 += x2 * b2;
        const Four x3 = {a3[t], a3[t], a3[t], a3[t]};
        s30 += x3 * b0;
        s31 += x3 * b1;
        s32 += x3 * b2;
    }
    FourUnaligned* c0 = reinterpret_cast<FourUnaligned*>(c);
    FourUnaligned* c1 = reinterpret_cast<FourUnaligned*>(c + ldc);
    FourUnaligned* c2 = reinterpret_cast<FourUnaligned*>(c + 2 * ldc);
    FourUnaligned* c3 = reinterpret_cast<FourUnaligned*>(c + 3 * ldc);
    c0[0] += s00;
    c0[1] += s01;
    c0[2] += s02;
    c1[0] += s10;
    c1[1] += s11;
    c1[2] += s12;
    c2[0] += s20;
    c2[1] += s21;
    c2[2] += s22;
    c3[0] += s30;
    c3[1] += s31;
    c3[2] += s32;
}

// B(row, column) of the product, read through strides, so that transposed operands need no copy of their own.
void multiplyAddStrided(Index m, Index n, Index k, double alpha, const double* a, Index lda, const double* b, Index bRow,
                        Index bCol, double* c, Index ldc) {
    double panel[kDepth * kCols];
    double left[kRows * kDepth];
    double edge[kRows * kCols];
    for (Index t0 = 0; t0 < k; t0 += kDepth) {
        const Index depth = std::min(kDepth, k - t0);
        for (Index j = 0; j < n; j += kCols) {
            const Index width = std::min(kCols, n - j);
            for (Index t = 0; t < depth; ++t) {
                const double* source = b + (t0 + t) * bRow + j * bCol;
                double* target = panel + t * kCols;
                for (Index q = 0; q < width; ++q) target[q] = alpha * source[q * bCol];
                for (Index q = width; q < kCols; ++q) target[q] = 0;
            }
            for (Index i = 0; i < m; i += kRows) {
                const Index height = std::min(kRows, m - i);
                if (height == kRows && width == kCols) {
                    kernel4x12(depth, a + i * lda + t0, lda, panel, c + i * ldc + j, ldc);
                    continue;
                }
                for (Index r = 0; r < kRows; ++r) {
                    if (r < height)
                        std::memcpy(left + r * kDepth, a + (i + r) * lda + t0,
                                    static_cast<std::size_t>(depth) * sizeof(double));
                    else
                        std::fill(left + r * kDepth, left + r * kDepth + depth, 0.0);
                }
                std::fill(edge, edge + kRows * kCols, 0.0);
                kernel4x12(depth, left, kDepth, panel, edge, kCols);
                for (Index r = 0; r < height; ++r)
                    for (Index q = 0; q < width; ++q) c[(i + r) * ldc + j + q] += edge[r * kCols + q];
            }
        }
    }
}

// Unblocked Cholesky of the leading block; false when a pivot is not positive.
bool factorBlock(double* a, Index lda, Index n) {
    for (Index j = 0; j < n; ++j) {
        double pivot = a[j * lda + j];
        for (Index t = 0; t < j; ++t) pivot -= a[j * lda + t] * a[j * lda + t];
        if (!(pivot > 0)) return false;
        const double root = std::sqrt(pivot);
        a[j * lda + j] = root;
        for (Index i = j + 1; i < n; ++i) {
            double sum = a[i * lda + j];
            for (Index t = 0; t < j; ++t) sum -= a[i * lda + t] * a[j * lda + t];
            a[i * lda + j] = sum / root;
        }
    }
    return true;
}

// W (n x n, zeroed by the caller) = inverse of the lower-triangular block L.
void invertBlock(const double* l, Index ldl, Index n, double* w, Index ldw) {
    for (Index i = 0; i < n; ++i) {
        const double scale = 1.0 / l[i * ldl + i];
        for (Index t = 0; t < i; ++t) {
            const double factor = -l[i * ldl + t] * scale;
            for (Index j = 0; j <= t; ++j) w[i * ldw + j] += factor * w[t * ldw + j];
        }
        w[i * ldw + i] = scale;
    }
}

}  // namespace

void multiplyAdd(Index m, Index n, Index k, double alpha, const double* a, Index lda, const double* b, Index ldb, double* c,
                 Index ldc) {
    multiplyAddStrided(m, n, k, alpha, a, lda, b, ldb, 1, c, ldc);
}

void multiplyAddTransposed(Index m, Index n, Index k, double alpha, const double* a, Index lda, const double* b, Index ldb,
                           double* c, Index ldc) {
    multiplyAddStrided(m, n, k, alpha, a, lda, b, 1, ldb, c, ldc);
}

bool choleskyInPlace(MatrixD& a) {
    const Index n = a.rows();
    LAB_ASSERT(a.cols() == n);
    double* data = a.data();
    std::vector<double> inverse(static_cast<std::size_t>(kBlock * kBlock));
    std::vector<double> panel;
    for (Index j = 0; j < n; j += kBlock) {
        const Index width = std::min(kBlock, n - j);
        // Columns j .. j+width lose what the finished columns explain; B is the transposed block row.
        for (Index i = j; i < n; i += kBlock) {
            const Index height = std::min(kBlock, n - i);
            multiplyAddStrided(height, width, j, -1.0, data + i * n, n, data + j * n, 1, n, data + i * n + j, n);
        }
        if (!factorBlock(data + j * n + j, n, width)) return false;
        const Index below = n - j - width;
        if (below == 0) continue;
        std::fill(inverse.begin(), inverse.end(), 0.0);
        invertBlock(data + j * n + j, n, width, inverse.data(), kBlock);
        panel.assign(static_cast<std::size_t>(below * width), 0.0);
        multiplyAddStrided(below, width, width, 1.0, data + (j + width) * n + j, n, inverse.data(), 1, kBlock, panel.data(),
                           width);
        for (Index i = 0; i < below; ++i)
            std::memcpy(data + (j + width + i) * n + j, panel.data() + i * width,
                        static_cast<std::size_t>(width) * sizeof(double));
    }
    return true;
}

MatrixD invertLower(const MatrixD& l) {
    const Index n = l.rows();
    MatrixD w = MatrixD::Zero(n, n);
    std::vector<double> sum(static_cast<std::size_t>(kBlock * kBlock));
    for (Index i = 0; i < n; i += kBlock) {
        const Index height = std::min(kBlock, n - i);
        invertBlock(l.data() + i * n + i, n, height, w.data() + i * n + i, n);
        for (Index j = 0; j < i; j += kBlock) {
            // W_ij = -W_ii * sum_{t=j..i-1} L_it W_tj; blocks of W above its diagonal are zero and are left out.
            std::fill(sum.begin(), sum.end(), 0.0);
            multiplyAddStrided(height, kBlock, i - j, 1.0, l.data() + i * n + j, n, w.data() + j * n + j, n, 1, sum.data(),
                               kBlock);
            multiplyAddStrided(height, kBlock, height, -1.0, w.data() + i * n + i, n, sum.data(), kBlock, 1,
                               w.data() + i * n + j, n);
        }
    }
    return w;
}

void orthonormalise(MatrixD& v) {
    LAB_ASSERT(v.cols() <= v.rows());
    for (Index j = 0; j < v.cols(); ++j) {
        VectorD column = v.col(j);
        double before = column.norm();
        for (int pass = 0; pass < 2; ++pass)
            for (Index t = 0; t < j; ++t) column -= v.col(t).dot(column) * v.col(t);
        double after = column.norm();
        if (!(after > 1e-12 * before)) {
            VectorD covered = VectorD::Zero(v.rows());
            for (Index t = 0; t < j; ++t) covered += v.col(t).cwiseAbs2();
            Index least = 0;
            covered.minCoeff(&least);
            column.setZero();
            column[least] = 1;
            for (int pass = 0; pass < 2; ++pass)
                for (Index t = 0; t < j; ++t) column -= v.col(t).dot(column) * v.col(t);
            after = column.norm();
        }
        v.col(j) = column / after;
    }
}

}  // namespace lab

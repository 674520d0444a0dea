#include "core/math/Bf16.h"

#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"
#include "core/math/Simd.h"

#include <algorithm>
#include <bit>
#include <cmath>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(LAB_DOUBLE)
#include <immintrin.h>
// GCC 12 takes the "undefined" operand of its own intrinsics for a variable that was forgotten.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#define LAB_NATIVE_BF16 1
#define LAB_BF16_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,prefer-vector-width=512")))
#endif

namespace lab {

namespace {

// One buffer per thread and operand, grown to the largest product that it has met.
template <int Operand, class Number>
Number* operandBuffer(Index count) {
    thread_local std::vector<Number, AlignedAllocator<Number>> buffer;
    if (static_cast<Index>(buffer.size()) < count) buffer.resize(static_cast<std::size_t>(count));
    return buffer.data();
}

LAB_INLINE float roundedBits(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (bits + 0x7FFFu + (bits >> 16 & 1u)) & 0xFFFF0000u;
    // NaN must not be rounded up to infinity; infinities stay by themselves.
    const std::uint32_t kept = (bits & 0x7FFFFFFFu) > 0x7F800000u ? (bits | 0x00400000u) & 0xFFFF0000u : rounded;
    return std::bit_cast<float>(kept);
}

LAB_CLONES void roundRow(const Real* __restrict from, Real* __restrict to, Index n) {
    for (Index i = 0; i < n; ++i) to[i] = static_cast<Real>(roundedBits(static_cast<float>(from[i])));
}

template <int Operand>
const Real* roundedCopy(Pool& pool, const Real* from, Index rows, Index cols, Index ld) {
    Real* to = operandBuffer<Operand, Real>(rows * cols);
    const Index grain = std::max<Index>(1, kElementTile / std::max<Index>(1, cols));
    pool.ranges(rows, grain, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) roundRow(from + i * ld, to + i * cols, cols);
    });
    return to;
}

#ifdef LAB_NATIVE_BF16

using Pair = std::uint32_t;  // two bf16, the earlier term below

LAB_BF16_TARGET inline __mmask16 first16(Index count) {
    return count >= 16 ? __mmask16(0xFFFF) : count <= 0 ? __mmask16(0) : static_cast<__mmask16>((1u << count) - 1u);
}

// 32 numbers of a row (fewer towards its end: zeros follow) as 16 pairs.
LAB_BF16_TARGET inline __m512i pairsOfRow(const float* from, Index left) {
    const __m512 low = _mm512_maskz_loadu_ps(first16(left), from),
                 high = _mm512_maskz_loadu_ps(first16(left - 16), from + 16);
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

// 16 columns of two rows (`second` null: zeros) as 16 pairs.
LAB_BF16_TARGET inline __m512i pairsOfRows(const float* first, const float* second, __mmask16 columns) {
    const __m256i low = (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(columns, first));
    const __m512i below = _mm512_cvtepu16_epi32(low);
    if (second == nullptr) return below;
    const __m256i high = (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(columns, second));
    return _mm512_or_si512(below, _mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
}

// Rows of k numbers as rows of pairs.
LAB_BF16_TARGET void packRows(const float* from, Index ld, Index rows, Index k, Pair* to) {
    const Index pairs = (k + 1) / 2;
    for (Index i = 0; i < rows; ++i)
        for (Index p = 0; p < pairs; p += 16)
            _mm512_mask_storeu_epi32(to + i * pairs + p, first16(pairs - p), pairsOfRow(from + i * ld + 2 * p, k - 2 * p));
}

// Pairs [first, last) of k rows that lie along the columns: to[p * pitch + column].
LAB_BF16_TARGET void packColumns(const float* from, Index ld, Index k, Index columns, Index first, Index last, Pair* to,
                                 Index pitch) {
    for (Index p = first; p < last; ++p) {
        const float* row = from + 2 * p * ld;
        const float* next = 2 * p + 1 < k ? row + ld : nullptr;
        for (Index j = 0; j < columns; j += 16) {
            const __mmask16 mask = first16(columns - j);
            _mm512_mask_storeu_epi32(to + p * pitch + j, first16(pitch - j),
                                     pairsOfRows(row + j, next == nullptr ? nullptr : next + j, mask));
        }
        for (Index j = (columns + 15) / 16 * 16; j < pitch; ++j) to[p * pitch + j] = 0;
    }
}

// A panel of up to 32 columns from rows of k numbers, one row for every column: 16 x 16 pairs are transposed in registers.
LAB_BF16_TARGET void packTransposed(const float* from, Index ld, Index k, Index columns, Pair* to) {
    const Index pairs = (k + 1) / 2;
    for (Index j = 0; j < kRoundedPanel; j += 16)
        for (Index p = 0; p < pairs; p += 16) {
            __m512i r[16], t[16];
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i)
                r[i] = j + i < columns ? pairsOfRow(from + (j + i) * ld + 2 * p, k - 2 * p) : _mm512_setzero_si512();
#pragma GCC unroll 8
            for (int i = 0; i < 8; ++i) {
                t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
                t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
            }
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i) {
                r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
                r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
                r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
                r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
            }
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i) {
                t[i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88);
                t[4 + i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd);
                t[8 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88);
                t[12 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
            }
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i) {
                r[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
                r[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
                r[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
                r[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
            }
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i)
                if (p + i < pairs) _mm512_storeu_si512(to + (p + i) * kRoundedPanel + j, r[i]);
        }
}

// `Rows` rows of C by one panel, in registers; every element sums the pairs in order, whatever `Rows` is.
template <int Rows>
LAB_BF16_TARGET inline __attribute__((always_inline)) void block(const RoundedOperands& o, const Pair* a, const Pair* b,
                                                                 Index width, Real alpha, Real beta, float* c, Index ldc) {
    __m512 sums[Rows][2];
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r) sums[r][0] = sums[r][1] = _mm512_setzero_ps();
    for (Index p = 0; p < o.pairs; ++p) {
        const __m512bh left = (__m512bh)_mm512_loadu_si512(b + p * kRoundedPanel);
        const __m512bh right = (__m512bh)_mm512_loadu_si512(b + p * kRoundedPanel + 16);
#pragma GCC unroll 12
        for (int r = 0; r < Rows; ++r) {
            const __m512bh x = (__m512bh)_mm512_set1_epi32(static_cast<int>(a[r * o.rowA + p * o.pairA]));
            sums[r][0] = _mm512_dpbf16_ps(sums[r][0], x, left);
            sums[r][1] = _mm512_dpbf16_ps(sums[r][1], x, right);
        }
    }
    const __m512 times = _mm512_set1_ps(alpha), keep = _mm512_set1_ps(beta);
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < 2; ++v) {
            const __mmask16 mask = first16(width - 16 * v);
            float* to = c + r * ldc + 16 * v;
            __m512 value = _mm512_mul_ps(times, sums[r][v]);
            if (beta != 0) value = _mm512_add_ps(value, _mm512_mul_ps(keep, _mm512_maskz_loadu_ps(mask, to)));
            _mm512_mask_storeu_ps(to, mask, value);
        }
}

LAB_BF16_TARGET void nativeTile(const RoundedOperands& o, Index i, Index height, Index j, Index width, Real alpha,
                                Real beta, Real* c, Index ldc) {
    const Pair* a = static_cast<const Pair*>(o.a) + i * o.rowA;
    for (Index column = 0; column < width; column += kRoundedPanel) {
        const Pair* b = static_cast<const Pair*>(o.b) + (j + column) * o.pairs;
        const Index across = std::min(kRoundedPanel, width - column);
        Index row = 0;
        for (; row + 12 <= height; row += 12)
            block<12>(o, a + row * o.rowA, b, across, alpha, beta, c + row * ldc + column, ldc);
        for (; row + 8 <= height; row += 8)
            block<8>(o, a + row * o.rowA, b, across, alpha, beta, c + row * ldc + column, ldc);
        for (; row + 4 <= height; row += 4)
            block<4>(o, a + row * o.rowA, b, across, alpha, beta, c + row * ldc + column, ldc);
        for (; row < height; ++row) block<1>(o, a + row * o.rowA, b, across, alpha, beta, c + row * ldc + column, ldc);
    }
}

void packNative(Pool& pool, RoundedOperands& o, Index m, Index n, const float* a, const float* b) {
    const Index k = o.k, pairs = o.pairs;
    constexpr Index kNumbers = 32768;  // of one piece of the work
    const Index inRow = std::max<Index>(1, kNumbers / std::max<Index>(1, k));
    if (o.transA == Transpose::No) {
        Pair* to = operandBuffer<0, Pair>(m * pairs);
        pool.ranges(m, inRow, [&](Index begin, Index end) {
            packRows(a + begin * o.lda, o.lda, end - begin, k, to + begin * pairs);
        });
        o.a = to, o.rowA = pairs, o.pairA = 1;
    } else {
        const Index pitch = (m + 15) / 16 * 16;
        Pair* to = operandBuffer<0, Pair>(pairs * pitch);
        pool.ranges(pairs, std::max<Index>(1, kNumbers / (2 * pitch)),
                    [&](Index begin, Index end) { packColumns(a, o.lda, k, m, begin, end, to, pitch); });
        o.a = to, o.rowA = 1, o.pairA = pitch;
    }
    const Index panels = (n + kRoundedPanel - 1) / kRoundedPanel;
    Pair* to = operandBuffer<1, Pair>(panels * kRoundedPanel * pairs);
    pool.ranges(panels, std::max<Index>(1, inRow / kRoundedPanel), [&](Index begin, Index end) {
        for (Index panel = begin; panel < end; ++panel) {
            const Index first = panel * kRoundedPanel, columns = std::min(kRoundedPanel, n - first);
            Pair* into = to + first * pairs;
            if (o.transB == Transpose::Yes)
                packTransposed(b + first * o.ldb, o.ldb, k, columns, into);
            else
                packColumns(b + first, o.ldb, k, columns, 0, pairs, into, kRoundedPanel);
        }
    });
    o.b = to;
}

#endif

}  // namespace

bool nativeBf16() {
#ifdef LAB_NATIVE_BF16
    static const bool has = kernelsOfMachine() && __builtin_cpu_supports("avx512bf16") &&
                            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                            __builtin_cpu_supports("avx512dq");
    return has;
#else
    return false;
#endif
}

Real roundedToBf16(Real value) {
    return static_cast<Real>(roundedBits(static_cast<float>(value)));
}

RoundedOperands roundOperands(Pool& pool, Transpose transA, Transpose transB, Index m, Index n, Index k, const Real* a,
                              Index lda, const Real* b, Index ldb, bool native) {
    RoundedOperands o;
    o.native = native && nativeBf16();
    o.transA = transA, o.transB = transB;
    o.k = k, o.pairs = (k + 1) / 2;
    o.lda = lda, o.ldb = ldb;
#ifdef LAB_NATIVE_BF16
    if (o.native) {
        packNative(pool, o, m, n, a, b);
        return o;
    }
#endif
    const bool acrossA = transA == Transpose::Yes, acrossB = transB == Transpose::Yes;
    o.a = roundedCopy<0>(pool, a, acrossA ? k : m, acrossA ? m : k, lda);
    o.b = roundedCopy<1>(pool, b, acrossB ? n : k, acrossB ? k : n, ldb);
    o.lda = acrossA ? m : k;
    o.ldb = acrossB ? k : n;
    return o;
}

void roundedTile(const RoundedOperands& o, Index i, Index height, Index j, Index width, Real alpha, Real beta, Real* c,
                 Index ldc) {
#ifdef LAB_NATIVE_BF16
    if (o.native) {
        nativeTile(o, i, height, j, width, alpha, beta, c, ldc);
        return;
    }
#endif
    const Real* a = static_cast<const Real*>(o.a);
    const Real* b = static_cast<const Real*>(o.b);
    gemmSerial(o.transA, o.transB, height, width, o.k, alpha, o.transA == Transpose::Yes ? a + i : a + i * o.lda, o.lda,
               o.transB == Transpose::Yes ? b + j * o.ldb : b + j, o.ldb, beta, c, ldc);
}

}  // namespace lab

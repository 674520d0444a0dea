// Compiled with contraction on (see CMakeLists.txt): sum + a * b is one operation where the processor has it, in every
// place of this file alike.
#include "core/math/ConvDirect.h"

#include "core/math/Simd.h"

#include <array>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define LAB_DIRECT_VARIANTS 1
#endif

namespace lab {

namespace {

typedef Real Wide __attribute__((vector_size(64), aligned(alignof(Real)), may_alias));

LAB_INLINE Wide load(const Real* from) {
    return *reinterpret_cast<const Wide*>(from);
}
LAB_INLINE void store(Real* to, const Wide& value) {
    *reinterpret_cast<Wide*>(to) = value;
}

// A block of `Outs` channels and `Vectors` vectors of places stays in registers while the taps go by.
template <int Outs, int Vectors>
LAB_INLINE void correlateBlock(const Real* in, const Index* offsets, Index taps, const Real* weights, Index group,
                               const Real* bias, Index count, Real* out, Index outPlane) {
    for (Index t = 0; t < count; t += Vectors * kDirectLanes) {
        Wide sums[Outs][Vectors];
#pragma GCC unroll 8
        for (int o = 0; o < Outs; ++o)
#pragma GCC unroll 8
            for (int v = 0; v < Vectors; ++v) sums[o][v] = Wide{} + (bias == nullptr ? Real(0) : bias[o]);
        for (Index tap = 0; tap < taps; ++tap) {
            const Real* from = in + offsets[tap] + t;
            const Real* w = weights + tap * group;
            Wide x[Vectors];
#pragma GCC unroll 8
            for (int v = 0; v < Vectors; ++v) x[v] = load(from + v * kDirectLanes);
#pragma GCC unroll 8
            for (int o = 0; o < Outs; ++o)
#pragma GCC unroll 8
                for (int v = 0; v < Vectors; ++v) sums[o][v] += x[v] * w[o];
        }
#pragma GCC unroll 8
        for (int o = 0; o < Outs; ++o)
#pragma GCC unroll 8
            for (int v = 0; v < Vectors; ++v) store(out + o * outPlane + t + v * kDirectLanes, sums[o][v]);
    }
}

LAB_INLINE const Real* from(const Real* bias, Index o) {
    return bias == nullptr ? nullptr : bias + o;
}

// Channels [0, group) in blocks of at most `Most`. How they are cut changes no bit: every output has a sum of its own.
template <int Most, int Vectors>
LAB_INLINE void correlateGroup(const Real* in, const Index* offsets, Index taps, const Real* weights, Index group,
                               const Real* bias, Index count, Real* out, Index outPlane) {
    Index o = 0;
    if constexpr (Most >= 8)
        for (; o + 8 <= group; o += 8)
            correlateBlock<8, Vectors>(in, offsets, taps, weights + o, group, from(bias, o), count, out + o * outPlane,
                                       outPlane);
    if constexpr (Most >= 4)
        for (; o + 4 <= group; o += 4)
            correlateBlock<4, Vectors>(in, offsets, taps, weights + o, group, from(bias, o), count, out + o * outPlane,
                                       outPlane);
    for (; o + 2 <= group; o += 2)
        correlateBlock<2, Vectors>(in, offsets, taps, weights + o, group, from(bias, o), count, out + o * outPlane,
                                   outPlane);
    for (; o < group; ++o)
        correlateBlock<1, Vectors>(in, offsets, taps, weights + o, group, from(bias, o), count, out + o * outPlane,
                                   outPlane);
}

// Four lanes (two in double) in pairs.
template <int Lanes, class Quarter>
LAB_INLINE Real foldQuarter(const Quarter& q) {
    if constexpr (Lanes == 4)
        return (q[0] + q[2]) + (q[1] + q[3]);
    else
        return q[0] + q[1];
}

// Halves are added until four lanes are left: the same tree on every processor.
LAB_INLINE Real foldWide(const Wide& value) {
    typedef Real Half __attribute__((vector_size(32)));
    typedef Real Quarter __attribute__((vector_size(16)));
    union {
        Wide whole;
        Half half[2];
    } wide = {value};
    union {
        Half whole;
        Quarter quarter[2];
    } half = {wide.half[0] + wide.half[1]};
    return foldQuarter<sizeof(Quarter) / sizeof(Real)>(half.quarter[0] + half.quarter[1]);
}

template <int Outs, int Taps>
LAB_INLINE void gatherBlock(const Real* a, Index aStride, Index aPlane, const Real* x, Index xStride, const Index* offsets,
                            Index taps, Index count, Index samples, Real* sums) {
    Wide part[Outs][Taps];
#pragma GCC unroll 8
    for (int o = 0; o < Outs; ++o)
#pragma GCC unroll 8
        for (int k = 0; k < Taps; ++k) part[o][k] = Wide{};
    for (Index s = 0; s < samples; ++s) {
        const Real* as = a + s * aStride;
        const Real* from[Taps];
#pragma GCC unroll 8
        for (int k = 0; k < Taps; ++k) from[k] = x + s * xStride + offsets[k];
        for (Index t = 0; t < count; t += kDirectLanes) {
            Wide down[Outs];
#pragma GCC unroll 8
            for (int o = 0; o < Outs; ++o) down[o] = load(as + o * aPlane + t);
#pragma GCC unroll 8
            for (int k = 0; k < Taps; ++k) {
                const Wide value = load(from[k] + t);
#pragma GCC unroll 8
                for (int o = 0; o < Outs; ++o) part[o][k] += down[o] * value;
            }
        }
    }
    for (int o = 0; o < Outs; ++o)
        for (int k = 0; k < Taps; ++k) sums[o * taps + k] += foldWide(part[o][k]);
}

template <int Outs, int Most>
LAB_INLINE void gatherTaps(const Real* a, Index aStride, Index aPlane, const Real* x, Index xStride, const Index* offsets,
                           Index taps, Index count, Index samples, Real* sums) {
    Index k = 0;
    if constexpr (Most >= 6)
        for (; k + 6 <= taps; k += 6)
            gatherBlock<Outs, 6>(a, aStride, aPlane, x, xStride, offsets + k, taps, count, samples, sums + k);
    if constexpr (Most >= 3)
        for (; k + 3 <= taps; k += 3)
            gatherBlock<Outs, 3>(a, aStride, aPlane, x, xStride, offsets + k, taps, count, samples, sums + k);
    if constexpr (Most == 2)
        for (; k + 2 <= taps; k += 2)
            gatherBlock<Outs, 2>(a, aStride, aPlane, x, xStride, offsets + k, taps, count, samples, sums + k);
    for (; k < taps; ++k) gatherBlock<Outs, 1>(a, aStride, aPlane, x, xStride, offsets + k, taps, count, samples, sums + k);
}

template <int MostOuts, int MostTaps>
LAB_INLINE void gatherGroup(const Real* a, Index aStride, Index aPlane, const Real* x, Index xStride, const Index* offsets,
                            Index taps, Index group, Index count, Index samples, Real* sums) {
    Index o = 0;
    if constexpr (MostOuts >= 4)
        for (; o + 4 <= group; o += 4)
            gatherTaps<4, MostTaps>(a + o * aPlane, aStride, aPlane, x, xStride, offsets, taps, count, samples,
                                    sums + o * taps);
    for (; o + 2 <= group; o += 2)
        gatherTaps<2, MostTaps>(a + o * aPlane, aStride, aPlane, x, xStride, offsets, taps, count, samples,
                                sums + o * taps);
    for (; o < group; ++o)
        gatherTaps<1, MostTaps>(a + o * aPlane, aStride, aPlane, x, xStride, offsets, taps, count, samples,
                                sums + o * taps);
}

// Rows of `width` numbers, `fromPitch` and `toPitch` apart. Whole vectors are moved as long as they end before the last row
// does; what runs over is overwritten by the rows that follow.
LAB_INLINE void rowsBody(const Real* from, Index fromPitch, Index rows, Index width, Real* to, Index toPitch) {
    const Index over = (width + kDirectLanes - 1) / kDirectLanes * kDirectLanes - width;
    const Index pitch = fromPitch < toPitch ? fromPitch : toPitch;
    const Index apart = (over + pitch - 1) / pitch;  // rows that the run-over can reach
    Index i = 0;
    for (; i + apart < rows; ++i, from += fromPitch, to += toPitch)
        for (Index j = 0; j < width; j += kDirectLanes) store(to + j, load(from + j));
    for (; i < rows; ++i, from += fromPitch, to += toPitch)
        for (Index j = 0; j < width; ++j) to[j] = from[j];
}

LAB_INLINE void frameBody(const Real* from, Index planes, Index height, Index width, Index top, Index left, Index pitch,
                          Index plane, Real* to) {
    const Index head = top * pitch + left, body = (height - 1) * pitch + width;
    for (Index c = 0; c < planes; ++c, to += plane, from += height * width) {
        for (Index i = 0; i < head; ++i) to[i] = Real(0);
        rowsBody(from, width, height, width, to + head, pitch);
        for (Index i = 0; i + 1 < height; ++i)
            for (Index j = width; j < pitch; ++j) to[head + i * pitch + j] = Real(0);
        for (Index i = head + body; i < plane; ++i) to[i] = Real(0);
    }
}

// Blocks fill the registers of the processor: 32 of 64 bytes, or 16 of 32 (or 16) bytes.
#define LAB_DIRECT(name, label, fusedSums, outs, vectors, gatherOuts, gatherTapsAtOnce, target)                            \
    target void correlate##name(const Real* in, const Index* offsets, Index taps, const Real* weights, Index group,        \
                                const Real* bias, Index count, Real* out, Index outPlane) {                                \
        correlateGroup<outs, vectors>(in, offsets, taps, weights, group, bias, count, out, outPlane);                      \
    }                                                                                                                      \
    target void gather##name(const Real* a, Index aStride, Index aPlane, const Real* x, Index xStride,                     \
                             const Index* offsets, Index taps, Index group, Index count, Index samples, Real* sums) {      \
        gatherGroup<gatherOuts, gatherTapsAtOnce>(a, aStride, aPlane, x, xStride, offsets, taps, group, count, samples,    \
                                                  sums);                                                                   \
    }                                                                                                                      \
    target void rows##name(const Real* from, Index fromPitch, Index rows, Index width, Real* to, Index toPitch) {          \
        rowsBody(from, fromPitch, rows, width, to, toPitch);                                                               \
    }                                                                                                                      \
    target void frame##name(const Real* from, Index planes, Index height, Index width, Index top, Index left, Index pitch, \
                            Index plane, Real* to) {                                                                       \
        frameBody(from, planes, height, width, top, left, pitch, plane, to);                                               \
    }                                                                                                                      \
    constexpr DirectKernels k##name{label, correlate##name, gather##name, rows##name, frame##name, fusedSums};

LAB_DIRECT(Plain, "baseline", false, 2, 1, 2, 1, )
#ifdef LAB_DIRECT_VARIANTS
LAB_DIRECT(V3, "x86-64-v3", true, 4, 1, 2, 2, __attribute__((target("arch=x86-64-v3"))))
LAB_DIRECT(V4, "x86-64-v4", true, 8, 2, 4, 6, __attribute__((target("arch=x86-64-v4,prefer-vector-width=512"))))
#endif

struct Choice {
    std::array<const DirectKernels*, 3> kernels{};
    std::size_t count = 0;
    Choice() {
#ifdef LAB_DIRECT_VARIANTS
        if (__builtin_cpu_supports("x86-64-v4")) kernels[count++] = &kV4;
        if (__builtin_cpu_supports("x86-64-v3")) kernels[count++] = &kV3;
#endif
        kernels[count++] = &kPlain;
    }
};

const Choice& choice() {
    static const Choice chosen;
    return chosen;
}

}  // namespace

const DirectKernels& directKernels() {
    return *choice().kernels[0];
}

std::span<const DirectKernels* const> allDirectKernels() {
    return {choice().kernels.data(), choice().count};
}

}  // namespace lab

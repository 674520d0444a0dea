// Convolutions that move by one, without laying out columns: a padded image is read at shifted places, vectors run along
// its rows. The inner loops are compiled for several processors; those with fused multiply-add give the same bits among
// each other. See Conv.h for the seam.
#pragma once

#include "core/math/Types.h"

#include <span>

namespace lab {

// Numbers of one vector (64 bytes). Arrays that the kernels read are padded by kDirectSlack numbers behind their end.
constexpr Index kDirectLanes = static_cast<Index>(64 / sizeof(Real));
constexpr Index kDirectSlack = 4 * kDirectLanes;
// Outputs are computed in groups of so many channels; the weights of a group lie together, tap by tap.
constexpr Index kDirectGroup = 8;

struct DirectKernels {
    const char* processor;
    // out[o * outPlane + t] = bias[o] + sum over taps of weights[tap * group + o] * in[offset[tap] + t] for o < group <= 8
    // and t < count; what is behind `count` up to the next multiple of kDirectSlack is overwritten, so outPlane >= that.
    // bias may be null. The sum runs over the taps in order.
    void (*correlate)(const Real* in, const Index* offsets, Index taps, const Real* weights, Index group, const Real* bias,
                      Index count, Real* out, Index outPlane);
    // sums[o * taps + tap] += sum over samples s and t < count of a[s * aStride + o * aPlane + t] * x[s * xStride +
    // offset[tap] + t] for o < group. `count` is a multiple of kDirectLanes. Each sum runs over lanes side by side, then
    // over the lanes in pairs.
    void (*gather)(const Real* a, Index aStride, Index aPlane, const Real* x, Index xStride, const Index* offsets,
                   Index taps, Index group, Index count, Index samples, Real* sums);
    // Moves rows of `width` numbers.
    void (*rows)(const Real* from, Index fromPitch, Index rows, Index width, Real* to, Index toPitch);
    // Sets planes of height x width into planes of `plane` numbers with rows of `pitch`, from row `top` and column `left`
    // on, zeros elsewhere.
    void (*frame)(const Real* from, Index planes, Index height, Index width, Index top, Index left, Index pitch,
                  Index plane, Real* to);
    bool fused;  // multiply and add are one rounding
};

// The fastest kernels that this processor runs, and all of them (for the tests), fastest first.
const DirectKernels& directKernels();
std::span<const DirectKernels* const> allDirectKernels();

}  // namespace lab

// The seam for convolutions (cross-correlations) of images in channel-first order: patches are laid out as columns,
// a block that fits the cache at a time, and multiplied. Samples are split into fixed groups; gradients of the groups
// are added in order.
#pragma once

#include "core/math/Activations.h"
#include "core/math/Pool.h"

namespace lab {

struct ConvGeometry {
    Index channels = 1, height = 1, width = 1;
    Index outChannels = 1;
    Index kernelHeight = 1, kernelWidth = 1;
    Index strideHeight = 1, strideWidth = 1;
    Index padHeight = 0, padWidth = 0;

    Index outHeight() const { return (height + 2 * padHeight - kernelHeight) / strideHeight + 1; }
    Index outWidth() const { return (width + 2 * padWidth - kernelWidth) / strideWidth + 1; }
    Index inSize() const { return channels * height * width; }
    Index outSize() const { return outChannels * outHeight() * outWidth(); }
    Index patch() const { return channels * kernelHeight * kernelWidth; }
};

// y (rows x outChannels x outHeight x outWidth) = w * x + b; w (outChannels x channels x kernelHeight x kernelWidth), b
// (outChannels) or null. If h is not null, h = f(y) besides.
void convForward(Pool& pool, const ConvGeometry& g, Index rows, const Real* x, const Real* w, const Real* b, Real* y,
                 Activation f = Activation::Identity, Real slope = 0, Real* h = nullptr);
// dx (overwritten) where not null, from dy and w.
void convBackward(Pool& pool, const ConvGeometry& g, Index rows, const Real* dy, const Real* w, Real* dx);
// dw = betaW * dw + gradient, db likewise where not null. `scratch` has convScratch(g) numbers.
void convGradient(Pool& pool, const ConvGeometry& g, Index rows, const Real* dy, const Real* x, Real betaW, Real* dw,
                  Real betaB, Real* db, Real* scratch);
Index convScratch(const ConvGeometry& g);

}  // namespace lab

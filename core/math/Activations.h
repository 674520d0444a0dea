// Pointwise functions: value and derivative, vectorised, over plain ranges. One list serves layers and rules.
#pragma once

#include "core/math/Types.h"

#include <optional>
#include <string>

namespace lab {

enum class Activation { Identity, Relu, LeakyRelu, Tanh, Sigmoid, Gelu, Selu, Softplus, Square, HardSigmoid };
constexpr int kActivationCount = 10;

// By the identifier that files use ("leaky_relu"); empty for an unknown one.
std::optional<Activation> activationByName(const std::string& name);
const char* activationName(Activation f);

// h = f(z), n values. `slope` serves the leaky ReLU only. z may be h.
void activate(Activation f, Real slope, const Real* z, Real* h, Index n);
// The same after adding a row of biases: z += b, h = f(z), for `rows` rows of `cols` values with row stride `ld` in both.
// b may be null (nothing is added).
void activateRows(Activation f, Real slope, const Real* b, Real* z, Real* h, Index rows, Index cols, Index ld);
// dz = dh * f'(z). h = f(z) must be given as well. dz may be dh.
void activateBackward(Activation f, Real slope, const Real* z, const Real* h, const Real* dh, Real* dz, Index n);
// d = f'(z), n values.
void activateSlope(Activation f, Real slope, const Real* z, const Real* h, Real* d, Index n);

}  // namespace lab

// Distributions of initial weights. A value depends on (seed, block, index) only.
#pragma once

#include "core/math/Types.h"

#include <cstdint>
#include <string>

namespace lab {

// Fills a weight matrix or kernel (out x fanIn, row-major). `kind`:
//   fan_in_uniform   U(+-1/sqrt(fanIn)), PyTorch's default      fan_in_normal    N(0, 1/fanIn), LeCun et al. 1998
//   he_uniform       U(+-sqrt(6/fanIn)), He et al. 2015         he_normal        N(0, 2/fanIn)
//   xavier_uniform   U(+-sqrt(6/(fanIn + fanOut))), Glorot & Bengio 2010         xavier_normal    N(0, 2/(fanIn + fanOut))
//   orthogonal       orthonormal rows or columns, whichever are fewer, Saxe et al. 2014             zeros
// Returns false, leaving the values alone, for an unknown kind.
bool initialiseWeights(const std::string& kind, Real* w, Index count, Index fanIn, Index fanOut, std::uint64_t seed,
                       std::uint64_t block);
// Biases: U(+-1/sqrt(fanIn)) with fan_in_uniform, as PyTorch; zero otherwise.
void initialiseBias(const std::string& kind, Real* b, Index count, Index fanIn, std::uint64_t seed, std::uint64_t block);

}  // namespace lab

// Vector code without a second build: LAB_CLONES compiles a function for the baseline, AVX2 and AVX-512 and picks one
// when the program starts. Put it on elementwise loops over plain pointers only. With contraction off (see LabOptions)
// and no reordering of sums every clone rounds alike, so the choice does not show in the result.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(LAB_SANITIZED)
#define LAB_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), noinline))
#else
#define LAB_CLONES
#endif

// For small functions that the clones call: inlined, they are compiled for the caller's processor.
#if defined(__GNUC__)
#define LAB_INLINE inline __attribute__((always_inline))
#else
#define LAB_INLINE inline
#endif

namespace lab {

// The absolute value as an ordered integer: a maximum over these vectorises without fast-math, and infinities and NaN
// come out on top.
LAB_INLINE std::uint32_t magnitudeBits(float x) { return std::bit_cast<std::uint32_t>(x) & 0x7FFFFFFFu; }
LAB_INLINE std::uint64_t magnitudeBits(double x) { return std::bit_cast<std::uint64_t>(x) & 0x7FFFFFFFFFFFFFFFull; }
LAB_INLINE float fromMagnitude(std::uint32_t bits) { return std::bit_cast<float>(bits); }
LAB_INLINE double fromMagnitude(std::uint64_t bits) { return std::bit_cast<double>(bits); }

}  // namespace lab

#include "core/base/Rng.h"

#include <cmath>
#include <numbers>

namespace lab {

namespace {

std::uint64_t combine(std::uint64_t key, std::uint64_t word) {
    return mix64(key ^ (word + 0x9E3779B97F4A7C15ull + (key << 6) + (key >> 2)));
}

}  // namespace

Stream::Stream(std::uint64_t seed, Purpose purpose, std::uint64_t a, std::uint64_t b)
    : m_key(combine(combine(combine(mix64(seed + 0x632BE59BD9B4E019ull), static_cast<std::uint64_t>(purpose)), a), b)) {}

double Stream::normalAt(std::uint64_t index) const {
    // 1 - u lies in (0, 1], so the logarithm is finite.
    const double u = 1.0 - uniformAt(2 * index);
    const double v = uniformAt(2 * index + 1);
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

std::uint64_t Stream::belowAt(std::uint64_t index, std::uint64_t n) const {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(bitsAt(index)) * n) >> 64);
}

}  // namespace lab

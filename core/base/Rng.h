// Counter-based random numbers. Every purpose has its own stream; a draw depends on (seed, purpose, a, b, index) and
// on nothing else, so results do not change with the number of threads, with observers or with the order of calls.
// Generator: SplitMix64 (Steele, Lea & Flood, OOPSLA 2014) used as a hash of the counter.
#pragma once

#include <cstdint>

namespace lab {

enum class Purpose : std::uint32_t {
    Init = 1,        // initial parameters; a = parameter block
    Order = 2,       // order of samples; a = epoch
    Negatives = 3,   // contrastive labels; a = step
    LabelNoise = 4,  // corrupted labels
    Split = 5,       // train/test split, subsets
    Dropout = 6,     // a = step, b = operation
    Noise = 7,       // noise inside a rule (diffusion, perturbation); a = step
    Feedback = 8,    // fixed random feedback matrices; a = layer
    Probe = 9,       // fixed probe set of the views
    Generator = 10,  // synthetic data sets
    Analysis = 11,   // measures that sample
    Phase = 12,      // random sign or order of phases; a = step
};

// The SplitMix64 finaliser: a bijective mix of 64 bits.
constexpr std::uint64_t mix64(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

class Stream {
public:
    Stream(std::uint64_t seed, Purpose purpose, std::uint64_t a = 0, std::uint64_t b = 0);

    // Random access: the draw number `index` of this stream.
    std::uint64_t bitsAt(std::uint64_t index) const { return mix64(m_key + (index + 1) * 0x9E3779B97F4A7C15ull); }
    double uniformAt(std::uint64_t index) const { return static_cast<double>(bitsAt(index) >> 11) * 0x1.0p-53; }
    // Standard normal (Box-Muller on draws 2*index and 2*index+1).
    double normalAt(std::uint64_t index) const;
    // Uniform integer in [0, n), n >= 1 (multiply-shift, bias below 2^-32 for n < 2^32).
    std::uint64_t belowAt(std::uint64_t index, std::uint64_t n) const;

    // Sequential use: the same draws, counted up.
    std::uint64_t bits() { return bitsAt(m_next++); }
    double uniform() { return uniformAt(m_next++); }
    double normal() { const double v = normalAt(m_next); ++m_next; return v; }
    std::uint64_t below(std::uint64_t n) { return belowAt(m_next++, n); }

private:
    std::uint64_t m_key;
    std::uint64_t m_next = 0;
};

}  // namespace lab

// SEG7: twelve by twelve grey images of seven-segment digits, drawn from a fixed recipe, so that the lab is whole
// without any file. Row 0 stays blank (rules that write the label into the image put it there).
#pragma once

#include "core/data/Dataset.h"

#include <cstdint>
#include <vector>

namespace lab {

constexpr Index kSeg7Side = 12;
constexpr Index kSeg7Pixels = kSeg7Side * kSeg7Side;
constexpr Index kSeg7DrawsPerSample = 288;

// Pixels of `count` images, row after row, in [0, 1]; image n shows the digit n mod 10. The same numbers for the same
// seed on every machine with IEEE doubles (the normal deviates go through log and cos: equal to the last few bits).
std::vector<double> seg7Pixels(std::uint64_t seed, Index count);

// The reference set: 8000 training images (seed 1001) and 2000 test images (seed 2002).
Dataset seg7();

}  // namespace lab

// What the formats that can stay on disk have in common.
#pragma once

#include "core/data/Idx.h"
#include "core/data/Tensors.h"

#include <cstdint>
#include <functional>
#include <limits>

namespace lab {

// No data set stays on disk.
constexpr std::uint64_t kAllInMemory = std::numeric_limits<std::uint64_t>::max();

// Whether so many values, held as they were read and once more as they are trained on, need more than `inMemory` bytes.
bool beyondMemory(std::uint64_t values, std::uint64_t inMemory);

// An array in a file, in row-major order, whose first dimension counts the samples.
struct StreamedArray {
    std::string path;   // where it is read
    std::string where;  // what errors name
    std::vector<Index> shape;
    std::uint64_t offset = 0;
    std::uint64_t elementBytes = 1;
    // Values from number `first` on.
    std::function<Result<void>(std::span<const std::uint8_t> bytes, Index first, Real* out)> decode;
};

// Its samples on disk, with labels in memory: the same shapes, the same numbers and the same errors as joinSamples and
// sampleShape give for a whole tensor.
Result<LabelledPart> streamedPart(StreamedArray array, const Tensor& labels, const std::string& labelsWhere);

}  // namespace lab

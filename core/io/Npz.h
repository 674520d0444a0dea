// Weights and arrays in NumPy's files: .npz (a zip of arrays by name) and .npy (one array).
#pragma once

#include "core/data/Npy.h"
#include "core/io/Bytes.h"
#include "core/io/Zip.h"
#include "core/math/Types.h"

#include <span>

namespace lab {

struct NamedArray {
    std::string name;
    std::vector<Index> shape;
    std::vector<float> data;  // row-major
};

struct NpzLimits {
    ZipLimits zip;
    NonFinite nonFinite = NonFinite::Refuse;
};

// Arrays of any plain number type, converted to single precision, in the order of the archive.
// Errors: those of Zip.h and Npy.h; LAB-DATA-159 an entry that is no array; LAB-IO-10x of reading.
Result<std::vector<NamedArray>> readNpz(const std::string& path, const NpzLimits& limits = {});
Result<std::vector<NamedArray>> readNpz(std::span<const std::uint8_t> bytes, const std::string& where,
                                        const NpzLimits& limits = {});

// The archive that numpy.load reads: stored entries NAME.npy in the given order, the same bytes every time.
// Asserts that shapes fit the data; error LAB-DATA-155 for names that no archive should hold, or that come twice.
Result<Bytes> npzBytes(const std::vector<NamedArray>& arrays);
// Atomically: an old file is replaced as a whole or not at all. Error LAB-DATA-160 where it cannot be written.
Result<void> writeNpz(const std::string& path, const std::vector<NamedArray>& arrays);

// One array in double precision.
Result<NpyArray> readNpy(const std::string& path, NonFinite nonFinite = NonFinite::Refuse);
Result<void> writeNpy(const std::string& path, const std::vector<Index>& shape, std::span<const float> values);
Result<void> writeNpy(const std::string& path, const std::vector<Index>& shape, std::span<const double> values);

}  // namespace lab

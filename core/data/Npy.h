// NPY, the array file of NumPy: magic, version, a header that is a Python dictionary literal, then raw values. The
// header is parsed as the three known keys and nothing else; nothing is ever evaluated. Source: NumPy Enhancement
// Proposal 1 and numpy.lib.format.
#pragma once

#include "core/base/Result.h"
#include "core/data/Tensors.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lab {

struct NpyHeader {
    char kind = 'f';  // b, i, u or f, as in NumPy's type strings
    std::size_t elementBytes = 4;
    bool bigEndian = false;
    bool fortranOrder = false;
    std::vector<Index> shape;  // empty for a single value
    std::size_t dataOffset = 0;
    Index count = 0;
};

bool looksLikeNpy(std::span<const std::uint8_t> bytes);

// Errors: LAB-DATA-141 not NPY or cut off in the header, -142 unknown version, -143 the header cannot be understood,
// -144 elements that are not plain numbers (objects, text, records, complex), -145 impossible shape.
Result<NpyHeader> parseNpyHeader(std::span<const std::uint8_t> bytes, const std::string& where);

enum class NonFinite { Refuse, Keep };

// Values in row-major order. Errors: those of the header, -146 truncated, -147 more bytes than announced,
// -148 not finite (unless they are to be kept).
struct NpyArray {
    NpyHeader header;
    std::vector<double> values;
};
Result<NpyArray> parseNpy(std::span<const std::uint8_t> bytes, const std::string& where, NonFinite nonFinite);
// The same straight into single precision: half the memory, for weights.
Result<std::vector<float>> parseNpyFloats(std::span<const std::uint8_t> bytes, const std::string& where,
                                          NonFinite nonFinite, std::vector<Index>& shape);
// The same as samples: unsigned bytes are scaled to [0, 1]. Error LAB-DATA-145 where there is no first dimension, or a
// dimension is 0.
Result<Tensor> parseNpyTensor(std::span<const std::uint8_t> bytes, const std::string& where);

// What it is made of, for readers that never hold the whole file (in C order): the number of bytes that the file must have
// (LAB-DATA-146, -147), at least one sample (LAB-DATA-145), and values from number `first` on (LAB-DATA-148).
Result<void> checkNpyLength(const NpyHeader& header, std::uint64_t fileBytes, const std::string& where);
Result<void> checkNpySamples(const NpyHeader& header, const std::string& where);
Result<void> decodeNpy(const NpyHeader& header, std::span<const std::uint8_t> values, Index first, const std::string& where, Real* out);

// A file of version 1.0, little-endian, C order, data aligned to 64 bytes: the bytes that numpy.save writes.
std::vector<std::uint8_t> npyBytes(const std::vector<Index>& shape, std::span<const float> values);
std::vector<std::uint8_t> npyBytes(const std::vector<Index>& shape, std::span<const double> values);

}  // namespace lab

// IDX, the format of MNIST and its kin: two zero bytes, element type, number of dimensions, the dimensions as
// big-endian 32-bit numbers, then the values (big-endian) and nothing more. Source: LeCun, Cortes & Burges, the MNIST
// database, "file formats".
#pragma once

#include "core/base/Result.h"
#include "core/data/Tensors.h"

#include <cstdint>
#include <span>
#include <string>

namespace lab {

struct IdxHeader {
    int type = 0;  // 0x08 unsigned byte, 0x09 byte, 0x0B short, 0x0C int, 0x0D float, 0x0E double
    std::size_t elementBytes = 1;
    std::vector<Index> shape;
    std::size_t dataOffset = 0;
    std::uint64_t fileBytes = 0;  // header and values
};

// Do the bytes begin as an IDX file does? (Two zeros, a known type, 1 to 4 dimensions.)
bool looksLikeIdx(std::span<const std::uint8_t> bytes);

// The header alone; `bytes` may be the beginning of the file. Errors: LAB-DATA-101 not IDX or too short,
// LAB-DATA-102 unknown element type, LAB-DATA-103 impossible dimensions.
Result<IdxHeader> parseIdxHeader(std::span<const std::uint8_t> bytes, const std::string& where);

// The whole file; unsigned bytes are scaled to [0, 1]. Errors: those of the header, LAB-DATA-104 truncated,
// LAB-DATA-105 more bytes than announced, LAB-DATA-106 a value that is not finite.
Result<Tensor> parseIdx(std::span<const std::uint8_t> bytes, const std::string& where);

// What parseIdx is made of, for readers that never hold the whole file. The number of bytes that the file must have
// (LAB-DATA-104, -105); values from number `first` on (LAB-DATA-106); images and labels by their headers (LAB-DATA-107, -108).
Result<void> checkIdxLength(const IdxHeader& header, std::uint64_t fileBytes, const std::string& where);
Result<void> decodeIdx(const IdxHeader& header, std::span<const std::uint8_t> values, Index first, const std::string& where, Real* out);
Result<void> checkIdxPair(const IdxHeader& images, const std::string& imagesWhere, const IdxHeader& labels,
                          const std::string& labelsWhere);

// A pair of files. Errors: those above, LAB-DATA-107 the two are swapped, LAB-DATA-108 neither or both hold labels,
// and those of Tensors.h.
struct LabelledPart {
    Shape shape;
    Samples samples;
};
Result<LabelledPart> parseIdxPair(std::span<const std::uint8_t> images, const std::string& imagesWhere,
                                  std::span<const std::uint8_t> labels, const std::string& labelsWhere);

}  // namespace lab

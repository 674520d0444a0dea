#include "core/data/Idx.h"

#include "core/data/ByteOrder.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace lab {

namespace {

struct IdxType {
    int code;
    std::size_t bytes;
};
constexpr IdxType kTypes[] = {{0x08, 1}, {0x09, 1}, {0x0B, 2}, {0x0C, 4}, {0x0D, 4}, {0x0E, 8}};

std::size_t bytesOf(int type) {
    for (const IdxType& t : kTypes)
        if (t.code == type) return t.bytes;
    return 0;
}

std::string hexByte(std::uint8_t b) {
    constexpr const char* digits = "0123456789abcdef";
    return std::string("0x") + digits[b >> 4] + digits[b & 15];
}

double element(const std::uint8_t* at, int type) {
    switch (type) {
        case 0x08:
            return at[0];
        case 0x09:
            return static_cast<std::int8_t>(at[0]);
        case 0x0B:
            return static_cast<std::int16_t>(bigEndian<std::uint16_t>(at));
        case 0x0C:
            return static_cast<std::int32_t>(bigEndian<std::uint32_t>(at));
        case 0x0D:
            return static_cast<double>(std::bit_cast<float>(bigEndian<std::uint32_t>(at)));
        default:
            return std::bit_cast<double>(bigEndian<std::uint64_t>(at));
    }
}

}  // namespace

bool looksLikeIdx(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 8 && bytes[0] == 0 && bytes[1] == 0 && bytesOf(bytes[2]) > 0 && bytes[3] >= 1 && bytes[3] <= 4;
}

Result<IdxHeader> parseIdxHeader(std::span<const std::uint8_t> bytes, const std::string& where) {
    if (bytes.size() < 4)
        return Error{"LAB-DATA-101",
                     "the file has " + std::to_string(bytes.size()) + " bytes, too few for the header of an IDX file.",
                     where + ":byte 0", "Copy or download it again."};
    if (bytes[0] != 0 || bytes[1] != 0)
        return Error{"LAB-DATA-101",
                     "the file begins with " + hexByte(bytes[0]) + " " + hexByte(bytes[1]) +
                         ", but an IDX file begins with two zero bytes.",
                     where + ":byte 0", "Check that this is an IDX file."};
    IdxHeader header;
    header.type = bytes[2];
    header.elementBytes = bytesOf(header.type);
    if (header.elementBytes == 0)
        return Error{"LAB-DATA-102",
                     "the element type is " + hexByte(bytes[2]) + ", but IDX knows 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e.",
                     where + ":byte 2", "Check that this is an IDX file."};
    const std::size_t dimensions = bytes[3];
    if (dimensions < 1 || dimensions > 4)
        return Error{"LAB-DATA-103",
                     "the file announces " + std::to_string(dimensions) + " dimensions, but 1 to 4 are understood.",
                     where + ":byte 3", "Labels have 1 dimension, grey images 3, images with channels 4."};
    header.dataOffset = 4 + 4 * dimensions;
    if (bytes.size() < header.dataOffset)
        return Error{"LAB-DATA-101",
                     "the file ends at byte " + std::to_string(bytes.size()) + " inside its header of " +
                         std::to_string(header.dataOffset) + " bytes.",
                     where + ":byte " + std::to_string(bytes.size()), "Copy or download it again."};
    for (std::size_t d = 0; d < dimensions; ++d) {
        header.shape.push_back(static_cast<Index>(bigEndian<std::uint32_t>(bytes.data() + 4 + 4 * d)));
        if (header.shape.back() == 0)
            return Error{"LAB-DATA-103", "dimension " + std::to_string(d + 1) + " is 0, but there must be at least one.",
                         where + ":byte " + std::to_string(4 + 4 * d), "The file holds no samples: choose another."};
    }
    // 2^47 bytes is beyond any memory, yet far from overflow.
    const Index count = boundedProduct(header.shape, Index(1) << 44);
    if (count < 0)
        return Error{"LAB-DATA-103",
                     "the file announces " + dimensionsText(header.shape) + " values, which no file can hold.",
                     where + ":byte 4", "The header is damaged: copy or download the file again."};
    header.fileBytes = header.dataOffset + static_cast<std::uint64_t>(count) * header.elementBytes;
    return header;
}

Result<void> checkIdxLength(const IdxHeader& header, std::uint64_t fileBytes, const std::string& where) {
    if (fileBytes < header.fileBytes)
        return Error{"LAB-DATA-104",
                     "the file has " + std::to_string(fileBytes) + " bytes, but " + dimensionsText(header.shape) +
                         " values need " + std::to_string(header.fileBytes) + ": it is cut off.",
                     where + ":byte " + std::to_string(fileBytes), "Copy or download it again."};
    if (fileBytes > header.fileBytes)
        return Error{"LAB-DATA-105",
                     "the file has " + std::to_string(fileBytes) + " bytes, but " + dimensionsText(header.shape) +
                         " values need only " + std::to_string(header.fileBytes) + ".",
                     where + ":byte " + std::to_string(header.fileBytes),
                     "The header does not fit the content: copy or download the file again."};
    return {};
}

Result<void> decodeIdx(const IdxHeader& header, std::span<const std::uint8_t> values, Index first, const std::string& where, Real* out) {
    const auto count = static_cast<Index>(values.size() / header.elementBytes);
    const std::uint8_t* in = values.data();
    if (header.type == 0x08) {
        static const std::array<Real, 256> scaled = [] {
            std::array<Real, 256> table;
            for (std::size_t v = 0; v < table.size(); ++v) table[v] = static_cast<Real>(static_cast<double>(v) / 255.0);
            return table;
        }();
        for (Index i = 0; i < count; ++i) out[i] = scaled[in[i]];
        return {};
    }
    for (Index i = 0; i < count; ++i) {
        const Real value = static_cast<Real>(element(in + static_cast<std::size_t>(i) * header.elementBytes, header.type));
        if (!std::isfinite(value))
            return Error{
                "LAB-DATA-106",
                "value number " + std::to_string(first + i) + " is " + (std::isnan(value) ? "not a number" : "infinite") +
                    ", but finite values were wanted.",
                where + ":byte " + std::to_string(header.dataOffset + static_cast<std::size_t>(first + i) * header.elementBytes),
                "Clean the data before it is read."};
        out[i] = value;
    }
    return {};
}

Result<Tensor> parseIdx(std::span<const std::uint8_t> bytes, const std::string& where) {
    const Result<IdxHeader> parsed = parseIdxHeader(bytes, where);
    if (!parsed) return parsed.error();
    const IdxHeader& header = *parsed;
    if (const Result<void> whole = checkIdxLength(header, bytes.size(), where); !whole) return whole.error();
    Tensor tensor;
    tensor.shape = header.shape;
    tensor.bytes = header.type == 0x08;
    const Index rows = header.shape[0];
    const auto count = static_cast<Index>((header.fileBytes - header.dataOffset) / header.elementBytes);
    tensor.values.resize(rows, count / rows);
    const Result<void> done = decodeIdx(header, bytes.subspan(header.dataOffset), 0, where, tensor.values.data());
    if (!done) return done.error();
    return tensor;
}

Result<void> checkIdxPair(const IdxHeader& images, const std::string& imagesWhere, const IdxHeader& labels,
                          const std::string& labelsWhere) {
    const bool imagesFirst = images.shape.size() > 1, labelsSecond = labels.shape.size() == 1;
    if (!imagesFirst && !labelsSecond)
        return Error{"LAB-DATA-107",
                     "the two files are swapped: " + dimensionsText(images.shape) +
                         " labels where samples were wanted, and " + dimensionsText(labels.shape) + " samples in " +
                         labelsWhere + " where labels were wanted.",
                     imagesWhere, "Swap the two files, or their names."};
    if (!imagesFirst || !labelsSecond)
        return Error{"LAB-DATA-108",
                     std::string(imagesFirst ? "both files hold samples (" : "both files hold labels (") +
                         dimensionsText(images.shape) + " and " + dimensionsText(labels.shape) + ").",
                     imagesFirst ? labelsWhere : imagesWhere, "One file of samples and one of labels are wanted."};
    return {};
}

Result<LabelledPart> parseIdxPair(std::span<const std::uint8_t> images, const std::string& imagesWhere,
                                  std::span<const std::uint8_t> labels, const std::string& labelsWhere) {
    const Result<IdxHeader> first = parseIdxHeader(images, imagesWhere);
    if (!first) return first.error();
    const Result<IdxHeader> second = parseIdxHeader(labels, labelsWhere);
    if (!second) return second.error();
    if (const Result<void> pair = checkIdxPair(*first, imagesWhere, *second, labelsWhere); !pair) return pair.error();
    Result<Tensor> x = parseIdx(images, imagesWhere);
    if (!x) return x.error();
    const Result<Tensor> y = parseIdx(labels, labelsWhere);
    if (!y) return y.error();
    Result<Shape> shape = sampleShape(*x, imagesWhere);
    if (!shape) return shape.error();
    Result<std::vector<int>> classes = labelsOf(*y, labelsWhere);
    if (!classes) return classes.error();
    Result<Samples> samples = joinSamples(std::move(*x), std::move(*classes), imagesWhere, labelsWhere);
    if (!samples) return samples.error();
    return LabelledPart{std::move(*shape), std::move(*samples)};
}

}  // namespace lab

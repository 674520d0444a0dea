#include "core/data/Cifar.h"

namespace lab {

namespace {

constexpr Index kPixels = 3 * 32 * 32;

// CIFAR-100 has the coarse label first, then the fine one.
std::size_t labelByte(CifarKind kind) {
    return kind == CifarKind::HundredFine ? 1 : 0;
}

}  // namespace

Result<Samples> parseCifar(std::span<const std::uint8_t> bytes, CifarKind kind, const std::string& where) {
    const std::size_t record = cifarRecordBytes(kind);
    if (bytes.empty() || bytes.size() % record != 0)
        return Error{
            "LAB-DATA-131",
            "the file has " + std::to_string(bytes.size()) + " bytes, but records of " + std::to_string(record) +
                " bytes were wanted (" + std::to_string(bytes.size() % record) + " are left over).",
            where + ":byte " + std::to_string(bytes.size() / record * record),
            "Use the binary version of the data set, complete; CIFAR-10 has records of 3073 bytes, CIFAR-100 of 3074."};
    const auto count = static_cast<Index>(bytes.size() / record);
    Real scaled[256];
    for (int v = 0; v < 256; ++v) scaled[v] = static_cast<Real>(v / 255.0);
    Samples out;
    out.x.resize(count, kPixels);
    out.y.reserve(static_cast<std::size_t>(count));
    for (Index n = 0; n < count; ++n) {
        const std::uint8_t* at = bytes.data() + static_cast<std::size_t>(n) * record;
        const int label = at[labelByte(kind)];
        if (label >= cifarClasses(kind))
            return Error{"LAB-DATA-132",
                         "the label of record " + std::to_string(n) + " is " + std::to_string(label) +
                             ", but labels from 0 to " + std::to_string(cifarClasses(kind) - 1) + " were wanted.",
                         where + ":byte " + std::to_string(static_cast<std::size_t>(n) * record + labelByte(kind)),
                         "Check that this is the binary version of the data set and of the right kind."};
        out.y.push_back(label);
        const std::uint8_t* pixels = at + (record - static_cast<std::size_t>(kPixels));
        Real* row = out.x.data() + n * kPixels;
        for (Index p = 0; p < kPixels; ++p) row[p] = scaled[pixels[p]];
    }
    return out;
}

bool looksLikeCifar(std::span<const std::uint8_t> bytes, CifarKind kind) {
    const std::size_t record = cifarRecordBytes(kind);
    if (bytes.empty() || bytes.size() % record != 0) return false;
    for (std::size_t at = 0; at < bytes.size(); at += record)
        if (bytes[at + labelByte(kind)] >= cifarClasses(kind)) return false;
    return true;
}

}  // namespace lab

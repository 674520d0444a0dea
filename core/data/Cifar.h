// The binary version of CIFAR-10 and CIFAR-100: records of one or two label bytes and 3 x 32 x 32 pixels, red, green and
// blue planes. Source: Krizhevsky, "Learning multiple layers of features from tiny images" (2009), data page.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"

#include <cstdint>
#include <span>
#include <string>

namespace lab {

enum class CifarKind { Ten, HundredFine, HundredCoarse };

constexpr std::size_t cifarRecordBytes(CifarKind kind) {
    return kind == CifarKind::Ten ? 3073 : 3074;
}
constexpr int cifarClasses(CifarKind kind) {
    return kind == CifarKind::Ten ? 10 : kind == CifarKind::HundredFine ? 100 : 20;
}

// Pixels scaled to [0, 1], shape {3, 32, 32}. Errors: LAB-DATA-131 empty or not a whole number of records,
// LAB-DATA-132 a label out of range (the place names the record).
Result<Samples> parseCifar(std::span<const std::uint8_t> bytes, CifarKind kind, const std::string& where);

// Could these bytes be a file of that kind: a whole number of records, and every label in range?
bool looksLikeCifar(std::span<const std::uint8_t> bytes, CifarKind kind);

}  // namespace lab

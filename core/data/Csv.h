// Tables as text: comma, semicolon or tab separated, quoted as RFC 4180 says. One column holds the class, every other
// one a number with a decimal point.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lab {

enum class CsvHeader { Guess, Present, Absent };

struct CsvOptions {
    // Name of the column of the class, or its number from 1. Empty: the one column called label, class, target or species
    // where there is exactly one, else the last.
    std::string label;
    CsvHeader header = CsvHeader::Guess;  // a header is guessed where a name stands above a number
    char delimiter = 0;                   // 0: a tab where the first line has one, else a semicolon, else a comma
    Shape shape;                          // of one sample, where the columns are pixels; empty = a table
    double divisor = 1.0;                 // every value is divided by it
};

constexpr std::size_t kMaxCsvColumns = 1000000;

// Class texts become 0, 1, ...: whole numbers in numerical order, other texts in byte order. All samples go to `train`.
// Places are file:line:column with the column counted in fields.
// Errors: LAB-DATA-121 no rows, -122 another number of fields than the first row, -123 not a number, -124 not finite,
// -125 quotes, -126 no such column, -127 fewer than two columns or too many, -128 labels (empty, too many, measurements),
// -129 not text in UTF-8, -130 `shape` does not fit, -116 one class only.
Result<Dataset> parseCsv(std::span<const std::uint8_t> bytes, const std::string& where, const CsvOptions& options = {});

// Text without control characters that has a delimiter in its first line.
bool looksLikeCsv(std::span<const std::uint8_t> bytes);

}  // namespace lab

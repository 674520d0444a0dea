// Short text in figures: label markup as plain Unicode, numbers as figures print them.
#pragma once

#include <string>

namespace lab {

// Label markup as plain Unicode text: "W_1" -> "W₁", "x^2" -> "x²"; what has no Unicode form stays as it is.
std::string figureText(const std::string& markup);

// A number as the figures print it: at most `digits` significant digits, no exponent between 1e-3 and 1e6, true minus
// sign, "–" for NaN.
std::string figureNumber(double value, int digits = 3);

// Whole number with thin spaces between groups of three: 12 800.
std::string figureCount(long long value);

}  // namespace lab

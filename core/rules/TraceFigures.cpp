#include "core/rules/TraceFigures.h"

#include <cmath>

namespace lab {

namespace {

template <class OfRow>
double ofRows(Index rows, Index row, OfRow&& ofRow) {
    if (row >= 0) return ofRow(row);
    double sum = 0;
    for (Index r = 0; r < rows; ++r) sum += ofRow(r);
    return rows > 0 ? sum / static_cast<double>(rows) : 0;
}

}  // namespace

double rowLength(const Real* values, Index rows, Index width, Index row) {
    return ofRows(rows, row, [&](Index r) {
        double squares = 0;
        for (Index j = 0; j < width; ++j) {
            const double v = static_cast<double>(values[r * width + j]);
            squares += v * v;
        }
        return std::sqrt(squares);
    });
}

double activeShare(const Real* values, Index rows, Index width, Index row) {
    return ofRows(rows, row, [&](Index r) {
        Index active = 0;
        for (Index j = 0; j < width; ++j) active += values[r * width + j] != Real(0);
        return width > 0 ? static_cast<double>(active) / static_cast<double>(width) : 0.0;
    });
}

double rowValue(std::span<const double> values, Index row) {
    return ofRows(static_cast<Index>(values.size()), row, [&](Index r) { return values[static_cast<std::size_t>(r)]; });
}

std::string indexed(const std::string& letter, int layer, const std::string& superscript) {
    return letter + "_{" + std::to_string(layer + 1) + "}" + (superscript.empty() ? "" : "^" + superscript);
}

}  // namespace lab

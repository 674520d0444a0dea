// Comparison with golden numbers that are given to ten decimals.
#pragma once

#include "core/math/Types.h"

#include <QTest>

#include <cmath>

namespace lab::test {

inline bool nearGolden(double found, double wanted, double tolerance = 1e-9) {
    if (std::abs(found - wanted) <= tolerance) return true;
    qWarning("found %.12f, wanted %.12f, difference %.3g", found, wanted, found - wanted);
    return false;
}

// Norm, first element, last element and sum of a gradient; NaN = not recorded.
struct Fingerprint4 {
    double norm, first, last = NAN, sum = NAN;
};

inline bool nearGolden(const MatrixD& g, const Fingerprint4& wanted) {
    bool ok = nearGolden(g.norm(), wanted.norm) && nearGolden(g(0, 0), wanted.first);
    if (!std::isnan(wanted.last)) ok = nearGolden(g(g.rows() - 1, g.cols() - 1), wanted.last) && ok;
    if (!std::isnan(wanted.sum)) ok = nearGolden(g.sum(), wanted.sum) && ok;
    return ok;
}

}  // namespace lab::test

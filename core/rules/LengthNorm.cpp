#include "core/rules/LengthNorm.h"

#include "core/base/Assert.h"
#include "core/math/Elementwise.h"

#include <cmath>

namespace lab {

namespace {

constexpr double kEpsilon = 1e-8;  // added after the root
constexpr Index kRowGrain = 16;

}  // namespace

LengthNorm lengthNormFromId(const std::string& id) {
    if (id == "rms") return LengthNorm::Rms;
    if (id == "unit") return LengthNorm::Unit;
    LAB_ASSERT(id == "none");
    return LengthNorm::None;
}

double lengthFactor(LengthNorm norm, double squares, Index size) {
    if (norm == LengthNorm::None) return 1;
    return 1.0 / (std::sqrt(norm == LengthNorm::Rms ? squares / static_cast<double>(size) : squares) + kEpsilon);
}

void normaliseRows(Pool& pool, LengthNorm norm, Real* x, Index rows, Index size) {
    if (norm != LengthNorm::None) normaliseInto(pool, norm, x, rows, size, x, size);
}

void normaliseInto(Pool& pool, LengthNorm norm, const Real* x, Index rows, Index size, Real* out, Index stride) {
    if (size == 0) return;
    pool.ranges(rows, kRowGrain, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const Real* row = x + i * size;
            const double factor = norm == LengthNorm::None ? 1 : lengthFactor(norm, sumSquares(row, size), size);
            scaled(static_cast<Real>(factor), row, out + i * stride, size);
        }
    });
}

}  // namespace lab

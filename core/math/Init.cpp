#include "core/math/Init.h"

#include "core/base/Rng.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

void fillUniform(Real* w, Index count, double bound, const Stream& stream) {
    for (Index i = 0; i < count; ++i)
        w[i] = static_cast<Real>(bound * (2 * stream.uniformAt(static_cast<std::uint64_t>(i)) - 1));
}

void fillNormal(Real* w, Index count, double deviation, const Stream& stream) {
    for (Index i = 0; i < count; ++i) w[i] = static_cast<Real>(deviation * stream.normalAt(static_cast<std::uint64_t>(i)));
}

// Modified Gram-Schmidt, twice for accuracy, on the rows of a short or the columns of a tall matrix of normal draws.
void fillOrthogonal(Real* w, Index rows, Index cols, const Stream& stream) {
    const Index vectors = std::min(rows, cols);
    const Index length = std::max(rows, cols);
    MatrixD q(vectors, length);
    for (Index i = 0; i < q.size(); ++i) q.data()[i] = stream.normalAt(static_cast<std::uint64_t>(i));
    for (Index v = 0; v < vectors; ++v) {
        for (int pass = 0; pass < 2; ++pass)
            for (Index u = 0; u < v; ++u) q.row(v) -= q.row(v).dot(q.row(u)) * q.row(u);
        const double norm = q.row(v).norm();
        if (norm > 0) q.row(v) /= norm;
    }
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j) w[i * cols + j] = static_cast<Real>(rows <= cols ? q(i, j) : q(j, i));
}

}  // namespace

bool initialiseWeights(const std::string& kind, Real* w, Index count, Index fanIn, Index fanOut, std::uint64_t seed,
                       std::uint64_t block) {
    const Stream stream(seed, Purpose::Init, block);
    const double in = static_cast<double>(std::max<Index>(fanIn, 1));
    const double sum = static_cast<double>(std::max<Index>(fanIn + fanOut, 1));
    if (kind == "fan_in_uniform")
        fillUniform(w, count, 1 / std::sqrt(in), stream);
    else if (kind == "fan_in_normal")
        fillNormal(w, count, 1 / std::sqrt(in), stream);
    else if (kind == "he_uniform")
        fillUniform(w, count, std::sqrt(6 / in), stream);
    else if (kind == "he_normal")
        fillNormal(w, count, std::sqrt(2 / in), stream);
    else if (kind == "xavier_uniform")
        fillUniform(w, count, std::sqrt(6 / sum), stream);
    else if (kind == "xavier_normal")
        fillNormal(w, count, std::sqrt(2 / sum), stream);
    else if (kind == "orthogonal")
        fillOrthogonal(w, fanIn > 0 ? count / fanIn : 0, fanIn, stream);
    else if (kind == "zeros")
        std::fill(w, w + count, Real(0));
    else
        return false;
    return true;
}

void initialiseBias(const std::string& kind, Real* b, Index count, Index fanIn, std::uint64_t seed, std::uint64_t block) {
    if (kind == "fan_in_uniform")
        fillUniform(b, count, 1 / std::sqrt(static_cast<double>(std::max<Index>(fanIn, 1))),
                    Stream(seed, Purpose::Init, block));
    else
        std::fill(b, b + count, Real(0));
}

}  // namespace lab

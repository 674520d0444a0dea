// Random inputs of the geometry tests.
#pragma once

#include "core/base/Rng.h"
#include "core/geometry/DoubleProducts.h"
#include "core/math/Types.h"

#include <cmath>
#include <vector>

namespace lab::clouds {

inline MatrixD gaussian(Index n, Index p, std::uint64_t seed) {
    const Stream random(seed, Purpose::Analysis, 77);
    MatrixD m(n, p);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = random.normalAt(static_cast<std::uint64_t>(i));
    return m;
}

inline MatrixD orthogonal(Index p, std::uint64_t seed) {
    MatrixD q = gaussian(p, p, seed);
    orthonormalise(q);
    return q;
}

// Two representations of shared latents with noise of their own.
struct Pair {
    MatrixD x, y;
};
inline Pair related(Index n, Index p, Index q, std::uint64_t seed) {
    const MatrixD z = gaussian(n, 8, seed);
    Pair out;
    out.x = z * gaussian(8, p, seed + 1) + 0.3 * gaussian(n, p, seed + 2);
    out.y = z * gaussian(8, q, seed + 3) + 0.3 * gaussian(n, q, seed + 4);
    return out;
}

inline std::vector<std::int32_t> cyclicLabels(Index n, std::int32_t classes) {
    std::vector<std::int32_t> out;
    for (Index i = 0; i < n; ++i) out.push_back(static_cast<std::int32_t>(i) % classes);
    return out;
}

// Gaussian classes around random centres.
inline MatrixD clusters(Index n, Index p, std::int32_t classes, double separation, std::uint64_t seed) {
    const MatrixD centres = gaussian(classes, p, seed + 9) * separation;
    MatrixD x = gaussian(n, p, seed);
    for (Index i = 0; i < n; ++i) x.row(i) += centres.row(i % classes);
    return x;
}

inline Matrix real(const MatrixD& m) {
    return m.cast<Real>();
}

// scale * X Q + 1 shift^T.
inline MatrixD moved(const MatrixD& x, const MatrixD& q, double scale, double shift) {
    MatrixD out = scale * (x * q);
    const MatrixD by = gaussian(1, q.cols(), 4242) * shift;
    for (Index i = 0; i < out.rows(); ++i) out.row(i) += by.row(0);
    return out;
}

}  // namespace lab::clouds

// Principal components for the eye: frame after frame of the same probes, without the flips, swaps and spins that an
// eigen solver is free to make. Every frame is turned onto the one before (orthogonal Procrustes, reflections allowed,
// no scaling), so that what moves on the screen has moved in the representation.
#pragma once

#include "core/geometry/GramBank.h"

#include <cstdint>

namespace lab {

// Orthogonal R (k x k) that brings `scores` R closest to `target` (both n x k).
MatrixD procrustesRotation(const MatrixD& scores, const MatrixD& target);
// The same with R restricted to permutations and sign changes, so that axes stay principal components. k <= 6.
MatrixD signedPermutation(const MatrixD& scores, const MatrixD& target);

class AlignedPca {
public:
    // Rotation: smoothest. Axes: signs and order only; every axis is a principal component. None: as the solver gives it.
    enum class Mode { Rotation, Axes, None };

    struct Frame {
        Status status = Status::Degenerate;
        std::string why;
        MatrixD coordinates;  // n x k, D = S R
        VectorD explained;    // share of the variance of each principal component, descending
        double explainedTotal = 0;
        MatrixD compass;         // k x k, R: row j is the direction of principal component j in the picture
        double jump = 0;         // |D - D_previous| / |D|; 0 for the first frame
        double planeCosine = 1;  // smallest cosine between this plane and the previous one; below 0.8 the view cross-fades
        double radius = 0;       // root mean square radius, smoothed over about ten frames: the common scale of the axes
        int sweeps = 0;
        bool restarted = true;  // there was nothing to align with

        bool drawable() const { return coordinates.size() > 0; }
    };

    explicit AlignedPca(int components = 2, Mode mode = Mode::Rotation, std::uint64_t seed = 0);

    // `probes` identifies the probe set: when it or the number of probes changes, the history is dropped. A degenerate
    // tap gives a frame without coordinates and leaves the history alone. Same bits for any number of threads.
    const Frame& update(const GramBank& bank, Pool& pool, std::uint64_t probes = 0);
    const Frame& frame() const { return m_frame; }
    void reset();

private:
    bool subspaceIteration(const MatrixD& gram, Pool& pool, bool warm);

    int m_components;
    Mode m_mode;
    std::uint64_t m_seed;
    std::uint64_t m_probes = 0;
    MatrixD m_basis;     // n x block, warm start of the next frame
    MatrixD m_product;   // K * basis
    VectorD m_values;    // Ritz values, descending
    MatrixD m_previous;  // D of the previous frame
    MatrixD m_plane;     // its orthonormal directions in probe space
    Frame m_frame;
};

}  // namespace lab

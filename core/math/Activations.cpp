#include "core/math/Activations.h"

#include "core/base/Assert.h"
#include "core/math/ScalarFunctions.h"
#include "core/math/Simd.h"

#include <array>

namespace lab {

namespace {

constexpr std::array<const char*, kActivationCount> kNames = {"identity", "relu", "leaky_relu", "tanh",   "sigmoid",
                                                              "gelu",     "selu", "softplus",   "square", "hard_sigmoid"};
static_assert(static_cast<int>(Activation::HardSigmoid) + 1 == kActivationCount);

// Constants of Klambauer et al. (2017).
constexpr Real kSeluScale = Real(1.0507009873554804934);
constexpr Real kSeluAlpha = Real(1.6732632423543772848);
constexpr Real kRootHalf = Real(0.70710678118654752440);
constexpr Real kInverseRootTau = Real(0.39894228040143267794);

// One function: value from z, derivative from z and h. Where the derivative jumps, the left one is taken, as PyTorch does.
struct IdentityF {
    static LAB_INLINE Real value(Real z, Real) { return z; }
    static LAB_INLINE Real slope(Real, Real, Real) { return 1; }
};
struct ReluF {
    static LAB_INLINE Real value(Real z, Real) { return z < 0 ? Real(0) : z; }  // NaN stays NaN
    static LAB_INLINE Real slope(Real z, Real, Real) { return z > 0 ? Real(1) : Real(0); }
};
struct LeakyF {
    static LAB_INLINE Real value(Real z, Real s) { return z > 0 ? z : s * z; }
    static LAB_INLINE Real slope(Real z, Real, Real s) { return z > 0 ? Real(1) : s; }
};
struct TanhF {
    static LAB_INLINE Real value(Real z, Real) { return tanhOf(z); }
    static LAB_INLINE Real slope(Real, Real h, Real) { return 1 - h * h; }
};
struct SigmoidF {
    static LAB_INLINE Real value(Real z, Real) { return sigmoidOf(z); }
    static LAB_INLINE Real slope(Real, Real h, Real) { return h * (1 - h); }
};
struct GeluF {
    static LAB_INLINE Real value(Real z, Real) { return Real(0.5) * z * (1 + erfOf(z * kRootHalf)); }
    static LAB_INLINE Real slope(Real z, Real, Real) {
        return Real(0.5) * (1 + erfOf(z * kRootHalf)) + z * kInverseRootTau * expOf(Real(-0.5) * z * z);
    }
};
struct SeluF {
    static LAB_INLINE Real value(Real z, Real) {
        const Real below = z > 0 ? Real(0) : z;
        const Real negative = kSeluScale * kSeluAlpha * (expOf(below) - 1);
        return z > 0 ? kSeluScale * z : negative;
    }
    static LAB_INLINE Real slope(Real z, Real h, Real) { return z > 0 ? kSeluScale : h + kSeluScale * kSeluAlpha; }
};
struct SoftplusF {
    static LAB_INLINE Real value(Real z, Real) {
        const Real tail = log1pExpNegative(z > 0 ? -z : z);
        return z > 0 ? z + tail : tail;
    }
    static LAB_INLINE Real slope(Real z, Real, Real) { return sigmoidOf(z); }
};
struct SquareF {
    static LAB_INLINE Real value(Real z, Real) { return z * z; }
    static LAB_INLINE Real slope(Real z, Real, Real) { return 2 * z; }
};
struct HardSigmoidF {
    static LAB_INLINE Real value(Real z, Real) { return z < 0 ? Real(0) : (z > 1 ? Real(1) : z); }
    static LAB_INLINE Real slope(Real z, Real, Real) { return z > 0 && z < 1 ? Real(1) : Real(0); }
};

// The clones must be functions without template parameters: one set per activation, written by a macro.
#define LAB_ACTIVATION_LOOPS(F)                                                                                \
    LAB_CLONES void values##F(Real slope, const Real* z, Real* h, Index n) {                                   \
        for (Index i = 0; i < n; ++i) h[i] = F::value(z[i], slope);                                            \
    }                                                                                                          \
    LAB_CLONES void biased##F(Real slope, const Real* b, Real* z, Real* h, Index n) {                          \
        for (Index i = 0; i < n; ++i) {                                                                        \
            const Real sum = z[i] + b[i];                                                                      \
            z[i] = sum;                                                                                        \
            h[i] = F::value(sum, slope);                                                                       \
        }                                                                                                      \
    }                                                                                                          \
    LAB_CLONES void backward##F(Real slope, const Real* z, const Real* h, const Real* dh, Real* dz, Index n) { \
        for (Index i = 0; i < n; ++i) dz[i] = dh[i] * F::slope(z[i], h[i], slope);                             \
    }                                                                                                          \
    LAB_CLONES void slopes##F(Real slope, const Real* z, const Real* h, Real* d, Index n) {                    \
        for (Index i = 0; i < n; ++i) d[i] = F::slope(z[i], h[i], slope);                                      \
    }

LAB_ACTIVATION_LOOPS(IdentityF)
LAB_ACTIVATION_LOOPS(ReluF)
LAB_ACTIVATION_LOOPS(LeakyF)
LAB_ACTIVATION_LOOPS(TanhF)
LAB_ACTIVATION_LOOPS(SigmoidF)
LAB_ACTIVATION_LOOPS(GeluF)
LAB_ACTIVATION_LOOPS(SeluF)
LAB_ACTIVATION_LOOPS(SoftplusF)
LAB_ACTIVATION_LOOPS(SquareF)
LAB_ACTIVATION_LOOPS(HardSigmoidF)
#undef LAB_ACTIVATION_LOOPS

struct Loops {
    void (*values)(Real, const Real*, Real*, Index);
    void (*biased)(Real, const Real*, Real*, Real*, Index);
    void (*backward)(Real, const Real*, const Real*, const Real*, Real*, Index);
    void (*slopes)(Real, const Real*, const Real*, Real*, Index);
};

#define LAB_ACTIVATION_ROW(F) \
    { &values##F, &biased##F, &backward##F, &slopes##F }
// In the order of the enumeration. Filled on first use: addresses of cloned functions are known at run time only.
const Loops& loops(Activation f) {
    static const std::array<Loops, kActivationCount> table = {
        {LAB_ACTIVATION_ROW(IdentityF), LAB_ACTIVATION_ROW(ReluF), LAB_ACTIVATION_ROW(LeakyF), LAB_ACTIVATION_ROW(TanhF),
         LAB_ACTIVATION_ROW(SigmoidF), LAB_ACTIVATION_ROW(GeluF), LAB_ACTIVATION_ROW(SeluF), LAB_ACTIVATION_ROW(SoftplusF),
         LAB_ACTIVATION_ROW(SquareF), LAB_ACTIVATION_ROW(HardSigmoidF)}};
    return table[static_cast<std::size_t>(f)];
}
#undef LAB_ACTIVATION_ROW

}  // namespace

std::optional<Activation> activationByName(const std::string& name) {
    for (int i = 0; i < kActivationCount; ++i)
        if (name == kNames[static_cast<std::size_t>(i)]) return static_cast<Activation>(i);
    return std::nullopt;
}

const char* activationName(Activation f) {
    return kNames[static_cast<std::size_t>(f)];
}

void activate(Activation f, Real slope, const Real* z, Real* h, Index n) {
    loops(f).values(slope, z, h, n);
}

void activateRows(Activation f, Real slope, const Real* b, Real* z, Real* h, Index rows, Index cols, Index ld) {
    const Loops& l = loops(f);
    for (Index row = 0; row < rows; ++row) {
        if (b != nullptr)
            l.biased(slope, b, z + row * ld, h + row * ld, cols);
        else
            l.values(slope, z + row * ld, h + row * ld, cols);
    }
}

void activateBackward(Activation f, Real slope, const Real* z, const Real* h, const Real* dh, Real* dz, Index n) {
    loops(f).backward(slope, z, h, dh, dz, n);
}

void activateSlope(Activation f, Real slope, const Real* z, const Real* h, Real* d, Index n) {
    loops(f).slopes(slope, z, h, d, n);
}

}  // namespace lab

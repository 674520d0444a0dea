// The optimisers. Every update is one pass over the range in fixed tiles: read p, g and the moments, write p and the
// moments. Plain loops over pointers; the clones differ in width, not in rounding.
#include "core/base/Assert.h"
#include "core/math/Elementwise.h"
#include "core/math/Simd.h"
#include "core/optimize/Optimizer.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace lab {

namespace {

using Bits = std::conditional_t<std::is_same_v<Real, float>, std::uint32_t, std::uint64_t>;

LAB_INLINE Bits larger(Bits top, Real p) {
    const Bits bits = magnitudeBits(p);
    return bits > top ? bits : top;
}

// Every loop returns the largest |p| that it wrote.
LAB_CLONES Bits sgdLoop(Real* p, const Real* g, Index n, Real rate, Real decay) {
    Bits top = 0;
    for (Index i = 0; i < n; ++i) {
        p[i] -= rate * (g[i] + decay * p[i]);
        top = larger(top, p[i]);
    }
    return top;
}

LAB_CLONES Bits momentumLoop(Real* p, const Real* g, Real* v, Index n, Real rate, Real decay, Real mu) {
    Bits top = 0;
    for (Index i = 0; i < n; ++i) {
        v[i] = mu * v[i] + (g[i] + decay * p[i]);
        p[i] -= rate * v[i];
        top = larger(top, p[i]);
    }
    return top;
}

LAB_CLONES Bits nesterovLoop(Real* p, const Real* g, Real* v, Index n, Real rate, Real decay, Real mu) {
    Bits top = 0;
    for (Index i = 0; i < n; ++i) {
        const Real d = g[i] + decay * p[i];
        v[i] = mu * v[i] + d;
        p[i] -= rate * (d + mu * v[i]);
        top = larger(top, p[i]);
    }
    return top;
}

// `shrink` multiplies p first (AdamW); `decay` is added to the gradient (Adam). stepSize = rate / (1 - beta1^t),
// root = 1 / sqrt(1 - beta2^t): eps stands outside the corrected root.
LAB_CLONES Bits adamLoop(Real* p, const Real* g, Real* m, Real* v, Index n, Real stepSize, Real root, Real beta1,
                         Real beta2, Real eps, Real decay, Real shrink) {
    const Real rest1 = 1 - beta1, rest2 = 1 - beta2;
    Bits top = 0;
    for (Index i = 0; i < n; ++i) {
        const Real d = g[i] + decay * p[i];
        m[i] = beta1 * m[i] + rest1 * d;
        v[i] = beta2 * v[i] + rest2 * (d * d);
        p[i] = shrink * p[i] - stepSize * m[i] / (std::sqrt(v[i]) * root + eps);
        top = larger(top, p[i]);
    }
    return top;
}

// Tiles, the largest magnitude, and the state that every optimiser has: moments and a counter.
class Fused : public Optimizer {
public:
    Fused(Index count, int moments) : m_count(count) {
        m_tops.resize(static_cast<std::size_t>((count + kElementTile - 1) / kElementTile));
        m_moments.resize(static_cast<std::size_t>(moments));
        for (Buffer& moment : m_moments) moment.assign(static_cast<std::size_t>(count), Real(0));
    }

    void step(Pool& pool, Real* p, const Real* g, Index n, double rate, bool decays) final {
        LAB_ASSERT(n == m_count);
        ++m_steps;
        prepare(rate, decays);
        pool.ranges(n, kElementTile, [&](Index begin, Index end) {
            m_tops[static_cast<std::size_t>(begin / kElementTile)] = update(p, g, begin, end - begin);
        });
        Bits top = 0;
        for (const Bits t : m_tops) top = std::max(top, t);
        m_largest = static_cast<double>(fromMagnitude(top));
    }

    double largest() const final { return m_largest; }

    std::vector<double> save() const final {
        std::vector<double> state = {static_cast<double>(m_steps)};
        for (const Buffer& moment : m_moments) state.insert(state.end(), moment.begin(), moment.end());
        return state;
    }

    Result<void> load(const std::vector<double>& state) final {
        const std::size_t wanted = 1 + m_moments.size() * static_cast<std::size_t>(m_count);
        if (state.size() != wanted)
            return Error{"LAB-OPT-101",
                         "the optimiser's state has " + std::to_string(state.size()) + " numbers, " +
                             std::to_string(wanted) + " are needed",
                         "", "the state belongs to another network or another optimiser"};
        m_steps = static_cast<std::int64_t>(state[0]);
        auto at = state.begin() + 1;
        for (Buffer& moment : m_moments)
            for (Real& value : moment) value = static_cast<Real>(*at++);
        return {};
    }

    std::size_t bytes() const final { return m_moments.size() * static_cast<std::size_t>(m_count) * sizeof(Real); }

protected:
    virtual void prepare(double rate, bool decays) = 0;
    virtual Bits update(Real* p, const Real* g, Index begin, Index n) = 0;

    Real* moment(int i, Index at) { return m_moments[static_cast<std::size_t>(i)].data() + at; }
    std::int64_t m_steps = 0;

private:
    Index m_count;
    std::vector<Buffer> m_moments;
    std::vector<Bits> m_tops;
    double m_largest = 0;
};

class Sgd final : public Fused {
public:
    Sgd(const ParamSet& params, Index count) : Fused(count, 0), m_weightDecay(params.number("decay")) {}

private:
    void prepare(double rate, bool decays) override {
        m_rate = static_cast<Real>(rate);
        m_decay = static_cast<Real>(decays ? m_weightDecay : 0);
    }
    Bits update(Real* p, const Real* g, Index begin, Index n) override {
        return sgdLoop(p + begin, g + begin, n, m_rate, m_decay);
    }

    double m_weightDecay;
    Real m_rate = 0, m_decay = 0;
};

class Momentum final : public Fused {
public:
    Momentum(const ParamSet& params, Index count, bool ahead)
        : Fused(count, 1),
          m_weightDecay(params.number("decay")),
          m_mu(static_cast<Real>(params.number("momentum"))),
          m_ahead(ahead) {}

private:
    void prepare(double rate, bool decays) override {
        m_rate = static_cast<Real>(rate);
        m_decay = static_cast<Real>(decays ? m_weightDecay : 0);
    }
    Bits update(Real* p, const Real* g, Index begin, Index n) override {
        return (m_ahead ? nesterovLoop : momentumLoop)(p + begin, g + begin, moment(0, begin), n, m_rate, m_decay, m_mu);
    }

    double m_weightDecay;
    Real m_mu;
    bool m_ahead;
    Real m_rate = 0, m_decay = 0;
};

class Adam final : public Fused {
public:
    Adam(const ParamSet& params, Index count, bool decoupled)
        : Fused(count, 2),
          m_weightDecay(params.number("decay")),
          m_beta1(params.number("beta1")),
          m_beta2(params.number("beta2")),
          m_eps(params.number("eps")),
          m_decoupled(decoupled) {}

private:
    void prepare(double rate, bool decays) override {
        const double t = static_cast<double>(m_steps);
        m_stepSize = static_cast<Real>(rate / (1 - std::pow(m_beta1, t)));
        m_root = static_cast<Real>(1 / std::sqrt(1 - std::pow(m_beta2, t)));
        const double decay = decays ? m_weightDecay : 0;
        m_decay = static_cast<Real>(m_decoupled ? 0 : decay);
        m_shrink = static_cast<Real>(m_decoupled ? 1 - rate * decay : 1);
    }
    Bits update(Real* p, const Real* g, Index begin, Index n) override {
        return adamLoop(p + begin, g + begin, moment(0, begin), moment(1, begin), n, m_stepSize, m_root,
                        static_cast<Real>(m_beta1), static_cast<Real>(m_beta2), static_cast<Real>(m_eps), m_decay,
                        m_shrink);
    }

    double m_weightDecay, m_beta1, m_beta2, m_eps;
    bool m_decoupled;
    Real m_stepSize = 0, m_root = 1, m_decay = 0, m_shrink = 1;
};

ParamSpec rateSpec(double standard) {
    return ParamSpec::number("rate", "Learning rate", standard, 0.0, 1e3, "Length of a step; the schedule multiplies it.",
                             ParamScale::Log)
        .withSymbol("η")
        .isLive();
}

ParamSpec decaySpec(double standard, std::string doc) {
    return ParamSpec::number("decay", "Weight decay", standard, 0.0, 1e3, std::move(doc), ParamScale::Log)
        .withSymbol("λ")
        .isLive();
}

ParamSpec momentumSpec() {
    return ParamSpec::number("momentum", "Momentum", 0.9, 0.0, 0.9999, "Share of the last step that goes on.")
        .withSymbol("μ")
        .isLive();
}

const char* kGradientDecay = "Pulls weights towards 0: λ times the weight is added to its gradient. Biases are left alone.";

std::vector<ParamSpec> adamParams(ParamSpec decay) {
    return {rateSpec(1e-3), std::move(decay),
            ParamSpec::number("beta1", "Decay of the mean", 0.9, 0.0, 0.99999, "How slowly the mean gradient forgets.")
                .withSymbol("β_1")
                .isLive()
                .isAdvanced(),
            ParamSpec::number("beta2", "Decay of the square", 0.999, 0.0, 0.9999999,
                              "How slowly the mean squared gradient forgets.")
                .withSymbol("β_2")
                .isLive()
                .isAdvanced(),
            ParamSpec::number("eps", "Epsilon", 1e-8, 1e-16, 1.0, "Added to the root so that nothing is divided by zero.",
                              ParamScale::Log)
                .withSymbol("ε")
                .isLive()
                .isAdvanced()};
}

std::vector<OptimizerDescription> makeRegistry() {
    std::vector<OptimizerDescription> list;
    list.push_back({"sgd",
                    "SGD",
                    "Goes straight down the gradient.",
                    "Robbins & Monro, 1951",
                    {"w ← w - η (g + λ w)"},
                    {rateSpec(0.1), decaySpec(0, kGradientDecay)},
                    [](const ParamSet& p, Index n) -> std::unique_ptr<Optimizer> { return std::make_unique<Sgd>(p, n); },
                    "torch.optim.SGD({groups}, lr={rate})"});
    list.push_back(
        {"momentum",
         "Momentum",
         "Gathers speed along directions that last.",
         "Polyak, 1964; in the form of PyTorch",
         {"v ← μ v + g + λ w", "w ← w - η v"},
         {rateSpec(0.05), decaySpec(0, kGradientDecay), momentumSpec()},
         [](const ParamSet& p, Index n) -> std::unique_ptr<Optimizer> { return std::make_unique<Momentum>(p, n, false); },
         "torch.optim.SGD({groups}, lr={rate}, momentum={momentum})"});
    list.push_back(
        {"nesterov",
         "Nesterov momentum",
         "Momentum that looks one step ahead.",
         "Nesterov, 1983; Sutskever et al., 2013; in the form of PyTorch",
         {"d = g + λ w", "v ← μ v + d", "w ← w - η (d + μ v)"},
         {rateSpec(0.05), decaySpec(0, kGradientDecay), momentumSpec()},
         [](const ParamSet& p, Index n) -> std::unique_ptr<Optimizer> { return std::make_unique<Momentum>(p, n, true); },
         "torch.optim.SGD({groups}, lr={rate}, momentum={momentum}, nesterov=True)"});
    const std::vector<std::string> moments = {"m ← β_1 m + (1 - β_1) g", "v ← β_2 v + (1 - β_2) g^2",
                                              "m̂ = m/(1 - β_{1}^t),  v̂ = v/(1 - β_{2}^t)"};
    std::vector<std::string> adam = moments, adamw = moments;
    adam.push_back("w ← w - η m̂/(√v̂ + ε)");
    adamw.push_back("w ← (1 - η λ) w - η m̂/(√v̂ + ε)");
    list.push_back({"adam", "Adam", "Gives every weight a step of about the same length.", "Kingma & Ba, ICLR 2015", adam,
                    adamParams(decaySpec(0, kGradientDecay)), [](const ParamSet& p, Index n) -> std::unique_ptr<Optimizer> {
                        return std::make_unique<Adam>(p, n, false);
                    },
                    "torch.optim.Adam({groups}, lr={rate}, betas=({beta1}, {beta2}), eps={eps})"});
    list.push_back(
        {"adamw", "AdamW", "Adam whose weight decay does not go through the moments.", "Loshchilov & Hutter, ICLR 2019",
         adamw,
         adamParams(decaySpec(0.01, "Pulls weights towards 0 by the share η λ of every step. Biases are left alone.")),
         [](const ParamSet& p, Index n) -> std::unique_ptr<Optimizer> { return std::make_unique<Adam>(p, n, true); },
         "torch.optim.AdamW({groups}, lr={rate}, betas=({beta1}, {beta2}), eps={eps})"});
    return list;
}

}  // namespace

const std::vector<OptimizerDescription>& optimizerRegistry() {
    static const std::vector<OptimizerDescription> registry = makeRegistry();
    return registry;
}

const OptimizerDescription* findOptimizer(const std::string& id) {
    for (const OptimizerDescription& d : optimizerRegistry())
        if (d.id == id) return &d;
    return nullptr;
}

}  // namespace lab

// Matrices that carry the error down in place of the transposed weights. They belong to the rule, are saved with it and
// are never given to an optimiser. Draws come from Purpose::Feedback and do not depend on the initial weights.
#pragma once

#include "core/network/Network.h"

namespace lab {

// How the weights of the way down come about.
enum class FeedbackKind {
    Random,          // FA: B fixed
    UniformSign,     // uSF: B = c sign(W), c the standard deviation of W's initial values
    FreshMagnitude,  // brSF: B = |M| (.) sign(W), M drawn anew every step
    FixedMagnitude,  // frSF: B = |M| (.) sign(W), M drawn once
};

// Feedback weights with the layout of a network's parameter vector, to be given as BackwardOptions::transport.
// A matrix B exists for every weight that an error has to pass: all of stages 2.., and those of a first stage with more
// than one learned map.
class FeedbackWeights {
public:
    FeedbackWeights(const Network& network, FeedbackKind kind, double scale, std::uint64_t seed);

    // The feedback for this step. `own` are the network's parameters; allocates nothing.
    const Real* transport(Pool& pool, const ParamStore& own, std::int64_t step);

    // Degrees between W and its B over the weights of `stage`, as of the last transport(); empty where no error passes.
    bool carries(int stage) const { return m_carries[static_cast<std::size_t>(stage)]; }
    double angle(const ParamStore& own, int stage) const;

    // B (Random) or M (FixedMagnitude): blocks "feedback.<name of the weight>". Empty for the other kinds.
    ParamStore& store() { return m_store; }
    std::size_t bytes() const { return (m_transport.size() + static_cast<std::size_t>(m_store.size())) * sizeof(Real); }

private:
    struct Part {
        int block;  // of the network
        int fixed;  // of m_store, -1 if nothing is kept
        int stage;
        Real bound;  // uniform draws in +-bound
        Real deviation;
    };
    void draw(Real* values, Index count, const Stream& stream, Real bound, Pool* pool) const;

    FeedbackKind m_kind;
    std::uint64_t m_seed;
    std::vector<Part> m_parts;
    std::vector<int> m_others;  // trained blocks that are no weights: their own values
    std::vector<bool> m_carries;
    ParamStore m_store;
    Buffer m_transport;
};

// Direct feedback: B_l (K x d_l) from the error of the scores to the output of every stage below the read-out, uniform
// in +-scale sqrt(6 / d_l). Block number = stage number; names "feedback.<n>".
class DirectFeedback {
public:
    DirectFeedback(const Network& network, double scale, std::uint64_t seed);

    // adjoint (rows x d_l) = error (rows x K) * B_l.
    void project(Pool& pool, int stage, const Real* error, Index rows, Real* adjoint) const;

    ParamStore& store() { return m_store; }
    const ParamStore& store() const { return m_store; }
    std::size_t bytes() const { return static_cast<std::size_t>(m_store.size()) * sizeof(Real); }

private:
    ParamStore m_store;
};

}  // namespace lab

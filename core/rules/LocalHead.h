// A linear classifier on one layer's activity, trained on nothing but that activity and the label.
//   S = F W^T + 1 b   (n x C);   L = mean cross-entropy;   Q = (softmax(S) - Y)/n
//   dW = Q^T F (C x D);   db = column sums of Q;   dF = Q W (n x D)
// It serves as projection (Mono-Forward), predictor (Cascaded-Forward) and softmax head (Forward-Forward).
#pragma once

#include "core/math/Pool.h"
#include "core/network/ParamStore.h"

#include <span>
#include <vector>

namespace lab {

// Where a head's parameters stand in a store.
struct LocalHead {
    int weight = -1;  // block {classes, features}
    int bias = -1;    // block {classes}; -1 = none
    Index features = 0;
    Index classes = 0;
};

// Adds the blocks "<name>.weight" and, if asked for, "<name>.bias"; the values are zero.
LocalHead addHead(ParamStore& store, const std::string& name, const std::string& title, int layer, Index features,
                  Index classes, bool bias);

// U(-1/sqrt(D), 1/sqrt(D)) on the weights, as torch.nn.Linear starts; the bias stays zero.
void initialiseHead(ParamStore& store, const LocalHead& head, std::uint64_t seed);

// scores (n x classes) of features (n x D).
void headScores(Pool& pool, const ParamStore& store, const LocalHead& head, Index n, const Real* features, Real* scores);

// Writes the head's gradient into `gradient` (layout of the store) for dL/dscores (n x classes).
void headGradient(Pool& pool, const ParamStore& store, const LocalHead& head, Index n, const Real* features,
                  const Real* error, Real* gradient);

// adjoint (n x D) = error (n x classes) * W, before W is updated.
void headAdjoint(Pool& pool, const ParamStore& store, const LocalHead& head, Index n, const Real* error, Real* adjoint);

// Share of rows whose largest score (first on ties) is the label's.
double headAccuracy(const Real* scores, Index n, Index classes, const int* labels, std::vector<int>& scratch);

// Row-wise softmax in place; the row maximum is subtracted.
void softmaxRows(Real* scores, Index n, Index classes);

}  // namespace lab

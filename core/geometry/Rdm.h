// Representational dissimilarity matrices (Kriegeskorte et al. 2008): one distance for every pair of probes, and how much
// two such matrices agree.
#pragma once

#include "core/geometry/GramBank.h"

#include <vector>

namespace lab {

// Cosine and correlation distances use the raw patterns: removing the mean pattern first changes them.
enum class RdmKind { SquaredEuclidean, Euclidean, Cosine, Correlation };

struct Rdm {
    RdmKind kind = RdmKind::Euclidean;
    MatrixD distances;        // n x n, symmetric, zero diagonal; NaN rows where the pattern has no direction
    Index undefined = 0;      // probes with such rows (all-zero or constant patterns)
    double tieTolerance = 0;  // distances closer than this are equal up to rounding
    Status status = Status::Ok;
    std::string why;
};

// A tap with no variance has Euclidean distances 0; for a tap with values that are not finite the status says so.
Rdm rdm(const GramBank& bank, RdmKind kind, Pool& pool);

// Distances of a label model: 0 within a class, 1 between classes.
Rdm labelRdm(Labels labels);

// Upper triangle, row by row.
std::vector<double> upperTriangle(const MatrixD& m);

enum class RdmComparison { Pearson, Spearman, KendallA, KendallB };
struct RdmAgreement {
    Measured value;
    Index pairs = 0;     // probe pairs compared
    Index excluded = 0;  // pairs left out because a distance is undefined
};
RdmAgreement compareRdms(const Rdm& x, const Rdm& y, RdmComparison comparison);

// The matrix averaged over blocks of probes, at most `side` x `side`: a thumbnail. NaN cells do not count.
MatrixD blockMeans(const MatrixD& m, Index side);

}  // namespace lab

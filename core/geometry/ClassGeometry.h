// How classes sit in a representation: nearest class means, separability, silhouette, neural collapse. All from the Gram
// matrix. Z_ic = [y_i = c] / n_c, M = K Z (n x C), A = Z^T K Z (C x C, the Gram of the centred class means).
#pragma once

#include "core/geometry/GramBank.h"

#include <cstdint>
#include <vector>

namespace lab {

// Labels as class numbers 0 .. C-1 of the distinct values in ascending order.
struct Classes {
    std::vector<std::int32_t> values;  // the distinct labels
    std::vector<Index> of;             // class number of every probe
    std::vector<Index> sizes;
    Index count() const { return static_cast<Index>(values.size()); }

    explicit Classes(Labels labels);
    Classes() = default;
};

// The sums that every class measure needs; built once per bank and labels.
struct ClassSums {
    Status status = Status::Degenerate;
    std::string why;
    Classes classes;
    MatrixD m;                // M
    MatrixD a;                // A
    double withinTrace = 0;   // tr Sigma_W, Sigma_W = (1/n) sum_i (x_i - mu_y)(x_i - mu_y)^T
    double betweenTrace = 0;  // tr Sigma_B, Sigma_B = (1/C) sum_c (mu_c - mu_G)(mu_c - mu_G)^T, mu_G = mean of class means
    bool ok() const { return status == Status::Ok; }
    Measured unusable() const { return Measured::none(status, why); }
};
// Needs one label per probe and at least two classes.
ClassSums classSums(const GramBank& bank, Labels labels);

// Nearest class mean. The leave-one-out form moves only the own class mean and needs two probes in every class.
struct NearestMean {
    Measured accuracy;
    Measured leaveOneOut;
    std::vector<Index> predictions;  // class numbers; ties go to the lower class
};
NearestMean nearestClassMean(const GramBank& bank, const ClassSums& sums);

// tr Sigma_B / tr Sigma_W.
Measured fisherTraceRatio(const ClassSums& sums);
// tr((Sigma_W + gamma I)^-1 Sigma_B) within the principal components; gamma = ridge * tr Sigma_W / components.
Measured fisherDiscriminant(const GramBank& bank, const ClassSums& sums, double ridge);

// Rousseeuw 1987: (b - a) / max(a, b) of Euclidean distances; 0 for a class of one.
struct Silhouette {
    Measured mean;
    std::vector<double> points;
};
Silhouette silhouette(const GramBank& bank, const ClassSums& sums);

// Papyan, Han & Donoho 2020; class-distance-normalised variance: Galanti et al. 2022. Everything tends to 0 in collapse.
struct NeuralCollapse {
    Measured nc1;          // tr(Sigma_W Sigma_B^+) / C
    Measured cdnv;         // mean over pairs of (v_a + v_b) / (2 |mu_a - mu_b|^2)
    Measured equinorm;     // spread of |mu_c - mu_G| over its mean
    Measured equiangular;  // mean |cos + 1/(C-1)|
    Measured simplex;      // distance of the normalised Gram of means to that of a regular simplex
    MatrixD cosines;       // C x C between centred class means
    MatrixD pairs;         // C x C, the terms of cdnv
};
NeuralCollapse neuralCollapse(const GramBank& bank, const ClassSums& sums);

}  // namespace lab

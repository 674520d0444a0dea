// How well a linear read-out could tell the classes from this representation: ridge regression on one-hot targets with
// an intercept, and its exact leave-one-out predictions, all from one factorisation of the Gram matrix.
//
// T = one-hot (n x C), Tc = T - column mean, B = (K + lambda I)^-1, lambda = rho tr K / n.
//   in sample:     prediction = T - lambda B Tc
//   leave one out: prediction_i = T_i - lambda (B Tc)_i / (lambda B_ii - 1/n), the intercept re-estimated
#pragma once

#include "core/geometry/ClassGeometry.h"

namespace lab {

struct LinearProbe {
    Measured accuracy;         // leave-one-out, the number to show
    Measured inSample;         // 1 whenever units outnumber probes: meaningless then
    double low = 0, high = 0;  // 95 % Wilson interval of `accuracy`
    double lambda = 0;
    Classes classes;
    MatrixD predictions;           // n x C, leave-one-out scores
    VectorD leverage;              // h_ii
    std::vector<Index> predicted;  // class number with the highest leave-one-out score; ties go to the lower class
};

// rho > 0 is relative to the mean variance of a probe, so that the result does not depend on the units of X.
LinearProbe linearProbe(const GramBank& bank, Labels labels, double rho = 1e-2);
// The same with lambda itself.
LinearProbe linearProbeAbsolute(const GramBank& bank, Labels labels, double lambda);

// 95 % Wilson score interval of a proportion.
void wilsonInterval(double proportion, double count, double& low, double& high);

}  // namespace lab

#include "core/geometry/ActivityView.h"

#include "core/geometry/Measured.h"

#include <cmath>

namespace lab {

Index firstNonFiniteRow(const ActivityView& x) {
    for (Index i = 0; i < x.rows; ++i) {
        const Real* row = x.row(i);
        for (Index j = 0; j < x.cols; ++j)
            if (!std::isfinite(row[j])) return i;
    }
    return -1;
}

const char* statusName(Status status) {
    switch (status) {
        case Status::Ok:
            return "ok";
        case Status::Degenerate:
            return "degenerate";
        case Status::TooFewSamples:
            return "too few samples";
        case Status::NotConverged:
            return "not converged";
        case Status::Approx:
            return "approximate";
    }
    return "unknown";
}

}  // namespace lab

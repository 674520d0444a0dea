#include "core/geometry/MeasureCatalogue.h"
#include "core/geometry/Signals.h"

namespace lab {

namespace {

// The entries of an array row by row, whatever its shape.
std::vector<Real> entries(const ActivityView& x) {
    std::vector<Real> out;
    out.reserve(static_cast<std::size_t>(x.size()));
    for (Index i = 0; i < x.rows; ++i) out.insert(out.end(), x.row(i), x.row(i) + x.cols);
    return out;
}

Result<MeasureOutcome> evaluateDPrime(const MeasureInputs& in, const ParamSet&) {
    MeasureOutcome out;
    out.value = dPrime(entries(in.x), entries(in.y));
    return out;
}

Result<MeasureOutcome> evaluateAuc(const MeasureInputs& in, const ParamSet&) {
    MeasureOutcome out;
    out.value = auc(entries(in.x), entries(in.y));
    return out;
}

Result<MeasureOutcome> evaluateAlignment(const MeasureInputs& in, const ParamSet&) {
    const Alignment a = alignment(entries(in.x), entries(in.y));
    MeasureOutcome out;
    out.value = a.cosine;
    out.details = {{"degrees", "Angle in degrees", following(a.cosine, a.degrees)},
                   {"norm_ratio", "Ratio of lengths", a.normRatio},
                   {"sign_agreement", "Entries of equal sign", following(a.cosine, a.signAgreement)},
                   {"null_deviation", "Standard deviation for random directions", following(a.cosine, a.nullDeviation)}};
    return out;
}

// Scores of every class, or one column of predicted class numbers.
Result<MeasureOutcome> evaluateConfusion(const MeasureInputs& in, const ParamSet&) {
    MeasureOutcome out;
    const Index bad = firstNonFiniteRow(in.x);
    if (bad >= 0) {
        out.value = Measured::none(Status::Degenerate, "row " + std::to_string(bad) + " holds a value that is not finite");
        return out;
    }
    constexpr std::int32_t kMostClasses = 4096;
    std::vector<std::int32_t> predicted;
    std::int32_t highest = 0;
    for (Index i = 0; i < in.x.rows; ++i) {
        const Real* row = in.x.row(i);
        std::int32_t best = 0;
        if (in.x.cols == 1) {
            if (!(row[0] >= 0) || row[0] >= static_cast<Real>(kMostClasses) ||
                row[0] != static_cast<Real>(static_cast<std::int32_t>(row[0])))
                return Error{"LAB-GEOM-108", "row " + std::to_string(i) + " is not a class number.", "confusion",
                             "Give one column of class numbers from 0, or one column of scores per class."};
            best = static_cast<std::int32_t>(row[0]);
        } else {
            for (Index c = 1; c < in.x.cols; ++c)
                if (row[c] > row[best]) best = static_cast<std::int32_t>(c);
        }
        predicted.push_back(best);
        highest = std::max(highest, best);
    }
    if (in.x.cols > 1) highest = std::max(highest, static_cast<std::int32_t>(in.x.cols - 1));
    for (std::size_t i = 0; i < in.labels.size(); ++i) {
        if (in.labels[i] < 0 || in.labels[i] >= kMostClasses)
            return Error{"LAB-GEOM-109", "label " + std::to_string(i) + " is " + std::to_string(in.labels[i]) + ".",
                         "confusion", "Class numbers run from 0 to " + std::to_string(kMostClasses - 1) + "."};
        highest = std::max(highest, in.labels[i]);
    }
    const Confusion c = confusion(in.labels, predicted, highest + 1);
    out.value = c.accuracy;
    out.details = {{"balanced_accuracy", "Mean recall of the classes", c.balancedAccuracy}};
    MatrixD counts(highest + 1, highest + 1);
    std::vector<std::string> names;
    for (Index i = 0; i <= highest; ++i) {
        names.push_back(std::to_string(i));
        for (Index j = 0; j <= highest; ++j)
            counts(i, j) = static_cast<double>(c.counts[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)]);
    }
    out.table = {counts, "Confusion matrix", "true class", "predicted class", "samples", names, names};
    return out;
}

}  // namespace

void addSignalMeasures(std::vector<MeasureDescription>& list) {
    MeasureDescription m;
    m.id = "d_prime";
    m.title = "Discriminability";
    m.symbol = "d′";
    m.unit = "standard deviations";
    m.summary =
        "Distance of the means of two sets of numbers in units of their pooled standard deviation; first minus second.";
    m.source = "Green & Swets, Signal detection theory and psychophysics, 1966";
    m.arrays = 2;
    m.match = ArrayMatch::Free;
    m.rows = "value";
    m.columns = "value";
    m.evaluate = evaluateDPrime;
    list.push_back(m);

    m.id = "auc";
    m.title = "Area under the ROC curve";
    m.symbol = "AUC";
    m.unit = "";
    m.summary = "Probability that a number of the first set exceeds one of the second, ties counting half. Exact.";
    m.source = "Hanley & McNeil, The meaning and use of the area under a ROC curve, Radiology 1982";
    m.evaluate = evaluateAuc;
    list.push_back(m);

    m.id = "alignment";
    m.title = "Alignment of two vectors";
    m.symbol = "cos";
    m.summary = "Cosine of the angle between two arrays taken as vectors, for example an update and the gradient.";
    m.source = "Lillicrap et al., Random synaptic feedback weights support error backpropagation, Nat. Commun. 2016";
    m.match = ArrayMatch::SameSize;
    m.evaluate = evaluateAlignment;
    list.push_back(m);

    m = {};
    m.id = "confusion";
    m.title = "Confusion matrix";
    m.unit = "accuracy";
    m.summary =
        "How often every class is taken for every other. The array holds class scores, or one column of class numbers.";
    m.source =
        "Stehman, Selecting and interpreting measures of thematic classification accuracy, Remote Sens. Environ. 1997";
    m.match = ArrayMatch::Free;
    m.needsLabels = true;
    m.rows = "sample";
    m.columns = "class";
    m.evaluate = evaluateConfusion;
    list.push_back(m);
}

}  // namespace lab

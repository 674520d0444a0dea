#include "core/geometry/LinearProbe.h"
#include "core/geometry/MeasureCatalogue.h"

namespace lab {

namespace {

std::vector<std::string> classNames(const Classes& classes) {
    std::vector<std::string> out;
    for (const std::int32_t label : classes.values) out.push_back(std::to_string(label));
    return out;
}

Result<MeasureOutcome> evaluateProbe(const MeasureInputs& in, const ParamSet& params) {
    const LinearProbe p = linearProbe(preciseBank(in.x, in), in.labels, params.number("ridge"));
    MeasureOutcome out;
    out.value = p.accuracy;
    out.details = {{"low", "95 % interval, lower end", following(p.accuracy, p.low)},
                   {"high", "95 % interval, upper end", following(p.accuracy, p.high)},
                   {"in_sample", "In sample", p.inSample},
                   {"chance", "Chance", following(p.accuracy, 1.0 / static_cast<double>(p.classes.count()))},
                   {"lambda", "Ridge, absolute", following(p.accuracy, p.lambda)}};
    out.table = {p.predictions, "Scores of the left-out probe", "probe", "class", "score", {}, classNames(p.classes)};
    return out;
}

Result<MeasureOutcome> evaluateNearestMean(const MeasureInputs& in, const ParamSet&) {
    const GramBank x = preciseBank(in.x, in);
    const NearestMean n = nearestClassMean(x, classSums(x, in.labels));
    MeasureOutcome out;
    out.value = n.leaveOneOut;
    out.details = {{"in_sample", "In sample", n.accuracy}};
    return out;
}

Result<MeasureOutcome> evaluateSilhouette(const MeasureInputs& in, const ParamSet&) {
    const GramBank x = preciseBank(in.x, in);
    const Silhouette s = silhouette(x, classSums(x, in.labels));
    MeasureOutcome out;
    out.value = s.mean;
    out.table = {column(s.points), "Silhouette of every probe", "probe", "quantity", "silhouette", {}, {"silhouette"}};
    return out;
}

Result<MeasureOutcome> evaluateFisher(const MeasureInputs& in, const ParamSet& params) {
    const GramBank x = preciseBank(in.x, in);
    const ClassSums sums = classSums(x, in.labels);
    MeasureOutcome out;
    const Measured ratio = fisherTraceRatio(sums);
    const Measured discriminant = fisherDiscriminant(x, sums, params.number("ridge"));
    out.value = params.text("form") == "discriminant" ? discriminant : ratio;
    out.details = {{"ratio", "Trace ratio", ratio}, {"discriminant", "Discriminant", discriminant}};
    return out;
}

Result<MeasureOutcome> evaluateCollapse(const MeasureInputs& in, const ParamSet&) {
    const GramBank x = preciseBank(in.x, in);
    const ClassSums sums = classSums(x, in.labels);
    const NeuralCollapse c = neuralCollapse(x, sums);
    MeasureOutcome out;
    out.value = c.nc1;
    out.details = {{"nc1", "Within-class variability (NC1)", c.nc1},
                   {"cdnv", "Class-distance-normalised variance", c.cdnv},
                   {"nc2_equinorm", "Unequal lengths of class means (NC2)", c.equinorm},
                   {"nc2_equiangular", "Unequal angles of class means (NC2)", c.equiangular},
                   {"nc2_simplex", "Distance to a regular simplex (NC2)", c.simplex}};
    const std::vector<std::string> names = classNames(sums.classes);
    out.table = {c.cosines, "Cosine between centred class means", "class", "class", "cosine", names, names};
    return out;
}

}  // namespace

void addClassMeasures(std::vector<MeasureDescription>& list) {
    MeasureDescription m;
    m.id = "linear_probe";
    m.title = "Linear probe";
    m.unit = "accuracy";
    m.summary =
        "Share of probes whose class a linear read-out of this representation gets right when it was fitted without them "
        "(ridge regression on one-hot targets, exact leave-one-out).";
    m.source =
        "Alain & Bengio, Understanding intermediate layers using linear classifier probes, 2016; leave-one-out: Allen 1974";
    m.params = {ParamSpec::number("ridge", "Ridge", 1e-2, 1e-8, 1e4,
                                  "Strength of the regularisation relative to the mean variance of a probe.",
                                  ParamScale::Log)
                    .withSymbol("ρ")};
    m.needsLabels = true;
    m.evaluate = evaluateProbe;
    list.push_back(m);

    m = {};
    m.id = "nearest_mean";
    m.title = "Nearest class mean";
    m.unit = "accuracy";
    m.summary = "Share of probes that lie nearest to the mean of their own class, computed without them.";
    m.source = "Hastie, Tibshirani & Friedman, The elements of statistical learning, 2009";
    m.needsLabels = true;
    m.evaluate = evaluateNearestMean;
    list.push_back(m);

    m = {};
    m.id = "silhouette";
    m.title = "Silhouette";
    m.symbol = "s";
    m.summary =
        "How much nearer probes are to their own class than to the next one: 1 far apart, 0 touching, negative mixed.";
    m.source = "Rousseeuw, Silhouettes, J. Comput. Appl. Math. 1987";
    m.needsLabels = true;
    m.evaluate = evaluateSilhouette;
    list.push_back(m);

    m = {};
    m.id = "fisher";
    m.title = "Fisher separability";
    m.symbol = "J";
    m.summary = "Variance between class means over variance within classes.";
    m.source = "Fisher, The use of multiple measurements in taxonomic problems, 1936";
    m.params = {
        ParamSpec::choice("form", "Form", "ratio",
                          {{"ratio", "Trace ratio", "Total variances; blind to their directions."},
                           {"discriminant", "Discriminant", "Weighs every direction by its variance within classes."}},
                          "Which form is the headline number; both are reported."),
        ParamSpec::number("ridge", "Ridge", 1e-3, 0, 1e3,
                          "Added to the variance within classes, relative to its mean; 0 needs more probes than units.",
                          ParamScale::Linear)};
    m.needsLabels = true;
    m.evaluate = evaluateFisher;
    list.push_back(m);

    m = {};
    m.id = "neural_collapse";
    m.title = "Neural collapse";
    m.symbol = "NC1";
    m.summary =
        "How far classes have shrunk to points (NC1, class-distance-normalised variance) and how far their means form a "
        "regular "
        "simplex (NC2). Everything tends to 0 in collapse.";
    m.source = "Papyan, Han & Donoho, PNAS 2020; Galanti, Gyorgy & Hutter, ICLR 2022";
    m.needsLabels = true;
    m.evaluate = evaluateCollapse;
    list.push_back(m);
}

}  // namespace lab

#include "core/geometry/MeasureCatalogue.h"
#include "core/geometry/Rdm.h"
#include "core/geometry/Similarity.h"

namespace lab {

namespace {

ParamSpec distanceParam() {
    return ParamSpec::choice(
        "distance", "Distance", "euclidean",
        {{"euclidean", "Euclidean", "Straight-line distance between patterns."},
         {"squared_euclidean", "Squared Euclidean", "Its square."},
         {"cosine", "Cosine", "1 minus the cosine of raw patterns: blind to their length."},
         {"correlation", "Correlation", "1 minus the correlation over units: blind to length and mean."}},
        "How two patterns are compared.");
}

RdmKind rdmKind(const std::string& id) {
    if (id == "squared_euclidean") return RdmKind::SquaredEuclidean;
    if (id == "cosine") return RdmKind::Cosine;
    if (id == "correlation") return RdmKind::Correlation;
    return RdmKind::Euclidean;
}

ParamSpec comparisonParam(const char* standard) {
    return ParamSpec::choice(
        "comparison", "Comparison", standard,
        {{"spearman", "Spearman", "Correlation of ranks: any monotone relation counts as agreement."},
         {"pearson", "Pearson", "Linear correlation of distances."},
         {"kendall_a", "Kendall tau-a", "Concordant minus discordant pairs; right where a model predicts ties."},
         {"kendall_b", "Kendall tau-b", "The same, corrected for ties."}},
        "How the distances of the two matrices are correlated.");
}

RdmComparison rdmComparison(const std::string& id) {
    if (id == "pearson") return RdmComparison::Pearson;
    if (id == "kendall_a") return RdmComparison::KendallA;
    if (id == "kendall_b") return RdmComparison::KendallB;
    return RdmComparison::Spearman;
}

Result<MeasureOutcome> evaluateCka(const MeasureInputs& in, const ParamSet& params) {
    const GramBank x = preciseBank(in.x, in);
    const GramBank y = preciseBank(in.y, in);
    const bool gaussian = params.text("kernel") == "gaussian";
    const double sigma = params.number("sigma");
    const auto value = [&](HsicKind kind) { return gaussian ? ckaGaussian(x, y, sigma, kind) : cka(x, y, kind); };
    const Measured biased = value(HsicKind::Biased);
    const Measured debiased = value(HsicKind::Debiased);
    MeasureOutcome out;
    out.value = params.text("estimator") == "biased" ? biased : debiased;
    out.details = {{"biased", "Biased", biased}, {"debiased", "Debiased", debiased}};
    if (!gaussian)
        out.details.push_back({"chance", "Biased value of independent Gaussian data of this size",
                               following(biased, ckaChance(x.probes(), x.units(), y.units()))});
    return out;
}

Result<MeasureOutcome> evaluateProcrustes(const MeasureInputs& in, const ParamSet&) {
    const Procrustes p = procrustes(preciseBank(in.x, in), preciseBank(in.y, in));
    MeasureOutcome out;
    out.value = following(p.similarity, p.angle);
    out.details = {{"similarity", "Similarity", p.similarity},
                   {"chordal", "Chordal distance", following(p.similarity, p.chordal)},
                   {"disparity", "Disparity", following(p.similarity, p.disparity)},
                   {"distance", "Distance without normalisation", following(p.similarity, p.distance)}};
    return out;
}

MeasureOutcome agreementOutcome(const RdmAgreement& agreement) {
    MeasureOutcome out;
    out.value = agreement.value;
    out.details = {{"pairs", "Pairs of probes compared", Measured::of(static_cast<double>(agreement.pairs))},
                   {"excluded", "Pairs left out", Measured::of(static_cast<double>(agreement.excluded))}};
    return out;
}

Result<MeasureOutcome> evaluateRsa(const MeasureInputs& in, const ParamSet& params) {
    const RdmKind kind = rdmKind(params.text("distance"));
    const GramBank x = preciseBank(in.x, in);
    const GramBank y = preciseBank(in.y, in);
    MeasureOutcome out = agreementOutcome(
        compareRdms(rdm(x, kind, *in.pool), rdm(y, kind, *in.pool), rdmComparison(params.text("comparison"))));
    if (!x.ok()) out.value = x.unusable();
    if (!y.ok()) out.value = y.unusable();
    return out;
}

Result<MeasureOutcome> evaluateLabelRsa(const MeasureInputs& in, const ParamSet& params) {
    const GramBank x = preciseBank(in.x, in);
    MeasureOutcome out = agreementOutcome(compareRdms(rdm(x, rdmKind(params.text("distance")), *in.pool),
                                                      labelRdm(in.labels), rdmComparison(params.text("comparison"))));
    if (!x.ok()) out.value = x.unusable();
    return out;
}

Result<MeasureOutcome> evaluateRdm(const MeasureInputs& in, const ParamSet& params) {
    const GramBank x = preciseBank(in.x, in);
    const Rdm matrix = rdm(x, rdmKind(params.text("distance")), *in.pool);
    MeasureOutcome out;
    double sum = 0, count = 0;
    for (const double d : upperTriangle(matrix.distances))
        if (d == d) {
            sum += d;
            count += 1;
        }
    out.value = matrix.status != Status::Ok ? Measured::none(matrix.status, matrix.why)
                : count == 0                ? Measured::none(Status::Degenerate, "no pair of probes has a distance")
                                            : Measured::of(sum / count);
    out.details = {{"undefined", "Probes without a defined distance", Measured::of(static_cast<double>(matrix.undefined))}};
    out.table = {matrix.distances, "Dissimilarity of probes", "probe", "probe", "distance", {}, {}};
    return out;
}

}  // namespace

void addSimilarityMeasures(std::vector<MeasureDescription>& list) {
    MeasureDescription m;
    m.id = "cka";
    m.title = "Centred kernel alignment";
    m.symbol = "CKA";
    m.summary =
        "Agreement of the similarity structure of two representations: 1 when equal up to rotation, shift and common "
        "scale. "
        "Dominated by the largest components. The biased form is far above 0 for unrelated data with many units.";
    m.source =
        "Kornblith et al., Similarity of neural network representations revisited, ICML 2019; debiased: Song et al., JMLR "
        "2012";
    m.params = {
        ParamSpec::choice("estimator", "Estimator", "debiased",
                          {{"debiased", "Debiased", "Ratio of unbiased estimates; about 0 for unrelated data."},
                           {"biased", "Biased", "The plain ratio; between 0 and 1."}},
                          "Which estimate is the headline number; both are reported."),
        ParamSpec::choice("kernel", "Kernel", "linear",
                          {{"linear", "Linear", "Dot products."}, {"gaussian", "Gaussian", "Emphasises near neighbours."}},
                          "Similarity of two patterns."),
        ParamSpec::number("sigma", "Width", 0.5, 0.01, 100, "Width in units of the median distance.", ParamScale::Log)
            .withSymbol("σ")
            .when("kernel", {"gaussian"})};
    m.arrays = 2;
    m.evaluate = evaluateCka;
    list.push_back(m);

    m = {};
    m.id = "procrustes";
    m.title = "Shape distance";
    m.symbol = "θ";
    m.unit = "rad";
    m.summary = "Angle that remains between two representations after the best rotation or reflection. A metric.";
    m.source = "Williams, Kunz, Kornblith & Linderman, Generalized shape metrics on neural representations, NeurIPS 2021";
    m.arrays = 2;
    m.evaluate = evaluateProcrustes;
    list.push_back(m);

    m = {};
    m.id = "rsa";
    m.title = "Representational similarity";
    m.symbol = "ρ";
    m.summary = "Correlation of the pairwise distances of probes in two representations.";
    m.source = "Kriegeskorte, Mur & Bandettini, Representational similarity analysis, Front. Syst. Neurosci. 2008";
    m.params = {distanceParam(), comparisonParam("spearman")};
    m.arrays = 2;
    m.evaluate = evaluateRsa;
    list.push_back(m);

    m.id = "rsa_labels";
    m.title = "Similarity to the label structure";
    m.symbol = "τ";
    m.summary = "Correlation of the pairwise distances with the model in which probes differ only between classes.";
    m.params = {distanceParam(), comparisonParam("kendall_a")};
    m.arrays = 1;
    m.needsLabels = true;
    m.evaluate = evaluateLabelRsa;
    list.push_back(m);

    m.id = "rdm";
    m.title = "Dissimilarity matrix";
    m.symbol = "";
    m.summary = "The distance of every pair of probes; the headline is their mean.";
    m.params = {distanceParam()};
    m.needsLabels = false;
    m.evaluate = evaluateRdm;
    list.push_back(m);
}

}  // namespace lab

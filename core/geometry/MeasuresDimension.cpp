#include "core/geometry/MeasureCatalogue.h"
#include "core/geometry/Spectrum.h"

namespace lab {

namespace {

Result<MeasureOutcome> evaluateParticipation(const MeasureInputs& in, const ParamSet& params) {
    const GramBank x = preciseBank(in.x, in);
    const Measured plain = participationRatio(x, false);
    const Measured debiased = participationRatio(x, true);
    MeasureOutcome out;
    out.value = params.flag("debiased") ? debiased : plain;
    out.details = {{"plain", "As measured", plain}, {"debiased", "Debiased", debiased}};
    return out;
}

Measured ofSpectrum(const Spectrum& s, double value) {
    return s.status == Status::Ok ? Measured::of(value) : Measured::none(s.status, s.why);
}

Result<MeasureOutcome> evaluateSpectrum(const MeasureInputs& in, const ParamSet& params) {
    const Spectrum s = spectrum(preciseBank(in.x, in));
    const auto components = [&](double fraction) { return ofSpectrum(s, static_cast<double>(s.componentsFor(fraction))); };
    MeasureOutcome out;
    out.value = components(params.number("fraction"));
    out.details = {{"k90", "Components for 90 %", components(0.90)},
                   {"k95", "Components for 95 %", components(0.95)},
                   {"k99", "Components for 99 %", components(0.99)}};
    double total = 0, sum = 0;
    for (const double v : s.eigenvalues) total += v;
    MatrixD values(static_cast<Index>(s.eigenvalues.size()), 2);
    for (Index i = 0; i < values.rows(); ++i) {
        values(i, 0) = s.eigenvalues[static_cast<std::size_t>(i)];
        sum += values(i, 0);
        values(i, 1) = sum / total;
    }
    out.table = {values, "Spectrum of the covariance",      "component", "quantity", "variance",
                 {},     {"eigenvalue", "cumulative share"}};
    return out;
}

Result<MeasureOutcome> evaluateEffectiveRank(const MeasureInputs& in, const ParamSet& params) {
    const Spectrum s = spectrum(preciseBank(in.x, in));
    const Measured sigma = ofSpectrum(s, s.effectiveRankSigma);
    const Measured lambda = ofSpectrum(s, s.effectiveRankLambda);
    const Measured stable = ofSpectrum(s, s.stableRank);
    const std::string of = params.text("weights");
    MeasureOutcome out;
    out.value = of == "eigenvalues" ? lambda : of == "stable" ? stable : sigma;
    out.details = {{"erank_sigma", "Of singular values", sigma},
                   {"erank_lambda", "Of eigenvalues", lambda},
                   {"stable_rank", "Stable rank", stable}};
    return out;
}

Result<MeasureOutcome> evaluateTwoNearest(const MeasureInputs& in, const ParamSet& params) {
    const TwoNearest t = twoNearestDimension(preciseBank(in.x, in));
    MeasureOutcome out;
    out.value = params.text("estimator") == "likelihood" ? t.likelihood : t.fit;
    out.details = {{"fit", "Fit", t.fit},
                   {"likelihood", "Maximum likelihood", t.likelihood},
                   {"low", "95 % interval, lower end", following(t.likelihood, t.low)},
                   {"high", "95 % interval, upper end", following(t.likelihood, t.high)},
                   {"probes", "Probes with distinct neighbours", Measured::of(static_cast<double>(t.used))}};
    out.table = {column(t.ratios), "Ratio of second to first neighbour distance", "rank", "quantity", "ratio", {},
                 {"ratio"}};
    return out;
}

Result<MeasureOutcome> evaluatePca(const MeasureInputs& in, const ParamSet& params) {
    const GramBank x = preciseBank(in.x, in);
    MeasureOutcome out;
    const Scores parts = principalScores(x, static_cast<Index>(params.integer("components")));
    if (!x.ok()) {
        out.value = x.unusable();
        return out;
    }
    out.value = Measured::of(parts.eigenvalues.sum() / x.trace());
    std::vector<std::string> names;
    for (Index c = 0; c < parts.scores.cols(); ++c) {
        const std::string number = std::to_string(c + 1);
        names.push_back("PC " + number);
        out.details.push_back(
            {"share_" + number, "Share of component " + number, Measured::of(parts.eigenvalues[c] / x.trace())});
    }
    out.table = {parts.scores, "Principal components", "probe", "component", "score", {}, names};
    return out;
}

}  // namespace

void addDimensionMeasures(std::vector<MeasureDescription>& list) {
    MeasureDescription m;
    m.id = "participation_ratio";
    m.title = "Participation ratio";
    m.symbol = "PR";
    m.unit = "dimensions";
    m.summary =
        "Number of directions that share the variance: 1 when one direction carries all, the number of units when all "
        "carry the "
        "same. Grows with the number of probes when there is noise; the debiased form corrects that.";
    m.source = "Gao et al., A theory of multineuronal dimensionality, bioRxiv 2017";
    m.params = {
        ParamSpec::boolean("debiased", "Correct for few probes", false, "Replace both sums by unbiased estimates.")};
    m.evaluate = evaluateParticipation;
    list.push_back(m);

    m = {};
    m.id = "spectrum";
    m.title = "Variance spectrum";
    m.symbol = "k";
    m.unit = "components";
    m.summary = "Eigenvalues of the covariance of units, and how many components hold a given share of the variance.";
    m.source = "Jolliffe, Principal component analysis, Springer 2002";
    m.params = {
        ParamSpec::number("fraction", "Share of variance", 0.95, 0.01, 1, "Share that the counted components must reach.")};
    m.evaluate = evaluateSpectrum;
    list.push_back(m);

    m = {};
    m.id = "effective_rank";
    m.title = "Effective rank";
    m.symbol = "erank";
    m.unit = "dimensions";
    m.summary =
        "Exponential of the entropy of the normalised spectrum. Singular values and eigenvalues give different numbers.";
    m.source = "Roy & Vetterli, The effective rank, EUSIPCO 2007; Garrido et al., RankMe, ICML 2023";
    m.params = {ParamSpec::choice("weights", "Of", "singular_values",
                                  {{"singular_values", "Singular values", "As defined by Roy and Vetterli."},
                                   {"eigenvalues", "Eigenvalues", "The same of variances; smaller."},
                                   {"stable", "Stable rank", "Total variance over the largest."}},
                                  "Which spectrum is weighed.")};
    m.evaluate = evaluateEffectiveRank;
    list.push_back(m);

    m = {};
    m.id = "two_nn";
    m.title = "Intrinsic dimension";
    m.symbol = "d";
    m.unit = "dimensions";
    m.summary =
        "Dimension of the surface on which the probes lie, from the ratio of the distances to the two nearest neighbours. "
        "Underestimates above about 8.";
    m.source =
        "Facco et al., Estimating the intrinsic dimension of datasets by a minimal neighborhood information, Sci. Rep. "
        "2017";
    m.params = {ParamSpec::choice("estimator", "Estimator", "fit",
                                  {{"fit", "Fit", "Line through the lower nine tenths of the ratios."},
                                   {"likelihood", "Maximum likelihood", "Uses every ratio; has an interval."}},
                                  "Which estimate is the headline number; both are reported.")};
    m.evaluate = evaluateTwoNearest;
    list.push_back(m);

    m = {};
    m.id = "pca";
    m.title = "Principal components";
    m.symbol = "";
    m.unit = "share of variance";
    m.summary =
        "Coordinates of the probes along the directions of largest variance; the headline is the variance they hold.";
    m.source = "Pearson, On lines and planes of closest fit, Phil. Mag. 1901";
    m.params = {ParamSpec::integer("components", "Components", 2, 1, 100, "How many components are given.")};
    m.evaluate = evaluatePca;
    list.push_back(m);
}

}  // namespace lab

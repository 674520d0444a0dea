// Views of the representations on the fixed probe set: clouds, dissimilarities, similarity of layers, dimension, decoding.
#include "core/document/ViewsShared.h"
#include "core/geometry/AlignedPca.h"
#include "core/geometry/LinearProbe.h"
#include "core/geometry/Rdm.h"
#include "core/geometry/Similarity.h"
#include "core/geometry/Spectrum.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lab::views {

namespace {

using Taps = ViewWorkspace::Geometry::Taps;

std::uint64_t probeStamp(const Snapshot& s) { return stampOf(s, {s.representations ? s.representations->step : -1}); }

std::string probeCaption(const Taps& taps, const std::string& more) {
    return "Fixed probe set of " + figureCount(static_cast<long long>(taps.labels.size())) + " samples. " + more;
}

// Taps of the parameter "layer": 0 is the input (shown with "all" where wanted), layers follow.
std::vector<std::size_t> chosenTaps(const Snapshot& snapshot, const ParamSet& params, const Taps& taps, bool input) {
    std::vector<std::size_t> chosen;
    if (input && params.text("layer") == "all") chosen.push_back(0);
    for (const int l : chosenLayers(snapshot, params))
        if (static_cast<std::size_t>(l) + 1 < taps.banks.size()) chosen.push_back(static_cast<std::size_t>(l) + 1);
    return chosen;
}

FigurePanel unusable(const std::string& title, const std::string& why) {
    FigurePanel panel;
    panel.title = title;
    panel.content = MessagePanel{"No variance to show: " + why + ".", "A layer without variance is usually dead: lower the learning rate or reset."};
    return panel;
}

// --------------------------------------------------------------------------------------------------------------- pca

class PcaBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override { return probeStamp(s); }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace& workspace) override {
        const ViewDescription& view = *findView("pca");
        const Taps& taps = workspace.geometry().taps(snapshot, workspace.pool());
        if (taps.banks.empty()) return waiting(view, snapshot);
        const bool rotation = params.text("mode") == "smooth";
        if (rotation != m_rotation) m_films.clear();
        m_rotation = rotation;
        Figure figure = start(view);
        const std::vector<std::size_t> chosen = chosenTaps(snapshot, params, taps, params.flag("input"));
        for (const std::size_t tap : chosen) figure.panels.push_back(cloud(snapshot, taps, tap, workspace));
        figure.caption = probeCaption(taps, rotation ? "Plane of the two largest components, each frame turned onto the one before."
                                                     : "The two largest components, signs and order kept from frame to frame.");
        return figure;
    }

private:
    struct Film {
        AlignedPca pca;
        SteadyRange range;
    };

    FigurePanel cloud(const Snapshot& snapshot, const Taps& taps, std::size_t tap, ViewWorkspace& workspace) {
        auto film = m_films.find(tap);
        if (film == m_films.end()) {
            const AlignedPca::Mode mode = m_rotation ? AlignedPca::Mode::Rotation : AlignedPca::Mode::Axes;
            film = m_films.emplace(tap, Film{AlignedPca(2, mode), {}}).first;
        }
        const AlignedPca::Frame& frame = film->second.pca.update(*taps.banks[tap], workspace.pool(), snapshot.run);
        if (!frame.drawable()) return unusable(taps.titles[tap], frame.why);

        FigurePanel panel;
        panel.title = taps.titles[tap];
        panel.note = percent(frame.explainedTotal) + " of variance";
        panel.x.title = "component 1";
        panel.y.title = "component 2";
        if (!m_rotation && frame.explained.size() >= 2) {
            panel.x.title += "  " + percent(frame.explained[0]);
            panel.y.title += "  " + percent(frame.explained[1]);
        }
        const double reach = frame.coordinates.cwiseAbs().maxCoeff();
        film->second.range.cover(0, reach);
        panel.x.from = panel.y.from = -film->second.range.to();
        panel.x.to = panel.y.to = film->second.range.to();

        std::map<std::int32_t, ScatterGroup> groups;
        const bool two = frame.coordinates.cols() > 1;
        for (Index i = 0; i < frame.coordinates.rows(); ++i) {
            const std::int32_t label = static_cast<std::size_t>(i) < taps.labels.size() ? taps.labels[static_cast<std::size_t>(i)] : 0;
            groups[label].points.push_back({frame.coordinates(i, 0), two ? frame.coordinates(i, 1) : 0.0});
        }
        ScatterPanel content;
        for (auto& [label, group] : groups) {
            group.title = className(snapshot, label);
            group.style = seriesStyle(label);
            content.groups.push_back(std::move(group));
        }
        panel.content = std::move(content);
        return panel;
    }

    std::map<std::size_t, Film> m_films;
    bool m_rotation = true;
};

// --------------------------------------------------------------------------------------------------------------- rdm

// Probes in order of class, cut into blocks of one class each: at most about 80 rows in all.
struct Blocks {
    std::vector<std::vector<Index>> members;
    std::vector<std::int32_t> labels;
};

Blocks blocksOf(const std::vector<std::int32_t>& labels) {
    std::map<std::int32_t, std::vector<Index>> classes;
    for (std::size_t i = 0; i < labels.size(); ++i) classes[labels[i]].push_back(static_cast<Index>(i));
    const std::size_t perClass = std::max<std::size_t>(1, 80 / std::max<std::size_t>(1, classes.size()));
    Blocks blocks;
    for (const auto& [label, probes] : classes) {
        const std::size_t count = std::min(perClass, probes.size());
        for (std::size_t b = 0; b < count; ++b) {
            const auto first = probes.begin() + static_cast<std::ptrdiff_t>(b * probes.size() / count);
            const auto last = probes.begin() + static_cast<std::ptrdiff_t>((b + 1) * probes.size() / count);
            blocks.members.emplace_back(first, last);
            blocks.labels.push_back(label);
        }
    }
    return blocks;
}

// Mean distance between the probes of two blocks; a probe is not compared with itself.
MatrixD reduced(const MatrixD& distances, const Blocks& blocks) {
    const Index n = static_cast<Index>(blocks.members.size());
    MatrixD out(n, n);
    for (Index a = 0; a < n; ++a)
        for (Index b = 0; b < n; ++b) {
            double sum = 0;
            Index count = 0;
            for (const Index i : blocks.members[static_cast<std::size_t>(a)])
                for (const Index j : blocks.members[static_cast<std::size_t>(b)]) {
                    const double d = distances(i, j);
                    if (i == j || d != d) continue;
                    sum += d;
                    ++count;
                }
            out(a, b) = count > 0 ? sum / static_cast<double>(count) : a == b ? 0.0 : std::numeric_limits<double>::quiet_NaN();
        }
    return out;
}

class RdmBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override { return probeStamp(s); }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace& workspace) override {
        const ViewDescription& view = *findView("rdm");
        const Taps& taps = workspace.geometry().taps(snapshot, workspace.pool());
        if (taps.banks.empty()) return waiting(view, snapshot);
        const std::string& metric = params.text("metric");
        const RdmKind kind = metric == "correlation" ? RdmKind::Correlation : metric == "cosine" ? RdmKind::Cosine : RdmKind::Euclidean;
        Figure figure = start(view);
        const Blocks blocks = blocksOf(taps.labels);
        for (const std::size_t tap : chosenTaps(snapshot, params, taps, params.flag("input"))) {
            if (!taps.banks[tap]->ok()) {
                figure.panels.push_back(unusable(taps.titles[tap], taps.banks[tap]->why()));
                continue;
            }
            const Rdm distances = rdm(*taps.banks[tap], kind, workspace.pool());
            HeatPanel heat;
            heat.values = reduced(distances.distances, blocks);
            heat.valueTitle = metric == "euclidean" ? "distance" : "1 − " + metric;
            nameClasses(snapshot, blocks, heat);
            FigurePanel panel;
            panel.title = taps.titles[tap];
            panel.note = contrast(heat.values, blocks);
            panel.content = std::move(heat);
            figure.panels.push_back(std::move(panel));
        }
        figure.caption = probeCaption(taps, "Mean distance between groups of probes, in order of class: blocks of small distance on the diagonal are classes.");
        return figure;
    }

private:
    static void nameClasses(const Snapshot& snapshot, const Blocks& blocks, HeatPanel& heat) {
        const std::size_t n = blocks.labels.size();
        heat.rowLabels.assign(n, "");
        heat.columnLabels.assign(n, "");
        for (std::size_t first = 0; first < n;) {
            std::size_t last = first;
            while (last + 1 < n && blocks.labels[last + 1] == blocks.labels[first]) ++last;
            const std::string name = className(snapshot, blocks.labels[first]);
            heat.rowLabels[(first + last) / 2] = name;
            heat.columnLabels[(first + last) / 2] = name;
            first = last + 1;
        }
    }

    // How much farther apart probes of different classes are than probes of one.
    static std::string contrast(const MatrixD& values, const Blocks& blocks) {
        double within = 0, between = 0;
        Index nWithin = 0, nBetween = 0;
        for (Index a = 0; a < values.rows(); ++a)
            for (Index b = 0; b < values.cols(); ++b) {
                if (values(a, b) != values(a, b)) continue;
                const bool same = blocks.labels[static_cast<std::size_t>(a)] == blocks.labels[static_cast<std::size_t>(b)];
                (same ? within : between) += values(a, b);
                ++(same ? nWithin : nBetween);
            }
        if (nWithin == 0 || nBetween == 0 || within <= 0) return {};
        return "between / within classes " + figureNumber(between / static_cast<double>(nBetween) / (within / static_cast<double>(nWithin)));
    }
};

// --------------------------------------------------------------------------------------------------------------- cka

class CkaBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override { return probeStamp(s); }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace& workspace) override {
        const ViewDescription& view = *findView("cka");
        const Taps& taps = workspace.geometry().taps(snapshot, workspace.pool());
        if (taps.banks.empty()) return waiting(view, snapshot);
        const bool debiased = params.text("estimate") == "debiased";
        Figure figure = start(view);
        HeatPanel heat;
        heat.values = ckaMatrix(taps.banks, workspace.pool(), debiased ? HsicKind::Debiased : HsicKind::Biased);
        heat.low = 0;
        heat.high = 1;
        heat.printValues = true;
        heat.valueTitle = "CKA";
        heat.rowLabels = heat.columnLabels = taps.titles;
        FigurePanel panel;
        panel.title = debiased ? "Similarity of layers" : "Similarity of layers, biased estimate";
        panel.content = std::move(heat);
        figure.panels.push_back(std::move(panel));
        figure.caption = probeCaption(taps, debiased ? "Linear CKA, debiased: 0 for unrelated, 1 for equal up to rotation and scale."
                                                     : "Linear CKA, biased: wide layers look alike even when unrelated.");
        return figure;
    }
};

// --------------------------------------------------------------------------------------------------------- dimension

class DimensionBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override { return probeStamp(s); }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace& workspace) override {
        const ViewDescription& view = *findView("dimension");
        const Taps& taps = workspace.geometry().taps(snapshot, workspace.pool());
        if (taps.banks.empty()) return waiting(view, snapshot);
        const bool debiased = params.text("estimate") == "debiased";
        if (debiased != m_debiased) m_past.clear();
        m_debiased = debiased;
        if (m_past.size() != taps.banks.size()) m_past.assign(taps.banks.size(), {});

        BarsPanel bars;
        bars.categories = taps.titles;
        bars.printValues = true;
        bars.series.push_back({"participation ratio", seriesStyle(0), {}});
        const double x = static_cast<double>(snapshot.representations->step) / static_cast<double>(std::max<std::int64_t>(1, snapshot.stepsPerEpoch));
        for (std::size_t tap = 0; tap < taps.banks.size(); ++tap) {
            const double value = participationRatio(*taps.banks[tap], debiased).value;
            bars.series[0].values.push_back(value);
            auto& past = m_past[tap];
            if (!past.empty() && past.back().x >= x) past.pop_back();
            past.push_back({x, value});
            if (past.size() > kMostPast) thinOut(past);
        }

        Figure figure = start(view);
        FigurePanel now;
        now.title = "Now";
        now.x.title = "layer";
        now.y.title = "participation ratio";
        now.y.includeZero = true;
        now.content = std::move(bars);
        figure.panels.push_back(std::move(now));
        if (m_past[0].size() > 1) {
            CurvesPanel curves;
            for (std::size_t tap = 1; tap < m_past.size(); ++tap)
                curves.series.push_back({taps.titles[tap], seriesStyle(static_cast<int>(tap) - 1), m_past[tap], m_past[tap].size() <= 40});
            FigurePanel course;
            course.title = "While this view was open";
            course.x.title = "epoch";
            course.y.title = "participation ratio";
            course.content = std::move(curves);
            figure.panels.push_back(std::move(course));
        }
        figure.sharedLegend = false;
        figure.caption = probeCaption(taps, "Number of directions that share the variance: 1 = a line; at most the width of the layer.");
        return figure;
    }

private:
    static constexpr std::size_t kMostPast = 512;
    static void thinOut(std::vector<FigurePoint>& past) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < past.size(); i += 2) past[kept++] = past[i];
        past.resize(kept);
    }

    std::vector<std::vector<FigurePoint>> m_past;
    bool m_debiased = true;
};

// ------------------------------------------------------------------------------------------------------------- probe

class ProbeBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override {
        return stampOf(s, {s.representations ? s.representations->step : -1, s.evaluations ? static_cast<std::int64_t>(s.evaluations->size()) : 0});
    }

    Figure build(const Snapshot& snapshot, const ParamSet&, ViewWorkspace& workspace) override {
        const ViewDescription& view = *findView("probe");
        const Taps& taps = workspace.geometry().taps(snapshot, workspace.pool());
        if (taps.banks.empty()) return waiting(view, snapshot);
        BarsPanel bars;
        bars.printValues = true;
        bars.categories = taps.titles;
        BarSeries probe{"linear probe", seriesStyle(0), {}};
        std::string spread;
        std::map<std::int32_t, std::size_t> sizes;
        for (const std::int32_t label : taps.labels) ++sizes[label];
        for (std::size_t tap = 0; tap < taps.banks.size(); ++tap) {
            const LinearProbe result = linearProbe(*taps.banks[tap], taps.labels);
            probe.values.push_back(100 * result.accuracy.value);
            if (result.accuracy.defined()) spread = figureNumber(50 * (result.high - result.low), 2);
        }
        bars.series.push_back(std::move(probe));
        BarSeries own = ownAccuracy(snapshot, taps.banks.size());
        if (!own.values.empty()) bars.series.push_back(std::move(own));
        if (sizes.size() > 1) {
            ReferenceLine chance;
            chance.at = 100.0 / static_cast<double>(sizes.size());
            chance.label = "chance";
            bars.lines.push_back(std::move(chance));
        }
        FigurePanel panel;
        panel.x.title = "representation";
        panel.y.title = "accuracy";
        panel.y.unit = "%";
        panel.y.from = 0;
        panel.y.to = 100;
        if (!spread.empty()) panel.note = "leave-one-out, ± " + spread + " points";
        panel.content = std::move(bars);
        Figure figure = start(view);
        figure.panels.push_back(std::move(panel));
        figure.caption = probeCaption(taps, "How well a linear read-out tells the classes; the raw input is the control.");
        return figure;
    }

private:
    // Test accuracy of the rule's own decision from each layer alone; empty where it has none.
    static BarSeries ownAccuracy(const Snapshot& snapshot, std::size_t taps) {
        BarSeries own{"the rule's own, this layer alone (test part)", seriesStyle(1), {}};
        if (!snapshot.ways || !snapshot.evaluations || snapshot.evaluations->empty()) return own;
        const std::vector<double>& accuracy = snapshot.evaluations->back().wayAccuracy;
        std::vector<double> values(taps, std::numeric_limits<double>::quiet_NaN());
        bool any = false;
        for (std::size_t w = 0; w < snapshot.ways->size() && w < accuracy.size(); ++w) {
            const int layer = (*snapshot.ways)[w].layer;
            if (layer < 0 || static_cast<std::size_t>(layer) + 1 >= taps || accuracy[w] < 0) continue;
            values[static_cast<std::size_t>(layer) + 1] = 100 * accuracy[w];
            any = true;
        }
        if (any) own.values = std::move(values);
        return own;
    }
};

ViewDescription geometryView(const char* id, const char* title, const char* summary) {
    ViewDescription view;
    view.id = id;
    view.title = title;
    view.summary = summary;
    view.group = "Geometry";
    view.needs.channels = false;
    view.needs.representations = true;
    return view;
}

ParamSpec estimateParam() {
    return ParamSpec::choice("estimate", "Estimate", "debiased",
                             {{"debiased", "debiased", "Corrected for the finite number of probes."},
                              {"biased", "biased", "The plain formula; depends on the number of probes."}},
                             "Whether the finite probe set is corrected for.");
}

ParamSpec inputParam() { return ParamSpec::boolean("input", "With input", false, "Also shows the input itself, for comparison."); }

}  // namespace

ViewDescription pcaView() {
    ViewDescription view = geometryView("pca", "Clouds (PCA)",
                                        "The probe samples in the plane of their two largest principal components, layer by layer, "
                                        "coloured by class.");
    view.params = [](const Snapshot& snapshot) {
        return std::vector<ParamSpec>{layerParam(snapshot),
                                      ParamSpec::choice("mode", "Axes", "smooth",
                                                        {{"smooth", "smooth", "Every frame is rotated onto the one before."},
                                                         {"components", "components", "Axes stay the principal components; only signs and order are kept."}},
                                                        "How frames are kept from flipping."),
                                      inputParam()};
    };
    view.make = [] { return std::make_unique<PcaBuilder>(); };
    return view;
}

ViewDescription rdmView() {
    ViewDescription view = geometryView("rdm", "Dissimilarities (RDM)",
                                        "How far the probe samples lie apart in each layer, in order of class.");
    view.params = [](const Snapshot& snapshot) {
        return std::vector<ParamSpec>{layerParam(snapshot),
                                      ParamSpec::choice("metric", "Distance", "correlation",
                                                        {{"correlation", "correlation", "1 minus the correlation of two patterns."},
                                                         {"cosine", "cosine", "1 minus the cosine of the angle between two patterns."},
                                                         {"euclidean", "Euclidean", "Length of the difference."}},
                                                        "How the distance of two patterns is measured."),
                                      inputParam()};
    };
    view.make = [] { return std::make_unique<RdmBuilder>(); };
    return view;
}

ViewDescription ckaView() {
    ViewDescription view = geometryView("cka", "Similarity of layers (CKA)",
                                        "How alike two layers represent the same samples, whatever the rotation and the scale of their units.");
    view.params = [](const Snapshot&) { return std::vector<ParamSpec>{estimateParam()}; };
    view.make = [] { return std::make_unique<CkaBuilder>(); };
    return view;
}

ViewDescription dimensionView() {
    ViewDescription view = geometryView("dimension", "Dimension",
                                        "How many directions of each layer carry its variance (participation ratio), now and over time.");
    view.params = [](const Snapshot&) { return std::vector<ParamSpec>{estimateParam()}; };
    view.make = [] { return std::make_unique<DimensionBuilder>(); };
    return view;
}

ViewDescription probeView() {
    ViewDescription view = geometryView("probe", "Linear probe",
                                        "How well a linear read-out could tell the classes from each layer, with chance and raw input as "
                                        "controls.");
    view.params = [](const Snapshot&) { return std::vector<ParamSpec>{}; };
    view.make = [] { return std::make_unique<ProbeBuilder>(); };
    return view;
}

}  // namespace lab::views

// Views of the course of training: curves, goodness ledger and its kin, vectors per layer.
#include "core/document/ViewsShared.h"
#include "core/geometry/Signals.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace lab::views {

namespace {

std::string capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

// ------------------------------------------------------------------------------------------------------------ curves

// Panels of the history in order of appearance; the title is that of the series where they agree.
struct CurveGroup {
    std::string id;
    std::string title;
    std::vector<std::size_t> series;
};

std::vector<CurveGroup> groupsOf(const HistoryView& history) {
    std::vector<CurveGroup> groups;
    for (std::size_t i = 0; i < history.series().size(); ++i) {
        const SeriesInfo& info = history.series()[i];
        const std::string id = info.panel.empty() ? info.id : info.panel;
        auto found = std::find_if(groups.begin(), groups.end(), [&](const CurveGroup& g) { return g.id == id; });
        if (found == groups.end()) {
            groups.push_back({id, info.title, {}});
            found = groups.end() - 1;
        } else if (found->title != info.title) {
            std::string name = id;
            std::replace(name.begin(), name.end(), '_', ' ');
            found->title = capitalised(name);
        }
        found->series.push_back(i);
    }
    return groups;
}

class CurvesBuilder final : public ViewBuilder {
public:
    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace& workspace) override {
        const ViewDescription& view = *findView("curves");
        if (!snapshot.history || snapshot.history->series().empty()) return waiting(view, snapshot);
        const HistoryView& history = *snapshot.history;
        Figure figure = start(view);
        const std::string& wanted = params.text("panel");
        const bool epochs = params.text("axis") == "epoch";
        const bool logarithmic = params.flag("log_y");
        const double perEpoch = epochs ? static_cast<double>(std::max<std::int64_t>(1, snapshot.stepsPerEpoch)) : 1.0;
        const std::set<int> layers = [&] {
            const std::vector<int> chosen = chosenLayers(snapshot, params);
            return std::set<int>(chosen.begin(), chosen.end());
        }();
        const double smoothing = params.number("smoothing");

        // Small multiples share the width of the view: fewer points each.
        const std::vector<CurveGroup> groups = groupsOf(history);
        const double across = wanted == "main" ? 2.0 : wanted == "all" ? std::ceil(std::sqrt(static_cast<double>(groups.size()))) : 1.0;
        const auto most = static_cast<std::size_t>(static_cast<double>(workspace.pointsPerCurve()) / across);

        for (const CurveGroup& group : groups) {
            const bool main = group.id == "loss" || group.id == "accuracy";  // the trainer's own panels
            if (wanted == "main" ? !main : wanted != "all" && group.id != wanted) continue;
            if (figure.panels.size() >= static_cast<std::size_t>(kMostPanels)) break;
            CurvesPanel content;
            FigurePanel panel;
            panel.title = group.title;
            panel.x.title = epochs ? "epoch" : "step";
            panel.y.title = group.title;
            panel.y.logarithmic = logarithmic;
            for (const std::size_t i : group.series) panel.y.logarithmic = panel.y.logarithmic || history.series()[i].logarithmic;
            std::set<std::string> titles;
            for (const std::size_t i : group.series) titles.insert(history.series()[i].title);
            for (const std::size_t i : group.series) {
                const SeriesInfo& info = history.series()[i];
                if (info.layer >= 0 && layers.count(info.layer) == 0) continue;
                if (history.count(i) == 0) continue;
                CurveSeries series;
                const std::string layer = info.layer >= 0 ? (info.layerTitle.empty() ? layerTitle(snapshot, info.layer) : info.layerTitle)
                                                          : std::string();
                // "L1 alone" says already which layer it is.
                const bool named = layer.empty() || info.title.find(layer) != std::string::npos;
                series.title = named ? info.title : titles.size() == 1 ? layer : layer + " " + info.title;
                series.style = seriesStyle(static_cast<int>(content.series.size()));
                panel.y.unit = info.unit;
                panel.y.logarithmic = panel.y.logarithmic || info.logarithmic;
                if (!info.symbol.empty() && titles.size() == 1) panel.y.title = group.title + " " + info.symbol;
                const auto points = history.thin(i, 0, static_cast<double>(snapshot.step) + 1e9, most);
                series.points = smoothed(points, smoothing, perEpoch);
                series.markers = series.points.size() <= 40;
                content.series.push_back(std::move(series));
            }
            if (content.series.empty()) continue;
            panel.content = std::move(content);
            figure.panels.push_back(std::move(panel));
        }
        if (figure.panels.empty()) return waiting(view, snapshot);
        figure.sharedLegend = false;
        return figure;
    }

private:
    // Exponential running mean with its start corrected (Kingma & Ba 2015, section 3).
    static std::vector<FigurePoint> smoothed(const std::vector<CurvePoint>& points, double smoothing, double perEpoch) {
        std::vector<FigurePoint> out;
        out.reserve(points.size());
        double mean = 0, weight = 0;
        for (const CurvePoint& p : points) {
            double y = p.y;
            if (smoothing > 0 && std::isfinite(y)) {
                mean = smoothing * mean + (1 - smoothing) * y;
                weight = smoothing * weight + (1 - smoothing);
                y = mean / weight;
            }
            out.push_back({p.x / perEpoch, y});
        }
        return out;
    }
};

// ------------------------------------------------------------------------------------------------------------ ledger


std::vector<double> shares(const std::vector<float>& values, const std::vector<double>& edges, std::int64_t& beyond) {
    const std::size_t bins = edges.size() - 1;
    std::vector<double> counts(bins, 0.0);
    std::size_t finite = 0;
    for (const float v : values) {
        if (!std::isfinite(v)) continue;
        ++finite;
        const double place = (static_cast<double>(v) - edges.front()) / (edges.back() - edges.front()) * static_cast<double>(bins);
        if (place < 0 || place > static_cast<double>(bins)) {
            ++beyond;
            continue;
        }
        counts[std::min(bins - 1, static_cast<std::size_t>(place))] += 1;
    }
    for (double& c : counts) c *= 100.0 / static_cast<double>(std::max<std::size_t>(1, finite));
    return counts;
}

// All but the far tails: the range that holds 99.5 % of the values, so that one odd sample does not flatten the rest.
void range(const std::vector<float>& values, double& low, double& high) {
    std::vector<float> sorted;
    sorted.reserve(values.size());
    for (const float v : values) if (std::isfinite(v)) sorted.push_back(v);
    if (sorted.empty()) return;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t cut = sorted.size() / 400;
    low = std::min(low, static_cast<double>(sorted[cut]));
    high = std::max(high, static_cast<double>(sorted[sorted.size() - 1 - cut]));
}

std::vector<Real> reals(const std::vector<float>& values) { return {values.begin(), values.end()}; }

class LedgerBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override {
        return stampOf(s, {channelStep(s), s.evaluations ? static_cast<std::int64_t>(s.evaluations->size()) : 0});
    }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace&) override {
        const ViewDescription& view = *findView("ledger");
        if (snapshot.rule && channelsOf(snapshot, ChannelKind::Distributions).empty())
            return nothing(view, snapshot, snapshot.rule->title + " does not compare two groups of samples.",
                           "Its measurements are in Curves. Rules that contrast positives with negatives fill this view.");
        Figure figure = start(view);
        for (const int channel : chosenChannels(snapshot, params, ChannelKind::Distributions)) {
            const ChannelSpec& spec = snapshot.rule->channels[static_cast<std::size_t>(channel)];
            const auto found = snapshot.channels.find(channel);
            if (found == snapshot.channels.end()) continue;
            for (std::size_t l = 0; l < found->second.size(); ++l) {
                if (spec.scope == ChannelScope::Layer && !shows(snapshot, params, static_cast<int>(l))) continue;
                const ChannelValue& value = found->second[l];
                if (value.step < 0 || (value.positive.empty() && value.negative.empty())) continue;
                figure.panels.push_back(panel(snapshot, spec, channel, static_cast<int>(l), value, params));
            }
        }
        if (figure.panels.empty()) return waiting(view, snapshot);
        figure.caption = "Share of the samples of the last batch. d′ and AUC say how far the two lie apart: 0 and 0.5 = not at all.";
        return figure;
    }

private:
    static bool shows(const Snapshot& snapshot, const ParamSet& params, int layer) {
        const std::vector<int> chosen = chosenLayers(snapshot, params);
        return std::find(chosen.begin(), chosen.end(), layer) != chosen.end();
    }

    FigurePanel panel(const Snapshot& snapshot, const ChannelSpec& spec, int channel, int layer, const ChannelValue& value,
                      const ParamSet& params) {
        const bool perLayer = spec.scope == ChannelScope::Layer;
        FigurePanel panel;
        panel.title = perLayer ? layerTitle(snapshot, layer) : spec.title;
        panel.x.title = spec.title + (spec.symbol.empty() ? "" : " " + spec.symbol);
        panel.x.unit = spec.unit;
        panel.y.title = "samples";
        panel.y.unit = "%";
        panel.y.includeZero = true;

        double low = value.threshold, high = value.threshold;
        if (!std::isfinite(value.threshold)) {
            low = std::numeric_limits<double>::infinity();
            high = -low;
        }
        range(value.positive, low, high);
        range(value.negative, low, high);
        SteadyRange& steady = m_ranges[{channel, layer}];
        steady.cover(low, high);
        if (!(steady.from() < steady.to())) steady.cover(0, 1);
        panel.x.from = steady.from();
        panel.x.to = steady.to();

        HistogramPanel content;
        const auto bins = static_cast<std::size_t>(params.integer("bins"));
        for (std::size_t i = 0; i <= bins; ++i)
            content.edges.push_back(steady.from() + (steady.to() - steady.from()) * static_cast<double>(i) / static_cast<double>(bins));
        std::int64_t beyond = 0;
        const auto add = [&](const std::vector<float>& values, const std::string& title, const char* standard, ColourRole role, DashKind dash) {
            HistogramSeries series;
            series.title = title.empty() ? standard : title;
            series.style.role = role;
            series.style.dash = dash;
            series.heights = shares(values, content.edges, beyond);
            series.count = static_cast<std::int64_t>(values.size());
            content.series.push_back(std::move(series));
        };
        add(value.positive, spec.positiveTitle, "positive", ColourRole::Positive, DashKind::Solid);
        add(value.negative, spec.negativeTitle, "negative", ColourRole::Negative, DashKind::Dashed);
        if (std::isfinite(value.threshold)) {
            ReferenceLine line;
            line.vertical = true;
            line.at = value.threshold;
            line.label = "threshold";
            line.style.role = ColourRole::Ink;
            line.style.dash = DashKind::Dotted;
            content.lines.push_back(std::move(line));
        }
        panel.content = std::move(content);

        const std::vector<Real> positive = reals(value.positive), negative = reals(value.negative);
        const Measured d = dPrime(positive, negative), area = auc(positive, negative);
        panel.note = "d′ " + figureNumber(d.value) + "   AUC " + figureNumber(area.value);
        const double alone = perLayer ? layerAccuracy(snapshot, layer) : -1;
        if (alone >= 0) panel.note += "   alone " + percent(alone);
        if (beyond > 0) panel.note += "   " + figureCount(beyond) + " beyond";
        return panel;
    }

    // Test accuracy of the way of predicting that uses this layer only; -1 where the rule has none.
    static double layerAccuracy(const Snapshot& snapshot, int layer) {
        if (!snapshot.ways || !snapshot.evaluations || snapshot.evaluations->empty()) return -1;
        const Evaluation& last = snapshot.evaluations->back();
        for (std::size_t w = 0; w < snapshot.ways->size() && w < last.wayAccuracy.size(); ++w)
            if ((*snapshot.ways)[w].layer == layer) return last.wayAccuracy[w];
        return -1;
    }

    std::map<std::pair<int, int>, SteadyRange> m_ranges;
};

// ------------------------------------------------------------------------------------------------------------ values

class ValuesBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override { return stampOf(s, {channelStep(s)}); }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace&) override {
        const ViewDescription& view = *findView("values");
        if (snapshot.rule && channelsOf(snapshot, ChannelKind::Values).empty())
            return nothing(view, snapshot, snapshot.rule->title + " publishes no rows of numbers.",
                           "Its measurements are in Curves. Rules with inner steps or blocks fill this view.");
        Figure figure = start(view);
        for (const int channel : chosenChannels(snapshot, params, ChannelKind::Values)) {
            const ChannelSpec& spec = snapshot.rule->channels[static_cast<std::size_t>(channel)];
            const auto found = snapshot.channels.find(channel);
            if (found == snapshot.channels.end()) continue;
            std::vector<std::pair<std::string, const std::vector<float>*>> rows;
            std::size_t longest = 0;
            const std::vector<int> chosen = chosenLayers(snapshot, params);
            for (std::size_t l = 0; l < found->second.size(); ++l) {
                const bool perLayer = spec.scope == ChannelScope::Layer;
                if (perLayer && std::find(chosen.begin(), chosen.end(), static_cast<int>(l)) == chosen.end()) continue;
                const ChannelValue& value = found->second[l];
                if (value.values.empty()) continue;
                longest = std::max(longest, value.values.size());
                rows.emplace_back(perLayer ? layerTitle(snapshot, static_cast<int>(l)) : spec.title, &value.values);
            }
            if (rows.empty()) continue;
            FigurePanel panel;
            panel.title = spec.title;
            panel.x.title = spec.indexTitle.empty() ? "index" : spec.indexTitle;
            panel.x.integers = true;
            panel.y.title = spec.title + (spec.symbol.empty() ? "" : " " + spec.symbol);
            panel.y.unit = spec.unit;
            const std::string& form = params.text("form");
            if (form == "bars" || (form == "auto" && longest * rows.size() <= 24 && !spec.logarithmic)) {
                BarsPanel content;
                for (const auto& [title, values] : rows) {
                    BarSeries series{title, seriesStyle(static_cast<int>(content.series.size())), {values->begin(), values->end()}};
                    content.series.push_back(std::move(series));
                }
                panel.y.includeZero = true;
                panel.content = std::move(content);
            } else {
                CurvesPanel content;
                for (const auto& [title, values] : rows) {
                    CurveSeries series{title, seriesStyle(static_cast<int>(content.series.size())), {}, values->size() <= 40};
                    for (std::size_t i = 0; i < values->size(); ++i)
                        series.points.push_back({static_cast<double>(i), static_cast<double>((*values)[i])});
                    content.series.push_back(std::move(series));
                }
                panel.y.logarithmic = spec.logarithmic;
                panel.content = std::move(content);
            }
            figure.panels.push_back(std::move(panel));
        }
        if (!figure.panels.empty()) return figure;
        // Other measurements have come, these have not: the settings of the rule do not produce them.
        if (!snapshot.rule || snapshot.channels.empty() || snapshot.state == RunState::Ready) return waiting(view, snapshot);
        std::string fills;
        for (const int channel : channelsOf(snapshot, ChannelKind::Values)) {
            const ChannelSpec& spec = snapshot.rule->channels[static_cast<std::size_t>(channel)];
            fills += (fills.empty() ? "" : " ") + spec.title + ": " + spec.doc;
        }
        return nothing(view, snapshot, "Nothing of this kind with the present settings of the rule.", fills);
    }
};

template <class Builder>
std::function<std::unique_ptr<ViewBuilder>()> maker() {
    return [] { return std::make_unique<Builder>(); };
}

}  // namespace

ViewDescription curvesView() {
    ViewDescription view;
    view.id = "curves";
    view.title = "Curves";
    view.summary = "Loss and accuracy on the training and the test part, and every number that the rule publishes, per layer, over the "
                   "course of the run.";
    view.group = "Training";
    view.params = [](const Snapshot& snapshot) {
        std::vector<ParamChoice> panels{{"main", "loss and accuracy", "Training and test."}, {"all", "all curves", "Every chart."}};
        if (snapshot.history)
            for (const CurveGroup& group : groupsOf(*snapshot.history)) panels.push_back({group.id, group.title, "This chart alone."});
        return std::vector<ParamSpec>{
            ParamSpec::choice("panel", "Shows", "main", std::move(panels), "Which curves are shown."),
            layerParam(snapshot),
            ParamSpec::choice("axis", "Over", "epoch", {{"epoch", "epochs", "Passes through the training part."},
                                                         {"step", "steps", "Updates, one per batch."}},
                              "What runs along the horizontal axis."),
            ParamSpec::number("smoothing", "Smoothing", 0, 0, 0.99, "Running mean along the curve; 0 shows every value as it is."),
            ParamSpec::boolean("log_y", "Logarithmic", false, "Logarithmic vertical axis; values of 0 and below are left out.")};
    };
    view.make = maker<CurvesBuilder>();
    return view;
}

ViewDescription ledgerView() {
    ViewDescription view;
    view.id = "ledger";
    view.title = "Goodness ledger";
    view.summary = "Per layer, how the rule's measure is distributed over its two groups of samples, where the threshold lies, and how "
                   "well that layer alone would tell the classes.";
    view.group = "Training";
    view.params = [](const Snapshot& snapshot) {
        return std::vector<ParamSpec>{channelParam(snapshot, ChannelKind::Distributions, false), layerParam(snapshot),
                                      ParamSpec::integer("bins", "Bins", 32, 8, 128, "Number of bins of the histograms.")};
    };
    view.make = maker<LedgerBuilder>();
    return view;
}

ViewDescription valuesView() {
    ViewDescription view;
    view.id = "values";
    view.title = "Inner values";
    view.summary = "Rows of numbers that the rule publishes at a step: energy along a relaxation, signal per block.";
    view.group = "Training";
    view.params = [](const Snapshot& snapshot) {
        return std::vector<ParamSpec>{channelParam(snapshot, ChannelKind::Values, true), layerParam(snapshot),
                                      ParamSpec::choice("form", "Drawn as", "auto",
                                                        {{"auto", "what fits", "Bars for a few numbers, lines for many."},
                                                         {"bars", "bars", "A bar for every number."},
                                                         {"line", "lines", "A line for every layer."}},
                                                        "Bars or lines.")};
    };
    view.make = maker<ValuesBuilder>();
    return view;
}

}  // namespace lab::views

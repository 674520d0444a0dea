// Views of the network and of what the rule does to it: weights, mistakes, inputs, alignment, reads.
#include "core/document/ViewsShared.h"

#include <algorithm>
#include <cmath>

namespace lab::views {

namespace {

bool drawable(const Shape& shape) { return shape.size() == 3 && (shape[0] == 1 || shape[0] == 3) && shape[1] > 1 && shape[2] > 1; }

template <class Row>
FigureTile tileOf(const Row& row, const Shape& shape) {
    FigureTile tile;
    tile.channels = static_cast<int>(shape[0]);
    tile.height = static_cast<int>(shape[1]);
    tile.width = static_cast<int>(shape[2]);
    tile.values.reserve(static_cast<std::size_t>(row.size()));
    for (Index i = 0; i < row.size(); ++i) tile.values.push_back(static_cast<float>(row[i]));
    return tile;
}

// Largest magnitude but for the outermost half per cent, so that one weight does not grey out the rest.
double reachOf(const Matrix& rows) {
    std::vector<float> sizes;
    sizes.reserve(static_cast<std::size_t>(rows.size()));
    for (Index i = 0; i < rows.size(); ++i) {
        const auto v = static_cast<float>(std::abs(rows.data()[i]));
        if (std::isfinite(v)) sizes.push_back(v);
    }
    if (sizes.empty()) return 1;
    const auto place = sizes.begin() + static_cast<std::ptrdiff_t>((sizes.size() - 1) * 995 / 1000);
    std::nth_element(sizes.begin(), place, sizes.end());
    return *place > 0 ? static_cast<double>(*place) : 1;
}

MatrixD toDouble(const Matrix& m, Index rows) { return m.topRows(rows).cast<double>(); }

// ----------------------------------------------------------------------------------------------------------- weights

class WeightsBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override { return stampOf(s, {s.weights ? s.weights->step : -1}); }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace&) override {
        const ViewDescription& view = *findView("weights");
        if (!snapshot.weights || snapshot.weights->layers.empty()) return waiting(view, snapshot);
        Figure figure = start(view);
        const bool own = params.text("scale") == "unit";
        const auto most = static_cast<Index>(params.integer("units"));
        for (const int l : chosenLayers(snapshot, params)) {
            if (static_cast<std::size_t>(l) >= snapshot.weights->layers.size()) continue;
            const Snapshot::WeightsCopy::Tile& layer = snapshot.weights->layers[static_cast<std::size_t>(l)];
            if (layer.rows.size() == 0) continue;
            const Index count = std::min(most, static_cast<Index>(layer.rows.rows()));
            const double reach = reachOf(layer.rows);
            FigurePanel panel;
            panel.title = layer.title;
            panel.note = figureCount(count) + " units, " + (own ? "each on its own scale" : "±" + figureNumber(reach));
            if (drawable(layer.inputShape) && elements(layer.inputShape) == layer.rows.cols()) {
                TilesPanel tiles;
                tiles.scale = HeatScale::Diverging;
                tiles.low = own ? -1 : -reach;
                tiles.high = own ? 1 : reach;
                for (Index u = 0; u < count; ++u) {
                    tiles.tiles.push_back(tileOf(layer.rows.row(u), layer.inputShape));
                    if (own) {
                        const Matrix row = layer.rows.row(u);
                        const auto scale = static_cast<float>(reachOf(row));
                        for (float& v : tiles.tiles.back().values) v /= scale;
                    }
                }
                panel.content = std::move(tiles);
            } else {
                HeatPanel heat;
                heat.values = toDouble(layer.rows, count);
                if (own)
                    for (Index u = 0; u < count; ++u) {
                        const double size = heat.values.row(u).cwiseAbs().maxCoeff();
                        if (size > 0) heat.values.row(u) /= size;
                    }
                heat.scale = HeatScale::Diverging;
                heat.low = own ? -1 : -reach;
                heat.high = own ? 1 : reach;
                heat.square = false;
                heat.valueTitle = "weight";
                panel.x.title = "input";
                panel.y.title = "unit";
                panel.content = std::move(heat);
            }
            figure.panels.push_back(std::move(panel));
        }
        if (figure.panels.empty())
            return nothing(view, snapshot, "The layers shown have no weights of their own.", "Choose another layer.");
        figure.caption = "Weights into the first units of each layer. Blue: positive, orange: negative.";
        return figure;
    }
};

// --------------------------------------------------------------------------------------------------------- confusion

class ConfusionBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override { return stampOf(s, {s.confusion ? s.confusion->step : -1}); }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace&) override {
        const ViewDescription& view = *findView("confusion");
        if (snapshot.state != RunState::Empty && snapshot.task == Task::Reconstruct)
            return nothing(view, snapshot, "This network reconstructs its input; there are no classes to confuse.",
                           "Choose a circuit that ends in class scores.");
        if (!snapshot.confusion || snapshot.confusion->counts.size() == 0) return waiting(view, snapshot);
        const ConfusionFigure& data = *snapshot.confusion;
        Figure figure = start(view);
        figure.panels.push_back(matrix(data, params.text("numbers") == "share"));
        if (!data.worst.empty()) figure.panels.push_back(worst(snapshot, data));
        const double total = data.counts.sum();
        figure.caption = figureCount(std::llround(total)) + " samples of the test part, after step " + figureCount(data.step) + ".";
        return figure;
    }

private:
    static std::string name(const ConfusionFigure& data, int label) {
        return label >= 0 && static_cast<std::size_t>(label) < data.classNames.size() ? data.classNames[static_cast<std::size_t>(label)]
                                                                                      : std::to_string(label);
    }

    static FigurePanel matrix(const ConfusionFigure& data, bool share) {
        HeatPanel heat;
        heat.values = data.counts;
        if (share)
            for (Index r = 0; r < heat.values.rows(); ++r) {
                const double sum = heat.values.row(r).sum();
                if (sum > 0) heat.values.row(r) *= 100 / sum;
            }
        heat.low = 0;
        heat.high = share ? 100 : 0;
        heat.printValues = heat.values.rows() <= 12;
        heat.valueTitle = share ? "% of the true class" : "samples";
        for (int c = 0; c < static_cast<int>(data.counts.rows()); ++c) heat.rowLabels.push_back(name(data, c));
        heat.columnLabels = heat.rowLabels;
        FigurePanel panel;
        const double total = data.counts.sum();
        if (total > 0) panel.note = percent(data.counts.trace() / total) + " right";
        panel.title = "Confusions";
        panel.x.title = "predicted class";
        panel.y.title = "true class";
        panel.content = std::move(heat);
        return panel;
    }

    static FigurePanel worst(const Snapshot& snapshot, const ConfusionFigure& data) {
        FigurePanel panel;
        panel.title = "Most confident mistakes";
        panel.note = "true class → predicted class";
        const bool images = snapshot.schema && drawable(snapshot.schema->shape)
                            && data.worstInputs.rows() == static_cast<Index>(data.worst.size())
                            && data.worstInputs.cols() == snapshot.schema->features();
        if (images) {
            TilesPanel tiles;
            for (std::size_t i = 0; i < data.worst.size(); ++i) {
                FigureTile tile = tileOf(data.worstInputs.row(static_cast<Index>(i)), snapshot.schema->shape);
                tile.caption = name(data, data.worst[i].truth) + " → " + name(data, data.worst[i].predicted);
                tiles.tiles.push_back(std::move(tile));
            }
            panel.content = std::move(tiles);
        } else {
            TablePanel table;
            table.header = {"sample", "true class", "predicted", "margin"};
            table.numeric = {true, false, false, true};
            for (const ConfusionFigure::Worst& w : data.worst)
                table.rows.push_back({std::to_string(w.sample), name(data, w.truth), name(data, w.predicted), figureNumber(w.margin)});
            panel.content = std::move(table);
        }
        return panel;
    }
};

// ------------------------------------------------------------------------------------------------------------ inputs

class InputsBuilder final : public ViewBuilder {
public:
    std::uint64_t stamp(const Snapshot& s) const override {
        std::int64_t seen = 0;
        for (const auto& [channel, strip] : s.images) seen += strip.seen;
        return stampOf(s, {seen, s.step});
    }

    Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace&) override {
        const ViewDescription& view = *findView("inputs");
        if (snapshot.rule && channelsOf(snapshot, ChannelKind::Images).empty())
            return nothing(view, snapshot, snapshot.rule->title + " sees the samples as they are in the data set.",
                           "Rules that make up inputs of their own (positives, negatives, noise) show them here.");
        Figure figure = start(view);
        std::int64_t flagged = 0, seen = 0;
        bool collisions = false;
        for (const int channel : channelsOf(snapshot, ChannelKind::Images)) {
            const auto found = snapshot.images.find(channel);
            if (found == snapshot.images.end() || found->second.rows.rows() == 0) continue;
            const ImageStrip& strip = found->second;
            const ChannelSpec& spec = snapshot.rule->channels[static_cast<std::size_t>(channel)];
            figure.panels.push_back(panel(snapshot, spec, strip, static_cast<Index>(params.integer("rows"))));
            flagged += strip.flagged;
            seen += strip.seen;
            collisions = collisions || !strip.flags.empty();
        }
        if (figure.panels.empty()) return waiting(view, snapshot);
        if (figure.panels.size() > 1 && figure.panels.size() <= 3) figure.columns = static_cast<int>(figure.panels.size());
        if (collisions)
            figure.caption = "Collisions so far: " + figureCount(flagged) + " of " + figureCount(seen)
                             + (seen > 0 ? " (" + percent(static_cast<double>(flagged) / static_cast<double>(seen)) + ")" : std::string())
                             + ". A negative that carries its true label teaches the wrong thing.";
        return figure;
    }

private:
    static FigurePanel panel(const Snapshot& snapshot, const ChannelSpec& spec, const ImageStrip& strip, Index most) {
        FigurePanel panel;
        panel.title = spec.title;
        const Index count = std::min(most, static_cast<Index>(strip.rows.rows()));
        if (snapshot.schema && drawable(snapshot.schema->shape) && snapshot.schema->features() == strip.rows.cols()) {
            TilesPanel tiles;
            tiles.flagMeaning = "collision";
            for (Index i = 0; i < count; ++i) {
                FigureTile tile = tileOf(strip.rows.row(i), snapshot.schema->shape);
                const auto place = static_cast<std::size_t>(i);
                if (place < strip.captions.size()) tile.caption = strip.captions[place];
                tile.flagged = place < strip.flags.size() && strip.flags[place] != 0;
                tiles.tiles.push_back(std::move(tile));
            }
            panel.content = std::move(tiles);
        } else {
            HeatPanel heat;
            heat.values = toDouble(strip.rows, count);
            heat.scale = HeatScale::Diverging;
            heat.high = reachOf(strip.rows);
            heat.low = -heat.high;
            heat.square = false;
            heat.valueTitle = "value";
            for (std::size_t i = 0; i < static_cast<std::size_t>(count) && i < strip.captions.size(); ++i) {
                const bool flag = i < strip.flags.size() && strip.flags[i] != 0;
                heat.rowLabels.push_back(strip.captions[i] + (flag ? " !" : ""));
            }
            if (snapshot.schema && snapshot.schema->featureNames.size() == static_cast<std::size_t>(strip.rows.cols()))
                heat.columnLabels = snapshot.schema->featureNames;
            panel.x.title = "feature";
            panel.content = std::move(heat);
        }
        return panel;
    }
};

// --------------------------------------------------------------------------------------------------------- alignment

class AlignmentBuilder final : public ViewBuilder {
public:
    Figure build(const Snapshot& snapshot, const ParamSet&, ViewWorkspace&) override {
        const ViewDescription& view = *findView("alignment");
        if (snapshot.alignment.empty()) return waiting(view, snapshot);
        BarsPanel cosines, ratios;
        cosines.series.push_back({"cosine", seriesStyle(0), {}});
        ratios.series.push_back({"norm ratio", seriesStyle(0), {}});
        cosines.printValues = ratios.printValues = true;
        bool any = false;
        const double x = static_cast<double>(snapshot.step) / static_cast<double>(std::max<std::int64_t>(1, snapshot.stepsPerEpoch));
        const double none = std::numeric_limits<double>::quiet_NaN();
        for (const LayerAlignment& a : snapshot.alignment) {
            any = any || a.figures.aligned;
            cosines.categories.push_back(a.title);
            cosines.series[0].values.push_back(a.figures.aligned ? a.figures.cosine : none);
            ratios.series[0].values.push_back(a.figures.aligned ? a.figures.normRatio : none);
            if (!a.figures.aligned) continue;
            auto& past = m_past[a.title];
            if (!past.empty() && past.back().x >= x) past.pop_back();
            past.push_back({x, a.figures.cosine});
            if (past.size() > 512) past.erase(past.begin(), past.begin() + 256);
        }
        if (!any)
            return nothing(view, snapshot, "No update of this rule has a counterpart in the exact gradient of this network.",
                           "Choose a circuit that ends in a read-out with a loss.");
        ratios.categories = cosines.categories;

        Figure figure = start(view);
        FigurePanel direction;
        direction.title = "Direction";
        direction.x.title = "update of";
        direction.y.title = "cosine with the gradient";
        direction.y.from = -1;
        direction.y.to = 1;
        direction.content = std::move(cosines);
        figure.panels.push_back(std::move(direction));
        FigurePanel size;
        size.title = "Size";
        size.x.title = "update of";
        size.y.title = "norm over norm of the gradient";
        size.y.includeZero = true;
        ReferenceLine one;
        one.at = 1;
        one.label = "equal";
        ratios.lines.push_back(std::move(one));
        size.content = std::move(ratios);
        figure.panels.push_back(std::move(size));

        CurvesPanel curves;
        for (const LayerAlignment& a : snapshot.alignment) {
            const auto past = m_past.find(a.title);
            if (past == m_past.end() || past->second.size() < 2) continue;
            curves.series.push_back({a.title, seriesStyle(static_cast<int>(curves.series.size())), past->second, past->second.size() <= 40});
        }
        if (!curves.series.empty()) {
            ReferenceLine zero;
            zero.at = 0;
            curves.lines.push_back(std::move(zero));
            FigurePanel course;
            course.title = "Direction while this view was open";
            course.x.title = "epoch";
            course.y.title = "cosine";
            course.y.from = -1;
            course.y.to = 1;
            course.content = std::move(curves);
            figure.panels.push_back(std::move(course));
        }
        figure.sharedLegend = false;
        figure.caption = "The rule's update against the exact gradient of the loss on the same batch. Above 0 the step lowers the loss.";
        return figure;
    }

private:
    std::map<std::string, std::vector<FigurePoint>> m_past;
};

// ------------------------------------------------------------------------------------------------------------- reads

class ReadsBuilder final : public ViewBuilder {
public:
    Figure build(const Snapshot& snapshot, const ParamSet&, ViewWorkspace&) override {
        const ViewDescription& view = *findView("reads");
        if (snapshot.reads.empty()) return waiting(view, snapshot);
        TablePanel table;
        table.header = {"writes", "layer", "reads", "local in space", "local in time"};
        std::size_t space = 0, time = 0;
        for (const UpdateReads& r : snapshot.reads) {
            std::string reads;
            for (const std::string& what : r.reads) reads += (reads.empty() ? "" : ", ") + what;
            table.rows.push_back({r.writes, r.layer >= 0 ? layerTitle(snapshot, r.layer) : "–", reads, r.localInSpace ? "yes" : "no",
                                  r.localInTime ? "yes" : "no"});
            space += r.localInSpace ? 1 : 0;
            time += r.localInTime ? 1 : 0;
        }
        Figure figure = start(view);
        FigurePanel panel;
        panel.note = std::to_string(space) + " of " + std::to_string(snapshot.reads.size()) + " updates local in space, " + std::to_string(time)
                     + " in time";
        panel.content = std::move(table);
        figure.panels.push_back(std::move(panel));
        figure.caption = "What each update read in the last recorded step.";
        return figure;
    }
};

}  // namespace

ViewDescription weightsView() {
    ViewDescription view;
    view.id = "weights";
    view.title = "Weights";
    view.summary = "Weights into the units of each layer: as images where the layer looks at images, else as a matrix.";
    view.group = "Network";
    view.needs.channels = false;
    view.needs.weights = true;
    view.params = [](const Snapshot& snapshot) {
        return std::vector<ParamSpec>{layerParam(snapshot), ParamSpec::integer("units", "Units", 64, 1, 256, "Number of units shown per layer."),
                                      ParamSpec::choice("scale", "Scale", "layer",
                                                        {{"layer", "per layer", "One colour scale for the layer: sizes can be compared."},
                                                         {"unit", "per unit", "Every unit fills its own scale: patterns show best."}},
                                                        "What the colours are relative to.")};
    };
    view.make = [] { return std::make_unique<WeightsBuilder>(); };
    return view;
}

ViewDescription confusionView() {
    ViewDescription view;
    view.id = "confusion";
    view.title = "Confusions";
    view.summary = "Which class is taken for which on the test part, and the mistakes that were made with most confidence.";
    view.group = "Network";
    view.needs.channels = false;
    view.needs.confusion = true;
    view.params = [](const Snapshot&) {
        return std::vector<ParamSpec>{ParamSpec::choice("numbers", "Numbers", "share",
                                                        {{"share", "per cent", "Share of the true class."}, {"count", "counts", "Number of samples."}},
                                                        "Shares or counts.")};
    };
    view.make = [] { return std::make_unique<ConfusionBuilder>(); };
    return view;
}

ViewDescription inputsView() {
    ViewDescription view;
    view.id = "inputs";
    view.title = "What the rule sees";
    view.summary = "Rows of the last batch as the rule was given them, its groups side by side, and how often a negative carried its true label.";
    view.group = "Rule";
    view.needs.images = true;
    view.params = [](const Snapshot&) {
        return std::vector<ParamSpec>{ParamSpec::integer("rows", "Samples", 16, 1, 100, "Number of samples shown of each group.")};
    };
    view.make = [] { return std::make_unique<InputsBuilder>(); };
    return view;
}

ViewDescription alignmentView() {
    ViewDescription view;
    view.id = "alignment";
    view.title = "Alignment with the gradient";
    view.summary = "Per layer, the angle between what the rule changes and the exact gradient of the loss, and their sizes.";
    view.group = "Rule";
    view.needs.channels = false;
    view.needs.alignment = true;
    view.params = [](const Snapshot&) { return std::vector<ParamSpec>{}; };
    view.make = [] { return std::make_unique<AlignmentBuilder>(); };
    return view;
}

ViewDescription readsView() {
    ViewDescription view;
    view.id = "reads";
    view.title = "What each update reads";
    view.summary = "For every weight that changes, what the change was computed from, and whether that is local.";
    view.group = "Rule";
    view.needs.channels = false;
    view.needs.reads = true;
    view.params = [](const Snapshot&) { return std::vector<ParamSpec>{}; };
    view.make = [] { return std::make_unique<ReadsBuilder>(); };
    return view;
}

}  // namespace lab::views

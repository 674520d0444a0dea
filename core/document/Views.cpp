#include "core/document/ViewsShared.h"

#include "core/base/Assert.h"
#include "core/base/Rng.h"

#include <algorithm>
#include <cmath>

namespace lab {

ViewWorkspace::ViewWorkspace() : m_pool(1), m_geometry(std::make_unique<Geometry>()) {}
ViewWorkspace::~ViewWorkspace() = default;
Pool& ViewWorkspace::pool() { return m_pool; }
ViewWorkspace::Geometry& ViewWorkspace::geometry() { return *m_geometry; }

const ViewWorkspace::Geometry::Taps& ViewWorkspace::Geometry::taps(const Snapshot& snapshot, Pool& pool) {
    const auto& now = snapshot.representations;
    if (now == m_of) return m_taps;
    m_of = now;
    m_taps = {};
    if (!now) return m_taps;
    std::size_t next = 0;
    const auto add = [&](const Matrix& activity, std::string title) {
        if (next == m_banks.size()) m_banks.push_back(std::make_unique<GramBank>());
        GramBank& bank = *m_banks[next++];
        bank.rebuild(activity, pool);
        m_taps.titles.push_back(std::move(title));
        m_taps.banks.push_back(&bank);
    };
    add(now->inputs, "input");
    for (std::size_t l = 0; l < now->layers.size(); ++l) add(now->layers[l], views::layerTitle(snapshot, static_cast<int>(l)));
    m_taps.labels.assign(now->labels.begin(), now->labels.end());
    return m_taps;
}

namespace views {

int layerCount(const Snapshot& snapshot) { return snapshot.layers ? static_cast<int>(snapshot.layers->size()) : 0; }

std::string layerTitle(const Snapshot& snapshot, int layer) {
    if (snapshot.layers && layer >= 0 && layer < layerCount(snapshot)) {
        const std::string& title = (*snapshot.layers)[static_cast<std::size_t>(layer)].title;
        if (!title.empty()) return title;
    }
    return "layer " + std::to_string(layer + 1);
}

std::string className(const Snapshot& snapshot, int label) {
    if (snapshot.schema && label >= 0 && static_cast<std::size_t>(label) < snapshot.schema->classNames.size())
        return snapshot.schema->classNames[static_cast<std::size_t>(label)];
    return std::to_string(label);
}

ParamSpec layerParam(const Snapshot& snapshot, bool all) {
    std::vector<ParamChoice> choices;
    if (all) choices.push_back({"all", "all layers", "Every layer, side by side."});
    const int count = std::max(all ? 0 : 1, layerCount(snapshot));
    for (int l = 0; l < count; ++l) choices.push_back({std::to_string(l + 1), layerTitle(snapshot, l), "This layer alone."});
    const std::string first = choices.front().id;
    return ParamSpec::choice("layer", "Layer", first, std::move(choices), "Which layers are shown, from the input upwards.");
}

std::vector<int> chosenLayers(const Snapshot& snapshot, const ParamSet& params) {
    std::vector<int> layers;
    const std::string& choice = params.text("layer");
    if (choice != "all") {
        layers.push_back(std::stoi(choice) - 1);
        return layers;
    }
    for (int l = 0; l < layerCount(snapshot) && l < kMostPanels; ++l) layers.push_back(l);
    return layers;
}

std::vector<int> channelsOf(const Snapshot& snapshot, ChannelKind kind) {
    std::vector<int> found;
    if (!snapshot.rule) return found;
    for (std::size_t i = 0; i < snapshot.rule->channels.size(); ++i)
        if (snapshot.rule->channels[i].kind == kind) found.push_back(static_cast<int>(i));
    return found;
}

ParamSpec channelParam(const Snapshot& snapshot, ChannelKind kind, bool all) {
    std::vector<ParamChoice> choices;
    const std::vector<int> channels = channelsOf(snapshot, kind);
    if (all || channels.empty()) choices.push_back({"all", "all", "Everything that the rule publishes of this kind."});
    for (const int c : channels) {
        const ChannelSpec& spec = snapshot.rule->channels[static_cast<std::size_t>(c)];
        choices.push_back({spec.id, spec.title, spec.doc});
    }
    const std::string first = choices.front().id;
    return ParamSpec::choice("channel", "Shows", first, std::move(choices), "Which of the rule's measurements is shown.");
}

std::vector<int> chosenChannels(const Snapshot& snapshot, const ParamSet& params, ChannelKind kind) {
    std::vector<int> channels = channelsOf(snapshot, kind);
    const std::string& choice = params.text("channel");
    if (choice == "all") return channels;
    std::erase_if(channels, [&](int c) { return snapshot.rule->channels[static_cast<std::size_t>(c)].id != choice; });
    return channels;
}

Figure nothing(const ViewDescription& view, const Snapshot& snapshot, std::string why, std::string whatToDo) {
    switch (snapshot.state) {
    case RunState::Empty:
        return Figure::message(view.id, view.title, "Nothing is loaded yet.",
                               "Build a circuit and choose a learning rule; this view fills when training starts.");
    case RunState::Failed:
        return Figure::message(view.id, view.title,
                               snapshot.failure ? snapshot.failure->message : std::string("The run has stopped with an error."),
                               snapshot.failure && !snapshot.failure->hint.empty() ? snapshot.failure->hint
                                                                                   : "Mend the cause and reset the run.");
    default: break;
    }
    return Figure::message(view.id, view.title, std::move(why), std::move(whatToDo));
}

Figure waiting(const ViewDescription& view, const Snapshot& snapshot) {
    switch (snapshot.state) {
    case RunState::Ready: return nothing(view, snapshot, "Training has not started.", "Press Train: the first values come at once.");
    case RunState::Paused:
        return nothing(view, snapshot, "This was not recorded before the pause.", "Go on training: it comes with the next step.");
    case RunState::Finished:
        return nothing(view, snapshot, "This was not recorded while the run lasted.",
                       "Add epochs and go on, or reset and train again with this view open.");
    default: return nothing(view, snapshot, "No measurement has arrived yet.", "It comes with one of the next steps.");
    }
}

Figure start(const ViewDescription& view) {
    Figure figure;
    figure.view = view.id;
    figure.title = view.title;
    return figure;
}

std::uint64_t stampOf(const Snapshot& snapshot, std::initializer_list<std::int64_t> numbers) {
    std::uint64_t stamp = mix64(snapshot.run * 8 + static_cast<std::uint64_t>(snapshot.state));
    for (const std::int64_t n : numbers) stamp = mix64(stamp ^ static_cast<std::uint64_t>(n));
    return stamp;
}

std::int64_t channelStep(const Snapshot& snapshot) {
    std::int64_t step = -1;
    for (const auto& [channel, layers] : snapshot.channels)
        for (const ChannelValue& value : layers) step = std::max(step, value.step);
    return step;
}

std::string percent(double fraction) { return fraction == fraction ? figureNumber(100 * fraction, 3) + " %" : "–"; }

void SteadyRange::cover(double low, double high) {
    if (!std::isfinite(low) || !std::isfinite(high)) return;
    const double width = high > low ? high - low : std::max(1e-12, std::abs(high) * 0.1);
    const bool outside = !(m_from <= low && high <= m_to);
    const bool empty = width < 0.45 * (m_to - m_from);
    if (!outside && !empty) return;
    m_from = low >= 0 && low < 0.25 * width ? 0 : low - 0.08 * width;
    m_to = high + 0.12 * width;
}

}  // namespace views

const std::vector<ViewDescription>& viewRegistry() {
    static const std::vector<ViewDescription> registry{
        views::curvesView(),  views::ledgerView(), views::inputsView(), views::valuesView(), views::confusionView(),
        views::weightsView(), views::pcaView(),    views::rdmView(),    views::ckaView(),    views::dimensionView(),
        views::probeView(),   views::alignmentView(), views::readsView()};
    return registry;
}

const ViewDescription* findView(const std::string& id) {
    for (const ViewDescription& view : viewRegistry()) if (view.id == id) return &view;
    return nullptr;
}

ParamSet viewParams(const ViewDescription& view, const Snapshot& snapshot, const std::map<std::string, ParamValue>& held) {
    ParamSet params(view.params(snapshot));
    for (const auto& [name, value] : held) {
        const ParamSpec* spec = params.find(name);
        if (!spec) continue;
        if (const auto fit = checkParam(*spec, value)) {
            const auto set = params.set(name, *fit);
            LAB_ASSERT(set.ok());
        }
    }
    return params;
}

Result<Figure> renderView(const std::string& id, const Snapshot& snapshot, const std::map<std::string, std::string>& values) {
    const ViewDescription* view = findView(id);
    if (!view) {
        std::string known;
        for (const ViewDescription& v : viewRegistry()) known += (known.empty() ? "" : ", ") + v.id;
        return Error{"LAB-VIEW-101", "There is no view '" + id + "'.", id, "The views are: " + known + "."};
    }
    ParamSet params(view->params(snapshot));
    for (const auto& [name, text] : values)
        if (auto set = params.setText(name, text); !set) return set.error();
    ViewWorkspace workspace;
    workspace.setPointsPerCurve(2000);
    return view->make()->build(snapshot, params, workspace);
}

}  // namespace lab

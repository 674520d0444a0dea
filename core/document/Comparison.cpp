#include "core/document/Comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace lab {

namespace {

constexpr double kSmoothing = 0.9;       // of an objective that is noted at every step
constexpr std::size_t kMarkersUpTo = 40;

std::string number(const char* format, double value) {
    char text[48];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string grouped(double value) {
    std::string digits = number("%.0f", value);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, "\u202F");
    return digits;
}

std::string bytes(std::size_t count) {
    const auto n = static_cast<double>(count);
    if (n >= 1e6) return number("%.1f MB", n / 1e6);
    if (n >= 1e3) return number("%.1f kB", n / 1e3);
    return number("%.0f B", n);
}

// The series of one run by epoch; empty where the run has none. Exponential running mean with its start corrected
// (Kingma & Ba 2015, section 3).
std::vector<FigurePoint> curve(const Snapshot& s, const std::string& id, double smoothing, std::size_t most) {
    std::vector<FigurePoint> out;
    const int at = s.history ? s.history->find(id) : -1;
    if (at < 0) return out;
    const auto perEpoch = static_cast<double>(std::max<std::int64_t>(1, s.stepsPerEpoch));
    double mean = 0, weight = 0;
    for (const CurvePoint& p : s.history->thin(static_cast<std::size_t>(at), 0, static_cast<double>(s.step) + 1e9, most)) {
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

FigurePanel chart(const std::vector<ComparedRun>& runs, const std::string& title, const std::string& id, double smoothing, std::size_t most) {
    FigurePanel panel;
    panel.title = title;
    panel.x.title = "epoch";
    panel.x.includeZero = true;  // both begin there, evaluated or not
    panel.y.title = title;
    CurvesPanel curves;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        CurveSeries series;
        series.title = runs[i].title;
        series.style = seriesStyle(static_cast<int>(i));
        series.points = curve(*runs[i].snapshot, id, smoothing, most);
        series.markers = smoothing == 0 && series.points.size() <= kMarkersUpTo;
        curves.series.push_back(std::move(series));
    }
    const bool any = std::any_of(curves.series.begin(), curves.series.end(), [](const CurveSeries& s) { return !s.points.empty(); });
    if (any) panel.content = std::move(curves);
    else panel.content = MessagePanel{"Nothing has been measured yet.", "Press Train: both rules run side by side."};
    return panel;
}

std::string stateOf(const Snapshot& s) {
    switch (s.state) {
        case RunState::Empty: return "getting ready";
        case RunState::Ready: return "ready";
        case RunState::Running: return "running";
        case RunState::Paused: return "paused";
        case RunState::Finished: return "finished";
        case RunState::Failed: return "failed";
    }
    return {};
}

FigurePanel table(const std::vector<ComparedRun>& runs) {
    TablePanel rows;
    rows.header = {""};
    rows.numeric = {false};
    for (const ComparedRun& run : runs) {
        rows.header.push_back(run.title);
        rows.numeric.push_back(true);
    }
    const auto row = [&](const std::string& name, const auto& text) {
        std::vector<std::string> cells{name};
        for (const ComparedRun& run : runs) cells.push_back(text(*run.snapshot));
        rows.rows.push_back(std::move(cells));
    };
    const std::string none = "–";
    row("state", stateOf);
    row("epoch", [&](const Snapshot& s) { return s.layers ? number("%.2f", s.epoch) : none; });
    row("test accuracy", [&](const Snapshot& s) {
        const bool known = s.evaluations && !s.evaluations->empty() && s.evaluations->back().testAccuracy >= 0;
        return known ? number("%.2f %%", 100 * s.evaluations->back().testAccuracy) : none;
    });
    row("objective", [&](const Snapshot& s) {
        const std::vector<FigurePoint> points = curve(s, "train_loss", kSmoothing, 200);
        return points.empty() ? none : number("%.4g", points.back().y);
    });
    row("samples / s", [&](const Snapshot& s) { return s.samplesPerSecond > 0 ? grouped(s.samplesPerSecond) : none; });
    row("held for credit", [&](const Snapshot& s) { return s.creditBytes > 0 ? bytes(s.creditBytes) : none; });
    FigurePanel panel;
    panel.content = std::move(rows);
    return panel;
}

}  // namespace

Experiment comparedExperiment(const Experiment& experiment, const std::string& rule) {
    if (rule == experiment.rule) return experiment;
    Experiment out = withRule(experiment, rule);
    out.batch = experiment.batch;
    out.epochs = experiment.epochs;
    return out;
}

Figure comparisonFigure(const std::vector<ComparedRun>& runs, const std::string& caption, std::size_t pointsPerCurve) {
    Figure figure;
    figure.view = "comparison";
    figure.title = "Rules compared";
    figure.caption = caption;
    figure.columns = 3;
    FigurePanel accuracy = chart(runs, "test accuracy", "test_accuracy", 0, pointsPerCurve);
    accuracy.y.unit = "%";
    FigurePanel objective = chart(runs, "training objective", "train_loss", kSmoothing, pointsPerCurve);
    objective.note = "each rule's own, running mean";
    objective.y.logarithmic = true;
    figure.panels = {std::move(accuracy), std::move(objective), table(runs)};
    return figure;
}

}  // namespace lab

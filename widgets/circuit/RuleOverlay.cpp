#include "widgets/circuit/RuleOverlay.h"

#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/OverlayPainter.h"
#include "widgets/circuit/OverlayPlan.h"

#include <algorithm>

namespace lab {

void reserveForMarks(const std::vector<Mark>& marks, LayoutOptions& options) {
    for (const Mark& m : marks) {
        // Free and nudged, one after another: an axis above all others.
        if (m.kind == Mark::Kind::Phase && options.phase.empty()) options.phase = (m.label.empty() ? "φ" : m.label) + (m.formula.empty() ? "" : " = " + m.formula);
        if (m.kind == Mark::Kind::Stream) options.stream = m.label.empty() ? "σ = 2" : m.label;
        if (m.wire.empty()) continue;
        if (m.kind == Mark::Kind::Tap || m.kind == Mark::Kind::LocalLoss) options.tapWires.insert(m.wire);
        if (m.kind == Mark::Kind::Cut) options.cutWires.insert(m.wire);
    }
}

QRectF overlayBounds(const DiagramLayout& layout, const std::vector<Mark>& marks) {
    QRectF all = toRect(layout.bounds);
    if (marks.empty()) return all;
    const OverlayPlan plan(layout, marks);
    double low = plan.legendY + kOverlayLegendHeight - 20.0;
    const double high = plan.top - 34.0;
    int readouts = 0;
    for (const Mark& m : marks) {
        if (m.kind == Mark::Kind::Feedback || m.kind == Mark::Kind::Tap || m.kind == Mark::Kind::Writer)
            low = std::max(low, plan.plateTop + 4.0);
        if (m.kind == Mark::Kind::Readout) ++readouts;
    }
    if (readouts > 0) low = std::max(low, plan.end + 72.0 + 26.0 * (readouts - 1));
    for (const LossPlate& p : plan.plates) all = all.united(p.rect.adjusted(-6, -6, 6, 6));
    return all.united(QRectF(all.left(), high, all.width(), low - high));
}

void paintOverlay(DrawSink& sink, const DiagramLayout& layout, const std::vector<Mark>& marks, const Theme& theme, const OverlayPaint& how) {
    OverlayPainter(sink, layout, marks, theme, how).run();
}

int lossAt(const DiagramLayout& layout, const std::vector<Mark>& marks, QPointF scene) {
    const OverlayPlan plan(layout, marks);
    for (const LossPlate& p : plan.plates)
        if (p.rect.contains(scene)) return int(p.mark - marks.data());
    return -1;
}

std::set<int> differingMarks(const std::vector<Mark>& marks, const std::vector<Mark>& others) {
    const auto same = [](const Mark& a, const Mark& b) {
        return a.kind == b.kind && a.wire == b.wire && a.operation == b.operation && a.to == b.to && a.formula == b.formula;
    };
    std::set<int> out;
    for (std::size_t i = 0; i < marks.size(); ++i)
        if (std::none_of(others.begin(), others.end(), [&](const Mark& o) { return same(marks[i], o); })) out.insert(int(i));
    return out;
}

}  // namespace lab

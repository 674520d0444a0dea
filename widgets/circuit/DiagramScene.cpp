#include "widgets/circuit/DiagramScene.h"

#include "widgets/circuit/Bypass.h"
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/LayoutBlend.h"
#include "widgets/circuit/MathText.h"
#include "widgets/circuit/RuleOverlay.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kBlocksBelow = 0.35;  // from afar only blocks, with titles that keep their size
constexpr double kLabelsFrom = 0.45;
constexpr double kBeadWidth = 36.0, kBeadHeight = 18.0;

bool meets(const QRectF& clip, const QRectF& r) { return clip.isEmpty() || clip.intersects(r); }

QRectF extentOf(const std::vector<DiagramPoint>& points) {
    if (points.empty()) return {};
    double x0 = points[0].x, x1 = x0, y0 = points[0].y, y1 = y0;
    for (const DiagramPoint& p : points) {
        x0 = std::min(x0, p.x);
        x1 = std::max(x1, p.x);
        y0 = std::min(y0, p.y);
        y1 = std::max(y1, p.y);
    }
    return {x0 - 6.0, y0 - 6.0, x1 - x0 + 12.0, y1 - y0 + 12.0};
}

// Height of the lane at x: the cubics have flat ends, so this is exact enough for hits.
double laneAt(const std::vector<DiagramPoint>& points, double x) {
    for (std::size_t i = 1; i < points.size(); ++i) {
        const DiagramPoint &a = points[i - 1], &b = points[i];
        if (x > b.x) continue;
        if (b.x - a.x < 1e-6) return b.y;
        const double t = std::clamp((x - a.x) / (b.x - a.x), 0.0, 1.0);
        return a.y + (b.y - a.y) * t * t * (3.0 - 2.0 * t);
    }
    return points.empty() ? 0.0 : points.back().y;
}

const char* className(Glyph glyph) {
    switch (glyph) {
        case Glyph::Source: return "source";
        case Glyph::Sink: return "sink";
        case Glyph::Chip: return "chip";
        case Glyph::Conv: return "conv";
        case Glyph::TransposedConv: return "transposed";
        case Glyph::Window: return "window";
        case Glyph::Triangle: return "triangle";
        case Glyph::Circle: return "circle";
        case Glyph::Pointwise: return "pointwise";
        case Glyph::Copy: return "copy";
        case Glyph::Add: return "add";
        case Glyph::Bar: return "bar";
        case Glyph::Box: return "box";
        case Glyph::Einsum: return "einsum";
        case Glyph::Mask: return "mask";
        case Glyph::Index: return "index";
        case Glyph::Rename: return "rename";
        case Glyph::Slot: return "slot";
        case Glyph::Discard: return "discard";
        case Glyph::Hexagon: return "hexagon";
        case Glyph::Diamond: return "diamond";
        case Glyph::Composite: return "composite";
        case Glyph::Unknown: break;
    }
    return "unknown";
}

QString qs(const std::string& s) { return QString::fromStdString(s); }

// A twin line that only the other rule of a comparison has leaves its room in this picture, and nothing else.
void dropLentTwins(DiagramLayout& layout, const std::vector<Mark>& marks, const std::vector<Mark>& reserved) {
    const auto has = [](const std::vector<Mark>& list, Mark::Kind kind) {
        return std::any_of(list.begin(), list.end(), [kind](const Mark& m) { return m.kind == kind; });
    };
    for (const Mark::Kind kind : {Mark::Kind::Stream, Mark::Kind::Phase}) {
        if (has(marks, kind) || !has(reserved, kind)) continue;
        const auto lent = [kind](const PlacedLane& l) { return kind == Mark::Kind::Stream ? l.stream : l.phase; };
        std::vector<double> heights;
        for (const PlacedLane& l : layout.lanes)
            if (lent(l) && l.axis.empty())
                for (const DiagramPoint& p : l.points) heights.push_back(p.y);
        const auto near = [&](double y, double above, double below) {
            return std::any_of(heights.begin(), heights.end(), [&](double h) { return y > h - above && y < h + below; });
        };
        const auto spanGone = [&](const PlacedSpan& s) { return s.axis.empty() && !s.points.empty() && near(s.points.front().y, 0.5, 0.5); };
        for (const PlacedSpan& s : layout.spans) {
            const auto at = layout.anchors.find(s.wire);
            if (!spanGone(s) || at == layout.anchors.end()) continue;
            std::vector<double>& lanes = at->second.lanes;
            lanes.erase(std::remove_if(lanes.begin(), lanes.end(), [&](double y) { return std::abs(y - s.points.front().y) < 0.5; }), lanes.end());
            if (lanes.empty()) continue;
            at->second.top = *std::min_element(lanes.begin(), lanes.end());
            at->second.bottom = *std::max_element(lanes.begin(), lanes.end());
        }
        const auto laneGone = [&](const PlacedLane& l) { return lent(l) && l.axis.empty(); };
        const auto labelGone = [&](const PlacedLabel& l) { return l.axis.empty() && near(l.baseline.y, 10.0, 2.0); };
        layout.lanes.erase(std::remove_if(layout.lanes.begin(), layout.lanes.end(), laneGone), layout.lanes.end());
        layout.spans.erase(std::remove_if(layout.spans.begin(), layout.spans.end(), spanGone), layout.spans.end());
        layout.labels.erase(std::remove_if(layout.labels.begin(), layout.labels.end(), labelGone), layout.labels.end());
    }
}

// What is passed by is drawn at two fifths of the ink.
Theme faded(const Theme& theme) {
    Theme t = theme;
    const auto mix = [&](QColor& c) {
        const QColor& b = theme.background;
        const auto part = [](int ink, int ground) { return (2 * ink + 3 * ground) / 5; };
        c = QColor(part(c.red(), b.red()), part(c.green(), b.green()), part(c.blue(), b.blue()));
    };
    mix(t.ink);
    mix(t.mute);
    return t;
}

}  // namespace

void DiagramScene::setContent(const Circuit& circuit, const SizeSolution& sizes, const DiagramToggles& toggles,
                              const std::vector<Mark>& marks, const std::vector<Mark>& reserved) {
    m_toggles = toggles;
    m_marks = marks;
    LayoutOptions options;
    options.columns = toggles.columns;
    options.sizes = toggles.sizes;
    options.foldBatch = !toggles.batch;
    options.pageWidth = toggles.rule || toggles.costs ? 0.0 : toggles.pageWidth;
    if (toggles.rule) {
        reserveForMarks(reserved, options);
        reserveForMarks(marks, options);
    }
    m_layout = layoutDiagram(circuit, sizes, options, [](const std::string& markup, double pixels) { return mathWidth(markup, pixels); });
    if (toggles.rule) dropLentTwins(m_layout, marks, reserved);
    m_titles.clear();
    m_classes.clear();
    m_learned.clear();
    m_bypassed.clear();
    for (const Operation& op : circuit.operations) {
        const OperationDescription* d = findOperation(op.kind);
        m_titles[op.id] = (d != nullptr ? d->title : op.kind) + " " + displayName(op);
        m_classes[op.id] = op.kind;
        if (isBypassed(op)) {
            m_bypassed.insert(op.id);
            m_titles[op.id] = displayName(op) + ", passed by";
        }
        m_learned[op.id] = d != nullptr && d->learned;
    }
    m_motion = 1.0;
    m_bounds = toRect(m_layout.bounds);
    if (toggles.rule) m_bounds = m_bounds.united(overlayBounds(m_layout, m_marks));
}

void DiagramScene::setMotion(double t) {
    m_motion = std::clamp(t, 0.0, 1.0);
    if (m_motion < 1.0) m_between = blend(m_before, m_layout, m_motion);
    else m_before = m_between = {};
}

void DiagramScene::paint(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const {
    if (m_toggles.columns) {
        sink.beginGroup(QStringLiteral("columns"), QStringLiteral("columns"), {});
        const double top = shown().bounds.y - 10.0, height = shown().bounds.h + 20.0;
        for (const PlacedColumn& c : shown().columns) {
            if (c.w <= 0.0) continue;
            QPainterPath band;
            const bool wrapped = shown().rows.size() > 1 && std::size_t(c.row) < shown().rows.size();
            const double from = wrapped ? shown().rows[std::size_t(c.row)].top : top;
            const double to = wrapped ? shown().rows[std::size_t(c.row)].bottom : top + height;
            band.addRoundedRect(QRectF(c.x, from, c.w, to - from), 2, 2);
            sink.path(band, c.data ? theme.bandData : theme.bandOperation, {});
        }
        sink.endGroup();
    }
    paintBlocks(sink, theme, how);
    paintWires(sink, theme, how);
    const bool afar = how.zoom < kBlocksBelow && !shown().blocks.empty();
    const Theme faint = m_bypassed.empty() ? theme : faded(theme);
    if (afar) paintFromAfar(sink, theme, how);
    for (const PlacedGlyph& g : shown().glyphs) {
        if (afar && covered(g)) continue;
        if (!meets(how.clip, toRect(g.box).adjusted(-40, -40, 40, 60))) continue;
        const auto title = m_titles.find(g.operation);
        sink.beginGroup(QStringLiteral("op-") + qs(g.operation), QLatin1String(className(g.face.glyph)), title == m_titles.end() ? QString() : qs(title->second));
        drawGlyph(sink, g, m_bypassed.count(g.operation) != 0 ? faint : theme);
        sink.endGroup();
    }
    for (const PlacedTab& t : shown().tabs) {
        const double half = t.markup.size() > 1 ? 12.0 : 8.0;
        QPainterPath tab;
        tab.addRoundedRect(QRectF(t.center.x - half, t.center.y - 8.0, 2 * half, 16.0), 4, 4);
        sink.path(tab, theme.background, {theme.hairline, 1.0, {}, false});
        sink.mathAt({t.center.x, t.center.y + 4.0}, t.markup, 12.0, theme.mute, 0.5);
    }
    if (how.zoom >= kLabelsFrom) {
        sink.beginGroup(QStringLiteral("labels"), QStringLiteral("labels"), {});
        for (const PlacedLabel& l : shown().labels) {
            if (!meets(how.clip, QRectF(l.baseline.x - 4.0, l.baseline.y - 20.0, 160.0, 30.0))) continue;
            const QColor color = l.tone == LabelTone::Error ? theme.error : l.tone == LabelTone::Mute ? theme.mute : theme.ink;
            sink.mathAt(toPoint(l.baseline), l.markup, l.pixels, color,
                        l.anchor == LabelAnchor::Left ? 0.0 : l.anchor == LabelAnchor::Middle ? 0.5 : 1.0);
        }
        sink.endGroup();
    }
    if (how.beads != nullptr && how.zoom >= kLabelsFrom) paintBeads(sink, theme, how);
    paintFeeds(sink, theme);
    paintErrors(sink, theme);
    if (how.rule) {
        sink.beginGroup(QStringLiteral("rule"), QStringLiteral("rule"), {});
        paintOverlay(sink, shown(), m_marks, theme, how.overlay);
        sink.endGroup();
    }
    if (how.interactive) paintSelection(sink, theme, how);
}

// From the end of a row to the beginning of the next: curved arrows, beside the wires that go on.
void DiagramScene::paintFeeds(DrawSink& sink, const Theme& theme) const {
    const std::vector<PlacedRow>& rows = shown().rows;
    if (rows.size() < 2) return;
    sink.beginGroup(QStringLiteral("feeds"), QStringLiteral("feeds"), {});
    const Stroke stroke{theme.mute, 1.6, {}, false};
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (r + 1 < rows.size() && !rows[r].leaves.empty()) {
            const double y = *std::max_element(rows[r].leaves.begin(), rows[r].leaves.end()), x = rows[r].right + 6.0;
            QPainterPath out(QPointF(x, y));
            out.cubicTo(x + 18.0, y, x + 22.0, y + 6.0, x + 22.0, y + 26.0);
            sink.path(out, QColor(), stroke);
            sink.path(arrowHead({x + 22.0, y + 34.0}, 90.0, 9.0), theme.mute, {});
        }
        if (r > 0 && !rows[r].enters.empty()) {
            const double y = *std::min_element(rows[r].enters.begin(), rows[r].enters.end()), x = rows[r].left - 6.0;
            QPainterPath in(QPointF(x - 26.0, y - 32.0));
            in.cubicTo(x - 26.0, y - 8.0, x - 22.0, y, x - 8.0, y);
            sink.path(in, QColor(), stroke);
            sink.path(arrowHead({x, y}, 0.0, 9.0), theme.mute, {});
        }
    }
    sink.endGroup();
}

// The depth whose blocks are shown from afar: one that holds nearly everything would say nothing.
int DiagramScene::depthFromAfar() const {
    int depth = 0;
    for (; depth < 3; ++depth) {
        const auto wide = [&](const PlacedBlock& b) { return b.depth == depth && b.rect.w > 0.5 * shown().bounds.w; };
        const auto inner = [&](const PlacedBlock& b) { return b.depth == depth + 1; };
        if (std::none_of(shown().blocks.begin(), shown().blocks.end(), wide) || std::none_of(shown().blocks.begin(), shown().blocks.end(), inner)) break;
    }
    return depth;
}

bool DiagramScene::covered(const PlacedGlyph& g) const {
    const int depth = depthFromAfar();
    return std::any_of(shown().blocks.begin(), shown().blocks.end(), [&](const PlacedBlock& b) {
        return b.depth == depth && b.rect.contains(g.box.centerX(), g.box.centerY());
    });
}

// Outermost blocks as solids; the document is not changed by looking at it from a distance.
void DiagramScene::paintFromAfar(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const {
    const int depth = depthFromAfar();
    for (const PlacedBlock& b : shown().blocks) {
        if (b.depth != depth || !meets(how.clip, toRect(b.rect))) continue;
        QPainterPath shape;
        shape.addRoundedRect(toRect(b.rect), 4.0, 4.0);
        sink.path(shape, theme.groupFill(b.fill), {theme.ink, 1.2 / std::max(how.zoom, 0.05), {}, false});
        const double pixels = std::min(12.0 / std::max(how.zoom, 0.05), 0.8 * b.rect.w / std::max(1.0, uiWidth(qs(b.title), 1.0, 500)));
        if (!b.title.empty()) sink.text({b.rect.centerX(), b.rect.centerY() + 0.35 * pixels}, qs(b.title), pixels, 500, theme.ink, 0.5);
    }
}

void DiagramScene::paintBlocks(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const {
    for (const PlacedBlock& b : shown().blocks) {
        if (!meets(how.clip, toRect(b.rect).adjusted(-10, -10, 10, 10))) continue;
        sink.beginGroup(QStringLiteral("group-") + qs(b.group), QStringLiteral("block"), qs(b.title));
        QPainterPath shape;
        shape.addRoundedRect(toRect(b.rect), 2, 2);
        softShadow(sink, shape, theme);
        const Stroke border = theme.dark || theme.flat ? Stroke{theme.hairline, 1.0, {1.5, 3}, false} : Stroke{};
        sink.path(shape, theme.groupFill(b.fill), border);
        if (!b.title.empty() && how.zoom >= 0.2)
            sink.text({how.rule ? b.rect.x + 10.0 : b.rect.centerX(), b.rect.y + 14.0}, qs(b.title), 11.0, 500, theme.ink, how.rule ? 0.0 : 0.5);
        if (!b.repeat.empty()) {
            // Bold parentheses around the body, the count outside at the top right.
            const Stroke bold{theme.ink, 3.2, {}, true};
            const double top = b.rect.y + 6.0, bottom = b.rect.bottom() - 6.0;
            if (b.begins) sink.path(parenthesisPath(b.rect.x + 12.0, top, bottom, false), QColor(), bold);
            if (b.ends) sink.path(parenthesisPath(b.rect.right() - 12.0, top, bottom, true), QColor(), bold);
            if (b.ends) sink.math({b.rect.right() + 3.0, b.rect.y + 12.0}, b.repeat, 15.0, theme.ink);
        }
        sink.endGroup();
    }
}

void DiagramScene::paintWires(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const {
    if (how.activity != nullptr) {
        sink.beginGroup(QStringLiteral("activity"), QStringLiteral("activity"), {});
        for (const PlacedSpan& s : shown().spans) {
            const auto a = how.activity->find(s.wire);
            if (a == how.activity->end() || !meets(how.clip, extentOf(s.points))) continue;
            if (!std::isfinite(a->second)) {
                // Hatched red where a value is not a number.
                sink.path(lanePath(s.points), QColor(), {theme.error, 9.0, {2, 3}, false});
                continue;
            }
            QColor glow = theme.activity;
            glow.setAlphaF(0.35F);
            sink.path(lanePath(s.points), QColor(), {glow, 2.0 + 9.0 * std::clamp(a->second, 0.0, 1.0), {}, true});
        }
        sink.endGroup();
    }
    const double thin = how.zoom < 0.6 ? 0.75 / std::max(how.zoom, 0.05) : 1.25;
    sink.beginGroup(QStringLiteral("wires"), QStringLiteral("wires"), {});
    for (const PlacedLane& lane : shown().lanes) {
        if (!meets(how.clip, extentOf(lane.points))) continue;
        Stroke stroke{theme.ink, std::max(1.25, thin), {}, false};
        if (lane.scalar || lane.typed) stroke = {theme.typedWire, 2.0, {}, false};
        if (lane.truth) stroke = {theme.activity, 2.0, {2, 6}, true};
        if ((lane.stream || lane.phase) && !lane.points.empty()) {
            // Positive over negative, free over nudged, from an open ring.
            drawTwin(sink, lane.points, lane.stream ? theme.positive : theme.mute, lane.stream ? theme.negative : theme.feedback);
            sink.path(dotPath(toPoint(lane.points.front()), 4.2), theme.background, {theme.ink, 1.3, {}, false});
            continue;
        }
        drawLane(sink, lane.points, lane.bundle && how.zoom >= 0.35, stroke);
        if (lane.typed && lane.points.size() >= 2) {
            // A small triangle in the middle: these numbers are counted or looked up, not measured.
            const double x = (lane.points.front().x + lane.points.back().x) / 2, y = laneAt(lane.points, x);
            sink.path(polygonPath({{x + 4.0, y}, {x - 4.0, y - 3.5}, {x - 4.0, y + 3.5}}), theme.typedWire, {});
        }
    }
    for (const PlacedSpan& s : shown().spans) {
        if (!s.dangling || s.points.empty()) continue;
        QPainterPath port;
        port.addRect(QRectF(s.points.back().x - 3.5, s.points.back().y - 3.5, 7.0, 7.0));
        sink.path(port, theme.background, {theme.ink, 1.2, {}, false});
    }
    for (const PlacedFence& f : shown().fences)
        sink.path(lanePath(f.points), QColor(), {theme.ink, 1.6, {7, 5}, false});
    sink.endGroup();
}

QRectF DiagramScene::beadRect(const std::string& wire) const {
    const PlacedSpan* lowest = nullptr;
    for (const PlacedSpan& s : shown().spans)
        if (s.wire == wire && !s.points.empty() && (lowest == nullptr || s.points.back().y > lowest->points.back().y)) lowest = &s;
    if (lowest == nullptr || lowest->points.back().x - lowest->points.front().x < kBeadWidth + 4.0) return {};
    const double x = (lowest->points.front().x + lowest->points.back().x) / 2;
    return {x - kBeadWidth / 2, laneAt(lowest->points, x) + 6.0, kBeadWidth, kBeadHeight};
}

// Eight bars under the wire, one stream in front of the other; the pinned one grows and says its range.
void DiagramScene::paintBeads(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const {
    sink.beginGroup(QStringLiteral("beads"), QStringLiteral("beads"), {});
    const auto paint = [&](const std::string& wire, const Bead& bead, bool pinned) {
        QRectF r = beadRect(wire);
        if (r.isEmpty() || !meets(how.clip, r.adjusted(-60, -10, 60, 70))) return;
        if (pinned) r = QRectF(r.center().x() - 60.0, r.top(), 120.0, 78.0);
        sink.beginGroup(QStringLiteral("bead-") + qs(wire), QStringLiteral("bead"), qs(bead.title));
        QPainterPath frame;
        frame.addRoundedRect(r, 4, 4);
        sink.path(frame, theme.raised, {pinned ? theme.selection : theme.hairline, pinned ? 1.4 : 1.0, {}, false});
        const QRectF bars = pinned ? r.adjusted(8, 22, -8, -20) : r.adjusted(3, 2.5, -3, -2);
        const double step = bars.width() / double(kBeadBars);
        const auto draw = [&](const std::array<double, kBeadBars>& shares, QColor colour, double from, double width) {
            for (std::size_t i = 0; i < kBeadBars; ++i) {
                if (shares[i] <= 0.0) continue;
                const double h = std::max(0.8, shares[i] * bars.height());
                QPainterPath bar;
                bar.addRect(QRectF(bars.left() + step * (double(i) + from), bars.bottom() - h, step * width, h));
                sink.path(bar, colour, {});
            }
        };
        // Side by side, so that neither hides the other.
        draw(bead.positive, bead.two ? theme.positive : theme.activity, 0.06, bead.two ? 0.42 : 0.86);
        if (bead.two) draw(bead.negative, theme.negative, 0.52, 0.42);
        if (std::isfinite(bead.threshold) && bead.high > bead.low && bead.threshold > bead.low && bead.threshold < bead.high) {
            const double x = bars.left() + bars.width() * (bead.threshold - bead.low) / (bead.high - bead.low);
            sink.line({x, bars.top() - 1.0}, {x, bars.bottom()}, {theme.ink, 1.0, {2, 2}, false});
        }
        if (pinned) {
            sink.text({r.left() + 8.0, r.top() + 15.0}, qs(bead.title), 11.0, 600, theme.ink, 0.0);
            sink.text({r.left() + 8.0, r.bottom() - 7.0}, QString::number(bead.low, 'g', 3), 10.0, 400, theme.mute, 0.0);
            sink.text({r.right() - 8.0, r.bottom() - 7.0}, QString::number(bead.high, 'g', 3), 10.0, 400, theme.mute, 1.0);
        }
        sink.endGroup();
    };
    for (const auto& [wire, bead] : *how.beads)
        if (wire != how.pinned) paint(wire, bead, false);
    if (const auto pinned = how.beads->find(how.pinned); pinned != how.beads->end()) paint(pinned->first, pinned->second, true);
    sink.endGroup();
}

void DiagramScene::paintErrors(DrawSink& sink, const Theme& theme) const {
    for (const PlacedError& e : shown().errors) {
        sink.beginGroup(QStringLiteral("error-%1").arg(e.problem), QStringLiteral("error"), {});
        const double right = std::max(e.right, e.left + 24.0);
        sink.line({e.left, e.y}, {right, e.y}, {theme.error, 2.4, {}, false});
        QPainterPath wave(QPointF(e.left, e.y + 7.0));
        int up = 1;
        for (double x = e.left; x + 4.0 <= right; x += 4.0, up = -up)
            wave.quadTo(QPointF(x + 2.0, e.y + 7.0 - up * 3.6), QPointF(x + 4.0, e.y + 7.0));
        sink.path(wave, QColor(), {theme.error, 1.4, {}, false});
        if (e.unequal) {
            sink.math({e.left + 4.0, e.y - 6.0}, e.leftText, 15.0, theme.error);
            sink.mathAt({right - 4.0, e.y - 6.0}, e.rightText, 15.0, theme.error, 1.0);
        }
        const QPointF c((e.left + right) / 2, e.y);
        sink.path(dotPath(c, 9.0), theme.error, {theme.background, 1.0, {}, false});
        const Stroke white{theme.dark ? theme.background : QColor(Qt::white), 1.5, {}, true};
        if (e.unequal) {
            sink.line(c + QPointF(-4, -1.9), c + QPointF(4, -1.9), white);
            sink.line(c + QPointF(-4, 1.9), c + QPointF(4, 1.9), white);
            sink.line(c + QPointF(-2.2, 4.6), c + QPointF(2.2, -4.6), white);
        } else {
            sink.line(c + QPointF(0, -4.6), c + QPointF(0, 1.2), white);
            sink.path(dotPath(c + QPointF(0, 4.4), 1.1), white.color, {});
        }
        sink.endGroup();
    }
}

void DiagramScene::paintSelection(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const {
    if (!how.selectedWire.empty()) {
        QColor soft = theme.selection;
        soft.setAlphaF(0.30F);
        for (const PlacedSpan& s : shown().spans) {
            if (s.wire != how.selectedWire) continue;
            sink.path(lanePath(s.points), QColor(), {soft, 8.0, {}, true});
        }
    }
    for (const std::string& id : how.selected) {
        const QRectF r = rectOf(id);
        if (r.isEmpty()) continue;
        QPainterPath ring;
        const bool glyph = shown().glyph(id) != nullptr;
        ring.addRoundedRect(r.adjusted(-4, -4, 4, 4), 5, 5);
        QColor tint = theme.selection;
        tint.setAlphaF(glyph ? 0.08F : 0.05F);
        sink.path(ring, tint, {theme.selection, 2.0, {}, false});
        if (!glyph) continue;
        const PlacedGlyph& g = *shown().glyph(id);
        for (const auto* side : {&g.in, &g.out})
            for (const DiagramPoint& p : *side) {
                const double x = side == &g.in ? r.left() - 4.0 : r.right() + 4.0;
                if (p.y < r.top() || p.y > r.bottom()) continue;
                sink.path(dotPath({x, p.y}, 3.6), theme.background, {theme.selection, 1.6, {}, false});
            }
    }
}

DiagramHit DiagramScene::hit(QPointF scene, double reach) const {
    DiagramHit best;
    double closest = 1e9;
    for (const PlacedGlyph& g : m_layout.glyphs) {
        // Small glyphs are as easy to hit as large ones.
        const double growX = std::max(2.0, (24.0 - g.box.w) / 2), growY = std::max(2.0, (24.0 - g.box.h) / 2);
        const DiagramRect r = g.box.grown(growX, growY);
        if (!r.contains(scene.x(), scene.y())) continue;
        const double d = std::hypot(scene.x() - g.box.centerX(), scene.y() - g.box.centerY());
        if (d < closest) {
            closest = d;
            best = {g.face.glyph == Glyph::Composite ? DiagramHit::Kind::Group : DiagramHit::Kind::Operation, g.operation, {}, false};
        }
    }
    if (best.kind != DiagramHit::Kind::None) return best;
    for (const PlacedLabel& l : m_layout.labels) {
        const DiagramRect r{l.baseline.x, l.baseline.y - 14.0, mathWidth(l.markup, l.pixels), 17.0};
        if (r.contains(scene.x(), scene.y())) return {DiagramHit::Kind::Label, l.wire, l.axis, false};
    }
    for (const PlacedSpan& s : m_layout.spans) {
        if (s.points.empty() || scene.x() < s.points.front().x - 2.0 || scene.x() > s.points.back().x + (s.dangling ? 24.0 : 2.0))
            continue;
        const double d = std::abs(laneAt(s.points, scene.x()) - scene.y());
        if (d <= reach + (s.bundle ? 2.0 : 0.0) && d < closest) {
            closest = d;
            best = {DiagramHit::Kind::Wire, s.wire, s.axis, s.dangling && scene.x() > s.points.back().x - 6.0};
        }
    }
    if (best.kind != DiagramHit::Kind::None) return best;
    for (auto b = m_layout.blocks.rbegin(); b != m_layout.blocks.rend(); ++b)
        if (b->rect.contains(scene.x(), scene.y())) return {DiagramHit::Kind::Group, b->group, {}, false};
    return {};
}

QRectF DiagramScene::rectOf(const std::string& id) const {
    if (const PlacedGlyph* g = m_layout.glyph(id)) return toRect(g->box);
    if (const PlacedBlock* b = m_layout.block(id)) return toRect(b->rect);
    return {};
}

QRectF DiagramScene::rectOfWire(const std::string& wire) const {
    QRectF r;
    for (const PlacedSpan& s : m_layout.spans)
        if (s.wire == wire) r = r.isNull() ? extentOf(s.points) : r.united(extentOf(s.points));
    return r;
}

std::vector<std::string> DiagramScene::walkOrder() const {
    std::vector<std::string> out;
    for (const PlacedGlyph& g : m_layout.glyphs) out.push_back(g.operation);
    return out;
}

}  // namespace lab

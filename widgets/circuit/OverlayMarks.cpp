// What a rule adds to wires and weights: taps, writers, cuts, feedback, fixed maps, read-outs.
#include "widgets/circuit/OverlayPainter.h"

#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/MathText.h"

#include <algorithm>
#include <cmath>

namespace lab {

void OverlayPainter::badge(const Mark& m, const PlacedGlyph& glyph) {
    if (m_badged[m.operation]++ != 0) return;
    const bool conflict = m_writers[m.operation].size() > 1;
    bool local = m_isolated;
    if (m_how.live != nullptr)
        if (const auto said = m_how.live->local.find(m.layer); said != m_how.live->local.end()) local = said->second;
    const QString sign = conflict ? QStringLiteral("2+") : local ? QStringLiteral("⊙") : QStringLiteral("∂");
    const QRectF r(glyph.box.right() - 8.0, glyph.box.bottom() - 8.0, conflict ? 18.0 : 14.0, 14.0);
    QPainterPath tab;
    tab.addRoundedRect(r, 3, 3);
    m_sink.path(tab, m_theme.raised, {conflict ? m_theme.error : m_theme.localLoss, 1.2, {}, false});
    const QColor color = conflict ? m_theme.error : m_theme.localLoss;
    if (conflict) {
        m_sink.text({r.center().x(), r.bottom() - 3.5}, sign, 9.5, 600, color, 0.5);
    } else if (local) {
        // A ring with a dot: what is here writes here.
        QPainterPath ring;
        ring.addEllipse(r.center(), 4.0, 4.0);
        m_sink.path(ring, QColor(), {color, 1.2, {}, false});
        m_sink.path(dotPath(r.center(), 1.4), color, {});
    } else {
        m_sink.mathAt({r.center().x(), r.bottom() - 3.0}, "∂", 12.0, color, 0.5);
    }
}

void OverlayPainter::weightTape(const Mark& m, const PlacedGlyph& glyph) {
    std::string name = m.label.empty() ? "Δ*W*" : m.label;
    if (name.rfind("Δ", 0) == 0) name = name.substr(2);
    if (name.empty()) return;
    const double x = glyph.box.centerX(), top = m_plan.top - 22.0;
    m_sink.line({x, top}, {x, glyph.box.y - 8.0}, {m_theme.ink, 1.25, {}, false});
    m_sink.path(arrowHead({x, glyph.box.y - 1.0}, 90.0, 9.0), m_theme.ink, {});
    m_sink.mathAt({x - 7.0, m_plan.top - 8.0}, name, 14.0, m_theme.ink, 1.0);
}

void OverlayPainter::tap(const Mark& m) {
    const auto it = m_layout.anchors.find(m.wire);
    if (it == m_layout.anchors.end() || it->second.lanes.empty()) return;
    begin(m, "tap", indexOf(m));
    const WireAnchor& a = it->second;
    for (const double y : a.lanes) m_sink.path(dotPath({a.tapX, y}), m_theme.localLoss, {});
    const LossPlate* plate = plateFor(m_plan, m);
    const double x = a.tapX + 14.0;
    const double endY = plate != nullptr && x > plate->rect.left() && x < plate->rect.right() ? plate->rect.top() - 6.0
                                                                                            : m_plan.plateTop - 14.0;
    QPainterPath line(QPointF(a.tapX, a.bottom));
    line.cubicTo(a.tapX + 9.0, a.bottom, a.tapX + 14.0, a.bottom + 6.0, x, a.bottom + 20.0);
    if (plate != nullptr && endY != plate->rect.top() - 6.0) {
        line.lineTo(x, m_plan.plateTop - 30.0);
        const double tx = std::clamp(x, plate->rect.left() + 12.0, plate->rect.right() - 12.0);
        line.cubicTo(x, m_plan.plateTop - 16.0, tx, m_plan.plateTop - 20.0, tx, plate->rect.top() - 8.0);
        m_sink.path(line, QColor(), {m_theme.localLoss, 1.8, {}, false});
        m_sink.path(arrowHead({tx, plate->rect.top() - 3.0}, 90.0, 8.0), m_theme.localLoss, {});
    } else {
        line.lineTo(x, endY - 6.0);
        m_sink.path(line, QColor(), {m_theme.localLoss, 1.8, {}, false});
        m_sink.path(arrowHead({x, endY}, 90.0, 8.0), m_theme.localLoss, {});
    }
    m_sink.math({x + 9.0, m_plan.plateTop - 40.0}, m.label, 14.0, m_theme.localLoss);
    outline(m, QRectF(QPointF(a.tapX - 6.0, a.bottom - 4.0), QPointF(x + std::max(12.0, 13.0 + mathWidth(m.label, 14.0)), endY)));
    m_sink.endGroup();
}

void OverlayPainter::writer(const Mark& m) {
    const PlacedGlyph* glyph = m_layout.glyph(m.operation);
    if (glyph == nullptr || !m_written.insert({m.operation, m.layer}).second) return;
    begin(m, "writer", indexOf(m));
    const Stroke tape{m_theme.localLoss, 1.6, {8, 3, 2, 3}, false};
    const double x = glyph->box.x + std::min(12.0, glyph->box.w / 2);
    const LossPlate* plate = plateFor(m_plan, m);
    const double head = glyph->box.bottom() + 2.0;
    QPainterPath line;
    double from = m_plan.plateTop - 22.0;
    if (plate != nullptr && x > plate->rect.left() && x < plate->rect.right()) {
        from = plate->rect.top();
        line.moveTo(x, from);
    } else if (plate != nullptr) {
        const double px = std::clamp(x, plate->rect.left() + 16.0, plate->rect.right() - 16.0);
        line.moveTo(px, plate->rect.top());
        line.lineTo(px, from);
        line.lineTo(x, from);
    } else {
        line.moveTo(x, from);
    }
    line.lineTo(x, head + 6.0);
    // Running dashes: the larger the update against the weights, the farther they go between two pictures.
    if (m_how.live != nullptr) {
        const auto flow = m_how.live->flow.find(m.layer);
        if (flow != m_how.live->flow.end() && flow->second > 0.0) {
            QColor glow = m_theme.localLoss;
            glow.setAlphaF(float(0.12 + 0.38 * flow->second));
            m_sink.path(line, QColor(), {glow, 3.0 + 6.0 * flow->second, {}, true});
            const double length = line.length();
            for (double at = std::fmod(m_how.time * (10.0 + 60.0 * flow->second), 22.0); at < length; at += 22.0)
                m_sink.path(dotPath(line.pointAtPercent(line.percentAtLength(at)), 2.4), m_theme.localLoss, {});
        }
    }
    m_sink.path(line, QColor(), tape);
    m_sink.path(arrowHead({x, head}, -90.0, 8.0), m_theme.localLoss, {});
    weightTape(m, *glyph);
    badge(m, *glyph);
    const std::string name = m.label.empty() ? "Δ*W*" : m.label;
    outline(m, QRectF(QPointF(x - 12.0 - mathWidth(name, 14.0), head), QPointF(x + 10.0, std::max(head + 20.0, from))));
    m_sink.mathAt({x - 8.0, m_plan.plateTop - 40.0}, name, 14.0, m_theme.localLoss, 1.0);
    m_sink.endGroup();
}

void OverlayPainter::cut(const Mark& m) {
    const auto it = m_layout.anchors.find(m.wire);
    if (it == m_layout.anchors.end()) return;
    begin(m, "cut", indexOf(m));
    const double x = it->second.cutX;
    QPainterPath band;
    band.addRect(QRectF(x - 13.0, m_plan.top + 16.0, 26.0, m_plan.bottom - 18.0 - m_plan.top - 16.0));
    QColor faint = m_theme.error;
    faint.setAlphaF(0.08F);
    m_sink.path(band, faint, {});
    m_sink.line({x, m_plan.top + 16.0}, {x, m_plan.bottom - 18.0}, {m_theme.error, 1.0, {1.5, 4}, false});
    QColor behind = m_theme.background;
    if (const PlacedBlock* block = m_plan.blockOver(x)) behind = m_theme.groupFill(block->fill);
    for (const double y : it->second.lanes) {
        QPainterPath gap;
        gap.addRect(QRectF(x - 5.0, y - 7.0, 10.0, 14.0));
        m_sink.path(gap, behind, {});
        for (const double o : {-3.4, 3.4}) m_sink.line({x + o - 3.0, y + 7.0}, {x + o + 3.0, y - 7.0}, {m_theme.error, 2.0, {}, true});
    }
    // What comes back stops here.
    const double stop = m_plan.bottom - 31.0;
    m_sink.line({x + 7.0, stop - 6.0}, {x + 7.0, stop + 6.0}, {m_theme.error, 1.6, {}, false});
    m_sink.line({x + 7.0, stop}, {x + 26.0, stop}, {m_theme.error, 1.6, {}, false});
    outline(m, QRectF(x - 13.0, m_plan.top + 16.0, 26.0, m_plan.bottom - m_plan.top - 34.0));
    if (!m_cutNamed) {
        m_sink.text({x, m_plan.top + 10.0}, QStringLiteral("no gradient"), 10.5, 600, m_theme.error, 0.5);
        m_cutNamed = true;
    }
    m_sink.endGroup();
}

void OverlayPainter::feedback(const Mark& m) {
    const PlacedGlyph* from = m_layout.glyph(m.operation);
    const PlacedGlyph* to = m_layout.glyph(m.to);
    if (to == nullptr) return;
    begin(m, "feedback", indexOf(m));
    const Stroke dotted{m_theme.feedback, 1.8, {0.1, 4.2}, true};
    // Below the body, right to left; every wire on its own level so that none hides another.
    const double level = m_plan.levelY(m);
    const double x1 = (from != nullptr ? from->box.centerX() : m_layout.bounds.right() - 20.0) - 3.0 * m_feedbacks;
    const double x0 = to->box.x + to->box.w * 0.62;
    const double y1 = from != nullptr ? from->box.bottom() + 4.0 : m_layout.lanesBottom;
    const double r = 10.0;
    QPainterPath line(QPointF(x1, y1));
    line.lineTo(x1, level - r);
    const double way = x0 < x1 ? -1.0 : 1.0;
    line.quadTo(QPointF(x1, level), QPointF(x1 + way * r, level));
    line.lineTo(x0 - way * r, level);
    line.quadTo(QPointF(x0, level), QPointF(x0, level - r));
    line.lineTo(x0, to->box.bottom() + 10.0);
    m_sink.path(line, QColor(), dotted);
    openHead({x0, to->box.bottom() + 3.0});
    if (!m.label.empty()) {
        const QPointF at(x0 + 26.0, level);
        plateLabel(at, m.label);
    }
    ++m_feedbacks;
    outline(m, QRectF(QPointF(std::min(x0, x1), level - 12.0), QPointF(std::max(x0, x1), level + 12.0)));
    m_sink.endGroup();
}

void OverlayPainter::openHead(QPointF tip) {
    QPainterPath head(tip + QPointF(-4.5, 8.0));
    head.lineTo(tip);
    head.lineTo(tip + QPointF(4.5, 8.0));
    m_sink.path(head, QColor(), {m_theme.feedback, 1.8, {}, true});
}

void OverlayPainter::plateLabel(QPointF at, const std::string& label) {
    const double w = std::max(26.0, mathWidth(label, 13.0) + 18.0);
    const QPainterPath shape = sourcePath(QRectF(at.x() - w / 2, at.y() - 10.0, w, 20.0), 7.0);
    m_sink.path(shape, m_theme.raised, {m_theme.feedback, 1.3, {}, false});
    m_sink.mathAt({at.x() + 2.5, at.y() + 4.5}, label, 13.0, m_theme.feedback, 0.5);
}

void OverlayPainter::fixedMap(const Mark& m) {
    const PlacedGlyph* glyph = m_layout.glyph(m.operation);
    if (glyph == nullptr) return;
    // A feedback wire with the same letter already shows it.
    for (const Mark& other : m_marks)
        if (other.kind == Mark::Kind::Feedback && !m.label.empty() && other.label == m.label) return;
    begin(m, "map", indexOf(m));
    const double x = glyph->box.x + glyph->box.w * 0.62;
    const double y = glyph->box.bottom() + 34.0;
    m_sink.line({x, y - 10.0}, {x, glyph->box.bottom() + 10.0}, {m_theme.feedback, 1.8, {0.1, 4.2}, true});
    openHead({x, glyph->box.bottom() + 3.0});
    plateLabel({x + 3.0, y}, m.label);
    m_sink.endGroup();
}

void OverlayPainter::frozen(const Mark& m) {
    const PlacedGlyph* glyph = m_layout.glyph(m.operation);
    if (glyph == nullptr) return;
    begin(m, "frozen", indexOf(m));
    // A padlock at the top right corner.
    const QPointF c(glyph->box.right() - 1.0, glyph->box.y + 1.0);
    QPainterPath shackle(c + QPointF(-3.5, -1.0));
    shackle.cubicTo(c + QPointF(-3.5, -8.5), c + QPointF(3.5, -8.5), c + QPointF(3.5, -1.0));
    m_sink.path(shackle, QColor(), {m_theme.mute, 1.6, {}, true});
    QPainterPath body;
    body.addRoundedRect(QRectF(c.x() - 5.5, c.y() - 1.5, 11.0, 8.5), 2, 2);
    m_sink.path(body, m_theme.mute, {m_theme.background, 1.0, {}, false});
    m_sink.endGroup();
}

void OverlayPainter::readout(const Mark& m) {
    if (m.formula.empty() && m.label.empty()) return;
    begin(m, "readout", indexOf(m));
    const double y = m_plan.end + 31.0 + 26.0 * m_readouts;
    if (m_readouts++ == 0)
        m_sink.line({m_layout.bounds.x, y}, {m_layout.bounds.right(), y}, {m_theme.hairline, 1.0, {}, false});
    m_sink.text({m_layout.bounds.x, y + 27.0}, QStringLiteral("Read-out"), 11.5, 600, m_theme.mute, 0.0);
    // The label says it in words, a formula in maths.
    if (m.formula.empty()) m_sink.text({m_layout.bounds.x + 62.0, y + 27.0}, QString::fromStdString(plainLabel(m.label)), 11.5, 400, m_theme.ink, 0.0);
    else m_sink.math({m_layout.bounds.x + 62.0, y + 27.0}, m.formula, 15.0, m_theme.ink);
    m_sink.endGroup();
}

}  // namespace lab

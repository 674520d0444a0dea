// Painting of the canvas.
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/MathText.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr int kMinimapFrom = 12;  // operations from which an overview helps

}  // namespace

DiagramPaint CircuitView::paintState() const {
    DiagramPaint how;
    how.selected.insert(m_selection.begin(), m_selection.end());
    how.selectedWire = m_selectedWire;
    how.activity = m_toggles.activity ? &m_live.glow : nullptr;
    how.beads = m_toggles.activity && !m_beads.empty() ? &m_beads : nullptr;
    how.pinned = m_pinned;
    how.rule = m_toggles.rule;
    how.zoom = m_scale;
    how.interactive = true;
    how.overlay.live = m_live.empty() ? nullptr : &m_live;
    how.overlay.credit = &m_credit;
    how.overlay.loss = m_loss;
    how.overlay.outlined = m_outlined.empty() ? nullptr : &m_outlined;
    // Dashes move with the steps of training: a run that stands still stands still here.
    how.overlay.time = m_live.empty() || !m_animated ? 0.0 : double(m_live.step) * 0.02;
    how.clip = QRectF(toScene({0, 0}), toScene({double(width()), double(height())}));
    return how;
}

void CircuitView::paintEvent(QPaintEvent*) {
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.background);
    paintBackdrop(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.save();
    painter.translate(m_offset);
    painter.scale(m_scale, m_scale);
    PainterSink sink(painter);
    if (m_ghost) {
        DiagramPaint how = paintState();
        how.selected.clear();
        how.selectedWire.clear();
        m_ghostScene.paint(sink, theme, how);
    } else {
        m_scene.paint(sink, theme, paintState());
    }
    painter.restore();
    if (m_ghost) paintGhost(painter);
    if (!m_inside.empty() && !m_ghost) paintInside(painter);
    if (!m_ghost) paintRepeatHandle(painter);
    if (!m_now.empty()) paintNow(painter);
    if (m_leading) paintLead(painter);
    if (!m_targets.empty()) paintTargets(painter);
    if (!m_band.isEmpty()) {
        QColor fill = theme.selection;
        fill.setAlphaF(0.08F);
        painter.setPen(QPen(theme.selection, 1));
        painter.setBrush(fill);
        painter.drawRect(m_band);
    }
    if (m_circuit.operations.empty()) {
        painter.setPen(theme.mute);
        painter.setFont(uiFont(14));
        painter.drawText(rect(), Qt::AlignCenter,
                         QStringLiteral("An empty circuit.\nType “input 784 | linear 256 | relu | linear 10 | output”, or drag a tile here."));
    }
    paintMinimap(painter);
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(theme.selection, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

// A faint dot grid that says "canvas"; its pitch doubles when zoomed out so that it never crowds.
void CircuitView::paintBackdrop(QPainter& painter) const {
    double pitch = 24.0 * m_scale;
    while (pitch < 16.0) pitch *= 2.0;
    while (pitch > 64.0) pitch /= 2.0;
    QList<QPointF> dots;
    const double x0 = std::fmod(m_offset.x(), pitch), y0 = std::fmod(m_offset.y(), pitch);
    for (double x = x0; x < width(); x += pitch)
        for (double y = y0; y < height(); y += pitch) dots << QPointF(std::round(x), std::round(y));
    painter.setPen(QPen(Theme::current().grid, 1));
    painter.drawPoints(dots.constData(), int(dots.size()));
}

// The moment of stepping: a line behind the column that has just run.
void CircuitView::paintNow(QPainter& painter) const {
    const PlacedGlyph* glyph = diagramLayout().glyph(m_now);
    if (glyph == nullptr) return;
    double x = glyph->box.right() + 6.0;
    for (const PlacedColumn& c : diagramLayout().columns)
        if (!c.data && c.rank == glyph->column) x = std::max(x, c.x + c.w);
    const Theme& theme = Theme::current();
    const double at = toWidget({x, 0.0}).x();
    QColor veil = theme.background;
    veil.setAlphaF(0.6F);
    painter.fillRect(QRectF(at, 0, width() - at, height()), veil);
    painter.setPen(QPen(theme.selection, 2));
    painter.drawLine(QPointF(at, 0), QPointF(at, height()));
    painter.setFont(uiFont(11, QFont::DemiBold));
    painter.setPen(theme.selection);
    painter.drawText(QRectF(at - 60, 6, 54, 18), Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("now"));
}

// The column that the drop would open: dashed borders, and what it will do above.
void CircuitView::paintGhost(QPainter& painter) const {
    const Theme& theme = Theme::current();
    QRectF column;
    for (const std::string& id : m_ghostNew) {
        const QRectF r = m_ghostScene.rectOf(id);
        if (!r.isEmpty()) column = column.united(r);
    }
    painter.setFont(uiFont(12, QFont::DemiBold));
    if (column.isEmpty()) {
        painter.setPen(theme.error);
        painter.drawText(QRectF(12, 8, width() - 24, 24), Qt::AlignLeft | Qt::AlignVCenter, m_ghostText);
        return;
    }
    const DiagramRect all = m_ghostScene.layout().bounds;
    const QRectF band(toWidget({column.left() - 12.0, all.y - 14.0}), toWidget({column.right() + 12.0, all.bottom() + 14.0}));
    QColor fill = theme.selection;
    fill.setAlphaF(0.10F);
    painter.fillRect(band, fill);
    painter.setPen(QPen(theme.selection, 2, Qt::DashLine));
    painter.drawLine(band.topLeft(), band.bottomLeft());
    painter.drawLine(band.topRight(), band.bottomRight());
    painter.setPen(theme.selection);
    const double y = std::max(4.0, band.top() - 24.0);
    painter.drawText(QRectF(band.center().x() - 200, y, 400, 20), Qt::AlignCenter, m_ghostText);
}

QRectF CircuitView::minimapRect() const {
    if (!m_minimap || int(m_circuit.operations.size()) < kMinimapFrom || width() < 480 || height() < 280) return {};
    return {width() - 164.0 - 14.0, height() - 94.0 - 14.0, 164.0, 94.0};
}

void CircuitView::moveByMinimap(QPointF widget) {
    const QRectF frame = minimapRect().adjusted(8, 8, -8, -8);
    const QRectF all = m_scene.bounds();
    if (frame.isEmpty() || all.isEmpty()) return;
    const double s = std::min(frame.width() / all.width(), frame.height() / all.height());
    const QPointF scene = all.center() + (widget - frame.center()) / s;
    m_offset += QRectF(rect()).center() - toWidget(scene);
    m_userMoved = true;
    emit viewportMoved();
    update();
}

void CircuitView::paintMinimap(QPainter& painter) const {
    const QRectF outer = minimapRect();
    const QRectF all = m_scene.bounds();
    if (outer.isEmpty() || all.isEmpty()) return;
    const Theme& theme = Theme::current();
    painter.setPen(QPen(theme.hairline, 1));
    painter.setBrush(theme.raised);
    painter.drawRoundedRect(outer, 7, 7);
    const QRectF frame = outer.adjusted(8, 8, -8, -8);
    const double s = std::min(frame.width() / all.width(), frame.height() / all.height());
    const auto place = [&](const QRectF& r) {
        const QPointF c = frame.center() + (r.center() - all.center()) * s;
        const QSizeF size(std::max(1.5, r.width() * s), std::max(1.5, r.height() * s));
        return QRectF(c - QPointF(size.width() / 2, size.height() / 2), size);
    };
    painter.setPen(Qt::NoPen);
    for (const PlacedBlock& b : diagramLayout().blocks) {
        painter.setBrush(theme.groupFill(b.fill));
        painter.drawRect(place(toRect(b.rect)));
    }
    if (m_toggles.activity) {
        QColor glow = theme.activity;
        for (const PlacedSpan& s : diagramLayout().spans) {
            const auto a = m_live.glow.find(s.wire);
            if (a == m_live.glow.end() || s.points.empty()) continue;
            glow.setAlphaF(float(0.15 + 0.6 * std::clamp(std::isfinite(a->second) ? a->second : 1.0, 0.0, 1.0)));
            painter.setBrush(glow);
            painter.drawRect(place(QRectF(s.points.front().x, s.points.front().y - 8.0, s.points.back().x - s.points.front().x, 16.0)));
        }
    }
    painter.setBrush(theme.mute);
    for (const PlacedGlyph& g : diagramLayout().glyphs) painter.drawRect(place(toRect(g.box)));
    painter.setBrush(theme.error);
    for (const PlacedError& e : diagramLayout().errors)
        painter.drawRect(place(QRectF(e.left, e.y - 6.0, std::max(6.0, e.right - e.left), 12.0)));
    const QRectF seen = place(QRectF(toScene({0, 0}), toScene({double(width()), double(height())}))).intersected(outer.adjusted(3, 3, -3, -3));
    painter.setPen(QPen(theme.selection, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(seen, 3, 3);
}

}  // namespace lab

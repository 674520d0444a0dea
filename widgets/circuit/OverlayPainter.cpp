// Losses, what they reach, their live values, and the legend.
#include "widgets/circuit/OverlayPainter.h"

#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/MathText.h"

#include <algorithm>
#include <cmath>

namespace lab {

OverlayPainter::OverlayPainter(DrawSink& sink, const DiagramLayout& layout, const std::vector<Mark>& marks, const Theme& theme, const OverlayPaint& how)
    : m_sink(sink), m_layout(layout), m_marks(marks), m_theme(theme), m_how(how), m_plan(layout, marks) {
    for (const Mark& m : marks) {
        if (m.kind == Mark::Kind::Writer) m_writers[m.operation].insert(m.layer);
        m_isolated = m_isolated || m.kind == Mark::Kind::Cut;
    }
}

void OverlayPainter::run() {
    region();
    leaks();
    for (const Mark& m : m_marks)
        if (m.kind == Mark::Kind::Cut) cut(m);
    for (const LossPlate& p : m_plan.plates) plate(p);
    for (const Mark& m : m_marks) {
        switch (m.kind) {
            case Mark::Kind::Tap: tap(m); break;
            case Mark::Kind::Writer: writer(m); break;
            case Mark::Kind::Feedback: feedback(m); break;
            case Mark::Kind::FixedMap: fixedMap(m); break;
            case Mark::Kind::Frozen: frozen(m); break;
            case Mark::Kind::Readout: readout(m); break;
            default: break;
        }
    }
    legend();
}

void OverlayPainter::begin(const Mark& m, const char* kind, int number) {
    const std::string at = !m.wire.empty() ? m.wire : m.operation;
    m_sink.beginGroup(QStringLiteral("mark-%1-%2-%3").arg(QLatin1String(kind)).arg(number).arg(QString::fromStdString(at)),
                      QLatin1String(kind), QString::fromStdString(plainLabel(m.label)));
}

void OverlayPainter::outline(const Mark& m, const QRectF& r) {
    if (m_how.outlined == nullptr || m_how.outlined->count(indexOf(m)) == 0) return;
    QPainterPath box;
    box.addRoundedRect(r.adjusted(-4, -4, 4, 4), 5, 5);
    m_sink.path(box, QColor(), {m_theme.selection, 1.6, {4, 3}, false});
}

void OverlayPainter::region() {
    if (m_how.credit == nullptr || m_how.loss < 0) return;
    QColor tint = m_theme.localLoss;
    tint.setAlphaF(0.16F);
    m_sink.beginGroup(QStringLiteral("credit"), QStringLiteral("credit"), {});
    if (const auto wires = m_how.credit->wires.find(m_how.loss); wires != m_how.credit->wires.end())
        for (const PlacedSpan& s : m_layout.spans)
            if (std::find(wires->second.begin(), wires->second.end(), s.wire) != wires->second.end())
                m_sink.path(lanePath(s.points), QColor(), {tint, 14.0, {}, true});
    if (const auto ops = m_how.credit->operations.find(m_how.loss); ops != m_how.credit->operations.end())
        for (const std::string& id : ops->second)
            if (const PlacedGlyph* g = m_layout.glyph(id)) {
                QPainterPath box;
                box.addRoundedRect(toRect(g->box).adjusted(-9, -9, 9, 9), 6, 6);
                m_sink.path(box, tint, {m_theme.localLoss, 1.2, {}, false});
            }
    m_sink.endGroup();
}

void OverlayPainter::leaks() {
    if (m_how.credit == nullptr) return;
    for (const CreditFinding& f : m_how.credit->findings) {
        if (f.kind != CreditFinding::Kind::Leak) continue;
        m_sink.beginGroup(QStringLiteral("leak-") + QString::fromStdString(f.operation), QStringLiteral("leak"), QString::fromStdString(f.message));
        QColor amber = m_theme.activity;
        amber.setAlphaF(0.55F);
        for (const PlacedSpan& s : m_layout.spans)
            if (std::find(f.path.begin(), f.path.end(), s.wire) != f.path.end())
                m_sink.path(lanePath(s.points), QColor(), {amber, 6.0, {10, 4}, true});
        m_sink.endGroup();
    }
}

void OverlayPainter::gauges(const LossPlate& p) {
    const double left = p.rect.left() + 34.0, width = p.rect.width() - 58.0;
    const GaugeValue* value = nullptr;
    if (m_how.live != nullptr)
        if (const auto it = m_how.live->gauges.find({p.mark->channel, p.mark->layer}); it != m_how.live->gauges.end()) value = &it->second;
    const bool two = value != nullptr ? value->two : hasStream();
    const auto bar = [&](double y, double amount, const QColor& color, const char* sign) {
        QPainterPath track;
        track.addRoundedRect(QRectF(left, y, width, 12.0), 6, 6);
        m_sink.path(track, m_theme.grid, {});
        if (sign != nullptr) m_sink.text({p.rect.left() + 18.0, y + 10.0}, QString::fromUtf8(sign), 13.0, 700, color, 0.5);
        if (!std::isfinite(amount)) {
            m_sink.text({left + 8.0, y + 10.0}, QStringLiteral("not a number"), 10.0, 600, m_theme.error, 0.0);
            return;
        }
        const double share = std::clamp(amount, 0.0, 1.0);
        if (share <= 0.0) return;
        QPainterPath fill;
        fill.addRoundedRect(QRectF(left, y, std::max(6.0, width * share), 12.0), 6, 6);
        m_sink.path(fill, color, {});
    };
    const double y0 = p.rect.top() + 42.0;
    if (two) {
        bar(y0, value != nullptr ? value->positive / value->full : 0.0, m_theme.positive, "+");
        bar(y0 + 22.0, value != nullptr ? value->negative / value->full : 0.0, m_theme.negative, "−");
        if (value == nullptr) return;
        if (std::isfinite(value->threshold)) {
            const double x = left + width * std::clamp(value->threshold / value->full, 0.0, 1.0);
            m_sink.line({x, p.rect.top() + 36.0}, {x, p.rect.top() + 84.0}, {m_theme.ink, 1.2, {3, 3}, false});
            m_sink.mathAt({x, p.rect.top() + 98.0}, "θ", 13.0, m_theme.ink, 0.5);
            const auto margin = [](double m) { return (m >= 0 ? QStringLiteral("+") : QStringLiteral("−")) + QString::number(std::abs(m), 'g', 3); };
            m_sink.text({left, p.rect.top() + 110.0}, QStringLiteral("margin %1 / %2").arg(margin(value->positive - value->threshold), margin(value->threshold - value->negative)),
                        10.0, 400, m_theme.mute, 0.0);
        }
    } else {
        bar(y0 + 8.0, value != nullptr ? value->positive / value->full : 0.0, m_theme.localLoss, nullptr);
        if (value != nullptr)
            m_sink.text({left, p.rect.top() + 90.0}, QString::number(value->positive, 'g', 4), 11.0, 500, m_theme.ink, 0.0);
    }
}

bool OverlayPainter::hasStream() const {
    return std::any_of(m_marks.begin(), m_marks.end(), [](const Mark& m) { return m.kind == Mark::Kind::Stream; });
}

void OverlayPainter::legend() {
    const auto has = [&](Mark::Kind kind) {
        return std::any_of(m_marks.begin(), m_marks.end(), [&](const Mark& m) { return m.kind == kind; });
    };
    if (m_marks.empty()) return;
    m_sink.beginGroup(QStringLiteral("legend"), QStringLiteral("legend"), {});
    double x = m_layout.bounds.x;
    const double y = m_plan.legendY;
    const auto words = [&](const QString& text) {
        m_sink.text({x + 42.0, y + 4.0}, text, 10.5, 400, m_theme.mute, 0.0);
        x += 42.0 + uiWidth(text, 10.5) + 26.0;
    };
    if (has(Mark::Kind::Stream)) {
        drawTwin(m_sink, {{x, y}, {x + 34.0, y}}, m_theme.positive, m_theme.negative);
        words(QStringLiteral("positive / negative pass, one set of weights"));
    }
    if (has(Mark::Kind::Phase)) {
        drawTwin(m_sink, {{x, y}, {x + 34.0, y}}, m_theme.mute, m_theme.feedback);
        words(QStringLiteral("phases, one after another"));
    }
    if (has(Mark::Kind::Writer)) {
        m_sink.line({x, y}, {x + 34.0, y}, {m_theme.localLoss, 1.6, {8, 3, 2, 3}, false});
        words(QStringLiteral("weight update"));
    }
    if (has(Mark::Kind::Tap)) {
        m_sink.line({x, y}, {x + 34.0, y}, {m_theme.localLoss, 1.8, {}, false});
        words(QStringLiteral("tap (copy out)"));
    }
    if (has(Mark::Kind::Feedback) || has(Mark::Kind::FixedMap)) {
        m_sink.line({x, y}, {x + 34.0, y}, {m_theme.feedback, 1.8, {0.1, 4.2}, true});
        words(QStringLiteral("feedback"));
    }
    if (has(Mark::Kind::Cut)) {
        for (const double o : {-3.4, 3.4}) m_sink.line({x + 17.0 + o - 3.0, y + 7.0}, {x + 17.0 + o + 3.0, y - 7.0}, {m_theme.error, 2.0, {}, true});
        words(QStringLiteral("cut: values pass, credit does not"));
    }
    m_sink.endGroup();
}

void OverlayPainter::plate(const LossPlate& p) {
    begin(*p.mark, "loss", indexOf(*p.mark));
    QPainterPath shape;
    shape.addRoundedRect(p.rect, 7, 7);
    softShadow(m_sink, shape, m_theme);
    m_sink.path(shape, m_theme.raised, {m_theme.localLoss, 1.5, {}, false});
    if (const PlacedGlyph* g = m_layout.glyph(p.mark->operation); g != nullptr && !p.hasTap) {
        const double x = std::clamp(g->box.centerX(), p.rect.left() + 12.0, p.rect.right() - 12.0);
        QPainterPath line(QPointF(g->box.centerX(), g->box.bottom() + 3.0));
        line.lineTo(g->box.centerX(), m_plan.bottom);
        line.cubicTo(g->box.centerX(), m_plan.plateTop - 30.0, x, m_plan.bottom + 20.0, x, p.rect.top() - 8.0);
        m_sink.path(line, QColor(), {m_theme.localLoss, 1.8, {}, false});
        m_sink.path(arrowHead({x, p.rect.top() - 2.0}, 90.0, 8.0), m_theme.localLoss, {});
    }
    const bool gauge = !p.mark->channel.empty();
    if (gauge) {
        const double title = mathWidth(p.mark->label, 13.0), room = p.rect.width() - 36.0 - title;
        m_sink.math({p.rect.left() + 12.0, p.rect.top() + 20.0}, p.mark->label, 13.0, m_theme.localLoss);
        const double size = std::min(15.0, 15.0 * room / std::max(1.0, mathWidth(p.mark->formula, 15.0)));
        if (!p.mark->formula.empty())
            m_sink.mathAt({p.rect.right() - 12.0, p.rect.top() + 20.0}, p.mark->formula, std::max(8.0, size), m_theme.ink, 1.0);
        gauges(p);
    } else if (p.mark->label.empty() || p.mark->formula.empty()) {
        const std::string& only = p.mark->formula.empty() ? p.mark->label : p.mark->formula;
        m_sink.mathAt({p.rect.center().x(), p.rect.center().y() + 5.0}, only, fitted(only, 15.0, p.rect.width()), m_theme.ink, 0.5);
    } else {
        m_sink.math({p.rect.left() + 12.0, p.rect.top() + 20.0}, p.mark->label, 13.0, m_theme.localLoss);
        const double size = fitted(p.mark->formula, 15.0, p.rect.width());
        m_sink.mathAt({p.rect.center().x(), p.rect.top() + 42.0}, p.mark->formula, size, m_theme.ink, 0.5);
    }
    outline(*p.mark, p.rect);
    m_sink.endGroup();
}

double OverlayPainter::fitted(const std::string& markup, double size, double width) {
    const double need = mathWidth(markup, size);
    return need > width - 20.0 ? size * (width - 20.0) / need : size;
}

}  // namespace lab

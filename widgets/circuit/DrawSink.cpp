#include "widgets/circuit/DrawSink.h"

#include "widgets/circuit/MathText.h"
#include "widgets/common/Theme.h"

#include <QLineF>
#include <QPainter>

#include <cmath>

namespace lab {

namespace {

QString number(double v) {
    const double rounded = std::round(v * 100.0) / 100.0;
    QString s = QString::number(rounded == 0.0 ? 0.0 : rounded, 'f', 2);
    while (s.endsWith(u'0')) s.chop(1);
    if (s.endsWith(u'.')) s.chop(1);
    return s;
}

QString colorText(const QColor& c) { return c.name(QColor::HexRgb); }

QString opacity(const QColor& c, const char* name) {
    return c.alpha() == 255 ? QString() : QStringLiteral(" %1=\"%2\"").arg(QLatin1String(name), number(c.alphaF()));
}

QString pathData(const QPainterPath& path) {
    QString d;
    QPointF start;
    bool open = false;
    const auto close = [&](const QPointF& at) {
        if (open && QLineF(at, start).length() < 1e-6) d += QStringLiteral("Z");
    };
    QPointF last;
    for (int i = 0; i < path.elementCount(); ++i) {
        const auto e = path.elementAt(i);
        switch (e.type) {
            case QPainterPath::MoveToElement:
                close(last);
                d += QStringLiteral("M%1 %2").arg(number(e.x), number(e.y));
                start = QPointF(e.x, e.y);
                open = false;
                break;
            case QPainterPath::LineToElement:
                d += QStringLiteral("L%1 %2").arg(number(e.x), number(e.y));
                open = true;
                break;
            case QPainterPath::CurveToElement: {
                const auto b = path.elementAt(i + 1), c = path.elementAt(i + 2);
                d += QStringLiteral("C%1 %2 %3 %4 %5 %6")
                         .arg(number(e.x), number(e.y), number(b.x), number(b.y), number(c.x), number(c.y));
                last = QPointF(c.x, c.y);
                i += 2;
                open = true;
                continue;
            }
            case QPainterPath::CurveToDataElement: break;
        }
        last = QPointF(e.x, e.y);
    }
    close(last);
    return d;
}

}  // namespace

void DrawSink::line(QPointF a, QPointF b, const Stroke& stroke) {
    QPainterPath p(a);
    p.lineTo(b);
    path(p, QColor(), stroke);
}

void DrawSink::mathAt(QPointF baseline, const std::string& markup, double pixels, const QColor& color, double anchor) {
    math(baseline - QPointF(anchor * mathWidth(markup, pixels), 0), markup, pixels, color);
}

void PainterSink::path(const QPainterPath& path, const QColor& fill, const Stroke& stroke) {
    if (fill.isValid() && fill.alpha() > 0) m_painter.fillPath(path, fill);
    if (stroke.none()) return;
    QPen pen(stroke.color, stroke.width, Qt::SolidLine, stroke.round ? Qt::RoundCap : Qt::FlatCap,
             stroke.round ? Qt::RoundJoin : Qt::MiterJoin);
    if (!stroke.dash.empty()) {
        QList<qreal> pattern;
        for (const double d : stroke.dash) pattern << std::max(0.01, d / stroke.width);
        pen.setDashPattern(pattern);
    }
    m_painter.setPen(pen);
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawPath(path);
}

void PainterSink::math(QPointF baseline, const std::string& markup, double pixels, const QColor& color) {
    drawMath(m_painter, baseline, markup, pixels, color);
}

void PainterSink::text(QPointF baseline, const QString& text, double pixels, int weight, const QColor& color, double anchor) {
    const double x = baseline.x() - anchor * uiWidth(text, pixels, weight);
    m_painter.save();
    // Fractional sizes: the font is set at a hundred pixels and scaled down, so that widths match the layout.
    m_painter.translate(x, baseline.y());
    m_painter.scale(pixels / 100.0, pixels / 100.0);
    QPainterPath glyphs;
    glyphs.addText(0, 0, uiFont(100, weight), text);
    m_painter.fillPath(glyphs, color);
    m_painter.restore();
}

SvgSink::SvgSink(const QRectF& view, const QString& title, const QString& description, const QColor& background) {
    m_out = QStringLiteral("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%3\" height=\"%4\" viewBox=\"%1 %2 %3 %4\">\n")
                .arg(number(view.x()), number(view.y()), number(view.width()), number(view.height()));
    put(QStringLiteral("<title>%1</title>").arg(title.toHtmlEscaped()));
    if (!description.isEmpty()) put(QStringLiteral("<desc>%1</desc>").arg(description.toHtmlEscaped()));
    put(QStringLiteral("<style>.m{font-family:%1}.u{font-family:%2}</style>").arg(mathsFamilies(), uiFamilies()));
    if (background.isValid()) {
        QPainterPath page;
        page.addRect(view);
        path(page, background, {});
    }
}

void SvgSink::put(const QString& line) { m_out += QString(m_depth, u' ') + line + u'\n'; }

void SvgSink::beginGroup(const QString& id, const QString& kind, const QString& title) {
    put(QStringLiteral("<g id=\"%1\" class=\"%2\">").arg(id.toHtmlEscaped(), kind.toHtmlEscaped()));
    ++m_depth;
    if (!title.isEmpty()) put(QStringLiteral("<title>%1</title>").arg(title.toHtmlEscaped()));
}

void SvgSink::endGroup() {
    --m_depth;
    put(QStringLiteral("</g>"));
}

void SvgSink::path(const QPainterPath& path, const QColor& fill, const Stroke& stroke) {
    QString line = QStringLiteral("<path d=\"%1\"").arg(pathData(path));
    if (fill.isValid()) line += QStringLiteral(" fill=\"%1\"").arg(colorText(fill)) + opacity(fill, "fill-opacity");
    else line += QStringLiteral(" fill=\"none\"");
    if (path.fillRule() == Qt::OddEvenFill && fill.isValid()) line += QStringLiteral(" fill-rule=\"evenodd\"");
    if (!stroke.none()) {
        line += QStringLiteral(" stroke=\"%1\" stroke-width=\"%2\"").arg(colorText(stroke.color), number(stroke.width)) +
                opacity(stroke.color, "stroke-opacity");
        if (stroke.round) line += QStringLiteral(" stroke-linecap=\"round\" stroke-linejoin=\"round\"");
        if (!stroke.dash.empty()) {
            QStringList parts;
            for (const double d : stroke.dash) parts << number(d);
            line += QStringLiteral(" stroke-dasharray=\"%1\"").arg(parts.join(u' '));
        }
    }
    put(line + QStringLiteral("/>"));
}

void SvgSink::math(QPointF baseline, const std::string& markup, double pixels, const QColor& color) {
    if (markup.empty()) return;
    const MathText& laid = mathText(markup);
    for (const TextRun& run : laid.runs) {
        QString style;
        if (run.italic) style += QStringLiteral(" font-style=\"italic\"");
        if (run.bold) style += QStringLiteral(" font-weight=\"bold\"");
        const double x = baseline.x() + run.x * pixels, y = baseline.y() + run.y * pixels;
        put(QStringLiteral("<text class=\"m\" x=\"%1\" y=\"%2\" font-size=\"%3\"%4 fill=\"%5\">%6</text>")
                .arg(number(x), number(y), number(run.scale * pixels), style, colorText(color), run.text.toHtmlEscaped()));
        const double w = run.width * pixels;
        const Stroke thin{color, 0.07 * pixels * run.scale, {}, false};
        if (run.overline > 0.0) {
            const double at = y - (run.overline + 0.035) * run.scale * pixels;
            line({x + 0.04 * pixels, at}, {x + w, at}, thin);
        }
        if (run.hat) {
            const double c = x + w / 2 + (run.italic ? 0.06 * pixels : 0), at = y - 0.8 * run.scale * pixels;
            QPainterPath hat({c - 0.22 * run.scale * pixels, at});
            hat.lineTo(c, at - 0.15 * run.scale * pixels);
            hat.lineTo(c + 0.22 * run.scale * pixels, at);
            path(hat, QColor(), thin);
        }
    }
}

void SvgSink::text(QPointF baseline, const QString& text, double pixels, int weight, const QColor& color, double anchor) {
    QString style;
    if (weight != 400) style += QStringLiteral(" font-weight=\"%1\"").arg(weight);
    if (anchor > 0.0) style += anchor > 0.75 ? QStringLiteral(" text-anchor=\"end\"") : QStringLiteral(" text-anchor=\"middle\"");
    put(QStringLiteral("<text class=\"u\" x=\"%1\" y=\"%2\" font-size=\"%3\"%4 fill=\"%5\">%6</text>")
            .arg(number(baseline.x()), number(baseline.y()), number(pixels), style, colorText(color), text.toHtmlEscaped()));
}

QByteArray SvgSink::finish() { return (m_out + QStringLiteral("</svg>\n")).toUtf8(); }

}  // namespace lab

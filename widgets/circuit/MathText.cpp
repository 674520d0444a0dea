#include "widgets/circuit/MathText.h"

#include "widgets/common/Theme.h"

#include <QFontMetricsF>
#include <QHash>
#include <QPainter>

namespace lab {

namespace {

constexpr double kReference = 100.0;  // pixels per em at which text is measured

struct Style {
    double scale = 1.0, rise = 0.0;
    bool bold = false, roman = false;
    bool bar = false, hat = false;  // pending accents of the next character
};

class Parser {
public:
    explicit Parser(const QString& text) : m_text(text) {}

    MathText run() {
        Style style;
        parse(style, 0);
        m_out.width = m_x;
        for (const TextRun& run : m_out.runs) {
            QPainterPath glyphs;
            glyphs.addText(0, 0, mathsFont(kReference, run.italic, run.bold), run.text);
            QTransform t;
            t.translate(run.x * kReference, run.y * kReference);
            t.scale(run.scale, run.scale);
            m_out.path.addPath(t.map(glyphs));
            const double left = run.x * kReference, right = (run.x + run.width) * kReference;
            if (run.overline > 0.0) {
                const double y = (run.y - run.overline * run.scale) * kReference;
                m_out.path.addRect(QRectF(left + 4, y - 7.0 * run.scale, right - left - 4, 7.0 * run.scale));
            }
            if (run.hat) {
                const double c = (left + right) / 2 + (run.italic ? 6 : 0), y = (run.y - 0.8 * run.scale) * kReference;
                const double w = 24.0 * run.scale, h = 18.0 * run.scale, s = 7.0 * run.scale;
                QPainterPath hat;
                hat.addPolygon(QPolygonF({{c - w, y}, {c, y - h}, {c + w, y}, {c + w - s, y}, {c, y - h + s}, {c - w + s, y}, {c - w, y}}));
                m_out.path.addPath(hat);
            }
        }
        m_out.path.setFillRule(Qt::WindingFill);
        return std::move(m_out);
    }

private:
    void parse(Style& style, int depth) {
        while (m_at < m_text.size()) {
            const QChar c = m_text[m_at];
            if (c == u'}') {
                if (depth > 0) return;
                ++m_at;
                continue;
            }
            ++m_at;
            if (c == u'*') {
                style.bold = !style.bold;
            } else if (c == u'|') {
                style.roman = !style.roman;
            } else if (c == u'~') {
                style.bar = true;
            } else if (c == u'`') {
                style.hat = true;
            } else if ((c == u'_' || c == u'^') && m_at < m_text.size() && depth < 8) {
                Style inner = style;
                inner.scale *= 0.70;
                inner.rise += (c == u'_' ? 0.20 : -0.36) * style.scale;
                inner.bar = inner.hat = false;
                if (m_text[m_at] == u'{') {
                    ++m_at;
                    parse(inner, depth + 1);
                    if (m_at < m_text.size()) ++m_at;
                } else {
                    const int end = m_at + (m_text[m_at].isHighSurrogate() ? 2 : 1);
                    const QString one = m_text.mid(m_at, end - m_at);
                    m_at = end;
                    emitText(one == u"-" ? QString(QChar(0x2212)) : one, inner);
                }
            } else if (c == u'{') {
                parse(style, depth + 1);
                if (m_at < m_text.size()) ++m_at;
            } else if (c.isHighSurrogate() && m_at < m_text.size()) {
                emitText(m_text.mid(m_at - 1, 2), style);
                ++m_at;
            } else {
                emitText(QString(c == u'-' ? QChar(0x2212) : c), style);
            }
        }
    }

    void emitText(const QString& text, Style& style) {
        const QChar c = text.front();
        TextRun run;
        run.text = text;
        run.bold = style.bold;
        run.italic = c.isLetter() && !c.isSurrogate() && !style.bold && !style.roman;
        run.scale = style.scale;
        run.x = m_x;
        run.y = style.rise;
        const bool accent = style.bar || style.hat;
        if (style.bar) run.overline = c.isUpper() || QStringLiteral("bdfhklt").contains(c) || c.isDigit() ? 0.86 : 0.60;
        run.hat = style.hat;
        style.bar = style.hat = false;
        const bool merge = !accent && !m_out.runs.empty() && !m_lastAccent && m_out.runs.back().bold == run.bold &&
                           m_out.runs.back().italic == run.italic && m_out.runs.back().scale == run.scale &&
                           m_out.runs.back().y == run.y;
        m_lastAccent = accent;
        const QFontMetricsF metrics(mathsFont(kReference, run.italic, run.bold));
        if (merge) {
            TextRun& last = m_out.runs.back();
            last.text += text;
            m_x -= last.width;
            last.width = metrics.horizontalAdvance(last.text) / kReference * last.scale;
            m_x += last.width;
            return;
        }
        // A slanted letter leans into what follows it at another height.
        if (!m_out.runs.empty() && m_out.runs.back().italic && m_out.runs.back().y != run.y) {
            m_x += 0.03;
            run.x = m_x;
        }
        run.width = metrics.horizontalAdvance(text) / kReference * run.scale;
        m_x += run.width;
        m_out.runs.push_back(std::move(run));
    }

    QString m_text;
    int m_at = 0;
    double m_x = 0.0;
    bool m_lastAccent = false;
    MathText m_out;
};

}  // namespace

const MathText& mathText(const std::string& markup) {
    static thread_local QHash<QString, std::shared_ptr<MathText>> cache;
    const QString key = QString::fromStdString(markup);
    const auto it = cache.constFind(key);
    if (it != cache.constEnd()) return **it;
    if (cache.size() > 4000) cache.clear();
    const auto made = std::make_shared<MathText>(Parser(key).run());
    cache.insert(key, made);
    return *made;
}

double mathWidth(const std::string& markup, double pixels) { return markup.empty() ? 0.0 : mathText(markup).width * pixels; }

double uiWidth(const QString& text, double pixels, int weight) {
    return QFontMetricsF(uiFont(kReference, weight)).horizontalAdvance(text) / kReference * pixels;
}

void drawMath(QPainter& painter, QPointF baseline, const std::string& markup, double pixels, const QColor& color) {
    if (markup.empty()) return;
    painter.save();
    painter.translate(baseline);
    painter.scale(pixels / kReference, pixels / kReference);
    painter.fillPath(mathText(markup).path, color);
    painter.restore();
}

}  // namespace lab

// A diagram as TikZ: one standalone document that pdflatex compiles with no package beyond tikz. Labels are
// set by TeX from the same markup; one scene unit is 3/4 point.
#pragma once

#include "widgets/circuit/DrawSink.h"

#include <QRectF>

#include <map>

namespace lab {

class TikzSink final : public DrawSink {
public:
    TikzSink(const QRectF& view, const QString& title, const QColor& background);
    void beginGroup(const QString& id, const QString& kind, const QString& title) override;
    void endGroup() override;
    void path(const QPainterPath& path, const QColor& fill, const Stroke& stroke) override;
    void math(QPointF baseline, const std::string& markup, double pixels, const QColor& color) override;
    void mathAt(QPointF baseline, const std::string& markup, double pixels, const QColor& color, double anchor) override;
    void text(QPointF baseline, const QString& text, double pixels, int weight, const QColor& color, double anchor) override;
    QByteArray finish();

private:
    QString colour(const QColor& c);
    void put(const QString& line);
    void node(QPointF baseline, const QString& tex, double pixels, const QColor& color, double anchor);

    QString m_title, m_body;
    QRectF m_view;
    std::map<QRgb, QString> m_colours;
    int m_depth = 1;
};

// Label markup as TeX maths, and plain text with everything special escaped. Characters that pdflatex has no sign for
// become a question mark.
QString markupToTex(const std::string& markup);
QString textToTex(const QString& text);

}  // namespace lab

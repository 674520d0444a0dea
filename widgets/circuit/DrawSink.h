// Everything of a diagram goes through this small interface: to the screen, PNG and PDF through QPainter, to SVG as
// text. Back ends draw; they decide nothing.
#pragma once

#include <QByteArray>
#include <QColor>
#include <QPainterPath>
#include <QString>

#include <string>
#include <vector>

class QPainter;

namespace lab {

struct Stroke {
    QColor color;
    double width = 1.25;
    std::vector<double> dash;  // lengths in scene units; empty = solid
    bool round = false;        // caps and joins
    bool none() const { return !color.isValid() || width <= 0.0; }
};

class DrawSink {
public:
    virtual ~DrawSink() = default;
    // A named part: id of the item ("op-L1"), its class ("chip") and what it is in words.
    virtual void beginGroup(const QString& id, const QString& kind, const QString& title) = 0;
    virtual void endGroup() = 0;
    virtual void path(const QPainterPath& path, const QColor& fill, const Stroke& stroke) = 0;
    // Label markup with its left end at `baseline`.
    virtual void math(QPointF baseline, const std::string& markup, double pixels, const QColor& color) = 0;
    // Interface text; anchor 0 left, 0.5 middle, 1 right.
    virtual void text(QPointF baseline, const QString& text, double pixels, int weight, const QColor& color, double anchor) = 0;

    // Conveniences on top.
    void line(QPointF a, QPointF b, const Stroke& stroke);
    // With the left end, middle or right end of the label at `baseline` (anchor 0, 0.5, 1).
    virtual void mathAt(QPointF baseline, const std::string& markup, double pixels, const QColor& color, double anchor);
};

class PainterSink final : public DrawSink {
public:
    explicit PainterSink(QPainter& painter) : m_painter(painter) {}
    void beginGroup(const QString&, const QString&, const QString&) override {}
    void endGroup() override {}
    void path(const QPainterPath& path, const QColor& fill, const Stroke& stroke) override;
    void math(QPointF baseline, const std::string& markup, double pixels, const QColor& color) override;
    void text(QPointF baseline, const QString& text, double pixels, int weight, const QColor& color, double anchor) override;

private:
    QPainter& m_painter;
};

class SvgSink final : public DrawSink {
public:
    // Opens the document; `view` in scene units. finish() closes it.
    SvgSink(const QRectF& view, const QString& title, const QString& description, const QColor& background);
    void beginGroup(const QString& id, const QString& kind, const QString& title) override;
    void endGroup() override;
    void path(const QPainterPath& path, const QColor& fill, const Stroke& stroke) override;
    void math(QPointF baseline, const std::string& markup, double pixels, const QColor& color) override;
    void text(QPointF baseline, const QString& text, double pixels, int weight, const QColor& color, double anchor) override;
    QByteArray finish();

private:
    void put(const QString& line);
    QString m_out;
    int m_depth = 1;
};

}  // namespace lab

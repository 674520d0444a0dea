// Label markup as positioned runs of text: "~x" overline, "n_{1}" subscript, "x^2" superscript, "*L*" bold upright,
// "|max|" roman, "`y" hat. Letters are italic, digits upright. Sizes scale without hinting, so widths do not depend
// on zoom or screen.
#pragma once

#include <QColor>
#include <QPainterPath>
#include <QString>

#include <memory>
#include <string>
#include <vector>

class QPainter;

namespace lab {

struct TextRun {
    QString text;
    double x = 0.0, y = 0.0;  // of the baseline, in em of the whole label; y down
    double scale = 1.0;       // of the size
    double width = 0.0;       // em of the label
    bool italic = false, bold = false;
    double overline = 0.0;    // height of a bar above the baseline in em; 0 = none
    bool hat = false;
};

struct MathText {
    std::vector<TextRun> runs;
    double width = 0.0;         // em
    QPainterPath path;          // at 1 em = 100, accents included
};

// Cached; the reference stays valid until the cache is full (then it starts anew): use at once.
const MathText& mathText(const std::string& markup);
double mathWidth(const std::string& markup, double pixels);
double uiWidth(const QString& text, double pixels, int weight = 400);
void drawMath(QPainter& painter, QPointF baseline, const std::string& markup, double pixels, const QColor& color);

}  // namespace lab

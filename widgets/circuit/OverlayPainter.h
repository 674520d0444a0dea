// Paints the marks of a rule over a diagram: one method per kind of mark.
#pragma once

#include "widgets/circuit/OverlayPlan.h"
#include "widgets/circuit/RuleOverlay.h"

#include <map>
#include <set>

namespace lab {

class OverlayPainter {
public:
    OverlayPainter(DrawSink& sink, const DiagramLayout& layout, const std::vector<Mark>& marks, const Theme& theme, const OverlayPaint& how);
    void run();

private:
    void begin(const Mark& m, const char* kind, int number);
    int indexOf(const Mark& m) const { return int(&m - m_marks.data()); }
    // A mark that the other rule of a comparison does not have.
    void outline(const Mark& m, const QRectF& r);
    // Everything that the chosen loss can teach.
    void region();
    // Paths by which a loss reaches what another one trains.
    void leaks();
    // Who changes this weight: a small tab at the chip's lower right.
    void badge(const Mark& m, const PlacedGlyph& glyph);
    // The weight enters from above, as everything that is stored does.
    void weightTape(const Mark& m, const PlacedGlyph& glyph);
    // Bars against the threshold, or one bar with its number; empty tracks before the first values.
    void gauges(const LossPlate& p);
    bool hasStream() const;
    // One line that names what is drawn, and nothing that is not.
    void legend();
    void tap(const Mark& m);
    void plate(const LossPlate& p);
    static double fitted(const std::string& markup, double size, double width);
    void writer(const Mark& m);
    void cut(const Mark& m);
    void feedback(const Mark& m);
    void openHead(QPointF tip);
    // A fixed random map: a left-pointing pentagon with a plain letter, on the wire that carries it.
    void plateLabel(QPointF at, const std::string& label);
    void fixedMap(const Mark& m);
    void frozen(const Mark& m);
    void readout(const Mark& m);

    DrawSink& m_sink;
    const DiagramLayout& m_layout;
    const std::vector<Mark>& m_marks;
    const Theme& m_theme;
    const OverlayPaint& m_how;
    OverlayPlan m_plan;
    std::map<std::string, std::set<int>> m_writers;
    std::map<std::string, int> m_badged;
    std::set<std::pair<std::string, int>> m_written;
    bool m_isolated = false;
    bool m_cutNamed = false;
    int m_feedbacks = 0, m_readouts = 0;
};

}  // namespace lab

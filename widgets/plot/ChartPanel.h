// The data of one panel as Qt Charts series on an otherwise empty chart: axes, titles and legend are painted by FigurePainter.
// Series are kept and their points replaced, never appended.
#pragma once

#include "widgets/plot/FigureLayout.h"

#include <memory>

class QGraphicsScene;

namespace lab {

class ChartPanel {
public:
    explicit ChartPanel(QGraphicsScene& scene);
    ~ChartPanel();

    // True for panels that are drawn as charts: curves, histograms, bars, clouds.
    static bool draws(const FigurePanel& panel);
    void show(const FigurePanel& panel, const PanelLayout& layout, const FigureStyle& style);
    void hide();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace lab

// What lies under the pointer, in words.
#pragma once

#include "widgets/plot/FigureLayout.h"

namespace lab {

// Index of the panel whose plot holds the point; -1 if there is none.
int panelAt(const FigureLayout& layout, const QPointF& at);
// The values there: "epoch 3.2: train loss 0.41, test loss 0.45"; empty where there is nothing to say. `snap` is set to the
// place of the value that is meant.
QString readOutAt(const FigurePanel& panel, const PanelLayout& layout, const QPointF& at, QPointF& snap);

}  // namespace lab

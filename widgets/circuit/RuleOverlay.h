// The learning rule as a layer over the diagram: taps, local losses, writers, cuts, feedback, streams; generated from
// the marks of the rule's description. Ink is the forward computation, the overlay never touches it.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"
#include "core/rules/RuleDescription.h"
#include "widgets/circuit/DrawSink.h"
#include "widgets/common/Theme.h"

#include <QRectF>

namespace lab {

// Which wires need room for taps and cuts.
void reserveForMarks(const std::vector<Mark>& marks, LayoutOptions& options);
// The area that the overlay covers.
QRectF overlayBounds(const DiagramLayout& layout, const std::vector<Mark>& marks);
void paintOverlay(DrawSink& sink, const DiagramLayout& layout, const std::vector<Mark>& marks, const Theme& theme);

}  // namespace lab

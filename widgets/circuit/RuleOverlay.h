// The learning rule as a layer over the diagram: taps, local losses, writers, cuts, feedback, streams; generated from
// the marks of the rule's description. Ink is the forward computation, the overlay never touches it.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"
#include "core/rules/RuleDescription.h"
#include "widgets/circuit/CreditCheck.h"
#include "widgets/circuit/DrawSink.h"
#include "widgets/circuit/LiveValues.h"
#include "widgets/common/Theme.h"

#include <QRectF>

#include <set>

namespace lab {

// Which wires need room for taps and cuts.
void reserveForMarks(const std::vector<Mark>& marks, LayoutOptions& options);
// The area that the overlay covers.
QRectF overlayBounds(const DiagramLayout& layout, const std::vector<Mark>& marks);

// What a run and the reader's choice add to the marks.
struct OverlayPaint {
    const LiveValues* live = nullptr;        // gauges and update flow
    const CreditReport* credit = nullptr;    // leaks, and the region of `loss`
    int loss = -1;                           // position of the chosen loss in the marks
    const std::set<int>* outlined = nullptr; // marks that another rule does not have
    double time = 0.0;                       // seconds, for what moves
};
void paintOverlay(DrawSink& sink, const DiagramLayout& layout, const std::vector<Mark>& marks, const Theme& theme,
                  const OverlayPaint& how = {});
// The loss whose plate lies there, as its position in the marks; -1 for none.
int lossAt(const DiagramLayout& layout, const std::vector<Mark>& marks, QPointF scene);
// Positions of the marks that have no like among the others.
std::set<int> differingMarks(const std::vector<Mark>& marks, const std::vector<Mark>& others);

}  // namespace lab

// Where everything of the overlay stands; computed once for painting and for the bounds.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"
#include "core/rules/RuleDescription.h"

#include <QRectF>

#include <map>

namespace lab {

constexpr double kOverlayLegendHeight = 34.0;

struct LossPlate {
    const Mark* mark = nullptr;
    QRectF rect;
    double tapX = 0.0;
    bool hasTap = false;
};

class OverlayPlan {
public:
    OverlayPlan(const DiagramLayout& layout, const std::vector<Mark>& marks);
    const PlacedBlock* blockOver(double x) const;
    double levelY(const Mark& m) const;
    double top = 0.0, bottom = 0.0, end = 0.0;
    double plateTop = 0.0;
    double legendY = 0.0;
    std::vector<LossPlate> plates;

private:
    // Feedback wires that would run over each other go on levels of their own.
    void levels();
    // A plate's place: under the block of its operation, else under the operation, else under its tap.
    void place();
    std::string tapWireOf(const Mark& loss) const;
    const DiagramLayout& m_layout;
    const std::vector<Mark>& m_marks;
    std::map<const Mark*, int> m_level;
};

// The plate of the loss that this mark belongs to; nullptr where it has none.
const LossPlate* plateFor(const OverlayPlan& plan, const Mark& mark);

}  // namespace lab

#include "widgets/circuit/OverlayPlan.h"

#include "widgets/circuit/MathText.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kPlateHeight = 54.0;    // a formula alone
constexpr double kGaugeHeight = 118.0;   // with gauges
constexpr double kLevel = 24.0;  // between feedback wires

}  // namespace

OverlayPlan::OverlayPlan(const DiagramLayout& layout, const std::vector<Mark>& marks) : m_layout(layout), m_marks(marks) {
    top = layout.lanesTop - 60.0;
    bottom = layout.lanesBottom + 30.0;
    for (const PlacedBlock& b : layout.blocks) {
        top = std::min(top, b.rect.y);
        bottom = std::max(bottom, b.rect.bottom());
    }
    for (const PlacedGlyph& g : layout.glyphs) {
        top = std::min(top, g.box.y - 10.0);
        bottom = std::max(bottom, g.box.bottom() + 10.0);
    }
    levels();
    place();
}

const PlacedBlock* OverlayPlan::blockOver(double x) const {
    const PlacedBlock* best = nullptr;
    for (const PlacedBlock& b : m_layout.blocks)
        if (x >= b.rect.x && x <= b.rect.right() && (best == nullptr || b.depth > best->depth)) best = &b;
    return best;
}

double OverlayPlan::levelY(const Mark& m) const {
    const auto it = m_level.find(&m);
    return bottom + 20.0 + kLevel * (it == m_level.end() ? 0 : it->second);
}

void OverlayPlan::levels() {
    std::vector<std::vector<std::pair<double, double>>> taken;
    for (const Mark& m : m_marks) {
        if (m.kind != Mark::Kind::Feedback) continue;
        const PlacedGlyph* to = m_layout.glyph(m.to);
        if (to == nullptr) continue;
        const PlacedGlyph* from = m_layout.glyph(m.operation);
        const double a = to->box.centerX(), b = from != nullptr ? from->box.centerX() : m_layout.bounds.right();
        const std::pair<double, double> span{std::min(a, b) - 4.0, std::max(a, b) + 4.0};
        std::size_t level = 0;
        for (; level < taken.size(); ++level) {
            const bool free = std::none_of(taken[level].begin(), taken[level].end(), [&](const auto& other) {
                return span.first < other.second - 24.0 && other.first < span.second - 24.0;
            });
            if (free) break;
        }
        if (level == taken.size()) taken.emplace_back();
        taken[level].push_back(span);
        m_level[&m] = int(level);
    }
    plateTop = bottom + std::max(66.0, taken.empty() ? 0.0 : kLevel * double(taken.size()) + 62.0);
}

void OverlayPlan::place() {
    for (const Mark& m : m_marks) {
        if (m.kind != Mark::Kind::LocalLoss) continue;
        LossPlate plate;
        plate.mark = &m;
        double center = 0.0, room = 0.0;
        const PlacedGlyph* glyph = m.operation.empty() ? nullptr : m_layout.glyph(m.operation);
        if (glyph != nullptr) {
            center = glyph->box.centerX();
            if (const PlacedBlock* block = blockOver(center)) {
                center = block->rect.centerX();
                room = block->rect.w - 14.0;
            }
        }
        const auto anchor = m_layout.anchors.find(tapWireOf(m));
        if (anchor != m_layout.anchors.end()) {
            plate.tapX = anchor->second.tapX;
            plate.hasTap = true;
            if (glyph == nullptr) center = plate.tapX;
        } else if (glyph == nullptr) {
            center = m_layout.bounds.right() - 80.0;
        }
        const bool gauge = !m.channel.empty();
        const double text = std::max(mathWidth(m.formula, 15.0), mathWidth(m.label, 13.0)) + 32.0;
        const double width = std::clamp(std::max(room, text), gauge ? 220.0 : 120.0, 320.0);
        plate.rect = QRectF(center - width / 2, plateTop, width, gauge ? kGaugeHeight : kPlateHeight);
        plates.push_back(plate);
    }
    // Neighbours that overlap go one row down.
    for (std::size_t i = 0; i < plates.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (plates[i].rect.adjusted(-6, 0, 6, 0).intersects(plates[j].rect)) plates[i].rect.moveTop(plates[j].rect.bottom() + 12.0);
    end = bottom;
    int readouts = 0;
    for (const LossPlate& p : plates) end = std::max(end, p.rect.bottom());
    bool below = false;
    for (const Mark& m : m_marks) {
        if (m.kind == Mark::Kind::Readout) ++readouts;
        below = below || m.kind == Mark::Kind::Feedback || m.kind == Mark::Kind::Tap || m.kind == Mark::Kind::Writer;
    }
    legendY = (below ? std::max(end, plateTop + 4.0) : end) + 24.0;
    if (readouts > 0) legendY = std::max(legendY, end + 72.0 + 26.0 * (readouts - 1) + 14.0);
}

std::string OverlayPlan::tapWireOf(const Mark& loss) const {
    if (!loss.wire.empty()) return loss.wire;
    for (const Mark& m : m_marks)
        if (m.kind == Mark::Kind::Tap && m.layer == loss.layer && m.layer >= 0) return m.wire;
    return {};
}

const LossPlate* plateFor(const OverlayPlan& plan, const Mark& mark) {
    for (const LossPlate& p : plan.plates)
        if (mark.layer >= 0 && p.mark->layer == mark.layer) return &p;
    for (const LossPlate& p : plan.plates)
        if (!mark.wire.empty() && p.mark->wire == mark.wire) return &p;
    // One loss that writes several operations.
    for (const LossPlate& p : plan.plates)
        if (!mark.to.empty() && mark.to != mark.operation && p.mark->operation == mark.to) return &p;
    return nullptr;
}

}  // namespace lab

// Which axes of every wire are drawn, and in which order from the top.
#include "core/circuit/CircuitIndex.h"
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <cmath>

namespace lab::layout {

namespace {

// The batch axis matters where statistics run over it: as a bend to a norm, or as an axis that is read like any other.
bool batchIsBent(const State& s) {
    return std::any_of(s.items.begin(), s.items.end(), [](const Item& i) { return i.face.bendsBatch; });
}

bool batchIsRead(const State& s, const CircuitIndex& index) {
    for (const Item& item : s.items) {
        if (item.in.empty() || item.out.empty()) continue;  // ends of the circuit and closed blocks read everything
        for (const std::string& id : s.circuit.operations[std::size_t(item.index)].targetIn) {
            const int a = index.axis(id);
            if (a >= 0 && s.circuit.axes[std::size_t(a)].role == AxisRole::Batch) return true;
        }
    }
    return false;
}

bool carries(const State& s, const Segment& segment, const CircuitIndex& index, AxisRole role) {
    const auto& axes = s.circuit.wires[std::size_t(segment.index)].axes;
    return std::any_of(axes.begin(), axes.end(), [&](const std::string& id) {
        const int a = index.axis(id);
        return a >= 0 && s.circuit.axes[std::size_t(a)].role == role;
    });
}

// Twin lines and batch wires of a small array beside a large one would climb through the large one to reach their dots.
void tuckSources(State& s, const CircuitIndex& index) {
    for (const Item& item : s.items) {
        if (!isJoint(item) || item.out.empty()) continue;
        const Segment& first = s.segments[std::size_t(item.in.front())];
        if (s.options.stream.empty() && !carries(s, first, index, AxisRole::Batch) && !carries(s, first, index, AxisRole::Stream)) continue;
        for (std::size_t k = 1; k < item.in.size(); ++k) {
            Segment& other = s.segments[std::size_t(item.in[k])];
            if (other.producer >= 0 && s.items[std::size_t(other.producer)].face.glyph == Glyph::Source) other.tucked = true;
        }
    }
}

bool wants(const std::string& dtype) { return !dtype.empty() && dtype != "real"; }

// ---- order of the lanes of arrays that are multiplied: cups nest when the lower one is the mirror of the upper ---------

std::vector<int> axesOf(const State& s, int segment) {
    std::vector<int> out;
    for (const int lane : s.segments[std::size_t(segment)].lanes) out.push_back(s.lanes[std::size_t(lane)].axis);
    return out;
}

bool holds(const std::vector<int>& list, int x) { return std::find(list.begin(), list.end(), x) != list.end(); }

class Mirror {
public:
    Mirror(State& s, const CircuitIndex& index) : m_s(s), m_index(index) {}

    void run() {
        for (const Item& item : m_s.items)
            if (item.face.glyph == Glyph::Einsum && item.in.size() == 2 && item.out.size() == 1) pair(item);
    }

private:
    void pair(const Item& item) {
        const std::vector<int> upper = axesOf(m_s, item.in[0]), lower = axesOf(m_s, item.in[1]), result = axesOf(m_s, item.out[0]);
        std::vector<int> common, freeUpper, freeLower, shared, summed;
        for (const int a : upper) {
            // What all samples share stays on top of every array.
            const bool everywhere = a < 0 ? a == kStreamAxis || a == kPhaseAxis
                                          : m_s.circuit.axes[std::size_t(a)].role == AxisRole::Batch || m_s.circuit.axes[std::size_t(a)].role == AxisRole::Stream;
            if (everywhere && holds(lower, a)) common.push_back(a);
            else if (!holds(lower, a)) freeUpper.push_back(a);
            else if (holds(result, a)) shared.push_back(a);
            else summed.push_back(a);
        }
        for (const int a : lower)
            if (!holds(upper, a)) freeLower.push_back(a);
        std::vector<int> above = common;
        above.insert(above.end(), freeUpper.begin(), freeUpper.end());
        above.insert(above.end(), shared.begin(), shared.end());
        above.insert(above.end(), summed.begin(), summed.end());
        const Segment& first = m_s.segments[std::size_t(item.in[0])];
        // Only what a learned map made is free to change above; its axes have no order of their own.
        if (first.producer >= 0 && m_s.items[std::size_t(first.producer)].face.glyph == Glyph::Chip) set(item.in[0], above, 0);
        std::vector<int> below = common;
        below.insert(below.end(), summed.rbegin(), summed.rend());
        below.insert(below.end(), shared.rbegin(), shared.rend());
        below.insert(below.end(), freeLower.begin(), freeLower.end());
        set(item.in[1], below, 0);
    }

    // Can the order travel back to where lanes may cross: a copy, a source, linear wiring?
    bool free(int w, int depth = 0) const {
        const Segment& segment = m_s.segments[std::size_t(w)];
        if (segment.producer < 0) return true;
        const Item& maker = m_s.items[std::size_t(segment.producer)];
        switch (maker.face.glyph) {
            case Glyph::Copy:
            case Glyph::Source:
            case Glyph::Einsum:
            case Glyph::Composite: return true;
            case Glyph::Chip:
            case Glyph::Circle:
            case Glyph::Pointwise:
            case Glyph::Triangle:
                return maker.in.size() == 1 && maker.out.size() == 1 && depth <= int(m_s.items.size()) && free(maker.in[0], depth + 1);
            default: return false;
        }
    }

    // Orders the lanes of a wire, and those of what it comes from, up to the first copy or source.
    void set(int w, const std::vector<int>& order, int depth) {
        Segment& segment = m_s.segments[std::size_t(w)];
        if (axesOf(m_s, w) == order || depth > int(m_s.items.size()) || (depth == 0 && !free(w))) return;
        if (m_s.circuit.layout.order.count(m_s.circuit.wires[std::size_t(w)].id) != 0) return;
        std::vector<int> lanes;
        for (const int a : order)
            for (const int lane : segment.lanes)
                if (m_s.lanes[std::size_t(lane)].axis == a) lanes.push_back(lane);
        if (lanes.size() != segment.lanes.size()) return;
        segment.lanes = lanes;
        if (segment.producer < 0) return;
        const Item& maker = m_s.items[std::size_t(segment.producer)];
        if (maker.in.size() != 1 || maker.out.size() != 1) return;
        const Operation& op = m_s.circuit.operations[std::size_t(maker.index)];
        const std::vector<int> before = axesOf(m_s, maker.in[0]);
        if (maker.face.glyph == Glyph::Chip) {
            // What the map reads takes the place of what it writes.
            std::vector<int> written, want;
            for (const std::string& id : op.targetOut) written.push_back(m_index.axis(id));
            bool placed = false;
            for (const int a : order) {
                if (!holds(written, a)) {
                    want.push_back(a);
                } else if (!placed) {
                    placed = true;
                    for (const int b : before)
                        if (!holds(order, b) || holds(written, b)) want.push_back(b);
                }
            }
            if (want.size() == before.size()) set(maker.in[0], want, depth + 1);
        } else if (maker.face.glyph == Glyph::Circle || maker.face.glyph == Glyph::Pointwise || maker.face.glyph == Glyph::Triangle) {
            set(maker.in[0], order, depth + 1);
        }
    }

    State& m_s;
    const CircuitIndex& m_index;
};

}  // namespace

void makeLanes(State& s, const CircuitIndex& index) {
    const Circuit& c = s.circuit;
    const bool bent = batchIsBent(s);
    s.showBatch = !s.options.foldBatch || bent || batchIsRead(s, index);
    tuckSources(s, index);
    for (Segment& segment : s.segments) {
        const Wire& wire = c.wires[std::size_t(segment.index)];
        std::vector<int> axes, batch;
        std::vector<std::string> drawn = wire.axes;
        const auto hint = c.layout.order.find(wire.id);
        if (hint != c.layout.order.end() && hint->second.size() == drawn.size() &&
            std::is_permutation(hint->second.begin(), hint->second.end(), drawn.begin()))
            drawn = hint->second;
        for (const std::string& id : drawn) {
            const int a = index.axis(id);
            if (a < 0) continue;
            if (c.axes[std::size_t(a)].role == AxisRole::Batch) {
                if (!s.showBatch || segment.tucked) continue;
                // Beside the channels that a batch norm reads the bend crosses nothing.
                if (bent && hint == c.layout.order.end()) {
                    batch.push_back(a);
                    continue;
                }
            }
            if (segment.tucked && c.axes[std::size_t(a)].role == AxisRole::Stream) continue;
            axes.push_back(a);
        }
        axes.insert(axes.end(), batch.begin(), batch.end());
        if (wants(wire.dtype)) axes.push_back(kTypeAxis);
        if (axes.empty()) axes.push_back(kScalarAxis);
        if (!s.options.stream.empty() && !segment.tucked) axes.insert(axes.begin(), kStreamAxis);
        if (!s.options.phase.empty() && !segment.tucked) axes.insert(axes.begin(), kPhaseAxis);
        for (const int a : axes) {
            Lane lane;
            lane.wire = segment.index;
            lane.axis = a;
            segment.lanes.push_back(int(s.lanes.size()));
            s.lanes.push_back(lane);
        }
    }
    Mirror(s, index).run();
}

int laneOf(const State& s, int segment, int axis) {
    for (const int lane : s.segments[std::size_t(segment)].lanes)
        if (s.lanes[std::size_t(lane)].axis == axis) return lane;
    return -1;
}

bool isStream(const State& s, int lane) {
    const int axis = s.lanes[std::size_t(lane)].axis;
    return axis == kStreamAxis || (axis >= 0 && s.circuit.axes[std::size_t(axis)].role == AxisRole::Stream);
}

std::string laneLabel(const State& s, int lane) {
    const Lane& l = s.lanes[std::size_t(lane)];
    if (l.axis == kStreamAxis) return s.options.stream;
    if (l.axis == kPhaseAxis) return s.options.phase;
    if (l.axis == kTypeAxis) {
        const std::string& dtype = s.circuit.wires[std::size_t(l.wire)].dtype;
        if (dtype == "bool") return "𝔹";
        if (dtype == "complex") return "ℂ";
        if (dtype.rfind("int:", 0) == 0) {
            if (const Axis* axis = s.circuit.axis(dtype.substr(4))) return axis->name.empty() ? axisLabel(*axis, s.sizes, true) : axis->name;
        }
        return "ℕ";
    }
    if (l.axis < 0) return {};
    return axisLabel(s.circuit.axes[std::size_t(l.axis)], s.sizes, s.options.sizes);
}

bool labelled(const State& s, int lane) {
    const Lane& l = s.lanes[std::size_t(lane)];
    if (!l.fresh) return false;
    // The branch of a copy that keeps its height says nothing new.
    return l.source < 0 || std::abs(s.y(l.source) - s.y(lane)) > 0.5;
}

}  // namespace lab::layout

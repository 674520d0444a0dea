// Which lanes an operation reads and writes, and which run past it: woven axes are the loop of the operation.
#include "core/circuit/CircuitIndex.h"
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <unordered_set>

namespace lab::layout {

bool isDots(Glyph glyph) { return glyph == Glyph::Copy || glyph == Glyph::Add || glyph == Glyph::Einsum; }

bool isJoint(const Item& item) { return item.face.glyph == Glyph::Bar && item.in.size() > 1; }

namespace {

class Connector {
public:
    Connector(State& s, const CircuitIndex& index) : m_s(s), m_index(index) {}

    void run() {
        for (Item& item : m_s.items) {
            switch (item.face.glyph) {
                case Glyph::Copy:
                case Glyph::Add:
                    if (!item.in.empty() && !item.out.empty()) dots(item);
                    else ends(item);
                    break;
                case Glyph::Einsum:
                    if (!item.in.empty() && item.out.size() == 1) wiring(item);
                    else ends(item);
                    break;
                case Glyph::Source:
                case Glyph::Sink: ends(item); break;
                case Glyph::Composite: solid(item); break;
                default:
                    if (item.in.empty() || item.out.empty()) ends(item);
                    else if (isJoint(item)) joint(item);
                    else general(item);
            }
        }
        for (const Segment& segment : m_s.segments)
            if (segment.producer < 0)
                for (const int lane : segment.lanes) fresh(lane);
    }

private:
    Lane& lane(int i) { return m_s.lanes[std::size_t(i)]; }
    const std::vector<int>& lanesOf(int w) const { return m_s.segments[std::size_t(w)].lanes; }
    void fresh(int i) { lane(i).fresh = true; }
    void continues(int from, int to) {
        lane(from).next = to;
        lane(to).arrives = true;
    }

    std::vector<int> all(const std::vector<int>& wires) const {
        std::vector<int> out;
        for (const int w : wires) out.insert(out.end(), lanesOf(w).begin(), lanesOf(w).end());
        return out;
    }

    void ends(Item& item) {
        item.targetIn = all(item.in);
        item.targetOut = all(item.out);
        for (const int l : item.targetOut) fresh(l);
        // The stream and phase axes start at rings of their own and do not belong to the source's array.
        const auto apart = [&](int l) { return isStream(m_s, l) || lane(l).axis == kPhaseAxis; };
        if (item.face.glyph == Glyph::Source)
            item.targetOut.erase(std::remove_if(item.targetOut.begin(), item.targetOut.end(), apart), item.targetOut.end());
    }

    // A closed block: every wire runs into its faces, even an axis that nothing inside acts on.
    void solid(Item& item) {
        item.targetIn = all(item.in);
        item.targetOut = all(item.out);
        std::unordered_set<int> known;
        for (const int l : item.targetIn) known.insert(lane(l).axis);
        for (const int l : item.targetOut)
            if (known.count(lane(l).axis) == 0) fresh(l);
    }

    void dots(Item& item) {
        item.targetIn = all(item.in);
        item.targetOut = all(item.out);
        const bool copy = item.face.glyph == Glyph::Copy;
        const auto& trunk = lanesOf(copy ? item.in.front() : item.out.front());
        const auto& branches = copy ? item.out : item.in;
        for (std::size_t w = 0; w < branches.size(); ++w) {
            const auto& branch = lanesOf(branches[w]);
            for (std::size_t k = 0; k < branch.size(); ++k) {
                // By axis; by place where the two sides do not agree.
                int other = -1;
                for (const int t : trunk)
                    if (lane(t).axis == lane(branch[k]).axis) other = t;
                if (other < 0 && k < trunk.size() && branch.size() == trunk.size()) other = trunk[k];
                if (other < 0) continue;
                if (copy) {
                    lane(branch[k]).source = other;
                    fresh(branch[k]);
                    if (w == 0) continues(other, branch[k]);
                } else {
                    if (w == 0) continues(branch[k], other);
                    else lane(branch[k]).joins = other;
                }
            }
        }
    }

    // Linear wiring, read off the axes: one curve, a dot where several run in lock-step, a cup where two are summed
    // over, a dot at the end where one is.
    void wiring(Item& item) {
        item.targetIn = all(item.in);
        item.targetOut = all(item.out);
        std::vector<int> done;
        for (const int l : item.targetIn) {
            const int axis = lane(l).axis;
            if (std::find(done.begin(), done.end(), axis) != done.end()) continue;
            done.push_back(axis);
            std::vector<int> same;
            for (const int o : item.targetIn)
                if (lane(o).axis == axis) same.push_back(o);
            const int result = laneOf(m_s, item.out.front(), axis);
            if (result >= 0) {
                continues(same.front(), result);
                for (std::size_t k = 1; k < same.size(); ++k) lane(same[k]).joins = result;
            } else if (same.size() == 1) {
                if (axis >= 0) item.sums.push_back(l);
            } else {
                for (std::size_t k = 1; k < same.size(); ++k) item.cups.emplace_back(same[k - 1], same[k]);
            }
        }
        for (const int l : item.targetOut) fresh(l);
    }

    // Several arrays side by side in one: the joined axis ends on the bar, all others run in lock-step.
    void joint(Item& item) {
        const Operation& op = m_s.circuit.operations[std::size_t(item.index)];
        const int out = item.out.front();
        std::vector<int> written;
        for (const std::string& id : op.targetOut) written.push_back(m_index.axis(id));
        for (std::size_t w = 0; w < item.in.size(); ++w) {
            const int own = w < op.targetIn.size() ? m_index.axis(op.targetIn[w]) : -1;
            for (const int l : lanesOf(item.in[w])) {
                const int axis = lane(l).axis;
                const int result = axis == own || std::find(written.begin(), written.end(), axis) != written.end()
                                       ? -1 : laneOf(m_s, out, axis);
                if (result < 0) item.targetIn.push_back(l);
                else if (w == 0) continues(l, result);
                else lane(l).joins = result;
            }
        }
        for (const int l : lanesOf(out)) {
            if (lane(l).arrives) continue;
            item.targetOut.push_back(l);
            fresh(l);
        }
    }

    void general(Item& item) {
        const Operation& op = m_s.circuit.operations[std::size_t(item.index)];
        const int in = item.in.front(), out = item.out.front();
        std::vector<int> targetAxesIn, targetAxesOut;
        std::unordered_set<int> readSet, writtenSet;
        for (const std::string& id : op.targetIn) targetAxesIn.push_back(m_index.axis(id));
        for (const std::string& id : op.targetOut) targetAxesOut.push_back(m_index.axis(id));
        writtenSet.insert(targetAxesOut.begin(), targetAxesOut.end());
        readSet.insert(targetAxesIn.begin(), targetAxesIn.end());
        // Axes that run past: on both sides, and not acted on.
        std::unordered_set<int> taken;
        for (const int l : lanesOf(in)) {
            const int axis = lane(l).axis;
            if (readSet.count(axis) != 0 || writtenSet.count(axis) != 0) continue;
            const int other = laneOf(m_s, out, axis);
            if (other < 0) continue;
            continues(l, other);
            taken.insert(l);
        }
        // Targets on the wire are themselves; the operation's own axes bind from the bottom to what is left.
        std::vector<int> bound(targetAxesIn.size(), -1);
        for (std::size_t k = 0; k < targetAxesIn.size(); ++k) {
            bound[k] = laneOf(m_s, in, targetAxesIn[k]);
            if (bound[k] >= 0) taken.insert(bound[k]);
        }
        const auto& lanes = lanesOf(in);
        auto free = lanes.rbegin();
        for (std::size_t k = targetAxesIn.size(); k-- > 0;) {
            if (bound[k] >= 0) continue;
            while (free != lanes.rend() && taken.count(*free) != 0) ++free;
            if (free == lanes.rend()) break;
            bound[k] = *free;
            taken.insert(*free);
        }
        for (const int l : bound)
            if (l >= 0) item.targetIn.push_back(l);
        for (const int axis : targetAxesOut) {
            const int l = laneOf(m_s, out, axis);
            if (l < 0) continue;
            item.targetOut.push_back(l);
            if (readSet.count(axis) == 0) fresh(l);
        }
        // A scalar's datatype wire runs to the glyph; so does whatever is read without being declared.
        for (const int l : lanes)
            if (taken.count(l) == 0) item.targetIn.push_back(l);
        for (const int l : lanesOf(out))
            if (!lane(l).arrives && std::find(item.targetOut.begin(), item.targetOut.end(), l) == item.targetOut.end()) {
                item.targetOut.push_back(l);
                fresh(l);
            }
        for (std::size_t w = 1; w < item.in.size(); ++w)
            for (const int l : lanesOf(item.in[w])) item.targetIn.push_back(l);
        for (std::size_t w = 1; w < item.out.size(); ++w)
            for (const int l : lanesOf(item.out[w])) {
                item.targetOut.push_back(l);
                fresh(l);
            }
        // Unfinished: acts on nothing yet. It is shown on the bottom lane rather than nowhere.
        if (item.targetIn.empty() && item.targetOut.empty() && item.face.glyph != Glyph::Pointwise && !lanes.empty()) {
            const int l = lanes.back(), other = lane(l).next;
            item.targetIn.push_back(l);
            if (other >= 0) {
                lane(l).next = -1;
                lane(other).arrives = false;
                item.targetOut.push_back(other);
            }
        }
        if (item.face.glyph == Glyph::Rename && item.targetIn.size() == item.targetOut.size()) {
            // One line through; the new label says it all.
            for (std::size_t k = 0; k < item.targetIn.size(); ++k) continues(item.targetIn[k], item.targetOut[k]);
        }
    }

    State& m_s;
    const CircuitIndex& m_index;
};

}  // namespace

void connect(State& s, const CircuitIndex& index) { Connector(s, index).run(); }

}  // namespace lab::layout

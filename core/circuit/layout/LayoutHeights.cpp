// Heights: lanes that should be straight are joined into chains, neighbours get their least distance, and what has room
// moves towards what it belongs to.
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

namespace lab::layout {

double shapeHeight(const GlyphFace& face, double span, int rows) {
    switch (face.glyph) {
        case Glyph::Chip: return std::max({44.0, span + 28.0, 24.0 * (rows - 1) + 28.0});
        case Glyph::Box:
        case Glyph::Unknown: return span + 40.0;
        case Glyph::Circle: return span + 26.0;
        case Glyph::Triangle: return span + 32.0;
        case Glyph::Bar: return span + 20.0;
        case Glyph::Conv:
        case Glyph::TransposedConv: return std::max(26.0, span);
        case Glyph::Window: return 48.0;
        case Glyph::Source: return span + 28.0;
        case Glyph::Mask: return std::max(46.0, span + 10.0);
        case Glyph::Index: return span + 26.0;
        case Glyph::Hexagon: return std::max(36.0, span + 12.0);
        case Glyph::Diamond: return span + 40.0;
        case Glyph::Discard: return span + 10.0;
        case Glyph::Rename: return span + 16.0;
        case Glyph::Composite: return std::max(46.0, span + 36.0);
        default: return span;
    }
}

namespace {

// Glyphs that lie between their lanes rather than on them.
bool apart(Glyph glyph) { return glyph == Glyph::Conv || glyph == Glyph::TransposedConv || glyph == Glyph::Mask; }

}  // namespace

Overhang overhang(const State& s, const Item& item, bool outputSide) {
    (void)s;
    const int here = int(outputSide ? item.targetOut.size() : item.targetIn.size());
    const int rows = int(std::max(item.targetIn.size(), item.targetOut.size()));
    const double pitch = apart(item.face.glyph) ? 36.0 : metrics::kPitch;
    const double own = pitch * std::max(0, here - 1);
    const double full = pitch * std::max(0, rows - 1);
    switch (item.face.glyph) {
        case Glyph::Copy: return {4.0, 4.0};
        case Glyph::Add: return {28.0, 4.0};  // room for the plus
        case Glyph::Pointwise:
        case Glyph::Einsum:
        case Glyph::Sink: return {0.0, 0.0};
        case Glyph::Rename: return {2.0, 2.0};
        case Glyph::Slot: return item.face.drops ? Overhang{4.0, 40.0} : Overhang{40.0, 4.0};
        case Glyph::Window: return item.face.global ? Overhang{10.0, 10.0} : Overhang{item.face.caption.empty() ? 24.0 : 38.0, item.face.reduces ? 34.0 : 25.0};
        case Glyph::Mask: {
            const double half = (std::max(46.0, full + 10.0) - own) / 2;
            return {half + (item.face.named ? 14.0 : 0.0), half};
        }
        case Glyph::Triangle: {
            const double half = (shapeHeight(item.face, full, rows) - own) / 2;
            return {half, half + (item.face.named ? 14.0 : 0.0)};
        }
        case Glyph::Composite: return {30.0, 18.0};
        case Glyph::Bar:
            if (isJoint(item)) return {12.0, 10.0 + 22.0 * double(item.in.size() - 1)};
            return {10.0, 10.0};
        case Glyph::Source: return bare(item.face) ? Overhang{} : Overhang{14.0, 14.0};
        case Glyph::Conv:
        case Glyph::TransposedConv: {
            const double half = (std::max(26.0, full) - own) / 2 + 2.0;
            return {half + (item.face.caption.empty() ? 0.0 : 16.0), half};
        }
        default: {
            const double half = (shapeHeight(item.face, full, rows) - own) / 2;
            return {half, half};
        }
    }
}

namespace {

// Union-find over lanes with the "above" relation of their chains.
class Chains {
public:
    explicit Chains(std::size_t n) : m_parent(n), m_below(n), m_stamp(n, 0) {
        for (std::size_t i = 0; i < n; ++i) m_parent[i] = int(i);
    }
    int find(int i) {
        while (m_parent[std::size_t(i)] != i) {
            m_parent[std::size_t(i)] = m_parent[std::size_t(m_parent[std::size_t(i)])];
            i = m_parent[std::size_t(i)];
        }
        return i;
    }
    void above(int upper, int lower) { m_below[std::size_t(upper)].push_back(lower); }
    bool join(int a, int b, bool safe) {
        a = find(a);
        b = find(b);
        if (a == b) return true;
        if (!safe && (reaches(a, b) || reaches(b, a))) return false;
        if (m_below[std::size_t(a)].size() < m_below[std::size_t(b)].size()) std::swap(a, b);
        m_parent[std::size_t(b)] = a;
        auto& to = m_below[std::size_t(a)];
        auto& from = m_below[std::size_t(b)];
        for (const int lower : from) to.push_back(lower);
        from.clear();
        // Repeated edges pile up along a chain; one of each is enough.
        if (to.size() > 64) {
            for (int& lower : to) lower = find(lower);
            std::sort(to.begin(), to.end());
            to.erase(std::unique(to.begin(), to.end()), to.end());
        }
        return true;
    }

private:
    bool reaches(int from, int to) {
        ++m_clock;
        std::vector<int> stack{from};
        while (!stack.empty()) {
            const int i = stack.back();
            stack.pop_back();
            for (const int lower : m_below[std::size_t(i)]) {
                const int j = find(lower);
                if (j == to) return true;
                if (m_stamp[std::size_t(j)] == m_clock) continue;
                m_stamp[std::size_t(j)] = m_clock;
                stack.push_back(j);
            }
        }
        return false;
    }
    std::vector<int> m_parent;
    std::vector<std::vector<int>> m_below;
    std::vector<int> m_stamp;
    int m_clock = 0;
};

struct Pair {
    int upper, lower;
    double gap;
};

bool isTarget(const std::vector<int>& targets, int lane) {
    return std::find(targets.begin(), targets.end(), lane) != targets.end();
}

// Does this lane touch the glyph, and how far does the glyph reach beyond it on the given side?
struct Touch {
    const Item* item = nullptr;
    Overhang over;
};
Touch touch(const State& s, int lane, bool outputSide) {
    const Segment& segment = s.segments[std::size_t(s.lanes[std::size_t(lane)].wire)];
    const int i = outputSide ? segment.producer : segment.consumer;
    if (i < 0) return {};
    const Item& item = s.items[std::size_t(i)];
    if (!isTarget(outputSide ? item.targetOut : item.targetIn, lane)) return {};
    return {&item, overhang(s, item, outputSide)};
}

double blockGap(const State& s, const Segment& upper, const Segment& lower, int column) {
    const auto outermostNested = [&](const Segment& inside, const Segment& outside) {
        int least = std::numeric_limits<int>::max(), most = -1;
        for (const int g : inside.groups) {
            const Block& block = s.blocks[std::size_t(g)];
            if (block.firstRank > column + 1 || block.lastRank < column) continue;
            if (std::find(outside.groups.begin(), outside.groups.end(), g) != outside.groups.end()) continue;
            least = std::min(least, block.depth);
            most = std::max(most, block.depth);
        }
        return most < 0 ? -1 : most - least;
    };
    const int above = outermostNested(upper, lower), below = outermostNested(lower, upper);
    double gap = 0.0;
    if (above >= 0) gap += 78.0 + 12.0 * above;
    if (below >= 0) gap += 66.0 + 18.0 * below;
    if (above >= 0 && below >= 0) gap -= 36.0;
    return gap;
}

double gapBetween(const State& s, int upper, int lower, int column) {
    const Segment& us = s.segments[std::size_t(s.lanes[std::size_t(upper)].wire)];
    const Segment& ls = s.segments[std::size_t(s.lanes[std::size_t(lower)].wire)];
    const bool sameWire = &us == &ls;
    double gap = sameWire ? metrics::kPitch : metrics::kFenceGap;
    for (const bool outputSide : {true, false}) {
        if (outputSide && (us.first != column && ls.first != column)) continue;
        if (!outputSide && (us.last != column && ls.last != column)) continue;
        const Touch u = (outputSide ? us.first : us.last) == column ? touch(s, upper, outputSide) : Touch{};
        const Touch l = (outputSide ? ls.first : ls.last) == column ? touch(s, lower, outputSide) : Touch{};
        if (u.item != nullptr && u.item == l.item) {
            if (apart(u.item->face.glyph)) gap = std::max(gap, 36.0);
            continue;
        }
        if (u.item != nullptr && l.item != nullptr) gap = std::max(gap, u.over.below + l.over.above + 16.0);
        else if (u.item != nullptr) gap = std::max(gap, u.over.below + metrics::kForeign);
        else if (l.item != nullptr) gap = std::max(gap, l.over.above + metrics::kForeign);
        // A fence runs between the arrays, clear of the upper one's glyphs.
        if (!sameWire && u.item != nullptr && u.over.below > 8.0) gap = std::max(gap, u.over.below + 34.0);
        if (!sameWire) {
            const int reader = outputSide ? ls.producer : ls.consumer;
            const int at = outputSide ? ls.first : ls.last;
            if (reader >= 0 && at == column && ls.lanes.front() == lower) {
                const Glyph glyph = s.items[std::size_t(reader)].face.glyph;
                double need = glyph == Glyph::Pointwise ? 72.0 : glyph == Glyph::Conv || glyph == Glyph::TransposedConv ? 48.0 : 0.0;
                if (need > 0.0 && u.item != nullptr) need = std::max(need, u.over.below + 52.0 + 16.0);
                gap = std::max(gap, need);
            }
            // The lower array's labels stand on its top lane.
            if (s.lanes[std::size_t(lower)].fresh && ls.first == column && u.item != nullptr)
                gap = std::max(gap, u.over.below + 22.0);
        }
    }
    if (!sameWire) gap = std::max(gap, blockGap(s, us, ls, column));
    return 12.0 * std::ceil(gap / 12.0 - 1e-9);
}

// The operand of a product whose surviving axes stand in the result side by side and in the same order keeps its heights;
// the last one of several.
std::vector<std::pair<int, int>> straightOperand(const State& s, const Item& item) {
    const auto& result = s.segments[std::size_t(item.out.front())].lanes;
    for (auto w = item.in.rbegin(); w != item.in.rend(); ++w) {
        std::vector<std::pair<int, int>> joins;
        bool good = true;
        std::ptrdiff_t last = -1;
        for (const int lane : s.segments[std::size_t(*w)].lanes) {
            const auto at = std::find_if(result.begin(), result.end(), [&](int r) {
                return s.lanes[std::size_t(r)].axis == s.lanes[std::size_t(lane)].axis;
            });
            if (at == result.end()) continue;
            const std::ptrdiff_t place = at - result.begin();
            good = good && (joins.empty() || place == last + 1);
            last = place;
            joins.emplace_back(lane, *at);
        }
        if (good && !joins.empty()) return joins;
    }
    return {};
}

void joinChains(State& s, Chains& chains) {
    for (const Item& item : s.items) {
        // Woven axes, the straight branch of a copy, the first operand of an add.
        std::vector<std::pair<int, int>> wanted;
        if (item.face.glyph == Glyph::Einsum && item.out.size() == 1) {
            wanted = straightOperand(s, item);
        } else {
            for (const int w : item.in)
                for (const int lane : s.segments[std::size_t(w)].lanes)
                    if (s.lanes[std::size_t(lane)].next >= 0) wanted.emplace_back(lane, s.lanes[std::size_t(lane)].next);
            if (!isDots(item.face.glyph) && item.targetIn.size() == item.targetOut.size())
                for (std::size_t k = 0; k < item.targetIn.size(); ++k) wanted.emplace_back(item.targetIn[k], item.targetOut[k]);
            // The first array goes straight into a joint, positions straight through a window.
            else if ((isJoint(item) || item.face.glyph == Glyph::Window) && !item.targetIn.empty() && !item.targetOut.empty())
                wanted.emplace_back(item.targetIn.front(), item.targetOut.front());
        }
        // One array in, one out, nothing crosses: cannot close a cycle.
        const auto place = [&](int lane) {
            const auto& lanes = s.segments[std::size_t(s.lanes[std::size_t(lane)].wire)].lanes;
            return std::find(lanes.begin(), lanes.end(), lane) - lanes.begin();
        };
        std::stable_sort(wanted.begin(), wanted.end(), [&](const auto& a, const auto& b) { return place(a.first) < place(b.first); });
        bool safe = item.in.size() == 1 && item.out.size() == 1;
        for (std::size_t k = 1; safe && k < wanted.size(); ++k) safe = place(wanted[k - 1].second) < place(wanted[k].second);
        for (const auto& [a, b] : wanted) chains.join(a, b, safe);
    }
}

class Heights {
public:
    Heights(State& s, const std::vector<Pair>& pairs) : m_state(s), m_n(s.height.size()), m_above(m_n), m_below(m_n) {
        std::map<std::pair<int, int>, double> gaps;
        for (const Pair& p : pairs) {
            const int a = s.lanes[std::size_t(p.upper)].chain, b = s.lanes[std::size_t(p.lower)].chain;
            if (a == b) continue;
            double& gap = gaps[{a, b}];
            gap = std::max(gap, p.gap);
        }
        for (const auto& [key, gap] : gaps) {
            m_below[std::size_t(key.first)].push_back({key.second, gap});
            m_above[std::size_t(key.second)].push_back({key.first, gap});
        }
    }

    void stack() {
        std::vector<int> degree(m_n, 0);
        for (std::size_t i = 0; i < m_n; ++i) degree[i] = int(m_above[i].size());
        std::vector<int> ready;
        for (std::size_t i = m_n; i-- > 0;)
            if (degree[i] == 0) ready.push_back(int(i));
        while (!ready.empty()) {
            const int i = ready.back();
            ready.pop_back();
            for (const Edge& e : m_below[std::size_t(i)]) {
                double& h = m_state.height[std::size_t(e.to)];
                h = std::max(h, m_state.height[std::size_t(i)] + e.gap);
                if (--degree[std::size_t(e.to)] == 0) ready.push_back(e.to);
            }
        }
    }

    void relax() {
        for (int round = 0; round < 12; ++round) {
            bool moved = false;
            std::vector<char> owned(m_n, 0);
            for (const Item& item : m_state.items) moved = pull(item, owned) || moved;
            for (std::size_t i = 0; i < m_n; ++i) {
                if (owned[i] || !m_above[i].empty() || m_below[i].empty()) continue;
                double lowest = std::numeric_limits<double>::max();
                for (const Edge& e : m_below[i]) lowest = std::min(lowest, m_state.height[std::size_t(e.to)] - e.gap);
                if (lowest > m_state.height[i] + 0.5) {
                    m_state.height[i] = lowest;
                    moved = true;
                }
            }
            if (!moved) break;
        }
    }

private:
    struct Edge {
        int to;
        double gap;
    };

    // Both sides of a glyph that could not be joined should have the same middle: the smaller one moves as a whole.
    bool pull(const Item& item, std::vector<char>& owned) {
        const bool wiring = item.face.glyph == Glyph::Einsum;
        if ((isDots(item.face.glyph) && !wiring) || isJoint(item) || item.targetIn.empty() || item.targetOut.empty()) return false;
        if (!wiring && item.targetIn.size() == item.targetOut.size()) return false;
        // A product is one place: its result moves to the middle of what it reads.
        const bool outSmaller = wiring || item.targetOut.size() < item.targetIn.size();
        const auto& mine = outSmaller ? item.targetOut : item.targetIn;
        const auto& other = outSmaller ? item.targetIn : item.targetOut;
        std::vector<int> set;
        for (const int lane : mine) {
            const int chain = m_state.lanes[std::size_t(lane)].chain;
            if (std::find(set.begin(), set.end(), chain) == set.end()) set.push_back(chain);
        }
        if (wiring)
            for (const int lane : other) {
                const int chain = m_state.lanes[std::size_t(lane)].chain;
                if (std::find(set.begin(), set.end(), chain) != set.end()) return false;  // straight through
            }
        for (const int chain : set) owned[std::size_t(chain)] = 1;
        const auto middle = [&](const std::vector<int>& lanes) {
            const auto [low, high] = m_state.extent(lanes);
            return (low + high) / 2;
        };
        double up = -1e9, down = 1e9;
        for (const int chain : set) {
            const double h = m_state.height[std::size_t(chain)];
            for (const Edge& e : m_above[std::size_t(chain)])
                if (std::find(set.begin(), set.end(), e.to) == set.end())
                    up = std::max(up, m_state.height[std::size_t(e.to)] + e.gap - h);
            for (const Edge& e : m_below[std::size_t(chain)])
                if (std::find(set.begin(), set.end(), e.to) == set.end())
                    down = std::min(down, m_state.height[std::size_t(e.to)] - e.gap - h);
        }
        if (up > down) return false;
        const double wish = std::clamp(middle(other) - middle(mine), up, down);
        const double step = 6.0 * std::trunc(wish / 6.0);
        if (std::abs(step) < 1.0) return false;
        for (const int chain : set) m_state.height[std::size_t(chain)] += step;
        return true;
    }

    State& m_state;
    std::size_t m_n;
    std::vector<std::vector<Edge>> m_above, m_below;
};

}  // namespace

void solveHeights(State& s) {
    std::vector<Pair> pairs;
    Chains chains(s.lanes.size());
    for (std::size_t r = 0; r < s.order.size(); ++r) {
        int previous = -1;
        for (const int w : s.order[r])
            for (const int lane : s.segments[std::size_t(w)].lanes) {
                if (previous >= 0) {
                    pairs.push_back({previous, lane, gapBetween(s, previous, lane, int(r))});
                    chains.above(previous, lane);
                }
                previous = lane;
            }
    }
    // What ends in a column and what begins there share no data column; what begins stands below all the same.
    for (std::size_t r = 1; r < s.column.size(); ++r) {
        if (s.order[r - 1].empty()) continue;
        const int last = s.segments[std::size_t(s.order[r - 1].back())].lanes.back();
        for (const int i : s.column[r]) {
            const Item& source = s.items[std::size_t(i)];
            if (!source.in.empty() || source.targetOut.empty()) continue;
            const Touch above = touch(s, last, false);
            const double gap = (above.item == nullptr ? metrics::kForeign : above.over.below + 16.0) + overhang(s, source, true).above;
            pairs.push_back({last, source.targetOut.front(), 12.0 * std::ceil(gap / 12.0)});
            chains.above(last, source.targetOut.front());
            break;  // the others stand below this one
        }
        // And what the operation above it writes stands above what ends here.
        for (std::size_t k = 1; k < s.column[r].size(); ++k) {
            const Item& upper = s.items[std::size_t(s.column[r][k - 1])];
            const Item& lower = s.items[std::size_t(s.column[r][k])];
            if (!lower.out.empty() || lower.targetIn.empty() || upper.in.empty() || upper.targetOut.empty()) continue;
            const double gap = overhang(s, upper, true).below + overhang(s, lower, false).above + 16.0;
            pairs.push_back({upper.targetOut.back(), lower.targetIn.front(), 12.0 * std::ceil(gap / 12.0)});
            chains.above(upper.targetOut.back(), lower.targetIn.front());
        }
    }
    joinChains(s, chains);
    std::unordered_map<int, int> number;
    for (std::size_t i = 0; i < s.lanes.size(); ++i) {
        const int root = chains.find(int(i));
        const auto [it, fresh] = number.emplace(root, int(number.size()));
        s.lanes[i].chain = it->second;
    }
    s.height.assign(number.size(), 0.0);
    Heights heights(s, pairs);
    heights.stack();
    heights.relax();
}

}  // namespace lab::layout

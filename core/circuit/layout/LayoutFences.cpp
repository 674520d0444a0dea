// Where lanes change height, and the dashed fences between arrays.
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <unordered_map>

namespace lab::layout {

double left(const State& s, const Item& i) {
    const auto r = std::size_t(i.rank);
    return s.opX[r] + (isDots(i.face.glyph) || isJoint(i) ? s.opSplit[r] : 0.0);
}

double right(const State& s, const Item& i) {
    const auto r = std::size_t(i.rank);
    return s.opX[r] + (s.opSplit[r] > 0.0 && !isDots(i.face.glyph) && !isJoint(i) ? s.opSplit[r] : s.opW[r]);
}

namespace {

double middle(const State& s, const Item& i) { return (left(s, i) + right(s, i)) / 2; }

}  // namespace

double endX(const State& s, const Item& i) {
    const double c = middle(s, i);
    switch (i.face.glyph) {
        case Glyph::Conv:
        case Glyph::TransposedConv: return c - i.shapeWidth / 2;
        case Glyph::Window: return i.face.reduces || i.face.global ? c - i.shapeWidth / 2 - (i.face.global ? 3.0 : 0.0) : left(s, i) + 12.0;
        case Glyph::Triangle: return c - 12.0;
        case Glyph::Copy: return left(s, i) + 12.0;
        case Glyph::Add: return right(s, i) - 12.0;
        case Glyph::Einsum: return runTo(s, i);
        case Glyph::Bar: return isJoint(i) ? right(s, i) - 12.0 : c;
        case Glyph::Sink: return left(s, i) + 14.0;
        case Glyph::Diamond: return c;  // to the middle: its slanted sides hide the rest
        case Glyph::Index: return c - i.shapeWidth / 2;
        case Glyph::Slot: return left(s, i) + 8.0;
        default: return c;
    }
}

double startX(const State& s, const Item& i) {
    const double c = middle(s, i);
    switch (i.face.glyph) {
        case Glyph::Diamond: return c;
        case Glyph::Source: return bare(i.face) ? left(s, i) : right(s, i) - 12.0;
        case Glyph::Conv:
        case Glyph::TransposedConv: return c + i.shapeWidth / 2;
        case Glyph::Window:
            return i.face.global ? c : i.face.reduces ? c - i.shapeWidth / 2 + 36.0 : left(s, i) + 48.0;
        case Glyph::Triangle: return c + 12.0;
        case Glyph::Copy: return left(s, i) + 12.0;
        case Glyph::Add: return right(s, i) - 12.0;
        case Glyph::Einsum: return runTo(s, i);
        case Glyph::Bar: return isJoint(i) ? right(s, i) - 12.0 : c;
        case Glyph::Slot: return right(s, i) - 8.0;
        default: return c;
    }
}

double portY(const State& s, const Item& item, int lane, bool output) {
    if (!item.bends || output != item.standsAtInput) return s.y(lane);
    const auto [low, high] = s.extent(item.standsAtInput ? item.targetIn : item.targetOut);
    const auto& mine = output ? item.targetOut : item.targetIn;
    // In the order of their heights, a pitch apart.
    int above = 0;
    for (const int other : mine)
        if (s.y(other) < s.y(lane) - 0.01) ++above;
    return (low + high) / 2 + metrics::kPitch * (above - 0.5 * double(mine.size() - 1));
}

double runFrom(const State& s, const Item& i) {
    switch (i.face.glyph) {
        case Glyph::Copy: return left(s, i) + 12.0;
        case Glyph::Add: return right(s, i) - 12.0 - i.run;
        case Glyph::Einsum: return left(s, i) + 8.0 + i.cupZone;
        case Glyph::Bar:
            if (isJoint(i)) return right(s, i) - 12.0 - i.run;
            break;
        default: break;
    }
    return middle(s, i) - i.run / 2;
}

double runTo(const State& s, const Item& i) {
    switch (i.face.glyph) {
        case Glyph::Copy: return left(s, i) + 12.0 + i.run;
        case Glyph::Add: return right(s, i) - 12.0;
        case Glyph::Einsum: return left(s, i) + 8.0 + i.cupZone + std::max(i.run, 12.0);
        case Glyph::Bar:
            if (isJoint(i)) return right(s, i) - 12.0;
            break;
        default: break;
    }
    return middle(s, i) + i.run / 2;
}

namespace {

class Fences {
public:
    explicit Fences(const State& s) : m_s(s) {}

    std::vector<PlacedFence> run() {
        fences();
        return std::move(m_fences);
    }

private:
    const Item& item(int i) const { return m_s.items[std::size_t(i)]; }
    double opLeft(const Item& i) const { return left(m_s, i); }
    double opRight(const Item& i) const { return right(m_s, i); }

    double fenceY(int upper, int lower) const {
        const double a = m_s.bottom(m_s.segments[std::size_t(upper)]), b = m_s.top(m_s.segments[std::size_t(lower)]);
        // Close arrays: 12 below the upper one. Otherwise between the glyphs above and the labels below.
        return b - a <= metrics::kFenceGap + 0.5 ? a + 12.0 : std::max((a + b) / 2 - 6.0, std::min(b - 22.0, a + 31.0));
    }

    void fences() {
        std::unordered_map<long long, bool> done;
        const auto key = [](int r, int k) { return static_cast<long long>(r) * 100000 + k; };
        for (int r = 0; r < m_s.ranks; ++r)
            for (int k = 0; k + 1 < int(m_s.order[std::size_t(r)].size()); ++k) {
                if (done[key(r, k)]) continue;
                fence(r, k, [&](int rr, int kk) { done[key(rr, kk)] = true; });
            }
    }

    // The part of a fence in one data column, and the heights that it may have there.
    struct Step {
        double left, right;
        double low, high, wish;
    };

    // Room between two arrays in a column: clear of the glyphs beside it and of the labels on the lower one.
    Step step(int r, int upper, int lower) const {
        const Segment& u = m_s.segments[std::size_t(upper)];
        const Segment& l = m_s.segments[std::size_t(lower)];
        double above = 12.0, below = 10.0;
        const auto touch = [&](const Segment& segment, bool output) -> const Item* {
            const int i = (output ? segment.first : segment.last) == r ? (output ? segment.producer : segment.consumer) : -1;
            return i < 0 ? nullptr : &item(i);
        };
        for (const bool output : {true, false}) {
            if (const Item* i = touch(u, output); i != nullptr && !isDots(i->face.glyph) && !isJoint(*i))
                above = std::max(above, overhang(m_s, *i, output).below + metrics::kForeign);
            if (const Item* i = touch(l, output); i != nullptr && !isDots(i->face.glyph) && !isJoint(*i)) {
                below = std::max(below, overhang(m_s, *i, output).above + metrics::kForeign);
                // A pointwise function stands above its array, not on it.
                if (!output && i->face.glyph == Glyph::Pointwise) below = std::max(below, metrics::kPointwiseLift + 14.0);
            }
        }
        if (l.first == r && labelled(m_s, l.lanes.front())) below = std::max(below, 22.0);
        Step out{m_s.dataX[std::size_t(r)], m_s.dataX[std::size_t(r)] + m_s.dataW[std::size_t(r)], m_s.bottom(u) + above,
                 m_s.top(l) - below, fenceY(upper, lower)};
        if (out.low > out.high) out.low = out.high = out.wish;
        return out;
    }

    template <class Mark>
    void fence(int r, int k, Mark&& mark) {
        const auto at = [&](int rr) -> const std::vector<int>& { return m_s.order[std::size_t(rr)]; };
        int upper = at(r)[std::size_t(k)], lower = at(r)[std::size_t(k) + 1];
        std::vector<Step> steps;
        double x = m_s.dataX[std::size_t(r)];
        {
            const Segment& us = m_s.segments[std::size_t(upper)];
            const Segment& ls = m_s.segments[std::size_t(lower)];
            if (us.producer >= 0 && us.producer == ls.producer) {
                const Item& maker = item(us.producer);
                x = maker.face.glyph == Glyph::Copy ? endX(m_s, maker) + 30.0 : middle(m_s, maker) + maker.shapeWidth / 2;
            } else if (us.first == r || ls.first == r) {
                for (const auto* s : {&us, &ls})
                    if (s->producer >= 0 && s->first == r && item(s->producer).face.glyph == Glyph::Source)
                        x = std::min(x, bare(item(s->producer).face) ? opLeft(item(s->producer)) : opRight(item(s->producer)) - 12.0);
            }
        }
        const Item* reader = nullptr;
        for (;;) {
            mark(r, k);
            steps.push_back(step(r, upper, lower));
            if (steps.size() == 1) steps.back().left = x;
            const auto& u = m_s.segments[std::size_t(upper)];
            const auto& l = m_s.segments[std::size_t(lower)];
            const int cu = u.last == r ? u.consumer : -1, cl = l.last == r ? l.consumer : -1;
            if ((u.last == r && cu < 0) || (l.last == r && cl < 0) || r + 1 >= m_s.ranks) {
                steps.back().right = std::max(steps.back().right, steps.back().left + 10.0);
                break;
            }
            if (cu >= 0 && cu == cl) {
                reader = &item(cu);
                break;
            }
            int nu = cu < 0 ? upper : item(cu).out.empty() ? -1 : item(cu).out.back();
            // Where the upper array ends for good, the one above it takes its place.
            if (nu < 0 && k > 0) {
                const auto& above = m_s.segments[std::size_t(at(r)[std::size_t(k) - 1])];
                const int reader = above.last == r ? above.consumer : -1;
                nu = reader < 0 ? (above.last == r ? -1 : above.index) : item(reader).out.empty() ? -1 : item(reader).out.back();
            }
            const int nl = cl < 0 ? lower : item(cl).out.empty() ? -1 : item(cl).out.front();
            int nk = -1;
            if (nu >= 0 && nl >= 0)
                for (int q = 0; q + 1 < int(at(r + 1).size()); ++q)
                    if (at(r + 1)[std::size_t(q)] == nu && at(r + 1)[std::size_t(q) + 1] == nl) nk = q;
            steps.back().right = m_s.opX[std::size_t(r) + 1];
            if (nk < 0) break;
            upper = nu;
            lower = nl;
            k = nk;
            ++r;
        }
        if (reader != nullptr) end(steps.back(), *reader);
        PlacedFence f;
        straighten(steps);
        for (const Step& s : steps) {
            extend(f.points, {s.left, s.wish});
            extend(f.points, {std::max(s.left, s.right), s.wish});
        }
        if (reader != nullptr) close(f, *reader, steps.back().wish);
        if (f.points.size() >= 2) m_fences.push_back(std::move(f));
    }

    // As few changes of height as the room allows; the end decides where there is a choice.
    static void straighten(std::vector<Step>& steps) {
        std::size_t last = steps.size();
        while (last > 0) {
            double low = steps[last - 1].low, high = steps[last - 1].high;
            std::size_t first = last - 1;
            while (first > 0 && std::max(low, steps[first - 1].low) <= std::min(high, steps[first - 1].high)) {
                --first;
                low = std::max(low, steps[first].low);
                high = std::min(high, steps[first].high);
            }
            const double y = std::clamp(steps[last - 1].wish, low, high);
            for (std::size_t i = first; i < last; ++i) steps[i].wish = y;
            last = first;
        }
    }

    // The open end of the widest cup of linear wiring: its apex and middle.
    static std::pair<double, double> widestCup(const State& s, const Item& reader, double from) {
        double apex = from, at = 0.0;
        for (const auto& [a, b] : reader.cups) {
            const double radius = std::abs(s.y(a) - s.y(b)) / 2;
            if (from + radius < apex) continue;
            apex = from + radius;
            at = (s.y(a) + s.y(b)) / 2;
        }
        return {apex, at};
    }

    // Where the last column should run to meet what ends the fence.
    void end(Step& step, const Item& reader) const {
        if (reader.face.glyph != Glyph::Einsum || reader.cups.empty()) return;
        const double at = widestCup(m_s, reader, opLeft(reader) + 8.0).second;
        if (at >= step.low - 6.0 && at <= step.high + 6.0) step.low = std::min(step.low, at), step.high = std::max(step.high, at);
        step.wish = at;
    }

    // Where both arrays are read: 30 before the plus, at the apex of the widest cup, on the bar of a joint.
    void close(PlacedFence& f, const Item& reader, double y) const {
        const double from = f.points.back().x;
        switch (reader.face.glyph) {
            case Glyph::Add: extend(f.points, {std::max(from, endX(m_s, reader) - 30.0), y}); return;
            case Glyph::Einsum: {
                if (reader.cups.empty()) {
                    extend(f.points, {std::max(from, runFrom(m_s, reader)), y});
                    return;
                }
                const auto [apex, at] = widestCup(m_s, reader, opLeft(reader) + 8.0);
                extend(f.points, {std::max(from, apex), at});  // where the product leaves
                return;
            }
            case Glyph::Bar:
                if (isJoint(reader) && !reader.targetIn.empty()) {
                    const double at = m_s.y(reader.targetIn.front()) + 14.0;
                    extend(f.points, {std::max(from, runFrom(m_s, reader)), y});
                    extend(f.points, {std::max(from, endX(m_s, reader)), at});
                    return;
                }
                break;
            default: break;
        }
        extend(f.points, {std::max(from, middle(m_s, reader)), y});
    }

    const State& m_s;
    std::vector<PlacedFence> m_fences;
};

}  // namespace

void extend(std::vector<DiagramPoint>& points, DiagramPoint p) {
    if (points.size() >= 2) {
        const DiagramPoint& a = points[points.size() - 2];
        DiagramPoint& b = points.back();
        if (std::abs(a.y - b.y) < 0.01 && std::abs(b.y - p.y) < 0.01) {
            b.x = p.x;
            return;
        }
    }
    points.push_back(p);
}

std::vector<PlacedFence> placeFences(const State& s) { return Fences(s).run(); }

}  // namespace lab::layout

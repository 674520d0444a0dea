// Wraps a diagram that was laid out in one line into rows. Everything keeps its shape; what runs across the end of a row is cut
// there, once per row: wires, fences and blocks. A row ends where all wires are flat and nothing is written.
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab::layout {

namespace {

constexpr double kRowGap = 56.0;   // between the rows, room for the arrows that lead from one to the next
constexpr double kRowLead = 40.0;  // left of a row that goes on from the one above
constexpr double kRowTail = 40.0;  // right of a row that goes on
constexpr double kClear = 5.0;     // least distance of the end of a row from anything that is not a wire
constexpr double kLastPart = 0.35; // of a row: there its end may give up width for a better place

struct Span {
    double left = 0.0, right = 0.0;
};

// Stretches in which a row cannot end, joined and sorted.
class Blocked {
public:
    void add(double left, double right) {
        if (right > left) m_all.push_back({left, right});
    }
    void join() {
        std::sort(m_all.begin(), m_all.end(), [](const Span& a, const Span& b) { return a.left < b.left; });
        std::vector<Span> joined;
        for (const Span& s : m_all) {
            if (!joined.empty() && s.left <= joined.back().right) joined.back().right = std::max(joined.back().right, s.right);
            else joined.push_back(s);
        }
        m_all = std::move(joined);
    }
    bool covers(double x) const {
        const auto after = std::upper_bound(m_all.begin(), m_all.end(), x, [](double at, const Span& s) { return at < s.left; });
        return after != m_all.begin() && x < std::prev(after)->right;
    }

private:
    std::vector<Span> m_all;
};

class Wrapper {
public:
    Wrapper(DiagramLayout& layout, double width, const TextMeasure& measure) : m(layout), m_width(width), m_measure(measure) {}

    void run() {
        collect();
        choose();
        if (m_cuts.empty()) return;
        place();
        cutLines(m.lanes, [](PlacedLane&, bool) {});
        cutLines(m.spans, [](PlacedSpan& s, bool last) { s.dangling = s.dangling && last; });
        cutLines(m.fences, [](PlacedFence&, bool) {});
        blocks();
        columns();
        rest();
    }

private:
    std::size_t rowOf(double x) const { return std::size_t(std::upper_bound(m_cuts.begin(), m_cuts.end(), x) - m_cuts.begin()); }
    double leftOf(std::size_t row) const { return row == 0 ? m.bounds.x : m_cuts[row - 1]; }
    double rightOf(std::size_t row) const { return row < m_cuts.size() ? m_cuts[row] : m.bounds.right(); }

    // ---- where rows may end
    void sloped(const std::vector<DiagramPoint>& points) {
        for (std::size_t i = 1; i < points.size(); ++i)
            if (std::abs(points[i].y - points[i - 1].y) > 0.5)
                m_blocked.add(std::min(points[i].x, points[i - 1].x) - kClear, std::max(points[i].x, points[i - 1].x) + kClear);
    }

    void collect() {
        for (const PlacedLane& lane : m.lanes) sloped(lane.points);
        for (const PlacedFence& fence : m.fences) sloped(fence.points);
        for (const PlacedGlyph& g : m.glyphs) {
            m_blocked.add(g.box.x - kClear, g.box.right() + kClear);
            for (const auto* points : {&g.in, &g.out, &g.dots})
                for (const DiagramPoint& p : *points) m_blocked.add(std::min(p.x, g.anchor.x) - kClear, std::max(p.x, g.anchor.x) + kClear);
            for (const PlacedCup& c : g.cups) m_blocked.add(c.x - kClear, c.apex() + kClear);
        }
        for (const PlacedLabel& l : m.labels) {
            const double w = m_measure(l.markup, l.pixels);
            const double left = l.anchor == LabelAnchor::Left ? l.baseline.x : l.anchor == LabelAnchor::Right ? l.baseline.x - w : l.baseline.x - w / 2;
            m_blocked.add(left - 2.0, left + w + 2.0);
        }
        for (const PlacedTab& t : m.tabs) m_blocked.add(t.center.x - 14.0, t.center.x + 14.0);
        for (const PlacedError& e : m.errors) m_blocked.add(e.left - kClear, e.right + kClear);
        for (const PlacedBlock& b : m.blocks)
            for (const double edge : {b.rect.x, b.rect.right()}) m_blocked.add(edge - kClear, edge + kClear);
        m_blocked.join();
        for (const PlacedColumn& c : m.columns) {
            if (!c.data) continue;
            // From the right: what is written stands at the left of a data column and belongs to what made it.
            for (double x = c.x + c.w; x >= c.x - 0.01; x -= 3.0)
                if (!m_blocked.covers(x)) m_places.push_back(x);
            if (!m_blocked.covers(c.x)) m_places.push_back(c.x);
        }
        std::sort(m_places.begin(), m_places.end());
        m_places.erase(std::unique(m_places.begin(), m_places.end()), m_places.end());
    }

    int depthAt(double x) const {
        int depth = 0;
        for (const PlacedBlock& b : m.blocks) depth += b.rect.x < x && x < b.rect.right();
        return depth;
    }

    // As much as fits; among the places in the last part of a row the one in the fewest blocks, then the last one.
    void choose() {
        for (double start = m.bounds.x;;) {
            const double lead = m_cuts.empty() ? 0.0 : kRowLead;
            if (m.bounds.right() - start + lead <= m_width) return;
            const double limit = start + m_width - lead - kRowTail;
            const auto first = std::upper_bound(m_places.begin(), m_places.end(), start + 1.0);
            const auto end = std::upper_bound(first, m_places.end(), limit);
            double best = std::numeric_limits<double>::quiet_NaN();
            if (end == first) {
                if (first == m_places.end()) return;  // nowhere left: the last row is as wide as it is
                best = *first;
            } else {
                int depth = std::numeric_limits<int>::max();
                for (auto it = end; it != first;) {
                    --it;
                    if (*it < limit - kLastPart * m_width && depth < std::numeric_limits<int>::max()) break;
                    const int here = depthAt(*it);
                    if (here < depth) {
                        depth = here;
                        best = *it;
                    }
                }
            }
            // A row of nothing but the end of a wire is no row.
            if (best >= m.bounds.right() - 1.0) return;
            m_cuts.push_back(best);
            start = best;
        }
    }

    // ---- rows
    void place() {
        const std::size_t rows = m_cuts.size() + 1;
        std::vector<double> top(rows, 1e9), bottom(rows, -1e9);
        const auto cover = [&](double left, double right, double from, double to) {
            for (std::size_t r = rowOf(left); r <= rowOf(right); ++r) {
                top[r] = std::min(top[r], from);
                bottom[r] = std::max(bottom[r], to);
            }
        };
        for (const PlacedLane& lane : m.lanes)
            for (std::size_t i = 1; i < lane.points.size(); ++i) {
                const auto &a = lane.points[i - 1], &b = lane.points[i];
                cover(std::min(a.x, b.x), std::max(a.x, b.x), std::min(a.y, b.y) - 20.0, std::max(a.y, b.y) + 10.0);
            }
        for (const PlacedGlyph& g : m.glyphs) cover(g.box.x, g.box.right(), g.box.y - 6.0, g.box.bottom() + 16.0);
        for (const PlacedBlock& b : m.blocks) cover(b.rect.x, b.rect.right(), b.rect.y - 4.0, b.rect.bottom() + 4.0);
        m_rows.resize(rows);
        m_down.resize(rows);
        double y = top[0];
        for (std::size_t r = 0; r < rows; ++r) {
            PlacedRow& row = m_rows[r];
            if (top[r] > bottom[r]) top[r] = bottom[r] = 0.0;
            m_down[r] = r == 0 ? 0.0 : y - top[r];
            row.top = top[r] + m_down[r];
            row.bottom = bottom[r] + m_down[r];
            row.left = r == 0 ? m.bounds.x : m.bounds.x + kRowLead;
            row.right = row.left + rightOf(r) - leftOf(r);
            y = row.bottom + kRowGap;
        }
    }

    double acrossOf(std::size_t row) const { return m_rows[row].left - leftOf(row); }
    DiagramPoint moved(DiagramPoint p, std::size_t row) const { return {p.x + acrossOf(row), p.y + m_down[row]}; }
    DiagramRect moved(DiagramRect r, std::size_t row) const {
        r.x += acrossOf(row);
        r.y += m_down[row];
        return r;
    }

    // Pieces of everything that is a line; wires tell their rows where they go on.
    template <class Line, class Mend>
    void cutLines(std::vector<Line>& lines, Mend mend) {
        std::vector<Line> out;
        for (const Line& line : lines) {
            if (line.points.empty()) continue;
            Line piece = line;
            piece.points.clear();
            std::size_t row = rowOf(line.points.front().x);
            piece.points.push_back(moved(line.points.front(), row));
            for (std::size_t i = 1; i < line.points.size(); ++i) {
                const DiagramPoint &a = line.points[i - 1], &b = line.points[i];
                while (row < m_cuts.size() && b.x > m_cuts[row] && a.x <= b.x) {
                    const DiagramPoint edge{m_cuts[row], a.y};
                    piece.points.push_back(moved(edge, row));
                    mend(piece, false);
                    goesOn(piece, row);
                    out.push_back(piece);
                    piece.points = {moved(edge, ++row)};
                }
                piece.points.push_back(moved(b, row));
            }
            if (piece.points.size() < 2 && line.points.size() >= 2) continue;
            mend(piece, true);
            out.push_back(std::move(piece));
        }
        lines = std::move(out);
    }
    void goesOn(const PlacedLane& lane, std::size_t row) {
        m_rows[row].leaves.push_back(lane.points.back().y);
        m_rows[row + 1].enters.push_back(lane.points.back().y - m_down[row] + m_down[row + 1]);
        // The name again at the beginning of the row: the last one that it had.
        for (auto l = m.labels.rbegin(); l != m.labels.rend(); ++l) {
            if (l->axis != lane.axis || l->axis.empty() || rowOf(l->baseline.x) > row) continue;
            PlacedLabel again = *l;
            const double above = m_rows[row + 1].enters.back() - (lane.bundle ? 7.5 : 5.5);
            again.baseline = {m_rows[row + 1].left + 4.0, above};
            again.anchor = LabelAnchor::Left;
            again.wire = lane.wire;
            m_again.push_back(std::move(again));
            break;
        }
    }
    template <class Line>
    void goesOn(const Line&, std::size_t) {}

    void blocks() {
        std::vector<PlacedBlock> out;
        for (const PlacedBlock& block : m.blocks) {
            const std::size_t first = rowOf(block.rect.x), last = rowOf(block.rect.right());
            for (std::size_t r = first; r <= last; ++r) {
                PlacedBlock piece = block;
                piece.rect.x = std::max(block.rect.x, leftOf(r));
                piece.rect.w = std::min(block.rect.right(), rightOf(r)) - piece.rect.x;
                piece.begins = r == first;
                piece.ends = r == last;
                if (!piece.begins) piece.title.clear();
                piece.rect = moved(piece.rect, r);
                out.push_back(std::move(piece));
            }
        }
        m.blocks = std::move(out);
    }

    void columns() {
        std::vector<PlacedColumn> out;
        for (const PlacedColumn& column : m.columns)
            for (std::size_t r = rowOf(column.x); r <= rowOf(column.x + column.w); ++r) {
                PlacedColumn piece = column;
                piece.x = std::max(column.x, leftOf(r));
                piece.w = std::min(column.x + column.w, rightOf(r)) - piece.x;
                piece.x += acrossOf(r);
                piece.row = int(r);
                out.push_back(std::move(piece));
            }
        m.columns = std::move(out);
    }

    // What lies in one row.
    void rest() {
        for (PlacedGlyph& g : m.glyphs) {
            const std::size_t r = rowOf(g.box.centerX());
            g.box = moved(g.box, r);
            g.anchor = moved(g.anchor, r);
            for (auto* points : {&g.in, &g.out, &g.dots})
                for (DiagramPoint& p : *points) p = moved(p, r);
            g.batchLane += m_down[r];
            for (PlacedCup& c : g.cups) {
                c.x += acrossOf(r);
                c.top += m_down[r];
                c.bottom += m_down[r];
            }
        }
        for (PlacedLabel& l : m.labels) l.baseline = moved(l.baseline, rowOf(l.baseline.x));
        m.labels.insert(m.labels.end(), m_again.begin(), m_again.end());
        for (PlacedTab& t : m.tabs) t.center = moved(t.center, rowOf(t.center.x));
        for (PlacedError& e : m.errors) {
            const std::size_t r = rowOf(e.right);
            e.left = std::max(e.left, leftOf(r)) + acrossOf(r);
            e.right += acrossOf(r);
            e.y += m_down[r];
        }
        for (auto& [wire, a] : m.anchors) {
            const std::size_t r = rowOf(a.left);
            a.right = std::min(a.right, rightOf(r)) + acrossOf(r);
            a.left += acrossOf(r);
            a.tapX += acrossOf(r);
            a.cutX = std::min(a.cutX + acrossOf(r), a.right);
            a.top += m_down[r];
            a.bottom += m_down[r];
            for (double& y : a.lanes) y += m_down[r];
        }
        m.rows = m_rows;
        DiagramRect all{m_rows.front().left, m_rows.front().top, 0.0, 0.0};
        double right = 0.0;
        for (std::size_t r = 0; r < m_rows.size(); ++r) right = std::max(right, m_rows[r].right + (r < m_cuts.size() ? kRowTail : 0.0));
        all.w = right - all.x;
        all.h = m_rows.back().bottom - all.y;
        m.bounds = all;
        m.lanesTop = m_rows.front().top;
        m.lanesBottom = m_rows.back().bottom;
    }

    DiagramLayout& m;
    double m_width;
    const TextMeasure& m_measure;
    Blocked m_blocked;
    std::vector<double> m_places, m_cuts, m_down;
    std::vector<PlacedRow> m_rows;
    std::vector<PlacedLabel> m_again;
};

}  // namespace

void wrapRows(DiagramLayout& layout, double width, const TextMeasure& measure) {
    layout.rows = {{layout.bounds.y, layout.bounds.bottom(), layout.bounds.x, layout.bounds.right(), {}, {}}};
    if (width > 0.0 && layout.bounds.w > width) Wrapper(layout, width, measure).run();
}

}  // namespace lab::layout

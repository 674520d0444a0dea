// From heights and columns to what is drawn.
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace lab::layout {

namespace {

constexpr double kLongRun = 900.0;  // a label is repeated after that much straight wire

class Emitter {
public:
    explicit Emitter(const State& s) : m_s(s) {}

    DiagramLayout run() {
        columns();
        for (const Item& item : m_s.items) glyph(item);
        lanes();
        fences();
        errors();
        blocks();
        anchors();
        bounds();
        return std::move(m_out);
    }

private:
    const Segment& segmentOf(int lane) const { return m_s.segments[std::size_t(m_s.lanes[std::size_t(lane)].wire)]; }
    const Item& item(int i) const { return m_s.items[std::size_t(i)]; }
    double opLeft(const Item& i) const { return m_s.opX[std::size_t(i.rank)]; }
    double opRight(const Item& i) const { return m_s.opX[std::size_t(i.rank)] + m_s.opW[std::size_t(i.rank)]; }
    double opCenter(const Item& i) const { return (opLeft(i) + opRight(i)) / 2; }
    const std::string& wireId(int w) const { return m_s.circuit.wires[std::size_t(w)].id; }
    const std::string& operationId(const Item& i) const { return m_s.circuit.operations[std::size_t(i.index)].id; }

    double middleOfTargets(const Item& i) const {
        std::vector<int> all = i.targetIn;
        all.insert(all.end(), i.targetOut.begin(), i.targetOut.end());
        const auto [low, high] = m_s.extent(all);
        return (low + high) / 2;
    }

    void columns() {
        for (int r = 0; r < m_s.ranks; ++r) {
            PlacedColumn op;
            op.rank = r;
            op.x = m_s.opX[std::size_t(r)];
            op.w = m_s.opW[std::size_t(r)];
            for (const int i : m_s.column[std::size_t(r)]) op.items.push_back(operationId(item(i)));
            m_out.columns.push_back(op);
            if (m_s.order[std::size_t(r)].empty()) continue;
            PlacedColumn data;
            data.data = true;
            data.rank = r;
            data.x = m_s.dataX[std::size_t(r)];
            data.w = m_s.dataW[std::size_t(r)];
            for (const int w : m_s.order[std::size_t(r)]) data.items.push_back(wireId(w));
            m_out.columns.push_back(data);
        }
        m_out.batchShown = m_s.showBatch;
    }

    // Where a lane that ends at this glyph stops, and one that starts there begins. Filled shapes hide the rest.
    double endX(const Item& i) const {
        const double c = opCenter(i);
        switch (i.face.glyph) {
            case Glyph::Conv: return c - i.shapeWidth / 2;
            case Glyph::Window: return c - i.shapeWidth / 2 - (i.face.global ? 3.0 : 0.0);
            case Glyph::Triangle: return c - 12.0;
            case Glyph::Copy: return opLeft(i) + 12.0;
            case Glyph::Add: return opRight(i) - 12.0;
            case Glyph::Sink: return opLeft(i) + 14.0;
            default: return c;
        }
    }
    double startX(const Item& i) const {
        const double c = opCenter(i);
        switch (i.face.glyph) {
            case Glyph::Source: return bare(i.face) ? opLeft(i) : opRight(i) - 12.0;
            case Glyph::Conv: return c + i.shapeWidth / 2;
            case Glyph::Window: return i.face.global ? c : c - i.shapeWidth / 2 + 36.0;
            case Glyph::Triangle: return c + 12.0;
            case Glyph::Copy: return opLeft(i) + 12.0;
            case Glyph::Add: return opRight(i) - 12.0;
            default: return c;
        }
    }

    void glyph(const Item& i) {
        PlacedGlyph g;
        g.operation = operationId(i);
        g.face = i.face;
        g.column = i.rank;
        for (const int lane : i.targetIn) {
            g.in.push_back({endX(i), m_s.y(lane)});
            g.bundleIn.push_back(m_s.bundle(lane));
        }
        for (const int lane : i.targetOut) {
            g.out.push_back({startX(i), m_s.y(lane)});
            g.bundleOut.push_back(m_s.bundle(lane));
        }
        std::vector<int> all = i.targetIn;
        all.insert(all.end(), i.targetOut.begin(), i.targetOut.end());
        const auto [low, high] = m_s.extent(all);
        const int rows = int(std::max(i.targetIn.size(), i.targetOut.size()));
        const double c = opCenter(i), mid = (low + high) / 2;
        const double h = shapeHeight(i.face, high - low, rows);
        g.anchor = {c, mid};
        g.box = {c - i.shapeWidth / 2, mid - h / 2, i.shapeWidth, h};
        switch (i.face.glyph) {
            case Glyph::Source:
                if (bare(i.face)) g.box = {opLeft(i), low - 10.0, opRight(i) - opLeft(i), high - low + 20.0};
                else g.box = {opRight(i) - 12.0 - i.shapeWidth, mid - h / 2, i.shapeWidth, h};
                g.anchor = {g.box.centerX(), mid};
                if (!m_s.showBatch && !bare(i.face)) batchTab(i, g);
                break;
            case Glyph::Sink:
                g.box = {opLeft(i) + 14.0, mid - 14.0, std::max(12.0, i.shapeWidth - 14.0), 28.0};
                g.anchor = {opLeft(i) + 22.0, mid};
                break;
            case Glyph::Pointwise: {
                // Above the top drawn lane of its own array.
                double top = 0.0;
                if (!i.in.empty()) top = m_s.top(m_s.segments[std::size_t(i.in.front())]);
                else if (!i.out.empty()) top = m_s.top(m_s.segments[std::size_t(i.out.front())]);
                g.anchor = {c, top - metrics::kPointwiseLift};
                g.box = {c - i.shapeWidth / 2, g.anchor.y - 11.0, i.shapeWidth, 22.0};
                break;
            }
            case Glyph::Window:
                if (i.face.global) {
                    g.box = {c - i.shapeWidth / 2, mid - 10.0, i.shapeWidth, 20.0};
                } else {
                    g.box = {c - i.shapeWidth / 2, mid - 24.0, i.shapeWidth, 58.0};
                    if (!i.face.caption.empty()) g.box = {g.box.x, g.box.y - 14.0, g.box.w, g.box.h + 14.0};
                }
                break;
            case Glyph::Copy: g.box = {opLeft(i) + 12.0 - 5.0, low - 5.0, 10.0, dotSpan(i, true) + 10.0}; break;
            case Glyph::Add: {
                const auto& lanes = i.out.empty() ? i.targetIn : m_s.segments[std::size_t(i.out.front())].lanes;
                const auto [top, bottom] = m_s.extent(lanes);
                g.box = {opRight(i) - 12.0 - 8.0, top - 26.0, 16.0, bottom - top + 31.0};
                g.anchor = {opRight(i) - 12.0, top - 18.0};
                break;
            }
            default: break;
        }
        if (i.face.glyph == Glyph::Copy && !i.in.empty()) {
            const auto [top, bottom] = m_s.extent(m_s.segments[std::size_t(i.in.front())].lanes);
            g.box = {opLeft(i) + 7.0, top - 5.0, 10.0, bottom - top + 10.0};
            g.anchor = {opLeft(i) + 12.0, (top + bottom) / 2};
        }
        if (i.face.bendsBatch && !i.in.empty()) {
            for (const int lane : m_s.segments[std::size_t(i.in.front())].lanes) {
                const int axis = m_s.lanes[std::size_t(lane)].axis;
                if (axis >= 0 && m_s.circuit.axes[std::size_t(axis)].role == AxisRole::Batch) {
                    g.hasBatchLane = true;
                    g.batchLane = m_s.y(lane);
                }
            }
        }
        m_out.glyphs.push_back(std::move(g));
    }

    double dotSpan(const Item& i, bool input) const {
        const auto [low, high] = m_s.extent(input ? i.targetIn : i.targetOut);
        return high - low;
    }

    void batchTab(const Item& i, const PlacedGlyph& g) {
        for (const int w : i.out)
            for (const std::string& id : m_s.circuit.wires[std::size_t(w)].axes) {
                const Axis* axis = m_s.circuit.axis(id);
                if (axis == nullptr || axis->role != AxisRole::Batch) continue;
                m_out.batchTabs.push_back({g.box.x - 14.0, g.box.centerY()});
                return;
            }
    }

    void label(int lane, double x, LabelTone tone = LabelTone::Ink) {
        const Lane& l = m_s.lanes[std::size_t(lane)];
        if (l.axis == kStreamAxis) {
            m_out.labels.push_back({m_s.options.stream, {x + 18.0, m_s.y(lane) - 7.5}, metrics::kLabel, LabelAnchor::Left,
                                    LabelTone::Ink, wireId(l.wire), {}});
            return;
        }
        if (l.axis < 0) return;
        const Axis& axis = m_s.circuit.axes[std::size_t(l.axis)];
        PlacedLabel p;
        p.markup = axisLabel(axis, m_s.sizes, m_s.options.sizes);
        if (p.markup.empty()) return;
        p.baseline = {x, m_s.y(lane) - (axis.dims >= 2 ? 7.5 : 5.5)};
        p.tone = tone;
        p.wire = wireId(l.wire);
        p.axis = axis.id;
        m_out.labels.push_back(std::move(p));
    }

    static void extend(std::vector<DiagramPoint>& points, DiagramPoint p) {
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

    bool erroneous(int w) const {
        return std::any_of(m_s.sizes.problems.begin(), m_s.sizes.problems.end(), [&](const Problem& p) {
            return p.wire == wireId(w) && p.found > 0 && p.wanted > 0;
        });
    }

    // Follows one lane from where it starts to where it ends, past every operation that it is woven over.
    void follow(int lane) {
        PlacedLane drawn;
        drawn.bundle = m_s.bundle(lane);
        drawn.scalar = m_s.lanes[std::size_t(lane)].axis == kScalarAxis;
        drawn.stream = m_s.lanes[std::size_t(lane)].axis == kStreamAxis;
        const int axis = m_s.lanes[std::size_t(lane)].axis;
        drawn.batch = axis >= 0 && m_s.circuit.axes[std::size_t(axis)].role == AxisRole::Batch;

        const Segment* segment = &segmentOf(lane);
        double y = m_s.y(lane);
        std::vector<DiagramPoint> own;
        if (segment->producer < 0) {
            own.push_back({m_s.dataX[std::size_t(segment->first)], y});
        } else {
            const Item& maker = item(segment->producer);
            double from = y;
            if (maker.face.glyph == Glyph::Copy) from = sourceOfBranch(maker, lane, y);
            const double ring = drawn.stream && maker.face.glyph == Glyph::Source ? 18.0 : 0.0;
            own.push_back({startX(maker) + ring, from});
            if (std::abs(from - y) > 0.5) own.push_back({startX(maker) + maker.run, y});
        }
        double lastLabel = -1e9;
        for (;;) {
            labels(lane, *segment, lastLabel);
            const Lane& here = m_s.lanes[std::size_t(lane)];
            PlacedSpan span;
            span.wire = wireId(segment->index);
            span.axis = here.axis < 0 ? std::string() : m_s.circuit.axes[std::size_t(here.axis)].id;
            span.bundle = drawn.bundle;
            span.stream = drawn.stream;
            if (segment->consumer < 0) {
                extend(own, {m_s.dataX[std::size_t(segment->last)] + std::max(24.0, m_s.dataW[std::size_t(segment->last)]), y});
                span.dangling = true;
                finish(drawn, span, own);
                break;
            }
            const Item& reader = item(segment->consumer);
            const int next = here.next;
            if (next < 0) {
                const double end = endX(reader);
                double to = y;
                if (reader.face.glyph == Glyph::Add) to = targetOfOperand(reader, lane, y);
                if (std::abs(to - y) > 0.5) {
                    extend(own, {end - reader.run, y});
                    own.push_back({end, to});
                } else {
                    extend(own, {end, y});
                }
                finish(drawn, span, own);
                break;
            }
            // Runs past: the wires on both sides share the line; the border is the middle of the operation.
            const double border = reader.face.glyph == Glyph::Copy || reader.face.glyph == Glyph::Add ? endX(reader) : opCenter(reader);
            const double ny = m_s.y(next);
            if (std::abs(ny - y) > 0.5) {
                extend(own, {border - reader.run / 2, y});
                own.push_back({border + reader.run / 2, ny});
                finish(drawn, span, own);
                own = {{border + reader.run / 2, ny}};
            } else {
                extend(own, {border, y});
                finish(drawn, span, own);
                own = {{border, ny}};
            }
            y = ny;
            lane = next;
            segment = &segmentOf(lane);
        }
        m_out.lanes.push_back(std::move(drawn));
    }

    void labels(int lane, const Segment& segment, double& lastLabel) {
        const bool fresh = m_s.lanes[std::size_t(lane)].fresh;
        for (int r = segment.first; r <= segment.last; ++r) {
            const double x = m_s.dataX[std::size_t(r)] + 8.0;
            const bool here = m_s.options.columns || (fresh && r == segment.first);
            const bool again = !here && x - lastLabel > kLongRun && m_s.labelZone[std::size_t(r)] > 30.0;
            if (!here && !again) continue;
            // The red mark brings its own numbers.
            if (r == segment.last && erroneous(segment.index) && lane == markedLane(segment)) continue;
            if (again && lastLabel < 0) {
                lastLabel = x;
                continue;
            }
            label(lane, x);
            lastLabel = x;
        }
    }

    static void finish(PlacedLane& drawn, PlacedSpan& span, const std::vector<DiagramPoint>& own, DiagramLayout& out) {
        for (const DiagramPoint& p : own) extend(drawn.points, p);
        span.points = own;
        out.spans.push_back(span);
    }
    void finish(PlacedLane& drawn, PlacedSpan& span, const std::vector<DiagramPoint>& own) { finish(drawn, span, own, m_out); }

    double sourceOfBranch(const Item& copy, int lane, double fallback) const {
        if (copy.in.empty()) return fallback;
        const auto& from = m_s.segments[std::size_t(copy.in.front())].lanes;
        const auto& mine = segmentOf(lane).lanes;
        const auto k = std::size_t(std::find(mine.begin(), mine.end(), lane) - mine.begin());
        return k < from.size() ? m_s.y(from[k]) : fallback;
    }
    double targetOfOperand(const Item& add, int lane, double fallback) const {
        if (add.out.empty()) return fallback;
        const auto& to = m_s.segments[std::size_t(add.out.front())].lanes;
        const auto& mine = segmentOf(lane).lanes;
        const auto k = std::size_t(std::find(mine.begin(), mine.end(), lane) - mine.begin());
        return k < to.size() ? m_s.y(to[k]) : fallback;
    }

    void lanes() {
        for (const auto& segment : m_s.segments) {
            if (segment.producer < 0 && segment.consumer < 0) continue;
            for (const int lane : segment.lanes)
                if (!m_s.lanes[std::size_t(lane)].arrives) follow(lane);
        }
    }

    // ---- fences -----------------------------------------------------------------------------------------------
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

    template <class Mark>
    void fence(int r, int k, Mark&& mark) {
        const auto at = [&](int rr) -> const std::vector<int>& { return m_s.order[std::size_t(rr)]; };
        int upper = at(r)[std::size_t(k)], lower = at(r)[std::size_t(k) + 1];
        PlacedFence f;
        const auto& us = m_s.segments[std::size_t(upper)];
        const auto& ls = m_s.segments[std::size_t(lower)];
        double x = m_s.dataX[std::size_t(r)];
        if (us.producer >= 0 && us.producer == ls.producer) {
            x = endX(item(us.producer)) + 30.0;
        } else if (us.first == r || ls.first == r) {
            for (const auto* s : {&us, &ls})
                if (s->producer >= 0 && s->first == r && item(s->producer).face.glyph == Glyph::Source)
                    x = std::min(x, bare(item(s->producer).face) ? opLeft(item(s->producer)) : opRight(item(s->producer)) - 12.0);
        }
        f.points.push_back({x, fenceY(upper, lower)});
        for (;;) {
            mark(r, k);
            const double y = fenceY(upper, lower);
            const double right = m_s.dataX[std::size_t(r)] + m_s.dataW[std::size_t(r)];
            const auto& u = m_s.segments[std::size_t(upper)];
            const auto& l = m_s.segments[std::size_t(lower)];
            const int cu = u.last == r ? u.consumer : -1, cl = l.last == r ? l.consumer : -1;
            if ((u.last == r && cu < 0) || (l.last == r && cl < 0) || r + 1 >= m_s.ranks) {
                extend(f.points, {std::max(right, f.points.back().x + 10.0), y});
                break;
            }
            if (cu >= 0 && cu == cl) {
                const Item& reader = item(cu);
                const double end = reader.face.glyph == Glyph::Add ? endX(reader) - 30.0 : opCenter(reader);
                extend(f.points, {std::max(end, f.points.back().x), y});
                break;
            }
            const int nu = cu < 0 ? upper : item(cu).out.empty() ? -1 : item(cu).out.back();
            const int nl = cl < 0 ? lower : item(cl).out.empty() ? -1 : item(cl).out.front();
            const double colLeft = m_s.opX[std::size_t(r) + 1], colRight = colLeft + m_s.opW[std::size_t(r) + 1];
            int nk = -1;
            if (nu >= 0 && nl >= 0)
                for (int q = 0; q + 1 < int(at(r + 1).size()); ++q)
                    if (at(r + 1)[std::size_t(q)] == nu && at(r + 1)[std::size_t(q) + 1] == nl) nk = q;
            if (nk < 0) {
                extend(f.points, {colLeft, y});
                break;
            }
            const double ny = fenceY(nu, nl);
            extend(f.points, {colLeft, y});
            extend(f.points, {colRight, ny});
            upper = nu;
            lower = nl;
            k = nk;
            ++r;
        }
        if (f.points.size() >= 2) m_out.fences.push_back(std::move(f));
    }

    // ---- problems ---------------------------------------------------------------------------------------------
    int markedLane(const Segment& segment) const {
        for (const Problem& p : m_s.sizes.problems) {
            if (p.wire != wireId(segment.index)) continue;
            for (const int lane : segment.lanes) {
                const int axis = m_s.lanes[std::size_t(lane)].axis;
                if (axis >= 0 && m_s.circuit.axes[std::size_t(axis)].id == p.axis) return lane;
            }
        }
        return segment.lanes.back();
    }

    void errors() {
        for (std::size_t i = 0; i < m_s.sizes.problems.size(); ++i) {
            const Problem& p = m_s.sizes.problems[i];
            if (p.wire.empty()) continue;
            for (const Segment& segment : m_s.segments) {
                if (wireId(segment.index) != p.wire || (segment.producer < 0 && segment.consumer < 0)) continue;
                PlacedError e;
                e.problem = int(i);
                e.wire = p.wire;
                e.y = m_s.y(markedLane(segment));
                e.left = m_s.dataX[std::size_t(segment.last)] + 4.0;
                e.right = m_s.dataX[std::size_t(segment.last)] + m_s.dataW[std::size_t(segment.last)];
                if (segment.consumer >= 0) {
                    const Item& reader = item(segment.consumer);
                    const bool wide = reader.face.glyph == Glyph::Pointwise || reader.face.glyph == Glyph::Copy ||
                                      reader.face.glyph == Glyph::Add;
                    e.right = (wide ? opLeft(reader) : opCenter(reader) - reader.shapeWidth / 2) - 2.0;
                }
                e.unequal = p.found > 0 && p.wanted > 0;
                if (e.unequal) {
                    e.leftText = std::to_string(p.found);
                    e.rightText = std::to_string(p.wanted);
                }
                m_out.errors.push_back(std::move(e));
                break;
            }
        }
    }

    // ---- blocks -----------------------------------------------------------------------------------------------
    void blocks() {
        std::vector<int> deepestFirst;
        for (std::size_t b = 0; b < m_s.blocks.size(); ++b)
            if (m_s.blocks[b].lastRank >= 0) deepestFirst.push_back(int(b));
        std::stable_sort(deepestFirst.begin(), deepestFirst.end(), [&](int a, int b) {
            return m_s.blocks[std::size_t(a)].depth > m_s.blocks[std::size_t(b)].depth;
        });
        std::vector<DiagramRect> rect(m_s.blocks.size());
        std::unordered_map<std::string, const PlacedGlyph*> glyphs;
        for (const PlacedGlyph& g : m_out.glyphs) glyphs.emplace(g.operation, &g);
        for (const int b : deepestFirst) {
            const Block& block = m_s.blocks[std::size_t(b)];
            double top = 1e9, bottom = -1e9;
            const auto cover = [&](double from, double to) {
                top = std::min(top, from);
                bottom = std::max(bottom, to);
            };
            for (const int i : block.items) {
                const auto g = glyphs.find(operationId(item(i)));
                if (g != glyphs.end()) cover(g->second->box.y - 12.0, g->second->box.bottom() + 12.0);
                for (const auto* wires : {&item(i).in, &item(i).out})
                    for (const int w : *wires) {
                        const Segment& segment = m_s.segments[std::size_t(w)];
                        cover(m_s.top(segment) - 18.0, m_s.bottom(segment) + 18.0);
                    }
            }
            for (const int child : block.children)
                if (m_s.blocks[std::size_t(child)].lastRank >= 0)
                    cover(rect[std::size_t(child)].y - 12.0, rect[std::size_t(child)].bottom() + 12.0);
            const Group& group = m_s.circuit.groups[std::size_t(block.index)];
            if (!group.title.empty()) top -= 16.0;
            rect[std::size_t(b)] = {block.left, top, block.right - block.left, bottom - top};
        }
        alignSiblings(rect);
        std::reverse(deepestFirst.begin(), deepestFirst.end());
        std::stable_sort(deepestFirst.begin(), deepestFirst.end(), [&](int a, int b) {
            return m_s.blocks[std::size_t(a)].depth < m_s.blocks[std::size_t(b)].depth;
        });
        for (const int b : deepestFirst) {
            const Group& group = m_s.circuit.groups[std::size_t(m_s.blocks[std::size_t(b)].index)];
            m_out.blocks.push_back({group.id, group.title, group.fill, rect[std::size_t(b)], m_s.blocks[std::size_t(b)].depth});
        }
    }

    // Siblings that overlap in height share top and bottom, where that covers no wire that is not theirs.
    void alignSiblings(std::vector<DiagramRect>& rect) const {
        std::unordered_map<int, std::vector<int>> families;
        for (std::size_t b = 0; b < m_s.blocks.size(); ++b)
            if (m_s.blocks[b].lastRank >= 0) families[m_s.blocks[b].parent].push_back(int(b));
        for (auto& [parent, family] : families) {
            std::vector<int> root(family.size());
            for (std::size_t i = 0; i < root.size(); ++i) root[i] = int(i);
            std::vector<std::pair<double, double>> range;
            for (const int b : family) range.emplace_back(rect[std::size_t(b)].y, rect[std::size_t(b)].bottom());
            for (bool again = true; again;) {
                again = false;
                for (std::size_t i = 0; i < family.size(); ++i)
                    for (std::size_t j = i + 1; j < family.size(); ++j) {
                        auto &a = range[i], &b = range[j];
                        const double overlap = std::min(a.second, b.second) - std::max(a.first, b.first);
                        if (overlap <= 0.5 * std::min(a.second - a.first, b.second - b.first) || a == b) continue;
                        a = b = {std::min(a.first, b.first), std::max(a.second, b.second)};
                        again = true;
                    }
            }
            for (std::size_t i = 0; i < family.size(); ++i) {
                DiagramRect wider = rect[std::size_t(family[i])];
                wider.y = range[i].first;
                wider.h = range[i].second - range[i].first;
                if (!coversForeign(family[i], wider)) rect[std::size_t(family[i])] = wider;
            }
        }
    }

    bool coversForeign(int b, const DiagramRect& rect) const {
        const Block& block = m_s.blocks[std::size_t(b)];
        for (int r = std::max(0, block.firstRank - 1); r <= block.lastRank; ++r)
            for (const int w : m_s.order[std::size_t(r)]) {
                const Segment& segment = m_s.segments[std::size_t(w)];
                if (std::find(segment.groups.begin(), segment.groups.end(), b) != segment.groups.end()) continue;
                if (segment.first > block.firstRank - 1 && segment.last < block.lastRank) continue;
                if (m_s.bottom(segment) > rect.y - 6.0 && m_s.top(segment) < rect.bottom() + 6.0) return true;
            }
        return false;
    }

    void anchors() {
        for (const Segment& segment : m_s.segments) {
            if (segment.last < segment.first) continue;
            WireAnchor a;
            a.tapX = m_s.tapX[std::size_t(segment.first)];
            a.cutX = m_s.cutX[std::size_t(segment.last)];
            a.left = m_s.dataX[std::size_t(segment.first)];
            a.right = m_s.dataX[std::size_t(segment.last)] + m_s.dataW[std::size_t(segment.last)];
            a.top = m_s.top(segment);
            a.bottom = m_s.bottom(segment);
            for (const int lane : segment.lanes) a.lanes.push_back(m_s.y(lane));
            m_out.anchors.emplace(wireId(segment.index), std::move(a));
        }
    }

    void bounds() {
        DiagramRect all;
        const auto add = [&](const DiagramRect& r) { all = all.empty() ? r : all.united(r); };
        bool first = true;
        for (const PlacedSpan& span : m_out.spans)
            for (const DiagramPoint& p : span.points) {
                if (first) m_out.lanesTop = m_out.lanesBottom = p.y;
                first = false;
                m_out.lanesTop = std::min(m_out.lanesTop, p.y);
                m_out.lanesBottom = std::max(m_out.lanesBottom, p.y);
                add({p.x - 1.0, p.y - 8.0, 2.0, 16.0});
            }
        for (const PlacedGlyph& g : m_out.glyphs) add(g.box.grown(4.0, 4.0));
        for (const PlacedBlock& b : m_out.blocks) add(b.rect.grown(3.0, 3.0));
        for (const DiagramPoint& p : m_out.batchTabs) add({p.x - 9.0, p.y - 9.0, 18.0, 18.0});
        for (const PlacedLabel& l : m_out.labels)
            add({l.baseline.x, l.baseline.y - l.pixels, m_s.measure(l.markup, l.pixels), l.pixels + 4.0});
        if (all.empty()) all = {0.0, 0.0, 200.0, 80.0};
        m_out.bounds = all;
    }

    const State& m_s;
    DiagramLayout m_out;
};

}  // namespace

DiagramLayout emit(const State& s) { return Emitter(s).run(); }

}  // namespace lab::layout

// From heights and columns to what is drawn.
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <cmath>

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
        m_out.fences = placeFences(m_s);
        errors();
        m_out.blocks = placeBlocks(m_s, m_out.glyphs);
        anchors();
        bounds();
        return std::move(m_out);
    }

private:
    const Segment& segmentOf(int lane) const { return m_s.segments[std::size_t(m_s.lanes[std::size_t(lane)].wire)]; }
    const Item& item(int i) const { return m_s.items[std::size_t(i)]; }
    double opLeft(const Item& i) const { return left(m_s, i); }
    double opRight(const Item& i) const { return right(m_s, i); }
    double opCenter(const Item& i) const { return (opLeft(i) + opRight(i)) / 2; }
    const std::string& wireId(int w) const { return m_s.circuit.wires[std::size_t(w)].id; }
    const std::string& operationId(const Item& i) const { return m_s.circuit.operations[std::size_t(i.index)].id; }

    double middleOfTargets(const Item& i) const {
        std::vector<int> all = i.targetIn;
        all.insert(all.end(), i.targetOut.begin(), i.targetOut.end());
        const auto [low, high] = m_s.extent(all);
        return (low + high) / 2;
    }

    static double widest(const PlacedGlyph& g) {
        double x = 0.0;
        for (const PlacedCup& c : g.cups) x = std::max(x, c.apex());
        return x;
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

    double endX(const Item& i) const { return layout::endX(m_s, i); }
    double startX(const Item& i) const { return layout::startX(m_s, i); }

    void glyph(const Item& i) {
        PlacedGlyph g;
        g.operation = operationId(i);
        g.face = i.face;
        g.column = i.rank;
        for (const int lane : i.targetIn) {
            g.in.push_back({endX(i), portY(m_s, i, lane, false)});
            g.bundleIn.push_back(m_s.bundle(lane));
        }
        for (const int lane : i.targetOut) {
            // A kernel axis leaves at the lower right corner of its window.
            g.out.push_back({startX(i), isKernelLane(i, lane) ? m_s.y(i.targetIn.front()) + 20.0 : portY(m_s, i, lane, true)});
            g.bundleOut.push_back(m_s.bundle(lane));
        }
        std::vector<int> all = i.targetIn;
        all.insert(all.end(), i.targetOut.begin(), i.targetOut.end());
        auto [low, high] = m_s.extent(!i.bends ? all : i.standsAtInput ? i.targetIn : i.targetOut);
        if (all.empty()) {
            // Connected to nothing: below everything else, each in a row of its own.
            double bottom = 0.0;
            for (const double y : m_s.height) bottom = std::max(bottom, y);
            low = high = bottom + 90.0 * ++m_orphans;
        }
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
                if (!bare(i.face)) tab(i, g);
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
                    // The position axis goes straight through; a kernel axis leaves at the lower corner.
                    const double at = i.targetIn.empty() ? mid : m_s.y(i.targetIn.front());
                    const double left = i.face.reduces ? c - i.shapeWidth / 2 : opLeft(i) + 12.0;
                    g.anchor = {left + 18.0, at};
                    g.box = {left, at - 24.0, i.shapeWidth, i.face.reduces ? 58.0 : 48.0};
                    if (!i.face.caption.empty()) g.box = {g.box.x, g.box.y - 14.0, g.box.w, g.box.h + 14.0};
                }
                break;
            case Glyph::Add: {
                const auto& lanes = i.out.empty() ? i.targetIn : m_s.segments[std::size_t(i.out.front())].lanes;
                const auto [top, bottom] = m_s.extent(lanes);
                g.box = {opRight(i) - 12.0 - 8.0, top - 26.0, 16.0, bottom - top + 31.0};
                g.anchor = {opRight(i) - 12.0, top - 18.0};
                break;
            }
            case Glyph::Einsum:
                wiring(i, g);
                g.box = wiringBox(i, g);
                g.anchor = {g.cups.empty() ? runTo(m_s, i) : widest(g), g.box.centerY()};
                break;
            case Glyph::Bar:
                if (isJoint(i)) {
                    wiring(i, g);
                    const double x = endX(i);
                    const double first = i.targetIn.empty() ? mid : m_s.y(i.targetIn.front());
                    const double last = first + 22.0 * double(i.targetIn.empty() ? 0 : i.targetIn.size() - 1);
                    g.box = {x - 2.1, first - 12.0, 4.2, last - first + 22.0};
                    g.anchor = {x, g.box.centerY()};
                }
                break;
            case Glyph::Slot: {
                // A tape that turns into the wire, from above; out of the wire, down below.
                const double x = i.face.drops ? endX(i) : startX(i);
                const double text = m_s.measure(i.face.label, 15.0) + 8.0;
                g.box = i.face.drops ? DiagramRect{x - 4.0, high - 4.0, 18.0 + text, 44.0}
                                     : DiagramRect{x - 14.0 - text, low - 40.0, 18.0 + text, 44.0};
                g.anchor = {x, i.face.drops ? high : low};
                break;
            }
            case Glyph::Discard: g.box = {endX(i) - 5.0, low - 5.0, 10.0, high - low + 10.0}; break;
            case Glyph::Index: g.anchor = {c, mid}; break;
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

    // The axes that all samples share, folded away: a small tab says that they are there.
    void tab(const Item& i, const PlacedGlyph& g) {
        for (const int w : i.out) {
            const bool tucked = m_s.segments[std::size_t(w)].tucked;
            if (m_s.showBatch && !tucked) continue;
            std::string markup;
            bool streams = !m_s.options.stream.empty();
            for (const std::string& id : m_s.circuit.wires[std::size_t(w)].axes)
                if (const Axis* axis = m_s.circuit.axis(id)) streams = streams || axis->role == AxisRole::Stream;
            if (tucked && streams) markup = "σ";
            for (const std::string& id : m_s.circuit.wires[std::size_t(w)].axes) {
                const Axis* axis = m_s.circuit.axis(id);
                if (axis != nullptr && axis->role == AxisRole::Batch) markup += (markup.empty() ? "" : " ") + std::string("b");
            }
            if (markup.empty()) continue;
            const double half = markup.size() > 1 ? 12.0 : 8.0;
            m_out.tabs.push_back({{g.box.x - 6.0 - half, g.box.centerY()}, markup});
            return;
        }
    }

    // The cups, dots and bounds of linear wiring; dots and bar of a joint.
    void wiring(const Item& i, PlacedGlyph& g) {
        const auto dot = [&](double x, double y, bool bundle) {
            for (const DiagramPoint& p : g.dots)
                if (std::abs(p.x - x) < 0.5 && std::abs(p.y - y) < 0.5) return;
            g.dots.push_back({x, y});
            g.bundleDots.push_back(bundle);
        };
        const double to = runTo(m_s, i);
        for (const auto& [a, b] : i.cups) {
            const double top = std::min(m_s.y(a), m_s.y(b)), bottom = std::max(m_s.y(a), m_s.y(b));
            g.cups.push_back({opLeft(i) + 8.0, top, bottom, m_s.bundle(a)});
        }
        // A chain of half-circles has a dot at each inner joint.
        for (std::size_t k = 1; k < i.cups.size(); ++k)
            if (i.cups[k].first == i.cups[k - 1].second) dot(opLeft(i) + 8.0, m_s.y(i.cups[k].first), m_s.bundle(i.cups[k].first));
        for (const int w : i.in)
            for (const int lane : m_s.segments[std::size_t(w)].lanes) {
                const int joins = m_s.lanes[std::size_t(lane)].joins;
                if (joins >= 0) dot(to, m_s.y(joins), m_s.bundle(joins));
            }
        for (const int lane : i.sums) dot(runFrom(m_s, i), m_s.y(lane), m_s.bundle(lane));
        if (i.face.glyph == Glyph::Einsum)
            for (const int lane : i.targetOut)
                if (!m_s.lanes[std::size_t(lane)].arrives && m_s.lanes[std::size_t(lane)].axis >= 0) dot(to, m_s.y(lane), m_s.bundle(lane));
    }

    // What can be pointed at: the cups, else the dots, else the crossing.
    DiagramRect wiringBox(const Item& i, const PlacedGlyph& g) const {
        DiagramRect box;
        const auto cover = [&](const DiagramRect& r) { box = box.empty() ? r : box.united(r); };
        for (const PlacedCup& c : g.cups) cover({c.x, c.top - 2.0, c.apex() - c.x + 8.0, c.bottom - c.top + 4.0});
        if (g.cups.empty())
            for (const DiagramPoint& p : g.dots) cover({p.x - 6.0, p.y - 6.0, 12.0, 12.0});
        if (!box.empty()) return box;
        const auto [low, high] = m_s.extent(i.targetOut.empty() ? i.targetIn : i.targetOut);
        return {runTo(m_s, i) - 12.0, low - 6.0, 20.0, high - low + 12.0};
    }

    void label(int lane, double x) {
        const Lane& l = m_s.lanes[std::size_t(lane)];
        const bool twin = isStream(m_s, lane) || l.axis == kPhaseAxis;
        const bool wide = twin || (l.axis >= 0 && m_s.bundle(lane));
        PlacedLabel p;
        p.markup = laneLabel(m_s, lane);
        if (p.markup.empty()) return;
        p.baseline = {twin ? x + 18.0 : x, m_s.y(lane) - (wide ? 7.5 : 5.5)};
        p.wire = wireId(l.wire);
        if (l.axis >= 0) p.axis = m_s.circuit.axes[std::size_t(l.axis)].id;
        m_out.labels.push_back(std::move(p));
    }

    bool erroneous(int w) const {
        return std::any_of(m_s.sizes.problems.begin(), m_s.sizes.problems.end(), [&](const Problem& p) {
            return p.wire == wireId(w) && p.found > 0 && p.wanted > 0;
        });
    }

    // Follows one lane from where it starts to where it ends, past every operation that it is woven over.
    void follow(int lane) {
        PlacedLane drawn;
        drawn.wire = wireId(m_s.lanes[std::size_t(lane)].wire);
        if (m_s.lanes[std::size_t(lane)].axis >= 0) drawn.axis = m_s.circuit.axes[std::size_t(m_s.lanes[std::size_t(lane)].axis)].id;
        drawn.bundle = m_s.bundle(lane);
        drawn.scalar = m_s.lanes[std::size_t(lane)].axis == kScalarAxis;
        drawn.stream = isStream(m_s, lane);
        drawn.phase = m_s.lanes[std::size_t(lane)].axis == kPhaseAxis;
        if (m_s.lanes[std::size_t(lane)].axis == kTypeAxis) {
            const std::string& dtype = m_s.circuit.wires[std::size_t(m_s.lanes[std::size_t(lane)].wire)].dtype;
            (dtype == "bool" ? drawn.truth : drawn.typed) = true;
        }
        const int axis = m_s.lanes[std::size_t(lane)].axis;
        drawn.batch = axis >= 0 && m_s.circuit.axes[std::size_t(axis)].role == AxisRole::Batch;

        const Segment* segment = &segmentOf(lane);
        double y = m_s.y(lane);
        std::vector<DiagramPoint> own;
        if (segment->producer < 0) {
            own.push_back({m_s.dataX[std::size_t(segment->first)], y});
        } else {
            const Item& maker = item(segment->producer);
            const int source = m_s.lanes[std::size_t(lane)].source;
            const double from = source >= 0 ? m_s.y(source) : y;
            const double ring = (drawn.stream || drawn.phase) && maker.face.glyph == Glyph::Source ? 18.0 : 0.0;
            const double start = startX(maker) + ring;
            if (isKernelLane(maker, lane)) {
                // Out of the lower right corner of its window, down to its own lane.
                const double corner = m_s.y(maker.targetIn.front()) + 20.0;
                own.push_back({start, corner});
                if (std::abs(corner - y) > 0.5) own.push_back({start + std::max(28.0, 0.45 * std::abs(corner - y)), y});
            } else if (const double port = portY(m_s, maker, lane, true); std::abs(port - y) > 0.5) {
                const double edge = opCenter(maker) + maker.shapeWidth / 2;
                own = {{start, port}, {edge, port}, {edge + maker.run, y}};
            } else {
                own.push_back({start, from});
                if (std::abs(from - y) > 0.5) own.push_back({runTo(m_s, maker), y});
            }
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
            span.typed = drawn.typed;
            if (segment->consumer < 0) {
                extend(own, {m_s.dataX[std::size_t(segment->last)] + std::max(24.0, m_s.dataW[std::size_t(segment->last)]), y});
                span.dangling = true;
                finish(drawn, span, own);
                break;
            }
            const Item& reader = item(segment->consumer);
            const int next = here.next;
            if (next < 0) {
                const auto [end, to] = finishOf(reader, lane);
                if (std::abs(to - y) > 0.5) {
                    extend(own, {isDots(reader.face.glyph) || isJoint(reader) ? runFrom(m_s, reader) : end - reader.run, y});
                    own.push_back({end, to});
                } else {
                    extend(own, {end, y});
                }
                finish(drawn, span, own);
                break;
            }
            // Runs past: the wires on both sides share the line; the border is the middle of the operation.
            const double border = isDots(reader.face.glyph) || isJoint(reader) ? runTo(m_s, reader) : opCenter(reader);
            const double ny = m_s.y(next);
            if (std::abs(ny - y) > 0.5) {
                extend(own, {runFrom(m_s, reader), y});
                own.push_back({runTo(m_s, reader), ny});
                finish(drawn, span, own);
                own = {{runTo(m_s, reader), ny}};
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
        const bool fresh = labelled(m_s, lane);
        if (m_s.lanes[std::size_t(lane)].axis < 0 && !fresh) return;
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

    bool isKernelLane(const Item& maker, int lane) const {
        if (maker.face.glyph != Glyph::Window || maker.face.reduces || maker.targetIn.empty()) return false;
        return maker.targetOut.size() > maker.targetIn.size() &&
               std::find(maker.targetOut.begin() + std::ptrdiff_t(maker.targetIn.size()), maker.targetOut.end(), lane) != maker.targetOut.end();
    }

    // Where a lane ends that does not go on: on its dot, at the open end of its cup, on its place at a bar.
    std::pair<double, double> finishOf(const Item& reader, int lane) const {
        const double y = m_s.y(lane);
        const int joins = m_s.lanes[std::size_t(lane)].joins;
        if (joins >= 0) return {runTo(m_s, reader), m_s.y(joins)};
        if (reader.face.glyph == Glyph::Einsum) {
            for (const auto& [a, b] : reader.cups)
                if (a == lane || b == lane) return {opLeft(reader) + 8.0, y};
            return {runFrom(m_s, reader), y};
        }
        if (isJoint(reader))
            for (std::size_t k = 0; k < reader.targetIn.size(); ++k)
                if (reader.targetIn[k] == lane) return {endX(reader), m_s.y(reader.targetIn.front()) + 22.0 * double(k)};
        if (const double port = portY(m_s, reader, lane, false); std::abs(port - y) > 0.5) return {opCenter(reader) - reader.shapeWidth / 2, port};
        return {endX(reader), y};
    }

    void lanes() {
        for (const auto& segment : m_s.segments) {
            if (segment.producer < 0 && segment.consumer < 0) continue;
            for (const int lane : segment.lanes)
                if (!m_s.lanes[std::size_t(lane)].arrives) follow(lane);
        }
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
                    const bool wide = reader.face.glyph == Glyph::Pointwise || reader.face.glyph == Glyph::Rename ||
                                      isDots(reader.face.glyph) || isJoint(reader);
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
        for (const PlacedTab& t : m_out.tabs) add({t.center.x - 13.0, t.center.y - 9.0, 26.0, 18.0});
        for (const PlacedLabel& l : m_out.labels)
            add({l.baseline.x, l.baseline.y - l.pixels, m_s.measure(l.markup, l.pixels), l.pixels + 4.0});
        if (all.empty()) all = {0.0, 0.0, 200.0, 80.0};
        m_out.bounds = all;
    }

    const State& m_s;
    DiagramLayout m_out;
    int m_orphans = 0;
};

}  // namespace

DiagramLayout emit(const State& s) { return Emitter(s).run(); }

}  // namespace lab::layout

// Widths and places of columns: an operation column is as wide as its widest glyph, a data column is a row of zones
// (labels, tap, closing blocks, cut, opening blocks).
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <cmath>

namespace lab::layout {

namespace {

double laneChange(double dy) { return std::abs(dy) < 0.6 ? 0.0 : std::clamp(0.45 * std::abs(dy), 28.0, 96.0); }

// The longest lane change inside the column: branches from their dots, operands to theirs, lanes that go on elsewhere.
double largestRun(const State& s, const Item& item) {
    double run = 0.0;
    for (const int w : item.in)
        for (const int lane : s.segments[std::size_t(w)].lanes) {
            const Lane& l = s.lanes[std::size_t(lane)];
            for (const int other : {l.next, l.joins})
                if (other >= 0) run = std::max(run, laneChange(s.y(other) - s.y(lane)));
        }
    for (const int w : item.out)
        for (const int lane : s.segments[std::size_t(w)].lanes)
            if (const int from = s.lanes[std::size_t(lane)].source; from >= 0) run = std::max(run, laneChange(s.y(from) - s.y(lane)));
    return run;
}

void sizeItem(State& s, Item& item) {
    const auto text = [&](double pixels) { return s.measure(item.face.label, pixels); };
    switch (item.face.glyph) {
        case Glyph::Source:
            item.shapeWidth = bare(item.face) ? 0.0 : std::max(42.0, text(18.0) + 24.0);
            item.columnWidth = bare(item.face) ? 24.0 : item.shapeWidth + 24.0;
            break;
        case Glyph::Sink:
            item.shapeWidth = 14.0 + 8.0 + (item.face.label.empty() ? 0.0 : text(19.0));
            item.columnWidth = item.shapeWidth + 12.0;
            break;
        case Glyph::Chip:
            item.shapeWidth = std::max(46.0, text(21.0) + 18.0);
            item.columnWidth = item.shapeWidth + 24.0;
            break;
        case Glyph::Conv:
        case Glyph::TransposedConv:
            item.shapeWidth = std::max(38.0, text(16.0) + 12.0);
            item.columnWidth = std::max(item.shapeWidth, s.measure(item.face.caption, 9.5)) + 24.0;
            break;
        case Glyph::Window:
            item.shapeWidth = item.face.global    ? text(15.0) + 3.0 + metrics::kHeadLength
                              : item.face.reduces ? 36.0 + 24.0 + text(15.0) + 3.0 + metrics::kHeadLength
                                                  : 36.0;
            item.columnWidth = item.shapeWidth + (item.face.reduces ? 24.0 : 50.0);
            break;
        case Glyph::Triangle:
            item.shapeWidth = 24.0;
            item.columnWidth = std::max(48.0, item.face.named ? s.measure(item.face.label, 11.0) + 8.0 : 0.0);
            break;
        case Glyph::Einsum: {
            item.run = largestRun(s, item);
            double radius = 0.0;
            for (const auto& [a, b] : item.cups) radius = std::max(radius, std::abs(s.y(a) - s.y(b)) / 2);
            item.cupZone = item.cups.empty() ? 0.0 : std::max(radius + 22.0, radius + 30.0 + (item.face.label.empty() ? 0.0 : s.measure(item.face.label, 13.0)) - item.run);
            item.shapeWidth = 6.4;
            item.columnWidth = 8.0 + item.cupZone + std::max(item.run, 12.0) + 8.0;
            break;
        }
        case Glyph::Mask: {
            std::vector<int> all = item.targetIn;
            const auto [low, high] = s.extent(all);
            item.shapeWidth = std::max(46.0, high - low + 10.0);
            item.columnWidth = item.shapeWidth + 24.0;
            break;
        }
        case Glyph::Index: item.shapeWidth = std::max(40.0, text(16.0) + 24.0); item.columnWidth = item.shapeWidth + 24.0; break;
        case Glyph::Hexagon: item.shapeWidth = std::max(60.0, text(17.0) + 32.0); item.columnWidth = item.shapeWidth + 24.0; break;
        case Glyph::Diamond: item.shapeWidth = std::max(48.0, text(15.0) + 26.0); item.columnWidth = item.shapeWidth + 24.0; break;
        case Glyph::Rename: item.shapeWidth = 8.0; item.columnWidth = 0.0; break;
        case Glyph::Discard: item.shapeWidth = 10.0; item.columnWidth = 24.0; break;
        case Glyph::Slot: item.shapeWidth = 20.0; item.columnWidth = 20.0 + s.measure(item.face.label, 15.0) + 20.0; break;
        case Glyph::Composite:
            item.shapeWidth = std::max(84.0, s.measure(item.face.label, 14.0) + 28.0);
            item.columnWidth = item.shapeWidth + 40.0;
            break;
        case Glyph::Circle: item.shapeWidth = 26.0; item.columnWidth = item.face.bendsBatch ? 80.0 : 50.0; break;
        case Glyph::Pointwise:
            item.shapeWidth = text(15.0) + 26.0;
            item.columnWidth = item.shapeWidth + 8.0;
            break;
        case Glyph::Copy:
        case Glyph::Add:
            item.run = largestRun(s, item);
            item.shapeWidth = 6.4;
            item.columnWidth = 12.0 + std::max(item.run, 18.0) + 6.0;
            break;
        case Glyph::Bar:
            item.shapeWidth = 4.2;
            item.columnWidth = 28.0;
            if (isJoint(item)) {
                item.run = std::max(28.0, largestRun(s, item));
                for (std::size_t k = 1; k < item.targetIn.size(); ++k)
                    item.run = std::max(item.run, laneChange(s.y(item.targetIn.front()) + 22.0 * double(k) - s.y(item.targetIn[k])));
                item.columnWidth = 12.0 + item.run + 12.0;
            }
            break;
        case Glyph::Box:
        case Glyph::Unknown:
            item.shapeWidth = std::max(40.0, text(17.0) + 16.0);
            item.columnWidth = item.shapeWidth + 24.0;
            break;
    }
}

// A box whose two sides could not be brought to one height stands at the larger one: it would be a tower otherwise.
void bend(const State& s, Item& item) {
    const Glyph g = item.face.glyph;
    if (g != Glyph::Chip && g != Glyph::Box && g != Glyph::Unknown && g != Glyph::Hexagon && g != Glyph::Diamond) return;
    if (item.targetIn.empty() || item.targetOut.empty()) return;
    const auto [a, b] = s.extent(item.targetIn);
    const auto [c, d] = s.extent(item.targetOut);
    if (std::abs((a + b) / 2 - (c + d) / 2) < 12.5) return;
    item.bends = true;
    item.standsAtInput = item.targetIn.size() >= item.targetOut.size();
    // Room is kept where the lanes of both sides are seen together; what ends in this column is seen on the input side only.
    for (const int other : s.column[std::size_t(item.rank)])
        if (s.items[std::size_t(other)].out.empty()) item.standsAtInput = true;
    const auto& others = item.standsAtInput ? item.targetOut : item.targetIn;
    for (const int lane : others) item.run = std::max(item.run, laneChange(s.y(lane) - portY(s, item, lane, item.standsAtInput)));
    item.columnWidth = item.shapeWidth + 16.0 + 2.0 * item.run;
}

// Lanes that continue behind an operation at another height change inside its column.
void addWovenRun(const State& s, Item& item) {
    if (isDots(item.face.glyph) || isJoint(item)) return;
    item.run = std::max(item.run, largestRun(s, item));
    item.columnWidth = std::max(item.columnWidth, item.run);
}

}  // namespace

void placeColumns(State& s) {
    const auto n = std::size_t(s.ranks);
    s.opX.assign(n, 0.0);
    s.opW.assign(n, 0.0);
    s.opSplit.assign(n, 0.0);
    std::vector<double> left(n, 0.0), right(n, 0.0);
    std::vector<char> runs(n, 0);
    s.dataX.assign(n, 0.0);
    s.dataW.assign(n, 0.0);
    s.labelZone.assign(n, 0.0);
    s.tapX.assign(n, 0.0);
    s.cutX.assign(n, 0.0);
    for (Item& item : s.items) {
        sizeItem(s, item);
        bend(s, item);
        addWovenRun(s, item);
        const bool changes = isDots(item.face.glyph) || isJoint(item);
        double& width = (changes ? right : left)[std::size_t(item.rank)];
        width = std::max(width, item.columnWidth);
        if (changes && item.run > 0.0) runs[std::size_t(item.rank)] = 1;
    }
    // Lanes that change height would sweep over glyphs of the same column: these stand before them.
    for (std::size_t r = 0; r < n; ++r) {
        const bool both = runs[r] != 0 && left[r] > 0.0;
        s.opW[r] = both ? left[r] + right[r] : std::max(left[r], right[r]);
        s.opSplit[r] = both ? left[r] : 0.0;
    }
    std::vector<std::vector<int>> closing(n), opening(n);
    for (std::size_t b = 0; b < s.blocks.size(); ++b) {
        const Block& block = s.blocks[b];
        if (block.lastRank < 0) continue;
        closing[std::size_t(block.lastRank)].push_back(int(b));
        if (block.firstRank > 0) opening[std::size_t(block.firstRank - 1)].push_back(int(b));
    }
    for (std::size_t r = 0; r < n; ++r) {
        std::stable_sort(closing[r].begin(), closing[r].end(),
                         [&](int a, int b) { return s.blocks[std::size_t(a)].depth > s.blocks[std::size_t(b)].depth; });
        std::stable_sort(opening[r].begin(), opening[r].end(),
                         [&](int a, int b) { return s.blocks[std::size_t(a)].depth < s.blocks[std::size_t(b)].depth; });
    }
    const auto has = [](const std::set<std::string>& set, const std::string& id) { return set.find(id) != set.end(); };

    double x = metrics::kFirstColumn;
    for (std::size_t r = 0; r < n; ++r) {
        s.opX[r] = x;
        x += s.opW[r] + metrics::kGutter;
        for (Block& block : s.blocks)
            if (block.lastRank >= 0 && block.firstRank == 0 && r == 0)
                block.left = s.opX[0] - 12.0 - 14.0 * (3.0 - std::min(3, block.depth));
        s.dataX[r] = x;
        double labels = 0.0;
        bool tap = false, cut = false, error = false;
        for (const int w : s.order[r]) {
            const Segment& segment = s.segments[std::size_t(w)];
            const Wire& wire = s.circuit.wires[std::size_t(w)];
            for (const int lane : segment.lanes) {
                const Lane& l = s.lanes[std::size_t(lane)];
                const bool fresh = segment.first == int(r) && labelled(s, lane);
                const bool twin = isStream(s, lane) || l.axis == kPhaseAxis;
                if (!fresh && (!s.options.columns || l.axis < 0)) continue;
                const std::string label = laneLabel(s, lane);
                if (!label.empty()) labels = std::max(labels, (twin ? 26.0 : 8.0) + s.measure(label, metrics::kLabel) + 14.0);
            }
            if (segment.first == int(r)) tap = tap || has(s.options.tapWires, wire.id);
            if (segment.last == int(r)) {
                cut = cut || has(s.options.cutWires, wire.id);
                for (const Problem& p : s.sizes.problems) error = error || p.wire == wire.id;
            }
        }
        double inside = labels;
        s.labelZone[r] = labels;
        s.tapX[r] = x + (labels > 0.0 ? labels + 2.0 : 10.0);
        if (tap) inside = s.tapX[r] - x + 24.0;
        // Closing edges sit at the right of what belongs inside, opening ones at the left of what follows.
        if (!closing[r].empty()) inside = std::max(inside, 10.0);
        double errorRoom = 0.0;
        const double edges = 14.0 * double(closing[r].size() + opening[r].size());
        double middle = cut ? 64.0 : !closing[r].empty() && !opening[r].empty() ? 20.0 : 0.0;
        const auto stretched = s.circuit.layout.stretch.find(int(r));
        if (stretched != s.circuit.layout.stretch.end()) middle += std::clamp(stretched->second, 0, 400);
        double width = inside + edges + middle;
        if (s.options.columns) width = std::max(width, 62.0);
        if (error) width = std::max(width, 132.0);
        errorRoom = width - inside - edges - middle;
        double at = x + inside;
        for (const int b : closing[r]) {
            s.blocks[std::size_t(b)].right = at + 12.0;
            at += 14.0;
        }
        // What is left over goes between the blocks: an error or a wide column belongs to neither.
        s.cutX[r] = at + (middle + errorRoom) / 2;
        at += middle + errorRoom;
        for (const int b : opening[r]) {
            s.blocks[std::size_t(b)].left = at + 2.0;
            at += 14.0;
        }
        s.dataW[r] = width;
        x += width + metrics::kGutter;
    }
}

}  // namespace lab::layout

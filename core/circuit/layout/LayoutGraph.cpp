// Ranks, order of segments and lanes: everything ordinal.
#include "core/circuit/CircuitIndex.h"
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace lab::layout {

double State::top(const Segment& segment) const { return y(segment.lanes.front()); }
double State::bottom(const Segment& segment) const { return y(segment.lanes.back()); }

bool State::bundle(int lane) const {
    const int axis = lanes[std::size_t(lane)].axis;
    return axis >= 0 && circuit.axes[std::size_t(axis)].dims >= 2;
}

std::pair<double, double> State::extent(const std::vector<int>& some) const {
    if (some.empty()) return {0.0, 0.0};
    double low = y(some.front()), high = low;
    for (const int lane : some) {
        low = std::min(low, y(lane));
        high = std::max(high, y(lane));
    }
    return {low, high};
}

bool bare(const GlyphFace& face) { return face.glyph == Glyph::Source && face.label.empty(); }

namespace {

void makeItems(State& s, const CircuitIndex& index) {
    const Circuit& c = s.circuit;
    s.segments.resize(c.wires.size());
    for (std::size_t w = 0; w < c.wires.size(); ++w) s.segments[w].index = int(w);
    s.items.resize(c.operations.size());
    for (std::size_t i = 0; i < c.operations.size(); ++i) {
        Item& item = s.items[i];
        const Operation& op = c.operations[i];
        item.index = int(i);
        const auto face = s.faces == nullptr ? std::map<std::string, GlyphFace>::const_iterator{} : s.faces->find(op.id);
        item.face = s.faces != nullptr && face != s.faces->end() ? face->second : glyphFace(op);
        for (const std::string& w : op.in) {
            const int k = index.wire(w);
            if (k < 0) continue;
            item.in.push_back(k);
            s.segments[std::size_t(k)].consumer = int(i);
        }
        for (const std::string& w : op.out) {
            const int k = index.wire(w);
            if (k < 0) continue;
            item.out.push_back(k);
            s.segments[std::size_t(k)].producer = int(i);
        }
    }
}

void rankItems(State& s, const CircuitIndex& index) {
    const Circuit& c = s.circuit;
    std::vector<int> order;
    std::vector<char> seen(s.items.size(), 0);
    for (const Operation* op : c.ordered()) {
        const int i = index.operation(op->id);
        if (i < 0 || seen[std::size_t(i)]) continue;
        seen[std::size_t(i)] = 1;
        order.push_back(i);
    }
    for (std::size_t i = 0; i < s.items.size(); ++i)
        if (!seen[i]) order.push_back(int(i));  // on a cycle: drawn all the same
    int last = 0;
    for (const int i : order) {
        Item& item = s.items[std::size_t(i)];
        int rank = 0;
        for (const int w : item.in) {
            const int p = s.segments[std::size_t(w)].producer;
            // A wire from nowhere needs a column of its own before its reader.
            rank = std::max(rank, p >= 0 ? s.items[std::size_t(p)].rank + 1 : 1);
        }
        const auto hint = c.layout.rank.find(c.operations[std::size_t(i)].id);
        // A hint beyond the number of operations could only stretch the picture to nowhere.
        if (hint != c.layout.rank.end()) rank = std::max(rank, std::min(hint->second, int(s.items.size())));
        item.rank = rank;
        last = std::max(last, rank);
    }
    for (Item& item : s.items)
        if (item.face.glyph == Glyph::Sink) item.rank = last;

    const auto latest = [&](const Item& item) {
        int rank = std::numeric_limits<int>::max();
        for (const int w : item.out) {
            const int consumer = s.segments[std::size_t(w)].consumer;
            if (consumer >= 0) rank = std::min(rank, s.items[std::size_t(consumer)].rank - 1);
        }
        return rank == std::numeric_limits<int>::max() ? item.rank : rank;
    };
    // What is grabbed from a slot, and an array that is the same for all samples, appears where it is used.
    const auto enters = [&](const Item& item) {
        const OperationDescription* d = findOperation(c.operations[std::size_t(item.index)].kind);
        return d != nullptr && d->rule == AxisRule::Source;
    };
    for (Item& item : s.items)
        if (item.in.empty() && !enters(item) && latest(item) > item.rank) item.rank = latest(item);
    // An operation with slack moves beside one of its kind that has none.
    std::unordered_map<int, std::unordered_set<std::string>> tight;
    for (const Item& item : s.items)
        if (latest(item) <= item.rank) tight[item.rank].insert(c.operations[std::size_t(item.index)].kind);
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
        Item& item = s.items[std::size_t(*it)];
        if (item.in.empty()) continue;
        const int limit = latest(item);
        for (int r = item.rank; r <= limit; ++r) {
            const auto found = tight.find(r);
            if (limit > item.rank && found != tight.end() &&
                found->second.count(c.operations[std::size_t(item.index)].kind) != 0) {
                item.rank = r;
                break;
            }
        }
    }
    // Empty columns (left by hints) close up.
    std::vector<char> used(std::size_t(last) + 1, 0);
    for (const Item& item : s.items) used[std::size_t(item.rank)] = 1;
    std::vector<int> packed(used.size(), 0);
    int next = 0;
    for (std::size_t r = 0; r < used.size(); ++r) {
        packed[r] = next;
        if (used[r]) ++next;
    }
    for (Item& item : s.items) item.rank = packed[std::size_t(item.rank)];
    s.ranks = next;
}

void spanSegments(State& s) {
    for (Segment& segment : s.segments) {
        if (segment.producer < 0 && segment.consumer < 0) continue;
        const int from = segment.producer < 0 ? -1 : s.items[std::size_t(segment.producer)].rank;
        const int to = segment.consumer < 0 ? from + 1 : s.items[std::size_t(segment.consumer)].rank;
        segment.first = std::max(0, from < 0 ? to - 1 : from);
        segment.last = std::max(segment.first, to - 1);
    }
}

void orderSegments(State& s) {
    s.column.assign(std::size_t(s.ranks), {});
    s.order.assign(std::size_t(s.ranks), {});
    // Sources in the order in which a walk backwards from the ends meets them.
    std::vector<int> visit(s.items.size(), -1);
    int clock = 0;
    std::vector<int> stack;
    for (std::size_t i = s.items.size(); i-- > 0;)
        if (s.items[i].face.glyph != Glyph::Sink) stack.push_back(int(i));
    for (std::size_t i = s.items.size(); i-- > 0;)
        if (s.items[i].face.glyph == Glyph::Sink) stack.push_back(int(i));
    while (!stack.empty()) {
        const int i = stack.back();
        stack.pop_back();
        if (visit[std::size_t(i)] >= 0) continue;
        visit[std::size_t(i)] = clock++;
        const Item& item = s.items[std::size_t(i)];
        for (auto w = item.in.rbegin(); w != item.in.rend(); ++w) {
            const int p = s.segments[std::size_t(*w)].producer;
            if (p >= 0) stack.push_back(p);
        }
    }
    for (std::size_t i = 0; i < s.items.size(); ++i) s.column[std::size_t(s.items[i].rank)].push_back(int(i));

    std::vector<int> list;
    for (int r = 0; r < s.ranks; ++r) {
        std::unordered_map<int, int> place;
        for (std::size_t k = 0; k < list.size(); ++k) place[list[k]] = int(k);
        auto& column = s.column[std::size_t(r)];
        const auto key = [&](int i) {
            int best = std::numeric_limits<int>::max();
            for (const int w : s.items[std::size_t(i)].in)
                if (place.count(w) != 0) best = std::min(best, place[w]);
            return best;
        };
        std::stable_sort(column.begin(), column.end(), [&](int a, int b) {
            const int ka = key(a), kb = key(b);
            return ka != kb ? ka < kb : visit[std::size_t(a)] < visit[std::size_t(b)];
        });
        std::vector<int> result;
        std::unordered_map<int, int> startsAt, gone;  // place -> item; wires that end
        std::vector<int> sources;
        for (const int i : column) {
            const int k = key(i);
            if (k == std::numeric_limits<int>::max()) sources.push_back(i);
            else startsAt[k] = i;
            for (const int w : s.items[std::size_t(i)].in) gone[w] = 1;
        }
        for (std::size_t k = 0; k < list.size(); ++k) {
            const auto start = startsAt.find(int(k));
            if (start != startsAt.end())
                for (const int w : s.items[std::size_t(start->second)].out) result.push_back(w);
            const Segment& segment = s.segments[std::size_t(list[k])];
            if (gone.count(list[k]) == 0 && segment.last >= r) result.push_back(list[k]);
        }
        for (const int i : sources)
            for (const int w : s.items[std::size_t(i)].out) result.push_back(w);
        for (const Segment& segment : s.segments)  // wires without a producer enter below
            if (segment.producer < 0 && segment.consumer >= 0 && segment.first == r) result.push_back(segment.index);
        list = result;
        s.order[std::size_t(r)] = list;
    }
}

void makeBlocks(State& s, const CircuitIndex& index) {
    const Circuit& c = s.circuit;
    s.blocks.resize(c.groups.size());
    for (std::size_t g = 0; g < c.groups.size(); ++g) {
        s.blocks[g].index = int(g);
        for (const std::string& id : c.groups[g].members) {
            const int inner = index.group(id);
            if (inner >= 0 && inner != int(g) && s.blocks[std::size_t(inner)].parent < 0)
                s.blocks[std::size_t(inner)].parent = int(g);
        }
    }
    const int limit = int(s.blocks.size());
    for (std::size_t g = 0; g < s.blocks.size(); ++g) {
        int depth = 0;
        for (int p = s.blocks[g].parent; p >= 0 && depth <= limit; p = s.blocks[std::size_t(p)].parent) ++depth;
        s.blocks[g].depth = depth;
        if (s.blocks[g].parent >= 0) s.blocks[std::size_t(s.blocks[g].parent)].children.push_back(int(g));
    }
    for (std::size_t g = 0; g < s.blocks.size(); ++g)
        for (const std::string& id : c.groups[g].members) {
            const int i = index.operation(id);
            if (i < 0) continue;
            int steps = 0;
            for (int b = int(g); b >= 0 && steps <= limit; b = s.blocks[std::size_t(b)].parent, ++steps) {
                s.blocks[std::size_t(b)].items.push_back(i);
                for (const auto* wires : {&s.items[std::size_t(i)].in, &s.items[std::size_t(i)].out})
                    for (const int w : *wires) {
                        auto& groups = s.segments[std::size_t(w)].groups;
                        if (std::find(groups.begin(), groups.end(), b) == groups.end()) groups.push_back(b);
                    }
            }
        }
    for (Block& block : s.blocks) {
        block.firstRank = std::numeric_limits<int>::max();
        for (const int i : block.items) {
            block.firstRank = std::min(block.firstRank, s.items[std::size_t(i)].rank);
            block.lastRank = std::max(block.lastRank, s.items[std::size_t(i)].rank);
        }
    }
}

// A word beside a glyph is written at its first use only.
void firstUses(State& s) {
    std::unordered_set<std::string> said;
    for (const auto& column : s.column)
        for (const int i : column) {
            Item& item = s.items[std::size_t(i)];
            if (item.face.glyph == Glyph::Triangle || item.face.glyph == Glyph::Mask)
                item.face.named = said.insert(item.face.label).second;
            if (item.targetOut.size() > item.targetIn.size()) item.face.reduces = false;
        }
}

}  // namespace

void buildGraph(State& s) {
    const CircuitIndex index(s.circuit);
    makeItems(s, index);
    rankItems(s, index);
    spanSegments(s);
    orderSegments(s);
    makeLanes(s, index);
    connect(s, index);
    firstUses(s);
    makeBlocks(s, index);
}

}  // namespace lab::layout

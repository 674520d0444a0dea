// The backdrops of groups: around what they hold, innermost first, siblings brought to one height.
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <unordered_map>

namespace lab::layout {

namespace {

class BlockPlacer {
public:
    BlockPlacer(const State& s, const std::vector<PlacedGlyph>& glyphs) : m_s(s), m_glyphs(glyphs) {}

    std::vector<PlacedBlock> run() {
        std::vector<int> deepestFirst;
        for (std::size_t b = 0; b < m_s.blocks.size(); ++b)
            if (m_s.blocks[b].lastRank >= 0) deepestFirst.push_back(int(b));
        std::stable_sort(deepestFirst.begin(), deepestFirst.end(), [&](int a, int b) {
            return m_s.blocks[std::size_t(a)].depth > m_s.blocks[std::size_t(b)].depth;
        });
        std::vector<DiagramRect> rect(m_s.blocks.size());
        std::unordered_map<std::string, const PlacedGlyph*> glyphs;
        for (const PlacedGlyph& g : m_glyphs) glyphs.emplace(g.operation, &g);
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
        std::vector<PlacedBlock> out;
        for (const int b : deepestFirst) {
            const Group& group = m_s.circuit.groups[std::size_t(m_s.blocks[std::size_t(b)].index)];
            out.push_back({group.id, group.title, group.fill, rect[std::size_t(b)], m_s.blocks[std::size_t(b)].depth, repeatName(group)});
        }
        return out;
    }

private:
    const Item& item(int i) const { return m_s.items[std::size_t(i)]; }
    const std::string& operationId(const Item& i) const { return m_s.circuit.operations[std::size_t(i.index)].id; }

    // A number, or the axis that every pass reads one place of.
    std::string repeatName(const Group& group) const {
        const std::string count = repeatLabel(group);
        const Axis* axis = m_s.circuit.axis(count);
        return axis == nullptr ? count : axis->name.empty() ? axis->id : axis->name;
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

    const State& m_s;
    const std::vector<PlacedGlyph>& m_glyphs;
};

}  // namespace

std::vector<PlacedBlock> placeBlocks(const State& s, const std::vector<PlacedGlyph>& glyphs) { return BlockPlacer(s, glyphs).run(); }

}  // namespace lab::layout

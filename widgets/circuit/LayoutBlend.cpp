#include "widgets/circuit/LayoutBlend.h"

#include <unordered_map>

namespace lab {

namespace {

double mix(double a, double b, double t) { return a + (b - a) * t; }
DiagramPoint mix(DiagramPoint a, DiagramPoint b, double t) { return {mix(a.x, b.x, t), mix(a.y, b.y, t)}; }
DiagramRect mix(const DiagramRect& a, const DiagramRect& b, double t) {
    return {mix(a.x, b.x, t), mix(a.y, b.y, t), mix(a.w, b.w, t), mix(a.h, b.h, t)};
}

// Lanes with as many corners as before move corner by corner; others are new.
void mixPoints(const std::vector<DiagramPoint>& from, std::vector<DiagramPoint>& to, double t) {
    if (from.size() != to.size()) return;
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = mix(from[i], to[i], t);
}

}  // namespace

DiagramLayout blend(const DiagramLayout& from, const DiagramLayout& to, double t) {
    DiagramLayout out = to;
    std::unordered_map<std::string, const PlacedGlyph*> glyphs;
    for (const PlacedGlyph& g : from.glyphs) glyphs.emplace(g.operation + (g.face.drops ? "'" : ""), &g);
    for (PlacedGlyph& g : out.glyphs) {
        const auto was = glyphs.find(g.operation + (g.face.drops ? "'" : ""));
        if (was == glyphs.end() || was->second->face.glyph != g.face.glyph) continue;
        const PlacedGlyph& old = *was->second;
        g.box = mix(old.box, g.box, t);
        g.anchor = mix(old.anchor, g.anchor, t);
        g.batchLane = mix(old.batchLane, g.batchLane, t);
        mixPoints(old.in, g.in, t);
        mixPoints(old.out, g.out, t);
        mixPoints(old.dots, g.dots, t);
        if (old.cups.size() == g.cups.size())
            for (std::size_t i = 0; i < g.cups.size(); ++i) {
                g.cups[i].x = mix(old.cups[i].x, g.cups[i].x, t);
                g.cups[i].top = mix(old.cups[i].top, g.cups[i].top, t);
                g.cups[i].bottom = mix(old.cups[i].bottom, g.cups[i].bottom, t);
            }
    }
    std::unordered_map<std::string, const PlacedBlock*> blocks;
    for (const PlacedBlock& b : from.blocks) blocks.emplace(b.group, &b);
    for (PlacedBlock& b : out.blocks)
        if (const auto was = blocks.find(b.group); was != blocks.end()) b.rect = mix(was->second->rect, b.rect, t);
    std::unordered_map<std::string, const PlacedLane*> lanes;
    for (const PlacedLane& l : from.lanes) lanes.emplace(l.wire + "\x1f" + l.axis, &l);
    for (PlacedLane& l : out.lanes)
        if (const auto was = lanes.find(l.wire + "\x1f" + l.axis); was != lanes.end()) mixPoints(was->second->points, l.points, t);
    std::unordered_map<std::string, const PlacedSpan*> spans;
    for (const PlacedSpan& s : from.spans) spans.emplace(s.wire + "\x1f" + s.axis, &s);
    for (PlacedSpan& s : out.spans)
        if (const auto was = spans.find(s.wire + "\x1f" + s.axis); was != spans.end()) mixPoints(was->second->points, s.points, t);
    std::unordered_map<std::string, const PlacedLabel*> labels;
    for (const PlacedLabel& l : from.labels) labels.emplace(l.wire + "\x1f" + l.axis, &l);
    for (PlacedLabel& l : out.labels)
        if (const auto was = labels.find(l.wire + "\x1f" + l.axis); was != labels.end()) l.baseline = mix(was->second->baseline, l.baseline, t);
    if (from.fences.size() == to.fences.size())
        for (std::size_t i = 0; i < out.fences.size(); ++i) mixPoints(from.fences[i].points, out.fences[i].points, t);
    return out;
}

}  // namespace lab

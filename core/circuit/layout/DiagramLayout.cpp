#include "core/circuit/layout/DiagramLayout.h"

#include "core/circuit/layout/LayoutState.h"

#include <algorithm>

namespace lab {

DiagramRect DiagramRect::united(const DiagramRect& o) const {
    const double left = std::min(x, o.x), top = std::min(y, o.y);
    return {left, top, std::max(right(), o.right()) - left, std::max(bottom(), o.bottom()) - top};
}

const PlacedGlyph* DiagramLayout::glyph(const std::string& operation) const {
    for (const PlacedGlyph& g : glyphs)
        if (g.operation == operation) return &g;
    return nullptr;
}

const PlacedBlock* DiagramLayout::block(const std::string& group) const {
    for (const PlacedBlock& b : blocks)
        if (b.group == group) return &b;
    return nullptr;
}

namespace {

// Only the parts that differ from the usual: a convolution that keeps the size needs no caption.
std::string windowCaption(const Operation& op, const ParamSet& params, bool learned) {
    const WindowGeometry g = windowGeometry(op);
    long dilation = 1;
    if (const ParamSpec* d = params.find("d"); d != nullptr && d->kind == ParamKind::Integer) dilation = long(params.integer("d"));
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : " · ") + part; };
    const long usualStride = learned ? 1 : g.kernel;
    const long usualPad = learned ? dilation * (g.kernel - 1) / 2 : 0;
    if (g.stride != usualStride) add("s" + std::to_string(g.stride));
    if (g.pad != usualPad) add("p" + std::to_string(g.pad));
    if (dilation != 1) add("d" + std::to_string(dilation));
    if (!text.empty()) text = "k" + std::to_string(g.kernel) + " · " + text;
    return text;
}

// The factor of a product: a power of an axis as text, or a number.
std::string scaleLabel(const Operation& op, const ParamSet& params) {
    if (const ParamSpec* spec = params.find("scale"); spec != nullptr) {
        const std::string text = spec->kind == ParamKind::Text ? params.text("scale") : toText(params.value("scale"));
        if (!text.empty() && text != "1" && text != "none") return "· " + text;
        return {};
    }
    const auto raw = op.args.find("scale");
    return raw == op.args.end() ? std::string() : "· " + toText(raw->second);
}

}  // namespace

GlyphFace glyphFace(const Operation& operation) {
    GlyphFace face;
    face.label = glyphLabel(operation);
    face.mirrored = !operation.tie.empty();
    const OperationDescription* d = findOperation(operation.kind);
    if (d == nullptr) return face;
    face.glyph = d->glyph;
    // Without a name of its own a map goes by its number, as it does in all lists.
    if (d->glyph == Glyph::Chip && operation.name.empty() && operation.id.size() > d->idPrefix.size() && operation.id.rfind(d->idPrefix, 0) == 0) {
        const std::string number = operation.id.substr(d->idPrefix.size());
        if (number.find_first_not_of("0123456789") == std::string::npos) face.label = d->letter + "_{" + number + "}";
    }
    face.drops = !operation.in.empty() && operation.out.empty();
    const ParamSet params = operationParams(operation);
    if (d->glyph == Glyph::Source && !face.label.empty()) {
        // What enters is known, as learned things are: bold unless the name says otherwise. A fixed array is plain.
        const ParamSpec* learned = params.find("learned");
        const bool fixed = learned != nullptr && learned->kind == ParamKind::Bool && !params.flag("learned");
        if (fixed)
            face.label.erase(std::remove(face.label.begin(), face.label.end(), '*'), face.label.end());
        else if (face.label.find('*') == std::string::npos)
            face.label = "*" + face.label + "*";
    }
    if (const ParamSpec* gain = params.find("gain"); gain != nullptr && gain->kind == ParamKind::Bool)
        face.thick = params.flag("gain");
    if (d->glyph == Glyph::Circle) {
        face.inside = GlyphInside::Root;
        if (const ParamSpec* type = params.find("type"); type != nullptr && type->kind == ParamKind::Choice) {
            // The root tick divides by a length; a dash also takes the mean away.
            const std::string& value = params.text("type");
            face.inside = value == "l2" || value == "rms" ? GlyphInside::Root : GlyphInside::Dash;
            face.bendsBatch = value == "batch";
        }
    }
    if (d->glyph == Glyph::Conv || d->glyph == Glyph::Window || d->glyph == Glyph::TransposedConv) {
        const WindowGeometry g = windowGeometry(operation);
        face.global = g.global;
        face.stride = g.stride;
        if (!face.global) face.caption = windowCaption(operation, params, d->learned);
        if (d->glyph == Glyph::Conv) face.label = "★ " + std::to_string(g.kernel);
        if (d->glyph == Glyph::TransposedConv) face.label = "★ " + std::to_string(g.kernel) + "^|T|";
    }
    if (d->glyph == Glyph::Mask) {
        face.label = operation.name.empty() ? "mask" : plainLabel(operation.name);
        if (const ParamSpec* shape = params.find("shape"); shape != nullptr && shape->kind == ParamKind::Choice) {
            const std::string& value = params.text("shape");
            face.mask = value == "band" ? MaskShape::Band : value == "block" ? MaskShape::Block : MaskShape::Lower;
        }
    }
    // Both halves of a slot show its name.
    if (const ParamSpec* slot = params.find("slot"); d->glyph == Glyph::Slot && slot != nullptr && slot->kind == ParamKind::Text)
        if (const std::string& name = params.text("slot"); operation.name.empty() && !name.empty()) face.label = name;
    if (d->glyph == Glyph::Einsum) face.label = scaleLabel(operation, params);
    return face;
}

std::string repeatLabel(const Group& group) { return group.repeat.count; }

std::string axisLabel(const Axis& axis, const SizeSolution& solution, bool sizes) {
    std::string value;
    if (const auto solved = solution.size.find(axis.id); solved != solution.size.end()) {
        value = std::to_string(solved->second);
        if (axis.dims >= 2) value += "^" + std::to_string(axis.dims);
    } else if (const auto text = solution.text.find(axis.id); text != solution.text.end()) {
        value = text->second;
    }
    if (!sizes || axis.role == AxisRole::Batch) return !axis.name.empty() ? axis.name : !value.empty() ? value : "?";
    switch (axis.role) {
        case AxisRole::Feature:
        case AxisRole::Class:
        case AxisRole::Head:
        case AxisRole::Kernel: return !value.empty() ? value : !axis.name.empty() ? axis.name : "?";
        default:
            if (value.empty()) return axis.name.empty() ? "?" : axis.name;
            return axis.name.empty() ? value : axis.name + " = " + value;
    }
}

DiagramLayout layoutDiagram(const Circuit& circuit, const SizeSolution& sizes, const LayoutOptions& options,
                            const TextMeasure& measure) {
    layout::Folded folded;
    const bool folds = layout::needsFolding(circuit);
    if (folds) folded = layout::fold(circuit);
    layout::State state(folds ? folded.circuit : circuit, sizes, options, measure);
    if (folds) state.faces = &folded.faces;
    layout::buildGraph(state);
    layout::solveHeights(state);
    layout::placeColumns(state);
    DiagramLayout out = layout::emit(state);
    if (folds)
        for (PlacedGlyph& g : out.glyphs) g.operation = layout::unfoldedId(g.operation);
    std::stable_sort(out.glyphs.begin(), out.glyphs.end(), [](const PlacedGlyph& a, const PlacedGlyph& b) {
        return a.column != b.column ? a.column < b.column : a.box.y < b.box.y;
    });
    layout::wrapRows(out, options.pageWidth, measure);
    return out;
}

}  // namespace lab

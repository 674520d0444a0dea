// From a circuit to the places of everything that is drawn: columns, lanes, glyph boxes, labels, fences, blocks. Pure
// and deterministic: the same circuit gives the same picture. Units: scene units, 1 at 100 % zoom is one pixel; y down.
#pragma once

#include "core/circuit/Operations.h"
#include "core/circuit/SizeSolver.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace lab {

namespace metrics {
constexpr double kPitch = 24.0;         // between axes of one array
constexpr double kFenceGap = 36.0;      // between arrays
constexpr double kGutter = 5.0;
constexpr double kFirstColumn = 60.0;
constexpr double kLabel = 15.0;         // text size of wire labels
constexpr double kHeadLength = 10.0;    // arrow head of a pointwise function
constexpr double kPointwiseLift = 36.0; // its centre line above the top lane
constexpr double kForeign = 6.0;        // least distance of a lane from a glyph that it does not touch
}  // namespace metrics

struct DiagramPoint {
    double x = 0.0, y = 0.0;
    bool operator==(const DiagramPoint&) const = default;
};

struct DiagramRect {
    double x = 0.0, y = 0.0, w = 0.0, h = 0.0;
    double right() const { return x + w; }
    double bottom() const { return y + h; }
    double centerX() const { return x + w / 2; }
    double centerY() const { return y + h / 2; }
    bool empty() const { return w <= 0.0 || h <= 0.0; }
    bool contains(double px, double py) const { return px >= x && px <= right() && py >= y && py <= bottom(); }
    bool intersects(const DiagramRect& o) const { return x < o.right() && o.x < right() && y < o.bottom() && o.y < bottom(); }
    DiagramRect united(const DiagramRect& o) const;
    DiagramRect grown(double dx, double dy) const { return {x - dx, y - dy, w + 2 * dx, h + 2 * dy}; }
    bool operator==(const DiagramRect&) const = default;
};

// What a glyph shows besides its shape; read off the operation's parameters, never off its kind.
enum class GlyphInside { None, Root, Dash };
enum class MaskShape { Lower, Band, Block };
struct GlyphFace {
    Glyph glyph = Glyph::Unknown;
    std::string label;       // markup
    std::string caption;     // small print above windows and convolutions: "s2 · p0"
    GlyphInside inside = GlyphInside::None;
    bool thick = false;      // learned gain
    bool bendsBatch = false; // statistics over the batch: the batch wire touches the rim
    bool global = false;     // reduces over all positions: no window, only the reduce head
    bool mirrored = false;   // uses another operation's weights: bite at the top right
    bool reduces = true;     // a window whose kernel axis ends in a named head; false: the axis leaves
    bool named = false;      // this use of the word is the first: it is written beside the glyph
    bool drops = false;      // the half of a slot that reads
    MaskShape mask = MaskShape::Lower;
    std::string fill;        // a closed block's colour token
    std::string count;       // a closed block's repetitions
    long stride = 1;         // of a window: stands at the right end of its diagonal
};
GlyphFace glyphFace(const Operation& operation);
// "N" of a block that is repeated; empty for one that is not.
std::string repeatLabel(const Group& group);

struct PlacedCup {
    double x = 0.0, top = 0.0, bottom = 0.0;  // of the open ends; the circle bulges to the right
    bool bundle = false;
    double apex() const { return x + (bottom - top) / 2; }
};

struct PlacedGlyph {
    std::string operation;    // or the group, for a closed block
    GlyphFace face;
    DiagramRect box;          // what it covers; hit area, and what foreign lanes keep away from
    int column = 0;
    DiagramPoint anchor;      // centre of the shape itself
    std::vector<DiagramPoint> in, out;  // where its target lanes end and start (dots: copy, add)
    std::vector<bool> bundleIn, bundleOut;
    double batchLane = 0.0;   // y of the batch wire where bendsBatch
    bool hasBatchLane = false;
    // Linear wiring and joints: dots where lanes meet or end, half-circles where they are summed over.
    std::vector<DiagramPoint> dots;
    std::vector<bool> bundleDots;
    std::vector<PlacedCup> cups;
};

// One drawn wire of one axis: an unbroken line, also where it runs past operations.
struct PlacedLane {
    std::string wire, axis;            // where it starts
    std::vector<DiagramPoint> points;  // horizontal pieces and lane changes (cubics with flat ends)
    bool bundle = false;
    bool batch = false;
    bool scalar = false;               // no axes left: drawn as the datatype wire
    bool stream = false;               // several streams side by side (positive, negative): a twin line
    bool phase = false;                // phases one after another (free, nudged): a twin line
    bool typed = false;                // whole numbers: lime, with a triangle
    bool truth = false;                // truth values: amber, dotted
};

// The part of a lane that belongs to one wire of the circuit: for selection, activity and marks.
struct PlacedSpan {
    std::string wire;
    std::string axis;
    std::vector<DiagramPoint> points;
    bool bundle = false;
    bool stream = false;
    bool typed = false;
    bool dangling = false;             // nobody reads it: a hollow port at the end
};

enum class LabelTone { Ink, Mute, Error };
enum class LabelAnchor { Left, Middle, Right };
struct PlacedLabel {
    std::string markup;
    DiagramPoint baseline;
    double pixels = metrics::kLabel;
    LabelAnchor anchor = LabelAnchor::Left;
    LabelTone tone = LabelTone::Ink;
    std::string wire;  // may be empty
    std::string axis;
};

struct PlacedFence {
    std::vector<DiagramPoint> points;
};

struct PlacedBlock {
    std::string group;
    std::string title;
    std::string fill;
    DiagramRect rect;
    int depth = 0;
    std::string repeat;  // count at the right parenthesis; empty: none
    bool begins = true, ends = true;  // this piece of a wrapped block is its first, its last
};

// Beside a source whose shared axes are folded away.
struct PlacedTab {
    DiagramPoint center;
    std::string markup;
};

// The red mark of a problem on a wire.
struct PlacedError {
    int problem = 0;  // index into SizeSolution::problems
    std::string wire;
    double left = 0.0, right = 0.0, y = 0.0;
    std::string leftText, rightText;
    bool unequal = false;  // a conflict of two sizes: the disc shows it
};

struct PlacedColumn {
    bool data = false;
    int rank = 0;
    int row = 0;  // of a wrapped diagram
    double x = 0.0, w = 0.0;
    std::vector<std::string> items;  // operations of an operation column, wires of a data column
};

// A line of a long diagram that was wrapped, without its continuation marks.
struct PlacedRow {
    double top = 0.0, bottom = 0.0;
    double left = 0.0, right = 0.0;
    std::vector<double> enters, leaves;  // heights of the lanes that go on from the row above, and in the row below
};

// Where the overlay of a rule attaches to a wire.
struct WireAnchor {
    double tapX = 0.0;
    double cutX = 0.0;
    double left = 0.0, right = 0.0;   // of its first data column
    double top = 0.0, bottom = 0.0;   // outermost lanes
    std::vector<double> lanes;
};

struct LayoutOptions {
    bool columns = false;
    bool sizes = true;
    bool foldBatch = true;
    std::set<std::string> tapWires;  // wires that need room for a tap
    std::set<std::string> cutWires;  // wires that need room for a cut band
    std::string stream;              // label of a stream axis on top of every array; "" = none
    std::string phase;               // label of a phase axis, above the streams; "" = none
    double pageWidth = 0.0;          // > 0: the diagram is wrapped into rows that are no wider, but for a single column that is
};

struct DiagramLayout {
    std::vector<PlacedColumn> columns;
    std::vector<PlacedRow> rows;       // at least one; several where it is wrapped. Blocks and wires then stand once per row.
    std::vector<PlacedBlock> blocks;   // outermost first
    std::vector<PlacedLane> lanes;
    std::vector<PlacedSpan> spans;
    std::vector<PlacedFence> fences;
    std::vector<PlacedGlyph> glyphs;   // in column order, top to bottom
    std::vector<PlacedLabel> labels;
    std::vector<PlacedError> errors;
    std::map<std::string, WireAnchor> anchors;
    std::vector<PlacedTab> tabs;       // small "b" left of sources while the batch axis is folded
    DiagramRect bounds;
    double lanesTop = 0.0, lanesBottom = 0.0;
    bool batchShown = false;

    const PlacedGlyph* glyph(const std::string& operation) const;
    const PlacedBlock* block(const std::string& group) const;
};

// Width of a label in scene units. Layout knows no fonts; whoever draws hands this in.
using TextMeasure = std::function<double(const std::string& markup, double pixels)>;

DiagramLayout layoutDiagram(const Circuit& circuit, const SizeSolution& sizes, const LayoutOptions& options,
                            const TextMeasure& measure);

// What stands on the wire for this axis; `sizes` as in LayoutOptions.
std::string axisLabel(const Axis& axis, const SizeSolution& solution, bool sizes);

}  // namespace lab

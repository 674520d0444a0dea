// The working state of the layout: the circuit with integer ids. Internal to core/circuit/layout.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"

#include <utility>
#include <vector>

namespace lab {
class CircuitIndex;
}

namespace lab::layout {

constexpr int kScalarAxis = -1;  // the datatype wire of a scalar
constexpr int kStreamAxis = -2;  // the stream axis of a rule
constexpr int kPhaseAxis = -3;   // the phase axis of a rule
constexpr int kTypeAxis = -4;    // what an array of whole numbers, truth values or complex numbers holds

// One axis of one wire as it is drawn: a lane that keeps one height over the wire's whole life.
struct Lane {
    int wire = -1;
    int axis = kScalarAxis;  // index into Circuit::axes, or one of the two above
    int chain = -1;       // lanes of one chain share a height
    bool fresh = false;   // its name is new here: labelled
    bool arrives = false; // continues a lane of the producer's input (woven, or the straight branch of a copy or add)
    int next = -1;        // the lane that continues it behind the consumer; -1: ends there
    int joins = -1;       // ends in a dot on this lane of the consumer's result: runs in lock-step with it
    int source = -1;      // begins in the dot on this lane of the producer's input: the branch of a copy
};

struct Segment {
    int index = -1;            // index into Circuit::wires
    std::vector<int> lanes;    // top to bottom
    int producer = -1, consumer = -1;
    int first = 0, last = -1;  // data columns in which it lives; last < first: never drawn
    std::vector<int> groups;   // groups that hold its producer or consumer, with their ancestors
    bool tucked = false;       // joined to the data without the axes that all samples share (a label beside an image)
};

struct Item {
    int index = -1;  // index into Circuit::operations
    GlyphFace face;
    int rank = 0;
    std::vector<int> in, out;              // segments
    std::vector<int> targetIn, targetOut;  // lanes, in the order of the operation's targets
    double shapeWidth = 0.0;               // of the glyph itself
    double columnWidth = 0.0;              // that it needs
    double run = 0.0;                      // of the lane changes inside its column
    std::vector<std::pair<int, int>> cups; // linear wiring: lanes of one axis that are summed over, neighbours of a chain
    std::vector<int> sums;                 // linear wiring: lanes that end in a dot of their own
    double cupZone = 0.0;
    bool bends = false;                    // stands at one of its sides; the lanes of the other curve to it
    bool standsAtInput = true;
};

struct Block {
    int index = -1;
    int parent = -1;
    int depth = 0;
    int firstRank = 0, lastRank = -1;
    std::vector<int> items;   // all operations inside, nested ones too
    std::vector<int> children;
    double left = 0.0, right = 0.0;
};

struct State {
    State(const Circuit& c, const SizeSolution& solution, const LayoutOptions& o, const TextMeasure& m)
        : circuit(c), sizes(solution), options(o), measure(m) {}

    const Circuit& circuit;
    const SizeSolution& sizes;
    const LayoutOptions& options;
    const TextMeasure& measure;
    const std::map<std::string, GlyphFace>* faces = nullptr;  // of operations that stand for something else

    std::vector<Lane> lanes;
    std::vector<Segment> segments;
    std::vector<Item> items;
    std::vector<Block> blocks;
    int ranks = 0;
    bool showBatch = false;
    std::vector<std::vector<int>> order;  // data column -> segments, top to bottom
    std::vector<std::vector<int>> column; // operation column -> items, top to bottom
    std::vector<double> height;           // chain -> y

    std::vector<double> opX, opW, dataX, dataW;
    std::vector<double> opSplit;          // width of the left part of a column in which glyphs and lane changes would meet; 0 = one part
    std::vector<double> labelZone;        // data column -> width of the label zone
    std::vector<double> tapX, cutX;

    double y(int lane) const { return height[std::size_t(lanes[std::size_t(lane)].chain)]; }
    double top(const Segment& s) const;
    double bottom(const Segment& s) const;
    bool bundle(int lane) const;
    // Highest and lowest of these lanes; (0, 0) for none.
    std::pair<double, double> extent(const std::vector<int>& some) const;
};

void buildGraph(State& s);      // ranks, segments, lanes, blocks
void makeLanes(State& s, const CircuitIndex& index);
void connect(State& s, const CircuitIndex& index);  // which lanes an operation reads and writes, and which run past it
void solveHeights(State& s);
void placeColumns(State& s);
DiagramLayout emit(const State& s);
// Into rows that are no wider than `width`, where that is more than nothing; see LayoutRows.cpp.
void wrapRows(DiagramLayout& layout, double width, const TextMeasure& measure);
std::vector<PlacedFence> placeFences(const State& s);
std::vector<PlacedBlock> placeBlocks(const State& s, const std::vector<PlacedGlyph>& glyphs);  // outermost first

// Adds a point to a line; a straight piece that goes on straight becomes longer instead.
void extend(std::vector<DiagramPoint>& points, DiagramPoint p);

// The part of its column that an item has.
double left(const State& s, const Item& item);
double right(const State& s, const Item& item);
// Where the lanes of an item change height, as x in the scene.
double runFrom(const State& s, const Item& item);
double runTo(const State& s, const Item& item);
// Where a lane that ends at this item stops, and one that starts there begins. Filled shapes hide the rest.
double endX(const State& s, const Item& item);
double startX(const State& s, const Item& item);
// Does the picture label this lane where it starts?
// Where the lane meets the glyph: its own height, or its place at the side that curves.
double portY(const State& s, const Item& item, int lane, bool output);
bool labelled(const State& s, int lane);
std::string laneLabel(const State& s, int lane);
int laneOf(const State& s, int segment, int axis);
bool isStream(const State& s, int lane);  // the rule's stream axis, or one that the circuit has
bool isDots(Glyph glyph);  // drawn by the wires themselves: copy, add
bool isJoint(const Item& item);  // a bar that several arrays meet

// A circuit with closed blocks and slots replaced by what is drawn for them.
struct Folded {
    Circuit circuit;
    std::map<std::string, GlyphFace> faces;
};
bool needsFolding(const Circuit& circuit);
Folded fold(const Circuit& circuit);
std::string unfoldedId(const std::string& id);

// Distance from the outermost target lane of this side to the glyph's edge.
struct Overhang {
    double above = 0.0, below = 0.0;
};
Overhang overhang(const State& s, const Item& item, bool outputSide);
// Room of the shape over the height `span` of its target lanes.
double shapeHeight(const GlyphFace& face, double span, int rows);
bool bare(const GlyphFace& face);  // a source without a name: wires from nowhere

}  // namespace lab::layout

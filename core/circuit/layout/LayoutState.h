// The working state of the layout: the circuit with integer ids. Internal to core/circuit/layout.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"

#include <utility>
#include <vector>

namespace lab::layout {

constexpr int kScalarAxis = -1;  // the datatype wire of a scalar
constexpr int kStreamAxis = -2;  // the stream axis of a rule

// One axis of one wire as it is drawn: a lane that keeps one height over the wire's whole life.
struct Lane {
    int wire = -1;
    int axis = kScalarAxis;  // index into Circuit::axes, or one of the two above
    int chain = -1;       // lanes of one chain share a height
    bool fresh = false;   // its name is new here: labelled
    bool arrives = false; // continues a lane of the producer's input (woven, or the straight branch of a copy or add)
    int next = -1;        // the lane that continues it behind the consumer; -1: ends there
};

struct Segment {
    int index = -1;            // index into Circuit::wires
    std::vector<int> lanes;    // top to bottom
    int producer = -1, consumer = -1;
    int first = 0, last = -1;  // data columns in which it lives; last < first: never drawn
    std::vector<int> groups;   // groups that hold its producer or consumer, with their ancestors
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
    const Circuit& circuit;
    const SizeSolution& sizes;
    const LayoutOptions& options;
    const TextMeasure& measure;

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
void solveHeights(State& s);
void placeColumns(State& s);
DiagramLayout emit(const State& s);

// Distance from the outermost target lane of this side to the glyph's edge.
struct Overhang {
    double above = 0.0, below = 0.0;
};
Overhang overhang(const State& s, const Item& item, bool outputSide);
// Room of the shape over the height `span` of its target lanes.
double shapeHeight(const GlyphFace& face, double span, int rows);
bool bare(const GlyphFace& face);  // a source without a name: wires from nowhere

}  // namespace lab::layout

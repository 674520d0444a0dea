// The circuit as data: what the user draws. Axes, wires, operations and groups; no weights, no pixels, no Qt.
// The document is a hypergraph of operations and arrays plus two ordinal layout hints (column rank, lane order).
//
// Invariants (checkInvariants): every wire has exactly one producer and at most one consumer (branching is an explicit
// `copy`); ids are unique per list, operations and groups share one space; every reference exists; no cycles.
#pragma once

#include "core/base/Result.h"
#include "core/params/ParamSpec.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lab {

enum class AxisRole { Batch, Seq, Space, Feature, Head, Class, Kernel, Stream, Phase, Time, Node, Edge };

struct Axis {
    std::string id;
    std::string name;  // label markup: "~x" overline, "n_{1}" subscript, "*L*" bold
    AxisRole role = AxisRole::Feature;
    std::string size;  // "" = open, "784", or an expression over axis ids: "h*w", "n/4", "p+k"
    int dims = 1;      // >= 2: one line drawn as a bundle, the size counts per dimension (images: 2)
    std::vector<std::string> labels;
    std::string extra;  // unknown keys of the file, kept verbatim as a JSON object

    bool operator==(const Axis&) const = default;
};

struct Wire {
    std::string id;
    std::string dtype = "real";  // "real", "bool", "complex", or "int:<axis id>"
    std::vector<std::string> axes;  // drawing order, top lane first
    std::string name;
    std::string extra;

    bool operator==(const Wire&) const = default;
};

struct Operation {
    std::string id;
    std::string kind;  // a kind of operationRegistry(), or an unknown one that is kept and shown as unknown
    std::vector<std::string> in;   // wire ids
    std::vector<std::string> out;  // wire ids
    std::vector<std::string> targetIn;   // axes that it reads; all other axes are woven past it
    std::vector<std::string> targetOut;  // axes that it writes
    std::map<std::string, ParamValue> args;  // values of the kind's parameters that differ from the default
    std::string name;  // label markup; "" = the kind's letter
    std::string tie;   // id of the operation whose weights it shares; may be empty
    std::string note;
    std::string extra;

    bool operator==(const Operation&) const = default;
};

// A group that runs several times. With a number, what leaves one pass enters the next; along an axis, every pass reads
// its own place of it (an index operation at the variable) and remembers through state slots.
struct Repeat {
    std::string count;     // "" = once, "4", or the id of an axis
    std::string variable;  // the letter of the pass: "λ", "t"
    bool shared = false;   // all passes have the same weights; along an axis they always have

    bool operator==(const Repeat&) const = default;
    explicit operator bool() const { return !count.empty(); }
    bool alongAxis() const { return !count.empty() && (count[0] < '0' || count[0] > '9'); }
};

struct Group {
    std::string id;
    std::string title;
    std::vector<std::string> members;  // operations and groups
    bool open = true;
    std::string fill;  // colour token: conv, norm, attn, res, ffn, emb, head, soft; "" = neutral
    Repeat repeat;
    // An instance of a reusable block: groups with the same name have the same inside but for the sizes in `params`
    // (place of the axis in the block -> size), and change together.
    std::string block;
    std::map<std::string, std::string> params;
    std::string extra;

    bool operator==(const Group&) const = default;
};

// Ordinal only, all optional: the picture is computed, never stored.
struct LayoutHints {
    std::map<std::string, int> rank;                       // operation -> column
    std::map<int, std::vector<std::string>> lanes;         // column -> order of wires
    std::map<std::string, std::vector<std::string>> order; // wire -> order of axes
    std::map<int, int> stretch;                            // column -> extra gap

    bool operator==(const LayoutHints&) const = default;
};

struct Circuit {
    std::string title;
    std::vector<Axis> axes;
    std::vector<Wire> wires;
    std::vector<Operation> operations;
    std::vector<Group> groups;
    LayoutHints layout;
    std::string extra;  // unknown root keys (rules, notes, view, data, run ...), kept verbatim as a JSON object

    bool operator==(const Circuit&) const = default;

    const Axis* axis(const std::string& id) const;
    const Wire* wire(const std::string& id) const;
    const Operation* operation(const std::string& id) const;
    const Group* group(const std::string& id) const;
    Axis* axis(const std::string& id);
    Wire* wire(const std::string& id);
    Operation* operation(const std::string& id);
    Group* group(const std::string& id);
    // The operation that writes / reads a wire; nullptr where there is none.
    const Operation* producer(const std::string& wire) const;
    const Operation* consumer(const std::string& wire) const;

    // A fresh id with this prefix, unused in any list: "L3", "w12".
    std::string freshId(const std::string& prefix) const;
    // Operations in an order in which producers stand before consumers (ties by list order); shorter than the list if
    // there is a cycle.
    std::vector<const Operation*> ordered() const;
};

// Axes that windows slide over and maps run past: they lie behind all others in memory.
bool isPosition(AxisRole role);

// The first broken invariant, with the id concerned in `where`. Codes LAB-CIRCUIT-1xx.
Result<void> checkInvariants(const Circuit& circuit);

}  // namespace lab

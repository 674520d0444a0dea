// The difference of two circuits as a value: what the undo history holds. Exact, order of the lists included: applying
// the patch to `before` gives `after` bit for bit, and its inverse leads back.
#pragma once

#include "core/circuit/Circuit.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace lab {

template <class Item>
struct ListPatch {
    struct Placed {
        std::size_t index = 0;
        Item item;
        bool operator==(const Placed&) const = default;
    };
    std::vector<Placed> removed;   // places in the list before, ascending
    std::vector<Placed> inserted;  // places in the list after, ascending
    std::vector<std::pair<Item, Item>> changed;  // the same id before and after, in the order of the list before
    // Ids of what is in both lists, only where their order differs.
    std::vector<std::string> orderBefore;
    std::vector<std::string> orderAfter;

    bool empty() const { return removed.empty() && inserted.empty() && changed.empty() && orderAfter.empty(); }
    bool operator==(const ListPatch&) const = default;
};

struct CircuitPatch {
    ListPatch<Axis> axes;
    ListPatch<Wire> wires;
    ListPatch<Operation> operations;
    ListPatch<Group> groups;
    std::optional<std::pair<std::string, std::string>> title;  // before, after
    std::optional<std::pair<std::string, std::string>> extra;
    std::optional<std::pair<LayoutHints, LayoutHints>> layout;

    bool empty() const {
        return axes.empty() && wires.empty() && operations.empty() && groups.empty() && !title && !extra && !layout;
    }
    bool operator==(const CircuitPatch&) const = default;
};

// Ids must be unique within each list (an invariant of circuits).
CircuitPatch diff(const Circuit& before, const Circuit& after);

// Errors, with the circuit unchanged: LAB-CIRCUIT-501 where the circuit is not the one that the patch was made for.
Result<void> apply(Circuit& circuit, const CircuitPatch& patch);

CircuitPatch inverse(const CircuitPatch& patch);

}  // namespace lab

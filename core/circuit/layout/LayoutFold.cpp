// What the picture shows in place of parts of the circuit: a closed block is one solid, a state slot is a wire that drops
// out and one that is grabbed. The circuit itself is never touched.
#include "core/circuit/layout/LayoutState.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace lab::layout {

namespace {

// Suffix of the half of a slot that reads; cannot occur in an id of a file.
const std::string kDropSuffix = "\x01";

std::vector<std::string> operationsOf(const Circuit& c, const Group& group) {
    std::vector<std::string> out;
    std::unordered_set<std::string> seen;
    std::vector<const Group*> stack{&group};
    while (!stack.empty()) {
        const Group* g = stack.back();
        stack.pop_back();
        if (!seen.insert(g->id).second) continue;
        for (const std::string& id : g->members) {
            if (const Group* inner = c.group(id)) stack.push_back(inner);
            else out.push_back(id);
        }
    }
    return out;
}

bool isSlot(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    return d != nullptr && d->glyph == Glyph::Slot;
}

// Closed groups that no closed group holds.
std::vector<const Group*> outermostClosed(const Circuit& c) {
    std::unordered_map<std::string, const Group*> parent;
    for (const Group& g : c.groups)
        for (const std::string& id : g.members)
            if (c.group(id) != nullptr) parent.emplace(id, &g);
    std::vector<const Group*> out;
    for (const Group& g : c.groups) {
        if (g.open) continue;
        bool hidden = false;
        std::size_t steps = 0;
        for (auto p = parent.find(g.id); p != parent.end() && steps <= c.groups.size(); p = parent.find(p->second->id), ++steps)
            hidden = hidden || !p->second->open;
        if (!hidden && !operationsOf(c, g).empty()) out.push_back(&g);
    }
    return out;
}

void closeGroup(Folded& f, const Circuit& from, const Group& group) {
    const std::vector<std::string> list = operationsOf(from, group);
    const std::unordered_set<std::string> inside(list.begin(), list.end());
    std::unordered_map<std::string, bool> written, read;  // wire -> by a member
    for (const Operation& op : from.operations) {
        const bool member = inside.count(op.id) != 0;
        for (const std::string& w : op.in) read[w] = member;
        for (const std::string& w : op.out) written[w] = member;
    }
    Operation box;
    box.id = group.id;
    std::unordered_set<std::string> gone;
    for (const Wire& w : from.wires) {
        const auto producer = written.find(w.id), consumer = read.find(w.id);
        const bool fromInside = producer != written.end() && producer->second;
        const bool toInside = consumer != read.end() && consumer->second;
        if (fromInside && (toInside || consumer == read.end())) gone.insert(w.id);
        else if (toInside) box.in.push_back(w.id);
        else if (fromInside) box.out.push_back(w.id);
    }
    Circuit& c = f.circuit;
    bool placed = false;
    std::vector<Operation> operations;
    for (Operation& op : c.operations) {
        if (inside.count(op.id) == 0) {
            operations.push_back(std::move(op));
        } else if (!placed) {
            operations.push_back(box);
            placed = true;
        }
    }
    c.operations = std::move(operations);
    c.wires.erase(std::remove_if(c.wires.begin(), c.wires.end(), [&](const Wire& w) { return gone.count(w.id) != 0; }), c.wires.end());
    // The block and what was in it are no backdrops any more; who held it holds the solid.
    std::unordered_set<std::string> shut{group.id};
    for (std::size_t n = 0; n != shut.size();) {
        n = shut.size();
        for (const Group& g : from.groups)
            if (shut.count(g.id) != 0)
                for (const std::string& id : g.members)
                    if (from.group(id) != nullptr) shut.insert(id);
    }
    c.groups.erase(std::remove_if(c.groups.begin(), c.groups.end(), [&](const Group& g) { return shut.count(g.id) != 0; }), c.groups.end());
    GlyphFace face;
    face.glyph = Glyph::Composite;
    face.label = group.title.empty() ? group.id : group.title;
    face.fill = group.fill;
    face.count = repeatLabel(group);
    f.faces[group.id] = face;
}

void splitSlot(Folded& f, const std::string& id) {
    Operation* op = f.circuit.operation(id);
    if (op == nullptr || op->in.empty() || op->out.empty()) return;
    Operation drop = *op;
    drop.id += kDropSuffix;
    drop.out.clear();
    op->in.clear();
    GlyphFace face = glyphFace(*op);
    f.faces[op->id] = face;
    face.drops = true;
    f.faces[drop.id] = face;
    // Both halves stand in the same block.
    for (Group& g : f.circuit.groups)
        if (std::find(g.members.begin(), g.members.end(), id) != g.members.end()) g.members.push_back(drop.id);
    f.circuit.operations.push_back(std::move(drop));
}

}  // namespace

bool needsFolding(const Circuit& circuit) {
    return std::any_of(circuit.operations.begin(), circuit.operations.end(), isSlot) || !outermostClosed(circuit).empty();
}

Folded fold(const Circuit& circuit) {
    Folded f;
    f.circuit = circuit;
    std::vector<std::string> slots;
    for (const Group* g : outermostClosed(circuit)) closeGroup(f, circuit, *g);
    for (const Operation& op : f.circuit.operations)
        if (isSlot(op)) slots.push_back(op.id);
    for (const std::string& id : slots) splitSlot(f, id);
    return f;
}

std::string unfoldedId(const std::string& id) {
    return id.size() > kDropSuffix.size() && id.compare(id.size() - kDropSuffix.size(), kDropSuffix.size(), kDropSuffix) == 0
               ? id.substr(0, id.size() - kDropSuffix.size())
               : id;
}

}  // namespace lab::layout

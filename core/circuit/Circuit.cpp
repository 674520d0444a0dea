#include "core/circuit/Circuit.h"

#include "core/circuit/CircuitIndex.h"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace lab {

namespace {

template <class List>
auto findById(List& list, const std::string& id) -> decltype(&list.front()) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
    return it == list.end() ? nullptr : &*it;
}

}  // namespace

bool isPosition(AxisRole role) {
    return role == AxisRole::Space || role == AxisRole::Seq || role == AxisRole::Time || role == AxisRole::Node ||
           role == AxisRole::Edge;
}

const Axis* Circuit::axis(const std::string& id) const { return findById(axes, id); }
const Wire* Circuit::wire(const std::string& id) const { return findById(wires, id); }
const Operation* Circuit::operation(const std::string& id) const { return findById(operations, id); }
const Group* Circuit::group(const std::string& id) const { return findById(groups, id); }
Axis* Circuit::axis(const std::string& id) { return findById(axes, id); }
Wire* Circuit::wire(const std::string& id) { return findById(wires, id); }
Operation* Circuit::operation(const std::string& id) { return findById(operations, id); }
Group* Circuit::group(const std::string& id) { return findById(groups, id); }

const Operation* Circuit::producer(const std::string& wire) const {
    for (const Operation& op : operations)
        if (std::find(op.out.begin(), op.out.end(), wire) != op.out.end()) return &op;
    return nullptr;
}

const Operation* Circuit::consumer(const std::string& wire) const {
    for (const Operation& op : operations)
        if (std::find(op.in.begin(), op.in.end(), wire) != op.in.end()) return &op;
    return nullptr;
}

std::string Circuit::freshId(const std::string& prefix) const {
    std::unordered_set<std::string> used;
    for (const Axis& a : axes) used.insert(a.id);
    for (const Wire& w : wires) used.insert(w.id);
    for (const Operation& o : operations) used.insert(o.id);
    for (const Group& g : groups) used.insert(g.id);
    for (std::size_t n = 1;; ++n) {
        std::string id = prefix + std::to_string(n);
        if (used.find(id) == used.end()) return id;
    }
}

std::vector<const Operation*> Circuit::ordered() const {
    const CircuitIndex index(*this);
    // Kahn's algorithm; the set of ready operations is kept by list position, so that ties go to the earlier one.
    std::vector<int> waiting(operations.size(), 0);
    std::set<int> ready;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        for (const std::string& w : operations[i].in)
            if (index.producerOf(w) >= 0) ++waiting[i];
        if (waiting[i] == 0) ready.insert(static_cast<int>(i));
    }
    std::vector<const Operation*> out;
    out.reserve(operations.size());
    while (!ready.empty()) {
        const int i = *ready.begin();
        ready.erase(ready.begin());
        const Operation& op = operations[static_cast<std::size_t>(i)];
        out.push_back(&op);
        for (const std::string& w : op.out) {
            const int reader = index.consumerOf(w);
            if (reader >= 0 && --waiting[static_cast<std::size_t>(reader)] == 0) ready.insert(reader);
        }
    }
    return out;
}

CircuitIndex::CircuitIndex(const Circuit& circuit) {
    const auto fill = [](auto& map, const auto& list) {
        map.reserve(list.size());
        for (std::size_t i = 0; i < list.size(); ++i) map.emplace(list[i].id, static_cast<int>(i));
    };
    fill(m_axes, circuit.axes);
    fill(m_wires, circuit.wires);
    fill(m_operations, circuit.operations);
    fill(m_groups, circuit.groups);
    for (std::size_t i = 0; i < circuit.operations.size(); ++i) {
        for (const std::string& w : circuit.operations[i].out) m_producer.emplace(w, static_cast<int>(i));
        for (const std::string& w : circuit.operations[i].in) m_consumer.emplace(w, static_cast<int>(i));
    }
}

}  // namespace lab

// Look-up tables of one circuit by id, for algorithms that touch every item. Valid until the circuit changes.
#pragma once

#include "core/circuit/Circuit.h"

#include <string>
#include <unordered_map>

namespace lab {

class CircuitIndex {
public:
    explicit CircuitIndex(const Circuit& circuit);

    // Position in the circuit's list, -1 where there is none.
    int axis(const std::string& id) const { return find(m_axes, id); }
    int wire(const std::string& id) const { return find(m_wires, id); }
    int operation(const std::string& id) const { return find(m_operations, id); }
    int group(const std::string& id) const { return find(m_groups, id); }
    // Position of the operation that writes / reads a wire, -1 where there is none; the first one of several.
    int producerOf(const std::string& wire) const { return find(m_producer, wire); }
    int consumerOf(const std::string& wire) const { return find(m_consumer, wire); }

private:
    using Map = std::unordered_map<std::string, int>;
    static int find(const Map& map, const std::string& id) {
        const auto it = map.find(id);
        return it == map.end() ? -1 : it->second;
    }

    Map m_axes, m_wires, m_operations, m_groups, m_producer, m_consumer;
};

}  // namespace lab

// Cuts the node order into stages: where exactly one array is alive between two nodes, the circuit can be cut.
#include "core/network/NetworkState.h"

#include <algorithm>
#include <map>

namespace lab {

namespace {

enum class Role { Map, Prefix, Drop, Suffix };

// A run of nodes between two neighbouring places where the circuit can be cut.
struct Atom {
    int first = 0, last = 0;
    Role role = Role::Suffix;
};

bool learnsMap(const Operation& operation) {
    const OperationDescription* d = findOperation(operation.kind);
    return d != nullptr && d->learned;
}

Role roleOf(const Circuit& circuit, const std::vector<NodeInfo>& nodes, int first, int last) {
    for (int i = first; i < last; ++i)
        if (learnsMap(*circuit.operation(nodes[static_cast<std::size_t>(i)].operation))) return Role::Map;
    if (last - first != 1) return Role::Suffix;
    const Operation& operation = *circuit.operation(nodes[static_cast<std::size_t>(first)].operation);
    const OperationDescription* d = findOperation(operation.kind);
    if (d->rule == AxisRule::Merge) return Role::Prefix;
    const ParamSet params = operationParams(operation);
    if (params.find("type") != nullptr) {
        const std::string& type = params.text("type");
        if (type == "l2" || type == "rms") return Role::Prefix;
    }
    // Random masks have no opinion of their own about where they belong: with what they stand in front of.
    if (params.find("rate") != nullptr) return Role::Drop;
    return Role::Suffix;
}

}  // namespace

Result<StagePlan> planStages(const Circuit& circuit, const std::vector<NodeInfo>& nodes) {
    const int count = static_cast<int>(nodes.size());
    std::map<int, int> lastUse;  // array -> last node that reads it
    for (int i = 0; i < count; ++i)
        for (const int array : nodes[static_cast<std::size_t>(i)].in) lastUse[array] = i;

    // Ends of the chain: the input node in front, softmax and output behind.
    int tail = count;
    while (tail > 0) {
        const OperationDescription* d = findOperation(nodes[static_cast<std::size_t>(tail - 1)].kind);
        const bool probabilities = d->acts && d->rule == AxisRule::Keep && d->params.empty();
        if (d->rule != AxisRule::Sink && !probabilities) break;
        --tail;
    }

    std::vector<Atom> atoms;
    // What nobody writes is there from the beginning: a sample that several inputs read from.
    std::map<int, int> written;
    for (const NodeInfo& node : nodes)
        for (const int array : node.out) written[array] = 1;
    int begin = 0;
    int alive = static_cast<int>(std::count_if(lastUse.begin(), lastUse.end(), [&](const auto& use) { return written.count(use.first) == 0; }));
    for (int i = 0; i < tail; ++i) {
        const NodeInfo& node = nodes[static_cast<std::size_t>(i)];
        for (const int array : node.in)
            if (lastUse[array] == i) --alive;
        alive += static_cast<int>(node.out.size());
        if (alive != 1) continue;
        if (!node.in.empty() || i + 1 - begin > 1) atoms.push_back({begin, i + 1, roleOf(circuit, nodes, begin, i + 1)});
        begin = i + 1;
    }

    StagePlan plan;
    plan.tail = tail;
    const int total = static_cast<int>(atoms.size());
    int start = 0;  // first atom of the stage being built
    bool learned = false;
    for (int a = 0; a < total; ++a) {
        if (atoms[static_cast<std::size_t>(a)].role != Role::Map) continue;
        if (learned) {
            int cut = a;
            int back = a;
            while (back > start) {
                const Role role = atoms[static_cast<std::size_t>(back - 1)].role;
                if (role == Role::Prefix)
                    cut = back - 1;
                else if (role != Role::Drop)
                    break;
                --back;
            }
            plan.ranges.push_back(
                {atoms[static_cast<std::size_t>(start)].first, atoms[static_cast<std::size_t>(cut)].first});
            start = cut;
        }
        learned = true;
    }
    if (!learned)
        return Error{"LAB-NET-103", "nothing in this circuit can learn", circuit.title,
                     "add a linear map or a convolution"};
    plan.ranges.push_back({atoms[static_cast<std::size_t>(start)].first, tail});

    // Shared weights have one owner: the stages between two users become one.
    std::map<std::string, int> nodeOf;
    for (int i = 0; i < count; ++i) nodeOf[nodes[static_cast<std::size_t>(i)].operation] = i;
    const auto stageOf = [&](int node) {
        for (int s = 0; s < static_cast<int>(plan.ranges.size()); ++s)
            if (node >= plan.ranges[static_cast<std::size_t>(s)].first &&
                node < plan.ranges[static_cast<std::size_t>(s)].last)
                return s;
        return -1;
    };
    for (const NodeInfo& node : nodes) {
        const Operation& operation = *circuit.operation(node.operation);
        if (operation.tie.empty() || nodeOf.find(operation.tie) == nodeOf.end()) continue;
        const int one = stageOf(nodeOf[operation.id]), other = stageOf(nodeOf[operation.tie]);
        if (one < 0 || other < 0 || one == other) continue;
        const int low = std::min(one, other), high = std::max(one, other);
        plan.ranges[static_cast<std::size_t>(low)].last = plan.ranges[static_cast<std::size_t>(high)].last;
        plan.ranges.erase(plan.ranges.begin() + low + 1, plan.ranges.begin() + high + 1);
    }
    return plan;
}

}  // namespace lab

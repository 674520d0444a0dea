#include "core/circuit/AxisChoice.h"

namespace lab {

using Ids = std::vector<std::string>;

Ids replaced(const Ids& axes, const std::string& from, const Ids& to) {
    Ids out;
    for (const std::string& a : axes) {
        if (a == from)
            out.insert(out.end(), to.begin(), to.end());
        else
            out.push_back(a);
    }
    return out;
}

std::string naturalAxis(const Circuit& circuit, const Ids& arriving) {
    const Ids positions = positionAxes(circuit, arriving);
    if (!positions.empty()) return positions.back();
    const Ids sample = sampleAxes(circuit, arriving);
    return sample.empty() ? std::string() : sample.back();
}

std::string lastFeature(const Circuit& circuit, const Ids& arriving) {
    const Ids channels = channelAxes(circuit, arriving);
    if (!channels.empty()) return channels.back();
    const Ids sample = sampleAxes(circuit, arriving);
    return sample.empty() ? std::string() : sample.back();
}

std::string oneTarget(const ThreadContext& t, std::string (*natural)(const Circuit&, const Ids&)) {
    if (!t.fresh && t.mapped.size() == 1) return t.mapped.front();
    return natural(t.circuit, t.arriving);
}

void separate(ThreadContext& t, Ids& made) {
    for (std::string& m : made)
        if (has(t.arriving, m) && !has(t.op.targetIn, m)) {
            const Axis copy = *t.circuit.axis(m);
            m = newAxis(t.circuit, "n", copy.role, copy.size, copy.dims);
        }
}

}  // namespace lab

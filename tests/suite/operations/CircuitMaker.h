// Small circuits for tests, written as a chain.
#pragma once

#include "core/circuit/Circuit.h"

#include <string>
#include <vector>

namespace lab::test {

class CircuitMaker {
public:
    CircuitMaker() { axis("b", AxisRole::Batch, 0); }

    // Adds an axis; size 0 = open. dims 2: the two sides of a square image.
    std::string axis(const std::string& id, AxisRole role, long size, int dims = 1) {
        Axis a;
        a.id = a.name = id;
        a.role = role;
        a.size = size > 0 ? std::to_string(size) : "";
        a.dims = dims;
        m_circuit.axes.push_back(a);
        return id;
    }

    std::string wire(std::vector<std::string> axes) {
        Wire w;
        w.id = "w" + std::to_string(m_circuit.wires.size());
        axes.insert(axes.begin(), "b");
        w.axes = std::move(axes);
        m_circuit.wires.push_back(w);
        return m_circuit.wires.back().id;
    }

    Operation& operation(const std::string& kind, std::vector<std::string> in, std::vector<std::string> out,
                         std::map<std::string, ParamValue> args = {}, std::vector<std::string> targetIn = {},
                         std::vector<std::string> targetOut = {}) {
        Operation op;
        op.id = kind + std::to_string(m_circuit.operations.size());
        op.kind = kind;
        op.in = std::move(in);
        op.out = std::move(out);
        op.args = std::move(args);
        op.targetIn = std::move(targetIn);
        op.targetOut = std::move(targetOut);
        m_circuit.operations.push_back(op);
        return m_circuit.operations.back();
    }

    // The chain: source() gives the first wire, every step continues at `at`.
    std::string at;
    void source(std::vector<std::string> axes) { at = wire(axes), operation("input", {}, {at}); }
    void keep(const std::string& kind, std::map<std::string, ParamValue> args = {}, std::vector<std::string> targets = {}) {
        const std::string next = wire(axesAt());
        operation(kind, {at}, {next}, std::move(args), targets, targets);
        at = next;
    }
    // Replaces `from` by `to` where it stood; `to` may be empty.
    Operation& map(const std::string& kind, std::vector<std::string> from, std::vector<std::string> to,
                   std::map<std::string, ParamValue> args = {}) {
        std::vector<std::string> axes, now = axesAt();
        bool placed = false;
        for (const std::string& a : now) {
            bool target = false;
            for (const std::string& f : from) target = target || f == a;
            if (!target) axes.push_back(a);
            if (target && !placed) {
                axes.insert(axes.end(), to.begin(), to.end());
                placed = true;
            }
        }
        const std::string next = wire(axes);
        Operation& op = operation(kind, {at}, {next}, std::move(args), std::move(from), std::move(to));
        at = next;
        return op;
    }
    Circuit finish() {
        operation("output", {at}, {});
        return m_circuit;
    }
    Circuit& circuit() { return m_circuit; }

    std::vector<std::string> axesAt() const {
        for (const Wire& w : m_circuit.wires)
            if (w.id == at) return {w.axes.begin() + 1, w.axes.end()};
        return {};
    }

private:
    Circuit m_circuit;
};

inline ParamValue word(const char* text) {
    return ParamValue(std::string(text));
}
inline ParamValue whole(long n) {
    return ParamValue(static_cast<std::int64_t>(n));
}

}  // namespace lab::test

// What follows from solved sizes: shapes in memory and numbers of parameters.
#include "core/circuit/CircuitIndex.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SizeExpression.h"
#include "core/circuit/SizeSolver.h"

#include <algorithm>

namespace lab {

namespace {

// Product of two sizes, 0 where it is unknown or beyond what could be held.
long times(long a, long b) {
    long r = 0;
    if (a <= 0 || b <= 0 || __builtin_mul_overflow(a, b, &r) || r > kMaxAxisSize * 1000) return 0;
    return r;
}

long solved(const SizeSolution& sizes, const std::string& axis) {
    const auto it = sizes.size.find(axis);
    return it == sizes.size.end() ? 0 : it->second;
}

// Elements along these axes, 0 where unknown.
long product(const Circuit& circuit, const SizeSolution& sizes, const std::vector<std::string>& axes) {
    long n = 1;
    for (const std::string& id : axes) {
        const Axis* axis = circuit.axis(id);
        if (axis == nullptr) return 0;
        for (int d = 0; d < std::min(axis->dims, 16); ++d) n = times(n, solved(sizes, id));
    }
    return n;
}

}  // namespace

std::vector<long> wireShape(const Circuit& circuit, const SizeSolution& sizes, const std::string& wire) {
    const Wire* w = circuit.wire(wire);
    if (w == nullptr) return {};
    long channels = 1;
    std::vector<long> positions;
    for (const std::string& id : w->axes) {
        const Axis* axis = circuit.axis(id);
        if (axis == nullptr) return {};
        if (axis->role == AxisRole::Batch) continue;
        const long size = solved(sizes, id);
        if (size <= 0) return {};
        if (isPosition(axis->role)) {
            for (int d = 0; d < std::min(axis->dims, 16); ++d) positions.push_back(size);
        } else {
            for (int d = 0; d < std::min(axis->dims, 16); ++d) channels = times(channels, size);
        }
    }
    if (channels == 0) return {};
    if (positions.empty()) return {channels};
    if (positions.size() == 1) positions.insert(positions.begin(), 1);
    positions.insert(positions.begin(), channels);
    return positions;
}

long SizeSolution::elements(const Circuit& circuit, const std::string& wire) const {
    const std::vector<long> shape = wireShape(circuit, *this, wire);
    if (shape.empty()) return 0;
    long n = 1;
    for (const long s : shape) n = times(n, s);
    return n;
}

long parameterCount(const Circuit& circuit, const SizeSolution& sizes, const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    if (d == nullptr) return 0;
    if (d->learnedNumbers != nullptr)
        return d->learnedNumbers(circuit, op, [&](const std::vector<std::string>& axes) { return product(circuit, sizes, axes); });
    if (!op.tie.empty()) return 0;
    const ParamSet params = operationParams(op);
    const auto orUnknown = [](long n) { return n > 0 ? n : -1; };
    if (d->rule == AxisRule::Map) {
        const long in = product(circuit, sizes, op.targetIn);
        const long out = product(circuit, sizes, op.targetOut);
        const long n = times(in, out);
        return n == 0 ? -1 : n + (params.flag("bias") ? out : 0);
    }
    if (d->rule == AxisRule::Window && d->learned) {
        if (op.targetIn.empty() || op.targetOut.empty()) return -1;
        const long in = product(circuit, sizes, {op.targetIn.back()});
        const long out = product(circuit, sizes, {op.targetOut.back()});
        const long k = windowGeometry(op).kernel;
        long n = times(in, out);
        for (std::size_t i = 0; i + 1 < op.targetIn.size(); ++i) {
            const Axis* axis = circuit.axis(op.targetIn[i]);
            for (int dim = 0; axis != nullptr && dim < std::min(axis->dims, 16); ++dim) n = times(n, k);
        }
        return n == 0 ? -1 : n + (params.flag("bias") ? out : 0);
    }
    if (params.find("gain") != nullptr && params.flag("gain")) {
        // A gain per feature, and an offset where the mean is taken away.
        const std::string& type = params.text("type");
        const bool offset = type == "layer" || type == "batch";
        return orUnknown(product(circuit, sizes, op.targetIn) * (offset ? 2 : 1));
    }
    return 0;
}

long parameterCount(const Circuit& circuit, const SizeSolution& sizes) {
    long total = 0;
    for (const Operation& op : circuit.operations) {
        const long n = parameterCount(circuit, sizes, op);
        if (n < 0) return -1;
        total += n;
    }
    return total;
}

}  // namespace lab

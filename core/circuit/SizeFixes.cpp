#include "core/circuit/SizeFixes.h"
#include "core/circuit/AxisChoice.h"

#include "core/circuit/CircuitEdits.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SizeExpression.h"

#include <algorithm>

namespace lab {

namespace {

// The operation that makes an axis: it writes it and does not read it.
const Operation* makerOf(const Circuit& circuit, const std::string& axis) {
    for (const Operation& op : circuit.operations)
        if (has(op.targetOut, axis) && !has(op.targetIn, axis)) return &op;
    return nullptr;
}

bool isNumber(const std::string& size) { return !size.empty() && size.find_first_not_of("0123456789") == std::string::npos; }

bool inUse(const Circuit& circuit, const std::string& axis) {
    for (const Wire& w : circuit.wires)
        if (has(w.axes, axis)) return true;
    for (const Operation& op : circuit.operations)
        if (has(op.targetIn, axis) || has(op.targetOut, axis)) return true;
    for (const Axis& a : circuit.axes) {
        const Result<SizeExpression> e = a.size.empty() ? Result<SizeExpression>(Error{}) : SizeExpression::parse(a.size);
        if (e && has(e->names(), axis)) return true;
    }
    return false;
}

void dropIfUnused(Circuit& circuit, const std::string& axis) {
    if (inUse(circuit, axis)) return;
    circuit.axes.erase(std::remove_if(circuit.axes.begin(), circuit.axes.end(), [&](const Axis& a) { return a.id == axis; }),
                       circuit.axes.end());
}

// Other window settings of the operation that made an axis, with which the axis would have `wanted` positions.
void addWindowFixes(const Circuit& circuit, Problem& problem, const Operation& op, long before, long wanted) {
    const OperationDescription* d = findOperation(op.kind);
    if (d == nullptr || d->rule != AxisRule::Window || before <= 0) return;
    const WindowGeometry now = windowGeometry(op);
    if (now.global) return;
    const auto offer = [&](const std::string& title, const char* name, long value) {
        Fix fix{title, circuit};
        fix.result.operation(op.id)->args[name] = ParamValue(static_cast<std::int64_t>(value));
        problem.fixes.push_back(std::move(fix));
    };
    for (long pad = 0; pad < now.kernel; ++pad) {
        WindowGeometry g = now;
        g.pad = pad;
        if (pad != now.pad && g.outputSize(before) == wanted) {
            offer("Pad " + displayName(op) + " by " + std::to_string(pad), "p", pad);
            break;
        }
    }
    for (long stride = 1; stride <= 4; ++stride) {
        WindowGeometry g = now;
        g.stride = stride;
        if (stride != now.stride && g.outputSize(before) == wanted) {
            offer("Set the stride of " + displayName(op) + " to " + std::to_string(stride), "s", stride);
            break;
        }
    }
}

}  // namespace

Fix setSizeFix(const Circuit& circuit, const std::string& axis, long size, const std::string& title) {
    Fix fix{title, circuit};
    fix.result.axis(axis)->size = std::to_string(size);
    return fix;
}

void addMismatchFixes(const Circuit& circuit, Problem& problem, const std::string& readerAxis) {
    const Operation* reader = circuit.operation(problem.operation);
    const Wire* wire = circuit.wire(problem.wire);
    const Axis* carried = circuit.axis(problem.axis);
    if (reader == nullptr || wire == nullptr || carried == nullptr) return;
    const bool own = has(reader->targetIn, readerAxis) && !has(wire->axes, readerAxis);
    if (own) {
        Fix fix{"Make " + displayName(*reader) + " read " + std::to_string(problem.found), circuit};
        Operation* op = fix.result.operation(reader->id);
        std::replace(op->targetIn.begin(), op->targetIn.end(), readerAxis, carried->id);
        dropIfUnused(fix.result, readerAxis);
        problem.fixes.push_back(std::move(fix));
    }
    // The writer: whoever made the axis that the wire carries, if its size was typed.
    const auto offerWriter = [&](const Axis& axis, long wanted) {
        const Operation* writer = makerOf(circuit, axis.id);
        if (writer != nullptr && isNumber(axis.size))
            problem.fixes.push_back(setSizeFix(circuit, axis.id, wanted,
                                               "Make " + displayName(*writer) + " write " + std::to_string(wanted)));
    };
    offerWriter(*carried, problem.wanted);
    if (!own)
        if (const Axis* other = circuit.axis(readerAxis)) offerWriter(*other, problem.found);
    if (carried->role != AxisRole::Space) {
        Fix fix{"Insert a linear map " + std::to_string(problem.found) + " -> " + std::to_string(problem.wanted), circuit};
        Circuit& c = fix.result;
        Operation map;
        map.id = c.freshId("L");
        map.kind = "linear";
        Wire after = *wire;
        after.id = c.freshId("w");
        after.name.clear();
        after.extra.clear();
        std::replace(after.axes.begin(), after.axes.end(), carried->id, readerAxis);
        map.in = {wire->id};
        map.out = {after.id};
        map.targetIn = {carried->id};
        map.targetOut = {readerAxis};
        Operation* next = c.operation(c.consumer(wire->id)->id);
        std::replace(next->in.begin(), next->in.end(), wire->id, after.id);
        const auto at = std::find_if(c.operations.begin(), c.operations.end(), [&](const Operation& o) { return o.id == next->id; });
        c.operations.insert(at, std::move(map));
        c.wires.push_back(std::move(after));
        if (checkInvariants(c)) problem.fixes.push_back(std::move(fix));
        return;
    }
    if (const Operation* writer = makerOf(circuit, carried->id)) {
        const SizeSolution sizes;
        const WindowGeometry g = windowGeometry(*writer);
        // The size before the window is not known here; a stride of one has a unique one.
        if (g.stride == 1) addWindowFixes(circuit, problem, *writer, problem.found + g.kernel - 1 - 2 * g.pad, problem.wanted);
    }
}

void addFixes(const Circuit& circuit, Problem& problem) {
    const Operation* op = circuit.operation(problem.operation);
    if (problem.code == "LAB-SIZE-103" || problem.code == "LAB-SIZE-105") {
        if (op == nullptr) return;
        if (const OperationDescription* d = findOperation(op->kind); d != nullptr && d->rule == AxisRule::Window) {
            const WindowGeometry g = windowGeometry(*op);
            const long before = problem.code == "LAB-SIZE-105" ? problem.wanted
                                : g.stride == 1                ? problem.found + g.kernel - 1 - 2 * g.pad
                                                               : 0;
            addWindowFixes(circuit, problem, *op, before, problem.wanted);
        }
        const Axis* axis = circuit.axis(problem.axis);
        if (problem.code == "LAB-SIZE-103" && axis != nullptr && isNumber(axis->size)) {
            Fix fix{"Let " + displayName(*op) + " write " + std::to_string(problem.found), circuit};
            fix.result.axis(axis->id)->size.clear();
            problem.fixes.push_back(std::move(fix));
        }
        return;
    }
    if (problem.code == "LAB-SIZE-104" && op != nullptr && problem.found > 0) {
        Fix fix{"Make the window of " + displayName(*op) + " " + std::to_string(problem.found) + " wide", circuit};
        fix.result.operation(op->id)->args["k"] = ParamValue(static_cast<std::int64_t>(problem.found));
        problem.fixes.push_back(std::move(fix));
        return;
    }
    if (problem.code == "LAB-SIZE-113") {
        // A read-out behind everything else.
        const Result<CircuitChange> longer = quickAdd(circuit, "linear " + std::to_string(problem.wanted), "");
        if (!longer) return;
        Fix fix{"End with a linear map " + std::to_string(problem.found) + " -> " + std::to_string(problem.wanted), longer->circuit};
        fix.result.axis(fix.result.operation(longer->selection.back())->targetOut.front())->role = AxisRole::Class;
        problem.fixes.push_back(std::move(fix));
        return;
    }
    if (problem.code == "LAB-SIZE-131" && op != nullptr) {
        const OperationDescription* d = findOperation(op->kind);
        if (d == nullptr) return;
        Fix fix{"Use the default settings of " + displayName(*op) + " where they are wrong", circuit};
        Operation* fixed = fix.result.operation(op->id);
        ParamSet params(d->params);
        for (const auto& [name, value] : op->args)
            if (!params.set(name, value)) fixed->args.erase(name);
        problem.fixes.push_back(std::move(fix));
    }
}

}  // namespace lab

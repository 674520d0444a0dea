#include "core/circuit/CircuitEdits.h"
#include "core/circuit/AxisChoice.h"

#include "core/circuit/EditTools.h"
#include "core/circuit/SizeExpression.h"

#include <algorithm>
#include <set>

namespace lab {

namespace {

using Ids = std::vector<std::string>;

bool isRule(const Operation& op, AxisRule rule) {
    const OperationDescription* d = findOperation(op.kind);
    return d != nullptr && d->rule == rule;
}

Result<OperationRequest> requestFor(const std::string& word) {
    const OperationPreset* preset = findPreset(word);
    if (preset == nullptr)
        return editError(301, "'" + word + "' is no operation.", word, "The palette shows all of them.");
    OperationRequest request{preset, preset->args, ""};
    const OperationDescription& d = *findOperation(preset->kind);
    for (const ParamSpec& p : d.params) {
        const auto held = request.args.find(p.name);
        if (held != request.args.end() && held->second == p.standard) request.args.erase(held);
    }
    return request;
}

// Closes the gap that an operation leaves: what read its first output reads its first input.
void bypass(Circuit& circuit, const std::string& id) {
    const Operation op = *circuit.operation(id);
    if (!op.in.empty() && !op.out.empty() && circuit.consumer(op.out.front()) != nullptr) {
        const std::string kept = op.in.front();
        Operation* self = circuit.operation(id);
        self->in.erase(self->in.begin());
        moveReader(circuit, op.out.front(), kept);
    }
    for (const std::string& w : op.out) removeWire(circuit, w);
}

void eraseOperation(Circuit& circuit, const std::string& id) {
    circuit.operations.erase(std::remove_if(circuit.operations.begin(), circuit.operations.end(),
                                            [&](const Operation& o) { return o.id == id; }),
                             circuit.operations.end());
}

// After a deletion: branches that nobody reads leave their copy, and copies with one branch and sums of one operand
// leave altogether. Only those that were whole before are touched.
void dissolveEmptyJoints(Circuit& circuit, const Circuit& before) {
    for (bool again = true; again;) {
        again = false;
        for (const Operation& op : circuit.operations) {
            const Operation* was = before.operation(op.id);
            if (was == nullptr) continue;
            if (isRule(op, AxisRule::Copy) && was->out.size() >= 2) {
                const auto loose = std::find_if(op.out.begin(), op.out.end(), [&](const std::string& w) {
                    return circuit.consumer(w) == nullptr && before.consumer(w) != nullptr;
                });
                if (loose != op.out.end() && op.out.size() > 1) {
                    removeWire(circuit, std::string(*loose));
                    again = true;
                    break;
                }
                if (op.out.size() == 1 && !op.in.empty()) {
                    const std::string id = op.id;
                    bypass(circuit, id);
                    eraseOperation(circuit, id);
                    again = true;
                    break;
                }
            }
            if (isRule(op, AxisRule::Agree) && was->in.size() >= 2 && op.in.size() == 1) {
                const std::string id = op.id;
                bypass(circuit, id);
                eraseOperation(circuit, id);
                again = true;
                break;
            }
        }
    }
}

std::string listed(const Circuit& circuit, const Ids& operations) {
    if (operations.size() == 1) return displayName(*circuit.operation(operations.front()));
    return std::to_string(operations.size()) + " operations";
}

// The operations that stand for a selection, in reading order.
Result<Ids> selectedOperations(const Circuit& circuit, const Ids& ids) {
    std::set<std::string> wanted;
    for (const std::string& id : ids) {
        if (circuit.operation(id) == nullptr && circuit.group(id) == nullptr) return unknownItem("operation or group", id);
        for (const std::string& op : operationsIn(circuit, id)) wanted.insert(op);
    }
    Ids out;
    for (const Operation* op : circuit.ordered())
        if (wanted.count(op->id) != 0) out.push_back(op->id);
    if (out.empty()) return editError(304, "nothing is selected.", "", "Select operations first.");
    return out;
}

// Replaces names by ids in a size that a person typed; "" and "?" leave it open.
Result<std::string> sizeFromText(const Circuit& circuit, const std::string& text) {
    if (text.empty() || text == "?") return std::string();
    const Result<SizeExpression> parsed = SizeExpression::parse(text);
    if (!parsed) return parsed.error();
    std::string missing;
    const std::string written = parsed->write([&](const std::string& name) {
        if (circuit.axis(name) != nullptr) return name;
        for (const Axis& a : circuit.axes)
            if (a.name == name || plainLabel(a.name) == plainLabel(name)) return a.id;
        if (missing.empty()) missing = name;
        return name;
    });
    if (!missing.empty())
        return editError(302, "there is no axis '" + missing + "'.", text, "Write a whole number, or names of axes of this circuit.");
    if (parsed->names().empty()) {
        const SizeExpression::Value v = parsed->evaluate([](const std::string&) { return std::nullopt; });
        if (!v.value)
            return editError(302, "'" + text + "' is not a whole number from 1 to " + std::to_string(kMaxAxisSize) + ".", text);
        return std::to_string(*v.value);
    }
    return written;
}

}  // namespace

Result<CircuitChange> insertOnWire(const Circuit& circuit, const std::string& wire, const std::string& presetWord) {
    if (circuit.wire(wire) == nullptr) return unknownItem("wire", wire);
    const Result<OperationRequest> request = requestFor(presetWord);
    if (!request) return request.error();
    const OperationDescription& d = *findOperation(request->preset->kind);
    if (d.inputs == 0 || (d.outputs == 0 && circuit.consumer(wire) != nullptr))
        return editError(305, "'" + request->preset->title + "' cannot stand between other operations.", wire,
                         "Drop it at a free end.");
    Circuit after = circuit;
    const std::string id = createOperation(after, *request);
    if (d.outputs == 0)
        after.operation(id)->in = {wire};
    else
        spliceOperation(after, id, wire);
    if (d.outputs < 0) addOutput(after, id);
    return finishEdit(std::move(after), circuit, "Insert " + request->preset->title, {id});
}

Result<CircuitChange> replaceOperation(const Circuit& circuit, const std::string& operation, const std::string& presetWord) {
    const Operation* old = circuit.operation(operation);
    if (old == nullptr) return unknownItem("operation", operation);
    const Result<OperationRequest> request = requestFor(presetWord);
    if (!request) return request.error();
    const OperationDescription& d = *findOperation(request->preset->kind);
    const std::string title = "Replace " + displayName(*old) + " by " + request->preset->title;
    Circuit after = circuit;
    if (old->kind == d.kind) {
        // The same kind with other settings: what the preset does not mention stays.
        Operation& op = *after.operation(operation);
        for (const auto& [name, value] : request->preset->args) op.args[name] = value;
        // Presets without settings of their own stand for the defaults of the kind's choices.
        for (const ParamSpec& p : d.params) {
            if (request->preset->args.empty() && p.kind == ParamKind::Choice && !p.advanced) op.args.erase(p.name);
            const auto held = op.args.find(p.name);
            if (held != op.args.end() && held->second == p.standard) op.args.erase(held);
        }
        return finishEdit(std::move(after), circuit, title, {operation}, {operation});
    }
    const std::size_t in = old->in.size();
    const std::size_t out = old->out.size();
    const auto fits = [](int wanted, std::size_t found) { return wanted < 0 || static_cast<std::size_t>(wanted) == found; };
    if (!fits(d.inputs, in) || !fits(d.outputs, out))
        return editError(305, d.title + " cannot take the place of " + displayName(*old) + ": its wires do not fit.", operation,
                         "Replace it by an operation with as many inputs and outputs.");
    const Operation before = *old;
    const OperationDescription* oldKind = findOperation(before.kind);
    OperationRequest made = *request;
    // Numbers of outputs survive the change from one learned map to another.
    if (oldKind != nullptr && oldKind->learned && d.learned && !before.targetOut.empty())
        made.amount = circuit.axis(before.targetOut.back())->size;
    if (made.amount.find_first_not_of("0123456789") != std::string::npos) made.amount.clear();
    const std::string id = createOperation(after, made);
    Operation op = after.operations.back();
    after.operations.pop_back();
    op.in = before.in;
    op.out = before.out;
    op.note = before.note;
    for (const ParamSpec& p : d.params)
        if (const auto kept = before.args.find(p.name); kept != before.args.end() && op.args.count(p.name) == 0 && checkParam(p, kept->second))
            op.args[p.name] = kept->second;
    *after.operation(operation) = op;
    for (Group& g : after.groups) std::replace(g.members.begin(), g.members.end(), operation, id);
    if (const auto rank = after.layout.rank.find(operation); rank != after.layout.rank.end()) {
        const int column = rank->second;
        after.layout.rank.erase(rank);
        after.layout.rank[id] = column;
    }
    return finishEdit(std::move(after), circuit, title, {id});
}

Result<CircuitChange> deleteItems(const Circuit& circuit, const std::vector<std::string>& ids, bool heal) {
    Circuit after = circuit;
    Ids operations;
    Ids wires;
    for (const std::string& id : ids) {
        if (circuit.operation(id) != nullptr || circuit.group(id) != nullptr) {
            for (const std::string& op : operationsIn(circuit, id))
                if (!has(operations, op)) operations.push_back(op);
        } else if (circuit.wire(id) != nullptr) {
            wires.push_back(id);
        } else {
            return unknownItem("item", id);
        }
    }
    if (operations.empty() && wires.empty()) return editError(304, "nothing is selected.", "", "Select operations first.");
    const std::string title = "Delete " + (operations.empty() ? (wires.size() == 1 ? std::string("a wire") : std::to_string(wires.size()) + " wires")
                                                              : listed(circuit, operations));
    // A wire is let go by its reader; what nobody reads any more stays as a free end.
    for (const std::string& w : wires)
        for (Operation& op : after.operations) op.in.erase(std::remove(op.in.begin(), op.in.end(), w), op.in.end());
    for (const std::string& id : operations) {
        if (heal) bypass(after, id);
        for (const std::string& w : Ids(after.operation(id)->out)) removeWire(after, w);
        eraseOperation(after, id);
    }
    if (heal || !wires.empty()) dissolveEmptyJoints(after, circuit);
    return finishEdit(std::move(after), circuit, title, {});
}

Result<CircuitChange> setArgument(const Circuit& circuit, const std::string& operation, const std::string& name,
                                  const ParamValue& value) {
    const Operation* old = circuit.operation(operation);
    if (old == nullptr) return unknownItem("operation", operation);
    const OperationDescription* d = findOperation(old->kind);
    if (d == nullptr)
        return editError(305, "the kind '" + old->kind + "' is not known here, so its settings cannot be changed.", operation);
    ParamSet params(d->params);
    if (const Result<void> done = params.set(name, value); !done) return done.error();
    Circuit after = circuit;
    Operation& op = *after.operation(operation);
    const ParamValue checked = params.value(name);
    if (checked == params.find(name)->standard)
        op.args.erase(name);
    else
        op.args[name] = checked;
    return finishEdit(std::move(after), circuit, "Set " + params.find(name)->title + " of " + displayName(*old), {operation},
                      {operation});
}

Result<CircuitChange> renameOperation(const Circuit& circuit, const std::string& operation, const std::string& name) {
    const Operation* old = circuit.operation(operation);
    if (old == nullptr) return unknownItem("operation", operation);
    if (name.size() > 200) return editError(309, "the name is longer than 200 characters.", operation);
    Circuit after = circuit;
    after.operation(operation)->name = name;
    return finishEdit(std::move(after), circuit, "Rename " + displayName(*old), {operation});
}

Result<CircuitChange> setAxisSize(const Circuit& circuit, const std::string& axis, const std::string& size) {
    const Axis* old = circuit.axis(axis);
    if (old == nullptr) return unknownItem("axis", axis);
    const Result<std::string> written = sizeFromText(circuit, size);
    if (!written) return written.error();
    if (*written == axis || (!written->empty() && has(SizeExpression::parse(*written)->names(), axis)))
        return editError(302, "the size of an axis cannot name the axis itself.", axis, "Write a number, or names of other axes.");
    Circuit after = circuit;
    after.axis(axis)->size = *written;
    const std::string name = plainLabel(old->name).empty() ? axis : plainLabel(old->name);
    return finishEdit(std::move(after), circuit, written->empty() ? "Open the size of " + name : "Set " + name + " to " + size, {});
}

Result<CircuitChange> renameAxis(const Circuit& circuit, const std::string& axis, const std::string& name) {
    const Axis* old = circuit.axis(axis);
    if (old == nullptr) return unknownItem("axis", axis);
    if (name.size() > 200) return editError(309, "the name is longer than 200 characters.", axis);
    Circuit after = circuit;
    after.axis(axis)->name = name;
    return finishEdit(std::move(after), circuit, "Rename axis " + plainLabel(old->name), {});
}

Result<CircuitChange> moveOperation(const Circuit& circuit, const std::string& operation, int columns) {
    const Operation* old = circuit.operation(operation);
    if (old == nullptr) return unknownItem("operation", operation);
    std::map<std::string, int> rank;
    std::map<std::string, int> earliest;
    for (const Operation* op : circuit.ordered()) {
        int first = 0;
        for (const std::string& w : op->in)
            if (const Operation* p = circuit.producer(w)) first = std::max(first, rank[p->id] + 1);
        earliest[op->id] = first;
        const auto hint = circuit.layout.rank.find(op->id);
        rank[op->id] = std::max(first, hint == circuit.layout.rank.end() ? 0 : hint->second);
    }
    const int wanted = rank[operation] + std::clamp(columns, -10'000, 10'000);
    if (wanted < earliest[operation])
        return editError(305, displayName(*old) + " cannot stand before what it reads.", operation, "Move its neighbours first.");
    if (wanted > 10'000) return editError(305, "there are no columns beyond 10000.", operation);
    Circuit after = circuit;
    if (wanted == earliest[operation])
        after.layout.rank.erase(operation);
    else
        after.layout.rank[operation] = wanted;
    return finishEdit(std::move(after), circuit, "Move " + displayName(*old), {operation});
}

Result<CircuitChange> connectWire(const Circuit& circuit, const std::string& wire, const std::string& operation) {
    if (circuit.wire(wire) == nullptr) return unknownItem("wire", wire);
    const Operation* target = circuit.operation(operation);
    if (target == nullptr) return unknownItem("operation", operation);
    const OperationDescription* d = findOperation(target->kind);
    if (has(target->in, wire)) return editError(305, displayName(*target) + " reads this wire already.", operation);
    if (d != nullptr && d->inputs >= 0 && target->in.size() >= static_cast<std::size_t>(d->inputs))
        return editError(305, displayName(*target) + " has no free input.", operation,
                         d->inputs == 0 ? "It only writes." : "Delete the wire that it reads first, or put an add before it.");
    Circuit after = circuit;
    std::set<std::string> dirty;
    std::string source = wire;
    const Operation* writer = circuit.producer(wire);
    if (circuit.consumer(wire) != nullptr) {
        std::string copy;
        if (writer != nullptr && isRule(*writer, AxisRule::Copy)) {
            copy = writer->id;
        } else {
            const Result<OperationRequest> request = requestFor("copy");
            if (!request) return request.error();
            copy = createOperation(after, *request);
            spliceOperation(after, copy, wire);
        }
        source = addOutput(after, copy);
        dirty.insert(copy);
    }
    after.operation(operation)->in.push_back(source);
    dirty.insert(operation);
    if (after.ordered().size() != after.operations.size())
        return editError(305, "this would close a loop: " + displayName(*target) + " is read before it.", operation,
                         "Signals run from inputs to outputs.");
    return finishEdit(std::move(after), circuit, "Connect to " + displayName(*target), {operation}, dirty);
}

Result<CircuitChange> addResidual(const Circuit& circuit, const std::vector<std::string>& operations) {
    const Result<Ids> chosen = selectedOperations(circuit, operations);
    if (!chosen) return chosen.error();
    // The one wire that enters the selection and the one that leaves it.
    Ids entering;
    Ids leaving;
    for (const std::string& id : *chosen) {
        const Operation& op = *circuit.operation(id);
        for (const std::string& w : op.in)
            if (const Operation* p = circuit.producer(w); p == nullptr || !has(*chosen, p->id)) entering.push_back(w);
        for (const std::string& w : op.out)
            if (const Operation* c = circuit.consumer(w); c == nullptr || !has(*chosen, c->id)) leaving.push_back(w);
    }
    if (entering.size() != 1 || leaving.size() != 1)
        return editError(305, "a residual connection goes around operations with one wire in and one out; these have " +
                                  std::to_string(entering.size()) + " and " + std::to_string(leaving.size()) + ".",
                         chosen->front(), "Select a run of consecutive operations.");
    const Result<OperationRequest> copyRequest = requestFor("copy");
    const Result<OperationRequest> addRequest = requestFor("add");
    if (!copyRequest || !addRequest) return copyRequest ? addRequest.error() : copyRequest.error();
    Circuit after = circuit;
    const std::string copy = createOperation(after, *copyRequest);
    spliceOperation(after, copy, entering.front());
    const std::string sum = createOperation(after, *addRequest);
    spliceOperation(after, sum, leaving.front());
    const std::string skip = addOutput(after, copy);
    after.operation(sum)->in.push_back(skip);
    Ids all = *chosen;
    all.insert(all.begin(), copy);
    all.push_back(sum);
    // A backdrop, unless that would cut another group in two.
    if (const Result<std::string> group = makeGroup(after, all, "residual"); group) after.group(*group)->fill = "res";
    return finishEdit(std::move(after), circuit, "Add a residual connection around " + listed(circuit, *chosen), all);
}

Result<CircuitChange> groupItems(const Circuit& circuit, const std::vector<std::string>& ids, const std::string& title) {
    const Result<Ids> chosen = selectedOperations(circuit, ids);
    if (!chosen) return chosen.error();
    Circuit after = circuit;
    const Result<std::string> made = makeGroup(after, ids, title);
    if (!made) return made.error();
    return finishEdit(std::move(after), circuit, "Group " + listed(circuit, *chosen), {*made});
}

Result<CircuitChange> ungroup(const Circuit& circuit, const std::string& group) {
    const Group* old = circuit.group(group);
    if (old == nullptr) return unknownItem("group", group);
    Circuit after = circuit;
    const Ids members = old->members;
    for (Group& g : after.groups) {
        const auto at = std::find(g.members.begin(), g.members.end(), group);
        if (at == g.members.end()) continue;
        const auto place = g.members.erase(at);
        g.members.insert(place, members.begin(), members.end());
    }
    after.groups.erase(std::remove_if(after.groups.begin(), after.groups.end(), [&](const Group& g) { return g.id == group; }),
                       after.groups.end());
    Ids selection;
    for (const std::string& m : members)
        for (const std::string& op : operationsIn(after, m)) selection.push_back(op);
    return finishEdit(std::move(after), circuit, "Ungroup " + plainLabel(old->title), selection);
}

}  // namespace lab

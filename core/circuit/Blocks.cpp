#include "core/circuit/Blocks.h"
#include "core/circuit/AxisChoice.h"

#include "core/circuit/EditTools.h"

#include <algorithm>
#include <charconv>

namespace lab {

namespace {

using Ids = std::vector<std::string>;

// The operations of a group in list order.
Ids insideOf(const Circuit& circuit, const Group& group) {
    const Ids members = operationsIn(circuit, group.id);
    Ids out;
    for (const Operation& op : circuit.operations)
        if (has(members, op.id)) out.push_back(op.id);
    return out;
}

// Axes that the inside makes, in order of appearance.
Ids madeAxes(const Circuit& circuit, const Ids& operations) {
    Ids out;
    for (const std::string& id : operations)
        for (const std::string& a : circuit.operation(id)->targetOut)
            if (!has(circuit.operation(id)->targetIn, a) && !has(out, a)) out.push_back(a);
    return out;
}

std::size_t placeOf(const Ids& list, const std::string& id) {
    return static_cast<std::size_t>(std::find(list.begin(), list.end(), id) - list.begin());
}

bool isExpression(const std::string& size) { return size.find_first_not_of("0123456789") != std::string::npos; }

// The inside without ids: the same text for instances that are the same but for the sizes of their own axes.
std::string shapeOf(const Circuit& circuit, const Group& group) {
    const Ids inside = insideOf(circuit, group);
    Ids wires, axes;
    std::string out;
    const auto number = [](Ids& list, const std::string& id) {
        const std::size_t at = placeOf(list, id);
        if (at == list.size()) list.push_back(id);
        return std::to_string(at);
    };
    for (const std::string& id : inside) {
        const Operation& op = *circuit.operation(id);
        out += op.kind + "(";
        for (const auto& [name, value] : op.args)
            if (name != "sig" && name != "slot") out += name + "=" + toText(value) + ";";
        for (const std::string& w : op.in) out += " i" + number(wires, w);
        for (const std::string& w : op.out) out += " o" + number(wires, w);
        for (const std::string& a : op.targetIn) out += " r" + number(axes, a);
        for (const std::string& a : op.targetOut) out += " w" + number(axes, a) + (has(op.targetIn, a) ? "" : "d" + std::to_string(circuit.axis(a)->dims));
        out += " t" + std::to_string(placeOf(inside, op.tie)) + ")";
    }
    return out;
}

// The sizes of the axes that the inside makes.
Ids sizesOf(const Circuit& circuit, const Group& group) {
    Ids out;
    for (const std::string& a : madeAxes(circuit, insideOf(circuit, group))) out.push_back(circuit.axis(a)->size);
    return out;
}

const Group* firstOf(const Circuit& circuit, const std::string& name) {
    for (const Group& g : circuit.groups)
        if (g.block == name) return &g;
    return nullptr;
}

std::string axisLabel(const Circuit& circuit, const std::string& axis) {
    const std::string label = plainLabel(circuit.axis(axis)->name);
    return label.empty() ? axis : label;
}

Result<void> applyParams(Circuit& circuit, const std::string& group, const std::map<std::string, std::string>& params) {
    const std::vector<BlockParam> known = blockParams(circuit, group);
    for (const auto& [name, size] : params) {
        const auto it = std::find_if(known.begin(), known.end(), [&](const BlockParam& p) { return p.name == name; });
        if (it == known.end()) {
            std::string list;
            for (const BlockParam& p : known) list += (list.empty() ? "" : ", ") + p.name;
            return editError(311, "the block has no size '" + name.substr(0, 40) + "' to set.", group, list.empty() ? "It has none." : "Sizes: " + list + ".");
        }
        const Result<CircuitChange> sized = setAxisSize(circuit, it->axis, size);
        if (!sized) return sized.error();
        circuit.axis(it->axis)->size = sized->circuit.axis(it->axis)->size;
        circuit.group(group)->params[name] = circuit.axis(it->axis)->size;
    }
    return {};
}

// Puts a copy of the inside of `from` in the place of the inside of `to`.
Result<void> replaceInside(Circuit& circuit, const Circuit& before, const std::string& from, const std::string& to) {
    const Ids source = insideOf(circuit, *circuit.group(from));
    const Ids old = insideOf(circuit, *circuit.group(to));
    const GroupBorder sourceBorder = groupBorder(circuit, *circuit.group(from));
    const GroupBorder border = groupBorder(circuit, *circuit.group(to));
    if (sourceBorder.entering.size() != border.entering.size() || sourceBorder.leaving.size() != border.leaving.size())
        return editError(312, "the block '" + circuit.group(to)->block + "' would have " + std::to_string(sourceBorder.entering.size()) +
                                  " inputs and " + std::to_string(sourceBorder.leaving.size()) + " outputs, but another instance has " +
                                  std::to_string(border.entering.size()) + " and " + std::to_string(border.leaving.size()) + ".",
                         to, "Detach one of them first.");
    // Ids: what stood at the same place before keeps its own.
    const Ids sourceBefore = before.group(from) == nullptr ? source : insideOf(before, *before.group(from));
    const Ids oldBefore = before.group(to) == nullptr ? old : insideOf(before, *before.group(to));
    std::map<std::string, std::string> items, wires, axes;
    const auto fresh = [](const Circuit& in, const std::string& id) {
        const std::size_t end = id.find_last_not_of("0123456789");
        return in.freshId(end == std::string::npos ? "i" : id.substr(0, end + 1));
    };
    const Ids sourceAxes = madeAxes(circuit, source), oldAxes = madeAxes(circuit, old);
    const Ids sourceAxesBefore = before.group(from) == nullptr ? sourceAxes : madeAxes(before, sourceBefore);
    const Ids oldAxesBefore = before.group(to) == nullptr ? oldAxes : madeAxes(before, oldBefore);
    // Copies first, so that fresh ids differ from all that is there.
    for (const std::string& a : sourceAxes) {
        const std::size_t place = placeOf(sourceAxesBefore, a);
        if (place < oldAxesBefore.size() && circuit.axis(oldAxesBefore[place]) != nullptr) {
            axes[a] = oldAxesBefore[place];
            Axis& axis = *circuit.axis(axes[a]);
            const Axis& model = *circuit.axis(a);
            // A size that the instance has set itself stays.
            const bool own = std::any_of(circuit.group(to)->params.begin(), circuit.group(to)->params.end(),
                                         [&](const auto& p) { return p.second == axis.size; });
            if (!own && !isExpression(model.size)) axis.size = model.size;
            axis.role = model.role;
            axis.dims = model.dims;
            continue;
        }
        Axis copy = *circuit.axis(a);
        copy.id = fresh(circuit, a);
        axes[a] = copy.id;
        circuit.axes.push_back(copy);
    }
    for (std::size_t i = 0; i < sourceBorder.entering.size(); ++i) wires[sourceBorder.entering[i]] = border.entering[i];
    for (std::size_t i = 0; i < sourceBorder.leaving.size(); ++i) wires[sourceBorder.leaving[i]] = border.leaving[i];
    Ids oldWires;
    for (const std::string& id : old)
        for (const std::string& w : circuit.operation(id)->out)
            if (!has(border.leaving, w)) oldWires.push_back(w);
    std::vector<Operation> made;
    std::vector<Wire> madeWires;
    for (const std::string& id : source) {
        const std::size_t place = placeOf(sourceBefore, id);
        const bool kept = place < oldBefore.size() && has(old, oldBefore[place]);
        Operation op = *circuit.operation(id);
        if (kept)
            items[id] = oldBefore[place];
        else
            for (items[id] = fresh(circuit, id); std::any_of(made.begin(), made.end(), [&](const Operation& o) { return o.id == items[id]; });)
                items[id] += "b";
        op.id = items[id];
        if (kept && before.operation(op.id) != nullptr) op.name = before.operation(op.id)->name;
        const auto renameAxes = [&](Ids& ids) {
            for (std::string& a : ids)
                if (const auto it = axes.find(a); it != axes.end()) a = it->second;
        };
        for (std::string& w : op.out)
            if (wires.count(w) == 0) {
                Wire copy = *circuit.wire(w);
                copy.id = fresh(circuit, w);
                while (std::any_of(madeWires.begin(), madeWires.end(), [&](const Wire& m) { return m.id == copy.id; })) copy.id += "b";
                renameAxes(copy.axes);
                wires[w] = copy.id;
                madeWires.push_back(copy);
            }
        renameAxes(op.targetIn);
        renameAxes(op.targetOut);
        made.push_back(std::move(op));
    }
    for (Operation& op : made) {
        for (std::string& w : op.in) w = wires.count(w) != 0 ? wires[w] : w;
        for (std::string& w : op.out) w = wires[w];
        if (const auto tie = items.find(op.tie); tie != items.end()) op.tie = tie->second;
    }
    // Axes of what leaves: as the block now writes them.
    for (std::size_t i = 0; i < border.leaving.size(); ++i)
        for (const std::string& a : circuit.wire(sourceBorder.leaving[i])->axes)
            if (const auto it = axes.find(a); it != axes.end() && !has(circuit.wire(border.leaving[i])->axes, it->second)) {
                circuit.wire(border.leaving[i])->axes = circuit.wire(sourceBorder.leaving[i])->axes;
                for (std::string& b : circuit.wire(border.leaving[i])->axes)
                    if (const auto renamed = axes.find(b); renamed != axes.end()) b = renamed->second;
                break;
            }
    std::vector<Operation> operations;
    bool placed = false;
    for (Operation& op : circuit.operations) {
        if (!has(old, op.id)) {
            operations.push_back(std::move(op));
            continue;
        }
        if (!placed) operations.insert(operations.end(), made.begin(), made.end());
        placed = true;
    }
    circuit.operations = std::move(operations);
    circuit.wires.erase(std::remove_if(circuit.wires.begin(), circuit.wires.end(), [&](const Wire& w) { return has(oldWires, w.id); }),
                        circuit.wires.end());
    circuit.wires.insert(circuit.wires.end(), madeWires.begin(), madeWires.end());
    // The instance is flat but for groups whose members are all still there.
    Ids members;
    for (const Operation& op : made) members.push_back(op.id);
    for (const std::string& m : Ids(circuit.group(to)->members))
        if (const Group* inner = circuit.group(m)) {
            const Ids within = operationsIn(circuit, inner->id);
            if (!std::all_of(within.begin(), within.end(), [&](const std::string& id) { return circuit.operation(id) != nullptr; })) {
                circuit.groups.erase(std::remove_if(circuit.groups.begin(), circuit.groups.end(), [&](const Group& g) { return g.id == m; }),
                                     circuit.groups.end());
                continue;
            }
            members.erase(std::remove_if(members.begin(), members.end(), [&](const std::string& id) { return has(within, id); }), members.end());
            members.push_back(m);
        }
    circuit.group(to)->members = members;
    return {};
}

}  // namespace

Result<CircuitChange> repeatGroup(const Circuit& circuit, const std::string& group, const Repeat& repeat) {
    const Group* old = circuit.group(group);
    if (old == nullptr) return unknownItem("group", group);
    if (repeat.alongAxis() && circuit.axis(repeat.count) == nullptr)
        return editError(305, "there is no axis '" + repeat.count.substr(0, 40) + "' to repeat along.", group, "Choose an axis of the circuit.");
    if (repeat && !repeat.alongAxis()) {
        int count = 0;
        const char* end = repeat.count.data() + repeat.count.size();
        const auto parsed = std::from_chars(repeat.count.data(), end, count);
        if (parsed.ec != std::errc() || parsed.ptr != end || count < 1 || count > kMaxPasses)
            return editError(305, "a group cannot be repeated '" + repeat.count.substr(0, 40) + "' times.", group,
                             "Repeat it 1 to " + std::to_string(kMaxPasses) + " times.");
    }
    Circuit after = circuit;
    after.group(group)->repeat = repeat ? repeat : Repeat{};
    const std::string title = plainLabel(old->title).empty() ? group : plainLabel(old->title);
    return finishEdit(std::move(after), circuit, repeat ? "Repeat " + title : "Run " + title + " once", {group});
}

Result<CircuitChange> makeBlock(const Circuit& circuit, const std::string& group, const std::string& name) {
    const Group* old = circuit.group(group);
    if (old == nullptr) return unknownItem("group", group);
    if (name.empty() || name.size() > 100 || firstOf(circuit, name) != nullptr)
        return editError(309, name.empty() ? "a block needs a name." : "the name '" + name.substr(0, 40) + "' is taken or too long.", group);
    Circuit after = circuit;
    after.group(group)->block = name;
    if (after.group(group)->title.empty()) after.group(group)->title = name;
    return finishEdit(std::move(after), circuit, "Make " + name + " reusable", {group});
}

Result<CircuitChange> insertBlock(const Circuit& circuit, const std::string& name, const std::string& after,
                                  const std::map<std::string, std::string>& params) {
    const Group* model = firstOf(circuit, name);
    if (model == nullptr) return editError(310, "there is no block '" + name.substr(0, 40) + "'.", name, "Make a group reusable first.");
    Circuit fragment = extract(circuit, {model->id});
    for (Group& g : fragment.groups)
        if (g.block == name) g.params.clear();
    Result<CircuitChange> change = paste(circuit, fragment, after);
    if (!change) return change;
    std::string made;
    for (const Group& g : change->circuit.groups)
        if (g.block == name && circuit.group(g.id) == nullptr) made = g.id;
    if (made.empty()) return editError(310, "the block '" + name.substr(0, 40) + "' is empty.", name);
    if (const Result<void> done = applyParams(change->circuit, made, params); !done) return done.error();
    return finishEdit(std::move(change->circuit), circuit, "Insert " + name, {made});
}

Result<CircuitChange> setBlockParam(const Circuit& circuit, const std::string& group, const std::string& param, const std::string& size) {
    if (circuit.group(group) == nullptr) return unknownItem("group", group);
    Circuit after = circuit;
    if (const Result<void> done = applyParams(after, group, {{param, size}}); !done) return done.error();
    return finishEdit(std::move(after), circuit, "Set " + param + " to " + size, {group});
}

Result<CircuitChange> detachBlock(const Circuit& circuit, const std::string& group) {
    const Group* old = circuit.group(group);
    if (old == nullptr) return unknownItem("group", group);
    Circuit after = circuit;
    after.group(group)->block.clear();
    after.group(group)->params.clear();
    return finishEdit(std::move(after), circuit, "Detach " + plainLabel(old->title), {group});
}

std::vector<std::string> blockNames(const Circuit& circuit) {
    Ids out;
    for (const Group& g : circuit.groups)
        if (!g.block.empty() && !has(out, g.block)) out.push_back(g.block);
    return out;
}

std::vector<BlockParam> blockParams(const Circuit& circuit, const std::string& group) {
    std::vector<BlockParam> out;
    const Group* g = circuit.group(group);
    if (g == nullptr) return out;
    const Group* model = g->block.empty() ? g : firstOf(circuit, g->block);
    const Ids names = madeAxes(circuit, insideOf(circuit, *model));
    const Ids axes = madeAxes(circuit, insideOf(circuit, *g));
    for (std::size_t i = 0; i < names.size() && i < axes.size(); ++i)
        if (!isExpression(circuit.axis(names[i])->size)) out.push_back({axisLabel(circuit, names[i]), axes[i]});
    return out;
}

Result<void> syncBlocks(Circuit& after, const Circuit& before) {
    for (const std::string& name : blockNames(after)) {
        Ids instances, changed;
        for (const Group& g : after.groups) {
            if (g.block != name || operationsIn(after, g.id).empty()) continue;
            instances.push_back(g.id);
            const Group* was = before.group(g.id);
            if (was == nullptr || was->block != name) continue;
            const bool sameShape = shapeOf(after, g) == shapeOf(before, *was);
            const bool sameSizes = sizesOf(after, g) == sizesOf(before, *was) || g.params != was->params;
            if (!sameShape || !sameSizes) changed.push_back(g.id);
        }
        if (changed.size() != 1) continue;
        for (const std::string& id : instances)
            if (id != changed.front())
                if (Result<void> done = replaceInside(after, before, changed.front(), id); !done) return done;
    }
    return {};
}

}  // namespace lab

#include "core/circuit/Templates.h"

#include "core/base/Assert.h"
#include "core/circuit/Operations.h"

namespace lab {

Circuit makeMlp(const std::vector<long>& widths, const std::string& activation) {
    LAB_ASSERT(widths.size() >= 2);
    Circuit c;
    const auto axis = [&](const std::string& id, const std::string& name, AxisRole role, const std::string& size) {
        Axis a;
        a.id = id;
        a.name = name;
        a.role = role;
        a.size = size;
        c.axes.push_back(std::move(a));
    };
    const auto wire = [&](const std::string& feature) {
        Wire w;
        w.id = "w" + std::to_string(c.wires.size());
        w.axes = {"b", feature};
        c.wires.push_back(std::move(w));
        return c.wires.back().id;
    };
    const auto operation = [&](const std::string& id, const std::string& kind, const std::string& from,
                               const std::string& to) -> Operation& {
        Operation op;
        op.id = id;
        op.kind = kind;
        if (!from.empty()) op.in = {from};
        if (!to.empty()) op.out = {to};
        c.operations.push_back(std::move(op));
        return c.operations.back();
    };
    axis("b", "b", AxisRole::Batch, "");
    axis("p", "p", AxisRole::Feature, std::to_string(widths.front()));
    std::string feature = "p";
    std::string at = wire(feature);
    operation("in1", "input", "", at).name = "*X*";
    const OperationPreset* preset = findPreset(activation);
    for (std::size_t i = 1; i < widths.size(); ++i) {
        const bool last = i + 1 == widths.size();
        const std::string number = std::to_string(i);
        const std::string next = last ? "k" : "n" + number;
        axis(next, last ? "k" : "n_{" + number + "}", last ? AxisRole::Class : AxisRole::Feature, std::to_string(widths[i]));
        const std::string made = wire(next);
        Operation& map = operation("L" + number, "linear", at, made);
        map.name = "*L*_" + (number.size() > 1 ? "{" + number + "}" : number);
        map.targetIn = {feature};
        map.targetOut = {next};
        feature = next;
        at = made;
        if (last) break;
        Group group;
        group.id = "g" + number;
        group.title = "layer " + number;
        group.fill = "ffn";
        group.members = {"L" + number};
        if (preset != nullptr) {
            const std::string acted = wire(next);
            const OperationDescription* d = findOperation(preset->kind);
            Operation& act = operation(d->idPrefix + number, preset->kind, at, acted);
            act.args = preset->args;
            group.members.push_back(act.id);
            at = acted;
        }
        c.groups.push_back(std::move(group));
    }
    operation("out1", "output", at, "").name = "`*Y*";
    std::string shape;
    for (const long w : widths) shape += (shape.empty() ? "" : "-") + std::to_string(w);
    c.title = "MLP " + shape;
    return c;
}

}  // namespace lab

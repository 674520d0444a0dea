#include "widgets/circuit/Describe.h"

#include "core/circuit/Operations.h"

#include <QStringList>

#include <algorithm>

namespace lab {

namespace {

QString qs(const std::string& s) { return QString::fromStdString(s); }

QString nameOf(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    return qs(d != nullptr ? d->title : op.kind) + u' ' + qs(displayName(op));
}

QString axisText(const Circuit& circuit, const SizeSolution& sizes, const std::string& id) {
    const Axis* axis = circuit.axis(id);
    if (axis == nullptr) return qs(id);
    QString text = qs(plainLabel(axis->name.empty() ? axis->id : axis->name));
    if (const auto size = sizes.size.find(id); size != sizes.size.end()) text += u' ' + QString::number(size->second);
    return text;
}

bool has(const std::vector<std::string>& list, const std::string& id) { return std::find(list.begin(), list.end(), id) != list.end(); }

}  // namespace

QString describeWire(const Circuit& circuit, const SizeSolution& sizes, const std::string& wire) {
    const Wire* w = circuit.wire(wire);
    if (w == nullptr) return {};
    QStringList parts;
    for (const std::string& a : w->axes) parts << axisText(circuit, sizes, a);
    if (parts.isEmpty()) parts << QStringLiteral("one number");
    if (w->dtype != "real" && !w->dtype.empty()) parts << (w->dtype == "bool" ? QStringLiteral("truth values") : w->dtype == "complex" ? QStringLiteral("complex numbers") : QStringLiteral("whole numbers"));
    return parts.join(QStringLiteral(", "));
}

QString describeOperation(const Circuit& circuit, const SizeSolution& sizes, const Operation& op) {
    QString text = nameOf(op);
    const auto target = [&](const std::vector<std::string>& axes, const std::vector<std::string>& wires) {
        QStringList parts;
        for (const std::string& a : axes) parts << axisText(circuit, sizes, a);
        if (parts.isEmpty())
            for (const std::string& w : wires) parts << describeWire(circuit, sizes, w);
        return parts.join(QStringLiteral(", "));
    };
    if (!op.in.empty()) {
        QStringList from;
        for (const std::string& w : op.in)
            if (const Operation* p = circuit.producer(w)) from << nameOf(*p);
        text += QStringLiteral(", reads %1").arg(target(op.targetIn, op.in));
        if (!from.isEmpty()) text += QStringLiteral(" from %1").arg(from.join(QStringLiteral(" and ")));
    }
    if (!op.out.empty()) text += QStringLiteral(", writes %1").arg(target(op.targetOut, op.out));
    QStringList woven;
    if (!op.in.empty() && !op.targetIn.empty())
        if (const Wire* w = circuit.wire(op.in.front()))
            for (const std::string& a : w->axes)
                if (!has(op.targetIn, a) && !has(op.targetOut, a)) woven << axisText(circuit, sizes, a);
    if (!woven.isEmpty()) text += QStringLiteral(", woven over %1").arg(woven.join(QStringLiteral(", ")));
    const auto problems = std::count_if(sizes.problems.begin(), sizes.problems.end(), [&](const Problem& p) {
        return p.operation == op.id || (!p.wire.empty() && has(op.in, p.wire));
    });
    if (problems == 1) text += QStringLiteral("; one problem");
    if (problems > 1) text += QStringLiteral("; %1 problems").arg(problems);
    return text;
}

}  // namespace lab

#include "widgets/circuit/Bypass.h"

#include "core/circuit/EditTools.h"
#include "core/circuit/Rethread.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace lab {

namespace {

const char* const kKey = "bypassed";  // in the operation's own part of the file

QString qs(const std::string& s) { return QString::fromStdString(s); }
std::string text(const QJsonObject& o, const char* key) { return o.value(QLatin1String(key)).toString().toStdString(); }

// A preset that does nothing: one number in, the same number out.
const OperationPreset* identityPreset() { return findPreset("identity"); }

const OperationPreset* presetOf(const std::string& kind) {
    for (const OperationPreset& p : operationPresets())
        if (p.kind == kind) return &p;
    return nullptr;
}

QJsonObject memoryOf(const Operation& op) {
    if (op.extra.find(kKey) == std::string::npos) return {};
    return QJsonDocument::fromJson(QByteArray::fromStdString(op.extra)).object().value(QLatin1String(kKey)).toObject();
}

std::string remembered(const Circuit& circuit, const Operation& op) {
    QJsonObject args;
    for (const auto& [name, value] : op.args) args.insert(qs(name), qs(toText(value)));
    QJsonObject memory{{QStringLiteral("kind"), qs(op.kind)}, {QStringLiteral("args"), args}, {QStringLiteral("name"), qs(op.name)},
                       {QStringLiteral("tie"), qs(op.tie)}, {QStringLiteral("extra"), qs(op.extra)}};
    // What it makes anew: the size and name of its last own axis.
    for (const std::string& a : op.targetOut)
        if (std::find(op.targetIn.begin(), op.targetIn.end(), a) == op.targetIn.end())
            if (const Axis* axis = circuit.axis(a)) {
                memory.insert(QStringLiteral("size"), qs(axis->size));
                memory.insert(QStringLiteral("axis"), qs(axis->name));
            }
    return QJsonDocument(QJsonObject{{QLatin1String(kKey), memory}}).toJson(QJsonDocument::Compact).toStdString();
}

Result<CircuitChange> passBy(const Circuit& circuit, const Operation& old) {
    const OperationDescription* d = findOperation(old.kind);
    const OperationPreset* identity = identityPreset();
    if (identity == nullptr || d == nullptr || d->inputs != 1 || d->outputs != 1 || presetOf(old.kind) == nullptr)
        return editError(305, displayName(old) + " cannot be passed by: no single wire runs through it.", old.id,
                         "What reads one array and writes one can.");
    for (const Operation& other : circuit.operations)
        if (other.tie == old.id)
            return editError(305, displayName(other) + " uses the weights of " + displayName(old) + ".", old.id, "Pass that one by first.");
    Circuit after = circuit;
    Operation& op = *after.operation(old.id);
    op.kind = identity->kind;
    op.args = identity->args;
    op.targetIn.clear();
    op.targetOut.clear();
    op.name = glyphLabel(old);  // drawn as what it was, faint, with the wire running past
    op.tie.clear();
    op.extra = remembered(circuit, old);
    return finishEdit(std::move(after), circuit, "Pass " + displayName(old) + " by", {old.id}, {old.id});
}

Result<CircuitChange> workAgain(const Circuit& circuit, const Operation& now) {
    const QJsonObject memory = memoryOf(now);
    const std::string kind = text(memory, "kind");
    const OperationDescription* d = findOperation(kind);
    const OperationPreset* preset = presetOf(kind);
    if (d == nullptr || preset == nullptr || d->inputs != 1 || d->outputs != 1)
        return editError(305, "what " + displayName(now) + " was cannot be read: '" + kind.substr(0, 40) + "'.", now.id, "Replace it by an operation.");
    OperationRequest request{preset, {}, text(memory, "size")};
    if (request.amount.find_first_not_of("0123456789") != std::string::npos) request.amount.clear();
    const QJsonObject args = memory.value(QLatin1String("args")).toObject();
    for (const ParamSpec& spec : d->params) {
        const auto held = args.constFind(qs(spec.name));
        if (held == args.constEnd()) continue;
        const Result<ParamValue> value = parseParam(spec, held->toString().toStdString());
        if (!value) return value.error();
        request.args[spec.name] = *value;
    }
    Circuit after = circuit;
    const std::string id = createOperation(after, request);
    Operation made = *after.operation(id);
    after.operations.erase(std::find_if(after.operations.begin(), after.operations.end(), [&](const Operation& o) { return o.id == id; }));
    made.id = now.id;
    made.in = now.in;
    made.out = now.out;
    made.name = text(memory, "name");
    made.tie = text(memory, "tie");
    if (circuit.operation(made.tie) == nullptr) made.tie.clear();
    made.note = now.note;
    made.extra = text(memory, "extra");
    const std::string axisName = text(memory, "axis");
    if (!axisName.empty() && !made.targetOut.empty())
        if (Axis* axis = after.axis(made.targetOut.back())) axis->name = axisName;
    *after.operation(now.id) = made;
    // New to what runs through it, as far as its axes go: it makes its own again.
    Circuit before = circuit;
    before.operations.erase(std::find_if(before.operations.begin(), before.operations.end(), [&](const Operation& o) { return o.id == now.id; }));
    return finishEdit(std::move(after), before, "Let " + displayName(made) + " work again", {now.id}, {now.id});
}

}  // namespace

bool isBypassed(const Operation& operation) { return !memoryOf(operation).isEmpty(); }

Result<CircuitChange> toggleBypass(const Circuit& circuit, const std::string& operation) {
    const Operation* op = circuit.operation(operation);
    if (op == nullptr) return unknownItem("operation", operation);
    return isBypassed(*op) ? workAgain(circuit, *op) : passBy(circuit, *op);
}

}  // namespace lab

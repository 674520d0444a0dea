// What the canvas says of the thing under the pointer.
#include "core/circuit/Operations.h"
#include "widgets/circuit/CircuitView.h"

#include <cmath>

namespace lab {

namespace {

constexpr double kReach = 7.0;      // pixels around a wire that still hit it

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

// Who writes this weight, what the last updates read, and what is odd about it.
QString CircuitView::creditTip(const Operation& op) const {
    QString tip;
    for (const Mark& m : m_marks) {
        if (m.kind != Mark::Kind::Writer || m.operation != op.id) continue;
        const auto reads = m_live.reads.find(m.layer);
        if (reads != m_live.reads.end()) {
            QStringList list;
            for (const std::string& r : reads->second) list << qs(r).toHtmlEscaped();
            tip += QStringLiteral("<br>its update reads: %1").arg(list.join(QStringLiteral(", ")));
        }
        const auto ratio = m_live.ratio.find(m.layer);
        if (ratio != m_live.ratio.end()) tip += QStringLiteral("<br>last update: %1 of the weights").arg(ratio->second, 0, 'g', 3);
        break;
    }
    for (const CreditFinding& f : m_credit.findings)
        if (f.operation == op.id) tip += QStringLiteral("<br><i>%1</i>").arg(qs(f.message).toHtmlEscaped());
    return tip;
}

QString CircuitView::toolTipAt(QPointF scene) const {
    for (const PlacedError& e : diagramLayout().errors)
        if (scene.x() >= e.left && scene.x() <= e.right && std::abs(scene.y() - e.y) < 14.0) {
            const Problem& p = m_sizes.problems[std::size_t(e.problem)];
            return qs(p.message).toHtmlEscaped() + QStringLiteral("<br><i>Click or press F8 for ways out.</i>");
        }
    if (const auto at = m_beads.find(beadAt(scene)); at != m_beads.end()) {
        const Bead& bead = at->second;
        QString tip = QStringLiteral("<b>%1</b><br>%L2 numbers from %3 to %4, step %L5")
                          .arg(qs(bead.title).toHtmlEscaped())
                          .arg(qulonglong(bead.count))
                          .arg(bead.low, 0, 'g', 4)
                          .arg(bead.high, 0, 'g', 4)
                          .arg(qlonglong(bead.step));
        if (bead.two) tip += QStringLiteral("<br>blue: positive, orange: negative");
        if (std::isfinite(bead.threshold)) tip += QStringLiteral("<br>threshold %1").arg(bead.threshold, 0, 'g', 4);
        return tip + QStringLiteral("<br><i>Click to pin, double click for the activity of the layer.</i>");
    }
    const DiagramHit hit = m_scene.hit(scene, kReach / m_scale);
    if (hit.kind == DiagramHit::Kind::Operation) {
        const Operation* op = m_circuit.operation(hit.id);
        if (op == nullptr) return {};
        const OperationDescription* d = findOperation(op->kind);
        if (d == nullptr) return QStringLiteral("<b>%1</b><br>This kind of operation is not known here; it is kept as it is.").arg(qs(op->kind).toHtmlEscaped());
        QString tip = QStringLiteral("<b>%1 %2</b><br>%3<br><i>%4</i>")
                          .arg(qs(d->title).toHtmlEscaped(), qs(displayName(*op)).toHtmlEscaped(), qs(d->doc).toHtmlEscaped(),
                               qs(plainLabel(d->formula)).toHtmlEscaped());
        const long weights = parameterCount(m_circuit, m_sizes, *op);
        if (weights > 0) tip += QStringLiteral("<br>%L1 weights").arg(qlonglong(weights));
        if (m_toggles.rule) tip += creditTip(*op);
        if (!op->note.empty()) tip += QStringLiteral("<br>%1").arg(qs(op->note).toHtmlEscaped());
        return tip;
    }
    if (hit.kind == DiagramHit::Kind::Wire || hit.kind == DiagramHit::Kind::Label) {
        const Wire* wire = m_circuit.wire(hit.id);
        if (wire == nullptr) return {};
        QStringList axes;
        for (const std::string& id : wire->axes)
            if (const Axis* axis = m_circuit.axis(id)) {
                const auto size = m_sizes.size.find(id);
                QString text = qs(plainLabel(axis->name));
                if (size != m_sizes.size.end())
                    text += QStringLiteral(" = %1%2").arg(size->second).arg(axis->dims > 1 ? QStringLiteral(" × %1").arg(size->second) : QString());
                else if (axis->role != AxisRole::Batch) text += QStringLiteral(" (open)");
                axes << text.toHtmlEscaped();
            }
        QString tip = QStringLiteral("<b>Wire</b> %1").arg(axes.join(QStringLiteral(", ")));
        const long n = m_sizes.elements(m_circuit, hit.id);
        if (n > 0) tip += QStringLiteral("<br>%L1 numbers per sample").arg(qlonglong(n));
        const auto mean = m_live.mean.find(hit.id);
        if (mean != m_live.mean.end()) {
            tip += std::isfinite(mean->second) ? QStringLiteral("<br>mean |a| = %1 at step %L2").arg(mean->second, 0, 'g', 4).arg(qlonglong(m_live.step))
                                               : QStringLiteral("<br><b>holds values that are no numbers</b>");
            if (hit.id == m_live.broken) tip += QStringLiteral("<br>the first wire where it happened");
        }
        return tip;
    }
    if (hit.kind == DiagramHit::Kind::Group)
        if (const Group* g = m_circuit.group(hit.id)) return QStringLiteral("<b>%1</b>").arg(qs(g->title).toHtmlEscaped());
    return {};
}

}  // namespace lab

#include "widgets/circuit/CostStrip.h"

#include "core/circuit/Operations.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/common/Theme.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <map>

namespace lab {

namespace {

QString shortNumber(double v) {
    static const std::pair<double, const char*> kUnits[] = {{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}};
    for (const auto& [size, unit] : kUnits)
        if (v >= size) return QString::number(v / size, 'g', 3) + QLatin1String(unit);
    return QString::number(v, 'g', 4);
}

long sizeOf(const SizeSolution& s, const std::string& axis) {
    const auto it = s.size.find(axis);
    return it == s.size.end() ? 0 : it->second;
}

double power(double base, int n) { return std::pow(base, std::max(1, n)); }

// Work of one operation on one sample: the product of all distinct indices that run through it; a window's kernel is
// such an index. Views cost nothing. Negative: a size is missing.
double workOf(const Circuit& c, const SizeSolution& sizes, const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    if (d == nullptr || d->rule == AxisRule::Source || d->rule == AxisRule::Sink || d->rule == AxisRule::Merge || d->rule == AxisRule::Copy)
        return 0.0;
    std::map<std::string, bool> axes;
    for (const std::string& w : op.out)
        if (const Wire* wire = c.wire(w))
            for (const std::string& a : wire->axes) axes[a] = true;
    const bool window = d->rule == AxisRule::Window;
    double kernel = 1.0;
    const WindowGeometry g = window ? windowGeometry(op) : WindowGeometry{};
    for (const std::string& a : op.targetIn) {
        const Axis* axis = c.axis(a);
        if (axis == nullptr) continue;
        if (window && axis->role == AxisRole::Space) {
            if (g.global) axes[a] = true;
            else kernel *= power(double(g.kernel), axis->dims);
        } else {
            axes[a] = true;
        }
    }
    double n = kernel;
    for (const auto& [id, used] : axes) {
        const Axis* axis = c.axis(id);
        if (axis == nullptr || axis->role == AxisRole::Batch) continue;
        const long size = sizeOf(sizes, id);
        if (size <= 0) return -1.0;
        n *= power(double(size), axis->dims);
    }
    return n;
}

}  // namespace

CostStrip::CostStrip(QWidget* parent) : QWidget(parent) {
    setAccessibleName(QStringLiteral("Costs per column"));
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, qOverload<>(&QWidget::update));
}

void CostStrip::setView(CircuitView* view) {
    m_view = view;
    connect(view, &CircuitView::viewportMoved, this, [this] {
        rebuild();
        update();
    });
}

void CostStrip::setCircuit(const Circuit& circuit, const SizeSolution& sizes) {
    m_circuit = circuit;
    m_sizes = sizes;
    rebuild();
    update();
}

void CostStrip::rebuild() {
    m_bars.clear();
    m_largest = 1.0;
    if (m_view == nullptr) return;
    const DiagramLayout& layout = m_view->diagramLayout();
    for (const PlacedColumn& column : layout.columns) {
        Bar bar;
        bar.data = column.data;
        bar.center = column.x + column.w / 2;
        QStringList names;
        for (const std::string& id : column.items) {
            double v = 0.0;
            if (column.data) {
                v = double(m_sizes.elements(m_circuit, id));
                if (v <= 0.0) bar.unknown = true;
            } else if (const Operation* op = m_circuit.operation(id)) {
                v = workOf(m_circuit, m_sizes, *op);
                if (v < 0.0) bar.unknown = true;
                names << QString::fromStdString(displayName(*op));
                bar.operation = id;
                for (const Problem& p : m_sizes.problems) bar.unknown = bar.unknown || p.operation == id;
            }
            bar.value += std::max(0.0, v);
        }
        if (bar.value <= 0.0 && !bar.unknown) continue;
        bar.tip = column.data ? QStringLiteral("%L1 numbers alive here, per sample").arg(qlonglong(bar.value))
                              : QStringLiteral("%1: %L2 multiply-accumulates per sample").arg(names.join(QStringLiteral(", "))).arg(qlonglong(bar.value));
        m_largest = std::max(m_largest, bar.value);
        m_bars.push_back(std::move(bar));
    }
}

// Logarithmic heights: a chip is a thousand times a softmax.
QRectF CostStrip::barRect(const Bar& bar) const {
    const double base = height() - 26.0, room = std::max(10.0, base - 34.0);
    const double share = std::log1p(bar.value) / std::log1p(m_largest);
    const double h = std::max(2.0, room * share);
    // Canvas and strip need not begin at the same place: a dock may stand beside only one of them.
    const double x = m_view->toWidget({bar.center, 0}).x() + mapFromGlobal(m_view->mapToGlobal(QPoint(0, 0))).x();
    const double w = std::clamp(26.0 * m_view->zoom(), 6.0, 34.0);
    return {x - w / 2, base - h, w, h};
}

void CostStrip::paintEvent(QPaintEvent*) {
    const Theme& t = Theme::current();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.fillRect(rect(), t.panel);
    p.setPen(t.ink);
    p.setFont(uiFont(12, QFont::DemiBold));
    p.drawText(QRectF(14, 6, 60, 18), Qt::AlignVCenter, QStringLiteral("Costs"));
    p.setPen(t.mute);
    p.setFont(uiFont(11));
    double x = 62.0;
    for (const bool data : {true, false}) {
        p.setPen(Qt::NoPen);
        p.setBrush(data ? (t.dark ? QColor(0x8E, 0x74, 0xB8) : QColor(0xD8, 0xC2, 0xEC)) : (t.dark ? QColor(0x5B, 0x83, 0xC0) : QColor(0xB5, 0xCF, 0xF4)));
        p.drawRoundedRect(QRectF(x, 10, 10, 10), 2, 2);
        p.setPen(t.mute);
        const QString text = data ? QStringLiteral("numbers alive") : QStringLiteral("multiply-accumulates per sample (logarithmic)");
        p.drawText(QRectF(x + 15, 6, 320, 18), Qt::AlignVCenter, text);
        x += 15 + QFontMetricsF(uiFont(11)).horizontalAdvance(text) + 18;
    }
    if (m_view == nullptr) return;
    const double base = height() - 26.0;
    p.setPen(QPen(t.hairline, 1));
    p.drawLine(QPointF(10, base), QPointF(width() - 10, base));
    p.setFont(uiFont(10));
    double lastRight = -1e9;
    for (const Bar& bar : m_bars) {
        const QRectF r = barRect(bar);
        if (r.right() < 0 || r.left() > width()) continue;
        const QColor fill = bar.data ? (t.dark ? QColor(0x8E, 0x74, 0xB8) : QColor(0xD8, 0xC2, 0xEC))
                                     : (t.dark ? QColor(0x5B, 0x83, 0xC0) : QColor(0xB5, 0xCF, 0xF4));
        p.setPen(bar.unknown ? QPen(t.error, 1.2, Qt::DashLine) : QPen(Qt::NoPen));
        p.setBrush(fill);
        p.drawRoundedRect(r, 2, 2);
        const QString text = shortNumber(bar.value) + (bar.unknown ? QStringLiteral("?") : QString());
        const double w = QFontMetricsF(uiFont(10)).horizontalAdvance(text);
        // A number that would run into its neighbour stays in the tooltip.
        if (r.center().x() - w / 2 < lastRight + 5.0) continue;
        lastRight = r.center().x() + w / 2;
        p.setPen(bar.unknown ? t.error : t.mute);
        p.drawText(QRectF(r.center().x() - w, base + 4, 2 * w, 16), Qt::AlignHCenter | Qt::AlignTop, text);
    }
}

void CostStrip::mousePressEvent(QMouseEvent* event) {
    if (m_view == nullptr) return;
    for (const Bar& bar : m_bars) {
        QRectF r = barRect(bar);
        r.setTop(28);
        if (!r.adjusted(-2, 0, 2, 20).contains(event->position())) continue;
        if (!bar.operation.empty()) emit operationClicked(QString::fromStdString(bar.operation));
        return;
    }
}

bool CostStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && m_view != nullptr) {
        auto* help = static_cast<QHelpEvent*>(event);
        for (const Bar& bar : m_bars) {
            QRectF r = barRect(bar);
            r.setTop(28);
            if (!r.adjusted(-2, 0, 2, 20).contains(help->pos())) continue;
            QToolTip::showText(help->globalPos(), bar.tip, this);
            return true;
        }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

}  // namespace lab

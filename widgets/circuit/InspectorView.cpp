#include "widgets/circuit/InspectorView.h"

#include "core/circuit/Operations.h"
#include "core/circuit/layout/DiagramLayout.h"
#include "widgets/circuit/MathLabel.h"
#include "widgets/circuit/MathText.h"
#include "widgets/common/Theme.h"
#include "widgets/params/ParamForm.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace lab {

namespace {

QString qs(const std::string& s) { return QString::fromStdString(s); }

QString bytesText(double bytes) {
    if (bytes < 1024) return QStringLiteral("%1 B").arg(bytes, 0, 'f', 0);
    if (bytes < 1024 * 1024) return QStringLiteral("%1 kB").arg(bytes / 1024, 0, 'f', 1);
    return QStringLiteral("%1 MB").arg(bytes / (1024 * 1024), 0, 'f', 1);
}

QString roleText(AxisRole role) {
    switch (role) {
        case AxisRole::Batch: return QStringLiteral("batch");
        case AxisRole::Seq: return QStringLiteral("sequence");
        case AxisRole::Space: return QStringLiteral("positions");
        case AxisRole::Feature: return QStringLiteral("features");
        case AxisRole::Head: return QStringLiteral("heads");
        case AxisRole::Class: return QStringLiteral("classes");
        case AxisRole::Kernel: return QStringLiteral("kernel");
        case AxisRole::Stream: return QStringLiteral("streams");
        case AxisRole::Phase: return QStringLiteral("phases");
        case AxisRole::Time: return QStringLiteral("time");
        case AxisRole::Node: return QStringLiteral("nodes");
        case AxisRole::Edge: return QStringLiteral("edges");
    }
    return {};
}

// First column: the axis' name as maths.
class MathDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        painter->save();
        if (option.state & QStyle::State_Selected) painter->fillRect(option.rect, Theme::current().tint);
        painter->setRenderHint(QPainter::Antialiasing);
        drawMath(*painter, QPointF(option.rect.left() + 8, option.rect.center().y() + 5), index.data(Qt::UserRole + 1).toString().toStdString(),
                 15.0, Theme::current().ink);
        painter->restore();
    }
};

QLabel* heading(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setFont(uiFont(13, QFont::DemiBold));
    return label;
}

}  // namespace

InspectorView::InspectorView(QWidget* parent) : QWidget(parent) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    outer->addWidget(scroll);
    auto* body = new QWidget(scroll);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(16, 14, 12, 12);
    layout->setSpacing(7);

    auto* top = new QHBoxLayout;
    m_title = heading({}, body);
    m_letter = new MathLabel(body, 19.0);
    top->addWidget(m_title);
    top->addWidget(m_letter);
    top->addStretch(1);
    layout->addLayout(top);
    m_doc = new QLabel(body);
    m_doc->setWordWrap(true);
    m_doc->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::MinimumExpanding);
    layout->addWidget(m_doc);
    m_formula = new MathLabel(body, 15.0);
    layout->addWidget(m_formula);
    m_rows = new QWidget(body);
    m_rowsLayout = new QVBoxLayout(m_rows);
    m_rowsLayout->setContentsMargins(0, 0, 0, 0);
    m_rowsLayout->setSpacing(4);
    layout->addWidget(m_rows);
    m_form = new ParamForm(body);
    layout->addWidget(m_form);
    m_costs = new QLabel(body);
    m_costs->setWordWrap(true);
    layout->addWidget(m_costs);

    auto* line = new QFrame(body);
    line->setFrameShape(QFrame::HLine);
    line->setFrameShadow(QFrame::Plain);
    line->setFixedHeight(1);
    line->setForegroundRole(QPalette::Mid);  // a hairline, in both themes
    layout->addSpacing(6);
    layout->addWidget(line);
    layout->addWidget(heading(QStringLiteral("Axes"), body));
    m_axes = new QTableWidget(0, 4, body);
    m_axes->setHorizontalHeaderLabels({QStringLiteral("Axis"), QStringLiteral("Kind"), QStringLiteral("Size"), QStringLiteral("Used by")});
    m_axes->setItemDelegateForColumn(0, new MathDelegate(m_axes));
    m_axes->verticalHeader()->hide();
    m_axes->verticalHeader()->setDefaultSectionSize(26);
    m_axes->setShowGrid(false);
    m_axes->setFrameShape(QFrame::NoFrame);
    m_axes->setSelectionMode(QAbstractItemView::SingleSelection);
    m_axes->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_axes->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_axes->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_axes->setColumnWidth(0, 44);
    m_axes->setColumnWidth(1, 70);
    m_axes->setColumnWidth(2, 66);
    m_axes->horizontalHeader()->setStretchLastSection(true);
    m_axes->horizontalHeader()->setHighlightSections(false);
    m_axes->setAccessibleName(QStringLiteral("Axes of the circuit and their sizes"));
    layout->addWidget(m_axes);
    layout->addStretch(1);
    scroll->setWidget(body);
    setMinimumWidth(260);

    connect(m_form, &ParamForm::changed, this, [this](const std::string& name, const ParamValue& value) {
        if (m_selection.size() == 1) request(setArgument(m_circuit, m_selection.front(), name, value));
    });
    connect(m_form, &ParamForm::rejected, this, &InspectorView::messageShown);
    connect(m_axes, &QTableWidget::itemChanged, this, [this](QTableWidgetItem* item) {
        if (m_filling || item->column() != 2) return;
        QString text = item->text().trimmed();
        if (text == QStringLiteral("open") || text == QStringLiteral("?")) text.clear();
        const std::string id = item->data(Qt::UserRole).toString().toStdString();
        const Axis* axis = m_circuit.axis(id);
        if (axis == nullptr || axis->size == text.toStdString()) {
            refreshAxes();
            return;
        }
        request(setAxisSize(m_circuit, id, text.toStdString()));
    });
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, [this] { refresh(); });
    refresh();
}

void InspectorView::setCircuit(const Circuit& circuit, const SizeSolution& sizes) {
    m_circuit = circuit;
    m_sizes = sizes;
    refresh();
}

void InspectorView::setSelection(const std::vector<std::string>& ids, const std::string& wire) {
    m_selection = ids;
    m_wire = wire;
    refresh();
}

void InspectorView::setEditable(bool editable) {
    m_editable = editable;
    refresh();
}

void InspectorView::focusFirstField() { m_form->focusFirst(); }

void InspectorView::request(const Result<CircuitChange>& change) {
    if (change) {
        // An edit from here leaves the selection as it is, unless it makes something new.
        CircuitChange wanted = *change;
        if (wanted.selection.empty()) wanted.selection = m_selection;
        emit changeRequested(wanted);
        return;
    }
    QString text = qs(change.error().message);
    if (!change.error().hint.empty()) text += QStringLiteral(" · ") + qs(change.error().hint);
    emit messageShown(text);
    refresh();
}

void InspectorView::clearRows() {
    while (QLayoutItem* item = m_rowsLayout->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
}

void InspectorView::addRow(const QString& name, const QString& value, bool error, const QString& toolTip) {
    const Theme& t = Theme::current();
    auto* row = new QWidget(m_rows);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* left = new QLabel(name, row);
    left->setStyleSheet(QStringLiteral("color:%1;").arg(t.mute.name()));
    left->setFixedWidth(78);
    auto* right = new QLabel(value, row);
    right->setWordWrap(true);
    right->setTextFormat(Qt::PlainText);
    right->setTextInteractionFlags(Qt::TextSelectableByMouse);
    right->setStyleSheet(QStringLiteral("color:%1;background:%2;border:1px solid %3;border-radius:5px;padding:2px 7px;")
                             .arg((error ? t.error : t.ink).name(), t.raised.name(), (error ? t.error : t.hairline).name()));
    right->setToolTip(toolTip);
    layout->addWidget(left);
    layout->addWidget(right, 1);
    m_rowsLayout->addWidget(row);
}

void InspectorView::refresh() {
    clearRows();
    const Theme& t = Theme::current();
    m_doc->setStyleSheet(QStringLiteral("color:%1;").arg(t.mute.name()));
    m_costs->setStyleSheet(QStringLiteral("color:%1;").arg(t.mute.name()));
    const Operation* op = m_selection.size() == 1 ? m_circuit.operation(m_selection.front()) : nullptr;
    if (op != nullptr) refreshOperation(*op);
    else refreshSummary();
    refreshAxes();
}

void InspectorView::refreshOperation(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    m_title->setText(qs(d != nullptr ? d->title : op.kind));
    const std::string label = op.name.empty() && d != nullptr && d->letter.empty() ? std::string() : glyphLabel(op);
    m_letter->setMarkup(label.rfind("★", 0) == 0 ? std::string() : label);
    m_doc->setText(qs(d != nullptr ? d->doc : "This kind of operation is not known here; it is kept as it is."));
    m_formula->setMarkup(d != nullptr ? d->formula : std::string());
    m_formula->setVisible(d != nullptr && !d->formula.empty());
    const auto describe = [&](const std::vector<std::string>& wires) {
        QStringList arrays;
        for (const std::string& id : wires) {
            const Wire* wire = m_circuit.wire(id);
            if (wire == nullptr) continue;
            QStringList axes;
            for (const std::string& a : wire->axes) {
                const Axis* axis = m_circuit.axis(a);
                if (axis == nullptr || axis->role == AxisRole::Batch) continue;
                const auto size = m_sizes.size.find(a);
                QString text = qs(plainLabel(axis->name));
                if (size != m_sizes.size.end()) {
                    QString value = QString::number(size->second);
                    for (int k = 1; k < std::min(axis->dims, 4); ++k) value += QStringLiteral("×%1").arg(size->second);
                    text = text.isEmpty() ? value : value + u' ' + text;
                }
                axes << text;
            }
            arrays << axes.join(QStringLiteral(" · "));
        }
        return arrays.join(QStringLiteral(", "));
    };
    const Problem* problem = nullptr;
    for (const Problem& p : m_sizes.problems)
        if (problem == nullptr && (p.operation == op.id || std::find(op.in.begin(), op.in.end(), p.wire) != op.in.end())) problem = &p;
    if (!op.in.empty()) {
        QString reads = describe(op.in);
        if (problem != nullptr && problem->found > 0 && problem->wanted > 0)
            reads += QStringLiteral("  (wants %1)").arg(problem->wanted);
        addRow(QStringLiteral("reads"), reads, problem != nullptr, problem != nullptr ? qs(problem->message) : QString());
    }
    if (!op.out.empty()) addRow(QStringLiteral("writes"), describe(op.out));
    m_form->setVisible(d != nullptr && !d->params.empty());
    if (d != nullptr) m_form->setParams(operationParams(op));
    m_form->setReadOnly(!m_editable);
    QStringList costs;
    const long weights = parameterCount(m_circuit, m_sizes, op);
    if (weights > 0) costs << QStringLiteral("%L1 weights").arg(qlonglong(weights)) << bytesText(4.0 * double(weights));
    else if (weights < 0) costs << QStringLiteral("weights unknown while a size is open");
    double elements = 0.0;
    for (const std::string& w : op.out) elements += double(m_sizes.elements(m_circuit, w));
    if (elements > 0.0) costs << QStringLiteral("%L1 numbers per sample").arg(qlonglong(elements));
    if (!op.tie.empty())
        if (const Operation* tied = m_circuit.operation(op.tie)) costs << QStringLiteral("shares the weights of %1").arg(qs(displayName(*tied)));
    m_costs->setText(costs.join(QStringLiteral(" · ")));
    m_costs->setVisible(!costs.isEmpty());
}

void InspectorView::refreshSummary() {
    const Group* group = m_selection.size() == 1 ? m_circuit.group(m_selection.front()) : nullptr;
    m_letter->setMarkup({});
    m_formula->setVisible(false);
    m_form->setVisible(false);
    m_costs->setVisible(false);
    if (group != nullptr) {
        m_title->setText(qs(group->title.empty() ? std::string("Block") : group->title));
        m_doc->setText(QStringLiteral("A block of %1 members; it groups and has no meaning of its own.").arg(group->members.size()));
        return;
    }
    if (m_selection.size() > 1) {
        m_title->setText(QStringLiteral("%1 selected").arg(m_selection.size()));
        long weights = 0;
        for (const std::string& id : m_selection)
            if (const Operation* op = m_circuit.operation(id)) weights += std::max(0L, parameterCount(m_circuit, m_sizes, *op));
        m_doc->setText(QStringLiteral("%L1 weights together.").arg(qlonglong(weights)));
        return;
    }
    if (const Wire* wire = m_circuit.wire(m_wire)) {
        m_title->setText(QStringLiteral("Wire"));
        const Operation* from = m_circuit.producer(wire->id);
        const Operation* to = m_circuit.consumer(wire->id);
        m_doc->setText(QStringLiteral("From %1 to %2.").arg(from != nullptr ? qs(displayName(*from)) : QStringLiteral("nowhere"),
                                                            to != nullptr ? qs(displayName(*to)) : QStringLiteral("nowhere")));
        for (const std::string& id : wire->axes)
            if (const Axis* axis = m_circuit.axis(id)) {
                const std::string label = axisLabel(*axis, m_sizes, true);
                addRow(qs(plainLabel(axis->name)), axis->role == AxisRole::Batch ? QStringLiteral("one per sample") : qs(plainLabel(label)));
            }
        return;
    }
    m_title->setText(m_circuit.title.empty() ? QStringLiteral("Circuit") : qs(m_circuit.title));
    m_doc->setText(m_circuit.operations.empty() ? QStringLiteral("Empty. Type on the canvas or drag a tile onto it.")
                                                : QStringLiteral("Select an operation to see and change it."));
    int learned = 0;
    for (const Operation& op : m_circuit.operations) {
        const OperationDescription* d = findOperation(op.kind);
        if (d != nullptr && d->learned) ++learned;
    }
    addRow(QStringLiteral("operations"), QString::number(m_circuit.operations.size()));
    addRow(QStringLiteral("learned"), QString::number(learned));
    const long weights = parameterCount(m_circuit, m_sizes);
    addRow(QStringLiteral("weights"), weights < 0 ? QStringLiteral("unknown while a size is open")
                                                 : QStringLiteral("%L1 · %2").arg(qlonglong(weights)).arg(bytesText(4.0 * double(weights))));
    const auto problems = m_sizes.problems.size();
    addRow(QStringLiteral("problems"), problems == 0 ? QStringLiteral("none") : QString::number(problems), problems > 0);
}

void InspectorView::refreshAxes() {
    m_filling = true;
    const Theme& t = Theme::current();
    m_axes->setRowCount(int(m_circuit.axes.size()));
    for (int i = 0; i < int(m_circuit.axes.size()); ++i) {
        const Axis& axis = m_circuit.axes[std::size_t(i)];
        const bool batch = axis.role == AxisRole::Batch;
        const Problem* problem = nullptr;
        for (const Problem& p : m_sizes.problems)
            if (p.axis == axis.id) problem = &p;
        QString size = batch ? QStringLiteral("per run") : QStringLiteral("open");
        if (const auto solved = m_sizes.size.find(axis.id); !batch && solved != m_sizes.size.end()) size = QString::number(solved->second);
        else if (!batch && !axis.size.empty()) size = qs(axis.size);
        QStringList users;
        for (const Operation& op : m_circuit.operations)
            if (std::find(op.targetIn.begin(), op.targetIn.end(), axis.id) != op.targetIn.end() ||
                std::find(op.targetOut.begin(), op.targetOut.end(), axis.id) != op.targetOut.end())
                users << qs(displayName(op));
        const QString texts[] = {QString(), roleText(axis.role), size, batch ? QStringLiteral("everywhere") : users.join(QStringLiteral(", "))};
        for (int c = 0; c < 4; ++c) {
            auto* item = new QTableWidgetItem(texts[c]);
            item->setData(Qt::UserRole, qs(axis.id));
            item->setData(Qt::UserRole + 1, qs(axis.name.empty() ? axis.id : axis.name));
            Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
            if (c == 2 && !batch && m_editable) flags |= Qt::ItemIsEditable;
            item->setFlags(flags);
            item->setForeground(problem != nullptr && c == 2 ? t.error : c == 1 || c == 3 ? t.mute : t.ink);
            if (c == 2) {
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
                item->setToolTip(axis.size.empty() ? QStringLiteral("Follows from the data or from other sizes. Type a number or an expression such as 2*n.")
                                                   : QStringLiteral("Given as %1. Empty: open.").arg(qs(axis.size)));
            } else {
                item->setToolTip(texts[c]);
            }
            m_axes->setItem(i, c, item);
        }
    }
    m_axes->setFixedHeight(m_axes->horizontalHeader()->sizeHint().height() + 26 * m_axes->rowCount() + 4);
    m_filling = false;
}

}  // namespace lab

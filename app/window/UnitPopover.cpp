#include "app/window/UnitPopover.h"

#include "app/window/TransportBar.h"
#include "widgets/common/Theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace lab {

namespace {

constexpr int kBeside = 52;  // from the middle of the glyph

// Signs of one width, so that columns stand under each other.
QString signedNumber(double value) {
    return (value < 0 ? QStringLiteral("−") : QStringLiteral("+")) + QString::number(std::abs(value), 'f', 4);
}
QString number(double value) {
    return (value < 0 ? QStringLiteral("−") : QString()) + QString::number(std::abs(value), 'f', 4);
}

}  // namespace

UnitPopover::UnitPopover(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("unit"));
    setAccessibleName(tr("Arithmetic of a unit"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(14, 10, 14, 12);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    m_title = new QLabel(this);
    m_title->setFont(uiFont(13, QFont::DemiBold));
    head->addWidget(m_title, 1);
    auto* close = new QToolButton(this);
    close->setText(QStringLiteral("×"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Escape)"));
    close->setAccessibleName(tr("Close"));
    connect(close, &QToolButton::clicked, this, [this] {
        hide();
        emit closed();
    });
    head->addWidget(close);
    column->addLayout(head);
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    const auto box = [&](const QString& word, const QString& tip) {
        auto* label = new QLabel(word, this);
        auto* spin = new QSpinBox(this);
        spin->setToolTip(tip);
        spin->setAccessibleName(tip);
        spin->setKeyboardTracking(false);
        label->setBuddy(spin);
        row->addWidget(label);
        row->addWidget(spin);
        connect(spin, &QSpinBox::valueChanged, this, [this] { emit wanted(m_operation, m_unit->value() - 1, m_sample->value() - 1); });
        return spin;
    };
    m_unit = box(tr("Unit"), tr("Which unit of the map"));
    row->addSpacing(6);
    m_sample = box(tr("Sample"), tr("Which sample of the test part"));
    m_class = new QLabel(this);
    m_class->setForegroundRole(QPalette::PlaceholderText);
    row->addWidget(m_class, 1);
    column->addLayout(row);
    m_body = new QLabel(this);
    m_body->setTextFormat(Qt::RichText);
    m_body->setFont(codeFont(12));
    m_body->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(m_body);
    m_note = new QLabel(this);
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_note->setFont(uiFont(11.5));
    column->addWidget(m_note);
    setFixedWidth(372);
    dress();
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, &UnitPopover::dress);
    hide();
}

void UnitPopover::ask(const QString& operation, QPoint at) {
    if (operation != m_operation) {
        const QSignalBlocker quietUnit(m_unit), quietSample(m_sample);
        m_unit->setRange(1, 1);
        m_unit->setValue(1);
    }
    m_operation = operation;
    m_at = at;
    emit wanted(operation, m_unit->value() - 1, m_sample->value() - 1);
}

void UnitPopover::show(const UnitSum& sum) {
    {
        const QSignalBlocker quietUnit(m_unit), quietSample(m_sample);
        m_unit->setRange(1, static_cast<int>(std::min<Index>(sum.units, 1'000'000'000)));
        m_unit->setValue(static_cast<int>(sum.unit) + 1);
        m_sample->setRange(1, static_cast<int>(std::min<Index>(sum.samples, 1'000'000'000)));
        m_sample->setValue(static_cast<int>(sum.sample) + 1);
    }
    m_title->setText(tr("%1, unit %2: Σ w x + b").arg(QString::fromStdString(sum.title)).arg(sum.unit + 1));
    m_class->setText(QString::fromStdString(sum.className));
    QString rows;
    const auto add = [&](const QString& what, const QString& how, const QString& value, bool rule = false) {
        rows += QStringLiteral("<tr><td style='padding-right:14px'>%1</td><td align='right' style='padding-right:14px'>%2</td><td align='right'>%3</td></tr>")
                    .arg(what, how, rule ? QStringLiteral("<b>%1</b>").arg(value) : value);
    };
    for (const UnitTerm& t : sum.terms)
        add(QStringLiteral("w<sub>%1</sub> x<sub>%1</sub>").arg(t.input + 1), number(t.weight) + QStringLiteral(" × ") + number(t.value), signedNumber(t.product()));
    if (sum.restCount > 0) add(tr("… %1 more").arg(sum.restCount), {}, signedNumber(sum.rest));
    if (sum.hasBias) add(QStringLiteral("b"), {}, signedNumber(sum.bias));
    add(QStringLiteral("<b>%1</b>").arg(tr("sum")), {}, signedNumber(sum.sum), true);
    m_body->setText(QStringLiteral("<table cellspacing='0' cellpadding='1' width='100%'>%1</table>").arg(rows));
    m_body->setVisible(true);
    m_note->setText(tr("Weights after step %1, the largest terms of %2 first. The forward pass gives %3.")
                        .arg(groupedNumber(static_cast<double>(sum.step)), groupedNumber(static_cast<double>(sum.inputs)),
                             number(sum.computed)));
    open();
}

void UnitPopover::fail(const QString& message) {
    m_title->setText(m_operation);
    m_class->clear();
    m_body->clear();
    m_body->setVisible(false);
    m_note->setText(message);
    open();
}

QString UnitPopover::text() const { return m_title->text() + QLatin1Char('\n') + m_body->text() + QLatin1Char('\n') + m_note->text(); }

void UnitPopover::dress() {
    const Theme& t = Theme::current();
    setStyleSheet(QStringLiteral("QFrame#unit { background: %1; border: 1.5px solid %2; border-radius: 9px; }").arg(t.raised.name(), t.hairline.name()));
}

void UnitPopover::open() {
    const bool was = isVisible();
    layout()->activate();
    resize(width(), std::max(layout()->totalHeightForWidth(width()), layout()->totalMinimumSize().height()));
    if (was) return;
    const QSize room = parentWidget()->size();
    // Below the glyph, or beside it where there is no room below.
    int x = m_at.x() - width() / 2;
    if (m_at.y() + height() + 8 > room.height())
        x = m_at.x() + kBeside + width() + 8 <= room.width() ? m_at.x() + kBeside : m_at.x() - kBeside - width();
    move(std::clamp(x, 8, std::max(8, room.width() - width() - 8)), std::clamp(m_at.y(), 8, std::max(8, room.height() - height() - 8)));
    QFrame::show();
    raise();
    m_unit->setFocus(Qt::PopupFocusReason);
}

void UnitPopover::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        hide();
        emit closed();
        return;
    }
    QFrame::keyPressEvent(event);
}

}  // namespace lab

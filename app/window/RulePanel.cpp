#include "app/window/RulePanel.h"

#include "widgets/circuit/MathText.h"
#include "widgets/common/Theme.h"
#include "widgets/params/ParamForm.h"

#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace lab {

namespace {

QLabel* label(QWidget* parent, double pixels, int weight) {
    auto* l = new QLabel(parent);
    l->setFont(uiFont(pixels, weight));
    l->setWordWrap(true);
    l->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return l;
}

constexpr int kFamilyRole = Qt::UserRole + 1;
constexpr int kSuitsRole = Qt::UserRole + 2;

// Two lines: the rule's name, and its family in the muted colour. The chosen one has a tint and a bar at its left.
class RuleDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {120, 44}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Theme& theme = Theme::current();
        const bool enabled = (option.state & QStyle::State_Enabled) != 0;
        const bool suits = index.data(kSuitsRole).toBool();
        painter->save();
        if ((option.state & QStyle::State_Selected) != 0) {
            painter->fillRect(option.rect, theme.tint);
            painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), theme.selection);
        } else if ((option.state & QStyle::State_MouseOver) != 0 && enabled) {
            painter->fillRect(option.rect, theme.grid);
        }
        const QRect text = option.rect.adjusted(14, 5, -10, -5);
        const auto line = [&](const QRect& rect, const QFont& font, const QColor& color, const QString& words) {
            painter->setFont(font);
            painter->setPen(color);
            painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(font).elidedText(words, Qt::ElideRight, rect.width()));
        };
        const int half = text.height() / 2;
        line(QRect(text.left(), text.top(), text.width(), half), uiFont(13, QFont::DemiBold), suits && enabled ? theme.ink : theme.mute,
             index.data(Qt::DisplayRole).toString());
        line(QRect(text.left(), text.top() + half, text.width(), half), uiFont(11.5), theme.mute, index.data(kFamilyRole).toString());
        if ((option.state & QStyle::State_HasFocus) != 0 && (option.state & QStyle::State_KeyboardFocusChange) != 0) {
            painter->setPen(theme.selection);
            painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
        }
        painter->restore();
    }
};

}  // namespace

RulePanel::RulePanel(QWidget* parent) : QWidget(parent) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    m_list = new QListWidget(this);
    m_list->setAccessibleName(tr("Learning rules"));
    m_list->setUniformItemSizes(true);
    m_list->setItemDelegate(new RuleDelegate(m_list));
    m_list->setMouseTracking(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    outer->addWidget(m_list, 2);

    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* body = new QWidget(scroll);
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(14, 10, 14, 14);
    column->setSpacing(8);
    m_title = label(body, 15, QFont::DemiBold);
    m_summary = label(body, 12.5, QFont::Normal);
    m_fit = label(body, 12.5, QFont::Medium);
    m_source = label(body, 11.5, QFont::Normal);
    m_form = new ParamForm(body);
    m_equations = new MathColumn(body);
    column->addWidget(m_title);
    column->addWidget(m_summary);
    column->addWidget(m_fit);
    m_fixes = new QVBoxLayout;
    column->addLayout(m_fixes);
    column->addWidget(m_form);
    column->addWidget(m_equations);
    column->addWidget(m_source);
    column->addStretch(1);
    scroll->setWidget(body);
    outer->addWidget(scroll, 3);

    for (const RuleDescription& rule : ruleRegistry()) {
        auto* item = new QListWidgetItem(QString::fromStdString(rule.title), m_list);
        item->setData(Qt::UserRole, QString::fromStdString(rule.id));
    }
    connect(m_list, &QListWidget::currentRowChanged, this, &RulePanel::choose);
    connect(m_form, &ParamForm::changed, this, [this](const std::string& name, const ParamValue& value) { emit paramChanged(name, value); });
}

void RulePanel::choose(int row) {
    if (m_filling || row < 0) return;
    emit ruleChosen(m_list->item(row)->data(Qt::UserRole).toString());
}

void RulePanel::show(const Experiment& experiment, const std::vector<Suitability>& suits, bool running) {
    m_filling = true;
    m_suits = suits;
    const std::vector<RuleDescription>& rules = ruleRegistry();
    int current = -1;
    for (std::size_t i = 0; i < rules.size() && static_cast<int>(i) < m_list->count(); ++i) {
        QListWidgetItem* item = m_list->item(static_cast<int>(i));
        const bool ok = i >= suits.size() || suits[i].ok;
        item->setData(kFamilyRole, QString::fromStdString(rules[i].family) + (ok ? QString() : tr("  ·  not for this circuit")));
        item->setData(kSuitsRole, ok);
        item->setData(Qt::AccessibleDescriptionRole, item->data(kFamilyRole));
        item->setToolTip(QString::fromStdString(rules[i].summary + (ok ? "" : "\n\n" + suits[i].reason + " " + suits[i].hint)));
        if (rules[i].id == experiment.rule) current = static_cast<int>(i);
    }
    m_list->setCurrentRow(current);
    m_list->setEnabled(!running);
    while (QLayoutItem* item = m_fixes->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (current >= 0) {
        const RuleDescription& rule = rules[static_cast<std::size_t>(current)];
        m_title->setText(QString::fromStdString(rule.title));
        m_summary->setText(QString::fromStdString(rule.summary));
        m_equations->setLines(rule.equations);
        m_source->setText(QString::fromStdString(rule.source) + (rule.costNote.empty() ? QString() : QStringLiteral("\n") + QString::fromStdString(rule.costNote)));
        ParamSet params(rule.params);
        static_cast<void>(params.assign(experiment.ruleParams).ok());
        m_form->setParams(params);
        m_form->setLiveOnly(running);
        m_form->setVisible(!rule.params.empty());
        QString fit;
        if (static_cast<std::size_t>(current) < suits.size()) {
            const Suitability& s = suits[static_cast<std::size_t>(current)];
            if (!s.ok) {
                fit = QString::fromStdString(s.reason + " " + s.hint);
                for (const Fix& fix : s.fixes) {
                    auto* button = new QPushButton(QString::fromStdString(fix.title), this);
                    connect(button, &QPushButton::clicked, this, [this, fix] { emit fixChosen(fix); });
                    m_fixes->addWidget(button);
                }
            } else {
                for (const std::string& note : s.notes) fit += (fit.isEmpty() ? QString() : QStringLiteral("\n")) + QString::fromStdString(note);
            }
            m_fit->setForegroundRole(s.ok ? QPalette::PlaceholderText : QPalette::BrightText);
        }
        m_fit->setText(fit);
        m_fit->setVisible(!fit.isEmpty());
    }
    m_filling = false;
}

}  // namespace lab

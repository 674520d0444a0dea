#include "widgets/views/ViewSelectors.h"

#include "widgets/common/Theme.h"
#include "widgets/views/ViewIcons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QMenu>
#include <QSpinBox>
#include <QToolButton>
#include <QWidgetAction>

#include <algorithm>

namespace lab {

namespace {

bool sameSpec(const ParamSpec& a, const ParamSpec& b) {
    return a.name == b.name && a.title == b.title && a.kind == b.kind && a.standard == b.standard && a.choices.size() == b.choices.size()
           && std::equal(a.choices.begin(), a.choices.end(), b.choices.begin(),
                         [](const ParamChoice& x, const ParamChoice& y) { return x.id == y.id && x.title == y.title; });
}

QString words(const std::string& text) { return QString::fromStdString(figureText(text)); }

}  // namespace

ViewSelectors::ViewSelectors(const ViewDescription& view, QWidget* parent) : QWidget(parent), m_specs(view.params(Snapshot{})) {
    m_row = new QHBoxLayout(this);
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(4);
    m_more = new QToolButton;
    m_more->setAutoRaise(true);
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setIcon(viewIcon(ViewIcon::More));
    m_more->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    m_more->setAccessibleName(tr("More choices"));
    m_more->setToolTip(tr("More choices"));
    auto* menu = new QMenu(m_more);
    m_more->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &ViewSelectors::fillMore);
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, [this] { m_more->setIcon(viewIcon(ViewIcon::More)); });
    rebuild();
}

void ViewSelectors::setHeld(const std::map<std::string, ParamValue>& held) {
    if (held == m_held) return;
    m_held = held;
    rebuild();
    emit changed();
}

void ViewSelectors::setSpecs(const std::vector<ParamSpec>& specs) {
    if (specs.size() == m_specs.size() && std::equal(specs.begin(), specs.end(), m_specs.begin(), sameSpec)) return;
    m_specs = specs;
    rebuild();
}

ParamValue ViewSelectors::value(const ParamSpec& spec) const {
    const auto found = m_held.find(spec.name);
    if (found == m_held.end()) return spec.standard;
    const auto fit = checkParam(spec, found->second);
    return fit ? *fit : spec.standard;
}

void ViewSelectors::take(const ParamSpec& spec, const ParamValue& value) {
    const bool standard = value == spec.standard;
    const auto found = m_held.find(spec.name);
    if (standard ? found == m_held.end() : (found != m_held.end() && found->second == value)) return;
    if (standard) m_held.erase(spec.name);
    else m_held[spec.name] = value;
    emit changed();
}

QWidget* ViewSelectors::editor(const ParamSpec& spec) {
    QWidget* made = nullptr;
    const ParamValue now = value(spec);
    if (spec.kind == ParamKind::Choice) {
        auto* box = new QComboBox;
        for (const ParamChoice& choice : spec.choices) {
            box->addItem(words(choice.title), QString::fromStdString(choice.id));
            box->setItemData(box->count() - 1, QString::fromStdString(choice.doc), Qt::ToolTipRole);
        }
        box->setCurrentIndex(box->findData(QString::fromStdString(std::get<std::string>(now))));
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        box->setMaximumWidth(150);
        box->setMinimumWidth(84);  // in a small dock it gives way to the title
        connect(box, &QComboBox::activated, this, [this, spec, box] { take(spec, box->currentData().toString().toStdString()); });
        made = box;
    } else if (spec.kind == ParamKind::Bool) {
        auto* box = new QCheckBox(words(spec.title));
        box->setChecked(std::get<bool>(now));
        connect(box, &QCheckBox::toggled, this, [this, spec](bool on) { take(spec, on); });
        made = box;
    } else if (spec.kind == ParamKind::Integer) {
        auto* box = new QSpinBox;
        box->setRange(static_cast<int>(spec.minimum), static_cast<int>(spec.maximum));
        box->setValue(static_cast<int>(std::get<std::int64_t>(now)));
        connect(box, &QSpinBox::valueChanged, this, [this, spec](int v) { take(spec, static_cast<std::int64_t>(v)); });
        made = box;
    } else if (spec.kind == ParamKind::Number) {
        auto* box = new QDoubleSpinBox;
        box->setDecimals(2);
        box->setSingleStep(spec.step > 0 ? spec.step : (spec.maximum - spec.minimum) / 20);
        box->setRange(spec.minimum, spec.maximum);
        box->setValue(std::get<double>(now));
        connect(box, &QDoubleSpinBox::valueChanged, this, [this, spec](double v) { take(spec, v); });
        made = box;
    } else {
        return nullptr;
    }
    made->setObjectName(QStringLiteral("param.") + QString::fromStdString(spec.name));
    made->setAccessibleName(words(spec.title));
    made->setToolTip(QString::fromStdString(spec.doc));
    return made;
}

void ViewSelectors::rebuild() {
    while (QLayoutItem* item = m_row->takeAt(0)) {
        if (item->widget() && item->widget() != m_more) item->widget()->deleteLater();
        delete item;
    }
    m_inMore.clear();
    int inRow = 0;
    for (std::size_t i = 0; i < m_specs.size(); ++i) {
        const ParamSpec& spec = m_specs[i];
        if (spec.kind == ParamKind::Choice && spec.choices.size() < 2) continue;
        if (spec.kind == ParamKind::Choice && inRow < 2) {
            if (QWidget* box = editor(spec)) m_row->addWidget(box);
            ++inRow;
        } else {
            m_inMore.push_back(i);
        }
    }
    m_row->addWidget(m_more);
    m_more->setVisible(!m_inMore.empty());
}

void ViewSelectors::fillMore() {
    QMenu* menu = m_more->menu();
    menu->clear();
    auto* panel = new QWidget;
    auto* form = new QFormLayout(panel);
    form->setContentsMargins(12, 10, 12, 10);
    for (const std::size_t i : m_inMore) {
        QWidget* box = editor(m_specs[i]);
        if (!box) continue;
        form->addRow(m_specs[i].kind == ParamKind::Bool ? QString() : words(m_specs[i].title), box);
    }
    auto* action = new QWidgetAction(menu);
    action->setDefaultWidget(panel);
    menu->addAction(action);
}

}  // namespace lab

#include "widgets/circuit/Breadcrumb.h"

#include "widgets/common/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace lab {

Breadcrumb::Breadcrumb(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("breadcrumb"));
    setAccessibleName(tr("Place in the circuit"));
    m_row = new QHBoxLayout(this);
    m_row->setContentsMargins(6, 3, 6, 3);
    dress();
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, &Breadcrumb::dress);
    hide();
}

void Breadcrumb::dress() {
    const Theme& t = Theme::current();
    setStyleSheet(QStringLiteral("QFrame#breadcrumb { background: %1; border: 1px solid %2; border-radius: 7px; }").arg(t.raised.name(), t.hairline.name()));
}

void Breadcrumb::setPath(const std::vector<std::pair<std::string, std::string>>& path) {
    if (m_inside != nullptr) {
        m_row->removeWidget(m_inside);
        m_inside->hide();
        m_inside->deleteLater();  // one of its buttons may be in its signal
        m_inside = nullptr;
    }
    m_text.clear();
    setVisible(!path.empty());
    if (path.empty()) return;
    m_inside = new QWidget(this);
    auto* row = new QHBoxLayout(m_inside);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    const auto add = [&](const QString& id, const QString& title, bool last) {
        if (!m_text.isEmpty()) {
            auto* sign = new QLabel(QStringLiteral("›"), m_inside);
            sign->setForegroundRole(QPalette::PlaceholderText);
            row->addWidget(sign);
            m_text += QStringLiteral(" › ");
        }
        m_text += title;
        auto* button = new QToolButton(m_inside);
        button->setText(title);
        button->setAutoRaise(true);
        button->setEnabled(!last);
        button->setFocusPolicy(Qt::TabFocus);
        button->setToolTip(id.isEmpty() ? tr("Back to the whole circuit") : tr("Back to this block"));
        connect(button, &QToolButton::clicked, this, [this, id] { emit chosen(id); });
        row->addWidget(button);
    };
    add(QString(), tr("Circuit"), false);
    for (std::size_t i = 0; i < path.size(); ++i)
        add(QString::fromStdString(path[i].first), QString::fromStdString(path[i].second), i + 1 == path.size());
    m_row->addWidget(m_inside);
    m_inside->show();
    adjustSize();
    raise();
}

}  // namespace lab

#include "widgets/circuit/ProblemBar.h"

#include "widgets/common/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QToolButton>

namespace lab {

ProblemBar::ProblemBar(QWidget* parent) : QWidget(parent) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 4, 10, 4);
    m_badge = new QLabel(this);
    m_badge->setFixedSize(18, 18);
    m_badge->setAlignment(Qt::AlignCenter);
    m_text = new QLabel(this);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_next = new QToolButton(this);
    m_next->setText(QStringLiteral("F8 next problem"));
    layout->addWidget(m_badge);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_next);
    connect(m_next, &QToolButton::clicked, this, [this] {
        if (m_problems.empty()) return;
        show((m_current + 1) % int(m_problems.size()));
        emit problemChosen(m_current);
    });
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, [this] { show(m_current); });
    setProblems({});
}

void ProblemBar::setProblems(const std::vector<Problem>& problems) {
    m_problems = problems;
    show(problems.empty() ? -1 : 0);
}

void ProblemBar::show(int index) {
    m_current = index;
    const Theme& t = Theme::current();
    const bool none = index < 0 || index >= int(m_problems.size());
    m_next->setVisible(!none);
    const bool error = !none && m_problems[std::size_t(index)].severity == Problem::Severity::Error;
    const QColor color = none ? t.localLoss : error ? t.error : t.activity;
    m_badge->setText(none ? QStringLiteral("✓") : QString::number(m_problems.size()));
    m_badge->setStyleSheet(QStringLiteral("background:%1;color:%2;border-radius:9px;font-weight:600;font-size:11px;")
                               .arg(color.name(), t.onSelection.name()));
    QString text = QStringLiteral("No problems");
    if (!none) {
        const Problem& p = m_problems[std::size_t(index)];
        text = QString::fromStdString(p.message);
        if (!p.hint.empty()) text += QStringLiteral(" · ") + QString::fromStdString(p.hint);
    }
    m_text->setText(text);
    m_text->setToolTip(none ? QString() : text);
    setAccessibleName(text);
}

void ProblemBar::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && m_current >= 0) emit problemChosen(m_current);
}

}  // namespace lab

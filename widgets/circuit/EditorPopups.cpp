#include "widgets/circuit/EditorPopups.h"

#include "widgets/common/Theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace lab {

namespace {

QString panelStyle(const char* name, const QColor& border) {
    return QStringLiteral("QFrame#%1 { background: %2; border: 1.5px solid %3; border-radius: 9px; }")
        .arg(QLatin1String(name), Theme::current().raised.name(), border.name());
}

}  // namespace

QuickAddLine::QuickAddLine(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("quickAdd"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(5);
    m_line = new QLineEdit(this);
    m_line->setObjectName(QStringLiteral("quickAddLine"));
    m_line->setPlaceholderText(QStringLiteral("linear 256 | relu"));
    m_line->setAccessibleName(QStringLiteral("Add operations"));
    m_line->installEventFilter(this);
    m_preview = new QLabel(this);
    m_preview->setWordWrap(true);
    m_list = new QListWidget(this);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFixedHeight(84);
    layout->addWidget(m_line);
    layout->addWidget(m_preview);
    layout->addWidget(m_list);
    setFixedWidth(300);
    connect(m_line, &QLineEdit::textChanged, this, [this] { update(); });
    connect(m_list, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) { complete(item->text()); });
    hide();
}

int fuzzyScore(const std::string& typed, const std::string& word) {
    if (typed.empty()) return 1;
    if (word.rfind(typed, 0) == 0) return 3;
    if (word.find(typed) != std::string::npos) return 2;
    std::size_t k = 0;
    for (const char c : word)
        if (k < typed.size() && c == typed[k]) ++k;
    return k == typed.size() ? 1 : 0;
}

QString QuickAddLine::preview() const { return m_preview->text(); }

void QuickAddLine::open(const QString& text, std::function<Result<std::string>(const std::string&)> describe, Completer complete,
                        const QString& hint) {
    m_describe = std::move(describe);
    m_complete = complete ? std::move(complete) : Completer(completeQuickAdd);
    m_hint = hint.isEmpty() ? QStringLiteral("adds after the selection · Tab completes · Enter adds") : hint;
    m_line->setPlaceholderText(hint.isEmpty() ? QStringLiteral("linear 256 | relu") : QString());
    setStyleSheet(panelStyle("quickAdd", Theme::current().selection));
    m_line->setText(text);
    update();
    adjustSize();
    show();
    raise();
    m_line->setFocus(Qt::ShortcutFocusReason);
}

void QuickAddLine::update() {
    const std::string line = m_line->text().toStdString();
    m_list->clear();
    for (const std::string& word : m_complete ? m_complete(line) : completeQuickAdd(line)) m_list->addItem(QString::fromStdString(word));
    const Theme& t = Theme::current();
    if (line.find_first_not_of(' ') == std::string::npos) {
        m_preview->setText(m_hint);
        m_preview->setStyleSheet(QStringLiteral("color:%1;").arg(t.mute.name()));
        return;
    }
    const Result<std::string> words = m_describe ? m_describe(line) : Result<std::string>(std::string());
    m_preview->setText(QString::fromStdString(words ? *words : words.error().message));
    m_preview->setStyleSheet(QStringLiteral("color:%1;font-weight:500;").arg((words ? t.ink : t.error).name()));
}

void QuickAddLine::complete(const QString& word) {
    QString text = m_line->text();
    const int cut = int(std::max({text.lastIndexOf(u' '), text.lastIndexOf(u'|'), text.lastIndexOf(u'(')}));
    m_line->setText(text.left(cut + 1) + word + u' ');
    m_line->setFocus();
}

void QuickAddLine::close() {
    hide();
    emit closed();
}

bool QuickAddLine::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_line || event->type() != QEvent::KeyPress) return QFrame::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    switch (key->key()) {
        case Qt::Key_Escape: close(); return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_list->currentRow() >= 0) {
                complete(m_list->currentItem()->text());
                return true;
            }
            emit accepted(m_line->text());
            return true;
        case Qt::Key_Tab:
            if (m_list->count() > 0) complete(m_list->item(std::max(0, m_list->currentRow()))->text());
            return true;
        case Qt::Key_Down:
            m_list->setCurrentRow(std::min(m_list->currentRow() + 1, m_list->count() - 1));
            return true;
        case Qt::Key_Up: m_list->setCurrentRow(std::max(m_list->currentRow() - 1, -1)); return true;
        default: return false;
    }
}

FixPopup::FixPopup(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("fixes"));
    setFocusPolicy(Qt::StrongFocus);
    m_list = new QVBoxLayout(this);
    m_list->setContentsMargins(14, 12, 12, 12);
    m_list->setSpacing(4);
    m_title = new QLabel(this);
    m_title->setWordWrap(true);
    m_list->addWidget(m_title);
    setFixedWidth(310);
    hide();
}

void FixPopup::open(const Problem& problem) {
    fill(QString::fromStdString(problem.message), Theme::current().error, problem.fixes, QString::fromStdString(problem.hint));
}

void FixPopup::open(const QString& title, const std::vector<Fix>& choices) { fill(title, Theme::current().ink, choices, {}); }

void FixPopup::fill(const QString& title, const QColor& color, const std::vector<Fix>& fixes, const QString& hintText) {
    const Theme& t = Theme::current();
    setStyleSheet(panelStyle("fixes", t.hairline));
    m_title->setText(title);
    m_title->setStyleSheet(QStringLiteral("color:%1;font-weight:600;").arg(color.name()));
    setAccessibleName(m_title->text());
    for (QWidget* b : m_buttons) {
        b->hide();
        b->deleteLater();
    }
    m_buttons.clear();
    m_fixes = fixes;
    for (int i = 0; i < int(m_fixes.size()) && i < 9; ++i) {
        auto* button = new QPushButton(QStringLiteral("%1   %2").arg(i + 1).arg(QString::fromStdString(m_fixes[std::size_t(i)].title)), this);
        button->setObjectName(QStringLiteral("fix%1").arg(i + 1));
        button->setStyleSheet(QStringLiteral("QPushButton{text-align:left;border:none;padding:5px 8px;} QPushButton:hover, "
                                             "QPushButton:focus{background:%1;}").arg(t.tint.name()));
        button->setFocusPolicy(Qt::NoFocus);
        connect(button, &QPushButton::clicked, this, [this, i] { choose(i + 1); });
        m_list->addWidget(button);
        m_buttons.push_back(button);
    }
    if (m_fixes.empty() && !hintText.isEmpty()) {
        auto* hint = new QLabel(hintText, this);
        hint->setWordWrap(true);
        m_list->addWidget(hint);
        m_buttons.push_back(hint);
    }
    m_list->activate();
    resize(width(), m_list->totalHeightForWidth(width()) > 0 ? m_list->totalHeightForWidth(width()) : sizeHint().height());
    show();
    raise();
    setFocus(Qt::PopupFocusReason);
}

bool FixPopup::choose(int number) {
    if (number < 1 || number > int(m_fixes.size())) return false;
    const Fix fix = m_fixes[std::size_t(number) - 1];
    hide();
    emit chosen(fix);
    return true;
}

void FixPopup::keyPressEvent(QKeyEvent* event) {
    if (event->key() >= Qt::Key_1 && event->key() <= Qt::Key_9 && choose(event->key() - Qt::Key_0)) return;
    if (event->key() == Qt::Key_Escape) {
        hide();
        if (parentWidget() != nullptr) parentWidget()->setFocus();
        return;
    }
    // F8 and the rest belong to the canvas.
    event->ignore();
}

}  // namespace lab

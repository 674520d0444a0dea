// The two small panels that float over the canvas: the quick-add line with its preview, and the fixes of a problem.
#pragma once

#include "core/circuit/CircuitEdits.h"
#include "core/circuit/SizeSolver.h"

#include <QFrame>

#include <functional>

class QLabel;
class QLineEdit;
class QListWidget;
class QVBoxLayout;

namespace lab {

class QuickAddLine : public QFrame {
    Q_OBJECT
public:
    explicit QuickAddLine(QWidget* parent);
    // Opens with this text; `describe` says in words what a line would do, or why it cannot.
    // `complete` gives the words to offer, best first; `hint` stands below while nothing is typed.
    using Completer = std::function<std::vector<std::string>(const std::string&)>;
    void open(const QString& text, std::function<Result<std::string>(const std::string&)> describe, Completer complete = {},
              const QString& hint = QString());
    QLineEdit* line() const { return m_line; }
    QString preview() const;
    QListWidget* completions() const { return m_list; }

signals:
    void accepted(const QString& line);
    void closed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void update();
    void complete(const QString& word);
    void close();

    QLineEdit* m_line = nullptr;
    QLabel* m_preview = nullptr;
    QListWidget* m_list = nullptr;
    std::function<Result<std::string>(const std::string&)> m_describe;
    Completer m_complete;
    QString m_hint;
};

// Letters of `typed` occur in `word` in this order: 0 = no, larger is better (prefix before substring before scattered).
int fuzzyScore(const std::string& typed, const std::string& word);

class FixPopup : public QFrame {
    Q_OBJECT
public:
    explicit FixPopup(QWidget* parent);
    void open(const Problem& problem);
    // The same list for a choice that is no problem: what two wires may become.
    void open(const QString& title, const std::vector<Fix>& choices);
    int fixCount() const { return int(m_fixes.size()); }
    // Applies the fix with this number, counted from 1; false if there is none.
    bool choose(int number);

signals:
    void chosen(const lab::Fix& fix);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fill(const QString& title, const QColor& color, const std::vector<Fix>& fixes, const QString& hint);

    std::vector<Fix> m_fixes;
    QLabel* m_title = nullptr;
    QVBoxLayout* m_list = nullptr;
    std::vector<QWidget*> m_buttons;
};

}  // namespace lab

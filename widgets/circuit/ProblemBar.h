// One line that says what is wrong with the circuit, and how many more things are.
#pragma once

#include "core/circuit/SizeSolver.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace lab {

class ProblemBar : public QWidget {
    Q_OBJECT
public:
    explicit ProblemBar(QWidget* parent = nullptr);
    void setProblems(const std::vector<Problem>& problems);
    int current() const { return m_current; }

signals:
    void problemChosen(int index);  // clicked, or "next" pressed

protected:
    void mousePressEvent(QMouseEvent* event) override;

private:
    void show(int index);

    std::vector<Problem> m_problems;
    int m_current = -1;
    QLabel* m_badge = nullptr;
    QLabel* m_text = nullptr;
    QToolButton* m_next = nullptr;
};

}  // namespace lab

// The equations of a rule, one under the other, each with a comment in words. While a step stands still, the line that has
// just been computed is lit and shows its numbers.
#pragma once

#include "core/rules/RuleDescription.h"

#include <QWidget>

namespace lab {

class MathColumn : public QWidget {
    Q_OBJECT

public:
    using Numbers = std::vector<std::pair<std::string, double>>;  // symbol in label markup, value

    explicit MathColumn(QWidget* parent = nullptr);
    void setLines(const std::vector<EquationLine>& lines);
    // Lights a line; -1: none.
    void setCurrent(int line, const Numbers& numbers = {});
    int current() const { return m_current; }
    // Where the lit line is, to scroll there.
    QRect currentRect() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int layoutLines(int width, QPainter* painter, QRect* current = nullptr) const;
    void speak();

    std::vector<EquationLine> m_lines;
    Numbers m_numbers;
    int m_current = -1;
};

}  // namespace lab

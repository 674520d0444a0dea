// A line of label markup as a widget.
#pragma once

#include <QWidget>

#include <string>

namespace lab {

class MathLabel : public QWidget {
    Q_OBJECT
public:
    explicit MathLabel(QWidget* parent = nullptr, double pixels = 15.0);
    void setMarkup(const std::string& markup);
    const std::string& markup() const { return m_markup; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::string m_markup;
    double m_pixels;
};

}  // namespace lab

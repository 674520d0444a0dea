#include "widgets/circuit/MathLabel.h"

#include "core/circuit/Operations.h"
#include "widgets/circuit/MathText.h"
#include "widgets/common/Theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lab {

MathLabel::MathLabel(QWidget* parent, double pixels) : QWidget(parent), m_pixels(pixels) {
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, qOverload<>(&QWidget::update));
}

void MathLabel::setMarkup(const std::string& markup) {
    if (markup == m_markup) return;
    m_markup = markup;
    setAccessibleName(QString::fromStdString(plainLabel(markup)));
    updateGeometry();
    update();
}

QSize MathLabel::sizeHint() const {
    return {int(std::ceil(mathWidth(m_markup, m_pixels))) + 4, int(std::ceil(m_pixels * 1.7))};
}

// Long formulas shrink rather than force the panel wider.
QSize MathLabel::minimumSizeHint() const { return {std::min(40, sizeHint().width()), sizeHint().height()}; }

void MathLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double need = mathWidth(m_markup, m_pixels) + 4.0;
    const double pixels = need > width() && need > 0.0 ? std::max(8.0, m_pixels * width() / need) : m_pixels;
    drawMath(painter, {2.0, height() / 2.0 + 0.32 * pixels}, m_markup, pixels, Theme::current().ink);
}

}  // namespace lab

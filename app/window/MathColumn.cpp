#include "app/window/MathColumn.h"

#include "widgets/circuit/MathText.h"
#include "widgets/common/Theme.h"

#include <QPainter>

#include <cmath>

namespace lab {

namespace {

constexpr double kMath = 16;
constexpr double kWords = 11.5;
constexpr double kNumbers = 14;
constexpr int kSide = 10;  // room beside the lines for the light

std::string shortNumber(double value) {
    if (value == std::round(value) && std::abs(value) < 1e6) return QString::number(value, 'f', 0).toStdString();
    return QString::number(value, 'g', 4).toStdString();
}

}  // namespace

MathColumn::MathColumn(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void MathColumn::setLines(const std::vector<EquationLine>& lines) {
    m_lines = lines;
    m_current = -1;
    m_numbers.clear();
    speak();
    updateGeometry();
    update();
}

void MathColumn::setCurrent(int line, const Numbers& numbers) {
    if (line == m_current && numbers == m_numbers) return;
    m_current = line;
    m_numbers = numbers;
    speak();
    updateGeometry();
    update();
}

void MathColumn::speak() {
    QString spoken;
    if (m_current >= 0 && static_cast<std::size_t>(m_current) < m_lines.size()) {
        spoken = QString::fromStdString(m_lines[static_cast<std::size_t>(m_current)].words);
        for (const auto& [symbol, value] : m_numbers) spoken += QStringLiteral(" %1 = %2.").arg(QString::fromStdString(symbol)).arg(value);
    } else {
        for (const EquationLine& line : m_lines) spoken += QString::fromStdString(line.words) + QStringLiteral(" ");
    }
    setAccessibleName(spoken.trimmed());
}

int MathColumn::layoutLines(int width, QPainter* painter, QRect* current) const {
    const Theme& theme = Theme::current();
    const QFont words = uiFont(kWords);
    const QFontMetricsF metrics(words);
    const double room = width - 2 * kSide;
    double y = 4;
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        const EquationLine& line = m_lines[i];
        const bool lit = static_cast<int>(i) == m_current;
        // A long equation is set smaller rather than cut.
        const double natural = mathWidth(line.markup, kMath);
        const double size = natural > room ? std::max(9.0, kMath * room / natural) : kMath;
        const QString text = QString::fromStdString(line.words);
        const double wordsHeight = text.isEmpty() ? 0 : metrics.boundingRect(QRectF(0, 0, room, 10000), Qt::TextWordWrap, text).height();
        // Numbers in rows, as many as fit beside each other.
        std::vector<std::vector<std::string>> rows;
        if (lit) {
            double used = room + 1;
            for (const auto& [symbol, value] : m_numbers) {
                const std::string number = symbol + " = " + shortNumber(value);
                const double wide = mathWidth(number, kNumbers) + 22;
                if (used + wide > room) {
                    rows.emplace_back();
                    used = 0;
                }
                rows.back().push_back(number);
                used += wide;
            }
        }
        const double height = 1.25 * kMath + wordsHeight + 1.5 * kNumbers * static_cast<double>(rows.size()) + (rows.empty() ? 0 : 4);
        const QRectF band(2, y - 2, width - 4, height + 6);
        if (lit && current != nullptr) *current = band.toAlignedRect();
        if (painter != nullptr) {
            if (lit) {
                painter->setPen(Qt::NoPen);
                painter->setBrush(theme.tint);
                painter->drawRoundedRect(band, 6, 6);
                painter->setBrush(theme.selection);
                painter->drawRoundedRect(QRectF(band.left(), band.top(), 3, band.height()), 1.5, 1.5);
            }
            drawMath(*painter, QPointF(kSide, y + kMath), line.markup, size, theme.ink);
            if (!text.isEmpty()) {
                painter->setFont(words);
                painter->setPen(theme.mute);
                painter->drawText(QRectF(kSide, y + 1.25 * kMath, room, wordsHeight), Qt::TextWordWrap, text);
            }
            double baseline = y + 1.25 * kMath + wordsHeight + 4 + kNumbers;
            for (const std::vector<std::string>& row : rows) {
                double x = kSide;
                for (const std::string& number : row) {
                    drawMath(*painter, QPointF(x, baseline), number, kNumbers, theme.selection);
                    x += mathWidth(number, kNumbers) + 22;
                }
                baseline += 1.5 * kNumbers;
            }
        }
        y += height + 8;
    }
    return static_cast<int>(y) + 2;
}

QRect MathColumn::currentRect() const {
    QRect rect;
    layoutLines(width(), nullptr, &rect);
    return rect;
}

QSize MathColumn::sizeHint() const { return {280, layoutLines(280, nullptr)}; }
int MathColumn::heightForWidth(int width) const { return layoutLines(std::max(width, 80), nullptr); }

void MathColumn::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    layoutLines(width(), &painter);
}

}  // namespace lab

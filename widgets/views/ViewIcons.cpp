#include "widgets/views/ViewIcons.h"

#include "widgets/common/Theme.h"

#include <QPainter>
#include <QPixmap>

namespace lab {

QIcon viewIcon(ViewIcon icon) {
    constexpr int kSide = 48;
    QPixmap pixmap(kSide, kSide);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    p.setRenderHint(QPainter::Antialiasing);
    p.scale(kSide / 16.0, kSide / 16.0);
    const QColor ink = Theme::current().mute;
    p.setPen(Qt::NoPen);
    p.setBrush(ink);
    switch (icon) {
    case ViewIcon::Pause:
        p.drawRoundedRect(QRectF(4.5, 4, 2.4, 8), 0.6, 0.6);
        p.drawRoundedRect(QRectF(9.1, 4, 2.4, 8), 0.6, 0.6);
        break;
    case ViewIcon::Play: p.drawPolygon(QPolygonF({{5.2, 3.6}, {12.4, 8}, {5.2, 12.4}})); break;
    case ViewIcon::More:
        for (const double x : {4.0, 8.0, 12.0}) p.drawEllipse(QPointF(x, 8), 1.15, 1.15);
        break;
    case ViewIcon::Save:
        p.setPen(QPen(ink, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        p.setBrush(Qt::NoBrush);
        p.drawLine(QPointF(8, 3), QPointF(8, 9.6));
        p.drawPolyline(QPolygonF({{5.2, 7}, {8, 9.8}, {10.8, 7}}));
        p.drawPolyline(QPolygonF({{3.4, 10.4}, {3.4, 13}, {12.6, 13}, {12.6, 10.4}}));
        break;
    }
    return QIcon(pixmap);
}

}  // namespace lab

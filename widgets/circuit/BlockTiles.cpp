#include "widgets/circuit/BlockTiles.h"

#include "core/circuit/Blocks.h"
#include "widgets/circuit/CircuitSvg.h"
#include "widgets/circuit/PaletteView.h"

#include <QApplication>
#include <QDrag>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace lab {

namespace {

constexpr QSize kTile(188, 84);
constexpr QRect kFrame(1, 1, 186, 64);   // of the drawing; the name stands below

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

std::vector<BlockPicture> blockPictures(const Circuit& circuit) {
    std::vector<BlockPicture> out;
    for (const std::string& name : blockNames(circuit)) {
        BlockPicture block;
        block.name = name;
        for (const Group& g : circuit.groups) {
            if (g.block != name) continue;
            if (block.instances++ == 0) block.inside = extract(circuit, {g.id});
        }
        out.push_back(std::move(block));
    }
    return out;
}

BlockTile::BlockTile(BlockPicture block, QWidget* parent) : QWidget(parent), m_block(std::move(block)) {
    setFixedSize(kTile);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::OpenHandCursor);
    setAccessibleName(QStringLiteral("Block %1").arg(qs(m_block.name)));
    setToolTip(QStringLiteral("<b>%1</b><br>%2 operations, %3<br>Drag onto the canvas, or press Enter. An edit of one instance is made in all.")
                   .arg(qs(m_block.name).toHtmlEscaped())
                   .arg(m_block.inside.operations.size())
                   .arg(m_block.instances == 1 ? QStringLiteral("one instance") : QStringLiteral("%1 instances").arg(m_block.instances)));
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, [this] {
        m_picture = {};
        update();
    });
}

QString BlockTile::word() const { return QLatin1Char(kBlockSign) + qs(m_block.name); }

QPixmap BlockTile::picture() const {
    if (m_picture.isNull()) {
        CircuitFigureOptions options;
        options.theme = Theme::current().kind;
        options.transparent = true;
        options.margin = 10.0;
        const double ratio = devicePixelRatioF();
        const QImage image = circuitToImage(m_block.inside, solveSizes(m_block.inside), ratio, options);
        m_picture = QPixmap::fromImage(image.scaled(kFrame.size() * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation));
        m_picture.setDevicePixelRatio(ratio);
    }
    return m_picture;
}

void BlockTile::paintEvent(QPaintEvent*) {
    const Theme& t = Theme::current();
    const bool active = hasFocus() || underMouse();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(active ? t.selection : t.hairline, active ? 1.5 : 1.0));
    painter.setBrush(t.dark ? t.background : QColor(Qt::white));
    painter.drawRoundedRect(QRectF(kFrame), 6, 6);
    const QPixmap shown = picture();
    const QSizeF size = shown.deviceIndependentSize();
    painter.drawPixmap(QPointF(kFrame.center().x() - size.width() / 2, kFrame.center().y() - size.height() / 2), shown);
    painter.setPen(t.mute);
    painter.setFont(uiFont(11));
    const QString name = painter.fontMetrics().elidedText(qs(m_block.name), Qt::ElideRight, width() - 40);
    painter.drawText(QRect(2, 66, width() - 4, 16), Qt::AlignLeft | Qt::AlignVCenter, name);
    painter.drawText(QRect(2, 66, width() - 4, 16), Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("× %1").arg(m_block.instances));
}

void BlockTile::mousePressEvent(QMouseEvent* event) {
    m_pressed = event->pos();
    setFocus(Qt::MouseFocusReason);
}

void BlockTile::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) == 0 || (event->pos() - m_pressed).manhattanLength() < QApplication::startDragDistance()) return;
    auto* mime = new QMimeData;
    mime->setData(QLatin1String(kPresetMimeType), word().toUtf8());
    auto* drag = new QDrag(this);
    drag->setMimeData(mime);
    drag->setPixmap(picture());
    drag->exec(Qt::CopyAction);
}

void BlockTile::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space: emit addRequested(word()); break;
        case Qt::Key_Down: focusNextChild(); break;
        case Qt::Key_Up: focusPreviousChild(); break;
        default: QWidget::keyPressEvent(event);
    }
}

BlockShelf::BlockShelf(QWidget* parent) : QWidget(parent) {
    m_list = new QVBoxLayout(this);
    m_list->setContentsMargins(0, 4, 0, 2);
    m_list->setSpacing(4);
    auto* title = new QLabel(QStringLiteral("Blocks of this circuit"), this);
    title->setFont(uiFont(11.5, QFont::DemiBold));
    m_list->addWidget(title);
    m_hint = new QLabel(QStringLiteral("Select operations and press Ctrl+Shift+B to reuse them."), this);
    m_hint->setFont(uiFont(11));
    m_hint->setWordWrap(true);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_list->addWidget(m_hint);
}

void BlockShelf::setBlocks(std::vector<BlockPicture> blocks) {
    if (blocks == m_blocks) return;
    m_blocks = std::move(blocks);
    for (BlockTile* tile : m_tiles) {
        m_list->removeWidget(tile);
        tile->hide();
        tile->deleteLater();  // it may be the one whose key asked for the change
    }
    m_tiles.clear();
    for (const BlockPicture& block : m_blocks) {
        auto* tile = new BlockTile(block, this);
        connect(tile, &BlockTile::addRequested, this, &BlockShelf::addRequested);
        m_list->addWidget(tile);
        m_tiles.push_back(tile);
    }
    m_hint->setVisible(m_blocks.empty());
    filter(m_filter);
}

void BlockShelf::filter(const QString& text) {
    m_filter = text;
    bool any = m_tiles.empty() && text.isEmpty();
    for (BlockTile* tile : m_tiles) {
        tile->setVisible(tile->matches(text));
        any = any || tile->matches(text);
    }
    setVisible(any);
}

}  // namespace lab

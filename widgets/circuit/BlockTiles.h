// The reusable blocks of a circuit as tiles with their drawing: dragged onto the canvas or added with Enter, as presets are.
#pragma once

#include "core/circuit/SizeSolver.h"

#include <QPixmap>
#include <QString>
#include <QWidget>

#include <vector>

class QLabel;
class QVBoxLayout;

namespace lab {

// One block as the circuit holds it: its name and the inside of its first instance.
struct BlockPicture {
    std::string name;
    Circuit inside;
    int instances = 0;
    bool operator==(const BlockPicture&) const = default;
};
std::vector<BlockPicture> blockPictures(const Circuit& circuit);

class BlockTile : public QWidget {
    Q_OBJECT
public:
    BlockTile(BlockPicture block, QWidget* parent);
    // What stands where a preset's word may: "@name".
    QString word() const;
    bool matches(const QString& text) const { return text.isEmpty() || word().contains(text, Qt::CaseInsensitive); }

signals:
    void addRequested(const QString& word);

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent*) override { update(); }
    void leaveEvent(QEvent*) override { update(); }
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent*) override { emit addRequested(word()); }
    void keyPressEvent(QKeyEvent* event) override;

private:
    QPixmap picture() const;

    BlockPicture m_block;
    mutable QPixmap m_picture;  // of the present theme; made when first painted
    QPoint m_pressed;
};

// The section of the palette. Tiles are made anew only for what has changed, and only while somebody looks.
class BlockShelf : public QWidget {
    Q_OBJECT
public:
    explicit BlockShelf(QWidget* parent = nullptr);
    void setBlocks(std::vector<BlockPicture> blocks);
    void filter(const QString& text);
    const std::vector<BlockTile*>& tiles() const { return m_tiles; }

signals:
    void addRequested(const QString& word);

private:
    std::vector<BlockPicture> m_blocks;
    std::vector<BlockTile*> m_tiles;
    QString m_filter;
    QVBoxLayout* m_list = nullptr;
    QLabel* m_hint = nullptr;
};

}  // namespace lab

// The palette: a search box and groups of tiles, one per preset of the operation registry, drawn by the glyph code of
// the diagram. Tiles are dragged onto the canvas or added with Enter.
#pragma once

#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

class QLineEdit;
class QScrollArea;

namespace lab {

class BlockShelf;
class PaletteTile;
struct Circuit;

// The drag format of a tile: the preset's word.
inline const char* const kPresetMimeType = "application/x-forward-lab-preset";
// Before the name of a reusable block where a preset's word may stand.
inline constexpr char kBlockSign = '@';

class PaletteView : public QWidget {
    Q_OBJECT
public:
    explicit PaletteView(QWidget* parent = nullptr);

    // Whose reusable blocks the last section shows; kept for later while nobody looks.
    void setCircuit(const Circuit& circuit);
    BlockShelf* blocks() const { return m_blocks; }
    QLineEdit* searchBox() const { return m_search; }
    // Words of the presets whose tiles are shown now, in order.
    QStringList shownWords() const;
    QSize sizeHint() const override { return {220, 600}; }

signals:
    void addRequested(const QString& word);   // Enter or double click on a tile
    void lineEntered(const QString& line);    // Enter in the search box with a quick-add line ("linear 256 | relu")

protected:
    void showEvent(QShowEvent* event) override;

private:
    void filter(const QString& text);
    void arrange();
    QString m_filter;

    struct Section {
        QWidget* widget = nullptr;
        std::vector<PaletteTile*> tiles;
    };
    QLineEdit* m_search = nullptr;
    QScrollArea* m_scroll = nullptr;
    BlockShelf* m_blocks = nullptr;
    std::shared_ptr<const Circuit> m_pending;  // blocks of it have not been shown yet
    std::vector<Section> m_sections;
};

}  // namespace lab

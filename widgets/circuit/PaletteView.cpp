#include "widgets/circuit/PaletteView.h"

#include "core/circuit/Operations.h"
#include "widgets/circuit/BlockTiles.h"
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/MathText.h"

#include <QApplication>
#include <QDrag>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QPixmap>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lab {

namespace {

QString qs(const std::string& s) { return QString::fromStdString(s); }

Operation operationOf(const OperationPreset& preset) {
    Operation op;
    op.id = "tile";
    op.kind = preset.kind;
    op.args = preset.args;
    return op;
}

}  // namespace

// One preset: its glyph with short wires, its word below.
class PaletteTile : public QWidget {
public:
    PaletteTile(const OperationPreset& preset, PaletteView* owner)
        : QWidget(owner), m_preset(preset), m_face(glyphFace(operationOf(preset))), m_owner(owner) {
        setFixedSize(60, 66);
        setFocusPolicy(Qt::StrongFocus);
        setCursor(Qt::OpenHandCursor);
        const OperationDescription* d = findOperation(preset.kind);
        m_find = qs(preset.word + " " + preset.title);
        QString tip = QStringLiteral("<b>%1</b>").arg(qs(preset.title).toHtmlEscaped());
        if (d != nullptr) {
            tip += QStringLiteral("<br>%1<br><i>%2</i>").arg(qs(d->doc).toHtmlEscaped(), qs(plainLabel(d->formula)).toHtmlEscaped());
            for (const std::string& a : d->aliases) m_find += u' ' + qs(a);
            m_find += u' ' + qs(d->title);
        }
        setToolTip(tip + QStringLiteral("<br>Drag onto the canvas, or press Enter."));
        setAccessibleName(qs(preset.title));
        connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, qOverload<>(&QWidget::update));
    }
    QString word() const { return qs(m_preset.word); }
    bool matches(const QString& text) const { return text.isEmpty() || m_find.contains(text, Qt::CaseInsensitive); }

    QPixmap pixmap(double ratio) const {
        QPixmap p(QSize(54, 48) * ratio);
        p.setDevicePixelRatio(ratio);
        p.fill(Qt::transparent);
        QPainter painter(&p);
        painter.setRenderHint(QPainter::Antialiasing);
        paintCard(painter, QRectF(0.5, 0.5, 53, 45), false);
        return p;
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        paintCard(painter, QRectF(2.5, 1.5, 55, 45), hasFocus() || underMouse());
        painter.setPen(Theme::current().mute);
        // Long words shrink rather than lose their ends.
        const double need = uiWidth(word(), 11.0);
        painter.setFont(uiFont(need > 58.0 ? std::max(8.0, std::floor(11.0 * 58.0 / need)) : 11.0));
        painter.drawText(QRect(0, 48, 60, 16), Qt::AlignHCenter | Qt::AlignTop, word());
    }
    void enterEvent(QEnterEvent*) override { update(); }
    void leaveEvent(QEvent*) override { update(); }
    void mousePressEvent(QMouseEvent* event) override { m_pressed = event->pos(); }
    void mouseMoveEvent(QMouseEvent* event) override {
        if ((event->buttons() & Qt::LeftButton) == 0) return;
        if ((event->pos() - m_pressed).manhattanLength() < QApplication::startDragDistance()) return;
        auto* mime = new QMimeData;
        mime->setData(QLatin1String(kPresetMimeType), word().toUtf8());
        mime->setText(word());
        auto* drag = new QDrag(this);
        drag->setMimeData(mime);
        const QPixmap shown = pixmap(devicePixelRatioF());
        drag->setPixmap(shown);
        drag->setHotSpot(QPoint(27, 24));
        drag->exec(Qt::CopyAction);
    }
    void mouseDoubleClickEvent(QMouseEvent*) override { emit m_owner->addRequested(word()); }
    void keyPressEvent(QKeyEvent* event) override {
        switch (event->key()) {
            case Qt::Key_Return:
            case Qt::Key_Enter:
            case Qt::Key_Space: emit m_owner->addRequested(word()); break;
            case Qt::Key_Right:
            case Qt::Key_Down: focusNextChild(); break;
            case Qt::Key_Left:
            case Qt::Key_Up: focusPreviousChild(); break;
            default: QWidget::keyPressEvent(event);
        }
    }

private:
    void paintCard(QPainter& painter, const QRectF& card, bool active) const {
        const Theme& t = Theme::current();
        painter.setPen(QPen(active ? t.selection : t.hairline, active ? 1.5 : 1.0));
        painter.setBrush(t.dark ? t.background : QColor(Qt::white));
        painter.drawRoundedRect(card, 6, 6);
        PainterSink sink(painter);
        painter.setClipRect(card.adjusted(1, 1, -1, -1));
        drawTile(sink, m_face, card, t);
        painter.setClipping(false);
    }

    OperationPreset m_preset;
    GlyphFace m_face;
    PaletteView* m_owner;
    QString m_find;
    QPoint m_pressed;
};

PaletteView::PaletteView(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 12, 4, 4);
    m_search = new QLineEdit(this);
    m_search->setPlaceholderText(QStringLiteral("Search or type linear 256"));
    m_search->setClearButtonEnabled(true);
    m_search->setAccessibleName(QStringLiteral("Search operations"));
    layout->addWidget(m_search);
    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFrameShape(QFrame::NoFrame);
    layout->addWidget(m_scroll, 1);
    auto* body = new QWidget(m_scroll);
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 4, 0, 4);
    column->setSpacing(2);

    // One section per category, in the order of the registry.
    std::vector<std::string> categories;
    for (const OperationDescription& d : operationRegistry())
        if (std::find(categories.begin(), categories.end(), d.category) == categories.end()) categories.push_back(d.category);
    for (const std::string& category : categories) {
        Section section;
        section.widget = new QWidget(body);
        auto* inner = new QVBoxLayout(section.widget);
        inner->setContentsMargins(0, 4, 0, 2);
        inner->setSpacing(4);
        auto* title = new QLabel(qs(category), section.widget);
        title->setFont(uiFont(11.5, QFont::DemiBold));
        inner->addWidget(title);
        auto* tiles = new QWidget(section.widget);
        auto* grid = new QGridLayout(tiles);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setHorizontalSpacing(3);
        grid->setVerticalSpacing(2);
        for (const OperationPreset& preset : operationPresets()) {
            const OperationDescription* d = findOperation(preset.kind);
            if (d == nullptr || d->category != category) continue;
            section.tiles.push_back(new PaletteTile(preset, this));
        }
        inner->addWidget(tiles);
        if (section.tiles.empty()) {
            delete section.widget;
            continue;
        }
        for (std::size_t i = 0; i < section.tiles.size(); ++i) grid->addWidget(section.tiles[i], int(i) / 3, int(i) % 3);
        grid->setColumnStretch(3, 1);
        column->addWidget(section.widget);
        m_sections.push_back(section);
    }
    m_blocks = new BlockShelf(body);
    connect(m_blocks, &BlockShelf::addRequested, this, &PaletteView::addRequested);
    column->addWidget(m_blocks);
    column->addStretch(1);
    m_scroll->setWidget(body);
    setMinimumWidth(216);
    connect(m_search, &QLineEdit::textChanged, this, &PaletteView::filter);
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        const QString text = m_search->text().trimmed();
        if (text.isEmpty()) return;
        const QStringList words = shownWords();
        // A full line with numbers or bars is for the quick-add grammar; a single word picks the first tile.
        if (!text.contains(u' ') && !text.contains(u'|') && !words.isEmpty()) emit addRequested(words.front());
        else emit lineEntered(text);
        m_search->clear();
    });
}

void PaletteView::setCircuit(const Circuit& circuit) {
    m_pending = std::make_shared<const Circuit>(circuit);
    if (isVisible()) m_blocks->setBlocks(blockPictures(*std::exchange(m_pending, nullptr)));
}

void PaletteView::showEvent(QShowEvent* event) {
    if (m_pending) m_blocks->setBlocks(blockPictures(*std::exchange(m_pending, nullptr)));
    QWidget::showEvent(event);
}

QStringList PaletteView::shownWords() const {
    QStringList out;
    for (const Section& s : m_sections)
        for (const PaletteTile* tile : s.tiles)
            if (!tile->isHidden()) out << tile->word();
    return out;
}

void PaletteView::filter(const QString& text) {
    // Only the first word searches: the rest are numbers for it.
    m_filter = text.trimmed().section(u' ', 0, 0);
    m_blocks->filter(m_filter);
    arrange();
}

void PaletteView::arrange() {
    for (Section& s : m_sections) {
        std::vector<PaletteTile*> shown;
        for (PaletteTile* tile : s.tiles) {
            const bool fits = tile->matches(m_filter);
            tile->setVisible(fits);
            if (fits) shown.push_back(tile);
        }
        s.widget->setVisible(!shown.empty());
        if (shown.empty()) continue;
        auto* grid = static_cast<QGridLayout*>(shown.front()->parentWidget()->layout());
        for (PaletteTile* tile : s.tiles) grid->removeWidget(tile);
        for (std::size_t i = 0; i < shown.size(); ++i) grid->addWidget(shown[i], int(i) / 3, int(i) % 3);
    }
}

}  // namespace lab

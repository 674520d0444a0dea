// Colours, fonts and the palette of every widget, in a light and a dark form. Geometry never changes with the theme.
#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QString>

#include <string>
#include <vector>

class QApplication;
class QPalette;

namespace lab {

// Light and dark for the screen, high contrast for those who need it, print: black on white without fills.
enum class ThemeKind { Light, Dark, HighContrast, Print };

// What settings and files call it: "light", "dark", "contrast", "print".
const char* themeName(ThemeKind kind);

struct Theme {
    ThemeKind kind = ThemeKind::Light;
    bool dark = false;
    bool flat = false;   // no shadows; blocks are outlined instead of filled

    // Surfaces and type.
    QColor background;   // canvas and views
    QColor panel;        // docks, bars
    QColor raised;       // cards, fields, buttons
    QColor ink;          // text and strokes
    QColor mute;         // secondary text, contrast >= 4.5 on background
    QColor hairline;     // borders, grid lines
    QColor grid;         // weaker than a hairline: dots of the canvas, chart grid
    QColor tint;         // faint selection fill

    // Circuit fills; they group and never carry meaning alone.
    QColor chip, chipRim, conv, convBlock, norm, attention, multiHead, residual, feedForward, embedding, headBlock, softmax, neutral;
    QColor bandData, bandOperation;
    QColor paper;                // glyphs that are neither learned nor windows
    QColor convShort;            // the one-glyph form of a convolution
    QColor index, onIndex;       // the pentagon that picks one place of an axis
    QColor maskLive, maskDead;
    QColor typedWire;            // whole numbers; truth values have the colour of activity

    // Signal colours, safe for colour-blind readers, always doubled by shape or dash.
    QColor positive, negative, localLoss, feedback, activity, error, selection;
    QColor onSelection;  // text on a filled selection colour

    // Categorical palette of charts, distinguishable without hue by order of lightness; at least 8 entries.
    std::vector<QColor> series;

    const QColor& seriesColor(int i) const;  // wraps around
    // Fill of a group by its token in the circuit ("conv", "ffn", ...); neutral for unknown ones.
    const QColor& groupFill(const std::string& token) const;

    // Sequential (0..1) and diverging (-1..1) maps for heat maps; readable in both themes.
    QColor sequential(double t) const;
    QColor diverging(double t) const;

    static const Theme& light();
    static const Theme& darkTheme();
    static const Theme& highContrast();
    static const Theme& print();
    static const Theme& of(ThemeKind kind);
    static const Theme& current();
    // Switches the theme, the application's palette and style sheet, and tells everybody (themeChanged).
    static void setDark(bool dark);
    static void set(ThemeKind kind);
    // Fusion, palette, fonts and the small style sheet of the house. Call once after QApplication is made.
    static void apply(QApplication& application);

    QPalette palette() const;
    QString styleSheet() const;
};

// Interface text: Inter, else the system's sans serif. Maths: TeX Gyre Pagella, else a serif of similar cut.
// Sizes in pixels of scene or widget.
QFont uiFont(double pixels, int weight = QFont::Normal);
QFont mathsFont(double pixels, bool italic = true, bool bold = false);
QFont codeFont(double pixels);
// Families in order of preference, for files that name their fonts.
QString uiFamilies();
QString mathsFamilies();

class ThemeSignal : public QObject {
    Q_OBJECT
public:
    static ThemeSignal* instance();
signals:
    void themeChanged();

private:
    ThemeSignal() = default;
    friend struct Theme;
};

}  // namespace lab

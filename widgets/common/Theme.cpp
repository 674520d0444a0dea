#include "widgets/common/Theme.h"

#include <QApplication>
#include <QFontInfo>
#include <QPalette>
#include <QPixmapCache>
#include <QStyle>
#include <QStyleFactory>

#include <algorithm>
#include <array>
#include <cmath>

namespace lab {

namespace {

ThemeKind g_kind = ThemeKind::Light;

QColor hex(unsigned rgb) { return QColor::fromRgb(rgb); }

Theme makeLight() {
    Theme t;
    t.background = hex(0xFCFCFA);
    t.panel = hex(0xFFFFFF);
    t.raised = hex(0xFFFFFF);
    t.ink = hex(0x1C1E24);
    t.mute = hex(0x6B7080);
    t.hairline = hex(0xC9CCD4);
    t.grid = hex(0xE6E7EB);
    t.tint = hex(0xDCE8FB);
    t.chip = hex(0xE4ECE9);
    t.chipRim = hex(0xB9C7C2);
    t.conv = hex(0xBFE6FB);
    t.convBlock = hex(0xE1F1FA);
    t.norm = hex(0xEFFBFB);
    t.attention = hex(0xDDD7F0);
    t.multiHead = hex(0xFDE9CF);
    t.residual = hex(0xF3F5CF);
    t.feedForward = hex(0xD3EDF8);
    t.embedding = hex(0xFBE3E4);
    t.headBlock = hex(0xDFE2F3);
    t.softmax = hex(0xD3EBD6);
    t.neutral = hex(0xF0F0F2);
    t.bandData = hex(0xEBDDF7);
    t.bandOperation = hex(0xDCE9FB);
    t.paper = hex(0xFFFFFF);
    t.convShort = hex(0xF2F9FD);
    t.index = hex(0x1346FE);
    t.onIndex = hex(0xFFFFFF);
    t.maskLive = hex(0xF9CBDF);
    t.maskDead = hex(0x808080);
    t.typedWire = hex(0x5B8F00);
    t.positive = hex(0x0072B2);
    t.negative = hex(0xD55E00);
    t.localLoss = hex(0x00805E);
    t.feedback = hex(0xA64D87);
    t.activity = hex(0xC98500);
    t.error = hex(0xC1121F);
    t.selection = hex(0x2563EB);
    t.onSelection = hex(0xFFFFFF);
    t.series = {hex(0x0072B2), hex(0xD55E00), hex(0x00805E), hex(0xA64D87), hex(0xB07500),
                hex(0x2B8CC4), hex(0x5B4FB3), hex(0x6B7080), hex(0x8C510A), hex(0x1C1E24)};
    return t;
}

Theme makeDark() {
    Theme t;
    t.kind = ThemeKind::Dark;
    t.dark = true;
    t.background = hex(0x16181D);
    t.panel = hex(0x1B1E24);
    t.raised = hex(0x23262E);
    t.ink = hex(0xE6E7EA);
    t.mute = hex(0x9AA0AE);
    t.hairline = hex(0x434856);
    t.grid = hex(0x2A2D36);
    t.tint = hex(0x25334F);
    t.chip = hex(0x2C3437);
    t.chipRim = hex(0x5B696C);
    t.conv = hex(0x17465E);
    t.convBlock = hex(0x182D38);
    t.norm = hex(0x1F3236);
    t.attention = hex(0x2A2740);
    t.multiHead = hex(0x3A2E20);
    t.residual = hex(0x2E3020);
    t.feedForward = hex(0x1C2F38);
    t.embedding = hex(0x3A2427);
    t.headBlock = hex(0x262A40);
    t.softmax = hex(0x1F3325);
    t.neutral = hex(0x22252C);
    t.bandData = hex(0x2D2438);
    t.bandOperation = hex(0x1E2A3C);
    t.paper = hex(0x23262E);
    t.convShort = hex(0x17465E);
    t.index = hex(0x3D63E8);
    t.onIndex = hex(0xFFFFFF);
    t.maskLive = hex(0x7A4460);
    t.maskDead = hex(0x3A3D46);
    t.typedWire = hex(0xA3D94E);
    t.positive = hex(0x56B4E9);
    t.negative = hex(0xFF8A3D);
    t.localLoss = hex(0x2FCB97);
    t.feedback = hex(0xE08CC4);
    t.activity = hex(0xF2B63C);
    t.error = hex(0xFF6B6B);
    t.selection = hex(0x7AA7FF);
    t.onSelection = hex(0x10131A);
    t.series = {hex(0x56B4E9), hex(0xFF8A3D), hex(0x2FCB97), hex(0xE08CC4), hex(0xF2B63C),
                hex(0x9ED7F5), hex(0xA79CF0), hex(0x9AA0AE), hex(0xD9A066), hex(0xE6E7EA)};
    return t;
}

// Full contrast on black; fills nearly vanish, every border is drawn.
Theme makeHighContrast() {
    Theme t = makeDark();
    t.kind = ThemeKind::HighContrast;
    t.flat = true;
    t.background = t.panel = t.raised = hex(0x000000);
    t.ink = hex(0xFFFFFF);
    t.mute = hex(0xD6D9E0);
    t.hairline = hex(0xA8ADB8);
    t.grid = hex(0x303540);
    t.tint = hex(0x003A8C);
    t.chip = t.conv = t.convShort = t.norm = t.paper = hex(0x000000);
    t.chipRim = hex(0xFFFFFF);
    for (QColor* fill : {&t.convBlock, &t.attention, &t.multiHead, &t.residual, &t.feedForward, &t.embedding, &t.headBlock, &t.softmax, &t.neutral})
        *fill = hex(0x0E1116);
    t.maskLive = hex(0xFF8AC0);
    t.maskDead = hex(0x4A4E58);
    t.positive = hex(0x6CC8FF);
    t.negative = hex(0xFFA057);
    t.localLoss = hex(0x4DFFB8);
    t.feedback = hex(0xFFA6E6);
    t.activity = hex(0xFFD24D);
    t.error = hex(0xFF8080);
    t.selection = hex(0xFFFF00);
    t.onSelection = hex(0x000000);
    t.typedWire = hex(0xB8FF4D);
    return t;
}

// Black on white: what a paper's printer can show. Signals are told apart by their dashes.
Theme makePrint() {
    Theme t = makeLight();
    t.kind = ThemeKind::Print;
    t.flat = true;
    const QColor white = hex(0xFFFFFF), black = hex(0x000000);
    t.background = t.panel = t.raised = white;
    t.ink = black;
    t.mute = hex(0x404040);
    t.hairline = hex(0x808080);
    t.grid = hex(0xD0D0D0);
    t.tint = hex(0xE8E8E8);
    for (QColor* fill : {&t.chip, &t.conv, &t.convShort, &t.norm, &t.paper, &t.convBlock, &t.attention, &t.multiHead, &t.residual,
                         &t.feedForward, &t.embedding, &t.headBlock, &t.softmax, &t.neutral, &t.bandData, &t.bandOperation})
        *fill = white;
    t.chipRim = black;
    t.index = white;
    t.onIndex = black;
    t.maskLive = white;
    t.maskDead = hex(0x808080);
    for (QColor* signal : {&t.positive, &t.localLoss, &t.feedback, &t.error, &t.selection, &t.typedWire}) *signal = black;
    t.negative = hex(0x707070);
    t.activity = hex(0x909090);
    t.onSelection = white;
    return t;
}

template <std::size_t N>
QColor interpolate(const std::array<unsigned, N>& stops, double t) {
    t = std::isfinite(t) ? std::clamp(t, 0.0, 1.0) : 0.0;
    const double place = t * double(N - 1);
    const auto i = std::min(std::size_t(place), N - 2);
    const double f = place - double(i);
    const QColor a = hex(stops[i]), b = hex(stops[i + 1]);
    const auto mix = [f](int from, int to) { return int(std::lround(from + f * (to - from))); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

QFont families(const QStringList& names, double pixels) {
    QFont font;
    font.setFamilies(names);
    // Fractions of a pixel matter in scenes that are zoomed; points at 72 dpi are pixels.
    font.setPixelSize(std::max(1, int(std::lround(pixels))));
    return font;
}

const QStringList& uiNames() {
    static const QStringList names{QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans"),
                                   QStringLiteral("sans-serif")};
    return names;
}

const QStringList& mathsNames() {
    static const QStringList names{QStringLiteral("TeX Gyre Pagella"), QStringLiteral("STIX Two Text"),
                                   QStringLiteral("Palatino Linotype"), QStringLiteral("DejaVu Serif"),
                                   QStringLiteral("serif")};
    return names;
}

}  // namespace

const char* themeName(ThemeKind kind) {
    switch (kind) {
        case ThemeKind::Dark: return "dark";
        case ThemeKind::HighContrast: return "contrast";
        case ThemeKind::Print: return "print";
        case ThemeKind::Light: break;
    }
    return "light";
}

const QColor& Theme::seriesColor(int i) const { return series[std::size_t(std::max(i, 0)) % series.size()]; }

const QColor& Theme::groupFill(const std::string& token) const {
    if (token == "conv") return convBlock;
    if (token == "norm") return norm;
    if (token == "attn") return attention;
    if (token == "mha") return multiHead;
    if (token == "res") return residual;
    if (token == "ffn") return feedForward;
    if (token == "emb") return embedding;
    if (token == "head") return headBlock;
    if (token == "soft") return softmax;
    return neutral;
}

QColor Theme::sequential(double t) const {
    // From the background towards strong ink through blue: zero disappears into the page in both themes.
    static constexpr std::array<unsigned, 6> kLight{0xFCFCFA, 0xD6E6F2, 0x9CC8E3, 0x4A9BCB, 0x0F639B, 0x0A2F57};
    static constexpr std::array<unsigned, 6> kDark{0x16181D, 0x17324A, 0x1C5C86, 0x2F8FC4, 0x7CC3EC, 0xF2FAFF};
    return interpolate(dark ? kDark : kLight, t);
}

QColor Theme::diverging(double t) const {
    static constexpr std::array<unsigned, 7> kLight{0x8A3B00, 0xD55E00, 0xF3B98F, 0xF7F7F5, 0x9CC8E3, 0x0072B2, 0x053F66};
    static constexpr std::array<unsigned, 7> kDark{0xFFC49B, 0xFF8A3D, 0x8A4A1E, 0x1B1E24, 0x1F5B80, 0x56B4E9, 0xC9EAFF};
    return interpolate(dark ? kDark : kLight, 0.5 + 0.5 * t);
}

const Theme& Theme::light() {
    static const Theme theme = makeLight();
    return theme;
}

const Theme& Theme::darkTheme() {
    static const Theme theme = makeDark();
    return theme;
}

const Theme& Theme::highContrast() {
    static const Theme theme = makeHighContrast();
    return theme;
}

const Theme& Theme::print() {
    static const Theme theme = makePrint();
    return theme;
}

const Theme& Theme::of(ThemeKind kind) {
    switch (kind) {
        case ThemeKind::Dark: return darkTheme();
        case ThemeKind::HighContrast: return highContrast();
        case ThemeKind::Print: return print();
        case ThemeKind::Light: break;
    }
    return light();
}

const Theme& Theme::current() { return of(g_kind); }

void Theme::setDark(bool dark) {
    if (dark != current().dark || current().flat) set(dark ? ThemeKind::Dark : ThemeKind::Light);
}

void Theme::set(ThemeKind kind) {
    if (kind == g_kind) return;
    g_kind = kind;
    if (auto* application = qobject_cast<QApplication*>(QCoreApplication::instance())) apply(*application);
    emit ThemeSignal::instance()->themeChanged();
}

void Theme::apply(QApplication& application) {
    if (QApplication::style()->objectName().compare(QStringLiteral("fusion"), Qt::CaseInsensitive) != 0)
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(current().palette());
    QApplication::setFont(uiFont(13));
    application.setStyleSheet(current().styleSheet());
}

QPalette Theme::palette() const {
    QPalette p;
    p.setColor(QPalette::Window, panel);
    p.setColor(QPalette::WindowText, ink);
    p.setColor(QPalette::Base, raised);
    p.setColor(QPalette::AlternateBase, dark ? panel : background);
    p.setColor(QPalette::Text, ink);
    p.setColor(QPalette::Button, raised);
    p.setColor(QPalette::ButtonText, ink);
    p.setColor(QPalette::BrightText, error);
    p.setColor(QPalette::PlaceholderText, mute);
    p.setColor(QPalette::ToolTipBase, raised);
    p.setColor(QPalette::ToolTipText, ink);
    p.setColor(QPalette::Highlight, selection);
    p.setColor(QPalette::HighlightedText, onSelection);
    p.setColor(QPalette::Link, selection);
    p.setColor(QPalette::LinkVisited, feedback);
    p.setColor(QPalette::Light, dark ? raised.lighter(120) : hex(0xFFFFFF));
    p.setColor(QPalette::Midlight, grid);
    p.setColor(QPalette::Mid, hairline);
    p.setColor(QPalette::Dark, dark ? hex(0x0E1013) : hex(0xA9ADB8));
    p.setColor(QPalette::Shadow, dark ? hex(0x000000) : hex(0x7D818C));
    QColor faint = mute;
    faint.setAlphaF(0.6F);
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, faint);
    p.setColor(QPalette::Disabled, QPalette::Highlight, hairline);
    return p;
}

QString Theme::styleSheet() const {
    return QStringLiteral(
               "QToolTip { color: %1; background: %2; border: 1px solid %3; padding: 4px 6px; }"
               "QLineEdit { border: 1px solid %3; border-radius: 5px; padding: 3px 7px;"
               " background: %2; selection-background-color: %4; selection-color: %5; min-height: 18px; }"
               "QLineEdit:focus { border: 1px solid %4; }"
               "QPushButton { border: 1px solid %3; border-radius: 6px; padding: 4px 12px; background: %2; }"
               "QPushButton:hover { border-color: %4; }"
               "QPushButton:focus { border: 1px solid %4; }"
               "QPushButton:checked { background: %6; border-color: %4; }"
               "QPushButton:disabled { color: %7; }"
               "QPushButton[primary=\"true\"] { background: %4; color: %5; border-color: %4; font-weight: 600; }"
               "QPushButton[primary=\"true\"]:disabled { background: %3; border-color: %3; color: %7; }"
               "QToolButton { border: none; border-radius: 5px; padding: 3px 6px; }"
               "QToolButton:hover { background: %6; }"
               "QToolButton:checked { background: %6; }"
               "QToolButton[primary=\"true\"] { background: %4; color: %5; border-radius: 6px; font-weight: 600; padding: 4px 14px; }"
               "QToolButton[primary=\"true\"]:disabled { background: %3; color: %7; }"
               "QToolButton[pill=\"true\"] { border: 1px solid %3; border-radius: 11px; padding: 2px 12px; min-height: 18px; max-height: 18px; }"
               "QToolButton[pill=\"true\"]:checked { border-color: %4; }"
               "QToolButton[flatBorder=\"true\"] { border: 1px solid %3; border-radius: 6px; padding: 3px 10px; }"
               "QToolButton:disabled { color: %7; }"
               "QToolBar { border: none; border-bottom: 1px solid %3; background: %8; spacing: 4px; }"
               "QToolBar:bottom { border-bottom: none; border-top: 1px solid %3; }"
               "QStatusBar { border-top: 1px solid %3; background: %8; }"
               "QStatusBar::item { border: none; }"
               "QMainWindow::separator { background: %3; width: 1px; height: 1px; }"
               "QDockWidget::title { background: %8; padding: 5px 10px; }"
               "QProgressBar { border: none; background: %3; border-radius: 3px; }"
               "QProgressBar::chunk { background: %4; border-radius: 3px; }"
               "QListWidget { border: none; border-bottom: 1px solid %3; }"
               "QListWidget::item { padding: 6px 12px; border: none; background: transparent; }"
               "QListWidget::item:selected { background: %6; color: %1; }"
               "QScrollArea { border: none; }"
               "QSplitter::handle { background: %3; }"
               "QHeaderView::section { background: %8; border: none; border-bottom: 1px solid %3; padding: 3px 6px; }")
        .arg(ink.name(), raised.name(), hairline.name(), selection.name(), onSelection.name(), tint.name(), mute.name(),
             panel.name());
}

QFont uiFont(double pixels, int weight) {
    QFont font = families(uiNames(), pixels);
    font.setWeight(QFont::Weight(weight));
    return font;
}

QFont mathsFont(double pixels, bool italic, bool bold) {
    QFont font = families(mathsNames(), pixels);
    font.setItalic(italic);
    font.setWeight(bold ? QFont::Bold : QFont::Normal);
    return font;
}

QFont codeFont(double pixels) {
    return families({QStringLiteral("JetBrains Mono"), QStringLiteral("DejaVu Sans Mono"), QStringLiteral("monospace")}, pixels);
}

QString uiFamilies() { return QStringLiteral("Inter, 'Noto Sans', 'DejaVu Sans', sans-serif"); }

QString mathsFamilies() {
    return QStringLiteral("'TeX Gyre Pagella', 'STIX Two Text', 'Palatino Linotype', 'DejaVu Serif', serif");
}

ThemeSignal* ThemeSignal::instance() {
    static ThemeSignal signal;
    return &signal;
}

}  // namespace lab

#include "widgets/circuit/CircuitSvg.h"

#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/TikzSink.h"
#include "widgets/common/StablePdf.h"

#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kLargestImage = 16384.0;  // pixels of one side
constexpr int kPdfResolution = 1200;       // dots per inch of the coordinates

// One line per operation: what it reads and writes. The description that screen readers get.
QString description(const Circuit& circuit) {
    QString text;
    for (const Operation* op : circuit.ordered()) {
        const OperationDescription* d = findOperation(op->kind);
        if (!text.isEmpty()) text += QStringLiteral("; ");
        text += QString::fromStdString((d != nullptr ? d->title : op->kind) + " " + displayName(*op));
    }
    return text;
}

struct Prepared {
    DiagramScene scene;
    DiagramPaint how;
    QRectF page;
    CreditReport credit;
    std::set<int> outlined;
    const LiveValues* live = nullptr;

    // Points into itself: filled in where it stands.
    const DiagramPaint& paint() {
        how.overlay.credit = &credit;
        how.overlay.live = live;
        how.overlay.outlined = outlined.empty() ? nullptr : &outlined;
        return how;
    }
};

Prepared prepare(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options) {
    Prepared p;
    p.scene.setContent(circuit, sizes, options.toggles, options.marks, options.compared);
    if (options.toggles.rule) p.credit = checkCredit(circuit, options.marks);
    p.outlined = options.outlined;
    if (!options.compared.empty()) p.outlined.merge(differingMarks(options.marks, options.compared));
    p.live = options.live;
    p.how.rule = options.toggles.rule;
    p.how.activity = options.toggles.activity ? &options.activity : nullptr;
    p.how.beads = options.toggles.activity ? options.beads : nullptr;
    p.how.pinned = options.pinned;
    const double m = std::max(0.0, options.margin);
    p.page = p.scene.bounds().adjusted(-m, -m, m, m);
    return p;
}

const Theme& themeOf(const CircuitFigureOptions& options) {
    return Theme::of(options.theme.value_or(options.dark ? ThemeKind::Dark : ThemeKind::Light));
}

}  // namespace

QByteArray circuitToTikz(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options) {
    Prepared p = prepare(circuit, sizes, options);
    const Theme& theme = themeOf(options);
    TikzSink sink(p.page, QString::fromStdString(circuit.title), options.transparent ? QColor() : theme.background);
    p.scene.paint(sink, theme, p.paint());
    return sink.finish();
}

QByteArray circuitToSvg(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options) {
    Prepared p = prepare(circuit, sizes, options);
    const Theme& theme = themeOf(options);
    SvgSink sink(p.page, QString::fromStdString(circuit.title), description(circuit),
                 options.transparent ? QColor() : theme.background);
    p.scene.paint(sink, theme, p.paint());
    return sink.finish();
}

QByteArray circuitToPdf(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options) {
    Prepared p = prepare(circuit, sizes, options);
    const Theme& theme = themeOf(options);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(kPdfResolution);
    writer.setTitle(QString::fromStdString(circuit.title));
    writer.setCreator(QStringLiteral("Forward Lab"));
    writer.setPageSize(QPageSize(p.page.size() / 96.0, QPageSize::Inch, QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    QPainter painter(&writer);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(kPdfResolution / 96.0, kPdfResolution / 96.0);
    painter.translate(-p.page.topLeft());
    if (!options.transparent) painter.fillRect(p.page, theme.background);
    PainterSink sink(painter);
    p.scene.paint(sink, theme, p.paint());
    painter.end();
    buffer.close();
    stripPdfDates(bytes);
    return bytes;
}

QImage circuitToImage(const Circuit& circuit, const SizeSolution& sizes, double scale, const CircuitFigureOptions& options) {
    Prepared p = prepare(circuit, sizes, options);
    const double largest = std::max({p.page.width(), p.page.height(), 1.0});
    const double s = std::clamp(scale, 0.01, kLargestImage / largest);
    QImage image(std::max(1, int(std::ceil(p.page.width() * s))), std::max(1, int(std::ceil(p.page.height() * s))),
                 QImage::Format_ARGB32_Premultiplied);
    const Theme& theme = themeOf(options);
    image.fill(options.transparent ? QColor(Qt::transparent) : theme.background);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(s, s);
    painter.translate(-p.page.topLeft());
    PainterSink sink(painter);
    p.scene.paint(sink, theme, p.paint());
    return image;
}

}  // namespace lab

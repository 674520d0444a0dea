#include "app/CircuitFiles.h"

#include "core/io/CircuitJson.h"

#include <QBuffer>
#include <QFileInfo>

namespace lab {

namespace {

QByteArray svg(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options) { return circuitToSvg(circuit, sizes, options); }
QByteArray pdf(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options) { return circuitToPdf(circuit, sizes, options); }

QByteArray png(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    circuitToImage(circuit, sizes, 2.0, options).save(&buffer, "PNG");
    return bytes;
}

// A paper prints black on white, whatever the screen shows.
QByteArray tikz(const Circuit& circuit, const SizeSolution& sizes, CircuitFigureOptions options) {
    options.theme = ThemeKind::Print;
    return circuitToTikz(circuit, sizes, options);
}

struct Format {
    const char* ending;
    const char* filter;
    QByteArray (*write)(const Circuit&, const SizeSolution&, const CircuitFigureOptions&);
};

const Format kFormats[] = {
    {"svg", "SVG (*.svg)", svg},
    {"pdf", "PDF (*.pdf)", pdf},
    {"png", "PNG (*.png)", png},
    {"tex", "TikZ for LaTeX (*.tex)", [](const Circuit& c, const SizeSolution& s, const CircuitFigureOptions& o) { return tikz(c, s, o); }},
    {"json", "Circuit as data (*.ncd.json)", [](const Circuit& c, const SizeSolution&, const CircuitFigureOptions&) { return circuitToJson(c); }},
};

}  // namespace

QStringList circuitFileFilters() {
    QStringList filters;
    for (const Format& f : kFormats) filters << QString::fromLatin1(f.filter);
    return filters;
}

Result<QByteArray> circuitFileBytes(const QString& path, const Circuit& circuit, const SizeSolution& sizes,
                                    const CircuitFigureOptions& options) {
    const QString ending = QFileInfo(path).suffix().toLower();
    for (const Format& f : kFormats)
        if (ending == QLatin1String(f.ending)) return f.write(circuit, sizes, options);
    return Error{"LAB-FIG-103", "a circuit cannot be written as '." + ending.toStdString() + "'.", path.toStdString(),
                 "Use .svg, .pdf, .png, .tex or .ncd.json."};
}

}  // namespace lab

#include "widgets/plot/FigureExport.h"

#include "widgets/common/StablePdf.h"
#include "widgets/plot/FigurePainter.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr int kLeast = 64, kMost = 16384;
constexpr double kReferenceWidth = 760, kReferenceHeight = 500;  // at which text has its own size

double textScale(const FigureExportOptions& options) {
    if (options.textScale > 0) return options.textScale;
    return std::clamp(std::min(options.width / kReferenceWidth, options.height / kReferenceHeight), 0.5, 20.0);
}

FigureStyle styleOf(const FigureExportOptions& options) {
    return options.dark ? FigureStyle::screen(Theme::darkTheme()) : FigureStyle::print();
}

// Paints the figure over `options`' size in pixels of 96 to the inch; the painter is scaled by `device` beforehand.
void paint(QPainter& painter, const Figure& figure, const FigureExportOptions& options, bool vector) {
    const FigureStyle style = styleOf(options);
    const double scale = textScale(options);
    const QRectF rect(0, 0, options.width / scale, options.height / scale);
    painter.scale(scale, scale);
    if (!options.transparent) painter.fillRect(rect, style.background);
    const FigureLayout layout = layoutFigure(figure, rect, style);
    FigurePainter(style, vector).paint(painter, figure, layout);
}

QByteArray svg(const Figure& figure, const FigureExportOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(96);
    generator.setSize(QSize(options.width, options.height));
    generator.setViewBox(QRect(0, 0, options.width, options.height));
    generator.setTitle(QString::fromStdString(figureText(figure.title)));
    generator.setDescription(QString::fromStdString(figure.summary()));
    QPainter painter(&generator);
    paint(painter, figure, options, true);
    painter.end();
    return bytes;
}

QByteArray pdf(const Figure& figure, const FigureExportOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(1200);
    writer.setTitle(QString::fromStdString(figureText(figure.title)));
    writer.setCreator(QStringLiteral("Forward Lab"));
    writer.setPageSize(QPageSize(QSizeF(options.width / 96.0, options.height / 96.0), QPageSize::Inch, QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    QPainter painter(&writer);
    painter.scale(1200.0 / 96.0, 1200.0 / 96.0);
    paint(painter, figure, options, true);
    painter.end();
    buffer.close();
    stripPdfDates(bytes);
    return bytes;
}

}  // namespace

Result<FigureFormat> figureFormat(const QString& path) {
    const QString extension = QFileInfo(path).suffix().toLower();
    if (extension == QLatin1String("svg")) return FigureFormat::Svg;
    if (extension == QLatin1String("pdf")) return FigureFormat::Pdf;
    if (extension == QLatin1String("png")) return FigureFormat::Png;
    if (extension == QLatin1String("csv")) return FigureFormat::Csv;
    return Error{"LAB-FIG-101", extension.isEmpty() ? std::string("The file name has no extension.")
                                                    : "There are no figures of the kind '" + extension.toStdString() + "'.",
                 path.toStdString(), "Use .svg, .pdf, .png or .csv."};
}

QImage figureImage(const Figure& figure, const FigureExportOptions& options) {
    QImage image(options.width, options.height, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    paint(painter, figure, options, false);
    painter.end();
    return options.transparent ? image : image.convertToFormat(QImage::Format_RGB32);
}

Result<QByteArray> figureBytes(const Figure& figure, FigureFormat format, const FigureExportOptions& options) {
    if (format == FigureFormat::Csv) return QByteArray::fromStdString(figureCsv(figure));
    if (std::min(options.width, options.height) < kLeast || std::max(options.width, options.height) > kMost)
        return Error{"LAB-FIG-102",
                     "A figure of " + std::to_string(options.width) + " by " + std::to_string(options.height) + " pixels cannot be drawn.", "",
                     "Each side must be between " + std::to_string(kLeast) + " and " + std::to_string(kMost) + " pixels."};
    switch (format) {
    case FigureFormat::Svg: return svg(figure, options);
    case FigureFormat::Pdf: return pdf(figure, options);
    default: break;
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!figureImage(figure, options).save(&buffer, "PNG"))
        return Error{"LAB-FIG-102", "The picture does not fit into memory.", "", "Choose a smaller size."};
    return bytes;
}

}  // namespace lab

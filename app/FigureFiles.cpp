#include "app/FigureFiles.h"

#include "core/io/Bytes.h"

#ifdef LAB_GUI
#include "widgets/plot/FigureExport.h"
#endif

namespace lab {

#ifdef LAB_GUI

Result<void> writeFigure(const Figure& figure, const QString& path, const FigureExportOptions& options) {
    const Result<FigureFormat> format = figureFormat(path);
    if (!format) return format.error();
    const Result<QByteArray> bytes = figureBytes(figure, *format, options);
    if (!bytes) return bytes.error();
    return writeFileAtomically(path.toStdString(), bytes->constData(), static_cast<std::size_t>(bytes->size()));
}

QString figureEnding() { return QStringLiteral("svg"); }

#else

Result<void> writeFigure(const Figure& figure, const QString& path, const FigureExportOptions&) {
    if (!path.endsWith(".csv", Qt::CaseInsensitive))
        return Error{"LAB-CLI-106", "this build has no drawing code.", path.toStdString(), "Write .csv, or use the full build of Forward Lab."};
    const std::string csv = figureCsv(figure);
    return writeFileAtomically(path.toStdString(), csv.data(), csv.size());
}

QString figureEnding() { return QStringLiteral("csv"); }

#endif

}  // namespace lab

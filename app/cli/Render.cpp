#include "app/cli/Commands.h"
#include "app/cli/LoadedProject.h"
#include "core/document/Views.h"
#include "core/io/Bytes.h"

#ifdef LAB_GUI
#include "widgets/plot/FigureExport.h"
#endif

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    parser.addOptions({{"view", "Which view; `forward-lab views` lists them.", "V"},
                       {"layer", "Layer, counted from 1, where the view offers a choice.", "L"},
                       {"set", "Other choices of the view: key=value,...", "key=value,..."},
                       {"out", "File to write: .svg, .pdf, .png or .csv.", "F"},
                       {"size", "Width x height in pixels (PDF: 96 to the inch).", "WxH", "1200x800"},
                       {"dark", "Dark colours."}});
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    if (positional.size() != 1) return wrongUse("render", "name one project file.");
    if (!parser.isSet("view") || !parser.isSet("out")) return wrongUse("render", "--view and --out are both needed.");
    std::map<std::string, std::string> values;
    if (parser.isSet("layer")) values["layer"] = parser.value("layer").toStdString();
    if (parser.isSet("set")) {
        const Result<NamedParams> parsed = parseNamedParams("view:" + parser.value("set").toStdString());
        if (!parsed) return fail(parsed.error(), kExitUsage);
        values.insert(parsed->values.begin(), parsed->values.end());
    }
    const QStringList size = parser.value("size").split('x');
    const int width = size.value(0).toInt();
    const int height = size.value(1).toInt();
    if (size.size() != 2 || width < 64 || height < 64 || width > 16384 || height > 16384)
        return wrongUse("render", "--size is '" + parser.value("size") + "' but must be like 1200x800, each from 64 to 16384.");
    if (findView(parser.value("view").toStdString()) == nullptr) {
        const Result<Figure> unknown = renderView(parser.value("view").toStdString(), Snapshot{}, {});
        return fail(unknown.error(), kExitUsage);
    }

    DataService service;
    Result<LoadedProject> loaded = loadProject(positional.first().toStdString(), "", service);
    if (!loaded) return fail(loaded.error());
    const Result<std::shared_ptr<Snapshot>> snapshot = completeSnapshot(*loaded);
    if (!snapshot) return fail(snapshot.error());
    const Result<Figure> figure = renderView(parser.value("view").toStdString(), **snapshot, values);
    if (!figure) return fail(figure.error(), kExitUsage);
    const QString path = parser.value("out");
    if (path.endsWith(".csv", Qt::CaseInsensitive)) {
        const std::string csv = figureCsv(*figure);
        const Result<void> done = writeFileAtomically(path.toStdString(), csv.data(), csv.size());
        return done ? 0 : fail(done.error());
    }
#ifdef LAB_GUI
    FigureExportOptions exportOptions;
    exportOptions.width = width;
    exportOptions.height = height;
    exportOptions.dark = parser.isSet("dark");
    const Result<FigureFormat> format = figureFormat(path);
    if (!format) return fail(format.error(), kExitUsage);
    const Result<QByteArray> bytes = figureBytes(*figure, *format, exportOptions);
    if (!bytes) return fail(bytes.error());
    const Result<void> done = writeFileAtomically(path.toStdString(), bytes->constData(), static_cast<std::size_t>(bytes->size()));
    return done ? 0 : fail(done.error());
#else
    return fail({"LAB-CLI-106", "this build has no drawing code.", path.toStdString(), "Write .csv, or use the full build of Forward Lab."});
#endif
}

}  // namespace

Command renderCommand() {
    return {"render", "[options] PROJECT.flab", "Draws a view of a saved run into a file, byte for byte as the window exports it.", true, options, run};
}

}  // namespace lab

#include "app/FigureFiles.h"
#include "app/cli/Commands.h"
#include "app/cli/LoadedProject.h"
#include "core/document/Views.h"

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
    FigureExportOptions exportOptions;
    exportOptions.width = width;
    exportOptions.height = height;
    exportOptions.dark = parser.isSet("dark");
    const Result<void> done = writeFigure(*figure, parser.value("out"), exportOptions);
    return done ? 0 : fail(done.error(), done.error().code == "LAB-FIG-101" ? kExitUsage : kExitFailed);
}

}  // namespace

Command renderCommand() {
    return {"render", "[options] PROJECT.flab", "Draws a view of a saved run into a file, byte for byte as the window exports it.", true, options, run};
}

}  // namespace lab

#include "app/cli/Commands.h"
#include "app/cli/LoadedProject.h"
#include "app/cli/TrainingRun.h"
#include "core/circuit/SizeSolver.h"
#include "core/io/Bytes.h"
#include "core/io/CircuitJson.h"

#ifdef LAB_GUI
#include "widgets/circuit/CircuitSvg.h"
#endif

#include <QFileInfo>

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    parser.addOption({"to", "What to write, by its ending: .npz (weights), .svg (the circuit), .ncd.json (the circuit as data).", "F"});
}

int write(const QString& path, const QByteArray& bytes) {
    const Result<void> done = writeFileAtomically(path.toStdString(), bytes.constData(), static_cast<std::size_t>(bytes.size()));
    return done ? 0 : fail(done.error());
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    if (positional.size() != 1) return wrongUse("export", "name one project file.");
    const QString to = parser.value("to");
    if (to.isEmpty()) return wrongUse("export", "say where to with --to F.npz, F.svg or F.ncd.json.");
    const std::string path = positional.first().toStdString();
    if (to.endsWith(".npz", Qt::CaseInsensitive)) {
        DataService service;
        Result<LoadedProject> loaded = loadProject(path, "", service);
        if (!loaded) return fail(loaded.error());
        const Result<void> saved = saveWeights(*loaded->trainer, to.toStdString());
        return saved ? 0 : fail(saved.error());
    }
    const Result<Project> project = openProject(path);
    if (!project) return fail(project.error());
    const Circuit& circuit = project->experiment.circuit;
    if (to.endsWith(".json", Qt::CaseInsensitive)) return write(to, circuitToJson(circuit));
    if (to.endsWith(".svg", Qt::CaseInsensitive)) {
#ifdef LAB_GUI
        return write(to, circuitToSvg(circuit, solveSizes(circuit)));
#else
        return fail({"LAB-CLI-106", "this build has no drawing code.", to.toStdString(), "Use the full build of Forward Lab."});
#endif
    }
    return wrongUse("export", "'" + to + "' ends in nothing that can be written: use .npz, .svg or .ncd.json.");
}

}  // namespace

Command exportCommand() {
    return {"export", "PROJECT.flab --to FILE", "Writes the weights or the circuit of a project in a format that other programs read.", true,
            options, run};
}

}  // namespace lab

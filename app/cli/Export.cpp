#include "app/cli/Commands.h"
#include "app/cli/LoadedProject.h"
#include "app/cli/TrainingRun.h"
#include "core/circuit/SizeSolver.h"
#include "core/io/Bytes.h"
#include "core/io/CircuitJson.h"
#include "core/io/PyTorch.h"

#ifdef LAB_GUI
#include "app/CircuitFiles.h"
#endif

#include <QFileInfo>

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    parser.addOption({"to", "What to write, by its ending: .npz (weights), .svg, .pdf, .png or .tex (the circuit drawn), .ncd.json (the circuit as data), .py (circuit and rule as PyTorch code).", "F"});
    parser.addOption({"page-width", "Wraps the drawing into rows of this width, in points (200 to 100000).", "N"});
}

int write(const QString& path, const QByteArray& bytes) {
    const Result<void> done = writeFileAtomically(path.toStdString(), bytes.constData(), static_cast<std::size_t>(bytes.size()));
    return done ? 0 : fail(done.error());
}

int writeCode(const QString& to, LoadedProject& loaded) {
    const Experiment& experiment = loaded.project.experiment;
    const RuleDescription* rule = findRule(experiment.rule);
    ParamSet params = rule == nullptr ? ParamSet() : ParamSet(rule->params);
    if (const Result<void> done = params.assign(experiment.ruleParams); !done) return fail(done.error());
    const DataSchema& schema = loaded.data->schema;
    const Result<std::string> code = pytorchCode({experiment.circuit, loaded.trainer->network(), schema.shape, schema.classes, rule, params,
                                                  loaded.trainer->rule().ownParameters(), experiment.optimizer, schema.parts});
    return code ? write(to, QByteArray::fromStdString(*code)) : fail(code.error());
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    if (positional.size() != 1) return wrongUse("export", "name one project file.");
    const QString to = parser.value("to");
    if (to.isEmpty()) return wrongUse("export", "say where to with --to F.npz, F.svg, F.pdf, F.png, F.tex, F.ncd.json or F.py.");
    const std::string path = positional.first().toStdString();
    if (to.endsWith(".npz", Qt::CaseInsensitive) || to.endsWith(".py", Qt::CaseInsensitive)) {
        DataService service;
        Result<LoadedProject> loaded = loadProject(path, "", service);
        if (!loaded) return fail(loaded.error());
        if (to.endsWith(".py", Qt::CaseInsensitive)) return writeCode(to, *loaded);
        const Result<void> saved = saveWeights(*loaded->trainer, to.toStdString());
        return saved ? 0 : fail(saved.error());
    }
    const Result<Project> project = openProject(path);
    if (!project) return fail(project.error());
    const Circuit& circuit = project->experiment.circuit;
    if (to.endsWith(".json", Qt::CaseInsensitive)) return write(to, circuitToJson(circuit));
    for (const char* drawn : {".svg", ".pdf", ".png", ".tex"}) {
        if (!to.endsWith(QLatin1String(drawn), Qt::CaseInsensitive)) continue;
#ifdef LAB_GUI
        CircuitFigureOptions figure;
        if (parser.isSet("page-width")) {
            bool number = false;
            figure.toggles.pageWidth = parser.value("page-width").toDouble(&number);
            if (!number || figure.toggles.pageWidth < 200.0 || figure.toggles.pageWidth > 100'000.0)
                return wrongUse("export", "'" + parser.value("page-width") + "' is no width from 200 to 100000.");
        }
        const Result<QByteArray> bytes = circuitFileBytes(to, circuit, solveSizes(circuit), figure);
        return bytes ? write(to, *bytes) : fail(bytes.error());
#else
        return fail({"LAB-CLI-106", "this build has no drawing code.", to.toStdString(), "Use the full build of Forward Lab."});
#endif
    }
    return wrongUse("export", "'" + to + "' ends in nothing that can be written: use .npz, .svg, .pdf, .png, .tex, .ncd.json or .py.");
}

}  // namespace

Command exportCommand() {
    return {"export", "PROJECT.flab --to FILE", "Writes the weights or the circuit of a project in a format that other programs read.", true,
            options, run};
}

}  // namespace lab

#include "app/FigureFiles.h"
#include "app/cli/Commands.h"
#include "app/cli/ExperimentOptions.h"
#include "app/cli/LoadedProject.h"
#include "app/cli/TrainingRun.h"
#include "core/document/Views.h"

#include <QDir>

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    parser.addOptions({{"out", "Folder for what the experiment leaves.", "DIR", "forward-lab-first"},
                       {"epochs", "Epochs to train.", "N", "3"},
                       {"threads", "Threads; 0 = one per core.", "T", "0"}});
}

// The three pictures that tell the story of a run, whatever its rule: the course, what the rule separates, and the mistakes.
constexpr const char* kFigures[] = {"curves", "ledger", "confusion"};

int run(const QCommandLineParser& parser, const QStringList& positional) {
    if (!positional.isEmpty()) return wrongUse("first", "unexpected argument '" + positional.first() + "'.");
    const QDir folder(parser.value("out"));
    if (!folder.mkpath("."))
        return fail({"LAB-CLI-108", "the folder cannot be made.", folder.path().toStdString(), "Choose another with --out DIR."});
    bool ok = false;
    const int epochs = parser.value("epochs").toInt(&ok);
    if (!ok || epochs < 1 || epochs > 100000) return wrongUse("first", "--epochs must be a whole number from 1 to 100000.");

    const Result<std::int64_t> threads = integerOption(parser, "threads", 0, 0, 1024);
    if (!threads) return fail(threads.error(), kExitUsage);

    DataService service;
    Experiment experiment = firstExperiment(haveFashionMnist());
    experiment.epochs = epochs;
    Result<std::shared_ptr<const PreparedData>> data = service.prepare(experiment.data, experiment.seed);
    if (!data) return fail(data.error());
    TrainerOptions trainerOptions;
    trainerOptions.threads = static_cast<int>(*threads);
    Result<std::unique_ptr<Trainer>> trainer = Trainer::create(experiment, *data, trainerOptions);
    if (!trainer) return fail(trainer.error());
    out(QString::fromStdString(experiment.title + "\n" + (*data)->summary + "\n\n"));
    if (const Result<void> trained = runTraining(**trainer, {QString(), false}); !trained) return fail(trained.error());

    const QString projectPath = folder.filePath("first.flab");
    if (const Result<void> saved = saveProject(projectPath.toStdString(), Project{experiment, (*trainer)->checkpoint(), {}, {}}); !saved) return fail(saved.error());
    const QString weightsPath = folder.filePath("weights.npz");
    if (const Result<void> saved = saveWeights(**trainer, weightsPath.toStdString()); !saved) return fail(saved.error());
    QStringList left = {projectPath, weightsPath};

    Result<LoadedProject> loaded = loadProject(projectPath.toStdString(), "", service);
    if (!loaded) return fail(loaded.error());
    const Result<std::shared_ptr<Snapshot>> snapshot = completeSnapshot(*loaded);
    if (!snapshot) return fail(snapshot.error());
    for (const char* view : kFigures) {
        const Result<Figure> figure = renderView(view, **snapshot, {});
        if (!figure) return fail(figure.error());
        const QString path = folder.filePath(QString::fromUtf8(view) + "." + figureEnding());
        if (const Result<void> done = writeFigure(*figure, path); !done) return fail(done.error());
        left << path;
    }
    out("\nLeft in " + folder.absolutePath() + ":\n");
    for (const QString& path : left) out("  " + path + "\n");
    return 0;
}

}  // namespace

Command firstCommand() {
    return {"first", "[options]", "Runs the lab's first experiment without a display and leaves project, weights and three figures.", true, options, run};
}

}  // namespace lab

#include "app/cli/Commands.h"
#include "app/cli/ExperimentOptions.h"
#include "app/cli/TrainingRun.h"
#include "core/io/Project.h"

#include <QFileInfo>

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    addExperimentOptions(parser);
    parser.addOptions({
        {"steps", "Train this many steps instead of whole epochs.", "N"},
        {"threads", "Threads; 0 = one per core. The result does not depend on it.", "T", "0"},
        {"layers", "How the threads share a step: auto, in-turn (one layer after the other, every product shared out) or side-by-side "
                   "(layers on different cores, for rules without a backward lock). The result does not depend on it.", "ORDER", "auto"},
        {"evaluate-every", "Steps between evaluations; 0 = at the end of every epoch.", "N", "0"},
        {"init", "Start from these weights (.npz by name).", "W.npz"},
        {"save", "Save the project.", "P.flab"},
        {"save-weights", "Save the weights as .npz, named as a PyTorch state_dict.", "W.npz"},
        {"log", "Write one JSON object per evaluation.", "M.jsonl"},
        {"quiet", "No table and no bar."},
    });
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    if (!positional.isEmpty()) return wrongUse("train", "unexpected argument '" + positional.first() + "'.");
    DataService service;
    Result<ParsedExperiment> parsed = parseExperiment(parser, service);
    if (!parsed) return fail(parsed.error(), kExitUsage);
    TrainerOptions trainerOptions;
    const Result<std::int64_t> threads = integerOption(parser, "threads", 0, 0, 1024);
    const Result<std::int64_t> steps = integerOption(parser, "steps", 0, 1, std::int64_t(1) << 40);
    const Result<std::int64_t> every = integerOption(parser, "evaluate-every", 0, 0, std::int64_t(1) << 40);
    for (const auto* option : {&threads, &steps, &every})
        if (!*option) return fail(option->error(), kExitUsage);
    const std::optional<LayerOrder> layers = layerOrderFromId(parser.value("layers").toStdString());
    if (!layers)
        return fail({"LAB-CLI-115", "there is no order of layers '" + parser.value("layers").toStdString() + "' (--layers).",
                     parser.value("layers").toStdString(), "Choose auto, in-turn or side-by-side."}, kExitUsage);
    trainerOptions.layers = *layers;
    trainerOptions.threads = static_cast<int>(*threads);
    trainerOptions.steps = *steps;
    trainerOptions.evaluateEvery = *every;

    // Said before hours of training, not after them.
    for (const char* option : {"save", "save-weights"}) {
        if (!parser.isSet(option)) continue;
        const QFileInfo file(parser.value(option));
        const QFileInfo folder(file.absolutePath());
        if (file.isDir() || !folder.isDir() || !folder.isWritable())
            return fail({"LAB-IO-104", "nothing can be written there (--" + std::string(option) + ").", parser.value(option).toStdString(),
                         "Choose a file in a folder that exists and may be written."});
    }

    Result<std::unique_ptr<Trainer>> made = Trainer::create(parsed->experiment, parsed->data, trainerOptions);
    if (!made) return fail(made.error());
    Trainer& trainer = **made;
    if (parser.isSet("init"))
        if (const Result<void> loaded = loadWeights(trainer, parser.value("init").toStdString()); !loaded) return fail(loaded.error());

    const Result<void> trained = runTraining(trainer, {parser.value("log"), parser.isSet("quiet")});
    if (parser.isSet("save"))
        if (const Result<void> saved = saveProject(parser.value("save").toStdString(), Project{parsed->experiment, trainer.checkpoint(), {}, {}}); !saved)
            return fail(saved.error());
    if (parser.isSet("save-weights"))
        if (const Result<void> saved = saveWeights(trainer, parser.value("save-weights").toStdString()); !saved) return fail(saved.error());
    if (!trained) return fail(trained.error());
    if (!parser.isSet("quiet")) out("fingerprint " + QString::fromStdString(trainer.fingerprintWithClass()) + "\n");
    return 0;
}

}  // namespace

Command trainCommand() {
    return {"train", "[options]", "Trains a circuit with a learning rule on a data set, without a display.", false, options, run};
}

}  // namespace lab

#include "app/cli/Commands.h"
#include "app/cli/ExperimentOptions.h"
#include "app/cli/LoadedProject.h"
#include "app/cli/TrainingRun.h"

namespace lab {

namespace {

void options(QCommandLineParser& parser) {
    parser.addOptions({{"dataset", "Evaluate on this data set instead of the project's.", "D"},
                       {"threads", "Threads; 0 = one per core.", "T", "0"},
                       {"json", "One JSON object instead of a table."}});
}

int run(const QCommandLineParser& parser, const QStringList& positional) {
    if (positional.size() != 1) return wrongUse("eval", "name one project file.");
    const Result<std::int64_t> threads = integerOption(parser, "threads", 0, 0, 1024);
    if (!threads) return fail(threads.error(), kExitUsage);
    DataService service;
    Result<LoadedProject> loaded = loadProject(positional.first().toStdString(), parser.value("dataset").toStdString(), service, static_cast<int>(*threads));
    if (!loaded) return fail(loaded.error());
    const std::optional<Evaluation> e = loaded->trainer->evaluate();
    if (!e) return kExitFailed;
    if (parser.isSet("json")) {
        out(QString::fromUtf8(evaluationJson(*e, *loaded->trainer)) + "\n");
        return 0;
    }
    out(QString("%1\n  step %2, epoch %3\n  test loss %4\n")
            .arg(QString::fromStdString(loaded->data->summary))
            .arg(e->step)
            .arg(e->epoch, 0, 'f', 2)
            .arg(e->testLoss, 0, 'f', 5));
    const std::vector<PredictionWay>& ways = loaded->trainer->rule().ways();
    for (std::size_t w = 0; w < ways.size() && w < e->wayAccuracy.size(); ++w)
        out(QString("  %1  %2 %\n").arg(QString::fromStdString(ways[w].title), -28).arg(100 * e->wayAccuracy[w], 6, 'f', 2));
    out("  fingerprint " + QString::fromStdString(loaded->trainer->fingerprintWithClass()) + "\n");
    return 0;
}

}  // namespace

Command evalCommand() {
    return {"eval", "[options] PROJECT.flab", "Evaluates a saved run on the test part of its data, or on another data set.", false, options, run};
}

}  // namespace lab

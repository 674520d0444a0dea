#include "app/cli/Commands.h"
#include "core/circuit/SizeSolver.h"
#include "core/io/Bytes.h"
#include "core/io/CircuitJson.h"
#include "core/io/DataFiles.h"
#include "core/io/Project.h"

namespace lab {

namespace {

void options(QCommandLineParser&) {}

// What the file is, in one line, or why it cannot be read. The ending decides who reads it.
Result<std::string> check(const std::string& path) {
    const QString name = QString::fromStdString(path);
    if (name.endsWith(".flab", Qt::CaseInsensitive)) {
        const Result<Project> project = openProject(path);
        if (!project) return project.error();
        return "project: " + project->experiment.title +
               (project->checkpoint ? ", step " + std::to_string(project->checkpoint->step) + ", " + project->checkpoint->fingerprint : ", not trained yet");
    }
    if (name.endsWith(".json", Qt::CaseInsensitive)) {
        const Result<Bytes> bytes = readFile(path, std::uint64_t(64) << 20);
        if (!bytes) return bytes.error();
        const Result<Circuit> circuit =
            circuitFromJson(QByteArray(reinterpret_cast<const char*>(bytes->data()), static_cast<qsizetype>(bytes->size())), path);
        if (!circuit) return circuit.error();
        const SizeSolution sizes = solveSizes(*circuit);
        for (const Problem& problem : sizes.problems)
            if (problem.severity == Problem::Severity::Error)
                return Error{problem.code, problem.message, path + (problem.wire.empty() ? "" : ", wire " + problem.wire), problem.hint};
        return "circuit: " + circuit->title + ", " + std::to_string(circuit->operations.size()) + " operations";
    }
    const Result<Dataset> data = openDataset(path);
    if (!data) return data.error();
    return "data: " + std::to_string(data->train.count()) + " + " + std::to_string(data->test.count()) + " samples, " +
           std::to_string(data->schema.features()) + " features, " + std::to_string(data->schema.classes) + " classes";
}

int run(const QCommandLineParser&, const QStringList& positional) {
    if (positional.isEmpty()) return wrongUse("check", "name at least one file.");
    int status = 0;
    for (const QString& path : positional) {
        const Result<std::string> said = check(path.toStdString());
        if (said)
            out(path + ": " + QString::fromStdString(*said) + "\n");
        else
            status = fail(said.error());
    }
    return status;
}

}  // namespace

Command checkCommand() {
    return {"check", "FILE...", "Reads projects, circuits and data files completely and says what is wrong with them.", false, options, run};
}

}  // namespace lab

// What the benchmarks share: the file of rows, the machine in one line, the experiment of a row, and middles of samples.
#pragma once

#include "app/cli/ExperimentOptions.h"
#include "core/io/Json.h"

namespace lab {

// A benchmark file of the program's resources; an error names the ones that there are.
Result<JsonValue> benchFile(const QString& name);

// Processor, cores, kernel class, speed of one product per thread and of the memory, measured now.
std::string machineLine();

// A row as options of the command line, so that a benchmark runs exactly what a user can run.
Result<ParsedExperiment> experimentOf(const JsonCursor& row, std::uint64_t seed, DataService& service);

// Middle and spread of measurements. `low` and `high` are the quartiles.
struct Spread {
    double median = 0, low = 0, high = 0, least = 0, most = 0;
};
Spread spreadOf(std::vector<double> values);
JsonValue toJson(const Spread& spread);

// The result of a benchmark on stdout: {"machine": ..., "rows": [...]}.
void outRows(const std::string& machine, JsonValue rows);

// One benchmark each; the exit status of the program.
int benchSpeed(const QCommandLineParser& parser, const JsonValue& file);
int benchMemory(const QCommandLineParser& parser, const JsonValue& file);
int benchScale(const QCommandLineParser& parser, const JsonValue& file);
int benchLayers(const QCommandLineParser& parser, const JsonValue& file);
int benchAnswer(const QCommandLineParser& parser, const JsonValue& file);
int benchNeighbour(const QCommandLineParser& parser, const JsonValue& file);

}  // namespace lab

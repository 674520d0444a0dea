// The options that say what an experiment is, shared by train and describe.
#pragma once

#include "app/DataService.h"

#include <QCommandLineParser>

namespace lab {

void addExperimentOptions(QCommandLineParser& parser);

struct ParsedExperiment {
    Experiment experiment;
    std::shared_ptr<const PreparedData> data;
};

// Builds the experiment that the options describe: the data set first (it gives sizes), then the circuit, then the rule
// with its recipe, then what is set by hand. Errors name the option.
Result<ParsedExperiment> parseExperiment(const QCommandLineParser& parser, DataService& service);

// "C" of --circuit: a file (.ncd.json, .flab) or a shorthand.
Result<Circuit> parseCircuit(const std::string& text, const std::vector<long>& inputShape, int classes);

// Whole numbers of an option, checked: `fallback` where it is not given.
Result<std::int64_t> integerOption(const QCommandLineParser& parser, const QString& name, std::int64_t fallback, std::int64_t minimum,
                                   std::int64_t maximum);

}  // namespace lab

// The one list of data sets by name, and of the file formats. Windows, command line and documentation are generated
// from it. Everything that is not a name here is a path.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"
#include "core/params/ParamSpec.h"

#include <functional>
#include <span>

namespace lab {

struct DatasetDescription {
    std::string id;       // command-line name
    std::string title;
    std::string summary;  // one or two sentences: what it is, size, what it is good for
    std::string origin;
    std::string licence;
    std::vector<ParamSpec> params;  // of generators: number of samples, noise, ...; the seed is always "seed"
    bool generated = false;
    // Makes or reads it. Where a file is missing, the error says which package or path would bring it.
    std::function<Result<Dataset>(const ParamSet&)> load;
};

// Synthetic sets that need no file: seg7, moons, circles, spirals, xor, blobs. The file-backed ones
// (fashion-mnist, digits, iris) are added by core/io, which alone may read files.
const std::vector<DatasetDescription>& generatedDatasets();

// Options of every experiment's data, visible in the window: split, standardisation, label noise, subset, classes.
// Names: standardise (none|global|feature), test_fraction, train_limit, test_limit, classes ("" = all, or "0,1,7"),
// label_noise, split_seed.
const std::vector<ParamSpec>& dataOptions();

// Applies the options in this order: class filter, split (only where the set has no test part; stratified), subset,
// standardisation fitted on the training part only, label noise on training labels only.
// `trainLimit` of the options: 0 = all. Errors: LAB-DATA-2xx.
Result<PreparedData> prepareData(const Dataset& raw, const ParamSet& options, std::uint64_t seed);

}  // namespace lab

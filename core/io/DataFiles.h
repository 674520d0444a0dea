// Data sets by name or path: the generated ones, the shipped ones, those of Debian packages, and any file or folder.
#pragma once

#include "core/base/Result.h"
#include "core/data/DataRegistry.h"
#include "core/io/StreamedSamples.h"

#include <string>
#include <utility>
#include <vector>

namespace lab {

// Every data set that has a name: fashion-mnist, digits, iris, then the generated ones.
const std::vector<DatasetDescription>& allDatasets();

// The description called `name`, or nullptr where it is not a name.
const DatasetDescription* findDataset(const std::string& name);

// Opens by name, else by path. `params` are those of the data set (or of the file's format). Errors:
// LAB-DATA-171 neither a name nor a path, LAB-DATA-172 a package is missing, LAB-PARAM-1xx for parameters, and those of
// the readers. In the schema `id` is the name, or the path as it was given. Files whose samples need more than `inMemory`
// bytes stay on disk where the format allows it: IDX, and NPY in C order. All others are read into memory.
Result<Dataset> openDataset(const std::string& nameOrPath, const std::vector<std::pair<std::string, std::string>>& params = {},
                            std::uint64_t inMemory = kAllInMemory);

// Fashion-MNIST out of `folder` (the four IDX files, .gz or not). Error LAB-DATA-172 names the Debian package.
Result<Dataset> readFashionMnist(const std::string& folder);

}  // namespace lab

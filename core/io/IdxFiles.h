// Pairs of IDX files on disk: finds the labels that belong to images and the test part that belongs to the training part.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"
#include "core/io/StreamedSamples.h"

#include <string>

namespace lab {

struct IdxPaths {
    std::string trainImages, trainLabels;
    std::string testImages, testLabels;  // empty where there is no test part
};

// From the path of any of the files, by name: images <-> labels, idx3 <-> idx1, train <-> t10k or test, with .gz or
// without. `labels` overrides the search for labels (and leaves the test part out). Error LAB-DATA-175 where the other file
// of the pair is missing; the message lists the names that were looked for.
Result<IdxPaths> findIdxPaths(const std::string& path, const std::string& labels);

// The training images inside a folder that is named as MNIST's files are; empty where there are none.
std::string idxInFolder(const std::string& folder);

// Reads two or four files. A part that needs more than `inMemory` bytes stays on disk; a packed one is unpacked into the
// user's cache folder once. Errors of Gzip.h, Idx.h, Tensors.h and FileRows.h.
Result<Dataset> readIdxFiles(const IdxPaths& paths, const std::string& path, std::uint64_t inMemory = kAllInMemory);

}  // namespace lab

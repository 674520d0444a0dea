// Samples and labels in NumPy's files: one .npz with both, or two .npy files.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"
#include "core/io/StreamedSamples.h"

#include <string>

namespace lab {

// Arrays by name, upper or lower case alike: x, images, data or features with y, labels, label or target; for two parts
// x_train or train_images and so on, with test, t10k, val or valid. Errors: LAB-DATA-176 the names were not found (the
// message lists what the archive holds), those of Zip.h, Npy.h and Tensors.h.
Result<Dataset> readNpzDataset(const std::string& path);

// `labels` is the path of the labels; empty: looked for beside `path` by name (x -> y, images or data -> labels).
// Samples that need more than `inMemory` bytes stay on disk, if the file is neither packed nor in Fortran order.
// Error LAB-DATA-175 where there are no labels.
Result<Dataset> readNpyDataset(const std::string& path, const std::string& labels, std::uint64_t inMemory = kAllInMemory);

}  // namespace lab

// CIFAR-10 and CIFAR-100 in their binary version: one file, or the unpacked folder.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"

#include <string>

namespace lab {

// Does the folder hold data_batch_1.bin, or train.bin and test.bin?
bool looksLikeCifarFolder(const std::string& path);

// A folder: all training batches and the test batch. One file: that file, as training part. Class names come from
// batches.meta.txt, fine_label_names.txt or coarse_label_names.txt beside the data, where they are there.
// `coarse` takes the 20 super-classes of CIFAR-100. Errors: LAB-DATA-175 a file of the folder is missing, Cifar.h.
Result<Dataset> readCifar(const std::string& path, bool coarse);

}  // namespace lab

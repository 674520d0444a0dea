// Arrays as files hold them, on their way to samples: a shape whose first dimension counts the samples, and values.
// Shared by the readers of IDX and NPY.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"

#include <string>
#include <vector>

namespace lab {

constexpr int kMaxClasses = 1000;

// Values in row-major (C) order. Bytes have been scaled to [0, 1] by the reader where `bytes` is set.
struct Tensor {
    std::vector<Index> shape;  // at least one dimension; every one is positive
    Matrix values;             // shape[0] rows, one per sample
    bool bytes = false;
};

// The shape of one sample. n x d: {d}; n x h x w: {1, h, w}; n x c x h x w: {c, h, w}; n x h x w x c, which is known by a
// last dimension of 1, 3 or 4 where the second is none of these: {c, h, w}, and the values are put in that order.
// Error LAB-DATA-111 for other numbers of dimensions.
Result<Shape> sampleShape(Tensor& tensor, const std::string& where);

// Labels out of an n or n x 1 array. Errors: LAB-DATA-112 wrong shape (as of images where labels were wanted),
// LAB-DATA-113 a label is not a whole number from 0 to 999.
Result<std::vector<int>> labelsOf(const Tensor& tensor, const std::string& where);

// One part out of images and labels. Error LAB-DATA-114 where their counts differ.
Result<Samples> joinSamples(Tensor images, std::vector<int> labels, const std::string& imagesWhere,
                            const std::string& labelsWhere);

Result<void> sameCounts(Index images, Index labels, const std::string& imagesWhere, const std::string& labelsWhere);

// Fills in shape, the number of classes (the largest label of both parts + 1), names and checksum, and checks that both
// parts have the same shape (LAB-DATA-115) and that there are two classes (LAB-DATA-116).
// `classNames` may be empty or longer than what occurs; the longer of the two counts.
Result<Dataset> assembleDataset(const std::string& path, Shape shape, Samples train, Samples test,
                                std::vector<std::string> classNames);

// Product of dimensions where it fits `limit`, else -1; no overflow.
Index boundedProduct(const std::vector<Index>& dimensions, Index limit);
// "60000 x 28 x 28".
std::string dimensionsText(const std::vector<Index>& dimensions);

}  // namespace lab

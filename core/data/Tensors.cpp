#include "core/data/Tensors.h"

#include "core/data/Generators.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

bool isChannelCount(Index d) {
    return d == 1 || d == 3 || d == 4;
}

std::string baseName(const std::string& path) {
    const std::size_t end = path.find_last_not_of('/');
    if (end == std::string::npos) return path;
    const std::size_t slash = path.find_last_of('/', end);
    return path.substr(slash == std::string::npos ? 0 : slash + 1, end - (slash == std::string::npos ? 0 : slash + 1) + 1);
}

std::string numberText(double value) {
    if (std::floor(value) == value && std::abs(value) < 1e15) return std::to_string(static_cast<long long>(value));
    return std::to_string(value);
}

}  // namespace

Index boundedProduct(const std::vector<Index>& dimensions, Index limit) {
    Index product = 1;
    for (const Index d : dimensions) {
        if (d < 0) return -1;
        if (d == 0) return 0;
        if (product > limit / d) return -1;
        product *= d;
    }
    return product;
}

std::string dimensionsText(const std::vector<Index>& dimensions) {
    std::string out;
    for (const Index d : dimensions) out += (out.empty() ? "" : " x ") + std::to_string(d);
    return out.empty() ? "a single value" : out;
}

Result<Shape> sampleShape(Tensor& tensor, const std::string& where) {
    const std::vector<Index>& s = tensor.shape;
    if (s.size() == 2) return Shape{s[1]};
    if (s.size() == 3) return Shape{1, s[1], s[2]};
    if (s.size() == 4 && isChannelCount(s[3]) && !isChannelCount(s[1])) {
        const Index height = s[1], width = s[2], channels = s[3], pixels = height * width;
        RowVector row(tensor.values.cols());
        for (Index n = 0; n < tensor.values.rows(); ++n) {
            for (Index p = 0; p < pixels; ++p)
                for (Index c = 0; c < channels; ++c) row[c * pixels + p] = tensor.values(n, p * channels + c);
            tensor.values.row(n) = row;
        }
        tensor.shape = {s[0], channels, height, width};
        return Shape{channels, height, width};
    }
    if (s.size() == 4) return Shape{s[1], s[2], s[3]};
    return Error{"LAB-DATA-111", "the array has the shape " + dimensionsText(s) + ", but samples were wanted.", where,
                 "Samples come as n x features, n x height x width, or with channels before or after height and width. A "
                 "list of n numbers may be the labels."};
}

Result<std::vector<int>> labelsOf(const Tensor& tensor, const std::string& where) {
    const bool column = tensor.shape.size() == 1 || (tensor.shape.size() == 2 && tensor.shape[1] == 1);
    if (!column)
        return Error{
            "LAB-DATA-112",
            "labels were wanted, one per sample, but the array has the shape " + dimensionsText(tensor.shape) + ".", where,
            "This may be the file of the samples: check that the two are not swapped."};
    std::vector<int> labels;
    labels.reserve(static_cast<std::size_t>(tensor.values.rows()));
    for (Index i = 0; i < tensor.values.rows(); ++i) {
        // Bytes were scaled to [0, 1] like pixels; 255 levels are far enough apart to round back.
        const double value = static_cast<double>(tensor.values(i, 0)) * (tensor.bytes ? 255.0 : 1.0);
        const double whole = tensor.bytes ? std::round(value) : value;
        if (!(whole >= 0 && whole < kMaxClasses) || std::floor(whole) != whole)
            return Error{"LAB-DATA-113",
                         "label number " + std::to_string(i) + " is " + numberText(whole) +
                             ", but labels are whole numbers from 0 to " + std::to_string(kMaxClasses - 1) + ".",
                         where, "Check that this is the file of the labels; number the classes from 0."};
        labels.push_back(static_cast<int>(whole));
    }
    return labels;
}

Result<void> sameCounts(Index images, Index labels, const std::string& imagesWhere, const std::string& labelsWhere) {
    if (images == labels) return {};
    return Error{"LAB-DATA-114",
                 "there are " + std::to_string(images) + " samples in " + baseName(imagesWhere) + ", but " + std::to_string(labels) +
                     " labels in " + baseName(labelsWhere) + ".",
                 labelsWhere, "Check that both files belong to the same part (train or test)."};
}

Result<Samples> joinSamples(Tensor images, std::vector<int> labels, const std::string& imagesWhere,
                            const std::string& labelsWhere) {
    const Result<void> same = sameCounts(images.values.rows(), static_cast<Index>(labels.size()), imagesWhere, labelsWhere);
    if (!same) return same.error();
    return Samples{std::move(images.values), std::move(labels), nullptr};
}

Result<Dataset> assembleDataset(const std::string& path, Shape shape, Samples train, Samples test,
                                std::vector<std::string> classNames) {
    if (test.count() > 0 && test.width() != train.width())
        return Error{"LAB-DATA-115",
                     "training samples have " + std::to_string(train.width()) + " values, but test samples have " +
                         std::to_string(test.width()) + ".",
                     path, "Both parts must have the same shape."};
    int classes = static_cast<int>(classNames.size());
    std::vector<bool> seen(kMaxClasses, false);
    for (const Samples* part : {&train, &test})
        for (const int y : part->y) {
            classes = std::max(classes, y + 1);
            if (y < kMaxClasses) seen[static_cast<std::size_t>(y)] = true;
        }
    if (std::count(seen.begin(), seen.end(), true) < 2)
        return Error{"LAB-DATA-116", "all samples have the same label, but there must be two classes to tell apart.", path,
                     "Check the labels."};
    Dataset set;
    set.schema.id = path;
    set.schema.title = baseName(path);
    set.schema.shape = std::move(shape);
    set.schema.classes = classes;
    set.schema.classNames = std::move(classNames);
    for (int c = static_cast<int>(set.schema.classNames.size()); c < classes; ++c)
        set.schema.classNames.push_back(std::to_string(c));
    set.train = std::move(train);
    set.test = std::move(test);
    set.origin = "file " + path;
    set.licence = "as stated where the file came from";
    set.checksum = contentChecksum(set);
    // Samples on disk were all read just now: what is wrong with them is known.
    for (const Samples* part : {&set.train, &set.test})
        if (const std::optional<Error> failure = part->failure()) return *failure;
    return set;
}

}  // namespace lab

#include "core/io/NpyFiles.h"

#include "core/data/Npy.h"
#include "core/io/DataFormats.h"
#include "core/io/FileRows.h"
#include "core/io/Gzip.h"
#include "core/io/Zip.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <array>
#include <optional>

namespace lab {

namespace {

constexpr std::array<const char*, 5> kSampleWords{"x", "images", "data", "features", "samples"};
constexpr std::array<const char*, 5> kLabelWords{"y", "labels", "label", "targets", "target"};

std::string lowered(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// The entry called by one of `words` and `part` ("" for an archive of one part), in either order.
template <class Words>
const ZipEntry* findArray(const std::vector<ZipEntry>& entries, const Words& words, const std::string& part) {
    for (const char* word : words) {
        std::vector<std::string> names;
        if (part.empty())
            names = {word};
        else
            names = {std::string(word) + "_" + part, part + "_" + word};
        for (const std::string& name : names)
            for (const ZipEntry& entry : entries)
                if (lowered(entry.name) == name + ".npy") return &entry;
    }
    return nullptr;
}

Result<Samples> join(std::span<const std::uint8_t> x, const std::string& xWhere, std::span<const std::uint8_t> y,
                     const std::string& yWhere, Shape& shape) {
    Result<Tensor> samples = parseNpyTensor(x, xWhere);
    if (!samples) return samples.error();
    const Result<Tensor> labels = parseNpyTensor(y, yWhere);
    if (!labels) return labels.error();
    if (samples->shape.size() == 1 && labels->shape.size() > 1)
        return Error{"LAB-DATA-112",
                     "samples and labels seem to be swapped: samples of shape " + dimensionsText(samples->shape) +
                         ", labels of shape " + dimensionsText(labels->shape) + ".",
                     xWhere, "Swap the two, or their names."};
    Result<Shape> found = sampleShape(*samples, xWhere);
    if (!found) return found.error();
    Result<std::vector<int>> classes = labelsOf(*labels, yWhere);
    if (!classes) return classes.error();
    shape = std::move(*found);
    return joinSamples(std::move(*samples), std::move(*classes), xWhere, yWhere);
}

// The header of a file that could stay on disk; nothing where it could not, or cannot be understood.
std::optional<NpyHeader> streamableHeader(const std::string& path) {
    QFile file(QString::fromStdString(path));
    Bytes head(1 << 17);  // no header is longer
    if (!file.open(QIODevice::ReadOnly)) return std::nullopt;
    const qint64 got = file.read(reinterpret_cast<char*>(head.data()), static_cast<qint64>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<qint64>(got, 0)));
    const Result<NpyHeader> header = parseNpyHeader(head, path);
    if (!header || header->fortranOrder || header->shape.size() < 2) return std::nullopt;
    return *header;
}

Result<LabelledPart> streamPart(const NpyHeader& header, const std::string& path, const std::string& labelsPath) {
    const Result<std::uint64_t> size = fileSize(path);
    if (!size) return size.error();
    if (const Result<void> whole = checkNpyLength(header, *size, path); !whole) return whole.error();
    if (const Result<void> samples = checkNpySamples(header, path); !samples) return samples.error();
    const Result<Bytes> y = readContent(labelsPath, kMaxInflated);
    if (!y) return y.error();
    const Result<Tensor> labels = parseNpyTensor(*y, labelsPath);
    if (!labels) return labels.error();
    return streamedPart({path, path, header.shape, header.dataOffset, header.elementBytes,
                         [header, path](std::span<const std::uint8_t> bytes, Index first, Real* out) {
                             return decodeNpy(header, bytes, first, path, out);
                         }},
                        *labels, labelsPath);
}

}  // namespace

Result<Dataset> readNpzDataset(const std::string& path) {
    const Result<Bytes> bytes = readFile(path);
    if (!bytes) return bytes.error();
    const Result<std::vector<ZipEntry>> entries = readZip(*bytes, path);
    if (!entries) return entries.error();

    const auto part = [&](const std::string& name, Samples& out, Shape& shape) -> Result<bool> {
        const ZipEntry* x = findArray(*entries, kSampleWords, name);
        const ZipEntry* y = findArray(*entries, kLabelWords, name);
        if (x == nullptr || y == nullptr) return false;
        Result<Samples> samples = join(x->content, path + ":" + x->name, y->content, path + ":" + y->name, shape);
        if (!samples) return samples.error();
        out = std::move(*samples);
        return true;
    };
    Samples train, test;
    Shape trainShape, testShape;
    Result<bool> found = part("train", train, trainShape);
    if (found && !*found) found = part("", train, trainShape);
    if (!found) return found.error();
    if (!*found) {
        std::string names;
        for (std::size_t k = 0; k < std::min<std::size_t>(entries->size(), 12); ++k)
            names += (k == 0 ? "" : ", ") + (*entries)[k].name;
        return Error{
            "LAB-DATA-176",
            "the archive holds " + names + (entries->size() > 12 ? ", ..." : "") + ", but samples and labels were wanted.",
            path, "Name the arrays x and y, or x_train, y_train, x_test and y_test. Weights are read elsewhere."};
    }
    for (const char* name : {"test", "t10k", "val", "valid"}) {
        found = part(name, test, testShape);
        if (!found) return found.error();
        if (*found) break;
    }
    if (test.count() > 0 && testShape != trainShape)
        return Error{"LAB-DATA-115",
                     "training samples have the shape " + dimensionsText(trainShape) + ", but test samples " +
                         dimensionsText(testShape) + ".",
                     path, "Both parts must have the same shape."};
    return assembleDataset(path, std::move(trainShape), std::move(train), std::move(test), {});
}

Result<Dataset> readNpyDataset(const std::string& path, const std::string& labels, std::uint64_t inMemory) {
    std::string labelsPath = labels;
    std::string tried;
    if (labelsPath.empty()) {
        const std::size_t slash = path.find_last_of('/');
        const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
        const std::string folder = path.substr(0, start), name = path.substr(start);
        const std::pair<const char*, const char*> words[] = {
            {"images", "labels"}, {"data", "labels"}, {"features", "labels"}, {"samples", "labels"}, {"X", "y"},
            {"x", "y"},           {"X", "Y"}};
        for (const auto& [from, to] : words) {
            const std::size_t at = name.find(from);
            if (at == std::string::npos) continue;
            std::string candidate = name;
            candidate.replace(at, std::string(from).size(), to);
            tried += (tried.empty() ? "" : ", ") + candidate;
            if (QFileInfo(QString::fromStdString(folder + candidate)).isFile()) {
                labelsPath = folder + candidate;
                break;
            }
        }
    }
    if (labelsPath.empty())
        return Error{
            "LAB-DATA-175",
            "the file of the labels is missing" + (tried.empty() ? std::string(".") : ": looked for " + tried + "."), path,
            "Give labels=PATH, or save both into one file with numpy.savez(path, x=..., y=...)."};
    if (const std::optional<NpyHeader> header = streamableHeader(path);
        header && beyondMemory(static_cast<std::uint64_t>(header->count), inMemory)) {
        Result<LabelledPart> part = streamPart(*header, path, labelsPath);
        if (!part) return part.error();
        return assembleDataset(path, std::move(part->shape), std::move(part->samples), {}, {});
    }
    const Result<Bytes> x = readContent(path, kMaxInflated);
    if (!x) return x.error();
    const Result<Bytes> y = readContent(labelsPath, kMaxInflated);
    if (!y) return y.error();
    Shape shape;
    Result<Samples> samples = join(*x, path, *y, labelsPath, shape);
    if (!samples) return samples.error();
    return assembleDataset(path, std::move(shape), std::move(*samples), {}, {});
}

}  // namespace lab

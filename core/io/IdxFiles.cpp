#include "core/io/IdxFiles.h"

#include "core/data/Idx.h"
#include "core/io/DataFormats.h"
#include "core/io/FileRows.h"
#include "core/io/Gzip.h"
#include "core/io/StreamedSamples.h"

#include <QFile>

#include <QFileInfo>

#include <algorithm>
#include <optional>

namespace lab {

namespace {

constexpr std::size_t kHeadBytes = 64;

bool exists(const std::string& path) {
    return QFileInfo(QString::fromStdString(path)).isFile();
}

struct Parts {
    std::string folder, name;  // the folder with its slash
};

Parts split(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    if (slash == std::string::npos) return {"", path};
    return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

// Replaces the last occurrence; false where there is none.
bool replaced(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.rfind(from);
    if (at == std::string::npos) return false;
    text.replace(at, from.size(), to);
    return true;
}

// The name itself, and with .gz put on or taken off.
std::vector<std::string> packedOrNot(const std::string& name) {
    const bool packed = name.size() > 3 && name.compare(name.size() - 3, 3, ".gz") == 0;
    return {name, packed ? name.substr(0, name.size() - 3) : name + ".gz"};
}

std::string firstExisting(const std::string& folder, const std::vector<std::string>& names) {
    for (const std::string& name : names)
        for (const std::string& variant : packedOrNot(name))
            if (exists(folder + variant)) return folder + variant;
    return {};
}

std::string labelsName(std::string images) {
    const bool changed =
        replaced(images, "images", "labels") || replaced(images, "image", "label") || replaced(images, "data", "labels");
    for (const char* from : {"idx3", "idx4", "idx2"})
        if (replaced(images, from, "idx1")) return images;
    return changed ? images : std::string();
}

std::vector<std::string> imagesNames(std::string labels) {
    if (!replaced(labels, "labels", "images") && !replaced(labels, "label", "image")) return {};
    std::vector<std::string> out{labels};
    for (const char* to : {"idx3", "idx4", "idx2"}) {
        std::string other = labels;
        if (replaced(other, "idx1", to)) out.push_back(other);
    }
    return out;
}

bool namesTest(const std::string& name) {
    return name.find("t10k") != std::string::npos || name.find("test") != std::string::npos;
}

// The images of the other part, or nothing.
std::string otherPart(const Parts& images) {
    std::vector<std::string> names;
    const auto tryName = [&](const char* from, const char* to) {
        std::string name = images.name;
        if (replaced(name, from, to)) names.push_back(name);
    };
    tryName("train", "t10k");
    tryName("train", "test");
    tryName("t10k", "train");
    tryName("test", "train");
    return firstExisting(images.folder, names);
}

Result<Bytes> readIdx(const std::string& path) {
    const Result<Bytes> raw = readFile(path);
    if (!raw || !looksLikeGzip(*raw)) return raw;
    // The header says how much should come out; more than that is a damaged file, or a trap.
    const Result<IdxHeader> header = parseIdxHeader(gunzipHead(*raw, kHeadBytes), path);
    if (!header) {
        // A file that is cut off or damaged from the start is better explained by its decompression.
        if (const Result<Bytes> whole = gunzip(*raw, path, 1 << 20); !whole && whole.error().code != "LAB-DATA-153")
            return whole.error();
        return header.error();
    }
    return gunzip(*raw, path, std::min(kMaxInflated, header->fileBytes));
}

// The header of the file, packed or not; nothing where it cannot be understood: the whole reader says why.
std::optional<IdxHeader> headerOf(const std::string& path, bool& packed) {
    QFile file(QString::fromStdString(path));
    Bytes head(4096);
    if (!file.open(QIODevice::ReadOnly)) return std::nullopt;
    const qint64 got = file.read(reinterpret_cast<char*>(head.data()), static_cast<qint64>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<qint64>(got, 0)));
    packed = looksLikeGzip(head);
    const Result<IdxHeader> header = parseIdxHeader(packed ? gunzipHead(head, kHeadBytes) : head, path);
    return header ? std::optional<IdxHeader>(*header) : std::nullopt;
}

// Samples that stay on disk; labels are read.
Result<LabelledPart> streamPair(const IdxHeader& header, const std::string& images, bool packed, const Bytes& labels,
                                const std::string& labelsWhere) {
    const Result<IdxHeader> second = parseIdxHeader(labels, labelsWhere);
    if (!second) return second.error();
    if (const Result<void> pair = checkIdxPair(header, images, *second, labelsWhere); !pair) return pair.error();
    std::string path = images;
    if (packed) {
        const Result<std::string> copy = unpackedCopy(images, header.fileBytes);
        if (!copy) return copy.error();
        path = *copy;
    }
    const Result<std::uint64_t> size = fileSize(path);
    if (!size) return size.error();
    if (const Result<void> whole = checkIdxLength(header, *size, images); !whole) return whole.error();
    const Result<Tensor> y = parseIdx(labels, labelsWhere);
    if (!y) return y.error();
    StreamedArray array{path, images, header.shape, header.dataOffset, header.elementBytes,
                        [header, images](std::span<const std::uint8_t> bytes, Index first, Real* out) {
                            return decodeIdx(header, bytes, first, images, out);
                        }};
    return streamedPart(std::move(array), *y, labelsWhere);
}

Result<LabelledPart> readPair(const std::string& images, const std::string& labels, std::uint64_t inMemory) {
    const Result<Bytes> y = readIdx(labels);
    if (!y) return y.error();
    bool packed = false;
    if (const std::optional<IdxHeader> header = headerOf(images, packed);
        header && beyondMemory((header->fileBytes - header->dataOffset) / header->elementBytes, inMemory))
        return streamPair(*header, images, packed, *y, labels);
    const Result<Bytes> x = readIdx(images);
    if (!x) return x.error();
    return parseIdxPair(*x, images, *y, labels);
}

}  // namespace

std::string idxInFolder(const std::string& folder) {
    return firstExisting(folder + "/", {"train-images-idx3-ubyte", "train-images.idx3-ubyte"});
}

Result<IdxPaths> findIdxPaths(const std::string& path, const std::string& labels) {
    if (!labels.empty()) return IdxPaths{path, labels, {}, {}};
    Parts given = split(path);
    const std::vector<std::string> images = imagesNames(given.name);
    if (!images.empty()) {
        const std::string found = firstExisting(given.folder, images);
        if (found.empty())
            return Error{"LAB-DATA-175",
                         "this file holds labels by its name, but the samples (" + images.front() + ") are not beside it.",
                         path, "Put both files into one folder."};
        given = split(found);
    }
    const std::string wanted = labelsName(given.name);
    const std::string found = wanted.empty() ? std::string() : firstExisting(given.folder, {wanted});
    if (found.empty())
        return Error{"LAB-DATA-175",
                     "the file of the labels is missing: " +
                         (wanted.empty() ? "the name does not say which one it is" : "looked for " + wanted) + ".",
                     path,
                     "Put it into the same folder, named like the images with 'labels' for 'images', or give labels=PATH."};
    IdxPaths out{given.folder + given.name, found, {}, {}};
    const std::string other = otherPart(given);
    const std::string otherLabels =
        other.empty() ? std::string() : firstExisting(given.folder, {labelsName(split(other).name)});
    if (otherLabels.empty()) return out;
    out.testImages = other;
    out.testLabels = otherLabels;
    if (namesTest(given.name)) {
        std::swap(out.trainImages, out.testImages);
        std::swap(out.trainLabels, out.testLabels);
    }
    return out;
}

Result<Dataset> readIdxFiles(const IdxPaths& paths, const std::string& path, std::uint64_t inMemory) {
    Result<LabelledPart> train = readPair(paths.trainImages, paths.trainLabels, inMemory);
    if (!train) return train.error();
    Samples test;
    if (!paths.testImages.empty()) {
        Result<LabelledPart> part = readPair(paths.testImages, paths.testLabels, inMemory);
        if (!part) return part.error();
        test = std::move(part->samples);
    }
    return assembleDataset(path, std::move(train->shape), std::move(train->samples), std::move(test), {});
}

}  // namespace lab

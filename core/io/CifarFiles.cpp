#include "core/io/CifarFiles.h"

#include "core/data/Cifar.h"
#include "core/data/Tensors.h"
#include "core/io/DataFormats.h"
#include "core/io/Gzip.h"

#include <QFileInfo>

namespace lab {

namespace {

bool isFile(const std::string& path) {
    return QFileInfo(QString::fromStdString(path)).isFile();
}

// One name per line; empty where the file is missing or has another number of lines.
std::vector<std::string> readNames(const std::string& path, int classes) {
    const Result<Bytes> bytes = isFile(path) ? readFile(path, 1 << 16) : Result<Bytes>(Bytes());
    std::vector<std::string> names;
    if (!bytes) return names;
    std::string line;
    for (std::size_t i = 0; i <= bytes->size(); ++i) {
        const char c = i < bytes->size() ? static_cast<char>((*bytes)[i]) : '\n';
        if (c == '\n') {
            if (!line.empty()) names.push_back(line);
            line.clear();
        } else if (static_cast<unsigned char>(c) >= 0x20) {
            line += c;
        }
    }
    if (static_cast<int>(names.size()) != classes) names.clear();
    return names;
}

Result<Samples> readPart(const std::vector<std::string>& paths, CifarKind kind) {
    Samples out;
    for (const std::string& path : paths) {
        if (!isFile(path))
            return Error{"LAB-DATA-175", "a file of the data set is missing.", path,
                         "Unpack the whole archive into one folder."};
        const Result<Bytes> bytes = readContent(path, kMaxInflated);
        if (!bytes) return bytes.error();
        Result<Samples> part = parseCifar(*bytes, kind, path);
        if (!part) return part;
        const Index before = out.count();
        if (before == 0) {
            out = std::move(*part);
            continue;
        }
        out.x.conservativeResize(before + part->count(), Eigen::NoChange);
        out.x.bottomRows(part->count()) = part->x;
        out.y.insert(out.y.end(), part->y.begin(), part->y.end());
    }
    return out;
}

}  // namespace

bool looksLikeCifarFolder(const std::string& path) {
    return isFile(path + "/data_batch_1.bin") || (isFile(path + "/train.bin") && isFile(path + "/test.bin"));
}

Result<Dataset> readCifar(const std::string& path, bool coarse) {
    const CifarKind hundred = coarse ? CifarKind::HundredCoarse : CifarKind::HundredFine;
    std::vector<std::string> train, test;
    CifarKind kind = hundred;
    std::string folder = path;
    if (QFileInfo(QString::fromStdString(path)).isDir()) {
        if (isFile(path + "/data_batch_1.bin")) {
            kind = CifarKind::Ten;
            for (int k = 1; k <= 5; ++k) train.push_back(path + "/data_batch_" + std::to_string(k) + ".bin");
            test = {path + "/test_batch.bin"};
        } else {
            train = {path + "/train.bin"};
            test = {path + "/test.bin"};
        }
    } else {
        const Result<Bytes> bytes = readContent(path, kMaxInflated);
        if (!bytes) return bytes.error();
        // The size tells the kinds apart, unless it fits both; then the labels do.
        const bool ten = bytes->size() % cifarRecordBytes(CifarKind::Ten) == 0;
        const bool other = bytes->size() % cifarRecordBytes(hundred) == 0;
        if (!other || (ten && looksLikeCifar(*bytes, CifarKind::Ten))) kind = CifarKind::Ten;
        train = {path};
        const std::size_t slash = path.find_last_of('/');
        folder = slash == std::string::npos ? "." : path.substr(0, slash);
    }
    Result<Samples> first = readPart(train, kind);
    if (!first) return first.error();
    Result<Samples> second = readPart(test, kind);
    if (!second) return second.error();
    const std::string names = kind == CifarKind::Ten           ? "batches.meta.txt"
                              : kind == CifarKind::HundredFine ? "fine_label_names.txt"
                                                               : "coarse_label_names.txt";
    Result<Dataset> set = assembleDataset(path, Shape{3, 32, 32}, std::move(*first), std::move(*second),
                                          readNames(folder + "/" + names, cifarClasses(kind)));
    return set;
}

}  // namespace lab

#include "core/io/Npz.h"

#include "core/base/Assert.h"

#include <QSaveFile>

#include <cstring>
#include <set>

namespace lab {

namespace {

constexpr const char* kSuffix = ".npy";

Result<void> replaceFile(const std::string& path, std::span<const std::uint8_t> bytes) {
    QSaveFile file(QString::fromStdString(path));
    const auto size = static_cast<qint64>(bytes.size());
    const bool done = file.open(QIODevice::WriteOnly) &&
                      file.write(reinterpret_cast<const char*>(bytes.data()), size) == size && file.commit();
    if (!done)
        return Error{"LAB-DATA-160", "the file cannot be written: " + file.errorString().toStdString() + ".", path,
                     "Check that the folder exists, may be written to and has room."};
    return {};
}

}  // namespace

Result<std::vector<NamedArray>> readNpz(std::span<const std::uint8_t> bytes, const std::string& where,
                                        const NpzLimits& limits) {
    Result<std::vector<ZipEntry>> entries = readZip(bytes, where, limits.zip);
    if (!entries) return entries.error();
    std::vector<NamedArray> out;
    for (ZipEntry& entry : *entries) {
        const std::string place = where + ":" + entry.name;
        const std::size_t length = std::strlen(kSuffix);
        if (entry.name.size() <= length || entry.name.compare(entry.name.size() - length, length, kSuffix) != 0)
            return Error{"LAB-DATA-159", "the archive holds '" + entry.name + "', but only arrays (.npy) were wanted.",
                         place, "Write it with numpy.savez."};
        NamedArray array;
        array.name = entry.name.substr(0, entry.name.size() - length);
        Result<std::vector<float>> data = parseNpyFloats(entry.content, place, limits.nonFinite, array.shape);
        if (!data) return data.error();
        array.data = std::move(*data);
        Bytes().swap(entry.content);
        out.push_back(std::move(array));
    }
    return out;
}

Result<std::vector<NamedArray>> readNpz(const std::string& path, const NpzLimits& limits) {
    const Result<Bytes> bytes = readFile(path);
    if (!bytes) return bytes.error();
    return readNpz(std::span<const std::uint8_t>(*bytes), path, limits);
}

Result<Bytes> npzBytes(const std::vector<NamedArray>& arrays) {
    std::vector<ZipEntry> entries;
    std::set<std::string> names;
    for (const NamedArray& array : arrays) {
        if (!isSafeZipName(array.name) || !names.insert(array.name).second)
            return Error{"LAB-DATA-155",
                         "the array name '" + array.name + "' cannot be used in an archive, or comes twice.", array.name,
                         "Rename it."};
        entries.push_back({array.name + kSuffix, npyBytes(array.shape, std::span<const float>(array.data))});
    }
    // Weights hardly shrink, and stored entries are read twice as fast.
    return zipBytes(entries, ZipMethod::Store);
}

Result<void> writeNpz(const std::string& path, const std::vector<NamedArray>& arrays) {
    const Result<Bytes> bytes = npzBytes(arrays);
    if (!bytes) return bytes.error();
    return replaceFile(path, *bytes);
}

Result<NpyArray> readNpy(const std::string& path, NonFinite nonFinite) {
    const Result<Bytes> bytes = readFile(path);
    if (!bytes) return bytes.error();
    return parseNpy(*bytes, path, nonFinite);
}

Result<void> writeNpy(const std::string& path, const std::vector<Index>& shape, std::span<const float> values) {
    return replaceFile(path, npyBytes(shape, values));
}

Result<void> writeNpy(const std::string& path, const std::vector<Index>& shape, std::span<const double> values) {
    return replaceFile(path, npyBytes(shape, values));
}

}  // namespace lab

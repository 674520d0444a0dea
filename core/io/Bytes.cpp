#include "core/io/Bytes.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace lab {

Result<Bytes> readFile(const std::string& path, std::uint64_t limit) {
    const QString name = QString::fromStdString(path);
    if (QFileInfo(name).isDir())
        return Error{"LAB-IO-101", "this is a folder, but a file was wanted.", path, "Choose a file inside it."};
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return Error{"LAB-IO-101", "the file cannot be opened: " + file.errorString().toStdString() + ".", path,
                     "Check that it exists and may be read."};
    const auto size = static_cast<std::uint64_t>(file.size());
    if (size > limit)
        return Error{"LAB-IO-102", "the file has " + std::to_string(size) + " bytes, more than the " + std::to_string(limit) +
                                       " that are read here.", path, "Choose a smaller file."};
    Bytes bytes(size);
    const qint64 got = size == 0 ? 0 : file.read(reinterpret_cast<char*>(bytes.data()), static_cast<qint64>(size));
    if (got != static_cast<qint64>(size))
        return Error{"LAB-IO-103", "only " + std::to_string(got) + " of " + std::to_string(size) + " bytes could be read: " +
                                       file.errorString().toStdString() + ".", path, "Check the disk and try again."};
    return bytes;
}

Result<void> writeFileAtomically(const std::string& path, const void* data, std::size_t size) {
    const QString name = QString::fromStdString(path);
    // Replacing a device or a pipe by a file would be no kindness to anybody.
    if (const QFileInfo old(name); old.exists() && !old.isFile())
        return Error{"LAB-IO-104", "the file cannot be written: a folder or device of that name exists.", path, "Choose another name."};
    QSaveFile file(name);
    file.setDirectWriteFallback(false);
    const auto failed = [&] {
        return Error{"LAB-IO-104", "the file cannot be written: " + file.errorString().toStdString() + ".", path,
                     "Choose a folder that exists and may be written, with room on the disk."};
    };
    if (!file.open(QIODevice::WriteOnly)) return failed();
    if (file.write(static_cast<const char*>(data), static_cast<qint64>(size)) != static_cast<qint64>(size)) return failed();
    if (!file.commit()) return failed();
    return {};
}

}  // namespace lab

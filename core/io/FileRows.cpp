#include "core/io/FileRows.h"

#include "core/base/Fingerprint.h"
#include "core/io/Gzip.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace lab {

namespace {

constexpr std::uint64_t kTogether = std::uint64_t(1) << 20;  // bytes that are read in one piece at most

class FileRows final : public RowSource {
public:
    FileRows(int file, std::string path, RowFormat format)
        : m_file(file), m_path(std::move(path)), m_format(std::move(format)) {}
    FileRows(const FileRows&) = delete;
    FileRows& operator=(const FileRows&) = delete;
    ~FileRows() override { ::close(m_file); }

    Index count() const override { return m_format.count; }
    Index width() const override { return m_format.width; }

    void read(const Index* which, Index n, Real* out) const override {
        thread_local std::vector<std::uint8_t> piece;  // nothing is allocated once the largest piece was seen
        const Index most =
            static_cast<Index>(std::max<std::uint64_t>(1, kTogether / std::max<std::uint64_t>(1, m_format.rowBytes)));
        for (Index i = 0; i < n;) {
            Index together = 1;
            while (i + together < n && together < most && which[i + together] == which[i] + together) ++together;
            const std::size_t bytes = static_cast<std::size_t>(together) * m_format.rowBytes;
            if (piece.size() < bytes) piece.resize(bytes);
            Real* to = out + i * m_format.width;
            Result<void> done =
                fill(piece.data(), bytes, m_format.offset + static_cast<std::uint64_t>(which[i]) * m_format.rowBytes);
            if (done) done = m_format.decode({piece.data(), bytes}, which[i], to);
            if (!done) {
                std::fill(to, out + n * m_format.width, Real(0));
                std::lock_guard lock(m_mutex);
                if (!m_failure) m_failure = done.error();
                return;
            }
            i += together;
        }
    }

    std::optional<Error> failure() const override {
        std::lock_guard lock(m_mutex);
        return m_failure;
    }

private:
    // By position, so that threads do not disturb each other; and by reading, not by mapping: a mapped file that is cut off
    // ends the program.
    Result<void> fill(std::uint8_t* to, std::size_t bytes, std::uint64_t at) const {
        while (bytes > 0) {
            const ssize_t got = ::pread(m_file, to, bytes, static_cast<off_t>(at));
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0)
                return Error{"LAB-DATA-302",
                             got == 0 ? "the data file has become shorter while it was in use."
                                      : std::string("the data file cannot be read any more: ") + std::strerror(errno) + ".",
                             m_path + ":byte " + std::to_string(at), "Restore the file, then reset the run."};
            to += got;
            at += static_cast<std::uint64_t>(got);
            bytes -= static_cast<std::size_t>(got);
        }
        return {};
    }

    int m_file;
    std::string m_path;
    RowFormat m_format;
    mutable std::mutex m_mutex;
    mutable std::optional<Error> m_failure;  // guarded by m_mutex
};

Error cannotOpen(const std::string& path) {
    return Error{"LAB-IO-101", std::string("the file cannot be opened: ") + std::strerror(errno) + ".", path,
                 "Check that it exists and may be read."};
}

std::string hexOf(const std::string& text) {
    Fingerprint hash;
    hash.add(text.data(), text.size());
    return hash.hex();
}

}  // namespace

Result<std::shared_ptr<const RowSource>> openFileRows(const std::string& path, RowFormat format) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return cannotOpen(path);
    return std::shared_ptr<const RowSource>(std::make_shared<FileRows>(file, path, std::move(format)));
}

Result<std::uint64_t> fileSize(const std::string& path) {
    const QFileInfo info(QString::fromStdString(path));
    if (!info.isFile()) {
        errno = ENOENT;
        return cannotOpen(path);
    }
    return static_cast<std::uint64_t>(info.size());
}

Result<std::string> unpackedCopy(const std::string& path, std::uint64_t bytes) {
    const QFileInfo original(QString::fromStdString(path));
    QDir folder(QStandardPaths::writableLocation(QStandardPaths::CacheLocation) + QStringLiteral("/unpacked"));
    const QString name = QString::fromStdString(hexOf(original.absoluteFilePath().toStdString()));
    const QString state = QString::fromStdString(
        hexOf(std::to_string(original.lastModified().toMSecsSinceEpoch()) + "/" + std::to_string(original.size())));
    const QString target = folder.filePath(name + '-' + state);
    if (QFileInfo(target).isFile() && static_cast<std::uint64_t>(QFileInfo(target).size()) == bytes)
        return target.toStdString();

    const Result<Bytes> packed = readFile(path);
    if (!packed) return packed.error();
    QSaveFile file(target);
    const auto unwritable = [&] {
        return Error{"LAB-IO-104", "the unpacked copy cannot be written: " + file.errorString().toStdString() + ".",
                     target.toStdString(), "Make room in the cache folder, or unpack the file by hand and open that."};
    };
    if (!folder.mkpath(QStringLiteral(".")) || !file.open(QIODevice::WriteOnly)) return unwritable();
    for (const QString& old : folder.entryList({name + QStringLiteral("-*")}, QDir::Files))
        if (folder.filePath(old) != target) folder.remove(old);
    const Result<void> done = gunzipTo(*packed, path, bytes, [&](std::span<const std::uint8_t> piece) -> Result<void> {
        if (file.write(reinterpret_cast<const char*>(piece.data()), static_cast<qint64>(piece.size())) !=
            static_cast<qint64>(piece.size()))
            return unwritable();
        return {};
    });
    if (!done) return done.error();
    if (!file.commit()) return unwritable();
    return target.toStdString();
}

std::uint64_t physicalMemory() {
    const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size)
                                 : std::uint64_t(4) << 30;
}

}  // namespace lab

#include "core/io/Zip.h"

#include <quazip.h>
#include <quazipfile.h>
#include <quazipfileinfo.h>
#include <quazipnewinfo.h>

#include <QBuffer>

#include <algorithm>
#include <set>

namespace lab {

namespace {

std::string shown(const std::string& name) {
    std::string out = name.substr(0, 80);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20) c = '?';
    return "'" + out + "'";
}

// QBuffer warns on the console about positions beyond its end, which damaged directories ask for.
class MemoryFile : public QBuffer {
public:
    using QBuffer::QBuffer;
    bool seek(qint64 position) override { return position >= 0 && position <= size() && QBuffer::seek(position); }
};

Result<Bytes> readEntry(QuaZip& zip, std::uint64_t announced, std::uint64_t allowed, const std::string& place) {
    const Error damaged{"LAB-DATA-157",
                        "the entry does not match its checksum or its size of " + std::to_string(announced) + " bytes.",
                        place, "Copy or save the file again."};
    QuaZipFile file(&zip);
    if (!file.open(QIODevice::ReadOnly)) return damaged;
    Bytes out;
    for (;;) {
        // Grows with what comes out; the announced size only sets where to stop.
        const std::size_t piece = static_cast<std::size_t>(std::min<std::uint64_t>(1 << 20, announced + 1));
        const std::size_t used = out.size();
        out.resize(used + piece);
        const qint64 got = file.read(reinterpret_cast<char*>(out.data() + used), static_cast<qint64>(piece));
        out.resize(used + static_cast<std::size_t>(std::max<qint64>(got, 0)));
        if (got < 0) return damaged;
        if (out.size() > allowed)
            return Error{"LAB-DATA-156", "the archive unpacks to more bytes than are read here.", place,
                         "Choose a smaller file."};
        if (got == 0) break;
    }
    file.close();
    if (file.getZipError() != UNZ_OK || out.size() != announced) return damaged;
    return out;
}

}  // namespace

bool isSafeZipName(const std::string& name) {
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos || name.find(':') != std::string::npos)
        return false;
    if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) return false;
    std::size_t at = 0;
    while (at <= name.size()) {
        const std::size_t end = std::min(name.find('/', at), name.size());
        const std::string part = name.substr(at, end - at);
        if (part == ".." || part == "." || (part.empty() && end < name.size())) return false;
        at = end + 1;
    }
    return true;
}

bool looksLikeZip(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 4 && bytes[0] == 'P' && bytes[1] == 'K' &&
           ((bytes[2] == 3 && bytes[3] == 4) || (bytes[2] == 5 && bytes[3] == 6));
}

Result<std::vector<ZipEntry>> readZip(std::span<const std::uint8_t> bytes, const std::string& where,
                                      const ZipLimits& limits) {
    const Error damaged{"LAB-DATA-154", "this is not a zip archive, or it is empty or its directory damaged.", where,
                        "Copy or save the file again."};
    if (!looksLikeZip(bytes)) return damaged;
    QByteArray view =
        QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    MemoryFile buffer(&view);
    buffer.open(QIODevice::ReadOnly);
    QuaZip zip(&buffer);
    zip.setAutoClose(false);
    if (!zip.open(QuaZip::mdUnzip)) return damaged;
    std::vector<ZipEntry> out;
    std::set<std::string> names;
    std::uint64_t total = 0;
    for (bool more = zip.goToFirstFile(); more; more = zip.goToNextFile()) {
        QuaZipFileInfo64 info;
        if (!zip.getCurrentFileInfo(&info)) return damaged;
        const std::string name = info.name.toStdString();
        const std::string place = where + ":" + shown(name);
        if (!isSafeZipName(name))
            return Error{"LAB-DATA-155", "the archive holds the name " + shown(name) + ", which leads out of it.", place,
                         "Do not trust this file."};
        if (!names.insert(name).second)
            return Error{"LAB-DATA-155", "the archive holds the name " + shown(name) + " twice.", place,
                         "Save the file again."};
        if (names.size() > limits.entries)
            return Error{"LAB-DATA-156", "the archive holds more than " + std::to_string(limits.entries) + " files.", where,
                         "Choose a smaller file."};
        if (name.back() == '/') continue;
        if (info.uncompressedSize > limits.totalBytes - total)
            return Error{"LAB-DATA-156",
                         "the archive unpacks to more than " + std::to_string(limits.totalBytes) +
                             " bytes, which is all that is read.",
                         place, "Choose a smaller file."};
        if (info.isEncrypted())
            return Error{"LAB-DATA-154", "the archive is encrypted.", place, "Save it without a password."};
        Result<Bytes> content = readEntry(zip, info.uncompressedSize, limits.totalBytes - total, place);
        if (!content) return content.error();
        total += content->size();
        out.push_back({name, std::move(*content)});
    }
    if (zip.getZipError() != UNZ_OK) return damaged;
    return out;
}

Result<Bytes> zipBytes(const std::vector<ZipEntry>& entries, ZipMethod method) {
    const Error failed{"LAB-DATA-158", "the archive could not be built.", "",
                       "Use shorter names; close other programs, memory may be short."};
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QuaZip zip(&buffer);
        zip.setAutoClose(false);
        zip.setUtf8Enabled(true);
        if (!zip.open(QuaZip::mdCreate)) return failed;
        for (const ZipEntry& entry : entries) {
            constexpr std::size_t kLongestName = 65535;  // its length is stored in 16 bits
            if (entry.name.size() > kLongestName) return failed;
            // A fixed date: the same content gives the same bytes, whenever and wherever it is written.
            QuaZipNewInfo info(QString::fromStdString(entry.name));
            info.dateTime = QDateTime(QDate(1980, 1, 1), QTime(0, 0));
            info.externalAttr = 0100644u << 16;
            QuaZipFile file(&zip);
            const bool deflate = method == ZipMethod::Deflate;
            if (!file.open(QIODevice::WriteOnly, info, nullptr, 0, deflate ? Z_DEFLATED : 0, deflate ? 6 : 0))
                return failed;
            const auto size = static_cast<qint64>(entry.content.size());
            const qint64 written = size == 0 ? 0 : file.write(reinterpret_cast<const char*>(entry.content.data()), size);
            file.close();
            if (written != size || file.getZipError() != ZIP_OK) return failed;
        }
        zip.close();
        if (zip.getZipError() != ZIP_OK) return failed;
    }
    const QByteArray& all = buffer.data();
    return Bytes(all.begin(), all.end());
}

}  // namespace lab

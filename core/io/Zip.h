// Zip archives in memory: bounded reading, and writing that gives the same bytes for the same content.
#pragma once

#include "core/io/Bytes.h"

#include <span>

namespace lab {

struct ZipEntry {
    std::string name;
    Bytes content;
};

struct ZipLimits {
    std::uint64_t entries = 100000;
    std::uint64_t totalBytes = std::uint64_t(4) << 30;  // of all entries together, inflated
};

// Relative, without "..", backslashes, colons and control characters.
bool isSafeZipName(const std::string& name);
bool looksLikeZip(std::span<const std::uint8_t> bytes);

// Every file of the archive, in its order; folders are passed over. Errors: LAB-DATA-154 not an archive, empty, or damaged;
// LAB-DATA-155 a name that leads out of the archive (absolute, "..", a backslash) or comes twice;
// LAB-DATA-156 beyond the limits; LAB-DATA-157 an entry does not match its checksum or size.
Result<std::vector<ZipEntry>> readZip(std::span<const std::uint8_t> bytes, const std::string& where,
                                      const ZipLimits& limits = {});

enum class ZipMethod { Store, Deflate };

// Entries in the given order, all dated 1 January 1980. Error LAB-DATA-158 where the archive cannot be built.
Result<Bytes> zipBytes(const std::vector<ZipEntry>& entries, ZipMethod method);

}  // namespace lab

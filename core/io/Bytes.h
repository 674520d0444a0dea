// Whole files as bytes, with a limit before anything is allocated.
#pragma once

#include "core/base/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lab {

using Bytes = std::vector<std::uint8_t>;

// Reads `path` completely. Errors: LAB-IO-101 cannot open, LAB-IO-102 larger than `limit`, LAB-IO-103 read failed.
Result<Bytes> readFile(const std::string& path, std::uint64_t limit = std::uint64_t(8) << 30);

// Writes the whole file or leaves the old one as it was, whatever happens in between. Error LAB-IO-104.
Result<void> writeFileAtomically(const std::string& path, const void* data, std::size_t size);

}  // namespace lab

// Samples of a file that is larger than its share of the memory: every sample has a fixed place, and is read when it is
// wanted.
#pragma once

#include "core/data/RowSource.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace lab {

struct RowFormat {
    std::uint64_t offset = 0;    // of the first sample
    std::uint64_t rowBytes = 0;  // of one sample
    Index count = 0;
    Index width = 0;  // numbers of one sample
    // Whole samples from number `first` on into `out`.
    std::function<Result<void>(std::span<const std::uint8_t> bytes, Index first, Real* out)> decode;
};

// The file is held open and read by position: samples that lie together in one piece. A file that becomes shorter, cannot
// be read or holds values that `decode` refuses makes failure() non-empty (LAB-DATA-302 and the errors of decode); what
// changes in place while its length stays is not noticed. Errors: LAB-IO-101.
Result<std::shared_ptr<const RowSource>> openFileRows(const std::string& path, RowFormat format);

// Bytes of an existing file. Error LAB-IO-101.
Result<std::uint64_t> fileSize(const std::string& path);

// The content of a gzip file as a file of its own in the user's cache folder, unpacked once for each state of the original;
// earlier states are removed. At most `bytes` come out; whoever reads the copy finds out where it is shorter. Errors: those
// of Gzip.h, LAB-IO-104 where the cache cannot be written.
Result<std::string> unpackedCopy(const std::string& path, std::uint64_t bytes);

// Bytes of memory of this machine.
std::uint64_t physicalMemory();

}  // namespace lab

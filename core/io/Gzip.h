// gzip in memory, with a limit on what comes out: the output of a small file may be a thousand times its size.
#pragma once

#include "core/io/Bytes.h"

#include <functional>
#include <span>

namespace lab {

constexpr std::uint64_t kMaxInflated = std::uint64_t(4) << 30;

bool looksLikeGzip(std::span<const std::uint8_t> bytes);

// All members of the file, one after the other. Errors: LAB-DATA-151 damaged (with the byte where it was noticed),
// LAB-DATA-152 cut off, LAB-DATA-153 more than `limit` bytes come out.
Result<Bytes> gunzip(std::span<const std::uint8_t> bytes, const std::string& where, std::uint64_t limit = kMaxInflated);

// The same a piece at a time: `put` takes what comes out and says whether it could. Nothing of the output is held.
Result<void> gunzipTo(std::span<const std::uint8_t> bytes, const std::string& where, std::uint64_t limit,
                      const std::function<Result<void>(std::span<const std::uint8_t>)>& put);

// At most the first `wanted` bytes; less where the file ends or is damaged. To look at a header.
Bytes gunzipHead(std::span<const std::uint8_t> bytes, std::size_t wanted);

}  // namespace lab

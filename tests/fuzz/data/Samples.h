// Small valid files, and ways to damage them. Shared by the malformed corpus and the mutation test.
#pragma once

#include "core/data/Npy.h"
#include "core/io/Bytes.h"
#include "core/io/Zip.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

namespace samples {

using lab::Bytes;

inline Bytes text(const std::string& t) {
    return Bytes(t.begin(), t.end());
}

inline Bytes idx(std::uint8_t type, const std::vector<std::uint32_t>& dims, const Bytes& values) {
    Bytes out{0, 0, type, static_cast<std::uint8_t>(dims.size())};
    for (const std::uint32_t d : dims)
        for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(d >> shift));
    out.insert(out.end(), values.begin(), values.end());
    return out;
}

inline Bytes images() {
    return idx(8, {4, 2, 3}, Bytes(24, 7));
}
inline Bytes labels() {
    return idx(8, {4}, {0, 1, 2, 1});
}

inline Bytes npyWithHeader(const std::string& header, std::size_t valueBytes, std::uint8_t major = 1) {
    Bytes out{0x93, 'N', 'U', 'M', 'P', 'Y', major, 0};
    // Two bytes of length in version 1, four in the later ones.
    for (int k = 0; k < (major > 1 ? 4 : 2); ++k) out.push_back(static_cast<std::uint8_t>(header.size() >> (8 * k)));
    for (const char c : header) out.push_back(static_cast<std::uint8_t>(c));
    out.resize(out.size() + valueBytes, 0);
    return out;
}

inline Bytes npy(const std::vector<lab::Index>& shape, const std::vector<float>& values) {
    return lab::npyBytes(shape, std::span<const float>(values));
}

inline Bytes zip(const std::vector<lab::ZipEntry>& entries, lab::ZipMethod method = lab::ZipMethod::Store) {
    lab::Result<Bytes> out = lab::zipBytes(entries, method);
    if (!out) throw std::runtime_error(out.error().text());
    return *out;
}

inline Bytes gzip(const Bytes& content) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    Bytes out(deflateBound(&stream, content.size()) + 64);
    stream.next_in = const_cast<std::uint8_t*>(content.data());
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

inline Bytes cut(Bytes bytes, std::size_t length) {
    bytes.resize(length);
    return bytes;
}

inline Bytes with(Bytes bytes, std::size_t at, std::uint8_t value) {
    bytes.at(at) = value;
    return bytes;
}

inline Bytes plus(Bytes bytes, const Bytes& tail) {
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    return bytes;
}

}  // namespace samples

// A 64-bit hash of bits that must not change: parameters, sample order, files. Not cryptographic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lab {

class Fingerprint {
public:
    // Adds raw bytes. Adding in two calls equals adding once (the hash is of the byte sequence).
    void add(const void* data, std::size_t bytes);
    void add(std::uint64_t word) { add(&word, sizeof word); }

    std::uint64_t value() const;
    // Sixteen lower-case hexadecimal digits.
    std::string hex() const;

private:
    std::uint64_t m_state = 0xCBF29CE484222325ull;
    std::uint64_t m_pending = 0;
    unsigned m_pendingBytes = 0;
    std::uint64_t m_length = 0;
};

}  // namespace lab

#include "core/base/Fingerprint.h"

#include "core/base/Rng.h"

#include <cstring>

namespace lab {

void Fingerprint::add(const void* data, std::size_t bytes) {
    const auto* p = static_cast<const unsigned char*>(data);
    m_length += bytes;
    while (bytes > 0) {
        if (m_pendingBytes == 0 && bytes >= 8) {
            std::uint64_t word;
            std::memcpy(&word, p, 8);
            m_state = mix64(m_state ^ word) + 0x9E3779B97F4A7C15ull;
            p += 8;
            bytes -= 8;
            continue;
        }
        m_pending |= static_cast<std::uint64_t>(*p++) << (8 * m_pendingBytes);
        --bytes;
        if (++m_pendingBytes == 8) {
            m_state = mix64(m_state ^ m_pending) + 0x9E3779B97F4A7C15ull;
            m_pending = 0;
            m_pendingBytes = 0;
        }
    }
}

std::uint64_t Fingerprint::value() const {
    std::uint64_t state = m_state;
    if (m_pendingBytes > 0) state = mix64(state ^ m_pending) + 0x9E3779B97F4A7C15ull;
    return mix64(state ^ m_length);
}

std::string Fingerprint::hex() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out(16, '0');
    std::uint64_t v = value();
    for (int i = 15; i >= 0; --i, v >>= 4) out[static_cast<std::size_t>(i)] = digits[v & 15];
    return out;
}

}  // namespace lab

// Numbers out of bytes in a stated order, whatever the machine's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lab {

template <class T>
T bigEndian(const std::uint8_t* bytes) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(static_cast<std::uint64_t>(value) << 8 | bytes[i]);
    return value;
}

template <class T>
T littleEndian(const std::uint8_t* bytes) {
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) value = static_cast<T>(static_cast<std::uint64_t>(value) << 8 | bytes[i]);
    return value;
}

}  // namespace lab

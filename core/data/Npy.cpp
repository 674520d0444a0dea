#include "core/data/Npy.h"

#include "core/base/Assert.h"
#include "core/data/ByteOrder.h"
#include "core/data/NpyLiteral.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace lab {

namespace {

constexpr std::uint8_t kMagic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
constexpr std::size_t kMaxHeader = 65536;

template <class T>
T load(const std::uint8_t* at, bool big) {
    return big ? bigEndian<T>(at) : littleEndian<T>(at);
}

double halfValue(std::uint16_t h) {
    const int exponent = h >> 10 & 31;
    const double fraction = h & 1023;
    const double magnitude = exponent == 0    ? std::ldexp(fraction, -24)
                             : exponent == 31 ? (fraction == 0 ? HUGE_VAL : std::nan(""))
                                              : std::ldexp(1024 + fraction, exponent - 25);
    return (h & 0x8000) != 0 ? -magnitude : magnitude;
}

double element(const std::uint8_t* at, const NpyHeader& header) {
    const bool big = header.bigEndian;
    switch (header.elementBytes) {
        case 1:
            return header.kind == 'i' ? static_cast<double>(static_cast<std::int8_t>(*at)) : *at;
        case 2: {
            const auto bits = load<std::uint16_t>(at, big);
            if (header.kind == 'f') return halfValue(bits);
            return header.kind == 'i' ? static_cast<double>(static_cast<std::int16_t>(bits)) : bits;
        }
        case 4: {
            const auto bits = load<std::uint32_t>(at, big);
            if (header.kind == 'f') return static_cast<double>(std::bit_cast<float>(bits));
            return header.kind == 'i' ? static_cast<double>(static_cast<std::int32_t>(bits)) : bits;
        }
        default: {
            const auto bits = load<std::uint64_t>(at, big);
            if (header.kind == 'f') return std::bit_cast<double>(bits);
            return header.kind == 'i' ? static_cast<double>(static_cast<std::int64_t>(bits)) : static_cast<double>(bits);
        }
    }
}

Result<void> readType(const std::string& descr, NpyHeader& header, const std::string& where) {
    const auto refuse = [&](const std::string& what) {
        return Error{"LAB-DATA-144",
                     "the elements are " + what + " ('" + descr.substr(0, 16) + "'), but plain numbers were wanted.", where,
                     "Convert the array first, for example with astype('float32')."};
    };
    if (descr.size() < 2) return refuse("of an unknown type");
    const char order = descr[0], kind = descr[1];
    if (kind == 'O') return refuse("Python objects");
    if (kind == 'c') return refuse("complex numbers");
    if (kind == 'U' || kind == 'S' || kind == 'a') return refuse("texts");
    if (kind == 'V') return refuse("raw records");
    const std::string size = descr.substr(2);
    const bool integer = (kind == 'i' || kind == 'u') && (size == "1" || size == "2" || size == "4" || size == "8");
    const bool real = kind == 'f' && (size == "2" || size == "4" || size == "8");
    const bool truth = kind == 'b' && size == "1";
    if (!integer && !real && !truth) return refuse("of an unknown type");
    header.elementBytes = static_cast<std::size_t>(size[0] - '0');
    if (order != '<' && order != '>' && !(order == '|' && header.elementBytes == 1)) return refuse("of unknown byte order");
    header.kind = kind;
    header.bigEndian = order == '>';
    return {};
}

Error notFinite(double value, Index number, std::size_t at, const std::string& where) {
    return Error{"LAB-DATA-148",
                 "value number " + std::to_string(number) + " is " + (std::isnan(value) ? "not a number" : "infinite") +
                     ", but finite values were wanted.",
                 where + ":byte " + std::to_string(at), "Clean the data before it is saved."};
}

Error tooLarge(const std::string& where) {
    return Error{"LAB-DATA-148", "a value is too large for single precision.", where, "Scale the data before it is saved."};
}

// Bytes that are samples are scaled to [0, 1].
bool bytesOf(const NpyHeader& header) {
    return header.kind == 'u' && header.elementBytes == 1;
}

// Calls put(position in row-major order, value) for every element; stops at the first that is not finite, if asked to.
template <class Put>
Result<void> forEachElement(std::span<const std::uint8_t> bytes, const NpyHeader& header, const std::string& where,
                            NonFinite nonFinite, const Put& put) {
    LAB_ASSERT(bytes.size() == header.dataOffset + static_cast<std::uint64_t>(header.count) * header.elementBytes);
    // The strides of an empty array might overflow.
    if (header.count == 0) return {};
    const std::vector<Index>& shape = header.shape;
    // Position in C order of an element that comes in Fortran order: an odometer whose first digit turns fastest.
    std::vector<Index> stride(shape.size(), 1), digit(shape.size(), 0);
    for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
    Index position = 0;
    for (Index i = 0; i < header.count; ++i) {
        const std::size_t at = header.dataOffset + static_cast<std::size_t>(i) * header.elementBytes;
        const double value = element(bytes.data() + at, header);
        if (nonFinite == NonFinite::Refuse && !std::isfinite(value)) return notFinite(value, i, at, where);
        put(header.fortranOrder ? position : i, value);
        if (!header.fortranOrder) continue;
        for (std::size_t d = 0; d < shape.size(); ++d) {
            position += stride[d];
            if (++digit[d] < shape[d]) break;
            position -= stride[d] * shape[d];
            digit[d] = 0;
        }
    }
    return {};
}

// The header of a file whose length fits.
Result<NpyHeader> wholeHeader(std::span<const std::uint8_t> bytes, const std::string& where) {
    Result<NpyHeader> header = parseNpyHeader(bytes, where);
    if (!header) return header;
    if (const Result<void> whole = checkNpyLength(*header, bytes.size(), where); !whole) return whole.error();
    return header;
}

template <class T>
std::vector<std::uint8_t> writeNpy(const std::vector<Index>& shape, std::span<const T> values, const char* descr) {
    static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");
    LAB_ASSERT(boundedProduct(shape, Index(1) << 60) == static_cast<Index>(values.size()));
    std::string header = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (";
    for (std::size_t d = 0; d < shape.size(); ++d) header += (d == 0 ? "" : ", ") + std::to_string(shape[d]);
    header += shape.size() == 1 ? ",), }" : "), }";
    // NumPy leaves room for the first dimension to grow to 21 digits, and pads to a multiple of 64 bytes.
    if (!shape.empty()) header.append(21 - std::to_string(shape[0]).size(), ' ');
    const std::size_t unpadded = 10 + header.size() + 1;
    header.append((64 - unpadded % 64) % 64, ' ');
    header += '\n';
    std::vector<std::uint8_t> out(kMagic, kMagic + sizeof kMagic);
    out.push_back(1);
    out.push_back(0);
    out.push_back(static_cast<std::uint8_t>(header.size() & 255));
    out.push_back(static_cast<std::uint8_t>(header.size() >> 8));
    out.insert(out.end(), header.begin(), header.end());
    const std::size_t start = out.size();
    out.resize(start + values.size_bytes());
    if (!values.empty()) std::memcpy(out.data() + start, values.data(), values.size_bytes());
    return out;
}

}  // namespace

bool looksLikeNpy(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= sizeof kMagic && std::memcmp(bytes.data(), kMagic, sizeof kMagic) == 0;
}

Result<NpyHeader> parseNpyHeader(std::span<const std::uint8_t> bytes, const std::string& where) {
    if (!looksLikeNpy(bytes) || bytes.size() < 10)
        return Error{"LAB-DATA-141", "the file does not begin with the mark of a NumPy array.", where + ":byte 0",
                     "Write it with numpy.save."};
    const int major = bytes[6], minor = bytes[7];
    if (major < 1 || major > 3 || minor != 0)
        return Error{"LAB-DATA-142",
                     "the file has version " + std::to_string(major) + "." + std::to_string(minor) +
                         " of the format, but 1.0, 2.0 and 3.0 are understood.",
                     where + ":byte 6", "Write it again with numpy.save."};
    NpyHeader header;
    const std::size_t start = major == 1 ? 10 : 12;
    const std::size_t length = major == 1          ? littleEndian<std::uint16_t>(bytes.data() + 8)
                               : bytes.size() < 12 ? kMaxHeader + 1
                                                   : littleEndian<std::uint32_t>(bytes.data() + 8);
    if (length > kMaxHeader || bytes.size() < start + length)
        return Error{"LAB-DATA-141",
                     "the header should have " + std::to_string(length) + " bytes, but the file has only " +
                         std::to_string(bytes.size()) + (length > kMaxHeader ? ", and a header is never that long." : "."),
                     where + ":byte 8", "Copy or save it again."};
    header.dataOffset = start + length;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data() + start), length);
    const Result<NpyLiteral> literal = parseNpyLiteral(text, where);
    if (!literal) return literal.error();
    if (const Result<void> done = readType(literal->descr, header, where); !done) return done.error();
    header.fortranOrder = literal->fortranOrder;
    for (const std::int64_t d : literal->shape) header.shape.push_back(static_cast<Index>(d));
    header.count = boundedProduct(header.shape, Index(1) << 44);
    if (header.count < 0)
        return Error{"LAB-DATA-145",
                     "the file announces " + dimensionsText(header.shape) + " elements, which no file can hold.", where,
                     "The header is damaged: copy or save the file again."};
    return header;
}

Result<NpyArray> parseNpy(std::span<const std::uint8_t> bytes, const std::string& where, NonFinite nonFinite) {
    Result<NpyHeader> header = wholeHeader(bytes, where);
    if (!header) return header.error();
    NpyArray out;
    out.header = std::move(*header);
    out.values.resize(static_cast<std::size_t>(out.header.count));
    const Result<void> done = forEachElement(bytes, out.header, where, nonFinite,
                                             [&](Index i, double v) { out.values[static_cast<std::size_t>(i)] = v; });
    if (!done) return done.error();
    return out;
}

Result<std::vector<float>> parseNpyFloats(std::span<const std::uint8_t> bytes, const std::string& where,
                                          NonFinite nonFinite, std::vector<Index>& shape) {
    const Result<NpyHeader> header = wholeHeader(bytes, where);
    if (!header) return header.error();
    std::vector<float> out(static_cast<std::size_t>(header->count));
    const Result<void> done = forEachElement(bytes, *header, where, nonFinite, [&](Index i, double v) {
        out[static_cast<std::size_t>(i)] = static_cast<float>(v);
    });
    if (!done) return done.error();
    shape = header->shape;
    return out;
}

Result<void> checkNpyLength(const NpyHeader& header, std::uint64_t fileBytes, const std::string& where) {
    const std::uint64_t needed = header.dataOffset + static_cast<std::uint64_t>(header.count) * header.elementBytes;
    if (fileBytes < needed)
        return Error{"LAB-DATA-146",
                     "the array has " + std::to_string(fileBytes) + " bytes, but " + dimensionsText(header.shape) +
                         " elements need " + std::to_string(needed) + ": it is cut off.",
                     where + ":byte " + std::to_string(fileBytes), "Copy or save it again."};
    if (fileBytes > needed)
        return Error{"LAB-DATA-147",
                     "the array has " + std::to_string(fileBytes) + " bytes, but " + dimensionsText(header.shape) +
                         " elements need only " + std::to_string(needed) + ".",
                     where + ":byte " + std::to_string(needed), "The header does not fit the content: save it again."};
    return {};
}

Result<void> checkNpySamples(const NpyHeader& header, const std::string& where) {
    if (!header.shape.empty() && header.count > 0) return {};
    return Error{"LAB-DATA-145",
                 "the array has the shape " + dimensionsText(header.shape) + ", but at least one sample was wanted.", where,
                 "The file holds no samples: choose another."};
}

Result<void> decodeNpy(const NpyHeader& header, std::span<const std::uint8_t> values, Index first, const std::string& where, Real* out) {
    LAB_ASSERT(!header.fortranOrder);
    const auto count = static_cast<Index>(values.size() / header.elementBytes);
    const double scale = bytesOf(header) ? 255.0 : 1.0;
    for (Index i = 0; i < count; ++i) {
        const double value = element(values.data() + static_cast<std::size_t>(i) * header.elementBytes, header);
        if (!std::isfinite(value))
            return notFinite(value, first + i, header.dataOffset + static_cast<std::size_t>(first + i) * header.elementBytes, where);
        out[i] = static_cast<Real>(value / scale);
        if (!std::isfinite(out[i])) return tooLarge(where);
    }
    return {};
}

Result<Tensor> parseNpyTensor(std::span<const std::uint8_t> bytes, const std::string& where) {
    const Result<NpyHeader> header = wholeHeader(bytes, where);
    if (!header) return header.error();
    if (const Result<void> samples = checkNpySamples(*header, where); !samples) return samples.error();
    Tensor tensor;
    tensor.shape = header->shape;
    tensor.bytes = bytesOf(*header);
    tensor.values.resize(header->shape[0], header->count / header->shape[0]);
    Real* out = tensor.values.data();
    const double scale = tensor.bytes ? 255.0 : 1.0;
    const Result<void> done = forEachElement(bytes, *header, where, NonFinite::Refuse,
                                             [&](Index i, double v) { out[i] = static_cast<Real>(v / scale); });
    if (!done) return done.error();
    if (!tensor.values.allFinite()) return tooLarge(where);
    return tensor;
}

std::vector<std::uint8_t> npyBytes(const std::vector<Index>& shape, std::span<const float> values) {
    return writeNpy(shape, values, "<f4");
}

std::vector<std::uint8_t> npyBytes(const std::vector<Index>& shape, std::span<const double> values) {
    return writeNpy(shape, values, "<f8");
}

}  // namespace lab

#include "core/io/Gzip.h"

#include <zlib.h>

#include <algorithm>

namespace lab {

namespace {

// Owns zlib's state; the input is handed over in pieces because its counters have 32 bits.
class Inflater {
public:
    explicit Inflater(std::span<const std::uint8_t> input) : m_input(input) {
        m_ready = inflateInit2(&m_stream, 15 + 16) == Z_OK;  // 16: a gzip wrapper is required
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() {
        if (m_ready) inflateEnd(&m_stream);
    }

    bool ready() const { return m_ready; }

    // Fills `out` as far as it goes; `produced` bytes came. Z_OK, Z_STREAM_END (of a member) or an error of zlib;
    // Z_BUF_ERROR where the input is used up.
    int run(std::uint8_t* out, std::size_t size, std::size_t& produced) {
        m_stream.next_out = out;
        m_stream.avail_out = static_cast<uInt>(size);
        int state = Z_OK;
        while (state == Z_OK && m_stream.avail_out > 0) {
            if (m_stream.avail_in == 0) feed();
            if (m_stream.avail_in == 0) {
                state = Z_BUF_ERROR;
                break;
            }
            state = inflate(&m_stream, Z_NO_FLUSH);
        }
        produced = size - m_stream.avail_out;
        return state;
    }

    std::size_t position() const { return m_fed - m_stream.avail_in; }
    bool nextMember() { return inflateReset(&m_stream) == Z_OK; }

private:
    void feed() {
        const std::size_t left = std::min<std::size_t>(m_input.size() - m_fed, 1u << 30);
        m_stream.next_in = const_cast<std::uint8_t*>(m_input.data() + m_fed);
        m_stream.avail_in = static_cast<uInt>(left);
        m_fed += left;
    }

    std::span<const std::uint8_t> m_input;
    z_stream m_stream{};
    std::size_t m_fed = 0;
    bool m_ready = false;
};

}  // namespace

bool looksLikeGzip(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
}

namespace {

// Whoever takes the output gives room for it: room() is a piece of memory to fill, took(n) says how much was filled.
template <class Room, class Took>
Result<void> inflateAll(std::span<const std::uint8_t> bytes, const std::string& where, std::uint64_t limit, Room&& room, Took&& took) {
    const auto at = [&](std::size_t position) { return where + ":byte " + std::to_string(position); };
    Inflater inflater(bytes);
    if (!inflater.ready())
        return Error{"LAB-DATA-151", "decompression could not be started.", where, "Close other programs."};
    std::uint64_t total = 0;
    for (;;) {
        const std::span<std::uint8_t> out = room();
        std::size_t produced = 0;
        const int state = inflater.run(out.data(), out.size(), produced);
        total += produced;
        if (total > limit)
            return Error{"LAB-DATA-153",
                         "more than " + std::to_string(limit) +
                             " bytes come out of this compressed file, which is all that was wanted.",
                         at(inflater.position()), "Check that this is the right file; unpack it by hand if it is."};
        if (const Result<void> taken = took(produced); !taken) return taken;
        if (state == Z_BUF_ERROR)
            return Error{
                "LAB-DATA-152",
                "the compressed file ends after " + std::to_string(bytes.size()) + " bytes, in the middle of its content.",
                at(bytes.size()), "Copy or download it again."};
        if (state == Z_STREAM_END) {
            if (inflater.position() == bytes.size()) return {};
            if (!looksLikeGzip(bytes.subspan(inflater.position())))
                return Error{"LAB-DATA-151", "the compressed content is followed by something else.",
                             at(inflater.position()), "Copy or download it again."};
            inflater.nextMember();
            continue;
        }
        if (state != Z_OK)
            return Error{"LAB-DATA-151", "the compressed content is damaged.", at(inflater.position()),
                         "Copy or download it again."};
    }
}

}  // namespace

Result<Bytes> gunzip(std::span<const std::uint8_t> bytes, const std::string& where, std::uint64_t limit) {
    Bytes out;
    std::size_t used = 0;
    const Result<void> done = inflateAll(
        bytes, where, limit,
        [&] {
            // Grows with what has really come out, never by what the file says.
            if (used == out.size())
                out.resize(std::max<std::size_t>(1 << 16, std::min<std::size_t>(used * 2, used + (64u << 20))));
            return std::span<std::uint8_t>(out).subspan(used);
        },
        [&](std::size_t produced) -> Result<void> {
            used += produced;
            return {};
        });
    if (!done) return done.error();
    out.resize(used);
    return out;
}

Result<void> gunzipTo(std::span<const std::uint8_t> bytes, const std::string& where, std::uint64_t limit,
                      const std::function<Result<void>(std::span<const std::uint8_t>)>& put) {
    Bytes piece(1 << 20);
    return inflateAll(
        bytes, where, limit, [&] { return std::span<std::uint8_t>(piece); },
        [&](std::size_t produced) { return put(std::span<const std::uint8_t>(piece).first(produced)); });
}

Bytes gunzipHead(std::span<const std::uint8_t> bytes, std::size_t wanted) {
    Bytes out(wanted);
    std::size_t produced = 0;
    Inflater inflater(bytes);
    if (inflater.ready()) inflater.run(out.data(), out.size(), produced);
    out.resize(produced);
    return out;
}

}  // namespace lab

// Thousands of small damages to valid files, from a fixed seed: every reader must return, with a data set or with an error
// that has a code, and must not ask for more memory than the file can account for.
#include "Samples.h"

#include "core/base/Rng.h"
#include "core/data/Cifar.h"
#include "core/data/Csv.h"
#include "core/data/Idx.h"
#include "core/io/Gzip.h"
#include "core/io/Npz.h"
#include "support/CountedAllocations.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace lab;
using namespace samples;

namespace {

struct Target {
    const char* name;
    Bytes valid;
    std::function<Result<void>(const Bytes&)> read;
    int rounds;
};

template <class T>
Result<void> onlyState(const Result<T>& result) {
    if (!result) return result.error();
    return {};
}

Bytes table() {
    std::string out = "\"width, cm\",height,kind\r\n";
    for (int k = 0; k < 20; ++k)
        out += std::to_string(k) + "." + std::to_string(k * 7 % 10) + ",-1e" + std::to_string(k % 3) + ",\"class \"\"" +
               std::to_string(k % 3) + "\"\"\"\r\n";
    return text(out);
}

std::vector<Target> targets() {
    const auto name = [](const Bytes& b) { return std::span<const std::uint8_t>(b); };
    return {
        {"idx images", images(), [](const Bytes& b) { return onlyState(parseIdxPair(b, "x", labels(), "y")); }, 6000},
        {"idx labels", labels(), [](const Bytes& b) { return onlyState(parseIdxPair(images(), "x", b, "y")); }, 6000},
        {"idx doubles", idx(0x0E, {3, 2}, Bytes(48, 0x40)), [](const Bytes& b) { return onlyState(parseIdx(b, "x")); },
         3000},
        {"csv", table(), [](const Bytes& b) { return onlyState(parseCsv(b, "t")); }, 6000},
        {"npy", npy({3, 4}, std::vector<float>(12, 0.5f)), [](const Bytes& b) { return onlyState(parseNpyTensor(b, "t")); },
         6000},
        {"npy in Fortran order", npyWithHeader("{'descr': '>i8', 'fortran_order': True, 'shape': (2, 3, 2), }\n", 96),
         [](const Bytes& b) { return onlyState(parseNpy(b, "t", NonFinite::Keep)); }, 6000},
        {"npz", zip({{"a.npy", npy({2, 2}, {1, 2, 3, 4})}, {"b/c.npy", npy({3}, {1, 2, 3})}}),
         [name](const Bytes& b) {
             return onlyState(readNpz(name(b), "t", {{100, 1 << 20}, NonFinite::Refuse}));
         },
         3000},
        {"npz deflated", zip({{"a.npy", npy({2, 2}, {1, 2, 3, 4})}}, ZipMethod::Deflate),
         [name](const Bytes& b) {
             return onlyState(readNpz(name(b), "t", {{100, 1 << 20}, NonFinite::Refuse}));
         },
         3000},
        {"gzip", gzip(table()), [](const Bytes& b) { return onlyState(gunzip(b, "t", 1 << 20)); }, 3000},
        {"cifar", Bytes(2 * 3073, 3), [](const Bytes& b) { return onlyState(parseCifar(b, CifarKind::Ten, "t")); }, 300},
    };
}

// One to four damages: other bytes, extreme bytes, bits, cuts, repeats, insertions.
Bytes damaged(Bytes bytes, Stream& draws) {
    const std::uint64_t times = 1 + draws.below(4);
    for (std::uint64_t k = 0; k < times && !bytes.empty(); ++k) {
        const std::size_t at = draws.below(bytes.size());
        // Headers matter most: half of the damages hit the first hundred bytes.
        const std::size_t place = draws.below(2) == 0 ? at % std::min<std::size_t>(bytes.size(), 100) : at;
        switch (draws.below(7)) {
            case 0:
                bytes[place] = static_cast<std::uint8_t>(draws.below(256));
                break;
            case 1:
                bytes[place] ^= static_cast<std::uint8_t>(1u << draws.below(8));
                break;
            case 2:
                bytes[place] = draws.below(2) == 0 ? 0xFF : 0x00;
                break;
            case 3:
                bytes.resize(at);
                break;
            case 4:
                bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(place),
                             static_cast<std::uint8_t>(draws.below(256)));
                break;
            case 5:
                bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(place));
                break;
            default: {
                const std::size_t length = std::min<std::size_t>(bytes.size() - place, 1 + draws.below(16));
                const Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(place),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(place + length));
                bytes.insert(bytes.end(), piece.begin(), piece.end());
            }
        }
    }
    return bytes;
}

}  // namespace

class MutationTest : public QObject {
    Q_OBJECT

private slots:
    void readersSurvive_data() {
        QTest::addColumn<int>("which");
        const std::vector<Target> all = targets();
        for (std::size_t k = 0; k < all.size(); ++k) QTest::newRow(all[k].name) << static_cast<int>(k);
    }
    void readersSurvive() {
        QFETCH(int, which);
        const Target target = targets()[static_cast<std::size_t>(which)];
        QVERIFY2(target.read(target.valid).ok(), target.name);
        Stream draws(20240607, Purpose::Generator, static_cast<std::uint64_t>(which));
        int refused = 0;
#ifndef LAB_SANITIZED
        test::largestAllocation() = 0;
#endif
        for (int round = 0; round < target.rounds; ++round) {
            const Bytes bytes = damaged(target.valid, draws);
            const Result<void> done = target.read(bytes);
            if (done) continue;
            ++refused;
            const Error& e = done.error();
            QVERIFY2(e.code.rfind("LAB-DATA-1", 0) == 0 && !e.message.empty() && !e.where.empty() && !e.hint.empty(),
                     e.text().c_str());
        }
#ifndef LAB_SANITIZED
        // Files here are below 10 kB; inflating may take a piece of a megabyte at a time, doubled by growing.
        QVERIFY2(test::largestAllocation() < (std::size_t(8) << 20), qPrintable(QString::number(test::largestAllocation())));
#endif
        qInfo("%d of %d refused", refused, target.rounds);
        QVERIFY(refused > target.rounds / 20);
    }
};

QTEST_APPLESS_MAIN(MutationTest)
#include "MutationTest.moc"

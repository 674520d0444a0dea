// The fingerprint is of the sequence of bytes, however it is cut; errors are one line of text; results hold one of two.
#include "core/base/Assert.h"
#include "core/base/Fingerprint.h"
#include "core/base/Result.h"
#include "core/base/Rng.h"

#include <QtTest>

#include <memory>
#include <set>

using namespace lab;

namespace {

std::string hexOf(const std::string& bytes) {
    Fingerprint hash;
    hash.add(bytes.data(), bytes.size());
    return hash.hex();
}

Result<std::unique_ptr<int>> half(int value) {
    if (value % 2 != 0) return Error{"LAB-TEST-1", "odd", "here", "add one"};
    return std::make_unique<int>(value / 2);
}

}  // namespace

class FingerprintTest : public QObject {
    Q_OBJECT
private slots:
    // Values of make_goldens.py.
    void goldenValues() {
        QCOMPARE(hexOf(""), std::string("f52a15e9a9b5e89b"));
        QCOMPARE(hexOf("a"), std::string("617c76d7912b8591"));
        QCOMPARE(hexOf("12345678"), std::string("c0ca9ae33cb968f9"));
        QCOMPARE(hexOf("The quick brown fox jumps over the lazy dog"), std::string("e60d56fcb5a90a22"));
    }

    void chunkingDoesNotMatter() {
        std::string bytes;
        const Stream random(5, Purpose::Analysis);
        for (std::uint64_t i = 0; i < 301; ++i) bytes.push_back(static_cast<char>(random.bitsAt(i)));
        const std::string whole = hexOf(bytes);
        for (std::uint64_t round = 0; round < 200; ++round) {
            Stream cuts(round, Purpose::Order);
            Fingerprint hash;
            for (std::size_t at = 0; at < bytes.size();) {
                const std::size_t piece = std::min<std::size_t>(cuts.below(20), bytes.size() - at);
                hash.add(bytes.data() + at, piece);
                at += piece;
            }
            QCOMPARE(hash.hex(), whole);
        }
        Fingerprint words;
        for (std::uint64_t i = 0; i < 8; ++i) words.add(i);
        std::uint64_t list[8] = {0, 1, 2, 3, 4, 5, 6, 7};
        Fingerprint once;
        once.add(list, sizeof list);
        QCOMPARE(words.value(), once.value());
    }

    // One bit, one byte more (also zeros), or another order: another value. Asking does not change it.
    void everythingMatters() {
        std::string bytes(100, '\0');
        std::set<std::string> seen = {hexOf(bytes)};
        for (std::size_t bit = 0; bit < 800; ++bit) {
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
            seen.insert(hexOf(bytes));
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        }
        QCOMPARE(seen.size(), std::size_t(801));
        for (std::size_t length = 0; length < 100; ++length) seen.insert(hexOf(bytes.substr(0, length)));
        QCOMPARE(seen.size(), std::size_t(901));
        QVERIFY(hexOf("abcdefgh12345678") != hexOf("12345678abcdefgh"));
        Fingerprint hash;
        hash.add("abc", 3);
        const std::string first = hash.hex();
        QCOMPARE(hash.hex(), first);
        hash.add("def", 3);
        QCOMPARE(hash.hex(), hexOf("abcdef"));
    }

    void errorText() {
        QCOMPARE((Error{"LAB-X-1", "Wrong.", "file:3", "Mend it."}.text()), std::string("file:3: Wrong. Mend it. [LAB-X-1]"));
        QCOMPARE((Error{"", "Wrong.", "", ""}.text()), std::string("Wrong."));
        QCOMPARE((Error{"LAB-X-1", "Wrong.", "", ""}.text()), std::string("Wrong. [LAB-X-1]"));
    }

    void results() {
        Result<std::unique_ptr<int>> good = half(8);
        QVERIFY(good.ok() && good);
        QCOMPARE(**good, 4);
        const std::unique_ptr<int> moved = std::move(good).value();
        QCOMPARE(*moved, 4);
        const Result<std::unique_ptr<int>> bad = half(3);
        QVERIFY(!bad.ok() && !bad);
        QCOMPARE(bad.error().code, std::string("LAB-TEST-1"));
        // A value that is itself an error's neighbour: no confusion of the two.
        const Result<std::string> text = std::string("LAB-TEST-1");
        QVERIFY(text.ok());
        const Result<void> fine;
        QVERIFY(fine.ok());
        const Result<void> wrong = bad.error();
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().hint, std::string("add one"));
    }

    void assertionsThrowInEveryBuild() {
        bool thrown = false;
        try {
            LAB_ASSERT(1 + 1 == 3);
        } catch (const AssertionFailure& failure) {
            thrown = true;
            QVERIFY(std::string(failure.what()).find("1 + 1 == 3") != std::string::npos);
            QVERIFY(std::string(failure.what()).find("FingerprintTest.cpp") != std::string::npos);
        }
        QVERIFY(thrown);
        LAB_ASSERT(1 + 1 == 2);
    }
};

QTEST_APPLESS_MAIN(FingerprintTest)
#include "FingerprintTest.moc"

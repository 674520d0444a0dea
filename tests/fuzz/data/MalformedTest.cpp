// The corpus of malformed data. Every case is a set of files; opening the first must give the stated error, with place,
// finding and advice. At the end every code that the readers can give must have been given.
#include "MalformedCases.h"
#include "Samples.h"

#include "core/data/Idx.h"
#include "core/data/Tensors.h"
#include "core/io/DataFiles.h"
#include "core/io/DataFormats.h"
#include "core/io/Gzip.h"
#include "core/io/ImageFolder.h"
#include "core/io/Npz.h"

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <set>

using namespace lab;
using namespace malformed;
using namespace samples;

namespace {

Bytes picture(const std::string& recipe) {
    const bool truncated = recipe.substr(0, 3) == "CUT";
    const QStringList size = QString::fromStdString(recipe.substr(4)).split('x');
    QImage image(size[0].toInt(), size[1].toInt(), QImage::Format_RGB32);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) image.setPixel(x, y, qRgb(x * 37 % 256, y * 91 % 256, x * y % 256));
    QByteArray out;
    QBuffer buffer(&out);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, recipe.substr(0, 3) == "BMP" ? "BMP" : "PNG");
    if (truncated) out.truncate(out.size() / 2);
    return Bytes(out.begin(), out.end());
}

void writeCase(const QTemporaryDir& folder, const Case& c) {
    for (const auto& [name, content] : c.files) {
        const QString path = folder.filePath(QString::fromStdString(name));
        if (path.endsWith('/')) {
            QDir().mkpath(path);
            continue;
        }
        QDir().mkpath(QFileInfo(path).absolutePath());
        const std::string asText(content.begin(),
                                 content.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(content.size(), 20)));
        const bool recipe = asText.substr(0, 4) == "PNG:" || asText.substr(0, 4) == "CUT:" || asText.substr(0, 4) == "BMP:";
        const Bytes bytes = recipe ? picture(asText) : content;
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
    }
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all = [] {
        std::vector<Case> out;
        for (std::vector<Case> part : {idxCases(), tableCases(), numpyCases(), otherCases()})
            out.insert(out.end(), part.begin(), part.end());
        return out;
    }();
    return all;
}

}  // namespace

class MalformedTest : public QObject {
    Q_OBJECT

private slots:
    void everyCase_data() {
        QTest::addColumn<int>("which");
        for (std::size_t k = 0; k < cases().size(); ++k)
            QTest::addRow("%s %s: %s", cases()[k].code, cases()[k].files[0].first.c_str(), cases()[k].name)
                << static_cast<int>(k);
    }
    void everyCase() {
        QFETCH(int, which);
        const Case& c = cases()[static_cast<std::size_t>(which)];
        QTemporaryDir folder;
        writeCase(folder, c);
        const Result<Dataset> set =
            openDataset(folder.filePath(QString::fromStdString(c.files[0].first)).toStdString(), c.params);
        QVERIFY(!set.ok());
        given(set.error(), c.code, c.mentions);
    }

    void nothingThere() {
        given(openDataset("no-such-set").error(), "LAB-DATA-171", "fashion-mnist");
        given(openDataset("").error(), "LAB-DATA-171", "seg7");
        given(formatOf("/no/such/file").error(), "LAB-DATA-171", "/no/such/file");
        QTemporaryDir empty;
        given(readFashionMnist(empty.path().toStdString()).error(), "LAB-DATA-172", "dataset-fashion-mnist");
    }

    void archivesOfWeights() {
        const Bytes y = npy({2}, {0, 1});
        given(readNpz(std::span<const std::uint8_t>(text("PK no")), "w").error(), "LAB-DATA-154", "archive");
        given(readNpz(std::span<const std::uint8_t>(zip({{"readme.txt", text("x")}})), "w").error(), "LAB-DATA-159",
              "readme.txt");
        NpzLimits few;
        few.zip.entries = 1;
        given(readNpz(std::span<const std::uint8_t>(zip({{"a.npy", y}, {"b.npy", y}})), "w", few).error(), "LAB-DATA-156",
              "1 files");
        NpzLimits small;
        small.zip.totalBytes = 200;
        given(readNpz(std::span<const std::uint8_t>(zip({{"a.npy", y}, {"b.npy", y}})), "w", small).error(), "LAB-DATA-156",
              "200 bytes");
        // A bomb: fifty megabytes of zeros in fifty kilobytes.
        const Bytes bomb = zip({{"a.npy", Bytes(50000000, 0)}}, ZipMethod::Deflate);
        QVERIFY(bomb.size() < 100000);
        NpzLimits bounded;
        bounded.zip.totalBytes = 1000000;
        given(readNpz(std::span<const std::uint8_t>(bomb), "w", bounded).error(), "LAB-DATA-156", "1000000");
        // The same with a directory that lies about the size: 1000 bytes announced.
        Bytes liar = bomb;
        for (std::size_t at = 0; at + 46 < liar.size(); ++at)
            if (liar[at] == 'P' && liar[at + 1] == 'K' && liar[at + 2] == 1 && liar[at + 3] == 2) {
                liar[at + 24] = 0xE8;
                liar[at + 25] = 3;
                liar[at + 26] = liar[at + 27] = 0;
            }
        const Result<std::vector<NamedArray>> read = readNpz(std::span<const std::uint8_t>(liar), "w", bounded);
        QVERIFY(!read.ok());
        QVERIFY(read.error().code == "LAB-DATA-157" || read.error().code == "LAB-DATA-156");
        given(npzBytes({{"../a", {1}, {1}}}).error(), "LAB-DATA-155", "../a");
        given(npzBytes({{"a", {1}, {1}}, {"a", {1}, {1}}}).error(), "LAB-DATA-155", "twice");
        given(writeNpz("/no/such/folder/w.npz", {}).error(), "LAB-DATA-160", "/no/such/folder");
        given(zipBytes({{std::string(70000, 'a'), {}}}, ZipMethod::Store).error(), "LAB-DATA-158", "built");
    }

    void failedWriteKeepsTheOldFile() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("w.npz").toStdString();
        QVERIFY(writeNpz(path, {{"a", {1}, {1}}}).ok());
        const Result<Bytes> before = readFile(path);
        QVERIFY(!writeNpz(path, {{"a", {1}, {1}}, {"a", {1}, {2}}}).ok());
        QVERIFY(*readFile(path) == *before);
    }

    void plainGzip() {
        given(gunzip(text("hello"), "g").error(), "LAB-DATA-151", "damaged");
        given(gunzip({}, "g").error(), "LAB-DATA-152", "0 bytes");
        given(gunzip(gzip(Bytes(20000000, 0)), "g", 1000000).error(), "LAB-DATA-153", "1000000");
        const Bytes two = plus(gzip(text("one,")), gzip(text("two")));
        QVERIFY(*gunzip(two, "g") == text("one,two"));
        QVERIFY(gunzip(gzip(text("12345")), "g", 5).ok());
        QVERIFY(!gunzip(gzip(text("12345")), "g", 4).ok());
    }

    // Keep last: codes of 1xx that appear in the sources must have appeared above.
    void everyCodeWasGiven() {
        std::set<std::string> known;
        const QRegularExpression pattern("LAB-DATA-1\\d\\d");
        for (const char* dir : {"/core/data", "/core/io"}) {
            const QDir folder(QString(LAB_SOURCE_DIR) + dir);
            for (const QString& name : folder.entryList({"*.cpp"}, QDir::Files)) {
                QFile file(folder.filePath(name));
                QVERIFY(file.open(QIODevice::ReadOnly));
                QRegularExpressionMatchIterator it = pattern.globalMatch(QString::fromUtf8(file.readAll()));
                while (it.hasNext()) known.insert(it.next().captured().toStdString());
            }
        }
        QVERIFY(known.size() > 40);
        for (const std::string& code : known) QVERIFY2(m_given.count(code) == 1, code.c_str());
    }

private:
    void given(const Error& error, const std::string& code, const std::string& mentions) {
        m_given.insert(error.code);
        const std::string all = error.text();
        QVERIFY2(error.code == code, all.c_str());
        QVERIFY2(all.find(mentions) != std::string::npos, all.c_str());
        QVERIFY2(!error.message.empty() && !error.hint.empty(), all.c_str());
        QVERIFY2(all.find('\n') == std::string::npos, all.c_str());
    }

    std::set<std::string> m_given;
};

QTEST_GUILESS_MAIN(MalformedTest)
#include "MalformedTest.moc"

// Opening data by name and by path: every format of the registry from real files in a temporary folder.
#include "core/data/Npy.h"
#include "core/io/DataFiles.h"
#include "core/io/DataFormats.h"
#include "core/io/Zip.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QLocale>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <set>

#include <zlib.h>

using namespace lab;

namespace {

Bytes idx(std::vector<std::uint32_t> dims, Bytes values) {
    Bytes out{0, 0, 8, static_cast<std::uint8_t>(dims.size())};
    for (const std::uint32_t d : dims)
        for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(d >> shift));
    out.insert(out.end(), values.begin(), values.end());
    return out;
}

class Folder {
public:
    std::string path(const std::string& name) const { return m_dir.filePath(QString::fromStdString(name)).toStdString(); }

    std::string write(const std::string& name, const Bytes& bytes) const {
        QDir().mkpath(QFileInfo(QString::fromStdString(path(name))).absolutePath());
        QFile file(QString::fromStdString(path(name)));
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        return path(name);
    }
    std::string write(const std::string& name, const std::string& text) const {
        return write(name, Bytes(text.begin(), text.end()));
    }
    std::string writeGzip(const std::string& name, const Bytes& bytes) const {
        gzFile file = gzopen(path(name).c_str(), "wb");
        gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
        gzclose(file);
        return path(name);
    }
    std::string image(const std::string& name, int width, int height, QRgb colour) const {
        QDir().mkpath(QFileInfo(QString::fromStdString(path(name))).absolutePath());
        QImage picture(width, height, QImage::Format_RGB32);
        picture.fill(colour);
        if (!picture.save(QString::fromStdString(path(name)))) qFatal("cannot save an image");
        return path(name);
    }

private:
    QTemporaryDir m_dir;
};

using Params = std::vector<std::pair<std::string, std::string>>;

Dataset open(const std::string& path, const Params& params = {}) {
    const Result<Dataset> set = openDataset(path, params);
    if (!set) qFatal("%s", set.error().text().c_str());
    return *set;
}

}  // namespace

class DataFilesTest : public QObject {
    Q_OBJECT

private slots:
    void namesOfTheCommandLine() {
        std::set<std::string> names;
        for (const DatasetDescription& d : allDatasets()) {
            QVERIFY(names.insert(d.id).second);
            QVERIFY(!d.title.empty() && !d.summary.empty() && !d.origin.empty() && !d.licence.empty() && d.load);
        }
        QVERIFY(names == std::set<std::string>({"fashion-mnist", "seg7", "digits", "iris", "moons", "circles", "spirals", "xor", "blobs",
                                                "pointer", "graphs", "order", "recall"}));
    }

    void everySetThatNeedsNoPackageLoadsAndPrepares() {
        for (const DatasetDescription& d : allDatasets()) {
            if (d.id == "fashion-mnist") continue;
            const Dataset set = open(d.id);
            QCOMPARE(set.schema.id, d.id);
            const Result<PreparedData> data = prepareData(set, ParamSet(dataOptions()), 1);
            QVERIFY2(data.ok(), d.id.c_str());
            QVERIFY(data->train.count() > 0 && data->test.count() > 0 && data->train.x.allFinite());
        }
    }

    void shippedFilesHaveTheirStatedChecksums() {
        QFile readme(LAB_SOURCE_DIR "/datasets/README.md");
        QVERIFY(readme.open(QIODevice::ReadOnly));
        const QString text = readme.readAll();
        for (const QString name : {"iris.csv", "digits.csv.gz"}) {
            QFile file(LAB_SOURCE_DIR "/datasets/" + name);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QString sum = QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256).toHex();
            QVERIFY2(text.contains(QRegularExpression("\\| " + QRegularExpression::escape(name) + " \\|.*" + sum)),
                     qPrintable(name + " " + sum));
        }
    }

    void parametersReachTheGenerator() {
        QCOMPARE(open("moons", {{"samples", "50"}}).train.count(), Index(50));
        QCOMPARE(open("blobs", {{"classes", "7"}}).schema.classes, 7);
        QCOMPARE(openDataset("moons", {{"nonsense", "1"}}).error().code, std::string("LAB-PARAM-101"));
        QCOMPARE(openDataset("seg7", {{"seed", "1"}}).error().code, std::string("LAB-PARAM-101"));
        QCOMPARE(openDataset("moons", {{"noise", "-1"}}).error().code, std::string("LAB-PARAM-102"));
    }

    void idxFindsItsPartners_data() {
        QTest::addColumn<QString>("given");
        for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte.gz",
                                 "t10k-labels-idx1-ubyte", ""})
            QTest::newRow(*name != 0 ? name : "the folder") << name;
    }
    void idxFindsItsPartners() {
        QFETCH(QString, given);
        Folder folder;
        folder.write("train-images-idx3-ubyte", idx({3, 1, 2}, {0, 255, 10, 20, 30, 40}));
        folder.write("train-labels-idx1-ubyte", idx({3}, {0, 1, 2}));
        folder.writeGzip("t10k-images-idx3-ubyte.gz", idx({2, 1, 2}, {1, 2, 3, 4}));
        folder.write("t10k-labels-idx1-ubyte", idx({2}, {1, 0}));
        const Dataset set = open(folder.path(given.toStdString()));
        QCOMPARE(set.train.count(), Index(3));
        QCOMPARE(set.test.count(), Index(2));
        QCOMPARE(set.schema.shape, (Shape{1, 1, 2}));
        QCOMPARE(set.schema.classes, 3);
        QVERIFY(set.test.y == std::vector<int>({1, 0}));
        QCOMPARE(set.train.x(0, 1), Real(1));
    }

    void idxWithStatedLabels() {
        Folder folder;
        const std::string images = folder.write("a", idx({2, 1, 2}, {1, 2, 3, 4}));
        const std::string labels = folder.write("b", idx({2}, {1, 0}));
        QCOMPARE(open(images, {{"labels", labels}}).train.count(), Index(2));
    }

    void tables() {
        Folder folder;
        QCOMPARE(open(folder.write("t.csv", "a,b,c\n1,2,x\n3,4,y\n")).schema.classes, 2);
        QCOMPARE(open(folder.write("t.tsv", "1\t2\tx\n3\t4\ty\n")).train.x(1, 0), Real(3));
        QCOMPARE(open(folder.writeGzip("t.csv.gz", Bytes{'1', ',', 'x', '\n', '2', ',', 'y', '\n'})).train.count(),
                 Index(2));
        const std::string named = folder.write("n.csv", "k;1;2\nx;3;4\ny;5;6\n");
        const Dataset set = open(
            named, {{"label", "k"}, {"header", "yes"}, {"delimiter", "semicolon"}, {"shape", "1x2"}, {"divisor", "2"}});
        QCOMPARE(set.schema.shape, (Shape{1, 1, 2}));
        QCOMPARE(set.train.x(1, 1), Real(3));
        QCOMPARE(set.schema.id, named);
        QCOMPARE(set.schema.title, std::string("n.csv"));
    }

    void numpyFiles() {
        Folder folder;
        const std::vector<float> x{1, 2, 3, 4, 5, 6}, y{0, 1, 0};
        const std::string path = folder.write("X_train.npy", npyBytes({3, 2}, std::span<const float>(x)));
        folder.write("y_train.npy", npyBytes({3}, std::span<const float>(y)));
        QVERIFY(open(path).train.y == std::vector<int>({0, 1, 0}));
        const std::string other = folder.write("other.npy", npyBytes({3, 1}, std::span<const float>(y)));
        QCOMPARE(open(path, {{"labels", other}}).train.x(2, 1), Real(6));
        const Result<Bytes> zip = zipBytes({{"Labels.npy", npyBytes({3}, std::span<const float>(y))},
                                            {"images.npy", npyBytes({3, 2}, std::span<const float>(x))}},
                                           ZipMethod::Deflate);
        QCOMPARE(open(folder.write("both.npz", *zip)).train.count(), Index(3));
    }

    void cifarFolderAndFile() {
        Folder folder;
        Bytes batch(2 * 3073, 0);
        for (int k = 1; k <= 5; ++k) {
            batch[0] = static_cast<std::uint8_t>(k);
            batch[1] = 255;
            folder.write("ten/data_batch_" + std::to_string(k) + ".bin", batch);
        }
        folder.write("ten/test_batch.bin", batch);
        folder.write("ten/batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
        const Dataset ten = open(folder.path("ten"));
        QCOMPARE(ten.train.count(), Index(10));
        QCOMPARE(ten.test.count(), Index(2));
        QCOMPARE(ten.schema.shape, (Shape{3, 32, 32}));
        QCOMPARE(ten.schema.classNames[2], std::string("bird"));
        QCOMPARE(ten.train.y[4], 3);
        QCOMPARE(ten.train.x(4, 0), Real(1));
        QCOMPARE(open(folder.path("ten/data_batch_3.bin")).train.count(), Index(2));
        Bytes hundred(2 * 3074, 0);
        hundred[0] = 3;
        hundred[1] = 42;
        folder.write("hundred/train.bin", hundred);
        folder.write("hundred/test.bin", hundred);
        QCOMPARE(open(folder.path("hundred/")).train.y[0], 42);
        QCOMPARE(open(folder.path("hundred"), {{"coarse", "true"}}).train.y[0], 3);
        QCOMPARE(open(folder.path("hundred/train.bin")).train.y[0], 42);
    }

    void imageFolders() {
        Folder folder;
        folder.image("p/b/10.png", 3, 2, qRgb(10, 10, 10));
        folder.image("p/b/9.png", 3, 2, qRgb(51, 51, 51));
        folder.image("p/Z/x.png", 3, 2, qRgb(255, 255, 255));
        folder.write("p/b/notes.txt", "passed over");
        folder.write("p/b/.hidden.png", "passed over");
        const Dataset grey = open(folder.path("p"));
        QCOMPARE(grey.schema.shape, (Shape{1, 2, 3}));
        // Byte order: capital letters before small ones, "10" before "9".
        QVERIFY(grey.schema.classNames == std::vector<std::string>({"Z", "b"}));
        QCOMPARE(grey.train.x(0, 0), Real(1));
        QCOMPARE(grey.train.x(1, 0), static_cast<Real>(10 / 255.0));
        QCOMPARE(grey.train.x(2, 5), Real(0.2));
        QCOMPARE(open(folder.path("p"), {{"colour", "rgb"}}).schema.shape, (Shape{3, 2, 3}));
        QCOMPARE(open(folder.path("p"), {{"size", "4x5"}}).schema.shape, (Shape{1, 4, 5}));

        folder.image("p/b/c.jpg", 3, 2, qRgb(200, 0, 0));
        const Dataset colour = open(folder.path("p"));
        QCOMPARE(colour.schema.shape, (Shape{3, 2, 3}));
        const Index last = colour.train.count() - 1;
        QVERIFY(colour.train.x(last, 0) > Real(0.7) && colour.train.x(last, 6) < Real(0.1) &&
                colour.train.x(last, 12) < Real(0.1));
        QCOMPARE(open(folder.path("p"), {{"colour", "grey"}}).schema.shape, (Shape{1, 2, 3}));

        folder.image("q/train/a/1.png", 2, 2, qRgb(0, 0, 0));
        folder.image("q/train/b/1.png", 2, 2, qRgb(255, 255, 255));
        folder.image("q/test/a/1.png", 2, 2, qRgb(0, 0, 0));
        folder.image("q/test/b/1.png", 2, 2, qRgb(51, 51, 51));
        const Dataset parts = open(folder.path("q"));
        QCOMPARE(parts.test.count(), Index(2));
        QCOMPARE(parts.test.x(1, 3), Real(0.2));
    }

    void contentDecidesNotTheName() {
        Folder folder;
        const std::vector<float> x{1, 2, 3, 4}, y{0, 1};
        const Result<Bytes> zip = zipBytes(
            {{"x.npy", npyBytes({2, 2}, std::span<const float>(x))}, {"y.npy", npyBytes({2}, std::span<const float>(y))}},
            ZipMethod::Store);
        const std::string path = folder.write("archive.csv", *zip);
        QCOMPARE((*formatOf(path))->id, std::string("npz"));
        QCOMPARE(open(path).train.count(), Index(2));
    }

    void formatsDescribeThemselves() {
        std::set<std::string> ids;
        for (const DataFormat& f : dataFormats()) {
            QVERIFY(ids.insert(f.id).second);
            QVERIFY(!f.title.empty() && !f.reads.empty() && f.accepts && f.read);
            for (const ParamSpec& spec : f.options) QVERIFY(!spec.title.empty() && !spec.doc.empty());
        }
        QVERIFY(ids == std::set<std::string>({"npz", "npy", "idx", "cifar", "images", "csv"}));
    }

    void languageOfTheSystemDoesNotMatter() {
        Folder folder;
        const std::string path = folder.write("t.csv", "1.5,a\n2.5,b\n");
        const Dataset before = open(path);
        const QLocale old;
        QLocale::setDefault(QLocale(QLocale::German));
        setlocale(LC_ALL, "de_DE.UTF-8");
        const Dataset after = open(path);
        setlocale(LC_ALL, "C");
        QLocale::setDefault(old);
        QCOMPARE(after.train.x(0, 0), Real(1.5));
        QCOMPARE(after.checksum, before.checksum);
    }
};

QTEST_GUILESS_MAIN(DataFilesTest)
#include "DataFilesTest.moc"

// Opening data by name and by path: every format of the registry from real files in a temporary folder.
#include "core/circuit/Templates.h"
#include "core/data/Npy.h"
#include "core/io/DataFiles.h"
#include "core/io/DataFormats.h"
#include "core/io/Zip.h"
#include "core/run/Trainer.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QLocale>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <limits>
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

// 90 samples of 36 numbers in three classes (30 at the end for a test part that is split off), as `kind` says. `cut` bytes are
// missing at the end of the samples, value number `bad` is not finite. The path of the samples.
std::string bigSet(const Folder& folder, const QString& kind, int cut = 0, int bad = -1, std::uint32_t labelCount = 90) {
    const auto value = [](int i) { return static_cast<std::uint8_t>((i * 7919 + i / 36 % 3 * 60) % 251); };
    Bytes labels;
    for (std::uint32_t i = 0; i < labelCount; ++i) labels.push_back(static_cast<std::uint8_t>(i % 3));
    folder.write("labels", idx({labelCount}, labels));
    Bytes bytes;
    std::vector<float> numbers;
    for (int i = 0; i < 90 * 36; ++i) {
        bytes.push_back(value(i));
        numbers.push_back(i == bad ? std::numeric_limits<float>::infinity() : static_cast<float>(value(i)) / 16 - 3);
    }
    const auto shortened = [&](Bytes out) {
        out.resize(static_cast<std::size_t>(static_cast<int>(out.size()) - cut));
        return out;
    };
    if (kind.contains("npy")) {
        const std::vector<float> classes(labels.begin(), labels.end());
        folder.write("y.npy", npyBytes({static_cast<Index>(labelCount)}, std::span<const float>(classes)));
        Bytes file = npyBytes({90, 36}, std::span<const float>(numbers));
        if (kind != "npy") {
            // The header as NumPy writes it, with another type and shape of the same length.
            const bool images = kind.endsWith("images");
            std::string head = std::string("{'descr': '|u1', 'fortran_order': False, 'shape': ") + (images ? "(90, 2, 6, 3), }" : "(90, 36), }");
            head.resize(117, ' ');
            head += '\n';
            file = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
            file.insert(file.end(), head.begin(), head.end());
            file.insert(file.end(), bytes.begin(), bytes.end());
        }
        return folder.write("x.npy", shortened(std::move(file)));
    }
    if (kind == "idx of numbers") {
        Bytes file = idx({90, 6, 6}, {});
        file[2] = 0x0D;
        for (const float v : numbers) {
            const auto bits = std::bit_cast<std::uint32_t>(v);
            for (int shift = 24; shift >= 0; shift -= 8) file.push_back(static_cast<std::uint8_t>(bits >> shift));
        }
        return folder.write("images", shortened(std::move(file)));
    }
    const Bytes file = shortened(idx({90, 6, 6}, bytes));
    return kind == "packed idx" ? folder.writeGzip("images.gz", file) : folder.write("images", file);
}

std::shared_ptr<const PreparedData> prepared(const Dataset& set) {
    Result<PreparedData> data = prepareData(set, ParamSet(dataOptions()), 3);
    if (!data) qFatal("%s", data.error().text().c_str());
    return std::make_shared<const PreparedData>(std::move(*data));
}

std::unique_ptr<Trainer> trainerOn(std::shared_ptr<const PreparedData> data, int threads) {
    const std::vector<long> shape(data->schema.shape.begin(), data->schema.shape.end());
    Experiment experiment;
    Result<Circuit> circuit = parseShorthand("mlp:36-12-3", shape, data->schema.classes);
    if (!circuit) qFatal("%s", circuit.error().text().c_str());
    experiment.circuit = *circuit;
    experiment.batch = 16;
    experiment.epochs = 3;
    TrainerOptions options;
    options.threads = threads;
    Result<std::unique_ptr<Trainer>> trainer = Trainer::create(experiment, std::move(data), options);
    if (!trainer) qFatal("%s", trainer.error().text().c_str());
    return std::move(*trainer);
}

std::string trained(std::shared_ptr<const PreparedData> data, int threads) {
    const std::unique_ptr<Trainer> trainer = trainerOn(std::move(data), threads);
    while (trainer->step()) {
    }
    return trainer->failure() ? trainer->failure()->text()
                              : trainer->fingerprint() + " " + std::to_string(trainer->evaluations().back().testLoss);
}

}  // namespace

class DataFilesTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
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

    // Large files stay on disk. Everything that comes of them is the same: schema, checksum, prepared numbers, trained weights.
    void onDiskAsInMemory_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"idx", "idx of numbers", "packed idx", "npy", "npy of bytes", "npy of images"}) QTest::newRow(kind) << kind;
    }
    void onDiskAsInMemory() {
        QFETCH(QString, kind);
        Folder folder;
        const std::string path = bigSet(folder, kind);
        const Dataset held = open(path);
        const Result<Dataset> opened = openDataset(path, {}, 0);
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().text().c_str());
        QVERIFY(opened->train.rows && opened->train.x.size() == 0 && !held.train.rows);
        QVERIFY(opened->schema.shape == held.schema.shape && opened->schema.classes == held.schema.classes);
        QVERIFY(opened->train.y == held.train.y && opened->test.y == held.test.y);
        QCOMPARE(opened->checksum, held.checksum);
        for (const char* standardise : {"none", "global", "feature"}) {
            ParamSet options(dataOptions());
            QVERIFY(options.setText("standardise", standardise).ok() && options.setText("train_limit", "70").ok() &&
                    options.setText("label_noise", "0.1").ok());
            const Result<PreparedData> a = prepareData(held, options, 5), b = prepareData(*opened, options, 5);
            QVERIFY(a.ok() && b.ok());
            QVERIFY(a->mean == b->mean && a->deviation == b->deviation && a->noisy == b->noisy);
            QVERIFY(a->minimum == b->minimum && a->maximum == b->maximum && a->train.y == b->train.y);
            QVERIFY(b->train.rows && b->summary.find("from disk") != std::string::npos && a->summary.find("from disk") == std::string::npos);
            QVERIFY(b->preview == a->train.x && a->preview.size() == 0);
            for (const auto& [mine, theirs] : {std::pair(&a->train, &b->train), std::pair(&a->test, &b->test)}) {
                Matrix read(mine->count(), mine->width());
                std::vector<Index> backwards;
                for (Index i = mine->count(); i-- > 0;) backwards.push_back(i);
                QCOMPARE(theirs->count(), mine->count());
                theirs->copy(backwards.data(), mine->count(), read.data());
                QVERIFY(read == Matrix(mine->x.colwise().reverse()));
                QVERIFY(!theirs->failure());
            }
        }
        const std::string wanted = trained(prepared(held), 1);
        for (const int threads : {1, 3}) QCOMPARE(trained(prepared(*opened), threads), wanted);
    }

    void theLimitIsExact() {
        Folder folder;
        const Result<Dataset> opened = openDataset(bigSet(folder, "idx"), {}, 0);
        QVERIFY(opened.ok());
        // Exactly at the limit it still fits: twice the values in single precision.
        const std::uint64_t bytes = 2 * sizeof(Real) * 90 * 36;
        QVERIFY(!openDataset(folder.path("images"), {}, bytes)->train.rows);
        QVERIFY(openDataset(folder.path("images"), {}, bytes - 1)->train.rows);
    }

    void packedSetsAreUnpackedOnce() {
        Folder folder;
        const std::string path = bigSet(folder, "packed idx");
        const auto copies = [] {
            return QDir(QStandardPaths::writableLocation(QStandardPaths::CacheLocation) + "/unpacked").entryInfoList(QDir::Files);
        };
        const qsizetype before = copies().size();
        QVERIFY(openDataset(path, {}, 0).ok());
        QCOMPARE(copies().size(), before + 1);
        QVERIFY(openDataset(path, {}, 0).ok());
        QCOMPARE(copies().size(), before + 1);
        // Another content under the same name takes its place.
        folder.writeGzip("images.gz", idx({2, 1, 1}, {7, 9}));
        folder.write("labels", idx({2}, {0, 1}));
        QVERIFY(openDataset(path, {}, 0).ok());
        QCOMPARE(copies().size(), before + 1);
    }

    // The same complaints as the reader that holds everything, wherever the damage is.
    void damagedOnDiskAsInMemory_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("cut");  // bytes that are missing at the end (negative: too many)
        QTest::addColumn<int>("bad");  // number of the value that is not finite; -1: none
        QTest::addColumn<int>("labels");
        QTest::addColumn<QString>("code");
        QTest::newRow("idx cut off") << "idx" << 5 << -1 << 90 << "LAB-DATA-104";
        QTest::newRow("idx too long") << "idx" << -3 << -1 << 90 << "LAB-DATA-105";
        QTest::newRow("idx not finite") << "idx of numbers" << 0 << 1234 << 90 << "LAB-DATA-106";
        QTest::newRow("idx other labels") << "idx" << 0 << -1 << 80 << "LAB-DATA-114";
        QTest::newRow("packed cut off") << "packed idx" << 5 << -1 << 90 << "LAB-DATA-104";
        QTest::newRow("packed too long") << "packed idx" << -3 << -1 << 90 << "LAB-DATA-153";
        QTest::newRow("npy cut off") << "npy" << 5 << -1 << 90 << "LAB-DATA-146";
        QTest::newRow("npy too long") << "npy" << -3 << -1 << 90 << "LAB-DATA-147";
        QTest::newRow("npy not finite") << "npy" << 0 << 1234 << 90 << "LAB-DATA-148";
        QTest::newRow("npy other labels") << "npy" << 0 << -1 << 80 << "LAB-DATA-114";
    }
    void damagedOnDiskAsInMemory() {
        QFETCH(QString, kind);
        QFETCH(int, cut);
        QFETCH(int, bad);
        QFETCH(int, labels);
        QFETCH(QString, code);
        Folder folder;
        const std::string path = bigSet(folder, kind, cut, bad, labels);
        const Result<Dataset> held = openDataset(path), streamed = openDataset(path, {}, 0);
        QVERIFY(!held && !streamed);
        QCOMPARE(QString::fromStdString(held.error().code), code);
        QCOMPARE(QString::fromStdString(streamed.error().text()), QString::fromStdString(held.error().text()));
    }

    void aFileThatShrinksEndsTheRun() {
        Folder folder;
        const std::string path = bigSet(folder, "idx");
        const Result<Dataset> opened = openDataset(path, {}, 0);
        QVERIFY(opened.ok());
        const std::unique_ptr<Trainer> trainer = trainerOn(prepared(*opened), 2);
        for (int i = 0; i < 3; ++i) QVERIFY(trainer->step());
        const std::string before = trainer->fingerprint();
        QVERIFY(QFile::resize(QString::fromStdString(path), 200));
        while (trainer->step()) {
        }
        QVERIFY(trainer->failure());
        QCOMPARE(trainer->failure()->code, std::string("LAB-DATA-302"));
        QVERIFY(trainer->failure()->text().find(path) != std::string::npos);
        QVERIFY(!trainer->step() && trainer->snapshot());
        // Nothing was learned from what could not be read.
        QCOMPARE(trainer->stepsDone(), std::int64_t(3));
        QCOMPARE(trainer->fingerprint(), before);
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

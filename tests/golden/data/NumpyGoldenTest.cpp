// Arrays as NumPy writes them, and archives that NumPy must read. Authority: see make_goldens.py.
#include "core/io/DataFiles.h"
#include "core/io/Npz.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace lab;

namespace {

const QString kFolder = QStringLiteral(LAB_SOURCE_DIR "/tests/golden/data/");

QJsonObject expectedFiles() {
    QFile file(kFolder + "expected.json");
    if (!file.open(QIODevice::ReadOnly)) qFatal("expected.json is missing");
    return QJsonDocument::fromJson(file.readAll()).object()["files"].toObject();
}

std::vector<Index> shapeOf(const QJsonObject& o) {
    std::vector<Index> out;
    for (const QJsonValue v : o["shape"].toArray()) out.push_back(static_cast<Index>(v.toDouble()));
    return out;
}

std::vector<double> valuesOf(const QJsonObject& o) {
    std::vector<double> out;
    for (const QJsonValue v : o["values"].toArray()) out.push_back(v.toDouble());
    return out;
}

// Debian's interpreter: the one that the witnesses are installed for.
bool numpyIsHere() {
    return QProcess::execute("/usr/bin/python3", {"-c", "import numpy"}) == 0;
}

std::vector<NamedArray> sampleWeights() {
    return {{"0.weight", {2, 3}, {1, 2, 3, -4.5f, 5e-20f, 6e20f}}, {"0.bias", {2}, {0.1f, -0.2f}}, {"steps", {}, {7}}};
}

}  // namespace

class NumpyGoldenTest : public QObject {
    Q_OBJECT

private slots:
    void arrays_data() {
        QTest::addColumn<QString>("name");
        const QJsonObject files = expectedFiles();
        for (const QString& name : files.keys())
            if (name.endsWith(".npy")) QTest::newRow(qPrintable(name)) << name;
    }
    void arrays() {
        QFETCH(QString, name);
        const QJsonObject expected = expectedFiles()[name].toObject();
        const Result<NpyArray> array = readNpy((kFolder + "files/" + name).toStdString());
        QVERIFY2(array.ok(), array.ok() ? "" : array.error().text().c_str());
        QVERIFY(array->header.shape == shapeOf(expected));
        QVERIFY(array->values == valuesOf(expected));
    }

    void archives_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("stored") << "weights.npz";
        QTest::newRow("deflated") << "weights_deflated.npz";
    }
    void archives() {
        QFETCH(QString, name);
        const QJsonObject expected = expectedFiles()["weights.npz"].toObject();
        const Result<std::vector<NamedArray>> arrays = readNpz((kFolder + "files/" + name).toStdString());
        QVERIFY2(arrays.ok(), arrays.ok() ? "" : arrays.error().text().c_str());
        QCOMPARE(arrays->size(), std::size_t(2));
        for (const NamedArray& array : *arrays) {
            const QJsonObject wanted = expected[QString::fromStdString(array.name)].toObject();
            QVERIFY(!wanted.isEmpty());
            QVERIFY(array.shape == shapeOf(wanted));
            const std::vector<double> values = valuesOf(wanted);
            QVERIFY(std::equal(array.data.begin(), array.data.end(), values.begin(), values.end(),
                               [](float a, double b) { return static_cast<double>(a) == b; }));
        }
    }

    void ownArchiveHasTheCommittedBytes() {
        const Result<Bytes> bytes = npzBytes(sampleWeights());
        QVERIFY(bytes.ok());
        QVERIFY(*bytes == *npzBytes(sampleWeights()));
        QFile golden(kFolder + "files/own_weights.npz");
        const QByteArray now(reinterpret_cast<const char*>(bytes->data()), static_cast<qsizetype>(bytes->size()));
        if (qEnvironmentVariableIsSet("LAB_UPDATE_GOLDEN")) {
            QVERIFY(golden.open(QIODevice::WriteOnly));
            golden.write(now);
            golden.close();
        }
        QVERIFY(golden.open(QIODevice::ReadOnly));
        QCOMPARE(golden.readAll().toHex(), now.toHex());
    }

    void numpyReadsOwnFiles() {
        if (!numpyIsHere()) QSKIP("python3-numpy is not installed; the committed bytes were read by it");
        QTemporaryDir folder;
        const std::string npz = folder.filePath("w.npz").toStdString(), npy = folder.filePath("a.npy").toStdString();
        QVERIFY(writeNpz(npz, sampleWeights()).ok());
        const std::vector<double> values{1.0 / 3, -2, 1e300, 4, 5, 6};
        QVERIFY(writeNpy(npy, {3, 2}, std::span<const double>(values)).ok());
        const QString script =
            "import sys, numpy as np\n"
            "w = np.load(sys.argv[1]); a = np.load(sys.argv[2])\n"
            "assert sorted(w.files) == ['0.bias', '0.weight', 'steps'], w.files\n"
            "assert w['0.weight'].dtype == np.dtype('<f4') and w['0.weight'].shape == (2, 3)\n"
            "assert (w['0.weight'] == np.array([[1, 2, 3], [-4.5, 5e-20, 6e20]], 'f4')).all()\n"
            "assert (w['0.bias'] == np.array([0.1, -0.2], 'f4')).all() and w['steps'].shape == () and w['steps'] == 7\n"
            "assert a.shape == (3, 2) and a.dtype == np.dtype('<f8')\n"
            "assert (a.ravel() == np.array([1 / 3, -2, 1e300, 4, 5, 6])).all()\n"
            "import io; b = io.BytesIO(); np.save(b, a); assert b.getvalue() == open(sys.argv[2], 'rb').read()\n";
        QProcess python;
        python.start("/usr/bin/python3", {"-c", script, QString::fromStdString(npz), QString::fromStdString(npy)});
        QVERIFY(python.waitForFinished(60000));
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
    }

    void dataSetOutOfAnArchive() {
        const Result<Dataset> set = openDataset((kFolder + "files/images.npz").toStdString());
        QVERIFY2(set.ok(), set.ok() ? "" : set.error().text().c_str());
        QCOMPARE(set->schema.shape, (Shape{1, 2, 3}));
        QCOMPARE(set->train.count(), Index(4));
        QCOMPARE(set->test.count(), Index(2));
        QCOMPARE(set->train.x(1, 2), static_cast<Real>(80 / 255.0));
        QVERIFY(set->train.y == std::vector<int>({0, 1, 0, 1}) && set->test.y == std::vector<int>({1, 0}));
    }

    void irisAgreesWithScikitLearn() {
        const QJsonObject expected = expectedFiles()["iris"].toObject();
        const Result<Dataset> set = openDataset("iris");
        QVERIFY(set.ok());
        QCOMPARE(set->train.count(), Index(150));
        QVERIFY(set->schema.classNames == std::vector<std::string>({"setosa", "versicolor", "virginica"}));
        for (Index j = 0; j < 4; ++j) {
            const double sum = set->train.x.col(j).cast<double>().sum();
            QVERIFY(std::abs(sum - expected["sums"].toArray()[static_cast<int>(j)].toDouble()) < 1e-4);
            QCOMPARE(set->train.x(0, j), static_cast<Real>(expected["first"].toArray()[static_cast<int>(j)].toDouble()));
        }
        for (int c = 0; c < 3; ++c) QCOMPARE(std::count(set->train.y.begin(), set->train.y.end(), c), std::ptrdiff_t(50));
    }

    void digitsAgreeWithScikitLearn() {
        const QJsonObject expected = expectedFiles()["digits"].toObject();
        const Result<Dataset> set = openDataset("digits");
        QVERIFY(set.ok());
        QCOMPARE(set->schema.shape, (Shape{1, 8, 8}));
        QCOMPARE(set->train.count(), Index(1797));
        double sum = 0, weighted = 0, labels = 0;
        for (Index i = 0; i < 1797; ++i) {
            for (Index j = 0; j < 64; ++j) {
                sum += set->train.x(i, j) * 16.0;
                weighted += set->train.x(i, j) * 16.0 * static_cast<double>(j + 1);
            }
            labels += set->train.y[static_cast<std::size_t>(i)] * static_cast<double>(i + 1);
        }
        QCOMPARE(sum, expected["sum"].toDouble());
        QCOMPARE(weighted, expected["weighted"].toDouble());
        QCOMPARE(labels, expected["labels"].toDouble());
        for (int c = 0; c < 10; ++c)
            QCOMPARE(static_cast<int>(std::count(set->train.y.begin(), set->train.y.end(), c)),
                     expected["counts"].toArray()[c].toInt());
    }
};

QTEST_GUILESS_MAIN(NumpyGoldenTest)
#include "NumpyGoldenTest.moc"

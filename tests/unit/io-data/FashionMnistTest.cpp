// The Debian package dataset-fashion-mnist: values, speed, and the message where it is missing.
#include "core/io/DataFiles.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace lab;

class FashionMnistTest : public QObject {
    Q_OBJECT

private slots:
    void missingPackageIsNamed() {
        QTemporaryDir empty;
        const Result<Dataset> set = readFashionMnist(empty.path().toStdString());
        QVERIFY(!set.ok());
        QCOMPARE(set.error().code, std::string("LAB-DATA-172"));
        QVERIFY(set.error().hint.find("apt-get install dataset-fashion-mnist") != std::string::npos);
    }

    void installedPackage() {
        if (!QFileInfo::exists("/usr/share/datasets/fashion-mnist")) QSKIP("dataset-fashion-mnist is not installed");
        QElapsedTimer clock;
        clock.start();
        const Result<Dataset> set = openDataset("fashion-mnist");
        const qint64 took = clock.elapsed();
        QVERIFY2(set.ok(), set.ok() ? "" : set.error().text().c_str());
#ifndef LAB_SANITIZED
        // About half a second; the bound leaves room for a busy machine.
        QVERIFY2(took < 10000, qPrintable(QString::number(took)));
#endif
        qInfo("read in %lld ms", static_cast<long long>(took));
        QCOMPARE(set->schema.id, std::string("fashion-mnist"));
        QCOMPARE(set->train.count(), Index(60000));
        QCOMPARE(set->test.count(), Index(10000));
        QCOMPARE(set->schema.shape, (Shape{1, 28, 28}));
        QCOMPARE(set->schema.classNames[9], std::string("Ankle boot"));
        for (int c = 0; c < 10; ++c) {
            QCOMPARE(std::count(set->train.y.begin(), set->train.y.end(), c), std::ptrdiff_t(6000));
            QCOMPARE(std::count(set->test.y.begin(), set->test.y.end(), c), std::ptrdiff_t(1000));
        }
        QCOMPARE(set->train.x.minCoeff(), Real(0));
        QCOMPARE(set->train.x.maxCoeff(), Real(1));

        // The constants that everybody uses, (x - 0.2860) / 0.3530, and about the range that they give, -0.8102 to 2.0227.
        const Result<PreparedData> data = prepareData(*set, ParamSet(dataOptions()), 1);
        QVERIFY(data.ok());
        QCOMPARE(data->mean.size(), std::size_t(1));
        QVERIFY(std::abs(data->mean[0] - 0.2860) < 5e-5);
        QVERIFY(std::abs(data->deviation[0] - 0.3530) < 5e-5);
        QVERIFY(std::abs(static_cast<double>(data->minimum) + 0.8102) < 5e-4);
        QVERIFY(std::abs(static_cast<double>(data->maximum) - 2.0227) < 5e-4);
    }
};

QTEST_GUILESS_MAIN(FashionMnistTest)
#include "FashionMnistTest.moc"

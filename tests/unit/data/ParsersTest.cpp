// Parsers over bytes on good input, against values written out by hand. Bad input: tests/fuzz/data.
#include "core/data/Cifar.h"
#include "core/data/Csv.h"
#include "core/data/Idx.h"
#include "core/data/Npy.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace lab;

namespace {

using ByteList = std::vector<std::uint8_t>;

ByteList bytesOf(const std::string& text) {
    return ByteList(text.begin(), text.end());
}

ByteList idx(std::uint8_t type, std::vector<std::uint32_t> dims, ByteList values) {
    ByteList out{0, 0, type, static_cast<std::uint8_t>(dims.size())};
    for (const std::uint32_t d : dims)
        for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(d >> shift));
    out.insert(out.end(), values.begin(), values.end());
    return out;
}

ByteList npy(const std::string& header, ByteList values) {
    ByteList out{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<std::uint8_t>(header.size()), 0};
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), values.begin(), values.end());
    return out;
}

Dataset csv(const std::string& text, const CsvOptions& options = {}) {
    const Result<Dataset> set = parseCsv(bytesOf(text), "t.csv", options);
    if (!set) qFatal("%s", set.error().text().c_str());
    return *set;
}

}  // namespace

class ParsersTest : public QObject {
    Q_OBJECT

private slots:
    void idxElementTypes() {
        struct Case {
            std::uint8_t type;
            ByteList bytes;
            double first, second;
        };
        const Case cases[] = {{0x08, {0, 255}, 0, 1},
                              {0x09, {0x80, 0x7F}, -128, 127},
                              {0x0B, {0xFF, 0xFE, 0x01, 0x00}, -2, 256},
                              {0x0C, {0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 0, 0}, -1, 65536},
                              {0x0D, {0x3F, 0xC0, 0, 0, 0xC0, 0x20, 0, 0}, 1.5, -2.5},
                              {0x0E, {0x3F, 0xF8, 0, 0, 0, 0, 0, 0, 0xC0, 4, 0, 0, 0, 0, 0, 0}, 1.5, -2.5}};
        for (const Case& c : cases) {
            const Result<Tensor> t = parseIdx(idx(c.type, {1, 2}, c.bytes), "t");
            QVERIFY(t.ok());
            QCOMPARE(t->values(0, 0), static_cast<Real>(c.first));
            QCOMPARE(t->values(0, 1), static_cast<Real>(c.second));
        }
    }

    void idxPair() {
        const Result<LabelledPart> part = parseIdxPair(idx(8, {2, 2, 3}, {0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6}),
                                                       "images", idx(8, {2}, {7, 255}), "labels");
        QVERIFY(part.ok());
        QCOMPARE(part->shape, (Shape{1, 2, 3}));
        QCOMPARE(part->samples.x(0, 1), Real(0.2));
        QCOMPARE(part->samples.x(1, 5), static_cast<Real>(6 / 255.0));
        QVERIFY(part->samples.y == std::vector<int>({7, 255}));
    }

    void everyByteLabelSurvivesScaling() {
        ByteList labels, images(256);
        for (int v = 0; v < 256; ++v) labels.push_back(static_cast<std::uint8_t>(v));
        const Result<LabelledPart> part = parseIdxPair(idx(8, {256, 1}, images), "i", idx(8, {256}, labels), "l");
        for (int v = 0; v < 256; ++v) QCOMPARE(part->samples.y[static_cast<std::size_t>(v)], v);
    }

    void channelsLastAreMoved() {
        // One image of 1 x 2 pixels with 3 channels, behind a second of the same.
        Tensor t;
        t.shape = {2, 5, 2, 3};
        t.values.resize(2, 30);
        for (Index i = 0; i < 60; ++i) t.values(i / 30, i % 30) = static_cast<Real>(i);
        const Result<Shape> shape = sampleShape(t, "t");
        QCOMPARE(*shape, (Shape{3, 5, 2}));
        for (Index n = 0; n < 2; ++n)
            for (Index p = 0; p < 10; ++p)
                for (Index c = 0; c < 3; ++c) QCOMPARE(t.values(n, c * 10 + p), static_cast<Real>(n * 30 + p * 3 + c));
        // Channels first are left alone, even where the width looks like a number of channels.
        t.shape = {2, 3, 5, 2};
        QCOMPARE(*sampleShape(t, "t"), (Shape{3, 5, 2}));
    }

    void csvWithHeader() {
        const Dataset set = csv("width,height,kind\n1,2.5,b\n-3e1,+4,a\n0,0,b\n");
        QCOMPARE(set.schema.shape, (Shape{2}));
        QVERIFY(set.schema.featureNames == std::vector<std::string>({"width", "height"}));
        QVERIFY(set.schema.classNames == std::vector<std::string>({"a", "b"}));
        QVERIFY(set.train.y == std::vector<int>({1, 0, 1}));
        QCOMPARE(set.train.x(0, 1), Real(2.5));
        QCOMPARE(set.train.x(1, 0), Real(-30));
    }

    void csvWithoutHeader() {
        const Dataset set = csv("5.1,setosa\n6,virginica\n");
        QCOMPARE(set.train.count(), Index(2));
        QVERIFY(set.schema.featureNames.empty());
    }

    void csvByteOrderMarkLineEndsAndQuotes() {
        const Dataset set =
            csv("\xEF\xBB\xBF\"a \"\"x\"\"\",\"two\nlines\",species\r\n1,2,\"x, y\"\r\n\r\n3,4,\"p\nq\"\r\n");
        QVERIFY(set.schema.featureNames == std::vector<std::string>({"a \"x\"", "two\nlines"}));
        QVERIFY(set.schema.classNames == std::vector<std::string>({"p\nq", "x, y"}));
        QCOMPARE(set.train.x(1, 1), Real(4));
        QCOMPARE(csv("1,a\r2,b\r").train.count(), Index(2));  // old line ends, and none at the end
        QCOMPARE(csv("1,a\n2,b").train.count(), Index(2));
    }

    void csvDelimiters() {
        QCOMPARE(csv("1\t2\ta\n3\t4\tb\n").train.x(1, 1), Real(4));
        QCOMPARE(csv("1;2;a\n3;4;b\n").train.x(1, 1), Real(4));
    }

    void csvLabelColumn() {
        CsvOptions options;
        options.label = "kind";
        QVERIFY(csv("kind,v,w\n1,5,6\n0,7,8\n", options).schema.featureNames == std::vector<std::string>({"v", "w"}));
        options.label = "2";
        QCOMPARE(csv("5,a,6\n7,b,8\n", options).train.x(1, 1), Real(8));
        // A column called label is taken before the last one.
        QVERIFY(csv("label,p0,p1\n1,5,6\n0,7,8\n").train.y == std::vector<int>({1, 0}));
    }

    void csvLabelsInNumericalOrder() {
        const Dataset set = csv("v,c\n1,10\n1,9\n1,2\n1,10.0\n");
        QVERIFY(set.schema.classNames == std::vector<std::string>({"2", "9", "10"}));
        QVERIFY(set.train.y == std::vector<int>({2, 1, 0, 2}));
    }

    void csvAsImages() {
        CsvOptions options;
        options.shape = {1, 2, 2};
        options.divisor = 16;
        const Dataset set = csv("0,4,8,16,a\n1,1,1,1,b\n", options);
        QVERIFY(set.schema.isImage());
        QCOMPARE(set.train.x(0, 2), Real(0.5));
    }

    void npyOrdersAndTypes() {
        const std::string c = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }\n";
        const std::string f = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3)}";
        const Result<NpyArray> row = parseNpy(npy(c, {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0xFA, 0xFF}), "t", NonFinite::Refuse);
        QVERIFY(row.ok());
        QVERIFY(row->values == std::vector<double>({1, 2, 3, 4, 5, -6}));
        const Result<NpyArray> column =
            parseNpy(npy(f, {0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0xFF, 0xFA}), "t", NonFinite::Refuse);
        QVERIFY(column.ok());
        QVERIFY(column->values == row->values);
        const std::string half = "{\"descr\": \"<f2\", \"fortran_order\": False, \"shape\": (4,)}";
        const Result<NpyArray> halves =
            parseNpy(npy(half, {0x00, 0x3E, 0x01, 0x00, 0xFF, 0x7B, 0x00, 0xC0}), "t", NonFinite::Refuse);
        QVERIFY(halves->values == std::vector<double>({1.5, 0x1p-24, 65504, -2}));
        const std::string truth = "{'descr': '|b1', 'fortran_order': False, 'shape': ()}";
        QVERIFY(parseNpy(npy(truth, {1}), "t", NonFinite::Refuse)->values == std::vector<double>({1}));
        const std::string empty = "{'descr': '<f8', 'fortran_order': True, 'shape': (0, 9000000000000000000)}";
        QCOMPARE(parseNpy(npy(empty, {}), "t", NonFinite::Refuse)->values.size(), std::size_t(0));
    }

    void npyWriterIsReadBack() {
        for (const std::vector<Index>& shape : {std::vector<Index>{}, {0}, {7}, {2, 3}, {2, 3, 4, 5}}) {
            std::vector<float> values;
            for (Index i = 0; i < boundedProduct(shape, 1000); ++i) values.push_back(static_cast<float>(i) * 0.1f - 1.0f);
            const ByteList bytes = npyBytes(shape, std::span<const float>(values));
            QCOMPARE((bytes.size() - values.size() * 4) % 64, std::size_t(0));
            std::vector<Index> found;
            const Result<std::vector<float>> again = parseNpyFloats(bytes, "t", NonFinite::Refuse, found);
            QVERIFY(again.ok());
            QVERIFY(*again == values && found == shape);
        }
    }

    void npyKeepsNonFiniteWhereAsked() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const ByteList bytes = npyBytes({2}, std::span<const float>(std::vector<float>{1, nan}));
        std::vector<Index> shape;
        QVERIFY(std::isnan((*parseNpyFloats(bytes, "t", NonFinite::Keep, shape))[1]));
    }

    void cifarRecords() {
        ByteList ten(2 * 3073);
        ten[0] = 9;
        ten[1] = 255;
        ten[3073] = 3;
        ten[3073 + 1 + 1024] = 51;
        const Result<Samples> samples = parseCifar(ten, CifarKind::Ten, "t");
        QVERIFY(samples->y == std::vector<int>({9, 3}));
        QCOMPARE(samples->x(0, 0), Real(1));
        QCOMPARE(samples->x(1, 1024), Real(0.2));
        ByteList hundred(3074);
        hundred[0] = 19;
        hundred[1] = 99;
        hundred[2] = 255;
        QVERIFY(parseCifar(hundred, CifarKind::HundredFine, "t")->y == std::vector<int>({99}));
        QVERIFY(parseCifar(hundred, CifarKind::HundredCoarse, "t")->y == std::vector<int>({19}));
        QCOMPARE(parseCifar(hundred, CifarKind::HundredFine, "t")->x(0, 0), Real(1));
    }
};

QTEST_APPLESS_MAIN(ParsersTest)
#include "ParsersTest.moc"

// The table of malformed data: what lies in the folder, and the error that opening the first file must give.
// Pictures are written as recipes: "PNG:3x2" is a picture of that size, "CUT:" one that is cut in half.
#pragma once

#include "Samples.h"

#include "core/data/Csv.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace malformed {

using namespace lab;
using namespace samples;

using Params = std::vector<std::pair<std::string, std::string>>;

struct Case {
    const char* name;
    const char* code;
    std::vector<std::pair<std::string, Bytes>> files;  // the first is opened
    const char* mentions;                              // part of the error's text
    Params params = {};
};

inline std::string header(const std::string& descr, const std::string& order, const std::string& shape) {
    return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

inline Bytes pair(const std::string& x, const std::string& y, const Bytes& xBytes, const Bytes& yBytes) {
    return zip({{x, xBytes}, {y, yBytes}});
}

inline std::vector<Case> idxCases() {
    const std::string i = "train-images-idx3-ubyte", l = "train-labels-idx1-ubyte";
    const auto both = [&](Bytes x, Bytes y) {
        return std::vector<std::pair<std::string, Bytes>>{{i, std::move(x)}, {l, std::move(y)}};
    };
    const Bytes nan = idx(0x0D, {4, 1, 1}, {0x3F, 0x80, 0, 0, 0x7F, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    return {
        {"labels cut in the header", "LAB-DATA-101", both(images(), cut(labels(), 6)), "6"},
        {"labels of three bytes", "LAB-DATA-101", both(images(), cut(labels(), 3)), "3 bytes"},
        {"labels that are no IDX", "LAB-DATA-101", both(images(), text("label,1,2,3\n")), "two zero bytes"},
        {"element type", "LAB-DATA-102", both(images(), with(labels(), 2, 0x0A)), "0x0a"},
        {"no dimensions", "LAB-DATA-103", both(images(), with(labels(), 3, 0)), "0 dimensions"},
        {"seventeen dimensions", "LAB-DATA-103", both(images(), with(labels(), 3, 17)), "17 dimensions"},
        {"a dimension of zero", "LAB-DATA-103", both(idx(8, {0, 2, 3}, {}), labels()), "dimension 1 is 0"},
        {"oversized header", "LAB-DATA-103", both(idx(8, {0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu}, {1, 2}), labels()),
         "no file can hold"},
        {"huge but possible header", "LAB-DATA-104", both(idx(8, {0x7FFFFFFFu, 28, 28}, {1, 2}), labels()), "cut off"},
        {"truncated images", "LAB-DATA-104", both(cut(images(), 30), labels()), "30 bytes"},
        {"truncated labels", "LAB-DATA-104", both(images(), cut(labels(), 10)), "10 bytes"},
        {"more than announced", "LAB-DATA-105", both(plus(images(), {1}), labels()), "only 40"},
        {"not finite", "LAB-DATA-106", both(nan, labels()), "value number 1"},
        {"swapped files", "LAB-DATA-107", both(labels(), images()), "swapped"},
        {"images twice", "LAB-DATA-108", both(images(), images()), "both files hold samples"},
        {"labels twice", "LAB-DATA-108", both(labels(), labels()), "both files hold labels"},
        {"label out of range", "LAB-DATA-113", both(images(), idx(0x0B, {4}, {0, 1, 0, 2, 0x7F, 0xFF, 0, 1})),
         "label number 2 is 32767"},
        {"negative label", "LAB-DATA-113", both(images(), idx(0x09, {4}, {0, 1, 255, 1})), "is -1"},
        {"other counts", "LAB-DATA-114", both(images(), idx(8, {3}, {0, 1, 2})), "4 samples"},
        {"labels of another part", "LAB-DATA-114", both(images(), idx(8, {5}, {0, 1, 2, 0, 1})), "5 labels"},
        {"test part of another shape",
         "LAB-DATA-115",
         {{i, images()},
          {l, labels()},
          {"t10k-images-idx3-ubyte", idx(8, {1, 1, 2}, {1, 2})},
          {"t10k-labels-idx1-ubyte", idx(8, {1}, {0})}},
         "2"},
        {"one class", "LAB-DATA-116", both(images(), idx(8, {4}, {3, 3, 3, 3})), "two classes"},
        {"labels missing", "LAB-DATA-175", {{i, images()}}, "looked for train-labels-idx1-ubyte"},
        {"images missing", "LAB-DATA-175", {{l, labels()}}, "train-images"},
        {"no partner by name", "LAB-DATA-175", {{"samples", images()}}, "labels=PATH"},
        {"partner given but missing",
         "LAB-IO-101",
         {{i, images()}, {l, labels()}},
         "cannot be opened",
         {{"labels", "/nowhere/at/all"}}},
        {"bad gzip", "LAB-DATA-151", {{i + ".gz", with(gzip(images()), 12, 0xFF)}, {l, labels()}}, "damaged"},
        {"gzip with a wrong checksum",
         "LAB-DATA-151",
         {{i + ".gz", with(gzip(images()), gzip(images()).size() - 6, 0x55)}, {l, labels()}},
         "damaged"},
        {"gzip with a tail",
         "LAB-DATA-151",
         {{i + ".gz", plus(gzip(images()), text("hello"))}, {l, labels()}},
         "followed by something else"},
        {"nothing but a gzip mark", "LAB-DATA-151", {{i + ".gz", Bytes{0x1F, 0x8B}}, {l, labels()}}, "nothing is in it"},
        {"truncated gzip",
         "LAB-DATA-152",
         {{i + ".gz", cut(gzip(images()), gzip(images()).size() - 5)}, {l, labels()}},
         "in the middle"},
        {"truncated gzip of labels",
         "LAB-DATA-152",
         {{i, images()}, {l + ".gz", cut(gzip(labels()), 18)}},
         "in the middle"},
        {"gzip bomb",
         "LAB-DATA-153",
         {{i + ".gz", gzip(plus(images(), Bytes(50000000, 0)))}, {l, labels()}},
         "more than 40 bytes"},
    };
}

inline std::vector<Case> tableCases() {
    const auto one = [](const std::string& t) { return std::vector<std::pair<std::string, Bytes>>{{"t.csv", text(t)}}; };
    std::string many = "v,c\n";
    for (int k = 0; k < 1200; ++k) many += "1,name" + std::to_string(k) + "\n";
    std::string measures = "v,c\n";
    for (int k = 0; k < 40; ++k) measures += "1,0." + std::to_string(100 + k) + "\n";
    Bytes wide;
    for (std::size_t k = 0; k < kMaxCsvColumns + 1; ++k) wide.insert(wide.end(), {'1', ','});
    return {
        {"only blank lines", "LAB-DATA-121", one("\r\n\r\n\n"), "no rows"},
        {"only a byte order mark", "LAB-DATA-121", one("\xEF\xBB\xBF"), "no rows"},
        {"only a header", "LAB-DATA-121", one("a,b\n"), "no rows", {{"header", "yes"}}},
        {"ragged, short", "LAB-DATA-122", one("1,2,a\n1,b\n"), ":2:3: the row has 2 fields"},
        {"ragged, long, after a quoted newline", "LAB-DATA-122", one("v,c\n1,\"a\nb\"\n1,b,3\n"),
         ":4:3: the row has 3 fields"},
        {"text in a column of numbers", "LAB-DATA-123", one("w,h,c\n1,2,a\n1,x,b\n"), ":3:2: 'x' of column 'h'"},
        {"decimal comma", "LAB-DATA-123", one("1,5;2,5;a\n1,5;3,5;b\n"), "decimal point"},
        {"missing value", "LAB-DATA-123", one("w,h,c\n1,,a\n1,2,b\n"), "is empty"},
        {"hexadecimal", "LAB-DATA-123", one("w,c\n0x10,a\n1,b\n"), "'0x10'", {{"header", "yes"}}},
        {"not a number by name", "LAB-DATA-124", one("w,c\n1,a\nnan,b\n"), ":3:1: 'nan'"},
        {"infinite", "LAB-DATA-124", one("w,c\n1,a\n-inf,b\n"), "'-inf'"},
        {"beyond doubles", "LAB-DATA-124", one("w,c\n1,a\n1e999,b\n"), "'1e999'"},
        {"beyond single precision", "LAB-DATA-124", one("w,c\n1,a\n1e60,b\n"), "'1e60'"},
        {"quote not closed", "LAB-DATA-125", one("w,c\n1,\"a\n2,b\n"), ":2:2: a quote is opened"},
        {"text after a quote", "LAB-DATA-125", one("w,c\n1,\"a\"z\n2,b\n"), "'z'"},
        {"no such column", "LAB-DATA-126", one("w,h,c\n1,2,a\n3,4,b\n"), "Columns: 'w', 'h', 'c'", {{"label", "kind"}}},
        {"column number out of range", "LAB-DATA-126", one("1,2,a\n3,4,b\n"), "among the 3", {{"label", "4"}}},
        {"column zero", "LAB-DATA-126", one("1,2,a\n3,4,b\n"), "'0'", {{"label", "0"}}},
        {"one column", "LAB-DATA-127", one("a\n1\n2\n"), "one field"},
        {"a million columns", "LAB-DATA-127", {{"t.csv", wide}}, "more than 1000000 fields"},
        {"empty class", "LAB-DATA-128", one("w,c\n1,\n2,b\n"), ":2:2: the class column 'c' is empty"},
        {"too many classes", "LAB-DATA-128", one(many), "more than 1000"},
        {"measurements for classes", "LAB-DATA-128", one(measures), "looks like a measurement"},
        {"zero bytes", "LAB-DATA-129", {{"t.csv", plus(text("w,c\n1,a\n"), {0, 'x'})}}, "byte 8"},
        {"UTF-16", "LAB-DATA-129", {{"t.csv", Bytes{0xFF, 0xFE, 'a', 0, ',', 0}}}, "UTF-8"},
        {"shape that does not fit", "LAB-DATA-130", one("1,2,3,a\n4,5,6,b\n"), "has 4", {{"shape", "2x2"}}},
        {"shape that is none", "LAB-DATA-177", one("1,2,3,a\n4,5,6,b\n"), "'2x'", {{"shape", "2x"}}},
        {"shape with four sides", "LAB-DATA-177", one("1,2,a\n4,5,b\n"), "1x1x1x2", {{"shape", "1x1x1x2"}}},
        {"one class", "LAB-DATA-116", one("1,a\n2,a\n"), "two classes"},
        {"empty file", "LAB-DATA-174", {{"t.csv", Bytes{}}}, "empty"},
        {"compressed nothing", "LAB-DATA-151", {{"t.csv.gz", gzip({})}}, "nothing"},
        {"an option that is none", "LAB-PARAM-101", one("1,a\n2,b\n"), "sep", {{"sep", "x"}}},
    };
}

inline std::vector<Case> numpyCases() {
    const Bytes y = npy({2}, {0, 1});
    const auto x = [&](const Bytes& bytes) {
        return std::vector<std::pair<std::string, Bytes>>{{"x.npy", bytes}, {"y.npy", y}};
    };
    const auto h = [&](const std::string& literal, std::size_t values = 8) { return x(npyWithHeader(literal, values)); };
    const float nan = std::numeric_limits<float>::quiet_NaN();
    Bytes longHeader = npyWithHeader(header("'<f4'", "False", "(2, 1)"), 8, 2);
    longHeader[11] = 0x7F;
    return {
        {"only the mark", "LAB-DATA-141", x(cut(npy({2, 1}, {1, 2}), 8)), "mark"},
        {"cut in the header", "LAB-DATA-141", x(cut(npy({2, 1}, {1, 2}), 60)), "60"},
        {"version 2 cut before its length", "LAB-DATA-141",
         x(cut(npyWithHeader(header("'<f4'", "False", "(2, 1)"), 8, 2), 11)), "11"},
        {"two gigabytes of header", "LAB-DATA-141", x(longHeader), "never that long"},
        {"version 9", "LAB-DATA-142", x(with(npy({2, 1}, {1, 2}), 6, 9)), "9.0"},
        {"version 1.7", "LAB-DATA-142", x(with(npy({2, 1}, {1, 2}), 7, 7)), "1.7"},
        {"not a dictionary", "LAB-DATA-143", h("[1, 2]"), "'{' was wanted"},
        {"code in the header", "LAB-DATA-143", h("{'descr': __import__('os').system('true')}"), "quoted text"},
        {"a key is missing", "LAB-DATA-143", h("{'descr': '<f4', 'shape': (2, 1)}"), "fortran_order"},
        {"a key twice", "LAB-DATA-143", h("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)}"),
         "once"},
        {"another key", "LAB-DATA-143", h("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), 'x': 1}"), "once"},
        {"order that is none", "LAB-DATA-143", h(header("'<f4'", "Maybe", "(2, 1)")), "True or False"},
        {"shape that is text", "LAB-DATA-143", h(header("'<f4'", "False", "('a', 1)")), "whole number"},
        {"shape without end", "LAB-DATA-143", h("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1"), "its end"},
        {"nine dimensions", "LAB-DATA-143", h(header("'<f4'", "False", "(1,1,1,1,1,1,1,1,1)")), "8 dimensions"},
        {"text after the dictionary", "LAB-DATA-143", h(header("'<f4'", "False", "(2, 1)") + "x"), "end of the header"},
        {"quote not closed", "LAB-DATA-143", h("{'descr"), "quoted text"},
        {"no colon", "LAB-DATA-143", h("{'descr' '<f4'}"), "':' was wanted"},
        {"no comma", "LAB-DATA-143", h("{'descr': '<f4' 'shape': (2,)}"), "',' or '}'"},
        {"objects", "LAB-DATA-144", h(header("'|O'", "False", "(2, 1)")), "Python objects"},
        {"texts", "LAB-DATA-144", h(header("'<U5'", "False", "(2, 1)")), "texts"},
        {"complex", "LAB-DATA-144", h(header("'<c8'", "False", "(2, 1)")), "complex"},
        {"records", "LAB-DATA-144", h(header("[('a', '<f4')]", "False", "(2, 1)")), "named fields"},
        {"raw records", "LAB-DATA-144", h(header("'|V8'", "False", "(2, 1)")), "raw records"},
        {"long doubles", "LAB-DATA-144", h(header("'<f16'", "False", "(2, 1)")), "<f16"},
        {"no byte order", "LAB-DATA-144", h(header("'|f4'", "False", "(2, 1)")), "byte order"},
        {"empty type", "LAB-DATA-144", h(header("''", "False", "(2, 1)")), "unknown type"},
        {"negative dimension", "LAB-DATA-145", h(header("'<f4'", "False", "(-2, 1)")), "-2"},
        {"dimension beyond 64 bits", "LAB-DATA-145", h(header("'<f4'", "False", "(99999999999999999999, 1)")),
         "99999999999999999999"},
        {"dimensions whose product overflows", "LAB-DATA-145", h(header("'<f4'", "False", "(4294967296, 4294967296)")),
         "no file can hold"},
        {"no samples", "LAB-DATA-145", h(header("'<f4'", "False", "(0, 4)"), 0), "at least one sample"},
        {"a single value", "LAB-DATA-145", h(header("'<f4'", "False", "()"), 4), "at least one sample"},
        {"oversized header", "LAB-DATA-146", h(header("'<f4'", "False", "(1000000000, 784)")), "cut off"},
        {"truncated", "LAB-DATA-146", x(cut(npy({2, 1}, {1, 2}), 133)), "133 bytes"},
        {"more than announced", "LAB-DATA-147", x(plus(npy({2, 1}, {1, 2}), {0})), "only 136"},
        {"not finite", "LAB-DATA-148", x(npy({2, 1}, {1, nan})), "value number 1"},
        {"beyond single precision",
         "LAB-DATA-148",
         {{"x.npy", lab::npyBytes({2, 1}, std::span<const double>(std::vector<double>{1, 1e200}))}, {"y.npy", y}},
         "single precision"},
        {"labels alone", "LAB-DATA-111", {{"x.npy", npy({2}, {1, 2})}, {"y.npy", y}}, "may be the labels"},
        {"five dimensions", "LAB-DATA-111", {{"x.npy", npy({2, 1, 1, 1, 1}, {1, 2})}, {"y.npy", y}}, "2 x 1 x 1 x 1 x 1"},
        {"swapped", "LAB-DATA-112", {{"x.npy", y}, {"y.npy", npy({2, 3}, {1, 2, 3, 4, 5, 6})}}, "swapped"},
        {"one-hot labels",
         "LAB-DATA-112",
         {{"x.npy", npy({2, 1}, {1, 2})}, {"y.npy", npy({2, 2}, {1, 0, 0, 1})}},
         "one per sample"},
        {"labels with decimals", "LAB-DATA-113", {{"x.npy", npy({2, 1}, {1, 2})}, {"y.npy", npy({2}, {0, 0.5f})}}, "0.5"},
        {"other counts", "LAB-DATA-114", {{"x.npy", npy({3, 1}, {1, 2, 3})}, {"y.npy", y}}, "3 samples"},
        {"labels missing", "LAB-DATA-175", {{"x.npy", npy({2, 1}, {1, 2})}}, "looked for y.npy"},
        {"labels missing, name says nothing", "LAB-DATA-175", {{"a.npy", npy({2, 1}, {1, 2})}}, "labels=PATH"},
        {"archive without samples", "LAB-DATA-176", {{"w.npz", zip({{"0.weight.npy", npy({2}, {1, 2})}})}}, "0.weight.npy"},
        {"empty archive", "LAB-DATA-154", {{"w.npz", zip({})}}, "archive"},
        {"parts of different shape",
         "LAB-DATA-115",
         {{"w.npz", zip({{"x_train.npy", npy({2, 2}, {1, 2, 3, 4})},
                         {"y_train.npy", y},
                         {"x_test.npy", npy({2, 1}, {1, 2})},
                         {"y_test.npy", y}})}},
         "test samples 1"},
        {"half a directory",
         "LAB-DATA-154",
         {{"w.npz", cut(pair("x.npy", "y.npy", npy({2, 1}, {1, 2}), y), 200)}},
         "damaged"},
        {"entry that leads out", "LAB-DATA-155", {{"w.npz", zip({{"../../evil.npy", y}})}}, "../../evil.npy"},
        {"absolute entry", "LAB-DATA-155", {{"w.npz", zip({{"/etc/evil.npy", y}})}}, "leads out"},
        {"entry with a backslash", "LAB-DATA-155", {{"w.npz", zip({{"..\\evil.npy", y}})}}, "leads out"},
        {"entry twice", "LAB-DATA-155", {{"w.npz", zip({{"x.npy", y}, {"x.npy", y}})}}, "twice"},
        {"entry with a wrong checksum",
         "LAB-DATA-157",
         {{"w.npz", with(zip({{"x.npy", y}}), 30 + 5 + 130, 0x55)}},
         "checksum"},
        {"object array in an archive",
         "LAB-DATA-144",
         {{"w.npz", pair("x.npy", "y.npy", npyWithHeader(header("'|O'", "False", "(2, 1)"), 8), y)}},
         "w.npz:x.npy"},
    };
}

inline std::vector<Case> otherCases() {
    Bytes record(3073, 0);
    Bytes label = record;
    label[0] = 10;
    return {
        {"cifar with a piece missing",
         "LAB-DATA-131",
         {{"data_batch_1.bin", cut(plus(record, record), 6000)}},
         "2927 are left over"},
        {"cifar label", "LAB-DATA-132", {{"data_batch_1.bin", plus(record, label)}}, "record 1 is 10"},
        {"cifar folder incomplete",
         "LAB-DATA-175",
         {{"ten/", {}}, {"ten/data_batch_1.bin", plus(record, record)}},
         "data_batch_2.bin"},
        {"program", "LAB-DATA-173", {{"program.exe", Bytes{0x7F, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0}}}, "7f 45 4c 46"},
        {"picture alone", "LAB-DATA-173", {{"p.csv.png", Bytes{0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0}}}, "89 50 4e 47"},
        {"folder without classes", "LAB-DATA-161", {{"none/", {}}}, "0 folders"},
        {"folder with one class", "LAB-DATA-161", {{"p/", {}}, {"p/a/1.png", text("PNG:2x2")}}, "1 folders"},
        {"train and test differ",
         "LAB-DATA-161",
         {{"p/", {}},
          {"p/train/a/1.png", text("PNG:2x2")},
          {"p/train/b/1.png", text("PNG:2x2")},
          {"p/test/a/1.png", text("PNG:2x2")}},
         "different classes"},
        {"class without images",
         "LAB-DATA-162",
         {{"p/", {}}, {"p/a/1.png", text("PNG:2x2")}, {"p/b/x.txt", text("x")}},
         "'b'"},
        {"damaged image",
         "LAB-DATA-163",
         {{"p/", {}}, {"p/a/1.png", text("PNG:2x2")}, {"p/b/1.png", Bytes{0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0}}},
         "1.png"},
        {"text called png",
         "LAB-DATA-163",
         {{"p/", {}}, {"p/a/1.png", text("PNG:2x2")}, {"p/b/1.png", text("hello")}},
         "neither PNG nor JPEG"},
        {"bmp called png",
         "LAB-DATA-163",
         {{"p/", {}}, {"p/a/1.png", text("PNG:2x2")}, {"p/b/1.png", text("BMP:2x2")}},
         "neither PNG nor JPEG"},
        {"truncated image",
         "LAB-DATA-163",
         {{"p/", {}}, {"p/a/1.png", text("CUT:40x40")}, {"p/b/1.png", text("PNG:40x40")}},
         "a/1.png"},
        {"different sizes",
         "LAB-DATA-164",
         {{"p/", {}}, {"p/a/1.png", text("PNG:2x2")}, {"p/b/1.png", text("PNG:3x2")}},
         "size=HxW"},
        {"too large",
         "LAB-DATA-165",
         {{"p/", {}}, {"p/a/1.png", text("PNG:9000x1")}, {"p/b/1.png", text("PNG:3x2")}},
         "9000"},
        {"too many",
         "LAB-DATA-165",
         {{"p/", {}},
          {"p/a/1.png", text("PNG:2x2")},
          {"p/b/1.png", text("PNG:3x2")},
          {"p/b/2.png", text("PNG:3x2")},
          {"p/b/3.png", text("PNG:3x2")},
          {"p/b/4.png", text("PNG:3x2")},
          {"p/b/5.png", text("PNG:3x2")}},
         "fit into memory",
         {{"size", "8192x8192"}}},
        {"size that is none",
         "LAB-DATA-177",
         {{"p/", {}}, {"p/a/1.png", text("PNG:2x2")}, {"p/b/1.png", text("PNG:3x2")}},
         "'0x5'",
         {{"size", "0x5"}}},
    };
}

}  // namespace malformed

#include "core/io/DataFormats.h"

#include "core/data/Csv.h"
#include "core/data/Idx.h"
#include "core/data/Npy.h"
#include "core/io/CifarFiles.h"
#include "core/io/Gzip.h"
#include "core/io/IdxFiles.h"
#include "core/io/ImageFolder.h"
#include "core/io/NpyFiles.h"
#include "core/io/Zip.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <charconv>

namespace lab {

namespace {

constexpr std::size_t kHeadBytes = 65536;

ParamSpec labelsPath() {
    return ParamSpec::text("labels", "Labels", "", "Path of the file of the labels; empty: it is found by its name.");
}

// "HxW", "CxHxW", or one number; an empty shape for "".
Result<Shape> parseShape(const std::string& text, const char* name, std::size_t most) {
    Shape shape;
    const Error bad{"LAB-DATA-177", "'" + text + "' is not a size, such as 28x28.", name,
                    "Write whole numbers from 1 to 8192 with x between them."};
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('x', at), text.size());
        Index d = 0;
        const auto [stop, problem] = std::from_chars(text.data() + at, text.data() + end, d);
        if (problem != std::errc() || stop != text.data() + end || d < 1 || d > 8192 || shape.size() == most) return bad;
        shape.push_back(d);
        at = end + 1;
        if (at == text.size()) return bad;
    }
    return shape;
}

std::vector<ParamSpec> csvOptions() {
    return {
        ParamSpec::text("label", "Class column", "",
                        "Name or number of the column of the class; empty: the one called label, class, target or species, "
                        "else the last."),
        ParamSpec::choice("header", "First row", "auto",
                          {{"auto", "Guess", "A header where a name stands above a number."},
                           {"yes", "Names", "The first row holds the names of the columns."},
                           {"no", "Data", "The first row is data."}},
                          "What the first row holds."),
        ParamSpec::choice("delimiter", "Delimiter", "auto",
                          {{"auto", "Guess", "A tab or a semicolon where the first line has one, else a comma."},
                           {"comma", "Comma", "Fields are separated by commas."},
                           {"semicolon", "Semicolon", "Fields are separated by semicolons."},
                           {"tab", "Tab", "Fields are separated by tabs."}},
                          "What separates the fields."),
        ParamSpec::text("shape", "Image size", "",
                        "HxW or CxHxW where the columns are the pixels of an image, row by row; empty for a table."),
        ParamSpec::number("divisor", "Divide by", 1.0, 1e-9, 1e9,
                          "Every value is divided by it: 255 takes bytes to the range from 0 to 1.", ParamScale::Log)};
}

Result<Dataset> readCsvFile(const std::string& path, const ParamSet& values, std::uint64_t) {
    CsvOptions options;
    options.label = values.text("label");
    const std::string& header = values.text("header");
    options.header = header == "yes" ? CsvHeader::Present : header == "no" ? CsvHeader::Absent : CsvHeader::Guess;
    const std::string& delimiter = values.text("delimiter");
    options.delimiter = delimiter == "comma" ? ',' : delimiter == "semicolon" ? ';' : delimiter == "tab" ? '\t' : '\0';
    options.divisor = values.number("divisor");
    Result<Shape> shape = parseShape(values.text("shape"), "shape", 3);
    if (!shape) return shape.error();
    if (shape->size() == 2) shape->insert(shape->begin(), 1);
    options.shape = std::move(*shape);
    const Result<Bytes> bytes = readContent(path, kMaxInflated);
    if (!bytes) return bytes.error();
    return parseCsv(*bytes, path, options);
}

Result<Dataset> readFolder(const std::string& path, const ParamSet& values, std::uint64_t) {
    ImageFolderOptions options;
    const Result<Shape> size = parseShape(values.text("size"), "size", 2);
    if (!size) return size.error();
    if (!size->empty()) {
        options.height = size->front();
        options.width = size->back();
    }
    const std::string& colour = values.text("colour");
    options.colour = colour == "grey"  ? ImageFolderOptions::Colour::Grey
                     : colour == "rgb" ? ImageFolderOptions::Colour::Rgb
                                       : ImageFolderOptions::Colour::Auto;
    return readImageFolder(path, options);
}

bool endsWith(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::vector<DataFormat> makeFormats() {
    std::vector<DataFormat> list;
    list.push_back(
        {"npz",
         "NumPy archive",
         {"npz"},
         "Arrays called x and y (also images and labels, data and target), or x_train, y_train, x_test and y_test.",
         {},
         [](const DataProbe& p) { return looksLikeZip(p.head); },
         [](const std::string& path, const ParamSet&, std::uint64_t) { return readNpzDataset(path); }});
    list.push_back({"npy",
                    "NumPy array",
                    {"npy"},
                    "One array of samples; the labels come from a second file, found by name (x and y, images and labels). Large arrays "
                    "in C order stay on disk.",
                    {labelsPath()},
                    [](const DataProbe& p) { return looksLikeNpy(p.head); },
                    [](const std::string& path, const ParamSet& v, std::uint64_t inMemory) {
                        return readNpyDataset(path, v.text("labels"), inMemory);
                    }});
    list.push_back(
        {"idx",
         "IDX (MNIST and its kin)",
         {"idx", "ubyte", "gz"},
         "Samples and labels in two files, compressed or not; any of them is enough, the others are found by name. Large sets stay "
         "on disk (compressed ones are unpacked into the cache folder once).",
         {labelsPath()},
         [](const DataProbe& p) { return p.isFolder ? !idxInFolder(p.path).empty() : looksLikeIdx(p.head); },
         [](const std::string& path, const ParamSet& v, std::uint64_t inMemory) -> Result<Dataset> {
             const bool folder = QFileInfo(QString::fromStdString(path)).isDir();
             const Result<IdxPaths> paths = findIdxPaths(folder ? idxInFolder(path) : path, v.text("labels"));
             if (!paths) return paths.error();
             return readIdxFiles(*paths, path, inMemory);
         }});
    list.push_back({"cifar",
                    "CIFAR-10 and CIFAR-100, binary version",
                    {"bin"},
                    "The unpacked folder with all batches, or one file of it.",
                    {ParamSpec::boolean("coarse", "Super-classes", false,
                                        "Take the 20 super-classes of CIFAR-100, not its 100 classes.")},
                    [](const DataProbe& p) {
                        return p.isFolder ? looksLikeCifarFolder(p.path)
                                          : endsWith(p.path, ".bin") || endsWith(p.path, ".bin.gz");
                    },
                    [](const std::string& path, const ParamSet& v, std::uint64_t) { return readCifar(path, v.flag("coarse")); }});
    list.push_back(
        {"images",
         "Folder of images",
         {},
         "PNG and JPEG images in one folder per class; folders train and test are understood.",
         {ParamSpec::text("size", "Size", "", "HxW: every image is resized to it; empty: they must be of one size."),
          ParamSpec::choice("colour", "Colour", "auto",
                            {{"auto", "As they are", "Grey where every image is grey."},
                             {"grey", "Grey", "One channel of luminance."},
                             {"rgb", "Red, green, blue", "Three channels."}},
                            "Channels of the samples.")},
         [](const DataProbe& p) { return p.isFolder; },
         readFolder});
    list.push_back({"csv",
                    "Table as text",
                    {"csv", "tsv", "txt"},
                    "Numbers with a decimal point, and one column for the class; separated by commas, semicolons or tabs.",
                    csvOptions(),
                    [](const DataProbe& p) {
                        return !p.isFolder &&
                               (looksLikeCsv(p.head) || endsWith(p.path, ".csv") || endsWith(p.path, ".tsv"));
                    },
                    readCsvFile});
    return list;
}

Result<Bytes> readHead(const std::string& path) {
    QFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::ReadOnly))
        return Error{"LAB-IO-101", "the file cannot be opened: " + file.errorString().toStdString() + ".", path,
                     "Check that it exists and may be read."};
    Bytes head(kHeadBytes);
    const qint64 got = file.read(reinterpret_cast<char*>(head.data()), static_cast<qint64>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<qint64>(got, 0)));
    if (looksLikeGzip(head)) {
        Bytes inside = gunzipHead(head, kHeadBytes);
        if (inside.empty())
            return Error{"LAB-DATA-151", "the compressed content is damaged, or nothing is in it.", path,
                         "Copy or download it again."};
        return inside;
    }
    return head;
}

std::string hexOf(const Bytes& head) {
    constexpr const char* digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < std::min<std::size_t>(head.size(), 8); ++i) {
        out += i == 0 ? "" : " ";
        out += digits[head[i] >> 4];
        out += digits[head[i] & 15];
    }
    return out;
}

std::string formatTitles() {
    std::string out;
    for (const DataFormat& f : dataFormats()) out += (out.empty() ? "" : "; ") + f.title;
    return out;
}

}  // namespace

const std::vector<DataFormat>& dataFormats() {
    static const std::vector<DataFormat> list = makeFormats();
    return list;
}

Result<const DataFormat*> formatOf(const std::string& path) {
    DataProbe probe;
    probe.path = path;
    while (probe.path.size() > 1 && probe.path.back() == '/') probe.path.pop_back();
    const QFileInfo info(QString::fromStdString(path));
    if (!info.exists())
        return Error{"LAB-DATA-171", "there is no file or folder called '" + path + "'.", path, "Check the spelling."};
    probe.isFolder = info.isDir();
    if (!probe.isFolder) {
        Result<Bytes> head = readHead(path);
        if (!head) return head.error();
        if (head->empty())
            return Error{"LAB-DATA-174", "the file is empty, but data were wanted.", path, "Choose another file."};
        probe.head = std::move(*head);
    }
    for (const DataFormat& format : dataFormats())
        if (format.accepts(probe)) return &format;
    // Nonsense that comes out of a damaged compressed file is better explained by the damage.
    if (!probe.isFolder) {
        const Result<Bytes> whole = readContent(path, 1 << 20);
        if (!whole && whole.error().code != "LAB-DATA-153") return whole.error();
    }
    return Error{"LAB-DATA-173", "the format is not known: the content begins with " + hexOf(probe.head) + ".", path,
                 "Formats that are read: " + formatTitles() + ". Unpack archives first."};
}

Result<Bytes> readContent(const std::string& path, std::uint64_t limit) {
    Result<Bytes> bytes = readFile(path);
    if (!bytes || !looksLikeGzip(*bytes)) return bytes;
    return gunzip(*bytes, path, limit);
}

}  // namespace lab

#include "core/io/DataFiles.h"

#include "core/data/Csv.h"
#include "core/data/Generators.h"
#include "core/io/DataFormats.h"
#include "core/io/Gzip.h"
#include "core/io/IdxFiles.h"

#include <QFile>
#include <QFileInfo>

static void initResources() {
    // A static library's resources are not registered by themselves.
    Q_INIT_RESOURCE(datasets);
}

namespace lab {

namespace {

constexpr const char* kFashionFolder = "/usr/share/datasets/fashion-mnist";

Result<Dataset> shipped(const char* resource, const CsvOptions& options) {
    initResources();
    const Result<Bytes> raw = readFile(std::string(":/datasets/") + resource);
    if (!raw) return raw.error();
    if (!looksLikeGzip(*raw)) return parseCsv(*raw, resource, options);
    const Result<Bytes> text = gunzip(*raw, resource);
    if (!text) return text.error();
    return parseCsv(*text, resource, options);
}

Result<Dataset> described(Result<Dataset> set, const DatasetDescription& description) {
    if (!set) return set;
    set->schema.id = description.id;
    set->schema.title = description.title;
    set->origin = description.origin;
    set->licence = description.licence;
    return set;
}

DatasetDescription fashionMnist() {
    DatasetDescription d;
    d.id = "fashion-mnist";
    d.title = "Fashion-MNIST";
    d.summary =
        "Grey images of clothing, 28 x 28 pixels in ten classes: 60,000 to train on and 10,000 to test on. The reference "
        "of all comparisons here.";
    d.origin = "Xiao, Rasul & Vollgraf 2017, Zalando Research; Debian package dataset-fashion-mnist";
    d.licence = "MIT";
    d.load = [](const ParamSet&) { return readFashionMnist(kFashionFolder); };
    return d;
}

DatasetDescription digits() {
    DatasetDescription d;
    d.id = "digits";
    d.title = "Handwritten digits (8 x 8)";
    d.summary = "1797 handwritten digits of 8 x 8 pixels with 17 grey levels. Small and real: trains within seconds.";
    d.origin = "Alpaydin & Kaynak 1998, UCI Machine Learning Repository (test part), as scikit-learn carries it";
    d.licence = "CC BY 4.0 (UCI); BSD-3-Clause as distributed with scikit-learn";
    d.load = [](const ParamSet&) {
        CsvOptions options;
        options.header = CsvHeader::Present;
        options.label = "digit";
        options.shape = {1, 8, 8};
        options.divisor = 16.0;
        return described(shipped("digits.csv.gz", options), *findDataset("digits"));
    };
    return d;
}

DatasetDescription iris() {
    DatasetDescription d;
    d.id = "iris";
    d.title = "Iris";
    d.summary = "Four measures of 150 iris flowers of three species. One species stands apart, the other two overlap.";
    d.origin = "Anderson 1935, Fisher 1936, as scikit-learn carries it";
    d.licence = "CC BY 4.0 (UCI); BSD-3-Clause as distributed with scikit-learn";
    d.load = [](const ParamSet&) {
        CsvOptions options;
        options.header = CsvHeader::Present;
        options.label = "species";
        return described(shipped("iris.csv", options), *findDataset("iris"));
    };
    return d;
}

std::string knownNames() {
    std::string out;
    for (const DatasetDescription& d : allDatasets()) out += (out.empty() ? "" : ", ") + d.id;
    return out;
}

Result<ParamSet> paramsOf(const std::vector<ParamSpec>& specs,
                          const std::vector<std::pair<std::string, std::string>>& params) {
    ParamSet set(specs);
    for (const auto& [name, text] : params)
        if (const Result<void> done = set.setText(name, text); !done) return done.error();
    return set;
}

}  // namespace

Result<Dataset> readFashionMnist(const std::string& folder) {
    const auto path = [&](const char* name) {
        const std::string plain = folder + "/" + name;
        return QFileInfo::exists(QString::fromStdString(plain + ".gz")) ? plain + ".gz" : plain;
    };
    const IdxPaths paths{path("train-images-idx3-ubyte"), path("train-labels-idx1-ubyte"), path("t10k-images-idx3-ubyte"),
                         path("t10k-labels-idx1-ubyte")};
    for (const std::string& file : {paths.trainImages, paths.trainLabels, paths.testImages, paths.testLabels})
        if (!QFileInfo::exists(QString::fromStdString(file)))
            return Error{"LAB-DATA-172", "Fashion-MNIST is not installed: there is no " + file + "(.gz).", folder,
                         "Install it with: sudo apt-get install dataset-fashion-mnist. The set seg7 needs no file."};
    Result<Dataset> set = readIdxFiles(paths, folder);
    if (!set) return set;
    if (set->schema.classes == 10)
        set->schema.classNames = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                  "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
    return described(std::move(set), *findDataset("fashion-mnist"));
}

const std::vector<DatasetDescription>& allDatasets() {
    static const std::vector<DatasetDescription> list = [] {
        std::vector<DatasetDescription> all{fashionMnist(), digits(), iris()};
        all.insert(all.end(), generatedDatasets().begin(), generatedDatasets().end());
        return all;
    }();
    return list;
}

const DatasetDescription* findDataset(const std::string& name) {
    for (const DatasetDescription& d : allDatasets())
        if (d.id == name) return &d;
    return nullptr;
}

Result<Dataset> openDataset(const std::string& nameOrPath, const std::vector<std::pair<std::string, std::string>>& params,
                            std::uint64_t inMemory) {
    if (const DatasetDescription* description = findDataset(nameOrPath); description != nullptr) {
        const Result<ParamSet> values = paramsOf(description->params, params);
        if (!values) return values.error();
        return description->load(*values);
    }
    const bool there = !nameOrPath.empty() && QFileInfo::exists(QString::fromStdString(nameOrPath));
    if (!there)
        return Error{"LAB-DATA-171", "there is no data set and no file called '" + nameOrPath + "'.", nameOrPath,
                     "Data sets by name: " + knownNames() + ". Anything else is the path of a file or folder."};
    const Result<const DataFormat*> format = formatOf(nameOrPath);
    if (!format) return format.error();
    const Result<ParamSet> values = paramsOf((*format)->options, params);
    if (!values) return values.error();
    Result<Dataset> set = (*format)->read(nameOrPath, *values, inMemory);
    if (!set) return set;
    set->schema.id = nameOrPath;
    return set;
}

}  // namespace lab

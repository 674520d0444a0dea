#include "app/DataService.h"

#include "core/io/DataFiles.h"
#include "core/io/FileRows.h"

#include <QFileInfo>

namespace lab {

namespace {

std::string sourceKey(const DataChoice& choice) {
    std::string key = choice.source;
    for (const auto& [name, value] : choice.params) key += "\n" + name + "=" + value;
    const QFileInfo file(QString::fromStdString(choice.source));
    if (file.exists()) key += "\n" + std::to_string(file.lastModified().toMSecsSinceEpoch()) + "/" + std::to_string(file.size());
    return key;
}

}  // namespace

Result<std::shared_ptr<const Dataset>> DataService::open(const DataChoice& choice) {
    ParamSet options(dataOptions());
    if (const Result<void> assigned = options.assign(choice.options); !assigned) return assigned.error();
    const double share = options.number("memory_share");
    const std::string key = sourceKey(choice) + "\n@" + std::to_string(share);
    {
        std::lock_guard lock(m_mutex);
        if (m_raw && m_rawKey == key) return m_raw;
    }
    const std::vector<std::pair<std::string, std::string>> params(choice.params.begin(), choice.params.end());
    Result<Dataset> read = openDataset(choice.source, params, static_cast<std::uint64_t>(share * static_cast<double>(physicalMemory())));
    if (!read) return read.error();
    auto shared = std::make_shared<const Dataset>(std::move(*read));
    std::lock_guard lock(m_mutex);
    m_raw = shared;
    m_rawKey = key;
    return shared;
}

Result<std::shared_ptr<const PreparedData>> DataService::prepare(const DataChoice& choice, std::uint64_t seed) {
    std::string key = sourceKey(choice) + "\n#" + std::to_string(seed);
    for (const auto& [name, value] : choice.options) key += "\n" + name + "=" + toText(value);
    {
        std::lock_guard lock(m_mutex);
        if (m_preparedKey == key)
            if (std::shared_ptr<const PreparedData> known = m_prepared.lock()) return known;
    }
    Result<std::shared_ptr<const Dataset>> raw = open(choice);
    if (!raw) return raw.error();
    if (choice.checksum != 0 && choice.checksum != (*raw)->checksum)
        return Error{"LAB-DATA-301", "the data are not those that this project was trained on: their checksum differs.", choice.source,
                     "Restore the original file, or choose the data set again to accept the new content."};
    ParamSet options(dataOptions());
    if (const Result<void> assigned = options.assign(choice.options); !assigned) return assigned.error();
    Result<PreparedData> prepared = prepareData(**raw, options, seed);
    if (!prepared) return prepared.error();
    auto shared = std::make_shared<const PreparedData>(std::move(*prepared));
    std::lock_guard lock(m_mutex);
    m_prepared = shared;
    m_preparedKey = key;
    return shared;
}

bool haveFashionMnist() {
    return QFileInfo::exists(QStringLiteral("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"));
}

}  // namespace lab

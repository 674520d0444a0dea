// Data sets, read once and prepared per experiment. Thread-safe: the engine's thread loads through it.
#pragma once

#include "core/data/DataRegistry.h"
#include "core/document/Experiment.h"

#include <map>
#include <memory>
#include <mutex>

namespace lab {

class DataService {
public:
    // Opens the source (cached while in use), applies the options. A checksum in the choice that does not match the
    // content is an error of its own (LAB-DATA-301): the file has changed since the project was saved.
    Result<std::shared_ptr<const PreparedData>> prepare(const DataChoice& choice, std::uint64_t seed);
    Result<std::shared_ptr<const Dataset>> open(const DataChoice& choice);

private:
    std::mutex m_mutex;
    std::string m_rawKey;
    std::shared_ptr<const Dataset> m_raw;  // the last one: large sets are not kept twice
    std::string m_preparedKey;
    std::weak_ptr<const PreparedData> m_prepared;
};

bool haveFashionMnist();

}  // namespace lab

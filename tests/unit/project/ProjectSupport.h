// Projects to save: a small experiment with everything set, trained for a few steps.
#pragma once

#include "core/base/Fingerprint.h"
#include "core/io/Json.h"
#include "core/io/Project.h"
#include "core/io/Zip.h"
#include "unit/run/RunSupport.h"

#include <functional>

namespace lab::test {

// Every setting differs from its default.
inline Experiment fullExperiment(const std::string& rule = "mono-forward", const std::string& circuit = "mlp:144-6-5-10") {
    Experiment e = smallExperiment(rule, circuit);
    e.title = "Tiny \"quoted\" \xC3\xA9xperiment";
    e.notes = "Two lines\nof notes.";
    e.data.checksum = 0xFEDCBA9876543210ull;
    e.data.params = {{"noise", "0.1"}, {"colour", "a,b=c"}};
    e.data.options["label_noise"] = 0.1;
    e.layerOptimizers[1] = {"momentum", {{"rate", 0.0123}}};
    e.arithmetic = {{"products", std::string("bf16")}};
    e.schedule = {{"kind", std::string("cosine")}, {"warmup", 0.5}};
    if (rule == "mono-forward") e.ruleParams = {{"answer", std::string("sum")}};
    e.seed = 18446744073709551615ull;
    e.shuffled = false;
    return e;
}

inline std::shared_ptr<const Trainer::Checkpoint> trainedFor(const Experiment& experiment, std::int64_t steps) {
    const std::unique_ptr<Trainer> trainer = makeTrainer(experiment, 1, 0, seg7Data(), 4);
    while (trainer->stepsDone() < steps && trainer->step()) {
    }
    if (trainer->failure()) throw std::runtime_error(trainer->failure()->text());
    return trainer->checkpoint();
}

inline Project fullProject(std::int64_t steps = 11) {
    Project project;
    project.experiment = fullExperiment();
    project.checkpoint = trainedFor(project.experiment, steps);
    project.layout = std::string("layout\0of\nthe window", 20);
    project.unknown = {{"later/thing.bin", std::string("\x01\x02\x00\x03", 4)}, {"empty", ""}};
    return project;
}

inline std::string bytesOf(const Project& project) {
    Result<std::string> bytes = projectBytes(project);
    if (!bytes) throw std::runtime_error(bytes.error().text());
    return *bytes;
}

inline std::vector<ZipEntry> entriesOf(const std::string& bytes) {
    Result<std::vector<ZipEntry>> entries = readZip({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "test");
    if (!entries) throw std::runtime_error(entries.error().text());
    return *entries;
}

inline std::string zipped(const std::vector<ZipEntry>& entries) {
    Result<Bytes> bytes = zipBytes(entries, ZipMethod::Deflate);
    if (!bytes) throw std::runtime_error(bytes.error().text());
    return std::string(bytes->begin(), bytes->end());
}

// A zip of these entries whose manifest agrees with them, so that only what is inside can be wrong.
inline std::string sealed(std::vector<ZipEntry> entries, int format = kProjectFormat, const std::string& version = LAB_VERSION) {
    std::erase_if(entries, [](const ZipEntry& e) { return e.name == "manifest.json"; });
    JsonValue list = JsonValue::array();
    for (const ZipEntry& e : entries) {
        Fingerprint hash;
        hash.add(e.content.data(), e.content.size());
        list.push(JsonValue::object({{"name", JsonValue::text(e.name)},
                                     {"size", JsonValue::integer(static_cast<std::int64_t>(e.content.size()))},
                                     {"checksum", JsonValue::text(hash.hex())}}));
    }
    const std::string manifest = writeJson(
        JsonValue::object({{"format", JsonValue::integer(format)}, {"version", JsonValue::text(version)}, {"entries", std::move(list)}}));
    entries.insert(entries.begin(), {"manifest.json", Bytes(manifest.begin(), manifest.end())});
    return zipped(entries);
}

}  // namespace lab::test

#include "core/io/Project.h"

#include "core/base/Fingerprint.h"
#include "core/data/Npy.h"
#include "core/io/Bytes.h"
#include "core/io/CircuitJson.h"
#include "core/io/ExperimentJson.h"
#include "core/io/RunJson.h"
#include "core/io/Zip.h"

#include <algorithm>
#include <set>

namespace lab {

namespace {

constexpr const char* kManifest = "manifest.json";
constexpr const char* kExperiment = "experiment.json";
constexpr const char* kCircuit = "circuit.ncd.json";
constexpr const char* kRun = "run.json";
constexpr const char* kUpdater = "state/optimizers.npy";
constexpr const char* kRuleState = "state/rule.npy";
constexpr const char* kLayout = "layout.bin";
constexpr std::uint64_t kLargest = std::uint64_t(2) << 30;

Bytes bytesOf(const std::string& text) { return Bytes(text.begin(), text.end()); }
std::string textOf(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

std::string checksum(const Bytes& bytes) {
    Fingerprint hash;
    hash.add(bytes.data(), bytes.size());
    return hash.hex();
}

// Moments are single precision held in doubles: half the bytes where nothing is lost by it.
Bytes stateBytes(const std::vector<double>& values) {
    const std::vector<Index> shape = {static_cast<Index>(values.size())};
    std::vector<float> floats(values.size());
    bool exact = true;
    for (std::size_t i = 0; i < values.size() && exact; ++i) {
        floats[i] = static_cast<float>(values[i]);
        exact = static_cast<double>(floats[i]) == values[i];
    }
    return exact ? npyBytes(shape, floats) : npyBytes(shape, values);
}

JsonValue weightsToJson(const std::vector<Trainer::Checkpoint::Block>& weights) {
    JsonValue out = JsonValue::array();
    for (const Trainer::Checkpoint::Block& w : weights) {
        JsonValue shape = JsonValue::array();
        for (const Index d : w.shape) shape.push(JsonValue::integer(d));
        out.push(JsonValue::object({{"name", JsonValue::text(w.name)}, {"shape", std::move(shape)}}));
    }
    return out;
}

std::string weightEntry(const std::string& name) { return "weights/" + name + ".npy"; }
std::string curveEntry(std::size_t i) { return "curves/" + std::to_string(i) + ".npy"; }

void addWeights(std::vector<ZipEntry>& entries, const std::vector<Trainer::Checkpoint::Block>& weights, const std::vector<float>& values) {
    std::size_t at = 0;
    for (const Trainer::Checkpoint::Block& w : weights) {
        const std::size_t count = static_cast<std::size_t>(elements(w.shape));
        entries.push_back({weightEntry(w.name), npyBytes(w.shape, std::span<const float>(values.data() + at, count))});
        at += count;
    }
}

// Reads entries by name and keeps the first error.
class Reader {
public:
    Reader(const std::vector<ZipEntry>& entries, std::string source) : m_entries(entries), m_source(std::move(source)) {}

    const Bytes* find(const std::string& name) {
        m_used.insert(name);
        for (const ZipEntry& entry : m_entries)
            if (entry.name == name) return &entry.content;
        return nullptr;
    }
    std::string place(const std::string& name) const { return m_source + "/" + name; }
    bool used(const std::string& name) const { return m_used.count(name) > 0; }

    Result<JsonValue> json(const std::string& name) {
        const Bytes* bytes = find(name);
        if (bytes == nullptr)
            return Error{"LAB-FLAB-102", "the project has no entry '" + std::string(name) + "'.", m_source,
                         "It is incomplete or not a Forward Lab project; try the recovery copy or a backup."};
        return parseJson(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()), place(name));
    }
    Result<std::vector<double>> doubles(const std::string& name) {
        const Bytes* bytes = find(name);
        if (bytes == nullptr)
            return Error{"LAB-FLAB-102", "the project has no entry '" + name + "'.", m_source, "It is incomplete; try a backup."};
        Result<NpyArray> array = parseNpy(*bytes, place(name), NonFinite::Keep);
        if (!array) return array.error();
        return std::move(array->values);
    }

private:
    const std::vector<ZipEntry>& m_entries;
    std::string m_source;
    std::set<std::string> m_used;
};

Result<void> readWeights(Reader& reader, const JsonCursor& list, std::vector<Trainer::Checkpoint::Block>& weights, std::vector<float>& values) {
    for (const JsonCursor& item : list.items()) {
        Trainer::Checkpoint::Block w;
        w.name = item.at("name").text();
        for (const JsonCursor& d : item.at("shape").items()) w.shape.push_back(static_cast<Index>(d.integer(0, std::int64_t(1) << 31)));
        if (!item.report().ok()) return item.report().error();
        const std::string name = weightEntry(w.name);
        const Bytes* bytes = reader.find(name);
        if (bytes == nullptr)
            return Error{"LAB-FLAB-102", "the project has no entry '" + name + "'.", reader.place(kRun), "It is incomplete; try a backup."};
        std::vector<Index> shape;
        Result<std::vector<float>> array = parseNpyFloats(*bytes, reader.place(name), NonFinite::Keep, shape);
        if (!array) return array.error();
        if (shape != w.shape)
            return Error{"LAB-FLAB-106", "the shape of the weights differs from the one that the run names.", reader.place(name),
                         "The project is damaged; try a backup."};
        values.insert(values.end(), array->begin(), array->end());
        weights.push_back(std::move(w));
    }
    return {};
}

Result<void> readRun(Reader& reader, Project& project) {
    if (reader.find(kRun) == nullptr) return {};
    Result<JsonValue> tree = reader.json(kRun);
    if (!tree) return tree.error();
    JsonReport report(reader.place(kRun), "LAB-FLAB");
    const JsonCursor root(*tree, report);
    auto checkpoint = std::make_shared<Trainer::Checkpoint>();
    checkpoint->step = root.at("step").integer(0);
    checkpoint->seconds = root.at("seconds").number(0);
    checkpoint->fingerprint = root.at("fingerprint").text();
    for (const JsonCursor& item : root.at("evaluations").items()) checkpoint->evaluations.push_back(evaluationFromJson(item));
    std::vector<SeriesInfo> infos;
    for (const JsonCursor& item : root.at("curves").items()) infos.push_back(seriesFromJson(item));
    const JsonCursor weights = root.at("weights");
    if (!report.ok()) return report.error();
    if (const Result<void> done = readWeights(reader, weights.at("network"), checkpoint->networkBlocks, checkpoint->network); !done) return done;
    if (const Result<void> done = readWeights(reader, weights.at("rule"), checkpoint->ruleBlocks, checkpoint->rule); !done) return done;
    if (!report.ok()) return report.error();
    for (std::size_t i = 0; i < infos.size(); ++i) {
        Result<std::vector<double>> values = reader.doubles(curveEntry(i));
        if (!values) return values.error();
        if (values->size() % 2 != 0)
            return Error{"LAB-FLAB-106", "a curve must hold pairs of numbers.", reader.place(curveEntry(i)), "The project is damaged."};
        Trainer::Checkpoint::Curve curve{infos[i], {}};
        for (std::size_t p = 0; p + 1 < values->size(); p += 2) curve.points.push_back({(*values)[p], (*values)[p + 1]});
        checkpoint->curves.push_back(std::move(curve));
    }
    Result<std::vector<double>> updater = reader.doubles(kUpdater);
    if (!updater) return updater.error();
    checkpoint->updater = std::move(*updater);
    Result<std::vector<double>> state = reader.doubles(kRuleState);
    if (!state) return state.error();
    checkpoint->ruleState = std::move(*state);
    project.checkpoint = checkpoint;
    return {};
}

// Format, and every entry against its size and checksum.
Result<void> checkManifest(Reader& reader, const std::vector<ZipEntry>& entries, const std::string& source) {
    Result<JsonValue> tree = reader.json(kManifest);
    if (!tree) return tree.error();
    JsonReport report(reader.place(kManifest), "LAB-FLAB");
    const JsonCursor root(*tree, report);
    const std::int64_t format = root.at("format").integer(1);
    if (!report.ok()) return report.error();
    if (format > kProjectFormat)
        return Error{"LAB-FLAB-103", "the project has format " + std::to_string(format) + " (written by version " + root.textOr("version", "?") +
                                         "); this version reads formats up to " + std::to_string(kProjectFormat) + ".", source,
                     "Open it with a newer Forward Lab. The file was not changed."};
    std::set<std::string> named = {kManifest};
    for (const JsonCursor& item : root.at("entries").items()) {
        const std::string name = item.at("name").text();
        const std::string wanted = item.at("checksum").text();
        const std::int64_t size = item.at("size").integer(0);
        if (!report.ok()) return report.error();
        named.insert(name);
        const auto entry = std::find_if(entries.begin(), entries.end(), [&](const ZipEntry& e) { return e.name == name; });
        if (entry == entries.end())
            return Error{"LAB-FLAB-104", "the entry '" + name + "' that the manifest names is missing.", source, "The file is damaged; try a backup."};
        if (size != static_cast<std::int64_t>(entry->content.size()))
            return Error{"LAB-FLAB-105", "'" + name + "' has " + std::to_string(entry->content.size()) + " bytes but the manifest says " +
                                             std::to_string(size) + ".", source, "The file is damaged or was edited by hand; try a backup."};
        const std::string found = checksum(entry->content);
        if (found != wanted)
            return Error{"LAB-FLAB-105", "the checksum of '" + name + "' is " + found + " but the manifest says " + wanted + ".", source,
                         "The file is damaged or was edited by hand; try a backup."};
    }
    for (const ZipEntry& entry : entries)
        if (named.count(entry.name) == 0)
            return Error{"LAB-FLAB-104", "the entry '" + entry.name + "' is not in the manifest.", source, "The file was edited by hand; try a backup."};
    if (!report.ok()) return report.error();
    return {};
}

}  // namespace

Result<std::string> projectBytes(const Project& project) {
    std::vector<ZipEntry> entries;
    const QByteArray circuit = circuitToJson(project.experiment.circuit);
    entries.push_back({kCircuit, Bytes(circuit.begin(), circuit.end())});
    entries.push_back({kExperiment, bytesOf(writeJson(experimentToJson(project.experiment), 4) + "\n")});
    if (project.checkpoint) {
        const Trainer::Checkpoint& c = *project.checkpoint;
        JsonValue evaluations = JsonValue::array();
        for (const Evaluation& e : c.evaluations) evaluations.push(evaluationToJson(e));
        JsonValue curves = JsonValue::array();
        for (const Trainer::Checkpoint::Curve& curve : c.curves) curves.push(seriesToJson(curve.info));
        const JsonValue run = JsonValue::object({
            {"step", JsonValue::integer(c.step)},
            {"seconds", JsonValue::number(c.seconds)},
            {"fingerprint", JsonValue::text(c.fingerprint)},
            {"weights", JsonValue::object({{"network", weightsToJson(c.networkBlocks)}, {"rule", weightsToJson(c.ruleBlocks)}})},
            {"evaluations", std::move(evaluations)},
            {"curves", std::move(curves)},
        });
        entries.push_back({kRun, bytesOf(writeJson(run, 2) + "\n")});
        addWeights(entries, c.networkBlocks, c.network);
        addWeights(entries, c.ruleBlocks, c.rule);
        entries.push_back({kUpdater, stateBytes(c.updater)});
        entries.push_back({kRuleState, stateBytes(c.ruleState)});
        for (std::size_t i = 0; i < c.curves.size(); ++i) {
            std::vector<double> values;
            for (const CurvePoint& p : c.curves[i].points) {
                values.push_back(p.x);
                values.push_back(p.y);
            }
            entries.push_back({curveEntry(i), npyBytes({static_cast<Index>(c.curves[i].points.size()), 2}, values)});
        }
    }
    if (!project.layout.empty()) entries.push_back({kLayout, bytesOf(project.layout)});
    for (const auto& [name, content] : project.unknown) entries.push_back({name, bytesOf(content)});

    JsonValue list = JsonValue::array();
    for (const ZipEntry& entry : entries)
        list.push(JsonValue::object({{"name", JsonValue::text(entry.name)},
                                     {"size", JsonValue::integer(static_cast<std::int64_t>(entry.content.size()))},
                                     {"checksum", JsonValue::text(checksum(entry.content))}}));
    const JsonValue manifest = JsonValue::object({{"application", JsonValue::text("Forward Lab")},
                                                  {"version", JsonValue::text(LAB_VERSION)},
                                                  {"format", JsonValue::integer(kProjectFormat)},
                                                  {"entries", std::move(list)}});
    entries.insert(entries.begin(), {kManifest, bytesOf(writeJson(manifest, 2) + "\n")});
    Result<Bytes> zip = zipBytes(entries, ZipMethod::Deflate);
    if (!zip) return zip.error();
    return textOf(*zip);
}

Result<void> saveProject(const std::string& path, const Project& project) {
    const Result<std::string> bytes = projectBytes(project);
    if (!bytes) return bytes.error();
    return writeFileAtomically(path, bytes->data(), bytes->size());
}

Result<Project> projectFromBytes(const std::string& bytes, const std::string& sourceName) {
    ZipLimits limits;
    limits.totalBytes = kLargest;
    const std::span<const std::uint8_t> view(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (!looksLikeZip(view))
        return Error{"LAB-FLAB-101", "this is not a Forward Lab project: a project is a zip archive.", sourceName,
                     "Choose a file that ends in .flab."};
    const Result<std::vector<ZipEntry>> entries = readZip(view, sourceName, limits);
    if (!entries) return entries.error();
    Reader reader(*entries, sourceName);
    if (const Result<void> checked = checkManifest(reader, *entries, sourceName); !checked) return checked.error();

    Project project;
    Result<JsonValue> tree = reader.json(kExperiment);
    if (!tree) return tree.error();
    JsonReport report(reader.place(kExperiment), "LAB-FLAB");
    experimentFromJson(JsonCursor(*tree, report), project.experiment);
    if (!report.ok()) return report.error();
    const Bytes* circuit = reader.find(kCircuit);
    if (circuit == nullptr)
        return Error{"LAB-FLAB-102", std::string("the project has no entry '") + kCircuit + "'.", sourceName, "It is incomplete; try a backup."};
    Result<Circuit> parsed = circuitFromJson(QByteArray(reinterpret_cast<const char*>(circuit->data()), static_cast<qsizetype>(circuit->size())),
                                             reader.place(kCircuit));
    if (!parsed) return parsed.error();
    project.experiment.circuit = std::move(*parsed);
    if (const Result<void> run = readRun(reader, project); !run) return run.error();
    if (const Bytes* layout = reader.find(kLayout)) project.layout = textOf(*layout);
    for (const ZipEntry& entry : *entries)
        if (!reader.used(entry.name)) project.unknown.emplace_back(entry.name, textOf(entry.content));
    return project;
}

Result<Project> openProject(const std::string& path) {
    const Result<Bytes> bytes = readFile(path, kLargest);
    if (!bytes) return bytes.error();
    return projectFromBytes(textOf(*bytes), path);
}

}  // namespace lab

// The list of data sets that need no file.
#include "core/data/DataRegistry.h"
#include "core/data/Generators.h"
#include "core/data/Seg7.h"

namespace lab {

namespace {

constexpr const char* kOwn = "no rights reserved: made by this program";

std::vector<ParamSpec> pointParams(double noise, const char* noiseDoc) {
    return {ParamSpec::integer("samples", "Samples", 1000, 10, 1000000,
                               "Number of points in all classes together; the test part is split off them."),
            ParamSpec::number("noise", "Noise", noise, 0.0, 2.0, noiseDoc).withStep(0.01),
            ParamSpec::integer("seed", "Seed", 1, 0, 1000000000, "The same seed draws the same points.")};
}

ParamSpec classCount(int standard) {
    return ParamSpec::integer("classes", "Classes", standard, 2, 20, "Number of classes.");
}

PointOptions optionsOf(const ParamSet& params) {
    PointOptions options;
    options.samples = static_cast<Index>(params.integer("samples"));
    options.noise = params.number("noise");
    options.seed = static_cast<std::uint64_t>(params.integer("seed"));
    if (params.find("classes") != nullptr) options.classes = static_cast<int>(params.integer("classes"));
    if (params.find("turns") != nullptr) options.turns = params.number("turns");
    if (params.find("factor") != nullptr) options.factor = params.number("factor");
    return options;
}

DatasetDescription pointSet(const char* id, const char* title, const char* summary, std::vector<ParamSpec> params,
                            Dataset (*make)(const PointOptions&)) {
    DatasetDescription out;
    out.id = id;
    out.title = title;
    out.summary = summary;
    out.origin = "generated";
    out.licence = kOwn;
    out.params = std::move(params);
    out.generated = true;
    out.load = [make](const ParamSet& values) -> Result<Dataset> { return make(optionsOf(values)); };
    return out;
}

std::vector<ParamSpec> with(std::vector<ParamSpec> params, ParamSpec extra) {
    params.insert(params.begin() + 1, std::move(extra));
    return params;
}

DatasetDescription sequenceSet(const char* id, const char* title, const char* summary, ParamSpec length,
                               Dataset (*make)(const SequenceOptions&)) {
    DatasetDescription out;
    out.id = id;
    out.title = title;
    out.summary = summary;
    out.origin = "generated";
    out.licence = kOwn;
    out.params = {ParamSpec::integer("samples", "Samples", 4000, 10, 1000000, "Number of samples; the test part is split off them."),
                  std::move(length), ParamSpec::integer("seed", "Seed", 1, 0, 1000000000, "The same seed draws the same samples.")};
    out.generated = true;
    out.load = [make](const ParamSet& values) -> Result<Dataset> {
        SequenceOptions options;
        options.samples = static_cast<Index>(values.integer("samples"));
        options.length = static_cast<Index>(values.integer("length"));
        if (values.find("width") != nullptr) options.width = static_cast<Index>(values.integer("width"));
        options.seed = static_cast<std::uint64_t>(values.integer("seed"));
        return make(options);
    };
    return out;
}

std::vector<DatasetDescription> makeList() {
    constexpr const char* kJitter = "Standard deviation of the normal noise on both coordinates.";
    std::vector<DatasetDescription> list;
    DatasetDescription digits;
    digits.id = "seg7";
    digits.title = "SEG7 digits";
    digits.summary =
        "Seven-segment digits, 12 x 12 pixels with shifts, dim segments and noise: 8000 to train on and 2000 "
        "to test on. Trains within seconds.";
    digits.origin = "generated";
    digits.licence = kOwn;
    digits.generated = true;
    digits.load = [](const ParamSet&) -> Result<Dataset> { return seg7(); };
    list.push_back(std::move(digits));
    list.push_back(pointSet("moons", "Two moons", "Two interleaved half circles in the plane: not separable by a line.",
                            pointParams(0.1, kJitter), moons));
    list.push_back(pointSet(
        "circles", "Two circles", "A circle inside another in the plane: separable by the radius only.",
        with(pointParams(0.05, kJitter),
             ParamSpec::number("factor", "Inner radius", 0.5, 0.05, 0.95, "Radius of the inner circle; the outer has 1.")
                 .withStep(0.05)),
        circles));
    list.push_back(
        pointSet("spirals", "Spirals",
                 "Arms that wind around each other in the plane: wants more than one hidden layer, or a wide one.",
                 with(with(pointParams(0.02, kJitter),
                           ParamSpec::number("turns", "Turns", 1.0, 0.1, 5.0, "Revolutions of one arm; more is harder.")
                               .withStep(0.25)),
                      classCount(2)),
                 spirals));
    list.push_back(pointSet("xor", "XOR",
                            "Four quadrants of a square, opposite ones in the same class: the smallest task that no "
                            "linear classifier can learn.",
                            pointParams(0.05, kJitter), xorPoints));
    list.push_back(
        pointSet("blobs", "Blobs", "Normal clouds around centres on a circle: easy, for a first look at a rule.",
                 with(pointParams(0.25, "Standard deviation of each cloud; the centres lie on a circle of radius 1."),
                      classCount(4)),
                 blobs));
    list.push_back(sequenceSet("pointer", "Pointer",
                               "Tokens behind the number of a place: say which token stands there. What attention is for.",
                               ParamSpec::integer("length", "Places", 8, 2, 64, "Tokens to look among, and different tokens."), pointer));
    list.push_back(sequenceSet("order", "Temporal order",
                               "An A or B early and another late among letters that mean nothing: say which came in which order. "
                               "What memory is for.",
                               ParamSpec::integer("length", "Length", 12, 4, 200, "Letters of a sequence; longer is harder."), temporalOrder));
    list.push_back(sequenceSet("graphs", "Coloured graphs",
                               "Random graphs with nodes of three colours: is there an edge between two red ones? Every sample "
                               "brings its own adjacency matrix.",
                               ParamSpec::integer("length", "Nodes", 8, 3, 64, "Nodes of a graph."), colouredGraphs));
    DatasetDescription memory =
        sequenceSet("recall", "Recall",
                    "Two arrays: a memory of random vectors, and queries that repeat places of it. Rebuild the queries from the "
                    "memory, or name the place that the last one repeats. What attention between two inputs is for.",
                    ParamSpec::integer("length", "Places", 6, 2, 64, "Vectors of the memory, and as many queries."), recall);
    memory.params.insert(memory.params.begin() + 2,
                         ParamSpec::integer("width", "Width", 16, 1, 1024, "Numbers of a vector; wider ones are easier to tell apart."));
    list.push_back(std::move(memory));
    return list;
}

}  // namespace

const std::vector<DatasetDescription>& generatedDatasets() {
    static const std::vector<DatasetDescription> list = makeList();
    return list;
}

}  // namespace lab

// Small sets for circuits that read sequences and graphs. Sample i depends on the seed and i alone.
#include "core/base/Assert.h"
#include "core/base/Rng.h"
#include "core/data/Generators.h"

#include <algorithm>

namespace lab {

namespace {

constexpr const char* kLicence = "no rights reserved: made by this program";

Dataset emptySet(const char* id, const char* title, Shape shape, int classes, int tokens, const SequenceOptions& options) {
    LAB_ASSERT(options.samples >= 1);
    Dataset set;
    set.schema.id = id;
    set.schema.title = title;
    set.schema.shape = std::move(shape);
    set.schema.classes = classes;
    set.schema.classNames = numberedClasses(classes);
    set.schema.tokens = tokens;
    set.train.x.setZero(options.samples, elements(set.schema.shape));
    set.train.y.resize(static_cast<std::size_t>(options.samples));
    set.origin = "generated, seed " + std::to_string(options.seed);
    set.licence = kLicence;
    return set;
}

Stream sampleStream(const SequenceOptions& options, std::uint64_t family, Index sample) {
    return Stream(options.seed, Purpose::Generator, family, static_cast<std::uint64_t>(sample));
}

}  // namespace

Dataset pointer(const SequenceOptions& options) {
    const Index places = options.length;
    Dataset set = emptySet("pointer", "Pointer", {places + 1}, static_cast<int>(places), static_cast<int>(places), options);
    for (Index i = 0; i < options.samples; ++i) {
        Stream stream = sampleStream(options, 11, i);
        const Index asked = static_cast<Index>(stream.below(static_cast<std::uint64_t>(places)));
        // Classes take turns; all other tokens are free.
        const Index answer = i % places;
        set.train.x(i, 0) = static_cast<Real>(asked);
        for (Index p = 0; p < places; ++p)
            set.train.x(i, p + 1) = static_cast<Real>(p == asked ? answer : static_cast<Index>(stream.below(static_cast<std::uint64_t>(places))));
        set.train.y[static_cast<std::size_t>(i)] = static_cast<int>(answer);
    }
    set.checksum = contentChecksum(set);
    return set;
}

Dataset temporalOrder(const SequenceOptions& options) {
    const Index length = options.length;
    constexpr Index kSymbols = 4;
    Dataset set = emptySet("order", "Temporal order", {kSymbols, 1, length}, 4, 2, options);
    set.schema.classNames = {"AA", "AB", "BA", "BB"};
    for (Index i = 0; i < options.samples; ++i) {
        Stream stream = sampleStream(options, 12, i);
        const int kind = static_cast<int>(i % 4);
        const Index half = length / 2;
        const Index first = static_cast<Index>(stream.below(static_cast<std::uint64_t>(half)));
        const Index second = half + static_cast<Index>(stream.below(static_cast<std::uint64_t>(length - half)));
        for (Index t = 0; t < length; ++t) {
            Index symbol = 2 + static_cast<Index>(stream.below(2));  // two letters that mean nothing
            if (t == first) symbol = kind / 2;
            if (t == second) symbol = kind % 2;
            set.train.x(i, symbol * length + t) = 1;
        }
        set.train.y[static_cast<std::size_t>(i)] = kind;
    }
    set.checksum = contentChecksum(set);
    return set;
}

Dataset colouredGraphs(const SequenceOptions& options) {
    const Index nodes = options.length;
    constexpr Index kColours = 3;
    Dataset set = emptySet("graphs", "Coloured graphs", {kColours + nodes, 1, nodes}, 2, 2, options);
    set.schema.classNames = {"apart", "together"};
    set.schema.parts = {{"nodes", {kColours, 1, nodes}, 2}, {"edges", {nodes, 1, nodes}, 2}};
    std::vector<Index> colour(static_cast<std::size_t>(nodes));
    std::vector<char> edge(static_cast<std::size_t>(nodes * nodes));
    const auto joined = [&](Index u, Index v) -> char& { return edge[static_cast<std::size_t>(u * nodes + v)]; };
    for (Index i = 0; i < options.samples; ++i) {
        Stream stream = sampleStream(options, 13, i);
        for (Index& c : colour) c = static_cast<Index>(stream.below(kColours));
        // Two red nodes at least, so that only the edges between them tell the classes apart.
        colour[0] = colour[1] = 0;
        for (Index v = nodes - 1; v > 0; --v)
            std::swap(colour[static_cast<std::size_t>(v)], colour[static_cast<std::size_t>(stream.below(static_cast<std::uint64_t>(v + 1)))]);
        for (Index u = 0; u < nodes; ++u)
            for (Index v = u; v < nodes; ++v) joined(u, v) = joined(v, u) = u != v && stream.uniform() < 0.3;
        std::vector<Index> red;
        for (Index v = 0; v < nodes; ++v)
            if (colour[static_cast<std::size_t>(v)] == 0) red.push_back(v);
        const int wanted = static_cast<int>(i % 2);
        int between = 0;
        for (const Index u : red)
            for (const Index v : red) {
                if (wanted == 0) joined(u, v) = 0;
                between += u < v && joined(u, v) != 0;
            }
        if (wanted == 1 && between == 0) joined(red[0], red[1]) = joined(red[1], red[0]) = 1;
        for (Index v = 0; v < nodes; ++v) {
            set.train.x(i, colour[static_cast<std::size_t>(v)] * nodes + v) = 1;
            for (Index u = 0; u < nodes; ++u) set.train.x(i, (kColours + u) * nodes + v) = static_cast<Real>(joined(v, u));
        }
        set.train.y[static_cast<std::size_t>(i)] = wanted;
    }
    set.checksum = contentChecksum(set);
    return set;
}

Dataset recall(const SequenceOptions& options) {
    const Index places = options.length, width = options.width;
    Dataset set = emptySet("recall", "Recall", {2 * width, 1, places}, static_cast<int>(places), 0, options);
    set.schema.parts = {{"queries", {width, 1, places}, 0}, {"memory", {width, 1, places}, 0}};
    for (Index i = 0; i < options.samples; ++i) {
        Stream stream = sampleStream(options, 14, i);
        Real* queries = set.train.x.data() + i * 2 * width * places;
        Real* memory = queries + width * places;
        for (Index k = 0; k < width * places; ++k) memory[k] = static_cast<Real>(stream.normal());
        for (Index t = 0; t < places; ++t) {
            // Classes take turns in the last query.
            const Index from = t + 1 == places ? i % places : static_cast<Index>(stream.below(static_cast<std::uint64_t>(t + 1)));
            for (Index f = 0; f < width; ++f) queries[f * places + t] = memory[f * places + from];
            if (t + 1 == places) set.train.y[static_cast<std::size_t>(i)] = static_cast<int>(from);
        }
    }
    set.checksum = contentChecksum(set);
    return set;
}

}  // namespace lab

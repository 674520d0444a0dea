#include "core/data/Generators.h"

#include "core/base/Assert.h"
#include "core/base/Fingerprint.h"
#include "core/base/Rng.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lab {

namespace {

constexpr double kPi = std::numbers::pi;

struct Point {
    double x, y;
};

// `place(label, u, v)` gives the clean position of a sample; u and v are its two uniform draws.
template <class Place, class Label>
Dataset points(const char* id, const char* title, std::uint64_t family, int classes, const PointOptions& options,
               const Label& label, const Place& place) {
    LAB_ASSERT(options.samples >= 1 && classes >= 2);
    const Stream position(options.seed, Purpose::Generator, family, 0);
    const Stream jitter(options.seed, Purpose::Generator, family, 1);
    Dataset set;
    set.schema.id = id;
    set.schema.title = title;
    set.schema.shape = {2};
    set.schema.classes = classes;
    set.schema.classNames = numberedClasses(classes);
    set.schema.featureNames = {"x", "y"};
    set.train.x.resize(options.samples, 2);
    set.train.y.resize(static_cast<std::size_t>(options.samples));
    for (Index i = 0; i < options.samples; ++i) {
        const std::uint64_t k = 2 * static_cast<std::uint64_t>(i);
        const double u = position.uniformAt(k);
        const double v = position.uniformAt(k + 1);
        const int c = label(i);
        const Point p = place(c, u, v);
        set.train.x(i, 0) = static_cast<Real>(p.x + options.noise * jitter.normalAt(k));
        set.train.x(i, 1) = static_cast<Real>(p.y + options.noise * jitter.normalAt(k + 1));
        set.train.y[static_cast<std::size_t>(i)] = c;
    }
    set.origin = "generated, seed " + std::to_string(options.seed);
    set.licence = "no rights reserved: made by this program";
    set.checksum = contentChecksum(set);
    return set;
}

void addSamples(Fingerprint& hash, const Samples& samples) {
    hash.add(static_cast<std::uint64_t>(samples.count()));
    // Through float in both builds of the engine, so that they agree; copied in pieces to bound the memory.
    std::vector<float> piece;
    Buffer scratch;
    const Index width = std::max<Index>(1, samples.width()), together = std::max<Index>(1, (Index(1) << 16) / width);
    for (Index at = 0; at < samples.count(); at += together) {
        const Index n = std::min(together, samples.count() - at);
        const Real* values = samples.block(at, n, scratch);
        piece.assign(values, values + n * samples.width());
        hash.add(piece.data(), piece.size() * sizeof(float));
    }
    hash.add(samples.y.data(), samples.y.size() * sizeof(int));
}

}  // namespace

std::vector<std::string> numberedClasses(int classes) {
    std::vector<std::string> names;
    for (int c = 0; c < classes; ++c) names.push_back(std::to_string(c));
    return names;
}

std::uint64_t contentChecksum(const Dataset& set) {
    Fingerprint hash;
    for (const Index d : set.schema.shape) hash.add(static_cast<std::uint64_t>(d));
    addSamples(hash, set.train);
    addSamples(hash, set.test);
    return hash.value();
}

Dataset moons(const PointOptions& options) {
    return points(
        "moons", "Two moons", 1, 2, options, [](Index i) { return static_cast<int>(i % 2); },
        [](int c, double u, double) {
            const double t = kPi * u;
            return c == 0 ? Point{std::cos(t), std::sin(t)} : Point{1.0 - std::cos(t), 0.5 - std::sin(t)};
        });
}

Dataset circles(const PointOptions& options) {
    return points(
        "circles", "Two circles", 2, 2, options, [](Index i) { return static_cast<int>(i % 2); },
        [&](int c, double u, double) {
            const double r = c == 0 ? 1.0 : options.factor;
            return Point{r * std::cos(2 * kPi * u), r * std::sin(2 * kPi * u)};
        });
}

Dataset spirals(const PointOptions& options) {
    const int classes = options.classes;
    return points(
        "spirals", "Spirals", 3, classes, options, [&](Index i) { return static_cast<int>(i % classes); },
        [&](int c, double u, double) {
            // The square root spreads the points evenly over the length of the arm.
            const double s = std::sqrt(u);
            const double r = 0.1 + 0.9 * s;
            const double angle = 2 * kPi * (options.turns * s + static_cast<double>(c) / classes);
            return Point{r * std::cos(angle), r * std::sin(angle)};
        });
}

Dataset xorPoints(const PointOptions& options) {
    return points(
        "xor", "XOR", 4, 2, options, [](Index i) { return static_cast<int>(i % 2); },
        [](int c, double u, double v) {
            // u chooses between the two quadrants of the class with its half, and the rest is the abscissa.
            const double side = u < 0.5 ? -1.0 : 1.0;
            const double x = side * (u < 0.5 ? 2 * u : 2 * u - 1);
            return Point{x, (c == 0 ? side : -side) * v};
        });
}

Dataset blobs(const PointOptions& options) {
    const int classes = options.classes;
    return points(
        "blobs", "Blobs", 5, classes, options, [&](Index i) { return static_cast<int>(i % classes); },
        [&](int c, double, double) {
            const double angle = 2 * kPi * c / classes;
            return Point{std::cos(angle), std::sin(angle)};
        });
}

}  // namespace lab

#include "core/data/Seg7.h"

#include "core/base/Rng.h"
#include "core/data/Generators.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace lab {

namespace {

// One plain SplitMix64 sequence per file: state += golden ratio, then the finaliser.
class Sequence {
public:
    explicit Sequence(std::uint64_t seed) : m_state(seed) {}

    double uniform() {
        m_state += 0x9E3779B97F4A7C15ull;
        return static_cast<double>(mix64(m_state) >> 11) * 0x1.0p-53;
    }
    int below(int k) { return static_cast<int>(std::floor(uniform() * k)); }
    double normal() {
        const double a = 1.0 - uniform();
        const double b = uniform();
        return std::sqrt(-2.0 * std::log(a)) * std::cos(2.0 * std::numbers::pi * b);
    }

private:
    std::uint64_t m_state;
};

struct Segment {
    int row, column, rows, columns;
};

// A top, B upper right, C lower right, D bottom, E lower left, F upper left, G middle.
constexpr std::array<Segment, 7> kSegments{
    {{2, 4, 1, 4}, {3, 8, 3, 1}, {7, 8, 3, 1}, {10, 4, 1, 4}, {7, 3, 3, 1}, {3, 3, 3, 1}, {6, 4, 1, 4}}};
// Bit 0 = A ... bit 6 = G.
constexpr std::array<unsigned, 10> kCodes{0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F};

void drawDigit(Sequence& draws, unsigned code, double* image) {
    const int dx = draws.below(5) - 2;
    const int dy = draws.below(3) - 1;
    std::array<double, 7> intensity;
    for (double& v : intensity) v = 0.6 + 0.4 * draws.uniform();
    for (double& v : intensity)
        if (draws.uniform() < 0.02) v *= 0.3;
    for (std::size_t s = 0; s < kSegments.size(); ++s) {
        if ((code >> s & 1u) == 0) continue;
        const Segment& segment = kSegments[s];
        for (int r = segment.row + dy; r < segment.row + dy + segment.rows; ++r)
            for (int c = segment.column + dx; c < segment.column + dx + segment.columns; ++c)
                if (r >= 1 && r < kSeg7Side && c >= 0 && c < kSeg7Side) image[kSeg7Side * r + c] = intensity[s];
    }
    for (Index p = kSeg7Side; p < kSeg7Pixels; ++p) image[p] += 0.15 * draws.normal();
    for (int k = 0; k < 4; ++k) {
        const Index p = kSeg7Side + draws.below(132);
        image[p] = 0.5 + 0.5 * draws.uniform();
    }
    for (Index p = 0; p < kSeg7Pixels; ++p) image[p] = std::clamp(image[p], 0.0, 1.0);
}

Samples samplesOf(std::uint64_t seed, Index count) {
    const std::vector<double> pixels = seg7Pixels(seed, count);
    Samples out;
    out.x = Eigen::Map<const MatrixD>(pixels.data(), count, kSeg7Pixels).cast<Real>();
    out.y.resize(static_cast<std::size_t>(count));
    for (Index n = 0; n < count; ++n) out.y[static_cast<std::size_t>(n)] = static_cast<int>(n % 10);
    return out;
}

}  // namespace

std::vector<double> seg7Pixels(std::uint64_t seed, Index count) {
    std::vector<double> pixels(static_cast<std::size_t>(count * kSeg7Pixels), 0.0);
    Sequence draws(seed);
    for (Index n = 0; n < count; ++n) drawDigit(draws, kCodes[static_cast<std::size_t>(n % 10)], &pixels[n * kSeg7Pixels]);
    return pixels;
}

Dataset seg7() {
    Dataset set;
    set.schema.id = "seg7";
    set.schema.title = "SEG7 digits";
    set.schema.shape = {1, kSeg7Side, kSeg7Side};
    set.schema.classes = 10;
    set.schema.classNames = numberedClasses(10);
    set.train = samplesOf(1001, 8000);
    set.test = samplesOf(2002, 2000);
    set.origin = "generated: seven-segment digits, seeds 1001 and 2002";
    set.licence = "no rights reserved: made by this program";
    set.checksum = contentChecksum(set);
    return set;
}

}  // namespace lab

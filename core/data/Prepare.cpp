// From raw data to what is trained on: class filter, split, subset, standardisation, label noise, in this order.
#include "core/base/Assert.h"
#include "core/base/Rng.h"
#include "core/data/DataRegistry.h"
#include "core/data/Selection.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace lab {

namespace {

// Different draws of one split seed.
enum Salt : std::uint64_t { kTestPart = 1, kTrainSubset = 2, kTestSubset = 3 };

Result<void> checkRaw(const Dataset& raw) {
    const Error empty{"LAB-DATA-204", "the data set '" + raw.schema.title + "' has no samples.", raw.schema.id,
                      "Choose other data."};
    if (raw.train.count() == 0) return empty;
    LAB_ASSERT(raw.schema.classes >= 1 && raw.schema.features() == raw.train.width());
    LAB_ASSERT(raw.schema.parts.empty() || !raw.train.rows);  // only plain numbers stay on disk
    if (!raw.schema.parts.empty()) {
        Index whole = 0;
        for (const DataPart& part : raw.schema.parts) whole += part.features();
        LAB_ASSERT(whole == raw.schema.features());
    }
    LAB_ASSERT(static_cast<Index>(raw.train.y.size()) == raw.train.count());
    LAB_ASSERT(static_cast<Index>(raw.test.y.size()) == raw.test.count());
    LAB_ASSERT(raw.test.count() == 0 || raw.test.width() == raw.train.width());
    for (const Samples* part : {&raw.train, &raw.test})
        for (const int y : part->y) LAB_ASSERT(y >= 0 && y < raw.schema.classes);
    return {};
}

// Indices of the samples whose class is kept (newLabel >= 0).
std::vector<Index> ofClasses(const Samples& samples, const std::vector<int>& newLabel) {
    std::vector<Index> out;
    for (Index i = 0; i < samples.count(); ++i)
        if (newLabel[static_cast<std::size_t>(samples.y[static_cast<std::size_t>(i)])] >= 0) out.push_back(i);
    return out;
}

struct Moments {
    std::vector<double> mean, deviation;
};

double safeDeviation(double variance) {
    // A constant column has nothing to scale; it becomes zero and stays harmless.
    const double deviation = std::sqrt(std::max(0.0, variance));
    return deviation > 1e-12 ? deviation : 1.0;
}

// Columns [begin, end) of a sample that are numbers to scale; what is a token stays as it is.
struct Columns {
    Index begin = 0, end = 0;
};

std::vector<Columns> numbersOf(const DataSchema& schema) {
    if (schema.parts.empty()) return {{0, schema.features()}};
    std::vector<Columns> out;
    Index at = 0;
    for (const DataPart& part : schema.parts) {
        if (part.tokens == 0) out.push_back({at, at + part.features()});
        at += part.features();
    }
    return out;
}

// One mean for all numbers of a set in which tokens stand between them.
Moments wholeMomentsBetween(const Samples& samples, const std::vector<Index>& rows, const std::vector<Columns>& numbers) {
    const Index width = samples.x.cols();
    double sum = 0, squares = 0, n = 0;
    for (const Columns& c : numbers)
        for (const Index r : rows)
            for (Index j = c.begin; j < c.end; ++j, ++n) sum += static_cast<double>(samples.x(r, j));
    const double mean = n > 0 ? sum / n : 0;
    for (const Columns& c : numbers)
        for (const Index r : rows)
            for (Index j = c.begin; j < c.end; ++j) {
                const double d = static_cast<double>(samples.x(r, j)) - mean;
                squares += d * d;
            }
    Moments out{std::vector<double>(static_cast<std::size_t>(width), mean),
                std::vector<double>(static_cast<std::size_t>(width), safeDeviation(n > 0 ? squares / n : 1))};
    return out;
}

// Takes the scaling away from columns that are tokens.
void keepTokens(Moments& moments, const std::vector<Columns>& numbers) {
    std::vector<char> scaled(moments.mean.size(), 0);
    for (const Columns& c : numbers) std::fill(scaled.begin() + c.begin, scaled.begin() + c.end, char(1));
    for (std::size_t j = 0; j < scaled.size(); ++j)
        if (scaled[j] == 0) {
            moments.mean[j] = 0;
            moments.deviation[j] = 1;
        }
}

// Calls visit(values of one sample) for `rows` in order, a piece at a time where the samples are on disk.
template <class Visit>
void forRows(const Samples& samples, const std::vector<Index>& rows, Visit&& visit) {
    const Index width = samples.width();
    if (!samples.rows) {
        for (const Index r : rows) visit(samples.x.data() + r * width);
        return;
    }
    const std::size_t together = static_cast<std::size_t>(std::max<Index>(1, (Index(1) << 18) / std::max<Index>(1, width)));
    Buffer piece(together * static_cast<std::size_t>(width));
    for (std::size_t at = 0; at < rows.size(); at += together) {
        const Index n = static_cast<Index>(std::min(together, rows.size() - at));
        samples.copy(rows.data() + at, n, piece.data());
        for (Index i = 0; i < n; ++i) visit(piece.data() + i * width);
    }
}

Moments wholeMoments(const Samples& samples, const std::vector<Index>& rows) {
    const Index width = samples.width();
    double sum = 0, squares = 0;
    const double n = static_cast<double>(rows.size()) * static_cast<double>(width);
    forRows(samples, rows, [&](const Real* x) {
        double part = 0;
        for (Index j = 0; j < width; ++j) part += static_cast<double>(x[j]);
        sum += part;
    });
    const double mean = sum / n;
    forRows(samples, rows, [&](const Real* x) {
        double part = 0;
        for (Index j = 0; j < width; ++j) {
            const double d = static_cast<double>(x[j]) - mean;
            part += d * d;
        }
        squares += part;
    });
    return {{mean}, {safeDeviation(squares / n)}};
}

Moments columnMoments(const Samples& samples, const std::vector<Index>& rows) {
    const Index width = samples.width();
    const double n = static_cast<double>(rows.size());
    VectorD mean = VectorD::Zero(width), variance = VectorD::Zero(width);
    using Row = Eigen::Map<const Vector>;
    forRows(samples, rows, [&](const Real* x) { mean += Row(x, width).cast<double>(); });
    mean /= n;
    forRows(samples, rows, [&](const Real* x) { variance.array() += (Row(x, width).cast<double>() - mean).array().square(); });
    variance /= n;
    Moments out;
    out.mean.assign(mean.data(), mean.data() + width);
    for (Index j = 0; j < width; ++j) out.deviation.push_back(safeDeviation(variance[j]));
    return out;
}

// One sample, standardised; z may be x.
void standardise(const Moments& m, const Real* x, Real* z, Index width) {
    const bool whole = m.mean.size() == 1;
    if (whole && m.mean[0] == 0.0 && m.deviation[0] == 1.0) {
        if (z != x) std::copy(x, x + width, z);
    } else if (whole) {
        const double mean = m.mean[0], deviation = m.deviation[0];
        for (Index j = 0; j < width; ++j) z[j] = static_cast<Real>((static_cast<double>(x[j]) - mean) / deviation);
    } else {
        for (Index j = 0; j < width; ++j)
            z[j] = static_cast<Real>((static_cast<double>(x[j]) - m.mean[static_cast<std::size_t>(j)]) /
                                     m.deviation[static_cast<std::size_t>(j)]);
    }
}

// Chosen samples of raw data that stay on disk; standardised when they are read.
class PreparedRows final : public RowSource {
public:
    PreparedRows(std::shared_ptr<const RowSource> raw, std::vector<Index> rows, Moments moments)
        : m_raw(std::move(raw)), m_rows(std::move(rows)), m_moments(std::move(moments)) {}
    Index count() const override { return static_cast<Index>(m_rows.size()); }
    Index width() const override { return m_raw->width(); }
    void read(const Index* which, Index n, Real* out) const override {
        thread_local std::vector<Index> raw;  // nothing is allocated once the largest batch was seen
        raw.clear();
        for (Index i = 0; i < n; ++i) raw.push_back(m_rows[static_cast<std::size_t>(which[i])]);
        m_raw->read(raw.data(), n, out);
        for (Index i = 0; i < n; ++i) standardise(m_moments, out + i * width(), out + i * width(), width());
    }
    std::optional<Error> failure() const override { return m_raw->failure(); }

private:
    std::shared_ptr<const RowSource> m_raw;
    std::vector<Index> m_rows;
    Moments m_moments;
};

Samples gather(const Samples& from, const std::vector<Index>& rows, const std::vector<int>& newLabel, const Moments& m) {
    const Index width = from.width();
    Samples out;
    out.y.reserve(rows.size());
    for (const Index r : rows) out.y.push_back(newLabel[static_cast<std::size_t>(from.y[static_cast<std::size_t>(r)])]);
    if (from.rows) {
        out.rows = std::make_shared<PreparedRows>(from.rows, rows, m);
        return out;
    }
    out.x.resize(static_cast<Index>(rows.size()), width);
    for (std::size_t k = 0; k < rows.size(); ++k)
        standardise(m, from.x.data() + rows[k] * width, out.x.data() + static_cast<Index>(k) * width, width);
    return out;
}

constexpr Index kPreviewSamples = 600;

// Smallest and largest value of the training part, and its first samples where they are on disk: one pass.
void takeRange(PreparedData& data) {
    const Samples& train = data.train;
    if (!train.rows) {
        data.minimum = train.x.minCoeff();
        data.maximum = train.x.maxCoeff();
        return;
    }
    std::vector<Index> all(static_cast<std::size_t>(train.count()));
    std::iota(all.begin(), all.end(), Index(0));
    data.preview.resize(std::min(kPreviewSamples, train.count()), train.width());
    Index row = 0;
    forRows(train, all, [&](const Real* x) {
        const auto [least, most] = std::minmax_element(x, x + train.width());
        data.minimum = row == 0 ? *least : std::min(data.minimum, *least);
        data.maximum = row == 0 ? *most : std::max(data.maximum, *most);
        if (row < data.preview.rows()) std::copy(x, x + train.width(), data.preview.data() + row * train.width());
        ++row;
    });
}

// A sample's fate depends on its place in the raw data, not on the subset, and a larger share contains a smaller one.
std::vector<std::uint8_t> addLabelNoise(Samples& train, const std::vector<Index>& rows, int classes, double share,
                                        std::uint64_t seed) {
    std::vector<std::uint8_t> noisy(train.y.size(), 0);
    const Stream stream(seed, Purpose::LabelNoise);
    for (std::size_t k = 0; k < train.y.size(); ++k) {
        const std::uint64_t i = 2 * static_cast<std::uint64_t>(rows[k]);
        if (stream.uniformAt(i) >= share) continue;
        const int other = static_cast<int>(stream.belowAt(i + 1, static_cast<std::uint64_t>(classes - 1)));
        train.y[k] = other < train.y[k] ? other : other + 1;
        noisy[k] = 1;
    }
    return noisy;
}

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    for (char* c = text; *c != 0; ++c)
        if (*c == ',') *c = '.';  // files and command line use the C locale whatever the program's is
    return text;
}

std::string shapeText(const Shape& shape) {
    if (shape.size() == 1) return std::to_string(shape[0]) + (shape[0] == 1 ? " feature" : " features");
    std::string out;
    for (const Index d : shape) out += (out.empty() ? "" : "×") + std::to_string(d);
    return out;
}

std::string summaryOf(const PreparedData& data, const std::string& mode) {
    std::string out = std::to_string(data.train.count()) + " training and " + std::to_string(data.test.count()) +
                      " test samples, " + std::to_string(data.schema.classes) + " classes, " + shapeText(data.schema.shape);
    if (data.schema.tokens > 0)
        out += ", " + std::to_string(data.schema.tokens) + " tokens";
    else if (mode == "none")
        out += ", not standardised";
    if (mode == "global") out += ", (x − " + fixed(data.mean[0], 4) + ") / " + fixed(data.deviation[0], 4);
    if (mode == "feature") out += ", each feature standardised";
    if (data.train.rows) out += ", read from disk as they are needed";
    if (!data.noisy.empty()) {
        const auto replaced = std::count(data.noisy.begin(), data.noisy.end(), std::uint8_t(1));
        out += ", " + std::to_string(replaced) + " training labels replaced";
    }
    return out;
}

}  // namespace

Result<PreparedData> prepareData(const Dataset& raw, const ParamSet& options, std::uint64_t seed) {
    if (const Result<void> sound = checkRaw(raw); !sound) return sound.error();

    const Result<std::vector<int>> kept = selectClasses(raw.schema, options.text("classes"));
    if (!kept) return kept.error();
    std::vector<int> newLabel(static_cast<std::size_t>(raw.schema.classes), -1);
    PreparedData out;
    out.schema = raw.schema;
    out.schema.classNames.clear();
    for (std::size_t k = 0; k < kept->size(); ++k) {
        const auto old = static_cast<std::size_t>((*kept)[k]);
        newLabel[old] = static_cast<int>(k);
        out.schema.classNames.push_back(old < raw.schema.classNames.size() ? raw.schema.classNames[old]
                                                                           : std::to_string(old));
    }
    out.schema.classes = static_cast<int>(kept->size());

    const auto splitSeed = static_cast<std::uint64_t>(options.integer("split_seed"));
    const Samples& testSource = raw.test.count() > 0 ? raw.test : raw.train;
    std::vector<Index> trainRows = ofClasses(raw.train, newLabel);
    std::vector<Index> testRows;
    if (raw.test.count() > 0) {
        testRows = ofClasses(raw.test, newLabel);
    } else {
        const double share = options.number("test_fraction");
        const auto wanted = static_cast<Index>(std::llround(share * static_cast<double>(trainRows.size())));
        testRows = stratifiedPick(raw.train.y, trainRows, raw.schema.classes, wanted, splitSeed, kTestPart);
        std::vector<Index> rest;
        std::set_difference(trainRows.begin(), trainRows.end(), testRows.begin(), testRows.end(), std::back_inserter(rest));
        trainRows.swap(rest);
    }
    const auto limit = [&](const char* name, std::vector<Index>& rows, const Samples& source, Salt salt) {
        const auto wanted = static_cast<Index>(options.integer(name));
        if (wanted > 0 && wanted < static_cast<Index>(rows.size()))
            rows = stratifiedPick(source.y, rows, raw.schema.classes, wanted, splitSeed, salt);
    };
    limit("train_limit", trainRows, raw.train, kTrainSubset);
    limit("test_limit", testRows, testSource, kTestSubset);
    if (trainRows.empty() || testRows.empty())
        return Error{"LAB-DATA-205",
                     std::string("no samples are left to ") + (trainRows.empty() ? "train on" : "test on") + " (" +
                         std::to_string(raw.train.count() + raw.test.count()) + " before).",
                     raw.schema.id, "Choose more classes, a larger limit or another test share."};

    std::string mode = options.text("standardise");
    if (raw.schema.tokens > 0) mode = "none";
    if (mode == "auto") mode = raw.schema.isImage() ? "global" : "feature";
    Moments moments{{0.0}, {1.0}};
    const bool mixed = std::any_of(raw.schema.parts.begin(), raw.schema.parts.end(), [](const DataPart& p) { return p.tokens > 0; });
    if (mode == "global") moments = mixed ? wholeMomentsBetween(raw.train, trainRows, numbersOf(raw.schema)) : wholeMoments(raw.train, trainRows);
    if (mode == "feature") moments = columnMoments(raw.train, trainRows);
    if (mixed && mode != "none") keepTokens(moments, numbersOf(raw.schema));
    out.train = gather(raw.train, trainRows, newLabel, moments);
    out.test = gather(testSource, testRows, newLabel, moments);
    out.mean = std::move(moments.mean);
    out.deviation = std::move(moments.deviation);
    takeRange(out);
    for (const Samples* part : {&out.train, &out.test})
        if (const std::optional<Error> failure = part->failure()) return *failure;

    const double noise = options.number("label_noise");
    if (noise > 0) {
        if (out.schema.classes < 2)
            return Error{"LAB-DATA-206", "label noise needs two classes, but there is one.", raw.schema.id,
                         "Set the label noise to 0."};
        out.noisy = addLabelNoise(out.train, trainRows, out.schema.classes, noise, seed);
    }
    out.summary = summaryOf(out, mode);
    return out;
}

}  // namespace lab

#include "core/run/Probes.h"

#include "core/base/Assert.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace lab {

namespace {

double nowSeconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Probing may take 1 part in 100 of the time while training runs.
constexpr double kProbeShare = 100;
constexpr Index kWeightTiles = 100;
constexpr Index kConfusionSamples = 2000;
constexpr std::size_t kWorst = 24;
constexpr Index kActivitySamples = 64;

std::vector<MatrixMap> mapsFor(std::vector<Buffer>& buffers, const std::vector<Index>& widths, Index rows) {
    if (buffers.size() < widths.size()) buffers.resize(widths.size());
    std::vector<MatrixMap> maps;
    maps.reserve(widths.size());
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::size_t need = static_cast<std::size_t>(rows * widths[i]);
        if (buffers[i].size() < need) buffers[i].resize(need);
        maps.emplace_back(buffers[i].data(), rows, widths[i]);
    }
    return maps;
}

std::vector<Index> scoreWidths(const Network& network, const LearningRule& rule) {
    const Index width = network.task() == Task::Classify ? network.classes()
                                                         : network.arrays()[static_cast<std::size_t>(network.scoresArray())].size;
    return std::vector<Index>(rule.ways().size(), width);
}

}  // namespace

std::optional<TestFigures> evaluateOn(Pool& pool, Network& network, LearningRule& rule, const Samples& samples,
                                      std::vector<Buffer>& buffers, TestProgress& progress, const std::function<bool()>& cancelled) {
    const Index count = samples.count();
    const Index piece = std::max<Index>(1, rule.predictionCapacity());
    const bool classify = network.task() == Task::Classify;
    const std::vector<Index> widths = scoreWidths(network, rule);
    TestFigures out;
    progress.right.resize(widths.size(), 0);
    std::vector<int> labels(static_cast<std::size_t>(piece));
    Buffer scratch;
    for (Index& begin = progress.next; begin < count; begin += piece) {
        if (cancelled && cancelled()) return std::nullopt;
        const Index rows = std::min(piece, count - begin);
        const ConstMatrixMap x(samples.block(begin, rows, scratch), rows, samples.width());
        std::vector<MatrixMap> scores = mapsFor(buffers, widths, rows);
        rule.predict(pool, x, scores);
        const int* truth = samples.y.empty() ? nullptr : samples.y.data() + begin;
        progress.loss += rule.evaluationLoss(scores.front(), x, truth) * static_cast<double>(rows);
        if (!classify) continue;
        for (std::size_t w = 0; w < scores.size(); ++w) {
            argmaxRows(scores[w].data(), rows, widths[w], labels.data());
            for (Index r = 0; r < rows; ++r) progress.right[w] += labels[static_cast<std::size_t>(r)] == truth[r] ? 1 : 0;
        }
    }
    out.loss = count > 0 ? progress.loss / static_cast<double>(count) : 0;
    if (classify)
        for (const std::int64_t n : progress.right) out.wayAccuracy.push_back(static_cast<double>(n) / static_cast<double>(std::max<Index>(count, 1)));
    return out;
}

std::vector<Index> stratifiedProbe(const std::vector<int>& labels, Index available, int classes, Index count, std::uint64_t seed) {
    count = std::min(count, available);
    std::vector<Index> order(static_cast<std::size_t>(available));
    std::iota(order.begin(), order.end(), Index(0));
    Stream stream(seed, Purpose::Probe);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[static_cast<std::size_t>(stream.below(i))]);
    if (classes < 2 || labels.empty()) {
        order.resize(static_cast<std::size_t>(count));
        return order;
    }
    // One sample of every class in turn, until enough are found or the classes are used up.
    std::vector<std::vector<Index>> byClass(static_cast<std::size_t>(classes));
    for (const Index i : order) byClass[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])].push_back(i);
    std::vector<Index> out;
    for (std::size_t round = 0; static_cast<Index>(out.size()) < count; ++round) {
        const std::size_t before = out.size();
        for (const std::vector<Index>& members : byClass)
            if (round < members.size() && static_cast<Index>(out.size()) < count) out.push_back(members[round]);
        if (out.size() == before) break;
    }
    // Sorted by class: similarity matrices show their blocks.
    std::stable_sort(out.begin(), out.end(), [&](Index a, Index b) {
        return labels[static_cast<std::size_t>(a)] < labels[static_cast<std::size_t>(b)];
    });
    return out;
}

ProbeTaker::ProbeTaker(Network& network, LearningRule& rule, const PreparedData& data, Index samples, std::uint64_t)
    : m_network(network), m_rule(rule), m_data(data) {
    const Samples& source = data.test.count() > 0 ? data.test : data.train;
    // The probe set belongs to the data, not to the run: its seed is fixed, so that runs can be compared.
    m_probe = stratifiedProbe(source.y, source.count(), data.schema.classes, samples, 1);
    m_probeRows.resize(static_cast<Index>(m_probe.size()), source.width());
    source.copy(m_probe.data(), m_probeRows.rows(), m_probeRows.data());
    for (std::size_t i = 0; i < m_probe.size(); ++i) {
        m_probeLabels.push_back(source.y.empty() ? 0 : source.y[static_cast<std::size_t>(m_probe[i])]);
    }
}

void ProbeTaker::takeKind(Kind kind, Pool& pool, std::int64_t step) {
    switch (kind) {
        case Representations: return takeRepresentations(pool, step);
        case Weights: return takeWeights(step);
        case Activity: return takeActivity(pool);
        case Confusions: return takeConfusion(pool, step);
        case kKinds: break;
    }
}

void ProbeTaker::take(Pool& pool, const ProbeRequest& request, std::int64_t step, bool atRest, Snapshot& out) {
    const std::array<bool, kKinds> wanted{request.representations, request.weights, request.activity,
                                          request.confusion && m_network.task() == Task::Classify};
    // The oldest first; what was never taken does not wait, so that a view that was just opened fills.
    std::array<std::size_t, kKinds> order{};
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return m_taken[a] < m_taken[b]; });
    for (const std::size_t kind : order) {
        if (!wanted[kind] || m_taken[kind] == step) continue;
        const double start = nowSeconds();
        if (!atRest && m_taken[kind] >= 0 && start < m_notBefore) continue;
        takeKind(static_cast<Kind>(kind), pool, step);
        m_taken[kind] = step;
        const double end = nowSeconds();
        m_notBefore = std::max(m_notBefore, end) + kProbeShare * (end - start);
    }
    if (request.representations) out.representations = m_representations;
    if (request.weights) out.weights = m_weights;
    if (request.activity) out.wireActivity = m_activity;
    if (wanted[Confusions]) out.confusion = m_confusion;
}

void ProbeTaker::takeRepresentations(Pool& pool, std::int64_t step) {
    auto out = std::make_shared<Snapshot::Representations>();
    const std::vector<RuleLayer>& layers = m_rule.layers();
    const Index count = m_probeRows.rows();
    for (const RuleLayer& layer : layers) out->layers.emplace_back(count, layer.width);
    const Index piece = std::max<Index>(1, m_rule.predictionCapacity());
    for (Index begin = 0; begin < count; begin += piece) {
        const Index rows = std::min(piece, count - begin);
        std::vector<MatrixMap> maps;
        for (std::size_t l = 0; l < layers.size(); ++l)
            maps.emplace_back(out->layers[l].data() + begin * layers[l].width, rows, layers[l].width);
        m_rule.represent(pool, ConstMatrixMap(m_probeRows.data() + begin * m_probeRows.cols(), rows, m_probeRows.cols()), maps);
    }
    out->labels = m_probeLabels;
    out->inputs = m_probeRows;
    out->step = step;
    m_representations = out;
}

void ProbeTaker::takeWeights(std::int64_t step) {
    auto out = std::make_shared<Snapshot::WeightsCopy>();
    const std::vector<RuleLayer>& layers = m_rule.layers();
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const ParamStore* store = nullptr;
        const int index = m_rule.weightBlock(static_cast<int>(l), &store);
        if (index < 0 || store == nullptr) continue;
        const ParamBlock& block = store->block(index);
        const Index units = block.shape.empty() ? 0 : block.shape.front();
        if (units == 0) continue;
        const Index fanIn = block.count / units;
        Snapshot::WeightsCopy::Tile tile;
        tile.title = layers[l].title;
        // A kernel keeps its shape; a dense row takes the shape of the input where it reads the input.
        if (block.shape.size() == 4)
            tile.inputShape = {block.shape[1], block.shape[2], block.shape[3]};
        else if (fanIn == m_network.inputSize() && m_data.schema.isImage())
            tile.inputShape = m_data.schema.shape;
        else
            tile.inputShape = {fanIn};
        const Index kept = std::min(units, kWeightTiles);
        tile.rows = ConstMatrixMap(store->data(index), units, fanIn).topRows(kept);
        out->layers.push_back(std::move(tile));
    }
    out->step = step;
    m_weights = out;
}

void ProbeTaker::takeActivity(Pool& pool) {
    const Index rows = std::min<Index>(kActivitySamples, m_probeRows.rows());
    if (!m_haveWork) {
        m_work = m_network.makeWorkspace(kActivitySamples, false);
        m_haveWork = true;
    }
    m_network.setInput(m_work, ConstMatrixMap(m_probeRows.data(), rows, m_probeRows.cols()));
    m_network.evaluate(pool, m_work, rows, 0, static_cast<int>(m_network.stages().size()));
    m_activity.clear();
    // Only arrays that the stages write: what follows the read-out has not been computed.
    std::vector<bool> written(m_network.arrays().size(), false);
    written[static_cast<std::size_t>(m_network.inputArray())] = true;
    for (const NodeInfo& node : m_network.nodes())
        if (node.stage >= 0)
            for (const int array : node.out) written[static_cast<std::size_t>(array)] = true;
    for (std::size_t a = 0; a < written.size(); ++a) {
        if (!written[a]) continue;
        const Real* values = m_work.value(static_cast<int>(a));
        const Index n = rows * m_network.arrays()[a].size;
        double sum = 0;
        for (Index i = 0; i < n; ++i) sum += std::abs(static_cast<double>(values[i]));
        m_activity[m_network.arrays()[a].wire] = n > 0 ? sum / static_cast<double>(n) : 0;
    }
}

void ProbeTaker::takeConfusion(Pool& pool, std::int64_t step) {
    const Samples& test = m_data.test.count() > 0 ? m_data.test : m_data.train;
    const Index count = std::min(test.count(), kConfusionSamples);
    const int classes = m_network.classes();
    auto out = std::make_shared<ConfusionFigure>();
    out->classNames = m_data.schema.classNames;
    out->counts = MatrixD::Zero(classes, classes);
    out->step = step;
    const std::vector<Index> widths = scoreWidths(m_network, m_rule);
    const Index piece = std::max<Index>(1, m_rule.predictionCapacity());
    Buffer scratch;
    for (Index begin = 0; begin < count; begin += piece) {
        const Index rows = std::min(piece, count - begin);
        std::vector<MatrixMap> scores = mapsFor(m_buffers, widths, rows);
        m_rule.predict(pool, ConstMatrixMap(test.block(begin, rows, scratch), rows, test.width()), scores);
        for (Index r = 0; r < rows; ++r) {
            const Real* row = scores.front().data() + r * classes;
            const int truth = test.y[static_cast<std::size_t>(begin + r)];
            const int predicted = static_cast<int>(std::max_element(row, row + classes) - row);
            out->counts(truth, predicted) += 1;
            if (predicted != truth)
                out->worst.push_back({begin + r, truth, predicted, static_cast<double>(row[truth]) - static_cast<double>(row[predicted])});
        }
    }
    std::stable_sort(out->worst.begin(), out->worst.end(),
                     [](const ConfusionFigure::Worst& a, const ConfusionFigure::Worst& b) { return a.margin < b.margin; });
    if (out->worst.size() > kWorst) out->worst.resize(kWorst);
    out->worstInputs.resize(static_cast<Index>(out->worst.size()), test.width());
    for (std::size_t i = 0; i < out->worst.size(); ++i)
        test.copy(&out->worst[i].sample, 1, out->worstInputs.data() + static_cast<Index>(i) * test.width());
    m_confusion = out;
}

}  // namespace lab

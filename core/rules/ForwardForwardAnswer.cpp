// Forward-Forward: the neutral input with the softmax head, and answers by goodness, for which labels are tried one by one.
//
// Cost of an answer. A pass of a net with maps of m_1, m_2, ... multiply-adds costs m = sum m_l. All C labels share m_1
// (they differ in one column) and need m_2, m_3, ... each: at least m_1 + C (m - m_1) multiply-adds, C passes in a deep
// net, as no layer behind the first nonlinearity has anything in common. With k labels that the head has chosen: m + k (m -
// m_1). Samples are taken in blocks, all labels of a block as the rows of one product per layer, each block on one thread
// from the first layer to the last: its activity stays in that core's cache, and threads meet once per call.
#include "core/base/Assert.h"
#include "core/math/Elementwise.h"
#include "core/rules/ForwardForward.h"
#include "core/rules/LabelPaint.h"

#include <algorithm>
#include <limits>

namespace lab {

namespace {

// Rows of one block: tall enough for the products, small enough for the cache of a core.
constexpr Index kTrialRows = 256;
constexpr Index kRowGrain = 16;

}  // namespace

Real* ForwardForward::neutralLayer(Pool& pool, const ConstMatrixMap& x, bool shared, std::size_t l) {
    const Index rows = x.rows();
    const LocalStage& stage = m_stack[l].stage;
    if (l == 0 && shared) {
        firstLayerFrom(pool, 0, rows, m_neutralLabels.data(), m_work.value(m_firstSums));
        m_network.evaluateBehind(pool, m_work, rows, m_network.stages()[static_cast<std::size_t>(stage.stage)].linearNode);
        return m_work.value(stage.output);
    }
    if (l == 0) {
        Real* input = m_work.value(m_network.inputArray());
        paintNeutral(pool, x, m_network.classes(), m_height, input);
        normaliseRows(pool, m_normBefore, input, rows, m_network.inputSize());
    }
    m_network.evaluate(pool, m_work, rows, stage.stage, stage.stage + 1);
    return m_work.value(stage.output);
}

void ForwardForward::passNeutralOn(Pool& pool, Index rows, std::size_t l) {
    const Layer& layer = m_stack[l];
    Real* h = m_work.value(layer.stage.output);
    if (layer.headColumn >= 0)
        normaliseInto(pool, m_norm, h, rows, layer.stage.width, m_features.data() + layer.headColumn, m_head->features);
    normaliseRows(pool, layer.normAfter, h, rows, layer.stage.width);
}

void ForwardForward::predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) {
    LAB_ASSERT(scores.size() == m_ways.size());
    const Index rows = x.rows();
    const Index classes = m_network.classes();
    if (rows == 0) return;
    if (sharesFirstProduct()) shareFirstProduct(pool, x, m_work);
    if (!m_hasHead || m_tried == 0 || m_tried >= classes) return tryOnBlocks(pool, x, m_hasHead, classes, nullptr, scores);

    tryOnBlocks(pool, x, true, 0, nullptr, scores);
    m_chosen.resize(static_cast<std::size_t>(rows * m_tried));
    const MatrixMap& head = scores[1];
    for (Index i = 0; i < rows; ++i) {
        int* chosen = m_chosen.data() + i * m_tried;
        for (Index k = 0; k < m_tried; ++k) {
            int best = -1;
            for (int c = 0; c < classes; ++c)
                if (std::find(chosen, chosen + k, c) == chosen + k && (best < 0 || head(i, c) > head(i, best))) best = c;
            chosen[k] = best;
        }
    }
    tryOnBlocks(pool, x, false, m_tried, m_chosen.data(), scores);
    fillUntried(rows, m_tried, scores);
}

void ForwardForward::tryOnBlocks(Pool& pool, const ConstMatrixMap& x, bool neutral, Index tried, const int* chosen,
                                 std::span<const MatrixMap> scores) {
    const Index sets = tried + (neutral ? 1 : 0);
    const Index most = std::max<Index>(1, kTrialRows / sets);
    const Index blocks = (x.rows() + most - 1) / most;
    const Index block = (x.rows() + blocks - 1) / blocks;
    const Index capacity = std::max<Index>(kTrialRows, m_network.classes() + 1);
    while (static_cast<Index>(m_trials.size()) < std::min<Index>(pool.threads(), blocks)) {
        Trial trial;
        trial.work = m_network.makeWorkspace(capacity, false, Hold::TwoStages);
        trial.goodness.resize(static_cast<std::size_t>(capacity));
        trial.labels.resize(static_cast<std::size_t>(capacity));
        if (m_head) trial.features.resize(static_cast<std::size_t>(capacity * m_head->features));
        m_trials.push_back(std::move(trial));
    }
    pool.run(blocks, [&](Index b) {
        const Index begin = b * block;
        if (begin >= x.rows()) return;
        Trial* trial = nullptr;
        {
            std::lock_guard lock(m_trialMutex);
            trial = &*std::find_if(m_trials.begin(), m_trials.end(), [](const Trial& t) { return !t.busy; });
            trial->busy = true;
        }
        tryLabels(pool, *trial, x, begin, std::min(block, x.rows() - begin), neutral, tried, chosen, scores);
        std::lock_guard lock(m_trialMutex);
        trial->busy = false;
    });
}

void ForwardForward::tryLabels(Pool& pool, Trial& trial, const ConstMatrixMap& x, Index begin, Index count, bool neutral,
                               Index tried, const int* chosen, std::span<const MatrixMap> scores) {
    const Index classes = m_network.classes();
    const Index first = neutral ? 1 : 0, sets = tried + first, rows = sets * count;
    const std::size_t firstLayerWay = m_hasHead ? 2 : 1;
    const bool shared = sharesFirstProduct();
    const auto label = [&](Index set, Index i) {
        return set < first         ? static_cast<int>(classes)
               : chosen != nullptr ? chosen[(begin + i) * tried + set - first]
                                   : static_cast<int>(set - first);
    };
    MatrixMap total = scores[0];
    if (tried > 0) total.middleRows(begin, count).setZero();
    const ConstMatrixMap images(x.data() + begin * x.cols(), count, x.cols());
    Real* input = trial.work.value(m_network.inputArray());
    for (Index set = 0; set < sets; ++set) {
        for (Index i = 0; i < count; ++i) trial.labels[static_cast<std::size_t>(i)] = label(set, i);
        if (shared)
            firstLayerFrom(pool, begin, count, trial.labels.data(),
                           trial.work.value(m_firstSums) + set * count * m_stack.front().stage.width);
        else if (set < first)
            paintNeutral(pool, images, classes, m_height, input);
        else
            paintLabels(pool, images, trial.labels.data(), classes, m_height, input + set * count * x.cols());
    }
    if (!shared) normaliseRows(pool, m_normBefore, input, rows, x.cols());
    for (std::size_t l = 0; l < m_stack.size(); ++l) {
        const Layer& layer = m_stack[l];
        const LocalStage& stage = layer.stage;
        if (l == 0 && shared)
            m_network.evaluateBehind(pool, trial.work, rows,
                                     m_network.stages()[static_cast<std::size_t>(stage.stage)].linearNode);
        else
            m_network.evaluate(pool, trial.work, rows, stage.stage, stage.stage + 1);
        Real* h = trial.work.value(stage.output);
        if (neutral && layer.headColumn >= 0)
            normaliseInto(pool, m_norm, h, count, stage.width, trial.features.data() + layer.headColumn, m_head->features);
        const double share = m_kind == GoodnessKind::Mean ? 1.0 / static_cast<double>(stage.width) : 1.0;
        // Goodness and length are the same sum.
        pool.ranges(rows, kRowGrain, [&](Index from, Index to) {
            for (Index r = from; r < to; ++r) {
                Real* row = h + r * stage.width;
                const double squares = sumSquares(row, stage.width);
                trial.goodness[static_cast<std::size_t>(r)] = squares * share;
                if (layer.normAfter != LengthNorm::None)
                    scaled(static_cast<Real>(lengthFactor(layer.normAfter, squares, stage.width)), row, row, stage.width);
            }
        });
        if (tried == 0) continue;
        MatrixMap alone = scores[firstLayerWay + l];
        for (Index set = first; set < sets; ++set)
            for (Index i = 0; i < count; ++i) {
                const Real g = static_cast<Real>(trial.goodness[static_cast<std::size_t>(set * count + i)]);
                const int c = label(set, i);
                alone(begin + i, c) = g;
                if (scored(l)) total(begin + i, c) += g;
            }
    }
    if (!neutral) return;
    MatrixMap out = scores[1];
    if (m_head) {
        headScores(pool, m_own, *m_head, count, trial.features.data(), out.data() + begin * classes);
    } else {
        const int readout = static_cast<int>(m_stack.size());
        m_network.evaluate(pool, trial.work, count, readout, readout + 1);
        out.middleRows(begin, count) = trial.work.valueMap(m_network.scoresArray(), count);
    }
}

void ForwardForward::fillUntried(Index rows, Index tried, std::span<const MatrixMap> scores) const {
    const Index classes = m_network.classes();
    const MatrixMap& head = scores[1];
    for (std::size_t way = 0; way < scores.size(); ++way) {
        if (way == 1) continue;
        MatrixMap own = scores[way];
        for (Index i = 0; i < rows; ++i) {
            const int* chosen = m_chosen.data() + i * tried;
            Real lowest = std::numeric_limits<Real>::infinity();
            for (Index k = 0; k < tried; ++k) lowest = std::min(lowest, own(i, chosen[k]));
            const Real bar = head(i, chosen[tried - 1]);
            for (int c = 0; c < classes; ++c)
                if (std::find(chosen, chosen + tried, c) == chosen + tried) own(i, c) = lowest - (bar - head(i, c));
        }
    }
}

void ForwardForward::represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) {
    LAB_ASSERT(out.size() == m_stack.size());
    const bool shared = sharesFirstProduct();
    if (shared) shareFirstProduct(pool, x, m_work);
    for (std::size_t l = 0; l < m_stack.size(); ++l) {
        MatrixMap target = out[l];
        target = ConstMatrixMap(neutralLayer(pool, x, shared, l), x.rows(), m_stack[l].stage.width);
        passNeutralOn(pool, x.rows(), l);
    }
}

}  // namespace lab

#include "core/rules/CascadedForward.h"

#include "core/base/Assert.h"
#include "core/math/Gemm.h"
#include "core/rules/ReadoutLoss.h"
#include "core/rules/Sparsemax.h"
#include "core/rules/TraceFigures.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr Index kPredictionRows = 256;
// Of the equations.
enum Line { kLineFeatures, kLineAuxiliaryError, kLineFeedback, kLineScores, kLinePredictor };

// Fixed random feedback: normal entries, every row scaled to length 1.
void fillFeedback(ParamStore& store, int block, Index classes, Index width, std::uint64_t seed, std::uint64_t layer) {
    const Stream stream(seed, Purpose::Feedback, layer);
    Real* b = store.data(block);
    for (Index c = 0; c < classes; ++c) {
        double squares = 0;
        for (Index j = 0; j < width; ++j) {
            const double v = stream.normalAt(static_cast<std::uint64_t>(c * width + j));
            b[c * width + j] = static_cast<Real>(v);
            squares += v * v;
        }
        if (squares > 0) RowVectorMap(b + c * width, width) *= static_cast<Real>(1.0 / std::sqrt(squares));
    }
}

}  // namespace

CascadedForward::CascadedForward(const RuleInit& init)
    : m_network(init.network),
      m_data(init.data),
      m_trainsBlocks(init.params.text("blocks") == "dfa"),
      m_sumProbabilities(init.params.text("sum") == "probabilities"),
      m_ridge(init.params.number("ridge")),
      m_blockEpochs(init.params.number("block_epochs")),
      m_fitSamples(static_cast<Index>(init.params.integer("fit_samples"))),
      m_work(init.network.makeWorkspace(std::max(init.batch, kPredictionRows), true)),
      m_gradient(init.network) {
    const std::string& predictor = init.params.text("predictor");
    m_objective = predictor == "ridge"       ? Objective::LeastSquares
                  : predictor == "sparsemax" ? Objective::Sparsemax
                                             : Objective::CrossEntropy;
    const Index classes = m_network.classes();
    Index widest = 0;
    for (const LocalStage& stage : localStages(m_network)) {
        const std::string number = std::to_string(stage.stage + 1);
        Block block{stage, Standardiser(stage.shape), {}, -1, -1, -1, std::nullopt};
        block.predictor = addHead(m_own, "predictor" + number, "*P*_" + number, stage.stage, stage.width, classes, true);
        if (m_objective == Objective::LeastSquares) block.fit.emplace(stage.width, classes, true);
        widest = std::max(widest, stage.width);
        m_blocks.push_back(std::move(block));
    }
    if (m_trainsBlocks) {
        m_auxiliary = addHead(m_own, "auxiliary", "*O*", static_cast<int>(m_blocks.size()) - 1,
                              m_blocks.back().stage.width, classes, false);
        for (std::size_t k = 0; k + 1 < m_blocks.size(); ++k) {
            ParamBlock feedback;
            feedback.name = "feedback" + std::to_string(k + 1);
            feedback.title = "*B*_" + std::to_string(k + 1);
            feedback.shape = {classes, m_blocks[k].stage.width};
            feedback.fanIn = classes;
            feedback.fanOut = m_blocks[k].stage.width;
            feedback.layer = static_cast<int>(k);
            feedback.trained = false;
            m_blocks[k].feedback = m_own.add(std::move(feedback));
        }
    }
    std::vector<LocalStage> stages;
    for (std::size_t k = 0; k < m_blocks.size(); ++k) {
        Block& block = m_blocks[k];
        const std::string number = std::to_string(k + 1);
        stages.push_back(block.stage);
        if (block.feedback >= 0) fillFeedback(m_own, block.feedback, classes, block.stage.width, init.seed, k);
        if (m_trainsBlocks) {
            const Stage& stage = m_network.stages()[static_cast<std::size_t>(block.stage.stage)];
            block.weightGroup = init.updater.addGroup("W_" + number, static_cast<int>(k), m_network.parameters(),
                                                      stage.firstBlock, stage.lastBlock);
        }
        if (m_objective != Objective::LeastSquares)
            block.predictorGroup = init.updater.addGroup("P_" + number, static_cast<int>(k), m_own, block.predictor.weight,
                                                         block.predictor.bias + 1);
    }
    if (m_auxiliary)
        m_auxiliaryGroup = init.updater.addGroup("O", static_cast<int>(m_blocks.size()) - 1, m_own, m_auxiliary->weight,
                                                 m_auxiliary->weight + 1);
    if (init.sideBySide && m_trainsBlocks) {
        std::vector<int> groups;
        for (const Block& block : m_blocks) {
            groups.push_back(block.weightGroup);
            m_gradients.emplace_back(m_network.stages()[static_cast<std::size_t>(block.stage.stage)]);
        }
        m_tasks.emplace(0, std::move(groups));
        for (std::size_t k = 0; k < m_blocks.size(); ++k) m_tasks->graph().add();
    }
    m_layers = ruleLayers(stages);
    m_ways.push_back({"ensemble", "All predictors", -1});
    if (m_auxiliary) m_ways.push_back({"auxiliary", "Auxiliary classifier", static_cast<int>(m_blocks.size()) - 1});
    for (const Block& block : m_blocks)
        m_ways.push_back({"block" + std::to_string(block.stage.stage + 1), block.stage.title + " alone", block.stage.stage});

    const std::size_t capacity = static_cast<std::size_t>(m_work.capacity());
    m_ownGradient.resize(static_cast<std::size_t>(m_own.size()));
    m_features.resize(capacity * static_cast<std::size_t>(widest));
    m_scores.resize(capacity * static_cast<std::size_t>(classes));
    m_error.resize(m_scores.size());
    m_total.resize(m_scores.size());
    m_answers.resize(capacity);
}

template <class Visit>
void CascadedForward::chain(Pool& pool, Index rows, std::size_t blocks, Visit&& visit) {
    for (std::size_t k = 0; k < blocks; ++k) {
        const Block& block = m_blocks[k];
        m_network.evaluate(pool, m_work, rows, block.stage.stage, block.stage.stage + 1);
        Real* h = m_work.value(block.stage.output);
        if (!block.standardiser.fitted()) {
            visit(k, h, h);
        } else if (m_trainsBlocks) {
            block.standardiser.apply(pool, h, rows, m_features.data());
            visit(k, h, m_features.data());
        } else {
            block.standardiser.apply(pool, h, rows, h);
            visit(k, h, h);
        }
    }
}

void CascadedForward::freeze(Pool& pool) {
    const Index all = m_data.train.count();
    const Index count = m_fitSamples > 0 ? std::min(m_fitSamples, all) : all;
    Buffer scratch;
    const auto pass = [&](std::size_t blocks, auto&& visit) {
        for (Index begin = 0; begin < count; begin += m_work.capacity()) {
            const Index rows = std::min(m_work.capacity(), count - begin);
            m_network.setInput(m_work, ConstMatrixMap(m_data.train.block(begin, rows, scratch), rows, m_network.inputSize()));
            chain(pool, rows, blocks, [&](std::size_t k, const Real* h, const Real*) { visit(k, h, rows); });
        }
    };
    if (m_trainsBlocks) {
        pass(m_blocks.size(), [&](std::size_t k, const Real* h, Index rows) { m_blocks[k].standardiser.add(pool, h, rows); });
        for (Block& block : m_blocks) block.standardiser.finish();
    } else {
        // The next block reads standardised features: one pass per block.
        for (std::size_t last = 0; last < m_blocks.size(); ++last) {
            pass(last + 1, [&](std::size_t k, const Real* h, Index rows) {
                if (k == last) m_blocks[k].standardiser.add(pool, h, rows);
            });
            m_blocks[last].standardiser.finish();
        }
    }
    m_frozen = true;
}

StepReport CascadedForward::step(const Batch& batch, StepContext& context) {
    if (!m_frozen) {
        // A plan that ends before the blocks do leaves its second half to the predictors.
        const double until = m_blockEpochs < context.plannedEpochs ? m_blockEpochs : context.plannedEpochs / 2;
        if (!m_trainsBlocks || context.epoch >= until) freeze(context.pool);
    }
    m_network.setInput(m_work, batch.x);
    return m_frozen ? trainPredictors(batch, context) : trainBlocks(batch, context);
}

StepReport CascadedForward::trainBlocks(const Batch& batch, StepContext& context) {
    const Index rows = batch.rows();
    const Index classes = m_network.classes();
    ForwardMode mode;
    mode.training = true;
    mode.updateStatistics = true;
    mode.seed = context.seed;
    mode.step = static_cast<std::uint64_t>(context.step);
    if (context.tracer == nullptr) {
        m_network.forward(context.pool, m_work, rows, 0, static_cast<int>(m_blocks.size()), mode);
    } else {
        for (int k = 0; k < static_cast<int>(m_blocks.size()); ++k) {
            m_network.forward(context.pool, m_work, rows, k, k + 1, mode);
            const LocalStage& stage = m_blocks[static_cast<std::size_t>(k)].stage;
            const Real* features = m_work.value(stage.output);
            context.at(kLineFeatures, k, rows, [&](Index row, std::vector<TraceNumber>& out) {
                out.push_back({"‖" + indexed("*F*", k) + "‖", rowLength(features, rows, stage.width, row)});
            });
        }
    }
    const Real* top = m_work.value(m_blocks.back().stage.output);
    headScores(context.pool, m_own, *m_auxiliary, rows, top, m_scores.data());
    StepReport report;
    report.loss = crossEntropy(m_scores.data(), rows, classes, batch.labels, m_error.data());
    context.at(kLineAuxiliaryError, -1, rows, [&](Index row, std::vector<TraceNumber>& out) {
        if (row < 0) out.push_back({"L", report.loss});
        out.push_back({"B ‖*E*‖", rowLength(m_error.data(), rows, classes, row) * static_cast<double>(rows)});
    });
    report.accuracy = headAccuracy(m_scores.data(), rows, classes, batch.labels, m_answers);
    context.channels.scalar(kAuxiliaryLoss, 0, report.loss);
    context.channels.scalar(kAuxiliaryAccuracy, 0, report.accuracy);
    headGradient(context.pool, m_own, *m_auxiliary, rows, top, m_error.data(), m_ownGradient.data());

    if (m_tasks) {
        m_tasks->run(context, [&](int k, StepContext& own) {
            updateBlock(static_cast<std::size_t>(k), rows, m_gradients[static_cast<std::size_t>(k)], own);
        });
    } else {
        for (std::size_t k = 0; k < m_blocks.size(); ++k) updateBlock(k, rows, m_gradient, context);
    }
    if (context.reads != nullptr)
        for (std::size_t k = 0; k < m_blocks.size(); ++k) reportBlockReads(k, *context.reads);
    context.updater.apply(context.pool, m_auxiliaryGroup, m_ownGradient.data());
    if (context.reads != nullptr)
        context.reads->push_back({"O", static_cast<int>(m_blocks.size()) - 1, {"activity of the last block", "label"}, true, true});
    return report;
}

void CascadedForward::updateBlock(std::size_t k, Index rows, StageGradient& gradient, StepContext& context) {
    const Block& block = m_blocks[k];
    Real* adjoint = m_work.adjoint(block.stage.output);
    if (block.feedback >= 0)
        productBackward(context.pool, rows, block.stage.width, m_network.classes(), m_error.data(), m_own.data(block.feedback),
                        Real(0), adjoint);
    else
        headAdjoint(context.pool, m_own, *m_auxiliary, rows, m_error.data(), adjoint);
    context.at(kLineFeedback, static_cast<int>(k), rows, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({"B ‖∂" + indexed("*F*", static_cast<int>(k)) + "‖",
                       rowLength(adjoint, rows, block.stage.width, row) * static_cast<double>(rows)});
    });
    BackwardOptions options;
    options.gradient = gradient.of(m_network.stages()[static_cast<std::size_t>(block.stage.stage)]);
    m_network.backward(context.pool, m_work, rows, block.stage.stage, options);
    context.updater.apply(context.pool, block.weightGroup, options.gradient);
}

double CascadedForward::predictorLoss(Index rows, const int* labels) {
    const Index classes = m_network.classes();
    switch (m_objective) {
        case Objective::CrossEntropy: return crossEntropy(m_scores.data(), rows, classes, labels, m_error.data());
        case Objective::Sparsemax: return sparsemaxLoss(m_scores.data(), rows, classes, labels, m_error.data(), m_sorted);
        case Objective::LeastSquares: break;
    }
    double loss = 0;
    for (Index i = 0; i < rows; ++i)
        for (Index c = 0; c < classes; ++c) {
            const double e = static_cast<double>(m_scores[static_cast<std::size_t>(i * classes + c)]) - (c == labels[i] ? 1 : 0);
            loss += 0.5 * e * e;
        }
    return rows > 0 ? loss / static_cast<double>(rows) : 0;
}

StepReport CascadedForward::trainPredictors(const Batch& batch, StepContext& context) {
    const Index rows = batch.rows();
    const Index classes = m_network.classes();
    StepReport report;
    std::fill(m_total.begin(), m_total.end(), Real(0));
    chain(context.pool, rows, m_blocks.size(), [&](std::size_t k, const Real*, const Real* features) {
        Block& block = m_blocks[k];
        const int number = static_cast<int>(k);
        headScores(context.pool, m_own, block.predictor, rows, features, m_scores.data());
        const double loss = predictorLoss(rows, batch.labels);
        report.loss += loss;
        context.at(kLineScores, number, rows, [&](Index row, std::vector<TraceNumber>& out) {
            out.push_back({"‖" + indexed("*S*", number) + "‖", rowLength(m_scores.data(), rows, classes, row)});
            if (row < 0) out.push_back({indexed("L", number), loss});
        });
        context.channels.scalar(kLoss, number, loss);
        context.channels.scalar(kAccuracy, number, headAccuracy(m_scores.data(), rows, classes, batch.labels, m_answers));
        if (block.fit) {
            if (!m_solved) block.fit->add(context.pool, features, batch.labels, rows);
        } else {
            headGradient(context.pool, m_own, block.predictor, rows, features, m_error.data(), m_ownGradient.data());
            context.at(kLinePredictor, number, rows, [&](Index row, std::vector<TraceNumber>& out) {
                out.push_back({"B ‖∂" + indexed("*S*", number) + "‖", rowLength(m_error.data(), rows, classes, row) * static_cast<double>(rows)});
                const ParamBlock& weights = m_own.block(block.predictor.weight);
                if (row < 0) out.push_back({"‖∂" + indexed("*P*", number) + "‖", norm(m_ownGradient.data() + weights.offset, weights.count)});
            });
            context.updater.apply(context.pool, block.predictorGroup, m_ownGradient.data());
        }
        if (context.reads != nullptr)
            context.reads->push_back({"P_" + std::to_string(k + 1), number, {"features of this block", "label"}, true, true});
        asVotes(rows);
        for (Index j = 0; j < rows * classes; ++j) m_total[static_cast<std::size_t>(j)] += m_scores[static_cast<std::size_t>(j)];
    });
    report.accuracy = headAccuracy(m_total.data(), rows, classes, batch.labels, m_answers);
    context.channels.scalar(kEnsembleAccuracy, 0, report.accuracy);
    return report;
}

void CascadedForward::endEpoch(StepContext&) {
    if (m_objective != Objective::LeastSquares || m_solved || !m_frozen) return;
    for (Block& block : m_blocks) {
        if (block.fit->count() == 0) return;
        block.fit->solve(m_ridge, m_own.data(block.predictor.weight), m_own.data(block.predictor.bias));
        block.fit->clear();
    }
    m_solved = true;
}

void CascadedForward::asVotes(Index rows) {
    if (!m_sumProbabilities) return;
    const Index classes = m_network.classes();
    if (m_objective != Objective::Sparsemax) return softmaxRows(m_scores.data(), rows, classes);
    for (Index i = 0; i < rows; ++i) {
        Real* row = m_scores.data() + i * classes;
        sparsemax(row, classes, row, m_sorted);
    }
}

void CascadedForward::predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) {
    LAB_ASSERT(scores.size() == m_ways.size());
    const Index rows = x.rows();
    const Index classes = m_network.classes();
    const std::size_t firstBlockWay = m_auxiliary ? 2 : 1;
    m_network.setInput(m_work, x);
    std::fill(m_total.begin(), m_total.end(), Real(0));
    chain(pool, rows, m_blocks.size(), [&](std::size_t k, const Real* h, const Real* features) {
        if (m_auxiliary && k + 1 == m_blocks.size()) {
            MatrixMap out = scores[1];
            headScores(pool, m_own, *m_auxiliary, rows, h, out.data());
        }
        headScores(pool, m_own, m_blocks[k].predictor, rows, features, m_scores.data());
        MatrixMap alone = scores[firstBlockWay + k];
        alone = ConstMatrixMap(m_scores.data(), rows, classes);
        asVotes(rows);
        for (Index j = 0; j < rows * classes; ++j) m_total[static_cast<std::size_t>(j)] += m_scores[static_cast<std::size_t>(j)];
    });
    MatrixMap total = scores[0];
    if (m_auxiliary && !m_frozen)
        total = scores[1];  // there are no predictors yet
    else
        total = ConstMatrixMap(m_total.data(), rows, classes);
}

double CascadedForward::evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap& x, const int* labels) const {
    if (!m_sumProbabilities || (m_auxiliary && !m_frozen)) return LearningRule::evaluationLoss(primaryScores, x, labels);
    // A sum of probabilities is no logit: its share per block is the probability.
    double loss = 0;
    for (Index i = 0; i < primaryScores.rows(); ++i)
        loss -= std::log(std::max(static_cast<double>(primaryScores(i, labels[i])) / static_cast<double>(m_blocks.size()), 1e-12));
    return primaryScores.rows() > 0 ? loss / static_cast<double>(primaryScores.rows()) : 0;
}

void CascadedForward::represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) {
    LAB_ASSERT(out.size() == m_blocks.size());
    m_network.setInput(m_work, x);
    chain(pool, x.rows(), m_blocks.size(), [&](std::size_t k, const Real* h, const Real*) {
        MatrixMap target = out[k];
        target = ConstMatrixMap(h, x.rows(), m_blocks[k].stage.width);
    });
}

int CascadedForward::weightBlock(int layer, const ParamStore** store) const {
    *store = &m_network.parameters();
    return firstWeight(m_network, m_blocks[static_cast<std::size_t>(layer)].stage.stage);
}

void CascadedForward::reportBlockReads(std::size_t k, std::vector<UpdateReads>& reads) const {
    UpdateReads entry;
    entry.writes = "W_" + std::to_string(k + 1);
    entry.layer = static_cast<int>(k);
    entry.reads = {"input of this block", "activity of this block, kept until the error arrives",
                   "error of the auxiliary classifier on the last block"};
    if (m_blocks[k].feedback >= 0)
        entry.reads.push_back("fixed random feedback of this block");
    else
        entry.reads.push_back("weights of the auxiliary classifier");
    // The last block's error is its own classifier's; all others get it from the top.
    entry.localInSpace = m_blocks[k].feedback < 0;
    entry.localInTime = m_blocks[k].feedback < 0;
    reads.push_back(std::move(entry));
}

std::vector<double> CascadedForward::saveState() const {
    std::vector<double> state{m_frozen ? 1.0 : 0.0, m_solved ? 1.0 : 0.0};
    for (const Block& block : m_blocks) {
        block.standardiser.save(state);
        if (!block.fit) continue;
        const std::vector<double> sums = block.fit->save();
        state.insert(state.end(), sums.begin(), sums.end());
    }
    return state;
}

Result<void> CascadedForward::loadState(const std::vector<double>& state) {
    const Error damaged{"LAB-RULE-102",
                        "the checkpoint holds " + std::to_string(state.size()) +
                            " values of rule state, which do not fit the blocks of this circuit.",
                        "", "The project was saved with another circuit or other settings of the rule; start the run again."};
    if (state.size() < 2) return damaged;
    std::size_t at = 2;
    for (Block& block : m_blocks) {
        if (!block.standardiser.load(state, at)) return damaged;
        if (block.fit && !block.fit->load(state, at)) return damaged;
    }
    if (at != state.size()) return damaged;
    m_frozen = state[0] != 0;
    m_solved = state[1] != 0;
    return {};
}

std::size_t CascadedForward::creditBytes() const {
    std::size_t numbers = m_gradient.bytes() / sizeof(Real) + m_ownGradient.size() + m_features.size() + m_scores.size() + m_error.size() +
                          m_total.size() + static_cast<std::size_t>(m_own.size());
    std::size_t bytes = m_work.bytes() + numbers * sizeof(Real);
    for (const StageGradient& gradient : m_gradients) bytes += gradient.bytes();
    for (const Block& block : m_blocks)
        if (block.fit) bytes += block.fit->bytes();
    return bytes;
}

}  // namespace lab

#include "core/rules/TorchSteps.h"
#include "core/rules/MonoForward.h"

#include "core/base/Assert.h"
#include "core/rules/ReadoutLoss.h"
#include "core/rules/TraceFigures.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

enum Channel { kLoss, kAccuracy };
enum Line { kLineScores, kLineLoss, kLineError, kLineProjection, kLineUnits, kLineWeights };  // of the equations

constexpr Index kPredictionRows = 256;

}  // namespace

MonoForward::MonoForward(const RuleInit& init)
    : m_network(init.network),
      m_inTurn(init.params.text("schedule") == "sequential"),
      m_sumProbabilities(init.params.text("sum") == "probabilities"),
      m_primarySum(init.params.text("answer") == "sum") {
    const Index classes = m_network.classes();
    for (const LocalStage& stage : localStages(m_network)) {
        const std::string number = std::to_string(stage.stage + 1);
        Layer layer;
        layer.stage = stage;
        layer.projection = addHead(m_own, "projection" + number, "*M*_" + number, stage.stage, stage.width, classes, false);
        m_stack.push_back(layer);
    }
    m_own.fit();
    for (Layer& layer : m_stack) {
        const Stage& stage = m_network.stages()[static_cast<std::size_t>(layer.stage.stage)];
        const std::string number = std::to_string(layer.stage.stage + 1);
        initialiseHead(m_own, layer.projection, init.seed);
        layer.weights = init.updater.addGroup("W_" + number, layer.stage.stage, m_network.parameters(), stage.firstBlock,
                                              stage.lastBlock);
        layer.projections = init.updater.addGroup("M_" + number, layer.stage.stage, m_own, layer.projection.weight,
                                                  layer.projection.weight + 1);
    }
    if (init.sideBySide && !m_inTurn) {
        std::vector<int> groups;
        for (const Layer& layer : m_stack) {
            groups.push_back(layer.weights);
            groups.push_back(layer.projections);
            const int stage = layer.stage.stage;
            m_lanes.emplace_back(m_network.makeStageWorkspace(stage, init.batch, true),
                                 StageGradient(m_network.stages()[static_cast<std::size_t>(stage)]), init.batch, classes);
        }
        m_tasks.emplace(static_cast<int>(m_stack.size()), std::move(groups));
        m_tasks->addLayers(-1);
    } else {
        m_lanes.emplace_back(m_network.makeWorkspace(init.batch, true, Hold::TwoStages), StageGradient(m_network), init.batch,
                             classes);
    }
    std::vector<LocalStage> stages;
    for (const Layer& layer : m_stack) stages.push_back(layer.stage);
    m_layers = ruleLayers(stages);
    const PredictionWay last{"last", "Last layer", static_cast<int>(m_stack.size()) - 1};
    const PredictionWay sum{"sum", "Sum of all layers", -1};
    m_ways = m_primarySum ? std::vector<PredictionWay>{sum, last} : std::vector<PredictionWay>{last, sum};
    for (const Layer& layer : m_stack)
        m_ways.push_back({"layer" + std::to_string(layer.stage.stage + 1), layer.stage.title + " alone", layer.stage.stage});

    m_ownGradient.resize(static_cast<std::size_t>(m_own.size()));
    const std::size_t scores = static_cast<std::size_t>(std::max(init.batch, kPredictionRows) * classes);
    m_scores.resize(scores);
    m_total.resize(scores);
}

MonoForward::Lane::Lane(Workspace&& memory, StageGradient&& stageGradient, Index batch, Index classes)
    : work(std::move(memory)),
      gradient(std::move(stageGradient)),
      scores(static_cast<std::size_t>(batch * classes)),
      error(scores.size()),
      answers(static_cast<std::size_t>(batch)) {}

std::size_t MonoForward::Lane::bytes() const {
    return work.bytes() + gradient.bytes() + (scores.size() + error.size()) * sizeof(Real);
}

StepReport MonoForward::step(const Batch& batch, StepContext& context) {
    const int layers = static_cast<int>(m_stack.size());
    const int turn = m_inTurn ? layerInTurn(context.epoch, context.plannedEpochs, layers) : -1;
    const Index rows = batch.rows();
    m_network.setInput(lane(0).work, batch.x);
    std::fill(m_total.begin(), m_total.end(), Real(0));
    ForwardMode mode;
    mode.training = true;
    mode.updateStatistics = true;
    mode.seed = context.seed;
    mode.step = static_cast<std::uint64_t>(context.step);
    const int top = turn < 0 ? layers : turn + 1;
    if (m_tasks) {
        m_tasks->run(context, [&](int task, StepContext& own) {
            const int l = task % layers;
            Workspace& work = lane(static_cast<std::size_t>(l)).work;
            if (task != m_tasks->forward(l)) return trainLayer(static_cast<std::size_t>(l), batch, own);
            m_network.forward(own.pool, work, rows, l, l + 1, mode);
            if (l + 1 == layers) return;
            const LocalStage& stage = m_stack[static_cast<std::size_t>(l)].stage;
            std::copy_n(work.value(stage.output), rows * stage.width,
                        lane(static_cast<std::size_t>(l) + 1).work.value(stage.output));
        });
        for (std::size_t l = 0; l < m_stack.size(); ++l) vote(l, rows);
    } else {
        Workspace& work = lane(0).work;
        for (int l = 0; l < top; ++l) {
            if (turn >= 0 && l < turn) {
                m_network.evaluate(context.pool, work, rows, l, l + 1);
                continue;
            }
            m_network.forward(context.pool, work, rows, l, l + 1, mode);
            trainLayer(static_cast<std::size_t>(l), batch, context);
            vote(static_cast<std::size_t>(l), rows);
        }
    }
    StepReport report;
    for (int l = std::max(turn, 0); l < top; ++l) {
        const Layer& layer = m_stack[static_cast<std::size_t>(l)];
        report.loss += layer.loss;
        if (!m_primarySum && l + 1 == layers) report.accuracy = layer.accuracy;
        if (context.reads != nullptr) reportReads(layer, *context.reads);
    }
    if (m_primarySum && turn < 0)
        report.accuracy = headAccuracy(m_total.data(), rows, m_network.classes(), batch.labels, lane(0).answers);
    return report;
}

void MonoForward::vote(std::size_t l, Index rows) {
    const Index classes = m_network.classes();
    Buffer& scores = lane(l).scores;
    if (m_sumProbabilities) softmaxRows(scores.data(), rows, classes);
    for (Index k = 0; k < rows * classes; ++k) m_total[static_cast<std::size_t>(k)] += scores[static_cast<std::size_t>(k)];
}

void MonoForward::announceScores(std::size_t l, const Batch& batch, double loss, const StepContext& context) const {
    const int number = static_cast<int>(l);
    const Index rows = batch.rows(), classes = m_network.classes();
    const auto probability = [&](Index row) {
        // The error of the true class is (p_y - 1)/B.
        return 1 + static_cast<double>(lane(l).error[static_cast<std::size_t>(row * classes + batch.labels[row])]) * static_cast<double>(rows);
    };
    context.at(kLineScores, number, rows, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({"‖" + indexed("*G*", number) + "‖", rowLength(lane(l).scores.data(), rows, classes, row)});
    });
    context.at(kLineLoss, number, rows, [&](Index row, std::vector<TraceNumber>& out) {
        if (row < 0) return out.push_back({indexed("L", number), loss});
        out.push_back({"p_y", probability(row)});
        out.push_back({"−|log| p_y", -std::log(std::max(probability(row), 1e-30))});
    });
    context.at(kLineError, number, rows, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({"B ‖" + indexed("*Q*", number) + "‖", rowLength(lane(l).error.data(), rows, classes, row) * static_cast<double>(rows)});
    });
}

void MonoForward::announceErrors(std::size_t l, Index rows, const StepContext& context) const {
    const int number = static_cast<int>(l);
    const Layer& layer = m_stack[l];
    const Real* adjoint = lane(l).work.adjoint(layer.stage.output);
    context.at(kLineProjection, number, 0, [&](Index, std::vector<TraceNumber>& out) {
        const ParamBlock& block = m_own.block(layer.projection.weight);
        out.push_back({"‖Δ" + indexed("*M*", number) + "‖", norm(m_ownGradient.data() + block.offset, block.count)});
    });
    context.at(kLineUnits, number, rows, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({"B ‖" + indexed("*Q*", number) + indexed("*M*", number) + "‖", rowLength(adjoint, rows, layer.stage.width, row) * static_cast<double>(rows)});
    });
}

void MonoForward::announceWeights(std::size_t l, const StepContext& context) {
    const int number = static_cast<int>(l);
    const Stage& stage = m_network.stages()[static_cast<std::size_t>(m_stack[l].stage.stage)];
    context.at(kLineWeights, number, 0, [&](Index, std::vector<TraceNumber>& out) {
        out.push_back({"‖Δ" + indexed("*W*", number) + "‖", norm(lane(l).gradient.of(stage) + stage.paramOffset, stage.paramCount)});
    });
}

void MonoForward::trainLayer(std::size_t l, const Batch& batch, StepContext& context) {
    Layer& layer = m_stack[l];
    Lane& own = lane(l);
    const Index rows = batch.rows();
    const Index classes = m_network.classes();
    const Real* a = own.work.value(layer.stage.output);
    headScores(context.pool, m_own, layer.projection, rows, a, own.scores.data());
    layer.loss = crossEntropy(own.scores.data(), rows, classes, batch.labels, own.error.data());
    layer.accuracy = headAccuracy(own.scores.data(), rows, classes, batch.labels, own.answers);
    context.channels.scalar(kLoss, static_cast<int>(l), layer.loss);
    context.channels.scalar(kAccuracy, static_cast<int>(l), layer.accuracy);

    if (context.tracer != nullptr) announceScores(l, batch, layer.loss, context);

    headAdjoint(context.pool, m_own, layer.projection, rows, own.error.data(), own.work.adjoint(layer.stage.output));
    headGradient(context.pool, m_own, layer.projection, rows, a, own.error.data(), m_ownGradient.data());
    if (context.tracer != nullptr) announceErrors(l, rows, context);
    BackwardOptions options;
    Real* gradient = own.gradient.of(m_network.stages()[static_cast<std::size_t>(layer.stage.stage)]);
    options.gradient = gradient;
    m_network.backward(context.pool, own.work, rows, layer.stage.stage, options);
    if (context.tracer != nullptr) announceWeights(l, context);
    // The activity of this layer stands already: updating now changes nothing that the next layer reads in this step.
    context.updater.apply(context.pool, layer.weights, gradient);
    context.updater.apply(context.pool, layer.projections, m_ownGradient.data());
}

void MonoForward::reportReads(const Layer& layer, std::vector<UpdateReads>& reads) const {
    const std::string number = std::to_string(layer.stage.stage + 1);
    reads.push_back({"W_" + number, layer.stage.stage,
                     {"input of this layer", "activity of this layer", "projection of this layer", "label"},
                     true, true});
    reads.push_back({"M_" + number, layer.stage.stage, {"activity of this layer", "label"}, true, true});
}

Index MonoForward::predictionCapacity() const {
    return std::max(m_lanes.front().work.capacity(), kPredictionRows);
}

void MonoForward::makePredictionWork() {
    if (m_predictionWork.capacity() == 0)
        m_predictionWork = m_network.makeWorkspace(predictionCapacity(), false, Hold::TwoStages);
}

void MonoForward::predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) {
    LAB_ASSERT(scores.size() == m_ways.size());
    const Index rows = x.rows();
    const Index classes = m_network.classes();
    makePredictionWork();
    m_network.setInput(m_predictionWork, x);
    std::fill(m_total.begin(), m_total.end(), Real(0));
    MatrixMap last = scores[m_primarySum ? 1 : 0];
    MatrixMap sum = scores[m_primarySum ? 0 : 1];
    for (std::size_t l = 0; l < m_stack.size(); ++l) {
        m_network.evaluate(pool, m_predictionWork, rows, static_cast<int>(l), static_cast<int>(l) + 1);
        headScores(pool, m_own, m_stack[l].projection, rows, m_predictionWork.value(m_stack[l].stage.output), m_scores.data());
        MatrixMap own = scores[l + 2];
        own = ConstMatrixMap(m_scores.data(), rows, classes);
        if (l + 1 == m_stack.size()) last = own;
        if (m_sumProbabilities) softmaxRows(m_scores.data(), rows, classes);
        for (Index k = 0; k < rows * classes; ++k) m_total[static_cast<std::size_t>(k)] += m_scores[static_cast<std::size_t>(k)];
    }
    sum = ConstMatrixMap(m_total.data(), rows, classes);
}

double MonoForward::evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap& x, const int* labels) const {
    if (!(m_primarySum && m_sumProbabilities)) return LearningRule::evaluationLoss(primaryScores, x, labels);
    // A sum of probabilities is no logit: its share per layer is the probability.
    double loss = 0;
    for (Index i = 0; i < primaryScores.rows(); ++i)
        loss -= std::log(std::max(static_cast<double>(primaryScores(i, labels[i])) / static_cast<double>(m_stack.size()), 1e-12));
    return primaryScores.rows() > 0 ? loss / static_cast<double>(primaryScores.rows()) : 0;
}

void MonoForward::represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) {
    LAB_ASSERT(out.size() == m_stack.size());
    makePredictionWork();
    m_network.setInput(m_predictionWork, x);
    for (std::size_t l = 0; l < m_stack.size(); ++l) {
        m_network.evaluate(pool, m_predictionWork, x.rows(), static_cast<int>(l), static_cast<int>(l) + 1);
        MatrixMap target = out[l];
        target = m_predictionWork.valueMap(m_stack[l].stage.output, x.rows());
    }
}

int MonoForward::weightBlock(int layer, const ParamStore** store) const {
    *store = &m_network.parameters();
    return firstWeight(m_network, m_stack[static_cast<std::size_t>(layer)].stage.stage);
}

std::size_t MonoForward::creditBytes() const {
    std::size_t bytes = (m_ownGradient.size() + m_scores.size() + m_total.size() + static_cast<std::size_t>(m_own.size())) * sizeof(Real);
    for (const Lane& l : m_lanes) bytes += l.bytes();
    return bytes;
}

RuleDescription describeMonoForward() {
    RuleDescription d;
    d.id = "mono-forward";
    d.aliases = {"mf", "monoforward"};
    d.title = "Mono-Forward";
    d.family = "Forward-only";
    d.summary = "One forward pass and no negative data: every layer turns its activity into class scores by a projection of its "
                "own and learns from the cross-entropy of those scores. Nothing is sent back from layer to layer; inside a layer "
                "there is still a chain rule through two matrices.";
    d.source = "J. Gong, B. Li, W. Abdulla: Mono-Forward: Backpropagation-Free Algorithm for Efficient Neural Network Training "
               "Harnessing Local Errors, arXiv 2501.09238 (2025)";
    d.equations = {
        {"*G*_l = *a*_l *M*_l^T", "Class scores of this layer from its own activity.", "forward"},
        {"L_l = −1/B Σ |log| |softmax|(*G*_l)_y", "Cross-entropy of these scores.", "forward"},
        {"*Q*_l = (|softmax|(*G*_l) − *Y*)/B", "Error of the scores: probabilities minus the one-hot label.", "forward"},
        {"Δ*M*_l ∝ −*Q*_l^T *a*_l", "Projection: error of the class times activity of the unit.", "forward"},
        {"*δ*_l = (*Q*_l *M*_l) ⊙ φ'(*z*_l)", "Error of the units, through this layer's own projection.", "forward"},
        {"Δ*W*_l ∝ −*δ*_l^T *a*_{l−1}", "Weights: error of the unit times its input.", "forward"},
    };
    d.params = {
        ParamSpec::choice("schedule", "Schedule", "joint",
                          {{"joint", "All layers together", "Every batch updates every layer, bottom to top."},
                           {"sequential", "One layer after the other",
                            "Every layer gets the same share of the planned epochs; those below are frozen, those above wait. "
                            "The last layer answers at chance until its turn has come."}},
                          "Whether all layers learn on every batch or one layer at a time."),
        ParamSpec::choice("answer", "Answer", "last",
                          {{"last", "Last layer", "The largest score of the last layer."},
                           {"sum", "Sum of all layers", "The largest sum over the layers."}},
                          "Which way of answering counts as the accuracy of the run; all are shown."),
        ParamSpec::choice("sum", "Summed quantity", "scores",
                          {{"scores", "Scores", "Raw scores: layers with large scores count more."},
                           {"probabilities", "Probabilities", "Softmax of the scores: every layer has one vote."}},
                          "What is added up over the layers in the answer by sum."),
    };
    ChannelSpec loss;
    loss.id = "loss";
    loss.title = "Local loss";
    loss.symbol = "L_l";
    loss.doc = "Cross-entropy of this layer's own class scores on the training batch.";
    loss.logarithmic = true;
    ChannelSpec accuracy;
    accuracy.id = "layer_accuracy";
    accuracy.title = "Accuracy of the layer";
    accuracy.doc = "Share of the training batch that this layer's own scores get right (0 to 1).";
    d.channels = {loss, accuracy};
    d.phases = {{"forward", "Forward pass", "Each layer computes its activity, its scores and its update, then passes the "
                                           "activity on."}};
    d.optimizer = {"adam", {{"rate", 1e-3}}};
    d.batch = 128;
    d.epochs = 8;
    d.local = true;
    d.sideBySide = true;
    d.sideBySideUpTo = 5e7;
    d.costNote = "One forward product and one weight gradient per layer and step (backpropagation: three), plus three thin products "
                 "with the projection; one forward pass at inference. Memory of one layer's activity suffices.";
    d.suits = [](const Circuit&, const Network& network, const DataSchema& data, const ParamSet&) {
        Suitability suits = suitsLocalRule(network, data, "Mono-Forward");
        if (suits.ok)
            suits.notes.push_back("The circuit's own read-out is not trained: every layer answers through a projection of its own.");
        return suits;
    };
    d.marks = [](const Circuit& circuit, const Network& network, const ParamSet& params) {
        std::vector<Mark> marks = localMarks(circuit, network, {"*G*_#", "−|log| |softmax|(*a*_# *M*_#^T)_y", "loss"});
        marks.push_back(readoutMark(network, params.text("answer") == "sum" ? "largest sum of *G*_l over the layers"
                                                                             : "largest *G* of the last layer"));
        return marks;
    };
    d.torch = torchMonoForward;
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<MonoForward>(init); };
    return d;
}

}  // namespace lab

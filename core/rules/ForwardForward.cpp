#include "core/rules/ForwardForward.h"

#include "core/base/Assert.h"
#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"
#include "core/rules/LabelPaint.h"
#include "core/rules/ReadoutLoss.h"
#include "core/rules/TraceFigures.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

// Of the equations.
enum Line { kLinePaint, kLineActivity, kLineGoodness, kLineProbability, kLineLoss, kLineError, kLineUpdate };

constexpr Index kPredictionRows = 256;
constexpr Index kShownPairs = 8;
constexpr Index kRowGrain = 16;
constexpr Index kColumnGrain = 256;

bool skipsFirst(const std::string& choice, std::size_t layers) {
    if (choice == "yes") return layers > 1;
    return choice == "automatic" && layers >= 3;
}

}  // namespace

ForwardForward::ForwardForward(const RuleInit& init)
    : m_network(init.network),
      m_params(init.params),
      m_work(init.network.makeWorkspace(std::max(2 * init.batch, kPredictionRows), true, Hold::TwoStages)) {
    readParams();
    if (!(m_height > 0)) m_height = init.data.maximum > 0 ? static_cast<double>(init.data.maximum) : 1.0;

    const std::vector<LocalStage> stages = localStages(m_network);
    LAB_ASSERT(!stages.empty() && stages.front().input == m_network.inputArray());
    m_layers = ruleLayers(stages);
    m_normBefore = stages.front().normalises ? LengthNorm::None : m_norm;
    m_skipFirst = skipsFirst(m_params.text("skip_first"), stages.size());

    const int readout = static_cast<int>(stages.size());
    const Stage* top = m_network.hasReadout() ? &m_network.stages()[static_cast<std::size_t>(readout)] : nullptr;
    // The head reads the layers from the second on: with one or two layers that is the last one, as the circuit's own
    // read-out does.
    const bool borrowed = top != nullptr && top->linearNode >= 0 && top->pointwiseNode < 0 && stages.size() <= 2;
    Index features = 0;
    for (std::size_t l = 0; l < stages.size(); ++l) {
        Layer layer;
        layer.stage = stages[l];
        const bool nextNormalises =
            l + 1 < stages.size() ? stages[l + 1].normalises : top != nullptr && beginsNormalised(m_network, *top);
        layer.normAfter = nextNormalises ? LengthNorm::None : m_norm;
        if (m_hasHead && !borrowed && (l > 0 || stages.size() == 1)) {
            layer.headColumn = features;
            features += layer.stage.width;
        }
        const Stage& stage = m_network.stages()[static_cast<std::size_t>(layer.stage.stage)];
        layer.group = init.updater.addGroup("W_" + std::to_string(l + 1), static_cast<int>(l), m_network.parameters(),
                                            stage.firstBlock, stage.lastBlock);
        if (m_peer != PeerNorm::None) layer.peers.assign(static_cast<std::size_t>(layer.stage.width), kPeerStart);
        m_stack.push_back(std::move(layer));
    }

    const Index classes = m_network.classes();
    if (m_hasHead) {
        OptimizerChoice own;
        own.id = "momentum";
        own.held = {{"rate", m_params.number("head_rate")}, {"decay", m_params.number("head_decay")}};
        if (borrowed) {
            m_headGroup = init.updater.addGroup("softmax head", readout, m_network.parameters(), top->firstBlock,
                                                top->lastBlock, 1, own);
        } else {
            m_head = addHead(m_own, "head", "*W*_{|head|}", -1, features, classes, false);
            m_headGroup = init.updater.addGroup("softmax head", -1, m_own, m_head->weight, m_head->weight + 1, 1, own);
        }
    }
    m_ways.push_back({"goodness", "Goodness", -1});
    if (m_hasHead) m_ways.push_back({"head", "Softmax head", -1});
    for (std::size_t l = 0; l < m_stack.size(); ++l)
        m_ways.push_back({"layer" + std::to_string(l + 1), m_stack[l].stage.title + " alone", static_cast<int>(l)});

    const Index capacity = m_work.capacity();
    m_ownGradient.resize(static_cast<std::size_t>(m_own.size()));
    if (m_head) m_features.resize(static_cast<std::size_t>(capacity * features));
    m_scores.resize(static_cast<std::size_t>(capacity * classes));
    m_error.resize(m_scores.size());
    m_wrong.resize(static_cast<std::size_t>(init.batch));
    m_answers.resize(static_cast<std::size_t>(capacity));
    makeTasks(init);
    if (!sharesFirstProduct()) return;
    const LocalStage& first = m_stack.front().stage;
    const int node = m_network.stages()[static_cast<std::size_t>(first.stage)].linearNode;
    m_firstSums = m_network.nodes()[static_cast<std::size_t>(node)].out.front();
    // The peer term reads the positives' painted input.
    m_sharesStreams = m_peer == PeerNorm::None;
    m_shared.resize(static_cast<std::size_t>(capacity * first.width));
    m_columns.resize(static_cast<std::size_t>((classes + 1) * first.width));
    m_factor.resize(static_cast<std::size_t>(capacity));
    m_neutral.resize(static_cast<std::size_t>(capacity));
    m_neutralLabels.assign(static_cast<std::size_t>(capacity), static_cast<int>(classes));
    if (!m_sharesStreams) return;
    m_pairError.resize(static_cast<std::size_t>(init.batch * first.width));
    m_labelGradient.resize(static_cast<std::size_t>(classes * first.width));
}

void ForwardForward::makeTasks(const RuleInit& init) {
    const int layers = static_cast<int>(m_stack.size());
    const std::vector<Stage>& stages = m_network.stages();
    if (!init.sideBySide || m_inTurn) {
        m_lanes.emplace_back(StageGradient(m_network));
    } else {
        std::vector<int> groups;
        if (m_hasHead) groups.push_back(m_headGroup);
        for (const Layer& layer : m_stack) {
            groups.push_back(layer.group);
            m_lanes.emplace_back(StageGradient(stages[static_cast<std::size_t>(layer.stage.stage)]));
            m_lanes.back().work = m_network.makeStageWorkspace(layer.stage.stage, 2 * init.batch, true);
        }
        if (m_hasHead && !m_head) m_readoutGradient.emplace(stages[static_cast<std::size_t>(layers)]);
        m_tasks.emplace(layers, std::move(groups));
        TaskGraph& graph = m_tasks->graph();
        m_shareTask = graph.add();
        if (m_hasHead) {
            for (int l = 0; l < layers; ++l) {
                const int task = graph.add({l == 0 ? m_shareTask : graph.size() - 1});
                if (l == 0) m_neutralTask = task;
            }
            m_headTask = graph.add({graph.size() - 1});
        }
        m_streamsTask = graph.add({m_negatives == Negatives::Hard ? m_headTask : m_shareTask});
        m_tasks->addLayers(m_streamsTask);
        // The neutral pass reads a layer before the streams move its statistics and its weights.
        for (int l = 0; m_hasHead && l < layers; ++l) graph.wait(m_tasks->forward(l), m_neutralTask + l);
    }
    for (Lane& l : m_lanes) l.goodness.resize(static_cast<std::size_t>(2 * init.batch));
}

void ForwardForward::readParams() {
    m_norm = lengthNormFromId(m_params.text("normaliser"));
    m_kind = m_params.text("goodness") == "mean" ? GoodnessKind::Mean : GoodnessKind::Sum;
    const std::string& negatives = m_params.text("negatives");
    m_negatives = negatives == "hard" ? Negatives::Hard : negatives == "shuffled" ? Negatives::Shuffled : Negatives::Random;
    m_peer = peerNormFromId(m_params.text("peer"));
    m_peerGated = m_params.flag("peer_gated");
    m_inTurn = m_params.text("schedule") == "greedy";
    m_height = m_params.number("label_height");
    m_hasHead = m_params.flag("head") || m_negatives == Negatives::Hard;
    readLive();
}

void ForwardForward::readLive() {
    m_thresholdPerUnit = m_params.number("threshold_per_unit");
    m_threshold = m_params.number("threshold");
    m_temperature = m_params.number("temperature");
    m_peerStrength = m_params.number("peer_strength");
    m_tried = m_hasHead ? static_cast<Index>(m_params.integer("tried")) : 0;
}

GoodnessLoss ForwardForward::lossOf(const Layer& layer) const {
    GoodnessLoss loss;
    loss.kind = m_kind;
    loss.threshold =
        m_kind == GoodnessKind::Sum ? m_thresholdPerUnit * static_cast<double>(layer.stage.width) : m_threshold;
    loss.temperature = m_temperature;
    return loss;
}

bool ForwardForward::scored(std::size_t layer) const { return layer > 0 || !m_skipFirst; }

StepReport ForwardForward::step(const Batch& batch, StepContext& context) {
    LAB_ASSERT(2 * batch.rows() <= m_work.capacity());
    if (m_tasks) return stepSideBySide(batch, context);
    // One layer at a time: layer 1 may be frozen, and is evaluated like the others then.
    const bool shared = m_sharesStreams && !m_inTurn;
    if (shared) shareFirstProduct(context.pool, batch.x, m_work);
    if (m_hasHead) {
        for (std::size_t l = 0; l < m_stack.size(); ++l) {
            neutralLayer(context.pool, batch.x, shared, l);
            passNeutralOn(context.pool, batch.rows(), l);
        }
        trainHead(batch, context);
        reportHeadReads(context);
    }
    drawNegatives(batch, context);
    prepareStreams(batch, context, shared);
    StepReport report;
    report.loss = learn(batch.rows(), context, shared ? batch.labels : nullptr);
    return report;
}

StepReport ForwardForward::stepSideBySide(const Batch& batch, StepContext& context) {
    const Index pairs = batch.rows();
    const int* truth = m_sharesStreams ? batch.labels : nullptr;
    const int layers = static_cast<int>(m_stack.size());
    m_tasks->run(context, [&](int task, StepContext& own) {
        if (task == m_shareTask) {
            if (m_sharesStreams) shareFirstProduct(own.pool, batch.x, work(0));
        } else if (m_hasHead && task < m_headTask) {
            const std::size_t l = static_cast<std::size_t>(task - m_neutralTask);
            neutralLayer(own.pool, batch.x, m_sharesStreams, l);
            passNeutralOn(own.pool, pairs, l);
        } else if (task == m_headTask) {
            trainHead(batch, own);
        } else if (task == m_streamsTask) {
            drawNegatives(batch, own);
            prepareStreams(batch, own, m_sharesStreams);
            if (!m_sharesStreams)
                normaliseRows(own.pool, m_normBefore, work(0).value(m_network.inputArray()), 2 * pairs, m_network.inputSize());
        } else if (task < m_tasks->update(0)) {
            const int l = task - m_tasks->forward(0);
            forwardLayer(static_cast<std::size_t>(l), pairs, own, truth);
            if (l + 1 < layers) passOn(static_cast<std::size_t>(l), pairs * 2, own.pool);
        } else {
            learnLayer(static_cast<std::size_t>(task - m_tasks->update(0)), pairs, own, truth);
        }
    });
    if (m_hasHead) reportHeadReads(context);
    StepReport report;
    for (const Layer& layer : m_stack) {
        report.loss += layer.loss;
        if (context.reads != nullptr) reportReads(layer, *context.reads);
    }
    return report;
}

void ForwardForward::drawNegatives(const Batch& batch, const StepContext& context) {
    const Index pairs = batch.rows();
    const Index classes = m_network.classes();
    const Stream stream(context.seed, Purpose::Negatives, static_cast<std::uint64_t>(context.step));
    const std::span<const int> truth(batch.labels, static_cast<std::size_t>(pairs));
    const std::span<int> wrong(m_wrong.data(), static_cast<std::size_t>(pairs));
    switch (m_negatives) {
        case Negatives::Random: drawWrongLabels(stream, truth, classes, wrong); break;
        case Negatives::Hard: drawHardLabels(stream, truth, m_scores.data(), classes, wrong); break;
        case Negatives::Shuffled: drawShuffledLabels(stream, truth, wrong); break;
    }
    context.at(kLinePaint, -1, pairs, [&](Index row, std::vector<TraceNumber>& out) {
        if (row < 0) return out.push_back({"B", static_cast<double>(pairs)});
        out.push_back({"y", static_cast<double>(batch.labels[row])});
        out.push_back({"c", static_cast<double>(wrong[static_cast<std::size_t>(row)])});
    });
}

void ForwardForward::prepareStreams(const Batch& batch, StepContext& context, bool shared) {
    const Index classes = m_network.classes();
    Real* x = work(0).value(m_network.inputArray());
    const bool shown = context.channels.wants(kStreams);
    if (!shared || shown) {
        paintLabels(context.pool, batch.x, batch.labels, classes, m_height, x);
        paintLabels(context.pool, batch.x, m_wrong.data(), classes, m_height, x + batch.rows() * batch.x.cols());
    }
    if (shown) showStreams(batch, context);
    if (shared && shown) paintNeutral(context.pool, batch.x, classes, 0, x);  // the images alone
}

double ForwardForward::learnStreams(const ConstMatrixMap& positive, const ConstMatrixMap& negative, StepContext& context) {
    LAB_ASSERT(positive.rows() == negative.rows() && 2 * positive.rows() <= m_work.capacity());
    LAB_ASSERT(positive.cols() == m_network.inputSize() && negative.cols() == m_network.inputSize());
    Real* x = work(0).value(m_network.inputArray());
    std::copy_n(positive.data(), positive.size(), x);
    std::copy_n(negative.data(), negative.size(), x + positive.size());
    return learn(positive.rows(), context);
}

double ForwardForward::learn(Index pairs, StepContext& context, const int* truth) {
    const int layers = static_cast<int>(m_stack.size());
    const int turn = m_inTurn ? layerInTurn(context.epoch, context.plannedEpochs, layers) : -1;
    if (truth == nullptr)
        normaliseRows(context.pool, m_normBefore, work(0).value(m_network.inputArray()), 2 * pairs, m_network.inputSize());
    double loss = 0;
    const int top = turn < 0 ? layers : turn + 1;
    for (int l = 0; l < top; ++l) {
        const std::size_t at = static_cast<std::size_t>(l);
        if (turn >= 0 && l < turn) {
            m_network.evaluate(context.pool, work(at), 2 * pairs, l, l + 1);
        } else {
            forwardLayer(at, pairs, context, truth);
            learnLayer(at, pairs, context, truth);
            loss += m_stack[at].loss;
            if (context.reads != nullptr) reportReads(m_stack[at], *context.reads);
        }
        // The update of this layer is done: its activity may become the input of the next one in place.
        if (l + 1 < top) passOn(at, 2 * pairs, context.pool);
    }
    return loss;
}

void ForwardForward::forwardLayer(std::size_t l, Index pairs, StepContext& context, const int* truth) {
    if (l == 0 && truth != nullptr) return firstLayerOfStreams(context.pool, pairs, truth);
    ForwardMode mode;
    mode.training = true;
    mode.updateStatistics = true;
    mode.seed = context.seed;
    mode.step = static_cast<std::uint64_t>(context.step);
    const int stage = static_cast<int>(l);
    m_network.forward(context.pool, work(l), 2 * pairs, stage, stage + 1, mode);
}

void ForwardForward::passOn(std::size_t l, Index rows, Pool& pool) {
    const Layer& layer = m_stack[l];
    const int output = layer.stage.output;
    if (m_tasks)
        normaliseInto(pool, layer.normAfter, work(l).value(output), rows, layer.stage.width, work(l + 1).value(output), layer.stage.width);
    else
        normaliseRows(pool, layer.normAfter, m_work.value(output), rows, layer.stage.width);
}

void ForwardForward::learnLayer(std::size_t l, Index pairs, StepContext& context, const int* truth) {
    Layer& layer = m_stack[l];
    Lane& own = lane(l);
    Workspace& memory = work(l);
    const bool shared = l == 0 && truth != nullptr;
    const LocalStage& stage = layer.stage;
    const int number = static_cast<int>(l);
    const GoodnessLoss objective = lossOf(layer);
    const Real* h = memory.value(stage.output);
    Real* adjoint = memory.adjoint(stage.output);
    goodnessRows(context.pool, m_kind, h, 2 * pairs, stage.width, own.goodness.data());
    const std::span<const double> positive(own.goodness.data(), static_cast<std::size_t>(pairs));
    const std::span<const double> negative(own.goodness.data() + pairs, static_cast<std::size_t>(pairs));
    double loss = contrastiveLoss(objective, positive, negative);
    if (context.tracer != nullptr) announceGoodness(l, pairs, loss, context);
    contrastiveAdjoint(context.pool, objective, h, own.goodness.data(), pairs, stage.width, adjoint);

    bool straight = false;  // the peer term goes to the linear map, past the derivative of the nonlinearity
    if (m_peer != PeerNorm::None) {
        updatePeerMeans(context.pool, h, pairs, layer.peers);
        loss += peerSignal(m_peer, m_peerStrength, pairs, layer.peers, own.signal);
        straight = !m_peerGated && stage.linearInput >= 0;
        if (!straight) addPeerAdjoint(context.pool, own.signal, pairs, adjoint);
    }
    context.at(kLineError, number, pairs, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({"B ‖" + indexed("*δ*", number, "+") + "‖", rowLength(adjoint, pairs, stage.width, row) * static_cast<double>(pairs)});
        out.push_back({"B ‖" + indexed("*δ*", number, "−") + "‖",
                       rowLength(adjoint + pairs * stage.width, pairs, stage.width, row) * static_cast<double>(pairs)});
    });
    Real* gradient = own.gradient.of(m_network.stages()[static_cast<std::size_t>(stage.stage)]);
    BackwardOptions options;
    options.gradient = shared ? nullptr : gradient;
    m_network.backward(context.pool, memory, 2 * pairs, stage.stage, options);
    if (shared) firstGradientOfStreams(context.pool, pairs, truth, gradient);
    if (straight) {
        const ParamStore& store = m_network.parameters();
        const Index in = m_network.arrays()[static_cast<std::size_t>(stage.linearInput)].size;
        addPeerGradient(context.pool, own.signal, memory.value(stage.linearInput), pairs, in,
                        gradient + store.block(stage.weight).offset,
                        stage.bias >= 0 ? gradient + store.block(stage.bias).offset : nullptr, own.scratch);
    }

    const GoodnessFigures figures = goodnessFigures(objective, positive, negative);
    ChannelSink& sink = context.channels;
    sink.scalar(kLoss, number, loss);
    sink.scalar(kPositive, number, figures.meanPositive);
    sink.scalar(kNegative, number, figures.meanNegative);
    sink.scalar(kPairErrors, number, figures.pairErrors);
    sink.scalar(kSeparated, number, figures.separated);
    sink.scalar(kSaturated, number, figures.saturated);
    if (sink.wants(kSilent))
        sink.scalar(kSilent, number, static_cast<double>(silentUnits(context.pool, h, 2 * pairs, stage.width, own.silent)));
    if (sink.wants(kGoodness)) sink.distributions(kGoodness, number, positive, negative, objective.threshold);
    if (m_peer != PeerNorm::None && sink.wants(kPeerMeans)) {
        own.scratch.assign(layer.peers.begin(), layer.peers.end());
        std::sort(own.scratch.begin(), own.scratch.end());
        sink.values(kPeerMeans, number, own.scratch);
    }
    context.at(kLineUpdate, number, 0, [&](Index, std::vector<TraceNumber>& out) {
        const Stage& whole = m_network.stages()[static_cast<std::size_t>(stage.stage)];
        out.push_back({"‖Δ" + indexed("*W*", number) + "‖", norm(gradient + whole.paramOffset, whole.paramCount)});
    });
    context.updater.apply(context.pool, layer.group, gradient);
    layer.loss = loss;
}

// For a watcher of the step: a row is a pair, its positive and its negative.
void ForwardForward::announceGoodness(std::size_t l, Index pairs, double loss, const StepContext& context) const {
    const Layer& layer = m_stack[l];
    const int number = static_cast<int>(l);
    const GoodnessLoss objective = lossOf(layer);
    const Index width = layer.stage.width;
    const Real* h = work(l).value(layer.stage.output);
    const std::span<const double> positive(lane(l).goodness.data(), static_cast<std::size_t>(pairs));
    const std::span<const double> negative(lane(l).goodness.data() + pairs, static_cast<std::size_t>(pairs));
    const auto probability = [&](double g) { return 1 / (1 + std::exp(-(g - objective.threshold) / objective.temperature)); };
    context.at(kLineActivity, number, pairs, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({"‖" + indexed("*h*", number, "+") + "‖", rowLength(h, pairs, width, row)});
        out.push_back({"‖" + indexed("*h*", number, "−") + "‖", rowLength(h + pairs * width, pairs, width, row)});
    });
    context.at(kLineGoodness, number, pairs, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({indexed("g", number, "+"), rowValue(positive, row)});
        out.push_back({indexed("g", number, "−"), rowValue(negative, row)});
        out.push_back({"θ", objective.threshold});
    });
    context.at(kLineProbability, number, pairs, [&](Index row, std::vector<TraceNumber>& out) {
        const auto mean = [&](std::span<const double> g) {
            if (row >= 0) return probability(g[static_cast<std::size_t>(row)]);
            double sum = 0;
            for (const double v : g) sum += probability(v);
            return sum / static_cast<double>(g.size());
        };
        out.push_back({"p^+", mean(positive)});
        out.push_back({"p^−", mean(negative)});
    });
    context.at(kLineLoss, number, 0, [&](Index, std::vector<TraceNumber>& out) { out.push_back({indexed("L", number), loss}); });
}

void ForwardForward::trainHead(const Batch& batch, StepContext& context) {
    const Index rows = batch.rows();
    const Index classes = m_network.classes();
    double loss = 0;
    if (m_head) {
        headScores(context.pool, m_own, *m_head, rows, m_features.data(), m_scores.data());
        loss = crossEntropy(m_scores.data(), rows, classes, batch.labels, m_error.data());
        headGradient(context.pool, m_own, *m_head, rows, m_features.data(), m_error.data(), m_ownGradient.data());
        context.updater.apply(context.pool, m_headGroup, m_ownGradient.data());
    } else {
        const int readout = static_cast<int>(m_stack.size());
        ForwardMode mode;
        mode.training = true;
        mode.updateStatistics = true;
        mode.seed = context.seed;
        mode.step = static_cast<std::uint64_t>(context.step);
        m_network.forward(context.pool, m_work, rows, readout, readout + 1, mode);
        std::copy_n(m_work.value(m_network.scoresArray()), rows * classes, m_scores.data());
        loss = crossEntropy(m_scores.data(), rows, classes, batch.labels, m_work.adjoint(m_network.scoresArray()));
        BackwardOptions options;
        options.gradient = readoutGradient().of(m_network.stages()[static_cast<std::size_t>(readout)]);
        m_network.backward(context.pool, m_work, rows, readout, options);
        context.updater.apply(context.pool, m_headGroup, options.gradient);
    }
    context.channels.scalar(kHeadLoss, 0, loss);
    context.channels.scalar(kHeadAccuracy, 0, headAccuracy(m_scores.data(), rows, classes, batch.labels, m_answers));
}

void ForwardForward::reportHeadReads(const StepContext& context) const {
    if (context.reads != nullptr)
        context.reads->push_back({"softmax head", -1,
                                  {"activity of the layers that it reads, on the neutral input", "label"}, true, true});
}

int ForwardForward::weightBlock(int layer, const ParamStore** store) const {
    *store = &m_network.parameters();
    return firstWeight(m_network, m_stack[static_cast<std::size_t>(layer)].stage.stage);
}

void ForwardForward::showStreams(const Batch& batch, StepContext& context) const {
    const Index shown = std::min(kShownPairs, batch.rows());
    const Index size = batch.x.cols();
    // Pairs side by side: positive, negative, positive, ... .
    Matrix rows(2 * shown, size);
    std::vector<std::string> captions;
    std::vector<std::uint8_t> flags;
    const Real* x = work(0).value(m_network.inputArray());
    for (Index i = 0; i < shown; ++i) {
        const int wrong = m_wrong[static_cast<std::size_t>(i)];
        rows.row(2 * i) = ConstRowVectorMap(x + i * size, size);
        rows.row(2 * i + 1) = ConstRowVectorMap(x + (batch.rows() + i) * size, size);
        captions.push_back("positive: " + std::to_string(batch.labels[i]));
        captions.push_back("negative: " + std::to_string(wrong));
        flags.push_back(0);
        flags.push_back(wrong == batch.labels[i] ? 1 : 0);
    }
    context.channels.images(kStreams, ConstMatrixMap(rows.data(), rows.rows(), size), captions, flags);
}

void ForwardForward::reportReads(const Layer& layer, std::vector<UpdateReads>& reads) const {
    UpdateReads entry;
    entry.writes = "W_" + std::to_string(layer.stage.stage + 1);
    entry.layer = layer.stage.stage;
    entry.reads = {"input of this layer, both streams (its first layer's input carries a label)",
                   "activity of this layer, both streams", "which stream a row belongs to"};
    if (m_peer != PeerNorm::None) entry.reads.push_back("running mean activity of the units of this layer");
    if (m_negatives == Negatives::Hard)
        entry.reads.push_back("contrastive label, drawn by the softmax head from the layers that it reads");
    reads.push_back(std::move(entry));
}

std::vector<double> ForwardForward::saveState() const {
    std::vector<double> state;
    for (const Layer& layer : m_stack) state.insert(state.end(), layer.peers.begin(), layer.peers.end());
    return state;
}

Result<void> ForwardForward::loadState(const std::vector<double>& state) {
    std::size_t wanted = 0;
    for (const Layer& layer : m_stack) wanted += layer.peers.size();
    if (state.size() != wanted)
        return Error{"LAB-RULE-102",
                     "the checkpoint holds " + std::to_string(state.size()) + " peer means, but this circuit has " +
                         std::to_string(wanted) + ".",
                     "", "The project was saved with another circuit or other settings of the rule; start the run again."};
    auto from = state.begin();
    for (Layer& layer : m_stack) {
        const auto count = static_cast<std::ptrdiff_t>(layer.peers.size());
        std::copy(from, from + count, layer.peers.begin());
        from += count;
    }
    return {};
}

Result<void> ForwardForward::setParam(const std::string& name, const ParamValue& value) {
    const ParamSpec* spec = m_params.find(name);
    if (spec == nullptr || !spec->live) return LearningRule::setParam(name, value);
    const Result<void> taken = m_params.set(name, value);
    if (taken) readLive();
    return taken;
}

std::size_t ForwardForward::creditBytes() const {
    std::size_t numbers = m_ownGradient.size() + m_features.size() + m_scores.size() + m_error.size() + m_shared.size() +
                          m_columns.size() + m_pairError.size() + m_labelGradient.size() + static_cast<std::size_t>(m_own.size());
    std::size_t doubles = m_factor.size() + m_neutral.size();
    std::size_t bytes = m_work.bytes() + (m_readoutGradient ? m_readoutGradient->bytes() : 0);
    for (const Layer& layer : m_stack) doubles += layer.peers.size();
    for (const Lane& l : m_lanes) {
        doubles += l.goodness.size() + l.signal.size() + l.scratch.size();
        bytes += l.work.bytes() + l.gradient.bytes();
    }
    return bytes + numbers * sizeof(Real) + doubles * sizeof(double);
}

}  // namespace lab

#include "core/rules/FeedForward.h"

#include "core/base/Assert.h"
#include "core/rules/ReadoutLoss.h"
#include "core/rules/TraceFigures.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

// Rows of one prediction call: enough to keep the kernels busy, little enough for images with many channels.
constexpr Index kPredictionRows = 256;

}  // namespace

FeedForwardRule::FeedForwardRule(const RuleInit& init, const Lines& lines)
    : m_network(init.network),
      m_data(init.data),
      m_params(init.params),
      m_work(init.network.makeWorkspace(init.batch, true)),
      m_gradient(init.network),
      m_lines(lines) {
    const std::vector<Stage>& stages = m_network.stages();
    for (std::size_t l = 0; l < stages.size(); ++l) {
        const Stage& s = stages[l];
        const ArrayInfo& out = m_network.arrays()[static_cast<std::size_t>(s.output)];
        m_layers.push_back({s.title, static_cast<int>(l), out.size, out.shape});
        m_groups.push_back(
            init.updater.addGroup(s.title, static_cast<int>(l), m_network.parameters(), s.firstBlock, s.lastBlock));
    }
    m_ways.push_back({"readout", m_network.task() == Task::Classify ? "Read-out" : "Reconstruction", -1});
}

std::vector<ChannelSpec> FeedForwardRule::commonChannels() {
    ChannelSpec loss;
    loss.id = "loss";
    loss.title = "Loss";
    loss.symbol = "L";
    loss.scope = ChannelScope::Network;
    loss.doc =
        "Loss of the read-out on the training batch: cross-entropy of the class scores, or half the squared error of "
        "a reconstruction; mean over the batch.";
    loss.logarithmic = true;
    ChannelSpec gradient;
    gradient.id = "gradient_norm";
    gradient.title = "Gradient norm";
    gradient.symbol = "‖∂L/∂*W*_l‖";
    gradient.doc = "Euclidean norm of what this layer's update was computed from, every tenth step.";
    gradient.logarithmic = true;
    return {loss, gradient};
}

StepReport FeedForwardRule::forwardPass(const Batch& batch, StepContext& context) {
    m_network.setInput(m_work, batch.x);
    ForwardMode mode;
    mode.training = true;
    mode.updateStatistics = true;
    mode.seed = context.seed;
    mode.step = static_cast<std::uint64_t>(context.step);
    const Index rows = batch.rows();
    if (context.tracer == nullptr) {
        m_network.forward(context.pool, m_work, rows, 0, stageCount(), mode);
    } else {
        for (int l = 0; l < stageCount(); ++l) {
            m_network.forward(context.pool, m_work, rows, l, l + 1, mode);
            announceActivity(l, rows, context);
        }
    }
    const StepReport report = readoutLoss(m_network, m_work, batch, m_work.adjoint(m_network.scoresArray()));
    context.channels.scalar(kLoss, 0, report.loss);
    announceLoss(batch, report.loss, context);
    return report;
}

void FeedForwardRule::announceActivity(int l, Index rows, const StepContext& context) const {
    if (m_lines.forward < 0) return;
    const Index width = m_layers[static_cast<std::size_t>(l)].width;
    const Real* h = m_work.value(stage(l).output);
    context.at(m_lines.forward, l, rows, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({"‖" + indexed("*H*", l) + "‖", rowLength(h, rows, width, row)});
        out.push_back({"|active|", activeShare(h, rows, width, row)});
    });
}

void FeedForwardRule::announceLoss(const Batch& batch, double loss, const StepContext& context) const {
    if (context.tracer == nullptr) return;
    const Index rows = batch.rows();
    const int scores = m_network.scoresArray();
    const Index width = m_network.arrays()[static_cast<std::size_t>(scores)].size;
    const Real* e = m_work.adjoint(scores);
    const bool classify = m_network.task() == Task::Classify;
    if (m_lines.loss >= 0)
        context.at(m_lines.loss, -1, classify ? rows : 0, [&](Index row, std::vector<TraceNumber>& out) {
            if (row < 0) return out.push_back({"L", loss});
            // The error of the true class is (p_y - 1)/B.
            const double p = 1 + static_cast<double>(e[row * width + batch.labels[row]]) * static_cast<double>(rows);
            out.push_back({"p_y", p});
            out.push_back({"−|log| p_y", -std::log(std::max(p, 1e-30))});
        });
    if (m_lines.scoresError >= 0)
        context.at(m_lines.scoresError, stageCount() - 1, rows, [&](Index row, std::vector<TraceNumber>& out) {
            out.push_back({"B ‖" + indexed("*δ*", stageCount() - 1) + "‖", rowLength(e, rows, width, row) * static_cast<double>(rows)});
        });
}

void FeedForwardRule::announceError(int l, Index rows, const StepContext& context) const {
    if (context.tracer == nullptr || m_lines.error < 0 || l + 1 == stageCount()) return;
    const int array = deltaArray(l);
    const Index width = m_network.arrays()[static_cast<std::size_t>(array)].size;
    const Real* delta = m_work.adjoint(array);
    context.at(m_lines.error, l, rows, [&](Index row, std::vector<TraceNumber>& out) {
        out.push_back({"B ‖" + indexed("*δ*", l) + "‖", rowLength(delta, rows, width, row) * static_cast<double>(rows)});
    });
}

void FeedForwardRule::applyStage(int l, StepContext& context) {
    const Stage& s = stage(l);
    if (m_lines.update >= 0)
        context.at(m_lines.update, l, 0, [&](Index, std::vector<TraceNumber>& out) {
            out.push_back({"‖∂L/∂" + indexed("*W*", l) + "‖", norm(m_gradient.of(s) + s.paramOffset, s.paramCount)});
        });
    if (context.step % kNormEvery == 0 && context.channels.wants(kGradientNorm))
        context.channels.scalar(kGradientNorm, l, norm(m_gradient.of(s) + s.paramOffset, s.paramCount));
    context.updater.apply(context.pool, m_groups[static_cast<std::size_t>(l)], m_gradient.of(s));
}

int FeedForwardRule::deltaArray(int l) const {
    const Stage& s = stage(l);
    return s.linearNode >= 0 ? m_network.nodes()[static_cast<std::size_t>(s.linearNode)].out.front() : s.output;
}

void FeedForwardRule::keepTrueDeltas(Index rows, StepContext& context) {
    m_trueDeltas.resize(static_cast<std::size_t>(stageCount()));
    for (int l = stageCount() - 1; l >= 0; --l) {
        const int array = deltaArray(l);
        const Index count = rows * m_network.arrays()[static_cast<std::size_t>(array)].size;
        Buffer& kept = m_trueDeltas[static_cast<std::size_t>(l)];
        if (static_cast<Index>(kept.size()) < count) kept.resize(static_cast<std::size_t>(count));
        // The adjoint of a stage's output is read before its backward pass, which may reuse the memory.
        if (array == stage(l).output) std::copy_n(m_work.adjoint(array), count, kept.data());
        BackwardOptions options;
        options.gradient = m_gradient.of(stage(l));
        options.inputAdjoint = l > 0;
        m_network.backward(context.pool, m_work, rows, l, options);
        if (array != stage(l).output) std::copy_n(m_work.adjoint(array), count, kept.data());
    }
}

void FeedForwardRule::backwardStage(int l, Index rows, const BackwardOptions& options, StepContext& context,
                                    int angleChannel) {
    const int array = deltaArray(l);
    const auto publishAngle = [&] {
        const Index count = rows * m_network.arrays()[static_cast<std::size_t>(array)].size;
        context.channels.scalar(
            angleChannel, l, angleDegrees(m_work.adjoint(array), m_trueDeltas[static_cast<std::size_t>(l)].data(), count));
    };
    if (angleChannel >= 0 && array == stage(l).output) publishAngle();
    if (array == stage(l).output) announceError(l, rows, context);
    m_network.backward(context.pool, m_work, rows, l, options);
    if (array != stage(l).output) announceError(l, rows, context);
    if (angleChannel >= 0 && array != stage(l).output) publishAngle();
}

Index FeedForwardRule::predictionCapacity() const {
    return kPredictionRows;
}

void FeedForwardRule::makePredictionWork() {
    if (m_predictionWork.capacity() == 0) m_predictionWork = m_network.makeWorkspace(kPredictionRows, false);
}

void FeedForwardRule::predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) {
    LAB_ASSERT(scores.size() == m_ways.size());
    makePredictionWork();
    m_network.setInput(m_predictionWork, x);
    m_network.evaluate(pool, m_predictionWork, x.rows(), 0, stageCount());
    MatrixMap out = scores.front();
    out = m_predictionWork.valueMap(m_network.scoresArray(), x.rows());
}

double FeedForwardRule::evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap& x, const int* labels) const {
    if (m_network.task() == Task::Reconstruct)
        return rebuildingError(m_network, primaryScores.data(), x, nullptr);
    return LearningRule::evaluationLoss(primaryScores, x, labels);
}

void FeedForwardRule::represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) {
    LAB_ASSERT(out.size() == m_layers.size());
    makePredictionWork();
    m_network.setInput(m_predictionWork, x);
    m_network.evaluate(pool, m_predictionWork, x.rows(), 0, stageCount());
    for (int l = 0; l < stageCount(); ++l) {
        MatrixMap target = out[static_cast<std::size_t>(l)];
        target = m_predictionWork.valueMap(stage(l).output, x.rows());
    }
}

int FeedForwardRule::weightBlock(int layer, const ParamStore** store) const {
    *store = &m_network.parameters();
    const Stage& s = stage(layer);
    for (int b = s.firstBlock; b < s.lastBlock; ++b)
        if (m_network.parameters().block(b).weight) return b;
    return -1;
}

std::size_t FeedForwardRule::creditBytes() const {
    return m_work.bytes() + m_gradient.bytes();
}

std::vector<std::string> learnedOperations(const Network& network, int stage) {
    std::vector<std::string> operations;
    const Stage& s = network.stages()[static_cast<std::size_t>(stage)];
    for (int n = s.firstNode; n < s.lastNode; ++n) {
        const NodeInfo& node = network.nodes()[static_cast<std::size_t>(n)];
        const bool learned = std::any_of(node.blocks.begin(), node.blocks.end(),
                                         [&](int b) { return network.parameters().block(b).trained; });
        if (learned) operations.push_back(node.operation);
    }
    return operations;
}

Suitability needsReadout(const Network& network) {
    Suitability suits;
    if (network.hasReadout()) return suits;
    suits.ok = false;
    suits.reason = "The circuit has no read-out whose output can be compared with labels or with the input.";
    suits.hint = "End the circuit with a linear map to one score per class, or to the size of the input.";
    return suits;
}

std::string readoutWords(Task task) {
    return task == Task::Classify ? "largest class score" : "output of the last layer, as reconstruction";
}

std::vector<Mark> endToEndMarks(const Network& network) {
    std::vector<Mark> marks;
    const int last = static_cast<int>(network.stages().size()) - 1;
    const std::string wire = network.arrays()[static_cast<std::size_t>(network.scoresArray())].wire;
    const std::vector<std::string> top = learnedOperations(network, last);
    const std::string end = top.empty() ? std::string() : top.back();

    Mark tap;
    tap.kind = Mark::Kind::Tap;
    tap.wire = wire;
    tap.label = "L";
    tap.layer = last;
    marks.push_back(tap);

    Mark loss;
    loss.kind = Mark::Kind::LocalLoss;
    loss.wire = wire;
    loss.operation = end;
    loss.label = "L";
    loss.formula = network.task() == Task::Classify ? "−|log| p_y" : "1/2 ‖*y* − *x*‖^2";
    loss.layer = last;
    loss.channel = "loss";
    marks.push_back(loss);

    for (int l = 0; l <= last; ++l) {
        for (const std::string& operation : learnedOperations(network, l)) {
            Mark writer;
            writer.kind = Mark::Kind::Writer;
            writer.operation = operation;
            writer.to = end;
            writer.label = "Δ*W*_{" + std::to_string(l + 1) + "}";
            writer.layer = l;
            writer.channel = "gradient_norm";
            marks.push_back(writer);
        }
    }

    Mark readout;
    readout.kind = Mark::Kind::Readout;
    readout.wire = wire;
    readout.operation = end;
    readout.label = readoutWords(network.task());
    readout.layer = last;
    marks.push_back(readout);
    return marks;
}

}  // namespace lab

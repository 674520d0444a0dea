// NoProp-DT. Q. Li, Y. W. Teh, R. Pascanu: NoProp: training neural networks without back-propagation or
// forward-propagation (2025), arXiv:2503.24322.
//
// One-hot label embedding E = I, u_y the row of class y, e = K. Schedule ~alpha_t, t = 0..T: DenoisingSchedule.
//   block t:  h^x = trunk_t(x)                       B x d, a copy of the circuit's hidden stages with its own weights
//             h^z = relu(z_{t-1} W2^T)               B x 64,  W2: 64 x e
//             h   = relu([h^x, h^z] W3^T)            B x 128, W3: 128 x (d + 64)
//             A_t = h W4^T,  p_t = softmax(A_t)      B x K,   W4: K x 128
//             `u_t = p_t E                           B x e
//   training: z_{t-1} = sqrt(~alpha_{t-1}) u_y + sqrt(1 - ~alpha_{t-1}) n, fresh n ~ N(0, I), for every block
//   L = CE(z_T Wo^T + bo, y) + KL_0 + sum_t w_t mean |`u_t - u_y|^2
//   KL_0 = mean (~alpha_0 |u_y|^2 + e (1 - ~alpha_0) - e - e log(1 - ~alpha_0)) / 2
//   gradient: D = `u - u_y, dU = (2 w_t / B) D, dp = dU E^T, dA = p (.) (dp - rowsum(dp (.) p)), ordinary backpropagation
//             inside the block only. With E fixed neither CE nor KL_0 reaches a block: blocks are exactly independent.
//   inference: z_0 ~ N(0, I);  z_t = a_t `u_t(z_{t-1}, x) + b_t z_{t-1} (+ sqrt(c_t) n_t);  class = argmax z_T Wo^T + bo
// The head starts at Wo = E, bo = 0.
#include "core/rules/NoProp.h"

#include "core/base/Assert.h"
#include "core/base/Fingerprint.h"
#include "core/circuit/Templates.h"
#include "core/math/Gemm.h"
#include "core/rules/FeedForward.h"
#include "core/rules/ReadoutLoss.h"
#include "core/rules/TraceFigures.h"

#include <algorithm>
#include <cmath>

namespace lab {

DenoisingSchedule::DenoisingSchedule(int blocks, double eps, double eta) {
    const double pi = 3.14159265358979323846;
    for (int t = 0; t <= blocks; ++t) {
        const double s = std::sin(pi * t / (2.0 * blocks));
        alphaBar.push_back(eps + (1 - 2 * eps) * s * s);
    }
    for (int t = 1; t <= blocks; ++t) {
        const double before = alphaBar[static_cast<std::size_t>(t - 1)], now = alphaBar[static_cast<std::size_t>(t)];
        const double alpha = before / now;
        a.push_back(std::sqrt(now) * (1 - alpha) / (1 - before));
        b.push_back(std::sqrt(alpha) * (1 - now) / (1 - before));
        c.push_back((1 - now) * (1 - alpha) / (1 - before));
        weight.push_back(0.5 * blocks * eta * (snr(t) - snr(t - 1)));
    }
}

namespace {

enum Channel { kLoss, kBlockError, kChainAccuracy, kWeights };
enum Line { kLineNoisyLabel, kLineGuess, kLineLoss };  // of the equations
constexpr int kChainEvery = 50;  // steps between chain accuracies, which need a pass through all blocks
constexpr int kWeightsEvery = 50;
constexpr Index kPredictionRows = 256;
// Blocks are worked on side by side while their activities fit in here, otherwise one after the other.
constexpr std::size_t kSideBySideBytes = std::size_t(256) << 20;

// Stream numbers that no step reaches.
constexpr std::uint64_t kHeadNoise = 0;
constexpr std::uint64_t kInferenceNoise = ~std::uint64_t(0);

void softmaxRow(const Real* scores, Index n, Real* p) {
    const Real top = *std::max_element(scores, scores + n);
    Real sum = 0;
    for (Index k = 0; k < n; ++k) sum += p[k] = std::exp(scores[k] - top);
    for (Index k = 0; k < n; ++k) p[k] /= sum;
}

void relu(Real* values, Index count) {
    for (Index i = 0; i < count; ++i) values[i] = std::max(values[i], Real(0));
}

// delta <- delta (.) [activity > 0]
void maskByRelu(Real* delta, const Real* activity, Index count) {
    for (Index i = 0; i < count; ++i)
        if (!(activity[i] > 0)) delta[i] = 0;
}

class NoProp final : public LearningRule {
public:
    explicit NoProp(const RuleInit& init)
        : m_network(init.network),
          m_params(init.params),
          m_blocks(static_cast<int>(init.params.integer("blocks"))),
          m_schedule(m_blocks, init.params.number("eps"), init.params.number("eta")),
          m_seed(init.seed),
          m_classes(init.network.classes()),
          m_trunkStages(static_cast<int>(init.network.stages().size()) - 1),
          m_trunkOutput(init.network.stages()[static_cast<std::size_t>(m_trunkStages) - 1].output),
          m_trunkWidth(init.network.arrays()[static_cast<std::size_t>(m_trunkOutput)].size),
          m_labelWidth(init.params.integer("label_units")),
          m_jointWidth(init.params.integer("joint_units")) {
        buildStore();
        m_store.fit();
        initialise(init.seed);
        m_gradient.resize(static_cast<std::size_t>(m_store.size()));
        for (int t = 0; t < m_blocks; ++t) {
            const std::string title = "Block " + std::to_string(t + 1);
            const int first = t * m_blockStride;
            m_groups.push_back(init.updater.addGroup(title, t, m_store, first, first + m_blockStride));
            m_layers.push_back({title, -1, m_jointWidth, {m_jointWidth}});
        }
        m_headGroup = init.updater.addGroup("Head", -1, m_store, m_headWeight, m_headBias + 1);
        m_ways.push_back({"chain", "Chain of all blocks", -1});
        for (int t = 0; t < m_blocks; ++t)
            m_ways.push_back({"block" + std::to_string(t + 1), "Block " + std::to_string(t + 1) + " alone, from noise", t});

        m_lanes.push_back(makeLane(init.batch));
        while (init.sideBySide && static_cast<int>(m_lanes.size()) < m_blocks &&
               (m_lanes.size() + 1) * m_lanes.front()->bytes() <= kSideBySideBytes)
            m_lanes.push_back(makeLane(init.batch));
        if (static_cast<int>(m_lanes.size()) < m_blocks) m_lanes.resize(1);
        m_blockError.resize(static_cast<std::size_t>(m_blocks));
        const std::size_t rows = static_cast<std::size_t>(std::max(init.batch, kPredictionRows));
        const std::size_t classes = static_cast<std::size_t>(m_classes);
        m_z.resize(rows * classes);
        m_start.resize(rows * classes);
        m_scores.resize(rows * classes);
        m_headError.resize(rows * classes);
        m_hidden.resize(rows * static_cast<std::size_t>(m_jointWidth));
        m_label.resize(rows * static_cast<std::size_t>(m_labelWidth));
    }

    const std::vector<RuleLayer>& layers() const override { return m_layers; }
    const std::vector<PredictionWay>& ways() const override { return m_ways; }

    StepReport step(const Batch& batch, StepContext& context) override {
        // Who watches a step sees one block after the other; the bits are the same.
        if (m_lanes.size() > 1 && context.tracer == nullptr) {
            // Every block has activities of its own and writes its own part of the gradient.
            context.pool.run(m_blocks, [&](Index t) {
                Lane& lane = *m_lanes[static_cast<std::size_t>(t)];
                trainBlock(static_cast<int>(t), lane, lane.pool, batch, context);
            });
        } else {
            for (int t = 0; t < m_blocks; ++t) trainBlock(t, *m_lanes.front(), context.pool, batch, context);
        }
        const double headLoss = trainHead(batch, context);
        publish(batch, context, headLoss);
        for (int t = 0; t < m_blocks; ++t)
            context.updater.apply(context.pool, m_groups[static_cast<std::size_t>(t)], m_gradient.data());
        context.updater.apply(context.pool, m_headGroup, m_gradient.data());
        if (context.reads != nullptr) reportReads(*context.reads);

        StepReport report;
        report.loss = headLoss + priorDivergence();
        for (int t = 0; t < m_blocks; ++t)
            report.loss += m_schedule.weight[static_cast<std::size_t>(t)] * m_blockError[static_cast<std::size_t>(t)];
        return report;
    }

    void predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) override {
        LAB_ASSERT(scores.size() == m_ways.size());
        const Index rows = x.rows();
        prepareDrives(pool, x);
        drawStart(x);
        for (int t = 0; t < m_blocks; ++t) {
            MatrixMap alone = scores[static_cast<std::size_t>(t) + 1];
            forwardFromDrive(pool, t, m_start.data(), rows, alone.data());
        }
        runChain(pool, x, [](int) {});
        MatrixMap chain = scores.front();
        headScores(pool, m_z.data(), rows, chain.data());
    }

    Index predictionCapacity() const override { return kPredictionRows; }

    void represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) override {
        LAB_ASSERT(out.size() == m_layers.size());
        prepareDrives(pool, x);
        drawStart(x);
        runChain(pool, x, [&](int t) {
            MatrixMap target = out[static_cast<std::size_t>(t)];
            target = ConstMatrixMap(m_hidden.data(), x.rows(), m_jointWidth);
        });
    }

    int weightBlock(int layer, const ParamStore** store) const override {
        *store = &m_store;
        for (int b = 0; b < m_trunkBlocks; ++b)
            if (m_store.block(layer * m_blockStride + b).weight) return layer * m_blockStride + b;
        return -1;
    }

    ParamStore* ownParameters() override { return &m_store; }

    Result<void> setParam(const std::string& name, const ParamValue& value) override {
        const ParamSpec* spec = m_params.find(name);
        if (spec == nullptr || !spec->live) return LearningRule::setParam(name, value);
        return m_params.set(name, value);
    }

    std::size_t creditBytes() const override {
        std::size_t bytes = (m_gradient.size() + m_z.size() + m_start.size() + m_scores.size() + m_headError.size() + m_hidden.size() +
                             m_label.size() + static_cast<std::size_t>(m_store.size())) * sizeof(Real);
        for (const std::unique_ptr<Lane>& lane : m_lanes) bytes += lane->bytes();
        return bytes;
    }

private:
    // What one block needs while it is trained.
    struct Lane {
        explicit Lane(Workspace&& trunk) : work(std::move(trunk)), pool(1) {}
        Workspace work;
        Pool pool;  // runs in the caller's thread
        Buffer z, label, joint, scores, jointDelta, labelDelta;
        std::size_t bytes() const {
            return work.bytes() +
                   (z.size() + label.size() + joint.size() + scores.size() + jointDelta.size() + labelDelta.size()) *
                       sizeof(Real);
        }
    };

    std::unique_ptr<Lane> makeLane(Index batch) const {
        auto lane = std::make_unique<Lane>(m_network.makeWorkspace(batch, true));
        lane->z.resize(static_cast<std::size_t>(batch * m_classes));
        lane->scores.resize(static_cast<std::size_t>(batch * m_classes));
        lane->label.resize(static_cast<std::size_t>(batch * m_labelWidth));
        lane->labelDelta.resize(static_cast<std::size_t>(batch * m_labelWidth));
        lane->joint.resize(static_cast<std::size_t>(batch * m_jointWidth));
        lane->jointDelta.resize(static_cast<std::size_t>(batch * m_jointWidth));
        return lane;
    }

    void buildStore() {
        const ParamStore& circuit = m_network.parameters();
        m_trunkBlocks = m_network.stages().back().firstBlock;
        const auto add = [&](const std::string& name, const std::string& title, Shape shape, int layer, bool weight) {
            ParamBlock block;
            block.name = name;
            block.title = title;
            block.shape = std::move(shape);
            block.fanIn = block.shape.back();
            block.fanOut = block.shape.front();
            block.layer = layer;
            block.weight = weight;
            return m_store.add(std::move(block));
        };
        for (int t = 0; t < m_blocks; ++t) {
            const std::string number = std::to_string(t + 1);
            const std::string prefix = "block" + number + ".";
            for (int b = 0; b < m_trunkBlocks; ++b) {
                ParamBlock copy = circuit.block(b);
                copy.name = prefix + copy.name;
                copy.layer = t;
                const int made = m_store.add(std::move(copy));
                // A pass finds its weights at the offsets that the circuit has.
                LAB_ASSERT(m_store.block(made).offset - m_store.block(t * m_blockStride).offset == circuit.block(b).offset);
            }
            add(prefix + "label.weight", "*W*_2", {m_labelWidth, m_classes}, t, true);
            add(prefix + "joint.weight", "*W*_3", {m_jointWidth, m_trunkWidth + m_labelWidth}, t, true);
            add(prefix + "scores.weight", "*W*_4", {m_classes, m_jointWidth}, t, true);
            m_blockStride = m_trunkBlocks + 3;
        }
        m_headWeight = add("head.weight", "*W*_o", {m_classes, m_classes}, -1, true);
        m_headBias = add("head.bias", "*b*_o", {m_classes}, -1, false);
    }

    int labelBlock(int t) const { return t * m_blockStride + m_trunkBlocks; }
    Index trunkOffset(int t) const { return m_store.block(t * m_blockStride).offset; }
    Real* trunkParameters(int t) { return m_store.data() + trunkOffset(t); }

    // Trunks by the circuit's own initialisation, a fresh draw for every block; the rest uniform in +-sqrt(6 / fan in).
    void initialise(std::uint64_t seed) {
        ParamStore& circuit = m_network.parameters();
        const Buffer kept(circuit.data(), circuit.data() + circuit.size());
        for (int t = 0; t < m_blocks; ++t) {
            m_network.initialise(mix64(seed ^ mix64(static_cast<std::uint64_t>(t) + 1)));
            for (int b = 0; b < m_trunkBlocks; ++b)
                std::copy_n(circuit.data(b), circuit.block(b).count, m_store.data(t * m_blockStride + b));
            for (int b = labelBlock(t); b < labelBlock(t) + 3; ++b) {
                const Stream stream(seed, Purpose::Init, 0x4E50, static_cast<std::uint64_t>(b));
                const double bound = std::sqrt(6.0 / static_cast<double>(m_store.block(b).fanIn));
                std::span<Real> w = m_store.view(b);
                for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<Real>((2 * stream.uniformAt(i) - 1) * bound);
            }
        }
        std::copy(kept.begin(), kept.end(), circuit.data());
        for (int k = 0; k < m_classes; ++k) m_store.data(m_headWeight)[k * m_classes + k] = Real(1);
    }

    // z = sqrt(~alpha) u_y + sqrt(1 - ~alpha) n, with draws of its own for every step and block.
    void sampleNoisyLabels(int t, double alphaBar, const Batch& batch, const StepContext& context, Real* z) const {
        const Stream noise(context.seed, Purpose::Noise, static_cast<std::uint64_t>(context.step),
                           static_cast<std::uint64_t>(t));
        const double signal = std::sqrt(alphaBar), spread = std::sqrt(1 - alphaBar);
        for (Index i = 0; i < batch.rows(); ++i)
            for (Index k = 0; k < m_classes; ++k) {
                const Index at = i * m_classes + k;
                const double n = noise.normalAt(static_cast<std::uint64_t>(at));
                z[at] = static_cast<Real>(spread * n + (batch.labels[i] == k ? signal : 0.0));
            }
    }

    // Forward and backward through block t + 1; leaves its gradient in its part of m_gradient. Reads no other block.
    void trainBlock(int t, Lane& lane, Pool& pool, const Batch& batch, const StepContext& context) {
        const Index rows = batch.rows();
        const Index K = m_classes, d = m_trunkWidth, dz = m_labelWidth, dh = m_jointWidth, in = d + dz;
        m_network.setInput(lane.work, batch.x);
        ForwardMode mode;
        mode.training = true;
        mode.updateStatistics = true;
        mode.seed = mix64(context.seed ^ mix64(static_cast<std::uint64_t>(t) + 1));
        mode.step = static_cast<std::uint64_t>(context.step);
        mode.parameters = trunkParameters(t);
        m_network.forward(pool, lane.work, rows, 0, m_trunkStages, mode);
        sampleNoisyLabels(t + 1, m_schedule.alphaBar[static_cast<std::size_t>(t)], batch, context, lane.z.data());

        context.at(kLineNoisyLabel, t, rows, [&](Index row, std::vector<TraceNumber>& out) {
            out.push_back({"√{~α}", std::sqrt(m_schedule.alphaBar[static_cast<std::size_t>(t)])});
            out.push_back({"‖*z*‖", rowLength(lane.z.data(), rows, K, row)});
        });
        const Real* hx = lane.work.value(m_trunkOutput);
        const Real* w2 = m_store.data(labelBlock(t));
        const Real* w3 = m_store.data(labelBlock(t) + 1);
        const Real* w4 = m_store.data(labelBlock(t) + 2);
        productForward(pool, rows, K, dz, lane.z.data(), w2, lane.label.data());
        relu(lane.label.data(), rows * dz);
        gemm(pool, Transpose::No, Transpose::Yes, rows, dh, d, 1, hx, d, w3, in, 0, lane.joint.data(), dh);
        gemm(pool, Transpose::No, Transpose::Yes, rows, dh, dz, 1, lane.label.data(), dz, w3 + d, in, 1, lane.joint.data(),
             dh);
        relu(lane.joint.data(), rows * dh);
        productForward(pool, rows, dh, K, lane.joint.data(), w4, lane.scores.data());

        context.at(kLineGuess, t, rows, [&](Index row, std::vector<TraceNumber>& out) {
            out.push_back({"‖A‖", rowLength(lane.scores.data(), rows, K, row)});
        });
        m_blockError[static_cast<std::size_t>(t)] = denoisingError(t, rows, batch.labels, lane.scores.data());
        context.at(kLineLoss, t, rows, [&](Index row, std::vector<TraceNumber>& out) {
            if (row < 0) {
                out.push_back({"w", m_schedule.weight[static_cast<std::size_t>(t)]});
                out.push_back({"‖*`u* − *u*_y‖^2", m_blockError[static_cast<std::size_t>(t)]});
            }
            out.push_back({"B ‖∂L/∂A‖", rowLength(lane.scores.data(), rows, K, row) * static_cast<double>(rows)});
        });

        Real* const gradient = m_gradient.data();
        const auto at = [&](int b) { return gradient + m_store.block(b).offset; };
        const Real* dA = lane.scores.data();
        productGradient(pool, rows, dh, K, dA, lane.joint.data(), 0, at(labelBlock(t) + 2));
        productBackward(pool, rows, dh, K, dA, w4, 0, lane.jointDelta.data());
        maskByRelu(lane.jointDelta.data(), lane.joint.data(), rows * dh);
        Real* g3 = at(labelBlock(t) + 1);
        gemm(pool, Transpose::Yes, Transpose::No, dh, d, rows, 1, lane.jointDelta.data(), dh, hx, d, 0, g3, in);
        gemm(pool, Transpose::Yes, Transpose::No, dh, dz, rows, 1, lane.jointDelta.data(), dh, lane.label.data(), dz, 0,
             g3 + d, in);
        gemm(pool, Transpose::No, Transpose::No, rows, dz, dh, 1, lane.jointDelta.data(), dh, w3 + d, in, 0,
             lane.labelDelta.data(), dz);
        maskByRelu(lane.labelDelta.data(), lane.label.data(), rows * dz);
        productGradient(pool, rows, K, dz, lane.labelDelta.data(), lane.z.data(), 0, at(labelBlock(t)));
        gemm(pool, Transpose::No, Transpose::No, rows, d, dh, 1, lane.jointDelta.data(), dh, w3, in, 0,
             lane.work.adjoint(m_trunkOutput), d);
        for (int s = m_trunkStages - 1; s >= 0; --s) {
            BackwardOptions options;
            options.gradient = gradient + trunkOffset(t);
            options.inputAdjoint = s > 0;
            options.parameters = trunkParameters(t);
            m_network.backward(pool, lane.work, rows, s, options);
        }
    }

    // Mean |`u - u_y|^2; turns the scores into dA = d(w_t mean |`u - u_y|^2)/dA.
    double denoisingError(int t, Index rows, const int* labels, Real* scores) const {
        const double factor = 2 * m_schedule.weight[static_cast<std::size_t>(t)] / static_cast<double>(rows);
        double error = 0;
        for (Index i = 0; i < rows; ++i) {
            Real* p = scores + i * m_classes;
            softmaxRow(p, m_classes, p);
            double mean = 0;  // sum_k dp_k p_k, without the factor
            for (Index k = 0; k < m_classes; ++k) {
                const double gap = static_cast<double>(p[k]) - (labels[i] == k ? 1.0 : 0.0);
                error += gap * gap;
                mean += gap * static_cast<double>(p[k]);
            }
            for (Index k = 0; k < m_classes; ++k) {
                const double gap = static_cast<double>(p[k]) - (labels[i] == k ? 1.0 : 0.0);
                p[k] = static_cast<Real>(factor * static_cast<double>(p[k]) * (gap - mean));
            }
        }
        return error / static_cast<double>(rows);
    }

    void headScores(Pool& pool, const Real* z, Index rows, Real* scores) const {
        productForward(pool, rows, m_classes, m_classes, z, m_store.data(m_headWeight), scores);
        MatrixMap(scores, rows, m_classes).rowwise() += ConstRowVectorMap(m_store.data(m_headBias), m_classes);
    }

    double trainHead(const Batch& batch, StepContext& context) {
        const Index rows = batch.rows();
        sampleNoisyLabels(static_cast<int>(kHeadNoise), m_schedule.alphaBar.back(), batch, context, m_z.data());
        headScores(context.pool, m_z.data(), rows, m_scores.data());
        const double loss = crossEntropy(m_scores.data(), rows, m_classes, batch.labels, m_headError.data());
        productGradient(context.pool, rows, m_classes, m_classes, m_headError.data(), m_z.data(), 0,
                        m_gradient.data() + m_store.block(m_headWeight).offset);
        Real* bias = m_gradient.data() + m_store.block(m_headBias).offset;
        for (Index k = 0; k < m_classes; ++k) {
            double sum = 0;
            for (Index i = 0; i < rows; ++i) sum += m_headError[static_cast<std::size_t>(i * m_classes + k)];
            bias[k] = static_cast<Real>(sum);
        }
        return loss;
    }

    double priorDivergence() const {
        const double start = m_schedule.alphaBar.front();
        return 0.5 * (start + m_classes * (1 - start) - m_classes - m_classes * std::log(1 - start));
    }

    // The part of every block's joint layer that x gives: x is the same for all steps of the chain.
    void prepareDrives(Pool& pool, const ConstMatrixMap& x) {
        const Index rows = x.rows();
        LAB_ASSERT(rows <= kPredictionRows);
        for (int t = 0; t < m_blocks; ++t) {
            makePredictionMemory();
            m_network.setInput(m_predictionWork, x);
            m_network.evaluate(pool, m_predictionWork, rows, 0, m_trunkStages, trunkParameters(t));
            gemm(pool, Transpose::No, Transpose::Yes, rows, m_jointWidth, m_trunkWidth, 1,
                 m_predictionWork.value(m_trunkOutput), m_trunkWidth, m_store.data(labelBlock(t) + 1),
                 m_trunkWidth + m_labelWidth, 0, drive(t), m_jointWidth);
        }
    }

    // Made when it is first needed: it is no memory of training.
    void makePredictionMemory() {
        if (m_predictionWork.capacity() > 0) return;
        m_predictionWork = m_network.makeWorkspace(kPredictionRows, false);
        m_drive.resize(static_cast<std::size_t>(m_blocks) * static_cast<std::size_t>(kPredictionRows * m_jointWidth));
    }
    Real* drive(int t) { return m_drive.data() + static_cast<Index>(t) * kPredictionRows * m_jointWidth; }

    // z_0 ~ N(0, I). The draws depend on the sample alone, so a prediction does not depend on what is predicted beside it.
    void drawStart(const ConstMatrixMap& x) {
        const bool random = m_params.flag("start_noise");
        for (Index i = 0; i < x.rows(); ++i) {
            const Stream noise = sampleNoise(x, i);
            for (Index k = 0; k < m_classes; ++k)
                m_start[static_cast<std::size_t>(i * m_classes + k)] =
                    random ? static_cast<Real>(noise.normalAt(static_cast<std::uint64_t>(k))) : Real(0);
        }
    }

    Stream sampleNoise(const ConstMatrixMap& x, Index row) const {
        Fingerprint content;
        content.add(x.data() + row * x.cols(), static_cast<std::size_t>(x.cols()) * sizeof(Real));
        return Stream(m_seed, Purpose::Noise, kInferenceNoise, content.value());
    }

    // Scores of block t + 1 at z; the joint activity stays in m_hidden. Needs prepareDrives().
    void forwardFromDrive(Pool& pool, int t, const Real* z, Index rows, Real* scores) {
        const Index in = m_trunkWidth + m_labelWidth;
        productForward(pool, rows, m_classes, m_labelWidth, z, m_store.data(labelBlock(t)), m_label.data());
        relu(m_label.data(), rows * m_labelWidth);
        std::copy_n(drive(t), rows * m_jointWidth, m_hidden.data());
        gemm(pool, Transpose::No, Transpose::Yes, rows, m_jointWidth, m_labelWidth, 1, m_label.data(), m_labelWidth,
             m_store.data(labelBlock(t) + 1) + m_trunkWidth, in, 1, m_hidden.data(), m_jointWidth);
        relu(m_hidden.data(), rows * m_jointWidth);
        productForward(pool, rows, m_jointWidth, m_classes, m_hidden.data(), m_store.data(labelBlock(t) + 2), scores);
    }

    // z_0 .. z_T from m_start; z_t stands in m_z and block t + 1's activity in m_hidden when after(t) is called.
    template <class After>
    void runChain(Pool& pool, const ConstMatrixMap& x, After&& after) {
        const Index rows = x.rows();
        std::copy_n(m_start.begin(), rows * m_classes, m_z.begin());
        const bool noisy = m_params.flag("inference_noise");
        for (int t = 0; t < m_blocks; ++t) {
            forwardFromDrive(pool, t, m_z.data(), rows, m_scores.data());
            const std::size_t at = static_cast<std::size_t>(t);
            const Real a = static_cast<Real>(m_schedule.a[at]), b = static_cast<Real>(m_schedule.b[at]);
            const double spread = std::sqrt(m_schedule.c[at]);
            for (Index i = 0; i < rows; ++i) {
                Real* p = m_scores.data() + i * m_classes;
                Real* z = m_z.data() + i * m_classes;
                softmaxRow(p, m_classes, p);
                for (Index k = 0; k < m_classes; ++k) z[k] = a * p[k] + b * z[k];
                if (!noisy) continue;
                const Stream noise = sampleNoise(x, i);
                for (Index k = 0; k < m_classes; ++k)
                    z[k] += static_cast<Real>(spread * noise.normalAt(static_cast<std::uint64_t>((t + 1) * m_classes + k)));
            }
            after(t);
        }
    }

    void publish(const Batch& batch, StepContext& context, double headLoss) {
        ChannelSink& sink = context.channels;
        double loss = headLoss + priorDivergence();
        for (int t = 0; t < m_blocks; ++t) {
            const std::size_t at = static_cast<std::size_t>(t);
            loss += m_schedule.weight[at] * m_blockError[at];
            sink.scalar(kBlockError, t, m_blockError[at]);
        }
        sink.scalar(kLoss, 0, loss);
        if (context.step % kWeightsEvery == 0 && sink.wants(kWeights)) sink.values(kWeights, 0, m_schedule.weight);
        if (context.step % kChainEvery == 0 && sink.wants(kChainAccuracy)) publishChain(batch, context);
    }

    // Accuracy of argmax head(z_t) on (the first rows of) the batch, after every block.
    void publishChain(const Batch& batch, StepContext& context) {
        const Index rows = std::min<Index>(batch.rows(), kPredictionRows);
        const ConstMatrixMap x(batch.x.data(), rows, batch.x.cols());
        prepareDrives(context.pool, x);
        drawStart(x);
        runChain(context.pool, x, [&](int t) {
            headScores(context.pool, m_z.data(), rows, m_headError.data());
            context.channels.scalar(kChainAccuracy, t, hitRate(m_headError.data(), rows, m_classes, batch.labels));
        });
    }

    void reportReads(std::vector<UpdateReads>& reads) const {
        for (int t = 0; t < m_blocks; ++t) {
            UpdateReads entry;
            entry.writes = m_layers[static_cast<std::size_t>(t)].title;
            entry.layer = t;
            entry.reads = {"input of the network", "label with noise", "label", "weights of this block"};
            reads.push_back(std::move(entry));
        }
        UpdateReads head;
        head.writes = "Head";
        head.reads = {"label with little noise", "label"};
        reads.push_back(std::move(head));
    }

    Network& m_network;
    ParamSet m_params;
    int m_blocks;
    DenoisingSchedule m_schedule;
    std::uint64_t m_seed;
    int m_classes;
    int m_trunkStages;
    int m_trunkOutput;
    Index m_trunkWidth;
    Index m_labelWidth;
    Index m_jointWidth;
    Workspace m_predictionWork;
    ParamStore m_store;
    int m_trunkBlocks = 0;
    int m_blockStride = 0;
    int m_headWeight = -1;
    int m_headBias = -1;
    Buffer m_gradient;
    std::vector<int> m_groups;
    int m_headGroup = -1;
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
    std::vector<std::unique_ptr<Lane>> m_lanes;  // one per block, or a single one
    std::vector<double> m_blockError;
    Buffer m_z, m_start, m_scores, m_headError, m_hidden, m_label, m_drive;
};

Suitability suits(const Circuit&, const Network& network, const DataSchema& schema, const ParamSet& params) {
    Suitability answer = needsReadout(network);
    if (!answer.ok) return answer;
    if (network.task() != Task::Classify || network.stages().size() < 2) {
        answer.ok = false;
        if (network.task() != Task::Classify) {
            answer.reason = "The blocks take the noise off a class label, but this circuit reconstructs its input.";
            answer.hint = "Let the circuit end in one score per class.";
        } else {
            answer.reason = "The blocks copy the circuit's hidden layers, but there is only a read-out.";
            answer.hint = "Put at least one hidden layer in front of the read-out.";
        }
        if (schema.classes >= 2) {
            const long inputs = static_cast<long>(network.inputSize());
            answer.fixes.push_back(
                {"Use a multi-layer perceptron " + std::to_string(inputs) + "-256-" + std::to_string(schema.classes),
                 makeMlp({inputs, 256, static_cast<long>(schema.classes)})});
        }
        return answer;
    }
    answer.notes.push_back(
        "Each of the " + std::to_string(params.integer("blocks")) +
        " blocks has its own copy of the hidden layers; the drawn weights themselves and the read-out are not used.");
    return answer;
}

std::vector<Mark> marks(const Circuit&, const Network& network, const ParamSet& params) {
    std::vector<Mark> list;
    const int trunk = static_cast<int>(network.stages().size()) - 1;
    if (trunk < 1) return list;
    const std::string wire =
        network.arrays()[static_cast<std::size_t>(network.stages()[static_cast<std::size_t>(trunk) - 1].output)].wire;
    const std::vector<std::string> below = learnedOperations(network, trunk - 1);
    Mark phase;
    phase.kind = Mark::Kind::Phase;
    phase.operation = learnedOperations(network, 0).empty() ? std::string() : learnedOperations(network, 0).front();
    phase.to = below.empty() ? std::string() : below.back();
    phase.label = "t";
    phase.formula = "t = 1…" + std::to_string(params.integer("blocks"));
    list.push_back(phase);
    Mark tap;
    tap.kind = Mark::Kind::Tap;
    tap.wire = wire;
    tap.label = "*h*^x";
    tap.layer = 0;
    list.push_back(tap);
    Mark loss;
    loss.kind = Mark::Kind::LocalLoss;
    loss.wire = wire;
    loss.operation = below.empty() ? std::string() : below.back();
    loss.label = "L_t";
    loss.formula = "w_t ‖*`u*_t − *u*_y‖^2";
    loss.layer = 0;
    loss.channel = "denoising_error";
    list.push_back(loss);
    for (int s = 0; s < trunk; ++s)
        for (const std::string& operation : learnedOperations(network, s)) {
            Mark writer;
            writer.kind = Mark::Kind::Writer;
            writer.operation = operation;
            writer.to = loss.operation;
            writer.label = "Δ*W*_t";
            writer.layer = 0;
            writer.channel = "denoising_error";
            list.push_back(writer);
        }
    Mark cut;
    cut.kind = Mark::Kind::Cut;
    cut.wire = wire;
    cut.layer = 0;
    list.push_back(cut);
    for (const std::string& operation : learnedOperations(network, trunk)) {
        Mark frozen;
        frozen.kind = Mark::Kind::Frozen;
        frozen.operation = operation;
        list.push_back(frozen);
    }
    Mark readout;
    readout.kind = Mark::Kind::Readout;
    readout.wire = wire;
    readout.operation = loss.operation;
    readout.label = "the head on what the last block hands on";
    list.push_back(readout);
    return list;
}

std::vector<ChannelSpec> channels() {
    std::vector<ChannelSpec> list(4);
    list[kLoss].id = "loss";
    list[kLoss].title = "Loss";
    list[kLoss].symbol = "L";
    list[kLoss].scope = ChannelScope::Network;
    list[kLoss].doc =
        "Bound on the log-likelihood: cross-entropy of the head, divergence of the start, and the weighted denoising "
        "errors "
        "of all blocks. The last block's weight makes up most of it.";
    list[kLoss].logarithmic = true;
    list[kBlockError].id = "denoising_error";
    list[kBlockError].title = "Denoising error";
    list[kBlockError].symbol = "‖*`u*_t − *u*_y‖^2";
    list[kBlockError].doc =
        "Squared distance of a block's prediction to the label's embedding, without its weight, mean over the batch. Late "
        "blocks see an almost clean label and have it easy.";
    list[kBlockError].logarithmic = true;
    list[kChainAccuracy].id = "chain_accuracy";
    list[kChainAccuracy].title = "Accuracy along the chain";
    list[kChainAccuracy].doc =
        "Share of the training batch that the head would classify rightly after this block, starting from noise. "
        "Every fiftieth step.";
    list[kWeights].id = "snr_weight";
    list[kWeights].title = "Weight of each block";
    list[kWeights].symbol = "w_t";
    list[kWeights].kind = ChannelKind::Values;
    list[kWeights].scope = ChannelScope::Network;
    list[kWeights].indexTitle = "block";
    list[kWeights].logarithmic = true;
    list[kWeights].doc =
        "Weight of each block's error in the loss: half the number of blocks times η times the step of the signal-to-noise "
        "ratio.";
    return list;
}

}  // namespace

RuleDescription describeNoProp() {
    RuleDescription d;
    d.id = "noprop-dt";
    d.aliases = {"noprop"};
    d.title = "NoProp (discrete time)";
    d.family = "Diffusion";
    d.summary =
        "Every block learns on its own to take noise off the label, given the input. No block ever sees another one while "
        "training: "
        "there is no forward and no backward pass through the stack. To predict, the chain turns noise into a label step "
        "by step.";
    d.source =
        "Q. Li, Y. W. Teh, R. Pascanu: NoProp: training neural networks without back-propagation or forward-propagation "
        "(2025), "
        "arXiv:2503.24322";
    d.equations = {
        {"*z*_{t−1} = √{~α_{t−1}} *u*_y + √{1−~α_{t−1}} *n*",
         "A noisy label for block t, drawn directly: no other block is needed.", "train"},
        {"*`u*_t = |softmax|(A_t(*x*, *z*_{t−1})) *E*", "The block's guess at the clean label.", "train"},
        {"L_t = w_t ‖*`u*_t − *u*_y‖^2,   w_t = T/2 η (|SNR|(t) − |SNR|(t−1))",
         "Its own loss; the gradient stays inside the block.", "train"},
        {"*z*_t = a_t *`u*_t + b_t *z*_{t−1}", "Prediction: from noise through all blocks, then the head.", "chain"},
    };
    d.params = {
        ParamSpec::integer("blocks", "Blocks", 10, 2, 100, "Number of denoising steps; each has its own weights.")
            .withSymbol("T"),
        ParamSpec::number("eta", "Weight of denoising", 0.1, 0.001, 10.0,
                          "Factor on all block losses. Adam divides it out.", ParamScale::Log)
            .withSymbol("η")
            .isAdvanced(),
        ParamSpec::number("eps", "Schedule margin", 0.01, 0.0001, 0.2,
                          "Signal left at t = 0 and noise left at t = T. Small values let the last weight explode.",
                          ParamScale::Log)
            .withSymbol("ε")
            .isAdvanced(),
        ParamSpec::integer("label_units", "Label path", 64, 1, 4096, "Units that read the noisy label in each block.")
            .isAdvanced(),
        ParamSpec::integer("joint_units", "Joint layer", 128, 1, 4096,
                           "Units that read the hidden layers and the label path together.")
            .isAdvanced(),
        ParamSpec::boolean("inference_noise", "Noise at inference", false,
                           "Adds the noise of the diffusion at every step of the chain. Off is more accurate.")
            .isLive(),
        ParamSpec::boolean("start_noise", "Random start", true, "The chain starts from noise; off: from zero.")
            .isLive()
            .isAdvanced(),
    };
    d.channels = channels();
    d.phases = {{"train", "Denoising", "All blocks at the same time, each on a noisy label of its own."},
                {"chain", "Chain", "Prediction: from noise through all blocks to a label."}};
    d.optimizer = {"adam", {{"rate", 1e-3}}};
    d.batch = 128;
    d.epochs = 10;
    d.local = true;
    d.sideBySide = true;
    d.sideBySideUpTo = 4e8;
    d.costNote =
        "T blocks, each one forward and one backward pass per step, on as many threads as there are; all blocks one after "
        "the other "
        "at inference. Training needs the activity of one block at a time.";
    d.suits = suits;
    d.marks = marks;
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<NoProp>(init); };
    return d;
}

}  // namespace lab

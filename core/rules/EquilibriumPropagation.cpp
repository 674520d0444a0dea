// Equilibrium propagation. B. Scellier, Y. Bengio: Equilibrium propagation: bridging the gap between energy-based models
// and backpropagation, Frontiers in Computational Neuroscience 11 (2017). Symmetric nudging: A. Laborieux, M. Ernoult,
// B. Scellier, Y. Bengio, J. Grollier, D. Querlioz: Scaling equilibrium propagation to deep ConvNets, Frontiers in
// Neuroscience 15 (2021).
//
// The circuit is a chain of dense layers; W_l (n_l x n_{l-1}) couples layers l-1 and l in both directions. With
// r_l = rho(u_l), B x n_l:
//   u_l <- u_l + kappa (r_{l-1} W_l^T + r_{l+1} W_{l+1} + b_l - u_l)     x W_1^T for l = 1
//   u_L additionally  - kappa beta (r_L - y)                               y one-hot, B x K
//   free phase: T1 steps from u = 0 with beta = 0; nudged phases: T2 steps from the free state with +beta and -beta
//   dL/dW_l = -(1 / (2 beta B)) ( r_l^{+T} r_{l-1}^+ - r_l^{-T} r_{l-1}^- ),   r_0 = x
//   dL/db_l = -(1 / (2 beta)) mean( r_l^+ - r_l^- )
// with L = mean |r_L - y|^2 / 2 at the free state. One-sided nudging puts the free state in place of the minus phase and
// beta in place of 2 beta. The dynamics themselves are in Relaxation.h.
#include "core/rules/EquilibriumPropagation.h"

#include "core/base/Assert.h"
#include "core/circuit/Operations.h"
#include "core/circuit/Templates.h"
#include "core/rules/FeedForward.h"
#include "core/rules/ReadoutLoss.h"
#include "core/rules/Relaxation.h"
#include "core/rules/TraceFigures.h"

#include <algorithm>
#include <optional>
#include <cmath>

namespace lab {

namespace {

enum Channel { kLoss, kGradientNorm, kDeltaNorm, kSaturation, kEnergy, kResidual };
enum Line { kLineFree, kLinePositive, kLineNegative, kLineContrast };  // of the equations
constexpr int kFigureEvery = 10;      // steps between norms
constexpr int kRelaxationEvery = 50;  // steps between energy curves
constexpr Index kPredictionRows = 256;

// Indices of the network's blocks that one layer couples through.
struct Coupling {
    int weight = -1;
    int bias = -1;
};

// Empty where a stage is anything else than a linear map with at most one pointwise function.
std::vector<Coupling> denseChain(const Network& network, std::string* offender) {
    std::vector<Coupling> chain;
    for (const Stage& stage : network.stages()) {
        for (int n = stage.firstNode; n < stage.lastNode; ++n) {
            const NodeInfo& node = network.nodes()[static_cast<std::size_t>(n)];
            // A change of shape moves no numbers.
            const AxisRule rule = findOperation(node.kind)->rule;
            const bool passes = rule == AxisRule::Merge || rule == AxisRule::Source;
            if (n == stage.linearNode || n == stage.pointwiseNode || passes) continue;
            if (offender != nullptr) *offender = node.operation;
            return {};
        }
        if (stage.linearNode < 0) {
            if (offender != nullptr) *offender = stage.title;
            return {};
        }
        Coupling coupling;
        for (const int b : network.nodes()[static_cast<std::size_t>(stage.linearNode)].blocks)
            (network.parameters().block(b).weight ? coupling.weight : coupling.bias) = b;
        chain.push_back(coupling);
    }
    return chain;
}

class EquilibriumPropagation final : public LearningRule {
public:
    explicit EquilibriumPropagation(const RuleInit& init)
        : m_network(init.network),
          m_data(init.data),
          m_params(init.params),
          m_couplings(denseChain(init.network, nullptr)),
          m_rho(init.params.text("rho") == "hard" ? Rho::HardSigmoid : Rho::ShiftedLogistic),
          m_persistent(init.params.flag("persistent")),
          m_relaxation(init.network.inputSize(), widths(), m_rho, init.batch),
          m_free(m_relaxation.makeState()),
          m_plus(m_relaxation.makeState()),
          m_minus(m_relaxation.makeState()),
          m_target(static_cast<std::size_t>(init.batch * init.network.classes())),
          m_gradient(static_cast<std::size_t>(init.network.parameters().size())) {
        ParamStore& store = m_network.parameters();
        m_inputScale = Real(1);
        m_inputShift = Real(0);
        if (m_params.text("input") == "unit" && m_data.maximum > m_data.minimum) {
            m_inputScale = Real(1) / (m_data.maximum - m_data.minimum);
            m_inputShift = -m_data.minimum * m_inputScale;
        }
        m_input.resize(static_cast<std::size_t>(init.batch * m_network.inputSize()));
        for (std::size_t l = 0; l < m_couplings.size(); ++l) {
            const Stage& stage = m_network.stages()[l];
            const Index width = m_relaxation.width(static_cast<int>(l));
            m_layers.push_back({stage.title, static_cast<int>(l), width, {width}});
            m_groups.push_back(
                init.updater.addGroup(stage.title, static_cast<int>(l), store, stage.firstBlock, stage.lastBlock));
            m_unitsPerSample += width;
        }
        if (m_params.text("init") == "own") drawInitialWeights(init.seed);
        for (std::size_t l = 0; l < m_couplings.size(); ++l) {
            CoupledLayer layer;
            layer.width = m_relaxation.width(static_cast<int>(l));
            layer.weight = store.data(m_couplings[l].weight);
            layer.bias = m_couplings[l].bias >= 0 ? store.data(m_couplings[l].bias) : nullptr;
            m_chain.push_back(layer);
        }
        if (m_persistent) {
            m_particles.assign(static_cast<std::size_t>(m_data.train.count() * m_unitsPerSample), Real(0));
        }
        m_residual.reserve(4096);
        m_energy.reserve(4096);
        m_ways.push_back({"free", "Free phase", -1});
    }

    const std::vector<RuleLayer>& layers() const override { return m_layers; }
    const std::vector<PredictionWay>& ways() const override { return m_ways; }

    StepReport step(const Batch& batch, StepContext& context) override {
        const Index rows = batch.rows();
        const Index classes = m_network.classes();
        const std::size_t top = m_layers.size() - 1;
        Pool& pool = context.pool;
        const Real beta = static_cast<Real>(m_params.number("beta"));
        const Real kappa = static_cast<Real>(m_params.number("kappa"));
        const int freeSteps = static_cast<int>(m_params.integer("free_steps"));
        const int nudgedSteps = static_cast<int>(m_params.integer("nudged_steps"));
        const bool curves = context.step % kRelaxationEvery == 0;
        std::vector<double>* residual = curves && context.channels.wants(kResidual) ? &m_residual : nullptr;
        std::vector<double>* energy = curves && context.channels.wants(kEnergy) ? &m_energy : nullptr;
        m_residual.clear();
        m_energy.clear();

        const Real* x = takeInput(batch.x, m_input);
        std::fill_n(m_target.begin(), rows * classes, Real(0));
        for (Index i = 0; i < rows; ++i) m_target[static_cast<std::size_t>(i * classes + batch.labels[i])] = Real(1);

        m_relaxation.setInput(pool, m_chain, x, rows);
        if (m_persistent)
            recall(batch, m_free);
        else
            m_relaxation.clear(m_free, rows);
        m_relaxation.relax(pool, m_chain, m_free, rows, freeSteps, 0, nullptr, kappa, residual, energy);
        if (m_persistent) keep(batch, m_free);
        announceState(kLineFree, m_free, rows, context);

        StepReport report;
        report.loss = halfSquaredError(m_free.r[top].data(), m_target.data(), rows, classes, nullptr);
        report.accuracy = hitRate(m_free.r[top].data(), rows, classes, batch.labels);

        // The other end of the contrast: the -beta phase, or the free state itself.
        const std::string& nudging = m_params.text("nudging");
        Real push = beta;
        if (nudging == "random_sign" &&
            (Stream(context.seed, Purpose::Phase, static_cast<std::uint64_t>(context.step)).bitsAt(0) & 1u) != 0)
            push = -beta;
        m_relaxation.copy(m_free, m_plus, rows);
        m_relaxation.relax(pool, m_chain, m_plus, rows, nudgedSteps, push, m_target.data(), kappa, residual, energy);
        announceState(kLinePositive, m_plus, rows, context);
        const RelaxationState* other = &m_free;
        Real span = push;
        if (nudging == "symmetric") {
            m_relaxation.copy(m_free, m_minus, rows);
            m_relaxation.relax(pool, m_chain, m_minus, rows, nudgedSteps, -beta, m_target.data(), kappa, residual, energy);
            other = &m_minus;
            span = 2 * beta;
            announceState(kLineNegative, m_minus, rows, context);
        }

        const ParamStore& store = m_network.parameters();
        for (std::size_t l = 0; l < m_layers.size(); ++l) {
            Real* weight = m_gradient.data() + store.block(m_couplings[l].weight).offset;
            Real* bias = m_couplings[l].bias >= 0 ? m_gradient.data() + store.block(m_couplings[l].bias).offset : nullptr;
            m_relaxation.contrast(pool, static_cast<int>(l), m_plus, *other, x, rows, span, weight, bias);
            context.at(kLineContrast, static_cast<int>(l), 0, [&](Index, std::vector<TraceNumber>& out) {
                const ParamBlock& block = store.block(m_couplings[l].weight);
                out.push_back({"‖Δ" + indexed("*W*", static_cast<int>(l)) + "‖", norm(weight, block.count)});
            });
        }
        publish(context, report, *other, span, rows);
        // All layers step together: the gradients belong to one and the same energy.
        for (std::size_t l = 0; l < m_layers.size(); ++l) context.updater.apply(pool, m_groups[l], m_gradient.data());
        if (context.reads != nullptr) reportReads(*context.reads);
        return report;
    }

    void predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) override {
        LAB_ASSERT(scores.size() == 1);
        settle(pool, x);
        MatrixMap out = scores.front();
        out = ConstMatrixMap(m_predictState.r.back().data(), x.rows(), m_network.classes());
    }

    Index predictionCapacity() const override { return kPredictionRows; }

    double evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap&, const int* labels) const override {
        double sum = 0;
        for (Index i = 0; i < primaryScores.rows(); ++i)
            for (Index k = 0; k < primaryScores.cols(); ++k) {
                const double gap = static_cast<double>(primaryScores(i, k)) - (labels[i] == k ? 1.0 : 0.0);
                sum += 0.5 * gap * gap;
            }
        return primaryScores.rows() > 0 ? sum / static_cast<double>(primaryScores.rows()) : 0.0;
    }

    void represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) override {
        LAB_ASSERT(out.size() == m_layers.size());
        settle(pool, x);
        for (std::size_t l = 0; l < m_layers.size(); ++l) {
            MatrixMap target = out[l];
            target = ConstMatrixMap(m_predictState.r[l].data(), x.rows(), m_layers[l].width);
        }
    }

    int weightBlock(int layer, const ParamStore** store) const override {
        *store = &m_network.parameters();
        return m_couplings[static_cast<std::size_t>(layer)].weight;
    }

    std::vector<double> saveState() const override { return std::vector<double>(m_particles.begin(), m_particles.end()); }

    Result<void> loadState(const std::vector<double>& state) override {
        if (state.size() != m_particles.size())
            return Error{"LAB-RULE-102",
                         "the checkpoint holds " + std::to_string(state.size()) + " kept potentials, but this run keeps " +
                             std::to_string(m_particles.size()) + ".",
                         "persistent", "Use the same data and the same setting of 'persistent' as the run that was saved."};
        for (std::size_t i = 0; i < state.size(); ++i) m_particles[i] = static_cast<Real>(state[i]);
        return {};
    }

    Result<void> setParam(const std::string& name, const ParamValue& value) override {
        const ParamSpec* spec = m_params.find(name);
        if (spec == nullptr || !spec->live) return LearningRule::setParam(name, value);
        return m_params.set(name, value);
    }

    std::size_t creditBytes() const override {
        const std::size_t states = 3 * 2 * static_cast<std::size_t>(m_unitsPerSample) * m_target.size() /
                                   static_cast<std::size_t>(std::max(1, m_network.classes()));
        return m_relaxation.bytes() +
               (states + m_target.size() + m_gradient.size() + m_input.size() + m_particles.size()) * sizeof(Real);
    }

private:
    // A settled state, layer by layer, for a watcher of the step.
    void announceState(int line, const RelaxationState& state, Index rows, const StepContext& context) const {
        if (context.tracer == nullptr) return;
        for (std::size_t l = 0; l < m_layers.size(); ++l)
            context.at(line, static_cast<int>(l), rows, [&](Index row, std::vector<TraceNumber>& out) {
                out.push_back({"‖" + indexed("*r*", static_cast<int>(l)) + "‖", rowLength(state.r[l].data(), rows, m_layers[l].width, row)});
                if (l + 1 == m_layers.size())
                    out.push_back({"‖*r*_L − *y*‖", distanceToTarget(state.r[l].data(), rows, m_layers[l].width, row)});
            });
    }
    double distanceToTarget(const Real* r, Index rows, Index width, Index row) const {
        const Index from = row < 0 ? 0 : row, to = row < 0 ? rows : row + 1;
        double sum = 0;
        for (Index i = from; i < to; ++i) {
            double squares = 0;
            for (Index k = i * width; k < (i + 1) * width; ++k) {
                const double gap = static_cast<double>(r[k]) - static_cast<double>(m_target[static_cast<std::size_t>(k)]);
                squares += gap * gap;
            }
            sum += std::sqrt(squares);
        }
        return sum / static_cast<double>(to - from);
    }

    std::vector<Index> widths() const {
        std::vector<Index> list;
        for (const Coupling& coupling : m_couplings) list.push_back(m_network.parameters().block(coupling.weight).shape[0]);
        return list;
    }

    // W ~ N(0, (gain / sqrt(fan in))^2): with the largest slope of rho at 1 the relaxation contracts. The bias puts units
    // near the steepest part of rho.
    void drawInitialWeights(std::uint64_t seed) {
        ParamStore& store = m_network.parameters();
        const double gain = m_params.number("init_gain");
        const Real bias = static_cast<Real>(m_params.number("init_bias"));
        for (const Coupling& coupling : m_couplings) {
            const Stream stream(seed, Purpose::Init, static_cast<std::uint64_t>(coupling.weight));
            const double deviation = gain / std::sqrt(static_cast<double>(store.block(coupling.weight).shape[1]));
            std::span<Real> w = store.view(coupling.weight);
            for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<Real>(deviation * stream.normalAt(i));
            if (coupling.bias < 0) continue;
            std::span<Real> b = store.view(coupling.bias);
            std::fill(b.begin(), b.end(), bias);
        }
    }

    // The batch as the network is clamped to it: as prepared, or brought to 0..1 by the range of the training data.
    const Real* takeInput(const ConstMatrixMap& x, Buffer& buffer) const {
        if (m_inputScale == Real(1) && m_inputShift == Real(0)) return x.data();
        const Index count = x.rows() * x.cols();
        for (Index i = 0; i < count; ++i) buffer[static_cast<std::size_t>(i)] = x.data()[i] * m_inputScale + m_inputShift;
        return buffer.data();
    }

    void settle(Pool& pool, const ConstMatrixMap& x) {
        if (!m_predictRelaxation) {  // made when it is first needed: it is no memory of training
            m_predictRelaxation.emplace(m_network.inputSize(), widths(), m_rho, kPredictionRows);
            m_predictState = m_predictRelaxation->makeState();
            m_predictInput.resize(static_cast<std::size_t>(kPredictionRows * m_network.inputSize()));
        }
        m_predictRelaxation->setInput(pool, m_chain, takeInput(x, m_predictInput), x.rows());
        m_predictRelaxation->clear(m_predictState, x.rows());
        m_predictRelaxation->relax(pool, m_chain, m_predictState, x.rows(), static_cast<int>(m_params.integer("free_steps")),
                                  0, nullptr, static_cast<Real>(m_params.number("kappa")));
    }

    void recall(const Batch& batch, RelaxationState& state) {
        for (Index i = 0; i < batch.rows(); ++i) {
            const Real* from = m_particles.data() + batch.samples[i] * m_unitsPerSample;
            for (std::size_t l = 0; l < m_layers.size(); ++l) {
                std::copy_n(from, m_layers[l].width, state.u[l].begin() + i * m_layers[l].width);
                from += m_layers[l].width;
            }
        }
        m_relaxation.refresh(state, batch.rows());
    }

    void keep(const Batch& batch, const RelaxationState& state) {
        for (Index i = 0; i < batch.rows(); ++i) {
            Real* to = m_particles.data() + batch.samples[i] * m_unitsPerSample;
            for (std::size_t l = 0; l < m_layers.size(); ++l) {
                std::copy_n(state.u[l].begin() + i * m_layers[l].width, m_layers[l].width, to);
                to += m_layers[l].width;
            }
        }
    }

    void publish(StepContext& context, const StepReport& report, const RelaxationState& other, Real span, Index rows) {
        ChannelSink& sink = context.channels;
        sink.scalar(kLoss, 0, report.loss);
        if (!m_residual.empty()) sink.values(kResidual, 0, m_residual);
        if (!m_energy.empty()) sink.values(kEnergy, 0, m_energy);
        if (context.step % kFigureEvery != 0) return;
        for (std::size_t l = 0; l < m_layers.size(); ++l) {
            const int layer = static_cast<int>(l);
            const Index count = rows * m_layers[l].width;
            if (sink.wants(kGradientNorm)) {
                const Stage& stage = m_network.stages()[l];
                sink.scalar(kGradientNorm, layer, norm(m_gradient.data() + stage.paramOffset, stage.paramCount));
            }
            if (sink.wants(kDeltaNorm)) {
                double sum = 0;
                for (Index i = 0; i < count; ++i) {
                    const double d = (static_cast<double>(m_plus.r[l][static_cast<std::size_t>(i)]) -
                                      static_cast<double>(other.r[l][static_cast<std::size_t>(i)])) /
                                     static_cast<double>(span);
                    sum += d * d;
                }
                sink.scalar(kDeltaNorm, layer, std::sqrt(sum / static_cast<double>(rows)));
            }
            if (sink.wants(kSaturation)) {
                Index saturated = 0;
                for (Index i = 0; i < count; ++i) {
                    const Real r = m_free.r[l][static_cast<std::size_t>(i)];
                    saturated += r < Real(0.01) || r > Real(0.99);
                }
                sink.scalar(kSaturation, layer, 100.0 * static_cast<double>(saturated) / static_cast<double>(count));
            }
        }
    }

    void reportReads(std::vector<UpdateReads>& reads) const {
        const bool symmetric = m_params.text("nudging") == "symmetric";
        for (std::size_t l = 0; l < m_layers.size(); ++l) {
            UpdateReads entry;
            entry.writes = m_layers[l].title;
            entry.layer = static_cast<int>(l);
            entry.reads = {l == 0 ? "input of the network" : "settled activity of " + m_layers[l - 1].title,
                           "settled activity of this layer",
                           symmetric ? "both in the +β and in the −β phase" : "both free and nudged"};
            entry.localInSpace = true;
            entry.localInTime = false;  // the activity of one phase is kept until the next has settled
            reads.push_back(std::move(entry));
        }
    }

    Network& m_network;
    const PreparedData& m_data;
    ParamSet m_params;
    std::vector<Coupling> m_couplings;
    Rho m_rho;
    bool m_persistent;
    Relaxation m_relaxation;
    RelaxationState m_free, m_plus, m_minus;
    std::optional<Relaxation> m_predictRelaxation;
    RelaxationState m_predictState;
    Buffer m_target;
    Buffer m_gradient;
    Buffer m_input, m_predictInput;
    Real m_inputScale = 1, m_inputShift = 0;
    Index m_unitsPerSample = 0;
    std::vector<CoupledLayer> m_chain;
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
    std::vector<int> m_groups;
    Buffer m_particles;  // per training sample: the potentials of its last free equilibrium
    std::vector<double> m_residual, m_energy;
};

Suitability suits(const Circuit&, const Network& network, const DataSchema& schema, const ParamSet&) {
    Suitability answer = needsReadout(network);
    if (!answer.ok) return answer;
    const auto offerMlp = [&] {
        const long inputs = static_cast<long>(network.inputSize());
        answer.fixes.push_back(
            {"Use a multi-layer perceptron " + std::to_string(inputs) + "-128-" + std::to_string(schema.classes),
             makeMlp({inputs, 128, static_cast<long>(schema.classes)})});
    };
    if (network.task() != Task::Classify) {
        answer.ok = false;
        answer.reason = "The output layer is pushed towards a one-hot label, but this circuit reconstructs its input.";
        answer.hint = "Let the circuit end in one unit per class.";
        if (schema.classes >= 2) offerMlp();
        return answer;
    }
    std::string offender;
    if (denseChain(network, &offender).empty()) {
        answer.ok = false;
        answer.reason = "The network has to settle as a chain of dense layers with symmetric couplings, but '" + offender +
                        "' is not a linear map with a pointwise function.";
        answer.hint = "Use a multi-layer perceptron without normalisation, dropout, convolution or residual connection.";
        offerMlp();
        return answer;
    }
    answer.notes.push_back(
        "Weights work in both directions and ρ takes the place of the circuit's own pointwise functions.");
    if (network.stages().size() < 2)
        answer.notes.push_back("With a single layer nothing has to settle: this is the delta rule.");
    return answer;
}

std::vector<Mark> marks(const Circuit&, const Network& network, const ParamSet&) {
    std::vector<Mark> list;
    const int last = static_cast<int>(network.stages().size()) - 1;
    const std::string wire = network.arrays()[static_cast<std::size_t>(network.scoresArray())].wire;
    const std::vector<std::string> top = learnedOperations(network, last);
    const std::string end = top.empty() ? std::string() : top.back();
    Mark phase;
    phase.kind = Mark::Kind::Phase;
    phase.operation = learnedOperations(network, 0).empty() ? end : learnedOperations(network, 0).front();
    phase.to = end;
    phase.label = "φ";
    phase.formula = "free, +β, −β";
    phase.channel = "energy";
    list.push_back(phase);
    Mark push;
    push.kind = Mark::Kind::Tap;
    push.wire = wire;
    push.label = "C";
    push.layer = last;
    list.push_back(push);
    Mark cost;
    cost.kind = Mark::Kind::LocalLoss;
    cost.wire = wire;
    cost.operation = end;
    cost.label = "C";
    cost.formula = "β/2 ‖*r*_L − *y*‖^2";
    cost.layer = last;
    cost.channel = "loss";
    list.push_back(cost);
    for (int l = 0; l <= last; ++l) {
        const std::string number = std::to_string(l + 1);
        for (const std::string& operation : learnedOperations(network, l)) {
            Mark writer;
            writer.kind = Mark::Kind::Writer;
            writer.operation = operation;
            writer.to = operation;
            writer.label = "Δ*W*_{" + number + "}";
            writer.formula = "(*r*_{" + number + "}^+ *r*_{" + std::to_string(l) + "}^+ − *r*_{" + number + "}^− *r*_{" +
                             std::to_string(l) + "}^−)/2β";
            writer.layer = l;
            writer.channel = "gradient_norm";
            list.push_back(writer);
        }
        if (l == 0) continue;
        const std::vector<std::string> from = learnedOperations(network, l);
        const std::vector<std::string> to = learnedOperations(network, l - 1);
        if (from.empty() || to.empty()) continue;
        Mark feedback;
        feedback.kind = Mark::Kind::Feedback;
        feedback.operation = from.front();
        feedback.to = to.back();
        feedback.label = "*W*_{" + number + "}";
        feedback.layer = l - 1;
        feedback.channel = "delta_norm";
        list.push_back(feedback);
    }
    Mark readout;
    readout.kind = Mark::Kind::Readout;
    readout.wire = wire;
    readout.operation = end;
    readout.label = "largest output activity after the free phase";
    readout.layer = last;
    list.push_back(readout);
    return list;
}

std::vector<ChannelSpec> channels() {
    std::vector<ChannelSpec> list(6);
    list[kLoss].id = "loss";
    list[kLoss].title = "Loss";
    list[kLoss].symbol = "L";
    list[kLoss].scope = ChannelScope::Network;
    list[kLoss].doc = "Half the squared distance of the free output to the one-hot label, mean over the batch.";
    list[kLoss].logarithmic = true;
    list[kGradientNorm].id = "gradient_norm";
    list[kGradientNorm].title = "Gradient norm";
    list[kGradientNorm].symbol = "‖*G*_l‖";
    list[kGradientNorm].doc =
        "Euclidean norm of the contrast between the phases that a layer learns from, every tenth step.";
    list[kGradientNorm].logarithmic = true;
    list[kDeltaNorm].id = "delta_norm";
    list[kDeltaNorm].title = "Response to the push";
    list[kDeltaNorm].symbol = "‖∂*r*_l/∂β‖";
    list[kDeltaNorm].doc =
        "How far the layer's activity moves per unit of push, root of the mean square over samples: the error as it "
        "reaches this depth. Zero where the nudged phase is shorter than the network is deep.";
    list[kDeltaNorm].logarithmic = true;
    list[kSaturation].id = "saturation";
    list[kSaturation].title = "Saturated units";
    list[kSaturation].unit = "%";
    list[kSaturation].doc = "Share of units below 0.01 or above 0.99 at the free state: they hardly answer the push.";
    list[kEnergy].id = "energy";
    list[kEnergy].title = "Energy while settling";
    list[kEnergy].symbol = "F";
    list[kEnergy].kind = ChannelKind::Values;
    list[kEnergy].scope = ChannelScope::Network;
    list[kEnergy].indexTitle = "relaxation step";
    list[kEnergy].doc =
        "Total energy per sample through the free and the nudged phases, one after the other, every fiftieth step.";
    list[kResidual].id = "residual";
    list[kResidual].title = "Distance from equilibrium";
    list[kResidual].symbol = "|max| |*v* − *u*|";
    list[kResidual].kind = ChannelKind::Values;
    list[kResidual].scope = ChannelScope::Network;
    list[kResidual].indexTitle = "relaxation step";
    list[kResidual].logarithmic = true;
    list[kResidual].doc =
        "Largest remaining change of a potential through the free and the nudged phases: it should fall by orders "
        "of magnitude. If it does not, lower the step size κ or give the phase more steps.";
    return list;
}

}  // namespace

RuleDescription describeEquilibriumPropagation() {
    RuleDescription d;
    d.id = "equilibrium-propagation";
    d.aliases = {"ep", "eqprop"};
    d.title = "Equilibrium propagation";
    d.family = "Energy-based";
    d.summary =
        "A network with symmetric weights settles to an equilibrium, then its output is pushed a little towards the label "
        "and away from it. The difference of the two settled states gives the gradient: each weight needs nothing but "
        "the activity of the two units that it joins.";
    d.source =
        "B. Scellier, Y. Bengio: Equilibrium propagation: bridging the gap between energy-based models and "
        "backpropagation, "
        "Front. Comput. Neurosci. 11:24 (2017), arXiv:1602.05179; symmetric nudging: A. Laborieux, M. Ernoult, B. "
        "Scellier, "
        "Y. Bengio, J. Grollier, D. Querlioz: Scaling equilibrium propagation to deep ConvNets, Front. Neurosci. 15 "
        "(2021), "
        "arXiv:2006.03824";
    d.equations = {
        {"*u*_l ← *u*_l + κ(*r*_{l−1} *W*_l^T + *r*_{l+1} *W*_{l+1} + *b*_l − *u*_l),   *r*_l = ρ(*u*_l)",
         "All layers settle together; each weight matrix is used upwards and downwards. The input is clamped.", "free"},
        {"*u*_L ← … − κβ(*r*_L − *y*)", "The output is pushed towards the label, from the free state.", "positive"},
        {"*u*_L ← … + κβ(*r*_L − *y*)", "The output is pushed away from the label, again from the free state.", "negative"},
        {"Δ*W*_l ∝ 1/(2βB) (*r*_l^{+T} *r*_{l−1}^+ − *r*_l^{−T} *r*_{l−1}^−)", "Contrast of the two settled states.",
         "negative"},
    };
    d.params = {
        ParamSpec::choice("rho", "Activation", "logistic",
                          {{"logistic", "Shifted logistic", "ρ(u) = 1/(1 + exp(2 − 4u)): slope 1 at u = 1/2."},
                           {"hard", "Hard sigmoid", "u clipped to 0..1; units at the ends do not answer the push."}},
                          "Activity as a function of the potential, for all hidden and output units.")
            .withSymbol("ρ"),
        ParamSpec::choice(
            "nudging", "Nudging", "symmetric",
            {{"symmetric", "Symmetric", "Phases with +β and −β: the bias of the estimate falls with β²."},
             {"positive", "One-sided", "Free and +β phase only: cheaper, bias of order β."},
             {"random_sign", "One-sided, random sign", "Free phase and a phase with ±β, the sign drawn every step."}},
            "Which states are compared."),
        ParamSpec::number("beta", "Push", 0.1, 0.01, 1.0,
                          "Strength of the push on the output. Small: exact but noisy; large: biased.", ParamScale::Log)
            .withSymbol("β")
            .isLive(),
        ParamSpec::integer("free_steps", "Free steps", 20, 1, 500,
                           "Relaxation steps of the free phase, also used to predict.")
            .withSymbol("T_1")
            .isLive(),
        ParamSpec::integer("nudged_steps", "Nudged steps", 10, 1, 200,
                           "Relaxation steps of each nudged phase. Fewer than layers: the lower layers learn nothing.")
            .withSymbol("T_2")
            .isLive(),
        ParamSpec::number("kappa", "Step size", 1.0, 0.05, 1.0,
                          "How far a unit goes towards its new value in one relaxation step.")
            .withSymbol("κ")
            .isLive()
            .isAdvanced(),
        ParamSpec::choice(
            "input", "Input", "unit",
            {{"unit", "Brought to 0..1", "By the smallest and largest value of the training data, the range of ρ."},
             {"prepared", "As prepared", "The values that the other rules see."}},
            "What the first layer is clamped to.")
            .isAdvanced(),
        ParamSpec::choice(
            "init", "Initial weights", "own",
            {{"own", "For settling", "Normal with deviation gain/√(inputs), so that the relaxation contracts."},
             {"circuit", "As drawn", "What the circuit's operations say."}},
            "Where the first weights come from.")
            .isAdvanced(),
        ParamSpec::number("init_gain", "Initial gain", 0.5, 0.01, 2.0, "Deviation of the first weights times √(inputs).")
            .when("init", {"own"})
            .isAdvanced(),
        ParamSpec::number("init_bias", "Initial bias", 0.25, -1.0, 1.0,
                          "First bias of every unit; near the steep part of ρ.")
            .when("init", {"own"})
            .isAdvanced(),
        ParamSpec::boolean("persistent", "Keep equilibria", false,
                           "Every training sample starts from where it settled last time. Needs memory for every sample.")
            .isAdvanced(),
    };
    d.channels = channels();
    d.phases = {{"free", "Free phase", "The network settles with the input clamped."},
                {"positive", "Nudged phase, +β", "From the free state, the output is drawn towards the label."},
                {"negative", "Nudged phase, −β", "From the free state, the output is driven away from the label."}};
    d.optimizer = {"adam", {{"rate", 1e-3}}};
    d.batch = 100;
    d.epochs = 3;
    d.local = false;  // a push on the output reaches every layer through the dynamics
    d.costNote =
        "T1 + 2 T2 relaxation steps per training step, each two products per coupling; the input's product is formed once. "
        "T1 relaxation steps at inference. Keeps three settled states, whatever the number of steps.";
    d.suits = suits;
    d.marks = marks;
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<EquilibriumPropagation>(init); };
    return d;
}

}  // namespace lab

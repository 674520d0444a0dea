// A rule at work without a trainer: network, updater and rule for one circuit and one data set, stepped by hand.
#pragma once

#include "core/circuit/Templates.h"
#include "core/rules/LearningRule.h"

#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace lab::test {

// fill(r, c, s)[i][j] = ((31 i + 17 j + 7 s) mod 23)/23 - 0.5: the deterministic inputs of the golden vectors.
inline MatrixD fill(Index rows, Index cols, Index seed) {
    MatrixD m(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j) m(i, j) = static_cast<double>((31 * i + 17 * j + 7 * seed) % 23) / 23.0 - 0.5;
    return m;
}

inline Matrix real(const MatrixD& m) { return m.cast<Real>(); }
inline ConstMatrixMap map(const Matrix& m) { return ConstMatrixMap(m.data(), m.rows(), m.cols()); }

// Data of `count` samples made of fill(): enough to build a rule with.
inline PreparedData smallData(const Shape& shape, int classes, Index count = 12) {
    PreparedData data;
    data.schema.id = "small";
    data.schema.shape = shape;
    data.schema.classes = classes;
    data.train.x = real(fill(count, elements(shape), 1));
    for (Index i = 0; i < count; ++i) data.train.y.push_back(static_cast<int>(i % classes));
    data.test = data.train;
    data.minimum = data.train.x.minCoeff();
    data.maximum = data.train.x.maxCoeff();
    return data;
}

struct RuleSetup {
    std::string rule;
    std::map<std::string, ParamValue> params;
    OptimizerChoice optimizer{"adam", {{"rate", 1e-3}}};
    std::map<std::string, ParamValue> schedule;
    Index batch = 16;
    double epochs = 10;
    std::uint64_t seed = 1;
    int threads = 1;
};

class RuleHarness {
public:
    RuleHarness(const Circuit& circuit, PreparedData data, const RuleSetup& setup)
        : m_data(std::move(data)), m_setup(setup), m_pool(setup.threads), m_updater(config(setup)) {
        CompileOptions options;
        options.inputShape = m_data.schema.shape;
        options.classes = m_data.schema.classes;
        Result<std::unique_ptr<Network>> network = Network::compile(circuit, options);
        if (!network) throw std::runtime_error(network.error().text());
        m_network = std::move(network).value();
        m_network->initialise(setup.seed);
        const RuleDescription* description = findRule(setup.rule);
        if (description == nullptr) throw std::runtime_error("no rule " + setup.rule);
        m_description = description;
        ParamSet params(description->params);
        const Result<void> assigned = params.assign(setup.params);
        if (!assigned) throw std::runtime_error(assigned.error().text());
        const Suitability suits = description->suits(circuit, *m_network, m_data.schema, params);
        if (!suits.ok) throw std::runtime_error(suits.reason);
        m_rule = description->make(RuleInit{*m_network, m_data, params, setup.seed, setup.batch, setup.epochs, m_updater});
    }

    Network& network() { return *m_network; }
    LearningRule& rule() { return *m_rule; }
    Updater& updater() { return m_updater; }
    Pool& pool() { return m_pool; }
    const PreparedData& data() const { return m_data; }
    const RuleDescription& description() const { return *m_description; }
    std::int64_t steps() const { return m_step; }

    // Context of the next step, at `epoch`.
    StepContext context(double epoch, ChannelSink& sink = nullSink(), std::vector<UpdateReads>* reads = nullptr) {
        m_updater.beginStep(m_step, epoch, false);
        StepContext c{m_pool, m_updater, sink, reads, m_setup.seed, m_step, epoch, m_setup.epochs};
        ++m_step;
        return c;
    }

    StepReport step(const Matrix& x, const std::vector<int>& labels, double epoch = 0, ChannelSink& sink = nullSink(),
                    std::vector<UpdateReads>* reads = nullptr) {
        std::vector<Index> samples(static_cast<std::size_t>(x.rows()));
        std::iota(samples.begin(), samples.end(), Index{0});
        StepContext c = context(epoch, sink, reads);
        const Batch batch{map(x), labels.data(), samples.data()};
        return m_rule->step(batch, c);
    }

    // One pass over the training data in an order of its own per epoch, the last batch shorter. Mean loss.
    double epoch(std::int64_t number, ChannelSink& sink = nullSink(), std::int64_t most = -1) {
        const Index count = m_data.train.count();
        std::vector<Index> order(static_cast<std::size_t>(count));
        std::iota(order.begin(), order.end(), Index{0});
        const Stream stream(m_setup.seed, Purpose::Order, static_cast<std::uint64_t>(number));
        for (Index i = count; i > 1; --i)
            std::swap(order[static_cast<std::size_t>(i - 1)],
                      order[stream.belowAt(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i))]);
        Matrix x(m_setup.batch, m_data.train.x.cols());
        std::vector<int> y(static_cast<std::size_t>(m_setup.batch));
        double loss = 0;
        std::int64_t done = 0;
        for (Index begin = 0; begin < count && done != most; begin += m_setup.batch, ++done) {
            const Index rows = std::min(m_setup.batch, count - begin);
            for (Index i = 0; i < rows; ++i) {
                const Index sample = order[static_cast<std::size_t>(begin + i)];
                x.row(i) = m_data.train.x.row(sample);
                y[static_cast<std::size_t>(i)] = m_data.train.y[static_cast<std::size_t>(sample)];
            }
            StepContext c = context(static_cast<double>(number) + static_cast<double>(begin) / static_cast<double>(count), sink);
            const Batch batch{ConstMatrixMap(x.data(), rows, x.cols()), y.data(), order.data() + begin};
            loss += m_rule->step(batch, c).loss * static_cast<double>(rows);
        }
        StepContext c{m_pool, m_updater, sink, nullptr, m_setup.seed, m_step, static_cast<double>(number + 1), m_setup.epochs};
        m_rule->endEpoch(c);
        return loss / static_cast<double>(count);
    }

    // Scores of every way on `x`.
    std::vector<Matrix> predict(const Matrix& x) {
        const Index classes = m_data.schema.classes;
        std::vector<Matrix> all(m_rule->ways().size(), Matrix(x.rows(), classes));
        const Index capacity = m_rule->predictionCapacity();
        for (Index begin = 0; begin < x.rows(); begin += capacity) {
            const Index rows = std::min(capacity, x.rows() - begin);
            std::vector<MatrixMap> out;
            for (Matrix& m : all) out.emplace_back(m.data() + begin * classes, rows, classes);
            m_rule->predict(m_pool, ConstMatrixMap(x.data() + begin * x.cols(), rows, x.cols()), out);
        }
        return all;
    }

    // Accuracy in per cent of every way.
    std::vector<double> accuracy(const Samples& part) {
        std::vector<double> list;
        std::vector<int> answers(static_cast<std::size_t>(part.count()));
        for (const Matrix& scores : predict(part.x)) {
            argmaxRows(scores.data(), scores.rows(), scores.cols(), answers.data());
            Index right = 0;
            for (std::size_t i = 0; i < answers.size(); ++i) right += answers[i] == part.y[i] ? 1 : 0;
            list.push_back(100.0 * static_cast<double>(right) / static_cast<double>(part.count()));
        }
        return list;
    }

    // All parameters, the network's first.
    std::vector<Real> parameters() {
        const ParamStore& store = m_network->parameters();
        std::vector<Real> all(store.data(), store.data() + store.size());
        if (const ParamStore* own = m_rule->ownParameters()) all.insert(all.end(), own->data(), own->data() + own->size());
        return all;
    }
    bool finite() {
        for (const Real p : parameters())
            if (!std::isfinite(static_cast<double>(p))) return false;
        return !m_updater.failure().has_value();
    }

    // Weight (out x in) and bias of a stage that is one linear map.
    int weightBlock(int stage) const { return linearBlocks(stage).front(); }
    int biasBlock(int stage) const { return linearBlocks(stage).at(1); }
    // Sets them from matrices as the papers write them: weight in x out.
    void setLinear(int stage, const MatrixD& weight, const MatrixD& bias) {
        const Matrix w = real(weight.transpose()), b = real(bias);
        std::copy_n(w.data(), w.size(), m_network->parameters().data(weightBlock(stage)));
        std::copy_n(b.data(), b.size(), m_network->parameters().data(biasBlock(stage)));
    }
    MatrixD weight(int stage) const {  // in x out
        const ParamBlock& block = m_network->parameters().block(weightBlock(stage));
        return ConstMatrixMap(m_network->parameters().data(weightBlock(stage)), block.shape[0], block.shape[1])
            .cast<double>().transpose();
    }
    MatrixD bias(int stage) const {
        const int b = biasBlock(stage);
        return ConstMatrixMap(m_network->parameters().data(b), 1, m_network->parameters().block(b).count).cast<double>();
    }

private:
    static UpdaterConfig config(const RuleSetup& setup) {
        UpdaterConfig c;
        c.choice = setup.optimizer;
        c.schedule = setup.schedule;
        c.plannedEpochs = setup.epochs;
        return c;
    }
    const std::vector<int>& linearBlocks(int stage) const {
        const Stage& s = m_network->stages()[static_cast<std::size_t>(stage)];
        if (s.linearNode < 0) throw std::runtime_error("stage " + s.title + " is not one linear map");
        return m_network->nodes()[static_cast<std::size_t>(s.linearNode)].blocks;
    }

    PreparedData m_data;
    RuleSetup m_setup;
    Pool m_pool;
    Updater m_updater;
    std::unique_ptr<Network> m_network;
    const RuleDescription* m_description = nullptr;
    std::unique_ptr<LearningRule> m_rule;
    std::int64_t m_step = 0;
};

}  // namespace lab::test

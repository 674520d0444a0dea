#include "core/network/Network.h"

#include "core/base/Assert.h"
#include "core/network/NetworkState.h"

#include <algorithm>
#include <limits>

namespace lab {

Network::Network() : m_state(std::make_unique<State>()) {}
Network::~Network() = default;

const std::vector<ArrayInfo>& Network::arrays() const {
    return m_state->arrays;
}
const std::vector<NodeInfo>& Network::nodes() const {
    return m_state->infos;
}
const std::vector<Stage>& Network::stages() const {
    return m_state->stages;
}
bool Network::hasReadout() const {
    return m_state->readout;
}
int Network::inputArray() const {
    return m_state->input;
}
int Network::scoresArray() const {
    return m_state->scores;
}
Task Network::task() const {
    return m_state->task;
}
int Network::classes() const {
    return m_state->classes;
}
Index Network::inputSize() const {
    return m_state->arrays[static_cast<std::size_t>(m_state->input)].size;
}
bool Network::hasSeveralInputs() const {
    return m_state->several;
}
Index Network::targetOffset() const {
    return m_state->target;
}
ParamStore& Network::parameters() {
    return m_state->store;
}
const ParamStore& Network::parameters() const {
    return m_state->store;
}

void Network::initialise(std::uint64_t seed) {
    m_state->store.fit();
    // Shared blocks are filled by their owner, which is the operation that the block names.
    for (std::size_t i = 0; i < m_state->nodes.size(); ++i) {
        const NodeInfo& info = m_state->infos[i];
        if (info.blocks.empty() || m_state->store.block(info.blocks.front()).operation != info.operation) continue;
        m_state->nodes[i].kernel->initialise(m_state->store, seed);
    }
}

Workspace::Workspace() : m_state(std::make_unique<State>()) {}
Workspace::~Workspace() = default;
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;

Index Workspace::capacity() const {
    return m_state->capacity;
}
Real* Workspace::value(int array) {
    return m_state->value[static_cast<std::size_t>(array)];
}
const Real* Workspace::value(int array) const {
    return m_state->value[static_cast<std::size_t>(array)];
}

const Real* Workspace::adjoint(int array) const {
    LAB_ASSERT(!m_state->adjoint.empty());
    return m_state->adjoint[static_cast<std::size_t>(array)];
}

Real* Workspace::adjoint(int array) {
    LAB_ASSERT(!m_state->adjoint.empty());
    return m_state->adjoint[static_cast<std::size_t>(array)];
}

MatrixMap Workspace::valueMap(int array, Index rows) {
    LAB_ASSERT(rows >= 0 && rows <= m_state->capacity);
    return MatrixMap(value(array), rows, m_state->sizes[static_cast<std::size_t>(array)]);
}

MatrixMap Workspace::adjointMap(int array, Index rows) {
    LAB_ASSERT(rows >= 0 && rows <= m_state->capacity);
    return MatrixMap(adjoint(array), rows, m_state->sizes[static_cast<std::size_t>(array)]);
}

std::size_t Workspace::bytes() const {
    std::size_t numbers = 0;
    for (const Buffer& buffer : m_state->memory) numbers += buffer.size();
    return numbers * sizeof(Real);
}

namespace {

// Hands out places in memory: one array each, or, for things that live from one stage to the next at most, two arrays that
// the stages use in turn.
class Places {
public:
    explicit Places(Index capacity) : m_capacity(capacity) {}

    void alone(std::size_t item, Index size) { m_items.push_back({item, -1, 0, padded(size * m_capacity)}); }
    void inTurn(std::size_t item, Index size, int stage) {
        const std::size_t at = static_cast<std::size_t>(stage);
        if (m_used.size() <= at) m_used.resize(at + 1, 0);
        m_items.push_back({item, stage % 2, m_used[at], 0});
        m_used[at] += padded(size * m_capacity);
    }
    // Allocates; address[item] points into `memory`.
    void make(std::vector<Buffer>& memory, std::vector<Real*>& address) const {
        Index turn[2] = {0, 0};
        for (std::size_t s = 0; s < m_used.size(); ++s) turn[s % 2] = std::max(turn[s % 2], m_used[s]);
        Real* base[2];
        for (int t = 0; t < 2; ++t) base[t] = memory.emplace_back(static_cast<std::size_t>(turn[t]), Real(0)).data();
        for (const Item& item : m_items)
            address[item.item] = item.turn >= 0 ? base[item.turn] + item.offset
                                                : memory.emplace_back(static_cast<std::size_t>(item.size), Real(0)).data();
    }

private:
    struct Item {
        std::size_t item;
        int turn;
        Index offset, size;
    };
    static Index padded(Index count) { return (count + 15) / 16 * 16; }  // whole cache lines
    Index m_capacity;
    std::vector<Item> m_items;
    std::vector<Index> m_used;  // by stage
};

}  // namespace

Workspace Network::makeWorkspace(Index capacity, bool adjoints, Hold hold) const {
    return workspace(capacity, adjoints, hold, -1);
}

Workspace Network::makeStageWorkspace(int stage, Index capacity, bool adjoints) const {
    LAB_ASSERT(stage >= 0 && stage < static_cast<int>(m_state->stages.size()));
    return workspace(capacity, adjoints, Hold::AllStages, stage);
}

// only >= 0: nothing but what this stage touches.
Workspace Network::workspace(Index capacity, bool adjoints, Hold hold, int only) const {
    LAB_ASSERT(capacity >= 0);
    const State& s = *m_state;
    const std::size_t count = s.arrays.size();
    Workspace work;
    Workspace::State& w = *work.m_state;
    w.capacity = capacity;
    // First and last stage that touch an array; -1 where something outside of the stages does.
    std::vector<int> first(count, std::numeric_limits<int>::max()), last(count, -1);
    std::vector<char> touched(count, only < 0);
    for (const NodeInfo& info : s.infos)
        for (const std::vector<int>* list : {&info.in, &info.out})
            for (const int array : *list) {
                const std::size_t a = static_cast<std::size_t>(array);
                touched[a] = touched[a] || info.stage == only;
                // What has no input may be written once and for all.
                first[a] = std::min(first[a], info.in.empty() ? -1 : info.stage);
                last[a] = std::max(last[a], info.stage);
            }
    const auto place = [&](const std::vector<int>& slotOf, const std::vector<Index>& sizes, std::vector<Real*>& address) {
        std::vector<int> from(count, std::numeric_limits<int>::max()), to(count, -1);
        std::vector<char> here(count, 0);
        for (std::size_t a = 0; a < count; ++a) {
            const std::size_t slot = static_cast<std::size_t>(slotOf[a]);
            from[slot] = std::min(from[slot], first[a]);
            to[slot] = std::max(to[slot], last[a]);
            here[slot] = here[slot] || touched[a];
        }
        Places places(capacity);
        for (std::size_t slot = 0; slot < count; ++slot) {
            if (sizes[slot] == 0 || !here[slot]) continue;  // no array stands here
            const bool turns = hold == Hold::TwoStages && from[slot] >= 0 && to[slot] >= from[slot] && to[slot] - from[slot] <= 1;
            if (turns)
                places.inTurn(slot, sizes[slot], from[slot]);
            else
                places.alone(slot, sizes[slot]);
        }
        std::vector<Real*> slots(count);
        places.make(w.memory, slots);
        for (std::size_t a = 0; a < count; ++a) address.push_back(slots[static_cast<std::size_t>(slotOf[a])]);
    };
    place(s.valueSlot, s.valueSize, w.value);
    if (adjoints) place(s.adjointSlot, s.adjointSize, w.adjoint);
    for (const ArrayInfo& array : s.arrays) w.sizes.push_back(array.size);
    Places scratch(1);
    for (std::size_t i = 0; i < s.nodes.size(); ++i) {
        const Index size = only < 0 || s.infos[i].stage == only ? s.nodes[i].kernel->scratch(capacity) : 0;
        if (hold == Hold::TwoStages && s.infos[i].stage >= 0)
            scratch.inTurn(i, size, s.infos[i].stage);
        else
            scratch.alone(i, size);
        const auto list = [&](const std::vector<int>& arrays, const std::vector<Real*>& of) {
            std::vector<Real*> pointers;
            if (!of.empty())
                for (const int array : arrays) pointers.push_back(of[static_cast<std::size_t>(array)]);
            return pointers;
        };
        w.in.push_back(list(s.infos[i].in, w.value));
        w.out.push_back(list(s.infos[i].out, w.value));
        w.inAdjoint.push_back(list(s.infos[i].in, w.adjoint));
        w.outAdjoint.push_back(list(s.infos[i].out, w.adjoint));
    }
    w.scratch.resize(s.nodes.size());
    scratch.make(w.memory, w.scratch);
    return work;
}

void Network::runNode(Pool& pool, Workspace& work, Index rows, int node, const Real* parameters, Real* statistics) const {
    Workspace::State& w = *work.m_state;
    const std::size_t at = static_cast<std::size_t>(node);
    const State::Node& kernel = m_state->nodes[at];
    KernelRun run{pool};
    run.rows = rows;
    run.parameters = parameters;
    run.statistics = statistics;
    run.mode = &w.mode;
    run.node = node;
    run.in = w.in[at];
    run.out = w.out[at];
    run.activated = kernel.activated >= 0 ? w.value[static_cast<std::size_t>(kernel.activated)] : nullptr;
    run.scratch = w.scratch[at];
    kernel.kernel->forward(run);
}

void Network::runForward(Pool& pool, Workspace& work, Index rows, int first, int last, const ForwardMode& mode,
                         const Real* parameters, Real* statistics) const {
    const State& s = *m_state;
    Workspace::State& w = *work.m_state;
    LAB_ASSERT(rows >= 0 && rows <= w.capacity);
    LAB_ASSERT(first >= 0 && last <= static_cast<int>(s.stages.size()));
    w.mode = mode;
    if (first >= last || rows == 0) return;
    const int begin = s.stages[static_cast<std::size_t>(first)].firstNode;
    const int end = s.stages[static_cast<std::size_t>(last - 1)].lastNode;
    for (int i = begin; i < end; ++i) {
        if (!s.nodes[static_cast<std::size_t>(i)].skipForward) runNode(pool, work, rows, i, parameters, statistics);
    }
}

void Network::forward(Pool& pool, Workspace& work, Index rows, int first, int last, const ForwardMode& mode) {
    Real* parameters = mode.parameters != nullptr ? mode.parameters : m_state->store.data();
    runForward(pool, work, rows, first, last, mode, parameters,
               mode.training && mode.updateStatistics ? parameters : nullptr);
}

void Network::evaluate(Pool& pool, Workspace& work, Index rows, int first, int last, const Real* parameters) const {
    runForward(pool, work, rows, first, last, ForwardMode{}, parameters != nullptr ? parameters : m_state->store.data(),
               nullptr);
}

void Network::evaluateBehind(Pool& pool, Workspace& work, Index rows, int node, const Real* parameters) const {
    const State& s = *m_state;
    Workspace::State& w = *work.m_state;
    LAB_ASSERT(rows >= 0 && rows <= w.capacity);
    const State::Node& written = s.nodes[static_cast<std::size_t>(node)];
    const int stage = s.infos[static_cast<std::size_t>(node)].stage;
    LAB_ASSERT(stage >= 0);
    w.mode = ForwardMode{};
    if (rows == 0) return;
    for (int i = node + 1; i < s.stages[static_cast<std::size_t>(stage)].lastNode; ++i) {
        // A function that the written node's kernel usually takes over runs by itself here.
        const bool fused = written.activated >= 0 && s.infos[static_cast<std::size_t>(i)].out.front() == written.activated;
        if (fused || !s.nodes[static_cast<std::size_t>(i)].skipForward)
            runNode(pool, work, rows, i, parameters != nullptr ? parameters : s.store.data(), nullptr);
    }
}

void Network::backward(Pool& pool, Workspace& work, Index rows, int stage, const BackwardOptions& options) {
    const State& s = *m_state;
    Workspace::State& w = *work.m_state;
    LAB_ASSERT(!w.adjoint.empty());
    LAB_ASSERT(rows >= 0 && rows <= w.capacity);
    LAB_ASSERT(stage >= 0 && stage < static_cast<int>(s.stages.size()));
    const Stage& info = s.stages[static_cast<std::size_t>(stage)];
    if (options.gradient != nullptr && !options.accumulate) {
        // Running statistics have no gradient; with no samples nothing has one.
        for (int b = info.firstBlock; b < info.lastBlock; ++b) {
            const ParamBlock& block = s.store.block(b);
            if (!block.trained || rows == 0)
                std::fill(options.gradient + block.offset, options.gradient + block.offset + block.count, Real(0));
        }
    }
    if (rows == 0) return;
    for (int i = info.lastNode; i-- > info.firstNode;) {
        const std::size_t at = static_cast<std::size_t>(i);
        const State::Node& node = s.nodes[at];
        if (node.skipBackward) continue;
        const std::size_t inputs = w.inAdjoint[at].size();
        bool any = false;
        for (std::size_t k = 0; k < inputs; ++k) {
            const bool wanted = options.inputAdjoint || node.wanted[k];
            w.inAdjoint[at][k] = wanted ? w.adjoint[static_cast<std::size_t>(s.infos[at].in[k])] : nullptr;
            any = any || wanted;
        }
        if (!any && (options.gradient == nullptr || s.infos[at].blocks.empty())) continue;
        KernelRun run{pool};
        run.rows = rows;
        run.parameters = options.parameters != nullptr ? options.parameters : s.store.data();
        run.transport = options.transport;
        run.mode = &w.mode;
        run.node = i;
        run.in = w.in[at];
        run.out = w.out[at];
        run.inAdjoint = w.inAdjoint[at];
        run.outAdjoint = w.outAdjoint[at];
        run.scratch = w.scratch[at];
        run.gradient = options.gradient;
        run.addBlock = options.accumulate ? &s.all : &node.addBlock;
        node.kernel->backward(run);
    }
}

void Network::setInput(Workspace& work, const ConstMatrixMap& x) const {
    LAB_ASSERT(x.cols() == inputSize() && x.rows() <= work.capacity());
    std::copy(x.data(), x.data() + x.size(), work.value(m_state->input));
}

}  // namespace lab

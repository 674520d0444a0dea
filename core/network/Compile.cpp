// Sizes, repetitions, order of execution, arrays, kernels and parameters.
#include "core/network/NetworkCompiler.h"

#include <algorithm>
#include <cctype>

namespace lab {

ArrayLayout layoutOf(const Circuit& circuit, const SizeSolution& sizes, const Wire& wire) {
    ArrayLayout layout;
    for (const bool positions : {false, true})
        for (const std::string& id : wire.axes) {
            const Axis* axis = circuit.axis(id);
            if (axis->role == AxisRole::Batch || isPosition(axis->role) != positions) continue;
            for (int d = 0; d < axis->dims; ++d) layout.dimensions.push_back({id, sizes.size.at(id), positions});
        }
    return layout;
}

// Axes that it reads may have names of its own: those stand for the axes of the wire that end here.
OperationTargets targetsOf(const Circuit& circuit, const Operation& op) {
    OperationTargets build;
    const AxisRule rule = findOperation(op.kind)->rule;
    if (op.in.empty() || op.out.empty() || rule == AxisRule::Copy || rule == AxisRule::Agree) return build;
    const std::vector<std::string>& in = circuit.wire(op.in.front())->axes;
    const std::vector<std::string>& out = circuit.wire(op.out.front())->axes;
    const auto has = [](const std::vector<std::string>& list, const std::string& id) {
        return std::find(list.begin(), list.end(), id) != list.end();
    };
    bool own = false;
    for (const std::string& target : op.targetIn) {
        if (has(in, target))
            build.in.push_back(target);
        else
            own = true;
    }
    if (own)
        for (const std::string& axis : in)
            if (!has(op.targetIn, axis) && !has(out, axis)) build.in.push_back(axis);
    // What keeps its axes writes those that it reads, in their places.
    if (rule != AxisRule::Keep) {
        build.out = op.targetOut;
        return build;
    }
    for (std::size_t i = 0; i < in.size() && i < out.size(); ++i)
        if (has(build.in, in[i])) build.out.push_back(out[i]);
    return build;
}

namespace {

Error problem(std::string code, std::string message, std::string where, std::string hint = {}) {
    return Error{std::move(code), std::move(message), std::move(where), std::move(hint)};
}

// What a file may ask for: beyond these a network is refused before anything is allocated for it.
constexpr Index kMaxNumbers = Index(1) << 26;     // of one sample, all arrays together
constexpr Index kMaxParameters = Index(1) << 28;  // 1 GB

// The product where it is at most `limit`, else -1; no overflow.
template <class Sizes>
Index productWithin(const Sizes& sizes, Index limit) {
    Index n = 1;
    for (const Index s : sizes) {
        if (s < 1 || n > limit / s) return -1;
        n *= s;
    }
    return n;
}

Index sizeWithin(const ArrayLayout& layout, Index limit) {
    std::vector<Index> sizes;
    for (const ArrayLayout::Dimension& d : layout.dimensions) sizes.push_back(d.size);
    return productWithin(sizes, limit);
}

// A prefix for parameter names: lower case, letters, digits and '_', as Python would take it for an attribute.
std::string prefixOf(const Operation& operation) {
    std::string name;
    for (const char c : operation.id)
        name += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
                                                            : '_';
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) name.insert(name.begin(), '_');
    return name;
}

}  // namespace

Result<void> NetworkCompiler::run() {
    if (Result<void> ok = checkInvariants(m_circuit); !ok) return ok;
    for (const Operation& op : m_circuit.operations)
        if (findOperation(op.kind) == nullptr || findKernel(op.kind) == nullptr)
            return problem("LAB-NET-101", "the operation kind \"" + op.kind + "\" is not known here", displayName(op),
                           "replace it or delete it; it can be drawn and saved, but not run");
    for (const auto step : {&NetworkCompiler::solve, &NetworkCompiler::expand, &NetworkCompiler::checkEnds, &NetworkCompiler::order, &NetworkCompiler::build})
        if (Result<void> ok = (this->*step)(); !ok) return ok;
    share();
    planBackward();
    for (const NodeInfo& info : m_state.infos) m_operationOf.push_back(info.operation);
    nameAsDrawn();
    return {};
}

Result<void> NetworkCompiler::solve() {
    std::vector<long> shape(m_options.inputShape.begin(), m_options.inputShape.end());
    m_sizes = solveSizes(m_circuit, shape, m_options.classes, m_options.parts);
    for (const Problem& p : m_sizes.problems)
        if (p.severity == Problem::Severity::Error)
            return problem(p.code, p.message, p.operation.empty() ? p.wire : p.operation, p.hint);
    return {};
}

// Repetitions are written out once their number is known; what is repeated keeps the sizes that it has.
Result<void> NetworkCompiler::expand() {
    if (!needsExpansion(m_circuit)) return {};
    Result<ExpandedCircuit> expanded = expandCircuit(m_circuit, m_sizes);
    if (!expanded) return expanded.error();
    m_expanded = *std::move(expanded);
    m_circuit = m_expanded.circuit;
    for (Axis& axis : m_circuit.axes)
        if (const auto it = m_sizes.size.find(axis.id); it != m_sizes.size.end()) axis.size = std::to_string(it->second);
    if (Result<void> ok = checkInvariants(m_circuit); !ok) return ok;
    return solve();
}

ExecutionPlan NetworkCompiler::plan() const {
    ExecutionPlan plan;
    plan.circuit = m_circuit;
    plan.sizes = m_sizes;
    plan.blocks = m_state.store.blocks();
    for (std::size_t i = 0; i < m_operationOf.size(); ++i) {
        ExecutionPlan::Step step;
        step.operation = m_operationOf[i];
        step.drawn = m_state.infos[i].operation;
        step.stage = m_state.infos[i].stage;
        if (const auto own = m_blocks.find(step.operation); own != m_blocks.end())
            for (const auto& [suffix, at] : own->second) step.blocks[suffix] = m_state.store.block(at.block).name;
        plan.steps.push_back(std::move(step));
    }
    const auto wireOf = [&](int array) {
        // Arrays carry the names of the drawing; nodes know theirs. The sample of several arrays is on no wire.
        for (std::size_t i = 0; i < m_operationOf.size(); ++i)
            for (std::size_t k = 0; k < m_state.infos[i].out.size(); ++k)
                if (m_state.infos[i].out[k] == array) return m_circuit.operation(m_operationOf[i])->out[k];
        return std::string();
    };
    plan.stages = static_cast<int>(m_state.stages.size());
    for (const Stage& stage : m_state.stages) {
        plan.stageTitles.push_back(stage.title);
        plan.stageOutputs.push_back(wireOf(stage.output));
    }
    plan.inputs = m_inputs;
    plan.inputSize = m_state.arrays[static_cast<std::size_t>(m_state.input)].size;
    plan.target = m_state.target;
    plan.task = m_state.task;
    return plan;
}

// Copies carry the ids of what was drawn.
void NetworkCompiler::nameAsDrawn() {
    if (m_expanded.operationOf.empty() && m_expanded.wireOf.empty()) return;
    for (NodeInfo& info : m_state.infos) info.operation = m_expanded.operation(info.operation);
    for (ArrayInfo& array : m_state.arrays) array.wire = m_expanded.wire(array.wire);
    for (std::size_t b = 0; b < m_state.store.blocks().size(); ++b) {
        const int block = static_cast<int>(b);
        m_state.store.setOperation(block, m_expanded.operation(m_state.store.block(block).operation));
    }
}

Result<void> NetworkCompiler::checkEnds() {
    int sources = 0, sinks = 0;
    for (const Operation& op : m_circuit.operations) {
        const AxisRule rule = findOperation(op.kind)->rule;
        sources += rule == AxisRule::Source;
        sinks += rule == AxisRule::Sink;
    }
    if (sources < 1 || sinks != 1)
        return problem("LAB-NET-102",
                       "a network needs an input and one output; this circuit has " + std::to_string(sources) + " and " +
                           std::to_string(sinks),
                       m_circuit.title, "connect the parts, or delete what does not belong to it");
    return {};
}

// Producers before consumers. What begins without an input stands right before its reader, and what ends without an
// output right behind its writer, so that they do not bridge the places where the circuit can be cut.
std::vector<const Operation*> NetworkCompiler::orderOfExecution() const {
    std::vector<const Operation*> out;
    std::map<std::string, const Operation*> begins;                  // wire -> its writer
    std::map<std::string, std::vector<const Operation*>> ends;       // wire -> what ends it
    const std::vector<const Operation*> ordered = m_circuit.ordered();
    for (const Operation* op : ordered) {
        const AxisRule rule = findOperation(op->kind)->rule;
        if (rule == AxisRule::Own && op->in.empty() && !op->out.empty() && m_circuit.consumer(op->out.front()) != nullptr)
            begins[op->out.front()] = op;
        if (rule == AxisRule::Own && op->out.empty() && !op->in.empty()) ends[op->in.front()].push_back(op);
    }
    for (const Operation* op : ordered) {
        if (!op->out.empty() && begins.count(op->out.front()) != 0) continue;
        if (!op->in.empty() && op->out.empty() && ends.count(op->in.front()) != 0) continue;
        for (const std::string& w : op->in)
            if (const auto it = begins.find(w); it != begins.end()) out.push_back(it->second);
        out.push_back(op);
        for (const std::string& w : op->out)
            if (const auto it = ends.find(w); it != ends.end()) out.insert(out.end(), it->second.begin(), it->second.end());
    }
    return out;
}

// The one array that is written up to `node` and read behind it.
int NetworkCompiler::arrayBehind(int node) const {
    std::vector<char> written(m_state.arrays.size(), 0);
    for (int i = 0; i <= node; ++i)
        for (const int out : m_state.infos[static_cast<std::size_t>(i)].out) written[static_cast<std::size_t>(out)] = 1;
    for (std::size_t i = static_cast<std::size_t>(node) + 1; i < m_state.infos.size(); ++i)
        for (const int in : m_state.infos[i].in)
            if (written[static_cast<std::size_t>(in)] != 0) return in;
    return m_state.infos[static_cast<std::size_t>(node)].out.front();
}

// Where in the sample each input's numbers begin. Several inputs read from one array that is on no wire: a sample as the data
// set has it. Without a data set their arrays stand one behind the other.
void NetworkCompiler::placeInputs() {
    Index next = 0;
    const std::vector<InputFeed> feeds = feedInputs(m_circuit, m_options.parts);
    for (const InputFeed& feed : feeds) {
        const std::string& wire = m_circuit.operation(feed.operation)->out.front();
        Index offset = feed.part == InputFeed::kWhole ? 0 : next;
        for (int p = 0; feed.part >= 0 && p <= feed.part; ++p)
            offset = p == 0 ? 0 : offset + m_options.parts[static_cast<std::size_t>(p) - 1].features();
        m_inputs.push_back({wire, offset});
        next += layoutOf(m_circuit, m_sizes, *m_circuit.wire(wire)).size();
    }
    m_state.several = feeds.size() > 1 || (feeds.size() == 1 && feeds.front().part >= 0);
    if (!m_state.several) return;
    ArrayInfo sample;
    sample.size = m_options.inputShape.empty() ? next : elements(m_options.inputShape);
    sample.shape = m_options.inputShape.empty() ? Shape{next} : m_options.inputShape;
    m_state.input = 0;
    m_state.arrays.push_back(std::move(sample));
    ArrayLayout flat;
    flat.dimensions.push_back({"", m_state.arrays.front().size, false});
    m_state.layouts.push_back(std::move(flat));
}

Result<void> NetworkCompiler::order() {
    const std::vector<const Operation*> ordered = orderOfExecution();
    if (ordered.size() != m_circuit.operations.size())
        return problem("LAB-NET-104", "the wires form a loop", m_circuit.title, "cut one wire of it");
    Index held = 0;
    for (const Wire& w : m_circuit.wires) {
        for (const std::string& a : w.axes)
            if (m_circuit.axis(a)->role != AxisRole::Batch && m_sizes.size.count(a) == 0)
                return problem("LAB-NET-120", "the size of axis " + plainLabel(m_circuit.axis(a)->name) + " is open", "wire " + w.id,
                               "type a number on the axis, or choose data that gives it");
        const Index size = sizeWithin(layoutOf(m_circuit, m_sizes, w), kMaxNumbers);
        held += size;
        if (size < 0 || held > kMaxNumbers)
            return problem("LAB-NET-118", "a sample would take more than " + std::to_string(kMaxNumbers) + " numbers", "wire " + w.id,
                           "make an axis smaller, or run the circuit fewer times");
    }
    placeInputs();
    for (const Operation* op : ordered) {
        NodeInfo info;
        info.operation = op->id;
        info.kind = op->kind;
        for (const std::string& wire : op->in) info.in.push_back(m_arrayOf.at(wire));
        for (const std::string& wire : op->out) {
            const Wire& w = *m_circuit.wire(wire);
            const ArrayLayout layout = layoutOf(m_circuit, m_sizes, w);
            ArrayInfo array;
            array.wire = wire;
            const std::vector<long> shape = wireShape(m_circuit, m_sizes, wire);
            array.shape.assign(shape.begin(), shape.end());
            array.size = layout.size();
            m_arrayOf[wire] = static_cast<int>(m_state.arrays.size());
            info.out.push_back(m_arrayOf[wire]);
            m_state.arrays.push_back(std::move(array));
            m_state.layouts.push_back(layout);
        }
        if (findOperation(op->kind)->rule == AxisRule::Source) {
            if (m_state.several)
                info.in.push_back(m_state.input);
            else
                m_state.input = info.out.front();
        }
        m_state.infos.push_back(std::move(info));
    }
    const Index wanted = m_options.inputShape.empty() ? 0 : elements(m_options.inputShape);
    const Index size = m_state.arrays[static_cast<std::size_t>(m_state.input)].size;
    if (wanted > 0 && wanted != size)
        return problem(
            "LAB-NET-109",
            "the samples have " + std::to_string(wanted) + " numbers, the input of the circuit " + std::to_string(size),
            m_circuit.title, "set the sizes of the input to those of the data");
    return {};
}

Result<BlockAt> NetworkCompiler::addBlock(int node, const std::string& suffix, ParamBlock block) {
    const Operation& op = operation(node);
    if (!op.tie.empty() && block.operation.empty()) {
        const auto owner = m_blocks.find(op.tie);
        if (owner != m_blocks.end()) {
            const auto found = owner->second.find(suffix);
            if (found != owner->second.end() && m_state.store.block(found->second.block).shape == block.shape) {
                m_blocks[op.id] = owner->second;
                return found->second;
            }
            return problem("LAB-NET-107", "its weights have another shape than those that it shares", displayName(op),
                           "give both operations the same sizes and settings, or let it have weights of its own");
        }
    }
    const Index count = productWithin(block.shape, kMaxParameters);
    if (count < 0 || m_state.store.size() + count > kMaxParameters)
        return problem("LAB-NET-119", "the network would have more than " + std::to_string(kMaxParameters) + " parameters", displayName(op),
                       "make an axis that it reads or writes smaller");
    block.name = m_prefix.at(op.id) + "." + suffix;
    block.operation = op.id;
    block.layer = m_state.infos[static_cast<std::size_t>(node)].stage;
    BlockAt at;
    at.block = m_state.store.add(std::move(block));
    at.offset = m_state.store.block(at.block).offset;
    m_blocks[op.id][suffix] = at;
    return at;
}

Result<void> NetworkCompiler::buildNode(int node) {
    NodeInfo& info = m_state.infos[static_cast<std::size_t>(node)];
    const Operation& op = operation(node);
    KernelBuild build{op, operationParams(op), {}, {}, {}, {}, {}, &m_circuit, &m_sizes};
    for (const int array : info.in) build.in.push_back(m_state.layouts[static_cast<std::size_t>(array)]);
    for (const int array : info.out) build.out.push_back(m_state.layouts[static_cast<std::size_t>(array)]);
    const auto input = std::find_if(m_inputs.begin(), m_inputs.end(),
                                    [&](const ExecutionPlan::Input& i) { return !op.out.empty() && i.wire == op.out.front(); });
    if (m_state.several && input != m_inputs.end()) {
        m_state.nodes[static_cast<std::size_t>(node)].kernel =
            makeColumnsKernel(m_state.arrays.front().size, input->offset, build.out.front().size());
        return {};
    }
    OperationTargets targets = targetsOf(m_circuit, op);
    build.targetIn = std::move(targets.in);
    build.targetOut = std::move(targets.out);
    // Kinds with wiring of their own check it themselves.
    const bool own = findOperation(op.kind)->rule == AxisRule::Own;
    for (const ArrayLayout& in : build.in)
        for (const ArrayLayout& out : build.out)
            if (!own && !passesInOrder(in, build.targetIn, out, build.targetOut))
                return problem("LAB-NET-106", "the axes that pass by stand in another order behind it than in front of it",
                               displayName(op), "give its wires the same order of axes");
    build.addBlock = [&](const std::string& suffix, ParamBlock block) { return addBlock(node, suffix, std::move(block)); };
    Result<std::unique_ptr<Kernel>> kernel = findKernel(op.kind)(build);
    if (!kernel) return kernel.error();
    info.blocks = (*kernel)->blocks;
    info.macs = (*kernel)->macs();
    m_state.nodes[static_cast<std::size_t>(node)].kernel = std::move(*kernel);
    return {};
}

Result<void> NetworkCompiler::build() {
    Result<StagePlan> plan = planStages(m_circuit, m_state.infos);
    if (!plan) return plan.error();
    m_plan = std::move(*plan);
    for (std::size_t s = 0; s < m_plan.ranges.size(); ++s)
        for (int i = m_plan.ranges[s].first; i < m_plan.ranges[s].last; ++i)
            m_state.infos[static_cast<std::size_t>(i)].stage = static_cast<int>(s);

    std::map<std::string, int> taken;
    for (const NodeInfo& info : m_state.infos) {
        const std::string wanted = prefixOf(*m_circuit.operation(info.operation));
        const int uses = ++taken[wanted];
        m_prefix[info.operation] = uses == 1 ? wanted : wanted + "_" + std::to_string(uses);
    }
    const int count = static_cast<int>(m_state.infos.size());
    m_state.nodes.resize(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        if (Result<void> ok = buildNode(i); !ok) return ok;

    for (const StagePlan::Range& range : m_plan.ranges) {
        Stage stage;
        stage.firstNode = range.first;
        stage.lastNode = range.last;
        stage.input = m_state.stages.empty() ? m_state.input : m_state.stages.back().output;
        stage.output = arrayBehind(range.last - 1);
        stage.firstBlock = stage.lastBlock = static_cast<int>(m_state.store.blocks().size());
        int maps = 0, functions = 0, others = 0;
        for (int i = range.first; i < range.last; ++i) {
            const NodeInfo& info = m_state.infos[static_cast<std::size_t>(i)];
            const Kernel& kernel = *m_state.nodes[static_cast<std::size_t>(i)].kernel;
            stage.macs += info.macs;
            for (const int block : info.blocks) {
                if (m_state.store.block(block).operation != info.operation) continue;
                stage.firstBlock = std::min(stage.firstBlock, block);
                stage.lastBlock = stage.lastBlock == static_cast<int>(m_state.store.blocks().size())
                                      ? block + 1
                                      : std::max(stage.lastBlock, block + 1);
            }
            const OperationDescription* d = findOperation(info.kind);
            const ParamSet params = operationParams(operation(i));
            if (kernel.dense()) {
                ++maps;
                stage.linearNode = i;
            } else if (kernel.activation() != nullptr && maps == 1) {
                ++functions;
                stage.pointwiseNode = i;
            } else if (maps == 0 && info.blocks.empty() && (d->rule == AxisRule::Merge || params.find("type") != nullptr)) {
                continue;  // a normaliser or change of shape in front
            } else {
                ++others;
            }
        }
        if (maps != 1 || functions > 1 || others > 0) stage.linearNode = stage.pointwiseNode = -1;
        if (stage.firstBlock < stage.lastBlock) {
            stage.paramOffset = m_state.store.block(stage.firstBlock).offset;
            const ParamBlock& last = m_state.store.block(stage.lastBlock - 1);
            stage.paramCount = last.offset + last.count - stage.paramOffset;
        }
        m_state.stages.push_back(std::move(stage));
    }
    findOutput();
    nameStages();
    return {};
}

Result<ExecutionPlan> executionPlan(const Circuit& circuit, const CompileOptions& options) {
    Network::State state;
    NetworkCompiler compiler(circuit, options, state);
    if (Result<void> ok = compiler.run(); !ok) return ok.error();
    return compiler.plan();
}

Result<std::unique_ptr<Network>> Network::compile(const Circuit& circuit, const CompileOptions& options) {
    std::unique_ptr<Network> network(new Network);
    NetworkCompiler compiler(circuit, options, *network->m_state);
    if (Result<void> ok = compiler.run(); !ok) return ok.error();
    return network;
}

}  // namespace lab

// From a circuit to a network, in steps: sizes, repetitions, order of execution, kernels and parameters (Compile.cpp), what the
// stages are called and what the network answers (CompileStages.cpp), shared memory and what errors flow back
// (CompileMemory.cpp). Inside of core/network.
#pragma once

#include "core/circuit/Expand.h"
#include "core/network/ExecutionPlan.h"
#include "core/network/NetworkState.h"

#include <map>

namespace lab {

class NetworkCompiler {
public:
    NetworkCompiler(const Circuit& circuit, const CompileOptions& options, Network::State& state)
        : m_circuit(circuit), m_options(options), m_state(state) {}  // a copy: repetitions are written out in it

    Result<void> run();
    ExecutionPlan plan() const;

private:
    Result<void> solve();
    Result<void> expand();
    Result<void> order();
    std::vector<const Operation*> orderOfExecution() const;
    int arrayBehind(int node) const;
    Result<void> checkEnds();
    Result<void> build();
    Result<void> buildNode(int node);
    Result<BlockAt> addBlock(int node, const std::string& suffix, ParamBlock block);
    void placeInputs();
    void nameStages();
    void share();
    void planBackward();
    const ExecutionPlan::Input* rebuiltInput() const;
    void findOutput();
    void nameAsDrawn();

    const Operation& operation(int node) const {
        return *m_circuit.operation(m_state.infos[static_cast<std::size_t>(node)].operation);
    }

    Circuit m_circuit;
    ExpandedCircuit m_expanded;  // where the copies of repetitions come from
    const CompileOptions& m_options;
    Network::State& m_state;
    SizeSolution m_sizes;
    StagePlan m_plan;
    std::vector<std::string> m_operationOf;                          // node -> operation of m_circuit
    std::map<std::string, int> m_arrayOf;                            // wire -> array
    std::vector<ExecutionPlan::Input> m_inputs;
    std::map<std::string, std::string> m_prefix;                     // operation -> parameter prefix
    std::map<std::string, std::map<std::string, BlockAt>> m_blocks;  // operation -> suffix -> block
};

}  // namespace lab

// Inside of a compiled network; shared by the compiler and the passes.
#pragma once

#include "core/network/Kernel.h"

namespace lab {

struct Network::State {
    struct Node {
        std::unique_ptr<Kernel> kernel;
        bool skipForward = false;    // a view, or fused into the kernel in front
        bool skipBackward = false;   // a view that passes its adjoint on
        int activated = -1;          // array of the pointwise function that this kernel took over
        std::vector<char> addBlock;  // per block: a later user of the block in this stage has already written it
        std::vector<char> wanted;    // per input: something learned stands in front of it inside the stage
    };

    std::vector<ArrayInfo> arrays;
    std::vector<ArrayLayout> layouts;
    std::vector<NodeInfo> infos;
    std::vector<Node> nodes;
    std::vector<Stage> stages;
    std::vector<int> valueSlot;  // array -> memory; views share
    std::vector<int> adjointSlot;
    std::vector<Index> valueSize;  // per slot, of one sample; 0 = unused
    std::vector<Index> adjointSize;
    std::vector<char> all;  // as long as the blocks: all 1, for accumulating passes
    ParamStore store;
    int input = -1;
    int scores = -1;
    Task task = Task::Classify;
    int classes = 0;
    bool readout = false;
    bool several = false;   // inputs
    Index target = 0;       // column of the sample where what is rebuilt begins
};

struct Workspace::State {
    Index capacity = 0;
    std::vector<Buffer> memory;            // of values, adjoints and scratch
    std::vector<Real*> value, adjoint;     // by array
    std::vector<Index> sizes;              // by array
    std::vector<Real*> scratch;            // by node
    ForwardMode mode;                      // of the last forward
    // Argument lists by node, so that a pass allocates nothing.
    std::vector<std::vector<Real*>> in, out, inAdjoint, outAdjoint;
};

// Finds the stages (see Network.h) and fills NodeInfo::stage. Parameters are not numbered yet.
struct StagePlan {
    struct Range {
        int first = 0, last = 0;
    };
    std::vector<Range> ranges;
    int tail = 0;  // nodes from here on belong to no stage
};
Result<StagePlan> planStages(const Circuit& circuit, const std::vector<NodeInfo>& nodes);

}  // namespace lab

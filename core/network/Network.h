// A circuit made executable: kernels in order, parameters in one contiguous vector, buffers sized once.
//
// Stages. Local rules train parts of a network. A stage is the smallest run of operations with one array in, one array
// out and at least one learned map inside; stages follow each other in a chain. A plain layer (linear, ReLU) is a stage;
// so is a whole residual block (copy, body, add). A stage begins at a length normaliser (rms, l2) or shape change in
// front of its learned map and ends before the next such group: pointwise functions, pooling, batch and layer
// norms belong to the map before them. The last stage, whose output are the class scores (or the reconstruction), is the
// read-out. A softmax after it is not part of any stage: losses read its input.
//
// A stage is differentiated exactly inside (vector-Jacobian products); whether anything crosses its borders is the
// learning rule's choice.
#pragma once

#include "core/base/Result.h"
#include "core/base/Rng.h"
#include "core/circuit/Circuit.h"
#include "core/data/Dataset.h"
#include "core/math/Pool.h"
#include "core/network/ParamStore.h"

#include <functional>
#include <memory>

namespace lab {

// What the output is compared with.
enum class Task {
    Classify,     // class scores against a label: cross-entropy
    Reconstruct,  // the input itself, or one of its arrays: half the squared error, summed over features, mean over samples
};

struct ArrayInfo {
    std::string wire;  // circuit wire id
    Shape shape;       // one sample
    Index size = 0;    // elements of one sample
};

struct NodeInfo {
    std::string operation;  // circuit operation id
    std::string kind;
    std::vector<int> in;    // array indices
    std::vector<int> out;
    int stage = -1;         // -1: the softmax and output after the read-out
    std::vector<int> blocks;  // parameter blocks
    double macs = 0;        // multiply-accumulates of one sample, forward
};

struct Stage {
    std::string title;      // "L1", or the residual group's title
    int firstNode = 0;
    int lastNode = 0;       // one past the end, in node order
    int input = 0;          // array
    int output = 0;         // array
    int firstBlock = 0;     // parameter blocks of this stage: [firstBlock, lastBlock)
    int lastBlock = 0;
    Index paramOffset = 0;  // the same as a range of the parameter vector
    Index paramCount = 0;
    bool readout = false;
    double macs = 0;
    // The pattern "one linear map, at most one pointwise function" (with or without a length normaliser in front), which
    // rules with their own dynamics need; -1 where the stage is anything else.
    int linearNode = -1;
    int pointwiseNode = -1;
};

struct CompileOptions {
    Shape inputShape;  // of the data set
    int classes = 0;
    std::vector<DataPart> parts = {};  // of the data set, where a sample consists of several arrays
};

// How long a workspace holds what a pass wrote.
enum class Hold {
    AllStages,  // until the next pass: what a backward pass through several stages needs
    TwoStages,  // until the stage after the next one runs: what a local rule needs. Memory does not grow with depth.
};

// Activations and adjoints for up to `capacity` samples at a time. One workspace belongs to one thread of control.
class Workspace {
public:
    Workspace();
    ~Workspace();
    Workspace(Workspace&&) noexcept;
    Workspace& operator=(Workspace&&) noexcept;

    Index capacity() const;
    Real* value(int array);              // capacity x size, row-major; rows beyond the current batch are undefined
    const Real* value(int array) const;
    const Real* adjoint(int array) const;
    Real* adjoint(int array);            // dL/d(value), same layout; only where the workspace was made with adjoints
    MatrixMap valueMap(int array, Index rows);
    MatrixMap adjointMap(int array, Index rows);
    std::size_t bytes() const;           // held memory, for the cost meter

private:
    friend class Network;
    struct State;
    std::unique_ptr<State> m_state;
};

struct ForwardMode {
    bool training = false;      // batch norm uses batch statistics, dropout is active
    bool updateStatistics = false;  // batch norm moves its running statistics
    std::uint64_t seed = 0;     // dropout masks
    std::uint64_t step = 0;
    Real* parameters = nullptr;  // values to use instead of parameters(), same layout (a rule's own copies); null = own
};

struct BackwardOptions {
    Real* gradient = nullptr;       // as long as the parameter vector; the stage's range is overwritten
    bool accumulate = false;        // add to `gradient` instead
    bool inputAdjoint = false;      // also form the adjoint of the stage's input (a local rule has no need of it)
    const Real* transport = nullptr;  // parameters whose weights carry the error down (feedback alignment); null = own
    const Real* parameters = nullptr;  // as ForwardMode::parameters
};

class Network {
public:
    // Errors: LAB-NET-1xx, with the operation concerned in `where`. Size problems are those of solveSizes.
    static Result<std::unique_ptr<Network>> compile(const Circuit& circuit, const CompileOptions& options);
    ~Network();

    const std::vector<ArrayInfo>& arrays() const;
    const std::vector<NodeInfo>& nodes() const;    // in order of execution
    const std::vector<Stage>& stages() const;      // at least one; the last is the read-out if hasReadout()
    bool hasReadout() const;
    int inputArray() const;
    int scoresArray() const;                       // the read-out's output, before a final softmax
    Task task() const;
    int classes() const;
    Index inputSize() const;
    // Circuits with several inputs read one array that holds a sample as the data set has it; each input takes its columns.
    bool hasSeveralInputs() const;
    // Task::Reconstruct: the columns of the sample that the scores are compared with begin here; as many as there are scores.
    Index targetOffset() const;

    ParamStore& parameters();
    const ParamStore& parameters() const;
    // Fills every block by its operation's `init` argument, from the stream (seed, Purpose::Init, block).
    void initialise(std::uint64_t seed);

    // With Hold::TwoStages stages must run in order and be differentiated before the next one runs; the adjoint of a stage's
    // input is not there. The input and the scores are always held.
    Workspace makeWorkspace(Index capacity, bool adjoints, Hold hold = Hold::AllStages) const;
    // Memory for the passes of one stage only, its input included. Stages with a workspace each do not disturb each other:
    // they may run at the same time, each on a copy of what the stage below put out.
    Workspace makeStageWorkspace(int stage, Index capacity, bool adjoints) const;

    // Forward and backward passes with different workspaces and different `parameters` may run at the same time (with a
    // pool each): the network itself holds no state of a pass.
    // Runs the stages [first, last) on `rows` samples that stand in value(stage(first).input). Rows <= capacity.
    void forward(Pool& pool, Workspace& work, Index rows, int first, int last, const ForwardMode& mode);
    // Evaluation-mode forward that does not touch the network (running statistics are read only). `parameters`: values
    // to use instead of parameters(), same layout.
    void evaluate(Pool& pool, Workspace& work, Index rows, int first, int last, const Real* parameters = nullptr) const;
    // The same for what follows `node` inside its stage: its outputs have been written by the caller, who had a cheaper way
    // (one product for inputs that differ in a few places).
    void evaluateBehind(Pool& pool, Workspace& work, Index rows, int node, const Real* parameters = nullptr) const;
    // Vector-Jacobian product of one stage: reads adjoint(stage.output), and the values of the last forward.
    void backward(Pool& pool, Workspace& work, Index rows, int stage, const BackwardOptions& options);

    // Copies the samples into value(inputArray()).
    void setInput(Workspace& work, const ConstMatrixMap& x) const;

    struct State;  // inside of the compiler and the passes

private:
    Network();
    Workspace workspace(Index capacity, bool adjoints, Hold hold, int only) const;
    void runNode(Pool& pool, Workspace& work, Index rows, int node, const Real* parameters, Real* statistics) const;
    void runForward(Pool& pool, Workspace& work, Index rows, int first, int last, const ForwardMode& mode,
                    const Real* parameters, Real* statistics) const;
    std::unique_ptr<State> m_state;
};

// Cross-entropy of scores (rows x classes) against labels: returns the mean loss; if `error` is not null writes
// (softmax - onehot) / rows there. Row maximum subtracted, accumulated in double, in row order.
double crossEntropy(const Real* scores, Index rows, Index classes, const int* labels, Real* error);
// Half squared error against `target`, summed over features, mean over rows; `error` as above: (output - target) / rows.
// Rows of the target begin `stride` numbers apart; 0 = one behind the other.
double halfSquaredError(const Real* output, const Real* target, Index rows, Index size, Real* error, Index stride = 0);
// The loss of Task::Reconstruct for samples `x`: against the columns of the sample that the network rebuilds.
double rebuildingError(const Network& network, const Real* output, const ConstMatrixMap& x, Real* error);
// Index of the largest score per row, the first one on ties.
void argmaxRows(const Real* scores, Index rows, Index classes, int* labels);

// The exact gradient of the task loss (mean over rows) with respect to all parameters, evaluated in training mode on a
// copy of the running statistics; gradient has parameters().size() entries. Returns the loss.
double trueGradient(Pool& pool, Network& network, Workspace& work, const ConstMatrixMap& x, const int* labels,
                    Real* gradient);

}  // namespace lab

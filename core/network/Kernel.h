// What an operation kind does: forward and vector-Jacobian product on arrays of `rows` samples. Kernels hold sizes and
// block numbers, never the state of a pass; what a backward pass needs besides the values lies in the workspace.
#pragma once

#include "core/circuit/Operations.h"
#include "core/circuit/SizeSolver.h"
#include "core/math/Activations.h"
#include "core/network/Network.h"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lab {

// Memory order of one sample: axes that are not positions first (channels), then positions (rows, columns).
struct ArrayLayout {
    struct Dimension {
        std::string axis;
        Index size = 0;
        bool position = false;
    };
    std::vector<Dimension> dimensions;

    Index size() const;
    Index channels() const;  // product of all dimensions that are not positions
    std::vector<Index> positions() const;
};

// The sample as outer x target x inner, where `target` are the dimensions that an operation reads.
struct ArraySplit {
    Index outer = 1, target = 1, inner = 1;
};

struct KernelRun {
    Pool& pool;
    Index rows = 0;
    const Real* parameters = nullptr;
    Real* statistics = nullptr;  // forward: the same vector, writable, where running statistics shall move; else null
    const ForwardMode* mode = nullptr;  // forward and backward: the mode of the last forward
    int node = 0;
    std::span<Real*const> in = {}, out = {};  // values
    std::span<Real* const> inAdjoint = {};    // backward: null where nobody needs it
    std::span<Real* const> outAdjoint = {};
    Real* activated = nullptr;  // forward of a kernel that took over the pointwise function behind it
    Real* scratch = nullptr;    // scratch() numbers that stay from forward to backward
    // Backward.
    Real* gradient = nullptr;                     // null: parameter gradients are not wanted
    const std::vector<char>* addBlock = nullptr;  // per block: add to the gradient instead of overwriting
    const Real* transport = nullptr;              // weights for the way down

    Real beta(int block) const { return (*addBlock)[static_cast<std::size_t>(block)] ? Real(1) : Real(0); }
};

struct FusedActivation {
    Activation f = Activation::Identity;
    Real slope = 0;
};

class Kernel {
public:
    virtual ~Kernel() = default;
    virtual void forward(const KernelRun& run) const = 0;
    virtual void backward(const KernelRun& run) const = 0;
    virtual void initialise(ParamStore& store, std::uint64_t seed) const;

    // Numbers that one workspace of this capacity needs beside the arrays.
    virtual Index scratch(Index capacity) const;
    // Multiply-accumulates of one sample, forward.
    virtual double macs() const { return 0; }
    // The outputs are the input under other names: no memory, no work.
    virtual bool view() const { return false; }
    // The adjoint of every input equals the adjoint of the output: no memory, no work.
    virtual bool passesAdjoint() const { return false; }
    // The pointwise function, where the kernel is one and nothing else.
    virtual const FusedActivation* activation() const { return nullptr; }
    // Takes over the pointwise function behind it, so that both run while the tile is in the cache.
    virtual bool fuse(const FusedActivation& activation);
    // A plain linear map of the whole sample, as rules with their own dynamics need it.
    virtual bool dense() const { return false; }

    std::vector<int> blocks;
};

// Where the numbers of a block stand in the parameter vector.
struct BlockAt {
    int block = -1;  // -1: there is none
    Index offset = 0;

    explicit operator bool() const { return block >= 0; }
};

struct KernelBuild {
    const Operation& operation;
    ParamSet params;
    std::vector<ArrayLayout> in, out;
    std::vector<std::string> targetIn;   // axes that it reads, as they are called on its first input wire
    std::vector<std::string> targetOut;  // axes that it writes, on its first output wire
    // Adds "<operation>.<suffix>" or, for an operation that is tied to another, finds the block of that one; an error
    // (LAB-NET-107) where the shapes differ.
    // A block that already names its operation is its own whatever it is tied to.
    std::function<Result<BlockAt>(const std::string& suffix, ParamBlock block)> addBlock;
    const Circuit* circuit = nullptr;     // the circuit that is compiled, repetitions written out
    const SizeSolution* sizes = nullptr;  // and its sizes
};

using KernelFactory = Result<std::unique_ptr<Kernel>> (*)(const KernelBuild&);
// nullptr for a kind without a kernel.
KernelFactory findKernel(const std::string& kind);
std::vector<std::string> kernelKinds();

// One factory per kind, each in a file of its own.
Result<std::unique_ptr<Kernel>> makeEndKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeLinearKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeConvKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makePoolKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makePointwiseKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeNormKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeDropoutKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeMergeKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeCopyKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeAddKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeSoftmaxKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeEinsumKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeSplitKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeRenameKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeConcatKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makePartsKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeIndexKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeZeroKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeWindowKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeTappedConvKernel(const KernelBuild&);      // any dilation
Result<std::unique_ptr<Kernel>> makeTransposedConvKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeTransposedLinearKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeEmbeddingKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeOffsetKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeMaskKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeScaleKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeSpikeKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeFoldKernel(const KernelBuild&);            // sum, product or maximum of arrays
Result<std::unique_ptr<Kernel>> makeGatherKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeScatterKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeTopKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeSwapKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeRepeatKernel(const KernelBuild&);
Result<std::unique_ptr<Kernel>> makeConstantKernel(const KernelBuild&);
// An input of a circuit that has several: `count` columns of the sample from `offset` on.
std::unique_ptr<Kernel> makeColumnsKernel(Index sampleSize, Index offset, Index count);

// The dimensions of `axes` in this layout; an error (LAB-NET-105) where they do not lie side by side in memory.
// An empty list means the whole sample.
Result<ArraySplit> splitLayout(const ArrayLayout& layout, const std::vector<std::string>& axes, const Operation& operation);
// Whether the dimensions that pass by the operation (those not in the lists) come out in the order in which they went in.
bool passesInOrder(const ArrayLayout& in, const std::vector<std::string>& targetIn, const ArrayLayout& out,
                   const std::vector<std::string>& targetOut);

}  // namespace lab

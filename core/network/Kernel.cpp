#include "core/network/Kernel.h"

#include <algorithm>
#include <utility>

namespace lab {

namespace {

// The one list of kernels, by operation kind.
constexpr std::array<std::pair<const char*, KernelFactory>, 35> kKernels = {{
    {"input", makeEndKernel},
    {"linear", makeLinearKernel},
    {"linearT", makeTransposedLinearKernel},
    {"conv", makeTappedConvKernel},
    {"convT", makeTransposedConvKernel},
    {"embed", makeEmbeddingKernel},
    {"offset", makeOffsetKernel},
    {"pointwise", makePointwiseKernel},
    {"norm", makeNormKernel},
    {"softmax", makeSoftmaxKernel},
    {"mask", makeMaskKernel},
    {"scale", makeScaleKernel},
    {"spike", makeSpikeKernel},
    {"dropout", makeDropoutKernel},
    {"pool", makePoolKernel},
    {"window", makeWindowKernel},
    {"merge", makeMergeKernel},
    {"split", makeSplitKernel},
    {"concat", makeConcatKernel},
    {"parts", makePartsKernel},
    {"copy", makeCopyKernel},
    {"add", makeFoldKernel},
    {"einsum", makeEinsumKernel},
    {"rename", makeRenameKernel},
    {"swap", makeSwapKernel},
    {"repeat", makeRepeatKernel},
    {"gather", makeGatherKernel},
    {"scatter", makeScatterKernel},
    {"topk", makeTopKernel},
    {"const", makeConstantKernel},
    {"index", makeIndexKernel},
    {"grab", makeZeroKernel},
    {"drop", makeEndKernel},
    {"discard", makeEndKernel},
    {"output", makeEndKernel},
}};

}  // namespace

KernelFactory findKernel(const std::string& kind) {
    for (const auto& [name, factory] : kKernels)
        if (kind == name) return factory;
    return nullptr;
}

std::vector<std::string> kernelKinds() {
    std::vector<std::string> kinds;
    for (const auto& entry : kKernels) kinds.emplace_back(entry.first);
    return kinds;
}

void Kernel::initialise(ParamStore&, std::uint64_t) const {}
Index Kernel::scratch(Index) const {
    return 0;
}
bool Kernel::fuse(const FusedActivation&) {
    return false;
}

Index ArrayLayout::size() const {
    Index n = 1;
    for (const Dimension& d : dimensions) n *= d.size;
    return n;
}

Index ArrayLayout::channels() const {
    Index n = 1;
    for (const Dimension& d : dimensions)
        if (!d.position) n *= d.size;
    return n;
}

std::vector<Index> ArrayLayout::positions() const {
    std::vector<Index> sizes;
    for (const Dimension& d : dimensions)
        if (d.position) sizes.push_back(d.size);
    return sizes;
}

Result<ArraySplit> splitLayout(const ArrayLayout& layout, const std::vector<std::string>& axes,
                               const Operation& operation) {
    ArraySplit split;
    if (axes.empty()) {
        split.target = layout.size();
        return split;
    }
    int first = -1, last = -1, count = 0;
    for (int i = 0; i < static_cast<int>(layout.dimensions.size()); ++i) {
        if (std::find(axes.begin(), axes.end(), layout.dimensions[static_cast<std::size_t>(i)].axis) == axes.end())
            continue;
        if (first < 0) first = i;
        last = i;
        ++count;
    }
    if (count == 0 || last - first + 1 != count)
        return Error{"LAB-NET-105", "the axes that the operation reads do not lie side by side in memory",
                     displayName(operation), "let it read neighbouring axes, or all of them"};
    for (int i = 0; i < static_cast<int>(layout.dimensions.size()); ++i) {
        const Index size = layout.dimensions[static_cast<std::size_t>(i)].size;
        (i < first ? split.outer : i > last ? split.inner : split.target) *= size;
    }
    return split;
}

bool passesInOrder(const ArrayLayout& in, const std::vector<std::string>& targetIn, const ArrayLayout& out,
                   const std::vector<std::string>& targetOut) {
    const auto rest = [](const ArrayLayout& layout, const std::vector<std::string>& targets) {
        std::vector<const ArrayLayout::Dimension*> dimensions;
        for (const ArrayLayout::Dimension& d : layout.dimensions)
            if (std::find(targets.begin(), targets.end(), d.axis) == targets.end()) dimensions.push_back(&d);
        return dimensions;
    };
    const auto before = rest(in, targetIn), behind = rest(out, targetOut);
    if (before.size() != behind.size()) return false;
    const auto carries = [&](const std::string& axis) {
        return std::any_of(behind.begin(), behind.end(), [&](const ArrayLayout::Dimension* d) { return d->axis == axis; });
    };
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i]->size != behind[i]->size || before[i]->position != behind[i]->position) return false;
        // Under another name it is the same axis only if its own name is not somewhere else.
        if (before[i]->axis != behind[i]->axis && carries(before[i]->axis)) return false;
    }
    return true;
}

}  // namespace lab

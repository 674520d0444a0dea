// Operations that compute nothing or next to nothing: ends, merge, copy, add.
#include "core/math/Elementwise.h"
#include "core/network/Kernel.h"

#include <algorithm>

namespace lab {

namespace {

// Where samples enter and leave: the data is put there, or read there, by the caller.
class EndKernel final : public Kernel {
public:
    void forward(const KernelRun&) const override {}
    void backward(const KernelRun&) const override {}
};

// The same numbers in memory under another shape.
class MergeKernel final : public Kernel {
public:
    bool view() const override { return true; }
    bool passesAdjoint() const override { return true; }
    void forward(const KernelRun&) const override {}
    void backward(const KernelRun&) const override {}
};

// Several readers of one array: the values are shared, the adjoints of the readers add up.
class CopyKernel final : public Kernel {
public:
    explicit CopyKernel(Index size) : m_size(size) {}
    bool view() const override { return true; }
    void forward(const KernelRun&) const override {}

    void backward(const KernelRun& run) const override {
        Real* dx = run.inAdjoint[0];
        if (dx == nullptr) return;
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index begin, Index end) {
            std::copy(run.outAdjoint[0] + begin, run.outAdjoint[0] + end, dx + begin);
            for (std::size_t i = 1; i < run.outAdjoint.size(); ++i)
                addTo(run.outAdjoint[i] + begin, dx + begin, end - begin);
        });
    }

private:
    Index m_size;
};

// Sum of arrays of one shape; every summand has the adjoint of the sum.
class AddKernel final : public Kernel {
public:
    explicit AddKernel(Index size) : m_size(size) {}
    bool passesAdjoint() const override { return true; }

    void forward(const KernelRun& run) const override {
        Real* y = run.out[0];
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index begin, Index end) {
            std::copy(run.in[0] + begin, run.in[0] + end, y + begin);
            for (std::size_t i = 1; i < run.in.size(); ++i) addTo(run.in[i] + begin, y + begin, end - begin);
        });
    }
    void backward(const KernelRun&) const override {}

private:
    Index m_size;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makeEndKernel(const KernelBuild&) {
    return std::unique_ptr<Kernel>(new EndKernel);
}

Result<std::unique_ptr<Kernel>> makeMergeKernel(const KernelBuild& build) {
    const Result<ArraySplit> in = splitLayout(build.in[0], build.targetIn, build.operation);
    if (!in) return in.error();
    const Result<ArraySplit> out = splitLayout(build.out[0], build.targetOut, build.operation);
    if (!out) return out.error();
    if (in->outer != out->outer || in->inner != out->inner)
        return Error{"LAB-NET-106", "the merged axis stands in another place among the axes that pass by than its parts",
                     displayName(build.operation), "put the merged axis where its parts were"};
    return std::unique_ptr<Kernel>(new MergeKernel);
}

Result<std::unique_ptr<Kernel>> makeCopyKernel(const KernelBuild& build) {
    return std::unique_ptr<Kernel>(new CopyKernel(build.in[0].size()));
}

Result<std::unique_ptr<Kernel>> makeAddKernel(const KernelBuild& build) {
    return std::unique_ptr<Kernel>(new AddKernel(build.out[0].size()));
}

}  // namespace lab

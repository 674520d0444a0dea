// Pointwise functions: y = f(x), dx = f'(x) dy.
#include "core/math/Elementwise.h"
#include "core/network/Kernel.h"

namespace lab {

namespace {

class PointwiseKernel final : public Kernel {
public:
    PointwiseKernel(Index size, FusedActivation activation) : m_size(size), m_activation(activation) {}

    bool view() const override { return m_activation.f == Activation::Identity; }
    bool passesAdjoint() const override { return view(); }
    const FusedActivation* activation() const override { return &m_activation; }

    void forward(const KernelRun& run) const override {
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index begin, Index end) {
            activate(m_activation.f, m_activation.slope, run.in[0] + begin, run.out[0] + begin, end - begin);
        });
    }

    void backward(const KernelRun& run) const override {
        if (run.inAdjoint[0] == nullptr) return;
        run.pool.ranges(run.rows * m_size, kElementTile, [&](Index begin, Index end) {
            activateBackward(m_activation.f, m_activation.slope, run.in[0] + begin, run.out[0] + begin,
                             run.outAdjoint[0] + begin, run.inAdjoint[0] + begin, end - begin);
        });
    }

private:
    Index m_size;
    FusedActivation m_activation;
};

}  // namespace

Result<std::unique_ptr<Kernel>> makePointwiseKernel(const KernelBuild& build) {
    const std::string& name = build.params.text("fn");
    const std::optional<Activation> f = activationByName(name);
    if (!f)
        return Error{"LAB-NET-108", "the engine has no pointwise function \"" + name + "\"", displayName(build.operation),
                     ""};
    return std::unique_ptr<Kernel>(
        new PointwiseKernel(build.in[0].size(), {*f, static_cast<Real>(build.params.number("slope"))}));
}

}  // namespace lab

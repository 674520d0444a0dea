// Convolution: y_o = sum_c w_oc * x_c + b_o (cross-correlation), channels first.
#include "core/math/Init.h"
#include "core/network/WindowGeometryOf.h"

namespace lab {

namespace {

class ConvKernel final : public Kernel {
public:
    ConvKernel(const ConvGeometry& geometry, BlockAt weight, BlockAt bias, std::string init)
        : m_geometry(geometry), m_weight(weight), m_bias(bias), m_init(std::move(init)) {
        blocks.push_back(weight.block);
        if (bias) blocks.push_back(bias.block);
    }

    void initialise(ParamStore& store, std::uint64_t seed) const override {
        const ParamBlock& block = store.block(m_weight.block);
        initialiseWeights(m_init, store.data() + m_weight.offset, block.count, block.fanIn, block.fanOut, seed,
                          static_cast<std::uint64_t>(m_weight.block));
        if (m_bias)
            initialiseBias(m_init, store.data() + m_bias.offset, m_geometry.outChannels, block.fanIn, seed,
                           static_cast<std::uint64_t>(m_bias.block));
    }

    Index scratch(Index) const override { return convScratch(m_geometry); }

    double macs() const override {
        return static_cast<double>(m_geometry.outSize()) * static_cast<double>(m_geometry.patch());
    }

    bool fuse(const FusedActivation& activation) override {
        m_activation = activation;
        return true;
    }

    void forward(const KernelRun& run) const override {
        convForward(run.pool, m_geometry, run.rows, run.in[0], run.parameters + m_weight.offset,
                    m_bias ? run.parameters + m_bias.offset : nullptr, run.out[0], m_activation.f, m_activation.slope,
                    run.activated);
    }

    void backward(const KernelRun& run) const override {
        if (run.gradient != nullptr)
            convGradient(run.pool, m_geometry, run.rows, run.outAdjoint[0], run.in[0], run.beta(m_weight.block),
                         run.gradient + m_weight.offset, m_bias ? run.beta(m_bias.block) : Real(0),
                         m_bias ? run.gradient + m_bias.offset : nullptr, run.scratch);
        if (run.inAdjoint[0] != nullptr)
            convBackward(run.pool, m_geometry, run.rows, run.outAdjoint[0],
                         (run.transport != nullptr ? run.transport : run.parameters) + m_weight.offset, run.inAdjoint[0]);
    }

private:
    ConvGeometry m_geometry;
    BlockAt m_weight;
    BlockAt m_bias;
    std::string m_init;
    FusedActivation m_activation;
};

// Feature axes other than the channel would need weights that are shared across them.
bool channelsOnly(const ArrayLayout& layout, const std::vector<std::string>& targets) {
    for (const ArrayLayout::Dimension& d : layout.dimensions)
        if (!d.position && d.size != 1 && std::find(targets.begin(), targets.end(), d.axis) == targets.end()) return false;
    return true;
}

}  // namespace

Result<std::unique_ptr<Kernel>> makeConvKernel(const KernelBuild& build) {
    const Result<ConvGeometry> geometry = windowGeometryOf(build);
    if (!geometry) return geometry.error();
    if (!channelsOnly(build.in[0], build.targetIn) || !channelsOnly(build.out[0], build.targetOut))
        return Error{"LAB-NET-112", "a feature axis passes by the convolution", displayName(build.operation),
                     "let it read all feature axes, or merge them first"};
    const Index area = geometry->kernelHeight * geometry->kernelWidth;
    ParamBlock block;
    block.shape = {geometry->outChannels, geometry->channels, geometry->kernelHeight, geometry->kernelWidth};
    block.fanIn = geometry->patch();
    block.fanOut = geometry->outChannels * area;
    block.weight = true;
    const Result<BlockAt> weight = build.addBlock("weight", block);
    if (!weight) return weight.error();
    BlockAt bias;
    if (build.params.flag("bias")) {
        block.shape = {geometry->outChannels};
        block.weight = false;
        const Result<BlockAt> added = build.addBlock("bias", block);
        if (!added) return added.error();
        bias = *added;
    }
    return std::unique_ptr<Kernel>(new ConvKernel(*geometry, *weight, bias, build.params.text("init")));
}

}  // namespace lab

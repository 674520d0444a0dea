#include "core/rules/FeedbackMap.h"

#include "core/base/Assert.h"
#include "core/math/Gemm.h"
#include "core/rules/ReadoutLoss.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr Index kGrain = 16384;  // weights per tile of an elementwise pass

}  // namespace

FeedbackWeights::FeedbackWeights(const Network& network, FeedbackKind kind, double scale, std::uint64_t seed)
    : m_kind(kind), m_seed(seed) {
    const ParamStore& own = network.parameters();
    const std::vector<Stage>& stages = network.stages();
    m_carries.assign(stages.size(), false);
    m_transport.assign(own.data(), own.data() + own.size());
    for (std::size_t l = 0; l < stages.size(); ++l) {
        int weights = 0;
        for (int b = stages[l].firstBlock; b < stages[l].lastBlock; ++b) weights += own.block(b).weight;
        for (int b = stages[l].firstBlock; b < stages[l].lastBlock; ++b) {
            const ParamBlock& block = own.block(b);
            if (!block.weight) {
                m_others.push_back(b);
                continue;
            }
            if (l == 0 && weights < 2) continue;
            const double fans = static_cast<double>(std::max<Index>(1, block.fanIn + block.fanOut));
            Part part;
            part.block = b;
            part.fixed = -1;
            part.stage = static_cast<int>(l);
            part.bound = static_cast<Real>(scale * std::sqrt(6.0 / fans));
            part.deviation = static_cast<Real>(scale * std::sqrt(2.0 / fans));
            if (kind == FeedbackKind::Random || kind == FeedbackKind::FixedMagnitude) {
                ParamBlock fixed = block;
                fixed.name = "feedback." + block.name;
                fixed.title = "*B*_{" + std::to_string(l + 1) + "}";
                fixed.trained = false;
                part.fixed = m_store.add(std::move(fixed));
            }
            m_parts.push_back(part);
            m_carries[l] = true;
        }
    }
    m_store.fit();
    for (const Part& part : m_parts)
        if (part.fixed >= 0)
            draw(m_store.data(part.fixed), m_store.block(part.fixed).count,
                 Stream(seed, Purpose::Feedback, static_cast<std::uint64_t>(part.block)), part.bound, nullptr);
}

void FeedbackWeights::draw(Real* values, Index count, const Stream& stream, Real bound, Pool* pool) const {
    const auto fill = [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
            values[i] = static_cast<Real>(2 * stream.uniformAt(static_cast<std::uint64_t>(i)) - 1) * bound;
    };
    if (pool != nullptr)
        pool->ranges(count, kGrain, fill);
    else
        fill(0, count);
}

const Real* FeedbackWeights::transport(Pool& pool, const ParamStore& own, std::int64_t step) {
    for (const int b : m_others) std::copy_n(own.data(b), own.block(b).count, m_transport.data() + own.block(b).offset);
    for (const Part& part : m_parts) {
        const ParamBlock& block = own.block(part.block);
        const Real* w = own.data(part.block);
        Real* b = m_transport.data() + block.offset;
        const Real* kept = part.fixed >= 0 ? m_store.data(part.fixed) : nullptr;
        if (m_kind == FeedbackKind::FreshMagnitude)
            draw(b, block.count,
                 Stream(m_seed, Purpose::Feedback, static_cast<std::uint64_t>(part.block),
                        static_cast<std::uint64_t>(step) + 1),
                 part.bound, &pool);
        pool.ranges(block.count, kGrain, [&](Index begin, Index end) {
            if (m_kind == FeedbackKind::Random) {
                std::copy(kept + begin, kept + end, b + begin);
                return;
            }
            for (Index i = begin; i < end; ++i) {
                Real magnitude = part.deviation;
                if (m_kind == FeedbackKind::FixedMagnitude) magnitude = std::abs(kept[i]);
                if (m_kind == FeedbackKind::FreshMagnitude) magnitude = std::abs(b[i]);
                b[i] = w[i] > 0 ? magnitude : w[i] < 0 ? -magnitude : Real(0);
            }
        });
    }
    return m_transport.data();
}

double FeedbackWeights::angle(const ParamStore& own, int stage) const {
    double ww = 0, bb = 0, wb = 0;
    for (const Part& part : m_parts) {
        if (part.stage != stage) continue;
        const ParamBlock& block = own.block(part.block);
        const Real* w = own.data(part.block);
        const Real* b = m_transport.data() + block.offset;
        for (Index i = 0; i < block.count; ++i) {
            const double x = w[i], y = b[i];
            ww += x * x;
            bb += y * y;
            wb += x * y;
        }
    }
    if (ww <= 0 || bb <= 0) return 90.0;
    return std::acos(std::clamp(wb / std::sqrt(ww * bb), -1.0, 1.0)) * (180.0 / 3.14159265358979323846);
}

DirectFeedback::DirectFeedback(const Network& network, double scale, std::uint64_t seed) {
    const std::vector<Stage>& stages = network.stages();
    const Index outputs = network.arrays()[static_cast<std::size_t>(network.scoresArray())].size;
    for (std::size_t l = 0; l + 1 < stages.size(); ++l) {
        const Index width = network.arrays()[static_cast<std::size_t>(stages[l].output)].size;
        ParamBlock block;
        block.name = "feedback." + std::to_string(l + 1);
        block.title = "*B*_{" + std::to_string(l + 1) + "}";
        block.shape = {outputs, width};
        block.count = outputs * width;
        block.fanIn = outputs;
        block.fanOut = width;
        block.layer = static_cast<int>(l);
        block.weight = true;
        block.trained = false;
        m_store.add(std::move(block));
    }
    m_store.fit();
    for (int l = 0; l < static_cast<int>(m_store.blocks().size()); ++l) {
        const Stream stream(seed, Purpose::Feedback, static_cast<std::uint64_t>(l));
        const double bound = scale * std::sqrt(6.0 / static_cast<double>(m_store.block(l).fanOut));
        std::span<Real> b = m_store.view(l);
        for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<Real>((2 * stream.uniformAt(i) - 1) * bound);
    }
}

void DirectFeedback::project(Pool& pool, int stage, const Real* error, Index rows, Real* adjoint) const {
    const ParamBlock& block = m_store.block(stage);
    const Index outputs = block.shape[0], width = block.shape[1];
    gemm(pool, Transpose::No, Transpose::No, rows, width, outputs, 1, error, outputs, m_store.data(stage), width, 0,
         adjoint, width);
}

}  // namespace lab

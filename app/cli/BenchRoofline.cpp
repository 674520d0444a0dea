#include "app/cli/BenchRoofline.h"

#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"

#include <algorithm>
#include <chrono>
#include <functional>

namespace lab {

namespace {

double seconds(const std::function<void()>& work) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> times;
    for (int i = 0; i < 7; ++i) {
        const Clock::time_point start = Clock::now();
        work();
        times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

Buffer drawn(Index count) {
    Buffer values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Real>(static_cast<double>(i % 251) / 251 - 0.5);
    return values;
}

// One product, cut into one part per thread along the longer side of its result.
void bare(Pool& pool, const BareProduct& p, const Real* x, const Real* w, Real* y) {
    if (pool.products() != Products::Single) {  // rounded and cut as gemm does it: there is no other way
        switch (p.kind) {
            case BareProduct::Kind::Forward: productForward(pool, p.rows, p.in, p.out, x, w, y); break;
            case BareProduct::Kind::Input: productBackward(pool, p.rows, p.in, p.out, x, w, 0, y); break;
            case BareProduct::Kind::Gradient: productGradient(pool, p.rows, p.in, p.out, x, w, 0, y); break;
        }
        return;
    }
    const bool gradient = p.kind == BareProduct::Kind::Gradient;
    const Index m = gradient ? p.out : p.rows, n = p.kind == BareProduct::Kind::Forward ? p.out : p.in;
    const Index k = gradient ? p.rows : p.kind == BareProduct::Kind::Forward ? p.in : p.out;
    const Index parts = std::min<Index>(pool.threads(), std::max(m, n));
    // In multiples of 16: no thread works with ragged vectors because of the cut.
    const auto cut = [&](Index length, Index part) { return part >= parts ? length : std::min(length, (length * part / parts + 15) / 16 * 16); };
    pool.run(parts, [&](Index part) {
        const bool down = m > n;
        const Index i0 = down ? cut(m, part) : 0, i1 = down ? cut(m, part + 1) : m;
        const Index j0 = down ? 0 : cut(n, part), j1 = down ? n : cut(n, part + 1);
        if (i0 >= i1 || j0 >= j1) return;
        switch (p.kind) {
            case BareProduct::Kind::Forward:
                gemmSerial(Transpose::No, Transpose::Yes, i1 - i0, j1 - j0, k, 1, x + i0 * p.in, p.in, w + j0 * p.in, p.in, 0,
                           y + i0 * p.out + j0, p.out);
                break;
            case BareProduct::Kind::Input:
                gemmSerial(Transpose::No, Transpose::No, i1 - i0, j1 - j0, k, 1, x + i0 * p.out, p.out, w + j0, p.in, 0,
                           y + i0 * p.in + j0, p.in);
                break;
            case BareProduct::Kind::Gradient:
                gemmSerial(Transpose::Yes, Transpose::No, i1 - i0, j1 - j0, k, 1, x + i0, p.out, w + j0, p.in, 0,
                           y + i0 * p.in + j0, p.in);
                break;
        }
    });
}

}  // namespace

Roofline::Roofline(const Network& network, const std::vector<PassOver>& passes, bool readout, Index batch, int moments) {
    struct Map {
        Index positions, in, out;
    };
    std::vector<Map> maps;
    for (const NodeInfo& node : network.nodes()) {
        if (node.stage < 0 || (!readout && network.stages()[static_cast<std::size_t>(node.stage)].readout)) continue;
        for (const int b : node.blocks) {
            const ParamBlock& block = network.parameters().block(b);
            if (block.trained) m_weights += block.count;
            if (!block.weight || block.shape.size() < 2 || block.count == 0) continue;
            maps.push_back({static_cast<Index>(node.macs / static_cast<double>(block.count)), block.count / block.shape[0], block.shape[0]});
        }
    }
    Index copies = 1;
    for (const PassOver& pass : passes) copies = std::max(copies, pass.copies);
    m_values.push_back(drawn(maps.empty() ? 0 : copies * batch * maps[0].positions * maps[0].in));
    for (std::size_t i = 0; i < maps.size(); ++i) {
        const Map& map = maps[i];
        Index size = map.positions * map.out;
        if (i + 1 < maps.size()) size = std::max(size, maps[i + 1].positions * maps[i + 1].in);
        m_values.push_back(drawn(copies * batch * size));
        m_weight.push_back(drawn(map.in * map.out));
        m_gradient.push_back(drawn(map.in * map.out));
        m_moments.emplace_back(static_cast<std::size_t>(moments), drawn(map.in * map.out));
    }
    // In the order of a step: up the layers, then down.
    for (const PassOver& pass : passes) {
        for (std::size_t at = 0; at < maps.size(); ++at) {
            const std::size_t i = pass.kind == BareProduct::Kind::Forward ? at : maps.size() - 1 - at;
            if (pass.kind == BareProduct::Kind::Input && i == 0) continue;
            m_products.push_back({pass.kind, pass.copies * batch * maps[i].positions, maps[i].in, maps[i].out});
            m_map.push_back(i);
        }
    }
}

double Roofline::flops() const {
    double sum = 0;
    for (const BareProduct& p : m_products) sum += p.flops();
    return sum;
}

double Roofline::bytes() const {
    const std::size_t moments = m_moments.empty() ? 0 : m_moments.front().size();
    // Gradient and parameters are read, parameters written; moments are read and written.
    return static_cast<double>(m_weights) * static_cast<double>(sizeof(Real)) * (3.0 + 2.0 * static_cast<double>(moments));
}

void Roofline::run(Pool& pool) {
    for (std::size_t i = 0; i < m_products.size(); ++i) {
        const BareProduct& p = m_products[i];
        const std::size_t map = m_map[i];
        switch (p.kind) {
            case BareProduct::Kind::Forward: bare(pool, p, m_values[map].data(), m_weight[map].data(), m_values[map + 1].data()); break;
            case BareProduct::Kind::Input: bare(pool, p, m_values[map + 1].data(), m_weight[map].data(), m_values[map].data()); break;
            case BareProduct::Kind::Gradient: bare(pool, p, m_values[map + 1].data(), m_values[map].data(), m_gradient[map].data()); break;
        }
        if (p.kind != BareProduct::Kind::Gradient) continue;
        // The optimiser's traffic and next to no arithmetic.
        const Index count = static_cast<Index>(m_weight[map].size());
        pool.ranges(count, kElementTile, [&](Index begin, Index end) {
            const Real* g = m_gradient[map].data() + begin;
            for (Buffer& moment : m_moments[map]) scaleAdd(Real(0.01), g, Real(0.9), moment.data() + begin, end - begin);
            scaleAdd(Real(-1e-6), m_moments[map].empty() ? g : m_moments[map].back().data() + begin, Real(0.99),
                     m_weight[map].data() + begin, end - begin);
        });
    }
}

MachineSpeed measureMachine() {
    MachineSpeed speed;
    Pool one(1);  // the products' own library would take a second thread
    const Index rows = 512, width = 1000;
    const Buffer x = drawn(rows * width), w = drawn(width * width);
    Buffer y(static_cast<std::size_t>(rows * width));
    const double product = seconds([&] {
        one.run(1, [&](Index) {
            gemmSerial(Transpose::No, Transpose::No, rows, width, width, 1, x.data(), width, w.data(), width, 0, y.data(), width);
        });
    });
    speed.gigaflops = 2e-9 * static_cast<double>(rows * width * width) / product;
    Buffer a = drawn(Index(1) << 24), b = drawn(Index(1) << 24);
    const double stream = seconds([&] { scaleAdd(Real(0.5), a.data(), Real(0.5), b.data(), static_cast<Index>(a.size())); });
    speed.gigabytes = 1e-9 * 3.0 * static_cast<double>(a.size() * sizeof(Real)) / stream;
    return speed;
}

}  // namespace lab

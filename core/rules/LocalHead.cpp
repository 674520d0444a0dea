#include "core/rules/LocalHead.h"

#include "core/base/Rng.h"
#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"
#include "core/network/Network.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

// Keeps the draws of a rule's own parameters apart from those of the network's blocks.
constexpr std::uint64_t kOwnBlocks = 1u << 20;
constexpr Index kScoreRows = 64;

}  // namespace

LocalHead addHead(ParamStore& store, const std::string& name, const std::string& title, int layer, Index features,
                  Index classes, bool bias) {
    LocalHead head;
    head.features = features;
    head.classes = classes;
    ParamBlock weight;
    weight.name = name + ".weight";
    weight.title = title;
    weight.shape = {classes, features};
    weight.count = classes * features;
    weight.fanIn = features;
    weight.fanOut = classes;
    weight.layer = layer;
    weight.weight = true;
    head.weight = store.add(std::move(weight));
    if (bias) {
        ParamBlock offset;
        offset.name = name + ".bias";
        offset.title = title + " bias";
        offset.shape = {classes};
        offset.count = classes;
        offset.fanIn = features;
        offset.fanOut = classes;
        offset.layer = layer;
        head.bias = store.add(std::move(offset));
    }
    return head;
}

void initialiseHead(ParamStore& store, const LocalHead& head, std::uint64_t seed) {
    const Stream stream(seed, Purpose::Init, kOwnBlocks + static_cast<std::uint64_t>(head.weight));
    const double bound = 1.0 / std::sqrt(static_cast<double>(std::max<Index>(head.features, 1)));
    Real* w = store.data(head.weight);
    for (Index k = 0; k < head.classes * head.features; ++k)
        w[k] = static_cast<Real>(bound * (2 * stream.uniformAt(static_cast<std::uint64_t>(k)) - 1));
}

void headScores(Pool& pool, const ParamStore& store, const LocalHead& head, Index n, const Real* features, Real* scores) {
    // The product is thin: rows are shared out in smaller pieces than the tiles of a layer.
    const Real* w = store.data(head.weight);
    const Real* bias = head.bias >= 0 ? store.data(head.bias) : nullptr;
    pool.ranges(n, kScoreRows, [&](Index begin, Index end) {
        Real* out = scores + begin * head.classes;
        gemmSerial(Transpose::No, Transpose::Yes, end - begin, head.classes, head.features, 1, features + begin * head.features,
                   head.features, w, head.features, 0, out, head.classes);
        if (bias != nullptr) addRow(bias, out, end - begin, head.classes, head.classes);
    });
}

void headGradient(Pool& pool, const ParamStore& store, const LocalHead& head, Index n, const Real* features,
                  const Real* error, Real* gradient) {
    productGradient(pool, n, head.features, head.classes, error, features, Real(0), gradient + store.block(head.weight).offset);
    if (head.bias < 0) return;
    Real* bias = gradient + store.block(head.bias).offset;
    for (Index c = 0; c < head.classes; ++c) {
        double sum = 0;
        for (Index i = 0; i < n; ++i) sum += static_cast<double>(error[i * head.classes + c]);
        bias[c] = static_cast<Real>(sum);
    }
}

void headAdjoint(Pool& pool, const ParamStore& store, const LocalHead& head, Index n, const Real* error, Real* adjoint) {
    productBackward(pool, n, head.features, head.classes, error, store.data(head.weight), Real(0), adjoint);
}

double headAccuracy(const Real* scores, Index n, Index classes, const int* labels, std::vector<int>& scratch) {
    if (n == 0) return 0;
    if (static_cast<Index>(scratch.size()) < n) scratch.resize(static_cast<std::size_t>(n));
    argmaxRows(scores, n, classes, scratch.data());
    Index right = 0;
    for (Index i = 0; i < n; ++i) right += scratch[static_cast<std::size_t>(i)] == labels[i] ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(n);
}

void softmaxRows(Real* scores, Index n, Index classes) {
    for (Index i = 0; i < n; ++i) {
        RowVectorMap row(scores + i * classes, classes);
        const Real top = row.maxCoeff();
        double total = 0;
        for (Index c = 0; c < classes; ++c) {
            const double e = std::exp(static_cast<double>(row[c] - top));
            row[c] = static_cast<Real>(e);
            total += e;
        }
        row *= static_cast<Real>(1.0 / total);
    }
}

}  // namespace lab

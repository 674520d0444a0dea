#include "core/rules/PeerNorm.h"

#include "core/base/Assert.h"

namespace lab {

namespace {

constexpr double kKeep = 0.9;
constexpr Index kGrain = 256;
constexpr Index kRowGrain = 16;

double meanOf(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
}

}  // namespace

PeerNorm peerNormFromId(const std::string& id) {
    if (id == "hinton") return PeerNorm::Hinton;
    if (id == "variance") return PeerNorm::Variance;
    LAB_ASSERT(id == "none");
    return PeerNorm::None;
}

void updatePeerMeans(Pool& pool, const Real* h, Index rows, std::vector<double>& means) {
    const Index width = static_cast<Index>(means.size());
    double* m = means.data();
    const double share = (1 - kKeep) / static_cast<double>(rows);
    pool.ranges(width, kGrain, [=](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) {
            double sum = 0;
            for (Index i = 0; i < rows; ++i) sum += static_cast<double>(h[i * width + j]);
            m[j] = kKeep * m[j] + share * sum;
        }
    });
}

double peerSignal(PeerNorm form, double lambda, Index rows, const std::vector<double>& means, std::vector<double>& signal) {
    const double width = static_cast<double>(means.size());
    const double centre = meanOf(means);
    const double perRow = form == PeerNorm::Hinton ? lambda / static_cast<double>(rows)
                                                   : lambda * (2.0 / width) * (1 - kKeep) / static_cast<double>(rows);
    double variance = 0;
    signal.resize(means.size());
    for (std::size_t j = 0; j < means.size(); ++j) {
        signal[j] = perRow * (means[j] - centre);
        variance += (means[j] - centre) * (means[j] - centre);
    }
    return form == PeerNorm::Variance ? lambda * variance / width : 0.0;
}

void addPeerGradient(Pool& pool, const std::vector<double>& signal, const Real* x, Index rows, Index in, Real* weight,
                     Real* bias, std::vector<double>& scratch) {
    scratch.resize(static_cast<std::size_t>(in));
    double* sums = scratch.data();
    pool.ranges(in, kGrain, [=](Index begin, Index end) {
        for (Index k = begin; k < end; ++k) {
            double sum = 0;
            for (Index i = 0; i < rows; ++i) sum += static_cast<double>(x[i * in + k]);
            sums[k] = sum;
        }
    });
    const double* c = signal.data();
    pool.ranges(static_cast<Index>(signal.size()), kRowGrain, [=](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) {
            for (Index k = 0; k < in; ++k) weight[j * in + k] += static_cast<Real>(c[j] * sums[k]);
            if (bias != nullptr) bias[j] += static_cast<Real>(c[j] * static_cast<double>(rows));
        }
    });
}

void addPeerAdjoint(Pool& pool, const std::vector<double>& signal, Index rows, Real* adjoint) {
    const Index width = static_cast<Index>(signal.size());
    const double* c = signal.data();
    pool.ranges(rows, kRowGrain, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
            for (Index j = 0; j < width; ++j) adjoint[i * width + j] += static_cast<Real>(c[j]);
    });
}

}  // namespace lab

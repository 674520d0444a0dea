#include "core/data/Dataset.h"

#include <algorithm>
#include <numeric>

namespace lab {

void Samples::copy(const Index* which, Index n, Real* out) const {
    if (rows) {
        rows->read(which, n, out);
        return;
    }
    const Index features = x.cols();
    for (Index i = 0; i < n; ++i) {
        const Real* source = x.data() + which[i] * features;
        std::copy(source, source + features, out + i * features);
    }
}

const Real* Samples::block(Index first, Index n, Buffer& scratch) const {
    if (!rows) return x.data() + first * x.cols();
    const std::size_t needed = static_cast<std::size_t>(n * rows->width());
    if (scratch.size() < needed) scratch.resize(needed);
    std::vector<Index> which(static_cast<std::size_t>(n));
    std::iota(which.begin(), which.end(), first);
    rows->read(which.data(), n, scratch.data());
    return scratch.data();
}

}  // namespace lab

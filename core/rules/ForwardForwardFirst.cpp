// Forward-Forward: layer 1 of streams and candidates that differ in the label alone, from one product of the images.
#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"
#include "core/rules/ForwardForward.h"
#include "core/rules/LabelPaint.h"

#include <algorithm>

namespace lab {

namespace {

constexpr Index kRowGrain = 16;
constexpr Index kColumnGrain = 256;

}  // namespace

bool ForwardForward::sharesFirstProduct() const {
    const LocalStage& first = m_stack.front().stage;
    // A flatten in front of the map is the same memory; a norm of the circuit is not.
    return first.linearInput >= 0 && !first.normalises && m_work.value(first.linearInput) == m_work.value(first.input);
}

void ForwardForward::shareFirstProduct(Pool& pool, const ConstMatrixMap& x, Workspace& target) {
    const LocalStage& first = m_stack.front().stage;
    const Index size = x.cols();
    Real* input = target.value(first.input);
    paintNeutral(pool, x, m_network.classes(), 0, input);
    const double classes = static_cast<double>(m_network.classes());
    pool.ranges(x.rows(), kRowGrain, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const double squares = sumSquares(input + i * size, size);
            m_factor[static_cast<std::size_t>(i)] = lengthFactor(m_normBefore, squares + m_height * m_height, size);
            m_neutral[static_cast<std::size_t>(i)] =
                lengthFactor(m_normBefore, squares + m_height * m_height / classes, size);
        }
    });
    takeLabelColumns();
    productForward(pool, x.rows(), size, first.width, input, m_network.parameters().data(first.weight), m_shared.data());
}

void ForwardForward::takeLabelColumns() {
    const LocalStage& first = m_stack.front().stage;
    const Index size = m_network.inputSize(), classes = m_network.classes(), width = first.width;
    const Real* w = m_network.parameters().data(first.weight);
    for (Index j = 0; j < width; ++j) {
        double sum = 0;
        for (Index c = 0; c < classes; ++c) {
            const double v = m_height * static_cast<double>(w[j * size + c]);
            m_columns[static_cast<std::size_t>(c * width + j)] = static_cast<Real>(v);
            sum += v;
        }
        m_columns[static_cast<std::size_t>(classes * width + j)] = static_cast<Real>(sum / static_cast<double>(classes));
    }
}

// Z_1 = (X W^T + v column)/length + b: the row length is the same for every label but the neutral one.
void ForwardForward::firstLayerFrom(Pool& pool, Index sample, Index rows, const int* labels, Real* z) {
    const LocalStage& first = m_stack.front().stage;
    const Index width = first.width;
    const Real* b = first.bias >= 0 ? m_network.parameters().data(first.bias) : nullptr;
    const int neutral = m_network.classes();
    pool.ranges(rows, kRowGrain, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const std::size_t at = static_cast<std::size_t>(sample + i);
            const double factor = labels[i] == neutral ? m_neutral[at] : m_factor[at];
            scaledSum(static_cast<Real>(factor), m_shared.data() + (sample + i) * width,
                      m_columns.data() + labels[i] * width, b, z + i * width, width);
        }
    });
}

void ForwardForward::firstLayerOfStreams(Pool& pool, Index pairs, const int* truth) {
    const LocalStage& first = m_stack.front().stage;
    Real* z = work(0).value(m_firstSums);
    firstLayerFrom(pool, 0, pairs, truth, z);
    firstLayerFrom(pool, 0, pairs, m_wrong.data(), z + pairs * first.width);
    m_network.evaluateBehind(pool, work(0), 2 * pairs,
                             m_network.stages()[static_cast<std::size_t>(first.stage)].linearNode);
}

// dW = sum_i length_i (dz+_i + dz-_i) x_i^T on the columns of the image, which both streams share, and on the column of a
// label v times the sum of length_i dz_i over the rows that carry it.
void ForwardForward::firstGradientOfStreams(Pool& pool, Index pairs, const int* truth, Real* gradient) {
    const LocalStage& first = m_stack.front().stage;
    const ParamStore& store = m_network.parameters();
    const Index width = first.width, size = m_network.inputSize(), classes = m_network.classes();
    const Real* dz = work(0).adjoint(m_firstSums);
    pool.ranges(pairs, kRowGrain, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const Real length = static_cast<Real>(m_factor[static_cast<std::size_t>(i)]);
            Real* both = m_pairError.data() + i * width;
            std::copy_n(dz + i * width, width, both);
            scaleAdd(length, dz + (pairs + i) * width, length, both, width);
        }
    });
    Real* dw = gradient + store.block(first.weight).offset;
    productGradient(pool, pairs, size, width, m_pairError.data(), work(0).value(first.input), 0, dw);
    Real* db = first.bias >= 0 ? gradient + store.block(first.bias).offset : nullptr;
    pool.ranges(width, kColumnGrain, [&](Index begin, Index end) {
        const Index count = end - begin;
        for (Index c = 0; c < classes; ++c) std::fill_n(m_labelGradient.data() + c * width + begin, count, Real(0));
        for (Index i = 0; i < 2 * pairs; ++i) {
            const Index sample = i < pairs ? i : i - pairs;
            const int label = i < pairs ? truth[sample] : m_wrong[static_cast<std::size_t>(sample)];
            const Real scale = static_cast<Real>(m_height * m_factor[static_cast<std::size_t>(sample)]);
            scaleAdd(scale, dz + i * width + begin, 1, m_labelGradient.data() + label * width + begin, count);
        }
        for (Index j = begin; j < end; ++j)
            for (Index c = 0; c < classes; ++c) dw[j * size + c] = m_labelGradient[static_cast<std::size_t>(c * width + j)];
        if (db != nullptr) columnSums(dz + begin, 2 * pairs, count, width, 0, db + begin);
    });
}

}  // namespace lab

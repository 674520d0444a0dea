#include "core/math/Conv.h"

#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"

#include <algorithm>

namespace lab {

namespace {

constexpr Index kForwardGroups = 32;     // tiles of a forward pass
constexpr Index kGradientGroups = 16;    // partial weight gradients
constexpr Index kColumnNumbers = 65536;  // numbers of one block of columns: 256 kB of float, half a second-level cache

Index groupSize(Index rows, Index groups) {
    return std::max<Index>(1, (rows + groups - 1) / groups);
}

// A kernel of one position that moves by one reads the image as it is.
bool direct(const ConvGeometry& g) {
    return g.kernelHeight == 1 && g.kernelWidth == 1 && g.strideHeight == 1 && g.strideWidth == 1 && g.padHeight == 0 &&
           g.padWidth == 0;
}

// Rows of the output image whose columns make one block.
Index blockRows(const ConvGeometry& g) {
    return std::clamp<Index>(kColumnNumbers / std::max<Index>(1, g.patch() * g.outWidth()), 1,
                             std::max<Index>(1, g.outHeight()));
}

// One buffer per thread, grown to the largest block that it has met: nothing is allocated once all shapes were seen.
Real* columnBuffer(Index count) {
    thread_local Buffer buffer;
    if (static_cast<Index>(buffer.size()) < count) buffer.resize(static_cast<std::size_t>(count));
    return buffer.data();
}

// Output columns [first, last) whose source column (column * stride + shift) lies inside [0, width).
struct Inside {
    Index first, last;
};
Inside inside(Index shift, Index stride, Index width, Index count) {
    const Index first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
    const Index last = width - 1 - shift < 0 ? 0 : (width - 1 - shift) / stride + 1;
    return {std::min(first, count), std::clamp(last, std::min(first, count), count)};
}

// Output rows of [top, top + rows) whose source row (row * stride + shift) lies inside the image, from `top` on.
Inside insideRows(const ConvGeometry& g, Index shift, Index top, Index rows) {
    const Inside all = inside(shift, g.strideHeight, g.height, g.outHeight());
    const Index first = std::clamp(all.first - top, Index(0), rows);
    return {first, std::clamp(all.last - top, first, rows)};
}

// The image keeps its width and the kernel moves by one: a row of columns is the image, moved, so that whole blocks of rows
// can be handled at once. What wraps around at the edges of the image is put right by clearEdges.
bool keepsWidth(const ConvGeometry& g) {
    return g.strideHeight == 1 && g.strideWidth == 1 && g.outWidth() == g.width;
}

void clearEdges(Real* columns, Index rows, Index across, Inside in) {
    if (in.first == 0 && in.last == across) return;
    for (Index r = 0; r < rows; ++r) {
        for (Index j = 0; j < in.first; ++j) columns[r * across + j] = Real(0);
        for (Index j = in.last; j < across; ++j) columns[r * across + j] = Real(0);
    }
}

// columns (patch x (rows * outWidth)) of the output rows [top, top + rows) of one sample.
void gather(const ConvGeometry& g, const Real* x, Index top, Index rows, Real* columns) {
    const Index across = g.outWidth();
    for (Index c = 0; c < g.channels; ++c)
        for (Index u = 0; u < g.kernelHeight; ++u)
            for (Index v = 0; v < g.kernelWidth; ++v) {
                const Inside in = inside(v - g.padWidth, g.strideWidth, g.width, across);
                if (keepsWidth(g) && in.first < in.last) {
                    const Inside valid = insideRows(g, u - g.padHeight, top, rows);
                    std::fill(columns, columns + valid.first * across, Real(0));
                    std::fill(columns + valid.last * across, columns + rows * across, Real(0));
                    if (valid.first < valid.last) {
                        const Real* source = x + (c * g.height + top + u - g.padHeight) * g.width + v - g.padWidth;
                        std::copy(source + valid.first * across + in.first, source + (valid.last - 1) * across + in.last,
                                  columns + valid.first * across + in.first);
                        clearEdges(columns + valid.first * across, valid.last - valid.first, across, in);
                    }
                    columns += rows * across;
                    continue;
                }
                for (Index r = 0; r < rows; ++r, columns += across) {
                    const Index i = (top + r) * g.strideHeight + u - g.padHeight;
                    if (i < 0 || i >= g.height) {
                        std::fill(columns, columns + across, Real(0));
                        continue;
                    }
                    const Real* source = x + (c * g.height + i) * g.width + v - g.padWidth;
                    std::fill(columns, columns + in.first, Real(0));
                    if (g.strideWidth == 1)
                        std::copy(source + in.first, source + in.last, columns + in.first);
                    else
                        for (Index j = in.first; j < in.last; ++j) columns[j] = source[j * g.strideWidth];
                    std::fill(columns + in.last, columns + across, Real(0));
                }
            }
}

// The transpose of gather: adds the columns to the image. The columns are working memory and are spoilt.
void scatter(const ConvGeometry& g, Real* columns, Index top, Index rows, Real* x) {
    const Index across = g.outWidth();
    for (Index c = 0; c < g.channels; ++c)
        for (Index u = 0; u < g.kernelHeight; ++u)
            for (Index v = 0; v < g.kernelWidth; ++v) {
                const Inside in = inside(v - g.padWidth, g.strideWidth, g.width, across);
                if (keepsWidth(g) && in.first < in.last) {
                    const Inside valid = insideRows(g, u - g.padHeight, top, rows);
                    if (valid.first < valid.last) {
                        clearEdges(columns + valid.first * across, valid.last - valid.first, across, in);
                        Real* target = x + (c * g.height + top + u - g.padHeight) * g.width + v - g.padWidth;
                        const Index begin = valid.first * across + in.first, end = (valid.last - 1) * across + in.last;
                        addTo(columns + begin, target + begin, end - begin);
                    }
                    columns += rows * across;
                    continue;
                }
                for (Index r = 0; r < rows; ++r, columns += across) {
                    const Index i = (top + r) * g.strideHeight + u - g.padHeight;
                    if (i < 0 || i >= g.height) continue;
                    Real* target = x + (c * g.height + i) * g.width + v - g.padWidth;
                    if (g.strideWidth == 1)
                        addTo(columns + in.first, target + in.first, in.last - in.first);
                    else
                        for (Index j = in.first; j < in.last; ++j) target[j * g.strideWidth] += columns[j];
                }
            }
}

// Calls work(top, count, columns, ld) for every block of output rows of one sample, with its columns.
template <class Work>
void forBlocks(const ConvGeometry& g, const Real* x, Work&& work) {
    const Index positions = g.outHeight() * g.outWidth();
    if (direct(g)) {
        work(Index(0), positions, x, positions);
        return;
    }
    const Index step = blockRows(g);
    Real* columns = columnBuffer(g.patch() * step * g.outWidth());
    for (Index top = 0; top < g.outHeight(); top += step) {
        const Index rows = std::min(step, g.outHeight() - top);
        gather(g, x, top, rows, columns);
        work(top * g.outWidth(), rows * g.outWidth(), columns, rows * g.outWidth());
    }
}

}  // namespace

void convForward(Pool& pool, const ConvGeometry& g, Index rows, const Real* x, const Real* w, const Real* b, Real* y,
                 Activation f, Real slope, Real* h) {
    const Index positions = g.outHeight() * g.outWidth();
    pool.ranges(rows, groupSize(rows, kForwardGroups), [&](Index begin, Index end) {
        for (Index r = begin; r < end; ++r) {
            Real* out = y + r * g.outSize();
            if (b != nullptr)
                for (Index o = 0; o < g.outChannels; ++o) std::fill(out + o * positions, out + (o + 1) * positions, b[o]);
            forBlocks(g, x + r * g.inSize(), [&](Index at, Index count, const Real* columns, Index ld) {
                gemmSerial(Transpose::No, Transpose::No, g.outChannels, count, g.patch(), 1, w, g.patch(), columns, ld,
                           b != nullptr ? Real(1) : Real(0), out + at, positions);
            });
            if (h != nullptr) activate(f, slope, out, h + r * g.outSize(), g.outSize());
        }
    });
}

void convBackward(Pool& pool, const ConvGeometry& g, Index rows, const Real* dy, const Real* w, Real* dx) {
    const Index positions = g.outHeight() * g.outWidth();
    pool.ranges(rows, groupSize(rows, kForwardGroups), [&](Index begin, Index end) {
        for (Index r = begin; r < end; ++r) {
            const Real* down = dy + r * g.outSize();
            Real* into = dx + r * g.inSize();
            if (direct(g)) {
                gemmSerial(Transpose::Yes, Transpose::No, g.patch(), positions, g.outChannels, 1, w, g.patch(), down,
                           positions, 0, into, positions);
                continue;
            }
            std::fill(into, into + g.inSize(), Real(0));
            const Index step = blockRows(g);
            Real* columns = columnBuffer(g.patch() * step * g.outWidth());
            for (Index top = 0; top < g.outHeight(); top += step) {
                const Index count = std::min(step, g.outHeight() - top) * g.outWidth();
                gemmSerial(Transpose::Yes, Transpose::No, g.patch(), count, g.outChannels, 1, w, g.patch(),
                           down + top * g.outWidth(), positions, 0, columns, count);
                scatter(g, columns, top, count / g.outWidth(), into);
            }
        }
    });
}

Index convScratch(const ConvGeometry& g) {
    return kGradientGroups * g.outChannels * (g.patch() + 1);
}

void convGradient(Pool& pool, const ConvGeometry& g, Index rows, const Real* dy, const Real* x, Real betaW, Real* dw,
                  Real betaB, Real* db, Real* scratch) {
    const Index positions = g.outHeight() * g.outWidth();
    const Index weights = g.outChannels * g.patch();
    const Index size = groupSize(rows, kGradientGroups);
    const Index groups = (rows + size - 1) / size;
    Real* sums = scratch + kGradientGroups * weights;  // of the biases
    pool.run(groups, [&](Index group) {
        Real* part = scratch + group * weights;
        Real* bias = sums + group * g.outChannels;
        std::fill(bias, bias + g.outChannels, Real(0));
        bool first = true;
        for (Index r = group * size; r < std::min(rows, (group + 1) * size); ++r) {
            const Real* down = dy + r * g.outSize();
            forBlocks(g, x + r * g.inSize(), [&](Index at, Index count, const Real* columns, Index ld) {
                gemmSerial(Transpose::No, Transpose::Yes, g.outChannels, g.patch(), count, 1, down + at, positions, columns,
                           ld, first ? Real(0) : Real(1), part, g.patch());
                first = false;
            });
            if (db == nullptr) continue;
            for (Index o = 0; o < g.outChannels; ++o) bias[o] += static_cast<Real>(sum(down + o * positions, positions));
        }
    });
    pool.ranges(weights, kElementTile, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) dw[i] = betaW == Real(0) ? Real(0) : betaW * dw[i];
        for (Index group = 0; group < groups; ++group) addTo(scratch + group * weights + begin, dw + begin, end - begin);
    });
    if (db == nullptr) return;
    for (Index o = 0; o < g.outChannels; ++o) {
        Real total = betaB == Real(0) ? Real(0) : betaB * db[o];
        for (Index group = 0; group < groups; ++group) total += sums[group * g.outChannels + o];
        db[o] = total;
    }
}

}  // namespace lab

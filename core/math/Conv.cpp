#include "core/math/Conv.h"

#include "core/math/ConvDirect.h"
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

// ---- Kernels that move by one, read in place ----

constexpr Index kDirectNumbers = Index(1) << 18;  // of one padded sample: 1 MB of float, a second-level cache
constexpr Index kDirectPlace = 2048;              // numbers of a plane of output computed at a time

// How a sample with a frame of zeros lies in memory: rows of `pitch` numbers, `outs` planes are computed from `ins`.
struct Frame {
    Index ins, height, width;         // of what is read
    Index outs, outHeight, outWidth;  // of what is computed
    Index top, left;                  // zeros before
    Index kernelHeight, kernelWidth;
    Index pitch() const { return outWidth + kernelWidth - 1; }
    Index plane() const { return (outHeight + kernelHeight - 1) * pitch(); }
    Index taps() const { return ins * kernelHeight * kernelWidth; }
    Index numbers() const { return ins * plane(); }
};

Frame forwardFrame(const ConvGeometry& g) {
    return {g.channels,   g.height,    g.width,    g.outChannels,  g.outHeight(),
            g.outWidth(), g.padHeight, g.padWidth, g.kernelHeight, g.kernelWidth};
}
// The input gradient is the correlation of dy with the kernel turned by half a turn.
Frame backwardFrame(const ConvGeometry& g) {
    return {g.outChannels,
            g.outHeight(),
            g.outWidth(),
            g.channels,
            g.height,
            g.width,
            g.kernelHeight - 1 - g.padHeight,
            g.kernelWidth - 1 - g.padWidth,
            g.kernelHeight,
            g.kernelWidth};
}

// A matter of the class of kernels and the geometry. Eigen's class lays out columns always: its bits are the same on all
// processors.
bool inPlace(const ConvGeometry& g) {
    return kernelsOfMachine() && g.strideHeight == 1 && g.strideWidth == 1 && g.kernelHeight * g.kernelWidth > 1 &&
           g.padHeight < g.kernelHeight && g.padWidth < g.kernelWidth && g.outHeight() > 0 && g.outWidth() > 0 &&
           forwardFrame(g).numbers() <= kDirectNumbers && backwardFrame(g).numbers() <= kDirectNumbers;
}

// Memory of one thread for several purposes; as columnBuffer.
template <int Purpose, class Number>
Number* threadBuffer(Index count) {
    thread_local std::vector<Number, AlignedAllocator<Number>> buffer;
    if (static_cast<Index>(buffer.size()) < count) buffer.resize(static_cast<std::size_t>(count));
    return buffer.data();
}
enum { kOfFrame, kOfAdjoints, kOfPlaces, kOfWeights, kOfOffsets };

const Index* offsetsOf(const Frame& f) {
    Index* offsets = threadBuffer<kOfOffsets, Index>(f.taps());
    Index tap = 0;
    for (Index c = 0; c < f.ins; ++c)
        for (Index u = 0; u < f.kernelHeight; ++u)
            for (Index v = 0; v < f.kernelWidth; ++v) offsets[tap++] = c * f.plane() + u * f.pitch() + v;
    return offsets;
}

// Weights by group of channels that are computed: tap by tap, the channels of the group side by side.
// weightOf(out, in, u, v).
template <class WeightOf>
const Real* packWeights(const Frame& f, WeightOf&& weightOf) {
    Real* packed = threadBuffer<kOfWeights, Real>(f.outs * f.taps());
    Real* to = packed;
    for (Index first = 0; first < f.outs; first += kDirectGroup)
        for (Index c = 0; c < f.ins; ++c)
            for (Index u = 0; u < f.kernelHeight; ++u)
                for (Index v = 0; v < f.kernelWidth; ++v)
                    for (Index o = first; o < std::min(f.outs, first + kDirectGroup); ++o) *to++ = weightOf(o, c, u, v);
    return packed;
}

// One sample: out (outs x outHeight x outWidth) from in (ins x height x width).
void correlateSample(const Frame& f, const Real* in, const Index* offsets, const Real* packed, const Real* bias,
                     Real* out) {
    Real* framed = threadBuffer<kOfFrame, Real>(f.numbers() + kDirectSlack);
    const DirectKernels& kernels = directKernels();
    kernels.frame(in, f.ins, f.height, f.width, f.top, f.left, f.pitch(), f.plane(), framed);
    std::fill(framed + f.numbers(), framed + f.numbers() + kDirectSlack, Real(0));
    const Index rows = std::clamp<Index>(kDirectPlace / f.pitch(), 1, f.outHeight);
    const Index plane = rows * f.pitch() + kDirectSlack;
    Real* places = threadBuffer<kOfPlaces, Real>(kDirectGroup * plane);
    for (Index top = 0; top < f.outHeight; top += rows) {
        const Index height = std::min(rows, f.outHeight - top);
        for (Index first = 0; first < f.outs; first += kDirectGroup) {
            const Index group = std::min(kDirectGroup, f.outs - first);
            kernels.correlate(framed + top * f.pitch(), offsets, f.taps(), packed + first * f.taps(), group,
                              bias == nullptr ? nullptr : bias + first, height * f.pitch(), places, plane);
            for (Index o = 0; o < group; ++o)
                kernels.rows(places + o * plane, f.pitch(), height, f.outWidth,
                             out + ((first + o) * f.outHeight + top) * f.outWidth, f.outWidth);
        }
    }
}

// Weight gradients of the samples [begin, end) into part (outChannels x patch, overwritten).
void gatherSamples(const ConvGeometry& g, const Real* dy, const Real* x, const Index* offsets, Index begin, Index end,
                   Real* part) {
    const DirectKernels& kernels = directKernels();
    const Frame f = forwardFrame(g);
    const Index count = (f.outHeight * f.pitch() + kDirectLanes - 1) / kDirectLanes * kDirectLanes;
    const Index xSize = f.numbers() + kDirectSlack, dySize = f.outs * count;
    const Index atOnce = std::clamp<Index>(2 * kColumnNumbers / (xSize + dySize), 1, 16);
    Real* framed = threadBuffer<kOfFrame, Real>(atOnce * xSize);
    Real* adjoints = threadBuffer<kOfAdjoints, Real>(atOnce * dySize);
    std::fill(part, part + f.outs * f.taps(), Real(0));
    for (Index first = begin; first < end; first += atOnce) {
        const Index samples = std::min(atOnce, end - first);
        for (Index s = 0; s < samples; ++s) {
            Real* sample = framed + s * xSize;
            kernels.frame(x + (first + s) * g.inSize(), f.ins, f.height, f.width, f.top, f.left, f.pitch(), f.plane(),
                          sample);
            std::fill(sample + f.numbers(), sample + xSize, Real(0));
            kernels.frame(dy + (first + s) * g.outSize(), f.outs, f.outHeight, f.outWidth, 0, 0, f.pitch(), count,
                          adjoints + s * dySize);
        }
        kernels.gather(adjoints, dySize, count, framed, xSize, offsets, f.taps(), f.outs, count, samples, part);
    }
}

}  // namespace

void convForward(Pool& pool, const ConvGeometry& g, Index rows, const Real* x, const Real* w, const Real* b, Real* y,
                 Activation f, Real slope, Real* h) {
    if (inPlace(g)) {
        const Frame frame = forwardFrame(g);
        const Index* offsets = offsetsOf(frame);
        const Real* packed = packWeights(frame, [&](Index o, Index c, Index u, Index v) {
            return w[((o * g.channels + c) * g.kernelHeight + u) * g.kernelWidth + v];
        });
        pool.ranges(rows, groupSize(rows, kForwardGroups), [&](Index begin, Index end) {
            for (Index r = begin; r < end; ++r) {
                correlateSample(frame, x + r * g.inSize(), offsets, packed, b, y + r * g.outSize());
                if (h != nullptr) activate(f, slope, y + r * g.outSize(), h + r * g.outSize(), g.outSize());
            }
        });
        return;
    }
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
    if (inPlace(g)) {
        const Frame frame = backwardFrame(g);
        const Index* offsets = offsetsOf(frame);
        const Real* packed = packWeights(frame, [&](Index c, Index o, Index u, Index v) {
            return w[((o * g.channels + c) * g.kernelHeight + g.kernelHeight - 1 - u) * g.kernelWidth + g.kernelWidth - 1 -
                     v];
        });
        pool.ranges(rows, groupSize(rows, kForwardGroups), [&](Index begin, Index end) {
            for (Index r = begin; r < end; ++r)
                correlateSample(frame, dy + r * g.outSize(), offsets, packed, nullptr, dx + r * g.inSize());
        });
        return;
    }
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
    const Index* offsets = inPlace(g) ? offsetsOf(forwardFrame(g)) : nullptr;
    pool.run(groups, [&](Index group) {
        Real* part = scratch + group * weights;
        Real* bias = sums + group * g.outChannels;
        std::fill(bias, bias + g.outChannels, Real(0));
        if (offsets != nullptr) gatherSamples(g, dy, x, offsets, group * size, std::min(rows, (group + 1) * size), part);
        bool first = true;
        for (Index r = group * size; r < std::min(rows, (group + 1) * size); ++r) {
            const Real* down = dy + r * g.outSize();
            if (offsets == nullptr)
                forBlocks(g, x + r * g.inSize(), [&](Index at, Index count, const Real* columns, Index ld) {
                    gemmSerial(Transpose::No, Transpose::Yes, g.outChannels, g.patch(), count, 1, down + at, positions,
                               columns, ld, first ? Real(0) : Real(1), part, g.patch());
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

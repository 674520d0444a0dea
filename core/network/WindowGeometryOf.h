// The window of a convolution or pooling on the layout of its input: kernel, stride and padding per position dimension.
#pragma once

#include "core/math/Conv.h"
#include "core/network/Kernel.h"

#include <algorithm>

namespace lab {

// Errors: LAB-NET-110 for more than two position axes, or feature axes that pass by.
inline Result<ConvGeometry> windowGeometryOf(const KernelBuild& build) {
    const WindowGeometry window = windowGeometry(build.operation);
    const ArrayLayout& in = build.in[0];
    std::vector<const ArrayLayout::Dimension*> positions;
    for (const ArrayLayout::Dimension& d : in.dimensions)
        if (d.position) positions.push_back(&d);
    if (positions.empty() || positions.size() > 2)
        return Error{"LAB-NET-110", "it needs one or two position axes, its input has " + std::to_string(positions.size()),
                     displayName(build.operation), "give its input the axes of an image"};
    ConvGeometry g;
    g.channels = in.channels();
    g.outChannels = build.out[0].channels();
    g.width = positions.back()->size;
    g.height = positions.size() == 2 ? positions.front()->size : 1;
    // Dimensions that it does not read are passed over one position at a time.
    const auto reads = [&](const ArrayLayout::Dimension& d) {
        return std::find(build.targetIn.begin(), build.targetIn.end(), d.axis) != build.targetIn.end();
    };
    if (reads(*positions.back())) {
        g.kernelWidth = window.global ? g.width : window.kernel;
        g.strideWidth = window.global ? g.width : window.stride;
        g.padWidth = window.global ? 0 : window.pad;
    }
    if (positions.size() == 2 && reads(*positions.front())) {
        g.kernelHeight = window.global ? g.height : window.kernel;
        g.strideHeight = window.global ? g.height : window.stride;
        g.padHeight = window.global ? 0 : window.pad;
    }
    if (g.height + 2 * g.padHeight < g.kernelHeight || g.width + 2 * g.padWidth < g.kernelWidth ||
        g.outSize() != build.out[0].size())
        return Error{"LAB-NET-111", "its window does not fit its input", displayName(build.operation),
                     "use a smaller kernel, or more padding"};
    return g;
}

}  // namespace lab

#include "core/io/StreamedSamples.h"

#include "core/io/FileRows.h"

#include <algorithm>

namespace lab {

bool beyondMemory(std::uint64_t values, std::uint64_t inMemory) {
    return values > inMemory / (2 * sizeof(Real));
}

Result<LabelledPart> streamedPart(StreamedArray array, const Tensor& labels, const std::string& labelsWhere) {
    const Index count = array.shape.front();
    const Index width = std::max<Index>(1, boundedProduct(array.shape, Index(1) << 44) / count);
    // A tensor without samples has the shape of one with all of them.
    Tensor empty;
    empty.shape = array.shape;
    empty.values.resize(0, width);
    Result<Shape> shape = sampleShape(empty, array.where);
    if (!shape) return shape.error();
    Result<std::vector<int>> classes = labelsOf(labels, labelsWhere);
    if (!classes) return classes.error();
    if (const Result<void> same = sameCounts(count, static_cast<Index>(classes->size()), array.where, labelsWhere); !same)
        return same.error();

    RowFormat format;
    format.offset = array.offset;
    format.rowBytes = static_cast<std::uint64_t>(width) * array.elementBytes;
    format.count = count;
    format.width = width;
    const bool turned = empty.shape != array.shape;  // channels come last in the file
    format.decode = [decode = std::move(array.decode), shapeInFile = array.shape, where = array.where, width,
                     rowBytes = format.rowBytes,
                     turned](std::span<const std::uint8_t> bytes, Index first, Real* out) -> Result<void> {
        if (Result<void> done = decode(bytes, first * width, out); !done || !turned) return done;
        Tensor piece;
        piece.shape = shapeInFile;
        piece.values = ConstMatrixMap(out, static_cast<Index>(bytes.size() / rowBytes), width);
        if (const Result<Shape> done = sampleShape(piece, where); !done) return done.error();
        std::copy(piece.values.data(), piece.values.data() + piece.values.size(), out);
        return {};
    };
    Result<std::shared_ptr<const RowSource>> rows = openFileRows(array.path, std::move(format));
    if (!rows) return rows.error();
    LabelledPart part;
    part.shape = std::move(*shape);
    part.samples.y = std::move(*classes);
    part.samples.rows = std::move(*rows);
    return part;
}

}  // namespace lab

// Samples that stay where they are (on disk) and are read when they are wanted.
#pragma once

#include "core/base/Result.h"
#include "core/math/Types.h"

#include <optional>

namespace lab {

class RowSource {
public:
    virtual ~RowSource() = default;
    virtual Index count() const = 0;  // samples
    virtual Index width() const = 0;  // numbers of one

    // The samples `which` (each below count()) into `out` (n x width), the same numbers as reading everything at once
    // gives. Any thread. Where the samples cannot be read any more `out` is zero and failure() says why: whoever trains on
    // them looks there before he uses them.
    virtual void read(const Index* which, Index n, Real* out) const = 0;
    virtual std::optional<Error> failure() const = 0;
};

}  // namespace lab

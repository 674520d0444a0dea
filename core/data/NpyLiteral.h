// The header of an NPY file: a dictionary literal with the keys descr, fortran_order and shape. Strict on purpose.
#pragma once

#include "core/base/Result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lab {

struct NpyLiteral {
    std::string descr;
    bool fortranOrder = false;
    std::vector<std::int64_t> shape;
};

// Error LAB-DATA-143 with the place inside the header, LAB-DATA-144 for a list of fields as descr (a record array),
// LAB-DATA-145 for negative or huge dimensions.
Result<NpyLiteral> parseNpyLiteral(std::string_view text, const std::string& where);

}  // namespace lab

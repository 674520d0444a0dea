// Which samples of a labelled set are used: class filters, stratified splits and subsets. Indices only, no data.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lab {

// The classes that `text` names (names first, then numbers; separated by ',', ';' or '+'), ascending; all where it is
// empty. Errors: LAB-DATA-201 unknown class, LAB-DATA-202 named twice, LAB-DATA-203 fewer than two.
Result<std::vector<int>> selectClasses(const DataSchema& schema, const std::string& text);

// Picks `count` of `pool` (indices into `labels`) with the shares of the classes kept: each class gets its quota rounded
// by largest remainder. Which members is drawn from (seed, salt); a larger count of the same draw keeps nearly all of a
// smaller one. The order of the pool is kept.
std::vector<Index> stratifiedPick(const std::vector<int>& labels, const std::vector<Index>& pool, int classes, Index count,
                                  std::uint64_t seed, std::uint64_t salt);

}  // namespace lab

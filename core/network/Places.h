// Dimensions with a name for each side of a bundle, and where the numbers of one array stand in another.
#pragma once

#include "core/network/Kernel.h"

namespace lab {

struct Place {
    std::string name;  // "<axis>#<side>"
    Index size = 1;
};

// `from` is called `to`.
std::vector<Place> placesOf(const ArrayLayout& layout, const std::string& from = {}, const std::string& to = {});

// For every number of an array with dimensions `over`, its place in one with dimensions `in`, row-major; dimensions that the
// other has not count nothing. Sides of one name must have one size; -1 stands for the whole result where they have not.
std::vector<std::int32_t> placesIn(const std::vector<Place>& over, const std::vector<Place>& in);

}  // namespace lab

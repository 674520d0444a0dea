#include "core/network/Places.h"

#include <algorithm>

namespace lab {

std::vector<Place> placesOf(const ArrayLayout& layout, const std::string& from, const std::string& to) {
    std::vector<Place> out;
    std::map<std::string, int> seen;
    for (const ArrayLayout::Dimension& d : layout.dimensions) {
        const std::string axis = d.axis == from ? to : d.axis;
        out.push_back({axis + "#" + std::to_string(seen[axis]++), d.size});
    }
    return out;
}

std::vector<std::int32_t> placesIn(const std::vector<Place>& over, const std::vector<Place>& in) {
    std::vector<Index> stride(over.size(), 0);
    Index step = 1, total = 1;
    for (std::size_t d = in.size(); d-- > 0;) {
        const auto it = std::find_if(over.begin(), over.end(), [&](const Place& p) { return p.name == in[d].name; });
        if (it != over.end()) {
            if (it->size != in[d].size) return {-1};
            stride[static_cast<std::size_t>(it - over.begin())] = step;
        }
        step *= in[d].size;
    }
    for (const Place& p : over) total *= p.size;
    std::vector<std::int32_t> from(static_cast<std::size_t>(total));
    std::vector<Index> at(over.size(), 0);
    Index offset = 0;
    for (std::int32_t& f : from) {
        f = static_cast<std::int32_t>(offset);
        for (std::size_t d = over.size(); d-- > 0;) {
            offset += stride[d];
            if (++at[d] < over[d].size) break;
            offset -= stride[d] * over[d].size;
            at[d] = 0;
        }
    }
    return from;
}

}  // namespace lab

// Picking places, putting into places, new axes and arrays as PyTorch text.
#include "core/network/TorchText.h"

#include <algorithm>

namespace lab::torchtext {

namespace {

using Names = std::vector<std::string>;

bool holds(const Names& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); }

Index sizeOf(const ArrayLayout& layout, const Names& all, const Names& some) {
    Index n = 1;
    for (std::size_t d = 0; d < all.size(); ++d)
        if (holds(some, all[d])) n *= layout.dimensions[d].size;
    return n;
}

Names joined(Names a, const Names& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

}  // namespace

Lines torchSwap(const Op& o) {
    return Names{permuted(o.x[0], namesOf(o.in[0]), namesOf(o.out[0]))};
}

Lines torchRepeat(const Op& o) {
    // A dimension of one at the end for every new one, then to its place.
    const Names in = namesOf(o.in[0]), out = namesOf(o.out[0]);
    Names all = in;
    std::string shape = "(-1", sizes = "-1";
    for (const ArrayLayout::Dimension& d : o.in[0].dimensions) {
        shape += ", " + number(d.size);
        sizes += ", -1";
    }
    for (std::size_t d = 0; d < out.size(); ++d)
        if (!holds(in, out[d])) {
            all.push_back(out[d]);
            shape += ", 1";
            sizes += ", " + number(o.out[0].dimensions[d].size);
        }
    return Names{permuted(o.x[0] + ".reshape" + shape + ").expand(" + sizes + ")", all, out)};
}

// Both arrays as batch x shared axes x places x what runs past alone; `take` and `put` work on axis 2.
Lines torchPlaces(const Op& o, bool puts) {
    const std::string axis = puts ? o.op.targetOut.front() : o.targets.in.front();
    const ArrayLayout& large = puts ? o.out[0] : o.in[0];
    const ArrayLayout& small = puts ? o.in[0] : o.out[0];
    const Names inLarge = namesOf(large), inSmall = namesOf(small), inPlaces = namesOf(o.in[1]);
    const std::string own = axis + "#0";
    Names shared, named, alone;
    for (const std::string& n : inPlaces) (n != own && holds(inLarge, n) ? shared : named).push_back(n);
    for (const std::string& n : inLarge)
        if (n != own && !holds(shared, n)) alone.push_back(n);
    // What is put from axes that the places have not, all goes to one place.
    Names wide = named;
    if (puts)
        for (const std::string& n : inSmall)
            if (!holds(inPlaces, n) && !holds(alone, n)) wide.push_back(n);
    const std::string s = number(sizeOf(o.in[1], inPlaces, shared)), r = number(sizeOf(large, inLarge, alone));
    const std::string k = number(sizeOf(o.in[1], inPlaces, named)), size = number(sizeOf(large, inLarge, {own}));
    std::string places = permuted(o.x[1], inPlaces, joined(shared, named)) + ".reshape(-1, " + s + ", " + k + ")";
    const std::string values = permuted(o.x[0], namesOf(o.in[0]), joined(joined(shared, puts ? wide : Names{own}), alone)) + ".reshape(-1, " + s +
                               ", " + (puts ? number(sizeOf(small, inSmall, wide)) : size) + ", " + r + ")";
    if (wide.size() > named.size())
        places += ".repeat_interleave(" + number(sizeOf(small, inSmall, wide) / sizeOf(o.in[1], inPlaces, named)) + ", 2)";
    o.helpers.insert(puts ? "put" : "take");
    const std::string y = puts ? "put(" + values + ", " + places + ", " + size + ")" : "take(" + values + ", " + places + ")";
    const Names made = joined(joined(shared, puts ? Names{own} : named), alone);
    std::string shape = "(-1";
    const ArrayLayout& result = o.out[0];
    const Names out = namesOf(result);
    for (const std::string& n : made)
        shape += ", " + number(result.dimensions[static_cast<std::size_t>(std::find(out.begin(), out.end(), n) - out.begin())].size);
    return Names{permuted(y + ".reshape" + shape + ")", made, out)};
}

Lines torchTop(const Op& o) {
    const std::string sorted = viewed(o.x[0], o.split(o.in[0], o.targets.in)) + ".sort(dim=2, descending=True, stable=True)";
    const std::string kept = ".narrow(2, 0, " + toText(o.params.value("k")) + ")";
    const bool places = o.params.text("gives") == "places";
    return Names{reshaped(sorted + (places ? "[1]" + kept + ".to(" + o.x[0] + ".dtype)" : "[0]" + kept), o.out[0])};
}

Lines torchConstant(const Op& o) {
    std::string sizes = "len(x)";
    for (const ArrayLayout::Dimension& d : o.out[0].dimensions) sizes += ", " + number(d.size);
    return Names{o.parameter("array") + ".expand(" + sizes + ")"};
}

}  // namespace lab::torchtext

// Linear wiring as PyTorch text: axes that meet, part and change places.
#include "core/circuit/Einsum.h"
#include "core/circuit/SizeRules.h"
#include "core/network/TorchText.h"

#include <algorithm>
#include <cmath>

namespace lab::torchtext {

std::string number(Index n) { return std::to_string(n); }

std::string replaced(std::string form, const std::string& what, const std::string& by) {
    for (std::size_t at = form.find(what); at != std::string::npos; at = form.find(what, at + by.size())) form.replace(at, what.size(), by);
    return form;
}

std::string shapeOf(const ArrayLayout& layout) {
    std::string out = "(-1";
    for (const ArrayLayout::Dimension& d : layout.dimensions) out += ", " + number(d.size);
    return out + (layout.dimensions.empty() ? ",)" : ")");
}

std::string reshaped(const std::string& x, const ArrayLayout& layout) { return x + ".reshape" + shapeOf(layout); }
std::string viewed(const std::string& x, const ArraySplit& s) {
    return x + ".reshape(-1, " + number(s.outer) + ", " + number(s.target) + ", " + number(s.inner) + ")";
}
// Brings dimensions named `from` into the order of `to`.
std::string permuted(const std::string& x, const std::vector<std::string>& from, const std::vector<std::string>& to) {
    std::string out;
    bool changed = false;
    for (std::size_t i = 0; i < to.size(); ++i) {
        const auto at = std::find(from.begin(), from.end(), to[i]) - from.begin();
        out += ", " + std::to_string(at + 1);
        changed = changed || at != static_cast<std::ptrdiff_t>(i);
    }
    return changed ? x + ".permute(0" + out + ")" : x;
}
std::vector<std::string> namesOf(const ArrayLayout& layout, const std::string& from, const std::string& to) {
    std::vector<std::string> out;
    std::map<std::string, int> seen;
    for (const ArrayLayout::Dimension& d : layout.dimensions) {
        const std::string axis = d.axis == from ? to : d.axis;
        out.push_back(axis + "#" + std::to_string(seen[axis]++));
    }
    return out;
}

Lines torchEinsum(const Op& o) {
    const Result<EinsumWiring> wiring = einsumWiring(o.plan.circuit, o.op);
    if (!wiring) return wiring.error();
    // One letter per index and side of a bundle; b is the batch.
    std::map<std::pair<int, int>, char> letters;
    const auto term = [&](const ArrayLayout& layout, const std::string& wire, const std::vector<int>& indices) {
        const std::vector<std::string> axes = axesWithoutBatch(o.plan.circuit, o.plan.circuit.wire(wire)->axes);
        std::string out = "b";
        std::map<std::string, int> seen;
        for (const ArrayLayout::Dimension& d : layout.dimensions) {
            const auto at = static_cast<std::size_t>(std::find(axes.begin(), axes.end(), d.axis) - axes.begin());
            const auto [it, fresh] = letters.emplace(std::make_pair(indices[at], seen[d.axis]++), static_cast<char>('c' + static_cast<int>(letters.size())));
            if (fresh && it->second > 'z') it->second = static_cast<char>('A' + (it->second - 'z' - 1));
            out += it->second;
        }
        return out;
    };
    std::string left, arguments;
    std::set<char> known;
    for (std::size_t k = 0; k < o.in.size(); ++k) {
        const std::string t = term(o.in[k], o.op.in[k], wiring->in[k]);
        known.insert(t.begin(), t.end());
        left += (k > 0 ? "," : "") + t;
        arguments += ", " + o.x[k];
    }
    const std::string right = term(o.out[0], o.op.out.front(), wiring->out);
    // An index that only the result has is a repetition.
    for (std::size_t d = 0; d < o.out[0].dimensions.size(); ++d)
        if (known.insert(right[d + 1]).second) {
            left += std::string(",") + right[d + 1];
            arguments += ", " + o.x[0] + ".new_ones(" + number(o.out[0].dimensions[d].size) + ")";
        }
    std::string y = "torch.einsum('" + left + "->" + right + "'" + arguments + ")";
    double factor = wiring->scale;
    if (wiring->scaleIndex >= 0) {
        Index size = 1;
        for (std::size_t k = 0; k < o.in.size(); ++k)
            for (std::size_t i = 0; i < wiring->in[k].size(); ++i)
                if (wiring->in[k][i] == wiring->scaleIndex) {
                    const std::string axis = axesWithoutBatch(o.plan.circuit, o.plan.circuit.wire(o.op.in[k])->axes)[i];
                    size = 1;
                    for (const ArrayLayout::Dimension& d : o.in[k].dimensions)
                        if (d.axis == axis) size *= d.size;
                }
        factor *= std::pow(static_cast<double>(size), wiring->scalePower);
    }
    if (factor != 1) y += " * " + toText(ParamValue(factor));
    return std::vector<std::string>{y};
}

Lines torchRename(const Op& o) {
    return std::vector<std::string>{permuted(o.x[0], namesOf(o.in[0], o.targets.in.front(), o.op.targetOut.front()), namesOf(o.out[0]))};
}

Lines torchSplit(const Op& o) {
    std::vector<std::string> names;
    std::string shape = "(-1";
    std::map<std::string, int> seen;
    bool placed = false;
    for (const ArrayLayout::Dimension& d : o.in[0].dimensions) {
        if (d.axis != o.targets.in.front()) {
            names.push_back(d.axis + "#" + std::to_string(seen[d.axis]++));
            shape += ", " + number(d.size);
        } else if (!placed) {
            placed = true;
            for (const std::string& part : o.op.targetOut)
                for (const ArrayLayout::Dimension& made : o.out[0].dimensions)
                    if (made.axis == part) {
                        names.push_back(part + "#" + std::to_string(seen[part]++));
                        shape += ", " + number(made.size);
                    }
        }
    }
    return std::vector<std::string>{permuted(o.x[0] + ".reshape" + shape + ")", names, namesOf(o.out[0]))};
}

Lines torchPieces(const Op& o, bool joins) {
    const ArrayLayout& whole = joins ? o.out[0] : o.in[0];
    const std::string axis = joins ? o.op.targetOut.front() : o.targets.in.front();
    const ArraySplit s = o.split(whole, {axis});
    const auto view = [&](const std::string& x, Index n) {
        return x + ".reshape(-1, " + number(s.outer) + ", " + number(n) + ", " + number(s.inner) + ")";
    };
    const auto size = [&](std::size_t k) {
        const std::string own = joins ? boundAxis(k < o.op.targetIn.size() ? o.op.targetIn[k] : "", o.plan.circuit.wire(o.op.in[k])->axes,
                                                  o.plan.circuit.wire(o.op.out.front())->axes)
                                      : o.op.targetOut[k];
        return o.split(joins ? o.in[k] : o.out[k], {own}).target;
    };
    if (joins) {
        std::string list;
        for (std::size_t k = 0; k < o.in.size(); ++k) list += (k > 0 ? ", " : "") + view(o.x[k], size(k));
        return std::vector<std::string>{reshaped("torch.cat([" + list + "], 2)", whole)};
    }
    std::vector<std::string> out;
    Index begin = 0;
    for (std::size_t k = 0; k < o.out.size(); ++k) {
        out.push_back(reshaped(view(o.x[0], s.target) + ".narrow(2, " + number(begin) + ", " + number(size(k)) + ")", o.out[k]));
        begin += size(k);
    }
    return out;
}

Lines torchIndex(const Op& o) {
    const ArraySplit s = o.split(o.in[0], o.targets.in);
    return std::vector<std::string>{reshaped(viewed(o.x[0], s) + ".select(2, " + o.params.text("at") + ")", o.out[0])};
}

Lines torchWindow(const Op& o) {
    // One side after the other: pad, unfold, thin out the taps.
    const WindowGeometry g = windowGeometry(o.op);
    const std::size_t n = o.in[0].dimensions.size();
    std::string y = o.x[0];
    std::vector<std::string> names = namesOf(o.in[0], o.targets.in.front(), o.op.targetOut.front());
    std::map<std::string, int> taps;
    for (std::size_t d = 0; d < n; ++d) {
        if (o.in[0].dimensions[d].axis != o.targets.in.front()) continue;
        if (g.pad > 0) {
            std::string pads;
            for (std::size_t back = names.size(); back-- > d + 1;) pads += "0, 0, ";
            y = "F.pad(" + y + ", (" + pads + number(g.pad) + ", " + number(g.pad) + "))";
        }
        y += ".unfold(" + number(static_cast<Index>(d + 1)) + ", " + number(g.reach()) + ", " + number(g.stride) + ")";
        if (g.dilation > 1) y += "[..., ::" + number(g.dilation) + "]";
        names.push_back(o.op.targetOut.back() + "#" + std::to_string(taps[o.op.targetOut.back()]++));
    }
    return std::vector<std::string>{permuted(y, names, namesOf(o.out[0]))};
}

}  // namespace lab::torchtext

#include "core/network/TorchOperations.h"

#include "core/network/TorchText.h"

#include <algorithm>

namespace lab {

namespace {

using namespace torchtext;

Error cannot(const Op& o, const std::string& what) {
    return {"LAB-EXPORT-101", what + " has no PyTorch text yet", displayName(o.op), "replace it, or export the circuit as .ncd.json"};
}

std::string pair(Index a, Index b) { return a == b ? number(a) : "(" + number(a) + ", " + number(b) + ")"; }

bool isFlat(const ArrayLayout& layout) { return layout.dimensions.size() == 1; }

Lines same(const Op& o) { return std::vector<std::string>(o.op.out.size(), o.x.front()); }

Lines linear(const Op& o, bool transposed) {
    const ArraySplit in = o.split(o.in[0], o.targets.in);
    const bool plain = in.outer == 1 && in.inner == 1;
    std::string y;
    if (plain) {
        const std::string x = isFlat(o.in[0]) ? o.x[0] : o.x[0] + ".flatten(1)";
        y = o.weighted(transposed ? "F.linear({x}, {w}.t())" : "F.linear({x}, {w})", x);
        if (o.has("bias") && o.params.flag("bias")) y += " + " + o.parameter("bias");
        if (!isFlat(o.out[0])) y = reshaped("(" + y + ")", o.out[0]);
        return std::vector<std::string>{y};
    }
    y = o.weighted(transposed ? "torch.einsum('bpiq,io->bpoq', {x}, {w})" : "torch.einsum('bpiq,oi->bpoq', {x}, {w})", viewed(o.x[0], in));
    if (o.has("bias") && o.params.flag("bias")) y = "(" + y + " + " + o.parameter("bias") + "[:, None])";
    return std::vector<std::string>{reshaped(y, o.out[0])};
}

// An image with its two position dimensions, whether it has them or not.
std::string image(const Op& o, const ArrayLayout& layout) {
    const std::vector<Index> p = layout.positions();
    return o.x[0] + ".reshape(-1, " + number(layout.channels()) + ", " + number(p.size() == 2 ? p[0] : 1) + ", " + number(p.empty() ? 1 : p.back()) + ")";
}

struct Window {
    Index kernel[2] = {1, 1}, stride[2] = {1, 1}, pad[2] = {0, 0}, dilation[2] = {1, 1};
};
Window windowOf(const Op& o) {
    const WindowGeometry g = windowGeometry(o.op);
    Window w;
    std::vector<const ArrayLayout::Dimension*> positions;
    for (const ArrayLayout::Dimension& d : o.in[0].dimensions)
        if (d.position) positions.push_back(&d);
    for (std::size_t i = 0; i < positions.size() && i < 2; ++i) {
        const std::size_t side = positions.size() == 1 ? 1 : i;
        if (std::find(o.targets.in.begin(), o.targets.in.end(), positions[i]->axis) == o.targets.in.end()) continue;
        w.kernel[side] = g.global ? positions[i]->size : g.kernel;
        w.stride[side] = g.global ? positions[i]->size : g.stride;
        w.pad[side] = g.global ? 0 : g.pad;
        w.dilation[side] = g.dilation;
    }
    return w;
}

Lines conv(const Op& o, bool transposed) {
    const Window w = windowOf(o);
    std::string form = transposed ? "F.conv_transpose2d({x}, {w}" : "F.conv2d({x}, {w}";
    form += ", stride=" + pair(w.stride[0], w.stride[1]) + ", padding=" + pair(w.pad[0], w.pad[1]);
    if (w.dilation[0] != 1 || w.dilation[1] != 1) form += ", dilation=" + pair(w.dilation[0], w.dilation[1]);
    std::string y = o.weighted(form + ")", image(o, o.in[0]));
    if (o.has("bias")) y = "(" + y + " + " + o.parameter("bias") + "[:, None, None])";
    return std::vector<std::string>{reshaped(y, o.out[0])};
}

Lines pool(const Op& o) {
    const Window w = windowOf(o);
    const std::string name = o.params.text("fn") == "max" ? "F.max_pool2d(" : "F.avg_pool2d(";
    return std::vector<std::string>{reshaped(name + image(o, o.in[0]) + ", " + pair(w.kernel[0], w.kernel[1]) + ", " +
                                                 pair(w.stride[0], w.stride[1]) + ", " + pair(w.pad[0], w.pad[1]) + ")",
                                             o.out[0])};
}

Lines pointwise(const Op& o) {
    static const std::map<std::string, std::string> forms = {
        {"identity", "{x}"},           {"relu", "F.relu({x})"},         {"leaky_relu", "F.leaky_relu({x}, {s})"}, {"tanh", "torch.tanh({x})"},
        {"sigmoid", "torch.sigmoid({x})"}, {"gelu", "F.gelu({x})"},     {"selu", "F.selu({x})"},                  {"softplus", "F.softplus({x})"},
        {"square", "{x}.square()"},    {"hard_sigmoid", "{x}.clamp(0, 1)"}};
    const auto it = forms.find(o.params.text("fn"));
    if (it == forms.end()) return cannot(o, "the function " + o.params.text("fn"));
    return std::vector<std::string>{replaced(replaced(it->second, "{x}", o.x[0]), "{s}", toText(o.params.value("slope")))};
}

Lines norm(const Op& o) {
    const ArraySplit s = o.split(o.in[0], o.targets.in);
    const std::string& type = o.params.text("type");
    const std::string eps = toText(o.params.value("eps"));
    std::string y;
    if (type == "batch") {
        // Channels in the second place, everything else behind: what batch_norm wants.
        const std::string v = viewed(o.x[0], s) + ".transpose(1, 2).flatten(2)";
        const std::string gain = o.has("weight") ? o.parameter("weight") : "None", bias = o.has("bias") ? o.parameter("bias") : "None";
        y = "F.batch_norm(" + v + ", " + o.parameter("running_mean") + ", " + o.parameter("running_var") + ", " + gain + ", " + bias + ", " +
            o.self + ".training, 0.1, " + eps + ").reshape(-1, " + number(s.target) + ", " + number(s.outer) + ", " + number(s.inner) +
            ").transpose(1, 2)";
        return std::vector<std::string>{reshaped(y, o.out[0])};
    }
    o.helpers.insert("normalise_" + type);
    y = "normalise_" + type + "(" + viewed(o.x[0], s) + ", " + eps + ")";
    if (o.has("weight")) y += " * " + o.parameter("weight") + "[:, None]";
    if (o.has("bias")) y += " + " + o.parameter("bias") + "[:, None]";
    return std::vector<std::string>{reshaped("(" + y + ")", o.out[0])};
}

Lines softmax(const Op& o) {
    return std::vector<std::string>{reshaped(viewed(o.x[0], o.split(o.in[0], o.targets.in)) + ".softmax(2)", o.out[0])};
}

Lines fold(const Op& o) {
    const std::string& fn = o.params.text("fn");
    std::string y = o.x[0];
    for (std::size_t k = 1; k < o.x.size(); ++k)
        y = fn == "max" ? "torch.maximum(" + y + ", " + o.x[k] + ")" : y + (fn == "mul" ? " * " : " + ") + o.x[k];
    return std::vector<std::string>{y};
}

// Sizes of a tensor over `axes` so that it meets an array of this layout: the size where it has the axis, else 1.
std::string broadcastShape(const ArrayLayout& layout, const std::vector<std::string>& axes) {
    std::string out = "(1";
    for (const ArrayLayout::Dimension& d : layout.dimensions)
        out += ", " + number(std::find(axes.begin(), axes.end(), d.axis) != axes.end() ? d.size : 1);
    return out + ")";
}
// The order in which the layout has these axes, as a permutation of `axes`; "" where it is theirs.
std::string orderOn(const ArrayLayout& layout, const std::vector<std::string>& axes) {
    std::vector<std::string> names;  // one per dimension, in the order of `axes`
    for (const std::string& a : axes)
        for (const ArrayLayout::Dimension& d : layout.dimensions)
            if (d.axis == a) names.push_back(a);
    std::string out;
    bool changed = false;
    std::map<std::string, int> seen;
    int place = 0;
    for (const ArrayLayout::Dimension& d : layout.dimensions) {
        if (std::find(axes.begin(), axes.end(), d.axis) == axes.end()) continue;
        int nth = seen[d.axis]++;
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == d.axis && nth-- == 0) {
                out += (out.empty() ? "" : ", ") + std::to_string(i);
                changed = changed || static_cast<int>(i) != place;
            }
        ++place;
    }
    return changed ? ".permute(" + out + ")" : "";
}

Lines offset(const Op& o) {
    return std::vector<std::string>{o.x[0] + " + " + o.parameter("offset") + orderOn(o.in[0], o.targets.in) + ".reshape" +
                                    broadcastShape(o.in[0], o.targets.in)};
}

Lines mask(const Op& o) {
    const auto sizeOf = [&](const std::string& axis) {
        Index n = 1;
        for (const ArrayLayout::Dimension& d : o.in[0].dimensions)
            if (d.axis == axis) n *= d.size;
        return n;
    };
    const std::string rows = number(sizeOf(o.targets.in[0])), columns = number(sizeOf(o.targets.in[1]));
    const std::string& shape = o.params.text("shape");
    const std::string width = toText(o.params.value("width")), ones = "torch.ones(" + rows + ", " + columns + ", dtype=torch.bool)";
    std::string allowed = ones + ".tril()";
    if (shape == "upper") allowed = ones + ".triu()";
    if (shape == "band") allowed = ones + ".tril(" + width + ").triu(-" + width + ")";
    if (shape == "block") {
        const std::string w = number(std::max<Index>(1, static_cast<Index>(o.params.integer("width"))));
        allowed = "(torch.arange(" + rows + ")[:, None] // " + w + " == torch.arange(" + columns + ") // " + w + ")";
    }
    return std::vector<std::string>{o.x[0] + ".masked_fill(~" + allowed + orderOn(o.in[0], o.targets.in) + ".reshape" +
                                    broadcastShape(o.in[0], o.targets.in) + ", -1e30)"};
}

Lines embedding(const Op& o) {
    const ArraySplit s = o.split(o.out[0], o.op.targetOut);
    o.helpers.insert("embed");
    return std::vector<std::string>{reshaped("embed(" + o.x[0] + ".reshape(-1, " + number(s.outer) + ", " + number(s.inner) + "), " +
                                                 o.parameter("weight") + ").transpose(2, 3)",
                                             o.out[0])};
}

Lines zeros(const Op& o) {
    std::string shape = "(len(x)";
    for (const ArrayLayout::Dimension& d : o.out[0].dimensions) shape += ", " + number(d.size);
    return std::vector<std::string>{"x.new_zeros(" + shape + (o.out[0].dimensions.empty() ? ",))" : "))")};
}

Lines spike(const Op& o) {
    o.helpers.insert("Spike");
    return std::vector<std::string>{"Spike.apply(" + o.x[0] + ", " + toText(o.params.value("threshold")) + ", " + toText(o.params.value("slope")) + ")"};
}

using Writer = Lines (*)(const Op&);

// The one list of writers, by operation kind.
const std::map<std::string, Writer>& writers() {
    static const std::map<std::string, Writer> list = {
        {"linear", [](const Op& o) { return linear(o, false); }},
        {"linearT", [](const Op& o) { return linear(o, true); }},
        {"conv", [](const Op& o) { return conv(o, false); }},
        {"convT", [](const Op& o) { return conv(o, true); }},
        {"pool", pool},
        {"pointwise", pointwise},
        {"norm", norm},
        {"softmax", softmax},
        {"dropout", [](const Op& o) -> Lines { return std::vector<std::string>{"F.dropout(" + o.x[0] + ", " + toText(o.params.value("rate")) + ", " + o.self + ".training)"}; }},
        {"merge", [](const Op& o) -> Lines { return std::vector<std::string>{reshaped(o.x[0], o.out[0])}; }},
        {"split", torchSplit},
        {"concat", [](const Op& o) { return torchPieces(o, true); }},
        {"parts", [](const Op& o) { return torchPieces(o, false); }},
        {"copy", same},
        {"add", fold},
        {"einsum", torchEinsum},
        {"rename", torchRename},
        {"swap", torchSwap},
        {"repeat", torchRepeat},
        {"gather", [](const Op& o) { return torchPlaces(o, false); }},
        {"scatter", [](const Op& o) { return torchPlaces(o, true); }},
        {"topk", torchTop},
        {"const", torchConstant},
        {"index", torchIndex},
        {"window", torchWindow},
        {"embed", embedding},
        {"offset", offset},
        {"mask", mask},
        {"scale", [](const Op& o) -> Lines { return std::vector<std::string>{toText(o.params.value("factor")) + " * " + o.x[0]}; }},
        {"spike", spike},
        {"grab", zeros},
        {"discard", [](const Op&) -> Lines { return std::vector<std::string>(); }},
        {"output", [](const Op&) -> Lines { return std::vector<std::string>(); }},
    };
    return list;
}

}  // namespace

std::string TorchOperation::weighted(const std::string& form, const std::string& x, const std::string& suffix) const {
    const std::string block = step.blocks.at(suffix);
    const std::string weight = self + "." + block;
    const std::string other = carrier ? carrier(block) : std::string();
    if (other.empty()) return replaced(replaced(form, "{x}", x), "{w}", weight);
    helpers.insert("carry");
    return "carry(lambda h, w: " + replaced(replaced(form, "{x}", "h"), "{w}", "w") + ", " + x + ", " + weight + ", " + other + ")";
}

ArraySplit TorchOperation::split(const ArrayLayout& layout, const std::vector<std::string>& axes) const {
    const Result<ArraySplit> found = splitLayout(layout, axes, op);
    return found ? *found : ArraySplit{};  // the circuit compiled, so its axes lie side by side
}

Result<std::vector<std::string>> writeTorch(const TorchOperation& operation) {
    const auto it = writers().find(operation.op.kind);
    if (it == writers().end()) return cannot(operation, "the kind " + operation.op.kind);
    return it->second(operation);
}

std::string torchHelper(const std::string& name) {
    static const std::map<std::string, std::string> helpers = {
        {"normalise_rms", "def normalise_rms(x, eps):\n    \"\"\"Root mean square 1 along axis 2.\"\"\"\n"
                          "    return x * (x.square().mean(2, keepdim=True) + eps).rsqrt()\n"},
        {"normalise_l2", "def normalise_l2(x, eps):\n    \"\"\"Length 1 along axis 2.\"\"\"\n"
                         "    return x / (x.square().sum(2, keepdim=True).sqrt() + eps)\n"},
        {"normalise_layer", "def normalise_layer(x, eps):\n    \"\"\"Mean 0 and variance 1 along axis 2.\"\"\"\n"
                            "    centred = x - x.mean(2, keepdim=True)\n"
                            "    return centred * (centred.square().mean(2, keepdim=True) + eps).rsqrt()\n"},
        {"embed", "def embed(tokens, table):\n    \"\"\"Row of the table for every token; numbers that are none take the nearest one.\"\"\"\n"
                  "    return table[(tokens.clamp(0, len(table) - 1) + 0.5).floor().long()]\n"},
        {"take", "def take(values, places):\n    \"\"\"Along axis 2 at `places`; numbers that are none take the nearest one.\"\"\"\n"
                 "    at = (places.clamp(0, values.shape[2] - 1) + 0.5).floor().long()\n"
                 "    return values.gather(2, at[..., None].expand(-1, -1, -1, values.shape[3]))\n"},
        {"put", "def put(values, places, size):\n    \"\"\"Adds to a new axis 2 at `places`; numbers that are none take the nearest one.\"\"\"\n"
                "    at = (places.clamp(0, size - 1) + 0.5).floor().long()\n"
                "    whole = values.new_zeros(len(values), values.shape[1], size, values.shape[3])\n"
                "    return whole.scatter_add(2, at[..., None].expand_as(values), values)\n"},
        {"carry", "def carry(f, x, weight, feedback):\n    \"\"\"Values of f(x, weight); the error of x goes down through `feedback` instead.\"\"\"\n"
                  "    shadow = f(x, feedback)\n    return f(x.detach(), weight) + (shadow - shadow.detach())\n"},
        {"Spike", "class Spike(torch.autograd.Function):\n    \"\"\"1 above the threshold; the slope on the way down is 1 / (1 + a |u - threshold|)^2.\"\"\"\n\n"
                  "    @staticmethod\n    def forward(ctx, u, threshold, slope):\n        ctx.save_for_backward(u)\n"
                  "        ctx.threshold, ctx.slope = threshold, slope\n        return (u > threshold).to(u.dtype)\n\n"
                  "    @staticmethod\n    def backward(ctx, error):\n        (u,) = ctx.saved_tensors\n"
                  "        return error / (1 + ctx.slope * (u - ctx.threshold).abs()).square(), None, None\n"},
    };
    const auto it = helpers.find(name);
    return it == helpers.end() ? std::string() : it->second;
}

}  // namespace lab

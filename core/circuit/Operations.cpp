#include "core/circuit/OperationKinds.h"

#include <algorithm>
#include <unordered_map>

namespace lab {

namespace {

using Args = std::map<std::string, ParamValue>;
ParamValue word(const char* text) { return ParamValue(std::string(text)); }

std::vector<OperationPreset> makePresets() {
    std::vector<OperationPreset> out = {
        {"linear", "Linear map", "linear", {}, "units"},
        {"conv", "Convolution", "conv", {}, "channels"},
        {"relu", "ReLU", "pointwise", {}, ""},
        {"leakyrelu", "Leaky ReLU", "pointwise", {{"fn", word("leaky_relu")}}, "slope"},
        {"tanh", "Tanh", "pointwise", {{"fn", word("tanh")}}, ""},
        {"sigmoid", "Sigmoid", "pointwise", {{"fn", word("sigmoid")}}, ""},
        {"gelu", "GELU", "pointwise", {{"fn", word("gelu")}}, ""},
        {"selu", "SELU", "pointwise", {{"fn", word("selu")}}, ""},
        {"softplus", "Softplus", "pointwise", {{"fn", word("softplus")}}, ""},
        {"square", "Square", "pointwise", {{"fn", word("square")}}, ""},
        {"hardsigmoid", "Hard sigmoid", "pointwise", {{"fn", word("hard_sigmoid")}}, ""},
        {"identity", "Identity", "pointwise", {{"fn", word("identity")}}, ""},
        {"rms", "RMS norm", "norm", {}, ""},
        {"l2", "L2 norm", "norm", {{"type", word("l2")}}, ""},
        {"ln", "Layer norm", "norm", {{"type", word("layer")}, {"gain", ParamValue(true)}}, ""},
        {"bn", "Batch norm", "norm", {{"type", word("batch")}, {"gain", ParamValue(true)}}, ""},
        {"softmax", "Softmax", "softmax", {}, ""},
        {"dropout", "Dropout", "dropout", {}, "rate"},
        {"maxpool", "Max pooling", "pool", {}, "k"},
        {"avgpool", "Mean pooling", "pool", {{"fn", word("average")}}, "k"},
        {"gap", "Global mean pooling", "pool", {{"fn", word("average")}, {"global", ParamValue(true)}}, ""},
        {"flatten", "Flatten", "merge", {}, ""},
        {"copy", "Copy", "copy", {}, ""},
        {"add", "Add", "add", {}, ""},
        {"gate", "Gate", "add", {{"fn", word("mul")}}, ""},
        {"maximum", "Maximum", "add", {{"fn", word("max")}}, ""},
        {"einsum", "Einsum wiring", "einsum", {}, "sig"},
        {"split", "Split an axis", "split", {}, "parts"},
        {"concat", "Concatenate", "concat", {}, ""},
        {"parts", "Take apart", "parts", {}, ""},
        {"rename", "Rename an axis", "rename", {}, ""},
        {"index", "Index", "index", {}, "at"},
        {"swap", "Transpose", "swap", {}, ""},
        {"repeat", "Repeat along a new axis", "repeat", {}, "times"},
        {"gather", "Take from places", "gather", {}, ""},
        {"scatter", "Put into places", "scatter", {}, ""},
        {"top", "Largest values", "topk", {}, "k"},
        {"topplaces", "Places of the largest values", "topk", {{"gives", word("places")}}, "k"},
        {"const", "Array", "const", {}, ""},
        {"last", "Last place", "index", {{"at", word("-1")}}, ""},
        {"window", "Window", "window", {}, "k"},
        {"discard", "Discard", "discard", {}, ""},
        {"upconv", "Transposed convolution", "convT", {}, "channels"},
        {"lineart", "Transposed linear map", "linearT", {}, "units"},
        {"embed", "Embedding", "embed", {}, "units"},
        {"offset", "Learned offset", "offset", {}, ""},
        {"causal", "Causal mask", "mask", {}, ""},
        {"band", "Band mask", "mask", {{"shape", word("band")}}, "width"},
        {"scale", "Scale", "scale", {}, "factor"},
        {"spike", "Spike", "spike", {}, "threshold"},
        {"grab", "Take from a slot", "grab", {}, ""},
        {"drop", "Put into a slot", "drop", {}, ""},
        {"input", "Input", "input", {}, "units"},
        {"output", "Output", "output", {}, ""},
    };
    return out;
}

}  // namespace

const std::vector<OperationDescription>& operationRegistry() {
    static const std::vector<OperationDescription> registry = {
        inputKind(),          constantKind(), linearKind(), transposedLinearKind(), convKind(),   transposedConvKind(), embeddingKind(),
        offsetKind(),         pointwiseKind(), normKind(),          softmaxKind(), maskKind(),          scaleKind(),
        spikeKind(),          dropoutKind(),  poolKind(),           windowKind(), mergeKind(),          splitKind(),
        concatKind(),         partsKind(),    copyKind(),           addKind(),    einsumKind(),         renameKind(),
        swapKind(),           repeatKind(),   gatherKind(),          scatterKind(), topKind(),
        indexKind(),          grabKind(),     dropKind(),           discardKind(), outputKind()};
    return registry;
}

const std::vector<OperationPreset>& operationPresets() {
    static const std::vector<OperationPreset> presets = makePresets();
    return presets;
}

const OperationDescription* findOperation(const std::string& kind) {
    static const std::unordered_map<std::string, const OperationDescription*> byKind = [] {
        std::unordered_map<std::string, const OperationDescription*> map;
        for (const OperationDescription& d : operationRegistry()) map.emplace(d.kind, &d);
        return map;
    }();
    const auto it = byKind.find(kind);
    return it == byKind.end() ? nullptr : it->second;
}

const OperationPreset* findPreset(const std::string& wanted) {
    const std::vector<OperationPreset>& presets = operationPresets();
    for (const OperationPreset& p : presets)
        if (p.word == wanted) return &p;
    // Kinds and their aliases stand for the first preset of the kind without args.
    for (const OperationDescription& d : operationRegistry()) {
        if (d.kind != wanted && std::find(d.aliases.begin(), d.aliases.end(), wanted) == d.aliases.end()) continue;
        for (const OperationPreset& p : presets)
            if (p.kind == d.kind && p.args.empty()) return &p;
    }
    return nullptr;
}

ParamSet operationParams(const Operation& operation) {
    const OperationDescription* description = findOperation(operation.kind);
    if (description == nullptr) return {};
    ParamSet params(description->params);
    for (const auto& [name, value] : operation.args) {
        const Result<void> done = params.set(name, value);
        (void)done;  // reported by the size solver, with the place
    }
    return params;
}

long WindowGeometry::outputSize(long size) const {
    if (global) return 1;
    if (transposed) {
        long out = 0;
        if (size < 1 || __builtin_mul_overflow(size - 1, stride, &out) || __builtin_add_overflow(out, reach() - 2 * pad, &out)) return 0;
        return out;
    }
    const long room = size + 2 * pad - reach();
    return room < 0 ? 0 : room / stride + 1;
}

long WindowGeometry::inputSize(long size) const {
    if (global) return 0;
    if (transposed) {
        const long room = size + 2 * pad - reach();
        return room < 0 || room % stride != 0 ? 0 : room / stride + 1;
    }
    if (stride != 1) return 0;
    const long back = size + reach() - 1 - 2 * pad;
    return back < 1 ? 0 : back;
}

WindowGeometry windowGeometry(const Operation& operation) {
    const ParamSet params = operationParams(operation);
    WindowGeometry g;
    if (const OperationDescription* d = findOperation(operation.kind)) g.transposed = d->upsamples;
    if (params.find("global") != nullptr) g.global = params.flag("global");
    if (params.find("k") != nullptr) g.kernel = static_cast<long>(params.integer("k"));
    if (params.find("s") != nullptr) g.stride = static_cast<long>(params.integer("s"));
    if (params.find("p") != nullptr) g.pad = static_cast<long>(params.integer("p"));
    if (params.find("d") != nullptr) g.dilation = static_cast<long>(params.integer("d"));
    if (g.stride == 0) g.stride = g.kernel;
    if (g.pad < 0) g.pad = (g.reach() - 1) / 2;
    return g;
}

std::string plainLabel(const std::string& markup) {
    std::string out;
    for (const char c : markup)
        if (c != '*' && c != '~' && c != '_' && c != '^' && c != '{' && c != '}' && c != '|' && c != '`') out += c;
    return out;
}

std::string displayName(const Operation& operation) {
    const std::string name = plainLabel(operation.name);
    return name.empty() ? operation.id : name;
}

std::string glyphLabel(const Operation& operation) {
    if (!operation.name.empty()) return operation.name;
    const OperationDescription* d = findOperation(operation.kind);
    if (d == nullptr) return operation.kind.empty() ? "?" : "|" + plainLabel(operation.kind) + "|";
    const ParamSet params = operationParams(operation);
    if (d->glyph == Glyph::Chip) return params.find("bias") != nullptr && params.flag("bias") ? d->letter + "_+" : d->letter;
    if (d->glyph == Glyph::Conv) return d->letter + " " + toText(params.value("k"));
    if (d->rule == AxisRule::Source || d->rule == AxisRule::Sink) return "";
    if (!d->slot.empty()) return params.text(d->slot);
    if (d->glyph == Glyph::Index) return params.text("at");
    if (params.find("fn") == nullptr) return d->letter;
    const std::string& fn = params.text("fn");
    const auto it = d->letters.find(fn);
    return it == d->letters.end() ? "|" + fn + "|" : it->second;
}

}  // namespace lab

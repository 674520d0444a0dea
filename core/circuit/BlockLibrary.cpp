#include "core/circuit/BlockLibrary.h"

#include "core/circuit/AxisChoice.h"
#include "core/circuit/EditTools.h"

namespace lab {

namespace {

using Ids = std::vector<std::string>;
using Args = std::map<std::string, ParamValue>;

ParamValue text(const char* t) { return ParamValue(std::string(t)); }

// Grows behind one wire of a circuit that is there already.
class Branch {
public:
    BuiltBlock built;
    std::string at;

    Branch(const BlockRequest& request) : at(request.wire), m_c(request.circuit) {}

    Ids axes() const { return axes(at); }
    Ids axes(const std::string& wire) const { return m_c.wire(wire)->axes; }
    std::string axis(const std::string& letter, AxisRole role, const std::string& size, int dims = 1) {
        return newAxis(m_c, letter, role, size, dims);
    }
    const Axis axisAt(const std::string& id) const { return *m_c.axis(id); }

    std::string wire(const Ids& axes) {
        Wire w;
        w.id = m_c.freshId("w");
        w.axes = axes;
        m_c.wires.push_back(std::move(w));
        return m_c.wires.back().id;
    }
    void operation(const std::string& kind, const Ids& in, const Ids& out, const Ids& targetIn = {}, const Ids& targetOut = {}, Args args = {}) {
        Operation op;
        op.id = m_c.freshId(findOperation(kind)->idPrefix);
        op.kind = kind;
        op.in = in;
        op.out = out;
        op.targetIn = targetIn;
        op.targetOut = targetOut;
        op.args = std::move(args);
        built.operations.push_back(op.id);
        if (!m_open.empty()) m_c.group(m_open.back())->members.push_back(op.id);
        m_c.operations.push_back(std::move(op));
    }
    // One operation behind the end; what leaves has `axes`.
    void then(const std::string& kind, const Ids& axes, const Ids& targetIn = {}, const Ids& targetOut = {}, Args args = {}) {
        const std::string from = at;
        at = wire(axes);
        operation(kind, {from}, {at}, targetIn, targetOut, std::move(args));
    }
    void keep(const std::string& kind, const Ids& targets = {}, Args args = {}) { then(kind, axes(), targets, targets, std::move(args)); }
    void linear(const std::string& from, const Ids& to, bool bias = true) {
        then("linear", replaced(axes(), from, to), {from}, to, bias ? Args() : Args{{"bias", ParamValue(false)}});
    }
    Ids copies(std::size_t n) {
        Ids out;
        for (std::size_t i = 0; i < n; ++i) out.push_back(wire(axes()));
        operation("copy", {at}, out);
        return out;
    }
    void add(const Ids& operands) {
        at = wire(axes(operands.back()));
        operation("add", operands, {at});
    }
    void open(const std::string& title, const std::string& fill, Repeat repeat = {}) {
        Group g;
        g.id = m_c.freshId("g");
        g.title = title;
        g.fill = fill;
        g.repeat = std::move(repeat);
        if (!m_open.empty()) m_c.group(m_open.back())->members.push_back(g.id);
        m_open.push_back(g.id);
        built.groups.push_back(g.id);
        m_c.groups.push_back(std::move(g));
    }
    void close() { m_open.pop_back(); }
    BuiltBlock finish() {
        built.out = at;
        return std::move(built);
    }

private:
    Circuit& m_c;
    Ids m_open;
};

// Places and what stands at each of them.
struct Sequence {
    std::string place, feature;
};

// `inOrder`: one after the other, so that the places of an image are none.
Result<Sequence> sequenceAt(const BlockRequest& request, const std::string& title, bool inOrder = false) {
    const Ids arriving = request.circuit.wire(request.wire)->axes;
    const Ids places = positionAxes(request.circuit, arriving), features = channelAxes(request.circuit, arriving);
    if (places.size() != 1 || (inOrder && request.circuit.axis(places.front())->dims != 1))
        return editError(305, "'" + title + "' goes from place to place, so that one axis of places must arrive; here " +
                                  (places.empty() ? std::string("none does.") : places.size() > 1 ? std::to_string(places.size()) + " do." : std::string("it is that of an image.")),
                         request.wire, "Start from sequences or graphs, or merge the positions of an image into one axis.");
    if (features.empty())
        return editError(305, "'" + title + "' needs numbers at every place, but places alone arrive.", request.wire,
                         "Put an embedding in front: embed 32.");
    return Sequence{places.front(), features.back()};
}

std::string numberOf(const ParamSet& params, const char* name) { return std::to_string(params.integer(name)); }

void addAttention(Branch& s, const Sequence& at, const ParamSet& params) {
    const Axis x = s.axisAt(at.place);
    const std::string y = s.axis("y", x.role, at.place, x.dims), h = s.axis("h", AxisRole::Head, numberOf(params, "heads"));
    const bool own = params.integer("dim") > 0;
    const std::string d = s.axis("d", AxisRole::Feature, own ? numberOf(params, "dim") : at.feature + "/" + h);
    s.open("multi-head attention", "mha");
    const Ids three = s.copies(3);
    const auto projected = [&](const std::string& wire, bool renames) {
        s.at = wire;
        if (renames) s.then("rename", replaced(s.axes(), at.place, {y}), {at.place}, {y});
        s.linear(at.feature, {h, d}, false);
        return s.at;
    };
    const std::string q = projected(three[0], true), k = projected(three[1], false), v = projected(three[2], false);
    const std::string qs = y + " " + h + " " + d, ks = at.place + " " + h + " " + d, as = h + " " + y + " " + at.place;
    s.open("scaled dot-product core", "attn");
    Ids scores;
    for (const std::string& a : s.axes(v))
        if (a != at.place && a != h && a != d) scores.push_back(a);
    Ids result = scores;
    scores.insert(scores.end(), {h, y, at.place});
    result.insert(result.end(), {y, h, d});
    s.at = s.wire(scores);
    s.operation("einsum", {q, k}, {s.at}, {}, {}, {{"sig", ParamValue(qs + ", " + ks + " -> " + as)}, {"scale", ParamValue(d + "^{-1/2}")}});
    if (params.flag("causal")) s.keep("mask", {y, at.place});
    s.keep("softmax", {at.place});
    const std::string shares = s.at;
    s.at = s.wire(result);
    s.operation("einsum", {shares, v}, {s.at}, {}, {}, {{"sig", ParamValue(as + ", " + ks + " -> " + qs)}});
    s.close();
    Ids back;
    for (const std::string& a : s.axes())
        if (a != d) back.push_back(a == h ? at.feature : a);
    s.then("linear", back, {h, d}, {at.feature}, {{"bias", ParamValue(false)}});
    s.close();
    s.then("rename", replaced(s.axes(), y, {at.place}), {y}, {at.place});
}

void addMlp(Branch& s, const Sequence& at, const ParamSet& params) {
    const std::string n = s.axis("n", AxisRole::Feature, numberOf(params, "ratio") + "*" + at.feature);
    s.open("feed-forward", "ffn");
    s.linear(at.feature, {n});
    s.keep("pointwise", {}, {{"fn", text("gelu")}});
    s.linear(n, {at.feature});
    s.close();
}

Result<BuiltBlock> buildAttention(const BlockRequest& request) {
    const Result<Sequence> at = sequenceAt(request, "Multi-head attention");
    if (!at) return at.error();
    Branch s(request);
    addAttention(s, *at, request.params);
    return s.finish();
}

Result<BuiltBlock> buildMlp(const BlockRequest& request) {
    const Ids arriving = request.circuit.wire(request.wire)->axes;
    const Ids features = channelAxes(request.circuit, arriving);
    if (features.empty())
        return editError(305, "'Feed-forward' needs a feature axis, but none arrives.", request.wire, "Put an embedding or a linear map in front.");
    Branch s(request);
    addMlp(s, {"", features.back()}, request.params);
    return s.finish();
}

Result<BuiltBlock> buildTransformer(const BlockRequest& request) {
    const Result<Sequence> at = sequenceAt(request, "Transformer block");
    if (!at) return at.error();
    Branch s(request);
    s.open("block", "");
    for (const bool attends : {true, false}) {
        s.open("add & norm", "res");
        const Ids ways = s.copies(2);
        s.at = ways[0];
        s.keep("norm", {at->feature}, {{"type", text("layer")}, {"gain", ParamValue(true)}});
        if (attends)
            addAttention(s, *at, request.params);
        else
            addMlp(s, *at, request.params);
        s.add({s.at, ways[1]});
        s.close();
    }
    s.close();
    return s.finish();
}

// Every place gets what its neighbours in the row send, and what it makes of itself.
Result<BuiltBlock> buildMessages(const BlockRequest& request) {
    const Result<Sequence> at = sequenceAt(request, "Messages");
    if (!at) return at.error();
    Branch s(request);
    const std::string n = s.axis("n", AxisRole::Feature, numberOf(request.params, "units"));
    const std::string taps = s.axis("q", AxisRole::Kernel, "", s.axisAt(at->place).dims);
    s.open("messages", "conv");
    const Ids ways = s.copies(2);
    s.at = ways[0];
    s.linear(at->feature, {n}, false);
    const Ids sent = s.axes();
    s.then("window", replaced(sent, at->place, {at->place, taps}), {at->place}, {at->place, taps});
    s.then("einsum", sent, {}, {}, {{"sig", ParamValue(at->place + " " + taps + " " + n + " -> " + at->place + " " + n)}});
    const std::string gathered = s.at;
    s.at = ways[1];
    s.linear(at->feature, {n});
    s.add({gathered, s.at});
    s.keep("pointwise");
    s.close();
    return s.finish();
}

// h_t = tanh(W x_t + R h_{t-1} + b); the last state leaves.
Result<BuiltBlock> buildRecurrent(const BlockRequest& request) {
    const Result<Sequence> at = sequenceAt(request, "Recurrent layer", true);
    if (!at) return at.error();
    Branch s(request);
    const std::string n = s.axis("n", AxisRole::Feature, numberOf(request.params, "units"));
    const std::string slot = "h_{" + n + "}";
    s.open("one place at a time", "ffn", Repeat{at->place, "t", true});
    s.then("index", replaced(s.axes(), at->place, {}), {at->place}, {}, {{"at", text("t")}});
    s.linear(at->feature, {n});
    const std::string now = s.at;
    const Ids state = s.axes();
    s.at = s.wire(state);
    s.operation("grab", {}, {s.at}, {}, {}, {{"slot", ParamValue(slot)}});
    s.linear(n, {n}, false);
    s.add({now, s.at});
    s.keep("pointwise", {}, {{"fn", text("tanh")}});
    const Ids ways = s.copies(2);
    s.operation("drop", {ways[1]}, {}, {}, {}, {{"slot", ParamValue(slot)}});
    s.at = ways[0];
    s.close();
    return s.finish();
}

// Leaky units that gather charge, spike and are reset; how often each has spiked leaves.
Result<BuiltBlock> buildSpiking(const BlockRequest& request) {
    const Result<Sequence> at = sequenceAt(request, "Spiking layer", true);
    if (!at) return at.error();
    Branch s(request);
    const std::string n = s.axis("n", AxisRole::Feature, numberOf(request.params, "units"));
    const auto slot = [&](const char* letter) { return Args{{"slot", ParamValue(std::string(letter) + "_{" + n + "}")}}; };
    s.open("one step of time", "soft", Repeat{at->place, "t", true});
    s.then("index", replaced(s.axes(), at->place, {}), {at->place}, {}, {{"at", text("t")}});
    s.linear(at->feature, {n});
    const std::string current = s.at;
    const Ids state = s.axes();
    const auto before = [&](const char* letter) {
        s.at = s.wire(state);
        s.operation("grab", {}, {s.at}, {}, {}, slot(letter));
    };
    const auto keeping = [&](const char* letter) {
        const Ids ways = s.copies(2);
        s.operation("drop", {ways[1]}, {}, {}, {}, slot(letter));
        s.at = ways[0];
    };
    before("u");
    s.keep("scale");
    const std::string leak = s.at;
    before("s");
    s.keep("scale", {}, {{"factor", ParamValue(-1.0)}});
    s.add({current, leak, s.at});
    keeping("u");
    s.keep("spike");
    keeping("s");
    const std::string spikes = s.at;
    before("o");
    s.add({spikes, s.at});
    keeping("o");
    s.close();
    return s.finish();
}

ParamSpec headsSpec() { return ParamSpec::integer("heads", "Heads", 4, 1, 4096, "Attentions side by side; they share the width.").withSymbol("h"); }
ParamSpec dimSpec() { return ParamSpec::integer("dim", "Width of a head", 0, 0, 65536, "Numbers per head; 0 divides what arrives among the heads.").withSymbol("d"); }
ParamSpec causalSpec() { return ParamSpec::boolean("causal", "Causal", false, "No place sees what comes later."); }
ParamSpec ratioSpec() { return ParamSpec::integer("ratio", "Widening", 4, 1, 64, "The inner layer has so many times the width that arrives."); }
ParamSpec unitsSpec(std::int64_t standard) { return ParamSpec::integer("units", "Units", standard, 1, 1'000'000, "Width of what leaves."); }
ParamSpec bnSpec() { return ParamSpec::boolean("bn", "Batch norm", false, "Normalises every channel over the batch."); }

BlockDescription block(const char* word, const char* title, const char* doc, const char* fill, std::vector<ParamSpec> params,
                       const char* positional = "") {
    BlockDescription b;
    b.word = word;
    b.title = title;
    b.doc = doc;
    b.fill = fill;
    b.params = std::move(params);
    b.positional = positional;
    return b;
}

BlockDescription chain(BlockDescription b, const char* line) {
    b.line = line;
    return b;
}

BlockDescription built(BlockDescription b, Result<BuiltBlock> (*build)(const BlockRequest&), std::vector<std::string> aliases = {}) {
    b.build = build;
    b.aliases = std::move(aliases);
    return b;
}

std::vector<BlockDescription> makeLibrary() {
    return {
        chain(block("layer", "Layer", "A linear map and a ReLU: the hidden layer of a multi-layer perceptron.", "ffn", {unitsSpec(256)}, "units"),
              "linear {units} | relu"),
        chain(block("convblock", "Convolution block", "Convolution, ReLU and maximum pooling.", "conv",
                    {ParamSpec::integer("channels", "Channels", 16, 1, 65536, "Channels that leave."),
                     ParamSpec::integer("k", "Kernel", 3, 1, 255, "Side of the window."), bnSpec()},
                    "channels"),
              "conv {channels} k={k} | {bn?bn |} relu | maxpool"),
        chain(block("reslayer", "Residual layer", "A normalised hidden layer that adds to what it reads.", "res", {}), "res( rms | linear 1x | relu )"),
        chain(block("resblock", "Residual convolution block", "Two batch-normalised convolutions that add to what they read, as in ResNet.", "res", {}),
              "res( conv 1x | bn | relu | conv 1x | bn ) | relu"),
        chain(block("bottleneck", "Autoencoder", "Squeezes what arrives through a narrow layer and widens it again.", "emb",
                    {ParamSpec::integer("code", "Code", 32, 1, 65536, "Width of the narrow layer."),
                     ParamSpec::integer("hidden", "Hidden units", 128, 1, 65536, "Width of the layers before and behind it.")},
                    "code"),
              "linear {hidden} | relu | linear {code} | identity | linear {hidden} | relu"),
        built(block("attn", "Multi-head attention", "Every place looks at every other through several heads.", "mha", {headsSpec(), dimSpec(), causalSpec()},
                    "heads"),
              buildAttention, {"attention", "mha"}),
        built(block("mlp", "Feed-forward", "Two maps with a GELU between, for every place alone.", "ffn", {ratioSpec()}, "ratio"), buildMlp, {"ffn"}),
        built(block("transformer", "Transformer block", "Attention and feed-forward, each normalised and added to what it reads.", "",
                    {headsSpec(), dimSpec(), causalSpec(), ratioSpec()}, "heads"),
              buildTransformer),
        built(block("messages", "Messages", "Every place adds what its neighbours in the row send to what it makes of itself.", "conv", {unitsSpec(32)}, "units"),
              buildMessages, {"gnn"}),
        built(block("recurrent", "Recurrent layer", "Reads one place at a time and keeps what matters; the last state leaves.", "ffn", {unitsSpec(32)}, "units"),
              buildRecurrent, {"rnn"}),
        built(block("spiking", "Spiking layer", "Units that gather charge, leak and spike; how often each has spiked leaves.", "soft", {unitsSpec(64)}, "units"),
              buildSpiking, {"lif"}),
    };
}

}  // namespace

const std::vector<BlockDescription>& blockLibrary() {
    static const std::vector<BlockDescription> library = makeLibrary();
    return library;
}

const BlockDescription* findBlock(const std::string& word) {
    for (const BlockDescription& b : blockLibrary())
        if (b.word == word || has(b.aliases, word)) return &b;
    return nullptr;
}

std::string blockLine(const BlockDescription& block, const ParamSet& params) {
    std::string out;
    for (std::size_t i = 0; i < block.line.size(); ++i) {
        if (block.line[i] != '{') {
            out += block.line[i];
            continue;
        }
        const std::size_t end = block.line.find('}', i);
        const std::string inside = block.line.substr(i + 1, end - i - 1);
        const std::size_t question = inside.find('?');
        if (question == std::string::npos)
            out += toText(params.value(inside));
        else if (params.flag(inside.substr(0, question)))
            out += inside.substr(question + 1);
        i = end;
    }
    return out;
}

}  // namespace lab

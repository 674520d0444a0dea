#include "core/circuit/SequenceTemplates.h"

#include "core/circuit/Operations.h"

namespace lab {

namespace {

using Ids = std::vector<std::string>;
using Args = std::map<std::string, ParamValue>;

ParamValue text(const char* t) { return ParamValue(std::string(t)); }

// A circuit that grows at one wire.
class Sketch {
public:
    Circuit circuit;
    std::string at;

    Sketch() { axis("b", "b", AxisRole::Batch, ""); }

    std::string axis(const std::string& id, const std::string& name, AxisRole role, const std::string& size) {
        Axis a;
        a.id = id;
        a.name = name;
        a.role = role;
        a.size = size;
        circuit.axes.push_back(std::move(a));
        return id;
    }
    std::string wire(const Ids& axes) {
        Wire w;
        w.id = "w" + std::to_string(circuit.wires.size() + 1);
        w.axes = axes;
        w.axes.insert(w.axes.begin(), "b");
        circuit.wires.push_back(std::move(w));
        return circuit.wires.back().id;
    }
    Operation& operation(const std::string& kind, const Ids& in, const Ids& out, const Ids& targetIn = {}, const Ids& targetOut = {},
                         Args args = {}) {
        Operation op;
        op.id = findOperation(kind)->idPrefix + std::to_string(++m_count[findOperation(kind)->idPrefix]);
        op.kind = kind;
        op.in = in;
        op.out = out;
        op.targetIn = targetIn;
        op.targetOut = targetOut;
        op.args = std::move(args);
        circuit.operations.push_back(std::move(op));
        if (!m_open.empty()) group(m_open.back()).members.push_back(circuit.operations.back().id);
        return circuit.operations.back();
    }
    // One operation behind the end; what leaves has `axes`.
    Operation& then(const std::string& kind, const Ids& axes, const Ids& targetIn = {}, const Ids& targetOut = {}, Args args = {}) {
        const std::string from = at;
        at = wire(axes);
        return operation(kind, {from}, {at}, targetIn, targetOut, std::move(args));
    }
    void keep(const std::string& kind, const Ids& targets = {}, Args args = {}) { then(kind, axes(at), targets, targets, std::move(args)); }
    Ids copies(std::size_t n) {
        Ids out;
        for (std::size_t i = 0; i < n; ++i) out.push_back(wire(axes(at)));
        operation("copy", {at}, out);
        return out;
    }
    Operation& linear(const Ids& axes, const Ids& from, const Ids& to, const std::string& letter = {}, bool bias = true) {
        Operation& op = then("linear", axes, from, to, bias ? Args() : Args{{"bias", ParamValue(false)}});
        op.name = letter.empty() ? "*L*_" + std::to_string(++m_maps) : letter;
        return op;
    }
    Ids axes(const std::string& wire) const {
        const Ids& all = circuit.wire(wire)->axes;
        return {all.begin() + 1, all.end()};
    }

    void open(const std::string& title, const std::string& fill, Repeat repeat = {}) {
        Group g;
        g.id = "g" + std::to_string(circuit.groups.size() + 1);
        g.title = title;
        g.fill = fill;
        g.repeat = std::move(repeat);
        if (!m_open.empty()) group(m_open.back()).members.push_back(g.id);
        m_open.push_back(g.id);
        circuit.groups.push_back(std::move(g));
    }
    void close() { m_open.pop_back(); }

    void input(const Ids& axes, const std::string& name = "*X*") {
        at = wire(axes);
        operation("input", {}, {at}).name = name;
    }
    // Class scores from what stands on one feature axis.
    void readout(const std::string& feature) {
        linear({"k"}, {feature}, {"k"});
        output();
    }
    void output() { operation("output", {at}, {}).name = "`*Y*"; }

private:
    Group& group(const std::string& id) { return *circuit.group(id); }

    std::map<std::string, int> m_count;
    Ids m_open;
    int m_maps = 0;
};

std::string number(long n) { return std::to_string(n); }

// Queries [y m] over keys and values [x m], each through a map of its own into h heads of d numbers, and one map behind.
void attend(Sketch& s, const std::string& queries, const std::string& keys, const std::string& values, bool causal) {
    s.at = queries;
    s.linear({"y", "h", "d"}, {"m"}, {"h", "d"}, "*L*_q", false);
    const std::string q = s.at;
    s.at = keys;
    s.linear({"x", "h", "d"}, {"m"}, {"h", "d"}, "*L*_k", false);
    const std::string k = s.at;
    s.at = values;
    s.linear({"x", "h", "d"}, {"m"}, {"h", "d"}, "*L*_v", false);
    const std::string v = s.at;
    s.open("scaled dot-product core", "attn");
    s.at = s.wire({"h", "y", "x"});
    s.operation("einsum", {q, k}, {s.at}, {}, {}, {{"sig", text("y h d, x h d -> h y x")}, {"scale", text("d^{-1/2}")}});
    if (causal) s.keep("mask", {"y", "x"});
    s.keep("softmax", {"x"});
    const std::string a = s.at;
    s.at = s.wire({"y", "h", "d"});
    s.operation("einsum", {a, v}, {s.at}, {}, {}, {{"sig", text("h y x, x h d -> y h d")}});
    s.close();
    s.linear({"y", "m"}, {"h", "d"}, {"m"}, "*L*_o", false);
}

}  // namespace

Circuit makeTransformer(const TemplateData& data, long width, long heads, long blocks, bool causal) {
    Sketch s;
    s.axis("x", "~x", AxisRole::Seq, number(data.places()));
    s.axis("m", "m", AxisRole::Feature, number(width));
    s.axis("y", "~y", AxisRole::Seq, "x");
    s.axis("h", "h", AxisRole::Head, number(heads));
    s.axis("d", "d", AxisRole::Feature, "m/h");
    s.axis("n", "n", AxisRole::Feature, "2*m");
    s.axis("k", "k", AxisRole::Class, number(data.classes));
    if (data.tokens()) {
        s.axis("v", "V", AxisRole::Feature, "k");
        s.input({"x"});
        s.circuit.wires.front().dtype = "int:v";
        s.then("embed", {"x", "m"}, {}, {"m"});
    } else {
        s.axis("f", "f", AxisRole::Feature, number(data.features()));
        s.input({"x", "f"});
        s.linear({"x", "m"}, {"f"}, {"m"});
    }
    s.keep("offset", {"x", "m"});

    s.open("block", "", blocks > 1 ? Repeat{number(blocks), "λ", false} : Repeat{});
    s.open("add & norm", "res");
    Ids ways = s.copies(2);
    s.at = ways[0];
    s.keep("norm", {"m"}, {{"type", text("layer")}, {"gain", ParamValue(true)}});
    s.open("multi-head attention", "mha");
    const Ids three = s.copies(3);
    s.at = three[0];
    s.then("rename", {"y", "m"}, {"x"}, {"y"});
    attend(s, s.at, three[1], three[2], causal);
    s.close();
    s.then("rename", {"x", "m"}, {"y"}, {"x"});
    std::string sum = s.wire({"x", "m"});
    s.operation("add", {s.at, ways[1]}, {sum});
    s.at = sum;
    s.close();
    s.open("add & norm", "res");
    ways = s.copies(2);
    s.at = ways[0];
    s.keep("norm", {"m"}, {{"type", text("layer")}, {"gain", ParamValue(true)}});
    s.open("feed-forward", "ffn");
    s.linear({"x", "n"}, {"m"}, {"n"});
    s.keep("pointwise", {}, {{"fn", text("gelu")}});
    s.linear({"x", "m"}, {"n"}, {"m"});
    s.close();
    sum = s.wire({"x", "m"});
    s.operation("add", {s.at, ways[1]}, {sum});
    s.at = sum;
    s.close();
    s.close();

    s.keep("norm", {"m"}, {{"type", text("layer")}, {"gain", ParamValue(true)}});
    s.then("index", {"m"}, {"x"}, {}, causal ? Args{{"at", text("-1")}} : Args());
    s.readout("m");
    return s.circuit;
}

Circuit makeAttention(long heads, bool causal) {
    Sketch s;
    s.axis("y", "~y", AxisRole::Seq, "");
    s.axis("x", "~x", AxisRole::Seq, "");
    s.axis("m", "m", AxisRole::Feature, "");
    s.axis("h", "h", AxisRole::Head, number(heads));
    s.axis("d", "d", AxisRole::Feature, "m/h");
    s.input({"y", "m"}, "queries");
    const std::string queries = s.at;
    s.input({"x", "m"}, "memory");
    s.open("multi-head attention", "mha");
    const Ids two = s.copies(2);
    attend(s, queries, two[0], two[1], causal);
    s.close();
    s.output();
    return s.circuit;
}

Circuit makeGraphNetwork(const TemplateData& data, long width, long layers) {
    Sketch s;
    const long nodes = data.places();
    const long own = data.features() - nodes;
    s.axis("v", "~v", AxisRole::Node, number(nodes));
    s.axis("f", "f", AxisRole::Feature, number(data.features()));
    s.axis("k", "k", AxisRole::Class, number(data.classes));
    s.input({"v", "f"});
    std::string feature = "f";
    std::string edges;
    if (own > 0) {
        s.axis("n0", "n_{0}", AxisRole::Feature, number(own));
        s.axis("u", "~u", AxisRole::Feature, number(nodes));
        const std::string h = s.wire({"v", "n0"});
        edges = s.wire({"v", "u"});
        s.operation("parts", {s.at}, {h, edges}, {"f"}, {"n0", "u"});
        s.at = h;
        feature = "n0";
    }
    for (long l = 1; l <= layers; ++l) {
        const std::string n = s.axis("n" + number(l), "n_{" + number(l) + "}", AxisRole::Feature, number(width));
        std::string adjacency = edges;
        if (!edges.empty() && l < layers) {
            const std::string now = s.at;
            s.at = edges;
            const Ids two = s.copies(2);
            adjacency = two[0];
            edges = two[1];
            s.at = now;
        }
        s.open("messages " + number(l), "conv");
        const Ids ways = s.copies(2);
        s.at = ways[0];
        s.linear({"v", n}, {feature}, {n}, {}, false);
        if (adjacency.empty()) {
            const std::string taps = s.axis("q" + number(l), "q", AxisRole::Kernel, "");
            s.then("window", {"v", taps, n}, {"v"}, {"v", taps});
            s.then("einsum", {"v", n}, {}, {}, {{"sig", ParamValue("v " + taps + " " + n + " -> v " + n)}});
        } else {
            const std::string messages = s.at;
            s.at = s.wire({"v", n});
            s.operation("einsum", {adjacency, messages}, {s.at}, {}, {}, {{"sig", ParamValue("v u, u " + n + " -> v " + n)}});
        }
        const std::string gathered = s.at;
        s.at = ways[1];
        s.linear({"v", n}, {feature}, {n});
        const std::string self = s.at;
        s.at = s.wire({"v", n});
        s.operation("add", {gathered, self}, {s.at});
        s.keep("pointwise");
        s.close();
        feature = n;
    }
    s.then("einsum", {feature}, {}, {}, {{"sig", ParamValue("v " + feature + " -> " + feature)}});
    s.readout(feature);
    return s.circuit;
}

Circuit makeRecurrent(const TemplateData& data, long width) {
    Sketch s;
    s.axis("t", "~t", AxisRole::Time, number(data.places()));
    s.axis("f", "f", AxisRole::Feature, number(data.features()));
    s.axis("n", "n", AxisRole::Feature, number(width));
    s.axis("k", "k", AxisRole::Class, number(data.classes));
    s.input({"t", "f"});
    s.open("one place at a time", "ffn", Repeat{"t", "t", true});
    s.then("index", {"f"}, {"t"}, {}, {{"at", text("t")}});
    s.linear({"n"}, {"f"}, {"n"});
    const std::string now = s.at;
    s.at = s.wire({"n"});
    s.operation("grab", {}, {s.at});
    s.linear({"n"}, {"n"}, {"n"}, {}, false);
    const std::string before = s.at;
    s.at = s.wire({"n"});
    s.operation("add", {now, before}, {s.at});
    s.keep("pointwise", {}, {{"fn", text("tanh")}});
    const Ids ways = s.copies(2);
    s.operation("drop", {ways[1]}, {});
    s.at = ways[0];
    s.close();
    s.readout("n");
    return s.circuit;
}

Circuit makeSpiking(const TemplateData& data, long width) {
    Sketch s;
    s.axis("t", "~t", AxisRole::Time, number(data.places()));
    s.axis("f", "f", AxisRole::Feature, number(data.features()));
    s.axis("n", "n", AxisRole::Feature, number(width));
    s.axis("k", "k", AxisRole::Class, number(data.classes));
    s.input({"t", "f"});
    s.open("one step of time", "soft", Repeat{"t", "t", true});
    s.then("index", {"f"}, {"t"}, {}, {{"at", text("t")}});
    s.linear({"n"}, {"f"}, {"n"});
    const std::string current = s.at;
    s.at = s.wire({"n"});
    s.operation("grab", {}, {s.at}, {}, {}, {{"slot", text("u")}});
    s.keep("scale");
    const std::string leak = s.at;
    s.at = s.wire({"n"});
    s.operation("grab", {}, {s.at}, {}, {}, {{"slot", text("s")}});
    s.keep("scale", {}, {{"factor", ParamValue(-1.0)}});
    const std::string reset = s.at;
    s.at = s.wire({"n"});
    s.operation("add", {current, leak, reset}, {s.at});
    const Ids potential = s.copies(2);
    s.operation("drop", {potential[1]}, {}, {}, {}, {{"slot", text("u")}});
    s.at = potential[0];
    s.keep("spike");
    const Ids spikes = s.copies(2);
    s.operation("drop", {spikes[1]}, {}, {}, {}, {{"slot", text("s")}});
    s.at = spikes[0];
    s.linear({"k"}, {"n"}, {"k"}, {}, false);
    const std::string vote = s.at;
    s.at = s.wire({"k"});
    s.operation("grab", {}, {s.at}, {}, {}, {{"slot", text("o")}});
    const std::string votes = s.at;
    s.at = s.wire({"k"});
    s.operation("add", {vote, votes}, {s.at});
    const Ids ways = s.copies(2);
    s.operation("drop", {ways[1]}, {}, {}, {}, {{"slot", text("o")}});
    s.at = ways[0];
    s.close();
    s.output();
    return s.circuit;
}

Circuit makeTiedAutoencoder(long features, long hidden, long code) {
    Sketch s;
    s.axis("p", "p", AxisRole::Feature, number(features));
    s.axis("n", "n", AxisRole::Feature, number(hidden));
    s.axis("z", "z", AxisRole::Feature, number(code));
    s.input({"p"});
    s.linear({"n"}, {"p"}, {"n"});
    s.keep("pointwise");
    s.linear({"z"}, {"n"}, {"z"});
    Operation& up = s.then("linearT", {"n"}, {"z"}, {"n"});
    up.tie = "L2";
    up.name = "*L*_2^T";
    s.keep("pointwise");
    Operation& out = s.then("linearT", {"p"}, {"n"}, {"p"});
    out.tie = "L1";
    out.name = "*L*_1^T";
    s.output();
    return s.circuit;
}

}  // namespace lab

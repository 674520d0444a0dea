// The drawings that explain the grammar, as circuits: a perceptron, a convolution written out and in its short form, a
// residual block, multi-head attention, a labelled input, linear wiring of every kind.
#pragma once

#include "core/circuit/Templates.h"

namespace lab {

class SketchPad {
public:
    Circuit c;

    SketchPad& axis(const char* id, const char* name, AxisRole role, const char* size = "", int dims = 1) {
        Axis a;
        a.id = id;
        a.name = name;
        a.role = role;
        a.size = size;
        a.dims = dims;
        c.axes.push_back(a);
        return *this;
    }
    SketchPad& wire(const std::vector<const char*>& ids, const std::vector<std::string>& axes, const char* dtype = "real") {
        for (const char* id : ids) {
            Wire w;
            w.id = id;
            w.dtype = dtype;
            w.axes = axes;
            c.wires.push_back(w);
        }
        return *this;
    }
    SketchPad& op(const char* id, const char* kind, std::vector<std::string> in, std::vector<std::string> out,
                  std::vector<std::string> targetIn = {}, std::vector<std::string> targetOut = {}, const char* name = "",
                  std::map<std::string, ParamValue> args = {}) {
        Operation o;
        o.id = id;
        o.kind = kind;
        o.in = std::move(in);
        o.out = std::move(out);
        o.targetIn = std::move(targetIn);
        o.targetOut = std::move(targetOut);
        o.name = name;
        o.args = std::move(args);
        c.operations.push_back(o);
        return *this;
    }
    SketchPad& group(const char* id, const char* title, const char* fill, std::vector<std::string> members) {
        Group g;
        g.id = id;
        g.title = title;
        g.fill = fill;
        g.members = std::move(members);
        c.groups.push_back(g);
        return *this;
    }
};

inline ParamValue text(const char* s) { return ParamValue(std::string(s)); }
inline ParamValue whole(int i) { return ParamValue(std::int64_t(i)); }

inline Circuit convolutionSketch() {
    SketchPad s;
    s.axis("x", "~x", AxisRole::Space, "", 2).axis("x2", "~x/2", AxisRole::Space, "", 2).axis("x4", "~x/4", AxisRole::Space, "", 2);
    s.axis("k", "3^2", AxisRole::Kernel, "3", 2).axis("c0", "c_0", AxisRole::Feature).axis("c1", "c_1", AxisRole::Feature);
    s.axis("c2", "c_2", AxisRole::Feature).axis("b", "b", AxisRole::Batch);
    s.wire({"w0"}, {"x", "c0", "b"}).wire({"w1"}, {"x2", "k", "c0", "b"}).wire({"w2", "w3", "w4"}, {"x2", "c1", "b"});
    s.wire({"w5", "w6", "w7"}, {"x2", "c2", "b"}).wire({"w8"}, {"x4", "c2", "b"});
    s.op("in", "input", {}, {"w0"});
    s.op("wd", "window", {"w0"}, {"w1"}, {"x"}, {"x2", "k"}, "", {{"k", whole(3)}, {"s", whole(2)}, {"p", whole(1)}});
    s.op("L", "linear", {"w1"}, {"w2"}, {"k", "c0"}, {"c1"});
    s.op("n1", "norm", {"w2"}, {"w3"}, {"c1"}, {"c1"}, "", {{"type", text("batch")}, {"gain", ParamValue(true)}});
    s.op("r1", "pointwise", {"w3"}, {"w4"});
    s.op("cv", "conv", {"w4"}, {"w5"}, {"x2", "c1"}, {"x2", "c2"});
    s.op("n2", "norm", {"w5"}, {"w6"}, {"c2"}, {"c2"}, "", {{"type", text("batch")}, {"gain", ParamValue(true)}});
    s.op("r2", "pointwise", {"w6"}, {"w7"});
    s.op("mp", "pool", {"w7"}, {"w8"}, {"x2"}, {"x4"});
    s.op("out", "output", {"w8"}, {});
    s.group("g1", "conv, written out", "conv", {"wd", "L"}).group("g2", "norm + act", "emb", {"n1", "r1"});
    s.group("g3", "conv, short", "conv", {"cv"}).group("g4", "norm + act", "emb", {"n2", "r2"}).group("g5", "max pool", "head", {"mp"});
    return s.c;
}

inline Circuit residualSketch() {
    SketchPad s;
    s.axis("x", "~x", AxisRole::Space, "", 2).axis("n", "n", AxisRole::Feature).axis("q", "n/4", AxisRole::Feature).axis("b", "b", AxisRole::Batch);
    s.wire({"w0", "f0", "sk", "f1", "f2", "f9", "w9"}, {"x", "n", "b"}).wire({"f3", "f4", "f5", "f6", "f7", "f8"}, {"x", "q", "b"});
    s.op("in", "input", {}, {"w0"}).op("cp", "copy", {"w0"}, {"f0", "sk"});
    const std::map<std::string, ParamValue> batch{{"type", text("batch")}, {"gain", ParamValue(true)}};
    s.op("n1", "norm", {"f0"}, {"f1"}, {"n"}, {"n"}, "", batch).op("r1", "pointwise", {"f1"}, {"f2"});
    s.op("c1", "conv", {"f2"}, {"f3"}, {"x", "n"}, {"x", "q"}, "", {{"k", whole(1)}});
    s.op("n2", "norm", {"f3"}, {"f4"}, {"q"}, {"q"}, "", batch).op("r2", "pointwise", {"f4"}, {"f5"});
    s.op("c2", "conv", {"f5"}, {"f6"}, {"x", "q"}, {"x", "q"});
    s.op("n3", "norm", {"f6"}, {"f7"}, {"q"}, {"q"}, "", batch).op("r3", "pointwise", {"f7"}, {"f8"});
    s.op("c3", "conv", {"f8"}, {"f9"}, {"x", "q"}, {"x", "n"}, "", {{"k", whole(1)}});
    s.op("ad", "add", {"f9", "sk"}, {"w9"}).op("out", "output", {"w9"}, {});
    s.group("g0", "residual connection", "res", {"cp", "gc", "ad"});
    s.group("gc", "residual component", "head", {"ga", "c1", "gb", "c2", "gd", "c3"});
    s.group("ga", "norm + act", "emb", {"n1", "r1"}).group("gb", "norm + act", "emb", {"n2", "r2"}).group("gd", "norm + act", "emb", {"n3", "r3"});
    return s.c;
}

inline Circuit attentionSketch() {
    SketchPad s;
    s.axis("y", "~y", AxisRole::Seq).axis("x", "~x", AxisRole::Seq).axis("m", "m", AxisRole::Feature, "512");
    s.axis("h", "h", AxisRole::Head, "8").axis("d", "d", AxisRole::Feature, "m/h");
    s.wire({"wy", "z"}, {"y", "m"}).wire({"wx", "xk", "xv"}, {"x", "m"}).wire({"q", "o"}, {"y", "h", "d"}).wire({"k", "v"}, {"x", "h", "d"});
    s.wire({"s", "t", "a"}, {"h", "y", "x"});
    const std::map<std::string, ParamValue> plain{{"bias", ParamValue(false)}};
    s.op("iy", "input", {}, {"wy"}).op("ix", "input", {}, {"wx"}).op("cp", "copy", {"wx"}, {"xk", "xv"});
    s.op("Lq", "linear", {"wy"}, {"q"}, {"m"}, {"h", "d"}, "*L*_q", plain).op("Lk", "linear", {"xk"}, {"k"}, {"m"}, {"h", "d"}, "*L*_k", plain);
    s.op("Lv", "linear", {"xv"}, {"v"}, {"m"}, {"h", "d"}, "*L*_v", plain);
    s.op("qk", "einsum", {"q", "k"}, {"s"}, {}, {}, "", {{"sig", text("y h d, x h d -> h y x")}, {"scale", text("d^{-1/2}")}});
    s.op("mk", "mask", {"s"}, {"t"}, {"y", "x"}, {"y", "x"}).op("sm", "softmax", {"t"}, {"a"}, {"x"}, {"x"});
    s.op("av", "einsum", {"a", "v"}, {"o"}, {}, {}, "", {{"sig", text("h y x, x h d -> y h d")}});
    s.op("Lo", "linear", {"o"}, {"z"}, {"h", "d"}, {"m"}, "*L*_o", plain).op("out", "output", {"z"}, {});
    s.group("g0", "multi-head attention", "mha", {"cp", "Lq", "Lk", "Lv", "g1", "Lo"}).group("g1", "scaled dot-product core", "attn", {"qk", "mk", "sm", "av"});
    return s.c;
}

// Data and label side by side, then layers: what Forward-Forward trains.
inline Circuit labelledSketch() {
    SketchPad s;
    s.axis("b", "b", AxisRole::Batch).axis("p", "p", AxisRole::Feature, "784").axis("k", "k", AxisRole::Class, "10").axis("x", "x", AxisRole::Feature, "p+k");
    s.axis("n1", "n_1", AxisRole::Feature, "500").axis("n2", "n_2", AxisRole::Feature, "500");
    s.wire({"w0"}, {"b", "p"}).wire({"w1"}, {"b", "k"}).wire({"w2", "w3"}, {"b", "x"}).wire({"w4", "w5", "w6"}, {"b", "n1"}).wire({"w7", "w8"}, {"b", "n2"});
    s.op("X", "input", {}, {"w0"}, {}, {}, "X").op("y", "input", {}, {"w1"}, {}, {}, "y").op("cc", "concat", {"w0", "w1"}, {"w2"}, {"p", "k"}, {"x"});
    const std::map<std::string, ParamValue> length{{"type", text("l2")}};
    s.op("z1", "norm", {"w2"}, {"w3"}, {"x"}, {"x"}, "", length).op("L1", "linear", {"w3"}, {"w4"}, {"x"}, {"n1"}).op("r1", "pointwise", {"w4"}, {"w5"});
    s.op("z2", "norm", {"w5"}, {"w6"}, {"n1"}, {"n1"}, "", length).op("L2", "linear", {"w6"}, {"w7"}, {"n1"}, {"n2"}).op("r2", "pointwise", {"w7"}, {"w8"});
    s.op("out", "output", {"w8"}, {});
    s.group("g1", "layer 1", "soft", {"z1", "L1", "r1"}).group("g2", "layer 2", "soft", {"z2", "L2", "r2"});
    return s.c;
}

// Whole numbers looked up in a table, one place picked, an outer product, a transposition, a sum, a mistake kept as it is.
inline Circuit wiringSketch() {
    SketchPad s;
    s.axis("t", "~t", AxisRole::Seq, "16").axis("V", "V", AxisRole::Feature, "100").axis("m", "m", AxisRole::Feature, "32").axis("n", "n", AxisRole::Feature, "8");
    s.wire({"w0"}, {"t"}, "int:V").wire({"w1"}, {"t", "m"}).wire({"a0", "a1"}, {"t", "m"}).wire({"w2"}, {"m"}).wire({"u0"}, {"n"});
    s.wire({"w3"}, {"m", "n"}).wire({"w4"}, {"n", "m"}).wire({"w5"}, {"n"}).wire({"w6"}, {"n"});
    s.op("in", "input", {}, {"w0"}).op("E", "embed", {"w0"}, {"w1"}, {}, {"m"}).op("cp", "copy", {"w1"}, {"a0", "a1"});
    s.op("ix", "index", {"a0"}, {"w2"}, {"t"}, {}).op("dc", "discard", {"a1"}, {}).op("iu", "input", {}, {"u0"}, {}, {}, "u");
    s.op("ou", "einsum", {"w2", "u0"}, {"w3"}, {}, {}, "", {{"sig", text("m, n -> m n")}});
    s.op("tr", "einsum", {"w3"}, {"w4"}, {}, {}, "", {{"sig", text("m n -> n m")}});
    s.op("sm", "einsum", {"w4"}, {"w5"}, {}, {}, "", {{"sig", text("n m -> n")}});
    s.op("un", "a kind from elsewhere", {"w5"}, {"w6"}, {"n"}, {"n"}).op("out", "output", {"w6"}, {});
    return s.c;
}

inline Circuit sketch(int number) {
    switch (number) {
        case 1: return makeMlp({784, 512, 256, 10});
        case 2: return convolutionSketch();
        case 3: return residualSketch();
        case 4: return attentionSketch();
        case 5: return labelledSketch();
        default: return wiringSketch();
    }
}

}  // namespace lab

// Cases of linear wiring, of what sequences need, and of repetition.
#include "suite/operations/OperationCases.h"

#include <cmath>

namespace lab::test {

namespace {

const ParamValue kNo(false);

std::vector<double> unit(int n) {
    std::vector<double> w(static_cast<std::size_t>(n * n), 0.0);
    for (int i = 0; i < n; ++i) w[static_cast<std::size_t>(i * n + i)] = 1;
    return w;
}
std::vector<double> joined(std::vector<double> a, const std::vector<double>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// n features behind an identity map, split into rows and columns.
CircuitMaker behindSplit(int rows, int columns) {
    CircuitMaker m;
    m.axis("x", AxisRole::Feature, rows * columns);
    m.axis("p", AxisRole::Feature, rows * columns);
    m.axis("i", AxisRole::Feature, rows);
    m.axis("j", AxisRole::Feature, columns);
    m.source({"x"});
    m.map("linear", {"x"}, {"p"}, {{"bias", kNo}});
    m.map("split", {"p"}, {"i", "j"}, {{"parts", whole(rows)}});
    return m;
}

OperationCase einsumOne(const char* title, const char* signature, std::vector<std::string> out, std::vector<double> expected,
                        const char* scale = "") {
    CircuitMaker m = behindSplit(2, 3);
    m.axis("r", AxisRole::Feature, 2);
    const std::string next = m.wire(std::move(out));
    m.operation("einsum", {m.at}, {next}, {{"sig", word(signature)}, {"scale", word(scale)}});
    m.at = next;
    return {"einsum", title, m.finish(), {6}, unit(6), {1, 2, 3, 4, 5, 6}, std::move(expected)};
}

// Two arrays i x j from a copy; the second one may have its axes renamed first.
OperationCase einsumTwo(const char* title, const char* signature, bool renamed, std::vector<std::string> out,
                        std::vector<double> expected, const char* scale = "") {
    CircuitMaker m = behindSplit(2, 3);
    m.axis("i2", AxisRole::Feature, 2);
    const std::string left = m.wire({"i", "j"}), right = m.wire({"i", "j"});
    m.operation("copy", {m.at}, {left, right});
    std::string second = right;
    if (renamed) {
        second = m.wire({"i2", "j"});
        m.operation("rename", {right}, {second}, {}, {"i"}, {"i2"});
    }
    const std::string next = m.wire(std::move(out));
    m.operation("einsum", {left, second}, {next}, {{"sig", word(signature)}, {"scale", word(scale)}});
    m.at = next;
    return {"einsum", title, m.finish(), {6}, unit(6), {1, 2, 3, 4, 5, 6}, std::move(expected)};
}

CircuitMaker sequence(int features, int places) {
    CircuitMaker m;
    m.axis("f", AxisRole::Feature, features);
    m.axis("t", AxisRole::Seq, places);
    m.axis("g", AxisRole::Feature, features);
    m.source({"t", "f"});
    m.map("linear", {"f"}, {"g"}, {{"bias", kNo}});
    return m;
}

}  // namespace

std::vector<OperationCase> wiringCases() {
    std::vector<OperationCase> list;
    list.push_back(einsumOne("transpose", "i j -> j i", {"j", "i"}, {1, 4, 2, 5, 3, 6}));
    list.push_back(einsumOne("sum over rows", "i j -> j", {"j"}, {5, 7, 9}));
    list.push_back(einsumOne("sum of all with a factor", "i j -> ", {}, {63}, "3"));
    list.push_back(einsumOne("sum past a woven axis", "j ->", {"i"}, {6, 15}));
    list.push_back(einsumOne("repeat", "i j -> i j r", {"i", "j", "r"}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}));
    list.push_back(einsumTwo("lock-step product", "", false, {"i", "j"}, {1, 4, 9, 16, 25, 36}));
    list.push_back(einsumTwo("dot product of rows", "i j, i j -> i", false, {"i"}, {14, 77}));
    list.push_back(einsumTwo("dot product with a factor", "i j, k j -> i k", true, {"i", "i2"},
                             {14 / std::sqrt(3.0), 32 / std::sqrt(3.0), 32 / std::sqrt(3.0), 77 / std::sqrt(3.0)}, "j^{-1/2}"));
    {  // All pairs of two vectors.
        CircuitMaker m = behindSplit(2, 3);
        m.axis("k", AxisRole::Feature, 1);
        m.axis("l", AxisRole::Feature, 1);
        const std::string a = m.wire({"k", "j"}), b = m.wire({"l", "j"}), at = m.wire({"j"}), bt = m.wire({"j2"}), bj = m.wire({"j"});
        m.axis("j2", AxisRole::Feature, 3);
        m.operation("parts", {m.at}, {a, b}, {}, {"i"}, {"k", "l"});
        m.operation("index", {a}, {at}, {}, {"k"}, {});
        m.operation("index", {b}, {bj}, {{"at", word("-1")}}, {"l"}, {});
        m.operation("rename", {bj}, {bt}, {}, {"j"}, {"j2"});
        m.at = m.wire({"j", "j2"});
        m.operation("einsum", {at, bt}, {m.at});
        list.push_back({"parts", "pieces, places and an outer product", m.finish(), {6}, unit(6), {1, 2, 3, 4, 5, 6},
                        {4, 5, 6, 8, 10, 12, 12, 15, 18}});
    }
    {  // The diagonal of a square, and a product of three.
        CircuitMaker m = behindSplit(2, 2);
        const std::string a = m.wire({"i", "j"}), b = m.wire({"i", "j"}), c = m.wire({"i", "j"}), d = m.wire({"i"});
        m.operation("copy", {m.at}, {a, b, c});
        m.operation("einsum", {a, b, c}, {d}, {{"sig", word("n n, n n, q n -> q")}});
        m.at = d;
        // sum_n x_nn x_nn x_qn
        list.push_back({"einsum", "diagonals and three operands", m.finish(), {4}, unit(4), {1, 2, 3, 4}, {1 * 1 + 2 * 16, 3 * 1 + 4 * 16}});
    }
    {  // Heads: features become heads and features, attend, and join again.
        CircuitMaker m = sequence(4, 2);
        m.axis("h", AxisRole::Head, 2);
        m.axis("d", AxisRole::Feature, 2);
        m.map("split", {"g"}, {"h", "d"});
        m.axis("m", AxisRole::Feature, 0);
        m.map("merge", {"h", "d"}, {"m"});
        list.push_back({"split", "heads and back", m.finish(), {4, 1, 2}, unit(4), {1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 3, 4, 5, 6, 7, 8}});
    }
    {  // A feature axis becomes places: the memory order changes.
        CircuitMaker m;
        m.axis("x", AxisRole::Feature, 6);
        m.axis("p", AxisRole::Feature, 6);
        m.axis("t", AxisRole::Seq, 3);
        m.axis("q", AxisRole::Feature, 2);
        m.source({"x"});
        m.map("linear", {"x"}, {"p"}, {{"bias", kNo}});
        m.map("split", {"p"}, {"t", "q"});
        list.push_back({"split", "places out of features", m.finish(), {6}, unit(6), {1, 2, 3, 4, 5, 6}, {1, 3, 5, 2, 4, 6}});
    }
    {  // Node features and rows of an adjacency matrix in one sample.
        CircuitMaker m;
        m.axis("v", AxisRole::Node, 2);
        m.axis("f", AxisRole::Feature, 3);
        m.axis("g", AxisRole::Feature, 3);
        m.axis("n", AxisRole::Feature, 1);
        m.axis("u", AxisRole::Feature, 2);
        m.axis("un", AxisRole::Node, 2);
        m.source({"v", "f"});
        m.map("linear", {"f"}, {"g"}, {{"bias", kNo}});
        const std::string h = m.wire({"v", "n"}), a = m.wire({"v", "u"}), from = m.wire({"un", "n"}), out = m.wire({"v", "n"});
        m.operation("parts", {m.at}, {h, a}, {}, {"g"}, {"n", "u"});
        m.operation("rename", {h}, {from}, {}, {"v"}, {"un"});
        m.operation("einsum", {a, from}, {out}, {{"sig", word("v w, w n -> v n")}});
        m.at = out;
        // Features 10, 20; rows (1 1) and (0 1): stored feature by feature.
        list.push_back({"rename", "a sum over neighbours", m.finish(), {3, 1, 2}, unit(3), {10, 20, 1, 0, 1, 1}, {30, 20}});
    }
    {
        CircuitMaker m = behindSplit(2, 3);
        m.axis("c", AxisRole::Feature, 0);
        const std::string a = m.wire({"i", "j"}), b = m.wire({"i", "j"}), sum = m.wire({"i", "c"}), twice = m.wire({"i", "j"});
        m.operation("copy", {m.at}, {a, b});
        m.operation("scale", {b}, {twice}, {{"factor", ParamValue(2.0)}});
        m.operation("concat", {a, twice}, {sum}, {}, {"j", "j"}, {"c"});
        m.at = sum;
        list.push_back({"concat", "along the last axis", m.finish(), {6}, unit(6), {1, 2, 3, 4, 5, 6}, {1, 2, 3, 2, 4, 6, 4, 5, 6, 8, 10, 12}});
    }
    {
        CircuitMaker m = behindSplit(2, 3);
        const std::string a = m.wire({"i", "j"}), b = m.wire({"i", "j"}), out = m.wire({"i"});
        m.operation("copy", {m.at}, {a, b});
        m.operation("index", {a}, {out}, {{"at", word("1")}}, {"j"}, {});
        m.operation("discard", {b}, {});
        m.at = out;
        list.push_back({"index", "one column", m.finish(), {6}, unit(6), {1, 2, 3, 4, 5, 6}, {2, 5}});
        list.push_back({"discard", "the other branch ends", m.circuit(), {6}, unit(6), {1, 2, 3, 4, 5, 6}, {2, 5}});
    }
    for (const std::string fn : {"mul", "max"}) {
        CircuitMaker m = behindSplit(1, 3);
        const std::string a = m.wire({"i", "j"}), b = m.wire({"i", "j"}), c = m.wire({"i", "j"}), out = m.wire({"i", "j"});
        m.operation("copy", {m.at}, {a, b});
        m.operation("pointwise", {b}, {c}, {{"fn", word("square")}});
        m.operation("add", {a, c}, {out}, {{"fn", ParamValue(fn)}});
        m.at = out;
        list.push_back({"add", fn, m.finish(), {3}, unit(3), {0.5, -2, 3},
                        fn == "mul" ? std::vector<double>{0.125, -8, 27} : std::vector<double>{0.5, 4, 9}});
    }
    return list;
}

std::vector<OperationCase> sequenceCases() {
    std::vector<OperationCase> list;
    {  // Taps two apart: y_i = x_{i-2} w0 + x_i w1 + x_{i+2} w2.
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, 1);
        m.axis("s", AxisRole::Seq, 5);
        m.axis("d", AxisRole::Feature, 1);
        m.source({"c", "s"});
        m.map("conv", {"s", "c"}, {"s", "d"}, {{"k", whole(3)}, {"d", whole(2)}});
        list.push_back({"conv", "dilated over a sequence", m.finish(), {1, 1, 5}, {1, 10, 100, 0.5}, {1, 2, 3, 4, 5}, {310.5, 420.5, 531.5, 42.5, 53.5}});
    }
    {
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, 2);
        m.axis("s", AxisRole::Space, 5, 2);
        m.axis("t", AxisRole::Space, 0, 2);
        m.axis("d", AxisRole::Feature, 3);
        m.source({"c", "s"});
        m.map("conv", {"s", "c"}, {"t", "d"}, {{"k", whole(2)}, {"d", whole(2)}, {"s", whole(2)}, {"p", whole(1)}});
        list.push_back({"conv", "dilated, strided, padded", m.finish(), {2, 5, 5}, {}, {}, {}});
    }
    {  // Every position writes a 2 x 2 window.
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, 1);
        m.axis("s", AxisRole::Space, 2, 2);
        m.axis("t", AxisRole::Space, 0, 2);
        m.axis("d", AxisRole::Feature, 1);
        m.source({"c", "s"});
        m.map("convT", {"s", "c"}, {"t", "d"});
        list.push_back({"convT", "2x2 to 4x4", m.finish(), {1, 2, 2}, {1, 2, 3, 4, 0.5}, {1, 10, 100, 1000},
                        {1.5, 2.5, 10.5, 20.5, 3.5, 4.5, 30.5, 40.5, 100.5, 200.5, 1000.5, 2000.5, 300.5, 400.5, 3000.5, 4000.5}});
    }
    {  // Overlapping windows add up; padding cuts the edges off.
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, 1);
        m.axis("s", AxisRole::Seq, 3);
        m.axis("t", AxisRole::Seq, 0);
        m.axis("d", AxisRole::Feature, 1);
        m.source({"c", "s"});
        m.map("convT", {"s", "c"}, {"t", "d"}, {{"k", whole(3)}, {"s", whole(1)}, {"p", whole(1)}, {"bias", kNo}});
        list.push_back({"convT", "overlapping over a sequence", m.finish(), {1, 1, 3}, {1, 10, 100}, {1, 2, 3}, {12, 123, 230}});
    }
    {
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, 3);
        m.axis("s", AxisRole::Space, 3, 2);
        m.axis("t", AxisRole::Space, 0, 2);
        m.axis("d", AxisRole::Feature, 2);
        m.source({"c", "s"});
        m.map("convT", {"s", "c"}, {"t", "d"}, {{"k", whole(3)}, {"s", whole(2)}, {"p", whole(1)}, {"d", whole(2)}});
        list.push_back({"convT", "dilated, strided, padded", m.finish(), {3, 3, 3}, {}, {}, {}});
    }
    {
        CircuitMaker m = sequence(1, 4);
        m.axis("u", AxisRole::Seq, 0);
        m.axis("k", AxisRole::Kernel, 0);
        m.map("window", {"t"}, {"u", "k"}, {{"k", whole(3)}});
        list.push_back({"window", "taps of a sequence", m.finish(), {1, 1, 4}, {1}, {1, 2, 3, 4}, {0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 0}});
    }
    {  // The weights of a map, used back: tied, with a bias of its own.
        CircuitMaker m;
        m.axis("x", AxisRole::Feature, 3);
        m.axis("y", AxisRole::Feature, 2);
        m.axis("z", AxisRole::Feature, 3);
        m.source({"x"});
        const std::string first = m.map("linear", {"x"}, {"y"}, {{"bias", kNo}}).id;
        m.map("linearT", {"y"}, {"z"}).tie = first;
        // y = (1*1 + 0 + 2*3, 2) = (7, 2); z = W^T y + b
        list.push_back({"linearT", "tied", m.finish(), {3}, {1, 0, 2, 0, 1, 0, 0.5, 0, -0.5}, {1, 2, 3}, {7.5, 2, 13.5}});
    }
    {
        CircuitMaker m = sequence(2, 3);
        m.axis("z", AxisRole::Feature, 3);
        m.map("linearT", {"g"}, {"z"});
        list.push_back({"linearT", "over a sequence", m.finish(), {2, 1, 3}, joined(unit(2), {1, 2, 3, 4, 5, 6, 0, 0, 1}),
                        {1, 0, 0, 0, 1, 1}, {1, 4, 4, 2, 5, 5, 4, 7, 7}});
    }
    {
        CircuitMaker m;
        m.axis("t", AxisRole::Seq, 3);
        m.axis("m", AxisRole::Feature, 2);
        m.source({"t"});
        const std::string next = m.wire({"t", "m"});
        m.operation("embed", {m.at}, {next}, {{"tokens", whole(3)}}, {}, {"m"});
        m.at = next;
        OperationCase c{"embed", "rows of a table, numbers that are no tokens included", m.finish(), {3}, {1, 2, 3, 4, 5, 6}, {2, 0, 1, 9, -4, 1.4},
                        {5, 1, 3, 6, 2, 4, 5, 1, 3, 6, 2, 4}};
        c.slopes = false;
        list.push_back(c);
    }
    {
        CircuitMaker m = sequence(2, 2);
        m.keep("offset", {}, {"t", "g"});
        list.push_back({"offset", "of places and features", m.finish(), {2, 1, 2}, joined(unit(2), {10, 20, 30, 40}), {1, 2, 3, 4}, {11, 32, 23, 44}});
    }
    for (const std::string shape : {"lower", "upper", "band", "block"}) {
        CircuitMaker m;
        m.axis("x", AxisRole::Feature, 9);
        m.axis("p", AxisRole::Feature, 9);
        m.axis("y", AxisRole::Seq, 3);
        m.axis("z", AxisRole::Seq, 3);
        m.source({"x"});
        m.map("linear", {"x"}, {"p"}, {{"bias", kNo}});
        m.map("split", {"p"}, {"y", "z"});
        m.keep("mask", {{"shape", ParamValue(shape)}, {"width", whole(shape == "block" ? 2 : 0)}}, {"y", "z"});
        m.keep("softmax", {}, {"z"});
        m.keep("scale", {{"factor", ParamValue(1.0)}});  // a softmax at the very end would be left to the loss
        const double a = 1 / (1 + std::exp(1.0)), b = 1 - a, s = 1 + std::exp(1.0) + std::exp(2.0);
        const double p0 = 1 / s, p1 = std::exp(1.0) / s, p2 = std::exp(2.0) / s;
        std::vector<double> expected = {1, 0, 0, a, b, 0, p0, p1, p2};
        if (shape == "upper") expected = {p0, p1, p2, 0, a, b, 0, 0, 1};
        if (shape == "band") expected = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        if (shape == "block") expected = {a, b, 0, a, b, 0, 0, 0, 1};
        list.push_back({"mask", shape, m.finish(), {9}, unit(9), {0, 1, 2, 0, 1, 2, 0, 1, 2}, expected});
    }
    {
        CircuitMaker m = sequence(3, 1);
        m.keep("scale", {{"factor", ParamValue(-0.5)}});
        list.push_back({"scale", "negative half", m.finish(), {3, 1, 1}, unit(3), {1, 2, 3}, {-0.5, -1, -1.5}});
    }
    {
        CircuitMaker m = sequence(4, 1);
        m.keep("spike", {{"threshold", ParamValue(0.5)}});
        OperationCase c{"spike", "above the threshold", m.finish(), {4, 1, 1}, unit(4), {0.4, 0.5, 0.6, 2}, {0, 0, 1, 1}};
        c.slopes = false;
        list.push_back(c);
    }
    return list;
}

std::vector<OperationCase> repetitionCases() {
    std::vector<OperationCase> list;
    // h_t = tanh(W x_t + R h_{t-1} + b), the last state leaves; the weights are shared by all places.
    const auto recurrent = [](const char* fn) {
        CircuitMaker m;
        m.axis("f", AxisRole::Feature, 1);
        m.axis("t", AxisRole::Seq, 3);
        m.axis("n", AxisRole::Feature, 1);
        m.source({"t", "f"});
        const std::string x = m.wire({"f"}), u = m.wire({"n"}), before = m.wire({"n"}), back = m.wire({"n"}), sum = m.wire({"n"}), h = m.wire({"n"}),
                          keep = m.wire({"n"}), leave = m.wire({"n"});
        Group g;
        g.id = "loop";
        g.repeat = {"t", "t", false};
        const auto add = [&](const Operation& op) { g.members.push_back(op.id); };
        add(m.operation("index", {m.at}, {x}, {{"at", word("t")}}, {"t"}, {}));
        add(m.operation("linear", {x}, {u}, {}, {"f"}, {"n"}));
        add(m.operation("grab", {}, {before}));
        add(m.operation("linear", {before}, {back}, {{"bias", kNo}}, {"n"}, {"n"}));
        add(m.operation("add", {u, back}, {sum}));
        add(m.operation("pointwise", {sum}, {h}, {{"fn", word(fn)}}));
        add(m.operation("copy", {h}, {leave, keep}));
        add(m.operation("drop", {keep}, {}));
        m.at = leave;
        m.circuit().groups.push_back(g);
        m.axis("k", AxisRole::Feature, 1);
        m.map("linear", {"n"}, {"k"}, {{"bias", kNo}});
        return m.finish();
    };
    // x = 1, 2, 3; W = 2, b = 1, R = 0.5: h = 3, 5 + 1.5, 7 + 3.25
    list.push_back({"grab", "state over three places", recurrent("identity"), {1, 1, 3}, {2, 1, 0.5, 10}, {1, 2, 3}, {102.5}});
    list.push_back({"drop", "backpropagation through time", recurrent("tanh"), {1, 1, 3}, {}, {}, {}});
    for (const bool shared : {false, true}) {
        CircuitMaker m;
        m.axis("x", AxisRole::Feature, 2);
        m.axis("y", AxisRole::Feature, 2);
        m.source({"x"});
        m.map("linear", {"x"}, {"y"}, {{"bias", kNo}});
        Group g;
        g.id = "stack";
        g.repeat = {"3", "λ", shared};
        const std::string in = m.at;
        g.members.push_back(m.map("linear", {"y"}, {"y"}).id);
        m.keep("pointwise", {{"fn", word("square")}});
        g.members.push_back(m.circuit().operations.back().id);
        m.circuit().groups.push_back(g);
        const std::vector<double> body = {1, 0, 0, 1, 0, 1};  // y -> (y1, y2 + 1)^2
        std::vector<double> parameters = joined(unit(2), body);
        if (!shared) parameters = joined(joined(parameters, {2, 0, 0, 1, 0, 0}), {1, 0, 0, 1, 1, 0});
        // Shared: (1, 1) -> (1, 4) -> (1, 25) -> (1, 676). Own: (1, 4) -> (4, 16) -> (25, 256).
        list.push_back({"linear", shared ? "repeated with the same weights" : "repeated with weights of its own", m.finish(), {2}, parameters, {1, 1},
                        shared ? std::vector<double>{1, 676} : std::vector<double>{25, 256}});
    }
    {  // A slot outside of any repetition: the array itself.
        CircuitMaker m = sequence(2, 1);
        const std::string a = m.wire({"t", "g"}), b = m.wire({"t", "g"}), c = m.wire({"t", "g"}), out = m.wire({"t", "g"}), half = m.wire({"t", "g"});
        m.operation("copy", {m.at}, {a, b});
        m.operation("drop", {b}, {}, {{"slot", word("C")}});
        m.operation("scale", {a}, {half}, {{"factor", ParamValue(0.5)}});
        m.operation("grab", {}, {c}, {{"slot", word("C")}});
        m.operation("add", {half, c}, {out});
        m.at = out;
        list.push_back({"drop", "carried past in a slot", m.finish(), {2, 1, 1}, unit(2), {2, 4}, {3, 6}});
    }
    return list;
}

}  // namespace lab::test

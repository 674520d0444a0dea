#include "suite/operations/OperationCases.h"

#include "core/circuit/Operations.h"

#include <cmath>

namespace lab::test {

namespace {

using Args = std::map<std::string, ParamValue>;
const ParamValue kNo(false), kYes(true);

std::vector<double> unit(int n) {
    std::vector<double> w(static_cast<std::size_t>(n * n), 0.0);
    for (int i = 0; i < n; ++i) w[static_cast<std::size_t>(i * n + i)] = 1;
    return w;
}

std::vector<double> joined(std::vector<double> a, const std::vector<double>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// n features, an identity map without bias in front of the operation under test.
CircuitMaker behindIdentity(int n) {
    CircuitMaker m;
    m.axis("x", AxisRole::Feature, n);
    m.axis("y", AxisRole::Feature, n);
    m.source({"x"});
    m.map("linear", {"x"}, {"y"}, {{"bias", kNo}});
    return m;
}

// A square image of c channels behind an identity convolution of one position.
CircuitMaker behindImage(int c, int side) {
    CircuitMaker m;
    m.axis("c", AxisRole::Feature, c);
    m.axis("s", AxisRole::Space, side, 2);
    m.axis("d", AxisRole::Feature, c);
    m.source({"c", "s"});
    m.map("conv", {"s", "c"}, {"s", "d"}, {{"k", whole(1)}, {"bias", kNo}});
    return m;
}

std::vector<OperationCase> linearCases() {
    std::vector<OperationCase> list;
    {
        CircuitMaker m;
        m.axis("x", AxisRole::Feature, 2);
        m.axis("y", AxisRole::Feature, 3);
        m.source({"x"});
        m.map("linear", {"x"}, {"y"});
        list.push_back({"linear",
                        "2 to 3 with bias",
                        m.finish(),
                        {2},
                        {1, 2, 3, 4, 5, 6, 0.5, -1, 2},
                        {1, -1, 2, 0.5},
                        {-0.5, -2, 1, 3.5, 7, 15}});
    }
    {  // Shared over positions: every pixel's channels are mapped alike.
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, 2);
        m.axis("t", AxisRole::Seq, 3);
        m.axis("d", AxisRole::Feature, 2);
        m.source({"c", "t"});
        m.map("linear", {"c"}, {"d"});
        list.push_back({"linear",
                        "shared over a sequence",
                        m.finish(),
                        {},
                        {1, 1, 2, -1, 10, 20},
                        {1, 2, 3, 4, 5, 6},
                        {15, 17, 19, 18, 19, 20}});
    }
    {  // Shared over features in front: each row of heads is mapped alike.
        CircuitMaker m;
        m.axis("h", AxisRole::Head, 2);
        m.axis("x", AxisRole::Feature, 3);
        m.axis("y", AxisRole::Feature, 1);
        m.source({"h", "x"});
        m.map("linear", {"x"}, {"y"}, {{"bias", kNo}});
        list.push_back({"linear", "shared over heads", m.finish(), {}, {1, 10, 100}, {1, 2, 3, 4, 5, 6}, {321, 654}});
    }
    {  // Whole images.
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, 2);
        m.axis("s", AxisRole::Space, 2, 2);
        m.axis("y", AxisRole::Feature, 1);
        m.source({"c", "s"});
        m.map("linear", {"s", "c"}, {"y"}, {{"bias", kNo}});
        list.push_back({"linear",
                        "reads a whole image",
                        m.finish(),
                        {2, 2, 2},
                        {1, 2, 3, 4, 5, 6, 7, 8},
                        {1, 0, 0, 0, 0, 0, 0, 2},
                        {17}});
    }
    {  // Two maps that share their weights.
        CircuitMaker m;
        m.axis("x", AxisRole::Feature, 2);
        m.axis("y", AxisRole::Feature, 2);
        m.axis("z", AxisRole::Feature, 2);
        m.source({"x"});
        const std::string first = m.map("linear", {"x"}, {"y"}).id;
        m.keep("pointwise", {{"fn", word("tanh")}});
        m.map("linear", {"y"}, {"z"}).tie = first;
        list.push_back({"linear",
                        "shared weights",
                        m.finish(),
                        {2},
                        {0, 1, 1, 0, 0, 0},
                        {0.5, -0.25},
                        {std::tanh(0.5), std::tanh(-0.25)}});
    }
    return list;
}

std::vector<OperationCase> convCases() {
    std::vector<OperationCase> list;
    const auto conv = [](int c, int side, int out, Args args) {
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, c);
        m.axis("s", AxisRole::Space, side, 2);
        m.axis("d", AxisRole::Feature, out);
        m.axis("t", AxisRole::Space, 0, 2);
        m.source({"c", "s"});
        m.map("conv", {"s", "c"}, {"t", "d"}, std::move(args));
        return m.finish();
    };
    list.push_back({"conv",
                    "3x3 image, 2x2 kernel, no padding",
                    conv(1, 3, 1, {{"k", whole(2)}, {"p", whole(0)}}),
                    {1, 3, 3},
                    {1, 2, 3, 4, 0.5},
                    {1, 2, 3, 4, 5, 6, 7, 8, 9},
                    {37.5, 47.5, 67.5, 77.5}});
    list.push_back({"conv",
                    "same padding, 3x3 kernel",
                    conv(1, 2, 1, {{"bias", kNo}}),
                    {1, 2, 2},
                    {1, 2, 3, 4, 5, 6, 7, 8, 9},
                    {1, 2, 3, 4},
                    {5 + 12 + 24 + 36, 4 + 10 + 21 + 32, 2 + 6 + 15 + 24, 1 + 4 + 12 + 20}});
    list.push_back({"conv",
                    "stride 2, two channels to two",
                    conv(2, 3, 2, {{"k", whole(1)}, {"s", whole(2)}}),
                    {2, 3, 3},
                    {1, 10, 2, 20, 0, 1},
                    {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19},
                    {111, 133, 177, 199, 223, 267, 355, 399}});
    list.push_back({"conv",
                    "stride 2 with padding",
                    conv(2, 5, 3, {{"k", whole(3)}, {"s", whole(2)}, {"p", whole(1)}}),
                    {2, 5, 5},
                    {},
                    {},
                    {}});
    {  // Along a sequence.
        CircuitMaker m;
        m.axis("c", AxisRole::Feature, 1);
        m.axis("t", AxisRole::Seq, 4);
        m.axis("u", AxisRole::Seq, 0);
        m.axis("d", AxisRole::Feature, 1);
        m.source({"c", "t"});
        m.map("conv", {"t", "c"}, {"u", "d"}, {{"k", whole(2)}, {"p", whole(0)}, {"bias", kNo}});
        list.push_back({"conv", "along a sequence", m.finish(), {}, {1, -1}, {1, 3, 6, 10}, {-2, -3, -4}});
    }
    return list;
}

std::vector<OperationCase> poolCases() {
    std::vector<OperationCase> list;
    const auto pool = [](int c, int side, Args args, bool global) {
        CircuitMaker m = behindImage(c, side);
        m.axis("t", AxisRole::Space, 0, 2);
        m.map("pool", {"s"}, global ? std::vector<std::string>{} : std::vector<std::string>{"t"}, std::move(args));
        return m.finish();
    };
    const std::vector<double> image = {1, 5, 2, 0, 3, 4, -1, 7, -2, -3, -5, -4, -9, -8, -7, -6};
    list.push_back({"pool", "maximum 2x2", pool(1, 4, {}, false), {1, 4, 4}, {1}, image, {5, 7, -2, -4}});
    list.push_back(
        {"pool", "mean 2x2", pool(1, 4, {{"fn", word("average")}}, false), {1, 4, 4}, {1}, image, {3.25, 2, -5.5, -5.5}});
    list.push_back({"pool",
                    "maximum 3x3, stride 2, padding 1",
                    pool(1, 4, {{"k", whole(3)}, {"s", whole(2)}, {"p", whole(1)}}, false),
                    {1, 4, 4},
                    {1},
                    image,
                    {5, 7, 4, 7}});
    list.push_back({"pool",
                    "mean 3x3, stride 2, padding 1",
                    pool(1, 4, {{"fn", word("average")}, {"k", whole(3)}, {"s", whole(2)}, {"p", whole(1)}}, false),
                    {1, 4, 4},
                    {1},
                    image,
                    {13 / 9.0, 17 / 9.0, -15 / 9.0, -23 / 9.0}});
    list.push_back({"pool",
                    "global mean",
                    pool(2, 2, {{"fn", word("average")}, {"global", kYes}}, true),
                    {2, 2, 2},
                    unit(2),
                    {1, 2, 3, 4, -4, -3, -2, 5},
                    {2.5, -1}});
    list.push_back({"pool",
                    "global maximum",
                    pool(2, 2, {{"global", kYes}}, true),
                    {2, 2, 2},
                    unit(2),
                    {1, 2, 3, 4, -4, -3, -2, 5},
                    {4, 5}});
    return list;
}

std::vector<OperationCase> pointwiseCases() {
    const std::vector<double> x = {-2, -0.5, 0.25, 0.75, 1.5, -100, 30, 1e-3};
    const auto of = [&](double (*f)(double)) {
        std::vector<double> y;
        for (const double v : x) y.push_back(f(v));
        return y;
    };
    const double lambda = 1.0507009873554805, alpha = 1.6732632423543772;
    static double scale, low;
    scale = lambda;
    low = lambda * alpha;
    const std::vector<std::pair<std::string, double (*)(double)>> functions = {
        {"identity", [](double v) { return v; }},
        {"relu", [](double v) { return v > 0 ? v : 0; }},
        {"leaky_relu", [](double v) { return v > 0 ? v : 0.01 * v; }},
        {"tanh", [](double v) { return std::tanh(v); }},
        {"sigmoid", [](double v) { return 1 / (1 + std::exp(-v)); }},
        {"gelu", [](double v) { return 0.5 * v * (1 + std::erf(v / std::sqrt(2.0))); }},
        {"selu", [](double v) { return v > 0 ? scale * v : low * (std::exp(v) - 1); }},
        {"softplus", [](double v) { return std::max(v, 0.0) + std::log1p(std::exp(-std::abs(v))); }},
        {"square", [](double v) { return v * v; }},
        {"hard_sigmoid", [](double v) { return std::min(1.0, std::max(0.0, v)); }},
    };
    std::vector<OperationCase> list;
    for (const auto& [name, f] : functions) {
        CircuitMaker m = behindIdentity(8);
        m.keep("pointwise", {{"fn", ParamValue(name)}});
        list.push_back({"pointwise", name, m.finish(), {8}, unit(8), x, of(f)});
    }
    return list;
}

std::vector<OperationCase> normCases() {
    std::vector<OperationCase> list;
    const double eps = 1e-5;
    const std::vector<double> x = {3, -4, 0, 12};
    const double rms = std::sqrt(169 / 4.0 + eps), length = 13 + eps;
    const double mean = 11 / 4.0, variance = 169 / 4.0 - mean * mean, r = 1 / std::sqrt(variance + eps);
    for (const bool gain : {false, true}) {
        const std::vector<double> g = gain ? std::vector<double>{1, 2, 3, -1} : std::vector<double>{1, 1, 1, 1};
        const std::vector<double> b = gain ? std::vector<double>{0.5, 0, -1, 0} : std::vector<double>{0, 0, 0, 0};
        for (const std::string type : {"l2", "rms", "layer"}) {
            CircuitMaker m = behindIdentity(4);
            m.keep("norm", {{"type", ParamValue(type)}, {"gain", ParamValue(gain)}}, {"y"});
            std::vector<double> expected, parameters = unit(4);
            for (std::size_t i = 0; i < 4; ++i)
                expected.push_back(type == "l2"    ? g[i] * x[i] / length
                                   : type == "rms" ? g[i] * x[i] / rms
                                                   : g[i] * (x[i] - mean) * r + b[i]);
            if (gain) parameters = joined(parameters, g);
            if (gain && type == "layer") parameters = joined(parameters, b);
            list.push_back({"norm", type + (gain ? " with gain" : ""), m.finish(), {4}, parameters, x, expected});
        }
        {  // Two samples of two features: batch statistics in training.
            CircuitMaker m = behindIdentity(2);
            m.keep("norm", {{"type", word("batch")}, {"gain", ParamValue(gain)}}, {"y"});
            std::vector<double> parameters = unit(2);
            if (gain) parameters = joined(parameters, {2, 3, 0.5, -1});
            parameters = joined(parameters, {0, 0, 1, 1});
            const double a = 1 / std::sqrt(1 + eps), c = 2 / std::sqrt(4 + eps);
            std::vector<double> expected = {-a, c, a, -c};
            if (gain) expected = {-2 * a + 0.5, 3 * c - 1, 2 * a + 0.5, -3 * c - 1};
            list.push_back({"norm",
                            std::string("batch, training") + (gain ? " with gain" : ""),
                            m.finish(),
                            {2},
                            parameters,
                            {1, 4, 3, 0},
                            expected,
                            true});
        }
    }
    {  // Running statistics outside training.
        CircuitMaker m = behindIdentity(2);
        m.keep("norm", {{"type", word("batch")}}, {"y"});
        list.push_back({"norm",
                        "batch, evaluation",
                        m.finish(),
                        {2},
                        joined(unit(2), {1, 2, 4, 9}),
                        {3, 5},
                        {2 / std::sqrt(4 + eps), 3 / std::sqrt(9 + eps)}});
    }
    {  // Channels of an image: statistics over batch and positions.
        CircuitMaker m = behindImage(2, 2);
        m.keep("norm", {{"type", word("batch")}, {"gain", kYes}}, {"d"});
        const double a = 1 / std::sqrt(1.25 + eps);
        list.push_back({"norm",
                        "batch over images",
                        m.finish(),
                        {2, 2, 2},
                        joined(unit(2), {1, 1, 0, 0, 0, 0, 1, 1}),
                        {1, 2, 3, 4, 5, 5, 5, 5},
                        {-1.5 * a, -0.5 * a, 0.5 * a, 1.5 * a, 0, 0, 0, 0},
                        true});
    }
    {  // Across the channels of every pixel.
        CircuitMaker m = behindImage(2, 2);
        m.keep("norm", {{"type", word("rms")}, {"gain", kYes}}, {"d"});
        const auto q = [&](double v, double w) { return v / std::sqrt((v * v + w * w) / 2 + eps); };
        list.push_back({"norm",
                        "rms across channels",
                        m.finish(),
                        {2, 2, 2},
                        joined(unit(2), {1, 2}),
                        {1, 2, 3, 4, 5, 6, 7, 8},
                        {q(1, 5), q(2, 6), q(3, 7), q(4, 8), 2 * q(5, 1), 2 * q(6, 2), 2 * q(7, 3), 2 * q(8, 4)}});
    }
    return list;
}

std::vector<OperationCase> otherCases() {
    std::vector<OperationCase> list;
    {
        CircuitMaker m = behindIdentity(3);
        m.keep("softmax", {}, {"y"});
        m.axis("z", AxisRole::Feature, 3);
        m.map("linear", {"y"}, {"z"}, {{"bias", kNo}});
        const double s = 1 + std::exp(1.0) + std::exp(-2.0);
        list.push_back({"softmax",
                        "inside a network",
                        m.finish(),
                        {3},
                        joined(unit(3), unit(3)),
                        {1000, 1001, 998},
                        {1 / s, std::exp(1.0) / s, std::exp(-2.0) / s}});
    }
    {
        CircuitMaker m = behindImage(2, 2);
        m.keep("softmax", {}, {"d"});
        m.axis("e", AxisRole::Feature, 1);
        m.map("linear", {"d"}, {"e"}, {{"bias", kNo}});
        const auto p = [](double v) { return 1 / (1 + std::exp(-v)); };
        list.push_back({"softmax",
                        "across channels",
                        m.finish(),
                        {2, 2, 2},
                        joined(unit(2), {1, 0}),
                        {1, 2, 3, 4, 1, 1, 1, 1},
                        {p(0), p(1), p(2), p(3)}});
    }
    {
        CircuitMaker m = behindIdentity(4);
        m.keep("dropout", {{"rate", ParamValue(0.25)}});
        list.push_back({"dropout", "does nothing outside training", m.finish(), {4}, unit(4), {1, 2, 3, 4}, {1, 2, 3, 4}});
    }
    {
        CircuitMaker m = behindImage(2, 2);
        m.axis("f", AxisRole::Feature, 0);
        m.map("merge", {"d", "s"}, {"f"});
        m.axis("z", AxisRole::Feature, 1);
        m.map("linear", {"f"}, {"z"}, {{"bias", kNo}});
        list.push_back({"merge",
                        "channels first, then rows",
                        m.finish(),
                        {2, 2, 2},
                        joined(unit(2), {1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7}),
                        {1, 2, 3, 4, 5, 6, 7, 8},
                        {87654321}});
    }
    for (const std::string kind : {"copy", "add"}) {
        // A residual block: x + f(W x), then x's copy once more.
        CircuitMaker m = behindIdentity(2);
        const std::string before = m.at;
        const std::string body = m.wire({"y"}), skip = m.wire({"y"}), third = m.wire({"y"}), inner = m.wire({"y"}),
                          acted = m.wire({"y"}), after = m.wire({"y"});
        m.operation("copy", {before}, {body, skip, third});
        m.operation("linear", {body}, {inner}, {}, {"y"}, {"y"});
        m.operation("pointwise", {inner}, {acted}, {{"fn", word("tanh")}});
        m.operation("add", {acted, skip, third}, {after});
        m.at = after;
        list.push_back({kind,
                        "residual block with three ways",
                        m.finish(),
                        {2},
                        joined(unit(2), {0, 1, 1, 0, 0.5, 0}),
                        {0.25, -1},
                        {std::tanh(-0.5) + 0.5, std::tanh(0.25) - 2}});
    }
    for (const std::string kind : {"input", "output"}) {
        CircuitMaker m = behindIdentity(2);
        list.push_back({kind, "ends", m.finish(), {2}, unit(2), {7, -8, 0, 1}, {7, -8, 0, 1}});
    }
    return list;
}

}  // namespace

std::vector<OperationCase> operationCases() {
    std::vector<OperationCase> all;
    for (const auto& part : {linearCases(), convCases(), poolCases(), pointwiseCases(), normCases(), otherCases(), wiringCases(), selectionCases(),
                             sequenceCases(), repetitionCases()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

}  // namespace lab::test

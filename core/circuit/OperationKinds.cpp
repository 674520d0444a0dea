// The kinds of plain networks: ends, learned maps, functions, norms, pooling, copies and sums.
#include "core/circuit/OperationKinds.h"

namespace lab {

ParamSpec initSpec() {
    return ParamSpec::choice(
               "init", "Initial weights", "fan_in_uniform",
               {{"fan_in_uniform", "Uniform, 1/sqrt(fan-in)", "Uniform in +-1/sqrt(fan-in), biases alike: the default of PyTorch's layers."},
                {"fan_in_normal", "Normal, 1/sqrt(fan-in)", "Normal with variance 1/fan-in, zero biases (LeCun et al., 1998)."},
                {"he_normal", "Normal, sqrt(2/fan-in)", "Normal with variance 2/fan-in, zero biases: for ReLU (He et al., 2015)."},
                {"xavier_uniform", "Uniform, sqrt(6/(fan-in + fan-out))", "Zero biases: for tanh (Glorot & Bengio, 2010)."},
                {"xavier_normal", "Normal, sqrt(2/(fan-in + fan-out))", "Zero biases (Glorot & Bengio, 2010)."},
                {"zeros", "Zeros", "All zero. Hidden layers then start without any preference."}},
               "Distribution from which the weights are drawn before training.")
        .isAdvanced();
}

ParamSpec biasSpec() {
    return ParamSpec::boolean("bias", "Bias", true, "Adds a learned number to every output.").withSymbol("b");
}

ParamSpec kernelSpec(std::int64_t standard) {
    return ParamSpec::integer("k", "Kernel", standard, 1, 255, "Side of the square window, in positions.").withSymbol("k");
}

ParamSpec dilationSpec() {
    return ParamSpec::integer("d", "Dilation", 1, 1, 64, "Distance between neighbouring taps of the window, in positions.")
        .withSymbol("d");
}

OperationDescription inputKind() {
    OperationDescription d;
    d.kind = "input";
    d.rule = AxisRule::Source;
    d.title = "Input";
    d.category = "Ends";
    d.doc = "Where the samples enter. The data set gives the sizes that are left open.";
    d.formula = "x";
    d.letter = "*X*";
    d.glyph = Glyph::Source;
    d.inputs = 0;
    d.outputs = 1;
    d.idPrefix = "in";
    return d;
}

OperationDescription outputKind() {
    OperationDescription d;
    d.kind = "output";
    d.rule = AxisRule::Sink;
    d.title = "Output";
    d.category = "Ends";
    d.doc = "What the network answers: one value per class, or the reconstructed sample.";
    d.formula = "`y";
    d.letter = "`*Y*";
    d.glyph = Glyph::Sink;
    d.inputs = 1;
    d.outputs = 0;
    d.idPrefix = "out";
    return d;
}

OperationDescription linearKind() {
    OperationDescription d;
    d.kind = "linear";
    d.rule = AxisRule::Map;
    d.title = "Linear map";
    d.category = "Learned";
    d.doc = "A weighted sum of everything on the axes that it reads, for each position of the axis that it writes. "
            "Axes that run past it share the weights.";
    d.formula = "y_{j} = Σ_{i} *W*_{ji} x_{i} + *b*_{j}";
    d.letter = "*L*";
    d.glyph = Glyph::Chip;
    d.params = {biasSpec(), initSpec()};
    d.learned = true;
    d.aliases = {"dense", "fc"};
    d.idPrefix = "L";
    return d;
}

OperationDescription convKind() {
    OperationDescription d;
    d.kind = "conv";
    d.rule = AxisRule::Window;
    d.title = "Convolution";
    d.category = "Learned";
    d.doc = "The same small linear map at every position of an image: it reads a square window of all channels and "
            "writes one value per output channel (cross-correlation, as in all deep-learning libraries).";
    d.formula = "y_{oij} = Σ_{cuv} *W*_{ocuv} x_{c,si+du-p,sj+dv-p} + *b*_{o}";
    d.letter = "★";
    d.glyph = Glyph::Conv;
    d.params = {kernelSpec(3),
                ParamSpec::integer("s", "Stride", 1, 1, 255, "Distance between neighbouring windows, in positions.").withSymbol("s"),
                ParamSpec::integer("p", "Padding", -1, -1, 127,
                                   "Zeros added on each side. -1 means same: d (k - 1)/2, which keeps the size for an odd "
                                   "kernel and stride 1.")
                    .withSymbol("p"),
                dilationSpec(), biasSpec(), initSpec()};
    d.learned = true;
    d.aliases = {"conv2d"};
    d.idPrefix = "C";
    return d;
}

OperationDescription poolKind() {
    OperationDescription d;
    d.kind = "pool";
    d.rule = AxisRule::Window;
    d.title = "Pooling";
    d.category = "Windows";
    d.doc = "Maximum or mean over a window, for every channel alone; with \"global\" over all positions of the image.";
    d.formula = "y_{cij} = |max|_{uv} x_{c,si+u,sj+v}";
    d.letter = "|max|";
    d.letters = {{"max", "|max|"}, {"average", "𝔼"}};
    d.glyph = Glyph::Window;
    d.params = {ParamSpec::choice("fn", "Function", "max",
                                  {{"max", "Maximum", "The largest value of the window."},
                                   {"average", "Mean", "The mean of the window; padded zeros count."}},
                                  "How the values of a window become one."),
                ParamSpec::boolean("global", "Whole image", false,
                                   "Pools over all positions at once: one value per channel remains."),
                kernelSpec(2).when("global", {"false"}),
                ParamSpec::integer("s", "Stride", 0, 0, 255, "Distance between windows; 0 means as large as the kernel.")
                    .withSymbol("s")
                    .when("global", {"false"}),
                ParamSpec::integer("p", "Padding", 0, -1, 127,
                                   "Positions added on each side (zeros for the mean, never chosen by the maximum); at most "
                                   "half the kernel. -1 means same: (k - 1)/2.")
                    .withSymbol("p")
                    .when("global", {"false"})};
    d.idPrefix = "P";
    return d;
}

OperationDescription mergeKind() {
    OperationDescription d;
    d.kind = "merge";
    d.rule = AxisRule::Merge;
    d.title = "Flatten";
    d.category = "Wiring";
    d.doc = "Several axes become one. Channels come first, then rows, then columns, as in PyTorch. Nothing is computed.";
    d.formula = "y_{(chw)} = x_{chw}";
    d.letter = "";
    d.glyph = Glyph::Bar;
    d.aliases = {"flat"};
    d.idPrefix = "F";
    return d;
}

OperationDescription pointwiseKind() {
    OperationDescription d;
    d.kind = "pointwise";
    d.title = "Pointwise function";
    d.category = "Pointwise and norm";
    d.doc = "The same function of one number, for every number alone.";
    d.formula = "y_{i} = f(x_{i})";
    d.letter = "R";
    d.letters = {{"relu", "R"},          {"gelu", "G"},       {"tanh", "|tanh|"}, {"sigmoid", "|sig|"},
                 {"identity", "|id|"},   {"square", "x^2"},   {"softplus", "ζ"},  {"leaky_relu", "|lrelu|"},
                 {"hard_sigmoid", "|hsig|"}};
    d.glyph = Glyph::Pointwise;
    d.params = {
        ParamSpec::choice("fn", "Function", "relu",
                          {{"identity", "Identity", "x itself."},
                           {"relu", "ReLU", "x where positive, else 0."},
                           {"leaky_relu", "Leaky ReLU", "x where positive, else a small slope times x."},
                           {"tanh", "Tanh", "The hyperbolic tangent, between -1 and 1."},
                           {"sigmoid", "Sigmoid", "1/(1 + exp(-x)), between 0 and 1."},
                           {"gelu", "GELU", "x times the normal distribution function of x (exact, with erf)."},
                           {"selu", "SELU", "Scaled exponential linear unit (Klambauer et al., 2017)."},
                           {"softplus", "Softplus", "log(1 + exp(x)), a smooth ReLU."},
                           {"square", "Square", "x times x."},
                           {"hard_sigmoid", "Hard sigmoid", "x clipped to [0, 1], as equilibrium propagation uses it."}},
                          "Which function."),
        ParamSpec::number("slope", "Slope", 0.01, 0.0, 1.0, "Slope for negative values.").when("fn", {"leaky_relu"})};
    d.aliases = {"act", "activation"};
    d.idPrefix = "r";
    return d;
}

OperationDescription normKind() {
    OperationDescription d;
    d.kind = "norm";
    d.acts = true;
    d.normalises = true;
    d.title = "Normalisation";
    d.category = "Pointwise and norm";
    d.doc = "Brings the values on its axes to a common scale: per sample, or per channel over the batch (batch norm).";
    d.formula = "y_{i} = x_{i} / |rms|(x)";
    d.letter = "";
    d.glyph = Glyph::Circle;
    d.params = {
        ParamSpec::choice("type", "Type", "rms",
                          {{"l2", "Length 1", "Divides by the Euclidean length (the normalisation of Forward-Forward)."},
                           {"rms", "Root mean square 1", "Divides by the root mean square: the length becomes sqrt(n)."},
                           {"layer", "Layer norm", "Mean 0 and variance 1 within a sample (Ba et al., 2016)."},
                           {"batch", "Batch norm",
                            "Mean 0 and variance 1 of each channel over the batch and all positions; running statistics "
                            "are used outside training (Ioffe & Szegedy, 2015)."}},
                          "Which statistics are made equal."),
        ParamSpec::boolean("gain", "Learned gain", false,
                           "Multiplies by a learned number per feature; layer and batch norm also add a learned offset.")
            .withSymbol("*g*"),
        ParamSpec::number("eps", "Epsilon", 1e-5, 1e-12, 1e-1,
                          "Added to the mean square or variance (for l2: to the length) so that nothing is divided by zero.",
                          ParamScale::Log)
            .withSymbol("ε")
            .isAdvanced()};
    d.idPrefix = "nz";
    return d;
}

OperationDescription dropoutKind() {
    OperationDescription d;
    d.kind = "dropout";
    d.title = "Dropout";
    d.category = "Pointwise and norm";
    d.doc = "During training sets values to zero at random and scales up the others so that the mean stays; does nothing "
            "otherwise (Srivastava et al., 2014).";
    d.formula = "y_{i} = m_{i} x_{i} / (1 - r)";
    d.letter = "D";
    d.glyph = Glyph::Pointwise;
    d.params = {ParamSpec::number("rate", "Rate", 0.5, 0.0, 0.95, "Share of the values that are set to zero.").withSymbol("r")};
    d.idPrefix = "D";
    return d;
}

OperationDescription copyKind() {
    OperationDescription d;
    d.kind = "copy";
    d.rule = AxisRule::Copy;
    d.title = "Copy";
    d.category = "Wiring";
    d.doc = "Gives the same values to several readers.";
    d.formula = "y = x,  z = x";
    d.letter = "";
    d.glyph = Glyph::Copy;
    d.outputs = -1;
    d.idPrefix = "cp";
    return d;
}

OperationDescription addKind() {
    OperationDescription d;
    d.kind = "add";
    d.rule = AxisRule::Agree;
    d.title = "Add";
    d.category = "Wiring";
    d.doc = "The sum of arrays of the same shape: the end of a residual connection. Or their product or maximum, number by "
            "number.";
    d.formula = "y_{i} = x_{i} + z_{i}";
    d.letter = "+";
    d.letters = {{"add", "+"}, {"mul", "⊙"}, {"max", "|max|"}};
    d.glyph = Glyph::Add;
    d.params = {ParamSpec::choice("fn", "Function", "add",
                                  {{"add", "Sum", "The sum of all operands."},
                                   {"mul", "Product", "The product of all operands: gates."},
                                   {"max", "Maximum", "The largest of all operands."}},
                                  "How the operands become one array.")};
    d.inputs = -1;
    d.idPrefix = "ad";
    return d;
}

OperationDescription softmaxKind() {
    OperationDescription d;
    d.kind = "softmax";
    d.acts = true;
    d.title = "Softmax";
    d.category = "Pointwise and norm";
    d.doc = "Exponentials that are divided by their sum: positive values that add up to 1 along one axis.";
    d.formula = "y_{i} = |exp| x_{i} / Σ_{j} |exp| x_{j}";
    d.letter = "|softmax|";
    d.glyph = Glyph::Triangle;
    d.thread = threadSoftmax;
    d.idPrefix = "sm";
    return d;
}

}  // namespace lab

#include "core/circuit/Templates.h"

#include "core/base/Assert.h"
#include "core/circuit/CircuitEdits.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SequenceTemplates.h"
#include "core/circuit/SizeExpression.h"

#include <algorithm>

namespace lab {

namespace {

Error templateError(int number, std::string message, std::string where, std::string hint) {
    return {"LAB-CIRCUIT-" + std::to_string(number), std::move(message), std::move(where), std::move(hint)};
}

std::string templateList() {
    std::string list;
    for (const CircuitTemplate& t : circuitTemplates()) list += (list.empty() ? "" : ", ") + t.id;
    return list;
}

// Elements of one sample, 0 where the shape is none of a sample.
long sampleSize(const std::vector<long>& shape) {
    if (shape.size() != 1 && shape.size() != 3) return 0;
    long n = 1;
    for (const long s : shape)
        if (s < 1 || __builtin_mul_overflow(n, s, &n) || n > kMaxAxisSize) return 0;
    return n;
}

void addAxis(Circuit& c, const std::string& id, const std::string& name, AxisRole role, long size, int dims = 1) {
    Axis a;
    a.id = id;
    a.name = name;
    a.role = role;
    if (size > 0) a.size = std::to_string(size);
    a.dims = dims;
    c.axes.push_back(std::move(a));
}

// How the numbers of a sample are drawn: along one axis of features, along places (with features at each), or as an image
// with its channels at the bottom.
enum class Drawn { Flat, Places, Image };

// An input joined to an output.
Circuit bareEnds(const std::vector<long>& shape, Drawn drawn) {
    Circuit c;
    addAxis(c, "b", "b", AxisRole::Batch, 0);
    Wire wire;
    wire.id = "w1";
    wire.axes = {"b"};
    if (drawn == Drawn::Flat) {
        addAxis(c, "p", "p", AxisRole::Feature, sampleSize(shape));
        wire.axes.push_back("p");
    } else if (drawn == Drawn::Places) {
        addAxis(c, "x", "~x", AxisRole::Seq, shape.back());
        wire.axes.push_back("x");
        if (shape.size() == 3) {
            addAxis(c, "f", "f", AxisRole::Feature, shape[0] * shape[1]);
            wire.axes.push_back("f");
        }
    } else {
        if (shape[1] == shape[2]) {
            addAxis(c, "x", "~x", AxisRole::Space, shape[1], 2);
            wire.axes.push_back("x");
        } else {
            addAxis(c, "h", "~h", AxisRole::Space, shape[1]);
            addAxis(c, "w", "~w", AxisRole::Space, shape[2]);
            wire.axes.insert(wire.axes.end(), {"h", "w"});
        }
        addAxis(c, "c", "c", AxisRole::Feature, shape[0]);
        wire.axes.push_back("c");
    }
    c.wires.push_back(std::move(wire));
    Operation input;
    input.id = "in1";
    input.kind = "input";
    input.out = {"w1"};
    input.name = "*X*";
    Operation output;
    output.id = "out1";
    output.kind = "output";
    output.in = {"w1"};
    output.name = "`*Y*";
    c.operations = {input, output};
    return c;
}

// "layer n": a learned map with what acts on its result, outside other groups. The read-out stays alone.
void groupLayers(Circuit& c) {
    std::vector<std::vector<std::string>> layers;
    std::vector<std::string> fills;
    bool open = false;
    const std::vector<const Operation*> order = c.ordered();
    const Operation* readout = nullptr;
    for (const Operation* op : order)
        if (findOperation(op->kind)->learned) readout = op;
    for (const Operation* op : order) {
        const OperationDescription& d = *findOperation(op->kind);
        const bool grouped = std::any_of(c.groups.begin(), c.groups.end(), [&](const Group& g) {
            return std::find(g.members.begin(), g.members.end(), op->id) != g.members.end();
        });
        if (grouped || op == readout) {
            open = false;
        } else if (d.learned && d.rule != AxisRule::Keep) {
            layers.push_back({op->id});
            fills.emplace_back(d.rule == AxisRule::Window ? "conv" : "ffn");
            open = true;
        } else if (open && (d.rule == AxisRule::Keep || (d.rule == AxisRule::Window && !d.learned))) {
            layers.back().push_back(op->id);
        } else {
            open = false;
        }
    }
    for (std::size_t i = 0; i < layers.size(); ++i) {
        Group g;
        g.id = c.freshId("g");
        g.title = "layer " + std::to_string(i + 1);
        g.members = layers[i];
        g.fill = fills[i];
        c.groups.push_back(std::move(g));
    }
    std::size_t blocks = 0;
    for (Group& g : c.groups)
        if (g.fill == "res") g.title = "residual " + std::to_string(++blocks);
}

// Learned maps carry their letter and number, as in the drawings of papers.
void nameMaps(Circuit& c) {
    std::size_t n = 0;
    for (const Operation* op : c.ordered())
        if (const OperationDescription& d = *findOperation(op->kind); d.rule == AxisRule::Map) {
            const std::string number = std::to_string(++n);
            c.operation(op->id)->name = d.letter + "_" + (number.size() > 1 ? "{" + number + "}" : number);
        }
}

Circuit fromLine(const std::vector<long>& shape, bool flat, const std::string& line, bool classes) {
    const Result<CircuitChange> change = quickAdd(bareEnds(shape, flat ? Drawn::Flat : Drawn::Image), line, "");
    LAB_ASSERT(change.ok());
    Circuit c = change->circuit;
    const std::string last = change->selection.back();
    if (classes) {
        const std::string axis = c.operation(last)->targetOut.front();
        c.axis(axis)->role = AxisRole::Class;
        c.axis(axis)->name = "k";
    }
    nameMaps(c);
    groupLayers(c);
    return c;
}

// Blocks of convolution, ReLU and max pooling (as long as there is something to pool), then a linear read-out.
Circuit makeCnn(const std::vector<long>& channels, const std::vector<long>& inputShape, int classes, bool batchNorm = false) {
    std::string line;
    long side = std::min(inputShape[1], inputShape[2]);
    for (const long c : channels) {
        line += "conv " + std::to_string(c) + " | relu | ";
        if (side >= 2) line += "maxpool | ";
        side /= 2;
        if (batchNorm) line += "bn | ";
    }
    return fromLine(inputShape, false, line + "flatten | linear " + std::to_string(classes), true);
}

// What the text after the template's name says, for its builder.
struct TemplateRequest {
    std::string id;
    std::string text;  // as typed, for messages: "cnn:16-32"
    std::string settings;  // behind the colon; "" = none
    std::vector<long> shape;
    int classes = 0;
    long features = 0;

    Error bad(int number, const std::string& message, const std::string& hint) const {
        return templateError(number, message, text.substr(0, 80), hint);
    }
    std::string quoted() const { return "'" + text.substr(0, 80) + "'"; }
};

// "16-32-64" as numbers from 1 to `largest`; empty where it is nothing of the kind.
std::vector<long> parseNumbers(const std::string& text, long largest) {
    std::vector<long> numbers;
    std::size_t at = 0;
    for (bool more = true; more;) {
        const std::size_t dash = text.find('-', at);
        more = dash != std::string::npos;
        const std::string part = text.substr(at, more ? dash - at : std::string::npos);
        at = dash + 1;
        const bool digits = !part.empty() && part.size() <= 5 && part.find_first_not_of("0123456789") == std::string::npos;
        const long n = digits ? std::stol(part) : 0;
        if (n < 1 || n > largest || numbers.size() >= 32) return {};
        numbers.push_back(n);
    }
    return numbers;
}

// Takes ":word" off the end; true if it was there.
bool takeWord(std::string& settings, const std::string& word) {
    const std::string tail = ":" + word;
    if (settings == word) {
        settings.clear();
        return true;
    }
    if (settings.size() < tail.size() || settings.compare(settings.size() - tail.size(), tail.size(), tail) != 0) return false;
    settings.resize(settings.size() - tail.size());
    return true;
}

// Up to `standard.size()` numbers; those that are not given are the standard's.
Result<std::vector<long>> numbersOr(const TemplateRequest& r, std::vector<long> standard, const std::string& hint) {
    if (r.settings.empty()) return standard;
    const std::vector<long> given = parseNumbers(r.settings, 4096);
    if (given.empty() || given.size() > standard.size())
        return r.bad(402, "'" + r.settings.substr(0, 40) + "' is no list of at most " + std::to_string(standard.size()) + " numbers from 1 to 4096.", hint);
    std::copy(given.begin(), given.end(), standard.begin());
    return standard;
}

Result<void> noSettings(const TemplateRequest& r) {
    if (r.settings.empty()) return {};
    return r.bad(402, "the template '" + r.id + "' takes no widths.", "Write " + r.id + " alone, mlp:784-500-500-10 or cnn:16-32-64.");
}

long hiddenOf(const TemplateRequest& r) { return r.features < 64 ? 32 : 256; }

Result<Circuit> mlpTemplate(const TemplateRequest& r);

Result<Circuit> cnnTemplate(const TemplateRequest& r) {
    std::string list = r.settings;
    const bool batchNorm = takeWord(list, "bn");
    const std::vector<long> channels = r.settings.empty() || (batchNorm && list.empty()) ? std::vector<long>{8, 16} : parseNumbers(list, 4096);
    if (channels.empty())
        return r.bad(402, "'" + r.settings.substr(0, 40) + "' is no list of channels from 1 to 4096.",
                     "Write for example cnn:16-32-64, one number per block, or cnn:16-32-64:bn with batch normalisation.");
    return makeCnn(channels, r.shape, r.classes, batchNorm);
}

Result<Circuit> residualTemplate(const TemplateRequest& r) {
    if (const Result<void> none = noSettings(r); !none) return none.error();
    const std::string h = std::to_string(hiddenOf(r) / 2);
    return fromLine(r.shape, true,
                    "linear " + h + " | relu | res( rms | linear " + h + " | relu ) | res( rms | linear " + h + " | relu ) | linear " +
                        std::to_string(r.classes),
                    true);
}

Result<Circuit> residualCnnTemplate(const TemplateRequest& r) {
    if (const Result<void> none = noSettings(r); !none) return none.error();
    return fromLine(r.shape, false,
                    "conv 8 | bn | relu | maxpool | res( conv 8 | bn | relu | conv 8 | bn ) | relu | conv 16 s2 | bn | relu | "
                    "res( conv 16 | bn | relu | conv 16 | bn ) | relu | gap | linear " + std::to_string(r.classes),
                    true);
}

Result<Circuit> autoencoderTemplate(const TemplateRequest& r) {
    const long wide = hiddenOf(r) / 2;
    const long code = std::max<long>(1, r.features < 64 ? r.features / 2 : 32);
    if (r.settings == "tied") return makeTiedAutoencoder(r.features, wide, code);
    if (!r.settings.empty())
        return r.bad(402, "'" + r.settings.substr(0, 40) + "' means nothing to an autoencoder.",
                     "Write autoencoder, or autoencoder:tied for a decoder that shares the encoder's weights.");
    return fromLine(r.shape, true,
                    "linear " + std::to_string(wide) + " | relu | linear " + std::to_string(code) + " | identity | linear " +
                        std::to_string(wide) + " | relu | linear " + std::to_string(r.features),
                    false);
}

Result<Circuit> transformerTemplate(const TemplateRequest& r) {
    TemplateRequest request = r;
    const bool causal = takeWord(request.settings, "causal");
    const Result<std::vector<long>> numbers =
        numbersOr(request, {32, 2, 1}, "Write transformer:32-2-1 for width, heads and blocks; :causal hides what comes later.");
    if (!numbers) return numbers.error();
    if ((*numbers)[0] % (*numbers)[1] != 0)
        return r.bad(402, std::to_string((*numbers)[1]) + " heads do not divide a width of " + std::to_string((*numbers)[0]) + ".",
                     "Choose a width that is a multiple of the number of heads.");
    return makeTransformer({r.shape, r.classes}, (*numbers)[0], (*numbers)[1], (*numbers)[2], causal);
}

Result<Circuit> attentionTemplate(const TemplateRequest& r) {
    TemplateRequest request = r;
    const bool causal = takeWord(request.settings, "causal");
    const Result<std::vector<long>> numbers = numbersOr(request, {4}, "Write attention:4 for the number of heads; :causal hides what comes later.");
    if (!numbers) return numbers.error();
    return makeAttention(numbers->front(), causal);
}

Result<Circuit> graphTemplate(const TemplateRequest& r) {
    const Result<std::vector<long>> numbers = numbersOr(r, {32, 2}, "Write gnn:32-2 for width and layers.");
    if (!numbers) return numbers.error();
    return makeGraphNetwork({r.shape, r.classes}, (*numbers)[0], std::min<long>((*numbers)[1], 64));
}

Result<Circuit> recurrentTemplate(const TemplateRequest& r) {
    const Result<std::vector<long>> numbers = numbersOr(r, {32}, "Write recurrent:32 for the width of the state.");
    if (!numbers) return numbers.error();
    return makeRecurrent({r.shape, r.classes}, numbers->front());
}

Result<Circuit> spikingTemplate(const TemplateRequest& r) {
    const Result<std::vector<long>> numbers = numbersOr(r, {64}, "Write spiking:64 for the number of units.");
    if (!numbers) return numbers.error();
    return makeSpiking({r.shape, r.classes}, numbers->front());
}

// How each template is made, in the order of circuitTemplates().
struct Builder {
    CircuitTemplate shown;
    Result<Circuit> (*make)(const TemplateRequest&);
    bool labels = true;  // needs classes
    bool several = false;  // reads several arrays of a sample: by name only, most data sets have one
};

const std::vector<Builder>& builders() {
    static const std::vector<Builder> list = {
        {{"mlp", "Multi-layer perceptron", "Two hidden layers of ReLU units and a linear read-out: the circuit that every rule can train.",
          "digits", false},
         mlpTemplate},
        {{"cnn", "Convolutional network", "Two convolutions with ReLU and max pooling, then a linear read-out.", "seg7", true}, cnnTemplate},
        {{"residual", "Residual network", "Hidden layers that add to what they read, so that signals have a way past each of them.", "digits",
          false},
         residualTemplate},
        {{"residual-cnn", "Residual convolutional network",
          "Residual blocks of two batch-normalised convolutions, as in ResNet, with a global mean before the read-out.", "seg7", true},
         residualCnnTemplate},
        {{"autoencoder", "Autoencoder", "Squeezes a sample through a narrow layer and rebuilds it: learning without labels.", "digits", false},
         autoencoderTemplate,
         false},
        {{"transformer", "Transformer", "Every place looks at every other through two heads of attention; the first place answers.", "pointer",
          false},
         transformerTemplate},
        {{"attention", "Attention between two inputs", "Queries look up what they want in a memory; the heads find out where it stands.",
          "recall", false},
         attentionTemplate,
         false,
         true},
        {{"gnn", "Graph network", "Nodes send messages along the edges that each sample brings with it; their sum answers.", "graphs", false},
         graphTemplate},
        {{"recurrent", "Recurrent network", "Reads one place at a time and keeps what matters in its state; the last state answers.", "order",
          false},
         recurrentTemplate},
        {{"spiking", "Spiking network", "Units that gather charge, leak and spike; an image goes by column after column.", "seg7", false},
         spikingTemplate},
    };
    return list;
}

}  // namespace

const std::vector<CircuitTemplate>& circuitTemplates() {
    static const std::vector<CircuitTemplate> templates = [] {
        std::vector<CircuitTemplate> list;
        for (const Builder& b : builders())
            if (!b.several) list.push_back(b.shown);
        return list;
    }();
    return templates;
}

namespace {

Result<Circuit> build(const Builder& builder, TemplateRequest request) {
    const CircuitTemplate& t = builder.shown;
    request.features = sampleSize(request.shape);
    // A list of widths that says everything needs no data set.
    const bool complete = !request.settings.empty() && &builder == &builders().front();
    if (!complete) {
        if (request.features == 0)
            return templateError(406, "a template needs a sample of one axis, or of channels, height and width.", t.id,
                                 "Choose a data set first.");
        if (request.classes < 2 && builder.labels)
            return templateError(406, "a template needs a data set of two or more classes.", t.id, "Choose a data set with labels.");
    }
    if (t.needsImage && request.shape.size() != 3)
        return templateError(404, "the template '" + t.id + "' needs images, but the data set is a table of " +
                                      std::to_string(request.features) + " features.",
                             t.id, "Choose an image data set, or another template: " + templateList() + ".");
    Result<Circuit> circuit = builder.make(request);
    if (circuit && circuit->title.empty()) circuit->title = t.title;
    return circuit;
}

}  // namespace

Result<Circuit> makeTemplate(const std::string& id, const std::vector<long>& inputShape, int classes) {
    for (const Builder& b : builders())
        if (b.shown.id == id) return build(b, {id, id, "", inputShape, classes, 0});
    return templateError(401, "there is no template '" + id + "'.", id, "Templates: " + templateList() + ".");
}

Result<Circuit> parseShorthand(const std::string& text, const std::vector<long>& inputShape, int classes) {
    const std::size_t colon = text.find(':');
    const std::string head = text.substr(0, colon);
    if (head == "line" && colon != std::string::npos) {
        // The line that the editor's quick-add takes, from the input to the scores.
        if (sampleSize(inputShape) == 0)
            return templateError(406, "a line of operations needs a sample of one axis, or of channels, height and width.", text.substr(0, 80),
                                 "Choose a data set first.");
        // What the line asks for: features where it can do with them, places where it cannot; one row of an image is a sequence.
        const std::string line = text.substr(colon + 1);
        const bool image = inputShape.size() == 3 && inputShape[1] > 1;
        Result<CircuitChange> change =
            quickAdd(bareEnds(inputShape, image ? Drawn::Image : inputShape.size() == 3 ? Drawn::Places : Drawn::Flat), line, "");
        if (!change && inputShape.size() == 1)
            if (Result<CircuitChange> places = quickAdd(bareEnds(inputShape, Drawn::Places), line, ""); places) change = std::move(places);
        if (!change) return change.error();
        Circuit c = change->circuit;
        const Operation* last = c.operation(change->selection.back());
        if (classes >= 2 && last != nullptr && !last->targetOut.empty()) {
            Axis* axis = c.axis(last->targetOut.front());
            axis->role = AxisRole::Class;
            axis->name = "k";
        }
        nameMaps(c);
        groupLayers(c);
        c.title = text.substr(colon + 1);
        return c;
    }
    for (const Builder& b : builders()) {
        if (b.shown.id != head) continue;
        if (colon == std::string::npos) return makeTemplate(head, inputShape, classes);
        if (colon + 1 == text.size())
            return templateError(402, "'" + text.substr(0, 80) + "' says nothing behind the colon.", text.substr(0, 80),
                                 "Write " + head + " alone, or for example mlp:784-500-500-10.");
        return build(b, {head, text, text.substr(colon + 1), inputShape, classes, 0});
    }
    return templateError(401, "'" + text.substr(0, 80) + "' is neither a file nor a known circuit.", text.substr(0, 80),
                         "Known: " + templateList() + ", mlp:784-500-500-10 or cnn:16-32-64 with widths of your own, and line:conv 8 k=5 | relu | maxpool | flatten | linear 10.");
}

namespace {

Result<Circuit> mlpTemplate(const TemplateRequest& r) {
    const std::string& text = r.text;
    const long features = r.features;
    const int classes = r.classes;
    if (r.settings.empty()) {
        const long hidden = hiddenOf(r);
        Circuit plain = makeMlp({features, hidden, hidden, classes});
        plain.title.clear();
        return plain;
    }
    std::string widthsText = r.settings;
    std::string activation = "relu";
    if (const std::size_t second = widthsText.find(':'); second != std::string::npos) {
        activation = widthsText.substr(second + 1);
        widthsText.resize(second);
        const OperationPreset* preset = findPreset(activation);
        const OperationDescription* d = preset == nullptr ? nullptr : findOperation(preset->kind);
        if (d == nullptr || d->glyph != Glyph::Pointwise || d->params.empty() || d->params.front().name != "fn") {
            std::string list;
            for (const OperationPreset& p : operationPresets())
                if (const OperationDescription* k = findOperation(p.kind); !k->params.empty() && k->params.front().name == "fn" &&
                                                                           k->glyph == Glyph::Pointwise)
                    list += (list.empty() ? "" : ", ") + p.word;
            return templateError(405, "'" + activation.substr(0, 40) + "' is no pointwise function.", text.substr(0, 80),
                                 "Pointwise functions: " + list + ".");
        }
    }
    std::vector<long> widths;
    std::size_t at = 0;
    for (bool more = true; more;) {
        const std::size_t dash = widthsText.find('-', at);
        more = dash != std::string::npos;
        const std::string part = widthsText.substr(at, more ? dash - at : std::string::npos);
        at = dash + 1;
        // An empty width at an end is the data set's.
        if (part.empty() && (widths.empty() || !more)) {
            const long given = widths.empty() ? features : classes;
            if (given < 1)
                return templateError(402, "'" + text.substr(0, 80) + "' leaves a width to the data set, but none is given.", text.substr(0, 80),
                                     "Write all widths: mlp:784-500-500-10.");
            widths.push_back(given);
            continue;
        }
        const bool digits = !part.empty() && part.size() <= 9 && part.find_first_not_of("0123456789") == std::string::npos;
        const long width = digits ? std::stol(part) : 0;
        if (width < 1 || width > 1'000'000)
            return templateError(402, "'" + part.substr(0, 40) + "' in '" + text.substr(0, 80) + "' is not a width from 1 to 1000000.",
                                 text.substr(0, 80), "Write for example mlp:784-500-500-10, or mlp:784-500-500-10:tanh.");
        widths.push_back(width);
        if (widths.size() > 256)
            return templateError(402, "there are more than 256 widths.", text.substr(0, 80), "Use fewer layers.");
    }
    if (widths.size() < 2)
        return templateError(402, "'" + text.substr(0, 80) + "' has only one width.", text.substr(0, 80),
                             "Write at least the number of inputs and of outputs: mlp:784-10.");
    if (features > 0 && widths.front() != features)
        return templateError(403, "'" + text.substr(0, 80) + "' reads " + std::to_string(widths.front()) + " values, but a sample has " +
                                      std::to_string(features) + ".",
                             text.substr(0, 80), "Begin with " + std::to_string(features) + ".");
    if (classes > 0 && features > 0 && widths.back() != classes && widths.back() != features)
        return templateError(403, "'" + text.substr(0, 80) + "' answers with " + std::to_string(widths.back()) +
                                      " values, but the data set has " + std::to_string(classes) + " classes.",
                             text.substr(0, 80), "End with " + std::to_string(classes) + ".");
    Circuit c = makeMlp(widths, activation);
    // As many outputs as inputs: it rebuilds the sample.
    if (classes > 0 && widths.back() == features && widths.back() != classes) {
        Axis& axis = *c.axis("k");
        axis.role = AxisRole::Feature;
        axis.name = "`p";
    }
    return c;
}

}  // namespace

Circuit makeMlp(const std::vector<long>& widths, const std::string& activation) {
    LAB_ASSERT(widths.size() >= 2);
    Circuit c;
    const auto axis = [&](const std::string& id, const std::string& name, AxisRole role, const std::string& size) {
        Axis a;
        a.id = id;
        a.name = name;
        a.role = role;
        a.size = size;
        c.axes.push_back(std::move(a));
    };
    const auto wire = [&](const std::string& feature) {
        Wire w;
        w.id = "w" + std::to_string(c.wires.size());
        w.axes = {"b", feature};
        c.wires.push_back(std::move(w));
        return c.wires.back().id;
    };
    const auto operation = [&](const std::string& id, const std::string& kind, const std::string& from,
                               const std::string& to) -> Operation& {
        Operation op;
        op.id = id;
        op.kind = kind;
        if (!from.empty()) op.in = {from};
        if (!to.empty()) op.out = {to};
        c.operations.push_back(std::move(op));
        return c.operations.back();
    };
    axis("b", "b", AxisRole::Batch, "");
    axis("p", "p", AxisRole::Feature, std::to_string(widths.front()));
    std::string feature = "p";
    std::string at = wire(feature);
    operation("in1", "input", "", at).name = "*X*";
    const OperationPreset* preset = findPreset(activation);
    for (std::size_t i = 1; i < widths.size(); ++i) {
        const bool last = i + 1 == widths.size();
        const std::string number = std::to_string(i);
        const std::string next = last ? "k" : "n" + number;
        axis(next, last ? "k" : "n_{" + number + "}", last ? AxisRole::Class : AxisRole::Feature, std::to_string(widths[i]));
        const std::string made = wire(next);
        Operation& map = operation("L" + number, "linear", at, made);
        map.name = "*L*_" + (number.size() > 1 ? "{" + number + "}" : number);
        map.targetIn = {feature};
        map.targetOut = {next};
        feature = next;
        at = made;
        if (last) break;
        Group group;
        group.id = "g" + number;
        group.title = "layer " + number;
        group.fill = "ffn";
        group.members = {"L" + number};
        if (preset != nullptr) {
            const std::string acted = wire(next);
            const OperationDescription* d = findOperation(preset->kind);
            Operation& act = operation(d->idPrefix + number, preset->kind, at, acted);
            act.args = preset->args;
            group.members.push_back(act.id);
            at = acted;
        }
        c.groups.push_back(std::move(group));
    }
    operation("out1", "output", at, "").name = "`*Y*";
    std::string shape;
    for (const long w : widths) shape += (shape.empty() ? "" : "-") + std::to_string(w);
    c.title = "MLP " + shape;
    return c;
}

}  // namespace lab

// How a learning rule describes itself. Windows, files, command line, overlay and documentation are generated from this:
// nothing outside core/rules knows a rule by name.
#pragma once

#include "core/circuit/SizeSolver.h"
#include "core/data/Dataset.h"
#include "core/network/Network.h"
#include "core/optimize/Optimizer.h"
#include "core/params/ParamSpec.h"

namespace lab {

class LearningRule;
struct RuleInit;

enum class ChannelKind {
    Scalar,         // a curve
    Distributions,  // two samples (positive, negative) and a threshold: histograms, ledger
    Values,         // a vector: bars (energy per relaxation step, SNR per block)
    Images,         // rows in the input's shape, with captions: what the rule sees
};
enum class ChannelScope { Network, Layer };

struct ChannelSpec {
    std::string id;      // "goodness", "loss"
    std::string title;   // "Goodness"
    std::string symbol;  // label markup: "G"
    std::string unit;    // "" = none; axis titles print it
    ChannelKind kind = ChannelKind::Scalar;
    ChannelScope scope = ChannelScope::Layer;
    std::string doc;
    std::string positiveTitle;  // Distributions: names of the two samples ("positive", "negative")
    std::string negativeTitle;
    std::string indexTitle;     // Values: title of the index axis ("relaxation step")
    bool logarithmic = false;   // suggested axis
};

struct PhaseSpec {
    std::string id;     // "positive", "free", "nudged"
    std::string title;
    std::string doc;
};

// One line of the rule's equations, in label markup, with a comment in words.
struct EquationLine {
    std::string markup;
    std::string words;
    std::string phase;  // the phase in which it runs; may be empty
};

// A way in which the rule turns activity into a decision. The first one declared is the primary: its test accuracy is
// the accuracy of the run. Others are shown beside it.
struct PredictionWay {
    std::string id;     // "goodness", "head", "last", "sum", "layer"
    std::string title;
    int layer = -1;     // >= 0: from this layer alone
};

// A unit of the rule's credit assignment: usually a hidden stage; a block for NoProp.
struct RuleLayer {
    std::string title;  // "L1", "block 3"
    int stage = -1;     // stage of the network that it trains; -1 = owned by the rule
    Index width = 0;    // units of its representation
    Shape shape;        // of one sample's representation
};

// Marks laid over the diagram (generated from these, never drawn by hand). Ids are circuit ids.
struct Mark {
    enum class Kind {
        Tap,        // wire: a copy out to a loss, with a name
        LocalLoss,  // at a stage: formula
        Writer,     // loss -> operation: who changes this weight
        Cut,        // wire: values pass, credit does not
        Feedback,   // from operation -> to operation, with a fixed map's letter
        FixedMap,   // operation: a random matrix B_k feeds it
        Stream,     // the input carries several streams (positive, negative)
        Phase,      // a repeated phase axis (free, nudged)
        Readout,    // how the answer is read off, in words
        Frozen,     // operation: never written
    };
    Kind kind = Kind::Tap;
    std::string wire;
    std::string operation;
    std::string to;       // operation that is reached, for feedback and cuts
    std::string label;    // label markup: "G_1", "B_2"
    std::string formula;  // label markup
    int layer = -1;
    std::string channel;  // channel that a gauge should show
};

// May this rule train this circuit on this data, and if not, why and what would fix it?
struct Suitability {
    bool ok = true;
    std::string reason;   // one sentence, empty when ok
    std::string hint;     // what would fix it
    std::vector<Fix> fixes;  // circuits that it could train, ready to apply
    std::vector<std::string> notes;  // things worth knowing although it works ("the read-out L3 is not used")
};

// A rule's training step as PyTorch text, for the code export. The exported module offers, for stage l from 0:
// model.stages[l](h), model.parts[l] (its trained tensors) and, where the rule has parameters of its own, model.rule.<name>.
// `optimizers[i]` belongs to groups[i].
struct TorchStep {
    std::string code;  // defines train_step(model, optimizers, x, y), which returns the loss
    struct Group {
        std::string title;
        int stage = -1;                 // trained tensors of this stage ...
        std::vector<std::string> own;   // ... and these of the rule's own
    };
    std::vector<Group> groups;          // one optimiser each
    // Names of rule-owned weights that carry the error down in place of a weight: block of the network -> block of the rule.
    std::map<std::string, std::string> carriers;
};

struct RuleDescription {
    std::string id;       // "forward-forward"
    std::vector<std::string> aliases;  // "ff"
    std::string title;    // "Forward-Forward"
    std::string family;   // "Forward-only", "Backpropagation", "Feedback alignment", "Energy-based", "Diffusion"
    std::string summary;  // two or three sentences for the gallery and the tooltip
    std::string source;   // authors, title, year, identifier
    std::vector<EquationLine> equations;
    std::vector<ParamSpec> params;
    std::vector<ChannelSpec> channels;
    std::vector<PhaseSpec> phases;
    // The recipe that works at the first press; the experiment starts from it.
    OptimizerChoice optimizer;
    std::map<std::string, ParamValue> schedule;
    int batch = 128;
    int epochs = 10;
    bool local = false;           // no error crosses a layer
    bool writesInput = false;     // puts values of its own into the sample (a label painted over it), so that the sample must be
                                  // one array of plain numbers; the registry refuses tokens and several arrays for it
    // No update waits for another layer's: RuleInit::sideBySide makes the steps run layers on different cores.
    bool sideBySide = false;
    // Where `bench layers` found that to be faster on two threads: steps of up to this many multiply-adds (of a forward pass
    // over the batch). What LayerOrder::Automatic goes by.
    double sideBySideUpTo = 0;
    // What a step reports is the mean loss of its batch, the same quantity as in evaluations: the two share a chart.
    bool objectiveIsLoss = false;
    std::string costNote;         // passes per step and at inference, in words

    std::function<Suitability(const Circuit&, const Network&, const DataSchema&, const ParamSet&)> suits;
    std::function<std::vector<Mark>(const Circuit&, const Network&, const ParamSet&)> marks;
    std::function<std::unique_ptr<LearningRule>(RuleInit)> make;
    // For the code export; null = this rule is not exported. Errors: settings that the exported text does not cover.
    std::function<Result<TorchStep>(const Network&, const ParamSet&)> torch;
};

// The one explicit list, in the order of the rule menu.
const std::vector<RuleDescription>& ruleRegistry();
// By id or alias; nullptr if there is none.
const RuleDescription* findRule(const std::string& idOrAlias);

// Adds a rule to the registry for as long as this object lives; last in, first out. For rules that are not compiled in:
// tests prove with it that nothing else has to know a rule. Not while another thread reads the registry.
class ScopedRule {
public:
    explicit ScopedRule(RuleDescription rule);
    ~ScopedRule();
    ScopedRule(const ScopedRule&) = delete;
    ScopedRule& operator=(const ScopedRule&) = delete;

private:
    std::string m_id;
};

}  // namespace lab

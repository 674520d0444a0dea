#include "core/rules/TorchSteps.h"

#include "core/rules/LocalStages.h"

#include <algorithm>

namespace lab {

namespace {

Error notCovered(const std::string& what) {
    return {"LAB-EXPORT-102", what + " is not part of the exported training step", "", "choose the rule's default for this setting"};
}

std::vector<TorchStep::Group> oneGroupPerStage(const Network& network) {
    std::vector<TorchStep::Group> groups;
    for (std::size_t l = 0; l < network.stages().size(); ++l) groups.push_back({network.stages()[l].title, static_cast<int>(l), {}});
    return groups;
}

std::string listOf(const std::vector<std::string>& items) {
    std::string out;
    for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
    return "[" + out + "]";
}

const char* const kOneLoss = R"(    loss = task_loss(model(x), x, y)
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
    return loss.item()
)";

}  // namespace

Result<TorchStep> torchBackprop(const Network& network, const ParamSet&) {
    TorchStep step;
    step.groups = oneGroupPerStage(network);
    step.code = std::string(R"(def train_step(model, optimizers, x, y):
    """One loss at the output, its exact gradient for every layer."""
)") + kOneLoss;
    return step;
}

Result<TorchStep> torchFeedbackAlignment(const Network& network, const ParamSet& params) {
    if (params.text("feedback") != "random") return notCovered("feedback by the signs of the weights");
    TorchStep step;
    step.groups = oneGroupPerStage(network);
    // As FeedbackWeights: every weight has a fixed matrix, but for a single one in the first stage, which hands nothing down.
    const ParamStore& own = network.parameters();
    for (std::size_t l = 0; l < network.stages().size(); ++l) {
        const Stage& stage = network.stages()[l];
        int weights = 0;
        for (int b = stage.firstBlock; b < stage.lastBlock; ++b) weights += own.block(b).weight;
        for (int b = stage.firstBlock; b < stage.lastBlock; ++b)
            if (own.block(b).weight && (l > 0 || weights > 1)) step.carriers[own.block(b).name] = "feedback." + own.block(b).name;
    }
    step.code = std::string(R"(def train_step(model, optimizers, x, y):
    """One loss at the output; on its way down the error goes through fixed matrices (see carry) instead of the weights."""
)") + kOneLoss;
    return step;
}

Result<TorchStep> torchDirectFeedbackAlignment(const Network& network, const ParamSet& params) {
    TorchStep step;
    step.groups = oneGroupPerStage(network);
    const bool sign = params.text("error") == "sign";
    step.code = std::string(R"(def train_step(model, optimizers, x, y):
    """The error of the output goes to every layer at once, through a fixed random matrix of its own."""
    h, outputs = x, []
    for stage in model.stages:
        h = stage(h.detach())
        outputs.append(h)
    loss = task_loss(h.flatten(1), x, y)
    error = torch.autograd.grad(loss, h, retain_graph=True)[0]
    for optimizer in optimizers:
        optimizer.zero_grad()
    h.backward(error)
    error = error.flatten(1)
)") + (sign ? "    error = error.sign() / len(x)\n" : "") + R"(    for l, h in enumerate(outputs[:-1]):
        h.backward((error @ model.own[f"feedback_{l + 1}"]).reshape(h.shape))
    for optimizer in optimizers:
        optimizer.step()
    return loss.item()
)";
    return step;
}

Result<TorchStep> torchMonoForward(const Network& network, const ParamSet& params) {
    if (params.text("schedule") != "joint") return notCovered("training one layer after the other");
    TorchStep step;
    const std::vector<LocalStage> stages = localStages(network);
    for (const LocalStage& stage : stages) {
        const std::string number = std::to_string(stage.stage + 1);
        step.groups.push_back({"W_" + number, stage.stage, {}});
        step.groups.push_back({"M_" + number, -1, {"projection" + number + ".weight"}});
    }
    step.code = R"(def train_step(model, optimizers, x, y):
    """Every layer scores the classes through a projection of its own; no gradient passes from layer to layer."""
    h, loss = x, 0.0
    for l, stage in enumerate(model.stages[:)" +
                std::to_string(stages.size()) + R"(]):
        h = stage(h.detach())
        scores = F.linear(h.flatten(1), model.own[f"projection{l + 1}_weight"])
        loss = loss + F.cross_entropy(scores, y)
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
    return loss.item()
)";
    return step;
}

Result<TorchStep> torchForwardForward(const Network& network, const ParamSet& params) {
    if (params.text("peer") != "none") return notCovered("peer normalisation");
    if (params.text("negatives") != "random") return notCovered("negatives other than random wrong labels");
    if (params.text("schedule") != "joint") return notCovered("training one layer after the other");
    const std::vector<LocalStage> stages = localStages(network);
    const std::string& normaliser = params.text("normaliser");
    const bool mean = params.text("goodness") == "mean";
    TorchStep step;
    std::vector<std::string> thresholds, after;
    // Layers whose successor normalises by itself pass their activity on as it is.
    const Stage* top = network.hasReadout() ? &network.stages()[stages.size()] : nullptr;
    for (std::size_t l = 0; l < stages.size(); ++l) {
        step.groups.push_back({"W_" + std::to_string(l + 1), stages[l].stage, {}});
        const double threshold =
            mean ? params.number("threshold") : params.number("threshold_per_unit") * static_cast<double>(stages[l].width);
        thresholds.push_back(toText(ParamValue(threshold)));
        const bool next = l + 1 < stages.size() ? stages[l + 1].normalises
                                                : top != nullptr && beginsNormalised(network, *top);
        after.push_back(next || normaliser == "none" ? "False" : "True");
    }
    const std::string before = stages.front().normalises || normaliser == "none" ? "False" : "True";
    const std::string classes = std::to_string(network.classes());
    const double height = params.number("label_height");
    step.code = "CLASSES = " + classes + "\nTHRESHOLDS = " + listOf(thresholds) +
                "\nTEMPERATURE = " + toText(params.value("temperature")) + "\nNORMALISE_INPUT = " + before + "\nNORMALISE = " + listOf(after) +
                R"(  # what each layer passes on


def normalise(h):
    """Deletes the length of every row, which the layer below has used up as its goodness."""
    rows = h.flatten(1)
    length = rows.square().)" + (normaliser == "unit" ? "sum" : "mean") + R"((1, keepdim=True).sqrt()
    return (rows / (length + 1e-8)).reshape(h.shape)


def paint(x, labels, height):
    """Writes the label over the first inputs."""
    x = x.clone()
    x[:, :CLASSES] = 0
    x[torch.arange(len(x)), labels] = height
    return x


def train_step(model, optimizers, x, y, wrong=None, label_height=)" + (height > 0 ? toText(ParamValue(height)) : std::string("None")) + R"():
    """True labels shall make every layer active, wrong ones quiet; no gradient passes from layer to layer.

    label_height: the largest value of the training data (of this batch where it is not given).
    """
    height = x.max().item() if label_height is None else label_height
    if wrong is None:
        wrong = (y + torch.randint(1, CLASSES, y.shape)) % CLASSES
    pairs, total = len(x), 0.0
)";
    const bool head = params.flag("head");
    const bool borrowed = top != nullptr && top->linearNode >= 0 && top->pointwiseNode < 0 && stages.size() <= 2;
    if (head) {
        const std::string rate = toText(params.value("head_rate")), decay = toText(params.value("head_decay"));
        step.code += R"(    train_head(model, x, y, height)
)";
        // What the head learns from, in front of the step that calls it.
        std::string text = R"(def train_head(model, x, y, height):
    """A softmax head on the neutral input: it answers faster, and the layers never learn from it."""
    h = x.clone()
    h[:, :CLASSES] = height / CLASSES
    features = []
    model.eval()
    with torch.no_grad():
        h = normalise(h) if NORMALISE_INPUT else h
        for l, stage in enumerate(model.stages[:len(THRESHOLDS)]):
            h = stage(h)
)";
        if (!borrowed)
            text += std::string("            if l > 0 or len(THRESHOLDS) == 1:\n                features.append(") +
                    (normaliser == "none" ? "h.flatten(1)" : "normalise(h).flatten(1)") + ")\n";
        text += R"(            h = normalise(h) if NORMALISE[l] else h
    model.train()
)";
        text += borrowed ? "    scores = model.stages[-1](h)\n" : "    scores = F.linear(torch.cat(features, 1), model.own[\"head_weight\"])\n";
        std::string weights, others;
        if (borrowed) {
            for (int b = top->firstBlock; b < top->lastBlock; ++b) {
                const ParamBlock& block = network.parameters().block(b);
                std::string& list = block.weight ? weights : others;
                if (block.trained) list += (list.empty() ? "" : ", ") + ("model." + block.name);
            }
        } else {
            weights = "model.own[\"head_weight\"]";
        }
        text += "    if not hasattr(model, \"head_optimizer\"):\n        tensors = [{\"params\": [" + weights + "], \"weight_decay\": " + decay + "}";
        if (!others.empty()) text += ", {\"params\": [" + others + "], \"weight_decay\": 0.0}";
        text += "]\n        model.head_optimizer = torch.optim.SGD(tensors, lr=" + rate + R"(, momentum=0.9)
    model.head_optimizer.zero_grad()
    F.cross_entropy(scores, y).backward()
    model.head_optimizer.step()


)";
        const std::size_t at = step.code.find("def train_step(");
        step.code.insert(at, text);
    }
    step.code += R"(    h = torch.cat([paint(x, y, height), paint(x, wrong, height)])
    h = normalise(h) if NORMALISE_INPUT else h
    for l, (stage, optimizer) in enumerate(zip(model.stages, optimizers)):
        h = stage(h.detach())
        goodness = h.flatten(1).square().)" +
                 std::string(mean ? "mean" : "sum") + R"((1)
        margin = (goodness - THRESHOLDS[l]) / TEMPERATURE
        loss = (F.softplus(-margin[:pairs]).sum() + F.softplus(margin[pairs:]).sum()) / (2 * pairs)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        h = normalise(h) if NORMALISE[l] else h
    return total
)";
    return step;
}

}  // namespace lab

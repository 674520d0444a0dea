#include "core/io/PyTorch.h"

#include "core/circuit/Operations.h"
#include "core/network/TorchOperations.h"

#include <algorithm>
#include <cctype>

namespace lab {

namespace {

using Step = ExecutionPlan::Step;

std::string key(std::string name) {
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

std::string tuple(const std::vector<Index>& shape) {
    std::string out = "(";
    for (const Index d : shape) out += std::to_string(d) + ", ";
    if (shape.size() > 1) out.resize(out.size() - 2);
    if (shape.size() == 1) out.resize(out.size() - 1);
    return out + ")";
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 32) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "\"";
}

// Text that may stand in a comment or a docstring.
std::string oneLine(const std::string& text) {
    std::string out;
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 32 && c != '"' && c != '\\') out += c;
    return out.substr(0, 200);
}

class PyTorchWriter {
public:
    PyTorchWriter(const PyTorchExport& request, ExecutionPlan plan) : m_request(request), m_plan(std::move(plan)) {}

    Result<std::string> run() {
        if (m_request.rule != nullptr && m_request.rule->torch) {
            Result<TorchStep> step = m_request.rule->torch(m_request.network, m_request.ruleParams);
            if (!step) return step.error();
            m_step = *std::move(step);
            m_trains = true;
        }
        nameVariables();
        std::string stages;
        for (int s = 0; s < m_plan.stages; ++s) {
            Result<std::string> text = stage(s);
            if (!text) return text;
            stages += *text;
        }
        std::string optimizer;
        if (m_trains) {
            Result<std::string> text = optimizers();
            if (!text) return text;
            optimizer = *std::move(text);
        }
        std::string out = head();
        for (const std::string& helper : m_helpers) out += "\n\n" + torchHelper(helper);
        out += "\n\n" + weightsClass() + "\n\n" + model() + stages + forward();
        out += "\n\n" + loss();
        if (m_trains) out += "\n\n" + m_step.code + "\n\n" + optimizer;
        return out + "\n\n" + tail();
    }

private:
    const ParamBlock* block(const std::string& name) const {
        for (const ParamBlock& b : m_plan.blocks)
            if (b.name == name) return &b;
        return nullptr;
    }

    void nameVariables() {
        std::set<std::string> taken = {"x", "self", "F", "nn", "torch"};
        for (const Wire& w : m_plan.circuit.wires) {
            std::string name;
            for (const char c : w.id) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
            if (name.empty() || std::isalpha(static_cast<unsigned char>(name[0])) == 0) name.insert(name.begin(), 'w');
            while (!taken.insert(name).second) name += '_';
            m_variable[w.id] = name;
        }
    }

    std::string axesText(const std::string& wire) const {
        std::string out;
        for (const ArrayLayout::Dimension& d : layoutOf(m_plan.circuit, m_plan.sizes, *m_plan.circuit.wire(wire)).dimensions) {
            const Axis* axis = m_plan.circuit.axis(d.axis);
            out += (out.empty() ? "b " : " ") + (plainLabel(axis->name).empty() ? axis->id : plainLabel(axis->name));
        }
        return out.empty() ? "b" : out;
    }

    std::string head() const {
        const std::string title = m_plan.circuit.title.empty() ? "A circuit" : m_plan.circuit.title;
        std::string out = "\"\"\"" + oneLine(title) + (m_trains ? ", trained by " + oneLine(m_request.rule->title) : "") +
                          ".\n\nWritten by Forward Lab. Tensors are batch x channels x positions; behind each line stand the axes that "
                          "it reads and writes\nand the operation of the diagram that it is.";
        if (m_request.rule != nullptr && !m_trains)
            out += "\n\n" + oneLine(m_request.rule->title) + " has no training step in this export: the file holds the forward pass.";
        return out + "\n\"\"\"\nimport numpy\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n";
    }

    std::string weightsClass() const {
        return "class Weights(nn.Module):\n    \"\"\"The learned tensors of one operation; statistics that are kept but not learned are buffers.\"\"\"\n\n"
               "    def __init__(self, learned, kept=None):\n        super().__init__()\n"
               "        for name, value in learned.items():\n            self.register_parameter(name, nn.Parameter(value))\n"
               "        for name, value in (kept or {}).items():\n            self.register_buffer(name, value)\n\n\n"
               "def uniform(shape, fan_in):\n    \"\"\"Uniform in +-1/sqrt(fan_in).\"\"\"\n"
               "    return (2 * torch.rand(shape) - 1) / fan_in ** 0.5\n";
    }

    // How a tensor begins; a weights file replaces it.
    std::string initial(const ParamBlock& b) const {
        const std::string suffix = b.name.substr(b.name.rfind('.') + 1);
        if (b.weight) return "uniform(" + tuple(b.shape) + ", " + std::to_string(std::max<Index>(1, b.fanIn)) + ")";
        const bool ones = suffix == "running_var" || suffix == "weight";
        return std::string(ones ? "torch.ones(" : "torch.zeros(") + tuple(b.shape) + ")";
    }

    std::string model() const {
        std::string out = "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n";
        std::vector<std::string> owners;
        for (const ParamBlock& b : m_plan.blocks) {
            const std::string owner = b.name.substr(0, b.name.rfind('.'));
            if (std::find(owners.begin(), owners.end(), owner) == owners.end()) owners.push_back(owner);
        }
        for (const std::string& owner : owners) {
            std::string learned, kept, op;
            for (const ParamBlock& b : m_plan.blocks) {
                if (b.name.substr(0, b.name.rfind('.')) != owner) continue;
                std::string& list = b.trained ? learned : kept;
                list += (list.empty() ? "" : ", ") + quoted(b.name.substr(b.name.rfind('.') + 1)) + ": " + initial(b);
                op = b.operation;
            }
            out += "        self." + owner + " = Weights({" + learned + "}" + (kept.empty() ? "" : ", {" + kept + "}") + ")  # op:" + oneLine(op) + "\n";
        }
        if (m_request.own != nullptr && m_trains) {
            out += "        # What the rule itself owns; fixed tensors have no gradient.\n        self.own = nn.ParameterDict({\n";
            for (const ParamBlock& b : m_request.own->blocks())
                out += "            " + quoted(key(b.name)) + ": nn.Parameter(uniform(" + tuple(b.shape) + ", " +
                       std::to_string(std::max<Index>(1, b.fanIn)) + ")" + (b.trained ? "" : ", requires_grad=False") + "),\n";
            out += "        })\n";
        }
        out += "        self.stages = [";
        for (int s = 0; s < m_plan.stages; ++s) out += (s > 0 ? ", " : "") + std::string("self.stage_") + std::to_string(s + 1);
        out += "]\n";
        if (m_trains) {
            out += "        # One optimiser each: tensors that weight decay pulls on, and the others.\n        self.groups = [\n";
            for (const TorchStep::Group& g : m_step.groups) {
                std::string weights, others;
                for (const ParamBlock& b : m_plan.blocks)
                    if (b.trained && g.stage >= 0 && b.layer == g.stage) {
                        std::string& list = b.weight ? weights : others;
                        list += (list.empty() ? "" : ", ") + std::string("self.") + b.name;
                    }
                for (const std::string& own : g.own) {
                    const int at = m_request.own == nullptr ? -1 : m_request.own->find(own);
                    std::string& list = at >= 0 && m_request.own->block(at).weight ? weights : others;
                    list += (list.empty() ? "" : ", ") + std::string("self.own[") + quoted(key(own)) + "]";
                }
                out += "            ([" + weights + "], [" + others + "]),  # " + oneLine(plainLabel(g.title)) + "\n";
            }
            out += "        ]\n";
        }
        return out;
    }

    // Of the sample: nothing where they are all of it.
    std::string columns(Index offset, Index count) const {
        if (count == m_plan.inputSize) return {};
        return ".flatten(1)[:, " + std::to_string(offset) + ":" + std::to_string(offset + count) + "]";
    }

    Result<std::string> stage(int s) {
        const std::size_t at = static_cast<std::size_t>(s);
        std::map<std::string, std::string> variable = m_variable;
        std::string reading, arriving;
        if (s > 0) {
            variable[m_plan.stageOutputs[at - 1]] = "x";
            reading = axesText(m_plan.stageOutputs[at - 1]);
        } else {
            for (const ExecutionPlan::Input& input : m_plan.inputs) {
                const ArrayLayout layout = layoutOf(m_plan.circuit, m_plan.sizes, *m_plan.circuit.wire(input.wire));
                arriving += "        " + variable[input.wire] + " = x" + columns(input.offset, layout.size()) + ".reshape(-1";
                for (const ArrayLayout::Dimension& d : layout.dimensions) arriving += ", " + std::to_string(d.size);
                arriving += ")  # " + oneLine(axesText(input.wire)) + "\n";
                reading += (reading.empty() ? "" : ", ") + axesText(input.wire);
            }
        }
        std::string out = "\n    def stage_" + std::to_string(s + 1) + "(self, x):\n        \"\"\"" + oneLine(m_plan.stageTitles[at]) + ": " +
                          oneLine(reading) + " -> " + oneLine(axesText(m_plan.stageOutputs[at])) + "\"\"\"\n" + arriving;
        for (const Step& step : m_plan.steps) {
            if (step.stage != s) continue;
            const Operation& op = *m_plan.circuit.operation(step.operation);
            if (op.in.empty() && findOperation(op.kind)->rule == AxisRule::Source) continue;
            TorchOperation torch{m_plan, step, op, operationParams(op), {}, {}, targetsOf(m_plan.circuit, op), {}, "self", {}, m_helpers};
            std::string reads;
            for (const std::string& w : op.in) {
                torch.in.push_back(layoutOf(m_plan.circuit, m_plan.sizes, *m_plan.circuit.wire(w)));
                torch.x.push_back(variable[w]);
                reads += (reads.empty() ? "" : ", ") + axesText(w);
            }
            for (const std::string& w : op.out) torch.out.push_back(layoutOf(m_plan.circuit, m_plan.sizes, *m_plan.circuit.wire(w)));
            torch.carrier = [this](const std::string& name) {
                const auto it = m_step.carriers.find(name);
                return it == m_step.carriers.end() ? std::string() : "self.own[" + quoted(key(it->second)) + "]";
            };
            const Result<std::vector<std::string>> lines = writeTorch(torch);
            if (!lines) return lines.error();
            for (std::size_t k = 0; k < lines->size(); ++k) {
                // An array under another name stays one variable.
                if ((*lines)[k] == (op.in.empty() ? std::string() : torch.x.front())) {
                    variable[op.out[k]] = (*lines)[k];
                    continue;
                }
                out += "        " + variable[op.out[k]] + " = " + (*lines)[k] + "  # op:" + oneLine(step.drawn) + " " + oneLine(reads) + " -> " +
                       oneLine(axesText(op.out[k])) + "\n";
            }
        }
        return out + "        return " + variable[m_plan.stageOutputs[at]] + "\n";
    }

    std::string forward() const {
        return std::string("\n    def forward(self, x):\n        \"\"\"") +
               (m_plan.task == Task::Classify ? "Scores, one per class" : "The rebuilt sample") +
               ".\"\"\"\n        for stage in self.stages:\n            x = stage(x)\n        return x.flatten(1)\n";
    }

    std::string target() const {
        Index count = 1;
        for (const ArrayLayout::Dimension& d : layoutOf(m_plan.circuit, m_plan.sizes, *m_plan.circuit.wire(m_plan.stageOutputs.back())).dimensions)
            count *= d.size;
        const std::string part = columns(m_plan.target, count);
        return part.empty() ? "x.flatten(1)" : "x" + part;
    }

    std::string loss() const {
        if (m_plan.task == Task::Classify)
            return "def task_loss(scores, x, y):\n    \"\"\"Cross-entropy, mean over the batch.\"\"\"\n    return F.cross_entropy(scores, y)\n";
        return "def task_loss(rebuilt, x, y):\n    \"\"\"Half the squared error, summed over features, mean over the batch.\"\"\"\n"
               "    return 0.5 * (rebuilt - " +
               target() + ").square().sum(1).mean()\n";
    }

    Result<std::string> optimizers() const {
        const OptimizerDescription* d = findOptimizer(m_request.optimizer.id);
        if (d == nullptr || d->torch.empty())
            return Error{"LAB-EXPORT-103", "the optimiser '" + m_request.optimizer.id + "' has no PyTorch text", m_request.optimizer.id,
                         "choose another optimiser"};
        ParamSet params(d->params);
        if (const Result<void> done = params.assign(m_request.optimizer.held); !done) return done.error();
        std::string text = d->torch;
        const auto fill = [&](const std::string& name, const std::string& value) {
            for (std::size_t at = text.find("{" + name + "}"); at != std::string::npos; at = text.find("{" + name + "}"))
                text.replace(at, name.size() + 2, value);
        };
        for (const ParamSpec& spec : d->params) fill(spec.name, toText(params.value(spec.name)));
        fill("groups", "tensors");
        const std::string decay = params.find("decay") == nullptr ? "0.0" : toText(params.value("decay"));
        return "def make_optimizers(model):\n    optimizers = []\n    for weights, others in model.groups:\n"
               "        tensors = [{\"params\": weights, \"weight_decay\": " + decay + "}, {\"params\": others, \"weight_decay\": 0.0}]\n"
               "        tensors = [t for t in tensors if t[\"params\"]]\n        optimizers.append(" + text + ")\n    return optimizers\n";
    }

    std::string tail() const {
        std::string prefix = m_request.rule == nullptr ? "" : m_request.rule->id;
        std::replace(prefix.begin(), prefix.end(), '-', '_');
        std::string out = "def load(model, path):\n    \"\"\"Reads weights that Forward Lab has written (.npz).\"\"\"\n"
                          "    tensors = dict(model.named_parameters())\n    tensors.update(model.named_buffers())\n"
                          "    with torch.no_grad():\n        for name, values in numpy.load(path).items():\n";
        if (m_trains && m_request.own != nullptr)
            out += "            if name.startswith(" + quoted(prefix + ".") + "):\n                name = \"own.\" + name[" +
                   std::to_string(prefix.size() + 1) + ":].replace(\".\", \"_\")\n";
        out += "            if name in tensors:\n                tensors[name].copy_(torch.from_numpy(values).reshape(tensors[name].shape))\n\n\n"
               "def check_shapes():\n    \"\"\"Two empty samples through every stage; the sizes are those that the diagram shows.\"\"\"\n"
               "    model = Model().eval()\n    x = torch.zeros(2, ";
        out += std::to_string(m_plan.inputSize) + ")\n    sizes = [";
        for (int s = 0; s < m_plan.stages; ++s) {
            Index n = 1;
            for (const ArrayLayout::Dimension& d :
                 layoutOf(m_plan.circuit, m_plan.sizes, *m_plan.circuit.wire(m_plan.stageOutputs[static_cast<std::size_t>(s)])).dimensions)
                n *= d.size;
            out += (s > 0 ? ", " : "") + std::to_string(n);
        }
        return out + "]\n    for stage, size in zip(model.stages, sizes):\n        x = stage(x)\n"
                     "        assert x.flatten(1).shape == (2, size), (stage.__name__, tuple(x.shape))\n\n\n"
                     "if __name__ == \"__main__\":\n    check_shapes()\n    print(sum(p.numel() for p in Model().parameters()), \"parameters\")\n";
    }

    const PyTorchExport& m_request;
    ExecutionPlan m_plan;
    TorchStep m_step;
    bool m_trains = false;
    std::map<std::string, std::string> m_variable;
    std::set<std::string> m_helpers;
};

}  // namespace

Result<std::string> pytorchCode(const PyTorchExport& request) {
    CompileOptions options;
    options.inputShape = request.inputShape;
    options.classes = request.classes;
    options.parts = request.parts;
    Result<ExecutionPlan> plan = executionPlan(request.circuit, options);
    if (!plan) return plan.error();
    return PyTorchWriter(request, *std::move(plan)).run();
}

}  // namespace lab

// Ten thousand random steps of edit, undo, redo, save and load on a document. After every step the circuit keeps its
// invariants and the document is, byte for byte, what the history says; undoing everything gives the bytes of the start.
// A failing sequence is written as JSON: seed, starting circuit and steps.
#include "app/window/Document.h"
#include "support/DocumentFiles.h"
#include "core/base/Rng.h"
#include "core/circuit/CircuitEdits.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SizeSolver.h"
#include "core/circuit/Templates.h"
#include "core/data/DataRegistry.h"
#include "core/io/CircuitJson.h"
#include "core/io/ExperimentJson.h"
#include "core/rules/RuleDescription.h"

#include <QtTest>

using namespace lab;

namespace {

constexpr std::uint64_t kSeed = 1729;
constexpr int kSteps = 10000;

std::string bytesOf(const Experiment& experiment) {
    return circuitToJson(experiment.circuit).toStdString() + writeJson(experimentToJson(experiment));
}

class Fuzzer {
public:
    explicit Fuzzer(std::uint64_t seed) : m_random(seed, Purpose::Analysis) {}

    Stream& random() { return m_random; }
    bool chance(std::uint64_t of) { return m_random.below(of) == 0; }
    template <class List>
    const auto& any(const List& list) { return list[m_random.below(list.size())]; }
    template <class List>
    std::string anyId(const List& list) { return list.empty() || chance(40) ? std::string("no-such-id") : any(list).id; }

    // What the last step was, for the report.
    JsonValue described;
    void say(const char* what, const std::vector<std::string>& arguments) {
        described = JsonValue::object({{"do", JsonValue::text(what)}, {"with", JsonValue::texts(arguments)}});
    }

    Result<CircuitChange> edit(const Circuit& c) {
        static const std::vector<std::string> lines = {
            "linear 7 | relu", "tanh", "res( rms | linear 4x | relu | linear 8 )", "conv 4 k3 s2 | bn", "flatten", "dropout 0.2", "maxpool",
            "linear 5 nobias | x2", "ln", "nonsense", "gap", "softmax", "linear", "res( conv 3 k3 | relu )", "| |", "linear 3 | linear 3 | linear 3"};
        static const std::vector<std::string> names = {"", "*L*_{1}", "name", "\xC3\xA9\"\\\n", "~x"};
        static const std::vector<std::string> sizes = {"", "1", "7", "1000000001", "h*w", "2*", "n/4"};
        const std::string op = anyId(c.operations);
        const auto word = [&] { return any(operationPresets()).word; };
        // Small circuits stay quick: when there is much, take away or begin anew.
        const std::uint64_t kind = c.axes.size() > 48 ? 18 : c.operations.size() > 24 && !chance(4) ? 3 : m_random.below(19);
        switch (kind) {
            case 0: {
                const std::string line = any(lines), after = chance(2) ? "" : op;
                say("quickAdd", {line, after});
                return quickAdd(c, line, after);
            }
            case 1: {
                const std::string wire = anyId(c.wires), preset = word();
                say("insertOnWire", {wire, preset});
                return insertOnWire(c, wire, preset);
            }
            case 2: {
                const std::string preset = word();
                say("replaceOperation", {op, preset});
                return replaceOperation(c, op, preset);
            }
            case 3: {
                const bool heal = !chance(3);
                const std::vector<std::string> ids = {op, chance(4) ? anyId(c.groups) : anyId(c.operations)};
                say(heal ? "deleteItems heal" : "deleteItems", ids);
                return deleteItems(c, ids, heal);
            }
            case 4: {
                const std::vector<std::string> ids = {chance(3) ? anyId(c.wires) : op};
                say("deleteItems heal", ids);
                return deleteItems(c, ids, true);
            }
            case 5:
            case 6: return argument(c, op);
            case 7: {
                const std::string name = any(names);
                say("renameOperation", {op, name});
                return renameOperation(c, op, name);
            }
            case 8: {
                const std::string axis = anyId(c.axes), size = chance(4) ? anyId(c.axes) + "*2" : any(sizes);
                say("setAxisSize", {axis, size});
                return setAxisSize(c, axis, size);
            }
            case 9: {
                const std::string axis = anyId(c.axes), name = any(names);
                say("renameAxis", {axis, name});
                return renameAxis(c, axis, name);
            }
            case 10: {
                const int columns = static_cast<int>(m_random.below(7)) - 3;
                say("moveOperation", {op, std::to_string(columns)});
                return moveOperation(c, op, columns);
            }
            case 11: {
                const std::string wire = anyId(c.wires);
                say("connectWire", {wire, op});
                return connectWire(c, wire, op);
            }
            case 12: {
                std::vector<std::string> ids = {op};
                if (const Operation* first = c.operation(op); first && !first->out.empty())
                    if (const Operation* next = c.consumer(first->out.front()); next && chance(2)) ids.push_back(next->id);
                say("addResidual", ids);
                return addResidual(c, ids);
            }
            case 13: {
                std::vector<std::string> ids = {op};
                if (const Operation* first = c.operation(op); first && !first->out.empty())
                    if (const Operation* next = c.consumer(first->out.front())) ids.push_back(next->id);
                if (chance(4)) ids.push_back(anyId(c.groups));
                say("groupItems", ids);
                return groupItems(c, ids, "group");
            }
            case 14: {
                const std::string group = anyId(c.groups);
                say("ungroup", {group});
                return ungroup(c, group);
            }
            case 15: {
                const std::vector<std::string> ids = {op, anyId(c.operations)};
                say("extract", ids);
                if (c.operation(ids[0]) && c.operation(ids[1])) m_clipboard = extract(c, ids);
                return paste(c, m_clipboard, op);
            }
            case 16: {
                const std::vector<std::string> ids = {op, anyId(c.operations)};
                say("duplicate", ids);
                return duplicate(c, ids);
            }
            case 17: {  // one of the ways out that the editor offers for a size problem
                const SizeSolution sizes = solveSizes(c);
                for (const Problem& problem : sizes.problems)
                    if (!problem.fixes.empty()) {
                        const Fix& fix = any(problem.fixes);
                        say("fix", {problem.code, fix.title});
                        return CircuitChange{fix.result, fix.title, {}};
                    }
                say("no fix", {});
                return Error{"LAB-TEST", "no problem", "", ""};
            }
            default: {
                const std::string id = any(circuitTemplates()).id;
                say("makeTemplate", {id});
                if (c.axes.size() <= 48 && !chance(10)) return Error{"LAB-TEST", "rarely", "", ""};
                Result<Circuit> made = makeTemplate(id, {1, 12, 12}, 10);
                if (!made) return made.error();
                return CircuitChange{*made, "Template", {}};
            }
        }
    }

    Experiment settings(const Experiment& before) {
        Experiment e = before;
        const std::uint64_t which = m_random.below(10);
        say("settings", {std::to_string(which)});
        switch (which) {
            case 0: return withRule(e, any(ruleRegistry()).id);
            case 1: e.epochs = static_cast<std::int64_t>(1 + m_random.below(1000)); break;
            case 2: e.batch = static_cast<std::int64_t>(1 + m_random.below(512)); break;
            case 3: e.seed = m_random.bits(); break;
            case 4: e.shuffled = !e.shuffled; break;
            case 5: e.title += static_cast<char>('a' + m_random.below(26)); break;
            case 6: e.optimizer = {any(optimizerRegistry()).id, {{"rate", 0.001 * static_cast<double>(1 + m_random.below(100))}}}; break;
            case 7: {
                const RuleDescription& rule = *findRule(e.rule);
                if (rule.params.empty()) break;
                const ParamSpec& spec = any(rule.params);
                e.ruleParams[spec.name] = spec.choices.empty() ? spec.standard : ParamValue(any(spec.choices).id);
                break;
            }
            case 8: e.data.options["train_limit"] = static_cast<std::int64_t>(m_random.below(500)); break;
            default: e.layerOptimizers[static_cast<int>(m_random.below(3))].id = any(optimizerRegistry()).id;
        }
        if (e.title.size() > 20) e.title.clear();
        return e;
    }

private:
    Result<CircuitChange> argument(const Circuit& c, const std::string& op) {
        const Operation* operation = c.operation(op);
        const OperationDescription* description = operation ? findOperation(operation->kind) : nullptr;
        std::string name = "no-such-parameter";
        ParamValue value = true;
        if (description && !description->params.empty() && !chance(20)) {
            const ParamSpec& spec = any(description->params);
            name = spec.name;
            switch (spec.kind) {
                case ParamKind::Bool: value = chance(2); break;
                case ParamKind::Integer: value = static_cast<std::int64_t>(m_random.below(9)); break;
                case ParamKind::Number: value = m_random.uniform(); break;
                case ParamKind::Choice: value = any(spec.choices).id; break;
                case ParamKind::Text: value = std::string("text"); break;
            }
            if (chance(20)) value = std::string("of the wrong type");
        }
        say("setArgument", {op, name, toText(value)});
        return setArgument(c, op, name, value);
    }

    Stream m_random;
    Circuit m_clipboard;
};

}  // namespace

class OperationFuzzTest : public QObject {
    Q_OBJECT

    std::string m_startCircuit;
    std::vector<JsonValue> m_steps;

    // Keeps the sequence that led here and says where.
    QByteArray failed(const std::string& why) {
        const JsonValue report = JsonValue::object({{"seed", JsonValue::unsigned64(kSeed)},
                                                    {"why", JsonValue::text(why)},
                                                    {"start", JsonValue::text(m_startCircuit)},
                                                    {"steps", JsonValue::array(m_steps)}});
        const std::string text = writeJson(report, 2) + "\n";
        QFile file("operation-fuzz-failure.json");
        if (file.open(QIODevice::WriteOnly)) file.write(text.c_str());
        const JsonValue last = JsonValue::array({m_steps.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(m_steps.size(), 5)), m_steps.end()});
        return QByteArray::fromStdString(why + "; last steps " + writeJson(last, 0) + "; all in operation-fuzz-failure.json");
    }

private slots:
    void tenThousandSteps() {
        qInfo("seed %llu", static_cast<unsigned long long>(kSeed));
        Fuzzer fuzzer(kSeed);
        QTemporaryDir folder;
        const QString path = folder.filePath("fuzz.flab");
        Document document;
        Experiment first = firstExperiment(false);
        document.start(first);
        QUndoStack& stack = document.undoStack();
        m_startCircuit = circuitToJson(first.circuit).toStdString();
        // states[i]: the bytes of the document at place i of the history.
        std::vector<std::string> states = {bytesOf(first)};
        int edits = 0, refused = 0, undone = 0, redone = 0, loads = 0;
        std::size_t largest = 0;

        // One more place in the history; what had been undone is forgotten.
        const auto changed = [&](const Experiment& after, const std::string& title) {
            states.resize(static_cast<std::size_t>(stack.index()) + 1);
            states.push_back(bytesOf(after));
            document.change(after, QString::fromStdString(title));
            ++edits;
        };

        for (int step = 0; step < kSteps; ++step) {
            std::string why;
            const std::uint64_t kind = fuzzer.random().below(100);
            if (kind < 62) {
                const Circuit before = document.experiment().circuit;
                const Result<CircuitChange> change = fuzzer.edit(before);
                if (!change) {
                    ++refused;
                    if (change.error().code.empty() || change.error().message.empty()) why = "an error without code or message";
                } else if (const Result<void> sound = checkInvariants(change->circuit); !sound) {
                    why = sound.error().text();
                } else if (!(before == change->circuit)) {
                    Experiment after = document.experiment();
                    after.circuit = change->circuit;
                    changed(after, change->title);
                }
            } else if (kind < 72) {
                const Experiment after = fuzzer.settings(document.experiment());
                if (!(after == document.experiment())) changed(after, "Settings");
            } else if (kind < 86) {
                const std::uint64_t many = 1 + fuzzer.random().below(4);
                fuzzer.say("undo", {std::to_string(many)});
                for (std::uint64_t i = 0; i < many && stack.canUndo(); ++i, ++undone) stack.undo();
            } else if (kind < 98) {
                const std::uint64_t many = 1 + fuzzer.random().below(4);
                fuzzer.say("redo", {std::to_string(many)});
                for (std::uint64_t i = 0; i < many && stack.canRedo(); ++i, ++redone) stack.redo();
            } else if (kind < 99) {
                fuzzer.say("save", {});
                if (const Result<void> saved = test::saveDocument(document, path, document.project(nullptr, {})); !saved) why = saved.error().text();
                else if (document.isModified()) why = "modified right after saving";
            } else {
                // All the way back, all the way forward, through a file, and on with what the file gave.
                fuzzer.say("undo all, redo all, save, load", {});
                const int at = stack.index();
                const std::string now = bytesOf(document.experiment());
                stack.setIndex(0);
                if (bytesOf(document.experiment()) != states.front()) why = "undoing everything does not give the start";
                stack.setIndex(stack.count());
                if (why.empty() && bytesOf(document.experiment()) != states.back()) why = "redoing everything does not give the end";
                stack.setIndex(at);
                if (why.empty() && bytesOf(document.experiment()) != now) why = "coming back is not where one was";
                if (why.empty()) {
                    const Result<void> saved = test::saveDocument(document, path, document.project(nullptr, {}));
                    const Result<void> opened = saved ? test::openDocument(document, path) : saved;
                    if (!opened) why = opened.error().text();
                }
                if (why.empty() && bytesOf(document.experiment()) != now) why = "the file gives another document";
                states = {now};
                ++loads;
            }
            m_steps.push_back(fuzzer.described);
            if (why.empty() && bytesOf(document.experiment()) != states[static_cast<std::size_t>(stack.index())])
                why = "the document is not what the history says";
            if (why.empty())
                if (const Result<void> sound = checkInvariants(document.experiment().circuit); !sound) why = sound.error().text();
            if (!why.empty()) QFAIL(failed("step " + std::to_string(step) + ": " + why).constData());
            if (static_cast<std::size_t>(stack.count()) + 1 != states.size()) QFAIL(failed("step " + std::to_string(step) + ": length of the history").constData());
            largest = std::max(largest, document.experiment().circuit.operations.size());
            if (std::string(fuzzer.described.find("do")->raw()).find("load") != std::string::npos) {
                m_steps.clear();
                m_startCircuit = circuitToJson(document.experiment().circuit).toStdString();
            }
        }
        stack.setIndex(0);
        QVERIFY(bytesOf(document.experiment()) == states.front());
        qInfo("%d edits, %d refused, %d undone, %d redone, %d loads, up to %zu operations", edits, refused, undone, redone, loads, largest);
        // The mixture must not degenerate into refusals.
        QVERIFY(edits > 2500 && undone > 1000 && redone > 300 && loads > 50 && largest > 15);
    }
};

QTEST_GUILESS_MAIN(OperationFuzzTest)
#include "OperationFuzzTest.moc"

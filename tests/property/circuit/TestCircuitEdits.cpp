// Edits of circuits: named cases, and random sequences that must keep the invariants, round-trip through the file format
// and be undone exactly by their patches.
#include "core/circuit/CircuitEdits.h"

#include "core/base/Rng.h"
#include "core/circuit/BlockLibrary.h"
#include "core/circuit/Blocks.h"
#include "core/circuit/CircuitPatch.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SizeExpression.h"
#include "core/circuit/SizeSolver.h"
#include "core/circuit/Templates.h"
#include "core/io/CircuitJson.h"
#include "core/network/Network.h"

#include <QtTest>

#include <algorithm>
#include <set>

using namespace lab;

namespace {

template <class List>
std::string anyId(Stream& random, const List& list) {
    return list.empty() ? std::string("none") : list[random.below(list.size())].id;
}

Result<CircuitChange> randomEdit(Stream& random, const Circuit& c, const Circuit& clipboard) {
    static const std::vector<std::string> lines = {"linear 7 | relu", "tanh", "res( rms | linear 4x | relu | linear 8 )", "conv 4 k3 s2 | bn",
                                                   "flatten", "dropout 0.2", "maxpool", "linear 5 nobias | x2", "ln", "nonsense", "gap", "softmax",
                                                   "einsum", "split 2", "last", "upconv 4", "embed 6", "window 3 d2", "offset | causal", "scale 0.5 | spike",
                                                   "lineart 6", "conv 3 k3 d2", "einsum a -> a c", "discard", "res( gate )"};
    static const std::vector<std::string> words = {"relu", "linear", "conv", "copy", "add", "rms", "flatten", "maxpool", "output", "gelu",
                                                   "einsum", "split", "concat", "parts", "rename", "index", "window", "discard", "upconv", "lineart",
                                                   "embed", "offset", "causal", "scale", "spike", "grab", "drop", "gate"};
    const std::string op = anyId(random, c.operations);
    const auto word = [&] { return words[random.below(words.size())]; };
    switch (random.below(24)) {
        case 0: return quickAdd(c, lines[random.below(lines.size())], random.below(2) == 0 ? "" : op);
        case 1: return insertOnWire(c, anyId(random, c.wires), word());
        case 2: return replaceOperation(c, op, word());
        case 3: return deleteItems(c, {op}, true);
        case 4: return deleteItems(c, {op, anyId(random, c.operations)}, random.below(2) == 0);
        case 5: return deleteItems(c, {anyId(random, c.wires)}, true);
        case 6: return setArgument(c, op, "k", ParamValue(static_cast<std::int64_t>(random.below(5))));
        case 7: return setArgument(c, op, "global", ParamValue(random.below(2) == 0));
        case 8: return renameOperation(c, op, "*L*_{" + std::to_string(random.below(9)) + "}");
        case 9: return setAxisSize(c, anyId(random, c.axes), random.below(2) == 0 ? "" : "2*" + anyId(random, c.axes));
        case 10: return renameAxis(c, anyId(random, c.axes), "n");
        case 11: return moveOperation(c, op, static_cast<int>(random.below(5)) - 2);
        case 12: return addResidual(c, {op});
        case 13: return groupItems(c, {op, anyId(random, c.operations)}, "g");
        case 14: return ungroup(c, anyId(random, c.groups));
        case 15: return random.below(2) == 0 ? paste(c, clipboard, op) : duplicate(c, {op, anyId(random, c.operations)});
        case 16: return setArgument(c, op, "sig", ParamValue(std::string(random.below(2) == 0 ? "a b -> b a" : "i, j -> i j")));
        case 17: return setArgument(c, op, random.below(2) == 0 ? "at" : "slot", ParamValue(std::string(random.below(2) == 0 ? "1" : "t")));
        case 18: return setArgument(c, op, "d", ParamValue(static_cast<std::int64_t>(1 + random.below(3))));
        case 19: {
            static const std::vector<std::string> counts = {"", "2", "3", "1000000"};
            const std::string count = random.below(3) == 0 ? anyId(random, c.axes) : counts[random.below(counts.size())];
            return repeatGroup(c, anyId(random, c.groups), {count, "λ", random.below(2) == 0});
        }
        case 20: return makeBlock(c, anyId(random, c.groups), "block" + std::to_string(random.below(3)));
        case 21: return insertBlock(c, "block" + std::to_string(random.below(3)), random.below(2) == 0 ? "" : op, {});
        case 22: return random.below(3) == 0 ? detachBlock(c, anyId(random, c.groups)) : setBlockParam(c, anyId(random, c.groups), "n", "3");
        default: return connectWire(c, anyId(random, c.wires), op);
    }
}

// Axes that nothing needs: not on wires, of operations or repetitions, nor named by the size of one that is needed.
int deadAxes(const Circuit& c) {
    std::set<std::string> live;
    for (const Wire& w : c.wires) {
        live.insert(w.axes.begin(), w.axes.end());
        if (w.dtype.rfind("int:", 0) == 0) live.insert(w.dtype.substr(4));
    }
    for (const Operation& op : c.operations) {
        live.insert(op.targetIn.begin(), op.targetIn.end());
        live.insert(op.targetOut.begin(), op.targetOut.end());
    }
    for (const Group& g : c.groups) live.insert(g.repeat.count);
    for (std::size_t before = 0; before != live.size();) {
        before = live.size();
        for (const Axis& a : c.axes)
            if (live.count(a.id) != 0 && !a.size.empty())
                if (const Result<SizeExpression> e = SizeExpression::parse(a.size); e)
                    for (const std::string& name : e->names()) live.insert(name);
    }
    return static_cast<int>(std::count_if(c.axes.begin(), c.axes.end(), [&](const Axis& a) { return live.count(a.id) == 0; }));
}

}  // namespace

class TestCircuitEdits : public QObject {
    Q_OBJECT
private slots:
    void templatesAreBornSound() {
        struct Set { std::vector<long> shape; int classes; };
        for (const Set& set : {Set{{1, 28, 28}, 10}, Set{{1, 12, 12}, 10}, Set{{4}, 3}, Set{{2}, 2}, Set{{1, 8, 8}, 10}})
            for (const CircuitTemplate& t : circuitTemplates()) {
                const Result<Circuit> c = makeTemplate(t.id, set.shape, set.classes);
                if (t.needsImage && set.shape.size() != 3) {
                    QCOMPARE(c.error().code, std::string("LAB-CIRCUIT-404"));
                    continue;
                }
                QVERIFY2(c.ok(), t.id.c_str());
                QVERIFY(checkInvariants(*c).ok());
                QVERIFY2(solveSizes(*c, set.shape, set.classes).problems.empty(), t.id.c_str());
                QVERIFY(*circuitFromJson(circuitToJson(*c), "t") == *c);
            }
    }

    void shorthand() {
        const auto code = [](const char* text) {
            const Result<Circuit> c = parseShorthand(text, {1, 28, 28}, 10);
            return c ? std::string() : c.error().code;
        };
        QCOMPARE(code("mlp:784-500-500-10:tanh"), std::string());
        QCOMPARE(code("mlp:-30-"), std::string());
        QCOMPARE(code("cnn"), std::string());
        QCOMPARE(code("nothing"), std::string("LAB-CIRCUIT-401"));
        QCOMPARE(code("mlp:784-x-10"), std::string("LAB-CIRCUIT-402"));
        QCOMPARE(code("cnn:4"), std::string());
        QCOMPARE(code("cnn:8-16-32:bn"), std::string());
        QCOMPARE(code("cnn:8-0"), std::string("LAB-CIRCUIT-402"));
        QCOMPARE(code("cnn:8-16:foo"), std::string("LAB-CIRCUIT-402"));
        QCOMPARE(code("residual:4"), std::string("LAB-CIRCUIT-402"));
        QCOMPARE(code("mlp:100-10"), std::string("LAB-CIRCUIT-403"));
        QCOMPARE(code("mlp:784-10:foo"), std::string("LAB-CIRCUIT-405"));
        QCOMPARE(parseShorthand("cnn", {4}, 3).error().code, std::string("LAB-CIRCUIT-404"));
        QCOMPARE(parseShorthand("mlp", {}, 3).error().code, std::string("LAB-CIRCUIT-406"));
    }

    void deletingHealsAndReunifies() {
        const Circuit c = makeMlp({20, 64, 32, 3});
        const Circuit d = deleteItems(c, {"L1", "r1"}, true)->circuit;
        QCOMPARE(d.operation("L2")->targetIn, std::vector<std::string>({"p"}));
        QVERIFY(d.axis("n1") == nullptr);
        QVERIFY(solveSizes(d, {20}, 3).problems.empty());
        const Circuit residual = *makeTemplate("residual", {20}, 3);
        QVERIFY(solveSizes(deleteItems(residual, {"L1"}, true)->circuit, {20}, 3).problems.empty());
        const Circuit plain = deleteItems(residual, {"cp1"}, true)->circuit;
        QVERIFY(plain.operation("ad1") == nullptr);
        QVERIFY(solveSizes(plain, {20}, 3).problems.empty());
    }

    void quickAddGrammar() {
        const Circuit c = makeMlp({20, 64, 3});
        const CircuitChange r = *quickAdd(c, "linear 256 | relu | x3", "r1");
        QCOMPARE(r.selection.size(), std::size_t(6));
        QVERIFY(solveSizes(r.circuit, {20}, 3).problems.empty());
        QCOMPARE(*describeQuickAdd(c, "linear 32 | relu", "r1"), std::string("Linear map 64 -> 32, then ReLU"));
        const auto code = [&](const char* line) { return quickAdd(c, line, "r1").error().code; };
        QCOMPARE(code("lineer 3"), std::string("LAB-CIRCUIT-301"));
        QCOMPARE(code("linear k3"), std::string("LAB-CIRCUIT-302"));
        QCOMPARE(code("conv 8"), std::string("LAB-CIRCUIT-305"));
        QCOMPARE(code("relu | x9999"), std::string("LAB-CIRCUIT-306"));
        QCOMPARE(code("res( relu"), std::string("LAB-CIRCUIT-307"));
        QCOMPARE(quickAdd(c, "relu", "none").error().code, std::string("LAB-CIRCUIT-304"));
        QCOMPARE(completeQuickAdd("linear 3 | so").front(), std::string("softplus"));
        QVERIFY(solveSizes(quickAdd(Circuit(), "linear 8 | relu | linear 3", "")->circuit, {4}, 3).ok());
    }

    // Mistakes say where they are, and what may have been meant.
    void quickAddHelps() {
        const Circuit c = makeMlp({20, 64, 3});
        const auto error = [&](const char* line) { return quickAdd(c, line, "r1").error(); };
        const Error misspelled = error("linear 8 | sofmax | relu");
        QCOMPARE(misspelled.code, std::string("LAB-CIRCUIT-301"));
        QVERIFY2(misspelled.where.rfind("character 12: sofmax", 0) == 0, misspelled.where.c_str());
        QVERIFY2(misspelled.hint.rfind("Did you mean softmax?", 0) == 0, misspelled.hint.c_str());
        const Error setting = error("linear 8 | res( linear 4x noobias )");
        QVERIFY2(setting.where.rfind("character 27: noobias", 0) == 0, setting.where.c_str());
        QVERIFY2(error("trasnformer").hint.rfind("Did you mean transformer?", 0) == 0, error("trasnformer").hint.c_str());
        const Error inside = error("attn(heads=4, causl)");
        QVERIFY2(inside.where.rfind("character 15: causl", 0) == 0 && inside.hint.rfind("Did you mean causal?", 0) == 0, inside.text().c_str());
        QCOMPARE(error("attn(heads=0)").code, std::string("LAB-CIRCUIT-302"));
        QCOMPARE(error("layer(8").code, std::string("LAB-CIRCUIT-307"));
        QCOMPARE(error("layer(8) relu").code, std::string("LAB-CIRCUIT-307"));
        // No places arrive here.
        QCOMPARE(error("attn").code, std::string("LAB-CIRCUIT-305"));
        QVERIFY(error("zzzzzzzzzz").hint.rfind("Known words:", 0) == 0);
    }

    // Every block by name: sound, without problems, trainable as it stands, and the axes behind it are those that follow.
    void everyBlockByName() {
        for (const BlockDescription& b : blockLibrary()) {
            // Sequences, images where it slides over them, or a table.
            std::vector<long> shape;
            for (const std::vector<long>& tried : {std::vector<long>{8, 1, 6}, std::vector<long>{2, 12, 12}, std::vector<long>{16}}) {
                const Result<Circuit> c = parseShorthand("line:" + b.word + " | flatten | linear 4", tried, 4);
                if (shape.empty() && c && solveSizes(*c, tried, 4).ok()) shape = tried;
            }
            QVERIFY2(!shape.empty(), b.word.c_str());
            std::vector<std::string> lines = {b.word, b.word + "()"};
            for (const ParamSpec& p : b.params)
                lines.push_back(b.word + "(" + p.name + (p.kind == ParamKind::Bool ? "" : "=2") + ")");
            for (const std::string& line : lines) {
                const Result<Circuit> c = parseShorthand("line:" + line + " | flatten | linear 4", shape, 4);
                QVERIFY2(c.ok(), (line + ": " + (c.ok() ? "" : c.error().text())).c_str());
                QVERIFY(checkInvariants(*c).ok());
                const SizeSolution sizes = solveSizes(*c, shape, 4);
                QVERIFY2(sizes.problems.empty(), (line + ": " + (sizes.problems.empty() ? "" : sizes.problems.front().message)).c_str());
                const auto network = Network::compile(*c, {Shape(shape.begin(), shape.end()), 4});
                QVERIFY2(network.ok(), (line + ": " + (network.ok() ? "" : network.error().text())).c_str());
                QVERIFY((*network)->hasReadout());
                QVERIFY(*circuitFromJson(circuitToJson(*c), "t") == *c);
            }
        }
        // Inside of residual connections and repeated; settings after spaces mean the same as in brackets.
        const Result<Circuit> spaced = parseShorthand("line:res( ln | attn h2 causal ) | x2 | mlp 2x | flatten | linear 4", {8, 1, 6}, 4);
        QVERIFY2(spaced.ok(), spaced.ok() ? "" : spaced.error().text().c_str());
        QVERIFY(spaced->operations == parseShorthand("line:res( ln | attn(heads=2, causal) ) | x2 | mlp(2) | flatten | linear 4", {8, 1, 6}, 4)->operations);
        QVERIFY(solveSizes(*spaced, {8, 1, 6}, 4).problems.empty());
        const auto masks = std::count_if(spaced->operations.begin(), spaced->operations.end(), [](const Operation& op) { return op.kind == "mask"; });
        QCOMPARE(masks, 2);
        // Tokens: places where an embedding wants them.
        const Result<Circuit> tokens = parseShorthand("line:embed 16 tokens=8 | transformer(4, causal) | last | linear 8", {9}, 8);
        QVERIFY2(tokens.ok(), tokens.ok() ? "" : tokens.error().text().c_str());
        QVERIFY(Network::compile(*tokens, {{9}, 8}).ok());
        QCOMPARE(*describeQuickAdd(*tokens, "attn | relu", tokens->operations[1].id), std::string("Multi-head attention, then ReLU"));
        QCOMPARE(completeQuickAdd("attn ca").front(), std::string("causal"));
        // Behind it the places are gone, and what follows reads what now arrives.
        const Circuit recurrent = *parseShorthand("line:recurrent 5 | linear 4", {8, 1, 6}, 4);
        QCOMPARE(recurrent.groups.size(), std::size_t(1));
        const Operation& last = *recurrent.producer(recurrent.operations.back().in.front());
        QCOMPARE(last.targetIn.size(), std::size_t(1));
        QCOMPARE(solveSizes(recurrent, {8, 1, 6}, 4).size.at(last.targetIn.front()), 5L);
    }

    void blocksChangeTogether() {
        const Circuit start = makeMlp({20, 64, 64, 3});
        QCOMPARE(makeBlock(start, "g1", "").error().code, std::string("LAB-CIRCUIT-309"));
        const Circuit one = makeBlock(start, "g2", "layer")->circuit;
        QCOMPARE(makeBlock(one, "g1", "layer").error().code, std::string("LAB-CIRCUIT-309"));
        QCOMPARE(insertBlock(one, "none", "r2", {}).error().code, std::string("LAB-CIRCUIT-310"));
        QCOMPARE(insertBlock(one, "layer", "r2", {{"nothing", "3"}}).error().code, std::string("LAB-CIRCUIT-311"));
        const Result<CircuitChange> inserted = insertBlock(one, "layer", "r2", {{"n2", "48"}});
        QVERIFY2(inserted.ok(), inserted.ok() ? "" : inserted.error().text().c_str());
        const Circuit two = inserted->circuit;
        const std::string second = inserted->selection.front();
        QVERIFY(solveSizes(two, {20}, 3).problems.empty());
        QCOMPARE(blockNames(two), std::vector<std::string>({"layer"}));
        QCOMPARE(blockParams(two, second).size(), std::size_t(1));
        QCOMPARE(two.axis(blockParams(two, second).front().axis)->size, std::string("48"));
        QCOMPARE(two.group(second)->params.at("n2"), std::string("48"));
        // A setting, an operation more and an operation less: made in both, sizes that an instance has set stay.
        const auto countIn = [](const Circuit& c, const std::string& group, const std::string& kind) {
            int n = 0;
            for (const std::string& m : c.group(group)->members) n += c.operation(m) != nullptr && c.operation(m)->kind == kind;
            return n;
        };
        const Circuit set = setArgument(two, "L2", "bias", ParamValue(false))->circuit;
        for (const std::string& m : set.group(second)->members)
            if (set.operation(m)->kind == "linear") QVERIFY(operationParams(*set.operation(m)).flag("bias") == false);
        const Result<CircuitChange> grown = insertOnWire(two, two.operation("L2")->out.front(), "ln");
        QVERIFY2(grown.ok(), grown.ok() ? "" : grown.error().text().c_str());
        QCOMPARE(countIn(grown->circuit, second, "norm"), 1);
        QVERIFY(checkInvariants(grown->circuit).ok());
        QVERIFY2(solveSizes(grown->circuit, {20}, 3).problems.empty(), solveSizes(grown->circuit, {20}, 3).problems.empty() ? "" : solveSizes(grown->circuit, {20}, 3).problems.front().message.c_str());
        QCOMPARE(grown->circuit.axis(blockParams(grown->circuit, second).front().axis)->size, std::string("48"));
        // Weights are kept by id: what was there has the same one.
        for (const std::string& m : two.group(second)->members) QVERIFY(grown->circuit.operation(m) != nullptr);
        const Result<CircuitChange> shrunk = deleteItems(grown->circuit, {"r2"}, true);
        QVERIFY2(shrunk.ok(), shrunk.ok() ? "" : shrunk.error().text().c_str());
        QCOMPARE(countIn(shrunk->circuit, second, "pointwise"), 0);
        QVERIFY(solveSizes(shrunk->circuit, {20}, 3).problems.empty());
        // Detached, it no longer follows; the file holds both states.
        const Circuit alone = detachBlock(grown->circuit, second)->circuit;
        QCOMPARE(countIn(deleteItems(alone, {"r2"}, true)->circuit, second, "pointwise"), 1);
        for (const Circuit& c : {two, grown->circuit, alone}) QVERIFY(*circuitFromJson(circuitToJson(c), "t") == c);
        // Repeated: as a number in the drawing, as copies in the network.
        const Circuit repeated = repeatGroup(start, "g2", {"3", "λ", false})->circuit;
        QVERIFY(solveSizes(repeated, {20}, 3).problems.empty());
        QVERIFY(*circuitFromJson(circuitToJson(repeated), "t") == repeated);
        QCOMPARE(repeatGroup(start, "g2", {"0", "λ", false}).error().code, std::string("LAB-CIRCUIT-305"));
        QCOMPARE(repeatGroup(start, "g2", {"nowhere", "λ", false}).error().code, std::string("LAB-CIRCUIT-305"));
    }

    // Blocks and the words for places, anywhere in every template: sound, or refused with a reason of its own.
    void blocksInRandomPlaces() {
        const std::vector<std::string> lines = {"attn 2", "recurrent 3 | relu", "top 2 | swap", "repeat 2", "layer 5 | bottleneck(3, hidden=4)", "messages(4)",
                                                "res( ln | transformer(2, causal) )", "spiking 4", "topplaces 2", "mlp 2x | reslayer", "gather", "scatter"};
        int done = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            Stream random(seed, Purpose::Generator, 77);
            const auto& all = circuitTemplates();
            Circuit c = *makeTemplate(all[seed % all.size()].id, {1, 12, 12}, 10);
            for (int step = 0; step < 10 && c.operations.size() < 150; ++step) {
                const std::string line = lines[random.below(lines.size())], op = anyId(random, c.operations);
                const Result<CircuitChange> change = quickAdd(c, line, op);
                if (!change) {
                    QVERIFY2(change.error().code.rfind("LAB-CIRCUIT-1", 0) != 0, (line + ": " + change.error().text()).c_str());
                    continue;
                }
                ++done;
                QVERIFY(checkInvariants(change->circuit).ok());
                solveSizes(change->circuit, {1, 12, 12}, 10);
                QVERIFY(*circuitFromJson(circuitToJson(change->circuit), "t") == change->circuit);
                c = change->circuit;
            }
        }
        QVERIFY(done > 150);
    }

    void randomSequences() {
        int done = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            Stream random(seed, Purpose::Generator);
            const auto& all = circuitTemplates();
            const Circuit start = *makeTemplate(all[seed % all.size()].id, {1, 12, 12}, 10);
            const Circuit clipboard = extract(start, {start.operations[1].id, start.operations[2].id});
            QVERIFY(checkInvariants(clipboard).ok());
            Circuit c = start;
            std::vector<CircuitPatch> history;
            for (int step = 0; step < 60 && c.operations.size() < 150; ++step) {
                const Result<CircuitChange> change = randomEdit(random, c, clipboard);
                if (!change) {
                    // Refused with a reason of its own, never because the result would be broken.
                    const std::string code = change.error().code;
                    QVERIFY2(code.rfind("LAB-CIRCUIT-1", 0) != 0, qPrintable(QString("seed %1 step %2: %3").arg(seed).arg(step).arg(change.error().text().c_str())));
                    continue;
                }
                ++done;
                const Circuit& next = change->circuit;
                QVERIFY2(checkInvariants(next).ok(), qPrintable(QString("seed %1 step %2: %3").arg(seed).arg(step).arg(change->title.c_str())));
                for (const std::string& id : change->selection) QVERIFY(next.operation(id) != nullptr || next.group(id) != nullptr);
                const CircuitPatch patch = diff(c, next);
                Circuit patched = c;
                QVERIFY(apply(patched, patch).ok());
                QVERIFY(patched == next);
                if (!patch.empty()) QVERIFY(apply(patched, patch).ok() == false);
                QVERIFY(inverse(inverse(patch)) == patch);
                const QByteArray bytes = circuitToJson(next);
                const Result<Circuit> loaded = circuitFromJson(bytes, "t");
                QVERIFY2(loaded.ok() && *loaded == next, loaded.ok() ? "differs" : loaded.error().text().c_str());
                QCOMPARE(circuitToJson(*loaded), bytes);
                for (const Problem& p : solveSizes(next, {1, 12, 12}, 10).problems)
                    for (const Fix& f : p.fixes) QVERIFY2(checkInvariants(f.result).ok(), f.title.c_str());
                QVERIFY2(deadAxes(next) <= deadAxes(c), qPrintable(QString("seed %1 step %2: %3").arg(seed).arg(step).arg(change->title.c_str())));
                history.push_back(patch);
                c = next;
            }
            // Edits leave no axes behind that nothing needs.
            QCOMPARE(deadAxes(c), 0);
            for (auto it = history.rbegin(); it != history.rend(); ++it) QVERIFY(apply(c, inverse(*it)).ok());
            QVERIFY(c == start);
            QCOMPARE(circuitToJson(c), circuitToJson(start));
        }
        QVERIFY2(done > 500, qPrintable(QString::number(done)));
    }
};

QTEST_APPLESS_MAIN(TestCircuitEdits)
#include "TestCircuitEdits.moc"

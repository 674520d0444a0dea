// Size inference: reference results of the format's example files, every rule, and blame: one mistake, one red wire,
// and fixes that work.
#include "core/circuit/SizeSolver.h"

#include "CircuitFiles.h"
#include "core/base/Rng.h"
#include "core/circuit/CircuitEdits.h"
#include "core/circuit/Operations.h"
#include "core/circuit/Templates.h"
#include "core/io/CircuitJson.h"

#include <QtTest>

#include <algorithm>
#include <functional>
#include <set>

using namespace lab;
using namespace lab::testing;

namespace {

Circuit load(const char* text) {
    const Result<Circuit> c = circuitFromJson(std::string_view(text), "test");
    if (!c) qFatal("%s", c.error().text().c_str());
    return *c;
}

std::string codes(const SizeSolution& s) {
    std::string out;
    for (const Problem& p : s.problems) out += (out.empty() ? "" : " ") + p.code.substr(4) + (p.wire.empty() ? "" : "@" + p.wire);
    return out;
}

Circuit withLine(const Circuit& c, const std::string& line, const std::string& after = "") {
    const Result<CircuitChange> r = quickAdd(c, line, after);
    if (!r) qFatal("%s", r.error().text().c_str());
    return r->circuit;
}

const Fix* fixNamed(const Problem& p, const std::string& title) {
    for (const Fix& f : p.fixes)
        if (f.title == title) return &f;
    return nullptr;
}

}  // namespace

class TestSizeSolver : public QObject {
    Q_OBJECT
private slots:
    void forwardForwardExample() {
        const Circuit c = load(kForwardForward);
        const SizeSolution s = solveSizes(c);
        QCOMPARE(s.size.at("x"), 794L);
        QCOMPARE(parameterCount(c, s), 648000L);
        // The one kind that this version does not know, and nothing else.
        QCOMPARE(QString::fromStdString(codes(s)), QString("SIZE-130"));
        QCOMPARE(s.problems.front().operation, std::string("cat"));
    }

    void attentionExample() {
        const Circuit c = load(kAttention);
        const SizeSolution s = solveSizes(c);
        QCOMPARE(QString::fromStdString(codes(s)), QString());
        QCOMPARE(s.size.at("d"), 64L);
        QCOMPARE(parameterCount(c, s), 1048576L);
        QCOMPARE(circuitToJson(*circuitFromJson(circuitToJson(c), "again")), circuitToJson(c));
        // Sizes meet at the cups: of two operands the deeper one is marked.
        Circuit heads = c;
        heads.axis("h")->size = "7";
        QCOMPARE(QString::fromStdString(codes(solveSizes(heads))).left(8), QString("SIZE-106"));
        Circuit sig = c;
        sig.operation("qk")->args["sig"] = std::string("y h d, x h d -> h y");
        QVERIFY(codes(solveSizes(sig)).find("SIZE-123") != std::string::npos);
        sig.operation("qk")->args["sig"] = std::string("y h d -> h y");
        QVERIFY(codes(solveSizes(sig)).find("SIZE-123") != std::string::npos);
        Circuit two = c;
        two.axes.push_back(*c.axis("d"));
        two.axes.back().id = "e";
        two.axes.back().size = "32";
        for (Wire& w : two.wires)
            if (w.id == "k") std::replace(w.axes.begin(), w.axes.end(), std::string("d"), std::string("e"));
        std::replace(two.operation("Lk")->targetOut.begin(), two.operation("Lk")->targetOut.end(), std::string("d"), std::string("e"));
        const SizeSolution clash = solveSizes(two);
        QCOMPARE(QString::fromStdString(codes(clash)), QString("SIZE-102@k"));
    }

    // On small random chains: what inference says is what every assignment of sizes that fits all operations has.
    void againstBruteForce() {
        int decided = 0, refused = 0;
        for (std::uint64_t seed = 1; seed <= 400; ++seed) {
            Stream random(seed, Purpose::Generator);
            struct Rule {
                int form;  // 0 product, 1 sum, 2 window, 3 same
                std::vector<int> in;
                int out;
                long k, s;
            };
            Circuit c;
            std::vector<Rule> rules;
            const auto axis = [&](AxisRole role) {
                Axis a;
                a.id = "a" + std::to_string(c.axes.size());
                a.name = a.id;
                a.role = role;
                c.axes.push_back(a);
                return static_cast<int>(c.axes.size()) - 1;
            };
            const auto wire = [&](const std::vector<int>& axes) {
                Wire w;
                w.id = "w" + std::to_string(c.wires.size());
                for (const int a : axes) w.axes.push_back("a" + std::to_string(a));
                c.wires.push_back(w);
                return w.id;
            };
            const auto ids = [](const std::vector<int>& axes) {
                std::vector<std::string> out;
                for (const int a : axes) out.push_back("a" + std::to_string(a));
                return out;
            };
            const auto operation = [&](const std::string& kind, const std::vector<std::string>& in, const std::vector<std::string>& out,
                                       const std::vector<int>& reads, const std::vector<int>& writes) -> Operation& {
                Operation op;
                op.id = kind + std::to_string(c.operations.size());
                op.kind = kind;
                op.in = in;
                op.out = out;
                op.targetIn = ids(reads);
                op.targetOut = ids(writes);
                c.operations.push_back(op);
                return c.operations.back();
            };
            std::vector<int> now = {axis(AxisRole::Feature), axis(AxisRole::Seq)};
            std::string at = wire(now);
            operation("input", {}, {at}, {}, {});
            for (int step = 0; step < 3; ++step) {
                const int old = now[random.below(2)];
                switch (random.below(4)) {
                    case 0: {  // split and merge again
                        const int p = axis(AxisRole::Feature), q = axis(AxisRole::Feature), m = axis(AxisRole::Feature);
                        const std::string apart = wire({p, q, now[1]});
                        operation("split", {at}, {apart}, {now[0]}, {p, q});
                        at = wire({m, now[1]});
                        operation("merge", {apart}, {at}, {p, q}, {m});
                        rules.push_back({0, {p, q}, now[0], 0, 0});
                        rules.push_back({0, {p, q}, m, 0, 0});
                        now[0] = m;
                        break;
                    }
                    case 1: {  // take apart and join
                        const int p = axis(AxisRole::Feature), q = axis(AxisRole::Feature), m = axis(AxisRole::Feature);
                        const std::string one = wire({p, now[1]}), other = wire({q, now[1]});
                        operation("parts", {at}, {one, other}, {now[0]}, {p, q});
                        at = wire({m, now[1]});
                        operation("concat", {one, other}, {at}, {p, q}, {m});
                        rules.push_back({1, {p, q}, now[0], 0, 0});
                        rules.push_back({1, {p, q}, m, 0, 0});
                        now[0] = m;
                        break;
                    }
                    case 2: {
                        const int x = axis(AxisRole::Seq), m = axis(AxisRole::Feature);
                        const long k = 1 + static_cast<long>(random.below(3)), s = 1 + static_cast<long>(random.below(2));
                        const std::string next = wire({m, x});
                        Operation& op = operation("conv", {at}, {next}, {now[1], now[0]}, {x, m});
                        op.args = {{"k", ParamValue(std::int64_t(k))}, {"s", ParamValue(std::int64_t(s))}, {"p", ParamValue(std::int64_t(0))}};
                        rules.push_back({2, {now[1]}, x, k, s});
                        at = next;
                        now = {m, x};
                        break;
                    }
                    default: {
                        const int n = axis(c.axes[static_cast<std::size_t>(old)].role);
                        std::vector<int> next = now;
                        std::replace(next.begin(), next.end(), old, n);
                        const std::string made = wire(next);
                        operation("rename", {at}, {made}, {old}, {n});
                        rules.push_back({3, {old}, n, 0, 0});
                        at = made;
                        now = next;
                    }
                }
            }
            operation("output", {at}, {}, {}, {});
            const std::size_t n = c.axes.size();
            std::vector<long> given(n, 0);
            for (std::size_t i = 0; i < n; ++i)
                if (random.below(3) == 0) c.axes[i].size = std::to_string(given[i] = 1 + static_cast<long>(random.below(6)));
            // All assignments up to 12, one axis after the other, cut off where a rule whose axes are all set is broken.
            constexpr long kMost = 12;
            std::vector<long> size = given;
            std::vector<std::set<long>> seen(n);
            long found = 0, visited = 0;
            const auto holds = [&](const Rule& r) {
                long all = r.form == 0 ? 1 : 0;
                for (const int a : r.in) {
                    const long v = size[static_cast<std::size_t>(a)];
                    if (v == 0) return true;
                    all = r.form == 0 ? all * v : all + v;
                }
                const long out = size[static_cast<std::size_t>(r.out)];
                if (r.form == 2) all = all < r.k ? -1 : (all - r.k) / r.s + 1;
                return all >= 1 && (out == 0 || out == all);
            };
            const std::function<void(std::size_t)> search = [&](std::size_t i) {
                if (++visited > 300'000) return;
                if (!std::all_of(rules.begin(), rules.end(), holds)) return;
                if (i == n) {
                    ++found;
                    for (std::size_t a = 0; a < n; ++a) seen[a].insert(size[a]);
                    return;
                }
                if (given[i] != 0) return search(i + 1);
                for (long v = 1; v <= kMost; ++v) {
                    size[i] = v;
                    search(i + 1);
                }
                size[i] = 0;
            };
            search(0);
            if (visited > 300'000) continue;
            const SizeSolution s = solveSizes(c);
            if (!s.ok()) {
                QVERIFY2(found == 0, qPrintable(QString("seed %1: %2, but sizes would fit").arg(seed).arg(s.problems.front().message.c_str())));
                ++refused;
                continue;
            }
            for (std::size_t a = 0; a < n; ++a) {
                const auto it = s.size.find(c.axes[a].id);
                if (it == s.size.end() || found == 0) continue;
                if (it->second > kMost) continue;
                QVERIFY2(seen[a].size() == 1 && seen[a].count(it->second) == 1, qPrintable(QString("seed %1 axis %2").arg(seed).arg(a)));
                decided += given[a] == 0;
            }
        }
        QVERIFY2(decided > 200 && refused > 20, qPrintable(QString("%1 decided, %2 refused").arg(decided).arg(refused)));
    }

    void residualExampleStaysOpen() {
        const Circuit c = load(kResidual);
        const SizeSolution s = solveSizes(c);
        QCOMPARE(QString::fromStdString(codes(s)), QString());
        QVERIFY(s.size.empty());
        QCOMPARE(s.text.at("q"), std::string("n/4"));
        QCOMPARE(parameterCount(c, s), -1L);
        // With a data set all sizes follow; the quarter must divide.
        const SizeSolution full = solveSizes(c, {64, 8, 8}, 64);
        QCOMPARE(full.size.at("q"), 16L);
        QCOMPARE(full.size.at("x"), 8L);
        QCOMPARE(wireShape(c, full, "f3"), std::vector<long>({16, 8, 8}));
        const SizeSolution odd = solveSizes(c, {63, 8, 8}, 63);
        QVERIFY(!odd.ok());
        QCOMPARE(odd.problems.front().code, std::string("LAB-SIZE-106"));
        QCOMPARE(odd.problems.front().axis, std::string("q"));
    }

    void mismatchExample() {
        const Circuit c = load(kMismatch);
        const SizeSolution s = solveSizes(c);
        QCOMPARE(QString::fromStdString(codes(s)), QString("SIZE-101@w3"));
        const Problem& p = s.problems.front();
        QCOMPARE(p.found, 512L);
        QCOMPARE(p.wanted, 256L);
        QCOMPARE(p.operation, std::string("L2"));
        QCOMPARE(s.size.at("n2"), 512L);
        QCOMPARE(parameterCount(c, s), 538634L);
        QCOMPARE(p.fixes.size(), std::size_t(3));
        const Fix* read = fixNamed(p, "Make L2 read 512");
        QVERIFY(read != nullptr);
        QCOMPARE(parameterCount(read->result, solveSizes(read->result)), 669706L);
        QVERIFY(read->result.axis("m1") == nullptr);
        QVERIFY(fixNamed(p, "Make L1 write 256") != nullptr);
        QVERIFY(fixNamed(p, "Insert a linear map 512 -> 256") != nullptr);
        for (const Fix& f : p.fixes) {
            QVERIFY(checkInvariants(f.result).ok());
            QVERIFY2(solveSizes(f.result).problems.empty(), f.title.c_str());
        }
    }

    void oneMistakeInABodyIsOneRedWire() {
        Circuit c = withLine(makeMlp({20, 64, 3}), "res( rms | linear 64 | relu | linear 64 ) | res( linear 64 | relu )", "r1");
        QCOMPARE(QString::fromStdString(codes(solveSizes(c, {20}, 3))), QString());
        const Circuit wrong = withLine(c, "linear 99", "L4");
        const SizeSolution s = solveSizes(wrong, {20}, 3);
        QCOMPARE(s.problems.size(), std::size_t(1));
        const Problem& p = s.problems.front();
        QCOMPARE(p.code, std::string("LAB-SIZE-102"));
        // The body is blamed, not the skip.
        QCOMPARE(wrong.producer(p.wire)->kind, std::string("linear"));
        QCOMPARE(p.found, 99L);
        QCOMPARE(p.wanted, 64L);
        QVERIFY(!p.fixes.empty());
        for (const Fix& f : p.fixes) QVERIFY2(checkInvariants(f.result).ok(), f.title.c_str());
        QVERIFY(solveSizes(p.fixes.front().result, {20}, 3).problems.empty());
    }

    void windows() {
        const Circuit base = *makeTemplate("cnn", {3, 32, 32}, 10);
        const Circuit c = withLine(base, "conv 12 k5 s2 p1 | maxpool 3 s2", "P1");
        const SizeSolution s = solveSizes(c, {3, 32, 32}, 10);
        QCOMPARE(QString::fromStdString(codes(s)), QString());
        // 16 -> floor((16 + 2 - 5)/2) + 1 = 7 -> floor((7 - 3)/2) + 1 = 3 -> maxpool 1.
        QCOMPARE(wireShape(c, s, c.operation("C3")->out.front()), std::vector<long>({12, 7, 7}));
        QCOMPARE(wireShape(c, s, c.operation("P3")->out.front()), std::vector<long>({12, 3, 3}));
        QCOMPARE(s.elements(c, c.operation("F1")->out.front()), 16L);
        QCOMPARE(parameterCount(c, s, *c.operation("C3")), 12L * 8 * 25 + 12);
    }

    void windowTooLarge() {
        const Circuit c = withLine(*makeTemplate("cnn", {1, 8, 8}, 10), "conv 4 k9 p0", "P1");
        const SizeSolution s = solveSizes(c, {1, 8, 8}, 10);
        QCOMPARE(s.problems.size(), std::size_t(1));
        QCOMPARE(s.problems.front().code, std::string("LAB-SIZE-104"));
        QCOMPARE(s.problems.front().found, 4L);
        QVERIFY(!s.problems.front().fixes.empty());
        QVERIFY(!solveSizes(s.problems.front().fixes.front().result, {1, 8, 8}, 10).problems.empty() ||
                solveSizes(s.problems.front().fixes.front().result, {1, 8, 8}, 10).ok());
    }

    void sameAxisMeansSameSize() {
        Circuit c = load(kResidual);
        c.operation("c2")->args["p"] = ParamValue(std::int64_t(0));
        const SizeSolution s = solveSizes(c, {64, 8, 8}, 64);
        QCOMPARE(QString::fromStdString(codes(s)), QString("SIZE-105@f6"));
        const Fix* pad = fixNamed(s.problems.front(), "Pad c2 by 1");
        QVERIFY(pad != nullptr);
        QVERIFY(solveSizes(pad->result, {64, 8, 8}, 64).ok());
    }

    void nonSquareImages() {
        const Circuit c = *makeTemplate("cnn", {2, 12, 20}, 5);
        const SizeSolution s = solveSizes(c, {2, 12, 20}, 5);
        QCOMPARE(QString::fromStdString(codes(s)), QString());
        QCOMPARE(wireShape(c, s, c.operation("P1")->out.front()), std::vector<long>({8, 6, 10}));
        QCOMPARE(QString::fromStdString(codes(solveSizes(*makeTemplate("cnn", {1, 8, 8}, 5), {1, 8, 9}, 5))), QString("SIZE-112@w1"));
    }

    void dataSetAndCircuitMustAgree() {
        const Circuit mlp = makeMlp({784, 30, 10});
        QCOMPARE(QString::fromStdString(codes(solveSizes(mlp, {784}, 10))), QString());
        const SizeSolution s = solveSizes(mlp, {1, 12, 12}, 10);
        QCOMPARE(QString::fromStdString(codes(s)), QString("SIZE-110@w0"));
        QVERIFY(solveSizes(s.problems.front().fixes.front().result, {1, 12, 12}, 10).problems.empty());
        const SizeSolution k = solveSizes(mlp, {784}, 7);
        QCOMPARE(QString::fromStdString(codes(k)), QString("SIZE-111@w3"));
        QVERIFY(solveSizes(k.problems.front().fixes.front().result, {784}, 7).problems.empty());
        const Circuit cnn = *makeTemplate("cnn", {1, 28, 28}, 10);
        QCOMPARE(QString::fromStdString(codes(solveSizes(cnn, {784}, 10))), QString("SIZE-112@w1"));
        QCOMPARE(QString::fromStdString(codes(solveSizes(cnn, {3, 28, 28}, 10))), QString("SIZE-110@w1"));
        const Circuit longer = withLine(mlp, "linear 20");
        QCOMPARE(QString::fromStdString(codes(solveSizes(longer, {784}, 10))), QString("SIZE-113@w4"));
        QVERIFY(solveSizes(solveSizes(longer, {784}, 10).problems.front().fixes.front().result, {784}, 10).problems.empty());
        // Sizes that are left open come from the data.
        Circuit open = mlp;
        open.axis("p")->size.clear();
        open.axis("k")->size.clear();
        QCOMPARE(QString::fromStdString(codes(solveSizes(open, {784}, 10))), QString());
        QCOMPARE(parameterCount(open, solveSizes(open, {784}, 10)), 784L * 30 + 30 + 310);
        open.axis("n1")->size.clear();
        QCOMPARE(QString::fromStdString(codes(solveSizes(open))), QString());
        QCOMPARE(QString::fromStdString(codes(solveSizes(open, {784}, 10))), QString("SIZE-145@w1"));
    }

    void expressions() {
        Circuit c = makeMlp({784, 30, 20, 10});
        const auto check = [&](const char* n1, const char* n2, const char* expected, long first, long second) {
            c.axis("n1")->size = n1;
            c.axis("n2")->size = n2;
            const SizeSolution s = solveSizes(c);
            QCOMPARE(QString::fromStdString(codes(s)), QString(expected));
            QCOMPARE(s.size.count("n1") ? s.size.at("n1") : 0L, first);
            QCOMPARE(s.size.count("n2") ? s.size.at("n2") : 0L, second);
        };
        check("p/2", "n1//3", "", 392, 130);
        check("2n2", "k*(k+1)-p//100", "", 206, 103);
        check("p/3", "20", "SIZE-106@w1", 0, 20);
        check("zz", "20", "SIZE-106@w1", 0, 20);
        check("3+*", "20", "SIZE-106@w1", 0, 20);
        check("n2", "n1", "", 0, 0);
        check("999999999*p", "20", "SIZE-106@w1", 0, 20);
        // Backwards: p is open and follows from n1 = p/2, itself given through the sum.
        c.axis("p")->size.clear();
        c.axis("n1")->size = "100";
        c.axis("n2")->size = "";
        Axis q = *c.axis("p");
        q.id = "q";
        q.size = "p/2+4";
        c.axes.push_back(q);
        c.operation("L1")->targetOut = {"q"};
        c.wire("w1")->axes = {"b", "q"};
        c.axis("k")->size = "10";
        const SizeSolution s = solveSizes(c);
        QCOMPARE(s.size.at("q"), 100L);
        QCOMPARE(s.size.at("p"), 192L);
    }

    void unfinishedCircuits() {
        QCOMPARE(QString::fromStdString(codes(solveSizes(Circuit()))), QString("SIZE-142 SIZE-143"));
        Circuit c = makeMlp({4, 8, 3});
        c.operation("r1")->in.clear();
        const SizeSolution s = solveSizes(c, {4}, 3);
        QCOMPARE(QString::fromStdString(codes(s)), QString("SIZE-140 SIZE-141@w1"));
        QVERIFY(s.problems.back().severity == Problem::Severity::Warning);
        QCOMPARE(s.size.at("n1"), 8L);
        Circuit loop = makeMlp({4, 8, 3});
        loop.operation("L1")->in = {"w2"};
        loop.operation("L2")->in = {"w0"};
        QVERIFY(codes(solveSizes(loop)).find("SIZE-144") != std::string::npos);
        Circuit bad = makeMlp({4, 8, 3});
        bad.operation("L1")->args["bias"] = ParamValue(std::string("perhaps"));
        bad.operation("r1")->args["nonsense"] = ParamValue(1.0);
        const SizeSolution b = solveSizes(bad, {4}, 3);
        QCOMPARE(QString::fromStdString(codes(b)), QString("SIZE-131 SIZE-131"));
        QCOMPARE(QString::fromStdString(codes(solveSizes(b.problems.front().fixes.front().result, {4}, 3))), QString("SIZE-131"));
        Circuit wide = makeMlp({4, 8, 3});
        wide.operation("L2")->targetIn = {"n1", "p"};
        QCOMPARE(QString::fromStdString(codes(solveSizes(wide, {4}, 3))), QString("SIZE-120@w2"));
    }

    void structuralMistakes() {
        Circuit c = makeMlp({4, 8, 3});
        c.wire("w2")->axes = {"n1"};
        QCOMPARE(solveSizes(c, {4}, 3).problems.front().code, std::string("LAB-SIZE-121"));
        Circuit conv = makeMlp({4, 8, 3});
        conv.operation("L1")->kind = "conv";
        QCOMPARE(solveSizes(conv, {4}, 3).problems.front().code, std::string("LAB-SIZE-120"));
        Circuit twice = makeMlp({4, 8, 3});
        Wire extra;
        extra.id = "w9";
        extra.axes = {"b", "n1"};
        twice.wires.push_back(extra);
        twice.operation("r1")->out.push_back("w9");
        QCOMPARE(solveSizes(twice, {4}, 3).problems.front().code, std::string("LAB-SIZE-132"));
        Circuit big = *makeTemplate("cnn", {1, 28, 28}, 10);
        big.axis("x")->size = "1000000";
        const SizeSolution s = solveSizes(big);
        QCOMPARE(s.problems.front().code, std::string("LAB-SIZE-108"));
        Circuit clash = *makeTemplate("cnn", {1, 28, 28}, 10);
        clash.axis(clash.operation("F1")->targetOut.front())->size = "100";
        const SizeSolution f = solveSizes(clash);
        QCOMPARE(f.problems.front().code, std::string("LAB-SIZE-103"));
        QVERIFY(solveSizes(f.problems.front().fixes.front().result, {1, 28, 28}, 10).problems.empty());
        Circuit sum = load(kResidual);
        sum.wire("sk")->axes = {"n", "b"};
        QVERIFY(codes(solveSizes(sum)).find("SIZE-122") != std::string::npos);
        Circuit derived = load(kResidual);
        derived.axis("n")->size = "64";
        derived.axis("q")->size = "n/4+n*0+0";
        QCOMPARE(QString::fromStdString(codes(solveSizes(derived))), QString());
    }

    void fastEnough() {
        Circuit c = makeMlp({784, 64, 10});
        for (int i = 0; i < 5; ++i) c = withLine(c, "res( ln | linear 64 | relu ) | x12", "r1");
        QVERIFY(c.operations.size() >= 300);
        QVERIFY(checkInvariants(c).ok());
        double best = 1e9;
        for (int i = 0; i < 10; ++i) {
            QElapsedTimer timer;
            timer.start();
            const SizeSolution s = solveSizes(c, {784}, 10);
            best = std::min(best, static_cast<double>(timer.nsecsElapsed()) * 1e-6);
            QVERIFY(s.problems.empty());
        }
        qInfo("%zu operations: %.2f ms", c.operations.size(), best);
        QVERIFY2(best < 10.0, "the target is 2 ms; the limit leaves room for slow machines");
    }
};

QTEST_APPLESS_MAIN(TestSizeSolver)
#include "TestSizeSolver.moc"

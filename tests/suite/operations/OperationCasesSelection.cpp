// Cases of picking places, putting into places, new axes, arrays of one's own, and several inputs.
#include "suite/operations/OperationCases.h"

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

// Two rows of three numbers behind an identity map; axis k has two places.
CircuitMaker table() {
    CircuitMaker m;
    m.axis("x", AxisRole::Feature, 6);
    m.axis("p", AxisRole::Feature, 6);
    m.axis("i", AxisRole::Feature, 2);
    m.axis("j", AxisRole::Feature, 3);
    m.axis("k", AxisRole::Feature, 0);
    m.source({"x"});
    m.map("linear", {"x"}, {"p"}, {{"bias", kNo}});
    m.map("split", {"p"}, {"i", "j"}, {{"parts", whole(2)}});
    return m;
}

// The table, and the places of its two largest numbers in every row.
struct Places {
    CircuitMaker maker = table();
    std::string values, places;

    Places() {
        values = maker.wire({"i", "j"});
        const std::string other = maker.wire({"i", "j"});
        places = maker.wire({"i", "k"});
        maker.circuit().wires.back().dtype = "int:j";
        maker.operation("copy", {maker.at}, {values, other});
        maker.operation("topk", {other}, {places}, {{"k", whole(2)}, {"gives", word("places")}}, {"j"}, {"k"});
    }
};

std::string fixedArray(CircuitMaker& m, std::vector<std::string> axes, const char* dtype = "real") {
    const std::string wire = m.wire(axes);
    m.circuit().wires.back().dtype = dtype;
    m.operation("const", {}, {wire}, {{"learned", kNo}, {"std", ParamValue(0.0)}}, {}, std::move(axes));
    return wire;
}

}  // namespace

std::vector<OperationCase> selectionCases() {
    std::vector<OperationCase> list;
    const std::vector<double> x = {1, 5, 3, 6, 4, 4};
    {
        CircuitMaker m = table();
        m.map("topk", {"j"}, {"k"}, {{"k", whole(2)}});
        list.push_back({"topk", "two of three, of equal ones the first", m.finish(), {6}, unit(6), x, {5, 3, 6, 4}});
    }
    {  // Along an axis that is not the last one in memory.
        CircuitMaker m = table();
        m.map("topk", {"i"}, {"k"}, {{"k", whole(1)}});
        list.push_back({"topk", "of columns", m.finish(), {6}, unit(6), x, {6, 5, 4}});
    }
    {
        CircuitMaker m = table();
        m.map("topk", {"j"}, {"k"}, {{"k", whole(3)}, {"gives", word("places")}});
        m.keep("scale", {{"factor", ParamValue(1.0)}});
        list.push_back({"topk", "places, the whole order", m.finish(), {6}, unit(6), x, {1, 2, 0, 0, 1, 2}});
    }
    {  // What the places name is what the largest values are.
        Places p;
        p.maker.at = p.maker.wire({"i", "k"});
        p.maker.operation("gather", {p.values, p.places}, {p.maker.at}, {}, {"j"}, {"k"});
        list.push_back({"gather", "in lock-step with its places", p.maker.finish(), {6}, unit(6), x, {5, 3, 6, 4}});
    }
    {  // One list of places for all rows, with numbers that are no places.
        CircuitMaker m = table();
        m.axis("e", AxisRole::Feature, 5);
        const std::string places = fixedArray(m, {"e"}, "int:j"), from = m.at;
        m.at = m.wire({"i", "e"});
        m.operation("gather", {from, places}, {m.at}, {}, {"j"}, {"e"});
        list.push_back({"gather", "places that all rows share", m.finish(), {6}, joined(unit(6), {2, 0, 0, 9, -3}), x,
                        {3, 1, 1, 3, 1, 4, 6, 6, 4, 6}});
    }
    {  // What was largest goes back to where it stood.
        Places p;
        CircuitMaker& m = p.maker;
        const std::string taken = m.wire({"i", "k"}), one = m.wire({"i", "k"}), two = m.wire({"i", "k"});
        m.circuit().wires[m.circuit().wires.size() - 2].dtype = m.circuit().wires.back().dtype = "int:j";
        m.operation("copy", {p.places}, {one, two});
        m.operation("gather", {p.values, one}, {taken}, {}, {"j"}, {"k"});
        m.at = m.wire({"i", "j"});
        m.operation("scatter", {taken, two}, {m.at}, {}, {"k"}, {"j"});
        list.push_back({"scatter", "largest values at their places", m.finish(), {6}, unit(6), x, {0, 5, 3, 6, 4, 0}});
    }
    {  // Messages along edges: three edges arrive at four nodes.
        CircuitMaker m = table();
        m.axis("v", AxisRole::Node, 4);
        const std::string places = fixedArray(m, {"j"}, "int:v"), from = m.at;
        m.at = m.wire({"v", "i"});
        m.operation("scatter", {from, places}, {m.at}, {}, {"j"}, {"v"});
        list.push_back({"scatter", "messages that meet at a node", m.finish(), {6}, joined(unit(6), {3, 1, 3}), x,
                        {0, 5, 0, 4, 0, 4, 0, 10}});
    }
    {
        CircuitMaker m = table();
        const std::string from = m.at;
        m.at = m.wire({"j", "i"});
        m.operation("swap", {from}, {m.at}, {}, {"i", "j"}, {"i", "j"});
        list.push_back({"swap", "rows and columns", m.finish(), {6}, unit(6), x, {1, 6, 5, 4, 3, 4}});
    }
    {
        CircuitMaker m = table();
        const std::string from = m.at;
        m.axis("r", AxisRole::Feature, 0);
        m.at = m.wire({"r", "i", "j"});
        m.operation("repeat", {from}, {m.at}, {{"times", whole(2)}}, {}, {"r"});
        list.push_back({"repeat", "on a new axis in front", m.finish(), {6}, unit(6), x, joined(x, x)});
    }
    {
        CircuitMaker m = table();
        const std::string from = m.at;
        m.axis("r", AxisRole::Feature, 2);
        m.at = m.wire({"i", "j", "r"});
        m.operation("repeat", {from}, {m.at}, {}, {}, {"r"});
        list.push_back({"repeat", "as often as the axis says", m.finish(), {6}, unit(6), {1, 2, 3, 4, 5, 6}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}});
    }
    for (const bool learned : {true, false}) {
        CircuitMaker m = table();
        const std::string from = m.at, array = m.wire({"i", "j"});
        m.operation("const", {}, {array}, {{"learned", ParamValue(learned)}}, {}, {"i", "j"});
        m.at = m.wire({"i", "j"});
        m.operation("add", {from, array}, {m.at}, {{"fn", word("mul")}});
        list.push_back({"const", learned ? "learned" : "fixed", m.finish(), {6}, joined(unit(6), {1, 2, 3, 4, 5, 6}), x, {1, 10, 9, 24, 20, 24}});
    }
    {  // Two inputs: the sample holds one array behind the other.
        CircuitMaker m;
        m.axis("f", AxisRole::Feature, 2);
        m.axis("g", AxisRole::Feature, 3);
        m.axis("y", AxisRole::Feature, 2);
        m.source({"f"});
        m.map("linear", {"f"}, {"y"}, {{"bias", kNo}});
        const std::string left = m.at;
        m.source({"g"});
        m.map("linear", {"g"}, {"y"}, {{"bias", kNo}});
        const std::string right = m.at;
        m.at = m.wire({"y"});
        m.operation("add", {left, right}, {m.at});
        list.push_back({"input", "two inputs", m.finish(), {}, {1, 0, 0, 1, 1, 1, 0, 0, 0, 1}, {1, 2, 10, 20, 30, -1, 0, 0, 0, 5}, {31, 32, -1, 5}});
    }
    return list;
}

}  // namespace lab::test

// Inside of size inference; shared by its parts: union-find and relations (SizeSolver.cpp), what each kind of operation
// says (SizeRules.cpp), what the data set says (SizeData.cpp).
#pragma once

#include "core/circuit/CircuitIndex.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SizeExpression.h"
#include "core/circuit/SizeSolver.h"

#include <set>

namespace lab {

class SizeSolver {
public:
    SizeSolver(const Circuit& circuit, const std::vector<long>& shape, int classes, const std::vector<DataPart>& parts)
        : m_circuit(circuit), m_index(circuit), m_shape(shape), m_classes(classes), m_parts(parts) {}

    SizeSolution run();

private:
    friend class SizeRuleReader;
    using Severity = Problem::Severity;

    // Two axes that are the same thing seen from two sides of a wire or an operation.
    struct Union {
        int left = -1;   // axis of the wire as its writer made it
        int right = -1;  // axis as the reader wants it
        int operation = -1;
        std::string wire;
        const char* code = "";
    };

    // A size that follows from others. Exactly one of the forms is used.
    struct Relation {
        enum class Form { Expression, Window, Product, Sum } form = Form::Expression;
        int operation = -1;
        std::vector<int> in;
        int out = -1;
        int expression = -1;  // position in m_expressions
        WindowGeometry window;
        bool dead = false;  // its contradiction has been reported
    };

    struct Offer {
        const Operation* input;
        int axis;
        long wanted;
        std::string unit;
    };

    int find(int axis);
    long size(int axis) { return m_size[static_cast<std::size_t>(find(axis))]; }
    void setSize(int axis, long value) { m_size[static_cast<std::size_t>(find(axis))] = value; }
    long total(int axis);  // over all dimensions of a bundle; -1 where too large
    const Axis& axisAt(int i) const { return m_circuit.axes[static_cast<std::size_t>(i)]; }
    const Operation& opAt(int i) const { return m_circuit.operations[static_cast<std::size_t>(i)]; }
    const Wire& wireOf(const std::string& id) const { return m_circuit.wires[static_cast<std::size_t>(m_index.wire(id))]; }
    std::string axisName(int i) const;
    int rankOfWriter(const std::string& wire) const;
    std::string firstWireOf(const std::string& axis) const;  // where a wrong size expression is shown
    Problem& report(const char* code, std::string message, const Operation* op, std::string wire, std::string hint = {});

    void computeRanks();
    void readGiven();
    void reportCycle();

    // What operations and groups say (SizeRules.cpp).
    void readOperation(const Operation& op);
    void readRepeats();
    void checkWiring(const Operation& op, const OperationDescription* d);
    void pairWires(const Operation& op, int self, const std::string& from, const std::string& to, const char* code);
    bool bindTargets(const Operation& op, int self, const std::vector<std::string>& made);
    void readAgreement(const Operation& op, int self);
    void readMerge(const Operation& op, int self);
    void readWindow(const Operation& op, int self, const OperationDescription& d);
    std::vector<int> indices(const std::vector<std::string>& ids) const;

    // What the data set says (SizeData.cpp).
    void takeData();
    void takeInputs();
    void takeShape(const Operation& input, const std::vector<long>& shape);
    void takeSequence(const Operation& input, const std::vector<long>& shape, const std::vector<int>& places,
                      const std::vector<int>& features);
    void offer(const Operation& input, int axis, long wanted, const std::string& unit);
    void reportData(const char* code, const Operation& op, const std::string& wire, int axis, long wanted, std::string message);
    void checkEnds();
    void checkScores(SizeSolution& solution);
    void checkOpen(const SizeSolution& solution);

    void settle();
    bool applyExpression(Relation& r);
    bool applyWindow(Relation& r);
    bool applyProduct(Relation& r);
    bool applySum(Relation& r);
    void contradict(Relation& r, const char* code, std::string message, long found, long wanted);
    void join(const Union& u);
    SizeSolution finish();

    const Circuit& m_circuit;
    CircuitIndex m_index;
    const std::vector<long>& m_shape;
    int m_classes;
    const std::vector<DataPart>& m_parts;
    std::vector<const Operation*> m_order;
    std::vector<int> m_rank;
    std::vector<int> m_parent;
    std::vector<long> m_size;  // at the root of each set; 0 = unknown
    std::vector<SizeExpression> m_expressions;
    std::vector<Relation> m_relations;
    std::vector<Union> m_unions;
    std::vector<Offer> m_offers;
    std::set<std::pair<int, int>> m_reported;
    std::vector<std::pair<std::size_t, std::string>> m_conflicts;  // problem, the reader's axis
    std::vector<Problem> m_problems;
};

}  // namespace lab

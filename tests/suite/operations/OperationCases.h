// The cases of the operation suite: for every kind at least one circuit, with values worked out by hand where `expected`
// is not empty. A new kind of operation needs a case here; the suite fails without one.
#pragma once

#include "suite/operations/CircuitMaker.h"

#include <vector>

namespace lab::test {

struct OperationCase {
    std::string kind;
    std::string title;
    Circuit circuit;
    std::vector<long> inputShape;
    std::vector<double> parameters;  // all blocks in order; empty = initialise
    std::vector<double> x;           // rows of samples, for the hand-worked values
    std::vector<double> expected;    // output of the last stage
    bool training = false;           // mode of the hand-worked values
    bool slopes = true;              // false: the derivative is a stand-in, or the input is no number (checked by hand)
};

std::vector<OperationCase> operationCases();

// Its parts in files of their own: OperationCasesWiring.cpp, OperationCasesSelection.cpp.
std::vector<OperationCase> wiringCases();
std::vector<OperationCase> selectionCases();
std::vector<OperationCase> sequenceCases();
std::vector<OperationCase> repetitionCases();

}  // namespace lab::test

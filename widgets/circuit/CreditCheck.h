// What a rule's marks mean for credit: which loss reaches which weights, and what is odd about it. Walks the circuit
// backwards from every loss's taps; cuts and whole numbers stop it.
#pragma once

#include "core/circuit/Circuit.h"
#include "core/rules/RuleDescription.h"

#include <map>
#include <string>
#include <vector>

namespace lab {

struct CreditFinding {
    enum class Kind {
        Frozen,     // learned, but nobody writes it
        Shared,     // several losses write it
        Leak,       // a loss reaches weights that another loss trains: a cut is missing
        Dead,       // a loss whose taps reach nothing learned
        Shape,      // a loss compares streams, but there are none
        LabelLeak   // the label enters behind the first layer
    };
    Kind kind = Kind::Frozen;
    std::string message;
    std::string operation;              // may be empty
    std::string wire;
    std::vector<std::string> path;      // wires of a leak, from the tap back
    std::string fixTitle;               // "Cut this wire too"
    std::vector<Mark> fixMarks;         // marks that would mend it, to be shown as a proposal
};
const char* creditCode(CreditFinding::Kind kind);  // "LAB-CREDIT-101" ...

struct CreditReport {
    // Position of a loss in the marks -> learned operations and wires that it reaches.
    std::map<int, std::vector<std::string>> operations;
    std::map<int, std::vector<std::string>> wires;
    std::map<int, std::vector<std::string>> frontier;  // cut wires where the walk stopped
    std::vector<CreditFinding> findings;
};

CreditReport checkCredit(const Circuit& circuit, const std::vector<Mark>& marks);

}  // namespace lab

// Ways out of a size problem, as ready circuits.
#pragma once

#include "core/circuit/SizeSolver.h"

namespace lab {

// Gives an axis a size.
Fix setSizeFix(const Circuit& circuit, const std::string& axis, long size, const std::string& title);

// Fixes of two axes that should be one (`problem` names wire, operation, sizes): let the reader read what arrives, let
// the writer write what is wanted, or put a map between. `readerAxis` is the axis that the reader wants.
void addMismatchFixes(const Circuit& circuit, Problem& problem, const std::string& readerAxis);

// Fixes of every other problem, by its code.
void addFixes(const Circuit& circuit, Problem& problem);

}  // namespace lab

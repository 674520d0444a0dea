// An operation that is passed by for a while: it stays in the circuit as the identity and remembers what it was.
#pragma once

#include "core/circuit/CircuitEdits.h"

namespace lab {

// True while the operation is passed by.
bool isBypassed(const Operation& operation);

// Passes by what reads one array and writes one, or lets it work again as before: kind, settings, sizes and name come back;
// weights are new, as for every operation that is put in. Errors: LAB-CIRCUIT-305 where there is no one wire to run past,
// where others use its weights, or where what it remembers cannot be read.
Result<CircuitChange> toggleBypass(const Circuit& circuit, const std::string& operation);

}  // namespace lab

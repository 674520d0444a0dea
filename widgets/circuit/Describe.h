// Operations and wires in words: for screen readers, the outline and figures' descriptions.
#pragma once

#include "core/circuit/SizeSolver.h"

#include <QString>

namespace lab {

// "Linear map L2, reads n 512 from Pointwise function r1, writes m 256, woven over b; one problem".
QString describeOperation(const Circuit& circuit, const SizeSolution& sizes, const Operation& operation);
// "n 512, b" - every axis with its size where it is known.
QString describeWire(const Circuit& circuit, const SizeSolution& sizes, const std::string& wire);

}  // namespace lab

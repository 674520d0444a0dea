// Equilibrium propagation: gradients from how a settled network answers a small push on its output.
#pragma once

#include "core/rules/RuleDescription.h"

namespace lab {

RuleDescription describeEquilibriumPropagation();

}  // namespace lab

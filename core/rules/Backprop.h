// Backpropagation of the error through all layers: the reference that every other rule is measured against.
#pragma once

#include "core/rules/RuleDescription.h"

namespace lab {

RuleDescription describeBackprop();

}  // namespace lab

// A picture between two pictures of the same diagram, for the short motion after an edit.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"

namespace lab {

// t = 0: everything that is in both stands where it stood; t = 1: `to`. What is new stands at its final place.
DiagramLayout blend(const DiagramLayout& from, const DiagramLayout& to, double t);

}  // namespace lab

// What screen readers see of the canvas: one child per operation and closed block, with its words, its place and whether
// it is selected.
#pragma once

namespace lab {

// Once per program; the canvas does it itself.
void installCircuitAccessibility();

}  // namespace lab

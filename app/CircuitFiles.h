// A circuit in every format that the lab writes, for the window and the command line alike.
#pragma once

#include "core/base/Result.h"
#include "widgets/circuit/CircuitSvg.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace lab {

// File dialogs offer these, in this order: "SVG (*.svg)", ...
QStringList circuitFileFilters();

// The file's bytes, in the format that the ending of `path` names: .svg, .pdf, .png (two pixels per unit), .tex (TikZ, black on
// white), .json (the circuit as data). Errors: LAB-FIG-103 for other endings.
Result<QByteArray> circuitFileBytes(const QString& path, const Circuit& circuit, const SizeSolution& sizes,
                                    const CircuitFigureOptions& options = {});

}  // namespace lab

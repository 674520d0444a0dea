// A circuit as the bytes of a file: text stays text, ids follow the circuit's, no raster images. Needs a QGuiApplication
// (offscreen is enough) for the font metrics; no window.
#pragma once

#include "core/rules/RuleDescription.h"
#include "widgets/circuit/DiagramScene.h"

#include <QByteArray>
#include <QImage>

#include <optional>

namespace lab {

struct CircuitFigureOptions {
    DiagramToggles toggles;
    bool dark = false;
    std::optional<ThemeKind> theme;           // instead of `dark`, for print and high contrast
    bool transparent = false;
    double margin = 24.0;
    std::vector<Mark> marks;                  // drawn when toggles.rule is set
    std::map<std::string, double> activity;   // drawn when toggles.activity is set
    const std::map<std::string, Bead>* beads = nullptr;  // with toggles.activity; lives as long as the call
    std::string pinned;                       // wire whose bead is drawn large
    const LiveValues* live = nullptr;         // gauges of the rule's losses; lives as long as the call
    std::vector<Mark> compared;               // marks of another rule: room for them, and outlines where they differ
    std::set<int> outlined;                   // marks that are outlined whatever they are compared with
};

// As a TikZ document for pdflatex; see TikzSink.
QByteArray circuitToTikz(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options = {});
QByteArray circuitToSvg(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options = {});
// One page as large as the picture, 96 scene units to the inch; type is embedded. The same circuit gives the same bytes.
QByteArray circuitToPdf(const Circuit& circuit, const SizeSolution& sizes, const CircuitFigureOptions& options = {});
// Pixels per scene unit: scale.
QImage circuitToImage(const Circuit& circuit, const SizeSolution& sizes, double scale,
                      const CircuitFigureOptions& options = {});

}  // namespace lab

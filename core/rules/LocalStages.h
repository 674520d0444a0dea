// What rules with one local loss per layer have in common: layer l of the rule is stage l of the network, everything below
// the read-out, and no error crosses a stage's border.
#pragma once

#include "core/rules/LearningRule.h"

#include <string>
#include <vector>

namespace lab {

// Stage l as a local rule sees it: rows in, rows out.
struct LocalStage {
    int stage = 0;
    std::string title;
    int input = 0;           // arrays
    int output = 0;
    Index inputSize = 0;
    Index width = 0;         // elements of the output, flattened
    Shape shape;
    bool normalises = false; // begins with a length normaliser of its own
    // Where the stage is one linear map and a pointwise function: the array that the map reads and its blocks; else -1.
    int linearInput = -1;
    int weight = -1;
    int bias = -1;
};

// The trained stages below the read-out, bottom to top.
std::vector<LocalStage> localStages(const Network& network);
// Does the stage begin with a normaliser of its own?
bool beginsNormalised(const Network& network, const Stage& stage);
std::vector<RuleLayer> ruleLayers(const std::vector<LocalStage>& stages);

// First weight block of a stage, -1 if there is none.
int firstWeight(const Network& network, int stage);

// Is there a class label, and at least one layer below the read-out? Offers a circuit that could be trained otherwise.
Suitability suitsLocalRule(const Network& network, const DataSchema& data, const std::string& ruleTitle);

// One layer at a time: which layer learns at `epoch` when every one of `layers` gets the same share of the plan.
int layerInTurn(double epoch, double plannedEpochs, int layers);

// Marks of a local rule: per layer a tap at its output, a loss with `formula`, a writer per learned operation and a cut
// behind the tap. "#" in tap and formula stands for the number of the layer.
struct LocalMarks {
    std::string tap;      // "G_#"
    std::string formula;
    std::string channel;  // for the gauge
};
std::vector<Mark> localMarks(const Circuit& circuit, const Network& network, const LocalMarks& style);
Mark readoutMark(const Network& network, const std::string& words);

}  // namespace lab

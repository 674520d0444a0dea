// Circuits to start from, and the shorthand of the command line.
#pragma once

#include "core/circuit/Circuit.h"

namespace lab {

struct CircuitTemplate {
    std::string id;       // "mlp", "cnn", "transformer", ...
    std::string title;
    std::string summary;
    std::string dataset;  // a small data set that fits, by registry id
    bool needsImage = false;
};

const std::vector<CircuitTemplate>& circuitTemplates();

// `inputShape` is {features} or {channels, height, width}; classes >= 2. Errors: LAB-CIRCUIT-4xx.
Result<Circuit> makeTemplate(const std::string& id, const std::vector<long>& inputShape, int classes);

// A template's name, and behind a colon what it takes: "mlp:784-500-500-10" (optionally ":tanh" after the widths),
// "cnn:16-32-64" (channels of the blocks; ":bn" for batch normalisation at the end of each), "autoencoder:tied",
// "transformer:32-2-1" (width, heads, blocks; ":causal"), "attention:4" (heads; for data of two arrays), "gnn:32-2", "recurrent:32", "spiking:64"; or a line of operations as the editor takes it: "line:conv 8 k=5 | relu | flatten | linear 10". The data set gives sizes that the
// text leaves out. Files are not read here: the caller tries a path first.
Result<Circuit> parseShorthand(const std::string& text, const std::vector<long>& inputShape, int classes);

// Multi-layer perceptron: widths[0] inputs, the last entry the read-out (no activation after it).
Circuit makeMlp(const std::vector<long>& widths, const std::string& activation = "relu");

}  // namespace lab

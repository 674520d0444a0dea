// Templates that are drawn piece by piece: attention, graphs, recurrence, spikes. Inside of Templates.
#pragma once

#include "core/circuit/Circuit.h"

namespace lab {

struct TemplateData {
    std::vector<long> shape;  // of a sample: {places} of tokens, or {features, 1, places}
    int classes = 0;

    bool tokens() const { return shape.size() == 1; }
    long places() const { return shape.back(); }
    long features() const { return shape.size() == 3 ? shape[0] * shape[1] : 1; }
};

// `width` numbers per place in `blocks` blocks of attention and a two-layer map.
Circuit makeTransformer(const TemplateData& data, long width, long heads, long blocks, bool causal);
// Queries look up what they want in a memory: two inputs of one width, which the data gives; what leaves has the shape of the
// queries and is to be what they are.
Circuit makeAttention(long heads, bool causal);
// Messages along the edges of a sample's own adjacency matrix, or between neighbours in a row where it has none.
Circuit makeGraphNetwork(const TemplateData& data, long width, long layers);
// An Elman network that reads one place at a time; the last state answers.
Circuit makeRecurrent(const TemplateData& data, long width);
// Leaky integrate-and-fire units that read one place at a time; the answer is summed over time.
Circuit makeSpiking(const TemplateData& data, long width);
// Encoder and decoder with one set of weights, used forward and transposed.
Circuit makeTiedAutoencoder(long features, long hidden, long code);

}  // namespace lab

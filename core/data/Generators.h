// Two-dimensional point sets for watching decision borders, and small sequences and graphs. Sample i of a set depends on
// the seed and i alone, so a longer set begins with the shorter one.
#pragma once

#include "core/data/Dataset.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lab {

struct PointOptions {
    Index samples = 1000;  // in all; classes take turns, so they differ by one sample at most
    double noise = 0.1;    // standard deviation of the normal noise that is added to both coordinates
    int classes = 2;       // spirals and blobs
    double turns = 1.0;    // spirals: revolutions of one arm
    double factor = 0.5;   // circles: radius of the inner circle, the outer being 1
    std::uint64_t seed = 1;
};

// Two interleaved half circles of radius 1.
Dataset moons(const PointOptions& options);
// A circle of radius 1 (class 0) around one of radius `factor` (class 1).
Dataset circles(const PointOptions& options);
// `classes` arms that wind outwards from radius 0.1 to 1.
Dataset spirals(const PointOptions& options);
// The square [-1, 1] x [-1, 1]: class 1 where the coordinates differ in sign. Noise moves points after labelling.
Dataset xorPoints(const PointOptions& options);
// Normal clouds with standard deviation `noise` around `classes` centres, evenly spaced on the unit circle.
Dataset blobs(const PointOptions& options);

struct SequenceOptions {
    Index samples = 4000;  // classes take turns
    Index length = 8;      // places of a sequence, or nodes of a graph
    Index width = 16;      // recall: numbers at each place
    std::uint64_t seed = 1;
};

// `length` + 1 tokens: the first is the number of a place, the class is the token at that place (of those behind it).
Dataset pointer(const SequenceOptions& options);
// Letters one-hot, {4, 1, length}: an A or B in each half among two letters that mean nothing; the class is which and which.
// After Hochreiter & Schmidhuber, 1997, experiment 6a, shortened.
Dataset temporalOrder(const SequenceOptions& options);
// Graphs of `length` nodes, {3 + length, 1, length}: per node its colour one-hot and its row of the adjacency matrix. Class 1:
// there is an edge between two red nodes. For circuits with two inputs the arrays are "nodes" and "edges".
Dataset colouredGraphs(const SequenceOptions& options);

// Two arrays of normal numbers, "queries" and "memory", {width, 1, length} each: query t is a copy of one of the first t + 1
// places of the memory. To be rebuilt from the memory, or answered: the class is the place that the last query copies.
Dataset recall(const SequenceOptions& options);

// "0", "1", ... as names of classes.
std::vector<std::string> numberedClasses(int classes);
// Hash of shape, values (as float) and labels of both parts.
std::uint64_t contentChecksum(const Dataset& set);

}  // namespace lab

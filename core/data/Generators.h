// Two-dimensional point sets for watching decision borders. Point i of a set depends on the seed and i alone, so a
// longer set begins with the shorter one.
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

// "0", "1", ... as names of classes.
std::vector<std::string> numberedClasses(int classes);
// Hash of shape, values (as float) and labels of both parts.
std::uint64_t contentChecksum(const Dataset& set);

}  // namespace lab

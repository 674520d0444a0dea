// Labelled samples, batch-first. What a file or a generator yields, before and after preparation.
#pragma once

#include "core/data/RowSource.h"

#include <memory>
#include <string>
#include <vector>

namespace lab {

// One array of a sample that consists of several ("queries" and "memory", nodes and edges). Their numbers stand in the sample
// one array behind the other; a circuit has an input for each of them.
struct DataPart {
    std::string name;  // inputs of the circuit are found by it
    Shape shape;       // {features}, {channels, height, width}; a sequence of vectors is {numbers, 1, places}
    int tokens = 0;    // > 0: whole numbers from 0 to tokens-1; they are never standardised

    Index features() const { return elements(shape); }
    bool operator==(const DataPart&) const = default;
};

struct DataSchema {
    std::string id;     // "fashion-mnist", or the path it was read from
    std::string title;
    Shape shape;        // one sample: {features} or {channels, height, width}
    int classes = 0;    // labels are 0 .. classes-1
    std::vector<std::string> classNames;    // as many as classes
    std::vector<std::string> featureNames;  // empty, or one per feature
    int tokens = 0;     // > 0: the values are tokens, whole numbers from 0 to tokens-1; they are never standardised
    std::vector<DataPart> parts;  // empty: the sample is one array; otherwise they fill it, one behind the other

    Index features() const { return elements(shape); }
    bool isImage() const { return shape.size() == 3; }
    bool operator==(const DataSchema&) const = default;
};

// n samples: x (n x features), y (n). Data that are larger than their share of the memory have `rows` instead of x: they are
// read from disk sample by sample, in any order, and are the same numbers.
struct Samples {
    Matrix x;
    std::vector<int> y;
    std::shared_ptr<const RowSource> rows;

    Index count() const { return rows ? rows->count() : x.rows(); }
    Index width() const { return rows ? rows->width() : x.cols(); }
    // The samples `which` into `out` (n x width).
    void copy(const Index* which, Index n, Real* out) const;
    // n samples from `first` on: where they stand, or read into `scratch`.
    const Real* block(Index first, Index n, Buffer& scratch) const;
    // Why samples could not be read, if they could not.
    std::optional<Error> failure() const { return rows ? rows->failure() : std::nullopt; }
};

// As loaded: raw values (pixels scaled to [0, 1], table columns as they are). `test` may be empty: the preparation
// then splits it off `train`.
struct Dataset {
    DataSchema schema;
    Samples train;
    Samples test;
    std::string origin;   // one line: where it comes from
    std::string licence;
    std::uint64_t checksum = 0;  // fingerprint of the raw content, to tell whether a project's data is still the same
};

// What is trained on: after split, filters, label noise and standardisation.
struct PreparedData {
    DataSchema schema;
    Samples train;
    Samples test;
    // x = (raw - mean) / deviation; one entry, or one per feature.
    std::vector<double> mean;
    std::vector<double> deviation;
    std::vector<std::uint8_t> noisy;  // per training sample: its label was replaced; empty without label noise
    Real minimum = 0;  // over the training part, after standardisation (the label height of Forward-Forward uses it)
    Real maximum = 1;
    Matrix preview;       // the first training samples where they are on disk, for views; else empty
    std::string summary;  // one line for the status bar: counts, classes, standardisation
};

}  // namespace lab

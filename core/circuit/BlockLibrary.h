// Blocks of several operations that a line of operations takes by name: "attn(heads=4, causal)". Each is a group that stands
// behind what it reads. A block that is a chain says so as a line; one with branches builds itself.
#pragma once

#include "core/circuit/Circuit.h"

namespace lab {

// What a block that builds itself gets: the circuit with what arrives, and its settings.
struct BlockRequest {
    Circuit& circuit;
    std::string wire;  // what it reads
    ParamSet params;
};

// What it has added: operations in reading order, groups outermost first, and the wire that leaves.
struct BuiltBlock {
    std::vector<std::string> operations;
    std::vector<std::string> groups;
    std::string out;
};

struct BlockDescription {
    std::string word;   // "attn"
    std::string title;  // "Multi-head attention"
    std::string doc;
    std::string fill;   // colour of its group
    std::vector<ParamSpec> params;
    std::string positional;            // parameter that a bare number after the word sets
    std::vector<std::string> aliases;
    // "conv {channels} | {bn?bn |} relu": {name} is the setting, {name?text} the text where the setting is on.
    std::string line;
    // Instead of a line. Errors: LAB-CIRCUIT-305 where it cannot act on what arrives.
    Result<BuiltBlock> (*build)(const BlockRequest&) = nullptr;
};

const std::vector<BlockDescription>& blockLibrary();
// By word or alias; nullptr if there is none.
const BlockDescription* findBlock(const std::string& word);
// The line of a block with these settings filled in.
std::string blockLine(const BlockDescription& block, const ParamSet& params);

}  // namespace lab

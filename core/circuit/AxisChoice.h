// Which axes a kind with wiring of its own takes when it is new, and small questions about lists of axes that edits and
// inference share. Inside of core/circuit.
#pragma once

#include "core/circuit/Rethread.h"

#include <algorithm>

namespace lab {

inline bool has(const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
}

// `axes` with `from` replaced by `to` in its place.
std::vector<std::string> replaced(const std::vector<std::string>& axes, const std::string& from, const std::vector<std::string>& to);

// The axis that an operation on one axis takes when it is new: the last position, else the last of all; empty where there is none.
std::string naturalAxis(const Circuit& circuit, const std::vector<std::string>& arriving);
// The last axis that is no position, else the last of all.
std::string lastFeature(const Circuit& circuit, const std::vector<std::string>& arriving);

// The single axis that it reads: what it read before under its present name, else the natural choice.
std::string oneTarget(const ThreadContext& context, std::string (*natural)(const Circuit&, const std::vector<std::string>&));

// Written axes must not run past as well: another axis takes the place of one that does.
void separate(ThreadContext& context, std::vector<std::string>& made);

}  // namespace lab

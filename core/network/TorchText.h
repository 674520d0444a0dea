// Pieces of PyTorch text that several kinds of operations need, and the writers of linear wiring. Inside of core/network.
#pragma once

#include "core/network/TorchOperations.h"

namespace lab::torchtext {

using Lines = Result<std::vector<std::string>>;
using Op = TorchOperation;

std::string number(Index n);
std::string replaced(std::string form, const std::string& what, const std::string& by);
// "(-1, 3, 28, 28)" of a layout.
std::string shapeOf(const ArrayLayout& layout);
std::string reshaped(const std::string& x, const ArrayLayout& layout);
// As batch x outer x target x inner.
std::string viewed(const std::string& x, const ArraySplit& split);
// Dimensions with a name for each side of a bundle; `from` is called `to`.
std::vector<std::string> namesOf(const ArrayLayout& layout, const std::string& from = {}, const std::string& to = {});
// Brings dimensions named `from` into the order of `to`.
std::string permuted(const std::string& x, const std::vector<std::string>& from, const std::vector<std::string>& to);

// TorchWiring.cpp
Lines torchEinsum(const Op& o);
Lines torchRename(const Op& o);
Lines torchSplit(const Op& o);
Lines torchPieces(const Op& o, bool joins);
Lines torchIndex(const Op& o);
Lines torchWindow(const Op& o);

// TorchSelection.cpp
Lines torchSwap(const Op& o);
Lines torchRepeat(const Op& o);
Lines torchPlaces(const Op& o, bool puts);
Lines torchTop(const Op& o);
Lines torchConstant(const Op& o);

}  // namespace lab::torchtext

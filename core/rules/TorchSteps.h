// Training steps as PyTorch text, for the descriptions of the rules that have one (RuleDescription::torch).
#pragma once

#include "core/rules/RuleDescription.h"

namespace lab {

Result<TorchStep> torchBackprop(const Network& network, const ParamSet& params);
Result<TorchStep> torchFeedbackAlignment(const Network& network, const ParamSet& params);
Result<TorchStep> torchDirectFeedbackAlignment(const Network& network, const ParamSet& params);
Result<TorchStep> torchMonoForward(const Network& network, const ParamSet& params);
Result<TorchStep> torchForwardForward(const Network& network, const ParamSet& params);

}  // namespace lab

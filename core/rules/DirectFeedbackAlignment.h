// Direct feedback alignment: the error of the output reaches every layer at once, through one random matrix each.
#pragma once

#include "core/rules/RuleDescription.h"

namespace lab {

RuleDescription describeDirectFeedbackAlignment();

}  // namespace lab

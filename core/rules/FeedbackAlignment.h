// Feedback alignment and its sign-symmetric relatives: the error goes down through other weights than it came up.
#pragma once

#include "core/rules/RuleDescription.h"

namespace lab {

RuleDescription describeFeedbackAlignment();

}  // namespace lab

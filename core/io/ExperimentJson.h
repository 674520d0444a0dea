// The experiment without its circuit as JSON, as project files hold it.
#pragma once

#include "core/document/Experiment.h"
#include "core/io/Json.h"

namespace lab {

JsonValue experimentToJson(const Experiment& experiment);
// Fills everything but the circuit. Values are checked against the descriptions of rule, optimisers and options where
// these are known; problems go to the cursor's report.
void experimentFromJson(const JsonCursor& json, Experiment& experiment);

// A parameter value; numbers without a fraction are whole until a description says otherwise.
JsonValue paramToJson(const ParamValue& value);
ParamValue paramFromJson(const JsonCursor& json);

}  // namespace lab

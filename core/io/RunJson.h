// What a run has produced, apart from arrays, as JSON: evaluations and the descriptions of curves.
#pragma once

#include "core/io/Json.h"
#include "core/record/Snapshot.h"

namespace lab {

JsonValue evaluationToJson(const Evaluation& evaluation);
Evaluation evaluationFromJson(const JsonCursor& json);
JsonValue seriesToJson(const SeriesInfo& info);
SeriesInfo seriesFromJson(const JsonCursor& json);

}  // namespace lab

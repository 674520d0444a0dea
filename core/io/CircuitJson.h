// The file format of circuits, `.ncd.json`: read strictly, written canonically (fixed order of keys, one item per line),
// so that saving what was loaded from a canonical file gives the same bytes. Kinds, members and settings that are not
// known here are kept as they are.
#pragma once

#include "core/circuit/Circuit.h"
#include "core/io/Json.h"

#include <QByteArray>

#include <string_view>

namespace lab {

// Errors: LAB-JSON-1xx for the syntax; LAB-NCD-2xx with the JSON path for members (201 missing, 202 type, 203 range,
// 205 word), 301 a newer format, 302 more items than a drawing can have, 303 an unusable id, 304 groups nested too
// deeply; LAB-CIRCUIT-1xx where the circuit breaks an invariant, with the path of the item.
Result<Circuit> circuitFromJson(std::string_view bytes, const std::string& source);
Result<Circuit> circuitFromJson(const QByteArray& bytes, const std::string& source);
// As a part of another document; `source` names that document in errors.
Result<Circuit> circuitFromJson(const JsonValue& value, const std::string& source);

QByteArray circuitToJson(const Circuit& circuit);
JsonValue circuitToJsonValue(const Circuit& circuit);

}  // namespace lab

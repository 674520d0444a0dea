#include "core/base/Result.h"

namespace lab {

std::string Error::text() const {
    std::string out;
    if (!where.empty()) out += where + ": ";
    out += message;
    if (!hint.empty()) out += " " + hint;
    if (!code.empty()) out += " [" + code + "]";
    return out;
}

}  // namespace lab

#include "core/circuit/Einsum.h"
#include "core/circuit/AxisChoice.h"

#include "core/circuit/Operations.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace lab {

namespace {

constexpr std::size_t kMaxText = 2048;

Error bad(const std::string& text, const std::string& why) {
    return {"LAB-CIRCUIT-202", "the wiring '" + text.substr(0, 60) + "' cannot be used: " + why + ".", "",
            "Write for example 'y d, x d -> y x': the axes of each operand, then those of the result."};
}

std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> out;
    std::string word;
    for (const char c : text + " ") {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) {
            word += c;
        } else if (!word.empty()) {
            out.push_back(std::move(word));
            word.clear();
        }
    }
    return out;
}

int indexOf(std::vector<std::string>& list, const std::string& name) {
    const auto it = std::find(list.begin(), list.end(), name);
    if (it != list.end()) return static_cast<int>(it - list.begin());
    list.push_back(name);
    return static_cast<int>(list.size()) - 1;
}

// Letters to axes: by name, then from the bottom. What is left runs past under its own name.
Result<std::vector<std::string>> assign(const std::string& text, const std::vector<std::string>& letters,
                                        const std::vector<std::string>& axes, const std::string& what) {
    std::vector<std::string> named(axes.size());
    std::vector<std::string> rest;
    std::vector<std::string> taken;
    for (const std::string& letter : letters) {
        const auto it = std::find(axes.begin(), axes.end(), letter);
        // A letter that is written twice is the diagonal: the second one stands for another axis.
        if (it != axes.end() && !has(taken, letter)) {
            named[static_cast<std::size_t>(it - axes.begin())] = letter;
            taken.push_back(letter);
        } else {
            rest.push_back(letter);
        }
    }
    std::size_t at = axes.size();
    for (auto letter = rest.rbegin(); letter != rest.rend(); ++letter) {
        do {
            if (at == 0) return bad(text, what + " has fewer axes than the wiring names");
            --at;
        } while (!named[at].empty());
        named[at] = *letter;
    }
    for (std::size_t i = 0; i < axes.size(); ++i)
        if (named[i].empty()) named[i] = axes[i];
    return named;
}

// "d^{-1/2}", "2 d^-1", "0.5", "1/2".
bool readScale(const std::string& text, EinsumWiring& wiring) {
    std::string rest;
    for (const char c : text)
        if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != '{' && c != '}' && c != '*') rest += c;
    if (rest.empty()) return true;
    const auto fraction = [](const std::string& s, double& value) {
        const char* begin = s.c_str();
        char* end = nullptr;
        value = std::strtod(begin, &end);
        if (end == begin) return false;
        if (*end == '/') {
            const char* below = end + 1;
            const double divisor = std::strtod(below, &end);
            if (end == below || divisor == 0) return false;
            value /= divisor;
        }
        return *end == 0 && std::isfinite(value);
    };
    const std::size_t caret = rest.find('^');
    if (caret == std::string::npos) return fraction(rest, wiring.scale);
    std::string base = rest.substr(0, caret);
    if (!fraction(rest.substr(caret + 1), wiring.scalePower)) return false;
    std::size_t digits = 0;
    while (digits < base.size() && (std::isdigit(static_cast<unsigned char>(base[digits])) != 0 || base[digits] == '.')) ++digits;
    if (digits > 0 && digits < base.size() && !fraction(base.substr(0, digits), wiring.scale)) return false;
    if (digits < base.size()) base = base.substr(digits);
    for (std::size_t i = 0; i < wiring.indices.size(); ++i)
        if (wiring.indices[i] == base) wiring.scaleIndex = static_cast<int>(i);
    return wiring.scaleIndex >= 0;
}

}  // namespace

Result<EinsumSignature> parseEinsum(const std::string& text) {
    if (text.size() > kMaxText) return bad(text, "it is too long");
    const std::size_t arrow = text.find("->");
    if (arrow == std::string::npos) return bad(text, "there is no '->'");
    if (text.find("->", arrow + 2) != std::string::npos) return bad(text, "there is more than one '->'");
    EinsumSignature out;
    std::size_t at = 0;
    const std::string left = text.substr(0, arrow);
    for (bool more = true; more;) {
        const std::size_t comma = left.find(',', at);
        more = comma != std::string::npos;
        out.in.push_back(words(left.substr(at, more ? comma - at : std::string::npos)));
        at = comma + 1;
    }
    out.out = words(text.substr(arrow + 2));
    for (std::size_t i = 0; i < out.out.size(); ++i)
        if (std::find(out.out.begin(), out.out.begin() + static_cast<std::ptrdiff_t>(i), out.out[i]) !=
            out.out.begin() + static_cast<std::ptrdiff_t>(i))
            return bad(text, "the result names '" + out.out[i] + "' twice");
    return out;
}

std::string writeEinsum(const EinsumSignature& signature) {
    std::string out;
    for (std::size_t k = 0; k < signature.in.size(); ++k) {
        if (k > 0) out += ", ";
        for (std::size_t i = 0; i < signature.in[k].size(); ++i) out += (i > 0 ? " " : "") + signature.in[k][i];
    }
    out += " ->";
    for (const std::string& letter : signature.out) out += " " + letter;
    return out;
}

Result<EinsumOperands> wireOperands(const std::string& text, const std::vector<std::vector<std::string>>& in) {
    EinsumSignature signature;
    if (text.find_first_not_of(" \t") == std::string::npos) {
        signature.in.resize(in.size());
    } else {
        Result<EinsumSignature> parsed = parseEinsum(text);
        if (!parsed) return parsed.error();
        signature = *std::move(parsed);
    }
    if (signature.in.size() != in.size())
        return bad(text, "it is for " + std::to_string(signature.in.size()) + " operands, but " + std::to_string(in.size()) +
                             " arrive");
    EinsumOperands out;
    for (std::size_t k = 0; k < in.size(); ++k) {
        Result<std::vector<std::string>> names = assign(text, signature.in[k], in[k], "operand " + std::to_string(k + 1));
        if (!names) return names.error();
        for (const std::string& name : *names)
            if (!has(signature.in[k], name) && !has(out.spread, name)) out.spread.push_back(name);
        out.names.push_back(*std::move(names));
    }
    out.result = signature.out;
    out.spread.erase(std::remove_if(out.spread.begin(), out.spread.end(),
                                    [&](const std::string& name) { return has(out.result, name); }),
                     out.spread.end());
    return out;
}

Result<EinsumWiring> wireEinsum(const std::string& text, const std::string& scale,
                                const std::vector<std::vector<std::string>>& in, const std::vector<std::string>& out) {
    const Result<EinsumOperands> operands = wireOperands(text, in);
    if (!operands) return operands.error();
    EinsumWiring wiring;
    for (const std::vector<std::string>& names : operands->names) {
        std::vector<int>& list = wiring.in.emplace_back();
        for (const std::string& name : names) list.push_back(indexOf(wiring.indices, name));
    }
    const Result<std::vector<std::string>> names = assign(text, operands->result, out, "the result");
    if (!names) return names.error();
    for (std::size_t i = 0; i < out.size(); ++i) {
        wiring.out.push_back(indexOf(wiring.indices, (*names)[i]));
        if (!has(operands->result, (*names)[i]) && !has(operands->spread, (*names)[i]))
            return bad(text, "axis " + out[i] + " of the result comes from nowhere");
    }
    for (const std::string& name : operands->spread)
        if (!has(*names, name)) return bad(text, "axis " + name + " runs past but does not come out");
    if (!readScale(scale, wiring)) return bad(text, "the factor '" + scale.substr(0, 40) + "' is not understood");
    return wiring;
}

std::vector<std::string> axesWithoutBatch(const Circuit& circuit, const std::vector<std::string>& axes) {
    std::vector<std::string> out;
    for (const std::string& id : axes)
        if (const Axis* axis = circuit.axis(id); axis != nullptr && axis->role != AxisRole::Batch) out.push_back(id);
    return out;
}

Result<EinsumWiring> einsumWiring(const Circuit& circuit, const Operation& operation) {
    const ParamSet params = operationParams(operation);
    if (params.find("sig") == nullptr || params.find("scale") == nullptr || operation.out.size() != 1)
        return bad("", "the operation has none");
    std::vector<std::vector<std::string>> in;
    for (const std::string& w : operation.in) in.push_back(axesWithoutBatch(circuit, circuit.wire(w)->axes));
    return wireEinsum(params.text("sig"), params.text("scale"), in,
                      axesWithoutBatch(circuit, circuit.wire(operation.out.front())->axes));
}

}  // namespace lab

// Size expressions of axes: sums of products of whole numbers and axis ids, '/' exact and '//' rounding down.
#pragma once

#include "core/base/Result.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lab {

// Sizes beyond this are refused: no array of it could be held, and products of two stay within 64 bits.
constexpr long kMaxAxisSize = 1'000'000'000;

class SizeExpression {
public:
    enum class Kind { Number, Name, Sum, Difference, Product, Quotient, Floor };
    struct Node {
        Kind kind = Kind::Number;
        long number = 0;
        std::string name;
        int left = -1;   // positions in nodes()
        int right = -1;
    };

    // Grammar: expr = term {('+'|'-') term}; term = factor {('*'|'/'|'//') factor}; factor = number [name] | name |
    // '(' expr ')'. "2n" is 2 * n. Errors: LAB-CIRCUIT-201 with the place in the text.
    static Result<SizeExpression> parse(const std::string& text);

    const std::vector<Node>& nodes() const { return m_nodes; }
    int root() const { return m_root; }
    std::vector<std::string> names() const;  // in reading order, repeats included

    struct Value {
        std::optional<long> value;  // empty: a name is unknown, or the expression has no whole non-negative value
        bool impossible = false;    // all names known, but no value: division with a remainder, negative, too large
    };
    Value evaluate(const std::function<std::optional<long>(const std::string&)>& sizeOf) const;

    // The value that the only unknown name must have for the expression to be `wanted`; empty where there is more than
    // one unknown occurrence, behind '//', or no whole solution.
    struct Inverse {
        std::string name;
        long value = 0;
    };
    std::optional<Inverse> invert(long wanted, const std::function<std::optional<long>(const std::string&)>& sizeOf) const;

    // The text with every name replaced, in canonical spacing ("h*w", "n/4", "p+k").
    std::string write(const std::function<std::string(const std::string&)>& nameOf) const;

private:
    friend class SizeExpressionParser;
    std::vector<Node> m_nodes;
    int m_root = -1;
};

}  // namespace lab

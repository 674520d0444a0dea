#include "core/circuit/SizeExpression.h"

#include <cctype>

namespace lab {

namespace {

constexpr std::size_t kMaxText = 512;
constexpr int kMaxDepth = 64;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
// Everything else than operators, brackets and white space may be part of a name: ids are free text ("σ", "n_1").
bool isNameChar(char c) {
    return c != '+' && c != '-' && c != '*' && c != '/' && c != '(' && c != ')' &&
           std::isspace(static_cast<unsigned char>(c)) == 0;
}

}  // namespace

class SizeExpressionParser {
public:
    explicit SizeExpressionParser(const std::string& text) : m_text(text) {}

    Result<SizeExpression> run() {
        if (m_text.size() > kMaxText) return fail("it is longer than " + std::to_string(kMaxText) + " characters");
        const int root = sum(0);
        if (m_error.empty()) skip();
        if (m_error.empty() && m_at != m_text.size()) m_error = "'" + m_text.substr(m_at, 1) + "' is not expected";
        if (!m_error.empty()) return fail(m_error);
        m_out.m_root = root;
        return std::move(m_out);
    }

private:
    using Kind = SizeExpression::Kind;

    Error fail(const std::string& why) const {
        return {"LAB-CIRCUIT-201", "the size '" + m_text.substr(0, 60) + "' cannot be read: " + why + " (character " +
                                       std::to_string(m_at + 1) + ").",
                "", "Write a whole number, a name, or for example h*w, n/4, 2n, p+k."};
    }
    void skip() {
        while (m_at < m_text.size() && std::isspace(static_cast<unsigned char>(m_text[m_at])) != 0) ++m_at;
    }
    bool take(const char* token) {
        skip();
        const std::string t(token);
        if (m_text.compare(m_at, t.size(), t) != 0) return false;
        m_at += t.size();
        return true;
    }
    int add(Kind kind, int left, int right) {
        SizeExpression::Node node;
        node.kind = kind;
        node.left = left;
        node.right = right;
        m_out.m_nodes.push_back(std::move(node));
        return static_cast<int>(m_out.m_nodes.size()) - 1;
    }
    int sum(int depth) {
        int left = product(depth);
        while (m_error.empty()) {
            if (take("+"))
                left = add(Kind::Sum, left, product(depth));
            else if (take("-"))
                left = add(Kind::Difference, left, product(depth));
            else
                break;
        }
        return left;
    }
    int product(int depth) {
        int left = factor(depth);
        while (m_error.empty()) {
            if (take("*"))
                left = add(Kind::Product, left, factor(depth));
            else if (take("//"))
                left = add(Kind::Floor, left, factor(depth));
            else if (take("/"))
                left = add(Kind::Quotient, left, factor(depth));
            else
                break;
        }
        return left;
    }
    int factor(int depth) {
        skip();
        if (!m_error.empty()) return -1;
        if (depth > kMaxDepth) {
            m_error = "brackets are nested too deeply";
            return -1;
        }
        if (take("(")) {
            const int inner = sum(depth + 1);
            if (m_error.empty() && !take(")")) m_error = "a closing bracket is missing";
            return inner;
        }
        if (m_at >= m_text.size()) {
            m_error = "a number or name is missing at the end";
            return -1;
        }
        if (isDigit(m_text[m_at])) return number();
        if (!isNameChar(m_text[m_at])) {
            m_error = "'" + m_text.substr(m_at, 1) + "' is not expected";
            return -1;
        }
        return name();
    }
    int number() {
        long value = 0;
        while (m_at < m_text.size() && isDigit(m_text[m_at])) {
            value = value * 10 + (m_text[m_at] - '0');
            if (value > kMaxAxisSize) {
                m_error = "the number is larger than " + std::to_string(kMaxAxisSize);
                return -1;
            }
            ++m_at;
        }
        const int node = add(Kind::Number, -1, -1);
        m_out.m_nodes[static_cast<std::size_t>(node)].number = value;
        if (m_at < m_text.size() && isNameChar(m_text[m_at])) return add(Kind::Product, node, name());
        return node;
    }
    int name() {
        const std::size_t start = m_at;
        while (m_at < m_text.size() && isNameChar(m_text[m_at])) ++m_at;
        const int node = add(Kind::Name, -1, -1);
        m_out.m_nodes[static_cast<std::size_t>(node)].name = m_text.substr(start, m_at - start);
        return node;
    }

    const std::string& m_text;
    std::size_t m_at = 0;
    std::string m_error;
    SizeExpression m_out;
};

Result<SizeExpression> SizeExpression::parse(const std::string& text) { return SizeExpressionParser(text).run(); }

std::vector<std::string> SizeExpression::names() const {
    std::vector<std::string> out;
    for (const Node& node : m_nodes)
        if (node.kind == Kind::Name) out.push_back(node.name);
    return out;
}

namespace {

using Lookup = std::function<std::optional<long>(const std::string&)>;
using Kind = SizeExpression::Kind;
using Node = SizeExpression::Node;

// Nodes are stored children first, so one pass evaluates all. Differences may be negative on the way.
std::vector<SizeExpression::Value> evaluateAll(const std::vector<Node>& nodes, const Lookup& sizeOf) {
    std::vector<SizeExpression::Value> values(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        SizeExpression::Value& v = values[i];
        if (node.kind == Kind::Number) {
            v.value = node.number;
            continue;
        }
        if (node.kind == Kind::Name) {
            v.value = sizeOf(node.name);
            continue;
        }
        const SizeExpression::Value& a = values[static_cast<std::size_t>(node.left)];
        const SizeExpression::Value& b = values[static_cast<std::size_t>(node.right)];
        v.impossible = a.impossible || b.impossible;
        if (v.impossible || !a.value || !b.value) continue;
        long r = 0;
        bool bad = false;
        switch (node.kind) {
            case Kind::Sum: bad = __builtin_add_overflow(*a.value, *b.value, &r); break;
            case Kind::Difference: bad = __builtin_sub_overflow(*a.value, *b.value, &r); break;
            case Kind::Product: bad = __builtin_mul_overflow(*a.value, *b.value, &r); break;
            case Kind::Quotient:
                bad = *b.value == 0 || *a.value % *b.value != 0;
                if (!bad) r = *a.value / *b.value;
                break;
            case Kind::Floor:
                bad = *b.value <= 0 || *a.value < 0;
                if (!bad) r = *a.value / *b.value;
                break;
            case Kind::Number:
            case Kind::Name: break;
        }
        v.impossible = bad;
        if (!bad) v.value = r;
    }
    return values;
}

}  // namespace

SizeExpression::Value SizeExpression::evaluate(const Lookup& sizeOf) const {
    Value v = evaluateAll(m_nodes, sizeOf)[static_cast<std::size_t>(m_root)];
    if (v.value && (*v.value < 1 || *v.value > kMaxAxisSize)) {
        v.value.reset();
        v.impossible = true;
    }
    return v;
}

std::optional<SizeExpression::Inverse> SizeExpression::invert(long wanted, const Lookup& sizeOf) const {
    int unknown = 0;
    for (const Node& node : m_nodes)
        if (node.kind == Kind::Name && !sizeOf(node.name)) ++unknown;
    if (unknown != 1) return std::nullopt;
    const std::vector<Value> values = evaluateAll(m_nodes, sizeOf);
    int at = m_root;
    for (;;) {
        const Node& node = m_nodes[static_cast<std::size_t>(at)];
        if (node.kind == Kind::Number) return std::nullopt;
        if (node.kind == Kind::Name) {
            if (wanted < 1 || wanted > kMaxAxisSize) return std::nullopt;
            return Inverse{node.name, wanted};
        }
        const Value& a = values[static_cast<std::size_t>(node.left)];
        const Value& b = values[static_cast<std::size_t>(node.right)];
        if (a.impossible || b.impossible || (!a.value && !b.value) || (a.value && b.value)) return std::nullopt;
        const bool leftUnknown = !a.value;
        const long known = leftUnknown ? *b.value : *a.value;
        long next = 0;
        switch (node.kind) {
            case Kind::Sum:
                if (__builtin_sub_overflow(wanted, known, &next)) return std::nullopt;
                break;
            case Kind::Difference:
                if (leftUnknown ? __builtin_add_overflow(wanted, known, &next) : __builtin_sub_overflow(known, wanted, &next))
                    return std::nullopt;
                break;
            case Kind::Product:
                if (known == 0 || wanted % known != 0) return std::nullopt;
                next = wanted / known;
                break;
            case Kind::Quotient:
                if (leftUnknown) {
                    if (__builtin_mul_overflow(wanted, known, &next)) return std::nullopt;
                } else {
                    if (wanted == 0 || known % wanted != 0) return std::nullopt;
                    next = known / wanted;
                }
                break;
            case Kind::Floor:
            case Kind::Number:
            case Kind::Name: return std::nullopt;
        }
        wanted = next;
        at = leftUnknown ? node.left : node.right;
    }
}

std::string SizeExpression::write(const std::function<std::string(const std::string&)>& nameOf) const {
    // Strength of binding: sums 1, products 2, atoms 3; a right operand of '-', '/', '//' needs the next level.
    struct Text {
        std::string text;
        int strength = 3;
    };
    std::vector<Text> texts(m_nodes.size());
    for (std::size_t i = 0; i < m_nodes.size(); ++i) {
        const Node& node = m_nodes[i];
        if (node.kind == Kind::Number) {
            texts[i].text = std::to_string(node.number);
            continue;
        }
        if (node.kind == Kind::Name) {
            texts[i].text = nameOf(node.name);
            continue;
        }
        const bool additive = node.kind == Kind::Sum || node.kind == Kind::Difference;
        const int strength = additive ? 1 : 2;
        const auto part = [&](int child, bool strict) {
            const Text& t = texts[static_cast<std::size_t>(child)];
            return t.strength < strength + (strict ? 1 : 0) ? "(" + t.text + ")" : t.text;
        };
        const char* sign = node.kind == Kind::Sum          ? "+"
                           : node.kind == Kind::Difference ? "-"
                           : node.kind == Kind::Product    ? "*"
                           : node.kind == Kind::Quotient   ? "/"
                                                           : "//";
        const bool strict = node.kind != Kind::Sum;
        texts[i].text = part(node.left, false) + sign + part(node.right, strict);
        texts[i].strength = strength;
    }
    return texts[static_cast<std::size_t>(m_root)].text;
}

}  // namespace lab

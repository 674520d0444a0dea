#include "core/document/LabelText.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

namespace lab {

namespace {

using Pair = std::pair<char, const char*>;

constexpr std::array<Pair, 29> kBelow{{{'0', "₀"}, {'1', "₁"}, {'2', "₂"}, {'3', "₃"}, {'4', "₄"}, {'5', "₅"}, {'6', "₆"},
                                       {'7', "₇"}, {'8', "₈"}, {'9', "₉"}, {'+', "₊"}, {'-', "₋"}, {'=', "₌"}, {'(', "₍"},
                                       {')', "₎"}, {'a', "ₐ"}, {'e', "ₑ"}, {'h', "ₕ"}, {'i', "ᵢ"}, {'j', "ⱼ"}, {'k', "ₖ"},
                                       {'l', "ₗ"}, {'m', "ₘ"}, {'n', "ₙ"}, {'o', "ₒ"}, {'p', "ₚ"}, {'s', "ₛ"}, {'t', "ₜ"},
                                       {'x', "ₓ"}}};
constexpr std::array<Pair, 16> kAbove{{{'0', "⁰"}, {'1', "¹"}, {'2', "²"}, {'3', "³"}, {'4', "⁴"}, {'5', "⁵"}, {'6', "⁶"},
                                       {'7', "⁷"}, {'8', "⁸"}, {'9', "⁹"}, {'+', "⁺"}, {'-', "⁻"}, {'=', "⁼"}, {'(', "⁽"},
                                       {')', "⁾"}, {'n', "ⁿ"}}};

template <std::size_t N>
bool raise(std::string_view text, const std::array<Pair, N>& table, std::string& out) {
    std::string made;
    for (const char c : text) {
        const char* found = nullptr;
        for (const Pair& pair : table) if (pair.first == c) found = pair.second;
        if (!found) return false;
        made += found;
    }
    out += made;
    return true;
}

std::size_t glyphBytes(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xE0) return 2;
    return lead < 0xF0 ? 3 : 4;
}

// The group after '_' or '^': "{...}" or one character. Leaves `i` behind it.
std::string_view group(const std::string& text, std::size_t& i) {
    if (i < text.size() && text[i] == '{') {
        const std::size_t end = text.find('}', i);
        if (end != std::string::npos) {
            const std::string_view inner(text.data() + i + 1, end - i - 1);
            i = end + 1;
            return inner;
        }
    }
    if (i >= text.size()) return {};
    const std::size_t bytes = std::min(glyphBytes(static_cast<unsigned char>(text[i])), text.size() - i);
    const std::string_view inner(text.data() + i, bytes);
    i += bytes;
    return inner;
}

}  // namespace

std::string figureText(const std::string& markup) {
    std::string out;
    for (std::size_t i = 0; i < markup.size();) {
        const char c = markup[i];
        if ((c == '_' || c == '^') && i + 1 < markup.size() && i > 0) {
            ++i;
            const std::string_view inner = group(markup, i);
            const bool done = c == '_' ? raise(inner, kBelow, out) : raise(inner, kAbove, out);
            if (!done) out.append(1, c).append(inner);
        } else if ((c == '~' || c == '`') && i + 1 < markup.size()) {
            ++i;
            out.append(group(markup, i)).append(c == '~' ? "\u0304" : "\u0302");
        } else if (c == '*' || c == '|') {
            // Bold and roman are marked in pairs; a single one is a sign.
            const std::size_t end = markup.find(c, i + 1);
            if (end == std::string::npos) {
                out += c;
                ++i;
            } else {
                out += figureText(markup.substr(i + 1, end - i - 1));
                i = end + 1;
            }
        } else {
            out += c;
            ++i;
        }
    }
    return out;
}

std::string figureNumber(double value, int digits) {
    if (value != value) return "–";
    if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
    if (value == 0) return "0";
    const double size = std::abs(value);
    std::array<char, 64> text{};
    if (size >= 1e6 || size < 1e-3) {
        std::snprintf(text.data(), text.size(), "%.*e", std::max(0, digits - 1), value);
        // 1.20e+07 -> 1.2·10⁷
        const char* e = std::strchr(text.data(), 'e');
        std::string mantissa(text.data(), static_cast<std::size_t>(e - text.data()));
        if (mantissa.find('.') != std::string::npos) {
            while (mantissa.back() == '0') mantissa.pop_back();
            if (mantissa.back() == '.') mantissa.pop_back();
        }
        const bool minus = mantissa.front() == '-';
        if (minus) mantissa.erase(0, 1);
        const std::string power = figureText("0^{" + std::to_string(std::atoi(e + 1)) + "}").substr(1);
        return (minus ? "−" : "") + (mantissa == "1" ? std::string() : mantissa + "·") + "10" + power;
    }
    const int whole = static_cast<int>(std::floor(std::log10(size))) + 1;
    std::snprintf(text.data(), text.size(), "%.*f", std::max(0, digits - whole), value);
    std::string out = text.data();
    if (out.find('.') != std::string::npos) {
        while (out.back() == '0') out.pop_back();
        if (out.back() == '.') out.pop_back();
    }
    if (out.front() == '-') out.replace(0, 1, "−");
    return out;
}

std::string figureCount(long long value) {
    std::string digits = std::to_string(value < 0 ? -value : value);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, "\u202F");
    return (value < 0 ? "−" : "") + digits;
}

}  // namespace lab

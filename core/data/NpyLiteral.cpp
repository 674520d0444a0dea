#include "core/data/NpyLiteral.h"

#include <charconv>

namespace lab {

namespace {

class LiteralParser {
public:
    LiteralParser(std::string_view text, const std::string& where) : m_text(text), m_where(where) {}

    Result<NpyLiteral> parse() {
        if (!take('{')) return wanted("'{'");
        while (!take('}')) {
            const Result<std::string> key = string();
            if (!key) return key.error();
            if (!take(':')) return wanted("':'");
            const Result<void> done = value(*key);
            if (!done) return done.error();
            if (take(',')) continue;
            if (take('}')) break;
            return wanted("',' or '}'");
        }
        skipBlanks();
        if (m_at != m_text.size()) return wanted("the end of the header");
        if (!m_hasDescr || !m_hasOrder || !m_hasShape) return wanted("the keys descr, fortran_order and shape");
        return m_out;
    }

private:
    Error wanted(const std::string& what) const {
        return {"LAB-DATA-143",
                "the header cannot be understood: " + what + " was wanted, found " +
                    (m_at < m_text.size() ? "'" + printable(m_text.substr(m_at, 12)) + "'" : std::string("its end")) + ".",
                m_where + ":header column " + std::to_string(m_at + 1), "Write the file again with numpy.save."};
    }

    static std::string printable(std::string_view text) {
        std::string out(text);
        for (char& c : out)
            if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
        return out;
    }

    void skipBlanks() {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n')) ++m_at;
    }
    bool take(char c) {
        skipBlanks();
        if (m_at >= m_text.size() || m_text[m_at] != c) return false;
        ++m_at;
        return true;
    }
    bool takeWord(std::string_view word) {
        skipBlanks();
        if (m_text.substr(m_at, word.size()) != word) return false;
        m_at += word.size();
        return true;
    }

    Result<std::string> string() {
        skipBlanks();
        const char quote = m_at < m_text.size() ? m_text[m_at] : '\0';
        if (quote != '\'' && quote != '"') return wanted("a quoted text");
        const std::size_t end = m_text.find(quote, m_at + 1);
        if (end == std::string_view::npos || end - m_at > 64) return wanted("a short quoted text");
        std::string out(m_text.substr(m_at + 1, end - m_at - 1));
        m_at = end + 1;
        return out;
    }

    Result<void> value(const std::string& key) {
        if (key == "descr" && !m_hasDescr) {
            m_hasDescr = true;
            skipBlanks();
            if (m_at < m_text.size() && m_text[m_at] == '[')
                return Error{"LAB-DATA-144", "the elements are records with named fields, but plain numbers were wanted.",
                             m_where, "Save one field as an array of its own."};
            Result<std::string> text = string();
            if (!text) return text.error();
            m_out.descr = std::move(*text);
            return {};
        }
        if (key == "fortran_order" && !m_hasOrder) {
            m_hasOrder = true;
            if (takeWord("True"))
                m_out.fortranOrder = true;
            else if (!takeWord("False"))
                return wanted("True or False");
            return {};
        }
        if (key == "shape" && !m_hasShape) {
            m_hasShape = true;
            return shape();
        }
        return wanted("each of the keys descr, fortran_order and shape once");
    }

    Result<void> shape() {
        if (!take('(')) return wanted("'('");
        while (!take(')')) {
            skipBlanks();
            std::int64_t dimension = 0;
            const char* begin = m_text.data() + m_at;
            const auto [end, problem] = std::from_chars(begin, m_text.data() + m_text.size(), dimension);
            if (problem == std::errc::invalid_argument) return wanted("a whole number");
            if (problem != std::errc() || dimension < 0)
                return Error{"LAB-DATA-145",
                             "dimension " + std::to_string(m_out.shape.size() + 1) + " is " +
                                 printable(std::string_view(begin, static_cast<std::size_t>(end - begin))) +
                                 ", but a size from 0 upwards was wanted.",
                             m_where + ":header column " + std::to_string(m_at + 1),
                             "Write the file again with numpy.save."};
            m_at += static_cast<std::size_t>(end - begin);
            m_out.shape.push_back(dimension);
            if (m_out.shape.size() > 8) return wanted("at most 8 dimensions");
            if (take(',')) continue;
            if (take(')')) break;
            return wanted("',' or ')'");
        }
        return {};
    }

    std::string_view m_text;
    const std::string& m_where;
    std::size_t m_at = 0;
    NpyLiteral m_out;
    bool m_hasDescr = false, m_hasOrder = false, m_hasShape = false;
};

}  // namespace

Result<NpyLiteral> parseNpyLiteral(std::string_view text, const std::string& where) {
    return LiteralParser(text, where).parse();
}

}  // namespace lab

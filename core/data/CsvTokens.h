// Fields of delimited text, row by row. Used by the table reader.
#pragma once

#include "core/base/Result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lab {

class CsvTokens {
public:
    // `text` must outlive this object; a byte order mark has been taken off.
    CsvTokens(std::string_view text, char delimiter, std::string where)
        : m_text(text), m_delimiter(delimiter), m_where(std::move(where)) {}

    // Reads the next row that is not blank into `fields`; false at the end. Error LAB-DATA-125 for broken quotes,
    // LAB-DATA-127 for more fields than are read.
    Result<bool> next(std::vector<std::string>& fields);

    // Line, from 1, on which the last row began.
    std::size_t line() const { return m_rowLine; }
    std::string place(std::size_t field) const {
        return m_where + ":" + std::to_string(m_rowLine) + ":" + std::to_string(field + 1);
    }

private:
    Result<void> quoted(std::string& field, std::size_t number);
    bool atLineEnd() const { return m_at >= m_text.size() || m_text[m_at] == '\n' || m_text[m_at] == '\r'; }
    void skipLineEnd();

    std::string_view m_text;
    char m_delimiter;
    std::string m_where;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
    std::size_t m_rowLine = 1;
};

}  // namespace lab

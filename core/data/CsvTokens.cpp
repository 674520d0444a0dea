#include "core/data/CsvTokens.h"

#include "core/data/Csv.h"

namespace lab {

void CsvTokens::skipLineEnd() {
    if (m_at >= m_text.size()) return;
    if (m_text[m_at] == '\r' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '\n') ++m_at;
    ++m_at;
    ++m_line;
}

Result<void> CsvTokens::quoted(std::string& field, std::size_t number) {
    const std::size_t openLine = m_line;
    ++m_at;
    while (m_at < m_text.size()) {
        const char c = m_text[m_at++];
        if (c == '"') {
            if (m_at < m_text.size() && m_text[m_at] == '"') {
                field += '"';
                ++m_at;
                continue;
            }
            if (!atLineEnd() && m_text[m_at] != m_delimiter)
                return Error{
                    "LAB-DATA-125",
                    std::string("text follows a closing quote: '") + m_text[m_at] + "', but a delimiter was wanted.",
                    m_where + ":" + std::to_string(m_line) + ":" + std::to_string(number + 1),
                    "Write quotes inside a quoted field twice."};
            return {};
        }
        if (c == '\n' || (c == '\r' && (m_at >= m_text.size() || m_text[m_at] != '\n'))) ++m_line;
        field += c;
    }
    return Error{"LAB-DATA-125", "a quote is opened but not closed before the end of the file.",
                 m_where + ":" + std::to_string(openLine) + ":" + std::to_string(number + 1), "Close it, or remove it."};
}

Result<bool> CsvTokens::next(std::vector<std::string>& fields) {
    fields.clear();
    while (m_at < m_text.size() && atLineEnd()) skipLineEnd();
    m_rowLine = m_line;
    if (m_at >= m_text.size()) return false;
    for (;;) {
        if (fields.size() == kMaxCsvColumns)
            return Error{"LAB-DATA-127", "the row has more than " + std::to_string(kMaxCsvColumns) + " fields.",
                         m_where + ":" + std::to_string(m_rowLine), "Check the delimiter, or read the data as NPY."};
        std::string field;
        if (m_at < m_text.size() && m_text[m_at] == '"') {
            if (const Result<void> done = quoted(field, fields.size()); !done) return done.error();
        } else {
            const std::size_t start = m_at;
            while (!atLineEnd() && m_text[m_at] != m_delimiter) ++m_at;
            field.assign(m_text.substr(start, m_at - start));
        }
        fields.push_back(std::move(field));
        if (atLineEnd()) break;
        ++m_at;  // the delimiter
    }
    skipLineEnd();
    return true;
}

}  // namespace lab

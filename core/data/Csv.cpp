#include "core/data/Csv.h"

#include "core/data/CsvTokens.h"
#include "core/data/Tensors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

namespace lab {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool parseNumber(std::string_view text, double& value) {
    text = trimmed(text);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Beyond the range of doubles: reported as not finite, not as text.
    if (problem == std::errc::result_out_of_range && end == text.data() + text.size()) value = HUGE_VAL;
    return (problem == std::errc() || problem == std::errc::result_out_of_range) && end == text.data() + text.size();
}

bool isNumber(const std::string& text) {
    double value;
    return parseNumber(text, value);
}

std::string lowered(std::string_view text) {
    std::string out(trimmed(text));
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// Long texts are cut, so that a message stays one line.
std::string quotedText(const std::string& text) {
    std::string shown = text.substr(0, 40);
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    return "'" + shown + (text.size() > 40 ? "...'" : "'");
}

char guessDelimiter(std::string_view text) {
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    for (const char c : {'\t', ';'})
        if (line.find(c) != std::string_view::npos) return c;
    return ',';
}

Result<std::string_view> decode(std::span<const std::uint8_t> bytes, const std::string& where) {
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.size() >= 3 && text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    const std::size_t zero = text.find('\0');
    if (zero != std::string_view::npos || text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF")
        return Error{"LAB-DATA-129", "the file is not text in UTF-8: it holds zero bytes or a UTF-16 mark.",
                     where + ":byte " + std::to_string(zero == std::string_view::npos ? 0 : zero),
                     "Save the table as CSV in UTF-8."};
    return text;
}

struct Layout {
    bool hasHeader = false;
    std::size_t columns = 0;
    std::size_t label = 0;
    std::vector<std::string> names;  // empty without a header
};

bool guessHeader(const std::vector<std::string>& first, const std::vector<std::string>& second) {
    for (std::size_t c = 0; c < first.size(); ++c) {
        const bool below = c < second.size() && isNumber(second[c]);
        if (below && !trimmed(first[c]).empty() && !isNumber(first[c])) return true;
    }
    return false;
}

Result<std::size_t> findLabel(const Layout& layout, const std::string& wanted, const std::string& place) {
    if (wanted.empty()) {
        std::vector<std::size_t> found;
        for (std::size_t c = 0; c < layout.names.size(); ++c) {
            const std::string name = lowered(layout.names[c]);
            if (name == "label" || name == "class" || name == "target" || name == "species") found.push_back(c);
        }
        return found.size() == 1 ? found[0] : layout.columns - 1;
    }
    for (std::size_t c = 0; c < layout.names.size(); ++c)
        if (trimmed(layout.names[c]) == wanted) return c;
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
    if (problem == std::errc() && end == wanted.data() + wanted.size() && number >= 1 && number <= layout.columns)
        return number - 1;
    std::string names;
    for (std::size_t c = 0; c < std::min<std::size_t>(layout.names.size(), 12); ++c)
        names += (c == 0 ? "" : ", ") + quotedText(layout.names[c]);
    return Error{"LAB-DATA-126",
                 "there is no column " + quotedText(wanted) + " among the " + std::to_string(layout.columns) + ".", place,
                 names.empty() ? "The file has no header: give the number of the column, from 1."
                               : "Columns: " + names + (layout.names.size() > 12 ? ", ..." : "") + "."};
}

// Texts of the class column, numbered as they come, and put in order at the end.
class LabelTexts {
public:
    // False where there are more different texts than classes are allowed.
    bool add(std::string_view text) {
        const auto [it, isNew] = m_numbers.try_emplace(std::string(text), static_cast<int>(m_numbers.size()));
        m_labels.push_back(it->second);
        return m_numbers.size() <= static_cast<std::size_t>(kMaxClasses);
    }

    // Texts in class order, with labels rewritten to it; false where the texts are numbers with decimals, and many.
    bool finish(std::vector<std::string>& names, std::vector<int>& labels) {
        bool numeric = true, whole = true;
        std::vector<std::pair<double, const std::string*>> order;
        for (const auto& entry : m_numbers) {
            double value = 0;
            numeric = numeric && parseNumber(entry.first, value) && std::isfinite(value);
            whole = whole && value == std::floor(value);
            order.emplace_back(value, &entry.first);
        }
        constexpr std::size_t kManyDecimals = 20;
        if (numeric && !whole && order.size() > kManyDecimals) return false;
        if (!numeric)
            for (auto& entry : order) entry.first = 0;
        std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : *a.second < *b.second;
        });
        // Numbers that are written in two ways (1 and 1.0) are one class.
        std::vector<int> classOf(m_numbers.size());
        for (std::size_t k = 0; k < order.size(); ++k) {
            if (k == 0 || !numeric || order[k].first != order[k - 1].first)
                names.push_back(numeric && whole && std::abs(order[k].first) < 1e15
                                    ? std::to_string(static_cast<long long>(order[k].first))
                                    : *order[k].second);
            classOf[static_cast<std::size_t>(m_numbers.at(*order[k].second))] = static_cast<int>(names.size()) - 1;
        }
        labels.reserve(m_labels.size());
        for (const int raw : m_labels) labels.push_back(classOf[static_cast<std::size_t>(raw)]);
        return true;
    }

private:
    std::map<std::string, int> m_numbers;
    std::vector<int> m_labels;
};

class TableReader {
public:
    TableReader(const Layout& layout, const CsvOptions& options) : m_layout(layout), m_options(options) {}

    Result<void> add(const std::vector<std::string>& fields, const CsvTokens& tokens) {
        if (fields.size() != m_layout.columns)
            return Error{"LAB-DATA-122",
                         "the row has " + std::to_string(fields.size()) + " fields, but the first row has " +
                             std::to_string(m_layout.columns) + ".",
                         tokens.place(std::min(fields.size(), m_layout.columns)),
                         "Check for a missing value, or for a delimiter inside a field that is not quoted."};
        for (std::size_t c = 0; c < fields.size(); ++c) {
            const Result<void> done =
                c == m_layout.label ? addLabel(fields[c], tokens.place(c)) : addValue(c, fields[c], tokens);
            if (!done) return done;
        }
        ++m_rows;
        return {};
    }

    Result<Dataset> finish(const std::string& where) {
        const auto width = static_cast<Index>(m_layout.columns - 1);
        Shape shape = m_options.shape.empty() ? Shape{width} : m_options.shape;
        if (elements(shape) != width)
            return Error{"LAB-DATA-130",
                         "there are " + std::to_string(width) + " columns of values, but a sample of " +
                             dimensionsText(shape) + " has " + std::to_string(elements(shape)) + ".",
                         where, "Change the shape, or leave it out to read a table."};
        std::vector<std::string> names;
        Samples samples;
        if (!m_labels.finish(names, samples.y))
            return Error{"LAB-DATA-128",
                         "the class column" + labelName() +
                             " holds many different numbers with decimals: it looks like a "
                             "measurement, not like classes.",
                         where, "Name the column of the class with label=NAME."};
        samples.x = Eigen::Map<const Matrix>(m_values.data(), m_rows, width);
        Result<Dataset> set = assembleDataset(where, std::move(shape), std::move(samples), {}, std::move(names));
        if (!set) return set;
        for (std::size_t c = 0; c < m_layout.names.size(); ++c)
            if (c != m_layout.label) set->schema.featureNames.emplace_back(trimmed(m_layout.names[c]));
        return set;
    }

    Index rows() const { return m_rows; }

private:
    std::string labelName() const {
        return m_layout.names.empty() ? std::string() : " " + quotedText(m_layout.names[m_layout.label]);
    }

    Result<void> addLabel(const std::string& field, const std::string& place) {
        const std::string_view text = trimmed(field);
        if (text.empty())
            return Error{"LAB-DATA-128", "the class column" + labelName() + " is empty here.", place,
                         "Fill it in, or remove the row."};
        if (!m_labels.add(text))
            return Error{
                "LAB-DATA-128",
                "the class column" + labelName() + " holds more than " + std::to_string(kMaxClasses) + " different values.",
                place, "Name the column of the class with label=NAME."};
        return {};
    }

    Result<void> addValue(std::size_t c, const std::string& field, const CsvTokens& tokens) {
        double value = 0;
        const std::string column = m_layout.names.empty() ? std::string() : " of column " + quotedText(m_layout.names[c]);
        if (!parseNumber(field, value)) {
            const bool empty = trimmed(field).empty();
            const bool comma = field.find(',') != std::string::npos;
            return Error{"LAB-DATA-123",
                         (empty ? std::string("the field") + column + " is empty"
                                : quotedText(field) + column + " is not a number") +
                             ", but a number was wanted.",
                         tokens.place(c),
                         empty   ? "Fill in the missing value, or remove the row or the column."
                         : comma ? "Write numbers with a decimal point, without separators of thousands."
                                 : "Only the class column may hold text: name it with label=NAME, or remove this column."};
        }
        const Real scaled = static_cast<Real>(value / m_options.divisor);
        if (!std::isfinite(scaled))
            return Error{"LAB-DATA-124", quotedText(field) + column + " is not finite, but a finite number was wanted.",
                         tokens.place(c), "Fill in the missing value, or remove the row or the column."};
        m_values.push_back(scaled);
        return {};
    }

    const Layout& m_layout;
    const CsvOptions& m_options;
    std::vector<Real> m_values;
    LabelTexts m_labels;
    Index m_rows = 0;
};

}  // namespace

Result<Dataset> parseCsv(std::span<const std::uint8_t> bytes, const std::string& where, const CsvOptions& options) {
    const Result<std::string_view> text = decode(bytes, where);
    if (!text) return text.error();
    CsvTokens tokens(*text, options.delimiter != 0 ? options.delimiter : guessDelimiter(*text), where);
    const Error noRows{"LAB-DATA-121", "the table has no rows of data.", where + ":1", "Choose another file."};

    std::vector<std::string> first, second;
    Result<bool> more = tokens.next(first);
    if (!more) return more.error();
    if (!*more) return noRows;
    CsvTokens ahead = tokens;
    if (more = ahead.next(second); !more) return more.error();

    Layout layout;
    layout.columns = first.size();
    layout.hasHeader =
        options.header == CsvHeader::Present || (options.header == CsvHeader::Guess && guessHeader(first, second));
    if (layout.hasHeader) layout.names = first;
    if (layout.columns < 2)
        return Error{"LAB-DATA-127", "the first row has one field, but at least a value and a class were wanted.",
                     where + ":1", "Check the delimiter: commas, semicolons and tabs are understood."};
    const Result<std::size_t> label = findLabel(layout, options.label, where + ":1");
    if (!label) return label.error();
    layout.label = *label;

    TableReader table(layout, options);
    if (!layout.hasHeader)
        if (const Result<void> done = table.add(first, tokens); !done) return done.error();
    std::vector<std::string> fields;
    for (;;) {
        if (more = tokens.next(fields); !more) return more.error();
        if (!*more) break;
        if (const Result<void> done = table.add(fields, tokens); !done) return done.error();
    }
    if (table.rows() == 0) return noRows;
    return table.finish(where);
}

bool looksLikeCsv(std::span<const std::uint8_t> bytes) {
    const std::size_t shown = std::min<std::size_t>(bytes.size(), 4096);
    bool delimiter = false;
    for (std::size_t i = 0; i < shown; ++i) {
        const std::uint8_t c = bytes[i];
        if (c < 0x20 && c != '\t' && c != '\r' && c != '\n') return false;
        if (c == 0x7F || c == 0xFF || c == 0xFE) return false;
        delimiter = delimiter || c == ',' || c == ';' || c == '\t';
    }
    return delimiter;
}

}  // namespace lab

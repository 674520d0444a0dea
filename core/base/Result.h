// Result<T>: a value or an Error. Used wherever bad input is possible; programmer errors use LAB_ASSERT.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace lab {

// What went wrong, in terms that the user can act on. Codes are stable ("LAB-IO-103") and tested.
struct Error {
    std::string code;     // stable identifier, "LAB-<area>-<number>"
    std::string message;  // one sentence: what was found and what was wanted
    std::string where;    // file:line:column, JSON path, layer name; may be empty
    std::string hint;     // what to do next; may be empty

    // The whole error as one line of text: "where: message (hint) [code]".
    std::string text() const;
};

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(m_state); }
    const T& value() const& { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}

    bool ok() const { return !m_error.has_value(); }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return *m_error; }

private:
    std::optional<Error> m_error;
};

}  // namespace lab

// LAB_ASSERT: a promise of the programmer. It is checked in every build and throws, so that the thread borders can
// report it and tests can catch it. Never use it for bad input: that is Result<T>.
#pragma once

#include <stdexcept>
#include <string>

namespace lab {

class AssertionFailure : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

[[noreturn]] inline void assertionFailed(const char* what, const char* file, int line) {
    throw AssertionFailure(std::string(file) + ":" + std::to_string(line) + ": assertion failed: " + what);
}

}  // namespace lab

#define LAB_ASSERT(condition) \
    do { \
        if (!(condition)) ::lab::assertionFailed(#condition, __FILE__, __LINE__); \
    } while (false)

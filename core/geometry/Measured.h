// What every measure returns: a number in double precision together with how far it may be trusted. A value that does
// not exist is a NaN with a reason, never 0 and never 1, so that a dead layer is not drawn as a perfect one.
#pragma once

#include <limits>
#include <string>
#include <utility>

namespace lab {

enum class Status {
    Ok,
    Degenerate,     // no variance, a single class, two equal class means: the quantity is not defined here
    TooFewSamples,  // defined, but not for so few samples
    NotConverged,   // an iteration stopped at its limit; the value is the last one
    Approx,         // an approximation; `why` says which
};

// "ok", "degenerate", "too few samples", "not converged", "approximate".
const char* statusName(Status status);

struct Measured {
    double value = std::numeric_limits<double>::quiet_NaN();
    Status status = Status::Degenerate;
    std::string why;  // empty when status is Ok

    static Measured of(double value) { return {value, Status::Ok, {}}; }
    static Measured approximate(double value, std::string why) { return {value, Status::Approx, std::move(why)}; }
    static Measured none(Status status, std::string why) {
        return {std::numeric_limits<double>::quiet_NaN(), status, std::move(why)};
    }

    bool ok() const { return status == Status::Ok; }
    // True when `value` is a number (Ok, Approx, NotConverged).
    bool defined() const { return value == value; }
};

}  // namespace lab

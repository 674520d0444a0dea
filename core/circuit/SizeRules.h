// What a kind with wiring of its own (AxisRule::Own) tells size inference about one of its operations. The solver gives
// the context; a rule states which axes are one, which are products, sums or windows of others, and what is wrong.
#pragma once

#include "core/circuit/Operations.h"

namespace lab {

class SizeContext {
public:
    virtual ~SizeContext() = default;
    SizeContext(const Circuit& c, const Operation& o) : circuit(c), operation(o), params(operationParams(o)) {}

    const Circuit& circuit;
    const Operation& operation;
    const ParamSet params;

    // Axes of a wire without the batch axis, top lane first.
    virtual std::vector<std::string> axes(const std::string& wire) const = 0;
    // Distance of a wire's writer from the inputs: of two operands that disagree the deeper one is to blame.
    virtual int depth(const std::string& wire) const = 0;

    // `left` as its writer made it and `right` as the reader wants it are one axis; `wire` is marked where they are not.
    virtual void same(const std::string& left, const std::string& right, const std::string& wire, const char* code) = 0;
    virtual void product(const std::vector<std::string>& factors, const std::string& whole) = 0;
    virtual void sum(const std::vector<std::string>& parts, const std::string& whole) = 0;
    virtual void window(const std::string& in, const std::string& out, const WindowGeometry& window) = 0;
    // The axis has this size.
    virtual void fixed(const std::string& axis, long size) = 0;
    virtual void wrong(const char* code, const std::string& message, const std::string& wire, const std::string& hint) = 0;
    // Binds the axes that it reads to those of its first wire (see Circuit.h); false, and a problem, where they do not
    // fit, or where something leaves that neither arrives nor is in `made`.
    virtual bool bindTargets(const std::vector<std::string>& made) = 0;
};

// Which axis of `arriving` stands for target.in[i] of an operation whose targets lie on one wire each: itself, or the only
// one that does not leave. Empty where there is none.
std::string boundAxis(const std::string& target, const std::vector<std::string>& arriving, const std::vector<std::string>& leaving);

}  // namespace lab

#include "core/rules/LearningRule.h"

#include "core/base/Assert.h"

namespace lab {

namespace {

class NullSink final : public ChannelSink {
public:
    bool wants(int) const override { return false; }
    void scalar(int, int, double) override {}
    void distributions(int, int, std::span<const double>, std::span<const double>, double) override {}
    void values(int, int, std::span<const double>) override {}
    void images(int, const ConstMatrixMap&, std::span<const std::string>, std::span<const std::uint8_t>) override {}
};

}  // namespace

ChannelSink& nullSink() {
    static NullSink sink;
    return sink;
}

double LearningRule::evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap&, const int* labels) const {
    return crossEntropy(primaryScores.data(), primaryScores.rows(), primaryScores.cols(), labels, nullptr);
}

Result<void> LearningRule::loadState(const std::vector<double>& state) {
    if (state.empty()) return {};
    return Error{"LAB-RULE-102", "the checkpoint holds " + std::to_string(state.size()) + " values of rule state, but this rule has none.",
                 "", "The project was saved with another version of the rule; start the run again."};
}

Result<void> LearningRule::setParam(const std::string& name, const ParamValue&) {
    return Error{"LAB-RULE-103", "parameter '" + name + "' cannot be changed while training runs.", name,
                 "Reset the run to apply it."};
}

}  // namespace lab

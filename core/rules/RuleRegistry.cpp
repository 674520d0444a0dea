// The one explicit list of learning rules, in the order of the menu. A new rule is a .h/.cpp pair, one include and one
// line here, one line in CMakeLists.txt and one case in the tests.
#include "core/rules/LearningRule.h"

#include "core/base/Assert.h"
#include "core/rules/Backprop.h"
#include "core/rules/CascadedForward.h"
#include "core/rules/DirectFeedbackAlignment.h"
#include "core/rules/EquilibriumPropagation.h"
#include "core/rules/FeedbackAlignment.h"
#include "core/rules/ForwardForward.h"
#include "core/rules/MonoForward.h"
#include "core/rules/NoProp.h"

#include <algorithm>

namespace lab {

namespace {

std::vector<RuleDescription> builtIn() {
    return {
        describeBackprop(),
        describeForwardForward(),
        describeMonoForward(),
        describeCascadedForward(),
        describeFeedbackAlignment(),
        describeDirectFeedbackAlignment(),
        describeEquilibriumPropagation(),
        describeNoProp(),
    };
}

// Rules that write into the sample cannot do so between tokens, or into one of several arrays.
Suitability suitsWriting(const std::string& title, const Circuit& circuit, const Network& network, const DataSchema& schema) {
    Suitability out;
    // Of two tokens 1 is more than 0: a label may stand there as it stands among pixels.
    const bool tokens = schema.tokens > 2 || std::any_of(schema.parts.begin(), schema.parts.end(), [](const DataPart& p) { return p.tokens > 2; });
    if (!tokens && !network.hasSeveralInputs()) return out;
    out.ok = false;
    out.reason = title + " writes the label over numbers of the sample, but " +
                 (tokens ? "the samples of '" + schema.title + "' are tokens: another token would stand there."
                         : "this circuit reads " + std::to_string(schema.parts.size()) + " arrays of a sample apart.");
    std::string others;
    for (const RuleDescription& other : ruleRegistry())
        if (!other.writesInput && other.suits && other.suits(circuit, network, schema, ParamSet(other.params)).ok)
            others += (others.empty() ? "" : ", ") + other.title;
    out.hint = others.empty() ? "Choose data of plain numbers in one array."
                              : "Choose a rule that leaves the sample as it is (" + others + "), or data of plain numbers in one array.";
    return out;
}

// What a rule declares is checked before its own opinion is asked.
RuleDescription guarded(RuleDescription rule) {
    if (!rule.writesInput) return rule;
    auto own = std::move(rule.suits);
    rule.suits = [own = std::move(own), title = rule.title](const Circuit& circuit, const Network& network, const DataSchema& schema,
                                                            const ParamSet& params) {
        Suitability refused = suitsWriting(title, circuit, network, schema);
        return refused.ok ? own(circuit, network, schema, params) : refused;
    };
    return rule;
}

// Room for added rules is reserved once: pointers into the list stay valid.
constexpr std::size_t kCapacity = 128;

std::vector<RuleDescription>& registry() {
    static std::vector<RuleDescription> rules = [] {
        std::vector<RuleDescription> list;
        list.reserve(kCapacity);
        for (RuleDescription& rule : builtIn()) list.push_back(guarded(std::move(rule)));
        return list;
    }();
    return rules;
}

}  // namespace

const std::vector<RuleDescription>& ruleRegistry() { return registry(); }

const RuleDescription* findRule(const std::string& idOrAlias) {
    for (const RuleDescription& rule : ruleRegistry())
        if (rule.id == idOrAlias || std::find(rule.aliases.begin(), rule.aliases.end(), idOrAlias) != rule.aliases.end())
            return &rule;
    return nullptr;
}

ScopedRule::ScopedRule(RuleDescription rule) : m_id(rule.id) {
    LAB_ASSERT(!m_id.empty() && findRule(m_id) == nullptr);
    LAB_ASSERT(registry().size() < kCapacity);
    registry().push_back(guarded(std::move(rule)));
}

ScopedRule::~ScopedRule() {
    if (!registry().empty() && registry().back().id == m_id) registry().pop_back();
}

}  // namespace lab

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

// Room for added rules is reserved once: pointers into the list stay valid.
constexpr std::size_t kCapacity = 128;

std::vector<RuleDescription>& registry() {
    static std::vector<RuleDescription> rules = [] {
        std::vector<RuleDescription> list = builtIn();
        list.reserve(kCapacity);
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
    registry().push_back(std::move(rule));
}

ScopedRule::~ScopedRule() {
    if (!registry().empty() && registry().back().id == m_id) registry().pop_back();
}

}  // namespace lab

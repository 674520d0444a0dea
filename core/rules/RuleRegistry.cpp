// The one explicit list of learning rules, in the order of the menu. A new rule is a .h/.cpp pair, one include and one
// line here, one line in CMakeLists.txt and one case in the tests.
#include "core/rules/RuleDescription.h"

#include <algorithm>

namespace lab {

const std::vector<RuleDescription>& ruleRegistry() {
    static const std::vector<RuleDescription> rules = {
    };
    return rules;
}

const RuleDescription* findRule(const std::string& idOrAlias) {
    for (const RuleDescription& rule : ruleRegistry())
        if (rule.id == idOrAlias || std::find(rule.aliases.begin(), rule.aliases.end(), idOrAlias) != rule.aliases.end())
            return &rule;
    return nullptr;
}

}  // namespace lab

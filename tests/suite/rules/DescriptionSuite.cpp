// What every rule says about itself is complete and true: texts, parameters, channels, phases, marks, and which circuits
// it can train. Runs over the registry; a new rule needs no line here.
#include "suite/rules/RuleBench.h"

#include <QTest>

#include <set>

using namespace lab;
using namespace lab::test;

namespace {

bool isIdentifier(const std::string& text, char joint) {
    if (text.empty() || !(text.front() >= 'a' && text.front() <= 'z')) return false;
    for (const char c : text)
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == joint)) return false;
    return true;
}

bool isSentence(const std::string& text) {
    return text.size() >= 12 && text.back() == '.';
}

}  // namespace

#define RULE()          \
    QFETCH(int, index); \
    const RuleDescription& rule = ruleRegistry()[static_cast<std::size_t>(index)]

class DescriptionSuite : public QObject {
    Q_OBJECT

private slots:
    void idsAreUnique();
    void describesItself_data() { rules(); }
    void describesItself();
    void recipeIsValid_data() { rules(); }
    void recipeIsValid();
    void answersForEveryTemplate_data() { rules(); }
    void answersForEveryTemplate();
    void marksPointAtTheCircuit_data() { rules(); }
    void marksPointAtTheCircuit();
    void unknownRuleIsNotFound();
    void addedRuleComesAndGoes();

private:
    static void rules() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < ruleRegistry().size(); ++i)
            QTest::newRow(ruleRegistry()[i].id.c_str()) << static_cast<int>(i);
    }
};

void DescriptionSuite::idsAreUnique() {
    QVERIFY(!ruleRegistry().empty());
    std::set<std::string> seen;
    for (const RuleDescription& rule : ruleRegistry()) {
        QVERIFY2(isIdentifier(rule.id, '-'), rule.id.c_str());
        QVERIFY2(seen.insert(rule.id).second, rule.id.c_str());
        QCOMPARE(findRule(rule.id), &rule);
        for (const std::string& alias : rule.aliases) {
            QVERIFY2(seen.insert(alias).second, alias.c_str());
            QCOMPARE(findRule(alias), &rule);
        }
    }
}

void DescriptionSuite::describesItself() {
    RULE();
    QVERIFY(!rule.title.empty() && !rule.family.empty());
    QVERIFY(isSentence(rule.summary));
    QVERIFY2(rule.source.find("19") != std::string::npos || rule.source.find("20") != std::string::npos,
             "source without a year");
    QVERIFY(isSentence(rule.costNote));
    QVERIFY(rule.suits && rule.marks && rule.make);

    std::set<std::string> phases;
    QVERIFY(!rule.phases.empty());
    for (const PhaseSpec& phase : rule.phases) {
        QVERIFY2(isIdentifier(phase.id, '_') && !phase.title.empty() && isSentence(phase.doc), phase.id.c_str());
        QVERIFY2(phases.insert(phase.id).second, phase.id.c_str());
    }
    QVERIFY(!rule.equations.empty());
    for (const EquationLine& line : rule.equations) {
        QVERIFY2(!line.markup.empty() && !line.words.empty(), line.markup.c_str());
        QVERIFY2(line.phase.empty() || phases.count(line.phase) == 1, line.phase.c_str());
    }

    std::set<std::string> names;
    for (const ParamSpec& spec : rule.params) {
        QVERIFY2(isIdentifier(spec.name, '_') && names.insert(spec.name).second, spec.name.c_str());
        QVERIFY2(!spec.title.empty() && isSentence(spec.doc), spec.name.c_str());
        QVERIFY2(static_cast<bool>(checkParam(spec, spec.standard)), spec.name.c_str());
        for (const ParamChoice& choice : spec.choices)
            QVERIFY2(!choice.id.empty() && !choice.title.empty() && isSentence(choice.doc), choice.id.c_str());
        if (spec.kind == ParamKind::Choice) QVERIFY2(spec.choices.size() >= 2, spec.name.c_str());
    }
    for (const ParamSpec& spec : rule.params)
        for (const ParamCondition& condition : spec.visibleIf)
            QVERIFY2(names.count(condition.name) == 1, condition.name.c_str());

    std::set<std::string> channels;
    QVERIFY(!rule.channels.empty());
    for (const ChannelSpec& channel : rule.channels) {
        QVERIFY2(isIdentifier(channel.id, '_') && channels.insert(channel.id).second, channel.id.c_str());
        QVERIFY2(!channel.title.empty() && isSentence(channel.doc), channel.id.c_str());
        if (channel.kind == ChannelKind::Values) QVERIFY2(!channel.indexTitle.empty(), channel.id.c_str());
        if (channel.kind == ChannelKind::Distributions)
            QVERIFY2(!channel.positiveTitle.empty() && !channel.negativeTitle.empty(), channel.id.c_str());
    }
}

void DescriptionSuite::recipeIsValid() {
    RULE();
    const OptimizerDescription* optimizer = findOptimizer(rule.optimizer.id);
    QVERIFY2(optimizer != nullptr, rule.optimizer.id.c_str());
    ParamSet settings(optimizer->params);
    const Result<void> assigned = settings.assign(rule.optimizer.held);
    QVERIFY2(assigned.ok(), assigned.ok() ? "" : assigned.error().text().c_str());
    ParamSet schedule(scheduleParams());
    const Result<void> scheduled = schedule.assign(rule.schedule);
    QVERIFY2(scheduled.ok(), scheduled.ok() ? "" : scheduled.error().text().c_str());
    QVERIFY(rule.batch >= 1 && rule.epochs >= 1);
}

void DescriptionSuite::answersForEveryTemplate() {
    RULE();
    const std::shared_ptr<const PreparedData> data = smallSeg7();
    int suited = 0;
    for (const CircuitTemplate& entry : circuitTemplates()) {
        const Result<Circuit> circuit = makeTemplate(entry.id, shapeOf(data->schema), data->schema.classes);
        QVERIFY2(circuit.ok(), entry.id.c_str());
        CompileOptions compile;
        compile.inputShape = data->schema.shape;
        compile.classes = data->schema.classes;
        const Result<std::unique_ptr<Network>> network = Network::compile(*circuit, compile);
        QVERIFY2(network.ok(), network.ok() ? "" : network.error().text().c_str());
        const Suitability answer = rule.suits(*circuit, **network, data->schema, ParamSet(rule.params));
        if (answer.ok) {
            ++suited;
            QVERIFY2(answer.reason.empty(), entry.id.c_str());
            for (const std::string& note : answer.notes) QVERIFY2(isSentence(note), note.c_str());
            continue;
        }
        QVERIFY2(isSentence(answer.reason) && isSentence(answer.hint), entry.id.c_str());
        for (const Fix& fix : answer.fixes) {
            QVERIFY(!fix.title.empty());
            const Result<std::unique_ptr<Network>> fixed = Network::compile(fix.result, compile);
            QVERIFY2(fixed.ok(), fixed.ok() ? "" : fixed.error().text().c_str());
            QVERIFY2(rule.suits(fix.result, **fixed, data->schema, ParamSet(rule.params)).ok, fix.title.c_str());
        }
    }
    QVERIFY2(suited >= 1, "a rule that suits no template cannot be tried");
}

void DescriptionSuite::marksPointAtTheCircuit() {
    RULE();
    const std::shared_ptr<const PreparedData> data = smallSeg7();
    std::set<std::string> channels;
    for (const ChannelSpec& channel : rule.channels) channels.insert(channel.id);
    for (const CircuitTemplate& entry : circuitTemplates()) {
        const Result<Circuit> circuit = makeTemplate(entry.id, shapeOf(data->schema), data->schema.classes);
        QVERIFY(circuit.ok());
        const Result<std::unique_ptr<RuleBench>> bench = RuleBench::make(rule, *circuit, data);
        if (!bench) {
            QCOMPARE(bench.error().code, std::string("TEST-UNSUITABLE"));
            continue;
        }
        const std::vector<Mark> marks = rule.marks(*circuit, *(*bench)->network, ParamSet(rule.params));
        QVERIFY(!marks.empty());
        bool readout = false, writer = false;
        for (const Mark& mark : marks) {
            QVERIFY2(mark.wire.empty() || circuit->wire(mark.wire) != nullptr, mark.wire.c_str());
            QVERIFY2(mark.operation.empty() || circuit->operation(mark.operation) != nullptr, mark.operation.c_str());
            QVERIFY2(mark.to.empty() || circuit->operation(mark.to) != nullptr, mark.to.c_str());
            QVERIFY2(mark.channel.empty() || channels.count(mark.channel) == 1, mark.channel.c_str());
            QVERIFY(mark.layer >= -1 && mark.layer < static_cast<int>((*bench)->rule->layers().size()));
            if (mark.kind == Mark::Kind::Tap || mark.kind == Mark::Kind::Cut) QVERIFY(!mark.wire.empty());
            if (mark.kind == Mark::Kind::Writer) QVERIFY(!mark.operation.empty() && !mark.label.empty());
            readout = readout || mark.kind == Mark::Kind::Readout;
            writer = writer || mark.kind == Mark::Kind::Writer;
        }
        QVERIFY2(readout, "no mark says how the answer is read off");
        QVERIFY2(writer, "no mark says who changes the weights");
    }
}

void DescriptionSuite::unknownRuleIsNotFound() {
    QVERIFY(findRule("no-such-rule") == nullptr);
}

void DescriptionSuite::addedRuleComesAndGoes() {
    const std::size_t before = ruleRegistry().size();
    const RuleDescription* first = &ruleRegistry().front();
    {
        RuleDescription added;
        added.id = "made-up";
        const ScopedRule scope(added);
        QCOMPARE(ruleRegistry().size(), before + 1);
        QVERIFY(findRule("made-up") != nullptr);
        QCOMPARE(&ruleRegistry().front(), first);  // pointers into the list stay valid
        QVERIFY_EXCEPTION_THROWN(const ScopedRule twice(added), std::logic_error);
    }
    QCOMPARE(ruleRegistry().size(), before);
    QVERIFY(findRule("made-up") == nullptr);
}

QTEST_APPLESS_MAIN(DescriptionSuite)
#include "DescriptionSuite.moc"

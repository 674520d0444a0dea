// The lists: rules, operations, datasets, optimizers, views, measures. Generated from the registries.
#include "app/cli/Commands.h"
#include "core/circuit/Operations.h"
#include "core/document/Views.h"
#include "core/geometry/Measures.h"
#include "core/io/DataFiles.h"
#include "core/io/ExperimentJson.h"
#include "core/rules/RuleDescription.h"

#include <algorithm>
#include <cstring>

namespace lab {

namespace {

// What every registry entry has in common, and the rest as JSON members.
struct Row {
    std::string id;
    std::string title;
    std::string group;
    std::string summary;
    std::string source;
    std::vector<ParamSpec> params;
    std::vector<JsonValue::Member> more;
    std::vector<std::string> aliases{};
};

JsonValue specToJson(const ParamSpec& spec) {
    static const char* kinds[] = {"bool", "integer", "number", "choice", "text"};
    JsonValue out = JsonValue::object({{"name", JsonValue::text(spec.name)},
                                       {"title", JsonValue::text(spec.title)},
                                       {"kind", JsonValue::text(kinds[static_cast<int>(spec.kind)])},
                                       {"default", paramToJson(spec.standard)},
                                       {"doc", JsonValue::text(spec.doc)}});
    if (!spec.symbol.empty()) out.set("symbol", JsonValue::text(spec.symbol));
    if (!spec.unit.empty()) out.set("unit", JsonValue::text(spec.unit));
    if (spec.kind == ParamKind::Integer || spec.kind == ParamKind::Number) {
        out.set("minimum", JsonValue::number(spec.minimum));
        out.set("maximum", JsonValue::number(spec.maximum));
    }
    if (!spec.choices.empty()) {
        JsonValue choices = JsonValue::array();
        for (const ParamChoice& c : spec.choices)
            choices.push(JsonValue::object({{"id", JsonValue::text(c.id)}, {"title", JsonValue::text(c.title)}, {"doc", JsonValue::text(c.doc)}}));
        out.set("choices", std::move(choices));
    }
    out.set("live", JsonValue::boolean(spec.live));
    return out;
}

JsonValue texts(const std::vector<std::string>& values) { return JsonValue::texts(values); }

std::vector<Row> rows(const std::string& what) {
    std::vector<Row> out;
    if (what == "rules") {
        for (const RuleDescription& r : ruleRegistry()) {
            std::vector<std::string> equations;
            for (const EquationLine& line : r.equations) equations.push_back(line.markup + "   " + line.words);
            JsonValue channels = JsonValue::array();
            for (const ChannelSpec& c : r.channels)
                channels.push(JsonValue::object({{"id", JsonValue::text(c.id)}, {"title", JsonValue::text(c.title)}, {"doc", JsonValue::text(c.doc)},
                                                 {"per_layer", JsonValue::boolean(c.scope == ChannelScope::Layer)}}));
            std::vector<std::string> phases;
            for (const PhaseSpec& p : r.phases) phases.push_back(p.id);
            out.push_back({r.id, r.title, r.family, r.summary, r.source, r.params,
                           {{"aliases", texts(r.aliases)},
                            {"equations", texts(equations)},
                            {"channels", std::move(channels)},
                            {"phases", texts(phases)},
                            {"optimizer", JsonValue::text(r.optimizer.id)},
                            {"batch", JsonValue::integer(r.batch)},
                            {"epochs", JsonValue::integer(r.epochs)},
                            {"local", JsonValue::boolean(r.local)},
                            {"cost", JsonValue::text(r.costNote)}},
                           r.aliases});
        }
    } else if (what == "operations") {
        for (const OperationDescription& o : operationRegistry())
            out.push_back({o.kind, o.title, o.category, o.doc, "", o.params,
                           {{"formula", JsonValue::text(o.formula)}, {"learned", JsonValue::boolean(o.learned)}}});
    } else if (what == "datasets") {
        for (const DatasetDescription& d : allDatasets())
            out.push_back({d.id, d.title, d.generated ? "generated" : "recorded", d.summary, d.origin, d.params,
                           {{"licence", JsonValue::text(d.licence)}}});
    } else if (what == "optimizers") {
        for (const OptimizerDescription& o : optimizerRegistry())
            out.push_back({o.id, o.title, "", o.summary, o.source, o.params, {{"equations", texts(o.equations)}}});
    } else if (what == "views") {
        for (const ViewDescription& v : viewRegistry()) out.push_back({v.id, v.title, v.group, v.summary, "", {}, {}});
    } else {
        for (const MeasureDescription& m : measures())
            out.push_back({m.id, m.title, "", m.summary, m.source, m.params,
                           {{"arrays", JsonValue::integer(m.arrays)}, {"labels", JsonValue::boolean(m.needsLabels)}}});
    }
    return out;
}

void print(const std::vector<Row>& list, bool all) {
    std::size_t width = 0;
    for (const Row& row : list) width = std::max(width, row.id.size());
    for (const Row& row : list) {
        std::string head = row.id + std::string(width - row.id.size() + 2, ' ') + row.title;
        if (!row.group.empty()) head += "  (" + row.group + ")";
        out(QString::fromStdString(head + "\n"));
        const std::string indent(width + 2, ' ');
        if (!row.summary.empty()) out(QString::fromStdString(indent + row.summary + "\n"));
        if (!all) continue;
        if (!row.source.empty()) out(QString::fromStdString(indent + "Source: " + row.source + "\n"));
        for (const ParamSpec& spec : row.params) {
            std::string line = indent + "  " + spec.name + "=" + toText(spec.standard);
            if (!spec.choices.empty()) {
                std::string choices;
                for (const ParamChoice& c : spec.choices) choices += (choices.empty() ? "" : "|") + c.id;
                line += "  (" + choices + ")";
            }
            out(QString::fromStdString(line + "  " + spec.doc + "\n"));
        }
    }
}

void options(QCommandLineParser& parser) {
    parser.addOptions({{"json", "Everything, as a JSON array."}, {"long", "Parameters and sources too."}});
}

int runNamed(const std::string& what, const QCommandLineParser& parser, const QStringList& positional) {
    std::vector<Row> list = rows(what);
    if (!positional.isEmpty()) {
        // One entry by name: everything about it.
        const std::string wanted = positional.first().toStdString();
        std::vector<Row> found;
        for (Row& row : list)
            if (row.id == wanted || std::find(row.aliases.begin(), row.aliases.end(), wanted) != row.aliases.end()) found.push_back(std::move(row));
        if (found.empty()) return wrongUse(QString::fromStdString(what), "there is no '" + positional.first() + "'.");
        list = std::move(found);
    }
    if (!parser.isSet("json")) {
        print(list, parser.isSet("long") || !positional.isEmpty());
        return 0;
    }
    JsonValue array = JsonValue::array();
    for (Row& row : list) {
        JsonValue item = JsonValue::object({{"id", JsonValue::text(row.id)}, {"title", JsonValue::text(row.title)},
                                            {"group", JsonValue::text(row.group)}, {"summary", JsonValue::text(row.summary)},
                                            {"source", JsonValue::text(row.source)}});
        JsonValue params = JsonValue::array();
        for (const ParamSpec& spec : row.params) params.push(specToJson(spec));
        item.set("params", std::move(params));
        for (JsonValue::Member& member : row.more) item.set(member.first, std::move(member.second));
        array.push(std::move(item));
    }
    out(QString::fromStdString(writeJson(array, 64) + "\n"));
    return 0;
}

constexpr const char* kLists[] = {"rules", "operations", "datasets", "optimizers", "views", "measures"};
constexpr const char* kSummaries[] = {"Lists the learning rules.", "Lists the operations of circuits.", "Lists the data sets.",
                                      "Lists the optimisers.", "Lists the views.", "Lists the measures."};

template <int N>
int runList(const QCommandLineParser& parser, const QStringList& positional) {
    return runNamed(kLists[N], parser, positional);
}

template <int N>
Command make() {
    return {kLists[N], "[NAME] [options]", kSummaries[N], false, options, runList<N>};
}

}  // namespace

Command listCommand(const char* name) {
    const Command commands[] = {make<0>(), make<1>(), make<2>(), make<3>(), make<4>(), make<5>()};
    for (const Command& command : commands)
        if (std::strcmp(command.name, name) == 0) return command;
    return commands[0];
}

}  // namespace lab

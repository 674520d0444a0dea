// `bench memory`: what each rule holds for the assignment of credit while it trains, against the depth of the network: as
// the rule counts it and as the allocator sees it. With --out the table becomes a figure.
#include "app/FigureFiles.h"
#include "app/cli/BenchSupport.h"
#include "app/cli/Command.h"
#include "core/document/Figure.h"
#include "core/rules/LearningRule.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <cmath>
#include <utility>

namespace lab {

namespace {

// Bytes that are in use, as the allocator sees it; 0 where it does not say.
double allocated() {
#if defined(__GLIBC__)
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
#else
    return 0;
#endif
}

struct Measured {
    double counted = 0, allocator = 0;  // bytes for credit
    double parameters = 0, optimiser = 0;
};

Result<Measured> measure(const ParsedExperiment& parsed) {
    const Experiment& e = parsed.experiment;
    CompileOptions compile;
    compile.inputShape = parsed.data->schema.shape;
    compile.classes = parsed.data->schema.classes;
    compile.parts = parsed.data->schema.parts;
    Result<std::unique_ptr<Network>> network = Network::compile(e.circuit, compile);
    if (!network) return network.error();
    (*network)->initialise(e.seed);
    const RuleDescription* description = findRule(e.rule);
    if (description == nullptr) return Error{"LAB-RULE-100", "there is no learning rule '" + e.rule + "'.", e.rule, ""};
    ParamSet params(description->params);
    if (const Result<void> assigned = params.assign(e.ruleParams); !assigned) return assigned.error();
    const Suitability suits = description->suits(e.circuit, **network, parsed.data->schema, params);
    if (!suits.ok) return Error{"LAB-RULE-101", suits.reason, e.circuit.title, suits.hint};
    UpdaterConfig config;
    config.choice = e.optimizer;
    config.plannedEpochs = static_cast<double>(e.epochs);
    Updater updater(config);
    Pool pool(1);
    std::vector<Index> samples(static_cast<std::size_t>(e.batch));
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<Index>(i);
    const Samples& train = parsed.data->train;
    Buffer scratch;
    const ConstMatrixMap x(train.block(0, static_cast<Index>(e.batch), scratch), static_cast<Index>(e.batch), train.width());

    const double before = allocated();
    const std::unique_ptr<LearningRule> rule = description->make(
        RuleInit{**network, *parsed.data, params, e.seed, static_cast<Index>(e.batch), static_cast<double>(e.epochs), updater});
    for (std::int64_t step = 0; step < 3; ++step) {
        StepContext context{pool, updater, nullSink()};
        context.seed = e.seed;
        context.step = step;
        context.plannedEpochs = static_cast<double>(e.epochs);
        updater.beginStep(step, 0, false);
        rule->step({x, train.y.data(), samples.data()}, context);
    }
    Measured m;
    m.optimiser = static_cast<double>(updater.bytes());
    m.allocator = allocated() - before - m.optimiser;
    m.counted = static_cast<double>(rule->creditBytes());
    m.parameters = static_cast<double>((*network)->parameters().size()) * static_cast<double>(sizeof(Real));
    return m;
}

constexpr double kMebi = 1024.0 * 1024.0;

}  // namespace

int benchMemory(const QCommandLineParser& parser, const JsonValue& file) {
    JsonReport report("memory.json");
    const JsonCursor root(file, report);
    const bool json = parser.isSet("json");
    const std::int64_t width = root.at("width").integer(1, 1 << 20), batch = root.at("batch").integer(2, 1 << 20);
    const double tolerance = root.numberOr("tolerance", 0.05);
    DataService service;
    JsonValue results = JsonValue::array();
    Figure figure;
    figure.view = "bench-memory";
    figure.title = "Memory for the assignment of credit";
    figure.caption = "Dense layers of " + std::to_string(width) + " units on 784 inputs, batches of " + std::to_string(batch) +
                     ", Adam; beside parameters and optimiser.";
    CurvesPanel credit, all;
    bool close = true, warm = false;
    if (!json) out(QString("rule                  depth  counted MiB  allocator MiB  difference   parameters   optimiser\n"));
    int slot = 0;
    for (const JsonCursor& row : root.at("rules").items()) {
        CurveSeries held, whole;
        held.title = whole.title = row.at("title").text();
        held.style = whole.style = seriesStyle(slot++);
        held.markers = whole.markers = true;
        for (const JsonCursor& depth : root.at("depths").items()) {
            std::string circuit = "mlp:784";
            for (std::int64_t l = 0; l < depth.integer(1, 1024); ++l) circuit += "-" + std::to_string(width);
            const JsonValue options = JsonValue::object({{"circuit", JsonValue::text(circuit + "-10")},
                                                         {"rule", JsonValue::text(row.at("rule").text())},
                                                         {"batch", JsonValue::integer(batch)}});
            const Result<ParsedExperiment> parsed = experimentOf(JsonCursor(options, report), 1, service);
            if (!parsed) return fail(parsed.error());
            // The first time the library of products makes and keeps its code.
            if (!std::exchange(warm, true))
                if (const Result<Measured> first = measure(*parsed); !first) return fail(first.error());
            const Result<Measured> m = measure(*parsed);
            if (!m) return fail(m.error());
            const double x = static_cast<double>(depth.integer());
            held.points.push_back({x, m->counted / kMebi});
            whole.points.push_back({x, (m->counted + m->parameters + m->optimiser) / kMebi});
            const double difference = m->allocator > 0 ? m->counted / m->allocator - 1 : std::nan("");
            if (m->allocator > 0) close = close && std::abs(difference) <= tolerance;
            if (!json)
                out(QString("%1 %2 %3 %4 %5 % %6 %7\n").arg(QString::fromStdString(held.title), -22).arg(depth.integer(), 4)
                        .arg(m->counted / kMebi, 12, 'f', 2).arg(m->allocator / kMebi, 14, 'f', 2).arg(100 * difference, 9, 'f', 1)
                        .arg(m->parameters / kMebi, 12, 'f', 2).arg(m->optimiser / kMebi, 11, 'f', 2));
            results.push(JsonValue::object({{"rule", JsonValue::text(held.title)}, {"depth", JsonValue::integer(depth.integer())},
                                            {"counted", JsonValue::number(m->counted)}, {"allocator", JsonValue::number(m->allocator)},
                                            {"parameters", JsonValue::number(m->parameters)}, {"optimizer", JsonValue::number(m->optimiser)}}));
        }
        credit.series.push_back(std::move(held));
        all.series.push_back(std::move(whole));
    }
    if (!report.ok()) return fail(report.error());
    const auto panel = [&](std::string title, CurvesPanel curves) {
        FigurePanel p;
        p.title = std::move(title);
        p.x.title = "hidden layers";
        p.x.integers = true;
        p.y.title = "memory";
        p.y.unit = "MiB";
        p.y.includeZero = true;
        p.content = std::move(curves);
        figure.panels.push_back(std::move(p));
    };
    panel("Held for credit", std::move(credit));
    panel("With parameters and optimiser", std::move(all));
    if (json) out(QString::fromStdString(writeJson(JsonValue::object({{"rows", std::move(results)}}), 64) + "\n"));
    if (parser.isSet("out")) {
        FigureExportOptions options;
        options.height = 600;
        if (const Result<void> done = writeFigure(figure, parser.value("out"), options); !done) return fail(done.error());
    }
    return close ? 0 : kExitFailed;
}

}  // namespace lab

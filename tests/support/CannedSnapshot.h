// A snapshot as a run of a made-up rule would publish it: every kind of channel, three layers, ten classes of small images.
// No engine is needed. The same seed gives the same bits.
#pragma once

#include "core/base/Rng.h"
#include "core/record/Snapshot.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace lab::test {

inline const RuleDescription& cannedRule() {
    static const RuleDescription rule = [] {
        RuleDescription r;
        r.id = "made-up";
        r.title = "Made-up rule";
        const auto add = [&](std::string id, std::string title, std::string symbol, ChannelKind kind, ChannelScope scope) -> ChannelSpec& {
            ChannelSpec channel;
            channel.id = std::move(id);
            channel.title = std::move(title);
            channel.symbol = std::move(symbol);
            channel.kind = kind;
            channel.scope = scope;
            r.channels.push_back(std::move(channel));
            return r.channels.back();
        };
        add("local_loss", "Local loss", "L_k", ChannelKind::Scalar, ChannelScope::Layer).unit = "nat";
        add("goodness", "Goodness", "G_k", ChannelKind::Distributions, ChannelScope::Layer).positiveTitle = "positive";
        add("energy", "Energy", "E", ChannelKind::Values, ChannelScope::Network).indexTitle = "relaxation step";
        add("signal", "Signal to noise", "", ChannelKind::Values, ChannelScope::Layer).indexTitle = "unit";
        add("positives", "Positives", "", ChannelKind::Images, ChannelScope::Network);
        add("negatives", "Negatives", "", ChannelKind::Images, ChannelScope::Network);
        return r;
    }();
    return rule;
}

inline const std::vector<std::string>& cannedClasses() {
    static const std::vector<std::string> names{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
    return names;
}

// A blob whose place and slant depend on the class, so that images look like something.
inline void cannedImage(int label, Stream& stream, Real* out, int side) {
    const double angle = 0.6 * label, cx = side * (0.5 + 0.18 * std::cos(angle)), cy = side * (0.5 + 0.18 * std::sin(angle));
    const double slant = 0.3 * label;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const double u = (x - cx) * std::cos(slant) + (y - cy) * std::sin(slant);
            const double v = (y - cy) * std::cos(slant) - (x - cx) * std::sin(slant);
            const double bump = std::exp(-(u * u / 10.0 + v * v / (3.0 + label)));
            out[y * side + x] = static_cast<Real>(bump + 0.08 * stream.uniform());
        }
}

struct CannedOptions {
    std::uint64_t seed = 1;
    std::int64_t step = 4690;
    int layers = 3;
    int side = 12;
    Index probes = 200;
    bool images = true;   // false: the data are a table of four features
    Index width = 64;
};

inline std::shared_ptr<Snapshot> cannedSnapshot(const CannedOptions& options = {}) {
    auto s = std::make_shared<Snapshot>();
    const std::uint64_t seed = options.seed;
    const int side = options.images ? options.side : 2;
    const Index features = static_cast<Index>(side) * side;
    s->run = 1;
    s->serial = static_cast<std::uint64_t>(options.step) + seed;
    s->state = RunState::Running;
    s->step = options.step;
    s->stepsPerEpoch = 469;
    s->epoch = static_cast<double>(options.step) / 469.0;
    s->plannedSteps = 9380;
    s->plannedEpochs = 20;
    s->rule = &cannedRule();

    auto schema = std::make_shared<DataSchema>();
    schema->id = "canned";
    schema->title = "Canned data";
    schema->shape = options.images ? Shape{1, side, side} : Shape{features};
    schema->classes = 10;
    schema->classNames = cannedClasses();
    s->schema = schema;

    auto layers = std::make_shared<std::vector<RuleLayer>>();
    auto ways = std::make_shared<std::vector<PredictionWay>>();
    ways->push_back({"goodness", "by goodness", -1});
    for (int l = 0; l < options.layers; ++l) {
        layers->push_back({"L" + std::to_string(l + 1), l, options.width, {options.width}});
        ways->push_back({"layer" + std::to_string(l + 1), "layer alone", l});
    }
    s->layers = layers;
    s->ways = ways;

    // Curves.
    History history;
    const int trainLoss = history.add({"train_loss", "train loss", "", "nat", "loss", -1, "", false});
    const int testLoss = history.add({"test_loss", "test loss", "", "nat", "loss", -1, "", false});
    const int trainAccuracy = history.add({"train_accuracy", "train accuracy", "", "%", "accuracy", -1, "", false});
    const int testAccuracy = history.add({"test_accuracy", "test accuracy", "", "%", "accuracy", -1, "", false});
    std::vector<int> local;
    for (int l = 0; l < options.layers; ++l)
        local.push_back(history.add({"local_loss", "Local loss", "L_k", "nat", "local_loss", l, "L" + std::to_string(l + 1), false}));
    Stream noise(seed, Purpose::Analysis, 1);
    auto evaluations = std::make_shared<std::vector<Evaluation>>();
    for (std::int64_t t = 1; t <= options.step; ++t) {
        const double x = static_cast<double>(t), e = x / 469;
        history.append(trainLoss, x, 0.28 + 1.9 * std::exp(-e) + 0.06 * noise.normal());
        for (int l = 0; l < options.layers; ++l)
            history.append(local[static_cast<std::size_t>(l)], x, 0.1 * (l + 1) + 0.7 * std::exp(-e * (1 + l)) + 0.02 * noise.normal());
        if (t % 469 == 0) {
            history.append(testLoss, x, 0.36 + 1.8 * std::exp(-e));
            history.append(trainAccuracy, x, 100 * (0.9 - 0.5 * std::exp(-e)));
            history.append(testAccuracy, x, 100 * (0.87 - 0.5 * std::exp(-e)));
            Evaluation evaluation;
            evaluation.step = t;
            evaluation.epoch = e;
            evaluation.testAccuracy = 0.87 - 0.5 * std::exp(-e);
            evaluation.wayAccuracy.push_back(evaluation.testAccuracy);
            for (int l = 0; l < options.layers; ++l) evaluation.wayAccuracy.push_back(evaluation.testAccuracy - 0.02 * l);
            evaluations->push_back(std::move(evaluation));
        }
    }
    s->history = history.view();
    s->evaluations = evaluations;

    // Channels.
    const double apart = 1 - std::exp(-s->epoch / 2);
    for (int l = 0; l < options.layers; ++l) {
        ChannelValue value;
        Stream draw(seed, Purpose::Analysis, 2, static_cast<std::uint64_t>(l));
        const double theta = static_cast<double>(options.width);
        for (int i = 0; i < 128; ++i) {
            value.positive.push_back(static_cast<float>(theta * (1 + 0.8 * apart * (1 + 0.3 * l) + 0.35 * draw.normal())));
            value.negative.push_back(static_cast<float>(theta * (1 - 0.5 * apart + 0.3 * draw.normal())));
        }
        value.threshold = theta;
        value.step = s->step;
        s->channels[1].push_back(std::move(value));
        ChannelValue signal;
        for (int i = 0; i < 30; ++i) signal.values.push_back(static_cast<float>(2 + std::sin(0.3 * i + l) + 0.2 * draw.normal()));
        signal.step = s->step;
        s->channels[3].push_back(std::move(signal));
    }
    ChannelValue energy;
    for (int i = 0; i < 16; ++i) energy.values.push_back(static_cast<float>(-3 + 5 * std::exp(-0.3 * i)));
    energy.step = s->step;
    s->channels[2].push_back(std::move(energy));

    for (int channel = 4; channel <= 5; ++channel) {
        ImageStrip strip;
        strip.rows.resize(16, features);
        Stream draw(seed, Purpose::Analysis, 3, static_cast<std::uint64_t>(channel));
        for (int i = 0; i < 16; ++i) {
            const int label = i % 10;
            cannedImage(label, draw, strip.rows.row(i).data(), side);
            strip.captions.push_back(channel == 4 ? cannedClasses()[static_cast<std::size_t>(label)]
                                                  : "as " + cannedClasses()[static_cast<std::size_t>((label + 3) % 10)]);
            if (channel == 5) strip.flags.push_back(i == 6 ? 1 : 0);
        }
        strip.flagged = channel == 5 ? 12 : 0;
        strip.seen = channel == 5 ? 60032 : 0;
        s->images[channel] = std::move(strip);
    }

    // Representations: classes drift apart with depth and time.
    auto probe = std::make_shared<Snapshot::Representations>();
    probe->step = s->step;
    Stream draw(seed, Purpose::Analysis, 4);
    probe->inputs.resize(options.probes, features);
    for (Index i = 0; i < options.probes; ++i) {
        probe->labels.push_back(static_cast<int>(i % 10));
        cannedImage(static_cast<int>(i % 10), draw, probe->inputs.row(i).data(), side);
    }
    Stream centres(7, Purpose::Analysis, 5);
    for (int l = 0; l < options.layers; ++l) {
        Matrix activity(options.probes, options.width);
        Matrix means(10, options.width);
        for (Index i = 0; i < means.size(); ++i) means.data()[i] = static_cast<Real>((0.3 + 0.3 * (l + 1) * apart) * centres.normal());
        for (Index i = 0; i < options.probes; ++i)
            for (Index j = 0; j < options.width; ++j)
                activity(i, j) = std::max<Real>(0, means(i % 10, j) + static_cast<Real>(0.4 * draw.normal()));
        probe->layers.push_back(std::move(activity));
    }
    s->representations = probe;

    auto weights = std::make_shared<Snapshot::WeightsCopy>();
    weights->step = s->step;
    for (int l = 0; l < options.layers; ++l) {
        Snapshot::WeightsCopy::Tile tile;
        tile.title = "W_" + std::to_string(l + 1);
        const Index inputs = l == 0 ? features : options.width;
        tile.inputShape = l == 0 ? schema->shape : Shape{inputs};
        tile.rows.resize(64, inputs);
        for (Index u = 0; u < 64; ++u)
            for (Index i = 0; i < inputs; ++i) {
                const double x = static_cast<double>(i % side) - 0.5 * side, y = static_cast<double>(i / side) - 0.5 * side;
                const double wave = std::cos(0.4 * (static_cast<double>(u % 8) - 3.5) * x + 0.4 * (static_cast<double>(u / 8) - 3.5) * y);
                const double window = std::exp(-(x * x + y * y) / (0.15 * side * side));
                tile.rows(u, i) = static_cast<Real>(l == 0 ? 0.3 * wave * window + 0.03 * draw.normal() : 0.1 * draw.normal());
            }
        weights->layers.push_back(std::move(tile));
    }
    s->weights = weights;

    for (int l = 0; l < options.layers; ++l) {
        LayerAlignment a;
        a.title = "W_" + std::to_string(l + 1);
        a.layer = l;
        a.figures.aligned = true;
        a.figures.cosine = (0.2 + 0.25 * l) * apart;
        a.figures.normRatio = 0.4 + 0.3 * l;
        s->alignment.push_back(a);
        s->reads.push_back({a.title, l, {"input of this layer", "output of this layer", "label"}, true, l > 0});
    }

    auto confusion = std::make_shared<ConfusionFigure>();
    confusion->classNames = cannedClasses();
    confusion->counts = MatrixD::Zero(10, 10);
    for (int r = 0; r < 10; ++r) {
        confusion->counts(r, r) = 850 + 10 * r;
        confusion->counts(r, (r + 2) % 10) = 100 - 5 * r;
        confusion->counts(r, (r + 6) % 10) += 50 - 5 * r;
    }
    confusion->worstInputs.resize(12, features);
    for (int i = 0; i < 12; ++i) {
        confusion->worst.push_back({i * 31, i % 10, (i + 2) % 10, -3.0 - 0.1 * i});
        cannedImage(i % 10, draw, confusion->worstInputs.row(i).data(), side);
    }
    confusion->step = s->step;
    s->confusion = confusion;
    return s;
}

}  // namespace lab::test

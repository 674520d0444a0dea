#include "app/cli/TrainingRun.h"

#include "app/cli/Command.h"
#include "core/io/Npz.h"
#include "core/math/Gemm.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>

#ifdef Q_OS_UNIX
#include <unistd.h>
#endif

namespace lab {

namespace {

std::atomic<bool> interrupted{false};

void onInterrupt(int) { interrupted.store(true); }

bool onTerminal() {
#ifdef Q_OS_UNIX
    return isatty(fileno(stderr)) != 0;
#else
    return false;
#endif
}

QJsonValue number(double value) { return std::isfinite(value) ? QJsonValue(value) : QJsonValue(); }

std::string duration(double seconds) {
    const long whole = std::lround(std::max(seconds, 0.0));
    char text[32];
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
    return text;
}

void drawBar(const Trainer& trainer, double seconds, double rate) {
    constexpr int kWidth = 28;
    const double share = static_cast<double>(trainer.stepsDone()) / static_cast<double>(std::max<std::int64_t>(trainer.plannedSteps(), 1));
    const int filled = static_cast<int>(share * kWidth);
    std::string bar;
    for (int i = 0; i < kWidth; ++i) bar += i < filled ? "\u2588" : "\u2591";
    const double left = share > 0 ? seconds / share - seconds : 0;
    std::fprintf(stderr, "\r  %s %3.0f %%  epoch %.2f  %s left  %.0f samples/s \033[K", bar.c_str(), 100 * share, trainer.epoch(),
                 duration(left).c_str(), rate);
}

// The table shows the primary way and those of the whole network; single layers are in the log.
bool shown(const std::vector<PredictionWay>& ways, std::size_t w) { return w == 0 || ways[w].layer < 0; }

std::string percent(double share) {
    char text[32];
    if (share < 0 || !std::isfinite(share)) return "     -";
    std::snprintf(text, sizeof text, "%6.2f", 100 * share);
    return text;
}

}  // namespace

QByteArray evaluationJson(const Evaluation& e, const Trainer& trainer) {
    QJsonObject object;
    object["epoch"] = number(e.epoch);
    object["step"] = static_cast<qint64>(e.step);
    object["train_loss"] = number(e.trainLoss);
    object["test_loss"] = number(e.testLoss);
    object["test_accuracy"] = e.testAccuracy < 0 ? QJsonValue() : number(e.testAccuracy);
    object["train_accuracy"] = e.trainAccuracy < 0 ? QJsonValue() : number(e.trainAccuracy);
    object["samples_per_second"] = number(e.samplesPerSecond);
    object["fingerprint"] = QString::fromStdString(e.fingerprint);
    object["kernels"] = QString::fromStdString(kernelClass(const_cast<Trainer&>(trainer).pool().products()));
    const std::vector<RuleLayer>& layers = const_cast<Trainer&>(trainer).rule().layers();
    const std::vector<PredictionWay>& ways = const_cast<Trainer&>(trainer).rule().ways();
    QJsonObject accuracies;
    for (std::size_t w = 0; w < ways.size() && w < e.wayAccuracy.size(); ++w) {
        QString name = QString::fromStdString(ways[w].id);
        if (ways[w].layer >= 0) name += QLatin1Char('_') + QString::number(ways[w].layer + 1);
        accuracies[name] = number(e.wayAccuracy[w]);
    }
    object["accuracies"] = accuracies;
    QJsonArray perLayer;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        QJsonObject layer;
        layer["layer"] = QString::fromStdString(layers[l].title);
        for (const auto& [channel, values] : e.layerScalars)
            if (values.size() == layers.size()) layer[QString::fromStdString(channel)] = number(values[l]);
        perLayer.append(layer);
    }
    object["layers"] = perLayer;
    QJsonObject whole;
    for (const auto& [channel, values] : e.layerScalars)
        if (values.size() == 1 && layers.size() != 1) whole[QString::fromStdString(channel)] = number(values[0]);
    object["network"] = whole;
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<void> runTraining(Trainer& trainer, const TrainingOutput& output) {
    using Clock = std::chrono::steady_clock;
    QFile log(output.log);
    if (!output.log.isEmpty() && !log.open(QIODevice::WriteOnly | QIODevice::Truncate))
        return Error{"LAB-CLI-103", "the log cannot be written: " + log.errorString().toStdString() + ".", output.log.toStdString(),
                     "Choose a folder that exists and may be written."};
    const bool bar = !output.quiet && onTerminal();
    if (!output.quiet) {
        std::string header = "  epoch      step   train loss    test loss";
        const std::vector<PredictionWay>& ways = trainer.rule().ways();
        const bool classify = trainer.network().task() == Task::Classify;
        for (std::size_t w = 0; w < ways.size(); ++w)
            if (classify && shown(ways, w)) header += "  " + ways[w].title + " %";
        std::printf("%s\n%s    samples/s  fingerprint\n", trainer.schedule().c_str(), header.c_str());
        std::fflush(stdout);
    }
    interrupted.store(false);
    void (*const before)(int) = std::signal(SIGINT, onInterrupt);
    std::size_t said = trainer.evaluations().size();
    const Clock::time_point start = Clock::now();
    const std::int64_t first = trainer.stepsDone();
    Clock::time_point drawn = start;
    bool more = true;
    while (more && !interrupted.load()) {
        more = trainer.step([] { return interrupted.load(); });
        const std::vector<Evaluation>& evaluations = trainer.evaluations();
        const Clock::time_point now = Clock::now();
        for (; said < evaluations.size(); ++said) {
            const Evaluation& e = evaluations[said];
            if (!output.log.isEmpty()) {
                log.write(evaluationJson(e, trainer) + '\n');
                log.flush();
            }
            if (output.quiet) continue;
            if (bar) std::fputs("\r\033[K", stderr);
            std::string line;
            char text[160];
            std::snprintf(text, sizeof text, "%7.2f  %8lld   %10.5f   %10.5f", e.epoch, static_cast<long long>(e.step), e.trainLoss, e.testLoss);
            line = text;
            const std::vector<PredictionWay>& ways = trainer.rule().ways();
            for (std::size_t w = 0; w < ways.size() && w < e.wayAccuracy.size(); ++w) {
                if (!shown(ways, w)) continue;
                const std::size_t width = ways[w].title.size() + 4;
                std::string value = percent(e.wayAccuracy[w]);
                line += std::string(width > value.size() ? width - value.size() : 1, ' ') + value;
            }
            std::snprintf(text, sizeof text, "   %10.0f  %s", e.samplesPerSecond, e.fingerprint.c_str());
            std::printf("%s%s\n", line.c_str(), text);
            std::fflush(stdout);
        }
        if (bar && now - drawn > std::chrono::milliseconds(100)) {
            const double seconds = std::chrono::duration<double>(now - start).count();
            const double rate = static_cast<double>(trainer.stepsDone() - first) * static_cast<double>(trainer.data().train.count()) /
                                static_cast<double>(trainer.stepsPerEpoch()) / std::max(seconds, 1e-9);
            drawBar(trainer, seconds, rate);
            drawn = now;
        }
    }
    std::signal(SIGINT, before);
    if (bar) std::fputs("\r\033[K", stderr);
    if (trainer.failure()) return *trainer.failure();
    if (interrupted.load()) std::fprintf(stderr, "Stopped at step %lld.\n", static_cast<long long>(trainer.stepsDone()));
    return {};
}

Result<void> saveWeights(Trainer& trainer, const std::string& path) {
    std::vector<NamedArray> arrays;
    for (const Trainer::NamedBlock& block : trainer.namedParameters())
        arrays.push_back({block.name, block.shape, std::vector<float>(block.values.begin(), block.values.end())});
    return writeNpz(path, arrays);
}

Result<void> loadWeights(Trainer& trainer, const std::string& path) {
    Result<std::vector<NamedArray>> read = readNpz(path);
    if (!read) return read.error();
    std::vector<Trainer::NamedBlock> blocks = trainer.namedParameters();
    const auto shapeText = [](const std::vector<Index>& shape) {
        std::string text;
        for (const Index d : shape) text += (text.empty() ? "" : " x ") + std::to_string(d);
        return text.empty() ? std::string("a single number") : text;
    };
    // Everything is checked before anything is written.
    for (const NamedArray& array : *read) {
        const auto block = std::find_if(blocks.begin(), blocks.end(), [&](const Trainer::NamedBlock& b) { return b.name == array.name; });
        if (block == blocks.end()) {
            std::string known;
            for (const Trainer::NamedBlock& b : blocks) known += (known.empty() ? "" : ", ") + b.name;
            return Error{"LAB-CLI-104", "the file holds '" + array.name + "', which this network does not have.", path, "It has " + known + "."};
        }
        if (block->shape != array.shape)
            return Error{"LAB-CLI-105", "'" + array.name + "' is " + shapeText(array.shape) + " in the file but " + shapeText(block->shape) +
                                            " in the network.", path, "Use weights of the same circuit."};
    }
    for (const NamedArray& array : *read)
        for (Trainer::NamedBlock& block : blocks)
            if (block.name == array.name) std::copy(array.data.begin(), array.data.end(), block.values.begin());
    return {};
}

}  // namespace lab

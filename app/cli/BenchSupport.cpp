#include "app/cli/BenchSupport.h"

#include "app/cli/BenchRoofline.h"
#include "app/cli/Command.h"
#include "core/math/Gemm.h"

#include <QFile>

#include <algorithm>
#include <cmath>
#include <thread>

namespace lab {

Result<JsonValue> benchFile(const QString& name) {
    QFile file(":/bench/" + name + ".json");
    if (!file.open(QIODevice::ReadOnly))
        return Error{"LAB-CLI-109", "there is no benchmark '" + name.toStdString() + "'.", "bench",
                     "There are: fidelity, speed, neighbour, memory, scale, layers, answer."};
    const QByteArray bytes = file.readAll();
    return parseJson(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())), file.fileName().toStdString());
}

std::string machineLine() {
    QFile info("/proc/cpuinfo");
    QString model = "unknown processor", family;
    if (info.open(QIODevice::ReadOnly))
        for (const QByteArray& line : info.readAll().split('\n')) {
            const QString value = QString::fromUtf8(line.mid(line.indexOf(':') + 1)).trimmed();
            if (line.startsWith("model name")) model = value;
            if (line.startsWith("cpu family")) family = " family " + value;
            if (line.startsWith("model\t")) family += " model " + value;
            if (line.isEmpty()) break;
        }
    const MachineSpeed speed = measureMachine();
    return QString("%1%2, %3 cores, %4, %5 GFLOP/s in a product of 512x1000x1000 on one thread, %6 GB/s of memory on one thread")
        .arg(model, family)
        .arg(std::thread::hardware_concurrency())
        .arg(QString::fromStdString(kernelClass()))
        .arg(speed.gigaflops, 0, 'f', 0)
        .arg(speed.gigabytes, 0, 'f', 1)
        .toStdString();
}

Result<ParsedExperiment> experimentOf(const JsonCursor& row, std::uint64_t seed, DataService& service) {
    QStringList arguments = {"bench"};
    for (const char* key : {"circuit", "rule", "dataset", "data", "optimizer", "schedule", "arithmetic"})
        if (row.has(key)) arguments << QString("--%1").arg(key) << QString::fromStdString(row.at(key).text());
    for (const char* key : {"epochs", "batch", "limit"})
        if (row.has(key)) arguments << QString("--%1").arg(key) << QString::number(row.at(key).integer());
    arguments << "--seed" << QString::number(seed);
    QCommandLineParser parser;
    addExperimentOptions(parser);
    if (!parser.parse(arguments)) return Error{"LAB-CLI-110", parser.errorText().toStdString(), row.path(), "Mend the benchmark file."};
    return parseExperiment(parser, service);
}

Spread spreadOf(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
        const double place = share * static_cast<double>(values.size() - 1);
        const std::size_t below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, values.size() - 1);
        return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
    };
    return {at(0.5), at(0.25), at(0.75), values.front(), values.back()};
}

JsonValue toJson(const Spread& spread) {
    return JsonValue::object({{"median", JsonValue::number(spread.median)},
                              {"low", JsonValue::number(spread.low)},
                              {"high", JsonValue::number(spread.high)},
                              {"least", JsonValue::number(spread.least)},
                              {"most", JsonValue::number(spread.most)}});
}

void outRows(const std::string& machine, JsonValue rows) {
    out(QString::fromStdString(writeJson(JsonValue::object({{"machine", JsonValue::text(machine)}, {"rows", std::move(rows)}}), 64) + "\n"));
}

}  // namespace lab

#include "app/cli/Command.h"

#include "app/cli/Commands.h"

#include <QTextStream>

#include <cstdio>

namespace lab {

const std::vector<Command>& commandTable() {
    static const std::vector<Command> table = {
        trainCommand(),      evalCommand(),    renderCommand(),   exportCommand(),  listCommand("rules"),
        listCommand("operations"), listCommand("datasets"), listCommand("optimizers"), listCommand("views"), listCommand("measures"),
        describeCommand(),   measureCommand(), benchCommand(),    checkCommand(),   firstCommand(),
    };
    return table;
}

const Command* findCommand(const QString& name) {
    for (const Command& command : commandTable())
        if (name == QLatin1String(command.name)) return &command;
    return nullptr;
}

int runCommand(const Command& command, const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QString::fromUtf8(command.summary));
    parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
    const QCommandLineOption help = parser.addHelpOption();
    // The command's own name is the first positional argument; it is shown as part of the usage line.
    parser.addPositionalArgument(QString::fromUtf8(command.name), QString(),
                                 QString::fromUtf8(command.name) + QLatin1Char(' ') + QString::fromUtf8(command.arguments));
    command.options(parser);
    if (!parser.parse(arguments)) return wrongUse(QString::fromUtf8(command.name), parser.errorText());
    if (parser.isSet(help)) {
        out(parser.helpText());
        return 0;
    }
    return command.run(parser, parser.positionalArguments().mid(1));
}

int fail(const Error& error, int status) {
    std::fprintf(stderr, "forward-lab: %s\n", error.text().c_str());
    return status;
}

int wrongUse(const QString& command, const QString& message) {
    std::fprintf(stderr, "forward-lab %s: %s\nSee `forward-lab %s --help`.\n", qPrintable(command), qPrintable(message), qPrintable(command));
    return kExitUsage;
}

void out(const QString& text) {
    std::fputs(text.toUtf8().constData(), stdout);
    std::fflush(stdout);
}

}  // namespace lab

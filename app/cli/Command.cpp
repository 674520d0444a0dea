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
    const QCommandLineOption help({"h", "help"}, "Explains this command.");
    parser.addOption(help);
    command.options(parser);
    if (!parser.parse(arguments)) return wrongUse(QString::fromUtf8(command.name), parser.errorText());
    if (parser.isSet(help)) {
        // The first line that Qt writes names the path of the program and knows no subcommands.
        QString text = parser.helpText();
        text.replace(0, text.indexOf(QLatin1Char('\n')), QString("Usage: forward-lab %1 %2").arg(command.name, command.arguments));
        out(text);
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

// The subcommands of forward-lab, in one table. Results go to stdout, everything said to people to stderr.
// Exit status: 0 done, 1 failed, 2 used wrongly.
#pragma once

#include "core/base/Result.h"

#include <QCommandLineParser>
#include <QStringList>

namespace lab {

inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

struct Command {
    const char* name;
    const char* arguments;  // after the name, for the first line of help
    const char* summary;
    bool graphics;          // draws: needs QGuiApplication (any platform, offscreen too)
    void (*options)(QCommandLineParser& parser);
    int (*run)(const QCommandLineParser& parser, const QStringList& positional);
};

const std::vector<Command>& commandTable();
const Command* findCommand(const QString& name);

// Runs a subcommand; `arguments` are those of the process, program name first.
int runCommand(const Command& command, const QStringList& arguments);

// Says an error on stderr: "forward-lab: where: message hint [code]"; returns `status`.
int fail(const Error& error, int status = kExitFailed);
int wrongUse(const QString& command, const QString& message);
void out(const QString& text);  // stdout, as it is

}  // namespace lab

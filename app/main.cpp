// forward-lab: without a subcommand it opens the window, with one it works without a display.
#include "app/Resources.h"
#include "app/cli/Command.h"

#ifdef LAB_GUI
#include "app/window/Window.h"

#include <QGuiApplication>
#include <QTemporaryDir>
#endif

#include <QCoreApplication>
#include <QFileInfo>

#include <clocale>
#include <cstdio>
#include <cstring>

namespace {

void name(QCoreApplication&) {
    QCoreApplication::setApplicationName(QStringLiteral("forward-lab"));
    QCoreApplication::setOrganizationName(QStringLiteral("ForwardLab"));
    QCoreApplication::setOrganizationDomain(QStringLiteral("forwardlab.org"));
    QCoreApplication::setApplicationVersion(QStringLiteral(LAB_VERSION));
    std::setlocale(LC_NUMERIC, "C");  // files and the command line always use the C locale
}

void printHelp() {
    std::printf("Forward Lab %s: a laboratory for learning without backpropagation\n\n", LAB_VERSION);
    std::printf("Usage: forward-lab [FILE.flab]          open the window\n"
                "       forward-lab COMMAND [options]    work without a display\n\nCommands:\n");
    for (const lab::Command& command : lab::commandTable()) std::printf("  %-11s %s\n", command.name, command.summary);
    std::printf("\n`forward-lab COMMAND --help` explains each. --screenshots DIR takes pictures of every view,\n--bench-window measures the window.\n");
}

}  // namespace

int main(int argc, char* argv[]) {
    initialiseLabResources();
    if (argc > 1 && (std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0)) {
        printHelp();
        return 0;
    }
    if (argc > 1 && std::strcmp(argv[1], "--version") == 0) {
        std::printf("forward-lab %s\n", LAB_VERSION);
        return 0;
    }
    const lab::Command* command = argc > 1 ? lab::findCommand(QString::fromLocal8Bit(argv[1])) : nullptr;
    if (command != nullptr) {
#ifdef LAB_GUI
        if (command->graphics) {
            // Drawing into files needs fonts, not a display; nor a session with a folder for sockets, but Qt asks for one.
            qputenv("QT_QPA_PLATFORM", "offscreen");
            const QTemporaryDir runtime;
            if (qEnvironmentVariableIsEmpty("XDG_RUNTIME_DIR") && runtime.isValid()) qputenv("XDG_RUNTIME_DIR", runtime.path().toUtf8());
            QGuiApplication application(argc, argv);
            name(application);
            return lab::runCommand(*command, QCoreApplication::arguments());
        }
#endif
        QCoreApplication application(argc, argv);
        name(application);
        return lab::runCommand(*command, QCoreApplication::arguments());
    }
    if (argc > 1 && argv[1][0] != '-' && !QFileInfo::exists(QString::fromLocal8Bit(argv[1]))) {
        std::fprintf(stderr, "forward-lab: there is no command and no file called '%s'. `forward-lab --help` lists the commands. [LAB-CLI-111]\n", argv[1]);
        return lab::kExitUsage;
    }
#ifdef LAB_GUI
#ifdef Q_OS_LINUX
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        std::fprintf(stderr, "forward-lab: there is no display to open the window on. `forward-lab first` runs the first experiment without one, "
                             "`forward-lab --help` lists what else works here. [LAB-CLI-114]\n");
        return lab::kExitFailed;
    }
#endif
    return lab::runWindow(argc, argv, name);
#else
    printHelp();
    return argc > 1 ? lab::kExitUsage : 0;
#endif
}

#include "app/window/Window.h"

#include "app/cli/Command.h"
#include "app/window/MainWindow.h"
#include "app/window/Screenshots.h"
#include "app/window/WindowBench.h"
#include "widgets/common/Theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QIcon>
#include <QSettings>
#include <QSocketNotifier>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstring>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>

namespace lab {

namespace {

int signalPipe[2];

void onSignal(int) {
    const char byte = 1;
    static_cast<void>(!write(signalPipe[0], &byte, 1));
}

}  // namespace

int runWindow(int argc, char* argv[], void (*name)(QCoreApplication&)) {
    const auto started = std::chrono::steady_clock::now().time_since_epoch();
    const bool timed = std::any_of(argv + 1, argv + argc, [](const char* a) { return std::strcmp(a, "--bench-window") == 0; });
    const std::unique_ptr<QApplication> held = timed ? std::make_unique<TimedApplication>(argc, argv) : std::make_unique<QApplication>(argc, argv);
    QApplication& application = *held;
    name(application);
    QApplication::setDesktopFileName(QStringLiteral("org.forwardlab.ForwardLab"));
    std::setlocale(LC_NUMERIC, "C");

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("A laboratory for learning without backpropagation."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({{"screenshots", "Take pictures of every view while training into this folder, then quit.", "DIR"},
                       {"bench-window", "Measure start, frames, handlers and the cost of the window for the training, then quit."},
                       {"json", "With --bench-window: print JSON."},
                       {"safe-mode", "Ignore stored settings and layouts."}});
    parser.addPositionalArgument("file", "A project, circuit or data file to open.", "[FILE]");
    if (!parser.parse(QCoreApplication::arguments()))
        return wrongUse(QString(), parser.errorText());
    if (parser.isSet("help")) {
        out(parser.helpText());
        return 0;
    }
    const QStringList files = parser.positionalArguments();
    Theme::apply(application);
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/app.svg")));
    if (timed)
        return benchWindow(static_cast<TimedApplication&>(application),
                           std::chrono::duration_cast<std::chrono::nanoseconds>(started).count(), parser.isSet("json"));
    if (parser.isSet("screenshots")) return takeScreenshots(parser.value("screenshots"));

    WindowOptions options;
    options.safe = parser.isSet("safe-mode");
    MainWindow window(options);
    window.show();
    if (files.isEmpty())
        window.startWith(firstExperiment(haveFashionMnist()));
    else if (!window.openFile(files.first()))
        window.startWith(firstExperiment(haveFashionMnist()));
    window.offerRecovery();

    // An end from outside (log-out, kill) is an orderly end: the handler only writes to a pipe.
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, signalPipe) == 0) {
        auto* notifier = new QSocketNotifier(signalPipe[1], QSocketNotifier::Read, &application);
        QObject::connect(notifier, &QSocketNotifier::activated, &application, [] { QCoreApplication::quit(); });
        std::signal(SIGTERM, onSignal);
        std::signal(SIGHUP, onSignal);
    }
    return QApplication::exec();
}

}  // namespace lab

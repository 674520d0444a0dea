#include "app/window/Screenshots.h"

#include "app/cli/Command.h"
#include "app/window/CompareRun.h"
#include "app/window/EventPump.h"
#include "app/window/Gallery.h"
#include "app/window/MainWindow.h"
#include "core/circuit/Operations.h"
#include "core/document/Views.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/common/Theme.h"
#include "widgets/views/LiveView.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QPixmap>

namespace lab {

namespace {

// Both sides of the comparison have come two evaluations far; on a later visit they have already.
void compareFor(MainWindow& window) {
    const auto* duel = window.findChild<CompareRun*>();
    const auto far = [&] {
        for (int side = 0; side < 2; ++side)
            if (!duel->snapshot(side).evaluations || duel->snapshot(side).evaluations->size() < 2) return false;
        return true;
    };
    pumpUntil([&] { return duel->state() == RunState::Ready || duel->state() == RunState::Paused; }, 20000);
    if (far()) return;
    window.train();
    pumpUntil(far, 45000);
}

}  // namespace

int takeScreenshots(const QString& folder) {
    const QDir dir(folder);
    if (!dir.mkpath("."))
        return fail({"LAB-CLI-108", "the folder cannot be made.", folder.toStdString(), "Choose another."});
    WindowOptions options;
    options.safe = true;
    options.recover = false;
    MainWindow window(options);
    int taken = 0;
    const auto take = [&](QWidget& widget, const QString& name) {
        const QString path = dir.filePath(name + ".png");
        if (!widget.grab().save(path)) return;
        ++taken;
        out(path + "\n");
    };
    window.resize(1366, 768);
    window.show();
    window.startWith(firstExperiment(haveFashionMnist()));
    if (!pumpUntil([&] { return window.run().snapshot().state == RunState::Ready; }, 20000))
        return fail({"LAB-CLI-112", "the first experiment did not get ready: " + window.run().snapshot().message, "", "Run `forward-lab first` to see why."});
    pumpFor(400);
    take(window, "ready-1366-light");
    window.train();
    pumpUntil([&] { return window.run().snapshot().evaluations && window.run().snapshot().evaluations->size() >= 2; }, 45000);
    const struct { Mode mode; const char* name; } modes[] = {{Mode::Run, "run"}, {Mode::Build, "build"}, {Mode::Rule, "rule"}, {Mode::Compare, "compare"}};
    const struct { QSize size; const char* name; } sizes[] = {{{1366, 768}, "1366"}, {{1920, 1080}, "1920"}};
    for (const bool dark : {false, true}) {
        window.setDark(dark);
        for (const auto& size : sizes) {
            window.resize(size.size);
            for (const auto& mode : modes) {
                window.setMode(mode.mode);
                window.resetLayout();
                if (mode.mode == Mode::Compare) compareFor(window);
                pumpFor(900);
                take(window, QString("%1-%2-%3").arg(mode.name, size.name, dark ? "dark" : "light"));
            }
        }
        // Every view by itself, in the size that a dock has.
        window.setMode(Mode::Run);
        for (const ViewDescription& view : viewRegistry()) {
            LiveView* live = window.openView(view.id);
            QDockWidget* d = window.dock("view-" + QString::fromStdString(view.id));
            if (live == nullptr || d == nullptr) continue;
            d->setFloating(true);
            d->resize(460, 340);
            pumpUntil([&] { return live->figure() != nullptr && !live->figure()->empty(); }, 4000);
            pumpFor(150);
            take(*d, QString("view-%1-%2").arg(QString::fromStdString(view.id), dark ? "dark" : "light"));
            d->setFloating(false);
            d->hide();
        }
        Gallery gallery;
        gallery.show();
        pumpUntil([&] { return gallery.isComplete(); }, 10000);
        pumpFor(300);
        take(gallery, QString("gallery-%1").arg(dark ? "dark" : "light"));
    }
    window.pause();
    pumpUntil([&] { return window.run().snapshot().state == RunState::Paused; }, 5000);
    // A step in slow motion.
    window.setMode(Mode::Run);
    window.resetLayout();
    pumpFor(600);
    for (int i = 0; i < 4; ++i) {
        window.stepLine();
        pumpFor(250);
    }
    for (const bool dark : {false, true}) {
        window.setDark(dark);
        pumpFor(300);
        take(window, QString("slow-motion-1920-%1").arg(dark ? "dark" : "light"));
    }
    // The arithmetic of a unit, and the two themes for other eyes and for paper.
    window.setDark(false);
    window.run().runner().run({RunUntil::Kind::EpochEnd, 0});
    pumpUntil([&] { return window.run().snapshot().state == RunState::Paused && window.run().snapshot().position == nullptr; }, 30000);
    for (const Operation& op : window.document().experiment().circuit.operations)
        if (findOperation(op.kind)->learned) {
            window.canvas()->setSelection({op.id});
            break;
        }
    window.canvas()->action(CircuitView::Command::ShowArithmetic)->trigger();
    pumpFor(1200);
    take(window, "unit-1920-light");
    for (const ThemeKind kind : {ThemeKind::HighContrast, ThemeKind::Print}) {
        window.setTheme(kind);
        for (const Mode mode : {Mode::Rule, Mode::Run}) {
            window.setMode(mode);
            window.resetLayout();
            pumpFor(900);
            take(window, QString("%1-1920-%2").arg(mode == Mode::Rule ? "rule" : "run", themeName(kind)));
        }
    }
    window.setDark(false);
    out(QString("%1 pictures in %2\n").arg(taken).arg(dir.absolutePath()));
    return taken > 0 ? 0 : kExitFailed;
}

}  // namespace lab

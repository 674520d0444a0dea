// Work that the window has to wait for (a file to read or to write) without standing still: it runs on a thread of the
// pool while the window goes on painting. Input is held back for a moment; what takes longer shows a progress dialog.
#pragma once

#include <QEventLoop>
#include <QFutureWatcher>
#include <QProgressDialog>
#include <QTimer>
#include <QtConcurrent>

#include <optional>
#include <type_traits>

namespace lab {

constexpr int kPatience = 600;  // milliseconds until the dialog: most files are quicker, and a flash would only disturb

// The result of work(), which must not touch widgets. Only from the window's thread.
template <class Work>
std::invoke_result_t<Work> whileWaiting(QWidget* window, const QString& what, Work&& work) {
    std::optional<std::invoke_result_t<Work>> result;
    QFutureWatcher<void> watcher;
    QEventLoop loop;
    QObject::connect(&watcher, &QFutureWatcher<void>::finished, &loop, &QEventLoop::quit);
    QTimer::singleShot(kPatience, &loop, &QEventLoop::quit);
    watcher.setFuture(QtConcurrent::run([&result, &work] { result.emplace(work()); }));
    loop.exec(QEventLoop::ExcludeUserInputEvents);
    if (!watcher.isFinished()) {
        QProgressDialog dialog(what, QString(), 0, 0, window);
        dialog.setWindowModality(Qt::ApplicationModal);
        dialog.setMinimumDuration(0);
        dialog.show();
        while (!watcher.isFinished()) loop.exec();
    }
    watcher.waitForFinished();
    return std::move(*result);
}

}  // namespace lab

// Lets the event loop of the window run from a function: for the commands that drive a window (screenshots, the window's benchmark).
#pragma once

#include <QEventLoop>
#include <QTimer>

#include <functional>

namespace lab {

// Runs the event loop until `done` or the time is over; returns whether it was done. Sleeps between events: polling would take the
// processor that the engine needs (QCoreApplication::processEvents with a time limit does not wait).
inline bool pumpUntil(const std::function<bool()>& done, int milliseconds) {
    constexpr int kLookEvery = 15;
    if (done()) return true;
    QEventLoop loop;
    QTimer look, limit;
    limit.setSingleShot(true);
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (done()) loop.exit(1);
    });
    QObject::connect(&limit, &QTimer::timeout, &loop, [&] { loop.exit(0); });
    look.start(kLookEvery);
    limit.start(milliseconds);
    return loop.exec() == 1;
}

// Runs the event loop for this long.
inline void pumpFor(int milliseconds) {
    pumpUntil([] { return false; }, milliseconds);
}

}  // namespace lab

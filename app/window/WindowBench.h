// The window as a neighbour of the engine: what it costs the training, and how it keeps up.
#pragma once

#include <QApplication>

namespace lab {

// Notices how long every event handler of the window's thread takes. Only while the benchmark runs.
class TimedApplication : public QApplication {
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override;

    // Forgets what was noticed so far.
    void restart();
    double longest() const { return m_longest; }               // milliseconds
    const QString& longestWhat() const { return m_what; }      // receiver and event
    long slow() const { return m_slow; }                       // handlers above 16 ms
    long handled() const { return m_handled; }

private:
    int m_depth = 0;
    double m_longest = 0;
    QString m_what;
    long m_slow = 0;
    long m_handled = 0;
};

// Opens the window with the first experiment and measures: milliseconds until it is usable; loss, accuracy and the
// distance of the rule's two groups of samples ten seconds after Train; frames per second and the longest handler with
// every view live; samples per second of the engine with and without the window, in turns. Returns the exit status.
int benchWindow(TimedApplication& application, qint64 startedNanoseconds, bool json);

}  // namespace lab

// A window at work in a test: settings and state in a temporary folder, small experiments, answers to modal boxes, and
// every warning of Qt or of the program noted.
#pragma once

#include "app/window/MainWindow.h"
#include "core/circuit/Templates.h"
#include "core/rules/RuleDescription.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/common/Theme.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QMessageBox>
#include <QMutex>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTimer>
#include <QtTest>

#include <functional>

namespace lab::test {

// Must stand before QApplication: settings, state and home are the test's own.
class Sandbox {
public:
    Sandbox() {
        for (const char* name : {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"}) {
            const QString folder = m_folder.filePath(QString::fromLatin1(name).toLower());
            QDir().mkpath(folder);
            qputenv(name, folder.toUtf8());
        }
        QCoreApplication::setOrganizationName(QStringLiteral("ForwardLabTest"));
        QCoreApplication::setApplicationName(QStringLiteral("forward-lab-test"));
    }

private:
    QTemporaryDir m_folder;
};

// Warnings since the last call. What the offscreen platform says about itself is none.
class Warnings {
public:
    static void watch() { s_before = qInstallMessageHandler(handle); }
    static QStringList take() {
        const QMutexLocker lock(&s_mutex);
        return std::exchange(s_seen, {});
    }

private:
    static void handle(QtMsgType type, const QMessageLogContext& context, const QString& text) {
        if (type != QtDebugMsg && type != QtInfoMsg && !text.startsWith(QLatin1String("This plugin does not support"))) {
            const QMutexLocker lock(&s_mutex);
            s_seen << text;
        }
        if (s_before != nullptr) s_before(type, context, text);
    }
    inline static QtMessageHandler s_before = nullptr;
    inline static QMutex s_mutex;
    inline static QStringList s_seen;
};

// Lets the window live until `done` holds; false when the time is over.
inline bool until(const std::function<bool()>& done, int milliseconds = 30000) {
    QElapsedTimer timer;
    timer.start();
    while (!done()) {
        if (timer.elapsed() > milliseconds) return false;
        QTest::qWait(10);
    }
    return true;
}

// Answers every modal box that comes up while it lives.
class ModalAnswer : public QObject {
public:
    explicit ModalAnswer(std::function<void(QWidget*)> answer) : m_answer(std::move(answer)) {
        m_timer.setInterval(20);
        connect(&m_timer, &QTimer::timeout, this, [this] {
            QWidget* box = QApplication::activeModalWidget();
            if (box == nullptr || !box->isVisible()) return;
            ++m_count;
            if (auto* message = qobject_cast<QMessageBox*>(box)) m_texts << message->text() + QLatin1Char('\n') + message->informativeText();
            m_answer(box);
        });
        m_timer.start();
    }
    ModalAnswer() : ModalAnswer([](QWidget* box) { box->close(); }) {}
    int count() const { return m_count; }
    QString lastText() const { return m_texts.isEmpty() ? QString() : m_texts.last(); }

private:
    QTimer m_timer;
    std::function<void(QWidget*)> m_answer;
    int m_count = 0;
    QStringList m_texts;
};

inline void clickButton(QWidget* box, const QString& text) {
    for (QAbstractButton* button : box->findChildren<QAbstractButton*>())
        if (button->text().remove(QLatin1Char('&')) == text) {
            button->click();
            return;
        }
    box->close();
}

// A thousand SEG7 digits in batches of fifty: twenty steps an epoch, milliseconds each.
inline Experiment tinyExperiment(const std::string& rule, const std::vector<long>& widths = {144, 32, 32, 10}, std::int64_t epochs = 500) {
    Experiment e;
    e.title = "Tiny";
    e.circuit = makeMlp(widths);
    e = withRule(e, rule);
    e.data.source = "seg7";
    e.data.options = {{"train_limit", std::int64_t(1000)}, {"test_limit", std::int64_t(200)}};
    e.batch = 50;
    e.epochs = epochs;
    return e;
}

struct Bench {
    MainWindow window;

    explicit Bench(const WindowOptions& options = {}) : window(options) {
        window.show();
        window.activateWindow();
    }
    explicit Bench(const Experiment& experiment, const WindowOptions& options = {}) : Bench(options) { window.startWith(experiment); }

    const Snapshot& now() { return window.run().snapshot(); }
    const Experiment& experiment() { return window.document().experiment(); }
    bool reaches(RunState state, int milliseconds = 30000) {
        return until([&] { return now().state == state; }, milliseconds);
    }
    bool ready() { return reaches(RunState::Ready); }
    bool restsAt(std::int64_t step) {
        return until([&] { return now().step == step && (now().state == RunState::Paused || now().state == RunState::Finished); });
    }
    // Another run than `run` stands ready.
    bool readyAfter(std::uint64_t run) {
        return until([&] { return now().run > run && now().state == RunState::Ready; });
    }
    std::string fingerprint() {
        const auto checkpoint = window.run().runner().checkpoint();
        return checkpoint ? checkpoint->fingerprint : std::string();
    }
    // By its text, without mnemonics and dots.
    QAction* action(const QString& text) {
        for (QAction* a : window.findChildren<QAction*>())
            if (a->text().remove(QLatin1Char('&')).remove(QChar(0x2026)) == text) return a;
        return nullptr;
    }
    bool trigger(const QString& text) {
        QAction* a = action(text);
        if (a == nullptr || !a->isEnabled()) return false;
        a->trigger();
        return true;
    }
};

}  // namespace lab::test

#define LAB_WINDOW_TEST_MAIN(TestClass)                   \
    int main(int argc, char* argv[]) {                    \
        lab::test::Sandbox sandbox;                       \
        QApplication application(argc, argv);             \
        lab::Theme::apply(application);                   \
        TestClass test;                                   \
        return QTest::qExec(&test, argc, argv);           \
    }

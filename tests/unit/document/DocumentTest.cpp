// The document: undo and redo with named steps, merging, what counts as modified, files, and recovery after a crash.
#include "app/window/Document.h"
#include "support/DocumentFiles.h"
#include "app/window/Recovery.h"
#include "core/circuit/CircuitEdits.h"
#include "unit/project/ProjectSupport.h"

#include <QtTest>

#include <sys/wait.h>
#include <unistd.h>

using namespace lab;
using namespace lab::test;

namespace {

Experiment edited(Experiment e, std::int64_t epochs) {
    e.epochs = epochs;
    return e;
}

QStringList filesIn(const QString& folder) { return QDir(folder).entryList(QDir::Files | QDir::Hidden, QDir::Name); }

// Another process that writes a shadow copy and dies without cleaning up.
void crashAfterWriting(const QString& folder, const std::string& bytes, const QString& original) {
    const pid_t child = fork();
    if (child == 0) {
        Recovery recovery(folder);
        const bool written = recovery.write(bytes, original).ok();
        _exit(written ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    if (status != 0) throw std::runtime_error("the other process could not write");
}

}  // namespace

class DocumentTest : public QObject {
    Q_OBJECT
private slots:
    void undoAndRedo() {
        Document document;
        QSignalSpy changed(&document, &Document::changed), replaced(&document, &Document::replaced);
        const Experiment first = fullExperiment();
        document.start(first);
        QCOMPARE(replaced.count(), 1);
        QVERIFY(!document.isModified() && document.path().isEmpty());
        document.change(edited(first, 5), "Epochs 5");
        Experiment drawn = edited(first, 5);
        drawn.circuit = insertOnWire(drawn.circuit, drawn.circuit.wires[1].id, "tanh")->circuit;
        document.change(drawn, "Insert tanh");
        QCOMPARE(changed.count(), 2);
        QCOMPARE(changed[0][0].toBool(), false);
        QCOMPARE(changed[1][0].toBool(), true);
        QVERIFY(document.isModified() && document.experiment() == drawn);
        QCOMPARE(document.undoStack().undoText(), QString("Insert tanh"));
        document.undoStack().undo();
        QVERIFY(document.experiment() == edited(first, 5));
        document.undoStack().undo();
        QVERIFY(document.experiment() == first && !document.isModified());
        QCOMPARE(document.undoStack().redoText(), QString("Epochs 5"));
        document.undoStack().redo();
        document.undoStack().redo();
        QVERIFY(document.experiment() == drawn);
        // No difference, no step.
        document.change(drawn, "Nothing");
        QCOMPARE(document.undoStack().count(), 2);
        // A new change after undoing forgets what was undone.
        document.undoStack().undo();
        document.change(edited(first, 7), "Epochs 7");
        QVERIFY(!document.undoStack().canRedo());
    }

    void stepsOfOneFieldMerge() {
        Document document;
        const Experiment first = fullExperiment();
        document.start(first);
        for (const std::int64_t typed : {1, 12, 123}) document.change(edited(first, typed), "Epochs", 7);
        QCOMPARE(document.undoStack().count(), 1);
        document.undoStack().undo();
        QVERIFY(document.experiment() == first);
        document.undoStack().redo();
        QVERIFY(document.experiment() == edited(first, 123));
        // Another field, no key, or a circuit: steps of their own.
        document.change(edited(first, 124), "Epochs", 8);
        document.change(edited(first, 125), "Epochs");
        document.change(edited(first, 126), "Epochs");
        QCOMPARE(document.undoStack().count(), 4);
        Experiment drawn = document.experiment();
        drawn.circuit.title = "a";
        document.change(drawn, "Title", 9);
        drawn.circuit.title = "ab";
        document.change(drawn, "Title", 9);
        QCOMPARE(document.undoStack().count(), 6);
        // Back to where the typing began: the step is gone.
        document.start(first);
        document.change(edited(first, 4), "Epochs", 7);
        document.change(first, "Epochs", 7);
        QCOMPARE(document.undoStack().count(), 0);
        QVERIFY(!document.isModified() && document.experiment() == first);
    }

    void files() {
        QTemporaryDir folder;
        const QString path = folder.filePath("one.flab");
        Document document;
        const Project full = fullProject();
        document.start(full.experiment);
        QCOMPARE(document.title(), QString::fromUtf8("Tiny \"quoted\" \xC3\xA9xperiment"));
        document.change(edited(full.experiment, 5), "Epochs 5");
        QSignalSpy state(&document, &Document::stateChanged);
        QVERIFY(test::saveDocument(document, path, document.project(full.checkpoint, "window layout")).ok());
        QVERIFY(state.count() >= 1);
        QVERIFY(!document.isModified() && document.path() == path && document.title() == "one.flab");
        // Undoing a saved step is a modification, redoing it is none.
        document.undoStack().undo();
        QVERIFY(document.isModified());
        document.undoStack().redo();
        QVERIFY(!document.isModified());
        document.markRunChanged();
        QVERIFY(document.isModified());

        Document other;
        QVERIFY(test::openDocument(other, path).ok());
        QVERIFY(other.experiment() == edited(full.experiment, 5) && !other.isModified() && other.undoStack().count() == 0);
        QCOMPARE(other.layout(), QByteArray("window layout"));
        QCOMPARE(other.checkpoint()->fingerprint, full.checkpoint->fingerprint);
        QCOMPARE(other.path(), path);

        // A file that cannot be opened or written changes nothing.
        other.change(edited(full.experiment, 6), "Epochs 6");
        const Experiment before = other.experiment();
        QVERIFY(!test::openDocument(other, folder.filePath("none.flab")).ok());
        QVERIFY(!test::saveDocument(other, folder.filePath("none/x.flab"), other.project(nullptr, {})).ok());
        QVERIFY(other.experiment() == before && other.path() == path && other.isModified() && other.undoStack().canUndo());

        // What this version does not know stays in the file.
        QVERIFY(saveProject(path.toStdString(), full).ok());
        QVERIFY(test::openDocument(other, path).ok());
        other.change(edited(other.experiment(), 8), "Epochs 8");
        QVERIFY(test::saveDocument(other, path, other.project(other.checkpoint(), other.layout())).ok());
        const Result<Project> again = openProject(path.toStdString());
        QVERIFY(again.ok() && again->unknown == full.unknown && again->experiment.epochs == 8);
        other.start(full.experiment);
        QVERIFY(other.project(nullptr, {}).unknown.empty());
    }

    void stateFolderFollowsTheSpecification() {
        QTemporaryDir folder;
        qputenv("XDG_STATE_HOME", folder.path().toUtf8());
        QCOMPARE(stateFolder(), folder.path() + "/forward-lab");
        QVERIFY(QFileInfo(folder.path() + "/forward-lab").isDir());
        // A relative path is to be ignored.
        qputenv("HOME", folder.path().toUtf8());
        qputenv("XDG_STATE_HOME", "relative");
        QCOMPARE(stateFolder(), folder.path() + "/.local/state/forward-lab");
        qunsetenv("XDG_STATE_HOME");
        QCOMPARE(stateFolder(), folder.path() + "/.local/state/forward-lab");
    }

    void shadowComesAndGoes() {
        QTemporaryDir folder;
        qputenv("XDG_STATE_HOME", folder.path().toUtf8());
        const std::string bytes = bytesOf(fullProject());
        {
            Recovery recovery;
            QVERIFY(recovery.shadowPath().startsWith(folder.path() + "/forward-lab/"));
            QVERIFY(recovery.write(bytes, "/home/me/one.flab").ok());
            QVERIFY(openProject(recovery.shadowPath().toStdString()).ok());
            // One's own is nothing to recover, nor is that of a process that lives.
            QVERIFY(recovery.leftBehind().empty());
            Recovery second;
            QVERIFY(second.shadowPath() != recovery.shadowPath());
            QVERIFY(second.leftBehind().empty());
            // Saved: cleared.
            recovery.clear();
            QVERIFY(!QFileInfo::exists(recovery.shadowPath()));
            QVERIFY(recovery.write(bytes, "").ok());
            QVERIFY(QFileInfo::exists(recovery.shadowPath()));
        }
        // An orderly end leaves nothing at all.
        QCOMPARE(filesIn(folder.path() + "/forward-lab"), QStringList());
    }

    void recoveryAfterACrash() {
        QTemporaryDir folder;
        const QString state = folder.filePath("state");
        Project lost = fullProject();
        lost.experiment.epochs = 77;
        crashAfterWriting(state, bytesOf(lost), QString::fromUtf8("/home/me/\xC3\xA9 one.flab"));
        crashAfterWriting(state, bytesOf(fullProject(3)), "");
        Recovery recovery(state);
        std::vector<Recovery::Left> left = recovery.leftBehind();
        QCOMPARE(left.size(), std::size_t(2));
        // While one process decides, another is not offered the same.
        QVERIFY(Recovery(state).leftBehind().empty());
        const bool lostFirst = !left[0].original.isEmpty();
        const Recovery::Left mine = left[lostFirst ? 0 : 1], other = left[lostFirst ? 1 : 0];
        QCOMPARE(mine.original, QString::fromUtf8("/home/me/\xC3\xA9 one.flab"));
        QCOMPARE(other.original, QString());
        QVERIFY(mine.when.secsTo(QDateTime::currentDateTime()) < 600);
        left.clear();

        Document document;
        QVERIFY(test::recoverDocument(document, mine.shadow, mine.original).ok());
        QVERIFY(document.experiment() == lost.experiment);
        QCOMPARE(document.path(), mine.original);
        QVERIFY(document.isModified());
        QCOMPARE(document.checkpoint()->fingerprint, lost.checkpoint->fingerprint);
        Recovery::discard(mine);
        QVERIFY(!QFileInfo::exists(mine.shadow));
        QVERIFY(QFileInfo::exists(other.shadow));
        // A damaged shadow is an error, and the document stays as it is.
        QFile damaged(other.shadow);
        QVERIFY(damaged.resize(damaged.size() / 2));
        QVERIFY(!test::recoverDocument(document, other.shadow, other.original).ok());
        QVERIFY(document.experiment() == lost.experiment && document.path() == mine.original);
    }

    // Declined or postponed: offered again next time.
    void undecidedIsOfferedAgain() {
        QTemporaryDir folder;
        crashAfterWriting(folder.path(), bytesOf(fullProject(3)), "/tmp/x.flab");
        for (int i = 0; i < 2; ++i) {
            Recovery recovery(folder.path());
            QCOMPARE(recovery.leftBehind().size(), std::size_t(1));
        }
    }
};

QTEST_GUILESS_MAIN(DocumentTest)
#include "DocumentTest.moc"

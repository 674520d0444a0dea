// The open document: an experiment with its undo history, its file, and what its run has produced. Every change goes
// through an Edit; weights are not undo items.
#pragma once

#include "core/document/Edit.h"
#include "core/io/Project.h"

#include <QObject>
#include <QUndoStack>

namespace lab {

class Document : public QObject {
    Q_OBJECT

public:
    explicit Document(QObject* parent = nullptr);

    const Experiment& experiment() const { return m_experiment; }
    QUndoStack& undoStack() { return m_stack; }
    const QString& path() const { return m_path; }
    QString title() const;     // for the window: file name, or the experiment's title
    bool isModified() const;   // edits or a longer run than the saved one

    // Replaces everything; the history begins anew.
    void start(const Experiment& experiment);
    // Shows a project that was read from `path`.
    void adopt(Project project, const QString& path);
    // Read from a shadow file, but with the path of the original (may be empty), and modified.
    void adoptRecovered(Project project, const QString& original);
    // What there is to save: the experiment and the given state of the run (may be null).
    Project project(std::shared_ptr<const Trainer::Checkpoint> checkpoint, const QByteArray& layout) const;
    // `project`, which is what the document is now, lies on disk at `path`.
    void saved(const QString& path, const Project& project);

    std::shared_ptr<const Trainer::Checkpoint> checkpoint() const { return m_checkpoint; }
    QByteArray layout() const { return m_layout; }
    // The run has moved on (or was reset): what is on disk is older.
    void markRunChanged();

    // Pushes the difference between now and `after` as one undo step; nothing happens where nothing differs.
    // Steps with the same non-zero `mergeKey` that follow each other closely become one (typing into one field).
    void change(const Experiment& after, const QString& title, int mergeKey = 0);

signals:
    // `circuit`: the circuit has changed, not only settings.
    void changed(bool circuit);
    void replaced();             // another document
    void stateChanged();         // path or modified mark

private:
    friend class EditCommand;
    void applyEdit(const Edit& edit);

    Experiment m_experiment;
    QUndoStack m_stack;
    QString m_path;
    std::shared_ptr<const Trainer::Checkpoint> m_checkpoint;
    QByteArray m_layout;
    std::vector<std::pair<std::string, std::string>> m_unknown;
    bool m_runChanged = false;
};

}  // namespace lab

#include "app/window/Document.h"

#include <QFileInfo>
#include <QUndoCommand>

#include <chrono>

namespace lab {

namespace {

constexpr auto kMergeWithin = std::chrono::milliseconds(1500);

}  // namespace

class EditCommand : public QUndoCommand {
public:
    EditCommand(Document& document, Edit edit, int mergeKey)
        : m_document(document), m_edit(std::move(edit)), m_mergeKey(mergeKey), m_when(std::chrono::steady_clock::now()) {
        setText(QString::fromStdString(m_edit.title()));
    }
    void redo() override { m_document.applyEdit(m_edit); }
    void undo() override { m_document.applyEdit(m_edit.inverse()); }
    int id() const override { return m_mergeKey == 0 ? -1 : m_mergeKey; }
    bool mergeWith(const QUndoCommand* other) override {
        const auto& later = static_cast<const EditCommand&>(*other);
        if (m_edit.touchesCircuit() || later.m_edit.touchesCircuit() || later.m_when - m_when > kMergeWithin) return false;
        m_edit = m_edit.followedBy(later.m_edit);
        m_when = later.m_when;
        setText(QString::fromStdString(m_edit.title()));
        setObsolete(m_edit.empty());
        return true;
    }

private:
    Document& m_document;
    Edit m_edit;
    int m_mergeKey;
    std::chrono::steady_clock::time_point m_when;
};

Document::Document(QObject* parent) : QObject(parent) {
    connect(&m_stack, &QUndoStack::cleanChanged, this, [this] { emit stateChanged(); });
}

QString Document::title() const {
    if (!m_path.isEmpty()) return QFileInfo(m_path).fileName();
    return m_experiment.title.empty() ? tr("Untitled") : QString::fromStdString(m_experiment.title);
}

bool Document::isModified() const { return !m_stack.isClean() || m_runChanged; }

void Document::start(const Experiment& experiment) {
    m_experiment = experiment;
    m_path.clear();
    m_checkpoint.reset();
    m_layout.clear();
    m_unknown.clear();
    m_runChanged = false;
    m_stack.clear();
    m_stack.setClean();
    emit replaced();
    emit stateChanged();
}

void Document::adopt(Project project, const QString& path) {
    m_experiment = std::move(project.experiment);
    m_path = path;
    m_checkpoint = std::move(project.checkpoint);
    m_layout = QByteArray::fromStdString(project.layout);
    m_unknown = std::move(project.unknown);
    m_runChanged = false;
    m_stack.clear();
    m_stack.setClean();
    emit replaced();
    emit stateChanged();
}

void Document::adoptRecovered(Project project, const QString& original) {
    adopt(std::move(project), original);
    m_runChanged = true;
    emit stateChanged();
}

Project Document::project(std::shared_ptr<const Trainer::Checkpoint> checkpoint, const QByteArray& layout) const {
    return Project{m_experiment, std::move(checkpoint), layout.toStdString(), m_unknown};
}

void Document::saved(const QString& path, const Project& project) {
    m_path = path;
    m_checkpoint = project.checkpoint;
    m_runChanged = false;
    m_stack.setClean();
    emit stateChanged();
}

void Document::markRunChanged() {
    if (m_runChanged) return;
    m_runChanged = true;
    emit stateChanged();
}

void Document::change(const Experiment& after, const QString& title, int mergeKey) {
    Edit edit = Edit::between(m_experiment, after, title.toStdString());
    if (edit.empty()) return;
    m_stack.push(new EditCommand(*this, std::move(edit), mergeKey));
}

void Document::applyEdit(const Edit& edit) {
    edit.apply(m_experiment);
    emit changed(edit.touchesCircuit());
    emit stateChanged();
}

}  // namespace lab

// Files of the window: open, save, export, drag and drop, autosave and recovery.
#include "app/window/MainWindow.h"

#include "app/CircuitFiles.h"
#include "app/FigureFiles.h"
#include "app/window/ExportDialog.h"
#include "app/window/Gallery.h"
#include "app/window/Waiting.h"
#include "core/io/Bytes.h"
#include "core/io/CircuitJson.h"
#include "core/io/DataFiles.h"
#include "core/io/Npz.h"
#include "core/rules/RuleDescription.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/ComparePane.h"
#include "widgets/common/Theme.h"
#include "widgets/plot/FigureExport.h"
#include "widgets/views/LiveView.h"

#include <QAction>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QDockWidget>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QThreadPool>

namespace lab {

namespace {

constexpr int kRecentFiles = 10;

QString folderOf(const QString& key) { return QSettings().value("folder/" + key, QDir::homePath()).toString(); }
void rememberFolder(const QString& key, const QString& path) { QSettings().setValue("folder/" + key, QFileInfo(path).absolutePath()); }

}  // namespace

bool MainWindow::openFile(const QString& path) {
    const auto failed = [&](const Error& error) {
        say(QString::fromStdString(error.text()), true);
        QMessageBox box(QMessageBox::Warning, tr("This file cannot be opened"), QString::fromStdString(error.message), QMessageBox::Close, this);
        box.setInformativeText(QString::fromStdString((error.where.empty() ? std::string() : error.where + "\n") + error.hint));
        box.exec();
        return false;
    };
    const QString name = QFileInfo(path).fileName();
    const QString opening = tr("Opening %1 ...").arg(name);
    if (path.endsWith(".flab", Qt::CaseInsensitive)) {
        if (!confirmDiscard()) return false;
        Result<Project> project = whileWaiting(this, opening, [&] { return openProject(path.toStdString()); });
        if (!project) return failed(project.error());
        m_document.adopt(std::move(*project), path);
        restoreLayout(m_document.layout());
        rememberRecent(path);
        return true;
    }
    if (path.endsWith(".json", Qt::CaseInsensitive)) {
        const Result<Circuit> circuit = whileWaiting(this, opening, [&]() -> Result<Circuit> {
            const Result<Bytes> bytes = readFile(path.toStdString(), std::uint64_t(64) << 20);
            if (!bytes) return bytes.error();
            return circuitFromJson(QByteArray(reinterpret_cast<const char*>(bytes->data()), static_cast<qsizetype>(bytes->size())),
                                   path.toStdString());
        });
        if (!circuit) return failed(circuit.error());
        change(tr("Open circuit %1").arg(name), [&](Experiment& e) { e.circuit = *circuit; });
        m_canvas->fit();
        return true;
    }
    DataChoice choice;
    choice.source = QFileInfo(path).absoluteFilePath().toStdString();
    // Through the service: the run that begins with these data finds them read.
    const auto data = whileWaiting(this, opening, [&] { return m_run.data().open(choice); });
    if (!data) return failed(data.error());
    choice.checksum = (*data)->checksum;
    change(tr("Open data %1").arg(name), [&](Experiment& e) { e.data = choice; });
    return true;
}

bool MainWindow::saveTo(const QString& path) {
    Project project = m_document.project(nullptr, layoutState());
    const Result<void> saved = whileWaiting(this, tr("Saving %1 ...").arg(QFileInfo(path).fileName()), [&] {
        project.checkpoint = m_run.runner().checkpoint();  // waits for the engine's step to end
        return saveProject(path.toStdString(), project);
    });
    if (!saved) {
        say(QString::fromStdString(saved.error().text()), true);
        QMessageBox::warning(this, tr("The project was not saved"), QString::fromStdString(saved.error().text()));
        return false;
    }
    m_document.saved(path, project);
    rememberRecent(path);
    m_recovery->clear();
    say(tr("Saved %1").arg(QFileInfo(path).fileName()));
    return true;
}

bool MainWindow::save() { return m_document.path().isEmpty() ? saveAs() : saveTo(m_document.path()); }

bool MainWindow::saveAs() {
    const QString suggestion = m_document.path().isEmpty() ? folderOf("project") + "/experiment.flab" : m_document.path();
    QString path = QFileDialog::getSaveFileName(this, tr("Save project"), suggestion, tr("Forward Lab projects (*.flab)"));
    if (path.isEmpty()) return false;
    if (!path.endsWith(".flab", Qt::CaseInsensitive)) path += ".flab";
    rememberFolder("project", path);
    return saveTo(path);
}

bool MainWindow::confirmDiscard() {
    if (!m_document.isModified() || m_document.path().isEmpty()) {
        // A run that was never saved anywhere is asked about only if it took work: edits, or more than a minute of training.
        const bool work = m_document.undoStack().canUndo() || m_run.snapshot().seconds > 60;
        if (!m_document.isModified() || !work) return true;
    }
    QMessageBox box(QMessageBox::Question, tr("Save changes?"), tr("“%1” has changes that are not saved.").arg(m_document.title()),
                    QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, this);
    box.setDefaultButton(QMessageBox::Save);
    switch (box.exec()) {
        case QMessageBox::Save: return save();
        case QMessageBox::Discard: return true;
        default: return false;
    }
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!confirmDiscard()) {
        event->ignore();
        return;
    }
    storeLayout();
    if (!m_options.safe) {
        QSettings settings;
        settings.setValue("window/geometry", saveGeometry());
        settings.setValue("window/theme", QString::fromLatin1(themeName(Theme::current().kind)));
        static const char* const names[] = {"build", "rule", "run", "compare"};
        for (const auto& [mode, state] : m_layouts) settings.setValue(QStringLiteral("layout/") + names[static_cast<int>(mode)], state);
    }
    m_run.runner().pause();
    m_recovery->clear();
    event->accept();
}

void MainWindow::rememberRecent(const QString& path) {
    if (m_options.safe) return;
    QSettings settings;
    QStringList recent = settings.value("recent").toStringList();
    const QString absolute = QFileInfo(path).absoluteFilePath();
    recent.removeAll(absolute);
    recent.prepend(absolute);
    while (recent.size() > kRecentFiles) recent.removeLast();
    settings.setValue("recent", recent);
}

void MainWindow::fillRecent() {
    m_recent->clear();
    const QStringList recent = QSettings().value("recent").toStringList();
    for (const QString& path : recent) {
        QAction* action = m_recent->addAction(QFileInfo(path).fileName());
        action->setToolTip(path);
        action->setEnabled(QFileInfo::exists(path));
        connect(action, &QAction::triggered, this, [this, path] { openFile(path); });
    }
    if (recent.isEmpty()) m_recent->addAction(tr("No files yet"))->setEnabled(false);
    m_recent->addSeparator();
    connect(m_recent->addAction(tr("Clear the list")), &QAction::triggered, this, [] { QSettings().remove("recent"); });
}

void MainWindow::exportFigure(std::shared_ptr<const Figure> figure, const QString& extension) {
    if (!figure) return;
    FigureExportOptions options;
    if (extension != QLatin1String("csv")) {
        const std::optional<FigureExportOptions> asked = ExportDialog::ask(extension, this);
        if (!asked) return;
        options = *asked;
    }
    const QString suggestion = folderOf("figure") + QLatin1Char('/') + QString::fromStdString(figure->view) + QLatin1Char('.') + extension;
    const QString path = QFileDialog::getSaveFileName(this, tr("Export figure"), suggestion, tr("%1 files (*.%2)").arg(extension.toUpper(), extension));
    if (path.isEmpty()) return;
    rememberFolder("figure", path);
    const Result<void> done = whileWaiting(this, tr("Exporting %1 ...").arg(QFileInfo(path).fileName()),
                                           [&] { return writeFigure(*figure, path, options); });
    if (done)
        say(tr("Exported %1").arg(QFileInfo(path).fileName()));
    else
        say(QString::fromStdString(done.error().text()), true);
}

void MainWindow::copyFigure(std::shared_ptr<const Figure> figure) {
    if (!figure) return;
    auto* mime = new QMimeData;
    if (const Result<QByteArray> svg = figureBytes(*figure, FigureFormat::Svg)) mime->setData("image/svg+xml", *svg);
    mime->setImageData(figureImage(*figure));
    const QByteArray csv = QByteArray::fromStdString(figureCsv(*figure));
    mime->setData("text/csv", csv);
    mime->setText(QString::fromUtf8(csv));
    QGuiApplication::clipboard()->setMimeData(mime);
    say(tr("Copied as picture, SVG and CSV"));
}

QStringList MainWindow::exportAll(const QString& folder, const QString& extension) {
    QStringList written;
    QDir().mkpath(folder);
    const auto done = [&](const QString& path, const Result<void>& result) {
        if (result)
            written << path;
        else
            say(QString::fromStdString(result.error().text()), true);
    };
    std::map<std::string, std::shared_ptr<const Figure>> figures;
    for (const auto& [id, view] : m_liveViews) {
        QDockWidget* d = dock(QStringLiteral("view-") + QString::fromStdString(id));
        if (d != nullptr && !d->isHidden()) figures[id] = view->figure();
    }
    if (m_mode == Mode::Compare) figures["comparison"] = m_compare->figure();
    for (const auto& [id, figure] : figures) {
        if (!figure || figure->empty()) continue;
        const QString base = folder + QLatin1Char('/') + QString::fromStdString(id);
        for (const QString& ending : extension == "csv" ? QStringList{"csv"} : QStringList{extension, "csv"}) {
            const QString path = base + QLatin1Char('.') + ending;
            done(path, whileWaiting(this, tr("Exporting %1 ...").arg(QFileInfo(path).fileName()), [&] { return writeFigure(*figure, path); }));
        }
    }
    const QByteArray svg = m_canvas->toSvg();
    const QString circuit = folder + "/circuit.svg";
    done(circuit, writeFileAtomically(circuit.toStdString(), svg.constData(), static_cast<std::size_t>(svg.size())));
    return written;
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls() && !event->mimeData()->urls().isEmpty() && event->mimeData()->urls().first().isLocalFile()) {
        const QString path = event->mimeData()->urls().first().toLocalFile();
        say(path.endsWith(".flab", Qt::CaseInsensitive)   ? tr("Release to open the project %1").arg(QFileInfo(path).fileName())
            : path.endsWith(".json", Qt::CaseInsensitive) ? tr("Release to put the circuit %1 here").arg(QFileInfo(path).fileName())
                                                          : tr("Release to train on the data in %1").arg(QFileInfo(path).fileName()));
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.isEmpty()) return;
    event->acceptProposedAction();
    // The dialogs that opening may show must not hold up the program that the file comes from.
    const QString path = urls.first().toLocalFile();
    QTimer::singleShot(0, this, [this, path] { openFile(path); });
}

void MainWindow::autosave() {
    if (!m_document.isModified()) return;
    if (m_run.snapshot().position) return;  // a checkpoint would end the step that somebody is looking at: the next time
    auto project = std::make_shared<Project>(m_document.project(nullptr, layoutState()));
    const QString original = m_document.path();
    Recovery* recovery = m_recovery.get();
    Runner* runner = &m_run.runner();
    const std::uint64_t run = runner->latest()->run;
    // Waiting for the engine and packing take a while: not on the window's thread. The pool is drained before the window goes.
    QThreadPool::globalInstance()->start([project, original, recovery, runner, run] {
        project->checkpoint = runner->checkpoint();
        if (runner->latest()->run != run) return;  // these weights belong to an experiment that came meanwhile: next time
        if (const Result<std::string> bytes = projectBytes(*project)) static_cast<void>(recovery->write(*bytes, original).ok());
    });
}

void MainWindow::offerRecovery() {
    if (!m_options.recover) return;
    for (const Recovery::Left& left : m_recovery->leftBehind()) {
        QMessageBox box(QMessageBox::Question, tr("Recover unsaved work?"),
                        tr("Forward Lab ended unexpectedly. It had kept a copy of %1 from %2.")
                            .arg(left.original.isEmpty() ? tr("an unsaved experiment") : QFileInfo(left.original).fileName(),
                                 QLocale().toString(left.when, QLocale::ShortFormat)),
                        QMessageBox::NoButton, this);
        QAbstractButton* open = box.addButton(tr("Open the copy"), QMessageBox::AcceptRole);
        QAbstractButton* discard = box.addButton(tr("Discard it"), QMessageBox::DestructiveRole);
        box.addButton(tr("Decide later"), QMessageBox::RejectRole);
        box.exec();
        if (box.clickedButton() == open) {
            Result<Project> copy = whileWaiting(this, tr("Opening the copy ..."), [&] { return openProject(left.shadow.toStdString()); });
            if (!copy) {
                QMessageBox::warning(this, tr("The copy cannot be read"), QString::fromStdString(copy.error().text()));
                continue;
            }
            m_document.adoptRecovered(std::move(*copy), left.original);
            // The new copy is on disk before the old one goes.
            autosave();
            QThreadPool::globalInstance()->waitForDone();
            Recovery::discard(left);
            return;
        }
        if (box.clickedButton() == discard) Recovery::discard(left);
    }
}

void MainWindow::connectFileActions() {
    connect(m_newAction, &QAction::triggered, this, [this] {
        Gallery gallery(this);
        if (gallery.exec() != QDialog::Accepted || !gallery.chosen() || !confirmDiscard()) return;
        startWith(*gallery.chosen());
    });
    connect(m_openAction, &QAction::triggered, this, [this] {
        const QString path = QFileDialog::getOpenFileName(this, tr("Open"), folderOf("open"),
                                                          tr("Everything that can be opened (*.flab *.ncd.json *.json *.gz *.csv *.tsv *.npy *.npz *.bin *ubyte);;All files (*)"));
        if (path.isEmpty()) return;
        rememberFolder("open", path);
        openFile(path);
    });
    connect(m_saveAction, &QAction::triggered, this, &MainWindow::save);
    connect(m_saveAsAction, &QAction::triggered, this, &MainWindow::saveAs);
    connect(m_quitAction, &QAction::triggered, this, &QWidget::close);
    connect(m_exportAllAction, &QAction::triggered, this, [this] {
        const QString folder = QFileDialog::getExistingDirectory(this, tr("Export all figures into"), folderOf("figures"));
        if (folder.isEmpty()) return;
        QSettings().setValue("folder/figures", folder);
        const QStringList files = exportAll(folder, "svg");
        say(files.size() == 1 ? tr("Exported 1 file into %1").arg(folder) : tr("Exported %1 files into %2").arg(files.size()).arg(folder));
    });
    connect(m_exportCircuitAction, &QAction::triggered, this, [this] {
        QString filter;
        QString path = QFileDialog::getSaveFileName(this, tr("Export circuit"), folderOf("figure") + "/circuit.svg",
                                                    circuitFileFilters().join(QStringLiteral(";;")), &filter);
        if (path.isEmpty()) return;
        // Who chooses another format in the list means it, whatever ending the name still has.
        const QString ending = filter.section(QLatin1Char('('), 1).remove(QLatin1Char('*')).remove(QLatin1Char(')'));
        if (!ending.isEmpty() && QFileInfo(path).suffix() == QLatin1String("svg") && ending != QLatin1String(".svg"))
            path = path.left(path.size() - 4) + ending;
        else if (QFileInfo(path).suffix().isEmpty()) path += ending;
        rememberFolder("figure", path);
        const Result<QByteArray> bytes = circuitFileBytes(path, m_document.experiment().circuit, m_sizes, m_canvas->figureOptions());
        const Result<void> done = bytes ? writeFileAtomically(path.toStdString(), bytes->constData(), static_cast<std::size_t>(bytes->size()))
                                        : Result<void>(bytes.error());
        say(done ? tr("Exported %1").arg(QFileInfo(path).fileName()) : QString::fromStdString(done.error().text()), !done);
    });
    connect(m_exportWeightsAction, &QAction::triggered, this, [this] {
        if (!m_run.snapshot().layers) {
            say(tr("There are no weights yet: the run has not been set up."), true);
            return;
        }
        const QString path = QFileDialog::getSaveFileName(this, tr("Export weights"), folderOf("project") + "/weights.npz", tr("NumPy archive (*.npz)"));
        if (path.isEmpty()) return;
        const Result<void> done = whileWaiting(this, tr("Exporting %1 ...").arg(QFileInfo(path).fileName()), [&] {
            std::vector<NamedArray> arrays;
            for (const Runner::NamedCopy& p : m_run.runner().parameters()) arrays.push_back({p.name, p.shape, p.values});
            return writeNpz(path.toStdString(), arrays);
        });
        say(done ? tr("Exported %1").arg(QFileInfo(path).fileName()) : QString::fromStdString(done.error().text()), !done);
    });
}

}  // namespace lab

#include "app/window/Recovery.h"

#include "core/io/Bytes.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>

namespace lab {

QString stateFolder() {
    QString base = qEnvironmentVariable("XDG_STATE_HOME");
    // The specification ignores relative paths.
    if (base.isEmpty() || QDir::isRelativePath(base)) base = QDir::homePath() + QStringLiteral("/.local/state");
    const QString folder = base + QStringLiteral("/forward-lab");
    QDir().mkpath(folder);
    return folder;
}

Recovery::Recovery(QString folder) : m_folder(std::move(folder)) {
    QDir().mkpath(m_folder);
    const QString name = QString::number(QCoreApplication::applicationPid()) + QLatin1Char('-') +
                         QString::number(QRandomGenerator::global()->generate(), 16);
    m_shadow = m_folder + QLatin1Char('/') + name + QStringLiteral(".flab");
    m_lock = std::make_unique<QLockFile>(m_shadow + QStringLiteral(".lock"));
    m_lock->setStaleLockTime(0);
    m_lock->tryLock(0);
}

Recovery::~Recovery() { clear(); }

Result<void> Recovery::write(const std::string& bytes, const QString& original) {
    const QByteArray path = original.toUtf8();
    if (const Result<void> done = writeFileAtomically((m_shadow + ".path").toStdString(), path.constData(), static_cast<std::size_t>(path.size()));
        !done)
        return done;
    return writeFileAtomically(m_shadow.toStdString(), bytes.data(), bytes.size());
}

void Recovery::clear() {
    QFile::remove(m_shadow);
    QFile::remove(m_shadow + QStringLiteral(".path"));
}

std::vector<Recovery::Left> Recovery::leftBehind() const {
    std::vector<Left> out;
    const QFileInfoList files = QDir(m_folder).entryInfoList({QStringLiteral("*.flab")}, QDir::Files, QDir::Time);
    for (const QFileInfo& file : files) {
        if (file.filePath() == m_shadow) continue;
        auto lock = std::make_shared<QLockFile>(file.filePath() + QStringLiteral(".lock"));
        lock->setStaleLockTime(0);
        if (!lock->tryLock(0)) continue;  // its process lives
        QFile path(file.filePath() + QStringLiteral(".path"));
        QString original;
        if (path.open(QIODevice::ReadOnly)) original = QString::fromUtf8(path.readAll());
        out.push_back({file.filePath(), original, file.lastModified(), lock});
    }
    return out;
}

void Recovery::discard(const Left& left) {
    QFile::remove(left.shadow);
    QFile::remove(left.shadow + QStringLiteral(".path"));
}

}  // namespace lab

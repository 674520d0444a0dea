#include "app/cli/BenchPeer.h"

#include "core/io/Json.h"

#include <QFile>

namespace lab {

namespace {

constexpr int kStartMs = 120000;
constexpr int kEndMs = 3000;

}  // namespace

Result<std::unique_ptr<BenchPeer>> BenchPeer::start(const QString& script, const QString& rule, const QString& widths, long batch,
                                                    int threads) {
    std::unique_ptr<BenchPeer> peer(new BenchPeer);
    QString path = script;
    if (script == "builtin") {
        QFile source(":/bench/torch_peer.py");
        peer->m_copy = std::make_unique<QTemporaryFile>();
        if (!source.open(QIODevice::ReadOnly) || !peer->m_copy->open() || peer->m_copy->write(source.readAll()) < 0)
            return Error{"LAB-CLI-112", "the peer's script could not be written to a temporary file.", script.toStdString(), ""};
        peer->m_copy->close();
        path = peer->m_copy->fileName();
    }
    // The system's Python first: Debian's packages are not seen by another one that may stand in the path.
    const QString python = QFile::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
    peer->m_process.setProcessChannelMode(QProcess::SeparateChannels);
    QStringList arguments = {path, "--rule", rule, "--batch", QString::number(batch), "--threads", QString::number(threads)};
    if (!widths.isEmpty()) arguments << "--widths" << widths;
    peer->m_process.start(python, arguments);
    const auto failed = [&]() {
        const QString said = QString::fromUtf8(peer->m_process.readAllStandardError()).trimmed().section('\n', -1);
        return Error{"LAB-CLI-112", "the peer did not start: " + said.toStdString(), path.toStdString(),
                     "It needs python3-torch and python3-numpy."};
    };
    if (!peer->m_process.waitForStarted(kStartMs)) return failed();
    while (!peer->m_process.canReadLine())
        if (!peer->m_process.waitForReadyRead(kStartMs)) return failed();
    const QByteArray line = peer->m_process.readLine();
    const Result<JsonValue> hello = parseJson(std::string_view(line.constData(), static_cast<std::size_t>(line.size())), "peer");
    if (!hello || hello->find("peer") == nullptr) return failed();
    peer->m_name = hello->find("peer")->raw();
    return peer;
}

BenchPeer::~BenchPeer() {
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(kEndMs)) m_process.kill();
    m_process.waitForFinished(kEndMs);
}

double BenchPeer::measure(double seconds) {
    m_process.write(QByteArray::number(seconds) + "\n");
    while (!m_process.canReadLine())
        if (!m_process.waitForReadyRead(kStartMs)) return 0;
    const QList<QByteArray> answer = m_process.readLine().trimmed().split(' ');
    if (answer.size() != 2 || answer[1].toDouble() <= 0) return 0;
    return answer[0].toDouble() / answer[1].toDouble();
}

}  // namespace lab

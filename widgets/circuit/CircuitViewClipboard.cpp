// The canvas's clipboard and its picture for files.
#include "widgets/circuit/CircuitSvg.h"
#include "widgets/circuit/CircuitView.h"

#include <QApplication>
#include <QClipboard>
#include <QMimeData>

#include <algorithm>

namespace lab {

namespace {

const char* const kCircuitMimeType = "application/x-ncd+json";

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

void CircuitView::copySelection() {
    std::vector<std::string> ids;
    for (const std::string& id : m_selection) {
        if (m_circuit.operation(id) != nullptr) ids.push_back(id);
        else if (const Group* g = m_circuit.group(id))
            for (const std::string& m : g->members)
                if (m_circuit.operation(m) != nullptr) ids.push_back(m);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) {
        emit messageShown(QStringLiteral("Nothing is selected."));
        return;
    }
    const Circuit part = extract(m_circuit, ids);
    auto* mime = new QMimeData;
    if (m_textForm.write) {
        const QByteArray json = QByteArray::fromStdString(m_textForm.write(part));
        mime->setData(QLatin1String(kCircuitMimeType), json);
        mime->setText(QString::fromUtf8(json));
    }
    CircuitFigureOptions options;
    options.toggles = m_toggles;
    options.toggles.rule = options.toggles.activity = false;
    const SizeSolution sizes = solveSizes(part);
    mime->setData(QStringLiteral("image/svg+xml"), circuitToSvg(part, sizes, options));
    mime->setImageData(circuitToImage(part, sizes, 2.0, options));
    QApplication::clipboard()->setMimeData(mime);
}

void CircuitView::pasteClipboard() {
    const QMimeData* mime = QApplication::clipboard()->mimeData();
    if (mime == nullptr || !m_textForm.read) return;
    QByteArray json = mime->data(QLatin1String(kCircuitMimeType));
    if (json.isEmpty()) json = mime->text().toUtf8();
    if (json.trimmed().isEmpty()) {
        emit messageShown(QStringLiteral("The clipboard holds no circuit."));
        return;
    }
    Result<Circuit> part = m_textForm.read(json.toStdString());
    if (!part) {
        emit messageShown(QStringLiteral("The clipboard holds no circuit: %1").arg(qs(part.error().message)));
        return;
    }
    request(paste(m_circuit, *part, anchorForAdding()));
}

CircuitFigureOptions CircuitView::figureOptions() const {
    CircuitFigureOptions options;
    options.toggles = m_toggles;
    options.theme = Theme::current().kind;
    options.marks = m_marks;
    options.activity = m_live.glow;
    options.live = m_live.empty() ? nullptr : &m_live;
    options.beads = m_beads.empty() ? nullptr : &m_beads;
    options.pinned = m_pinned;
    options.compared = m_otherMarks;
    options.outlined = m_outlined;
    return options;
}

QByteArray CircuitView::toSvg() const { return circuitToSvg(m_circuit, m_sizes, figureOptions()); }

QImage CircuitView::toImage(double scale) const { return circuitToImage(m_circuit, m_sizes, scale, figureOptions()); }

}  // namespace lab

#include "app/window/Gallery.h"

#include "app/DataService.h"
#include "core/circuit/Templates.h"
#include "core/io/DataFiles.h"
#include "widgets/circuit/CircuitSvg.h"
#include "widgets/common/Theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <utility>

namespace lab {

namespace {

constexpr QSize kThumbnail(330, 104);

// A card: drawing, title, text; the whole card is one button, so that the keyboard reaches it.
class Card : public QPushButton {
public:
    Card(const QString& title, const QString& text, const QImage& drawing, QWidget* parent)
        : QPushButton(parent), m_title(title), m_text(text), m_drawing(drawing) {
        setAccessibleName(title);
        setAccessibleDescription(text);
        setFixedSize(kThumbnail.width() + 28, 220);
        setCursor(Qt::PointingHandCursor);
    }

protected:
    void paintEvent(QPaintEvent*) override {
        const Theme& theme = Theme::current();
        QPainter p(this);
        p.setRenderHint(QPainter::Antialiasing);
        p.setPen(QPen(hasFocus() || underMouse() ? theme.selection : theme.hairline, hasFocus() || underMouse() ? 2 : 1));
        p.setBrush(theme.raised);
        p.drawRoundedRect(QRectF(rect()).adjusted(1.5, 1.5, -1.5, -1.5), 10, 10);
        if (!m_drawing.isNull()) {
            const QSizeF fit = m_drawing.deviceIndependentSize();
            const QRectF target(QPointF(14 + (kThumbnail.width() - fit.width()) / 2, 10 + (kThumbnail.height() - fit.height()) / 2), fit);
            p.drawImage(target.topLeft().toPoint(), m_drawing);
        }
        p.setPen(theme.ink);
        p.setFont(uiFont(14, QFont::DemiBold));
        p.drawText(QRectF(16, 122, width() - 32, 20), Qt::AlignLeft | Qt::AlignVCenter, m_title);
        p.setPen(theme.mute);
        p.setFont(uiFont(12));
        p.drawText(QRectF(16, 144, width() - 32, 60), Qt::TextWordWrap, m_text);
    }
    void enterEvent(QEnterEvent*) override { update(); }
    void leaveEvent(QEvent*) override { update(); }

private:
    QString m_title;
    QString m_text;
    QImage m_drawing;
};

QLabel* heading(const QString& text, QWidget* parent) {
    auto* l = new QLabel(text, parent);
    l->setFont(uiFont(16, QFont::DemiBold));
    return l;
}

// What a sample of a set that templates name looks like.
DataSchema schemaOf(const std::string& dataset) {
    const DatasetDescription* d = findDataset(dataset);
    if (d != nullptr)
        if (const Result<Dataset> data = d->load(ParamSet(d->params))) return data->schema;
    DataSchema plane;
    plane.shape = {2};
    plane.classes = 2;
    return plane;
}

}  // namespace

struct Gallery::Entry {
    bool example = false;
    QString title;
    QString text;
    Experiment experiment;
    QImage drawing;
};

Gallery::Gallery(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Gallery"));
    auto* outer = new QVBoxLayout(this);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* body = new QWidget(scroll);
    auto* column = new QVBoxLayout(body);
    column->setSpacing(12);
    const auto grid = [&](const QString& title) {
        column->addWidget(heading(title, body));
        auto* cards = new QGridLayout;
        cards->setSpacing(12);
        column->addLayout(cards);
        column->addSpacing(8);
        return cards;
    };
    m_examples = grid(tr("Experiments with a known outcome"));
    m_templates = grid(tr("Circuits to start from"));
    m_preparing = new QLabel(tr("Drawing the circuits ..."), body);
    m_preparing->setForegroundRole(QPalette::PlaceholderText);
    m_examples->addWidget(m_preparing, 0, 0);
    column->addStretch(1);
    scroll->setWidget(body);
    outer->addWidget(scroll);
    resize(3 * (kThumbnail.width() + 28) + 86, 640);
    QtConcurrent::run([dark = Theme::current().dark, ratio = devicePixelRatioF()] { return entries(dark, ratio); })
        .then(this, [this](const std::vector<Entry>& all) { fill(all); });
}

std::vector<Gallery::Entry> Gallery::entries(bool dark, double ratio) {
    const bool fashion = haveFashionMnist();
    std::vector<Entry> out;
    const auto add = [&](bool example, const std::string& title, const std::string& text, const Experiment& experiment) {
        CircuitFigureOptions options;
        options.dark = dark;
        options.transparent = true;
        options.toggles.sizes = true;
        // Averaged down once, for the screen it is shown on: thin strokes of wide circuits stay whole.
        const QImage large = circuitToImage(experiment.circuit, solveSizes(experiment.circuit), 2.0, options);
        QImage drawing = large.isNull() ? large : large.scaled(kThumbnail * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation);
        drawing.setDevicePixelRatio(ratio);
        out.push_back({example, QString::fromStdString(title), QString::fromStdString(text), experiment, drawing});
    };
    for (const ExampleExperiment& e : exampleExperiments(fashion)) add(true, e.title, e.summary + " " + e.outcome, e.experiment);
    const Experiment base = firstExperiment(fashion);
    for (const CircuitTemplate& t : circuitTemplates()) {
        // Pictures fit every template that wants them; Fashion-MNIST stands in for its package's absence by SEG7.
        const std::string dataset = t.dataset == "fashion-mnist" && !fashion ? "seg7" : t.dataset;
        DataSchema schema;
        if (dataset == "fashion-mnist") {
            schema.shape = {1, 28, 28};
            schema.classes = 10;
        } else {
            schema = schemaOf(dataset);
        }
        const Result<Circuit> circuit = makeTemplate(t.id, {schema.shape.begin(), schema.shape.end()}, schema.classes);
        if (!circuit) continue;
        Experiment experiment = base;
        experiment.title = t.title;
        experiment.circuit = *circuit;
        experiment.data = DataChoice();
        experiment.data.source = dataset;
        add(false, t.title, t.summary, withRule(experiment, suitableRule(experiment, schema)));
    }
    return out;
}

void Gallery::fill(const std::vector<Entry>& entries) {
    delete std::exchange(m_preparing, nullptr);
    for (const Entry& entry : entries) {
        QGridLayout* grid = entry.example ? m_examples : m_templates;
        const int index = grid->count();
        auto* card = new Card(entry.title, entry.text, entry.drawing, this);
        connect(card, &QPushButton::clicked, this, [this, experiment = entry.experiment] {
            m_chosen = experiment;
            accept();
        });
        grid->addWidget(card, index / 3, index % 3, Qt::AlignLeft | Qt::AlignTop);
        if (index == 0 && entry.example) card->setFocus();
    }
    m_complete = true;
}

}  // namespace lab

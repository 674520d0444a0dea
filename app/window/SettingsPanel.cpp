#include "app/window/SettingsPanel.h"

#include "core/data/DataRegistry.h"
#include "core/document/Figure.h"
#include "core/io/DataFiles.h"
#include "widgets/common/Theme.h"
#include "widgets/params/ParamForm.h"
#include "widgets/plot/FigureWidget.h"

#include <QComboBox>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <limits>

namespace lab {

namespace {

QLabel* heading(const QString& text, QWidget* parent) {
    auto* l = new QLabel(text, parent);
    l->setFont(uiFont(12.5, QFont::DemiBold));
    return l;
}

QLabel* prose(QWidget* parent) {
    auto* l = new QLabel(parent);
    l->setFont(uiFont(12));
    l->setWordWrap(true);
    l->setForegroundRole(QPalette::PlaceholderText);  // the muted colour; a role follows the theme
    return l;
}

// A scrolling column: docks may be low.
QVBoxLayout* scrollingColumn(QWidget* owner) {
    auto* outer = new QVBoxLayout(owner);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(owner);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* body = new QWidget(scroll);
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(14, 10, 14, 14);
    column->setSpacing(8);
    scroll->setWidget(body);
    outer->addWidget(scroll);
    return column;
}

ParamSet filled(const std::vector<ParamSpec>& specs, const std::map<std::string, ParamValue>& held) {
    ParamSet set(specs);
    static_cast<void>(set.assign(held).ok());
    return set;
}

std::shared_ptr<Figure> samplesFigure(const PreparedData& data) {
    auto figure = std::make_shared<Figure>();
    figure->view = "samples";
    FigurePanel panel;
    const Matrix& samples = data.train.rows ? data.preview : data.train.x;  // the window reads no files
    const Index shown = std::min<Index>(samples.rows(), 24);
    if (data.schema.isImage()) {
        TilesPanel tiles;
        for (Index i = 0; i < shown; ++i) {
            FigureTile tile;
            tile.channels = static_cast<int>(data.schema.shape[0]);
            tile.height = static_cast<int>(data.schema.shape[1]);
            tile.width = static_cast<int>(data.schema.shape[2]);
            tile.values.assign(samples.row(i).data(), samples.row(i).data() + samples.cols());
            const std::size_t label = static_cast<std::size_t>(data.train.y.empty() ? 0 : data.train.y[static_cast<std::size_t>(i)]);
            if (label < data.schema.classNames.size()) tile.caption = data.schema.classNames[label];
            tiles.tiles.push_back(std::move(tile));
        }
        panel.content = std::move(tiles);
    } else if (samples.cols() >= 2) {
        ScatterPanel scatter;
        for (int c = 0; c < data.schema.classes; ++c) {
            ScatterGroup group;
            group.title = static_cast<std::size_t>(c) < data.schema.classNames.size() ? data.schema.classNames[static_cast<std::size_t>(c)] : std::to_string(c);
            group.style = seriesStyle(c);
            for (Index i = 0; i < std::min<Index>(samples.rows(), 600); ++i)
                if (data.train.y[static_cast<std::size_t>(i)] == c)
                    group.points.push_back({static_cast<double>(samples(i, 0)), static_cast<double>(samples(i, 1))});
            scatter.groups.push_back(std::move(group));
        }
        panel.x.title = data.schema.featureNames.size() > 1 ? data.schema.featureNames[0] : "x_1";
        panel.y.title = data.schema.featureNames.size() > 1 ? data.schema.featureNames[1] : "x_2";
        panel.content = std::move(scatter);
    } else {
        panel.content = MessagePanel{"One feature per sample.", ""};
    }
    figure->panels.push_back(std::move(panel));
    return figure;
}

}  // namespace

DataPanel::DataPanel(QWidget* parent) : QWidget(parent) {
    QVBoxLayout* column = scrollingColumn(this);
    m_source = new QComboBox(this);
    m_source->setAccessibleName(tr("Data set"));
    for (const DatasetDescription& d : allDatasets()) {
        m_source->addItem(QString::fromStdString(d.title), QString::fromStdString(d.id));
        m_source->setItemData(m_source->count() - 1, QString::fromStdString(d.summary), Qt::ToolTipRole);
    }
    column->addWidget(m_source);
    auto* open = new QPushButton(tr("Open a file or folder…"), this);
    open->setToolTip(tr("IDX, CSV, NPY, NPZ, CIFAR binary, or a folder with one folder of pictures per class; or drop it on the window."));
    column->addWidget(open);
    m_about = prose(this);
    column->addWidget(m_about);
    m_loaded = prose(this);
    column->addWidget(m_loaded);
    m_samples = new FigureWidget(this);
    m_samples->setFixedHeight(190);
    column->addWidget(m_samples);
    m_params = new ParamForm(this);
    column->addWidget(m_params);
    column->addWidget(heading(tr("Preparation"), this));
    m_options = new ParamForm(this);
    column->addWidget(m_options);
    column->addStretch(1);

    connect(m_source, &QComboBox::activated, this, [this](int index) {
        if (!m_filling) emit sourceChosen(m_source->itemData(index).toString());
    });
    connect(open, &QPushButton::clicked, this, &DataPanel::fileWanted);
    connect(m_params, &ParamForm::changed, this, [this](const std::string& n, const ParamValue& v) { emit sourceParamChanged(n, v); });
    connect(m_options, &ParamForm::changed, this, [this](const std::string& n, const ParamValue& v) { emit optionChanged(n, v); });
}

void DataPanel::show(const Experiment& experiment, bool running) {
    m_filling = true;
    const QString source = QString::fromStdString(experiment.data.source);
    int index = m_source->findData(source);
    if (index < 0) {
        m_source->addItem(source.section(QLatin1Char('/'), -1), source);
        index = m_source->count() - 1;
        m_source->setItemData(index, source, Qt::ToolTipRole);
    }
    m_source->setCurrentIndex(index);
    const DatasetDescription* description = findDataset(experiment.data.source);
    m_about->setText(description != nullptr ? QString::fromStdString(description->summary) : source);
    if (description != nullptr && !description->params.empty()) {
        ParamSet set(description->params);
        for (const auto& [name, value] : experiment.data.params) static_cast<void>(set.setText(name, value).ok());
        m_params->setParams(set);
        m_params->show();
    } else {
        m_params->hide();
    }
    m_options->setParams(filled(dataOptions(), experiment.data.options));
    m_source->setEnabled(!running);
    m_params->setReadOnly(running);
    m_options->setReadOnly(running);
    m_filling = false;
}

void DataPanel::showData(std::shared_ptr<const PreparedData> data, const QString& problem) {
    m_loaded->setForegroundRole(problem.isEmpty() ? QPalette::PlaceholderText : QPalette::BrightText);
    m_loaded->setText(!problem.isEmpty() ? problem : data ? QString::fromStdString(data->summary) : tr("Reading…"));
    if (data == m_data) return;
    m_data = data;
    m_samples->setVisible(data != nullptr);
    if (data) m_samples->setFigure(samplesFigure(*data));
}

const std::vector<ParamSpec>& planParams() {
    static const std::vector<ParamSpec> specs = {
        ParamSpec::integer("epochs", "Epochs", 10, 1, 1000000, "How often every training sample is used. The schedule is planned over this number."),
        ParamSpec::integer("batch", "Batch", 128, 1, 1 << 20, "Samples per update."),
        ParamSpec::integer("seed", "Seed", 1, 0, std::numeric_limits<std::int32_t>::max(),
                           "Of everything random: initial weights, order, negatives. The same seed gives the same bits."),
        ParamSpec::boolean("shuffled", "New order every epoch", true, "Off: the samples come in the order of the file."),
    };
    return specs;
}

TrainingPanel::TrainingPanel(QWidget* parent) : QWidget(parent) {
    QVBoxLayout* column = scrollingColumn(this);
    m_plan = new ParamForm(this);
    column->addWidget(m_plan);
    column->addWidget(heading(tr("Optimiser"), this));
    m_scope = new QComboBox(this);
    m_scope->setAccessibleName(tr("Optimiser of"));
    m_scope->setToolTip(tr("All layers share one kind of optimiser, each with its own moments; a layer may have another."));
    m_scope->addItem(tr("All layers"), -1);
    column->addWidget(m_scope);
    m_optimizer = new QComboBox(this);
    m_optimizer->setAccessibleName(tr("Optimiser"));
    m_optimizer->addItem(tr("As all layers"), QString());
    for (const OptimizerDescription& o : optimizerRegistry()) {
        m_optimizer->addItem(QString::fromStdString(o.title), QString::fromStdString(o.id));
        m_optimizer->setItemData(m_optimizer->count() - 1, QString::fromStdString(o.summary), Qt::ToolTipRole);
    }
    column->addWidget(m_optimizer);
    m_about = prose(this);
    column->addWidget(m_about);
    m_params = new ParamForm(this);
    column->addWidget(m_params);
    column->addWidget(heading(tr("Learning-rate schedule"), this));
    m_schedule = new ParamForm(this);
    column->addWidget(m_schedule);
    column->addWidget(heading(tr("Arithmetic"), this));
    m_arithmetic = new ParamForm(this);
    column->addWidget(m_arithmetic);
    column->addStretch(1);
    connect(m_optimizer, &QComboBox::activated, this, [this](int index) {
        if (!m_filling) emit optimizerChosen(m_optimizer->itemData(index).toString(), layer());
    });
    connect(m_scope, &QComboBox::activated, this, [this] { show(m_shown, m_running); });
    connect(m_params, &ParamForm::changed, this, [this](const std::string& n, const ParamValue& v) { emit optimizerParamChanged(n, v, layer()); });
    connect(m_schedule, &ParamForm::changed, this, [this](const std::string& n, const ParamValue& v) { emit scheduleChanged(n, v); });
    connect(m_arithmetic, &ParamForm::changed, this, [this](const std::string& n, const ParamValue& v) { emit arithmeticChanged(n, v); });
    connect(m_plan, &ParamForm::changed, this, [this](const std::string& n, const ParamValue& v) { emit planChanged(n, v); });
}

int TrainingPanel::layer() const { return m_scope->currentData().toInt(); }

void TrainingPanel::setLayers(const std::vector<std::pair<int, std::string>>& layers) {
    const int chosen = layer();
    m_scope->clear();
    m_scope->addItem(tr("All layers"), -1);
    for (const auto& [number, title] : layers) m_scope->addItem(tr("Only %1").arg(QString::fromStdString(figureText(title))), number);
    m_scope->setCurrentIndex(std::max(0, m_scope->findData(chosen)));
    show(m_shown, m_running);
}

void TrainingPanel::show(const Experiment& experiment, bool running) {
    m_filling = true;
    m_shown = experiment;
    m_running = running;
    const auto own = experiment.layerOptimizers.find(layer());
    const bool inherits = layer() >= 0 && own == experiment.layerOptimizers.end();
    const OptimizerChoice& choice = own == experiment.layerOptimizers.end() ? experiment.optimizer : own->second;
    // The first entry says "as all layers": it means something for a single layer only.
    if (QListView* list = qobject_cast<QListView*>(m_optimizer->view())) list->setRowHidden(0, layer() < 0);
    ParamSet plan(planParams());
    static_cast<void>(plan.set("epochs", experiment.epochs).ok());
    static_cast<void>(plan.set("batch", experiment.batch).ok());
    static_cast<void>(plan.set("seed", static_cast<std::int64_t>(experiment.seed)).ok());
    static_cast<void>(plan.set("shuffled", experiment.shuffled).ok());
    m_plan->setParams(plan);
    m_plan->setReadOnly(running);
    m_optimizer->setCurrentIndex(inherits ? 0 : m_optimizer->findData(QString::fromStdString(choice.id)));
    m_optimizer->setEnabled(!running);
    if (const OptimizerDescription* description = findOptimizer(choice.id)) {
        m_about->setText(QString::fromStdString(description->summary));
        m_params->setParams(filled(description->params, choice.held));
        m_params->setLiveOnly(running);
        m_params->setReadOnly(inherits || (running && layer() >= 0));
    }
    m_schedule->setParams(filled(scheduleParams(), experiment.schedule));
    m_schedule->setReadOnly(running);
    m_arithmetic->setParams(filled(arithmeticParams(), experiment.arithmetic));
    m_arithmetic->setReadOnly(running);
    m_filling = false;
}

}  // namespace lab

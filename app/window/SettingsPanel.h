// What belongs to a run beside circuit and rule: the data (source, its parameters, options, a look at samples) and the
// training (optimiser, schedule, epochs, batch, seed, order). Generated from the descriptions.
#pragma once

#include "core/data/Dataset.h"
#include "core/document/Experiment.h"

#include <QWidget>

#include <memory>

class QComboBox;
class QLabel;
class QSpinBox;
class QPushButton;

namespace lab {

class FigureWidget;
class ParamForm;

class DataPanel : public QWidget {
    Q_OBJECT

public:
    explicit DataPanel(QWidget* parent = nullptr);
    void show(const Experiment& experiment, bool running);
    // What the engine has loaded: one line and a few samples; null while it loads.
    void showData(std::shared_ptr<const PreparedData> data, const QString& problem);
    QSize sizeHint() const override { return {300, 420}; }

signals:
    void sourceChosen(const QString& source);
    void fileWanted();
    void sourceParamChanged(const std::string& name, const lab::ParamValue& value);
    void optionChanged(const std::string& name, const lab::ParamValue& value);

private:
    QComboBox* m_source = nullptr;
    QLabel* m_about = nullptr;
    QLabel* m_loaded = nullptr;
    FigureWidget* m_samples = nullptr;
    ParamForm* m_params = nullptr;
    ParamForm* m_options = nullptr;
    std::shared_ptr<const PreparedData> m_data;
    bool m_filling = false;
};

class TrainingPanel : public QWidget {
    Q_OBJECT

public:
    explicit TrainingPanel(QWidget* parent = nullptr);
    void show(const Experiment& experiment, bool running);
    // What may have an optimiser of its own: layer number and title, from the run.
    void setLayers(const std::vector<std::pair<int, std::string>>& layers);
    QSize sizeHint() const override { return {300, 420}; }

signals:
    // `layer` -1 is all layers without an optimiser of their own; an empty id: the layer goes back to that.
    void optimizerChosen(const QString& id, int layer);
    void optimizerParamChanged(const std::string& name, const lab::ParamValue& value, int layer);
    void scheduleChanged(const std::string& name, const lab::ParamValue& value);
    void arithmeticChanged(const std::string& name, const lab::ParamValue& value);
    void planChanged(const std::string& name, const lab::ParamValue& value);  // epochs, batch, seed, shuffled

private:
    int layer() const;

    QComboBox* m_scope = nullptr;
    QComboBox* m_optimizer = nullptr;
    QLabel* m_about = nullptr;
    Experiment m_shown;
    bool m_running = false;
    ParamForm* m_params = nullptr;
    ParamForm* m_schedule = nullptr;
    ParamForm* m_arithmetic = nullptr;
    ParamForm* m_plan = nullptr;
    bool m_filling = false;
};

// epochs, batch, seed, shuffled as described parameters.
const std::vector<ParamSpec>& planParams();

}  // namespace lab

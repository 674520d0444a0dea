// Where to begin: circuits to start from and experiments with a known outcome, as cards with a drawing.
#pragma once

#include "core/document/Experiment.h"

#include <QDialog>

#include <optional>

class QGridLayout;

namespace lab {

class Gallery : public QDialog {
    Q_OBJECT

public:
    explicit Gallery(QWidget* parent = nullptr);
    // What was chosen; nothing when the dialog was closed.
    std::optional<Experiment> chosen() const { return m_chosen; }

private:
    void add(const QString& title, const QString& text, const Experiment& experiment, QGridLayout* grid, int index);
    std::optional<Experiment> m_chosen;
};

}  // namespace lab

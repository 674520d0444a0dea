// Where to begin: circuits to start from and experiments with a known outcome, as cards with a drawing. The drawings are
// made in the background: the dialog is there at once and fills.
#pragma once

#include "core/document/Experiment.h"

#include <QDialog>

#include <optional>
#include <vector>

class QGridLayout;
class QLabel;

namespace lab {

class Gallery : public QDialog {
    Q_OBJECT

public:
    explicit Gallery(QWidget* parent = nullptr);
    // What was chosen; nothing when the dialog was closed.
    std::optional<Experiment> chosen() const { return m_chosen; }

    // All cards are there.
    bool isComplete() const { return m_complete; }

private:
    struct Entry;
    static std::vector<Entry> entries(bool dark, double ratio);
    void fill(const std::vector<Entry>& entries);

    QGridLayout* m_examples = nullptr;
    QGridLayout* m_templates = nullptr;
    QLabel* m_preparing = nullptr;
    bool m_complete = false;
    std::optional<Experiment> m_chosen;
};

}  // namespace lab

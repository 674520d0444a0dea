// How large a figure is to be, and in which colours.
#pragma once

#include "widgets/plot/FigureExport.h"

#include <QDialog>

#include <optional>

class QCheckBox;
class QComboBox;
class QSpinBox;

namespace lab {

class ExportDialog : public QDialog {
    Q_OBJECT

public:
    explicit ExportDialog(const QString& format, QWidget* parent = nullptr);
    FigureExportOptions options() const;

    // Asks; nothing when the user thought better of it. The last choice is remembered.
    static std::optional<FigureExportOptions> ask(const QString& format, QWidget* parent);

private:
    QComboBox* m_preset = nullptr;
    QSpinBox* m_width = nullptr;
    QSpinBox* m_height = nullptr;
    QCheckBox* m_dark = nullptr;
    QCheckBox* m_transparent = nullptr;
};

}  // namespace lab

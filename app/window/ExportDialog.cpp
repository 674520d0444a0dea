#include "app/window/ExportDialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>

namespace lab {

namespace {

struct Preset {
    const char* title;
    int width;
    int height;
};

// Pixels; a column of a journal is 85 mm wide, at 300 dots per inch.
constexpr Preset kPresets[] = {
    {QT_TRANSLATE_NOOP("lab::ExportDialog", "Figure, 1200 x 800"), 1200, 800},
    {QT_TRANSLATE_NOOP("lab::ExportDialog", "Slide, 1920 x 1080"), 1920, 1080},
    {QT_TRANSLATE_NOOP("lab::ExportDialog", "Column of a journal, 1004 x 720"), 1004, 720},
    {QT_TRANSLATE_NOOP("lab::ExportDialog", "Square, 1000 x 1000"), 1000, 1000},
};

QSpinBox* pixels(int value, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setRange(64, 16384);
    box->setSuffix(QStringLiteral(" px"));
    box->setValue(value);
    return box;
}

}  // namespace

ExportDialog::ExportDialog(const QString& format, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Export as %1").arg(format.toUpper()));
    QSettings settings;
    auto* form = new QFormLayout(this);
    m_preset = new QComboBox(this);
    for (const Preset& preset : kPresets) m_preset->addItem(tr(preset.title));
    m_preset->addItem(tr("Own size"));
    m_width = pixels(settings.value("export/width", 1200).toInt(), this);
    m_height = pixels(settings.value("export/height", 800).toInt(), this);
    m_dark = new QCheckBox(tr("Light on dark"), this);
    m_dark->setChecked(settings.value("export/dark", false).toBool());
    m_transparent = new QCheckBox(tr("No background"), this);
    m_transparent->setChecked(settings.value("export/transparent", false).toBool());
    m_transparent->setVisible(format != QLatin1String("pdf"));
    form->addRow(tr("Size"), m_preset);
    form->addRow(tr("Width"), m_width);
    form->addRow(tr("Height"), m_height);
    form->addRow(QString(), m_dark);
    form->addRow(QString(), m_transparent);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Choose file…"));
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    const auto showPreset = [this] {
        int found = static_cast<int>(std::size(kPresets));
        for (std::size_t i = 0; i < std::size(kPresets); ++i)
            if (kPresets[i].width == m_width->value() && kPresets[i].height == m_height->value()) found = static_cast<int>(i);
        m_preset->setCurrentIndex(found);
    };
    showPreset();
    connect(m_preset, &QComboBox::activated, this, [this](int index) {
        if (index >= static_cast<int>(std::size(kPresets))) return;
        m_width->setValue(kPresets[index].width);
        m_height->setValue(kPresets[index].height);
    });
    connect(m_width, &QSpinBox::valueChanged, this, showPreset);
    connect(m_height, &QSpinBox::valueChanged, this, showPreset);
}

FigureExportOptions ExportDialog::options() const {
    FigureExportOptions options;
    options.width = m_width->value();
    options.height = m_height->value();
    options.dark = m_dark->isChecked();
    options.transparent = m_transparent->isVisible() && m_transparent->isChecked();
    return options;
}

std::optional<FigureExportOptions> ExportDialog::ask(const QString& format, QWidget* parent) {
    ExportDialog dialog(format, parent);
    if (dialog.exec() != QDialog::Accepted) return std::nullopt;
    FigureExportOptions options = dialog.options();
    options.transparent = dialog.m_transparent->isChecked() && format != QLatin1String("pdf");
    QSettings settings;
    settings.setValue("export/width", options.width);
    settings.setValue("export/height", options.height);
    settings.setValue("export/dark", options.dark);
    settings.setValue("export/transparent", options.transparent);
    return options;
}

}  // namespace lab

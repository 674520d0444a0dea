#include "widgets/params/ParamForm.h"

#include "widgets/circuit/MathLabel.h"
#include "widgets/common/Theme.h"

#include <QLocale>
#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {

namespace {

QString qs(const std::string& s) { return QString::fromStdString(s); }

// Scrolling a panel must not change numbers under the pointer.
template <class Base>
class Calm : public Base {
public:
    using Base::Base;

protected:
    void wheelEvent(QWheelEvent* event) override {
        if (this->hasFocus()) Base::wheelEvent(event);
        else event->ignore();
    }
};

// Prints the shortest text that reads back; steps by a tenth of the leading decimal on a logarithmic scale.
class NumberBox : public Calm<QDoubleSpinBox> {
public:
    explicit NumberBox(const ParamSpec& spec) : m_log(spec.scale == ParamScale::Log) {
        setDecimals(15);
        setRange(spec.minimum, spec.maximum);
        setKeyboardTracking(false);
        if (!m_log) setSingleStep(spec.step > 0.0 ? spec.step : niceStep(spec.maximum - spec.minimum));
        setLocale(QLocale::c());
    }
    QString textFromValue(double v) const override { return qs(toText(ParamValue(v))); }
    double valueFromText(const QString& text) const override {
        QString t = text.trimmed();
        if (!suffix().isEmpty() && t.endsWith(suffix().trimmed())) t.chop(int(suffix().trimmed().size()));
        return QLocale::c().toDouble(t.trimmed());
    }
    QValidator::State validate(QString& text, int&) const override {
        QString t = text.trimmed();
        if (!suffix().isEmpty() && t.endsWith(suffix().trimmed())) t.chop(int(suffix().trimmed().size()));
        t = t.trimmed();
        bool ok = false;
        const double v = QLocale::c().toDouble(t, &ok);
        if (ok && v >= minimum() && v <= maximum()) return QValidator::Acceptable;
        static const QString allowed = QStringLiteral("0123456789+-.eE");
        return std::all_of(t.begin(), t.end(), [](QChar c) { return allowed.contains(c); }) ? QValidator::Intermediate
                                                                                            : QValidator::Invalid;
    }
    void stepBy(int steps) override {
        if (!m_log || value() <= 0.0) {
            QDoubleSpinBox::stepBy(steps);
            return;
        }
        double v = value();
        for (int i = 0; i < std::abs(steps); ++i) {
            const double up = steps > 0 ? 1.0 : -1.0;
            double decade = std::pow(10.0, std::floor(std::log10(v) + 1e-9));
            if (up < 0 && v / decade < 1.0 + 1e-9) decade /= 10.0;
            v = std::round(v / decade + up) * decade;
        }
        setValue(std::clamp(v, minimum(), maximum()));
        selectAll();
    }

private:
    static double niceStep(double range) {
        if (!(range > 0.0) || !std::isfinite(range)) return 0.1;
        return std::clamp(std::pow(10.0, std::floor(std::log10(range)) - 1.0), 1e-6, 1.0);
    }
    bool m_log;
};

QString toolTipOf(const ParamSpec& spec) {
    QString tip = QStringLiteral("<b>%1</b><br>%2").arg(qs(spec.title).toHtmlEscaped(), qs(spec.doc).toHtmlEscaped());
    for (const ParamChoice& c : spec.choices)
        tip += QStringLiteral("<br><b>%1</b>: %2").arg(qs(c.title).toHtmlEscaped(), qs(c.doc).toHtmlEscaped());
    if (spec.kind == ParamKind::Integer || spec.kind == ParamKind::Number)
        tip += QStringLiteral("<br>%1 to %2; standard %3")
                   .arg(qs(toText(ParamValue(spec.minimum))), qs(toText(ParamValue(spec.maximum))), qs(toText(spec.standard)));
    if (spec.live) tip += QStringLiteral("<br><i>May be changed while training runs.</i>");
    tip += QStringLiteral("<br><tt>%1</tt>").arg(qs(spec.name));
    return tip;
}

}  // namespace

// One row: name, mark of what may be changed live, editor, reset.
class ParamField {
public:
    ParamSpec spec;
    QWidget* row = nullptr;
    QLabel* title = nullptr;
    QWidget* editor = nullptr;
    QToolButton* reset = nullptr;

    void show(const ParamSet& params, bool editable) {
        const ParamValue value = params.value(spec.name);
        const QSignalBlocker blocker(editor);
        if (auto* check = qobject_cast<QCheckBox*>(editor)) check->setChecked(std::get<bool>(value));
        else if (auto* integer = qobject_cast<QSpinBox*>(editor)) integer->setValue(int(std::get<std::int64_t>(value)));
        else if (auto* number = dynamic_cast<NumberBox*>(editor)) number->setValue(params.number(spec.name));
        else if (auto* box = qobject_cast<QComboBox*>(editor)) box->setCurrentIndex(box->findData(qs(std::get<std::string>(value))));
        else if (auto* line = qobject_cast<QLineEdit*>(editor)) {
            const QString text = qs(toText(value));
            if (line->text() != text) line->setText(text);
        }
        editor->setEnabled(editable);
        const bool changed = !params.isDefault(spec.name);
        // Kept in the layout, so that rows do not jump.
        reset->setEnabled(changed && editable);
        reset->setText(changed ? QStringLiteral("↺") : QString());
        QFont font = title->font();
        font.setWeight(changed ? QFont::DemiBold : QFont::Normal);
        title->setFont(font);
    }
};

ParamForm::ParamForm(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(5);
    qRegisterMetaType<lab::ParamValue>("lab::ParamValue");
}

void ParamForm::setParams(const ParamSet& params) {
    const auto sameSpec = [](const ParamSpec& a, const ParamSpec& b) {
        if (a.name != b.name || a.kind != b.kind || a.title != b.title || a.minimum != b.minimum || a.maximum != b.maximum ||
            a.choices.size() != b.choices.size())
            return false;
        for (std::size_t i = 0; i < a.choices.size(); ++i)
            if (a.choices[i].id != b.choices[i].id) return false;
        return true;
    };
    const auto& before = m_params.specs();
    const auto& after = params.specs();
    const bool same = before.size() == after.size() && m_fields.size() == after.size() &&
                      std::equal(before.begin(), before.end(), after.begin(), sameSpec);
    m_params = params;
    if (!same) rebuild();
    refresh();
}

void ParamForm::setLiveOnly(bool liveOnly) {
    m_liveOnly = liveOnly;
    refresh();
}

void ParamForm::setReadOnly(bool readOnly) {
    m_readOnly = readOnly;
    refresh();
}

QWidget* ParamForm::editor(const std::string& name) const {
    for (const ParamField* f : m_fields)
        if (f->spec.name == name) return f->editor;
    return nullptr;
}

bool ParamForm::isFieldVisible(const std::string& name) const {
    for (const ParamField* f : m_fields)
        if (f->spec.name == name) return !f->row->isHidden();
    return false;
}

void ParamForm::focusFirst() {
    for (const ParamField* f : m_fields)
        if (!f->row->isHidden() && f->editor->isEnabled()) {
            f->editor->setFocus(Qt::OtherFocusReason);
            return;
        }
}

void ParamForm::rebuild() {
    for (ParamField* f : m_fields) {
        // A field may be rebuilt from within its own signal.
        f->row->hide();
        f->row->deleteLater();
        delete f;
    }
    m_fields.clear();
    if (m_more != nullptr) {
        m_more->hide();
        m_more->deleteLater();
        m_more = nullptr;
    }
    auto* layout = static_cast<QVBoxLayout*>(this->layout());
    bool advanced = false;
    for (const ParamSpec& spec : m_params.specs()) {
        auto* field = new ParamField;
        field->spec = spec;
        field->row = new QWidget(this);
        auto* grid = new QGridLayout(field->row);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setHorizontalSpacing(6);
        field->title = new QLabel(qs(spec.title) + (spec.live ? QStringLiteral(" <span style='color:%1'>●</span>").arg(Theme::current().localLoss.name()) : QString()), field->row);
        field->title->setWordWrap(true);
        field->title->setTextFormat(Qt::RichText);
        field->title->setMinimumWidth(86);
        const std::string name = spec.name;
        switch (spec.kind) {
            case ParamKind::Bool: {
                auto* box = new QCheckBox(field->row);
                connect(box, &QCheckBox::toggled, this, [this, name](bool on) { take(name, ParamValue(on)); });
                field->editor = box;
                break;
            }
            case ParamKind::Integer: {
                auto* box = new Calm<QSpinBox>(field->row);
                constexpr double kLow = std::numeric_limits<int>::min(), kHigh = std::numeric_limits<int>::max();
                box->setRange(int(std::clamp(spec.minimum, kLow, kHigh)), int(std::clamp(spec.maximum, kLow, kHigh)));
                box->setKeyboardTracking(false);
                if (spec.step > 0.0) box->setSingleStep(std::max(1, int(spec.step)));
                else if (spec.scale == ParamScale::Log) box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
                if (!spec.unit.empty()) box->setSuffix(QStringLiteral(" ") + qs(spec.unit));
                connect(box, &QSpinBox::valueChanged, this, [this, name](int v) { take(name, ParamValue(std::int64_t(v))); });
                field->editor = box;
                break;
            }
            case ParamKind::Number: {
                auto* box = new NumberBox(spec);
                box->setParent(field->row);
                if (!spec.unit.empty()) box->setSuffix(QStringLiteral(" ") + qs(spec.unit));
                connect(box, &QDoubleSpinBox::valueChanged, this, [this, name](double v) { take(name, ParamValue(v)); });
                field->editor = box;
                break;
            }
            case ParamKind::Choice: {
                auto* box = new Calm<QComboBox>(field->row);
                for (const ParamChoice& c : spec.choices) {
                    box->addItem(qs(c.title), qs(c.id));
                    box->setItemData(box->count() - 1, qs(c.doc), Qt::ToolTipRole);
                }
                box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
                box->setMinimumContentsLength(8);
                connect(box, &QComboBox::currentIndexChanged, this, [this, name, box](int i) {
                    if (i >= 0) take(name, ParamValue(box->itemData(i).toString().toStdString()));
                });
                field->editor = box;
                break;
            }
            case ParamKind::Text: {
                auto* line = new QLineEdit(field->row);
                connect(line, &QLineEdit::editingFinished, this,
                        [this, name, line] { take(name, ParamValue(line->text().toStdString())); });
                field->editor = line;
                break;
            }
        }
        field->editor->setObjectName(QStringLiteral("param_") + qs(name));
        field->editor->setAccessibleName(qs(spec.title));
        field->editor->setAccessibleDescription(qs(spec.doc));
        const QString tip = toolTipOf(spec);
        field->title->setToolTip(tip);
        if (qobject_cast<QComboBox*>(field->editor) == nullptr || spec.choices.empty()) field->editor->setToolTip(tip);
        field->reset = new QToolButton(field->row);
        field->reset->setObjectName(QStringLiteral("reset_") + qs(name));
        field->reset->setFixedWidth(22);
        field->reset->setToolTip(QStringLiteral("Back to the standard value, %1").arg(qs(toText(spec.standard))));
        field->reset->setAccessibleName(QStringLiteral("Reset %1").arg(qs(spec.title)));
        connect(field->reset, &QToolButton::clicked, this, [this, name] {
            const ParamSpec* found = m_params.find(name);
            if (found != nullptr) take(name, ParamValue(found->standard));
        });
        int column = 0;
        grid->addWidget(field->title, 0, column++);
        if (!spec.symbol.empty()) {
            auto* symbol = new MathLabel(field->row, 14.0);
            symbol->setMarkup(spec.symbol);
            grid->addWidget(symbol, 0, column);
        }
        ++column;
        grid->addWidget(field->editor, 0, column++);
        grid->addWidget(field->reset, 0, column);
        // The same columns in every row, whether or not it has a letter or a changed value.
        field->title->setFixedWidth(104);
        grid->setColumnMinimumWidth(1, 30);
        grid->setColumnMinimumWidth(3, 22);
        grid->setColumnStretch(2, 1);
        advanced = advanced || spec.advanced;
        m_fields.push_back(field);
    }
    for (const bool wanted : {false, true}) {
        if (wanted && advanced) {
            m_more = new QToolButton(this);
            m_more->setObjectName(QStringLiteral("more"));
            m_more->setCheckable(true);
            m_more->setChecked(m_showAdvanced);
            m_more->setText(QStringLiteral("More"));
            m_more->setArrowType(m_showAdvanced ? Qt::DownArrow : Qt::RightArrow);
            m_more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
            connect(m_more, &QToolButton::toggled, this, [this](bool on) {
                m_showAdvanced = on;
                m_more->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
                refresh();
            });
            layout->addWidget(m_more);
        }
        for (ParamField* f : m_fields)
            if (f->spec.advanced == wanted) layout->addWidget(f->row);
    }
}

void ParamForm::refresh() {
    bool anyAdvanced = false;
    for (ParamField* f : m_fields) {
        const bool applies = m_params.visible(f->spec);
        anyAdvanced = anyAdvanced || (applies && f->spec.advanced);
        f->row->setVisible(applies && (!f->spec.advanced || m_showAdvanced || !m_params.isDefault(f->spec.name)));
        f->show(m_params, !m_readOnly && (!m_liveOnly || f->spec.live));
    }
    if (m_more != nullptr) m_more->setVisible(anyAdvanced);
}

void ParamForm::take(const std::string& name, const ParamValue& value) {
    if (m_params.find(name) == nullptr || m_params.value(name) == value) return;
    const ParamSpec* spec = m_params.find(name);
    if (value == spec->standard) {
        m_params.reset(name);
    } else if (const Result<void> done = m_params.set(name, value); !done) {
        refresh();
        emit rejected(qs(done.error().text()));
        return;
    }
    refresh();
    emit changed(name, value);
}

}  // namespace lab

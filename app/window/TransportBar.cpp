#include "app/window/TransportBar.h"

#include "widgets/common/Theme.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include <cmath>

namespace lab {

QString durationText(double seconds) {
    const long whole = std::lround(std::max(seconds, 0.0));
    if (whole >= 3600)
        return QStringLiteral("%1:%2:%3").arg(whole / 3600).arg(whole / 60 % 60, 2, 10, QLatin1Char('0')).arg(whole % 60, 2, 10, QLatin1Char('0'));
    return QStringLiteral("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
}

QString groupedNumber(double value) {
    QString digits = QString::number(std::llround(value));
    for (qsizetype at = digits.size() - 3; at > (value < 0 ? 1 : 0); at -= 3) digits.insert(at, QChar(0x202F));
    return digits;
}

namespace {

constexpr int kTextEvery = 160;  // milliseconds: numbers that change faster cannot be read

// A label of fixed size does not make the whole window lay itself out with every new number. It grows when a text needs more.
void put(QLabel* label, const QString& text) {
    if (label->text() == text) return;
    label->setText(text);
    const QSize wanted = label->sizeHint();
    if (wanted.width() > label->minimumWidth() || wanted.height() > label->minimumHeight()) label->setFixedSize(wanted.expandedTo(label->minimumSize()));
}

}  // namespace

TransportBar::TransportBar(QAction* step, QAction* epoch, QAction* runTo, QAction* reset, QAction* newSeed, QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 6, 16, 6);
    row->setSpacing(6);
    for (QAction* action : {step, epoch, runTo, reset, newSeed}) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::TabFocus);
        button->setProperty("flatBorder", true);
        row->addWidget(button);
        if (action == runTo) row->addSpacing(10);
    }
    row->addSpacing(12);
    m_where = new QLabel(this);
    m_where->setFixedSize(150, m_where->fontMetrics().height() + 2);
    row->addWidget(m_where);
    m_progress = new QProgressBar(this);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(6);
    m_progress->setMinimumWidth(90);
    m_progress->setAccessibleName(tr("Progress of the run"));
    row->addWidget(m_progress, 1);
    m_left = new QLabel(this);
    m_left->setFixedSize(86, m_left->fontMetrics().height() + 2);
    row->addWidget(m_left);
    m_score = new QLabel(this);
    m_score->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_score->setFixedSize(m_score->fontMetrics().horizontalAdvance(tr("%1 samples/s").arg(groupedNumber(100000))), m_score->fontMetrics().height() + 2);
    row->addWidget(m_score);
    m_speed = new QComboBox(this);
    m_speed->setToolTip(tr("How fast to train: slow is for watching, full speed for results. The result is the same."));
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->addItem(tr("Full speed"), 0.0);
    m_speed->addItem(tr("100 steps/s"), 100.0);
    m_speed->addItem(tr("30 steps/s"), 30.0);
    m_speed->addItem(tr("5 steps/s"), 5.0);
    m_speed->addItem(tr("1 step/s"), 1.0);
    row->addWidget(m_speed);
    connect(m_speed, &QComboBox::currentIndexChanged, this, [this] { emit speedChanged(m_speed->currentData().toDouble()); });
}

void TransportBar::show(const Snapshot& s) {
    // Every change of state is told at once, the course of a run a few times a second.
    if (s.state == RunState::Running && m_shown == s.state && m_run == s.run && m_sinceText.isValid() && m_sinceText.elapsed() < kTextEvery) return;
    m_shown = s.state;
    m_run = s.run;
    m_sinceText.start();
    if (s.state == RunState::Empty) {
        put(m_where, s.message.empty() ? tr("No run yet") : QString::fromStdString(s.message));
        m_progress->setValue(0);
        m_left->clear();
        m_score->clear();
        return;
    }
    put(m_where, tr("Epoch %1 of %2").arg(s.epoch, 0, 'f', s.plannedEpochs > 20 ? 1 : 2).arg(s.plannedEpochs, 0, 'f', 0));
    m_where->setToolTip(tr("Step %1 of %2, learning rate %3").arg(groupedNumber(static_cast<double>(s.step)), groupedNumber(static_cast<double>(s.plannedSteps))).arg(s.rate, 0, 'g', 3));
    m_progress->setValue(s.plannedSteps > 0 ? static_cast<int>(1000 * s.step / s.plannedSteps) : 0);
    put(m_left, s.state == RunState::Finished ? tr("done in %1").arg(durationText(s.seconds))
                : s.secondsLeft >= 0          ? tr("%1 left").arg(durationText(s.secondsLeft))
                                              : QString());
    QString score;
    if (s.evaluations && !s.evaluations->empty() && s.evaluations->back().testAccuracy >= 0)
        score = tr("test %1 %").arg(100 * s.evaluations->back().testAccuracy, 0, 'f', 2);
    if (s.samplesPerSecond > 0) score += (score.isEmpty() ? QString() : QStringLiteral("   ·   ")) + tr("%1 samples/s").arg(groupedNumber(std::round(s.samplesPerSecond / 100) * 100));
    put(m_score, score);
}

}  // namespace lab

#include "widgets/views/LiveView.h"

#include "core/base/Assert.h"
#include "widgets/common/Theme.h"
#include "widgets/plot/FigureWidget.h"
#include "widgets/views/FigureMenu.h"
#include "widgets/views/ViewIcons.h"
#include "widgets/views/ViewSelectors.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QFontMetrics>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace lab {

struct LiveView::State {
    const ViewDescription* view = nullptr;
    int key = 0;
    bool paused = false;
    bool covered = false;  // behind another tab
    FigureWidget* body = nullptr;
    QWidget* header = nullptr;
    QLabel* title = nullptr;
    ViewSelectors* selectors = nullptr;
    QToolButton* pause = nullptr;
    QToolButton* save = nullptr;
};

LiveView::LiveView(const std::string& view, int key, QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>()) {
    State& s = *m_state;
    s.view = findView(view);
    LAB_ASSERT(s.view != nullptr);
    s.key = key;
    setObjectName(QStringLiteral("view.") + QString::fromStdString(view));
    setAccessibleName(title());

    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    s.header = new QWidget(this);
    auto* header = new QHBoxLayout(s.header);
    header->setContentsMargins(10, 5, 6, 1);
    header->setSpacing(4);
    s.title = new QLabel(title());
    s.title->setFont(uiFont(13, QFont::DemiBold));
    s.title->setToolTip(QString::fromStdString(s.view->summary));
    s.title->setMinimumWidth(std::min(140, QFontMetrics(s.title->font()).horizontalAdvance(s.title->text()) + 2));
    s.title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    s.title->setTextInteractionFlags(Qt::NoTextInteraction);
    header->addWidget(s.title, 1);
    s.selectors = new ViewSelectors(*s.view);
    header->addWidget(s.selectors);

    s.pause = new QToolButton;
    s.pause->setCheckable(true);
    s.pause->setAutoRaise(true);
    s.pause->setAccessibleName(tr("Pause this view"));
    s.pause->setToolTip(tr("Hold this view still; training goes on (P)"));
    header->addWidget(s.pause);
    s.save = new QToolButton;
    s.save->setAutoRaise(true);
    s.save->setPopupMode(QToolButton::InstantPopup);
    s.save->setAccessibleName(tr("Export this view"));
    s.save->setToolTip(tr("Take this figure away"));
    auto* menu = new QMenu(s.save);
    fillFigureMenu(*menu, *this);
    s.save->setMenu(menu);
    s.save->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    header->addWidget(s.save);
    rows->addWidget(s.header);

    s.body = new FigureWidget;
    rows->addWidget(s.body, 1);
    s.body->setFigure(std::make_shared<const Figure>(
        Figure::message(s.view->id, s.view->title, "Nothing to show yet.", "This view fills when training starts.")));

    connect(s.pause, &QToolButton::toggled, this, &LiveView::setPaused);
    connect(s.selectors, &ViewSelectors::changed, this, [this] {
        emit paramsChanged();
        emit wantsChanged();
    });
    const auto paintIcons = [this] {
        m_state->pause->setIcon(viewIcon(m_state->paused ? ViewIcon::Play : ViewIcon::Pause));
        m_state->save->setIcon(viewIcon(ViewIcon::Save));
    };
    paintIcons();
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, paintIcons);
}

LiveView::~LiveView() = default;

const std::string& LiveView::viewId() const { return m_state->view->id; }
int LiveView::key() const { return m_state->key; }
void LiveView::setCovered(bool covered) {
    if (m_state->covered == covered) return;
    m_state->covered = covered;
    emit wantsChanged();
}

QWidget* LiveView::header() const { return m_state->header; }

QString LiveView::title() const { return QString::fromStdString(m_state->view->title); }
bool LiveView::paused() const { return m_state->paused; }
bool LiveView::live() const { return isVisible() && !m_state->covered && !m_state->paused; }
std::shared_ptr<const Figure> LiveView::figure() const { return m_state->body->figure(); }
FigureWidget* LiveView::figureWidget() const { return m_state->body; }

ProbeRequest LiveView::needs() const {
    if (live()) return m_state->view->needs;
    ProbeRequest nothing;
    nothing.channels = false;
    return nothing;
}

bool LiveView::addRequest(std::vector<FigureWorker::Request>& requests) const {
    if (!live()) return false;
    requests.push_back({m_state->key, m_state->view->id, m_state->selectors->held()});
    return true;
}

void LiveView::accept(const FigureWorker::Built& built) {
    if (built.key != m_state->key || m_state->paused || !built.figure) return;
    m_state->selectors->setSpecs(built.params);
    m_state->body->setFigure(built.figure);
}

const std::map<std::string, ParamValue>& LiveView::params() const { return m_state->selectors->held(); }

void LiveView::setParams(const std::map<std::string, ParamValue>& held) {
    m_state->selectors->setHeld(held);
    emit wantsChanged();
}

void LiveView::setPaused(bool paused) {
    if (paused == m_state->paused) return;
    m_state->paused = paused;
    m_state->pause->setChecked(paused);
    m_state->pause->setIcon(viewIcon(paused ? ViewIcon::Play : ViewIcon::Pause));
    m_state->pause->setAccessibleName(paused ? tr("Go on with this view") : tr("Pause this view"));
    m_state->title->setText(paused ? tr("%1 (held)").arg(title()) : title());
    emit wantsChanged();
}

void LiveView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    emit wantsChanged();
}

void LiveView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    emit wantsChanged();
}

void LiveView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_P && event->modifiers() == Qt::NoModifier) {
        setPaused(!m_state->paused);
        event->accept();
        return;
    }
    QWidget::keyPressEvent(event);
}

}  // namespace lab

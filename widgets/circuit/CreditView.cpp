#include "widgets/circuit/CreditView.h"

#include "widgets/common/Theme.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace lab {

namespace {

QString qs(const std::string& s) { return QString::fromStdString(s); }

// A sentence that one can press: it wraps, which the text of a button does not.
class Sentence : public QToolButton {
public:
    Sentence(const QString& text, QWidget* parent) : QToolButton(parent) {
        setAutoRaise(true);
        setFocusPolicy(Qt::StrongFocus);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
        setAccessibleName(text);
        setToolTip(CreditView::tr("Show the place"));
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(6, 4, 6, 4);
        m_label = new QLabel(text, this);
        m_label->setFont(uiFont(12.5));
        m_label->setWordWrap(true);
        m_label->setAttribute(Qt::WA_TransparentForMouseEvents);
        column->addWidget(m_label);
    }
    QSize sizeHint() const override { return {200, layout()->heightForWidth(std::max(200, width()))}; }
    QSize minimumSizeHint() const override { return {120, layout()->heightForWidth(std::max(120, width()))}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return layout()->heightForWidth(width); }

private:
    QLabel* m_label = nullptr;
};

}  // namespace

CreditView::CreditView(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(m_scroll);
    show({}, {}, false);
}

void CreditView::show(const CreditReport& report, const std::vector<CreditProposal>& proposals, bool shown) {
    // A body of its own each time: whoever pressed a button in the old one is still in its signal.
    m_body = new QWidget(m_scroll);
    m_list = new QVBoxLayout(m_body);
    m_list->setContentsMargins(14, 12, 14, 14);
    m_list->setSpacing(10);
    m_summary = new QLabel(m_body);
    m_summary->setWordWrap(true);
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_list->addWidget(m_summary);
    m_findings = shown ? int(report.findings.size()) : 0;
    if (!shown) {
        m_summary->setText(tr("The marks of the rule are not drawn. Press R on the canvas, or Rule in the bar above."));
    } else if (report.findings.empty() && proposals.empty()) {
        m_summary->setText(report.operations.empty() ? tr("The rule declares no losses on this circuit.")
                                                     : tr("Nothing to report: every loss teaches what it is meant to teach, and nothing else."));
    } else {
        m_summary->setText(m_findings == 0   ? tr("With what you propose there is nothing left to report.")
                           : m_findings == 1 ? tr("One thing to know of how credit flows here.")
                                             : tr("%1 things to know of how credit flows here.").arg(m_findings));
    }
    if (shown) {
        for (const CreditFinding& f : report.findings) {
            QVBoxLayout* card = addCard(QString::fromLatin1(creditCode(f.kind)), qs(f.message), f.operation, f.wire);
            if (f.fixTitle.empty()) continue;
            auto* fix = new QPushButton(qs(f.fixTitle), m_body);
            fix->setToolTip(tr("Draw it as a proposal and check again"));
            const CreditProposal proposal{f.fixTitle, f.message, f.wire, f.operation, f.fixMarks};
            connect(fix, &QPushButton::clicked, this, [this, proposal] { emit proposed(proposal); });
            card->addWidget(fix, 0, Qt::AlignLeft);
        }
        for (std::size_t i = 0; i < proposals.size(); ++i) {
            QVBoxLayout* card = addCard(tr("proposed"), qs(proposals[i].title + ": " + proposals[i].message), proposals[i].operation, proposals[i].wire);
            auto* back = new QPushButton(tr("Take it back"), m_body);
            back->setToolTip(tr("Remove the proposed marks from the canvas"));
            connect(back, &QPushButton::clicked, this, [this, i] { emit withdrawn(int(i)); });
            card->addWidget(back, 0, Qt::AlignLeft);
        }
        if (!proposals.empty()) {
            auto* note = new QLabel(tr("Proposals are drawn with dashed outlines. They change neither the circuit nor how the rule learns."), m_body);
            note->setWordWrap(true);
            note->setForegroundRole(QPalette::PlaceholderText);
            m_list->addWidget(note);
        }
    }
    m_list->addStretch(1);
    if (QWidget* old = m_scroll->takeWidget()) {
        old->hide();
        old->deleteLater();
    }
    m_scroll->setWidget(m_body);
}

QVBoxLayout* CreditView::addCard(const QString& code, const QString& message, const std::string& operation, const std::string& wire) {
    auto* card = new QVBoxLayout;
    card->setSpacing(3);
    auto* number = new QLabel(code, m_body);
    number->setFont(codeFont(11));
    number->setForegroundRole(QPalette::PlaceholderText);
    number->setContentsMargins(6, 0, 0, 0);
    auto* sentence = new Sentence(message, m_body);
    connect(sentence, &QToolButton::clicked, this, [this, operation, wire] { emit placeChosen(qs(operation), qs(wire)); });
    card->addWidget(number);
    card->addWidget(sentence);
    m_list->addLayout(card);
    return card;
}

}  // namespace lab

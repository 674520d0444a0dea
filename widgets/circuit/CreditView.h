// What is odd about a rule's marks on this circuit, as a list: a click shows the place, a button draws the way out as a
// proposal. Proposals are a picture to think with: they change neither the circuit nor how the rule learns.
#pragma once

#include "core/circuit/Circuit.h"
#include "widgets/circuit/CreditCheck.h"

#include <QWidget>

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace lab {

// Marks that were not declared by the rule but put in to see what they would mend.
struct CreditProposal {
    std::string title;    // "Cut this wire too"
    std::string message;  // of the finding that it answers
    std::string wire;
    std::string operation;
    std::vector<Mark> marks;
};

class CreditView : public QWidget {
    Q_OBJECT
public:
    explicit CreditView(QWidget* parent = nullptr);

    // `shown`: the marks are on the canvas; without them there is nothing to speak of.
    void show(const CreditReport& report, const std::vector<CreditProposal>& proposals, bool shown);
    // Rows now: findings, then proposals.
    int findings() const { return m_findings; }
    QSize sizeHint() const override { return {300, 320}; }

signals:
    void placeChosen(const QString& operation, const QString& wire);
    void proposed(const lab::CreditProposal& proposal);
    void withdrawn(int proposal);

private:
    QVBoxLayout* addCard(const QString& code, const QString& message, const std::string& operation, const std::string& wire);

    QLabel* m_summary = nullptr;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_body = nullptr;
    QVBoxLayout* m_list = nullptr;
    int m_findings = 0;
};

}  // namespace lab

// The arithmetic of one unit beside its glyph: which unit, which sample, the largest terms with their numbers, the sum.
// Shows what it is given; the numbers are made elsewhere.
#pragma once

#include "app/window/UnitArithmetic.h"

#include <QFrame>

class QLabel;
class QSpinBox;

namespace lab {

class UnitPopover : public QFrame {
    Q_OBJECT

public:
    explicit UnitPopover(QWidget* parent);

    // Asks for the first numbers of this operation and opens at `at` (in the parent) when they are there.
    void ask(const QString& operation, QPoint at);
    void show(const UnitSum& sum);
    void fail(const QString& message);
    QString operation() const { return m_operation; }
    QString text() const;

signals:
    void wanted(const QString& operation, int unit, int sample);
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void dress();
    void open();

    QString m_operation;
    QPoint m_at;
    QLabel* m_title = nullptr;
    QSpinBox* m_unit = nullptr;
    QSpinBox* m_sample = nullptr;
    QLabel* m_class = nullptr;
    QLabel* m_body = nullptr;
    QLabel* m_note = nullptr;
};

}  // namespace lab

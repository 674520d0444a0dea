// The strip below the canvas: per column the memory alive (elements of one sample) and the work of the operations
// (multiply-accumulates of one sample). Bars stand under their columns and follow the canvas.
#pragma once

#include "core/circuit/Circuit.h"
#include "core/circuit/SizeSolver.h"

#include <QWidget>

#include <vector>

namespace lab {

class CircuitView;

class CostStrip : public QWidget {
    Q_OBJECT
public:
    explicit CostStrip(QWidget* parent = nullptr);
    // The canvas whose columns the bars stand under; not owned, must outlive the strip.
    void setView(CircuitView* view);
    void setCircuit(const Circuit& circuit, const SizeSolution& sizes);

    QSize sizeHint() const override { return {600, 128}; }
    QSize minimumSizeHint() const override { return {200, 96}; }

signals:
    void operationClicked(const QString& id);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Bar {
        bool data = false;   // memory, else work
        double value = 0.0;
        bool unknown = false;
        double center = 0.0;  // scene x
        std::string operation;
        QString tip;
    };
    QRectF barRect(const Bar& bar) const;
    void rebuild();

    CircuitView* m_view = nullptr;
    Circuit m_circuit;
    SizeSolution m_sizes;
    std::vector<Bar> m_bars;
    double m_largest = 1.0;
};

}  // namespace lab

// Where the canvas is: the blocks that one has stepped into, outermost first, as buttons that lead back.
#pragma once

#include <QFrame>

#include <string>
#include <utility>
#include <vector>

class QHBoxLayout;

namespace lab {

class Breadcrumb : public QFrame {
    Q_OBJECT
public:
    explicit Breadcrumb(QWidget* parent);

    // Id and title of every block, outermost first; empty hides it.
    void setPath(const std::vector<std::pair<std::string, std::string>>& path);
    // What it says: "Circuit › encoder › layer".
    QString text() const { return m_text; }

signals:
    void chosen(const QString& group);  // "" = the whole circuit

private:
    void dress();

    QHBoxLayout* m_row = nullptr;
    QWidget* m_inside = nullptr;
    QString m_text;
};

}  // namespace lab

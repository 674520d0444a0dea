// The choices of a view as compact widgets, made from its parameter descriptions: the first two lists stand in the header, the
// rest in a small panel behind "More". Lists follow the run: layers and channels come and go with it.
#pragma once

#include "core/document/Views.h"

#include <QWidget>

#include <map>
#include <vector>

class QHBoxLayout;
class QToolButton;

namespace lab {

class ViewSelectors : public QWidget {
    Q_OBJECT
public:
    explicit ViewSelectors(const ViewDescription& view, QWidget* parent = nullptr);

    // Values that differ from the defaults.
    const std::map<std::string, ParamValue>& held() const { return m_held; }
    void setHeld(const std::map<std::string, ParamValue>& held);
    // Rebuilds the widgets only where the specifications changed.
    void setSpecs(const std::vector<ParamSpec>& specs);

signals:
    void changed();

private:
    void rebuild();
    void fillMore();
    QWidget* editor(const ParamSpec& spec);
    ParamValue value(const ParamSpec& spec) const;
    void take(const ParamSpec& spec, const ParamValue& value);

    std::vector<ParamSpec> m_specs;
    std::map<std::string, ParamValue> m_held;
    QHBoxLayout* m_row = nullptr;
    QToolButton* m_more = nullptr;
    std::vector<std::size_t> m_inMore;
};

}  // namespace lab

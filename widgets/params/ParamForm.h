// A form generated from a list of parameter descriptions: for operations, rules, data, optimisers and views alike.
#pragma once

#include "core/params/ParamSpec.h"

#include <QWidget>

#include <map>
#include <string>
#include <vector>

class QFormLayout;
class QToolButton;

namespace lab {

class ParamField;

class ParamForm : public QWidget {
    Q_OBJECT
public:
    explicit ParamForm(QWidget* parent = nullptr);

    // Builds the fields. The form keeps its own copy; same specs as before only updates the values (focus is kept).
    void setParams(const ParamSet& params);
    // While true only parameters marked live can be changed.
    void setLiveOnly(bool liveOnly);
    void setReadOnly(bool readOnly);
    const ParamSet& params() const { return m_params; }
    // The editor of one parameter, nullptr if there is none; for tests and focus.
    QWidget* editor(const std::string& name) const;
    bool isFieldVisible(const std::string& name) const;
    void focusFirst();

signals:
    // A valid new value, already held by params(). The name is that of the specification.
    void changed(const std::string& name, const lab::ParamValue& value);
    // What the user typed cannot be used; the field keeps the last good value.
    void rejected(const QString& message);

private:
    void rebuild();
    void refresh();
    void take(const std::string& name, const ParamValue& value);

    ParamSet m_params;
    bool m_liveOnly = false;
    bool m_readOnly = false;
    bool m_showAdvanced = false;
    std::vector<ParamField*> m_fields;
    QToolButton* m_more = nullptr;
};

}  // namespace lab

// The few signs of a view's header, drawn in the ink of the theme.
#pragma once

#include <QIcon>

namespace lab {

enum class ViewIcon { Pause, Play, Save, More };
QIcon viewIcon(ViewIcon icon);

}  // namespace lab

// Pictures of the window and of every view while training, for people to look at before they ship.
#pragma once

#include <QString>

namespace lab {

// Trains the first experiment for a few seconds and takes the window in all modes at 1366x768 and 1920x1080, light and
// dark, and every view by itself. Returns the exit status.
int takeScreenshots(const QString& folder);

}  // namespace lab

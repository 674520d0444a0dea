// Opens the window; everything before and after the event loop.
#pragma once

class QCoreApplication;

namespace lab {

int runWindow(int argc, char* argv[], void (*name)(QCoreApplication&));

}  // namespace lab

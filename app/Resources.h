// The program's own resources (benchmarks, icon). They live in a static library, whose initialisers the linker would drop.
#pragma once

#include <QDir>

inline void initialiseLabResources() { Q_INIT_RESOURCE(resources); }

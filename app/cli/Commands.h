// One function per subcommand, each in a file of its own.
#pragma once

#include "app/cli/Command.h"

namespace lab {

Command trainCommand();
Command evalCommand();
Command renderCommand();
Command exportCommand();
Command listCommand(const char* name);
Command describeCommand();
Command measureCommand();
Command benchCommand();
Command checkCommand();
Command firstCommand();

}  // namespace lab

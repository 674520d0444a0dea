// The project file .flab: a zip that holds one experiment and what its run has produced. Written atomically and
// byte-identically when saved twice; everything in it is untrusted when read.
#pragma once

#include "core/run/Trainer.h"

#include <string>
#include <vector>

namespace lab {

inline constexpr int kProjectFormat = 1;

struct Project {
    Experiment experiment;
    // The state of the run, null where it has not begun. Weights stand in the file under their names.
    std::shared_ptr<const Trainer::Checkpoint> checkpoint;
    std::string layout;                   // window layout, opaque to everybody but the window
    std::vector<std::pair<std::string, std::string>> unknown;  // further entries, kept and written back
};

// The whole file as bytes / written atomically (a crash at any moment leaves the old file or the new one).
// Errors: LAB-FLAB-2xx.
Result<std::string> projectBytes(const Project& project);
Result<void> saveProject(const std::string& path, const Project& project);

// Errors: LAB-FLAB-1xx; `where` names the file and the entry inside. A newer format is refused with the version that
// would read it; nothing is changed on disk.
Result<Project> openProject(const std::string& path);
Result<Project> projectFromBytes(const std::string& bytes, const std::string& sourceName);

}  // namespace lab

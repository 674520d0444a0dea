// A project file opened for the command line: experiment, data, and a trainer that stands where the run stood.
#pragma once

#include "app/DataService.h"
#include "core/io/Project.h"

namespace lab {

struct LoadedProject {
    Project project;
    std::shared_ptr<const PreparedData> data;
    std::unique_ptr<Trainer> trainer;
};

// `dataset` empty: the data of the project. Otherwise a name or path: the project's data options are applied to it.
Result<LoadedProject> loadProject(const std::string& path, const std::string& dataset, DataService& service, int threads = 0);

// A snapshot with everything that any view can ask for, including what only a step can show: that step is taken on a
// copy of the run, which is thrown away.
Result<std::shared_ptr<Snapshot>> completeSnapshot(LoadedProject& loaded);

}  // namespace lab

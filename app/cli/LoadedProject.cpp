#include "app/cli/LoadedProject.h"

namespace lab {

Result<LoadedProject> loadProject(const std::string& path, const std::string& dataset, DataService& service, int threads) {
    Result<Project> project = openProject(path);
    if (!project) return project.error();
    LoadedProject out;
    out.project = std::move(*project);
    DataChoice choice = out.project.experiment.data;
    if (!dataset.empty()) {
        choice.source = dataset;
        choice.params.clear();
        choice.checksum = 0;
    }
    Result<std::shared_ptr<const PreparedData>> data = service.prepare(choice, out.project.experiment.seed);
    if (!data) return data.error();
    out.data = *data;
    TrainerOptions options;
    options.threads = threads;
    Result<std::unique_ptr<Trainer>> trainer = Trainer::create(out.project.experiment, out.data, options);
    if (!trainer) return trainer.error();
    out.trainer = std::move(*trainer);
    if (out.project.checkpoint)
        if (const Result<void> restored = out.trainer->restore(*out.project.checkpoint); !restored) return restored.error();
    return out;
}

Result<std::shared_ptr<Snapshot>> completeSnapshot(LoadedProject& loaded) {
    ProbeRequest everything;
    everything.images = everything.representations = everything.weights = everything.activity = true;
    everything.alignment = everything.confusion = everything.reads = true;
    loaded.trainer->observe(everything);
    std::shared_ptr<Snapshot> snapshot = loaded.trainer->snapshot();

    TrainerOptions options;
    Result<std::unique_ptr<Trainer>> made = Trainer::create(loaded.project.experiment, loaded.data, options);
    if (!made) return made.error();
    Trainer& copy = **made;
    if (const Result<void> restored = copy.restore(*loaded.trainer->checkpoint()); !restored) return restored.error();
    copy.setPlannedEpochs(copy.epoch() + 2);
    copy.observe(everything);
    // An evaluation that was cut short comes before the step.
    const std::int64_t before = copy.stepsDone();
    while (copy.stepsDone() == before && copy.step()) {
    }
    const std::shared_ptr<Snapshot> after = copy.snapshot();
    snapshot->channels = after->channels;
    snapshot->images = after->images;
    snapshot->alignment = after->alignment;
    snapshot->reads = after->reads;
    return snapshot;
}

}  // namespace lab

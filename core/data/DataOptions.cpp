#include "core/data/DataRegistry.h"

namespace lab {

const std::vector<ParamSpec>& dataOptions() {
    static const std::vector<ParamSpec> options = {
        ParamSpec::choice("standardise", "Standardise", "auto",
                          {{"auto", "By kind", "Images as a whole, tables column by column."},
                           {"none", "Not at all", "Values as they are; pixels lie in [0, 1]."},
                           {"global", "As a whole", "One mean and one deviation over all training values."},
                           {"feature", "Each feature", "Mean and deviation of each feature of the training part."}},
                          "Subtract the mean and divide by the standard deviation, both of the training part."),
        ParamSpec::number("test_fraction", "Test share", 0.2, 0.01, 0.9,
                          "Share of the samples that is kept for the test, class by class. Used only where the data set "
                          "has no test part of its own.")
            .withStep(0.05),
        ParamSpec::integer("train_limit", "Training samples", 0, 0, 100000000,
                           "Train on that many samples, with the shares of the classes kept; 0 takes all."),
        ParamSpec::integer("test_limit", "Test samples", 0, 0, 100000000,
                           "Test on that many samples, with the shares of the classes kept; 0 takes all."),
        ParamSpec::text("classes", "Classes", "",
                        "Only these classes, by name or number, separated by commas or '+'; empty takes all. They are "
                        "numbered anew from 0 in their old order."),
        ParamSpec::number(
            "label_noise", "Label noise", 0.0, 0.0, 1.0,
            "Share of training labels that are replaced by another class, drawn evenly. Test labels stay true.")
            .withStep(0.05),
        ParamSpec::number("memory_share", "Share of memory", 0.25, 0.0, 1.0,
                          "Data files that need more than this share of the machine's memory stay on disk, and samples are read as "
                          "they are needed: IDX, and NPY in C order. The order of the samples and the results are the same.")
            .withStep(0.05)
            .isAdvanced(),
        ParamSpec::integer("split_seed", "Split seed", 0, 0, 1000000000,
                           "Draws the split and the subsets, apart from the seed of the run: runs with other seeds see the "
                           "same data.")
            .isAdvanced()};
    return options;
}

}  // namespace lab

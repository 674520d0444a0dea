// What the data set says about the sizes of a circuit, and whether its ends fit.
#include "core/circuit/SizeFixes.h"
#include "core/circuit/SizeSolverState.h"

#include <algorithm>

namespace lab {

// The data set gives the sizes that the circuit leaves open at its ends.
void SizeSolver::takeData() {
    if (!m_shape.empty()) takeInputs();
    if (m_classes <= 0) return;
    for (const Operation& op : m_circuit.operations) {
        const OperationDescription* d = findOperation(op.kind);
        if (d == nullptr || (d->rule != AxisRule::Sink && d->rule != AxisRule::Source)) continue;
        for (const std::string& w : d->rule == AxisRule::Sink ? op.in : op.out)
            for (const std::string& a : wireOf(w).axes) {
                const int axis = m_index.axis(a);
                if (axisAt(axis).role != AxisRole::Class) continue;
                if (axisAt(axis).size.empty() && size(axis) == 0) setSize(axis, m_classes);
                if (size(axis) != 0 && size(axis) != m_classes)
                    reportData("LAB-SIZE-111", op, w, axis, m_classes,
                               "the data set has " + std::to_string(m_classes) + " classes, but axis " + axisName(axis) +
                                   " has " + std::to_string(size(axis)) + ".");
            }
    }
}

void SizeSolver::reportData(const char* code, const Operation& op, const std::string& wire, int axis, long wanted, std::string message) {
    Problem& p = report(code, std::move(message), &op, wire);
    p.axis = axisAt(axis).id;
    p.found = size(axis);
    p.wanted = wanted;
    p.fixes.push_back(setSizeFix(m_circuit, p.axis, wanted, "Make axis " + axisName(axis) + " " + std::to_string(wanted)));
}

// Every input gets the shape of the array that enters there.
void SizeSolver::takeInputs() {
    std::string fed;  // the first input, for the message about one that is left without
    for (const InputFeed& feed : feedInputs(m_circuit, m_parts)) {
        const Operation& input = opAt(m_index.operation(feed.operation));
        if (feed.part == InputFeed::kWhole) {
            takeShape(input, m_shape);
        } else if (feed.part >= 0) {
            const Shape& shape = m_parts[static_cast<std::size_t>(feed.part)].shape;
            takeShape(input, {shape.begin(), shape.end()});
        } else {
            std::string names;
            for (const DataPart& p : m_parts) names += (names.empty() ? "" : ", ") + p.name;
            report("LAB-SIZE-114", "no array of the data set feeds the input " + displayName(input) +
                                       (m_parts.empty() ? ": a sample is one array, which enters at " + fed + "."
                                                        : ": its arrays are " + names + "."),
                   &input, input.out.front(), "Choose a data set with an array for every input, or delete the input.");
            return;
        }
        if (fed.empty()) fed = displayName(input);
    }
}

void SizeSolver::takeShape(const Operation& input, const std::vector<long>& shape) {
    std::vector<int> positions;
    std::vector<int> places;  // of a sequence, or nodes of a graph
    std::vector<int> features;
    for (const std::string& a : wireOf(input.out.front()).axes) {
        const AxisRole role = axisAt(m_index.axis(a)).role;
        if (role == AxisRole::Space)
            positions.push_back(m_index.axis(a));
        else if (isPosition(role))
            places.push_back(m_index.axis(a));
        if (role == AxisRole::Feature || role == AxisRole::Class) features.push_back(m_index.axis(a));
    }
    long all = 1;
    for (const long s : shape)
        if (s < 1 || __builtin_mul_overflow(all, s, &all)) return;
    if (positions.empty() && places.empty() && features.size() == 1) {
        offer(input, features.front(), all, "values per sample");
        return;
    }
    if (positions.empty() && !places.empty()) {
        takeSequence(input, shape, places, features);
        return;
    }
    long dims = 0;
    for (const int p : positions) dims += axisAt(p).dims;
    if (shape.size() != 3 || dims != 2 || features.size() > 1) {
        report("LAB-SIZE-112", shape.size() == 3 ? "the data set holds images, but the input is not drawn as one."
                                                   : "the data set holds tables, but the input is drawn as an image.",
               &input, input.out.front(),
               shape.size() == 3 ? "An image input has an axis for channels and two for positions, or one flat axis."
                                   : "Start from a template without convolutions, or choose an image data set.");
        return;
    }
    if (positions.size() == 1) {
        if (shape[1] != shape[2]) {
            report("LAB-SIZE-112", "the images are " + std::to_string(shape[1]) + " x " + std::to_string(shape[2]) +
                                       ", but axis " + axisName(positions.front()) + " stands for two equal sides.",
                   &input, input.out.front(), "Draw height and width as two axes.");
            return;
        }
        offer(input, positions.front(), shape[1], "pixels a side");
    } else {
        offer(input, positions[0], shape[1], "pixel rows");
        offer(input, positions[1], shape[2], "pixel columns");
    }
    if (features.size() == 1)
        offer(input, features.front(), shape[0], "channels");
    else if (shape[0] != 1)
        report("LAB-SIZE-112", "the images have " + std::to_string(shape[0]) + " channels, but the input has no channel axis.",
               &input, input.out.front(), "Add a feature axis to the input.");
}

void SizeSolver::offer(const Operation& input, int axis, long wanted, const std::string& unit) {
    if (axisAt(axis).size.empty() && size(axis) == 0) setSize(axis, wanted);
    m_offers.push_back({&input, axis, wanted, unit});
}

void SizeSolver::checkEnds() {
    for (const auto& o : m_offers)
        if (size(o.axis) != 0 && size(o.axis) != o.wanted)
            reportData("LAB-SIZE-110", *o.input, o.input->out.front(), o.axis, o.wanted,
                       "the data set has " + std::to_string(o.wanted) + " " + o.unit + ", but the input has " +
                           std::to_string(size(o.axis)) + ".");
    bool input = false;
    bool output = false;
    for (const Operation& op : m_circuit.operations) {
        const OperationDescription* d = findOperation(op.kind);
        input |= d != nullptr && d->rule == AxisRule::Source;
        output |= d != nullptr && d->rule == AxisRule::Sink;
    }
    if (!input) report("LAB-SIZE-142", "the circuit has no input.", nullptr, "", "Start from a template, or add an input.");
    if (!output) report("LAB-SIZE-143", "the circuit has no output.", nullptr, "", "Add an output at the end.");
}

// A read-out without a class axis must still fit what it is compared with: the classes, or the sample itself.
void SizeSolver::checkScores(SizeSolution& solution) {
    if (m_classes <= 0 || m_shape.empty()) return;
    long sample = 1;
    for (const long s : m_shape) sample *= s;
    for (const Operation& op : m_circuit.operations) {
        const OperationDescription* d = findOperation(op.kind);
        if (d == nullptr || d->rule != AxisRule::Sink || op.in.empty()) continue;
        const std::string& w = op.in.front();
        const auto& axes = wireOf(w).axes;
        if (std::any_of(axes.begin(), axes.end(),
                        [&](const std::string& a) { return axisAt(m_index.axis(a)).role == AxisRole::Class; }))
            continue;
        const long n = solution.elements(m_circuit, w);
        const bool part = std::any_of(m_parts.begin(), m_parts.end(), [&](const DataPart& p) { return p.features() == n; });
        if (n == 0 || n == m_classes || n == sample || part) continue;
        Problem& p = report("LAB-SIZE-113", "the output has " + std::to_string(n) + " values, but the data set has " +
                                                std::to_string(m_classes) + " classes.",
                            &op, w, "End with a linear map to one value per class.");
        p.found = n;
        p.wanted = m_classes;
        addFixes(m_circuit, p);
    }
}

// With a data set at hand, a size that is still open stands in the way of training.
void SizeSolver::checkOpen(const SizeSolution& solution) {
    if (m_shape.empty() || std::any_of(m_problems.begin(), m_problems.end(),
                                       [](const Problem& p) { return p.severity == Severity::Error; }))
        return;
    std::set<int> seen;
    for (const Operation* op : m_order)
        for (const std::string& w : op->out)
            for (const std::string& a : wireOf(w).axes) {
                const int axis = m_index.axis(a);
                if (axisAt(axis).role == AxisRole::Batch || solution.size.count(a) != 0 || !seen.insert(find(axis)).second)
                    continue;
                report("LAB-SIZE-145", "the size of axis " + axisName(axis) + " is open.", op, w, "Type a number on the axis.").axis = a;
            }
}

// A sequence of vectors lies in memory as an image of one row: features, then places. An image is read column by column.
void SizeSolver::takeSequence(const Operation& input, const std::vector<long>& shape, const std::vector<int>& places,
                              const std::vector<int>& features) {
    const long length = shape.back();
    const long width = shape.size() == 3 ? shape[0] * shape[1] : 1;
    if (places.size() != 1 || axisAt(places.front()).dims != 1 || features.size() > 1 || (features.empty() && width != 1)) {
        report("LAB-SIZE-112", "the samples are sequences of " + std::to_string(length) + " places with " + std::to_string(width) +
                                   " numbers each, but the input is drawn otherwise.",
               &input, input.out.front(), "A sequence input has one axis of places and one of features, or places alone for tokens.");
        return;
    }
    offer(input, places.front(), length, "places");
    if (!features.empty()) offer(input, features.front(), width, "numbers at each place");
}

std::vector<InputFeed> feedInputs(const Circuit& circuit, const std::vector<DataPart>& parts) {
    std::vector<InputFeed> feeds;
    std::vector<char> taken(parts.size(), 0);
    for (const Operation& op : circuit.operations) {
        const OperationDescription* d = findOperation(op.kind);
        if (d == nullptr || d->rule != AxisRule::Source || op.out.size() != 1) continue;
        InputFeed feed{op.id, InputFeed::kNothing};
        for (std::size_t p = 0; p < parts.size() && feed.part < 0; ++p)
            if (taken[p] == 0 && (plainLabel(op.name) == parts[p].name || op.id == parts[p].name)) feed.part = static_cast<int>(p);
        if (feed.part >= 0) taken[static_cast<std::size_t>(feed.part)] = 1;
        feeds.push_back(std::move(feed));
    }
    const bool one = feeds.size() == 1 && feeds.front().part < 0;
    bool first = true;
    for (InputFeed& feed : feeds) {
        if (feed.part < 0 && (one || (parts.empty() && first))) {
            feed.part = InputFeed::kWhole;
        } else if (feed.part < 0) {
            const auto free = std::find(taken.begin(), taken.end(), char(0));
            if (free != taken.end()) {
                *free = 1;
                feed.part = static_cast<int>(free - taken.begin());
            }
        }
        first = false;
    }
    return feeds;
}

}  // namespace lab

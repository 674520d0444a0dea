#include "core/optimize/Updater.h"

#include "core/base/Assert.h"
#include "core/math/Elementwise.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

// Within these bounds no optimiser can leave the range of float in one step, so that nothing need be kept to go back to.
// Beyond them (a run that is about to diverge) the parameters are copied before the step.
constexpr double kSafeGradient = 1e10;
constexpr double kSafeParameter = 1e30;
constexpr double kSafeRate = 1e4;

ParamSet paramsOf(const OptimizerChoice& choice) {
    const OptimizerDescription* description = findOptimizer(choice.id);
    LAB_ASSERT(description != nullptr);  // choices are checked where they are read
    ParamSet params(description->params);
    const Result<void> assigned = params.assign(choice.held);
    LAB_ASSERT(assigned.ok());
    return params;
}

// Neighbouring blocks that are treated alike, with the moments that belong to them.
struct Part {
    Index offset = 0;
    Index count = 0;
    bool decays = false;
    std::unique_ptr<Optimizer> optimizer;
    double largest = -1;  // of the parameters after the last step; -1 = not known
};

struct Group {
    std::string title;
    int layer = -1;
    ParamStore* store = nullptr;
    int firstBlock = 0, lastBlock = 0;
    double rateScale = 1;
    std::string optimizer;
    ParamSet params;
    bool followsDefault = false;  // changes with setParam
    std::vector<Part> parts;
    Index begin = 0, end = 0;  // range of the store that holds all parts
    UpdateFigures figures;
    std::vector<double> partials;  // of tiled sums
    Buffer before;                 // parameters before the step, where groups are applied side by side
    std::optional<Error> failure;  // of a step that applies them side by side
};

}  // namespace

struct Updater::State {
    OptimizerChoice choice;
    ParamSet params;  // of the default optimiser
    std::map<int, OptimizerChoice> perLayer;
    ParamSet schedule;
    double plannedEpochs = 1;
    std::vector<Group> groups;
    std::int64_t step = 0;
    double factor = 1;
    bool measure = false;
    const ParamStore* trueStore = nullptr;
    const Real* trueGradient = nullptr;
    std::optional<Error> failure;
    Buffer before;            // parameters of one group before the step
    bool sideBySide = false;

    template <class Sum>
    double tiled(Pool& pool, std::vector<double>& partials, Index count, Sum&& part) {
        const Index tiles = (count + kElementTile - 1) / kElementTile;
        if (static_cast<Index>(partials.size()) < tiles) partials.resize(static_cast<std::size_t>(tiles));
        pool.ranges(count, kElementTile, [&](Index begin, Index end) {
            partials[static_cast<std::size_t>(begin / kElementTile)] = part(begin, end - begin);
        });
        double total = 0;
        for (Index t = 0; t < tiles; ++t) total += partials[static_cast<std::size_t>(t)];
        return total;
    }

    // NaN where anything is not finite.
    double largest(Pool& pool, std::vector<double>& partials, const Real* x, Index count) {
        const Index tiles = (count + kElementTile - 1) / kElementTile;
        if (static_cast<Index>(partials.size()) < tiles) partials.resize(static_cast<std::size_t>(tiles));
        pool.ranges(count, kElementTile, [&](Index begin, Index end) {
            partials[static_cast<std::size_t>(begin / kElementTile)] =
                static_cast<double>(largestMagnitude(x + begin, end - begin));
        });
        double top = 0;
        for (Index t = 0; t < tiles; ++t) {
            if (!std::isfinite(partials[static_cast<std::size_t>(t)])) return std::nan("");
            top = std::max(top, partials[static_cast<std::size_t>(t)]);
        }
        return top;
    }

    void fail(Group& group, const Real* values, const char* what) {
        std::optional<Error>& failed = sideBySide ? group.failure : failure;
        if (failed) return;
        std::string name = group.title;
        for (int b = group.firstBlock; b < group.lastBlock; ++b) {
            const ParamBlock& block = group.store->block(b);
            if (!block.trained || std::isfinite(static_cast<double>(largestMagnitude(values + block.offset, block.count))))
                continue;
            name = block.name;
            break;
        }
        const std::string layer = group.layer >= 0 ? "layer " + std::to_string(group.layer + 1) : group.title;
        failed =
            Error{"LAB-RUN-201",
                  std::string(what) + " of " + name + " in " + layer + " is no longer a finite number at step " +
                      std::to_string(step + 1) + ".",
                  group.title, "Lower the learning rate, or standardise the data; the parameters are those before this step."};
    }

    void apply(Pool& pool, Group& group, const Real* gradient);
    void measureGradient(Pool& pool, Group& group, const Real* gradient);
};

Updater::Updater(const UpdaterConfig& config) : m_state(std::make_unique<State>()) {
    m_state->choice = config.choice;
    m_state->params = paramsOf(config.choice);
    m_state->perLayer = config.perLayer;
    m_state->schedule = ParamSet(scheduleParams());
    const Result<void> assigned = m_state->schedule.assign(config.schedule);
    LAB_ASSERT(assigned.ok());
    m_state->plannedEpochs = config.plannedEpochs;
}

Updater::~Updater() = default;

int Updater::addGroup(std::string title, int layer, ParamStore& store, int firstBlock, int lastBlock, double rateScale,
                      const std::optional<OptimizerChoice>& own) {
    State& s = *m_state;
    LAB_ASSERT(firstBlock >= 0 && firstBlock <= lastBlock && lastBlock <= static_cast<int>(store.blocks().size()));
    Group group;
    group.title = std::move(title);
    group.layer = layer;
    group.store = &store;
    group.firstBlock = firstBlock;
    group.lastBlock = lastBlock;
    group.rateScale = rateScale;
    const auto perLayer = s.perLayer.find(layer);
    if (own) {
        group.optimizer = own->id;
        group.params = paramsOf(*own);
    } else if (layer >= 0 && perLayer != s.perLayer.end()) {
        group.optimizer = perLayer->second.id;
        group.params = paramsOf(perLayer->second);
    } else {
        group.optimizer = s.choice.id;
        group.params = s.params;
        group.followsDefault = true;
    }
    for (int b = firstBlock; b < lastBlock; ++b) {
        const ParamBlock& block = store.block(b);
        if (!block.trained || block.count == 0) continue;
        const bool joins = !group.parts.empty() && group.parts.back().decays == block.weight &&
                           group.parts.back().offset + group.parts.back().count == block.offset;
        if (joins)
            group.parts.back().count += block.count;
        else
            group.parts.push_back({block.offset, block.count, block.weight, nullptr, -1});
    }
    for (Part& part : group.parts) part.optimizer = findOptimizer(group.optimizer)->make(group.params, part.count);
    if (!group.parts.empty()) {
        group.begin = group.parts.front().offset;
        group.end = group.parts.back().offset + group.parts.back().count;
    }
    const std::size_t tiles = static_cast<std::size_t>((group.end - group.begin + kElementTile - 1) / kElementTile);
    group.partials.resize(tiles);
    s.groups.push_back(std::move(group));
    return static_cast<int>(s.groups.size()) - 1;
}

void Updater::beginStep(std::int64_t step, double epoch, bool measure) {
    m_state->step = step;
    m_state->factor = scheduleFactor(m_state->schedule, epoch, m_state->plannedEpochs);
    m_state->measure = measure;
    m_state->trueStore = nullptr;
    m_state->trueGradient = nullptr;
}

void Updater::setTrueGradient(const ParamStore* store, const Real* gradient) {
    m_state->trueStore = gradient == nullptr ? nullptr : store;
    m_state->trueGradient = gradient;
}

void Updater::State::measureGradient(Pool& pool, Group& group, const Real* gradient) {
    UpdateFigures& f = group.figures;
    f = {};
    const bool compare = trueGradient != nullptr && trueStore == group.store;
    double own = 0, exact = 0, both = 0;
    for (const Part& part : group.parts) {
        const Real* g = gradient + part.offset;
        own += tiled(pool, group.partials, part.count, [&](Index at, Index n) { return sumSquares(g + at, n); });
        if (!compare) continue;
        const Real* t = trueGradient + part.offset;
        exact += tiled(pool, group.partials, part.count, [&](Index at, Index n) { return sumSquares(t + at, n); });
        both += tiled(pool, group.partials, part.count, [&](Index at, Index n) { return dot(g + at, t + at, n); });
    }
    f.gradientNorm = std::sqrt(own);
    f.aligned = compare && own > 0 && exact > 0;
    if (!f.aligned) return;
    f.cosine = std::clamp(both / std::sqrt(own) / std::sqrt(exact), -1.0, 1.0);
    f.normRatio = std::sqrt(own / exact);
}

void Updater::State::apply(Pool& pool, Group& group, const Real* gradient) {
    Real* p = group.store->data();
    double steepest = 0;
    for (const Part& part : group.parts) {
        const double top = largest(pool, group.partials, gradient + part.offset, part.count);
        if (!std::isfinite(top)) return fail(group, gradient, "the gradient");
        steepest = std::max(steepest, top);
    }
    if (measure) measureGradient(pool, group, gradient);

    const double rate = group.params.number("rate") * factor * group.rateScale;
    const double decay = group.params.find("decay") != nullptr ? group.params.number("decay") : 0;
    bool safe = !measure && steepest <= kSafeGradient && std::abs(rate) <= kSafeRate && std::abs(rate * decay) <= 1;
    for (Part& part : group.parts) {
        if (part.largest < 0) part.largest = largest(pool, group.partials, p + part.offset, part.count);
        safe = safe && part.largest <= kSafeParameter;
    }
    const Index count = group.end - group.begin;
    Buffer& old = sideBySide ? group.before : before;
    if (!safe) {
        if (static_cast<Index>(old.size()) < count) old.resize(static_cast<std::size_t>(count));
        pool.ranges(count, kElementTile, [&](Index begin, Index end) {
            std::copy(p + group.begin + begin, p + group.begin + end, old.data() + begin);
        });
    }
    bool finite = true;
    for (Part& part : group.parts) {
        part.optimizer->step(pool, p + part.offset, gradient + part.offset, part.count, rate, part.decays);
        part.largest = part.optimizer->largest();
        finite = finite && std::isfinite(part.largest);
    }
    if (!finite) {
        fail(group, p, "a parameter");
        if (!safe) std::copy(old.begin(), old.begin() + count, p + group.begin);
        for (Part& part : group.parts) part.largest = -1;
        return;
    }
    if (!measure) return;
    double moved = 0, length = 0;
    for (const Part& part : group.parts) {
        const Real* now = p + part.offset;
        const Real* was = old.data() + (part.offset - group.begin);
        moved += tiled(pool, group.partials, part.count, [&](Index at, Index n) { return squaredDistance(now + at, was + at, n); });
        length += tiled(pool, group.partials, part.count, [&](Index at, Index n) { return sumSquares(now + at, n); });
    }
    group.figures.updateNorm = std::sqrt(moved);
    group.figures.parameterNorm = std::sqrt(length);
}

void Updater::apply(Pool& pool, int group, const Real* gradient) {
    LAB_ASSERT(group >= 0 && group < groups());
    m_state->apply(pool, m_state->groups[static_cast<std::size_t>(group)], gradient);
}

void Updater::beginSideBySide() {
    LAB_ASSERT(!m_state->sideBySide);
    m_state->sideBySide = true;
    for (Group& group : m_state->groups) group.failure.reset();
}

void Updater::endSideBySide(std::span<const int> inOrder) {
    LAB_ASSERT(m_state->sideBySide);
    m_state->sideBySide = false;
    for (const int group : inOrder) {
        const std::optional<Error>& failed = m_state->groups[static_cast<std::size_t>(group)].failure;
        if (failed && !m_state->failure) m_state->failure = failed;
    }
}

const std::optional<Error>& Updater::failure() const {
    return m_state->failure;
}
int Updater::groups() const {
    return static_cast<int>(m_state->groups.size());
}
const std::string& Updater::title(int group) const {
    return m_state->groups.at(static_cast<std::size_t>(group)).title;
}
int Updater::layer(int group) const {
    return m_state->groups.at(static_cast<std::size_t>(group)).layer;
}
const UpdateFigures& Updater::figures(int group) const {
    return m_state->groups.at(static_cast<std::size_t>(group)).figures;
}
double Updater::rate() const {
    return m_state->params.number("rate") * m_state->factor;
}

Result<void> Updater::setParam(const std::string& name, const ParamValue& value) {
    State& s = *m_state;
    if (Result<void> set = s.params.set(name, value); !set) return set;
    for (Group& group : s.groups) {
        if (!group.followsDefault) continue;
        group.params = s.params;
        for (Part& part : group.parts) {
            std::unique_ptr<Optimizer> changed = findOptimizer(group.optimizer)->make(group.params, part.count);
            if (Result<void> kept = changed->load(part.optimizer->save()); !kept) return kept;
            part.optimizer = std::move(changed);
        }
    }
    return {};
}

std::vector<double> Updater::save() const {
    std::vector<double> state;
    for (const Group& group : m_state->groups)
        for (const Part& part : group.parts) {
            const std::vector<double> own = part.optimizer->save();
            state.push_back(static_cast<double>(own.size()));
            state.insert(state.end(), own.begin(), own.end());
        }
    return state;
}

Result<void> Updater::load(const std::vector<double>& state) {
    const auto mismatch = [] {
        return Error{"LAB-OPT-102", "the optimisers' state does not fit these layers", "",
                     "it belongs to another circuit, another rule or another optimiser"};
    };
    // Everything is checked before anything changes.
    std::size_t at = 0;
    for (const Group& group : m_state->groups)
        for (const Part& part : group.parts) {
            const std::size_t wanted = part.optimizer->save().size();
            if (at >= state.size() || state[at] != static_cast<double>(wanted) || state.size() - at - 1 < wanted)
                return mismatch();
            at += 1 + wanted;
        }
    if (at != state.size()) return mismatch();
    at = 0;
    for (Group& group : m_state->groups)
        for (Part& part : group.parts) {
            const std::size_t count = static_cast<std::size_t>(state[at++]);
            const auto from = state.begin() + static_cast<std::ptrdiff_t>(at);
            if (Result<void> ok = part.optimizer->load({from, from + static_cast<std::ptrdiff_t>(count)}); !ok) return ok;
            part.largest = -1;
            at += count;
        }
    m_state->failure.reset();
    return {};
}

std::size_t Updater::bytes() const {
    std::size_t bytes = m_state->before.size() * sizeof(Real);
    for (const Group& group : m_state->groups) {
        bytes += group.before.size() * sizeof(Real);
        for (const Part& part : group.parts) bytes += part.optimizer->bytes();
    }
    return bytes;
}

}  // namespace lab

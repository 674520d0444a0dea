// The views of a run: one registry, one mechanism. A view says what it needs, which choices it offers and builds a Figure from
// a snapshot. No view knows a rule, an operation or a channel by name: all are generic over kinds and scopes.
#pragma once

#include "core/document/Figure.h"
#include "core/math/Pool.h"
#include "core/params/ParamSpec.h"
#include "core/record/Snapshot.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lab {

// What several views of the same moment share, so that it is computed once: a pool of one thread and the reduced
// activity (Gram matrices) of every layer.
class ViewWorkspace {
public:
    ViewWorkspace();
    ~ViewWorkspace();
    Pool& pool();
    struct Geometry;  // core/document/ViewsShared.h
    Geometry& geometry();
    // Most points that a curve is drawn with: two per pixel of a small chart, unless a large figure is wanted.
    std::size_t pointsPerCurve() const { return m_pointsPerCurve; }
    void setPointsPerCurve(std::size_t points) { m_pointsPerCurve = points; }

private:
    Pool m_pool;
    std::size_t m_pointsPerCurve = 500;
    std::unique_ptr<Geometry> m_geometry;
};

// Builds the figure of one view. May keep state from frame to frame (aligned axes, slow running curves); one object per
// open view, used by one thread at a time. `params` has the specifications of the description for this snapshot.
class ViewBuilder {
public:
    virtual ~ViewBuilder() = default;
    virtual Figure build(const Snapshot& snapshot, const ParamSet& params, ViewWorkspace& workspace) = 0;
    // Changes when the figure would change. The same stamp, run and parameters: the last figure is still good.
    virtual std::uint64_t stamp(const Snapshot& snapshot) const { return snapshot.serial; }
};

struct ViewDescription {
    std::string id;        // "curves": what files and the command line say
    std::string title;     // "Curves"
    std::string summary;   // one or two sentences: what it shows and how to read it
    std::string group;     // "Training", "Geometry", "Network", "Rule": sub-menu
    ProbeRequest needs;    // asked of the engine while the view is visible
    // The choices of the view; those that depend on the run (layer, channel) list what the snapshot has.
    std::function<std::vector<ParamSpec>(const Snapshot&)> params;
    std::function<std::unique_ptr<ViewBuilder>()> make;
};

// The one explicit list, in the order of the menu.
const std::vector<ViewDescription>& viewRegistry();
const ViewDescription* findView(const std::string& id);

// Values for the specifications of `snapshot`; held values that do not fit (a layer that is gone) fall back to the default.
ParamSet viewParams(const ViewDescription& view, const Snapshot& snapshot, const std::map<std::string, ParamValue>& held);

// One figure, once: what the command line draws. Values are text as typed ("layer" -> "2").
// Errors: LAB-VIEW-101 unknown view (hint lists them), LAB-PARAM-1xx unknown or unfit value.
Result<Figure> renderView(const std::string& id, const Snapshot& snapshot, const std::map<std::string, std::string>& values = {});

}  // namespace lab

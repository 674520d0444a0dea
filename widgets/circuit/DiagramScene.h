// A laid-out circuit that can be painted into any sink and asked what lies at a point. No widget, no document.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"
#include "core/rules/RuleDescription.h"
#include "widgets/circuit/Beads.h"
#include "widgets/circuit/DrawSink.h"
#include "widgets/circuit/RuleOverlay.h"
#include "widgets/common/Theme.h"

#include <QRectF>

#include <map>
#include <set>

namespace lab {

struct DiagramToggles {
    bool columns = false;
    bool sizes = true;
    bool activity = false;
    bool rule = false;
    bool costs = false;
    bool batch = false;  // show the batch axis everywhere
    double pageWidth = 0.0;  // > 0: wrapped into rows of this width, while neither costs nor a rule need the columns in one line

    bool operator==(const DiagramToggles&) const = default;
};

struct DiagramHit {
    enum class Kind { None, Operation, Wire, Group, Label };
    Kind kind = Kind::None;
    std::string id;    // operation, group or wire
    std::string axis;  // Wire and Label
    bool atEnd = false;  // Wire: right of the last glyph, where a drop appends
};

// What differs between two paintings of the same layout.
struct DiagramPaint {
    std::set<std::string> selected;          // operations and groups
    std::string selectedWire;
    const std::map<std::string, double>* activity = nullptr;  // nullptr: no glow
    bool rule = false;
    double zoom = 1.0;                        // for the level of detail; 1 for files
    QRectF clip;                              // only what meets it is painted; empty = all
    std::set<std::string> faded;              // operations at 60 %
    bool interactive = false;                 // selection marks and handles
    OverlayPaint overlay;                     // live values, credit and comparison
    const std::map<std::string, Bead>* beads = nullptr;       // nullptr: none
    std::string pinned;                       // wire whose bead is shown large, with its numbers
};

class DiagramScene {
public:
    // `reserved`: marks of another rule that need the same room, so that two pictures lie alike.
    void setContent(const Circuit& circuit, const SizeSolution& sizes, const DiagramToggles& toggles,
                    const std::vector<Mark>& marks, const std::vector<Mark>& reserved = {});
    const DiagramLayout& layout() const { return m_layout; }
    // Motion from the layout at the time of keepForMotion() to the present one, t in [0, 1]; painting only: hits are final.
    void keepForMotion() { m_before = m_layout; }
    void setMotion(double t);
    // Everything that is drawn, overlay included.
    QRectF bounds() const { return m_bounds; }

    void paint(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const;
    // `reach` is the half width of a wire's hit area in scene units.
    DiagramHit hit(QPointF scene, double reach = 6.0) const;
    QRectF rectOf(const std::string& operationOrGroup) const;
    const std::vector<Mark>& marks() const { return m_marks; }
    QRectF rectOfWire(const std::string& wire) const;
    // Where the wire's bead hangs; empty where there is no room for one.
    QRectF beadRect(const std::string& wire) const;
    // The operations of the circuit in column order, top to bottom: the order of the keyboard walk.
    std::vector<std::string> walkOrder() const;

private:
    void paintBlocks(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const;
    void paintWires(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const;
    void paintFromAfar(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const;
    bool covered(const PlacedGlyph& glyph) const;
    int depthFromAfar() const;
    void paintBeads(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const;
    void paintFeeds(DrawSink& sink, const Theme& theme) const;
    void paintErrors(DrawSink& sink, const Theme& theme) const;
    void paintSelection(DrawSink& sink, const Theme& theme, const DiagramPaint& how) const;

    const DiagramLayout& shown() const { return m_motion < 1.0 ? m_between : m_layout; }

    DiagramLayout m_layout, m_before, m_between;
    double m_motion = 1.0;
    DiagramToggles m_toggles;
    std::vector<Mark> m_marks;
    std::map<std::string, std::string> m_titles;   // operation -> what it is, in words
    std::map<std::string, std::string> m_classes;  // operation -> kind
    std::map<std::string, bool> m_learned;
    std::set<std::string> m_bypassed;
    QRectF m_bounds;
};

}  // namespace lab

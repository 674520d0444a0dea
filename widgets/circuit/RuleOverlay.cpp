#include "widgets/circuit/RuleOverlay.h"

#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/MathText.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace lab {

namespace {

constexpr double kPlateHeight = 54.0;    // a formula alone
constexpr double kGaugeHeight = 118.0;   // with gauges
constexpr double kLegendHeight = 34.0;
constexpr double kLevel = 24.0;  // between feedback wires

struct Plate {
    const Mark* mark = nullptr;
    QRectF rect;
    double tapX = 0.0;
    bool hasTap = false;
};

// Where everything of the overlay stands; computed once for painting and for the bounds.
class Plan {
public:
    Plan(const DiagramLayout& layout, const std::vector<Mark>& marks) : m_layout(layout), m_marks(marks) {
        top = layout.lanesTop - 60.0;
        bottom = layout.lanesBottom + 30.0;
        for (const PlacedBlock& b : layout.blocks) {
            top = std::min(top, b.rect.y);
            bottom = std::max(bottom, b.rect.bottom());
        }
        for (const PlacedGlyph& g : layout.glyphs) {
            top = std::min(top, g.box.y - 10.0);
            bottom = std::max(bottom, g.box.bottom() + 10.0);
        }
        levels();
        place();
    }

    const PlacedBlock* blockOver(double x) const {
        const PlacedBlock* best = nullptr;
        for (const PlacedBlock& b : m_layout.blocks)
            if (x >= b.rect.x && x <= b.rect.right() && (best == nullptr || b.depth > best->depth)) best = &b;
        return best;
    }

    double levelY(const Mark& m) const {
        const auto it = m_level.find(&m);
        return bottom + 20.0 + kLevel * (it == m_level.end() ? 0 : it->second);
    }

    double top = 0.0, bottom = 0.0, end = 0.0;
    double plateTop = 0.0;
    double legendY = 0.0;
    std::vector<Plate> plates;

private:
    // Feedback wires that would run over each other go on levels of their own.
    void levels() {
        std::vector<std::vector<std::pair<double, double>>> taken;
        for (const Mark& m : m_marks) {
            if (m.kind != Mark::Kind::Feedback) continue;
            const PlacedGlyph* to = m_layout.glyph(m.to);
            if (to == nullptr) continue;
            const PlacedGlyph* from = m_layout.glyph(m.operation);
            const double a = to->box.centerX(), b = from != nullptr ? from->box.centerX() : m_layout.bounds.right();
            const std::pair<double, double> span{std::min(a, b) - 4.0, std::max(a, b) + 4.0};
            std::size_t level = 0;
            for (; level < taken.size(); ++level) {
                const bool free = std::none_of(taken[level].begin(), taken[level].end(), [&](const auto& other) {
                    return span.first < other.second - 24.0 && other.first < span.second - 24.0;
                });
                if (free) break;
            }
            if (level == taken.size()) taken.emplace_back();
            taken[level].push_back(span);
            m_level[&m] = int(level);
        }
        plateTop = bottom + std::max(66.0, taken.empty() ? 0.0 : kLevel * double(taken.size()) + 62.0);
    }

    // A plate's place: under the block of its operation, else under the operation, else under its tap.
    void place() {
        for (const Mark& m : m_marks) {
            if (m.kind != Mark::Kind::LocalLoss) continue;
            Plate plate;
            plate.mark = &m;
            double center = 0.0, room = 0.0;
            const PlacedGlyph* glyph = m.operation.empty() ? nullptr : m_layout.glyph(m.operation);
            if (glyph != nullptr) {
                center = glyph->box.centerX();
                if (const PlacedBlock* block = blockOver(center)) {
                    center = block->rect.centerX();
                    room = block->rect.w - 14.0;
                }
            }
            const auto anchor = m_layout.anchors.find(tapWireOf(m));
            if (anchor != m_layout.anchors.end()) {
                plate.tapX = anchor->second.tapX;
                plate.hasTap = true;
                if (glyph == nullptr) center = plate.tapX;
            } else if (glyph == nullptr) {
                center = m_layout.bounds.right() - 80.0;
            }
            const bool gauge = !m.channel.empty();
            const double text = std::max(mathWidth(m.formula, 15.0), mathWidth(m.label, 13.0)) + 32.0;
            const double width = std::clamp(std::max(room, text), gauge ? 220.0 : 120.0, 320.0);
            plate.rect = QRectF(center - width / 2, plateTop, width, gauge ? kGaugeHeight : kPlateHeight);
            plates.push_back(plate);
        }
        // Neighbours that overlap go one row down.
        for (std::size_t i = 0; i < plates.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (plates[i].rect.adjusted(-6, 0, 6, 0).intersects(plates[j].rect)) plates[i].rect.moveTop(plates[j].rect.bottom() + 12.0);
        end = bottom;
        int readouts = 0;
        for (const Plate& p : plates) end = std::max(end, p.rect.bottom());
        bool below = false;
        for (const Mark& m : m_marks) {
            if (m.kind == Mark::Kind::Readout) ++readouts;
            below = below || m.kind == Mark::Kind::Feedback || m.kind == Mark::Kind::Tap || m.kind == Mark::Kind::Writer;
        }
        legendY = (below ? std::max(end, plateTop + 4.0) : end) + 24.0;
        if (readouts > 0) legendY = std::max(legendY, end + 72.0 + 26.0 * (readouts - 1) + 14.0);
    }

    std::string tapWireOf(const Mark& loss) const {
        if (!loss.wire.empty()) return loss.wire;
        for (const Mark& m : m_marks)
            if (m.kind == Mark::Kind::Tap && m.layer == loss.layer && m.layer >= 0) return m.wire;
        return {};
    }

    const DiagramLayout& m_layout;
    const std::vector<Mark>& m_marks;
    std::map<const Mark*, int> m_level;
};

const Plate* plateFor(const Plan& plan, const Mark& mark) {
    for (const Plate& p : plan.plates)
        if (mark.layer >= 0 && p.mark->layer == mark.layer) return &p;
    for (const Plate& p : plan.plates)
        if (!mark.wire.empty() && p.mark->wire == mark.wire) return &p;
    // One loss that writes several operations.
    for (const Plate& p : plan.plates)
        if (!mark.to.empty() && mark.to != mark.operation && p.mark->operation == mark.to) return &p;
    return nullptr;
}

class Painter {
public:
    Painter(DrawSink& sink, const DiagramLayout& layout, const std::vector<Mark>& marks, const Theme& theme, const OverlayPaint& how)
        : m_sink(sink), m_layout(layout), m_marks(marks), m_theme(theme), m_how(how), m_plan(layout, marks) {
        for (const Mark& m : marks) {
            if (m.kind == Mark::Kind::Writer) m_writers[m.operation].insert(m.layer);
            m_isolated = m_isolated || m.kind == Mark::Kind::Cut;
        }
    }

    void run() {
        region();
        leaks();
        for (const Mark& m : m_marks)
            if (m.kind == Mark::Kind::Cut) cut(m);
        for (const Plate& p : m_plan.plates) plate(p);
        for (const Mark& m : m_marks) {
            switch (m.kind) {
                case Mark::Kind::Tap: tap(m); break;
                case Mark::Kind::Writer: writer(m); break;
                case Mark::Kind::Feedback: feedback(m); break;
                case Mark::Kind::FixedMap: fixedMap(m); break;
                case Mark::Kind::Frozen: frozen(m); break;
                case Mark::Kind::Readout: readout(m); break;
                default: break;
            }
        }
        legend();
    }

private:
    void begin(const Mark& m, const char* kind, int number) {
        const std::string at = !m.wire.empty() ? m.wire : m.operation;
        m_sink.beginGroup(QStringLiteral("mark-%1-%2-%3").arg(QLatin1String(kind)).arg(number).arg(QString::fromStdString(at)),
                          QLatin1String(kind), QString::fromStdString(plainLabel(m.label)));
    }
    int indexOf(const Mark& m) const { return int(&m - m_marks.data()); }

    // A mark that the other rule of a comparison does not have.
    void outline(const Mark& m, const QRectF& r) {
        if (m_how.outlined == nullptr || m_how.outlined->count(indexOf(m)) == 0) return;
        QPainterPath box;
        box.addRoundedRect(r.adjusted(-4, -4, 4, 4), 5, 5);
        m_sink.path(box, QColor(), {m_theme.selection, 1.6, {4, 3}, false});
    }

    // Everything that the chosen loss can teach.
    void region() {
        if (m_how.credit == nullptr || m_how.loss < 0) return;
        QColor tint = m_theme.localLoss;
        tint.setAlphaF(0.16F);
        m_sink.beginGroup(QStringLiteral("credit"), QStringLiteral("credit"), {});
        if (const auto wires = m_how.credit->wires.find(m_how.loss); wires != m_how.credit->wires.end())
            for (const PlacedSpan& s : m_layout.spans)
                if (std::find(wires->second.begin(), wires->second.end(), s.wire) != wires->second.end())
                    m_sink.path(lanePath(s.points), QColor(), {tint, 14.0, {}, true});
        if (const auto ops = m_how.credit->operations.find(m_how.loss); ops != m_how.credit->operations.end())
            for (const std::string& id : ops->second)
                if (const PlacedGlyph* g = m_layout.glyph(id)) {
                    QPainterPath box;
                    box.addRoundedRect(toRect(g->box).adjusted(-9, -9, 9, 9), 6, 6);
                    m_sink.path(box, tint, {m_theme.localLoss, 1.2, {}, false});
                }
        m_sink.endGroup();
    }

    // Paths by which a loss reaches what another one trains.
    void leaks() {
        if (m_how.credit == nullptr) return;
        for (const CreditFinding& f : m_how.credit->findings) {
            if (f.kind != CreditFinding::Kind::Leak) continue;
            m_sink.beginGroup(QStringLiteral("leak-") + QString::fromStdString(f.operation), QStringLiteral("leak"), QString::fromStdString(f.message));
            QColor amber = m_theme.activity;
            amber.setAlphaF(0.55F);
            for (const PlacedSpan& s : m_layout.spans)
                if (std::find(f.path.begin(), f.path.end(), s.wire) != f.path.end())
                    m_sink.path(lanePath(s.points), QColor(), {amber, 6.0, {10, 4}, true});
            m_sink.endGroup();
        }
    }

    // Who changes this weight: a small tab at the chip's lower right.
    void badge(const Mark& m, const PlacedGlyph& glyph) {
        if (m_badged[m.operation]++ != 0) return;
        const bool conflict = m_writers[m.operation].size() > 1;
        bool local = m_isolated;
        if (m_how.live != nullptr)
            if (const auto said = m_how.live->local.find(m.layer); said != m_how.live->local.end()) local = said->second;
        const QString sign = conflict ? QStringLiteral("2+") : local ? QStringLiteral("⊙") : QStringLiteral("∂");
        const QRectF r(glyph.box.right() - 8.0, glyph.box.bottom() - 8.0, conflict ? 18.0 : 14.0, 14.0);
        QPainterPath tab;
        tab.addRoundedRect(r, 3, 3);
        m_sink.path(tab, m_theme.raised, {conflict ? m_theme.error : m_theme.localLoss, 1.2, {}, false});
        const QColor color = conflict ? m_theme.error : m_theme.localLoss;
        if (conflict) {
            m_sink.text({r.center().x(), r.bottom() - 3.5}, sign, 9.5, 600, color, 0.5);
        } else if (local) {
            // A ring with a dot: what is here writes here.
            QPainterPath ring;
            ring.addEllipse(r.center(), 4.0, 4.0);
            m_sink.path(ring, QColor(), {color, 1.2, {}, false});
            m_sink.path(dotPath(r.center(), 1.4), color, {});
        } else {
            m_sink.mathAt({r.center().x(), r.bottom() - 3.0}, "∂", 12.0, color, 0.5);
        }
    }

    // The weight enters from above, as everything that is stored does.
    void weightTape(const Mark& m, const PlacedGlyph& glyph) {
        std::string name = m.label.empty() ? "Δ*W*" : m.label;
        if (name.rfind("Δ", 0) == 0) name = name.substr(2);
        if (name.empty()) return;
        const double x = glyph.box.centerX(), top = m_plan.top - 22.0;
        m_sink.line({x, top}, {x, glyph.box.y - 8.0}, {m_theme.ink, 1.25, {}, false});
        m_sink.path(arrowHead({x, glyph.box.y - 1.0}, 90.0, 9.0), m_theme.ink, {});
        m_sink.mathAt({x - 7.0, m_plan.top - 8.0}, name, 14.0, m_theme.ink, 1.0);
    }

    // Bars against the threshold, or one bar with its number; empty tracks before the first values.
    void gauges(const Plate& p) {
        const double left = p.rect.left() + 34.0, width = p.rect.width() - 58.0;
        const GaugeValue* value = nullptr;
        if (m_how.live != nullptr)
            if (const auto it = m_how.live->gauges.find({p.mark->channel, p.mark->layer}); it != m_how.live->gauges.end()) value = &it->second;
        const bool two = value != nullptr ? value->two : hasStream();
        const auto bar = [&](double y, double amount, const QColor& color, const char* sign) {
            QPainterPath track;
            track.addRoundedRect(QRectF(left, y, width, 12.0), 6, 6);
            m_sink.path(track, m_theme.grid, {});
            if (sign != nullptr) m_sink.text({p.rect.left() + 18.0, y + 10.0}, QString::fromUtf8(sign), 13.0, 700, color, 0.5);
            if (!std::isfinite(amount)) {
                m_sink.text({left + 8.0, y + 10.0}, QStringLiteral("not a number"), 10.0, 600, m_theme.error, 0.0);
                return;
            }
            const double share = std::clamp(amount, 0.0, 1.0);
            if (share <= 0.0) return;
            QPainterPath fill;
            fill.addRoundedRect(QRectF(left, y, std::max(6.0, width * share), 12.0), 6, 6);
            m_sink.path(fill, color, {});
        };
        const double y0 = p.rect.top() + 42.0;
        if (two) {
            bar(y0, value != nullptr ? value->positive / value->full : 0.0, m_theme.positive, "+");
            bar(y0 + 22.0, value != nullptr ? value->negative / value->full : 0.0, m_theme.negative, "−");
            if (value == nullptr) return;
            if (std::isfinite(value->threshold)) {
                const double x = left + width * std::clamp(value->threshold / value->full, 0.0, 1.0);
                m_sink.line({x, p.rect.top() + 36.0}, {x, p.rect.top() + 84.0}, {m_theme.ink, 1.2, {3, 3}, false});
                m_sink.mathAt({x, p.rect.top() + 98.0}, "θ", 13.0, m_theme.ink, 0.5);
                const auto margin = [](double m) { return (m >= 0 ? QStringLiteral("+") : QStringLiteral("−")) + QString::number(std::abs(m), 'g', 3); };
                m_sink.text({left, p.rect.top() + 110.0}, QStringLiteral("margin %1 / %2").arg(margin(value->positive - value->threshold), margin(value->threshold - value->negative)),
                            10.0, 400, m_theme.mute, 0.0);
            }
        } else {
            bar(y0 + 8.0, value != nullptr ? value->positive / value->full : 0.0, m_theme.localLoss, nullptr);
            if (value != nullptr)
                m_sink.text({left, p.rect.top() + 90.0}, QString::number(value->positive, 'g', 4), 11.0, 500, m_theme.ink, 0.0);
        }
    }

    bool hasStream() const {
        return std::any_of(m_marks.begin(), m_marks.end(), [](const Mark& m) { return m.kind == Mark::Kind::Stream; });
    }

    // One line that names what is drawn, and nothing that is not.
    void legend() {
        const auto has = [&](Mark::Kind kind) {
            return std::any_of(m_marks.begin(), m_marks.end(), [&](const Mark& m) { return m.kind == kind; });
        };
        if (m_marks.empty()) return;
        m_sink.beginGroup(QStringLiteral("legend"), QStringLiteral("legend"), {});
        double x = m_layout.bounds.x;
        const double y = m_plan.legendY;
        const auto words = [&](const QString& text) {
            m_sink.text({x + 42.0, y + 4.0}, text, 10.5, 400, m_theme.mute, 0.0);
            x += 42.0 + uiWidth(text, 10.5) + 26.0;
        };
        if (has(Mark::Kind::Stream)) {
            drawTwin(m_sink, {{x, y}, {x + 34.0, y}}, m_theme.positive, m_theme.negative);
            words(QStringLiteral("positive / negative pass, one set of weights"));
        }
        if (has(Mark::Kind::Phase)) {
            drawTwin(m_sink, {{x, y}, {x + 34.0, y}}, m_theme.mute, m_theme.feedback);
            words(QStringLiteral("phases, one after another"));
        }
        if (has(Mark::Kind::Writer)) {
            m_sink.line({x, y}, {x + 34.0, y}, {m_theme.localLoss, 1.6, {8, 3, 2, 3}, false});
            words(QStringLiteral("weight update"));
        }
        if (has(Mark::Kind::Tap)) {
            m_sink.line({x, y}, {x + 34.0, y}, {m_theme.localLoss, 1.8, {}, false});
            words(QStringLiteral("tap (copy out)"));
        }
        if (has(Mark::Kind::Feedback) || has(Mark::Kind::FixedMap)) {
            m_sink.line({x, y}, {x + 34.0, y}, {m_theme.feedback, 1.8, {0.1, 4.2}, true});
            words(QStringLiteral("feedback"));
        }
        if (has(Mark::Kind::Cut)) {
            for (const double o : {-3.4, 3.4}) m_sink.line({x + 17.0 + o - 3.0, y + 7.0}, {x + 17.0 + o + 3.0, y - 7.0}, {m_theme.error, 2.0, {}, true});
            words(QStringLiteral("cut: values pass, credit does not"));
        }
        m_sink.endGroup();
    }

    void tap(const Mark& m) {
        const auto it = m_layout.anchors.find(m.wire);
        if (it == m_layout.anchors.end() || it->second.lanes.empty()) return;
        begin(m, "tap", indexOf(m));
        const WireAnchor& a = it->second;
        for (const double y : a.lanes) m_sink.path(dotPath({a.tapX, y}), m_theme.localLoss, {});
        const Plate* plate = plateFor(m_plan, m);
        const double x = a.tapX + 14.0;
        const double endY = plate != nullptr && x > plate->rect.left() && x < plate->rect.right() ? plate->rect.top() - 6.0
                                                                                                : m_plan.plateTop - 14.0;
        QPainterPath line(QPointF(a.tapX, a.bottom));
        line.cubicTo(a.tapX + 9.0, a.bottom, a.tapX + 14.0, a.bottom + 6.0, x, a.bottom + 20.0);
        if (plate != nullptr && endY != plate->rect.top() - 6.0) {
            line.lineTo(x, m_plan.plateTop - 30.0);
            const double tx = std::clamp(x, plate->rect.left() + 12.0, plate->rect.right() - 12.0);
            line.cubicTo(x, m_plan.plateTop - 16.0, tx, m_plan.plateTop - 20.0, tx, plate->rect.top() - 8.0);
            m_sink.path(line, QColor(), {m_theme.localLoss, 1.8, {}, false});
            m_sink.path(arrowHead({tx, plate->rect.top() - 3.0}, 90.0, 8.0), m_theme.localLoss, {});
        } else {
            line.lineTo(x, endY - 6.0);
            m_sink.path(line, QColor(), {m_theme.localLoss, 1.8, {}, false});
            m_sink.path(arrowHead({x, endY}, 90.0, 8.0), m_theme.localLoss, {});
        }
        m_sink.math({x + 9.0, m_plan.plateTop - 40.0}, m.label, 14.0, m_theme.localLoss);
        outline(m, QRectF(QPointF(a.tapX - 6.0, a.bottom - 4.0), QPointF(x + 12.0, endY)));
        m_sink.endGroup();
    }

    void plate(const Plate& p) {
        begin(*p.mark, "loss", indexOf(*p.mark));
        QPainterPath shape;
        shape.addRoundedRect(p.rect, 7, 7);
        softShadow(m_sink, shape, m_theme);
        m_sink.path(shape, m_theme.raised, {m_theme.localLoss, 1.5, {}, false});
        if (const PlacedGlyph* g = m_layout.glyph(p.mark->operation); g != nullptr && !p.hasTap) {
            const double x = std::clamp(g->box.centerX(), p.rect.left() + 12.0, p.rect.right() - 12.0);
            QPainterPath line(QPointF(g->box.centerX(), g->box.bottom() + 3.0));
            line.lineTo(g->box.centerX(), m_plan.bottom);
            line.cubicTo(g->box.centerX(), m_plan.plateTop - 30.0, x, m_plan.bottom + 20.0, x, p.rect.top() - 8.0);
            m_sink.path(line, QColor(), {m_theme.localLoss, 1.8, {}, false});
            m_sink.path(arrowHead({x, p.rect.top() - 2.0}, 90.0, 8.0), m_theme.localLoss, {});
        }
        const bool gauge = !p.mark->channel.empty();
        if (gauge) {
            const double title = mathWidth(p.mark->label, 13.0), room = p.rect.width() - 36.0 - title;
            m_sink.math({p.rect.left() + 12.0, p.rect.top() + 20.0}, p.mark->label, 13.0, m_theme.localLoss);
            const double size = std::min(15.0, 15.0 * room / std::max(1.0, mathWidth(p.mark->formula, 15.0)));
            if (!p.mark->formula.empty())
                m_sink.mathAt({p.rect.right() - 12.0, p.rect.top() + 20.0}, p.mark->formula, std::max(8.0, size), m_theme.ink, 1.0);
            gauges(p);
        } else if (p.mark->label.empty() || p.mark->formula.empty()) {
            const std::string& only = p.mark->formula.empty() ? p.mark->label : p.mark->formula;
            m_sink.mathAt({p.rect.center().x(), p.rect.center().y() + 5.0}, only, fitted(only, 15.0, p.rect.width()), m_theme.ink, 0.5);
        } else {
            m_sink.math({p.rect.left() + 12.0, p.rect.top() + 20.0}, p.mark->label, 13.0, m_theme.localLoss);
            const double size = fitted(p.mark->formula, 15.0, p.rect.width());
            m_sink.mathAt({p.rect.center().x(), p.rect.top() + 42.0}, p.mark->formula, size, m_theme.ink, 0.5);
        }
        outline(*p.mark, p.rect);
        m_sink.endGroup();
    }

    static double fitted(const std::string& markup, double size, double width) {
        const double need = mathWidth(markup, size);
        return need > width - 20.0 ? size * (width - 20.0) / need : size;
    }

    void writer(const Mark& m) {
        const PlacedGlyph* glyph = m_layout.glyph(m.operation);
        if (glyph == nullptr || !m_written.insert({m.operation, m.layer}).second) return;
        begin(m, "writer", indexOf(m));
        const Stroke tape{m_theme.localLoss, 1.6, {8, 3, 2, 3}, false};
        const double x = glyph->box.x + std::min(12.0, glyph->box.w / 2);
        const Plate* plate = plateFor(m_plan, m);
        const double head = glyph->box.bottom() + 2.0;
        QPainterPath line;
        double from = m_plan.plateTop - 22.0;
        if (plate != nullptr && x > plate->rect.left() && x < plate->rect.right()) {
            from = plate->rect.top();
            line.moveTo(x, from);
        } else if (plate != nullptr) {
            const double px = std::clamp(x, plate->rect.left() + 16.0, plate->rect.right() - 16.0);
            line.moveTo(px, plate->rect.top());
            line.lineTo(px, from);
            line.lineTo(x, from);
        } else {
            line.moveTo(x, from);
        }
        line.lineTo(x, head + 6.0);
        // Running dashes: the larger the update against the weights, the farther they go between two pictures.
        if (m_how.live != nullptr) {
            const auto flow = m_how.live->flow.find(m.layer);
            if (flow != m_how.live->flow.end() && flow->second > 0.0) {
                QColor glow = m_theme.localLoss;
                glow.setAlphaF(float(0.12 + 0.38 * flow->second));
                m_sink.path(line, QColor(), {glow, 3.0 + 6.0 * flow->second, {}, true});
                const double length = line.length();
                for (double at = std::fmod(m_how.time * (10.0 + 60.0 * flow->second), 22.0); at < length; at += 22.0)
                    m_sink.path(dotPath(line.pointAtPercent(line.percentAtLength(at)), 2.4), m_theme.localLoss, {});
            }
        }
        m_sink.path(line, QColor(), tape);
        m_sink.path(arrowHead({x, head}, -90.0, 8.0), m_theme.localLoss, {});
        weightTape(m, *glyph);
        badge(m, *glyph);
        outline(m, QRectF(QPointF(x - 10.0, head), QPointF(x + 10.0, std::max(head + 20.0, from))));
        m_sink.mathAt({x - 8.0, m_plan.plateTop - 40.0}, m.label.empty() ? "Δ*W*" : m.label, 14.0, m_theme.localLoss, 1.0);
        m_sink.endGroup();
    }

    void cut(const Mark& m) {
        const auto it = m_layout.anchors.find(m.wire);
        if (it == m_layout.anchors.end()) return;
        begin(m, "cut", indexOf(m));
        const double x = it->second.cutX;
        QPainterPath band;
        band.addRect(QRectF(x - 13.0, m_plan.top + 16.0, 26.0, m_plan.bottom - 18.0 - m_plan.top - 16.0));
        QColor faint = m_theme.error;
        faint.setAlphaF(0.08F);
        m_sink.path(band, faint, {});
        m_sink.line({x, m_plan.top + 16.0}, {x, m_plan.bottom - 18.0}, {m_theme.error, 1.0, {1.5, 4}, false});
        QColor behind = m_theme.background;
        if (const PlacedBlock* block = m_plan.blockOver(x)) behind = m_theme.groupFill(block->fill);
        for (const double y : it->second.lanes) {
            QPainterPath gap;
            gap.addRect(QRectF(x - 5.0, y - 7.0, 10.0, 14.0));
            m_sink.path(gap, behind, {});
            for (const double o : {-3.4, 3.4}) m_sink.line({x + o - 3.0, y + 7.0}, {x + o + 3.0, y - 7.0}, {m_theme.error, 2.0, {}, true});
        }
        // What comes back stops here.
        const double stop = m_plan.bottom - 31.0;
        m_sink.line({x + 7.0, stop - 6.0}, {x + 7.0, stop + 6.0}, {m_theme.error, 1.6, {}, false});
        m_sink.line({x + 7.0, stop}, {x + 26.0, stop}, {m_theme.error, 1.6, {}, false});
        outline(m, QRectF(x - 13.0, m_plan.top + 16.0, 26.0, m_plan.bottom - m_plan.top - 34.0));
        if (!m_cutNamed) {
            m_sink.text({x, m_plan.top + 10.0}, QStringLiteral("no gradient"), 10.5, 600, m_theme.error, 0.5);
            m_cutNamed = true;
        }
        m_sink.endGroup();
    }

    void feedback(const Mark& m) {
        const PlacedGlyph* from = m_layout.glyph(m.operation);
        const PlacedGlyph* to = m_layout.glyph(m.to);
        if (to == nullptr) return;
        begin(m, "feedback", indexOf(m));
        const Stroke dotted{m_theme.feedback, 1.8, {0.1, 4.2}, true};
        // Below the body, right to left; every wire on its own level so that none hides another.
        const double level = m_plan.levelY(m);
        const double x1 = (from != nullptr ? from->box.centerX() : m_layout.bounds.right() - 20.0) - 3.0 * m_feedbacks;
        const double x0 = to->box.x + to->box.w * 0.62;
        const double y1 = from != nullptr ? from->box.bottom() + 4.0 : m_layout.lanesBottom;
        const double r = 10.0;
        QPainterPath line(QPointF(x1, y1));
        line.lineTo(x1, level - r);
        const double way = x0 < x1 ? -1.0 : 1.0;
        line.quadTo(QPointF(x1, level), QPointF(x1 + way * r, level));
        line.lineTo(x0 - way * r, level);
        line.quadTo(QPointF(x0, level), QPointF(x0, level - r));
        line.lineTo(x0, to->box.bottom() + 10.0);
        m_sink.path(line, QColor(), dotted);
        openHead({x0, to->box.bottom() + 3.0});
        if (!m.label.empty()) {
            const QPointF at(x0 + 26.0, level);
            plateLabel(at, m.label);
        }
        ++m_feedbacks;
        outline(m, QRectF(QPointF(std::min(x0, x1), level - 12.0), QPointF(std::max(x0, x1), level + 12.0)));
        m_sink.endGroup();
    }

    void openHead(QPointF tip) {
        QPainterPath head(tip + QPointF(-4.5, 8.0));
        head.lineTo(tip);
        head.lineTo(tip + QPointF(4.5, 8.0));
        m_sink.path(head, QColor(), {m_theme.feedback, 1.8, {}, true});
    }

    // A fixed random map: a left-pointing pentagon with a plain letter, on the wire that carries it.
    void plateLabel(QPointF at, const std::string& label) {
        const double w = std::max(26.0, mathWidth(label, 13.0) + 18.0);
        const QPainterPath shape = sourcePath(QRectF(at.x() - w / 2, at.y() - 10.0, w, 20.0), 7.0);
        m_sink.path(shape, m_theme.raised, {m_theme.feedback, 1.3, {}, false});
        m_sink.mathAt({at.x() + 2.5, at.y() + 4.5}, label, 13.0, m_theme.feedback, 0.5);
    }

    void fixedMap(const Mark& m) {
        const PlacedGlyph* glyph = m_layout.glyph(m.operation);
        if (glyph == nullptr) return;
        // A feedback wire with the same letter already shows it.
        for (const Mark& other : m_marks)
            if (other.kind == Mark::Kind::Feedback && !m.label.empty() && other.label == m.label) return;
        begin(m, "map", indexOf(m));
        const double x = glyph->box.x + glyph->box.w * 0.62;
        const double y = glyph->box.bottom() + 34.0;
        m_sink.line({x, y - 10.0}, {x, glyph->box.bottom() + 10.0}, {m_theme.feedback, 1.8, {0.1, 4.2}, true});
        openHead({x, glyph->box.bottom() + 3.0});
        plateLabel({x + 3.0, y}, m.label);
        m_sink.endGroup();
    }

    void frozen(const Mark& m) {
        const PlacedGlyph* glyph = m_layout.glyph(m.operation);
        if (glyph == nullptr) return;
        begin(m, "frozen", indexOf(m));
        // A padlock at the top right corner.
        const QPointF c(glyph->box.right() - 1.0, glyph->box.y + 1.0);
        QPainterPath shackle(c + QPointF(-3.5, -1.0));
        shackle.cubicTo(c + QPointF(-3.5, -8.5), c + QPointF(3.5, -8.5), c + QPointF(3.5, -1.0));
        m_sink.path(shackle, QColor(), {m_theme.mute, 1.6, {}, true});
        QPainterPath body;
        body.addRoundedRect(QRectF(c.x() - 5.5, c.y() - 1.5, 11.0, 8.5), 2, 2);
        m_sink.path(body, m_theme.mute, {m_theme.background, 1.0, {}, false});
        m_sink.endGroup();
    }

    void readout(const Mark& m) {
        if (m.formula.empty() && m.label.empty()) return;
        begin(m, "readout", indexOf(m));
        const double y = m_plan.end + 31.0 + 26.0 * m_readouts;
        if (m_readouts++ == 0)
            m_sink.line({m_layout.bounds.x, y}, {m_layout.bounds.right(), y}, {m_theme.hairline, 1.0, {}, false});
        m_sink.text({m_layout.bounds.x, y + 27.0}, QStringLiteral("Read-out"), 11.5, 600, m_theme.mute, 0.0);
        // The label says it in words, a formula in maths.
        if (m.formula.empty()) m_sink.text({m_layout.bounds.x + 62.0, y + 27.0}, QString::fromStdString(plainLabel(m.label)), 11.5, 400, m_theme.ink, 0.0);
        else m_sink.math({m_layout.bounds.x + 62.0, y + 27.0}, m.formula, 15.0, m_theme.ink);
        m_sink.endGroup();
    }

    DrawSink& m_sink;
    const DiagramLayout& m_layout;
    const std::vector<Mark>& m_marks;
    const Theme& m_theme;
    const OverlayPaint& m_how;
    Plan m_plan;
    std::map<std::string, std::set<int>> m_writers;
    std::map<std::string, int> m_badged;
    std::set<std::pair<std::string, int>> m_written;
    bool m_isolated = false;
    bool m_cutNamed = false;
    int m_feedbacks = 0, m_readouts = 0;
};

}  // namespace

void reserveForMarks(const std::vector<Mark>& marks, LayoutOptions& options) {
    for (const Mark& m : marks) {
        // Free and nudged, one after another: an axis above all others.
        if (m.kind == Mark::Kind::Phase && options.phase.empty()) options.phase = (m.label.empty() ? "φ" : m.label) + (m.formula.empty() ? "" : " = " + m.formula);
        if (m.kind == Mark::Kind::Stream) options.stream = m.label.empty() ? "σ = 2" : m.label;
        if (m.wire.empty()) continue;
        if (m.kind == Mark::Kind::Tap || m.kind == Mark::Kind::LocalLoss) options.tapWires.insert(m.wire);
        if (m.kind == Mark::Kind::Cut) options.cutWires.insert(m.wire);
    }
}

QRectF overlayBounds(const DiagramLayout& layout, const std::vector<Mark>& marks) {
    QRectF all = toRect(layout.bounds);
    if (marks.empty()) return all;
    const Plan plan(layout, marks);
    double low = plan.legendY + kLegendHeight - 20.0;
    const double high = plan.top - 34.0;
    int readouts = 0;
    for (const Mark& m : marks) {
        if (m.kind == Mark::Kind::Feedback || m.kind == Mark::Kind::Tap || m.kind == Mark::Kind::Writer)
            low = std::max(low, plan.plateTop + 4.0);
        if (m.kind == Mark::Kind::Readout) ++readouts;
    }
    if (readouts > 0) low = std::max(low, plan.end + 72.0 + 26.0 * (readouts - 1));
    for (const Plate& p : plan.plates) all = all.united(p.rect.adjusted(-6, -6, 6, 6));
    return all.united(QRectF(all.left(), high, all.width(), low - high));
}

void paintOverlay(DrawSink& sink, const DiagramLayout& layout, const std::vector<Mark>& marks, const Theme& theme, const OverlayPaint& how) {
    Painter(sink, layout, marks, theme, how).run();
}

int lossAt(const DiagramLayout& layout, const std::vector<Mark>& marks, QPointF scene) {
    const Plan plan(layout, marks);
    for (const Plate& p : plan.plates)
        if (p.rect.contains(scene)) return int(p.mark - marks.data());
    return -1;
}

std::set<int> differingMarks(const std::vector<Mark>& marks, const std::vector<Mark>& others) {
    const auto same = [](const Mark& a, const Mark& b) {
        return a.kind == b.kind && a.wire == b.wire && a.operation == b.operation && a.to == b.to && a.formula == b.formula;
    };
    std::set<int> out;
    for (std::size_t i = 0; i < marks.size(); ++i)
        if (std::none_of(others.begin(), others.end(), [&](const Mark& o) { return same(marks[i], o); })) out.insert(int(i));
    return out;
}

}  // namespace lab

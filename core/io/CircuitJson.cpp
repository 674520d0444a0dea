#include "core/io/CircuitJson.h"

#include "core/base/Assert.h"
#include "core/circuit/SizeExpression.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

namespace lab {

namespace {

constexpr int kFormat = 1;
constexpr std::size_t kMaxAxes = 65'536;
constexpr std::size_t kMaxWires = 65'536;
constexpr std::size_t kMaxOperations = 16'384;
constexpr std::size_t kMaxGroups = 16'384;
constexpr std::size_t kMaxIds = 1'024;  // axes of a wire, wires of an operation
constexpr std::size_t kMaxIdLength = 128;
constexpr int kMaxNesting = 64;
// A canonical file has one line per item of the lists at the root.
constexpr int kPackFrom = 2;

const std::array<std::pair<AxisRole, const char*>, 12> kRoles = {{{AxisRole::Batch, "batch"},
                                                                  {AxisRole::Seq, "seq"},
                                                                  {AxisRole::Space, "space"},
                                                                  {AxisRole::Feature, "feature"},
                                                                  {AxisRole::Head, "head"},
                                                                  {AxisRole::Class, "class"},
                                                                  {AxisRole::Kernel, "kernel"},
                                                                  {AxisRole::Stream, "stream"},
                                                                  {AxisRole::Phase, "phase"},
                                                                  {AxisRole::Time, "time"},
                                                                  {AxisRole::Node, "node"},
                                                                  {AxisRole::Edge, "edge"}}};

const char* roleName(AxisRole role) {
    for (const auto& [r, name] : kRoles)
        if (r == role) return name;
    return "feature";
}

bool oneOf(std::string_view name, std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* n) { return name == n; });
}

// Members that are not in the list, as an object.
JsonValue unknownMembers(const JsonCursor& cursor, std::initializer_list<const char*> known) {
    JsonValue out = JsonValue::object();
    for (const auto& [name, value] : cursor.value().members())
        if (!oneOf(name, known)) out.add(name, value);
    return out;
}

std::string extraText(const JsonValue& members) { return members.members().empty() ? std::string() : writeJson(members, 0); }

// What a reader stored; it wrote it itself, so it parses.
JsonValue extraValue(const std::string& extra) {
    if (extra.empty()) return JsonValue::object();
    Result<JsonValue> parsed = parseJson(extra, "extra");
    LAB_ASSERT(parsed.ok() && parsed->isObject());
    return *std::move(parsed);
}

class Reader {
public:
    Reader(const JsonValue& tree, const std::string& source) : m_report(source, "LAB-NCD"), m_root(tree, m_report), m_source(source) {}

    Result<Circuit> run() {
        const std::int64_t format = m_root.at("ncd").integer(1);
        if (!m_report.ok()) return m_report.error();
        if (format > kFormat) {
            m_root.at("ncd").fail(301, "the file has format " + std::to_string(format) + "; this version reads up to " +
                                           std::to_string(kFormat) + ".",
                                  "Open it with a newer version.");
            return m_report.error();
        }
        m_circuit.title = m_root.textOr("title", "");
        for (const JsonCursor& c : list("axes", kMaxAxes)) readAxis(c);
        for (const JsonCursor& c : list("wires", kMaxWires)) readWire(c);
        for (const JsonCursor& c : list("ops", kMaxOperations)) readOperation(c);
        for (const JsonCursor& c : list("groups", kMaxGroups)) readGroup(c);
        if (!m_report.ok()) return m_report.error();
        JsonValue extra = unknownMembers(m_root, {"ncd", "title", "axes", "wires", "ops", "groups", "layout"});
        if (m_root.has("layout")) readLayout(m_root.at("layout"), extra);
        m_circuit.extra = extraText(extra);
        if (!m_report.ok()) return m_report.error();
        if (const Result<void> sound = checkInvariants(m_circuit); !sound) {
            Error error = sound.error();
            error.where = m_source + ": " + pathOf(error.where);
            return error;
        }
        checkNesting();
        if (!m_report.ok()) return m_report.error();
        return std::move(m_circuit);
    }

private:
    std::vector<JsonCursor> list(const char* name, std::size_t limit) {
        if (!m_report.ok()) return {};
        if (!m_root.has(name)) return {};
        const JsonCursor c = m_root.at(name);
        if (c.value().items().size() > limit) {
            c.fail(302, "there are " + std::to_string(c.value().items().size()) + " items; at most " + std::to_string(limit) +
                            " are read.");
            return {};
        }
        return c.items();
    }

    std::string id(const JsonCursor& c) {
        std::string text = c.text();
        if (text.empty() || text.size() > kMaxIdLength)
            c.fail(303, text.empty() ? "the id is empty." : "the id is longer than " + std::to_string(kMaxIdLength) + " bytes.");
        return text;
    }
    std::vector<std::string> ids(const JsonCursor& c) {
        std::vector<std::string> out;
        if (c.value().items().size() > kMaxIds) {
            c.fail(302, "there are " + std::to_string(c.value().items().size()) + " ids; at most " + std::to_string(kMaxIds) +
                            " are read.");
            return out;
        }
        for (const JsonCursor& item : c.items()) out.push_back(id(item));
        return out;
    }
    std::vector<std::string> idsOrNone(const JsonCursor& c, const char* name) {
        return c.has(name) ? ids(c.at(name)) : std::vector<std::string>();
    }

    void readAxis(const JsonCursor& c) {
        Axis axis;
        c.expectObject();
        axis.id = id(c.at("id"));
        axis.name = c.textOr("name", "");
        if (c.has("role")) {
            std::vector<std::string> names;
            for (const auto& [role, name] : kRoles) names.emplace_back(name);
            const std::string word = c.at("role").word(names);
            for (const auto& [role, name] : kRoles)
                if (word == name) axis.role = role;
        }
        if (c.has("size") && !c.at("size").value().isNull()) {
            const JsonCursor size = c.at("size");
            if (size.value().type() == JsonValue::Type::String) {
                axis.size = size.text();
                if (axis.size.size() > 512) size.fail(203, "the size expression is longer than 512 characters.");
            } else {
                axis.size = std::to_string(size.integer(1, kMaxAxisSize));
            }
        }
        axis.dims = static_cast<int>(c.integerOr("dims", 1, 1, 8));
        axis.labels = c.textsOrNone("labels");
        axis.extra = extraText(unknownMembers(c, {"id", "name", "role", "size", "dims", "labels"}));
        m_circuit.axes.push_back(std::move(axis));
    }

    void readWire(const JsonCursor& c) {
        Wire wire;
        c.expectObject();
        wire.id = id(c.at("id"));
        if (c.has("dtype")) {
            const JsonCursor type = c.at("dtype");
            if (type.value().isObject()) {
                wire.dtype = "int:" + id(type.at("int"));
                type.onlyKeys({"int"});
            } else {
                wire.dtype = type.word({"real", "bool", "complex"});
            }
        }
        wire.axes = idsOrNone(c, "axes");
        wire.name = c.textOr("name", "");
        wire.extra = extraText(unknownMembers(c, {"id", "dtype", "axes", "name"}));
        m_circuit.wires.push_back(std::move(wire));
    }

    // Settings are truth values, numbers and texts; anything else belongs to kinds that are not known here.
    static bool readArgument(const JsonValue& value, ParamValue& out) {
        switch (value.type()) {
            case JsonValue::Type::Bool: out = value.asBool(); return true;
            case JsonValue::Type::String: out = value.raw(); return true;
            case JsonValue::Type::Number: break;
            default: return false;
        }
        const std::string& digits = value.raw();
        const char* end = digits.data() + digits.size();
        std::int64_t whole = 0;
        if (const auto r = std::from_chars(digits.data(), end, whole); r.ec == std::errc() && r.ptr == end) {
            out = whole;
            return digits == std::to_string(whole);
        }
        double number = 0;
        if (const auto r = std::from_chars(digits.data(), end, number); r.ec != std::errc() || r.ptr != end) return false;
        out = number;
        return true;
    }

    void readOperation(const JsonCursor& c) {
        Operation op;
        c.expectObject();
        op.id = id(c.at("id"));
        op.kind = id(c.at("kind"));
        op.in = idsOrNone(c, "in");
        op.out = idsOrNone(c, "out");
        JsonValue extra = unknownMembers(c, {"id", "kind", "in", "out", "target", "args", "name", "tie", "note"});
        if (c.has("target")) {
            const JsonCursor target = c.at("target");
            target.expectObject();
            op.targetIn = idsOrNone(target, "in");
            op.targetOut = idsOrNone(target, "out");
            if (JsonValue rest = unknownMembers(target, {"in", "out"}); !rest.members().empty()) extra.set("target", std::move(rest));
        }
        if (c.has("args")) {
            const JsonCursor args = c.at("args");
            args.expectObject();
            JsonValue rest = JsonValue::object();
            for (const auto& [name, value] : args.value().members()) {
                ParamValue held;
                if (readArgument(value, held))
                    op.args[name] = held;
                else
                    rest.add(name, value);
            }
            if (!rest.members().empty()) extra.set("args", std::move(rest));
        }
        op.name = c.textOr("name", "");
        op.tie = c.textOr("tie", "");
        op.note = c.textOr("note", "");
        op.extra = extraText(extra);
        m_circuit.operations.push_back(std::move(op));
    }

    void readGroup(const JsonCursor& c) {
        Group group;
        c.expectObject();
        group.id = id(c.at("id"));
        group.title = c.textOr("title", "");
        if (c.has("members")) {
            // Members may be as many as there are operations.
            const JsonCursor members = c.at("members");
            for (const JsonCursor& m : members.items()) group.members.push_back(id(m));
        }
        if (c.has("state")) group.open = c.at("state").word({"open", "closed"}) == "open";
        group.fill = c.textOr("fill", "");
        JsonValue extra = unknownMembers(c, {"id", "title", "members", "state", "fill", "repeat", "params", "lib"});
        if (c.has("repeat") && !c.at("repeat").value().isNull()) readRepeat(c.at("repeat"), group.repeat, extra);
        if (c.has("params")) {
            const JsonCursor params = c.at("params");
            params.expectObject();
            for (const auto& [name, value] : params.members())
                group.params[name] = value.value().type() == JsonValue::Type::Number ? std::to_string(value.integer(1, kMaxAxisSize))
                                                                                     : value.text();
        }
        group.block = c.textOr("lib", "");
        group.extra = extraText(extra);
        m_circuit.groups.push_back(std::move(group));
    }

    void readRepeat(const JsonCursor& c, Repeat& repeat, JsonValue& extra) {
        c.expectObject();
        const JsonCursor count = c.at("count");
        repeat.count = count.value().type() == JsonValue::Type::Number ? std::to_string(count.integer(1, 1'000'000)) : id(count);
        repeat.variable = c.textOr("var", "");
        if (c.has("weights")) repeat.shared = c.at("weights").word({"own", "shared"}) == "shared";
        if (JsonValue rest = unknownMembers(c, {"count", "var", "weights"}); !rest.members().empty()) extra.set("repeat", std::move(rest));
    }

    int column(const JsonCursor& parent, const std::string& name) {
        int value = 0;
        const auto r = std::from_chars(name.data(), name.data() + name.size(), value);
        if (r.ec != std::errc() || r.ptr != name.data() + name.size() || value < 0 || value > 1'000'000 || std::to_string(value) != name)
            parent.fail(203, "'" + name.substr(0, 40) + "' is not the number of a column.");
        return value;
    }

    void readLayout(const JsonCursor& c, JsonValue& extra) {
        c.expectObject();
        LayoutHints& hints = m_circuit.layout;
        if (c.has("rank"))
            for (const auto& [name, value] : c.at("rank").members()) hints.rank[name] = static_cast<int>(value.integer(0, 1'000'000));
        if (c.has("lanes"))
            for (const auto& [name, value] : c.at("lanes").members()) hints.lanes[column(c.at("lanes"), name)] = value.texts();
        if (c.has("order"))
            for (const auto& [name, value] : c.at("order").members()) hints.order[name] = value.texts();
        if (c.has("stretch"))
            for (const auto& [name, value] : c.at("stretch").members())
                hints.stretch[column(c.at("stretch"), name)] = static_cast<int>(value.integer(0, 100'000));
        if (JsonValue rest = unknownMembers(c, {"rank", "lanes", "order", "stretch"}); !rest.members().empty())
            extra.set("layout", std::move(rest));
    }

    // The JSON path of the item that an invariant complains about.
    std::string pathOf(const std::string& id) const {
        const auto in = [&](const auto& list, const char* name) -> std::string {
            for (std::size_t i = 0; i < list.size(); ++i)
                if (list[i].id == id) return "$." + std::string(name) + "[" + std::to_string(i) + "]";
            return {};
        };
        for (std::string path : {in(m_circuit.operations, "ops"), in(m_circuit.groups, "groups"), in(m_circuit.wires, "wires"),
                                 in(m_circuit.axes, "axes")})
            if (!path.empty()) return path;
        return "$";
    }

    void checkNesting() {
        std::unordered_map<std::string, std::string> parent;
        for (const Group& g : m_circuit.groups)
            for (const std::string& m : g.members) parent[m] = g.id;
        std::unordered_map<std::string, int> depth;
        for (const Group& g : m_circuit.groups) {
            int levels = 0;
            for (auto up = parent.find(g.id); up != parent.end() && levels <= kMaxNesting; up = parent.find(up->second)) ++levels;
            if (levels > kMaxNesting)
                m_report.fail(304, pathOf(g.id), "groups are nested deeper than " + std::to_string(kMaxNesting) + ".");
            if (!m_report.ok()) return;
        }
    }

    JsonReport m_report;
    JsonCursor m_root;
    std::string m_source;
    Circuit m_circuit;
};

void appendExtra(JsonValue& object, const JsonValue& extra, std::initializer_list<const char*> handled = {}) {
    for (const auto& [name, value] : extra.members())
        if (!oneOf(name, handled)) object.add(name, value);
}

JsonValue argumentValue(const ParamValue& value) {
    if (const bool* b = std::get_if<bool>(&value)) return JsonValue::boolean(*b);
    if (const std::int64_t* i = std::get_if<std::int64_t>(&value)) return JsonValue::integer(*i);
    if (const double* d = std::get_if<double>(&value)) return JsonValue::real(*d);
    return JsonValue::text(std::get<std::string>(value));
}

JsonValue writeAxis(const Axis& axis) {
    JsonValue out = JsonValue::object();
    out.set("id", JsonValue::text(axis.id));
    out.set("name", JsonValue::text(axis.name));
    out.set("role", JsonValue::text(roleName(axis.role)));
    // Whole numbers that a reader accepts are numbers; everything else is an expression.
    long number = 0;
    const char* end = axis.size.data() + axis.size.size();
    const auto parsed = std::from_chars(axis.size.data(), end, number);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == end && number >= 1 && number <= kMaxAxisSize &&
                       std::to_string(number) == axis.size;
    out.set("size", axis.size.empty() ? JsonValue() : whole ? JsonValue::integer(number) : JsonValue::text(axis.size));
    if (axis.dims != 1) out.set("dims", JsonValue::integer(axis.dims));
    if (!axis.labels.empty()) out.set("labels", JsonValue::texts(axis.labels));
    appendExtra(out, extraValue(axis.extra));
    return out;
}

JsonValue writeWire(const Wire& wire) {
    JsonValue out = JsonValue::object();
    out.set("id", JsonValue::text(wire.id));
    if (wire.dtype.rfind("int:", 0) == 0)
        out.set("dtype", JsonValue::object({{"int", JsonValue::text(wire.dtype.substr(4))}}));
    else
        out.set("dtype", JsonValue::text(wire.dtype));
    out.set("axes", JsonValue::texts(wire.axes));
    if (!wire.name.empty()) out.set("name", JsonValue::text(wire.name));
    appendExtra(out, extraValue(wire.extra));
    return out;
}

JsonValue writeOperation(const Operation& op) {
    const JsonValue extra = extraValue(op.extra);
    JsonValue out = JsonValue::object();
    out.set("id", JsonValue::text(op.id));
    out.set("kind", JsonValue::text(op.kind));
    out.set("in", JsonValue::texts(op.in));
    out.set("out", JsonValue::texts(op.out));
    const JsonValue* targetRest = extra.find("target");
    if (!op.targetIn.empty() || !op.targetOut.empty() || targetRest != nullptr) {
        JsonValue target = JsonValue::object();
        target.set("in", JsonValue::texts(op.targetIn));
        target.set("out", JsonValue::texts(op.targetOut));
        if (targetRest != nullptr) appendExtra(target, *targetRest);
        out.set("target", std::move(target));
    }
    const JsonValue* argsRest = extra.find("args");
    if (!op.args.empty() || argsRest != nullptr) {
        JsonValue args = JsonValue::object();
        for (const auto& [name, value] : op.args) args.add(name, argumentValue(value));
        if (argsRest != nullptr) appendExtra(args, *argsRest);
        out.set("args", std::move(args));
    }
    if (!op.name.empty()) out.set("name", JsonValue::text(op.name));
    if (!op.tie.empty()) out.set("tie", JsonValue::text(op.tie));
    if (!op.note.empty()) out.set("note", JsonValue::text(op.note));
    appendExtra(out, extra, {"target", "args"});
    return out;
}

JsonValue writeGroup(const Group& group) {
    JsonValue out = JsonValue::object();
    out.set("id", JsonValue::text(group.id));
    out.set("title", JsonValue::text(group.title));
    out.set("members", JsonValue::texts(group.members));
    out.set("state", JsonValue::text(group.open ? "open" : "closed"));
    if (!group.fill.empty()) out.set("fill", JsonValue::text(group.fill));
    const JsonValue extra = extraValue(group.extra);
    if (group.repeat) {
        JsonValue repeat = JsonValue::object();
        const std::string& count = group.repeat.count;
        const bool whole = count.size() <= 7 && count[0] != '0' && count.find_first_not_of("0123456789") == std::string::npos;
        repeat.set("count", whole ? JsonValue::integer(std::stol(count)) : JsonValue::text(count));
        if (!group.repeat.variable.empty()) repeat.set("var", JsonValue::text(group.repeat.variable));
        if (group.repeat.shared) repeat.set("weights", JsonValue::text("shared"));
        if (const JsonValue* rest = extra.find("repeat")) appendExtra(repeat, *rest);
        out.set("repeat", std::move(repeat));
    }
    if (!group.block.empty()) out.set("lib", JsonValue::text(group.block));
    if (!group.params.empty()) {
        JsonValue params = JsonValue::object();
        for (const auto& [name, value] : group.params) params.set(name, JsonValue::text(value));
        out.set("params", std::move(params));
    }
    appendExtra(out, extra, {"repeat"});
    return out;
}

JsonValue writeLayout(const LayoutHints& hints, const JsonValue* rest) {
    JsonValue out = JsonValue::object();
    // Columns in their numerical order.
    if (!hints.rank.empty()) {
        JsonValue& rank = out.set("rank", JsonValue::object());
        for (const auto& [op, column] : hints.rank) rank.add(op, JsonValue::integer(column));
    }
    if (!hints.lanes.empty()) {
        JsonValue& lanes = out.set("lanes", JsonValue::object());
        for (const auto& [column, wires] : hints.lanes) lanes.add(std::to_string(column), JsonValue::texts(wires));
    }
    if (!hints.order.empty()) {
        JsonValue& order = out.set("order", JsonValue::object());
        for (const auto& [wire, axes] : hints.order) order.add(wire, JsonValue::texts(axes));
    }
    if (!hints.stretch.empty()) {
        JsonValue& stretch = out.set("stretch", JsonValue::object());
        for (const auto& [column, gap] : hints.stretch) stretch.add(std::to_string(column), JsonValue::integer(gap));
    }
    if (rest != nullptr) appendExtra(out, *rest);
    return out;
}

}  // namespace

Result<Circuit> circuitFromJson(const JsonValue& value, const std::string& source) { return Reader(value, source).run(); }

Result<Circuit> circuitFromJson(std::string_view bytes, const std::string& source) {
    const Result<JsonValue> tree = parseJson(bytes, source);
    if (!tree) return tree.error();
    return circuitFromJson(*tree, source);
}

Result<Circuit> circuitFromJson(const QByteArray& bytes, const std::string& source) {
    return circuitFromJson(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())), source);
}

JsonValue circuitToJsonValue(const Circuit& circuit) {
    const JsonValue extra = extraValue(circuit.extra);
    JsonValue root = JsonValue::object();
    root.set("ncd", JsonValue::integer(kFormat));
    root.set("title", JsonValue::text(circuit.title));
    if (const JsonValue* theme = extra.find("theme")) root.set("theme", *theme);
    const auto listOf = [](const auto& items, auto write) {
        JsonValue out = JsonValue::array();
        for (const auto& item : items) out.push(write(item));
        return out;
    };
    root.set("axes", listOf(circuit.axes, writeAxis));
    root.set("wires", listOf(circuit.wires, writeWire));
    root.set("ops", listOf(circuit.operations, writeOperation));
    root.set("groups", listOf(circuit.groups, writeGroup));
    root.set("layout", writeLayout(circuit.layout, extra.find("layout")));
    for (const char* name : {"rules", "notes", "view", "data", "run"})
        if (const JsonValue* value = extra.find(name)) root.set(name, *value);
    appendExtra(root, extra, {"theme", "layout", "rules", "notes", "view", "data", "run"});
    return root;
}

QByteArray circuitToJson(const Circuit& circuit) {
    const std::string text = writeJson(circuitToJsonValue(circuit), kPackFrom) + "\n";
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace lab

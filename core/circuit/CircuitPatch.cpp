#include "core/circuit/CircuitPatch.h"

#include <algorithm>
#include <unordered_map>

namespace lab {

namespace {

template <class Item>
std::unordered_map<std::string, std::size_t> placesOf(const std::vector<Item>& list) {
    std::unordered_map<std::string, std::size_t> out;
    out.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) out.emplace(list[i].id, i);
    return out;
}

template <class Item>
ListPatch<Item> diffList(const std::vector<Item>& before, const std::vector<Item>& after) {
    ListPatch<Item> patch;
    if (before == after) return patch;
    const auto oldPlaces = placesOf(before);
    const auto newPlaces = placesOf(after);
    std::vector<std::string> oldOrder;
    std::vector<std::string> newOrder;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto now = newPlaces.find(before[i].id);
        if (now == newPlaces.end()) {
            patch.removed.push_back({i, before[i]});
            continue;
        }
        oldOrder.push_back(before[i].id);
        if (!(before[i] == after[now->second])) patch.changed.emplace_back(before[i], after[now->second]);
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (oldPlaces.find(after[i].id) == oldPlaces.end())
            patch.inserted.push_back({i, after[i]});
        else
            newOrder.push_back(after[i].id);
    }
    if (oldOrder != newOrder) {
        patch.orderBefore = std::move(oldOrder);
        patch.orderAfter = std::move(newOrder);
    }
    return patch;
}

// False where the list is not the one before.
template <class Item>
bool applyList(std::vector<Item>& list, const ListPatch<Item>& patch) {
    if (patch.empty()) return true;
    std::vector<Item> kept;
    kept.reserve(list.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (next < patch.removed.size() && patch.removed[next].index == i) {
            if (!(patch.removed[next].item == list[i])) return false;
            ++next;
        } else {
            kept.push_back(std::move(list[i]));
        }
    }
    if (next != patch.removed.size()) return false;
    if (!patch.orderAfter.empty()) {
        if (kept.size() != patch.orderBefore.size() || kept.size() != patch.orderAfter.size()) return false;
        for (std::size_t i = 0; i < kept.size(); ++i)
            if (kept[i].id != patch.orderBefore[i]) return false;
        const auto places = placesOf(kept);
        std::vector<Item> moved;
        moved.reserve(kept.size());
        for (const std::string& id : patch.orderAfter) {
            const auto at = places.find(id);
            if (at == places.end()) return false;
            moved.push_back(kept[at->second]);
        }
        kept = std::move(moved);
    }
    const auto places = placesOf(kept);
    for (const auto& [before, after] : patch.changed) {
        const auto at = places.find(before.id);
        if (at == places.end() || !(kept[at->second] == before)) return false;
        kept[at->second] = after;
    }
    for (const auto& added : patch.inserted) {
        if (added.index > kept.size() || places.find(added.item.id) != places.end()) return false;
        kept.insert(kept.begin() + static_cast<std::ptrdiff_t>(added.index), added.item);
    }
    list = std::move(kept);
    return true;
}

template <class Value>
void diffValue(const Value& before, const Value& after, std::optional<std::pair<Value, Value>>& out) {
    if (!(before == after)) out.emplace(before, after);
}

template <class Value>
bool applyValue(Value& value, const std::optional<std::pair<Value, Value>>& change) {
    if (!change) return true;
    if (!(value == change->first)) return false;
    value = change->second;
    return true;
}

template <class Item>
ListPatch<Item> inverseList(const ListPatch<Item>& patch) {
    ListPatch<Item> out;
    out.removed = patch.inserted;
    out.inserted = patch.removed;
    out.orderBefore = patch.orderAfter;
    out.orderAfter = patch.orderBefore;
    for (const auto& [before, after] : patch.changed) out.changed.emplace_back(after, before);
    return out;
}

template <class Value>
std::optional<std::pair<Value, Value>> inverseValue(const std::optional<std::pair<Value, Value>>& change) {
    if (!change) return std::nullopt;
    return std::make_pair(change->second, change->first);
}

}  // namespace

CircuitPatch diff(const Circuit& before, const Circuit& after) {
    CircuitPatch patch;
    patch.axes = diffList(before.axes, after.axes);
    patch.wires = diffList(before.wires, after.wires);
    patch.operations = diffList(before.operations, after.operations);
    patch.groups = diffList(before.groups, after.groups);
    diffValue(before.title, after.title, patch.title);
    diffValue(before.extra, after.extra, patch.extra);
    diffValue(before.layout, after.layout, patch.layout);
    return patch;
}

Result<void> apply(Circuit& circuit, const CircuitPatch& patch) {
    Circuit work = circuit;
    const char* part = !applyList(work.axes, patch.axes)               ? "axes"
                       : !applyList(work.wires, patch.wires)           ? "wires"
                       : !applyList(work.operations, patch.operations) ? "operations"
                       : !applyList(work.groups, patch.groups)         ? "groups"
                       : !applyValue(work.title, patch.title)          ? "title"
                       : !applyValue(work.extra, patch.extra)          ? "other members"
                       : !applyValue(work.layout, patch.layout)        ? "layout"
                                                                       : nullptr;
    if (part != nullptr)
        return Error{"LAB-CIRCUIT-501", std::string("the change does not fit this circuit: its ") + part + " differ.", part,
                     "It was made for another state of the circuit."};
    circuit = std::move(work);
    return {};
}

CircuitPatch inverse(const CircuitPatch& patch) {
    CircuitPatch out;
    out.axes = inverseList(patch.axes);
    out.wires = inverseList(patch.wires);
    out.operations = inverseList(patch.operations);
    out.groups = inverseList(patch.groups);
    out.title = inverseValue(patch.title);
    out.extra = inverseValue(patch.extra);
    out.layout = inverseValue(patch.layout);
    return out;
}

}  // namespace lab

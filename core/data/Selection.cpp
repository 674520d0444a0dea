#include "core/data/Selection.h"

#include "core/base/Assert.h"
#include "core/base/Rng.h"

#include <algorithm>
#include <charconv>

namespace lab {

namespace {

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lowered(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

int classCalled(const DataSchema& schema, const std::string& token) {
    for (std::size_t c = 0; c < schema.classNames.size(); ++c)
        if (lowered(schema.classNames[c]) == lowered(token)) return static_cast<int>(c);
    int number = -1;
    const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), number);
    if (problem != std::errc() || end != token.data() + token.size() || number >= schema.classes) return -1;
    return number;
}

std::string someNames(const DataSchema& schema) {
    std::string out;
    const std::size_t shown = std::min<std::size_t>(schema.classNames.size(), 20);
    for (std::size_t c = 0; c < shown; ++c) out += (c == 0 ? "" : ", ") + schema.classNames[c];
    return shown < schema.classNames.size() ? out + ", ..." : out;
}

}  // namespace

Result<std::vector<int>> selectClasses(const DataSchema& schema, const std::string& text) {
    std::vector<int> out;
    if (trimmed(text).empty()) {
        for (int c = 0; c < schema.classes; ++c) out.push_back(c);
        return out;
    }
    std::size_t at = 0;
    while (at <= text.size()) {
        const std::size_t end = std::min(text.find_first_of(",;+", at), text.size());
        const std::string token = trimmed(text.substr(at, end - at));
        const int c = classCalled(schema, token);
        if (c < 0)
            return Error{"LAB-DATA-201", "there is no class '" + token + "' in " + schema.title + ".", "classes=" + text,
                         "Its classes are " + someNames(schema) + "; their numbers from 0 are understood too."};
        if (std::find(out.begin(), out.end(), c) != out.end())
            return Error{"LAB-DATA-202", "the class '" + token + "' is named twice.", "classes=" + text,
                         "Name each class once."};
        out.push_back(c);
        at = end + 1;
    }
    if (out.size() < 2)
        return Error{"LAB-DATA-203", "only one class is chosen, but there must be two to tell apart.", "classes=" + text,
                     "Add a class, or leave the list empty to take all."};
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<Index> stratifiedPick(const std::vector<int>& labels, const std::vector<Index>& pool, int classes, Index count,
                                  std::uint64_t seed, std::uint64_t salt) {
    const Index total = static_cast<Index>(pool.size());
    LAB_ASSERT(count >= 0 && count <= total && classes >= 1);
    if (count == total) return pool;
    std::vector<std::vector<Index>> members(static_cast<std::size_t>(classes));
    for (const Index i : pool) members[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])].push_back(i);

    // Quotas by largest remainder; equal remainders go to the lower class.
    std::vector<Index> quota(members.size());
    std::vector<std::pair<Index, std::size_t>> remainder;
    Index given = 0;
    for (std::size_t c = 0; c < members.size(); ++c) {
        const Index product = static_cast<Index>(members[c].size()) * count;
        quota[c] = product / total;
        given += quota[c];
        remainder.emplace_back(-(product % total), c);
    }
    std::sort(remainder.begin(), remainder.end());
    for (std::size_t k = 0; given < count; ++k, ++given) ++quota[remainder[k].second];

    std::vector<Index> out;
    out.reserve(static_cast<std::size_t>(count));
    const Stream stream(seed, Purpose::Split, salt);
    for (std::size_t c = 0; c < members.size(); ++c) {
        // The members with the smallest random keys: a key depends on the sample alone, not on its neighbours.
        std::vector<std::pair<std::uint64_t, Index>> keyed;
        keyed.reserve(members[c].size());
        for (const Index i : members[c]) keyed.emplace_back(stream.bitsAt(static_cast<std::uint64_t>(i)), i);
        std::sort(keyed.begin(), keyed.end());
        for (Index k = 0; k < quota[c]; ++k) out.push_back(keyed[static_cast<std::size_t>(k)].second);
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace lab

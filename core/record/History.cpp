#include "core/record/History.h"

#include "core/base/Assert.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {

namespace {

constexpr std::size_t kFan = 8;  // points per block of the lowest level, blocks per block above

}  // namespace

Series::Extremes Series::merge(Extremes a, Extremes b) const {
    if (a.low == kNone) return b;
    if (b.low == kNone) return a;
    return {m_points[b.low].y < m_points[a.low].y ? b.low : a.low, m_points[b.high].y > m_points[a.high].y ? b.high : a.high};
}

void Series::append(double x, double y) {
    const std::size_t index = m_points.size();
    LAB_ASSERT(index < kNone);
    m_points.append({x, y});
    // A block of a level is finished when its last point arrives; it is made of the blocks below.
    std::size_t block = kFan;
    for (std::size_t level = 0; (index + 1) % block == 0; ++level, block *= kFan) {
        Extremes found{kNone, kNone};
        if (level == 0) {
            for (std::size_t i = index + 1 - kFan; i <= index; ++i)
                if (std::isfinite(m_points[i].y))
                    found = merge(found, {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i)});
        } else {
            const ChunkedLog<Extremes>& below = m_levels[level - 1];
            for (std::size_t i = below.size() - kFan; i < below.size(); ++i) found = merge(found, below[i]);
        }
        if (m_levels.size() == level) m_levels.emplace_back();
        m_levels[level].append(found);
        if (block > (std::numeric_limits<std::size_t>::max)() / kFan) break;
    }
}

Series::Extremes Series::extremesOf(std::size_t begin, std::size_t end) const {
    Extremes found{kNone, kNone};
    std::size_t i = begin;
    while (i < end) {
        // The largest finished block that starts here and fits.
        std::size_t block = 1;
        std::size_t level = 0;
        while (level < m_levels.size() && i % (block * kFan) == 0 && i + block * kFan <= end &&
               i / (block * kFan) < m_levels[level].size()) {
            block *= kFan;
            ++level;
        }
        if (level == 0) {
            if (std::isfinite(m_points[i].y))
                found = merge(found, {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i)});
        } else {
            found = merge(found, m_levels[level - 1][i / block]);
        }
        i += block;
    }
    return found;
}

std::vector<CurvePoint> Series::thin(double from, double to, std::size_t most) const {
    LAB_ASSERT(most >= 4);
    const auto firstAtLeast = [&](double x) {
        std::size_t low = 0;
        std::size_t high = m_points.size();
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (m_points[middle].x < x)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    };
    const std::size_t begin = firstAtLeast(from);
    std::size_t end = firstAtLeast(to);
    while (end < m_points.size() && m_points[end].x <= to) ++end;

    std::vector<CurvePoint> out;
    if (begin >= end) return out;
    const std::size_t count = end - begin;
    if (count <= most) {
        out.reserve(count);
        for (std::size_t i = begin; i < end; ++i) out.push_back(m_points[i]);
        return out;
    }
    const std::size_t pieces = most / 2;
    out.reserve(2 * pieces);
    for (std::size_t p = 0; p < pieces; ++p) {
        const std::size_t a = begin + count * p / pieces;
        const std::size_t b = begin + count * (p + 1) / pieces;
        const Extremes e = extremesOf(a, b);
        if (e.low == kNone) {
            out.push_back({m_points[a].x, std::numeric_limits<double>::quiet_NaN()});
            continue;
        }
        const std::uint32_t first = std::min(e.low, e.high);
        const std::uint32_t second = std::max(e.low, e.high);
        out.push_back(m_points[first]);
        if (second != first) out.push_back(m_points[second]);
    }
    return out;
}

std::vector<CurvePoint> Series::all() const {
    std::vector<CurvePoint> out;
    out.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) out.push_back(m_points[i]);
    return out;
}

namespace {

int findSeries(const std::vector<SeriesInfo>& infos, const std::string& id, int layer) {
    for (std::size_t i = 0; i < infos.size(); ++i)
        if (infos[i].id == id && infos[i].layer == layer) return static_cast<int>(i);
    return -1;
}

}  // namespace

int HistoryView::find(const std::string& id, int layer) const { return findSeries(m_infos, id, layer); }

int History::find(const std::string& id, int layer) const { return findSeries(m_infos, id, layer); }

int History::add(SeriesInfo info) {
    m_infos.push_back(std::move(info));
    m_series.emplace_back();
    return static_cast<int>(m_infos.size()) - 1;
}

}  // namespace lab

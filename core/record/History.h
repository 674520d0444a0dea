// Curves of a run: every value ever published, thinned for drawing by a minimum/maximum pyramid, so that a curve never
// gets more points than pixels can show and no peak is lost. One thread appends; any thread reads an immutable view.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lab {

struct SeriesInfo {
    std::string id;      // "train_loss", "test_accuracy", or a channel id
    std::string title;
    std::string symbol;  // label markup
    std::string unit;
    std::string panel;   // series with the same panel share one chart: "loss", "accuracy", or a channel id
    int layer = -1;      // -1 = whole network
    std::string layerTitle;
    bool logarithmic = false;

    bool operator==(const SeriesInfo&) const = default;
};

struct CurvePoint {
    double x;  // step
    double y;
};

// Values appended in chunks whose addresses never move. A view copies the chunk pointers and the count, so appending
// goes on beside it: positions below the count are never written again.
template <class T>
class ChunkedLog {
public:
    static constexpr std::size_t kChunk = 4096;
    using Chunk = std::array<T, kChunk>;

    void append(const T& value) {
        if (m_size % kChunk == 0) m_chunks.push_back(std::make_shared<Chunk>());
        (*m_chunks.back())[m_size % kChunk] = value;
        ++m_size;
    }
    const T& operator[](std::size_t i) const { return (*m_chunks[i / kChunk])[i % kChunk]; }
    std::size_t size() const { return m_size; }

private:
    std::vector<std::shared_ptr<Chunk>> m_chunks;
    std::size_t m_size = 0;
};

// One series: points in order of x, and a pyramid of extremes over blocks of 8, 64, 512, ... points.
class Series {
public:
    void append(double x, double y);
    std::size_t size() const { return m_points.size(); }
    CurvePoint point(std::size_t i) const { return m_points[i]; }
    // At most `most` points (most >= 4) with x in [from, to], in order of x, the smallest and largest value of every
    // piece among them. Non-finite values are no extremes; a piece of nothing else becomes one point with y = NaN.
    std::vector<CurvePoint> thin(double from, double to, std::size_t most) const;
    std::vector<CurvePoint> all() const;

private:
    struct Extremes {
        std::uint32_t low;   // index of the smallest value; kNone if the block has no finite value
        std::uint32_t high;
    };
    static constexpr std::uint32_t kNone = 0xFFFFFFFFu;
    Extremes extremesOf(std::size_t begin, std::size_t end) const;
    Extremes merge(Extremes a, Extremes b) const;

    ChunkedLog<CurvePoint> m_points;
    std::vector<ChunkedLog<Extremes>> m_levels;
};

// An immutable view of all series at one moment.
class HistoryView {
public:
    HistoryView() = default;
    HistoryView(std::vector<SeriesInfo> infos, std::vector<Series> series)
        : m_infos(std::move(infos)), m_series(std::move(series)) {}

    const std::vector<SeriesInfo>& series() const { return m_infos; }
    std::size_t count(std::size_t i) const { return m_series[i].size(); }
    std::vector<CurvePoint> thin(std::size_t i, double from, double to, std::size_t most) const {
        return m_series[i].thin(from, to, most);
    }
    std::vector<CurvePoint> all(std::size_t i) const { return m_series[i].all(); }
    CurvePoint last(std::size_t i) const { return m_series[i].point(m_series[i].size() - 1); }
    // Index of a series; -1 if there is none.
    int find(const std::string& id, int layer = -1) const;

private:
    std::vector<SeriesInfo> m_infos;
    std::vector<Series> m_series;
};

// The writer's side.
class History {
public:
    int add(SeriesInfo info);
    int find(const std::string& id, int layer = -1) const;
    void append(int series, double x, double y) { m_series[static_cast<std::size_t>(series)].append(x, y); }
    std::size_t size() const { return m_infos.size(); }
    const SeriesInfo& info(int series) const { return m_infos[static_cast<std::size_t>(series)]; }
    const Series& series(int series) const { return m_series[static_cast<std::size_t>(series)]; }
    std::shared_ptr<const HistoryView> view() const { return std::make_shared<HistoryView>(m_infos, m_series); }

private:
    std::vector<SeriesInfo> m_infos;
    std::vector<Series> m_series;
};

}  // namespace lab

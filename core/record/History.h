// Curves of a run: every value ever published, thinned for drawing by a minimum/maximum pyramid, so that a curve never
// gets more points than pixels can show and no peak is lost.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lab {

struct SeriesInfo {
    std::string id;      // "train_loss", "test_accuracy", "goodness_positive"
    std::string title;
    std::string symbol;  // label markup
    std::string unit;
    std::string panel;   // series with the same panel share one chart: "loss", "accuracy", or a channel id
    int layer = -1;      // -1 = whole network
    std::string layerTitle;
    bool logarithmic = false;
};

struct CurvePoint {
    double x;  // step
    double y;
};

// Append-only values of one series with a pyramid of (min, max) over blocks of 8, 64, 512, ... values.
// Append is amortised constant; reading a range costs as much as the points that come out.
class Series {
public:
    void append(double x, double y);
    std::size_t size() const { return m_points.size(); }
    const CurvePoint& back() const { return m_points.back(); }
    const std::vector<CurvePoint>& points() const { return m_points; }
    // At most `most` points (most >= 4) over x in [from, to], in order of x, minima and maxima of every piece kept;
    // non-finite values are left out and reported as gaps by a point with y = NaN.
    std::vector<CurvePoint> thin(double from, double to, std::size_t most) const;

private:
    struct Extreme { std::uint32_t low; std::uint32_t high; };  // indices of the smallest and largest value of a block
    std::vector<CurvePoint> m_points;
    std::vector<std::vector<Extreme>> m_levels;
};

// An immutable view of all series. Publishing shares the finished blocks; nothing is copied point by point.
class HistoryView {
public:
    virtual ~HistoryView() = default;
    virtual const std::vector<SeriesInfo>& series() const = 0;
    virtual std::size_t count(std::size_t series) const = 0;
    virtual std::vector<CurvePoint> thin(std::size_t series, double from, double to, std::size_t most) const = 0;
    virtual std::vector<CurvePoint> all(std::size_t series) const = 0;  // for CSV
};

}  // namespace lab

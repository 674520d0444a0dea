// NoProp-DT: blocks that each learn to remove noise from the label, and never see each other.
#pragma once

#include "core/rules/RuleDescription.h"

#include <vector>

namespace lab {

// Noise schedule of T blocks: t = 0 is noise, t = T is almost the label.
struct DenoisingSchedule {
    // ~alpha_t = eps + (1 - 2 eps) sin^2(pi t / (2 T)), t = 0..T.
    DenoisingSchedule(int blocks, double eps, double eta);

    std::vector<double> alphaBar;  // T + 1 entries
    // Of z_t given z_{t-1} and the label, entry t - 1 for t = 1..T: mean a_t u_y + b_t z_{t-1}, variance c_t.
    std::vector<double> a, b, c;
    std::vector<double> weight;  // w_t = (T / 2) eta (SNR(t) - SNR(t-1))

    double snr(int t) const { return alphaBar[static_cast<std::size_t>(t)] / (1 - alphaBar[static_cast<std::size_t>(t)]); }
};

RuleDescription describeNoProp();

}  // namespace lab

// How much of the machine the window may take from a running engine. Every frame earns a share of the processor time that passed
// on all cores, and pays what the window's thread and the figures really used; views are refreshed, the stalest first, as
// far as the balance goes. On a machine with many cores all views move at every frame; on two cores they take turns.
#pragma once

namespace lab {

class FrameBudget {
public:
    // `share`: of all `cores`, in (0, 1].
    FrameBudget(double share, int cores) : m_share(share * static_cast<double>(cores)) {}

    // A frame: `elapsed` ms have passed since the last one, in which the window used `spent` ms of processor time.
    void frame(double elapsed, double spent) {
        if (m_granted > 0) m_cost += kLearn * (spent / m_granted - m_cost);
        m_granted = 0;
        m_balance += m_share * elapsed - spent;
        // What was saved up while nothing moved is not spent at once; a long drag of the mouse is not paid off for seconds.
        if (m_balance > kMost) m_balance = kMost;
        if (m_balance < -kMost) m_balance = -kMost;
    }

    // How many of `waiting` views may be refreshed in this frame.
    int grant(int waiting) {
        if (m_balance <= 0 || waiting <= 0) return 0;
        const double affordable = m_cost > 0 ? m_balance / m_cost : 1.0;
        m_granted = affordable >= waiting ? waiting : affordable < 1.0 ? 1 : static_cast<int>(affordable);
        return m_granted;
    }

private:
    static constexpr double kMost = 30;     // ms
    static constexpr double kLearn = 0.1;   // of a new measurement in the running mean

    double m_share;
    double m_balance = kMost;
    double m_cost = 0;  // ms a refreshed view costs
    int m_granted = 0;
};

}  // namespace lab

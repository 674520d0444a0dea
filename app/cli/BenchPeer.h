// Another program that trains the same network, run beside the lab: a script that answers "train for so many seconds".
#pragma once

#include "core/base/Result.h"

#include <QProcess>
#include <QTemporaryFile>

#include <memory>

namespace lab {

class BenchPeer {
public:
    // `script`: a path, or "builtin" for the one that the program carries. An error where it does not start (no Python, no
    // PyTorch): LAB-CLI-112.
    static Result<std::unique_ptr<BenchPeer>> start(const QString& script, const QString& rule, const QString& widths, long batch,
                                                    int threads);
    ~BenchPeer();

    // Steps per second over about this time; 0 where the peer has gone.
    double measure(double seconds);
    const std::string& name() const { return m_name; }

private:
    BenchPeer() = default;
    std::unique_ptr<QTemporaryFile> m_copy;
    QProcess m_process;
    std::string m_name;
};

}  // namespace lab

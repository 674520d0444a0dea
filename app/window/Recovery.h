// Autosave to a shadow file beside nothing the user owns, and its recovery after a crash. Recovery is offered, never
// imposed; a shadow file belongs to one process and goes when that process ends in order.
#pragma once

#include "core/base/Result.h"

#include <QDateTime>
#include <QLockFile>
#include <QString>

#include <memory>
#include <vector>

namespace lab {

// $XDG_STATE_HOME/forward-lab, or ~/.local/state/forward-lab; made where it is missing.
QString stateFolder();

class Recovery {
public:
    explicit Recovery(QString folder = stateFolder());
    ~Recovery();  // an orderly end: the shadow file is removed

    // Where this process puts its shadow copy. `original` (may be empty) is remembered beside it.
    QString shadowPath() const { return m_shadow; }
    Result<void> write(const std::string& bytes, const QString& original);
    // After saving: nothing to recover any more.
    void clear();

    struct Left {
        QString shadow;
        QString original;  // path of the document, may be empty
        QDateTime when;
        std::shared_ptr<QLockFile> lock;  // held while it is being decided on
    };
    // Shadow files whose process is gone, newest first.
    std::vector<Left> leftBehind() const;
    static void discard(const Left& left);

private:
    QString m_folder;
    QString m_shadow;
    std::unique_ptr<QLockFile> m_lock;
};

}  // namespace lab

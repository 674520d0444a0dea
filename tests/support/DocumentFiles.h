// Documents to and from files in one step, as the window does it with the file work on another thread.
#pragma once

#include "app/window/Document.h"
#include "core/io/Project.h"

namespace lab::test {

inline Result<void> saveDocument(Document& document, const QString& path, const Project& project) {
    if (const Result<void> saved = saveProject(path.toStdString(), project); !saved) return saved;
    document.saved(path, project);
    return {};
}

inline Result<void> openDocument(Document& document, const QString& path) {
    Result<Project> project = openProject(path.toStdString());
    if (!project) return project.error();
    document.adopt(std::move(*project), path);
    return {};
}

inline Result<void> recoverDocument(Document& document, const QString& shadow, const QString& original) {
    Result<Project> project = openProject(shadow.toStdString());
    if (!project) return project.error();
    document.adoptRecovered(std::move(*project), original);
    return {};
}

}  // namespace lab::test

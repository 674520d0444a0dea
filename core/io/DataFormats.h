// The one list of file formats of data sets. What opens a path, the file dialog's filters, drag and drop and the
// documentation are all generated from it.
#pragma once

#include "core/data/Dataset.h"
#include "core/io/Bytes.h"
#include "core/params/ParamSpec.h"

#include <functional>
#include <span>

namespace lab {

// What is looked at to tell formats apart: the name, and the beginning of the content (already decompressed).
struct DataProbe {
    std::string path;
    bool isFolder = false;
    Bytes head;
};

struct DataFormat {
    std::string id;
    std::string title;
    std::vector<std::string> extensions;  // lower case, without the dot; for dialogs
    std::string reads;                    // one or two sentences: what it reads, and how labels are found
    std::vector<ParamSpec> options;
    std::function<bool(const DataProbe&)> accepts;
    // Samples that need more than `inMemory` bytes stay on disk where the format allows it.
    std::function<Result<Dataset>(const std::string& path, const ParamSet& options, std::uint64_t inMemory)> read;
};

// In the order in which they are asked: marks in the content first, guesses last.
const std::vector<DataFormat>& dataFormats();

// The format of an existing file or folder. Errors: LAB-DATA-171 nothing there, LAB-DATA-173 no format fits (the message
// says how the content begins), LAB-DATA-174 empty, LAB-IO-10x.
Result<const DataFormat*> formatOf(const std::string& path);

// The whole content, decompressed where it is gzip. Errors: those of Bytes.h and Gzip.h.
Result<Bytes> readContent(const std::string& path, std::uint64_t limit);

}  // namespace lab

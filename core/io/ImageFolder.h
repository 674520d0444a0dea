// A folder of PNG and JPEG images, one folder per class; or folders train and test that hold such folders.
#pragma once

#include "core/base/Result.h"
#include "core/data/Dataset.h"

#include <string>

namespace lab {

struct ImageFolderOptions {
    Index height = 0;  // every image is resized to height x width; 0: they must be of one size
    Index width = 0;
    enum class Colour { Auto, Grey, Rgb } colour = Colour::Auto;  // Auto: grey where every image is grey
};

// Does the folder have a folder with an image in it, directly or below train?
bool looksLikeImageFolder(const std::string& path);

// Classes are the names of the folders in byte order, samples come in byte order of their file names, whatever the
// language of the system. Transparency is ignored; files that are not called .png, .jpg or .jpeg, and hidden ones, are
// passed over. Errors: LAB-DATA-161 fewer than two class folders, LAB-DATA-162 a class without images,
// LAB-DATA-163 an image that cannot be read, LAB-DATA-164 different sizes, LAB-DATA-165 too large.
Result<Dataset> readImageFolder(const std::string& path, const ImageFolderOptions& options = {});

}  // namespace lab

#include "core/io/ImageFolder.h"

#include "core/data/Tensors.h"

#include <QDir>
#include <QFileInfo>
#include <QImage>
#include <QImageReader>

#include <algorithm>
#include <cstdint>

namespace lab {

namespace {

constexpr int kMaxSide = 8192;
constexpr int kAllocationMegabytes = 512;
constexpr std::uint64_t kMaxValues = std::uint64_t(1) << 30;  // 4 GiB in single precision

std::vector<std::string> sortedNames(const std::string& folder, QDir::Filters filter) {
    std::vector<std::string> out;
    const QDir dir(QString::fromStdString(folder));
    for (const QString& name : dir.entryList(filter | QDir::NoDotAndDotDot, QDir::Unsorted))
        out.push_back(name.toStdString());
    std::sort(out.begin(), out.end());  // by bytes: the same on every system
    return out;
}

bool isImageName(const std::string& name) {
    const QString suffix = QFileInfo(QString::fromStdString(name)).suffix().toLower();
    return suffix == "png" || suffix == "jpg" || suffix == "jpeg";
}

std::vector<std::string> imagesIn(const std::string& folder) {
    std::vector<std::string> out;
    for (const std::string& name : sortedNames(folder, QDir::Files))
        if (isImageName(name)) out.push_back(name);
    return out;
}

bool hasClasses(const std::string& folder) {
    for (const std::string& name : sortedNames(folder, QDir::Dirs))
        if (!imagesIn(folder + "/" + name).empty()) return true;
    return false;
}

struct Picture {
    std::string path;
    int label;
};

// Pixels of all pictures as bytes, three per pixel, until it is known whether colour matters.
struct Pixels {
    Index height = 0, width = 0;
    std::string firstPath;
    bool colourful = false;
    std::vector<std::uint8_t> rgb;
};

Result<void> append(const std::string& path, const ImageFolderOptions& options, Pixels& pixels) {
    QImageReader reader(QString::fromStdString(path));
    // The content decides, not the name: a mislabelled file is read as what it is.
    reader.setDecideFormatFromContent(true);
    const QSize size = reader.size();
    const QByteArray format = reader.format();
    const auto unreadable = [&](const std::string& why) {
        return Error{"LAB-DATA-163", "the image cannot be read: " + why + ".", path, "Remove it, or save it again as PNG."};
    };
    if (format != "png" && format != "jpeg") return unreadable("it is neither PNG nor JPEG");
    if (!size.isValid() || size.isEmpty()) return unreadable("its size is not known");
    if (size.width() > kMaxSide || size.height() > kMaxSide)
        return Error{"LAB-DATA-165",
                     "the image has " + std::to_string(size.height()) + " x " + std::to_string(size.width()) +
                         " pixels, but at most " + std::to_string(kMaxSide) + " a side are read.",
                     path, "Scale it down first."};
    QImage image = reader.read();
    if (image.isNull()) return unreadable(reader.errorString().toStdString());
    if (options.height > 0 && (image.height() != options.height || image.width() != options.width))
        image = image.scaled(static_cast<int>(options.width), static_cast<int>(options.height), Qt::IgnoreAspectRatio,
                             Qt::SmoothTransformation);
    if (pixels.height == 0) {
        pixels.height = image.height();
        pixels.width = image.width();
        pixels.firstPath = path;
    }
    if (image.height() != pixels.height || image.width() != pixels.width)
        return Error{"LAB-DATA-164",
                     "the image has " + std::to_string(image.height()) + " x " + std::to_string(image.width()) +
                         " pixels, but " + pixels.firstPath + " has " + std::to_string(pixels.height) + " x " +
                         std::to_string(pixels.width) + ".",
                     path, "Give size=HxW to resize all of them."};
    image = image.convertToFormat(QImage::Format_RGB888);
    if (image.isNull()) return unreadable("memory is short");
    for (int r = 0; r < image.height(); ++r) {
        const std::uint8_t* line = image.constScanLine(r);
        pixels.rgb.insert(pixels.rgb.end(), line, line + 3 * image.width());
        for (int c = 0; c < image.width() && !pixels.colourful; ++c)
            pixels.colourful = line[3 * c] != line[3 * c + 1] || line[3 * c] != line[3 * c + 2];
    }
    return {};
}

Result<std::vector<Picture>> listPictures(const std::string& folder, const std::vector<std::string>& classes) {
    std::vector<Picture> out;
    for (std::size_t c = 0; c < classes.size(); ++c) {
        const std::string inside = folder + "/" + classes[c];
        const std::vector<std::string> names = imagesIn(inside);
        if (names.empty())
            return Error{"LAB-DATA-162", "the folder of the class '" + classes[c] + "' holds no PNG or JPEG image.", inside,
                         "Fill it, or remove it."};
        for (const std::string& name : names) out.push_back({inside + "/" + name, static_cast<int>(c)});
    }
    return out;
}

// Luma weights of ITU-R BT.601, as for JPEG.
Samples toSamples(const std::vector<Picture>& pictures, const std::uint8_t* rgb, Index area, bool colour) {
    Samples out;
    out.x.resize(static_cast<Index>(pictures.size()), colour ? 3 * area : area);
    for (Index n = 0; n < out.x.rows(); ++n) {
        const std::uint8_t* from = rgb + n * 3 * area;
        Real* to = out.x.data() + n * out.x.cols();
        for (Index p = 0; p < area; ++p) {
            const double r = from[3 * p] / 255.0, g = from[3 * p + 1] / 255.0, b = from[3 * p + 2] / 255.0;
            if (colour) {
                to[p] = static_cast<Real>(r);
                to[area + p] = static_cast<Real>(g);
                to[2 * area + p] = static_cast<Real>(b);
            } else {
                // Equal parts must give back exactly the byte's value.
                const bool grey = from[3 * p] == from[3 * p + 1] && from[3 * p] == from[3 * p + 2];
                to[p] = static_cast<Real>(grey ? r : 0.299 * r + 0.587 * g + 0.114 * b);
            }
        }
        out.y.push_back(pictures[static_cast<std::size_t>(n)].label);
    }
    return out;
}

}  // namespace

bool looksLikeImageFolder(const std::string& path) {
    return hasClasses(path) || hasClasses(path + "/train");
}

Result<Dataset> readImageFolder(const std::string& path, const ImageFolderOptions& options) {
    const bool parts = !hasClasses(path) && hasClasses(path + "/train");
    const std::string trainFolder = parts ? path + "/train" : path;
    const std::string testFolder = parts && hasClasses(path + "/test") ? path + "/test" : std::string();
    const std::vector<std::string> classes = sortedNames(trainFolder, QDir::Dirs);
    if (classes.size() < 2 || classes.size() > static_cast<std::size_t>(kMaxClasses))
        return Error{"LAB-DATA-161",
                     "there are " + std::to_string(classes.size()) + " folders of classes, but 2 to " +
                         std::to_string(kMaxClasses) + " were wanted.",
                     trainFolder, "Make a folder for each class and put its images there."};
    Result<std::vector<Picture>> train = listPictures(trainFolder, classes);
    if (!train) return train.error();
    std::vector<Picture> test;
    if (!testFolder.empty()) {
        if (sortedNames(testFolder, QDir::Dirs) != classes)
            return Error{"LAB-DATA-161", "the folders train and test hold different classes.", testFolder,
                         "Both must have the same class folders."};
        Result<std::vector<Picture>> found = listPictures(testFolder, classes);
        if (!found) return found.error();
        test = std::move(*found);
    }

    QImageReader::setAllocationLimit(kAllocationMegabytes);
    Pixels pixels;
    const std::uint64_t count = train->size() + test.size();
    for (const std::vector<Picture>* part : {&*train, &test})
        for (const Picture& picture : *part) {
            if (const Result<void> done = append(picture.path, options, pixels); !done) return done.error();
            if (count * static_cast<std::uint64_t>(pixels.height * pixels.width) * 3 > kMaxValues)
                return Error{"LAB-DATA-165",
                             std::to_string(count) + " images of " + std::to_string(pixels.height) + " x " +
                                 std::to_string(pixels.width) + " pixels are more than fit into memory.",
                             path, "Give size=HxW to resize all of them, or use fewer."};
        }
    const bool colour = options.colour == ImageFolderOptions::Colour::Rgb ||
                        (options.colour == ImageFolderOptions::Colour::Auto && pixels.colourful);
    const Index area = pixels.height * pixels.width;
    Samples trainSamples = toSamples(*train, pixels.rgb.data(), area, colour);
    Samples testSamples;
    if (!test.empty())
        testSamples = toSamples(test, pixels.rgb.data() + static_cast<Index>(train->size()) * 3 * area, area, colour);
    return assembleDataset(path, Shape{colour ? 3 : 1, pixels.height, pixels.width}, std::move(trainSamples),
                           std::move(testSamples), classes);
}

}  // namespace lab

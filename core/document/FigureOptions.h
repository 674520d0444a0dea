// How a figure is put into a file: size and dress. Apart from the drawing code, so that builds without it can speak of it too.
#pragma once

namespace lab {

struct FigureExportOptions {
    int width = 1200;          // pixels; in PDF 96 to the inch
    int height = 800;
    bool dark = false;         // else the print palette
    bool transparent = false;  // no background (PNG, SVG)
    double textScale = 0;      // 0: text grows with the picture, so that it is as readable on a slide as in a column
};

}  // namespace lab

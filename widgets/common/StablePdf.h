// What QPdfWriter stamps into a file besides the picture.
#pragma once

#include <QByteArray>

namespace lab {

// Replaces the moment of writing by a fixed one of the same length: the same picture gives the same bytes.
void stripPdfDates(QByteArray& pdf);

}  // namespace lab

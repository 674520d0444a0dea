#include "widgets/common/StablePdf.h"

namespace lab {

void stripPdfDates(QByteArray& pdf) {
    for (const char* key : {"/CreationDate (D:", "/ModDate (D:"}) {
        for (qsizetype at = pdf.indexOf(key); at >= 0; at = pdf.indexOf(key, at + 1)) {
            qsizetype digit = at + static_cast<qsizetype>(qstrlen(key));
            static constexpr char kFixed[] = "20000101000000";
            for (int i = 0; kFixed[i] != 0 && digit < pdf.size() && pdf[digit] >= '0' && pdf[digit] <= '9'; ++i) pdf[digit++] = kFixed[i];
            // The zone of the machine: as many characters of a fixed one.
            static constexpr char kZone[] = "+00'00'";
            for (int i = 0; kZone[i] != 0 && digit < pdf.size() && pdf[digit] != ')'; ++i) pdf[digit++] = kZone[i];
        }
    }
}

}  // namespace lab

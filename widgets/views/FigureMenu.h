// The ways to take a figure away, as a menu: one for everything that shows a figure.
#pragma once

#include <QCoreApplication>
#include <QMenu>
#include <QString>

namespace lab {

// Fills `menu`. `Owner` has figure(), which may be null, and the signals exportRequested(figure, extension) and copyRequested(figure).
template <class Owner>
void fillFigureMenu(QMenu& menu, Owner& owner) {
    const auto words = [](const char* text) { return QCoreApplication::translate("FigureMenu", text); };
    for (const char* extension : {"svg", "pdf", "png", "csv"}) {
        const QString kind = QString::fromLatin1(extension);
        const QString title = kind == QLatin1String("csv") ? words("Save the numbers as CSV…") : words("Save as %1…").arg(kind.toUpper());
        menu.addAction(title, &owner, [&owner, kind] {
            if (owner.figure()) emit owner.exportRequested(owner.figure(), kind);
        });
    }
    menu.addSeparator();
    menu.addAction(words("Copy"), &owner, [&owner] {
        if (owner.figure()) emit owner.copyRequested(owner.figure());
    });
}

}  // namespace lab

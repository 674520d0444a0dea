// What the structure of the sources promises: who may include whom, where Qt begins, and that no learning rule is known by
// name outside its own folder.
#include "core/rules/RuleDescription.h"

#include <QtTest>

#include <QDirIterator>

#include <map>

using namespace lab;

namespace {

const QString kRoot = QStringLiteral(LAB_SOURCE_DIR);

struct Source {
    QString path;  // from the root: "core/base/Rng.h"
    QString text;
};

std::vector<Source> sources(const QStringList& folders) {
    std::vector<Source> out;
    for (const QString& folder : folders) {
        QDirIterator files(kRoot + "/" + folder, {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly)) throw std::runtime_error("cannot read " + file.fileName().toStdString());
            out.push_back({QDir(kRoot).relativeFilePath(file.fileName()), QString::fromUtf8(file.readAll())});
        }
    }
    return out;
}

// What the lines #include, without quotes or brackets.
QStringList includes(const QString& text) {
    static const QRegularExpression pattern("^[ \\t]*#[ \\t]*include[ \\t]*[<\"]([^>\"]+)[>\"]", QRegularExpression::MultilineOption);
    QStringList out;
    for (auto match = pattern.globalMatch(text); match.hasNext();) out << match.next().captured(1);
    return out;
}

// Levels of the engine: a folder includes itself and lower levels.
const std::map<QString, int>& ladder() {
    static const std::map<QString, int> levels = {{"base", 0},    {"math", 1},     {"params", 2}, {"geometry", 3}, {"data", 3},
                                                  {"circuit", 4}, {"network", 5},  {"optimize", 6}, {"rules", 7},  {"record", 8},
                                                  {"document", 9}, {"run", 10},    {"io", 11}};
    return levels;
}

bool fromQt(const QString& include) {
    static const QRegularExpression pattern("^(Q[A-Z]|Qt|quazip)");
    return pattern.match(include).hasMatch();
}

// String literals of a file, comments left out.
QStringList literals(const QString& text) {
    QStringList out;
    QString current;
    enum { Code, Line, Block, Text, Character } state = Code;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i], next = i + 1 < text.size() ? text[i + 1] : QChar();
        switch (state) {
            case Code:
                if (c == '/' && next == '/') state = Line;
                else if (c == '/' && next == '*') state = Block;
                else if (c == '"') state = Text, current.clear();
                else if (c == '\'' && (i == 0 || !text[i - 1].isLetterOrNumber())) state = Character;
                break;
            case Line: if (c == '\n') state = Code; break;
            case Block: if (c == '*' && next == '/') state = Code, ++i; break;
            case Text:
                if (c == '\\') current += next, ++i;
                else if (c == '"') state = Code, out << current;
                else current += c;
                break;
            case Character:
                if (c == '\\') ++i;
                else if (c == '\'') state = Code;
                break;
        }
    }
    return out;
}

}  // namespace

class ArchTest : public QObject {
    Q_OBJECT
private slots:
    void thereAreSources() {
        QVERIFY(sources({"core"}).size() > 100);
        QVERIFY(sources({"widgets"}).size() > 20);
        QVERIFY(sources({"app"}).size() > 10);
        QVERIFY(includes("  #include \"core/base/Rng.h\"\n# include <QFile>\n// #include \"no\"\n") == QStringList({"core/base/Rng.h", "QFile"}));
        QVERIFY(literals("f(\"a\\\"b\"); // \"c\"\nchar q = '\"'; /* \"d\" */ 1'000; g(\"e\");") == QStringList({"a\"b", "e"}));
    }

    void everyFolderOfTheEngineHasALevel() {
        for (const QString& folder : QDir(kRoot + "/core").entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            QVERIFY2(ladder().count(folder) == 1, qPrintable(folder));
    }

    void includesGoDownTheLadder() {
        QStringList wrong;
        for (const Source& source : sources({"core"})) {
            const QString folder = source.path.section('/', 1, 1);
            for (const QString& include : includes(source.text)) {
                if (!include.startsWith("core/")) {
                    if (include.startsWith("widgets/") || include.startsWith("app/") || include.startsWith("tests/")) wrong << source.path + " -> " + include;
                    continue;
                }
                const QString target = include.section('/', 1, 1);
                // Of two folders on one level neither sees the other.
                const bool allowed = target == folder || (ladder().count(target) && ladder().at(target) < ladder().at(folder));
                if (!allowed) wrong << source.path + " -> " + include;
            }
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void includesNameFilesFromTheRoot() {
        QStringList wrong;
        for (const Source& source : sources({"core", "widgets", "app"}))
            for (const QString& include : includes(source.text)) {
                const bool ours = include.startsWith("core/") || include.startsWith("widgets/") || include.startsWith("app/");
                if (ours ? !QFileInfo(kRoot + "/" + include).isFile() : include.contains("../") || include.startsWith("./")) wrong << source.path + " -> " + include;
            }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void theEngineKnowsNoQt() {
        QStringList wrong;
        for (const Source& source : sources({"core"})) {
            const bool files = source.path.startsWith("core/io/");
            for (const QString& include : includes(source.text)) {
                if (!fromQt(include)) continue;
                // Files may see QtCore, image readers and the zip library; never a widget or a painter.
                const bool widget = include.contains("Widget") || include.contains("Painter") || include.contains("Pixmap") || include.contains("Dialog");
                if (!files || widget) wrong << source.path + " -> " + include;
            }
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    // Widgets are given bytes; what they export they may write.
    void widgetsReadNoFiles() {
        QStringList wrong;
        for (const Source& source : sources({"widgets"}))
            for (const QString& include : includes(source.text))
                if (include.startsWith("core/io/") || include.startsWith("app/") || include == "QFile" || include == "fstream")
                    wrong << source.path + " -> " + include;
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    // The window is generated from the registry: a rule's name in a string would be knowledge in the wrong place. The example
    // experiments name the rules that they show, and help may use one as an example.
    void nobodyKnowsARuleByName() {
        QStringList wrong;
        for (const Source& source : sources({"core", "widgets", "app"})) {
            if (source.path.startsWith("core/rules/") || source.path == "core/document/Experiment.cpp" || source.path == "core/document/Experiment.h") continue;
            for (const QString& text : literals(source.text))
                for (const RuleDescription& rule : ruleRegistry())
                    if (text == QString::fromStdString(rule.id) || text == QString::fromStdString(rule.title)) wrong << source.path + ": \"" + text + "\"";
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    // Ids are what files and commands say: lower case, unique, no alias that is another's name.
    void rulesAreCalledUniquely() {
        std::map<std::string, int> names;
        for (const RuleDescription& rule : ruleRegistry()) {
            QVERIFY(QRegularExpression("^[a-z][a-z0-9-]*$").match(QString::fromStdString(rule.id)).hasMatch());
            ++names[rule.id];
            for (const std::string& alias : rule.aliases) ++names[alias];
            QVERIFY(findRule(rule.id) == &rule);
        }
        for (const auto& [name, count] : names) QVERIFY2(count == 1, name.c_str());
    }
};

QTEST_APPLESS_MAIN(ArchTest)
#include "ArchTest.moc"

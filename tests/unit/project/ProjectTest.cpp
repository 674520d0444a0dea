// Project files: the same bytes when saved twice, everything back when opened, training that goes on with the same bits,
// every error, and old files that survive whatever goes wrong while writing.
#include "unit/project/ProjectSupport.h"

#include "core/data/Npy.h"
#include "core/io/Bytes.h"

#include <QtTest>

#include <csignal>
#include <cstring>
#include <limits>
#include <sys/resource.h>

using namespace lab;
using namespace lab::test;

namespace {

bool sameCheckpoint(const Trainer::Checkpoint& a, const Trainer::Checkpoint& b) {
    const auto sameBlocks = [](const auto& x, const auto& y) {
        return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) { return p.name == q.name && p.shape == q.shape; });
    };
    const auto sameFloats = [](const std::vector<float>& x, const std::vector<float>& y) {
        return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0);
    };
    if (a.step != b.step || a.seconds != b.seconds || a.fingerprint != b.fingerprint || !sameBlocks(a.networkBlocks, b.networkBlocks) ||
        !sameBlocks(a.ruleBlocks, b.ruleBlocks) || !sameFloats(a.network, b.network) || !sameFloats(a.rule, b.rule) || a.updater != b.updater ||
        a.ruleState != b.ruleState || a.evaluations.size() != b.evaluations.size() || a.curves.size() != b.curves.size())
        return false;
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    for (std::size_t i = 0; i < a.evaluations.size(); ++i) {
        const Evaluation &x = a.evaluations[i], &y = b.evaluations[i];
        if (x.step != y.step || !same(x.epoch, y.epoch) || !same(x.trainLoss, y.trainLoss) || !same(x.testLoss, y.testLoss) ||
            x.testAccuracy != y.testAccuracy || x.trainAccuracy != y.trainAccuracy || x.wayAccuracy != y.wayAccuracy ||
            x.samplesPerSecond != y.samplesPerSecond || x.seconds != y.seconds || x.fingerprint != y.fingerprint || x.layerScalars.size() != y.layerScalars.size())
            return false;
        // A channel that said nothing in some layer has NaN there.
        for (const auto& [channel, values] : x.layerScalars) {
            const auto other = y.layerScalars.find(channel);
            if (other == y.layerScalars.end() || !std::equal(values.begin(), values.end(), other->second.begin(), other->second.end(), same)) return false;
        }
    }
    for (std::size_t i = 0; i < a.curves.size(); ++i) {
        if (!(a.curves[i].info == b.curves[i].info) || a.curves[i].points.size() != b.curves[i].points.size()) return false;
        for (std::size_t p = 0; p < a.curves[i].points.size(); ++p)
            if (a.curves[i].points[p].x != b.curves[i].points[p].x || !same(a.curves[i].points[p].y, b.curves[i].points[p].y)) return false;
    }
    return true;
}

bool sameProject(const Project& a, const Project& b) {
    if (!(a.experiment == b.experiment) || a.layout != b.layout || a.unknown != b.unknown) return false;
    if ((a.checkpoint == nullptr) != (b.checkpoint == nullptr)) return false;
    return a.checkpoint == nullptr || sameCheckpoint(*a.checkpoint, *b.checkpoint);
}

std::string codeOf(const std::string& bytes) {
    const Result<Project> opened = projectFromBytes(bytes, "broken.flab");
    if (opened) return "opened";
    if (opened.error().message.empty() || opened.error().where.find("broken.flab") == std::string::npos) return "no place: " + opened.error().text();
    return opened.error().code;
}

// The entries with one piece of text replaced, or with an entry taken away where `from` is empty.
std::vector<ZipEntry> changed(std::vector<ZipEntry> entries, const std::string& name, const std::string& from, const std::string& to) {
    for (auto it = entries.begin(); it != entries.end(); ++it) {
        if (it->name != name) continue;
        if (from.empty()) {
            entries.erase(it);
            return entries;
        }
        std::string text(it->content.begin(), it->content.end());
        const std::size_t at = text.find(from);
        if (at == std::string::npos) throw std::runtime_error("no '" + from + "' in " + name);
        text.replace(at, from.size(), to);
        it->content.assign(text.begin(), text.end());
        return entries;
    }
    throw std::runtime_error("no entry " + name);
}

QByteArray fileBytes(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be read");
}

}  // namespace

class ProjectTest : public QObject {
    Q_OBJECT
private slots:
    void roundTrip_data() {
        QTest::addColumn<QString>("rule");
        for (const RuleDescription& rule : ruleRegistry()) QTest::addRow("%s", rule.id.c_str()) << QString::fromStdString(rule.id);
    }
    void roundTrip() {
        QFETCH(QString, rule);
        Project project;
        project.experiment = smallExperiment(rule.toStdString(), suitableCircuit(rule.toStdString()));
        project.checkpoint = trainedFor(project.experiment, 11);
        const std::string bytes = bytesOf(project);
        QVERIFY(bytesOf(project) == bytes);
        const Result<Project> opened = projectFromBytes(bytes, "p.flab");
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().text().c_str());
        QVERIFY(sameProject(project, *opened));
        QVERIFY(bytesOf(*opened) == bytes);

        // From the file, training goes on with the bits that it would have had without one.
        const std::unique_ptr<Trainer> straight = makeTrainer(project.experiment, 1, 0, seg7Data(), 4);
        while (straight->step()) {
        }
        const std::unique_ptr<Trainer> continued = makeTrainer(opened->experiment, 2, 0, seg7Data(), 4);
        QVERIFY(continued->restore(*opened->checkpoint).ok());
        while (continued->step()) {
        }
        QCOMPARE(continued->fingerprint(), straight->fingerprint());
        QCOMPARE(continued->evaluations().back().testLoss, straight->evaluations().back().testLoss);
    }

    void everythingIsKept() {
        const Project project = fullProject();
        const std::string bytes = bytesOf(project);
        const Result<Project> opened = projectFromBytes(bytes, "p.flab");
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().text().c_str());
        QVERIFY(sameProject(project, *opened));
        QVERIFY(opened->experiment == project.experiment);
        QVERIFY(bytesOf(*opened) == bytes);
        QCOMPARE(opened->unknown.size(), std::size_t(2));
        QVERIFY(!opened->checkpoint->evaluations.empty() && !opened->checkpoint->curves.empty() && !opened->checkpoint->rule.empty());
        // Before training there is no run in it.
        const Project fresh{fullExperiment(), nullptr, {}, {}};
        const Result<Project> again = projectFromBytes(bytesOf(fresh), "p.flab");
        QVERIFY(again.ok() && again->checkpoint == nullptr && sameProject(fresh, *again));
    }

    // A run that has diverged can be saved: what is not finite comes back.
    void numbersThatAreNotFinite() {
        Project project = fullProject();
        auto wild = std::make_shared<Trainer::Checkpoint>(*project.checkpoint);
        wild->network[0] = std::numeric_limits<float>::quiet_NaN();
        wild->network[1] = -std::numeric_limits<float>::infinity();
        wild->network[2] = std::numeric_limits<float>::denorm_min();
        wild->network[3] = -0.0f;
        wild->curves[0].points[0].y = std::nan("");
        wild->evaluations[0].trainLoss = std::nan("");
        project.checkpoint = wild;
        const Result<Project> opened = projectFromBytes(bytesOf(project), "p.flab");
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().text().c_str());
        QVERIFY(sameProject(project, *opened));
        QVERIFY(bytesOf(*opened) == bytesOf(project));
    }

    // A rule or a data source that this program does not know is no reason to refuse the file.
    void unknownRuleIsKept() {
        Project project{fullExperiment(), nullptr, {}, {}};
        project.experiment.rule = "rule-of-tomorrow";
        project.experiment.ruleParams = {{"depth", std::int64_t(3)}, {"rate", 0.25}, {"kind", std::string("x")}, {"on", true}};
        project.experiment.data.source = "/nowhere/data.csv";
        const Result<Project> opened = projectFromBytes(bytesOf(project), "p.flab");
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().text().c_str());
        QVERIFY(opened->experiment == project.experiment);
    }

    void newerFormat() {
        const std::string bytes = sealed(entriesOf(bytesOf(fullProject())), kProjectFormat + 1, "9.8.7");
        const Result<Project> opened = projectFromBytes(bytes, "new.flab");
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, std::string("LAB-FLAB-103"));
        for (const char* part : {"format 2", "9.8.7", "up to 1"}) QVERIFY2(opened.error().message.find(part) != std::string::npos, opened.error().message.c_str());
        QVERIFY(opened.error().hint.find("not changed") != std::string::npos);
        QVERIFY(projectFromBytes(sealed(entriesOf(bytesOf(fullProject()))), "same.flab").ok());
    }

    void errors() {
        const std::string good = bytesOf(fullProject());
        const std::vector<ZipEntry> entries = entriesOf(good);
        QCOMPARE(codeOf(sealed(entries)), std::string("opened"));
        // 101 no zip; the zip reader's own codes for what is no archive inside.
        QCOMPARE(codeOf(""), std::string("LAB-FLAB-101"));
        QCOMPARE(codeOf("{\"format\": 1}"), std::string("LAB-FLAB-101"));
        QCOMPARE(codeOf(good.substr(0, good.size() / 2)), std::string("LAB-DATA-154"));
        // 102 something is missing that must be there.
        QCOMPARE(codeOf(zipped({{"hello.txt", {1, 2}}})), std::string("LAB-FLAB-102"));
        for (const char* name : {"experiment.json", "circuit.ncd.json", "weights/l1.weight.npy", "state/optimizers.npy", "state/rule.npy", "curves/0.npy"})
            QVERIFY2(codeOf(sealed(changed(entries, name, "", ""))) == "LAB-FLAB-102", name);
        // 104 the manifest and the content disagree about what there is.
        QCOMPARE(codeOf(zipped(changed(entries, "layout.bin", "", ""))), std::string("LAB-FLAB-104"));
        std::vector<ZipEntry> more = entries;
        more.push_back({"stowaway", {1}});
        QCOMPARE(codeOf(zipped(more)), std::string("LAB-FLAB-104"));
        // 105 checksum or size.
        QCOMPARE(codeOf(zipped(changed(entries, "experiment.json", "\"seg7\"", "\"seg8\""))), std::string("LAB-FLAB-105"));
        QCOMPARE(codeOf(zipped(changed(entries, "manifest.json", "\"size\": ", "\"size\": 1"))), std::string("LAB-FLAB-105"));
        // 106 shapes.
        QCOMPARE(codeOf(sealed(changed(entries, "run.json", "\"shape\": [6, 144]", "\"shape\": [144, 6]"))), std::string("LAB-FLAB-106"));
        std::vector<ZipEntry> odd = entries;
        for (ZipEntry& e : odd)
            if (e.name == "curves/0.npy") e.content = npyBytes({3}, std::vector<double>{1, 2, 3});
        QCOMPARE(codeOf(sealed(odd)), std::string("LAB-FLAB-106"));
        // 2xx members of the JSON entries: missing, of the wrong type, out of range, no such word, bad value, no such optimiser.
        const auto experiment = [&](const char* from, const char* to) { return codeOf(sealed(changed(entries, "experiment.json", from, to))); };
        QCOMPARE(experiment("\"batch\"", "\"bunch\""), std::string("LAB-FLAB-201"));
        QCOMPARE(experiment("\"batch\": 32", "\"batch\": \"32\""), std::string("LAB-FLAB-202"));
        QCOMPARE(experiment("\"answer\": \"sum\"", "\"answer\": [1]"), std::string("LAB-FLAB-202"));
        QCOMPARE(experiment("\"batch\": 32", "\"batch\": 0"), std::string("LAB-FLAB-203"));
        QCOMPARE(experiment("\"sequential\"", "\"alphabetical\""), std::string("LAB-FLAB-205"));
        QCOMPARE(experiment("\"answer\": \"sum\"", "\"answer\": \"product\""), std::string("LAB-FLAB-210"));
        QCOMPARE(experiment("\"id\": \"momentum\"", "\"id\": \"inertia\""), std::string("LAB-FLAB-211"));
        QCOMPARE(codeOf(sealed(changed(entries, "run.json", "\"step\": 11", "\"step\": -1"))), std::string("LAB-FLAB-203"));
        QCOMPARE(codeOf(sealed(changed(entries, "run.json", "\"fingerprint\"", "\"thumbprint\""))), std::string("LAB-FLAB-201"));
        // What other readers say of their parts, with the entry in the place.
        QCOMPARE(experiment("\"batch\": 32", "\"batch\": 32,,"), std::string("LAB-JSON-102"));
        QVERIFY(codeOf(sealed(changed(entries, "circuit.ncd.json", "\"linear\"", "7"))).find("LAB-NCD-2") == 0);
        std::vector<ZipEntry> cut = entries;
        for (ZipEntry& e : cut)
            if (e.name == "weights/l1.weight.npy") e.content.resize(e.content.size() - 1);
        QCOMPARE(codeOf(sealed(cut)), std::string("LAB-DATA-146"));
        // Names that cannot be written.
        Project bad = fullProject();
        bad.unknown.emplace_back(std::string(70000, 'x'), "");
        QCOMPARE(projectBytes(bad).error().code, std::string("LAB-DATA-158"));
    }

    void files() {
        QTemporaryDir folder;
        const Project project = fullProject();
        const QString path = folder.filePath(QString::fromUtf8("a project \xC3\xA9.flab"));
        QVERIFY(saveProject(path.toStdString(), project).ok());
        const QByteArray first = fileBytes(path);
        QVERIFY(saveProject(path.toStdString(), project).ok());
        QVERIFY(fileBytes(path) == first);
        const Result<Project> opened = openProject(path.toStdString());
        QVERIFY(opened.ok() && sameProject(project, *opened));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
        QCOMPARE(openProject(folder.filePath("none.flab").toStdString()).error().code, std::string("LAB-IO-101"));
        QCOMPARE(openProject(folder.path().toStdString()).error().code, std::string("LAB-IO-101"));
        QFile empty(folder.filePath("empty.flab"));
        QVERIFY(empty.open(QIODevice::WriteOnly));
        empty.close();
        QCOMPARE(openProject(folder.filePath("empty.flab").toStdString()).error().code, std::string("LAB-FLAB-101"));
        QCOMPARE(readFile(path.toStdString(), 10).error().code, std::string("LAB-IO-102"));
    }

    void failedWritesLeaveTheOldFile() {
        QTemporaryDir folder;
        const Project old{fullExperiment(), nullptr, {}, {}}, larger = fullProject();
        const QString path = folder.filePath("p.flab");
        QVERIFY(saveProject(path.toStdString(), old).ok());
        const QByteArray before = fileBytes(path);

        // The disk is full: no file may grow beyond a few kilobytes.
        rlimit unlimited{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
        void (*const handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
        rlimit small = unlimited;
        small.rlim_cur = 4096;
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
        const Result<void> full = saveProject(path.toStdString(), larger);
        setrlimit(RLIMIT_FSIZE, &unlimited);
        std::signal(SIGXFSZ, handler);
        QVERIFY(!full);
        QCOMPARE(full.error().code, std::string("LAB-IO-104"));
        QVERIFY(full.error().where == path.toStdString() && !full.error().hint.empty());
        QVERIFY(fileBytes(path) == before);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);

        // Places where nothing can be written.
        QCOMPARE(saveProject(folder.filePath("none/p.flab").toStdString(), old).error().code, std::string("LAB-IO-104"));
        QCOMPARE(saveProject((path + "/p.flab").toStdString(), old).error().code, std::string("LAB-IO-104"));
        QCOMPARE(saveProject(folder.path().toStdString(), old).error().code, std::string("LAB-IO-104"));
        QCOMPARE(saveProject("/dev/full", old).error().code, std::string("LAB-IO-104"));
        QVERIFY(!QFileInfo("/dev/full").isFile());
        QVERIFY(fileBytes(path) == before);
        QVERIFY(saveProject(path.toStdString(), larger).ok());
        QVERIFY(openProject(path.toStdString()).ok());
    }

    // Written by version 0.1.0 and kept for ever: every later version must open it.
    void releasedFormatOne() {
        const std::string path = LAB_SOURCE_DIR "/tests/data/projects/v1/first.flab";
        if (qEnvironmentVariableIsSet("LAB_WRITE_FIXTURE")) QVERIFY(saveProject(path, fullProject()).ok());
        const Result<Project> opened = openProject(path);
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().text().c_str());
        const Experiment& e = opened->experiment;
        QCOMPARE(e.title, std::string("Tiny \"quoted\" \xC3\xA9xperiment"));
        QCOMPARE(e.notes, std::string("Two lines\nof notes."));
        QCOMPARE(e.rule, std::string("mono-forward"));
        QVERIFY(e.ruleParams == (std::map<std::string, ParamValue>{{"answer", std::string("sum")}}));
        QCOMPARE(e.data.source, std::string("seg7"));
        QCOMPARE(e.data.checksum, std::uint64_t(0xFEDCBA9876543210ull));
        QVERIFY(e.data.params.at("colour") == "a,b=c" && e.data.options.at("label_noise") == ParamValue(0.1));
        QCOMPARE(e.layerOptimizers.at(1).id, std::string("momentum"));
        QVERIFY(e.schedule.at("kind") == ParamValue(std::string("cosine")));
        QVERIFY(e.seed == 18446744073709551615ull && !e.shuffled && e.batch == 32 && e.epochs == 2);
        QCOMPARE(e.circuit.operations.size(), std::size_t(7));
        QVERIFY(checkInvariants(e.circuit).ok());
        QCOMPARE(opened->layout.size(), std::size_t(20));
        QCOMPARE(opened->unknown.size(), std::size_t(2));
        const Trainer::Checkpoint& c = *opened->checkpoint;
        QVERIFY(c.step == 11 && c.network.size() == 144 * 6 + 6 + 6 * 5 + 5 + 5 * 10 + 10);
        QCOMPARE(c.networkBlocks[0].name, std::string("l1.weight"));
        QCOMPARE(c.evaluations.size(), std::size_t(2));
        // The weights are those that the file names, and the run goes on from them.
        const std::unique_ptr<Trainer> trainer = makeTrainer(e);
        QVERIFY(trainer->restore(c).ok());
        QVERIFY2(c.fingerprint.find(trainer->fingerprint()) == 0, c.fingerprint.c_str());
        QVERIFY(trainer->step());
        QCOMPARE(trainer->stepsDone(), std::int64_t(12));
        QVERIFY(projectFromBytes(bytesOf(*opened), "again.flab").ok());
    }
};

QTEST_APPLESS_MAIN(ProjectTest)
#include "ProjectTest.moc"

// Damaged projects: every truncation and thousands of random mutations of a good file. None may crash, and none may give a
// project that differs from the original without saying so.
#include "unit/project/ProjectSupport.h"

#include "core/base/Rng.h"

#include <QtTest>

using namespace lab;
using namespace lab::test;

namespace {

constexpr std::uint64_t kSeed = 20260;

// Empty where all is well.
std::string verdict(const std::string& damaged, const std::string& good, int* refused = nullptr) {
    const Result<Project> opened = projectFromBytes(damaged, "damaged.flab");
    if (!opened) {
        if (refused != nullptr) ++*refused;
        if (opened.error().code.empty() || opened.error().message.empty()) return "an error without code or message";
        return "";
    }
    // Bytes that mean nothing (dates, attributes) may differ; what was read may not.
    return bytesOf(*opened) == good ? "" : "opened, but differs from the original";
}

}  // namespace

class ProjectMutationTest : public QObject {
    Q_OBJECT
    std::string m_good;
    std::vector<ZipEntry> m_entries;

    // A different project with the same names: parts of it are spliced in.
    std::string m_other;

private slots:
    void initTestCase() {
        qInfo("seed %llu", static_cast<unsigned long long>(kSeed));
        Project project;
        project.experiment = fullExperiment("mono-forward", "mlp:144-3-10");
        project.checkpoint = trainedFor(project.experiment, 3);
        project.layout = "layout";
        project.unknown = {{"more", "content"}};
        m_good = bytesOf(project);
        m_entries = entriesOf(m_good);
        project.experiment.seed = 7;
        project.checkpoint = trainedFor(project.experiment, 3);
        m_other = bytesOf(project);
        QVERIFY(m_other != m_good);
        QCOMPARE(verdict(m_good, m_good), std::string());
        QVERIFY(!verdict(m_other, m_good).empty());
    }

    void truncated() {
        // Every length near both ends, some in between. A cut inside the last record (22 bytes that hold nothing but the place of
        // the directory and an empty comment) may leave everything readable; any other must be refused.
        constexpr std::size_t kLastRecord = 22;
        for (std::size_t length = 0; length < m_good.size(); length += length < 100 || length + 100 > m_good.size() ? 1 : 61) {
            const std::string cut = m_good.substr(0, length);
            if (length + kLastRecord > m_good.size()) {
                const std::string why = verdict(cut, m_good);
                QVERIFY2(why.empty(), (std::to_string(length) + ": " + why).c_str());
            } else {
                QVERIFY2(!projectFromBytes(cut, "cut.flab").ok(), std::to_string(length).c_str());
            }
        }
    }

    void mutated() {
        int refused = 0;
        for (std::uint64_t round = 0; round < 2000; ++round) {
            Stream random(kSeed, Purpose::Analysis, round);
            std::string bytes = m_good;
            const auto place = [&] { return static_cast<std::size_t>(random.below(bytes.size())); };
            for (std::uint64_t n = 1 + random.below(4); n > 0 && !bytes.empty(); --n) switch (random.below(7)) {
                    case 0: bytes[place()] = static_cast<char>(random.below(256)); break;
                    case 1: bytes[place()] ^= static_cast<char>(1u << random.below(8)); break;
                    case 2: bytes.erase(place(), 1 + random.below(16)); break;
                    case 3: bytes.insert(place(), std::string(1 + random.below(16), static_cast<char>(random.below(256)))); break;
                    case 4: {  // extreme numbers where sizes and offsets stand
                        static const std::string extremes[] = {std::string(4, '\xFF'), std::string(4, '\0'), std::string("\xFF\xFF\xFF\x7F"), std::string("\0\0\0\x80", 4)};
                        const std::size_t at = random.below(2) == 0 ? place() : bytes.size() - std::min<std::size_t>(bytes.size(), 1 + random.below(400));
                        bytes.replace(at, 4, extremes[random.below(4)]);
                        break;
                    }
                    case 5: {  // a piece of the file somewhere else
                        const std::size_t from = place(), length = 1 + random.below(64);
                        const std::string piece = bytes.substr(from, length);
                        bytes.replace(place(), piece.size(), piece);
                        break;
                    }
                    default: {  // a piece of another project
                        const std::size_t at = place(), length = 1 + random.below(200);
                        if (at < m_other.size()) bytes.replace(at, length, m_other.substr(at, length));
                    }
                }
            const std::string why = verdict(bytes, m_good, &refused);
            if (!why.empty()) {
                QFile file("project-mutation.flab");
                if (file.open(QIODevice::WriteOnly)) file.write(QByteArray::fromStdString(bytes));
                QFAIL(("round " + std::to_string(round) + ": " + why + " (written to project-mutation.flab)").c_str());
            }
        }
        qInfo("%d of 2000 refused", refused);
        QVERIFY(refused > 1000);
    }

    // Entries changed inside a sound archive, manifest as it was: the checksums must notice.
    void entriesChanged() {
        for (std::uint64_t round = 0; round < 200; ++round) {
            Stream random(kSeed, Purpose::Split, round);
            std::vector<ZipEntry> entries = m_entries;
            ZipEntry& entry = entries[1 + random.below(entries.size() - 1)];
            if (entry.content.empty()) continue;
            std::uint8_t& byte = entry.content[random.below(entry.content.size())];
            byte = static_cast<std::uint8_t>(byte ^ (1u << random.below(8)));
            const Result<Project> opened = projectFromBytes(zipped(entries), "e.flab");
            QVERIFY(!opened);
            QCOMPARE(opened.error().code, std::string("LAB-FLAB-105"));
        }
    }

    // Entries changed and sealed again, as a malicious hand would: whatever is read, nothing crashes and shapes hold.
    void entriesForged() {
        int opened = 0;
        for (std::uint64_t round = 0; round < 400; ++round) {
            Stream random(kSeed, Purpose::Noise, round);
            std::vector<ZipEntry> entries = m_entries;
            for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
                ZipEntry& entry = entries[1 + random.below(entries.size() - 1)];
                if (entry.content.empty()) continue;
                const std::size_t at = random.below(std::min<std::size_t>(entry.content.size(), 4000));
                switch (random.below(4)) {
                    case 0: entry.content[at] = static_cast<std::uint8_t>(random.below(256)); break;
                    case 1: entry.content.erase(entry.content.begin() + static_cast<std::ptrdiff_t>(at)); break;
                    case 2: entry.content[at] = static_cast<std::uint8_t>('0' + random.below(10)); break;
                    default: entry.content.insert(entry.content.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::uint8_t>("09-.[]{}\",e"[random.below(11)]));
                }
            }
            const Result<Project> project = projectFromBytes(sealed(entries), "forged.flab");
            if (!project) {
                QVERIFY(!project.error().code.empty() && !project.error().message.empty());
                continue;
            }
            ++opened;
            // What was opened can be used: saved again, and restored or refused.
            QVERIFY(projectBytes(*project).ok());
            if (project->checkpoint == nullptr) continue;
            std::size_t numbers = 0;
            for (const Trainer::Checkpoint::Block& block : project->checkpoint->networkBlocks) numbers += static_cast<std::size_t>(elements(block.shape));
            QCOMPARE(numbers, project->checkpoint->network.size());
            const Result<std::unique_ptr<Trainer>> trainer = Trainer::create(project->experiment, seg7Data(), TrainerOptions{1, 0, 0, 60});
            if (trainer && (*trainer)->restore(*project->checkpoint)) (*trainer)->snapshot();
        }
        qInfo("%d of 400 opened", opened);
        QVERIFY(opened > 25);
    }
};

QTEST_APPLESS_MAIN(ProjectMutationTest)
#include "ProjectMutationTest.moc"

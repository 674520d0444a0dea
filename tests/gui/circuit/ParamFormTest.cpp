// The generated form: every kind of parameter makes the round trip, what does not apply is hidden, what was changed can
// be put back.
#include "widgets/params/ParamForm.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QToolButton>
#include <QtTest>

using namespace lab;

namespace {

std::vector<ParamSpec> specs() {
    return {ParamSpec::boolean("bias", "Bias", true, "Adds a number."),
            ParamSpec::integer("width", "Width", 500, 1, 100000, "Units.").withSymbol("n").withUnit("units"),
            ParamSpec::number("rate", "Rate", 0.03, 1e-6, 10.0, "Step size.", ParamScale::Log).isLive(),
            ParamSpec::choice("norm", "Norm", "rms", {{"rms", "Root mean square", "One."}, {"l2", "Length", "Two."}}, "Which norm."),
            ParamSpec::number("eps", "Epsilon", 1e-5, 0.0, 1.0, "Small.").when("norm", {"l2"}),
            ParamSpec::text("note", "Note", "", "Anything."),
            ParamSpec::integer("seed", "Seed", 1, 0, 1000, "Rarely needed.").isAdvanced()};
}

}  // namespace

class ParamFormTest : public QObject {
    Q_OBJECT
private slots:
    void everyKindMakesTheRoundTrip() {
        ParamForm form;
        form.setParams(ParamSet(specs()));
        std::map<std::string, ParamValue> seen;
        connect(&form, &ParamForm::changed, [&](const std::string& name, const ParamValue& value) { seen[name] = value; });
        qobject_cast<QCheckBox*>(form.editor("bias"))->setChecked(false);
        qobject_cast<QSpinBox*>(form.editor("width"))->setValue(256);
        qobject_cast<QDoubleSpinBox*>(form.editor("rate"))->setValue(0.001);
        qobject_cast<QComboBox*>(form.editor("norm"))->setCurrentIndex(1);
        auto* note = qobject_cast<QLineEdit*>(form.editor("note"));
        note->setText("tuned");
        emit note->editingFinished();
        QVERIFY(seen["bias"] == ParamValue(false));
        QVERIFY(seen["width"] == ParamValue(std::int64_t(256)));
        QVERIFY(seen["rate"] == ParamValue(0.001));
        QVERIFY(seen["norm"] == ParamValue(std::string("l2")));
        QVERIFY(seen["note"] == ParamValue(std::string("tuned")));

        // Another form shows exactly these values.
        ParamForm other;
        other.setParams(form.params());
        QCOMPARE(qobject_cast<QCheckBox*>(other.editor("bias"))->isChecked(), false);
        QCOMPARE(qobject_cast<QSpinBox*>(other.editor("width"))->value(), 256);
        QCOMPARE(qobject_cast<QDoubleSpinBox*>(other.editor("rate"))->value(), 0.001);
        QCOMPARE(qobject_cast<QComboBox*>(other.editor("norm"))->currentData().toString(), QString("l2"));
        QCOMPARE(qobject_cast<QLineEdit*>(other.editor("note"))->text(), QString("tuned"));
        QVERIFY(other.params() == form.params());
    }

    void showingValuesEmitsNothing() {
        ParamForm form;
        QSignalSpy spy(&form, &ParamForm::changed);
        ParamSet params(specs());
        QVERIFY(params.set("width", ParamValue(std::int64_t(12))).ok());
        form.setParams(params);
        form.setParams(ParamSet(specs()));
        QCOMPARE(spy.count(), 0);
    }

    void conditionsHideAndShow() {
        ParamForm form;
        form.setParams(ParamSet(specs()));
        QVERIFY(!form.isFieldVisible("eps"));
        qobject_cast<QComboBox*>(form.editor("norm"))->setCurrentIndex(1);
        QVERIFY(form.isFieldVisible("eps"));
    }

    void advancedStaysBehindMore() {
        ParamForm form;
        form.setParams(ParamSet(specs()));
        QVERIFY(!form.isFieldVisible("seed"));
        form.findChild<QToolButton*>("more")->setChecked(true);
        QVERIFY(form.isFieldVisible("seed"));
    }

    void resetPutsTheStandardBack() {
        ParamForm form;
        form.setParams(ParamSet(specs()));
        auto* reset = form.findChild<QToolButton*>("reset_width");
        QVERIFY(!reset->isEnabled());
        qobject_cast<QSpinBox*>(form.editor("width"))->setValue(7);
        QVERIFY(reset->isEnabled());
        QVERIFY(!form.params().isDefault("width"));
        reset->click();
        QVERIFY(form.params().isDefault("width"));
        QCOMPARE(qobject_cast<QSpinBox*>(form.editor("width"))->value(), 500);
    }

    void whileTrainingOnlyLiveParametersOpen() {
        ParamForm form;
        form.setParams(ParamSet(specs()));
        form.setLiveOnly(true);
        QVERIFY(form.editor("rate")->isEnabled());
        QVERIFY(!form.editor("width")->isEnabled());
    }

    void logarithmicStepsMoveTheLeadingDigit() {
        ParamForm form;
        form.setParams(ParamSet(specs()));
        auto* rate = qobject_cast<QDoubleSpinBox*>(form.editor("rate"));
        rate->stepBy(1);
        QVERIFY(std::abs(rate->value() - 0.04) < 1e-12);
        rate->setValue(0.01);
        rate->stepBy(-1);
        QVERIFY(std::abs(rate->value() - 0.009) < 1e-12);
        QCOMPARE(rate->text(), QString("0.009"));
    }
};

QTEST_MAIN(ParamFormTest)
#include "ParamFormTest.moc"

#include "widgets/circuit/TikzSink.h"

#include "widgets/circuit/MathText.h"

#include <QHash>
#include <QLineF>

#include <cmath>

namespace lab {

namespace {

QString number(double v) {
    const double rounded = std::round(v * 100.0) / 100.0;
    QString s = QString::number(rounded == 0.0 ? 0.0 : rounded, 'f', 2);
    while (s.endsWith(u'0')) s.chop(1);
    if (s.endsWith(u'.')) s.chop(1);
    return s;
}

QString point(const QPointF& p) { return QStringLiteral("(%1,%2)").arg(number(p.x()), number(p.y())); }

// Signs that labels use, as maths.
QString mathSign(char32_t c) {
    static const QHash<char32_t, QString> signs = [] {
        QHash<char32_t, QString> map;
        const auto greek = [&map](char32_t c, const char* name) { map[c] = QStringLiteral("\\%1 ").arg(QLatin1String(name)); };
        const std::pair<char32_t, const char*> letters[] = {
            {U'α', "alpha"}, {U'β', "beta"}, {U'γ', "gamma"}, {U'δ', "delta"}, {U'ε', "varepsilon"}, {U'ζ', "zeta"}, {U'η', "eta"},
            {U'θ', "theta"}, {U'ι', "iota"}, {U'κ', "kappa"}, {U'λ', "lambda"}, {U'μ', "mu"}, {U'µ', "mu"}, {U'ν', "nu"}, {U'ξ', "xi"},
            {U'π', "pi"}, {U'ρ', "rho"}, {U'σ', "sigma"}, {U'τ', "tau"}, {U'υ', "upsilon"}, {U'φ', "varphi"}, {U'χ', "chi"},
            {U'ψ', "psi"}, {U'ω', "omega"}, {U'Γ', "Gamma"}, {U'Δ', "Delta"}, {U'Θ', "Theta"}, {U'Λ', "Lambda"}, {U'Ξ', "Xi"},
            {U'Π', "Pi"}, {U'Σ', "Sigma"}, {U'Φ', "Phi"}, {U'Ψ', "Psi"}, {U'Ω', "Omega"}, {U'∂', "partial"}, {U'∇', "nabla"},
            {U'∞', "infty"}, {U'·', "cdot"}, {U'×', "times"}, {U'∗', "ast"}, {U'★', "star"}, {U'⊙', "odot"}, {U'⊗', "otimes"},
            {U'⊕', "oplus"}, {U'‖', "Vert"}, {U'≤', "leq"}, {U'≥', "geq"}, {U'≠', "neq"}, {U'≈', "approx"}, {U'∈', "in"},
            {U'→', "rightarrow"}, {U'←', "leftarrow"}, {U'√', "surd"}, {U'⌊', "lfloor"}, {U'⌋', "rfloor"}, {U'±', "pm"},
            {U'ℓ', "ell"}, {U'∝', "propto"}, {U'⟨', "langle"}, {U'⟩', "rangle"}, {U'∏', "prod"}, {U'∫', "int"}, {U'⊤', "top"},
            {U'∑', "sum"}, {U'…', "ldots"}};
        for (const auto& [sign, name] : letters) greek(sign, name);
        map[U'𝔼'] = QStringLiteral("\\mathrm{E}");
        map[U'𝔹'] = QStringLiteral("\\mathrm{B}");
        map[U'ℕ'] = QStringLiteral("\\mathrm{N}");
        map[U'ℝ'] = QStringLiteral("\\mathrm{R}");
        map[U'ℂ'] = QStringLiteral("\\mathrm{C}");
        map[U'−'] = QStringLiteral("-");
        map[U'′'] = QStringLiteral("'");
        map[U'²'] = QStringLiteral("^2");
        map[U'₁'] = QStringLiteral("_1");
        map[U'₂'] = QStringLiteral("_2");
        return map;
    }();
    return signs.value(c);
}

QString escaped(char32_t c) {
    switch (c) {
        case U'\\': return QStringLiteral("\\textbackslash{}");
        case U'~': return QStringLiteral("\\textasciitilde{}");
        case U'^': return QStringLiteral("\\textasciicircum{}");
        case U'#': case U'$': case U'%': case U'&': case U'_': case U'{': case U'}': return QStringLiteral("\\") + QChar(ushort(c));
        default: return {};
    }
}

// Recursive descent over the same grammar that the screen's labels follow.
class Markup {
public:
    explicit Markup(const std::string& markup) : m_text(QString::fromStdString(markup).toUcs4()) {}

    QString run() {
        const QString out = parse(0);
        return out;
    }

private:
    QString letter(char32_t c) {
        QString sign = mathSign(c);
        if (sign.isEmpty()) sign = escaped(c);
        if (sign.isEmpty() && c == U' ') sign = QStringLiteral("\\ ");
        if (sign.isEmpty()) sign = c < 128 && c >= 32 ? QString(QChar(ushort(c))) : QStringLiteral("?");
        if (m_bold) sign = QStringLiteral("\\mathbf{%1}").arg(sign);
        else if (m_roman) sign = QStringLiteral("\\mathrm{%1}").arg(sign);
        if (m_bar) sign = QStringLiteral("\\bar{%1}").arg(sign);
        if (m_hat) sign = QStringLiteral("\\hat{%1}").arg(sign);
        m_bar = m_hat = false;
        return sign;
    }

    QString parse(int depth) {
        QString out;
        while (m_at < m_text.size()) {
            const char32_t c = char32_t(m_text[m_at]);
            if (c == U'}' && depth > 0) return out;
            ++m_at;
            if (c == U'*') m_bold = !m_bold;
            else if (c == U'|') m_roman = !m_roman;
            else if (c == U'~') m_bar = true;
            else if (c == U'`') m_hat = true;
            else if ((c == U'_' || c == U'^') && m_at < m_text.size() && depth < 8) {
                QString inner;
                if (m_text[m_at] == U'{') {
                    ++m_at;
                    inner = parse(depth + 1);
                    if (m_at < m_text.size()) ++m_at;
                } else {
                    inner = letter(char32_t(m_text[m_at++]));
                }
                // TeX takes one index of each kind; an empty base between two of them lets any text through.
                out += QStringLiteral("{}%1{%2}").arg(QChar(ushort(c)), inner);
            } else if (c == U'{' && depth < 8) {
                out += QStringLiteral("{") + parse(depth + 1) + QStringLiteral("}");
                if (m_at < m_text.size()) ++m_at;
            } else if (c != U'}') {
                out += letter(c);
            }
        }
        return out;
    }

    QList<uint> m_text;
    qsizetype m_at = 0;
    bool m_bold = false, m_roman = false, m_bar = false, m_hat = false;
};

}  // namespace

QString markupToTex(const std::string& markup) { return Markup(markup).run(); }

QString textToTex(const QString& text) {
    QString out;
    for (const uint u : text.toUcs4()) {
        const auto c = char32_t(u);
        const QString special = escaped(c);
        if (!special.isEmpty()) out += special;
        else if (c >= 32 && c < 127) out += QChar(ushort(c));
        else if (const QString sign = mathSign(c); !sign.isEmpty()) out += QStringLiteral("$%1$").arg(sign);
        else if (c == U'–' || c == U'—') out += QStringLiteral("--");
        else if (c == U'“' || c == U'”' || c == U'’' || c == U'‘') out += u'\'';
        else if (c >= 0xC0 && c <= 0xFF && c != 0xD0 && c != 0xDE && c != 0xF0 && c != 0xFE) out += QChar(ushort(c));  // Latin letters
        else out += u'?';
    }
    return out;
}

TikzSink::TikzSink(const QRectF& view, const QString& title, const QColor& background) : m_title(title), m_view(view) {
    if (background.isValid()) {
        QPainterPath page;
        page.addRect(view);
        path(page, background, {});
    }
}

QString TikzSink::colour(const QColor& c) {
    const auto [it, fresh] = m_colours.emplace(c.rgb(), QString());
    if (fresh) {
        // Letters only: names with digits are legal, but harder to edit.
        int n = int(m_colours.size()) - 1;
        QString name = QStringLiteral("ncd");
        do {
            name += QChar(u'a' + n % 26);
            n /= 26;
        } while (n > 0);
        it->second = name;
    }
    return it->second;
}

void TikzSink::put(const QString& line) { m_body += QString(2 * m_depth, u' ') + line + u'\n'; }

void TikzSink::beginGroup(const QString& id, const QString& kind, const QString& title) {
    QString remark = kind + u' ' + id + (title.isEmpty() ? QString() : QStringLiteral(": ") + title);
    remark.remove(QChar(u'\n'));
    QString plain;
    for (const QChar c : remark) plain += c.unicode() >= 32 && c.unicode() < 127 ? c : QChar(u'?');
    put(QStringLiteral("\\begin{scope}%% %1").arg(plain).replace(QStringLiteral("%%"), QStringLiteral("%")));
    ++m_depth;
}

void TikzSink::endGroup() {
    --m_depth;
    put(QStringLiteral("\\end{scope}"));
}

void TikzSink::path(const QPainterPath& path, const QColor& fill, const Stroke& stroke) {
    if (path.elementCount() == 0) return;
    QStringList options;
    const bool filled = fill.isValid() && fill.alpha() > 0;
    if (filled) {
        options << QStringLiteral("fill=%1").arg(colour(fill));
        if (fill.alpha() < 255) options << QStringLiteral("fill opacity=%1").arg(number(fill.alphaF()));
        if (path.fillRule() == Qt::OddEvenFill) options << QStringLiteral("even odd rule");
    }
    if (!stroke.none()) {
        options << QStringLiteral("draw=%1").arg(colour(stroke.color)) << QStringLiteral("line width=%1pt").arg(number(0.75 * stroke.width));
        if (stroke.color.alpha() < 255) options << QStringLiteral("draw opacity=%1").arg(number(stroke.color.alphaF()));
        if (stroke.round) options << QStringLiteral("line cap=round") << QStringLiteral("line join=round");
        if (!stroke.dash.empty()) {
            QString pattern;
            for (std::size_t i = 0; i < stroke.dash.size(); ++i)
                pattern += (i % 2 == 0 ? QStringLiteral("on %1pt ") : QStringLiteral("off %1pt ")).arg(number(std::max(0.01, 0.75 * stroke.dash[i])));
            options << QStringLiteral("dash pattern=%1").arg(pattern.trimmed());
        }
    }
    if (options.isEmpty()) return;
    QString d;
    QPointF start, last;
    bool open = false;
    const auto close = [&] {
        if (open && QLineF(last, start).length() < 1e-6) d += QStringLiteral(" -- cycle");
        open = false;
    };
    for (int i = 0; i < path.elementCount(); ++i) {
        const auto e = path.elementAt(i);
        if (e.type == QPainterPath::MoveToElement) {
            close();
            d += QStringLiteral(" ") + point(e);
            start = e;
        } else if (e.type == QPainterPath::LineToElement) {
            d += QStringLiteral(" -- ") + point(e);
            open = true;
        } else if (e.type == QPainterPath::CurveToElement) {
            const QPointF b = path.elementAt(i + 1), c = path.elementAt(i + 2);
            d += QStringLiteral(" .. controls %1 and %2 .. %3").arg(point(e), point(b), point(c));
            last = c;
            i += 2;
            open = true;
            continue;
        }
        last = e;
    }
    close();
    put(QStringLiteral("\\path[%1]%2;").arg(options.join(QStringLiteral(",")), d));
}

void TikzSink::node(QPointF baseline, const QString& tex, double pixels, const QColor& color, double anchor) {
    const QString side = anchor < 0.25 ? QStringLiteral("base west") : anchor > 0.75 ? QStringLiteral("base east") : QStringLiteral("base");
    put(QStringLiteral("\\node[anchor=%1,inner sep=0pt,text=%2,font=\\fontsize{%3}{%4}\\selectfont] at %5 {%6};")
            .arg(side, colour(color), number(0.75 * pixels), number(0.9 * pixels), point(baseline), tex));
}

void TikzSink::math(QPointF baseline, const std::string& markup, double pixels, const QColor& color) {
    mathAt(baseline, markup, pixels, color, 0.0);
}

void TikzSink::mathAt(QPointF baseline, const std::string& markup, double pixels, const QColor& color, double anchor) {
    if (!markup.empty()) node(baseline, QStringLiteral("$%1$").arg(markupToTex(markup)), pixels, color, anchor);
}

void TikzSink::text(QPointF baseline, const QString& text, double pixels, int weight, const QColor& color, double anchor) {
    if (text.isEmpty()) return;
    node(baseline, (weight >= 550 ? QStringLiteral("\\sffamily\\bfseries %1") : QStringLiteral("\\sffamily %1")).arg(textToTex(text)), pixels, color, anchor);
}

QByteArray TikzSink::finish() {
    QString head = QStringLiteral(
        "\\RequirePackage{fix-cm}\n\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage{tikz}\n"
        "\\pagestyle{empty}\\parindent0pt\n"
        "\\pdfpagewidth=%1pt \\pdfpageheight=%2pt \\hoffset=-1in \\voffset=-1in \\topmargin0pt \\headheight0pt \\headsep0pt\n"
        "\\oddsidemargin0pt \\textwidth=%1pt \\textheight=%2pt \\topskip0pt\n")
                       .arg(number(0.75 * m_view.width()), number(0.75 * m_view.height()));
    for (const auto& [rgb, name] : m_colours)
        head += QStringLiteral("\\definecolor{%1}{HTML}{%2}\n").arg(name, QString::asprintf("%06X", rgb & 0xFFFFFFU));
    head += QStringLiteral("\\begin{document}\n%% %1\n").arg(textToTex(m_title)).replace(QStringLiteral("%%"), QStringLiteral("%"));
    head += QStringLiteral("\\begin{tikzpicture}[x=0.75pt,y=-0.75pt]\n  \\useasboundingbox %1 rectangle %2;\n")
                .arg(point(m_view.topLeft()), point(m_view.bottomRight()));
    return (head + m_body + QStringLiteral("\\end{tikzpicture}\n\\end{document}\n")).toUtf8();
}

}  // namespace lab

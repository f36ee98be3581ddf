"""What TeX commands mean as characters, and where a command's name alone, its backslash lost, still means one."""

from __future__ import annotations

import re
from typing import Any


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GREEK = _pairs("""
    alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ
    mu μ nu ν xi ξ pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
""")
OPERATORS = _pairs("""
    times × pm ± mp ∓ cdot · div ÷ ast ∗ star ⋆ circ ∘ bullet • cap ∩ cup ∪ vee ∨ wedge ∧ oplus ⊕ ominus ⊖ otimes ⊗
    odot ⊙ boxtimes ⊠ ltimes ⋉ rtimes ⋊ sqcup ⊔ setminus ∖ wr ≀ leq ≤ le ≤ leqslant ⩽ geq ≥ ge ≥ geqslant ⩾ neq ≠
    ne ≠ ll ≪ gg ≫ sim ∼ simeq ≃ approx ≈ cong ≅ equiv ≡ propto ∝ lesssim ≲ lsim ≲ gtrsim ≳ gsim ≳ prec ≺ succ ≻
    preceq ⪯ succeq ⪰ subset ⊂ subseteq ⊆ subsetneq ⊊ supset ⊃ supseteq ⊇ sqsubseteq ⊑ in ∈ notin ∉ ni ∋ mid ∣
    parallel ∥ perp ⊥ to → gets ← rightarrow → leftarrow ← leftrightarrow ↔ longrightarrow ⟶ longleftarrow ⟵
    longleftrightarrow ⟷ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ Longrightarrow ⟹ implies ⟹ iff ⟺ mapsto ↦
    longmapsto ⟼ hookrightarrow ↪ twoheadrightarrow ↠ uparrow ↑ downarrow ↓ curvearrowright ↷ rightharpoonup ⇀
    rightsquigarrow ⇝ colon :
""")
SYMBOLS = {
    **GREEK,
    **OPERATORS,
    **_pairs("""
    infty ∞ partial ∂ nabla ∇ hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ forall ∀ exists ∃ emptyset ∅ varnothing ∅ neg ¬ lnot ¬
    sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigwedge ⋀ bigvee ⋁ prime ′
    dagger † ddagger ‡ top ⊤ bot ⊥ angle ∠ triangle △ square □ Box □ Diamond ◇ diamond ⋄ natural ♮ sharp ♯ flat ♭
    ldots … dots … dotsc … cdots ⋯ dotsb ⋯ vdots ⋮ ddots ⋱ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ vert |
    lvert | rvert | Vert ‖ lVert ‖ rVert ‖ backslash \\ lbrace { rbrace } degree ° S § P ¶ pounds £ copyright ©
    checkmark ✓ bigstar ★ textless < textgreater > textbar | textasciitilde ~ textasciicircum ^ textbackslash \\
    textregistered ® texttrademark ™ textdegree ° textmu µ textendash – textemdash — AA Å aa å LaTeX LaTeX TeX TeX
    Bbbk 𝕜
"""),
}
SYMBOLS["phi"], SYMBOLS["varphi"], SYMBOLS["epsilon"] = "φ", "φ", "ε"
LETTERS = _pairs("ss ß ae æ AE Æ oe œ OE Œ o ø O Ø l ł L Ł i ı j ȷ imath ı jmath ȷ dh ð DH Ð th þ TH Þ dj đ DJ Đ")
ACCENTS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331", "bar": "\u0304", "hat": "\u0302", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307",
    "ddot": "\u0308", "check": "\u030c", "acute": "\u0301", "grave": "\u0300", "breve": "\u0306",
    "overline": "\u0304", "widehat": "\u0302", "widetilde": "\u0303", "mathring": "\u030a", "not": "\u0338",
}  # fmt: skip
STYLES = frozenset(
    _words("""
    emph text textbf textit textrm textsf texttt textsc textsl textnormal textup textmd mathrm mathbf mathit mathsf
    mathtt mathcal mathscr mathfrak mathbb mathds mathbbm mathop mathnormal Bbb bold boldsymbol pmb bm frak goth Cal
    mbox hbox operatorname underline uline url texorpdfstring path ensuremath widebar overrightarrow underbrace
    overbrace boxed textsuperscript textsubscript enquote uppercase lowercase stackrel xrightarrow
""")
)
SWITCHES = frozenset(
    _words("""
    bf rm it em sc sf tt sl cal bfseries itshape scshape displaystyle textstyle scriptstyle scriptscriptstyle
    footnotesize scriptsize small large Large tiny normalsize left right middle big Big bigg Bigg bigl bigr Bigl Bigr
    biggl biggr limits nolimits noindent protect relax item par centering mathstrut
""")
)
SILENT = {
    ",": " ", ";": " ", ":": " ", ">": " ", "!": "", " ": " ", "\n": " ", "\\": " ", "-": "", "/": "", "(": "", ")": "",
    "[": "", "]": "", "|": "‖", "thinspace": " ", "quad": " ", "qquad": " ", "newline": " ", "nonumber": "",
}  # fmt: skip

_DIGITS_ETC = "0123456789+-=()"
SUPERSCRIPTS = dict(zip(_DIGITS_ETC, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾", strict=True)) | {"−": "⁻", "′": "′", "*": "*"}
SUPERSCRIPTS |= dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
SUPERSCRIPTS |= dict(zip("ABDEGHIJKLMNOPRTUVWβγδθφχ", "ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ", strict=True))
SUBSCRIPTS = dict(zip(_DIGITS_ETC, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True)) | {"−": "₋"}
SUBSCRIPTS |= dict(zip("aehijklmnoprstuvxβγρφχ", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))

BLACKBOARD = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))

Rule = tuple[str, re.Pattern[str], Any]


def _rule(needle: str, behind: str, ahead: str, replacement: Any) -> Rule:
    """`needle` where `behind` comes before it and `ahead` after it. The plain needle first lets `re` skip quickly."""
    return needle, re.compile(f"{re.escape(needle)}{behind}{ahead}"), replacement


def _not_after(needle: str, letters: str = r"A-Za-z\\") -> str:
    return rf"(?<![{letters}]{re.escape(needle)})"


def _after_operand(needle: str) -> str:
    """Behind: a number, a closing bracket, a raised or lowered sign, or a letter that stands alone."""
    seen = re.escape(needle)
    letter = "[B-HJ-Zb-zα-ωΑ-Ω]"
    return rf"(?:(?<=[\d)}}\]*⁺ᵀ∞₀-₉⁰-⁹²³¹]{seen})|(?<=[\s(\[{{=,+*/_^-]{letter}{seen})|(?<=^{letter}{seen}))"


_OPERAND = r"(?:\\?[\d.]*\d|[B-HJ-Zb-zα-ωΑ-Ω](?![\w'’-])|[A-Zb-z][_^₀-₉⁰-⁹])"
_SURE = _words("""
    gtrsim lesssim infty varepsilon varphi vartheta varsigma leq geq neq odot otimes oplus rtimes ltimes subseteq
    supseteq setminus ldots cdots cdot langle leqslant geqslant mapsto propto notin lfloor rfloor lceil rceil nabla
    simeq emptyset
""")
_ARROWS = _words("longleftrightarrow leftrightarrow longrightarrow rightarrow leftarrow Leftrightarrow Rightarrow")
_STYLED = _words("mathcal mathbb mathbf mathrm mathfrak mathscr mathsf mathit mathtt boldsymbol operatorname")
_ENDS_NAME = r"(?=[_^]|\((?: ?[<∑∏∫α-ω]|\w{1,2}[)^_,])| ?[=<>≤≥∼≈](?!\w*>)|,? ?\w[_^](?:\w(?!\w)|\{))"


def _blackboard(match: re.Match[str]) -> str:
    return BLACKBOARD.get(match[1], match[1])


STRIPPED: tuple[Rule, ...] = (
    *(_rule(name, _not_after(name, r"\\"), "", SYMBOLS[name]) for name in _ARROWS),
    *(_rule(name, _not_after(name), "(?![a-z])", SYMBOLS[name]) for name in _SURE),
    _rule("rangle", r"(?:(?<![A-Za-z\\]rangle)|(?<=_[A-Za-z]rangle))", "", "⟩"),
    _rule("mathbb", _not_after("mathbb"), r"[ {]*([A-Z])\b\}?", _blackboard),
    *(_rule(name, _not_after(name), r" ?(?=[ {A-Z])", "") for name in _STYLED),
    _rule("sim", _not_after("sim"), r" ?(?=\$?\d)", "∼"),
    _rule("approx", _not_after("approx"), r" ?(?=\d)", "≈"),
    _rule(" pm ", r"(?<=[\d)] pm )", r"(?=\d|\()", " ± "),
    _rule("pm", r"(?<=\dpm)", r"(?=\d)", "±"),
    _rule(" times ", _after_operand(" times "), rf"(?={_OPERAND})", " × "),
    _rule("times", r"(?<=\dtimes)", rf" ?(?={_OPERAND})", "×"),
    *(_rule(f" {name} ", _after_operand(f" {name} "), r"(?=\S)", f" {SYMBOLS[name]} ") for name in ("ll", "gg")),
    _rule(" sim ", _after_operand(" sim "), rf"(?={_OPERAND})", " ∼ "),
    _rule(" in ", _after_operand(" in "), r"(?=(?:\\?[A-Z][\^_]|[ℝℂℕℤℚℙℍ]|[A-Z]\([A-Za-z]\)))", " ∈ "),
    _rule(" to ", _after_operand(" to "), r"(?=infty|∞)", " → "),
    *(_rule(name, _not_after(name), _ENDS_NAME, SYMBOLS[name]) for name in GREEK if len(name) > 1),
    *(
        _rule(name, _not_after(name, r"A-Za-z_\\"), r"(?=[_^](?:\{|\w(?![A-Za-z0-9])))", SYMBOLS[name])
        for name in ("sum", "prod", "int", "partial", "ell")
    ),
    *(
        _rule(f"^{name}", "", "(?![a-z])", f"^{SYMBOLS[name]}")
        for name in ("top", "circ", "prime", "dagger", "ast", "star", "perp")
    ),
    _rule("left", _not_after("left", r"\\"), r"(?=[(\[{|])(?<=[a-zα-ωΑ-Ω}]left)", ""),
    _rule("right", r"(?<=[})\d]right)", r"(?=[)\]])", ""),
)

PLAIN = tuple(rule for rule in STRIPPED if rule[0] in ("sim", "approx", " pm ", "times", "rightarrow"))
"""What may stand in a text that has no other sign of TeX."""


INSIDE = (*_ARROWS, "rangle", "left")
"""Needles that are also looked for inside of words."""


def _by_word() -> dict[bytes, tuple[int, ...]]:
    found: dict[bytes, tuple[int, ...]] = {}
    for number, (needle, _, _) in enumerate(STRIPPED):
        word = needle if needle in INSIDE else "".join(filter(str.islower, needle))
        found[word.encode()] = (*found.get(word.encode(), ()), number)
    return found


BY_WORD = _by_word()
"""The numbers in STRIPPED of the rules that may apply to a text with a word: by needles INSIDE, else by small letters.

Where a rule of the latter kind applies, its needle's small letters have none beside them, but for one behind them that
an index or a power follows, or that `times` stands before.
"""

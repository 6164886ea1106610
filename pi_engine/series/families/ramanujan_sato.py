"""The Ramanujan–Sato series of levels 1 to 4 with rational terms: all 35 that converge linearly.

With uₖ = (6k)!/((3k)!·k!³), (4k)!/k!⁴, (2k)!(3k)!/k!⁵, (2k)!³/k!⁶ for ℓ = 1, 2, 3, 4, and τ = (−B + √−D)/(2ℓ),

    Σ uₖ·(a + bk)/m^k = b·ℓ/(π·√(D·(1 − c/m))),   c = 1728, 256, 108, 64,

where m is the value of a modular function at τ: j(τ) at level 1, at the others what generates the functions of
Γ₀(ℓ)+. It is an integer for 36 values of τ with |m| ≥ c. One of them, m = −64 at level 4 (Bauer 1859), has terms that
fall like a power of k only, and is left out. H. H. Chan and S. Cooper (Math. Proc. Cambridge Philos. Soc. 153, 2012)
list them all; a test finds a, b and the closed form again from ℓ, D and m.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.model.pi_series import SingleSeries
from pi_engine.series.model.polynomial import IntegerPolynomial

_K = (0, 1)


class Level(NamedTuple):
    """uₖ/uₖ₋₁ = constant·∏ factors / k³, its limit c, and uₖ as it is printed, before and after the fraction's line."""

    constant: int
    factors: tuple[tuple[int, int], ...]
    limit: int
    above: str
    below: str


LEVELS = {
    1: Level(24, ((-5, 6), (-1, 2), (-1, 6)), 1728, "(6k)!", "(3k)! k!³"),
    2: Level(8, ((-3, 4), (-1, 2), (-1, 4)), 256, "(4k)!", "k!⁴"),
    3: Level(6, ((-1, 2), (-1, 3), (-2, 3)), 108, "(2k)! (3k)!", "k!⁵"),
    4: Level(8, ((-1, 2), (-1, 2), (-1, 2)), 64, "(2k)!³", "k!⁶"),
}

CHUDNOVSKYS = (
    "D. V. Chudnovsky and G. V. Chudnovsky, Approximations and complex multiplication according to "
    "Ramanujan, in: Ramanujan Revisited, Academic Press, 1988"
)
RAMANUJAN = "S. Ramanujan, Modular equations and approximations to π, Quarterly Journal of Mathematics 45 (1914)"
CHAN_LIAW_TAN = (
    "H. H. Chan, W.-C. Liaw and V. Tan, Ramanujan's class invariant λₙ and a new class of series for 1/π, "
    "Journal of the London Mathematical Society 64 (2001)"
)
CHAN_COOPER = (
    "H. H. Chan and S. Cooper, Rational analogues of Ramanujan's series for 1/π, Mathematical Proceedings of the "
    "Cambridge Philosophical Society 153 (2012)"
)


def ramanujan_sato(
    level: int,
    discriminant: int,
    m: int,
    a: tuple[int, int],
    *,
    closed_form: ClosedForm,
    source: str,
    name: str = "",
    title: str = "",
    formula: str = "",
) -> SingleSeries:
    """The row of Σ uₖ·(a₀ + a₁k)/m^k; formula, name and title follow from the numbers where they are not given."""
    constant, factors, _, above, below = LEVELS[level]
    common = gcd(constant, m)
    sign = "(−1)^k " if m < 0 else ""
    return SingleSeries(
        name=name or f"level{level}-{-discriminant}",
        title=title or f"{a[1]}k + {a[0]}, m = {_typeset(m)}",
        family=f"Ramanujan–Sato, level {level}",
        p=IntegerPolynomial((constant if m > 0 else -constant) // common, factors),
        q=IntegerPolynomial(abs(m) // common, (_K, _K, _K)),
        a=IntegerPolynomial(1, (a,)),
        closed_form=closed_form,
        formula=formula or f"Σ {sign}{above} ({a[0]} + {a[1]}k) / ({below} {_power(abs(m))}) = {_value(closed_form)}",
        source=source,
        level=level,
        discriminant=discriminant,
    )


def _power(m: int) -> str:
    """m^k, as a power of a smaller number where it is one: `96^(3k)`."""
    for exponent in (4, 3, 2):
        root = round(m ** (1 / exponent))
        if root**exponent == m:
            return f"{root}^({exponent}k)"
    return f"{m}^k"


def _typeset(m: int) -> str:
    text = _power(abs(m)).replace("^k", "").replace("k)", "").replace("(", "")
    return ("−" if m < 0 else "") + text.replace("^4", "⁴").replace("^3", "³").replace("^2", "²")


def _value(form: ClosedForm) -> str:
    """The sum, from `closed_form`: like `2√3/(9π)`."""
    root = f"√{form.radicand}" if form.radicand > 1 else ""
    numerator = ("" if form.numerator == 1 and root else str(form.numerator)) + root
    return f"{numerator}/π" if form.denominator == 1 else f"{numerator}/({form.denominator}π)"


CHUDNOVSKY = ramanujan_sato(
    1, -163, -(640320**3), (13591409, 545140134), closed_form=ClosedForm(426880, 10005, 1), source=CHUDNOVSKYS,
    name="chudnovsky",
    title="Chudnovsky brothers",
    formula="1/π = 12 Σ (−1)^k (6k)! (13591409 + 545140134k) / ((3k)! k!³ 640320^(3k+3/2))",
)  # fmt: skip

RAMANUJAN_1914 = ramanujan_sato(
    2, -232, 396**4, (1103, 26390), closed_form=ClosedForm(9801, 2, 4), source=f"{RAMANUJAN}, equation 44",
    name="ramanujan",
    title="Ramanujan 1914 (9801)",
    formula="1/π = (2√2/9801) Σ (4k)! (1103 + 26390k) / (k!⁴ 396^(4k))",
)  # fmt: skip

_OTHERS: tuple[tuple[int, int, int, tuple[int, int], tuple[int, int, int], str], ...] = (
    (1, -67, -(5280**3), (10177, 261702), (1760, 330, 1), CHUDNOVSKYS),
    (1, -43, -(960**3), (263, 5418), (640, 15, 3), CHUDNOVSKYS),
    (1, -28, 255**3, (8, 133), (85, 255, 54), f"{RAMANUJAN}, equation 34"),
    (1, -27, -12288000, (31, 506), (160, 30, 9), CHUDNOVSKYS),
    (1, -19, -(96**3), (25, 342), (32, 6, 1), CHUDNOVSKYS),
    (1, -16, 66**3, (5, 63), (11, 33, 4), CHUDNOVSKYS),
    (1, -12, 54000, (1, 11), (5, 15, 6), f"{RAMANUJAN}, equation 33"),
    (1, -11, -(32**3), (15, 154), (32, 2, 1), CHUDNOVSKYS),
    (1, -8, 20**3, (3, 28), (5, 5, 1), CHUDNOVSKYS),
    (1, -7, -(15**3), (8, 63), (5, 15, 1), CHUDNOVSKYS),
    (2, -148, -(14112**2), (1123, 21460), (3528, 1, 1), f"{RAMANUJAN}, equation 39"),
    (2, -100, -6635520, (41, 644), (288, 5, 5), f"{RAMANUJAN}, equation 38"),
    (2, -88, 1584**2, (19, 280), (18, 11, 1), f"{RAMANUJAN}, equation 43"),
    (2, -72, 28**4, (3, 40), (49, 3, 9), f"{RAMANUJAN}, equation 42"),
    (2, -52, -(288**2), (23, 260), (72, 1, 1), f"{RAMANUJAN}, equation 37"),
    (2, -40, 12**4, (1, 10), (9, 2, 4), f"{RAMANUJAN}, equation 41"),
    (2, -36, -12288, (3, 28), (16, 3, 3), f"{RAMANUJAN}, equation 36"),
    (2, -28, -(63**2), (8, 65), (9, 7, 1), CHAN_COOPER),
    (2, -24, 48**2, (1, 8), (2, 3, 1), f"{RAMANUJAN}, equation 40"),
    (2, -20, -(32**2), (3, 20), (8, 1, 1), f"{RAMANUJAN}, equation 35"),
    (2, -16, 648, (1, 7), (9, 1, 2), CHAN_COOPER),
    (3, -267, -(300**3), (827, 14151), (1500, 3, 1), CHAN_LIAW_TAN),
    (3, -147, -326592, (13, 165), (108, 7, 7), CHAN_LIAW_TAN),
    (3, -123, -(48**3), (53, 615), (96, 3, 1), CHAN_LIAW_TAN),
    (3, -75, -8640, (1, 9), (4, 15, 5), CHAN_LIAW_TAN),
    (3, -60, 15**3, (4, 33), (15, 3, 2), f"{RAMANUJAN}, equation 32"),
    (3, -51, -(12**3), (7, 51), (12, 3, 1), CHAN_LIAW_TAN),
    (3, -48, 1458, (2, 15), (27, 1, 4), f"{RAMANUJAN}, equation 31"),
    (3, -27, -192, (1, 5), (4, 3, 3), CHAN_LIAW_TAN),
    (3, -24, 6**3, (1, 6), (3, 3, 1), CHAN_COOPER),
    (4, -112, 8**4, (5, 42), (16, 1, 1), f"{RAMANUJAN}, equation 29"),
    (4, -64, -(8**3), (1, 6), (2, 2, 1), CHAN_COOPER),
    (4, -48, 4**4, (1, 6), (4, 1, 1), f"{RAMANUJAN}, equation 28"),
)

ROWS = (
    CHUDNOVSKY,
    RAMANUJAN_1914,
    *(
        ramanujan_sato(level, D, m, a, closed_form=ClosedForm(*form), source=source)
        for level, D, m, a, form, source in _OTHERS
    ),
)

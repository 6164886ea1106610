"""From a discriminant −D to its Ramanujan–Sato series of level 1: why Chudnovsky's constants are what they are.

At τ = (1 + √−D)/2, or √−D/2 where 4 divides D, with Im τ = √D/2 and s₂ as in `eisenstein`,

    Σ uₖ·(k + λ)/j^k = 1/(π·√(D·(1 − 1728/j))),   uₖ = (6k)!/((3k)!·k!³),   λ = (1 − s₂)/6,

for |j| > 1728 (Borwein and Borwein, Chudnovsky and Chudnovsky 1987/88). j is an algebraic integer of degree h(−D), and
s₂ is in the field of j: both are rational if and only if the class number is 1. That holds for D = 3, 4, 7, 8, 11, 12, 16,
19, 27, 28, 43, 67 and 163, and no other (Heegner, Baker, Stark); D = 3 and D = 4 have j = 0 and j = 1728.

j is computed to within far less than 1/2 of an integer, and λ to this many bits that no other fraction of a denominator
that short agrees with them (`recognition`). That λ is this fraction is then tested by the sum: if λ were wrong by ε, π
would be wrong by a relative ε/(λ + 1) or more, so N digits of π leave room only for fractions of some N/2 digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt, sqrt
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError, VerificationError
from pi_engine.runtime.display import counted, html_table, line
from pi_engine.series.families.ramanujan_sato import ramanujan_sato
from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.modular_forms.class_number import LARGEST_COUNTED, class_number

if TYPE_CHECKING:
    from pi_engine.series.model.pi_series import SingleSeries

RATIONAL = (7, 8, 11, 12, 16, 19, 27, 28, 43, 67, 163)
"""The D whose series has rational terms and converges."""


@dataclass(frozen=True, repr=False)
class Derivation:
    """A discriminant's series 1/π = prefactor·Σ (sign of j)^k·(6k)!·(a + bk)/((3k)!·k!³·c^(k + 1/2)).

    Attributes:
        discriminant: −D.
        class_number: 1.
        j: j(τ).
        s2: s₂(τ).
        a: the numerator of (1 − s₂)/6 = a/b in lowest terms.
        b: the denominator of (1 − s₂)/6 = a/b in lowest terms.
        c: |j|.
        prefactor: its square; 144 for D = 163.
        series: to be summed.
        verified_digits: how many digits of π after the point the sum was verified to.
    """

    discriminant: int
    class_number: int
    j: int
    s2: Fraction
    a: int
    b: int
    c: int
    prefactor: Fraction
    series: SingleSeries
    verified_digits: int

    def __repr__(self) -> str:
        """Like `Derivation(-163, j = -262537412640768000, verified to 1_000 digits, 1/π = …)`."""
        verified = f"verified to {counted(self.verified_digits, 'digit')}"
        return line("Derivation", str(self.discriminant), f"j = {self.j}", verified, self.formula)

    def _repr_html_(self) -> str:
        rows = [
            ("j", f"{self.j}{self.cube_text}"),
            ("s₂", str(self.s2)),
            ("series", self.formula),
            ("c", str(self.c)),
            ("verified digits", f"{self.verified_digits:_}"),
        ]
        return html_table(f"The series of discriminant {self.discriminant}", rows)

    @property
    def prefactor_text(self) -> str:
        """The prefactor: `12`, or `24√2`."""
        root, radicand = _root(self.prefactor.numerator * self.prefactor.denominator)
        factor = Fraction(root, self.prefactor.denominator)
        return str(factor) if radicand == 1 else f"{factor}√{radicand}"

    @property
    def cube_text(self) -> str:
        """J as a cube, which it is where 3 does not divide D: ` = −640320³`; or nothing."""
        root = round(self.c ** (1 / 3))
        return f" = {'−' if self.j < 0 else ''}{root}³" if root**3 == self.c else ""

    @property
    def formula(self) -> str:
        """The series with its prefactor."""
        sign = "(−1)^k " if self.j < 0 else ""
        return f"1/π = {self.prefactor_text} Σ {sign}(6k)! ({self.a} + {self.b}k) / ((3k)! k!³ c^(k+1/2))"


def require_rational(D: int) -> None:
    """Explain why there is no series, if there is none.

    Raises:
        UsageError: D is not a discriminant, its class number is not 1, or its series diverges.
    """
    if D <= 0:
        raise UsageError(f"D = {D}: give D > 0, for the discriminant −D")
    if D % 4 not in (0, 3):
        raise UsageError(f"−{D} is not a discriminant: D leaves 0 or 3 modulo 4; did you mean {4 * D}?")
    if D in (3, 4):
        j = 0 if D == 3 else 1728
        raise UsageError(f"D = {D} has class number 1, but j = {j}: the series converges for |j| > 1728 only")
    if D in RATIONAL:
        return
    all_of_them = f"those with one are {', '.join(map(str, RATIONAL))}"
    if D > LARGEST_COUNTED:
        raise UsageError(
            f"D = {D} has no rational series: its class number is more than 1, as for all D > 163; {all_of_them}"
        )
    h = class_number(D)
    raise UsageError(
        f"D = {D} has class number {h}: its j is an algebraic number of degree {h}, so it has no rational series; "
        f"{all_of_them}"
    )


def derivation_of(D: int, series: SingleSeries, verified_digits: int) -> Derivation:
    """How the series of the discriminant −D follows from it, and to how many digits its sum is known to be π.

    Raises:
        UsageError: see `derived_series`.
    """
    j, s2 = _recognised(D)
    ratio = (1 - s2) / 6
    return Derivation(
        discriminant=-D,
        class_number=class_number(D),
        j=j,
        s2=s2,
        a=ratio.numerator,
        b=ratio.denominator,
        c=abs(j),
        prefactor=Fraction(D * abs(j - 1728), ratio.denominator**2),
        series=series,
        verified_digits=verified_digits,
    )


@lru_cache(maxsize=16)
def derived_series(D: int, name: str) -> SingleSeries:
    """The series of the discriminant −D, under this name; its sum has not been looked at yet.

    Raises:
        UsageError: there is no rational series; the message says why, with the class number.
    """
    j, s2 = _recognised(D)
    a, b = ((1 - s2) / 6).as_integer_ratio()
    squared = Fraction(b * b * j, D * (j - 1728))  # (π·S)²
    root, radicand = _root(squared.numerator * squared.denominator)
    factor = Fraction(root, squared.denominator)
    return ramanujan_sato(
        1,
        -D,
        j,
        (a, b),
        closed_form=ClosedForm(factor.numerator, radicand, factor.denominator),
        source=f"derived from the discriminant −{D}",
        name=name,
    )


def _root(n: int) -> tuple[int, int]:
    """(r, s) with n = r²·s, r and s positive and no square of a number up to 10^4 in s."""
    root, divisor = 1, 2
    while divisor * divisor <= n and divisor < 10**4:
        while n % (divisor * divisor) == 0:
            n //= divisor * divisor
            root *= divisor
        divisor += 1
    whole = isqrt(n)
    return (root * whole, 1) if whole * whole == n else (root, n)


@lru_cache(maxsize=16)
def _recognised(D: int) -> tuple[int, Fraction]:
    """J and s₂."""
    require_rational(D)
    from pi_engine.series.modular_forms.eisenstein import modular_values
    from pi_engine.series.modular_forms.recognition import recognise_fraction

    size = int(4.54 * sqrt(D))  # of j, in bits
    bits = 4 * size + 128
    j, s2 = (Fraction(*map(int, value.as_integer_ratio())) for value in modular_values(D, bits))
    nearest = round(j)
    found = recognise_fraction(s2, bits - 16)
    if abs(j - nearest) * 2 ** (bits - size - 16) > 1 or found is None:
        raise VerificationError(f"D = {D}: j or s₂ is not the rational number it must be: report this as a bug")
    return nearest, found

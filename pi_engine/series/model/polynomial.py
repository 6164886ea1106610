"""Polynomials in k with integer coefficients, kept as a constant times factors.

The factored form is what the literature prints and what a reader can check; the expanded coefficients
are what is evaluated.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, repeat, zip_longest
from typing import TYPE_CHECKING

from pi_engine.runtime.display import integer_text, line
from pi_engine.runtime.integers import as_int

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import SupportsIndex

Coefficients = tuple[int, ...]
"""Ascending: (c₀, c₁, …) stands for c₀ + c₁k + …, without trailing zeros; zero is ()."""


def product(f: Coefficients, g: Coefficients) -> Coefficients:
    """The product f·g; quadratic in the degrees, which are small."""
    if not f or not g:
        return ()
    result = [0] * (len(f) + len(g) - 1)
    for i, x in enumerate(f):
        for j, y in enumerate(g):
            result[i + j] += x * y
    return tuple(result)


def difference(f: Coefficients, g: Coefficients) -> Coefficients:
    """The difference f − g, without trailing zeros."""
    result = [x - y for x, y in zip_longest(f, g, fillvalue=0)]
    while result and result[-1] == 0:
        result.pop()
    return tuple(result)


def taylor_shift(f: Coefficients) -> Coefficients:
    """The coefficients of f(k + 1), by Horner's rule."""
    result: Coefficients = ()
    for c in reversed(f):
        result = product(result, (1, 1)) or (0,)
        result = (result[0] + c, *result[1:])
    return result


@dataclass(frozen=True, repr=False)
class IntegerPolynomial:
    """constant · ∏ factors, a polynomial in k over the integers."""

    constant: int
    factors: tuple[Coefficients, ...] = ()

    def __post_init__(self) -> None:
        # numpy's integers would overflow in silence
        object.__setattr__(self, "constant", as_int(self.constant, "the constant of a polynomial"))
        factors = tuple(tuple(as_int(c, "a coefficient of a polynomial") for c in factor) for factor in self.factors)
        object.__setattr__(self, "factors", factors)

    @cached_property
    def coefficients(self) -> Coefficients:
        """The expanded coefficients, ascending."""
        expanded: Coefficients = (self.constant,)
        for factor in self.factors:
            expanded = product(expanded, factor)
        return difference(expanded, ())

    @property
    def degree(self) -> int:
        """The degree; −1 for the zero polynomial."""
        return len(self.coefficients) - 1

    @property
    def leading(self) -> int:
        """The coefficient of k^degree."""
        return self.coefficients[-1] if self.coefficients else 0

    def __call__(self, k: SupportsIndex) -> int:
        """The value at k."""
        k, value = as_int(k, "a polynomial"), 0
        for c in reversed(self.coefficients):
            value = value * k + c
        return value

    def table(self, first: int, end: int) -> list[int]:
        """The values at first ≤ k < end, by products of the factors, ranges where those are linear: half the cost of Horner's rule."""
        head, *others = self.factors or ((1,),)
        values = _progression(tuple(self.constant * c for c in head), first, end)
        for factor in others:
            values = map(operator.mul, values, _progression(factor, first, end))
        return list(values)

    def values(self, first: int) -> Iterator[int]:
        """The values at first, first + 1, …, without end, by differences: an addition a degree, at a third of an evaluation's cost.

        f(k + 1) = f(k) + Δf(k), Δf(k + 1) = Δf(k) + Δ²f(k), …, and the difference of the degree's order is constant.
        """
        differences = [self(first + j) for j in range(max(1, len(self.coefficients)))]
        for i in range(1, len(differences)):
            for j in range(len(differences) - 1, i - 1, -1):
                differences[j] -= differences[j - 1]
        sequence: Iterator[int] = repeat(differences.pop())
        while differences:
            sequence = accumulate(sequence, initial=differences.pop())
        return sequence

    def __repr__(self) -> str:
        """Like `IntegerPolynomial(24 k³)`."""
        return line("IntegerPolynomial", str(self))

    def __str__(self) -> str:
        """The factored form as the literature prints it, like `−(6k − 5)(2k − 1)` or `24 k³`."""
        others = [f for f in dict.fromkeys(self.factors) if f != (0, 1)]
        alone = self.constant == 1 and len(self.factors) == 1
        texts = [_typeset(f) if alone else f"({_typeset(f)})" + _power(self.factors.count(f)) for f in others]
        power = self.factors.count((0, 1))
        body = "".join(texts) + ("k" + _power(power) if power else "")
        number = integer_text(self.constant).replace("-", "−")
        if not body:
            return number
        sign_only = {1: "", -1: "−"}
        return sign_only.get(self.constant, f"{number} ") + body


def _progression(f: Coefficients, first: int, end: int) -> Iterable[int]:
    """The values of a factor at first ≤ k < end."""
    if len(f) == 2 and f[1]:
        return range(f[0] + f[1] * first, f[0] + f[1] * end, f[1])
    factor = IntegerPolynomial(1, (f,))
    return [factor(k) for k in range(first, end)]


def _power(n: int) -> str:
    """The exponent of x^n as it is printed, nothing for 1."""
    return str(n).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")) if n > 1 else ""


def _typeset(f: Coefficients) -> str:
    """Like `6k − 5`, highest power first."""
    text = ""
    for power in range(len(f) - 1, -1, -1):
        c = f[power]
        if c == 0:
            continue
        variable = "" if power == 0 else "k" + _power(power)
        number = "" if abs(c) == 1 and variable else integer_text(abs(c))
        sign = ("−" if c < 0 else "") if not text else (" − " if c < 0 else " + ")
        text += sign + number + variable
    return text or "0"

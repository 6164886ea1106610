"""What chance would give: how often, and with which probability at all, random digits hold a pattern.

The digits are independent, and each of the b digits of the base has probability 1/b. Then a pattern with f fixed digits and length m
stands (n − m + 1)·b^−f times in n digits on average, however its occurrences overlap. Whether it stands there at all does depend on how
it overlaps itself: 999999 occurs in clumps, and so in fewer sequences than 123456. The probability is therefore found exactly, by a
Markov chain whose states are the parts of the pattern that the last digits match (the automaton of Knuth, Morris and Pratt, or, with
wildcards, of Shift-And: Baeza-Yates and Gonnet 1992); its last state, "found", is never left. No term of a power of its matrix is
negative, so that small probabilities are as precise as large ones. By Guibas and Odlyzko (1981) strings that overlap themselves in the
same way have the same probability, which is found once for all of them.

Where the chain has more than `MOST_STATES` states the clumps are taken as a Poisson process: with A the probability that an occurrence
has another one before it that overlaps it, 1 − exp(−(n − m + 1)·b^−f·(1 − A)).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from pi_engine.search.patterns import WILDCARD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

Method = Literal["exact", "Poisson", "independent"]
"""How a probability was found: exactly; with clumps as a Poisson process; with all places taken as independent."""

MOST_STATES = 96
"""States of a Markov chain. Longer strings are so rare that clumps hardly ever meet."""


class Chance(NamedTuple):
    """What random digits would give.

    Attributes:
        expected: the mean number of occurrences.
        probability: of at least one.
        method: how the probability was found.
    """

    expected: float
    probability: float
    method: Method


def chances_of_strings(patterns: Sequence[str], base: int, digits: int) -> list[Chance]:
    """The chance of each pattern in a given number of digits; those that overlap themselves in the same way are worked out once."""
    known: dict[tuple[int, int, tuple[int, ...]], Chance] = {}
    chances = []
    for pattern in patterns:
        key = (len(pattern), pattern.count(WILDCARD), () if WILDCARD in pattern else periods(pattern))
        if WILDCARD in pattern or key not in known:
            known[key] = _chance_of_string(pattern, base, digits)
        chances.append(known[key])
    return chances


def _chance_of_string(pattern: str, base: int, digits: int) -> Chance:
    length, fixed = len(pattern), len(pattern) - pattern.count(WILDCARD)
    if digits < length:
        return Chance(0.0, 0.0, "exact")
    places = digits - length + 1
    expected = places / base**fixed
    chain = _chain_of_string(pattern, base)
    if chain is not None:
        return Chance(expected, _absorbed(chain, digits), "exact")
    if WILDCARD in pattern:
        alone = math.prod(1 - _repeated(pattern, base, shift) for shift in range(1, length))
    else:
        alone = 1 - sum(_nearest(pattern, base))
    return Chance(expected, -math.expm1(-expected * alone), "Poisson")


def chance_of_runs(length: int, digit: str | None, base: int, digits: int) -> Chance:
    """Of maximal runs of `length` or more of a digit, or of any: one begins at the first digit, or behind another digit."""
    if digits < length:
        return Chance(0.0, 0.0, "exact")
    kinds = base if digit is None else 1
    expected = kinds * float(base) ** -length * (1 + (digits - length) * (1 - 1 / base))
    if length >= MOST_STATES:
        return Chance(expected, -math.expm1(-expected), "Poisson")
    if digit is not None:
        return Chance(expected, _chance_of_string(digit * length, base, digits).probability, "exact")
    return Chance(expected, _absorbed(_chain_of_any_run(length, base), digits), "exact")


def chance_of_palindromes(length: int, base: int, digits: int) -> Chance:
    """Of maximal palindromes of `length` digits or more: each middle, a digit or between two, has one or not."""
    expected = logarithm = 0.0
    for least in (length, length + 1):
        middles, one = max(digits - least + 1, 0), float(base) ** -(least // 2)
        expected += middles * one
        logarithm += middles * math.log1p(-one) if one < 1 else -math.inf
    return Chance(expected, -math.expm1(logarithm), "independent")


def chance_of_self_location(base: int, position: int, digits: int) -> Chance:
    """Of numbers n that stand at n, where the first digit has this position; a number of d digits stands there with probability b^−d."""
    expected = logarithm = 0.0
    length, end = 1, position + digits - 1
    while base ** (length - 1) <= end - length + 1:
        first, last = max(base ** (length - 1), position), min(base**length - 1, end - length + 1)
        one = float(base) ** -length
        expected += max(last - first + 1, 0) * one
        logarithm += max(last - first + 1, 0) * math.log1p(-one)
        length += 1
    return Chance(expected, -math.expm1(logarithm), "independent")


def periods(pattern: str) -> tuple[int, ...]:
    """The shifts by less than its length at which a string without wildcards agrees with itself, by its longest borders."""
    border = [0] * (len(pattern) + 1)
    border[0] = -1
    k = -1
    for i, character in enumerate(pattern):
        while k >= 0 and pattern[k] != character:
            k = border[k]
        k += 1
        border[i + 1] = k
    found = []
    k = border[len(pattern)]
    while k > 0:
        found.append(len(pattern) - k)
        k = border[k]
    return tuple(found)


def _nearest(pattern: str, base: int) -> list[float]:
    """The probability that the nearest occurrence before one that overlaps it is a given number of places before it, by shift.

    With u_k = b^−k for a period k, f_k of the nearest one follows from u_k = Σ_j f_j·u_(k−j) (Feller, volume 1, chapter XIII).
    """
    length = len(pattern)
    u = dict.fromkeys(range(length), 0.0)
    u[0] = 1.0
    u.update({k: float(base) ** -k for k in periods(pattern)})
    held = sorted(k for k, value in u.items() if value)
    f: dict[int, float] = {}
    for k in held[1:]:
        f[k] = u[k] - sum(f[j] * u[k - j] for j in f if j < k)
    return [max(value, 0.0) for value in f.values()]


def _repeated(pattern: str, base: int, shift: int) -> float:
    """The probability of another occurrence a given number of places before one."""
    logarithm = 0
    for i, character in enumerate(pattern):
        if character == WILDCARD:
            continue
        there = pattern[i - shift] if i >= shift else WILDCARD
        if there == WILDCARD:
            logarithm += 1
        elif there != character:
            return 0.0
    return float(base) ** -logarithm


def _chain_of_string(pattern: str, base: int) -> NDArray[np.float64] | None:
    """The matrix of the chain of a pattern, "found" its last state; None where there are too many states."""
    import numpy as np

    length = len(pattern)
    if length > MOST_STATES:
        return None
    # bit j of a state: the last j digits are the first j of the pattern
    accepts = {c: sum(1 << i for i, x in enumerate(pattern) if x in {c, WILDCARD}) for c in {*pattern} - {WILDCARD}}
    others = sum(1 << i for i, x in enumerate(pattern) if x == WILDCARD)
    weights = [(accepted, 1 / base) for accepted in accepts.values()]
    weights.append((others, (base - len(accepts)) / base))
    numbers, pending, steps = {1: 0}, [1], []
    while pending:
        state = pending.pop()
        for accepted, weight in weights:
            after = (state & accepted) << 1 | 1
            if after >> length:
                steps.append((numbers[state], -1, weight))
                continue
            if after not in numbers:
                if len(numbers) == MOST_STATES:
                    return None
                numbers[after] = len(numbers)
                pending.append(after)
            steps.append((numbers[state], numbers[after], weight))
    matrix = np.zeros((len(numbers) + 1, len(numbers) + 1))
    for before, after, weight in steps:
        matrix[before, after] += weight
    matrix[-1, -1] = 1
    return matrix


def _chain_of_any_run(length: int, base: int) -> NDArray[np.float64]:
    """The matrix of the chain whose state is the length of the run that goes on, 0 before the first digit."""
    import numpy as np

    matrix = np.zeros((length + 1, length + 1))
    matrix[0, 1] = 1
    for state in range(1, length):
        matrix[state, state + 1] = 1 / base
        matrix[state, 1] += 1 - 1 / base
    matrix[-1, -1] = 1
    return matrix


def _absorbed(chain: NDArray[np.float64], steps: int) -> float:
    """The probability that the last state has been reached from the first after a given number of steps."""
    row = chain[0] * 0
    row[0] = 1
    while steps:
        if steps & 1:
            row = row @ chain
        chain = chain @ chain
        steps >>= 1
    return min(float(row[-1]), 1.0)

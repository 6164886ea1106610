"""The polynomials of a series in the form in which a kernel evaluates them: as products of words where that is proved.

f(k) for 0 ≤ k < n is split into integer polynomials g with Σ|cᵢ|·(n−1)^i < 2^63. That sum bounds every intermediate of
Horner's rule, hence g(k) is found in one 64-bit word without overflow. As many factors as the bound allows are expanded
into one g: below 500 000 terms Chudnovsky's p is one word, q two. A factor that does not fit stays long: it is
evaluated in two's complement of this many words that its bound, and a sign, fit.
"""

from __future__ import annotations

import functools
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.series.model.polynomial import product

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.series.model.polynomial import Coefficients, IntegerPolynomial

WORD_BOUND = 1 << 63


class TermValues(NamedTuple):
    """f as a product: ∏ words[g](k)·∏ longs[h](k), with |f(k)| < 2^bits for the k it was made for.

    Attributes:
        words: int64[groups][degree + 1], ascending coefficients; at least one group.
        longs: uint64[factors][degree + 1][width], ascending coefficients in two's complement.
        bits: proven for every k, not for the leading term only.
    """

    words: NDArray[np.int64]
    longs: NDArray[np.uint64]
    bits: int


def bound(f: Coefficients, last: int) -> int:
    """Σ|cᵢ|·last^i: no |f(k)| with 0 ≤ k ≤ last, and no intermediate of Horner's rule, is above it."""
    value = 0
    for c in reversed(f):
        value = value * last + abs(c)
    return value


@functools.lru_cache(maxsize=8)
def term_values(f: IntegerPolynomial, terms: int) -> TermValues:
    """The form of f for 0 ≤ k < `terms`; its arrays are shared, and read only."""
    last = terms - 1
    groups: list[Coefficients] = []
    longs: list[Coefficients] = []
    for factor in [*f.factors, (f.constant,)]:
        if bound(factor, last) >= WORD_BOUND:
            longs.append(factor)
            continue
        for i, group in enumerate(groups):
            expanded = product(group, factor)
            if bound(expanded, last) < WORD_BOUND:
                groups[i] = expanded
                break
        else:
            groups.append(factor)
    bits = sum(bound(g, last).bit_length() for g in [*groups, *longs])
    return TermValues(_word_table(groups or [(1,)]), _long_table(longs, last), bits)


def _word_table(groups: list[Coefficients]) -> NDArray[np.int64]:
    columns = zip_longest(*groups, fillvalue=0)
    return np.ascontiguousarray(np.array(list(columns), np.int64).T)


def _long_table(longs: list[Coefficients], last: int) -> NDArray[np.uint64]:
    width = max((bound(f, last).bit_length() // 64 + 1 for f in longs), default=1)
    table = np.zeros((len(longs), max(map(len, longs), default=1), width), np.uint64)
    for i, f in enumerate(longs):
        for j, c in enumerate(f):
            table[i, j] = np.frombuffer(c.to_bytes(8 * width, "little", signed=True), "<u8")
    return table

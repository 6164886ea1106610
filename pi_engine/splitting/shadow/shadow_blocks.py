"""The shadow in about √n steps instead of n, on GMP's integers alone: for the path that has no kernels.

Modulo M = 2^61 − c, which is 2^61 − 1 or the random prime, c < 2^52. The m terms from k on are a block, three integers
like those of a node of the tree,

    P = ∏ p(k + j),   Q = ∏ q(k + j),   T = Σ_j a(k + j)·∏_{i ≤ j} p(k + i)·∏_{i > j} q(k + i),   0 ≤ i, j < m,

and each of them a polynomial in k of degree ≤ D = m·d + e, d the larger degree of p and q, e that of a. Along the blocks
k = 1, 1 + m, 1 + 2m, … they are polynomials in the number of the block, whose first D + 1 values determine all others
(Newton's forward differences, which hold in integers and therefore modulo M):

    f(i) = Σ_j C(i, j)·Δ^j f(0),   Δ^j f(0) = (−1)^j·Σ_i C(j, i)·(−1)^i·f(i).

So the first blocks of four terms are made from terms, all others that are needed from these; of those, four at a time make
the first blocks of sixteen terms, and so on; the blocks of the last size, between √(n/2d)/4 and √(n/2d), are multiplied
together. That is five to seven times √(n·d) blocks, each a step that is linear in fewer rows than that: n·d additions of words
or so, at the speed of GMP. Evaluating the product of a polynomial matrix at points in
arithmetic progression goes back to Strassen and to D. and G. Chudnovsky; Bostan, Gaudry and Schost, Linear recurrences with
polynomial coefficients and application to integer factorization and Cartier–Manin operator (2007), do it in fewer
operations, by convolutions that pay for larger n than these.

Both formulas are the same sums b(t) = Σ_i C(t, i)·x(i), t = 0, 1, …, which the step x(i) ← x(i) + x(i+1) of all x at once
brings to x(0) one after the other. A block is a row of 256 bits, P, Q and T in lanes of 85, and all rows together are one
integer, so that a step is a shift by a row and an addition.

Bounds. x < 2^62 in every lane grows to less than 2^(62 + 23) = 2^85 in 23 steps; then each lane is folded, x mod 2^61 +
c·⌊x/2^61⌋, which is x modulo M. For c = 1 that is less than 2^61 + 2^24. For c < 2^52 it is less than 2^61 + 2^76, a second
time less than 2^61 + 2^68, because ⌊x/2^61⌋ < 2^16, and a third time less than 2^61 + 2^60. All are less than 2M < 2^62. What is
transformed begins with less than 2^62: M − x for a residue x, and 2M − x for one that has been folded. So no lane ever reaches
into the next, and no row, of 3·85 bits, either.
"""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from gmpy2 import mpz, pack

from pi_engine.bigint.residues.kernels.mersenne import BITS, M61
from pi_engine.bigint.residues.moduli import GAP_BITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.series.model.hypergeometric import HypergeometricSeries

_RATIO = 4
_LANE = 85
_ROW = 256
_STEPS = 23
"""Steps after which lanes are folded."""

_OVERHEAD = 30
"""What a further size of blocks costs besides, in blocks."""

_EVERY_LANE = mpz(1 | 1 << _LANE | 1 << 2 * _LANE)
_ONE_LANE, _ONE_ROW = mpz(2**_LANE - 1), mpz(2**_ROW - 1)
_LOW, _HIGH = _EVERY_LANE * M61, _EVERY_LANE * (2 ** (_LANE - BITS) - 1)
_IDENTITY = mpz(1 | 1 << _LANE)
"""The block of no terms: P = Q = 1, T = 0."""


class _Modulus:
    """M = 2^61 − c."""

    def __init__(self, modulus: int) -> None:
        self.value = mpz(modulus)
        self.every_lane = _EVERY_LANE * modulus
        self.gap = 2**BITS - modulus
        assert 0 < self.gap < 2**GAP_BITS
        self.folds = 1 if self.gap == 1 else 3

    def folded(self, x: mpz, low: mpz, high: mpz) -> mpz:
        """Every lane's low 61 bits plus c times its others; `low` masks the ones, and `high`, after the shift, the others."""
        for _ in range(self.folds):
            above = x >> BITS & high
            x = (x & low) + (above if self.gap == 1 else above * self.gap)
        return x


def block_sizes(degree: int, last_degree: int, terms: int) -> list[int]:
    """The sizes 4, 16, … of the blocks that `terms` terms are cut into; none where term by term is as good.

    A further size costs `_RATIO` blocks of the size before for each of the first D + 1 of its own, which take longer the more
    they are, and saves three of four at the end. Found with Chudnovsky's series and Machin's formula: it pays from twice
    as many on, and some.
    """
    sizes: list[int] = []
    size = 1
    while _RATIO * (2 * _first_blocks(degree, last_degree, size * _RATIO) + _OVERHEAD) < terms // size:
        size *= _RATIO
        sizes.append(size)
    return sizes


def product_of_blocks(series: HypergeometricSeries, terms: int, prime: int = M61) -> tuple[int, mpz, mpz, mpz]:
    """(m, P, Q, T): the terms 1 ≤ k ≤ m, as many of `terms` as are whole blocks of the last size, as one block modulo a prime."""
    modulus = _Modulus(prime)
    degree, last_degree = max(series.p.degree, series.q.degree, 0), max(series.a.degree, 0)
    sizes = block_sizes(degree, last_degree, terms)
    if not sizes:
        return 0, mpz(1), mpz(1), mpz(0)
    wanted = [_RATIO * _first_blocks(degree, last_degree, size) for size in sizes]
    rows: Iterable[mpz] = _rows_of_terms(series, wanted[0], modulus)
    for count in (*wanted[1:], terms // sizes[-1]):
        rows = _continued(_joined(rows, modulus), count, modulus)
    blocks = _joined(rows, modulus)
    while len(blocks) > 1:
        blocks = _joined(blocks, modulus)
    row = blocks[0]
    return sizes[-1] * (terms // sizes[-1]), row & _ONE_LANE, row >> _LANE & _ONE_LANE, row >> 2 * _LANE


def _first_blocks(degree: int, last_degree: int, size: int) -> int:
    """D + 1."""
    return size * degree + last_degree + 1


def _rows_of_terms(series: HypergeometricSeries, count: int, modulus: _Modulus) -> Iterator[mpz]:
    """Blocks of one term each, from k = 1 on."""
    M = modulus.value
    for p, q, a in islice(zip(series.p.values(1), series.q.values(1), series.a.values(1), strict=False), count):
        P = p % M
        yield P | q % M << _LANE | P * a % M << 2 * _LANE


def _joined(rows: Iterable[mpz], modulus: _Modulus) -> list[mpz]:
    """Every `_RATIO` of these blocks as one: P₁P₂, Q₁Q₂, T₁Q₂ + P₁T₂; lanes below 2^85 become residues."""
    blocks = iter(rows)
    joined, M = [], modulus.value
    for first, *others in zip_longest(*[blocks] * _RATIO, fillvalue=_IDENTITY):
        P, Q, T = first & _ONE_LANE, first >> _LANE & _ONE_LANE, first >> 2 * _LANE
        for row in others:
            q = row >> _LANE & _ONE_LANE
            T = T * q + P * (row >> 2 * _LANE)
            P = P * (row & _ONE_LANE)
            Q = Q * q
        joined.append(P % M + (Q % M << _LANE) + (T % M << 2 * _LANE))
    return joined


def _continued(rows: list[mpz], count: int, modulus: _Modulus) -> Iterator[mpz]:
    """The first `count` blocks, lanes below 2^85, from the first D + 1, whose lanes are residues."""
    multiples = modulus.every_lane
    signed = [multiples - row if i % 2 else row for i, row in enumerate(rows)]
    differences = [modulus.folded(row, _LOW, _HIGH) for row in _binomial_sums(signed, len(rows), modulus)]
    return _binomial_sums([2 * multiples - row if j % 2 else row for j, row in enumerate(differences)], count, modulus)


def _binomial_sums(rows: list[mpz], count: int, modulus: _Modulus) -> Iterator[mpz]:
    """Σ_i C(t, i)·rows[i], lane by lane, for 0 ≤ t < `count`; lanes below 2^62 become such below 2^85."""
    x = pack(rows, _ROW)
    low, high = pack([_LOW] * len(rows), _ROW), pack([_HIGH] * len(rows), _ROW)
    for start in range(0, count, _STEPS):
        if start:
            x = modulus.folded(x, low, high)
        for _ in range(min(_STEPS, count - start)):
            yield x & _ONE_ROW
            x += x >> _ROW

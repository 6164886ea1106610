"""The steps that split a ring into smaller ones, and their inverses.

A node of the transform is a ring Z/p[x]/(x^n − t²·t²); radix 4 splits it into the four rings x^(n/4) = ±t, ±i·t, where
i² = −1. Twiddles: squares are t² and that over p, roots are t, t/p, i·t, i·t/p.

Bounds, in units of p (`modular` gives mulmod(K) ≤ 1/2 + 0.08125·K, reduce ≤ 1/2), for inputs of at most K:
forward4  a ≤ 1 + 0.082·K and K + 1/2 + 0.082·K; y ≤ 1.541 + 0.17·K, hence K = 1.86 reproduces itself.
          Without the reduction (lazy) y ≤ 1.041 + 1.17·K. The reduction multiplies nothing yet costs a tenth of a pass,
          so rows leave it out in every other pass: from K = 2.22 in, at most 3.65 out.
          With both sums reduced (tight) y ≤ 1.041 + 0.088·K, which is 1.37.
inverse4  y reaches 4·K before its reduction; x ≤ max(1 + 0.1625·K, 1/2 + 0.325·K), hence K = 1.2 … 1.49 reproduces
          itself, and the largest value multiplied is 4·K = 5.96 < 6.15.
"""

from pi_engine.bigint.vectors.modular import mulmod, reduce
from pi_engine.runtime.compilation.routine import routine

# What columns leave to rows, what lazy passes leave, the last pass of a row, and what inverse passes keep and may be
# given.
FORWARD_BOUND = 2.22
LAZY_BOUND = 3.65
TIGHT_BOUND = 1.37
INVERSE_BOUND = 1.49


@routine(forceinline=True)
def forward4_begin(x0, x1, x2, x3, squares, one_over_p, p):
    """First half of forward4, up to the residues whose sums are residues modulo x^2 = ±t²."""
    square, square_q = squares
    x0 = reduce(x0, one_over_p, p)
    x2 = mulmod(x2, square, square_q, p)
    x3 = mulmod(x3, square, square_q, p)
    return x0, x1, x2, x3


@routine(forceinline=True)
def forward4_begin_lazy(x0, x1, x2, x3, squares, p):
    """forward4_begin without its reduction: outputs are larger by what is left of x0."""
    square, square_q = squares
    return x0, x1, mulmod(x2, square, square_q, p), mulmod(x3, square, square_q, p)


@routine(forceinline=True)
def forward4_end(x0, x1, x2, x3, roots, p):
    """Second half of forward4: residues modulo the four rings x = t, −t, i·t, −i·t."""
    root, root_q, times_i, times_i_q = roots
    a0 = x0 + x2
    a1 = mulmod(x1 + x3, root, root_q, p)
    a2 = x0 - x2
    a3 = mulmod(x1 - x3, times_i, times_i_q, p)
    return a0 + a1, a0 - a1, a2 + a3, a2 - a3


@routine(forceinline=True)
def forward4_end_tight(x0, x1, x2, x3, roots, one_over_p, p):
    """Second half of forward4 after forward4_begin_lazy, where a product follows: outputs are at most TIGHT_BOUND."""
    root, root_q, times_i, times_i_q = roots
    a0 = reduce(x0 + x2, one_over_p, p)
    a1 = mulmod(x1 + x3, root, root_q, p)
    a2 = reduce(x0 - x2, one_over_p, p)
    a3 = mulmod(x1 - x3, times_i, times_i_q, p)
    return a0 + a1, a0 - a1, a2 + a3, a2 - a3


@routine(forceinline=True)
def inverse4_begin(y0, y1, y2, y3, roots, p):
    """First half of inverse4, four times the inverse of forward4: twice the residues modulo x^2 = ±t².

    The twiddles are those of the conjugate node t' with t·t' = i: 1/t = −i·t', 1/(i·t) = −t', 1/t² = −t'², so that both
    directions read the same table. The signs are taken into the differences.
    """
    root, root_q, times_i, times_i_q = roots
    a0 = y0 + y1
    a1 = mulmod(y1 - y0, times_i, times_i_q, p)
    a2 = y2 + y3
    a3 = mulmod(y3 - y2, root, root_q, p)
    return a0, a1, a2, a3


@routine(forceinline=True)
def inverse4_end(a0, a1, a2, a3, squares, one_over_p, p):
    """Second half of inverse4."""
    square, square_q = squares
    x0 = reduce(a0 + a2, one_over_p, p)
    x2 = mulmod(a2 - a0, square, square_q, p)
    x3 = mulmod(a3 - a1, square, square_q, p)
    return x0, a1 + a3, x2, x3


@routine(forceinline=True)
def split3(x0, x1, x2, cube, cube_q, p):
    """Residues modulo x = 1, ω, ω² of a ring x^3 = 1, with ω² = −1 − ω; bounds 3·K, and 2.5·K + 1/2 twice."""
    times_cube = mulmod(x1 - x2, cube, cube_q, p)
    return x0 + x1 + x2, x0 - x2 + times_cube, x0 - x1 - times_cube


@routine(forceinline=True)
def join3(y0, y1, y2, cube, cube_q, p):
    """Three times the inverse of split3."""
    times_cube = mulmod(y2 - y1, cube, cube_q, p)
    return y0 + y1 + y2, y0 - y1 + times_cube, y0 - y2 - times_cube

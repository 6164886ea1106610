"""How far a coefficient of a product may be from what the complex transform says: the bound, proved, from the list of steps.

u = 2^−53, and all norms are L². Digits x_j, y_j of two operands go in; |x|² = Σ x_j² and |y|² are measured, and exactly: sums of
squares of integers, below 2^53.

*Forward.* A step multiplies norms by √r. If every operation of a step is off by its own few u of what it should be (`Arithmetic`),
the step's result differs from the exact one of the same operand by at most ρ·u times its norm (STEP_ERRORS, where the first
number is ρ). So the transform X of M points, whose norm is √M·|x|, is off by at most (Σρ)·u·√M·|x|, and Y likewise.

*Product.* A complex product with fused multiply-add is off by at most 2u of its modulus (Jeannerod, Kornerup, Louvet, Muller 2017).
By Cauchy and Schwarz Σ|X_k·Y_k| ≤ M·|x|·|y|, and the errors of all products together are at most (2·Σρ + 2)·u·M·|x|·|y|. A sum of
two products is off by another u.

*Inverse.* A coefficient is the sum of all X_k·Y_k, each times a factor of modulus 1, over M. Of each step let σ be such that, where
|y_k| ≤ p_k, the error of any result is at most σ·u·Σp_k (STEP_ERRORS, the second number). A ring's coefficient is at most the sum of
the moduli that have gone into it, and a coefficient of the product takes one coefficient of each ring of a step: so the step adds
at most σ·u·M·|x|·|y|.

*Rounding.* 1/M is exact for a power of two and off by u otherwise. With z·(1/M) + 1.5·2^52, rounded once, less that constant, R is an
integer, and m ≥ |z/M − R| is measured for all coefficients. A coefficient c is an integer, and |c − R| ≤ E + m with

    E = ε·|x|·|y|,  ε = (2·Σρ + Σσ + 3 [+ 1])·u:

if E + m < 1, all of them are right. For T₁Q₂ ± P₁T₂ the two E add up. `_SLACK` is for the products of errors, below 2^−40 of ε, and for
the roundings of E itself. Nothing here is random: the bound is of these operands.
"""

from __future__ import annotations

UNIT = 2.0**-53
_SLACK = 1 + 2.0**-30

STEP_ERRORS = {2: (3.71, 3.71), 4: (4.71, 4.71), 5: (10.43, 9.3), 6: (9.53, 8.81), 7: (12.67, 10.74), 8: (7.71, 7.71)}
"""ρ and σ by the radix of a step.

`tests/bigint/fft/description/test_error_bound.py` derives them from the operations of `small_transforms`.
"""

PRODUCT_ERROR = 2
SUM_ERROR = 1


def relative_error(steps: tuple[int, ...]) -> float:
    """ε: the error of a coefficient is at most ε·|x|·|y|.

    Raises:
        KeyError: a step has no bound.
    """
    forward = sum(STEP_ERRORS[radix][0] for radix in steps)
    inverse = sum(STEP_ERRORS[radix][1] for radix in steps)
    scale = 0 if all(radix & (radix - 1) == 0 for radix in steps) else 1
    return (2 * forward + inverse + PRODUCT_ERROR + SUM_ERROR + scale) * UNIT * _SLACK

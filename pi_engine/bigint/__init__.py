"""Arithmetic on large integers: products by a number-theoretic transform, roots, quotients, and residues that check them.

>>> from pi_engine.bigint import multiply
>>> multiply(6, 7)
mpz(42)

`multiply` imports what the transform needs when a product is large enough; `release_memory` gives back what it keeps. These two are for
callers. The other modules are the engine's own, and may change.

Integers of gmpy2 go in and come out (`product`, `division`), or arrays of limbs below (`limb_products`). GMP computes
below a measured crossover, and the transform above it. Newton's iteration on the transform's products makes square
roots, reciprocals and quotients (`square_root`, `reciprocal`, `quotient`, `root_quotient`). Where a part of the result
is known, it takes products modulo 2^n − 1 (`cyclic`). Results are exact, or have an error bound that is derived where
they are made. With `check` every large result is compared with its operands by residues.
"""

from pi_engine.bigint.product import multiply, release_memory

__all__ = ["multiply", "release_memory"]

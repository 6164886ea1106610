"""Arithmetic on large integers: products by a number-theoretic transform, roots, quotients, and residues that check them.

>>> from pi_engine.bigint import multiply
>>> multiply(6, 7)
mpz(42)

`multiply` is imported with this package; it imports what the transform needs when a product is large enough.
"""

from pi_engine.bigint.product import multiply

__all__ = ["multiply"]

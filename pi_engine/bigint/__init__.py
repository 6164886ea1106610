"""Arithmetic on large integers: products by a number-theoretic transform, roots, quotients, and residues that check them.

`multiply` is imported with this package; it imports what the transform needs when a product is large enough.
"""

from pi_engine.bigint.product import multiply

__all__ = ["multiply"]

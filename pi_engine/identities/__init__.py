"""The gallery: identities around π, each with two sides that are evaluated independently of one another.

`catalogue()` has them all; `evaluate(identity, digits)` says to how many digits they agree. mpmath evaluates quadratures
and special functions; it is imported with the catalogue, not before.
"""

from pi_engine.identities.identity import Evaluation, Identity, evaluate
from pi_engine.identities.registry import catalogue, get

__all__ = ["Evaluation", "Identity", "catalogue", "evaluate", "get"]

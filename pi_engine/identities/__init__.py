"""The gallery: identities around π, each with two sides that are evaluated independently of one another.

`catalogue()` has them all. `evaluate(identity, digits)` says to how many digits they agree. mpmath evaluates
quadratures and special functions; it is imported with the catalogue, not before.

`registry` puts them in order, `printed_numbers` truncates what is printed. The gallery uses nothing of the engine.
"""

from typing import TYPE_CHECKING

from pi_engine.identities.registry import catalogue, get

if TYPE_CHECKING:
    from pi_engine.identities.essays.identity import Evaluation as Evaluation
    from pi_engine.identities.essays.identity import Identity as Identity
    from pi_engine.identities.essays.identity import evaluate as evaluate

_LOADED_LATER = ("Evaluation", "Identity", "evaluate")
__all__ = ["Evaluation", "Identity", "catalogue", "evaluate", "get"]


def __getattr__(name: str) -> object:
    """Import what evaluates, and mpmath with it, at its first use (PEP 562)."""
    if name not in _LOADED_LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pi_engine.identities.essays import identity

    globals()[name] = value = getattr(identity, name)
    return value

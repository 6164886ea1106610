"""What `find --json` says of each pattern, and of a coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pi_engine.search.first_occurrences import Coverage
    from pi_engine.search.occurrences import Occurrences


def fields_of(found: Occurrences) -> dict[str, object]:
    """A row of `patterns`."""
    context, longest = found.context, found.longest
    return {
        "pattern": found.pattern,
        "kind": found.kind,
        "name": found.name or None,
        "count": found.count,
        "positions": found.positions.tolist(),
        "lengths": None if found.lengths is None else found.lengths.tolist(),
        "longest": None if longest is None else {"digits": longest[0], "position": longest[1]},
        "context": None if context is None else {"before": context[0], "after": context[1]},
        "expected": found.expected,
        "probability": found.probability,
        "method": found.method,
    }


def coverage_fields(found: Coverage) -> dict[str, object]:
    """The object `coverage`."""
    return {
        "k": found.k,
        "numbers": found.numbers,
        "found": found.found,
        "last": None if found.last is None else {"number": found.last[0], "position": found.last[1]},
        "missing": list(found.missing),
        "expected_digits": found.expected_digits,
        "first_positions": [position or None for position in found.positions.tolist()],
    }

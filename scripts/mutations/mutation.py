"""A place in the sources, and how it is broken."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """Replace `old`, which occurs once in `file`, by `new`; `tests` must then fail."""

    what: str
    file: str
    old: str
    new: str
    tests: str

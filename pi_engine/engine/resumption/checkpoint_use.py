"""What a run has done with its checkpoint."""

from __future__ import annotations

from typing import NamedTuple


class CheckpointUse(NamedTuple):
    """What a run has done with its checkpoint.

    Attributes:
        folder: where it is.
        loaded: records that it went on with.
        kept: records that it has written.
        bytes: of these.
        seconds: that writing and reading back took.
        notes: what was damaged, and what was done about it.
    """

    folder: str
    loaded: int
    kept: int
    bytes: int
    seconds: float
    notes: list[str]

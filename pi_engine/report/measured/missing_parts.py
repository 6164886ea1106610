"""Parts that a page does not have."""

from __future__ import annotations

from typing import NamedTuple


class LeftOut(NamedTuple):
    """A part that the page does not have, and why, with what to do about it."""

    part: str
    reason: str

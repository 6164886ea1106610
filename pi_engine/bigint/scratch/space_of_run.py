"""The scratch space of the run that this thread is in; apart from it, so that a run without one loads nothing for it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

_SPACE: ContextVar[ScratchSpace | None] = ContextVar("scratch space", default=None)


def scratch_space() -> ScratchSpace | None:
    """That of the run, or None where all of it fits in memory."""
    return _SPACE.get()


@contextmanager
def within(space: ScratchSpace | None) -> Iterator[ScratchSpace | None]:
    """Run with this scratch space, in the thread that calls."""
    token = _SPACE.set(space)
    try:
        yield space
    finally:
        _SPACE.reset(token)

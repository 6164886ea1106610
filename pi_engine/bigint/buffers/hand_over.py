"""Handing large numbers to the function that uses them up, so that nobody else keeps their memory."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class HandOver(Generic[T]):
    """Numbers on their way to a function that takes each of them out, once.

    A number that is passed as an argument lives as long as the call, because the caller's variables refer to it; here the
    function that takes it out has the only reference, and its memory is free as soon as that function drops it. This needs a
    caller that has no variable for the number, or has deleted it.
    """

    def __init__(self, *numbers: T) -> None:
        """Hand over these, in this order."""
        self._numbers = list(numbers)

    def __len__(self) -> int:
        """How many are still to be taken."""
        return len(self._numbers)

    def held(self) -> tuple[T, ...]:
        """Those that are still to be taken; whoever asks must not keep them."""
        return tuple(self._numbers)

    def take(self) -> T:
        """The first of them, to which nothing here refers any more."""
        return self._numbers.pop(0)

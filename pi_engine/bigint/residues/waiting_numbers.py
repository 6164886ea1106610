"""Numbers in custody that wait, on disk where the run has a scratch space, until the function that uses them up takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.scratch.parked_numbers import ParkedInteger

if TYPE_CHECKING:
    from pi_engine.bigint.residues.moduli import Residues


class WaitingNumbers(HandOver[Tracked]):
    """A `HandOver` whose numbers wait on disk, if they are large and the run has a scratch space."""

    def __init__(self, numbers: HandOver[Tracked]) -> None:
        """Take all of them out of another."""
        super().__init__()
        self._waiting: list[tuple[ParkedInteger, Residues | None]] = []
        while len(numbers):
            number = numbers.take()
            self._waiting.append((ParkedInteger(number.value), number.residues))

    def __len__(self) -> int:
        return len(self._waiting)

    def held(self) -> tuple[Tracked, ...]:
        """Those that are still to be taken, in memory; whoever asks must not keep them."""
        return tuple(Tracked(parked.value(), residues) for parked, residues in self._waiting)

    def take(self) -> Tracked:
        """The first of them, in memory, to which nothing here refers any more."""
        parked, residues = self._waiting.pop(0)
        return Tracked(parked.take(), residues)

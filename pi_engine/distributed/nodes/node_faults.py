"""What may be wrong with a node on its way, as a task says it."""

from __future__ import annotations

from pi_engine.errors import PiEngineError


class OperandError(PiEngineError):
    """A node that a task was to merge cannot be used, and is to be made again.

    Attributes:
        lo: its first term.
        hi: the first term behind it.
        damaged: whether it has come, and is not what it was; else it cannot be had.
    """

    def __init__(self, lo: int, hi: int, reason: str, *, damaged: bool) -> None:
        """`reason`: in a few words, with subject and verb."""
        super().__init__(f"the node of terms {lo} to {hi - 1}: {reason}")
        self.lo, self.hi, self.reason, self.damaged = lo, hi, reason, damaged

    def __reduce__(self) -> tuple[object, ...]:
        return _operand_error, (self.lo, self.hi, self.reason, self.damaged)


def _operand_error(lo: int, hi: int, reason: str, damaged: bool) -> OperandError:  # noqa: FBT001 (for pickle)
    return OperandError(lo, hi, reason, damaged=damaged)


class FullFolderError(PiEngineError):
    """The folder of a worker has no room for a node."""

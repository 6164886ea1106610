"""What kernels notice though it cannot be: a number that outgrows the buffer that is large enough by proof, a table that holds nonsense."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import TYPE_CHECKING

from pi_engine.errors import MiscalculationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray


TEST = "pi-engine selftest --minutes 60"
"""What tests a machine."""

RUN_AGAIN = f"run again, and if it happens twice test this machine with '{TEST}'"
"""What to do where the machine may have erred: the end of a message."""


def machine_fault(what: str) -> MiscalculationError:
    """An error that no input can cause."""
    message = f"this machine's arithmetic went wrong: {what}: {RUN_AGAIN}"
    return MiscalculationError(message, reason=what)


def require_fitting(wrong: NDArray[np.int64] | NDArray[np.bool_], what: str) -> None:
    """Refuse to go on where a kernel has found that a number or a table would not fit its buffer.

    Raises:
        VerificationError: `wrong` is not 0 throughout.
    """
    if wrong.any():
        raise machine_fault(f"{what} is larger than its proven bound")


def require_sound(sound: int) -> None:
    """Refuse to go on where a kernel has found its record, or a table of it, damaged.

    Raises:
        VerificationError: `sound` is 0.
    """
    if not sound:
        raise machine_fault("a table of a transform holds what cannot be")


def sealed(fields: Iterable[int]) -> list[int]:
    """A row of a table that kernels read, with one number more, by which all bits together are even: a wrong bit shows."""
    row = list(fields)
    return [*row, reduce(xor, row, 0)]

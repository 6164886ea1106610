"""A task as a worker runs it: alone in its process, with the residues' prime of the run, and its errors as values."""

from __future__ import annotations

import pickle
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from pi_engine.errors import PiEngineError

if TYPE_CHECKING:
    from collections.abc import Callable

_TURN = threading.Lock()
"""A task uses all threads of its worker, and its run's prime: there is one at a time, whoever sends it."""


class Outcome(NamedTuple):
    """What has become of a task.

    Attributes:
        value: what it returns, if it has no error.
        error: what it raised.
        seconds: of wall-clock time that it took, without waiting.
    """

    value: Any
    error: Exception | None
    seconds: float


def run_task(function: Callable[..., Any], arguments: tuple[Any, ...], prime: int | None) -> Outcome:
    """Call a function on a worker.

    prime: the random prime of the run (`bigint.residues.moduli`), for tasks whose residues go back.
    """
    with _TURN:
        begin = time.perf_counter()
        try:
            if prime is not None:
                from pi_engine.bigint.residues.moduli import adopt_prime, random_prime

                if random_prime() != prime:
                    adopt_prime(prime)
            value, error = function(*arguments), None
        except Exception as raised:  # noqa: BLE001 (it belongs to whoever has sent the task)
            value, error = None, portable(raised)
        return Outcome(value, error, time.perf_counter() - begin)


def portable(error: Exception) -> Exception:
    """The error, or where it does not survive pickling one of this package with its words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (made here)
    except Exception:  # noqa: BLE001 (any error's own)
        return PiEngineError(f"{type(error).__name__}: {error}")
    return error

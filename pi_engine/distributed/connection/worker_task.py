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


def packed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """A task for `run_task`: a worker that cannot read it says so, where one that reads it for Dask would end."""
    return pickle.dumps((function, arguments), protocol=pickle.HIGHEST_PROTOCOL)


def run_task(task: bytes, prime: int | None) -> Outcome:
    """Call a function on a worker.

    prime: the random prime of the run (`bigint.residues.moduli`), for tasks whose residues go back.
    """
    try:
        function, arguments = pickle.loads(task)  # noqa: S301 (from the scheduler, which may run anything here)
    except Exception as raised:  # noqa: BLE001 (whatever is missing here)
        said = f"a worker cannot read a task ({type(raised).__name__}: {raised}): install the same there as here"
        return Outcome(None, PiEngineError(said), 0.0)
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

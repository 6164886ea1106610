"""What workers say of themselves, asked of each by itself, so that one that does not answer keeps nobody waiting."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from pi_engine.distributed.connection import worker_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from distributed import Client

ANSWER_SECONDS = 30.0
"""How long a question waits; then the worker is asked again, if it is still there."""

SILENT_SECONDS = 30.0
"""After how long without a sign of life a worker is named: Dask's send one every second or so, if nothing keeps the interpreter."""

GIVEN_UP_SECONDS = 120.0
"""After how long it counts as lost. Dask itself gives a worker five minutes."""

_registered = threading.Lock()


class SignsOfLife:
    """How long the scheduler has not heard of each worker: one that is stopped, or whose machine hangs, stays connected.

    Told by the clock of this process from the change of what the scheduler says, whose clock may be another one.
    """

    def __init__(self) -> None:
        """Nothing has been heard yet."""
        self._last: dict[str, tuple[float, float]] = {}
        self._named: set[str] = set()

    def hear(self, seen: Mapping[str, float]) -> None:
        """When the scheduler heard of each worker that it knows, by its clock."""
        now = time.monotonic()
        last, self._last = self._last, {}
        for address, heard in seen.items():
            before = last.get(address)
            self._last[address] = before if before is not None and before[0] == heard else (heard, now)
        self._named = {address for address in self._named if self.silence(address) > SILENT_SECONDS}

    def silence(self, address: str) -> float:
        """Seconds since the last sign of a worker."""
        return time.monotonic() - self._last[address][1] if address in self._last else 0.0

    def given_up(self) -> set[str]:
        """The addresses of those that count as lost; a sign of life makes a worker one of the others again."""
        return {address for address in self._last if self.silence(address) > GIVEN_UP_SECONDS}

    def newly_silent(self, addresses: Iterable[str]) -> list[str]:
        """Which of these are to be named, once for each silence."""
        found = [
            address for address in addresses if self.silence(address) > SILENT_SECONDS and address not in self._named
        ]
        self._named.update(found)
        return found


class WorkerQuestions:
    """Questions to workers that are on their way."""

    def __init__(self, client: Client) -> None:
        """`client`: of their scheduler."""
        self._client = client
        self._asked: set[str] = set()
        self._answers: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
        _send_by_value()

    @property
    def open(self) -> int:
        """How many have not been answered."""
        return len(self._asked)

    def ask(self, addresses: Iterable[str]) -> None:
        """Ask those workers that have not been asked."""
        for address in addresses:
            if address not in self._asked:
                self._asked.add(address)
                threading.Thread(target=self._ask, args=(address,), daemon=True, name="pi-engine-worker").start()

    def _ask(self, address: str) -> None:
        try:
            found = self._client.run(
                worker_facts.describe, workers=[address], on_error="return", callback_timeout=ANSWER_SECONDS
            )
            self._answers.put((address, found.get(address)))
        except Exception as error:  # noqa: BLE001 (a client that has been closed: whoever asks finds out)
            self._answers.put((address, error))

    def answers(self, until: float = 0.0) -> dict[str, dict[str, Any]]:
        """What has been answered since the last call, by address; until that time wait for all that were asked.

        A worker that could not be reached is asked again next time.
        """
        found: dict[str, dict[str, Any]] = {}
        while self._asked:
            left = until - time.monotonic()
            try:
                address, answer = self._answers.get(timeout=left) if left > 0 else self._answers.get_nowait()
            except queue.Empty:
                break
            self._asked.discard(address)
            if isinstance(answer, dict):
                found[address] = answer
            elif isinstance(answer, Exception) and not isinstance(answer, OSError):  # TimeoutError is one
                found[address] = {"failed": f"{type(answer).__name__}: {answer}"}
        return found


def _send_by_value() -> None:
    """Have what is asked sent as code: a worker may have no such module."""
    import cloudpickle

    with _registered:
        if worker_facts.__name__ not in cloudpickle.list_registry_pickle_by_value():
            cloudpickle.register_pickle_by_value(worker_facts)

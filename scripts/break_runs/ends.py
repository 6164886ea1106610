"""How a run can end before its digits are written: killed, or refused what it needs by the system."""

from __future__ import annotations

import errno
import os
import random
import resource
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.checkpoint.manifest_pair import ManifestWriter
from pi_engine.engine import compute, fraction_of_series
from pi_engine.engine.result_file import ResultFile
from pi_engine.engine.resumption.disk_reserve import DiskReserve
from pi_engine.engine.resumption.kept_nodes import KeptNodes
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
from pi_engine.runtime.storage import durable
from pi_engine.runtime.storage.pending_file import PendingFile
from scripts.break_runs.child import met
from scripts.break_runs.scenario import KEPT
from tests.checkpoint.system_calls import ALL, WRITING, counted, failing, killing, short_writes

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from scripts.break_runs.scenario import Lab


AWAY = "away"
"""What the checkpoint's folder is called when it has vanished."""


_counting: list[object] = []
"""Contexts that last as long as the process."""


class Attack(NamedTuple):
    """What is done to one run.

    Attributes:
        before: in its process, before it starts.
        during: to its process, while it works.
        kills: whether it ends by SIGKILL.
        aborts: whether it may end by SIGABRT: so GMP ends where no memory is left, and the command's parent answers for it.
        reading: whether reading fails too, so that a good record may be thought damaged.
    """

    before: Callable[[], None] | None = None
    during: Callable[[int], None] | None = None
    kills: bool = False
    aborts: bool = False
    reading: bool = False


POINTS: tuple[tuple[type | ModuleType, str], ...] = (
    (CheckpointStore, "create"), (CheckpointStore, "resume"), (CheckpointStore, "keep"), (CheckpointStore, "load"),
    (CheckpointStore, "refuse"), (CheckpointStore, "_sweep"), (CheckpointStore, "clean"), (CheckpointStore, "close"),
    (ManifestWriter, "write"), (DiskReserve, "require"), (DiskReserve, "_hold"), (DiskReserve, "give"),
    (DiskReserve, "take_back"), (RunCheckpoint, "begin_attempt"), (RunCheckpoint, "keep"), (RunCheckpoint, "keep_sum"),
    (RunCheckpoint, "keep_root"), (RunCheckpoint, "keep_fraction"), (RunCheckpoint, "sum_of"), (RunCheckpoint, "root"),
    (RunCheckpoint, "fraction"), (RunCheckpoint, "clean"), (KeptNodes, "cuts"), (KeptNodes, "load"), (KeptNodes, "keep"),
    (PendingFile, "finish"), (PendingFile, "publish"), (PendingFile, "close"), (ResultFile, "write"), (ResultFile, "close"),
    (durable, "sync"), (durable, "reserve"), (durable, "sync_folder"), (fraction_of_series, "sum_series"),
    (fraction_of_series, "root_of_radicand"), (fraction_of_series, "pi_fraction"), (compute, "convert_fraction"),
    (compute, "check_digits"),
)  # fmt: skip
"""Functions before or after whose calls a run is killed, and between which everything is one step."""


def _from_here_on(before: Callable[..., object]) -> None:
    """Have `before` called before each system call of this process, to its end."""
    context = counted(before)
    context.__enter__()
    _counting.append(context)


def calls_of(lab: Lab) -> int:
    """How many system calls a run makes from its beginning to its end."""
    lab.put(None)
    return len(lab.run(lambda: _from_here_on(lambda _calls, _name: met())).words)


def _after_a_while(rng: random.Random, seconds: float) -> Attack:
    wait = rng.uniform(0, 1.1 * seconds)

    def kill(child: int) -> None:
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)

    return Attack(during=kill, kills=True)


def _before_a_call(rng: random.Random, calls: int) -> Attack:
    at = rng.randrange(1, calls + 1)

    def before() -> None:
        _from_here_on(killing(at, lambda _: met()))  # type: ignore[no-untyped-call]

    return Attack(before, kills=True)


def at_point(place: type | ModuleType, name: str, number: int, *, after: bool) -> Attack:
    """Killed before or after so many calls of a function."""

    def before() -> None:
        found = vars(place)[name]
        real: Callable[..., object] = found.__func__ if isinstance(found, classmethod) else found
        left = [number]

        def watched(*arguments: Any, **options: Any) -> object:  # noqa: ANN401 (those of any function)
            left[0] -= 1
            if left[0] == 0 and not after:
                _die()
            result = real(*arguments, **options)
            if left[0] == 0 and after:
                _die()
            return result

        setattr(place, name, classmethod(watched) if isinstance(found, classmethod) else watched)

    return Attack(before, kills=True)


def _die() -> None:
    met()
    os.kill(os.getpid(), signal.SIGKILL)


def _at_a_point(rng: random.Random, calls: int) -> Attack:  # noqa: ARG001 (all attacks are made alike)
    place, name = rng.choice(POINTS)
    return at_point(place, name, 1 + int(rng.expovariate(0.4)), after=rng.random() < 0.5)


def _refusal(number: int, names: set[str], *, reading: bool = False) -> Callable[[random.Random, int], Attack]:
    """A system call fails, and in half of the cases all after it."""

    def make(rng: random.Random, calls: int) -> Attack:
        at, lasting = rng.randrange(1, calls + 1), rng.random() < 0.5

        def before() -> None:
            refuse = failing(number, at, lasting=lasting, names=names)  # type: ignore[no-untyped-call]
            _from_here_on(_telling(refuse))

        return Attack(before, reading=reading)

    return make


def _telling(refuse: Callable[[object, str], object]) -> Callable[[object, str], object]:
    def before(calls: object, name: str) -> object:
        try:
            most = refuse(calls, name)
        except OSError:
            met()
            raise
        if most is not None:
            met()
        return most

    return before


def _short_write(rng: random.Random, calls: int) -> Attack:
    at, full = rng.randrange(1, calls // 5 + 2), rng.random() < 0.5

    def before() -> None:
        _from_here_on(_telling(short_writes(at, full=full)))  # type: ignore[no-untyped-call]

    return Attack(before)


def _lost_pages(rng: random.Random, calls: int) -> Attack:
    """The device says that it has written, and has lost a page; once, or whatever it is given from then on."""
    at, often = rng.randrange(1, calls // 8 + 2), rng.random() < 0.5

    def before() -> None:
        real, left = durable.drop_pages, [at]

        def lose(stream: object) -> None:
            real(stream)  # type: ignore[arg-type]
            left[0] -= 1
            descriptor = stream.fileno()  # type: ignore[attr-defined]
            if (left[0] == 0 or (often and left[0] < 0)) and os.fstat(descriptor).st_size > 8:
                try:
                    os.pwrite(descriptor, b"lost", os.fstat(descriptor).st_size // 2)
                except OSError:  # it is open for reading only
                    return
                met()

        durable.drop_pages = lose

    return Attack(before, reading=True)


def _vanishing_folder(rng: random.Random, calls: int) -> Attack:
    at = rng.randrange(1, calls + 1)

    def before() -> None:
        def vanish(made: object, _name: str) -> None:
            if len(made.names) == at and Path(KEPT).is_dir():  # type: ignore[attr-defined]
                met()
                Path(KEPT).rename(AWAY)

        _from_here_on(vanish)

    return Attack(before)


def _limit(kind: int, most: Callable[[random.Random], int]) -> Callable[[random.Random, int], Attack]:
    def make(rng: random.Random, calls: int) -> Attack:
        del calls
        seed = rng.random()

        def before() -> None:
            limit = most(random.Random(seed))  # noqa: S311 (no secret)
            resource.setrlimit(kind, (limit, limit))
            met()

        return Attack(before, aborts=kind == resource.RLIMIT_AS)

    return make


def _mapped() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _next_file() -> int:
    """The number that the next file gets."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


ATTACKS: dict[str, Callable[[random.Random, int], Attack]] = {
    "kill -9 before a system call": _before_a_call,
    "kill -9 at a named point": _at_a_point,
    "disk full": _refusal(errno.ENOSPC, WRITING),
    "quota used up": _refusal(errno.EDQUOT, WRITING),
    "EIO in writing": _refusal(errno.EIO, WRITING),
    "EIO in any call": _refusal(errno.EIO, ALL, reading=True),
    "EIO in reading": _refusal(errno.EIO, {"preadv"}, reading=True),
    "read-only, from a call on": _refusal(errno.EROFS, WRITING),
    "failing fsync": _refusal(errno.EIO, {"fsync"}),
    "short writes": _short_write,
    "fsync that loses pages": _lost_pages,
    "folder vanishes": _vanishing_folder,
    "limit of the size of files": _limit(
        resource.RLIMIT_FSIZE, lambda rng: rng.choice([100, 3000, 5000, 20_000, 1 << 21])
    ),
    "limit of open files": _limit(resource.RLIMIT_NOFILE, lambda rng: _next_file() + rng.randrange(6)),
    "limit of the address space": _limit(resource.RLIMIT_AS, lambda rng: _mapped() + rng.randrange(80 << 20)),
}
"""By name; each takes random numbers and about how many system calls a run makes."""

RANDOM_KILL = "kill -9 at a random moment"


def random_kill(rng: random.Random, seconds: float) -> Attack:
    """At any moment of a run that takes so long."""
    return _after_a_while(rng, seconds)

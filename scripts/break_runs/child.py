"""A command in a process that is forked from one that has loaded everything: what is done to it goes with it."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import selectors
import signal
import sys
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.checkpoint.record_file import Record

SECONDS = 120
"""After which a run counts as hung."""

_log: list[int] = []
_is_first = [True]


class End(NamedTuple):
    """How a command has ended.

    Attributes:
        code: its exit code, or the negative number of the signal that has killed it.
        said: on stderr.
        notes: of its checkpoint.
        loaded: the files of records that it went on with.
        words: what it has told, one for each time that what was to happen to it has happened.
    """

    code: int
    said: str
    notes: list[str]
    loaded: set[str]
    words: list[str]

    @property
    def met(self) -> bool:
        """Whether what was to happen to it has happened."""
        return bool(self.words)

    @property
    def error(self) -> str:
        """The line that says what is wrong."""
        lines = [
            line for line in self.said.splitlines() if line.startswith(("pi-engine: error: ", "pi-engine: interrupted"))
        ]
        return lines[-1].removeprefix("pi-engine: ") if lines else ""


def say(word: str) -> None:
    """Tell the parent, as far as there is one."""
    for descriptor in _log:
        os.write(descriptor, word.encode() + b"\n")


def met() -> None:
    """Tell the parent that what was to happen has happened."""
    say("met")


def run_in_child(words: list[str], before: Callable[[], None], during: Callable[[int], None] | None = None) -> End:
    """Run a command in a child.

    Args:
        words: of the command line, without the program's name.
        before: called in the child, before the command.
        during: called here with the child's number while it works.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pipes = [os.pipe() for _ in range(3)]  # files would be under the child's limits
    child = os.fork()
    if child == 0:
        _work(words, before, pipes)
    for _, writing in pipes:
        os.close(writing)
    if during is not None:
        during(child)
    out, said, log = _all_of([reading for reading, _ in pipes])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        found = json.loads(out.splitlines()[-1] if out.startswith('{"') else out)
    except (ValueError, IndexError):
        found = {}
    notes = found.get("checkpoint", {}).get("notes", [])
    spoken = log.split("\n")
    _import_as(spoken)
    loaded = {line.removeprefix("loaded ") for line in spoken if line.startswith("loaded ")}
    return End(status, said, notes, loaded, [word for word in spoken if word == "met"])


def _import_as(spoken: list[str]) -> None:
    """Import what the first command has, so that no later one has to."""
    for line in spoken:
        if line.startswith("modules "):
            _is_first.clear()
            for name in line.split()[1:]:
                with contextlib.suppress(ImportError):
                    importlib.import_module(name)


def _work(words: list[str], before: Callable[[], None], pipes: list[tuple[int, int]]) -> None:
    code = 99
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS)
        (_, out), (_, said), (_, log) = pipes
        os.dup2(out, 1)
        os.dup2(said, 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115 (to the end)
        _log.append(log)
        _tell_of_loading()
        before()
        code = run(words)
        if _is_first:
            say("modules " + " ".join(sys.modules))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _tell_of_loading() -> None:
    real = CheckpointStore.load

    def load(self: CheckpointStore, key: str, *more: object) -> Record | None:
        record = real(self, key, *more)  # type: ignore[arg-type]
        if record is not None:
            say(f"loaded {self._records[key].file}")
        return record

    CheckpointStore.load = load  # type: ignore[method-assign, assignment]


def _all_of(descriptors: list[int]) -> list[str]:
    """What comes through each of them up to its end; side by side, for a child waits while one is full that nobody reads."""
    found: dict[int, list[bytes]] = {descriptor: [] for descriptor in descriptors}
    with selectors.DefaultSelector() as waiting:
        for descriptor in descriptors:
            waiting.register(descriptor, selectors.EVENT_READ)
        while waiting.get_map():
            for key, _ in waiting.select():
                if part := os.read(key.fd, 1 << 16):
                    found[key.fd].append(part)
                else:
                    waiting.unregister(key.fd)
                    os.close(key.fd)
    return [b"".join(parts).decode(errors="replace") for parts in found.values()]

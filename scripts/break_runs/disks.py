"""Disks of their own, for those who may mount them: one that is too small, and one that may only be read."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.break_runs.scenario import KEPT
from scripts.break_runs.verdict import Verdict, is_loud, is_right

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scripts.break_runs.scenario import Lab

SMALL, READ_ONLY = "small disk", "read-only disk"
KINDS = (SMALL, READ_ONLY)


def broken(labs: Sequence[Lab], rng: random.Random, rounds: int) -> Counter[tuple[str, str]]:
    """Every scenario from every state on so many small disks, and a read-only one; nothing where no disk may be mounted."""
    table: Counter[tuple[str, str]] = Counter()
    if not rounds:
        return table
    if not may_mount(labs[0].folder):
        print("no disk may be mounted here: small and read-only disks are left out")
        return table
    for lab in labs:
        for state in [None, *lab.states]:
            for _ in range(rounds):
                verdict = on_small_disk(lab, state, rng)
                table[SMALL, verdict.outcome] += 1
                _say(SMALL, verdict)
            verdict = on_read_only_disk(lab, state)
            table[READ_ONLY, verdict.outcome] += 1
            _say(READ_ONLY, verdict)
    return table


def _say(kind: str, verdict: Verdict) -> None:
    if verdict.outcome == "wrong":
        print(f"{kind}: wrong: {verdict.detail}", flush=True)


def on_small_disk(lab: Lab, state: dict[str, bytes] | None, rng: random.Random, *, room: int | None = None) -> Verdict:
    """A disk that holds what there is, and so many bytes more, by default less or more than what is to come; then a larger one."""
    with _disk(lab, state) as place:
        there = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
        room = rng.choice([4096, 16_384, 65_536, 1 << 20, 5 << 19, 1 << 23]) if room is None else room
        _remount(place, f"size={there + 16_384 + room}")
        return _loud_then_right(lab, place, "size=64m")


def on_read_only_disk(lab: Lab, state: dict[str, bytes] | None) -> Verdict:
    """A disk that is read-only; then it is writable."""
    with _disk(lab, state) as place:
        _remount(place, "ro")
        return _loud_then_right(lab, place, "rw")


def _loud_then_right(lab: Lab, place: Path, remedy: str) -> Verdict:
    end = lab.run()
    if end.code == 0:
        return Verdict("harmless") if is_right(lab) and not end.notes else Verdict("wrong", f"{end.notes}")
    if not is_loud(end):
        return Verdict("wrong", f"{end.code} {end.said[-300:]}")
    _remount(place, remedy)
    again = lab.run()
    if again.code or again.notes or not is_right(lab):
        return Verdict("wrong", f"{end.error}; then {again.code} {again.notes} {again.said[-300:]}")
    return Verdict("loud", end.error)


@contextmanager
def _disk(lab: Lab, state: dict[str, bytes] | None) -> Iterator[Path]:
    """The checkpoint's folder lies on a disk of its own, and so does the file of the digits not."""
    lab.clear()
    place = lab.folder.with_name(f"{lab.folder.name} disk")
    place.mkdir()
    _mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place))
    try:
        (place / KEPT).mkdir()
        for name, content in (state or {}).items():
            (place / KEPT / name).write_bytes(content)
        lab.kept.symlink_to(place / KEPT)
        yield place
    finally:
        _run("umount", str(place))
        place.rmdir()
        lab.kept.unlink()


def _remount(place: Path, option: str) -> None:
    _mount("-o", f"remount,{option}", str(place))


def _mount(*words: str) -> None:
    _run("mount", *words)


def _run(program: str, *words: str) -> None:
    path = shutil.which(program)
    assert path
    subprocess.run([path, *words], check=True, capture_output=True)  # noqa: S603 (a program of the system)


def may_mount(folder: Path) -> bool:
    """Whether this user may mount a disk beside a folder."""
    if os.geteuid() or not (shutil.which("mount") and shutil.which("umount")):
        return False
    place = folder.with_name("tried")
    place.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place))
        _run("umount", str(place))
    except subprocess.CalledProcessError:
        return False
    finally:
        place.rmdir()
    return True

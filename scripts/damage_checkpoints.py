"""Damage the files of a checkpoint at random, and see what a store makes of them: right records or a word about it.

    python scripts/damage_checkpoints.py COUNT [--seed N]

Each fault begins with the same checkpoint of four records, in memory where the system has such a folder. Then a store resumes it and
loads everything. A record that is not what was kept is wrong; one that is lost without a note is unseen, unless a stale manifest, which
is a whole one, stands for the state before. Prints a table by kind and outcome, and exits with 1 if anything was wrong or unseen.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.checkpoint import record_file
from pi_engine.checkpoint.checkpoint_folder import LOCK
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pi_engine.checkpoint.record_file import Record

PARAMETERS = {"digits": 1000, "base": 10}
KINDS = ("flipped bit", "cut off", "zeros", "copied within", "appended", "exchanged", "removed", "stale")
OUTCOMES = ("no change", "harmless", "state before", "noted", "refused", "unseen", "wrong")
SIZES = (700, 3, 0)
"""Limbs of a record's numbers: the first has two blocks of 4096 bytes."""


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="how many faults")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    record_file.BLOCK = 4096
    print(f"seed {options.seed}")
    rng = random.Random(options.seed)  # noqa: S311 (no secret)
    memory = Path("/dev/shm")  # noqa: S108 (a folder of our own in it)
    found: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as place:
        folder = Path(place) / "kept"
        kept, older, files = _checkpoint(folder, rng)
        for _ in range(options.count):
            kind = rng.choice(KINDS)
            shutil.rmtree(folder)
            folder.mkdir()
            damaged = _damaged(files, older, kind, rng)
            for name, content in damaged.items():
                (folder / name).write_bytes(content)
            found[kind, "no change" if damaged == files else _outcome(folder, kept, kind)] += 1
    for kind in KINDS:
        print(kind.ljust(14), *(f"{outcome} {found[kind, outcome]}" for outcome in OUTCOMES if found[kind, outcome]))
    bad = sum(count for (_, outcome), count in found.items() if outcome in {"unseen", "wrong"})
    print(f"{sum(found.values())} faults, {bad} wrong or unseen")
    return bool(bad)


def _checkpoint(folder: Path, rng: random.Random) -> tuple[dict[str, list[bytes]], dict[str, bytes], dict[str, bytes]]:
    """The numbers of each record, the files of an older state, and those of the newest."""
    kept, older = {}, {}
    with CheckpointStore.create(folder, PARAMETERS) as store:
        for i in range(4):
            arrays = [np.frombuffer(rng.randbytes(8 * size), np.uint64) for size in SIZES]
            store.keep(f"node-{i}", {f"N{j}": (array, False) for j, array in enumerate(arrays)}, {})
            kept[f"node-{i}"] = [array[:].tobytes() for array in arrays]
            if i == 2:
                older = _files(folder)
    return kept, older, _files(folder)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != LOCK}


def _damaged(files: Mapping[str, bytes], older: Mapping[str, bytes], kind: str, rng: random.Random) -> dict[str, bytes]:
    """The files with one fault."""
    made, name = dict(files), rng.choice(list(files))
    content = bytearray(files[name])
    place, length = rng.randrange(len(content)), rng.choice([1, 8, 512, 4096])
    length = min(length, len(content) - place)
    match kind:
        case "flipped bit":
            content[place] ^= 1 << rng.randrange(8)
        case "cut off":
            del content[place:]
        case "zeros":
            content[place : place + length] = bytes(length)
        case "copied within":
            source = rng.randrange(len(content) - length + 1)
            content[place : place + length] = content[source : source + length]
        case "appended":
            content += rng.randbytes(rng.randrange(1, 20))
    made[name] = bytes(content)
    if kind == "exchanged":
        other = rng.choice(list(files))
        made[name], made[other] = files[other], files[name]
    elif kind == "removed":
        del made[name]
    elif kind == "stale":
        made[name] = older[rng.choice(list(older))]
    return made


def _outcome(folder: Path, kept: Mapping[str, list[bytes]], kind: str) -> str:
    try:
        with CheckpointStore.resume(folder, PARAMETERS) as store:
            found = {key: store.load(key) for key in kept}
            notes = list(store.notes)
    except CorruptFileError:
        return "refused"
    if any(record is not None and _numbers(record) != kept[key] for key, record in found.items()):
        return "wrong"
    if notes:
        return "noted"
    lost = [key for key, record in found.items() if record is None]
    if kind == "stale" and lost == [list(kept)[-1]]:
        return "state before"
    return "unseen" if lost else "harmless"


def _numbers(record: Record) -> list[bytes]:
    return [array[:].tobytes() for array, _ in record.numbers.values()]


if __name__ == "__main__":
    sys.exit(main())

"""What can happen to the files of a checkpoint between two runs: damage, loss, exchange, and what is stale or of another run."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, TypeAlias

from pi_engine.checkpoint.checkpoint_folder import LOCK, MANIFESTS
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.checkpoint.manifest import parse_manifest

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from scripts.break_runs.scenario import Files, Lab

Damage: TypeAlias = "Callable[[Lab, random.Random], None]"


def _records(lab: Lab) -> list[Path]:
    return sorted(lab.kept.glob("*.limbs"))


def _any_file(lab: Lab, rng: random.Random) -> Path:
    """A record, or in one of four cases a manifest."""
    manifests, records = [lab.kept / name for name in MANIFESTS if (lab.kept / name).exists()], _records(lab)
    return rng.choice(manifests if manifests and (not records or rng.random() < 0.25) else records)


def _bytes_of(change: Callable[[bytearray, random.Random], object]) -> Damage:
    """A damage of the bytes of one file."""

    def damage(lab: Lab, rng: random.Random) -> None:
        path = _any_file(lab, rng)
        content = bytearray(path.read_bytes())
        change(content, rng)
        path.write_bytes(content)

    return damage


def _flip(content: bytearray, rng: random.Random) -> None:
    if content:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def _cut(content: bytearray, rng: random.Random) -> None:
    del content[rng.randrange(len(content) + 1) :]


def _zero(content: bytearray, rng: random.Random) -> None:
    length = min(rng.choice([1, 8, 512, 4096, len(content)]), len(content))
    place = rng.randrange(len(content) - length + 1)
    content[place : place + length] = bytes(length)


def _copy_within(content: bytearray, rng: random.Random) -> None:
    length = min(rng.choice([1, 8, 512, 4096]), len(content))
    place, source = (rng.randrange(len(content) - length + 1) for _ in range(2))
    content[place : place + length] = content[source : source + length]


def _append(content: bytearray, rng: random.Random) -> None:
    content += rng.randbytes(rng.randrange(1, 20))


def _noise(content: bytearray, rng: random.Random) -> None:
    content[:] = rng.randbytes(len(content))


def _remove_record(lab: Lab, rng: random.Random) -> None:
    if _records(lab):
        rng.choice(_records(lab)).unlink()


def _remove_all_records(lab: Lab, rng: random.Random) -> None:  # noqa: ARG001 (all damages are called alike)
    for path in _records(lab):
        path.unlink()


def _swap_records(lab: Lab, rng: random.Random) -> None:
    if len(_records(lab)) > 1:
        first, second = rng.sample(_records(lab), 2)
        _write_both(first, second)


def _write_both(first: Path, second: Path) -> None:
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def _record_of_another_run(lab: Lab, rng: random.Random) -> None:
    """One with the same key where there is one, else any."""
    if _records(lab):
        path = rng.choice(_records(lab))
        key = path.name.partition(".")[0]
        same = [text for name, text in lab.strangers.items() if name.partition(".")[0] == key]
        path.write_bytes(rng.choice(same or [text for name, text in lab.strangers.items() if name.endswith(".limbs")]))


def _record_under_another_name(lab: Lab, rng: random.Random) -> None:
    """A record that the run has kept at some time, in the place of one of now."""
    if _records(lab):
        rng.choice(_records(lab)).write_bytes(rng.choice(list(lab.known.values())))


def _older_manifest(lab: Lab, rng: random.Random) -> None:
    """That of an older state in the place of the newest, or of the other."""
    state = rng.choice(lab.states)
    source = rng.choice([name for name in MANIFESTS if name in state])
    (lab.kept / rng.choice(MANIFESTS)).write_bytes(state[source])


def _older_manifests(lab: Lab, rng: random.Random) -> None:
    """Both of an older state, beside the records of now."""
    state = rng.choice(lab.states)
    for name in MANIFESTS:
        if name in state:
            (lab.kept / name).write_bytes(state[name])


def _older_state_too(lab: Lab, rng: random.Random) -> None:
    """The records of an older state beside those of now, as a restored backup has them; with its manifests or without."""
    state, whole = rng.choice(lab.states), rng.random() < 0.5
    for name, content in state.items():
        if whole or name not in MANIFESTS:
            (lab.kept / name).write_bytes(content)


def _swap_manifests(lab: Lab, rng: random.Random) -> None:  # noqa: ARG001
    if all((lab.kept / name).exists() for name in MANIFESTS):
        _write_both(*(lab.kept / name for name in MANIFESTS))


def _one_manifest_twice(lab: Lab, rng: random.Random) -> None:
    there = [name for name in MANIFESTS if (lab.kept / name).exists()]
    source = rng.choice(there)
    shutil.copy(lab.kept / source, lab.kept / MANIFESTS[1 - MANIFESTS.index(source)])


def _remove_manifest(lab: Lab, rng: random.Random) -> None:
    (lab.kept / rng.choice(MANIFESTS)).unlink(missing_ok=True)


def _remove_manifests(lab: Lab, rng: random.Random) -> None:  # noqa: ARG001
    for name in MANIFESTS:
        (lab.kept / name).unlink(missing_ok=True)


def _damage_manifests(lab: Lab, rng: random.Random) -> None:
    for name in MANIFESTS:
        if (lab.kept / name).exists():
            content = bytearray((lab.kept / name).read_bytes())
            rng.choice([_flip, _cut, _zero, _noise])(content, rng)
            (lab.kept / name).write_bytes(content)


def _manifest_of_another_run(lab: Lab, rng: random.Random) -> None:
    name = rng.choice(MANIFESTS)
    (lab.kept / name).write_bytes(lab.strangers[rng.choice(MANIFESTS)])


def _manifests_of_another_run(lab: Lab, rng: random.Random) -> None:  # noqa: ARG001
    for name in MANIFESTS:
        (lab.kept / name).write_bytes(lab.strangers[name])


def _special_file(lab: Lab, rng: random.Random) -> None:
    """A pipe, a link or a folder where a file was."""
    path = _any_file(lab, rng)
    away = path.with_name("away")
    path.replace(away)
    match rng.randrange(3):
        case 0:
            os.mkfifo(path)
        case 1:
            path.symlink_to(away.name)
        case _:
            path.mkdir()


def _strange_files(lab: Lab, rng: random.Random) -> None:
    """What belongs to nothing, what a killed run has left, and a lock that holds anything."""
    (lab.kept / "notes.txt").write_bytes(b"not ours")
    (lab.kept / f".{MANIFESTS[0]}.{rng.randbytes(8).hex()}.partial").write_bytes(rng.randbytes(50))
    (lab.kept / f"b1-root.{rng.randbytes(4).hex()}.limbs").write_bytes(rng.randbytes(50))
    (lab.kept / LOCK).write_bytes(rng.randbytes(50))


def _wrong_limb(lab: Lab, rng: random.Random) -> None:
    """A record whose hashes agree, because its number was wrong when it was written."""

    def change(numbers: dict[str, Any], fields: dict[str, Any]) -> None:
        del fields
        name = rng.choice(list(numbers))
        limbs, negative = numbers[name]
        if len(limbs):
            limbs[rng.randrange(len(limbs))] ^= limbs.dtype.type(1 << rng.randrange(64))
        numbers[name] = limbs, negative

    _keep_again(lab, rng, change)


def _other_residues(lab: Lab, rng: random.Random) -> None:
    """A record whose hashes agree, and whose residues are those of other numbers."""

    def change(numbers: dict[str, Any], fields: dict[str, Any]) -> None:
        pairs = fields["residues"]
        name = rng.choice(list(numbers))
        value = pairs[name]
        if value is not None:
            row = value[0] if isinstance(value[0], list) else value
            i = rng.randrange(len(row))
            row[i] = str((int(row[i]) + 1 + rng.randrange(1 << 50)) % (1 << 60))

    _keep_again(lab, rng, change)


def _keep_again(lab: Lab, rng: random.Random, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    parameters = _parameters(lab.files())
    if parameters is None:
        return
    with CheckpointStore.resume(lab.kept, parameters) as store:
        keys = [key for key in store.keys() if key != "attempt"]  # noqa: SIM118 (a store is no dict)
        record = store.load(rng.choice(keys)) if keys else None
        if record is not None:
            numbers, fields = dict(record.numbers), dict(record.fields)
            change(numbers, fields)
            store.keep(record.key, numbers, fields)


def _parameters(files: Files) -> dict[str, object] | None:
    for name in MANIFESTS:
        if name in files:
            return dict(parse_manifest(files[name], name).parameters)
    return None


DAMAGES: dict[str, Damage] = {
    "flipped bit": _bytes_of(_flip),
    "cut off": _bytes_of(_cut),
    "zeros": _bytes_of(_zero),
    "copied within": _bytes_of(_copy_within),
    "appended": _bytes_of(_append),
    "noise": _bytes_of(_noise),
    "record removed": _remove_record,
    "all records removed": _remove_all_records,
    "records swapped": _swap_records,
    "record of another run": _record_of_another_run,
    "stale record": _record_under_another_name,
    "wrong limb, right hashes": _wrong_limb,
    "other residues, right hashes": _other_residues,
    "older manifest": _older_manifest,
    "two older manifests": _older_manifests,
    "older state beside it": _older_state_too,
    "manifests swapped": _swap_manifests,
    "one manifest twice": _one_manifest_twice,
    "manifest removed": _remove_manifest,
    "both manifests removed": _remove_manifests,
    "both manifests damaged": _damage_manifests,
    "manifest of another run": _manifest_of_another_run,
    "manifests of another run": _manifests_of_another_run,
    "pipe, link or folder": _special_file,
    "strange files": _strange_files,
}
"""By name. Those with right hashes come before any other that is done to the same files."""

SPECIAL = "pipe, link or folder"

BYTES = [DAMAGES[name] for name in ("flipped bit", "cut off", "zeros", "copied within", "appended", "noise")]
"""Those that may come besides another."""

"""What a checkpoint holds, found without its lock and without a change to it: a run may be using it meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.checkpoint.checkpoint_folder import LOCK, checkpoint_files, require_checkpoint
from pi_engine.checkpoint.folder_faults import is_unreadable, opening
from pi_engine.checkpoint.folder_lock import holder
from pi_engine.checkpoint.manifest_pair import read_generations
from pi_engine.checkpoint.record_file import open_record
from pi_engine.errors import CorruptFileError, PiEngineError

if TYPE_CHECKING:
    from pathlib import Path

    from pi_engine.checkpoint.manifest import KeptFile, Manifest
    from pi_engine.checkpoint.record_header import NumberShape

GOOD, DAMAGED, MISSING = "good", "damaged", "missing"

_ATTEMPTS = 5
"""How often the records are looked at again because a run has kept another one meanwhile."""


class FoundRecord(NamedTuple):
    """A record that the manifest names.

    Attributes:
        key: its key.
        file: the name of its file.
        size: of the file as it was kept, in bytes.
        status: GOOD, DAMAGED or MISSING, as far as it was read.
        detail: what is wrong, a sentence; None where nothing is.
        numbers: without their limbs; none where the header is damaged.
    """

    key: str
    file: str
    size: int
    status: str
    detail: str | None
    numbers: tuple[NumberShape, ...]


class CheckpointReport(NamedTuple):
    """A checkpoint.

    Attributes:
        manifest: the newest that is good.
        records: those that it names.
        holder: the process that uses it, in words; None if none does.
        size: bytes of all its files, those of the previous generation too.
        notes: what else is wrong.
    """

    manifest: Manifest
    records: list[FoundRecord]
    holder: str | None
    size: int
    notes: list[str]

    @property
    def damaged(self) -> int:
        """How many records cannot be loaded."""
        return sum(record.status != GOOD for record in self.records)


def read_checkpoint(name: str | Path, *, verify: bool = False) -> CheckpointReport:
    """What the checkpoint in a folder holds.

    verify: compare all limbs with their hashes, which reads all files; else headers and the hashes themselves are verified.

    Raises:
        UsageError: the folder holds no checkpoint.
        CorruptFileError: no manifest can be read.
        OutputError, PiEngineError: the system refuses to read.
    """
    folder = require_checkpoint(name)
    with opening(folder):
        for _ in range(_ATTEMPTS):
            generations = read_generations(folder)
            manifest = generations.current
            records = [_look_at(folder, key, kept, verify=verify) for key, kept in manifest.records.items()]
            if read_generations(folder).current.generation == manifest.generation:
                break
        notes = [] if generations.damaged is None else [str(generations.damaged[1])]
        notes += [] if generations.mixed is None else [generations.mixed]
        size = sum(file.size for file in checkpoint_files(folder))
        aside = sum(file.kind == "bad" for file in checkpoint_files(folder))
        if aside:
            notes.append(f"{aside} damaged file{'' if aside == 1 else 's'} set aside before, named *.bad")
        return CheckpointReport(manifest, records, holder(folder / LOCK), size, notes)


def _look_at(folder: Path, key: str, kept: KeptFile, *, verify: bool) -> FoundRecord:
    status, detail = GOOD, None
    numbers: tuple[NumberShape, ...] = ()
    try:
        with open_record(folder / kept.file) as file:
            numbers = file.header.numbers
            file.require(key, kept.digest)
            if verify:
                file.verify()
    except FileNotFoundError:
        status, detail = MISSING, f"the record {kept.file} is missing"
    except CorruptFileError as error:
        status, detail = DAMAGED, str(error)
    except (OSError, PiEngineError) as error:
        if not is_unreadable(error):
            raise
        status, detail = DAMAGED, str(error)
    return FoundRecord(key, kept.file, kept.size, status, detail, numbers)

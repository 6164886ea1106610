"""The records of a run in a folder, which are there again after whatever has ended the run.

What `keep` returns from is on the disk. It goes through three steps, and the process may end between any two system calls:

1. The record's file is written under a new name, synced, read back and named. No manifest names it yet.
2. The new manifest takes the place of the older of the two (`manifest_pair`), by one rename.
3. Files that neither manifest names any more are removed.

So whichever manifest is the newest, all files that it names are there. The one before it serves where a file of the newest
turns out to be damaged: what a record had taken the place of is still there.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from pi_engine.bigint.residues.moduli import random_prime
from pi_engine.checkpoint.checkpoint_folder import (
    LOCK,
    Removed,
    checkpoint_files,
    has_manifest,
    make_folder,
    named_folder,
    record_path,
    remove_files,
    require_none,
    set_aside,
)
from pi_engine.checkpoint.folder_faults import is_unreadable, keeping, opening, unreadable, vanished
from pi_engine.checkpoint.folder_lock import FolderLock
from pi_engine.checkpoint.manifest import KeptFile, Manifest
from pi_engine.checkpoint.manifest_pair import ManifestWriter, read_generations
from pi_engine.checkpoint.record_file import Record, open_record, write_record
from pi_engine.checkpoint.record_header import is_key, is_name
from pi_engine.checkpoint.run_parameters import require_same
from pi_engine.checkpoint.untrusted_json import as_read
from pi_engine.errors import CorruptFileError, PiEngineError, UsageError
from pi_engine.runtime.storage.presence import is_there
from pi_engine.runtime.versions import arithmetic_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.checkpoint.record_file import Allocate, Numbers
    from pi_engine.checkpoint.untrusted_json import JSON


class CheckpointStore:
    """The records of one run, and the lock of their folder; a context.

    Attributes:
        folder: where they are.
        notes: what was found to be damaged and what was done about it, a sentence each.
        lost: key and note of each record among these.
    """

    def __init__(self, folder: Path, lock: FolderLock, manifest: Manifest, previous: Manifest | None) -> None:
        """Of a folder that `create` or `resume` has locked and looked at."""
        self.folder, self._lock, self._manifest, self._previous = folder, lock, manifest, previous
        self.notes: list[str] = []
        self.lost: list[tuple[str, str]] = []
        self._records = dict(manifest.records)
        if not lock.is_real:
            self.notes.append(f"{folder} is on a file system without locks: see that no other run uses it")

    @classmethod
    def create(cls, folder: str | Path, parameters: Mapping[str, object], *, prime: int | None = None) -> Self:
        """A store without records, in a folder that is made if it is missing.

        Args:
            folder: the folder; what else is in it stays as it is.
            parameters: what must be equal to go on; anything that JSON has.
            prime: the random one of the residues; that of this process if it is None.

        Raises:
            UsageError: the folder holds a checkpoint, or cannot be made; or another run uses it (`LockedError`).
            CapacityError, OutputError: it cannot be written to.
        """
        place = named_folder(folder)
        with opening(place):
            made = make_folder(place)
            lock = FolderLock(place / LOCK)
        begun = False
        try:
            with opening(place):
                require_none(place)
                begun = True
                manifest = Manifest(
                    run=secrets.token_hex(16),
                    generation=0,
                    written=_now(),
                    phase=None,
                    prime=random_prime() if prime is None else prime,
                    versions=arithmetic_versions(),
                    parameters=as_read(parameters),
                )
                store = cls(place, lock, manifest, None)
                store._sweep()
                ManifestWriter(place).write(manifest)
        except BaseException:
            if begun:
                with contextlib.suppress(OSError):
                    remove_files(place, lock, folder_too=made)
            lock.release()
            raise
        return store

    @classmethod
    def resume(cls, folder: str | Path, parameters: Mapping[str, object]) -> Self:
        """The store that an earlier run has left.

        Raises:
            UsageError: there is none, a parameter differs, or another run uses it (`LockedError`).
            CorruptFileError: no manifest can be read.
            CapacityError, OutputError: the folder cannot be written to.
        """
        place = named_folder(folder)
        if not has_manifest(place):
            raise UsageError(f"{place} holds no checkpoint: start without --resume")
        with opening(place):
            lock = FolderLock(place / LOCK)
        try:
            with opening(place):
                generations = read_generations(place)
                require_same(generations.current.parameters, as_read(parameters), place)
                store = cls(place, lock, generations.current, generations.previous)
                store.notes += filter(None, (generations.mixed, generations.set_damaged_aside()))
                store._sweep()
        except BaseException:
            lock.release()
            raise
        return store

    @property
    def prime(self) -> int:
        """The random prime of the residues, as the first run drew it."""
        return self._manifest.prime

    @property
    def parameters(self) -> dict[str, JSON]:
        """Of the run."""
        return dict(self._manifest.parameters)

    def computed_by(self, more: Mapping[str, str]) -> dict[str, str]:
        """Have the manifests to come name the versions of this process, and `more` of them; gives those that were named so far."""
        before = self._manifest.versions
        self._manifest = replace(self._manifest, versions={**arithmetic_versions(), **more})
        return before

    def keys(self) -> list[str]:
        """Of the records that can be loaded, as far as is known, in the order in which they were kept."""
        return list(self._records)

    def bytes(self) -> int:
        """Of all files of the checkpoint, those of the previous generation too.

        Raises:
            OutputError: the folder cannot be read.
        """
        with opening(self.folder):
            return sum(file.size for file in checkpoint_files(self.folder))

    def keep(
        self,
        key: str,
        numbers: Numbers,
        fields: Mapping[str, object],
        *,
        drop: Iterable[str] = (),
        phase: str | None = None,
    ) -> None:
        """Keep a record, in the place of one with that key; it is on the disk when this returns.

        Args:
            key: words of small letters and digits with '-' between, at most 80 characters.
            numbers: by name; limbs, least significant first, and whether the number is negative.
            fields: anything that JSON has.
            drop: keys of records that this one takes the place of; those that there are not are passed over.
            phase: what is going on, for people; by default what it was.

        Raises:
            CapacityError: the disk is full; what was kept before is as it was, and so after any other error.
            OutputError: the system refuses otherwise, or what was written reads back differently.
        """
        if not is_key(key) or not all(map(is_name, numbers)):
            raise ValueError(f"{key!r} or one of {list(numbers)} is not a name")
        with keeping(self.folder):
            if not self._lock.is_there:
                raise vanished(self.folder)
            path = record_path(self.folder, key)
            written = write_record(path, key, numbers, as_read(fields))
            dropped = {key, *drop}
            records = {name: kept for name, kept in self._records.items() if name not in dropped}
            records[key] = KeptFile(path.name, *written)
            manifest = self._manifest.followed_by(records, _now(), phase)
            writer = ManifestWriter(self.folder)
            try:
                writer.write(manifest)
            except BaseException:
                if not writer.is_named:  # else it names the file
                    with contextlib.suppress(OSError):
                        path.unlink(missing_ok=True)
                raise
        self._previous, self._manifest, self._records = self._manifest, manifest, records
        self._sweep()

    def load(self, key: str, allocate: Allocate | None = None) -> Record | None:
        """The record with that key; every block has its hash. None if there is none, or it is damaged.

        A damaged file is set aside; then that of the previous generation is taken, if it had the key, and what the record had
        taken the place of can be loaded again. `notes` says so.

        allocate: as `RecordFile.load` has it; by default numpy's memory.

        Raises:
            PiEngineError: the system refuses to read, for a reason that is not the file's.
        """
        while (kept := self._records.get(key)) is not None:
            path = self.folder / kept.file
            try:
                with open_record(path) as file:
                    file.require(key, kept.digest)
                    return file.load(_numpy_limbs if allocate is None else allocate)
            except FileNotFoundError:
                self._lose(key, f"the record {kept.file} is missing")
            except CorruptFileError as error:
                self._lose(key, f"{error}; {set_aside(path)}")
            except (OSError, PiEngineError) as error:
                if not is_unreadable(error):
                    raise unreadable(path, error) from error
                self._lose(key, f"the device cannot read the record {kept.file}; {set_aside(path)}")
        return None

    def refuse(self, key: str, reason: str) -> None:
        """Set aside the file of a record that was read as it was written, and yet is not what it should be."""
        kept = self._records[key]
        self._lose(key, f"the record {kept.file} is not used: {reason}; {set_aside(self.folder / kept.file)}")

    def _lose(self, key: str, note: str) -> None:
        """Go on without a record, with what the previous generation has in its place."""
        self.notes.append(note)
        self.lost.append((key, note))
        lost = self._records.pop(key)
        for name, kept in (self._previous.records if self._previous is not None else {}).items():
            if name not in self._records and kept != lost and is_there(self.folder / kept.file):
                self._records[name] = kept

    def _sweep(self) -> None:
        """Remove files that neither manifest names, and what killed runs have not finished; a failure costs disk only."""
        named = {
            kept.file
            for manifest in (self._manifest, self._previous)
            if manifest is not None
            for kept in manifest.records.values()
        }
        with contextlib.suppress(OSError):
            for file in list(checkpoint_files(self.folder)):
                if file.kind == "unfinished" or (file.kind == "record" and file.path.name not in named):
                    file.path.unlink(missing_ok=True)

    def clean(self) -> Removed:
        """Take the checkpoint away, the folder too where nothing else is in it, and close.

        Raises:
            OutputError: the system refuses; what is left can be cleaned by `clean_folder`.
        """
        try:
            with opening(self.folder):
                there = self._lock.is_there
                return remove_files(self.folder, self._lock, folder_too=True) if there else Removed(0, 0, folder=False)
        finally:
            self.close()

    def close(self) -> None:
        """Give the lock back; the records stay."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _numpy_limbs(_name: str, limbs: int) -> Limbs:
    import numpy as np

    return np.empty(limbs, np.uint64)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

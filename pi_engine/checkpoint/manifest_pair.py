"""Two manifests; the older one is replaced: so one good generation is there at every moment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.checkpoint.checkpoint_folder import MANIFESTS, set_aside
from pi_engine.checkpoint.folder_faults import is_unreadable
from pi_engine.checkpoint.manifest import MOST_BYTES, Manifest, parse_manifest
from pi_engine.checkpoint.record_file import open_regular
from pi_engine.checkpoint.untrusted_json import canonical
from pi_engine.errors import CorruptFileError, OutputError, PiEngineError, UsageError
from pi_engine.runtime.storage.pending_file import PendingFile
from pi_engine.runtime.storage.random_reading import read_at

if TYPE_CHECKING:
    from pathlib import Path


class Generations(NamedTuple):
    """The manifests of a folder.

    Attributes:
        current: the newest that is good.
        previous: the one before it; None if there is none, or it is damaged.
        damaged: why the other is not good, and its file; None if it is, or there was none yet.
        mixed: what tells that one of them was put back from elsewhere, in words; None where nothing does.
    """

    current: Manifest
    previous: Manifest | None
    damaged: tuple[Path, CorruptFileError] | None
    mixed: str | None = None

    def set_damaged_aside(self) -> str | None:
        """Give a damaged manifest another name; says what was done, or None where there was nothing to do."""
        if self.damaged is None:
            return None
        path, error = self.damaged
        done = f"; {set_aside(path)}" if os.path.lexists(path) else ""
        return f"{error}{done}, and the other one is used"


def read_generations(folder: Path) -> Generations:
    """The manifests of a folder, whose files stay as they are.

    Raises:
        UsageError: there is none.
        CorruptFileError: none is good, or they are of two runs.
        OSError, PiEngineError: the system cannot read.
    """
    found: list[tuple[Manifest, str]] = []
    bad: list[tuple[Path, CorruptFileError]] = []
    absent: list[tuple[Path, CorruptFileError]] = []
    for name in MANIFESTS:
        try:
            found.append((_read(folder / name), name))
        except FileNotFoundError:
            missing = CorruptFileError(f"the manifest {name} is missing")
            absent.append((folder / name, missing))
        except CorruptFileError as error:
            bad.append((folder / name, error))
    if not found and not bad:
        raise UsageError(f"{folder} holds no checkpoint: start without --resume")
    if not found:
        reasons = "; ".join(str(error) for _, error in bad)
        raise CorruptFileError(
            f"the checkpoint in {folder} cannot be read: {reasons}; remove it with 'pi-engine checkpoint clean', and "
            "start again"
        )
    if len({(manifest.run, manifest.prime, canonical(manifest.parameters)) for manifest, _ in found}) > 1:
        raise CorruptFileError(
            f"{folder} holds manifests of two runs: take out the one that does not belong to it, "
            f"{MANIFESTS[0]} or {MANIFESTS[1]}"
        )
    found.sort(key=lambda pair: pair[0].generation)
    newest = found[-1][0]
    if newest.generation:  # the first one has none before it
        bad += absent
    return Generations(newest, found[0][0] if len(found) == 2 else None, bad[0] if bad else None, _mixed(found))


def _mixed(found: list[tuple[Manifest, str]]) -> str | None:
    """What tells of an older manifest that was put over a newer one: each has its place, and two follow each other.

    Where the newest was replaced by the one of two states before, nothing tells: then the state is the one before the newest.
    """
    states = [manifest.generation for manifest, _ in found]
    misplaced = [name for manifest, name in found if name != MANIFESTS[manifest.generation % 2]]
    if not misplaced and (len(found) < 2 or states[1] - states[0] == 1):
        return None
    which = " and ".join(map(str, states))
    return f"the manifests are of the states {which}, and were put back from elsewhere: the newest of them is used"


def _read(path: Path) -> Manifest:
    source = f"the manifest {path.name}"
    try:
        with open_regular(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MOST_BYTES:
                raise CorruptFileError(f"{source} is damaged: it has {size:_} bytes")
            buffer = bytearray(size)
            content = bytes(buffer[: read_at(stream, 0, memoryview(buffer), path.name)])
    except (OSError, PiEngineError) as error:
        if is_unreadable(error):
            raise CorruptFileError(f"{source} cannot be read by its device") from error
        raise
    return parse_manifest(content, source)


class ManifestWriter:
    """Writes one manifest; `is_named` says whether it has its name, for the case that an error comes after that."""

    def __init__(self, folder: Path) -> None:
        """Nothing is written yet."""
        self._folder, self.is_named = folder, False

    def write(self, manifest: Manifest) -> None:
        """Write the manifest in the place of the older one; it is on the disk, and was read back, when this returns.

        Raises:
            OSError: the system refuses.
            OutputError: it reads back differently, or its name could not be made to last.
        """
        target = self._folder / MANIFESTS[manifest.generation % 2]
        content = manifest.to_bytes()
        with PendingFile(target, overwrite=True, size=len(content)) as pending:
            try:
                pending.write(content)
                pending.finish()
                buffer = bytearray(len(content) + 1)
                if bytes(buffer[: read_at(pending.stream, 0, memoryview(buffer), target.name)]) != content:
                    raise OutputError(f"{target} reads back differently from what was written: use another disk")
                pending.publish()
            finally:
                self.is_named = pending.published

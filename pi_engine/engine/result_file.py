"""The file of a result: its space reserved before the run, its digits written and compared after it, there or elsewhere.

Digits that have taken hours are not lost to a disk that is full, a folder that is gone, or a name that is taken by now: what may pass is
tried again, and then other places are.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.digits.common.formats import format_to_write
from pi_engine.digits.destination import (
    open_output,
    publish_beside,
    require_file,
    saved_elsewhere,
    siblings,
    written_name,
)
from pi_engine.digits.text.text_file import fill_text_file
from pi_engine.engine.result import Check
from pi_engine.errors import OutputError, PiEngineError, UsageError, VerificationError
from pi_engine.runtime.machine_faults import RUN_AGAIN
from pi_engine.runtime.storage.atomic import atomic_writer, is_special
from pi_engine.runtime.storage.durable import output_error
from pi_engine.runtime.storage.pending_file import NameTakenError, PendingFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.digits.common.formats import Format
    from pi_engine.digits.encoding import Encoding
    from pi_engine.digits.ycd.pending_set import PendingSet
    from pi_engine.engine.result import ComputeResult

_SCRATCH = "/dev/shm"  # noqa: S108 (memory that outlives the process, where all disks fail)
_PIECE = 1 << 22


class DigitsChangedError(VerificationError):
    """The digits in memory are no longer those that were checked."""


class ResultFile:
    """Where a result is to be written."""

    def __init__(
        self,
        path: str,
        digits: int,
        *,
        base: int,
        form: str | None = None,
        block_size: int | None = None,
        overwrite: bool = False,
    ) -> None:
        """Refuse what could not be written in the end, and reserve the space for it.

        Args:
            path: the file; for a set of .ycd files `NAME.ycd`, which stands for `NAME/NAME - 0.ycd` and so on.
            digits: how many there will be after the point.
            base: 10 or 16.
            form: the format; by default that of the suffix.
            block_size: digits of each file of a .ycd set.
            overwrite: whether an existing file may be replaced.

        Raises:
            UsageError, CapacityError, OutputError: as `open_output`.
        """
        self.path, self._digits, self._base = path, digits, base
        self._form, self._block_size, self._overwrite = format_to_write(path, form), block_size, overwrite
        self._whole = False
        self._folder = Path(self.name).absolute().parent  # as long as the current folder is there
        self._pending: PendingFile | PendingSet | None = None
        if is_special(Path(path)):
            require_file(path, digits, base=base, form=self._form, overwrite=overwrite, block_size=block_size)
        else:
            self._pending = self._open(path, overwrite=overwrite)

    def _open(self, path: str, *, overwrite: bool) -> PendingFile | PendingSet:
        return open_output(
            path, self._digits, base=self._base, form=self._form, overwrite=overwrite, block_size=self._block_size
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back what was reserved and not used."""
        if self._pending is not None:
            self._pending.close()

    @property
    def name(self) -> str:
        """The file, or the folder of a set."""
        return written_name(self.path, self._block_size)

    def write(self, result: ComputeResult) -> list[Check]:
        """Write the digits, and let the file appear; what was read back must be what was written, and the result's digits.

        Returns:
            The check of the file; None if it could not be read back, because it is a device or a pipe.

        Raises:
            NameTakenError: something has the name by now.
            OutputError, CapacityError: the system refuses, twice.
            VerificationError: what was read back differs, twice; `DigitsChangedError` if the digits in memory have changed.
        """
        if self._pending is None:
            self._write_through(result)
            return []
        try:
            self._fill_and_publish(result, self._pending)
        except (OSError, VerificationError) as error:
            if self._pending.published:  # and its folder could not be synced
                raise
            self._require_unchanged(result, error)
            self._write_again(result)
        modulo = " and the random prime ".join(_moduli(result.residues or {M61: result.hash}))
        return [Check("file", "passed", f"SHA-256 of the file as read back, and its digits modulo {modulo}")]

    def _write_again(self, result: ComputeResult) -> None:
        """What has failed may have passed: a full disk has space, a folder is back, a device answers."""
        assert self._pending is not None
        self._pending.close()
        self._whole = False
        try:
            self._pending = self._open(self.path, overwrite=self._overwrite)
            self._fill_and_publish(result, self._pending)
        except NameTakenError:
            raise
        except OSError as error:
            raise output_error(error, f"{self.path} could not be written: {error.strerror or error}") from error
        except UsageError as error:  # the folder is gone
            raise OutputError(f"{self.path} could not be written: {error}") from error
        except VerificationError as error:
            self._require_unchanged(result, error)
            raise VerificationError(f"{self.path} could not be written: {error}") from error

    def _fill_and_publish(self, result: ComputeResult, pending: PendingFile | PendingSet) -> None:
        self._fill(result, pending)
        self._whole = True
        pending.publish()

    def write_here_or_elsewhere(self, result: ComputeResult, last_resort: Callable[[], str]) -> list[Check]:
        """Write the digits as `write` does; where that fails, write them elsewhere.

        Args:
            result: the digits.
            last_resort: is called where no folder takes them, and says what has become of them.

        Raises:
            PiEngineError: that of `write`, whose message says where the digits are instead.
        """
        try:
            return self.write(result)
        except (BrokenPipeError, DigitsChangedError):
            raise
        except PiEngineError as error:
            if self._pending is not None and self._pending.published:
                raise
            taken = isinstance(error, NameTakenError)
            reason = str(error).partition(" could not be written: ")[2] or str(error)
            kind: type[PiEngineError] = OutputError if isinstance(error, VerificationError) else type(error)
            reason = "its name is taken by now" if taken else reason
            cause: Exception = error
            place = self._save_elsewhere(result, self._form)
        except (
            MemoryError,
            ImportError,
            RuntimeError,
        ) as error:  # of what another format needs, or threads that may not begin
            kind, reason, cause = OutputError, f"{type(error).__name__} {error}".strip(), error
            place = self._save_elsewhere(result, "text")
        if place is not None:
            raise kind(saved_elsewhere(self.name, reason, place)) from cause
        if isinstance(cause, VerificationError):
            kind = VerificationError
        raise kind(
            f"{self.name} could not be written: {reason}; no other place could be written either; {last_resort()}"
        ) from cause

    @property
    def outcome(self) -> str:
        """What there is after a failure, in words."""
        return "" if self._pending is None else f"{self._pending.outcome}; "

    def _save_elsewhere(self, result: ComputeResult, form: Format) -> Path | None:
        """Under another name beside the one that could not be had, or where `save_elsewhere` can."""
        if self._whole:
            assert self._pending is not None
            place = publish_beside(self._pending)
            if place is not None:
                return place
        self.close()
        beside = None if self._pending is None else self._folder
        if form == self._form:
            return save_elsewhere(result, Path(self.name).name, beside, form=form, block_size=self._block_size)
        return save_elsewhere(result, f"{Path(self.name).name}.txt", beside)

    def _fill(self, result: ComputeResult, pending: PendingFile | PendingSet) -> None:
        residues = result.residues or {M61: result.hash}
        if self._form == "text":
            assert isinstance(pending, PendingFile)
            pieces, threads = result.pieces(_PIECE), result.threads
            fill_text_file(pending, pieces, digits=result.digits, base=result.base, residues=residues, threads=threads)
            return
        from pi_engine.digits.block_hash import BlockHashes
        from pi_engine.digits.common.blocks import blocks_of_words
        from pi_engine.digits.writer import fill

        blocks = blocks_of_words(result.word_source(), result.digits, result.base)
        hashes = BlockHashes(result.base, 3, tuple(residues))
        fill(pending, blocks, self._encoding(result), hashes, residues)

    def _write_through(self, result: ComputeResult) -> None:
        from pi_engine.engine.printed_digits import require_residues, watched

        if self._form == "text":
            with atomic_writer(self.path, overwrite=True) as stream:
                for piece in watched(result.pieces(_PIECE), result):
                    stream.write(piece.encode("ascii"))
            return
        from pi_engine.digits.block_hash import BlockHashes
        from pi_engine.digits.common.blocks import blocks_of_words
        from pi_engine.digits.writer import write_through

        hashes = BlockHashes(result.base, 3, tuple(result.residues or {}))
        blocks = hashes.through(blocks_of_words(result.word_source(), result.digits, result.base))
        write_through(self.path, blocks, self._encoding(result))
        require_residues(hashes.values, result)

    def _encoding(self, result: ComputeResult) -> Encoding:
        from pi_engine.digits.encoding import Encoding

        return Encoding(result.digits, result.base, self._form, block_size=self._block_size, threads=result.threads)

    def _require_unchanged(self, result: ComputeResult, cause: Exception) -> None:
        """Refuse to write digits once more that are wrong by now."""
        from pi_engine.digits.text.text_hash import TextHash

        vars(result).pop("words", None)  # made from the text, and to be made again
        residues = result.residues or {M61: result.hash}
        found = TextHash(result.base, tuple(residues), result.digits, result.threads)
        try:
            for piece in result.pieces(_PIECE):
                found.update(piece.replace(".", ""))
        except ValueError:
            found.count = -1
        if found.count != result.digits + 1 or found.values != list(residues.values()):
            raise DigitsChangedError(
                f"the digits in memory have changed since they were checked, and are not written: {RUN_AGAIN}"
            ) from cause


def save_elsewhere(
    result: ComputeResult,
    name: str,
    beside: Path | None = None,
    *,
    form: Format = "text",
    block_size: int | None = None,
) -> Path | None:
    """Write a result to a free name like `name`, and say where; None where no folder takes it.

    In the folder `beside`, in the current folder, in that for temporary files, or in memory that outlives the process.
    """
    import tempfile

    folders = [] if beside is None else [beside]
    with contextlib.suppress(OSError):  # it may be gone
        folders.append(Path.cwd())
    with contextlib.suppress(OSError):  # none may be writable
        folders.append(Path(tempfile.gettempdir()))
    for folder in dict.fromkeys([*folders, Path(_SCRATCH)]):
        place = next(siblings(folder / name), None)
        if place is None:
            continue
        try:
            with ResultFile(str(place), result.digits, base=result.base, form=form, block_size=block_size) as file:
                file.write(result)
                return Path(file.name)
        except DigitsChangedError:
            raise
        except (PiEngineError, OSError):
            continue
    return None


def _moduli(residues: dict[int, int]) -> list[str]:
    return ["2^61 − 1" if modulus == M61 else str(modulus) for modulus in residues]

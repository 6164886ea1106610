"""Where digits go: what is refused before any work is done, the space that is reserved, and another name for a finished file."""

from __future__ import annotations

import errno
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.digits.file_sizes import piece_sizes, require_length, required_size
from pi_engine.digits.ycd.ycd_header import LEAST_DIGITS
from pi_engine.errors import CapacityError, OutputError, UsageError
from pi_engine.runtime.display import counted
from pi_engine.runtime.storage.atomic import require_writable
from pi_engine.runtime.storage.durable import output_error
from pi_engine.runtime.storage.pending_file import NameTakenError, PendingFile
from pi_engine.runtime.storage.temporaries import clear_leftover_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.digits.common.formats import Format
    from pi_engine.digits.ycd.pending_set import PendingSet
    from pi_engine.errors import PiEngineError

_UNUSABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOTDIR}
"""What the system answers where a name or a folder is at fault, and another one would do."""

_SIBLINGS = 1000


def set_folder(path: str | Path) -> Path:
    """The folder of a set that is to be called `path`: `pi.ycd` stands for `pi/pi - 0.ycd` and what follows."""
    given = Path(path)
    return given.with_suffix("") if given.suffix.lower() == ".ycd" else given


def written_name(path: str | Path, block_size: int | None = None) -> str:
    """The name of what is written: the file, which is not a folder even where a slash stands behind it, or the folder of a set."""
    given = str(path if block_size is None else set_folder(path))
    return re.sub(r"(?:/\.?)+\Z", "", given) or given


def require_file(
    path: str | Path, digits: int, *, base: int, form: Format, overwrite: bool, block_size: int | None = None
) -> None:
    """Refuse, before any work is done, a file that could not be written in the end.

    Raises:
        UsageError, CapacityError: as `require_writable`; and a .ycd file of fewer than 50 digits, or in such blocks.
    """
    if block_size is not None and str(path) == "-":
        raise UsageError("a set of files cannot go to standard output: name a file")
    if block_size is not None and form != "ycd":
        raise UsageError(f"only the ycd format comes in blocks: leave out the block size, or end {path} in .ycd")
    require_length(digits, form, block_size)
    if str(path) == "-":
        return
    size = required_size(digits, base, form, block_size)
    if block_size is None:
        require_writable(path, size=size, overwrite=overwrite)
    else:
        from pi_engine.digits.ycd_set_writer import require_set_writable

        require_set_writable(path, size=size, overwrite=overwrite)


def open_output(
    path: str | Path,
    digits: int | None,
    *,
    base: int,
    form: Format,
    overwrite: bool,
    block_size: int | None = None,
) -> PendingFile | PendingSet:
    """A pending file or set with its space reserved; what killed runs have left of the same target is settled first.

    Args:
        path: the file, or of a set the folder, with `.ycd` or without; no device and no pipe.
        digits: how many; None where that is not known, and nothing is reserved.
        base: 10 or 16.
        form: the format.
        overwrite: whether an existing file, or set, may be replaced.
        block_size: digits of each file of a .ycd set.

    Raises:
        UsageError, CapacityError: as `require_file`, or the name cannot be created, or the disk has less space.
        OutputError: the system refuses for another reason.
    """
    settle_leftovers(path, block_size)
    place = Path(path) if block_size is None else set_folder(path)
    require_file(
        path,
        LEAST_DIGITS if digits is None else digits,
        base=base,
        form=form,
        overwrite=overwrite,
        block_size=block_size,
    )
    size = 0 if digits is None else required_size(digits, base, form, block_size)
    try:
        if block_size is None:
            return PendingFile(place.resolve(), overwrite=overwrite, size=size)
        from pi_engine.digits.ycd.pending_set import PendingSet

        assert digits is not None
        return PendingSet(place.resolve(), overwrite=overwrite, sizes=piece_sizes(digits, base, block_size))
    except OSError as error:
        reason = error.strerror or error
        if error.errno in CapacityError.errnos:
            raise CapacityError(
                f"{path} needs {counted(size, 'byte')}: {reason}; make room, or choose another folder"
            ) from error
        if error.errno in _UNUSABLE:
            raise UsageError(f"{path} cannot be created: {reason}; choose another name or folder") from error
        raise OutputError(f"{path} cannot be created: {reason}") from error


def settle_leftovers(path: str | Path, block_size: int | None = None) -> None:
    """Remove, finish or name what killed runs of the same target have left; whoever writes it does so first."""
    if str(path) in {"", "-"}:
        return
    try:
        if block_size is None:
            clear_leftover_files(Path(path).resolve())
        else:
            from pi_engine.digits.ycd.pending_set import recover

            recover(set_folder(path).resolve())
    except (OSError, RuntimeError):  # what cannot be looked at will be refused by who wants to write there
        return


def publish_or_beside(pending: PendingFile | PendingSet) -> None:
    """Give a finished file or set its name; where that cannot be, another one beside it.

    Raises:
        UsageError: the name is taken by now; the message says what the file is called instead.
        OutputError, CapacityError: the system refuses; the message says what the file is called instead.
        OSError: the system refuses, and no other name could be given.
    """
    try:
        pending.publish()
    except (UsageError, OSError) as error:
        taken = isinstance(error, NameTakenError)
        reason = "its name is taken by now" if taken else getattr(error, "strerror", None) or str(error)
        place = publish_beside(pending)
        if place is None:
            raise
        message = saved_elsewhere(pending.target, reason, place)
        raise (output_error(error, message) if isinstance(error, OSError) else type(error)(message)) from error


def publish_beside(pending: PendingFile | PendingSet) -> Path | None:
    """Give a finished file or set the first free name beside its own; None where the system refuses all."""
    for place in siblings(pending.target):
        try:
            pending.publish(place)
        except NameTakenError:
            continue
        except OSError:
            return None
        except OutputError:  # it has the name
            return place
        else:
            return place
    return None


def siblings(target: Path) -> Iterator[Path]:
    """Names like that of `target` that are free: pi-1.txt.gz, pi-2.txt.gz and so on."""
    ending = "".join(target.suffixes[-2:]) if target.suffix.lower() in {".gz", ".xz", ".zst"} else target.suffix
    stem = os.fsencode(target.name.removesuffix(ending))
    for number in range(1, _SIBLINGS):
        added = f"-{number}{ending}"
        most = 255 - len(os.fsencode(added))
        place = target.with_name(os.fsdecode(stem if len(stem) <= most else _cut(stem, most)) + added)
        if not os.path.lexists(place):
            yield place


def _cut(name: bytes, most: int) -> bytes:
    return name[:most].decode("utf-8", "ignore").encode()


def saved_elsewhere(target: str | Path, reason: object, place: Path) -> str:
    """What to say of digits that are safe, but not where they were to be."""
    move = f"mv {shlex.quote(str(place))} {shlex.quote(str(target))}"
    return f"{target} could not be written: {reason}; the digits are whole in {place}: move them with '{move}'"


def with_outcome(error: PiEngineError, pending: PendingFile | PendingSet) -> PiEngineError:
    """The error, with the state of the file in its message."""
    return type(error)(f"{error}; {pending.outcome}")

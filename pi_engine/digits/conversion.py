"""One format of digit files into another, in bounded memory."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.common.constants import PI, recognise
from pi_engine.digits.common.formats import Format, format_to_write
from pi_engine.digits.destination import require_file, settle_leftovers
from pi_engine.digits.first_digits import first_digits
from pi_engine.digits.reader import DigitFile, sound_blocks
from pi_engine.digits.spool import Spool
from pi_engine.digits.writer import write_digits
from pi_engine.digits.ycd.ycd_header import BASES as YCD_BASES
from pi_engine.digits.ycd.ycd_header import LEAST_DIGITS
from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.runtime.progress import Step, announce, silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.digits.common.blocks import Block
    from pi_engine.runtime.progress import Progress


class Conversion(NamedTuple):
    """What has been read and written; `hash` is that of the digits with the one before the point.

    `notes` says what was assumed or left out in reading the source.
    """

    source_format: Format
    format: Format
    base: int
    digits: int
    hash: int
    output: str
    read_back: bool
    notes: tuple[str, ...] = ()


def convert(
    source: str | Path,
    target: str | Path,
    *,
    form: str | None = None,
    base: int | None = None,
    block_size: int | None = None,
    overwrite: bool = False,
    threads: int = 1,
    progress: Progress | None = None,
) -> Conversion:
    """Write the digits of `source` to `target`, in the format `form` or that of its suffix; the base stays.

    The digits are those of the file, whether they are π's or not. Where the source does not say how many there are, and the
    target has to, the words are put aside in a temporary file first, 0.42 bytes a digit, beside the target.

    Raises:
        UsageError: the source cannot be read, the target not be written, or `base` is another than the source's.
        CorruptFileError: the source is damaged, or does not say which digit stands before the point.
        OutputError, CapacityError, VerificationError: as `write_digits`.
    """
    kind = format_to_write(target, form)
    with ExitStack() as stack:
        # where it is told so, few digits are of base 2 or 8 too; of base 10 and 16 they have to show it
        file = stack.enter_context(DigitFile(source, base=base if base in {2, 8} else None))
        if base not in {None, file.base}:
            raise UsageError(
                f"{file.name} holds digits of base {file.base}, and a conversion keeps the base: "
                f"compute the digits of base {base} with 'compute N --base {base}'"
            )
        head, sound = first_digits(sound_blocks(file), file.base)
        integer = _integer(file, head)
        if kind == "ycd" and file.base not in YCD_BASES:
            raise UsageError(
                f"{file.name} holds digits of base {file.base}, and a .ycd file holds base 10 or 16: "
                "write text, with --format text or a name that ends in .txt, .txt.gz, .txt.xz or .txt.zst"
            )
        beside = None if str(target) == "-" else Path(target).resolve().parent
        guess = LEAST_DIGITS if file.digits is None else file.digits  # of a text, its length tells no better
        settle_leftovers(target, block_size)
        require_file(target, guess, base=file.base, form=kind, overwrite=overwrite, block_size=block_size)
        progress = silent if progress is None else progress
        digits = file.digits
        twice = digits is None and kind == "ycd"
        announce(progress, lambda: [Step("read", 1.0), Step("write", 1.0)] if twice else [Step("convert", 1.0)])
        blocks: Iterable[Block] = _read(sound, file, "read" if twice else "convert", progress)
        if twice:
            spool = stack.enter_context(Spool(file.base, beside))
            spool.fill(blocks)
            digits, blocks = spool.digits, _written(spool.blocks(), spool.digits, progress)
        if not head:
            digits = 0
        written = write_digits(
            target,
            blocks,
            digits=digits,
            base=file.base,
            form=kind,
            integer=integer,
            first_digits=f"{integer}.{head}",
            block_size=block_size,
            overwrite=overwrite,
            threads=threads,
        )
        notes = tuple(getattr(file, "notes", ()))
        return Conversion(
            file.format, kind, file.base, written.digits, written.hash, written.path, written.read_back, notes
        )


def _integer(file: DigitFile, head: str) -> str:
    """The digits before the point, which the file has or its first digits tell.

    Raises:
        CorruptFileError: neither is so.
    """
    constant = None if file.integer else recognise(head, file.base)
    if not file.sure and constant is None:
        what = "no point behind its first digit" if file.integer else "no digit before the point"
        raise CorruptFileError(
            f"{file.name} has {what}, and does not begin like a constant that is known: "
            "write the digit and the point before the digits, as in '3.', and convert that",
            kind="header",
        )
    return file.integer or (constant or PI).whole(file.base)


def _read(blocks: Iterator[Block], file: DigitFile, phase: str, progress: Progress) -> Iterator[Block]:
    """The blocks of a file, passed on; `progress` is called with how much of the file has been read."""
    for block in blocks:
        progress(phase, file.position, file.size or 0)
        yield block


def _written(blocks: Iterator[Block], digits: int, progress: Progress) -> Iterator[Block]:
    """Blocks, passed on to be written; `progress` is called with how many of the digits have been."""
    done = 0
    for block in blocks:
        progress("write", done, digits)
        done += block.digits
        yield block

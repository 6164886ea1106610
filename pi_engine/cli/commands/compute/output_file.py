"""The file that `compute -o` writes: reserved before the run, and what becomes of the digits where it cannot be written."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from pi_engine.cli.output.streams import emit_all
from pi_engine.errors import CapacityError, OutputError, PiEngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from pi_engine.engine.result import Check, ComputeResult
    from pi_engine.engine.result_file import ResultFile

_WORTH_A_FILE = 1_000_000
"""Digits that are written to a file where stdout fails; fewer are computed again sooner than looked for."""


def reserved_file(
    file: str | None, digits: int, *, base: int, form: str | None, block_size: int | None, force: bool, proof: bool
) -> AbstractContextManager[ResultFile | None]:
    """The file, or None, as a context that gives back what was not used; what could not be written is refused now."""
    if file is None:
        return nullcontext()
    from pi_engine.engine.result_file import ResultFile

    if proof:
        from pi_engine.files.certificate import require_certificate_file

        require_certificate_file(file, overwrite=force)
    return ResultFile(file, digits, base=base, form=form, block_size=block_size, overwrite=force)


def write_result(place: ResultFile, result: ComputeResult, *, as_json: bool) -> list[Check]:
    """Write the digits to their file, else elsewhere, and as a last resort to stdout; then it raises, and says where they are."""

    def last_resort() -> str:
        if as_json:
            return "and standard output is for JSON, so that the digits are lost: run again with another FILE"
        from pi_engine.engine.printed_digits import watched

        emit_all(watched(result.pieces(), result))
        return "the digits are on standard output"

    return place.write_here_or_elsewhere(result, last_resort)


def write_proof(result: ComputeResult, file: str, *, force: bool) -> None:
    """Write the certificate; where that fails the digits are safe, and the message says so."""
    from pi_engine.files.certificate import write_certificate

    try:
        write_certificate(result, file, overwrite=force)
    except PiEngineError as error:
        raise type(error)(f"{error}; the digits themselves are whole in {file}") from error


@contextmanager
def digits_kept(result: ComputeResult) -> Iterator[None]:
    """If stdout takes no more of this many digits, write them to a file; the message then says which."""
    try:
        yield
    except (OutputError, CapacityError) as error:
        if result.digits < _WORTH_A_FILE:
            raise
        from pi_engine.engine.result_file import save_elsewhere

        place = save_elsewhere(result, "pi.txt")
        if place is None:
            raise
        raise type(error)(f"{error}; the digits are whole in {place}") from error

"""`pi-engine verify FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, emit_json, remark, remarks_are_heard
from pi_engine.cli.output.terminal import hang, printable, stderr_width, stdout_width
from pi_engine.cli.parameters.names import FILE
from pi_engine.cli.parameters.options import json_option, memory_option, quiet_option, threads_option
from pi_engine.cli.parameters.quantities import COUNT
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.files.methods.verdict import Verification
    from pi_engine.runtime.progress import Step

LOCATING = "error found, locating it"
"""The phase's name in `files.comparison.by_bbp`, which takes a while to import."""

_WORTH_SECONDS = 1.0


class _Told(ProgressBar):
    """A progress bar, and a line in its place where stderr is no terminal, when an error has been found and locating it takes a while."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.listens = remarks_are_heard()
        self._line = "" if stderr_width() is not None else f"pi-engine: {file}: an error was found; locating it"

    def expect(self, steps: Sequence[Step]) -> None:
        """Replace the forecast: `steps` make up the work that is left."""
        super().expect(steps)
        if not self._line or not any(step.phase.startswith(LOCATING) for step in steps):
            return
        if sum(step.seconds for step in steps) >= _WORTH_SECONDS:
            remark(self._line)
            self._line = ""


@click.command(short_help="Check whether a file holds digits of π.")
@click.argument("file", type=FILE)
@click.option(
    "--method",
    type=click.Choice(["auto", "recompute", "residues", "bbp", "known"]),
    default="auto",
    show_default=True,
    help="recompute computes π to the length of the file and compares every digit. residues compares all digits with "
    "π modulo random primes, without computing π; the probability to miss a wrong one is below 1e-16 at 1e8 "
    "digits. bbp checks the end of the "
    "binary expansion of the digits by BBP's formula, and known compares with published digits and hashes: both "
    "can miss wrong digits. auto takes the fastest method that proves the file, and says so where none fits in memory.",
)
@click.option("--proof", is_flag=True, help="Also check FILE.proof.json, the certificate that 'compute --proof' wrote.")
@click.option(
    "--digits",
    type=COUNT,
    metavar="N",
    help="Number of digits that the file should have. A file with fewer is reported as truncated.",
)
@click.option("--base", type=click.Choice(["10", "16"]), help="Base of a text file. By default the digits decide.")
@threads_option
@memory_option
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    file: str,
    method: str,
    proof: bool,
    digits: int | None,
    base: str | None,
    threads: int | None,
    memory: int | None,
    as_json: bool,
) -> None:
    """Check whether FILE holds digits of π, and find the first digit that is wrong.

    FILE can be text with any line breaks, blanks, groups or header, the same text compressed by gzip, xz or
    Zstandard, a .ycd file, a folder with a set of .ycd files, or '-' for stdin. The content decides, not the name.
    Positions count from 1 after the point.

    Exit codes: 0 every digit was compared with π and is right, 3 a digit is wrong, 5 the file is corrupt or
    truncated, 6 nothing wrong was found but not every digit was compared, 1 failed, 2 wrong usage, 4 not enough
    memory, 130 interrupted.
    """
    if proof and (method != "auto" or digits is not None or base is not None or file == "-"):
        raise click.UsageError(
            "--proof takes digits, base and method from the certificate of a file: give the file alone"
        )
    with _Told(file) as progress:
        if proof:
            from pi_engine.files.certificate import verify_certificate

            found = verify_certificate(file, threads=threads, memory=memory, progress=progress)
        else:
            from pi_engine.files.verify import verify_file

            found = verify_file(
                file,
                method,
                digits=digits,
                base=int(base) if base else None,
                threads=threads,
                memory=memory,
                progress=progress,
            )
    if as_json:
        names = (
            "file", "format", "base", "digits", "digits_compared", "status", "first_wrong", "expected", "found", "method", "proved",
            "seconds", "kind", "offset", "message", "wrong_digits", "wrong_positions", "notes",
        )  # fmt: skip
        fields = {name: getattr(found, name) for name in names}
        emit_json({**fields, "seconds": {"total": round(found.seconds, 6)}})
    else:
        verdict, width = printable(_verdict(file, found)), stdout_width()
        emit(verdict if width is None else hang(verdict, width), "\n")
    if found.status == "unproved":
        remedy = (
            "to compare all takes more memory"
            if method == "auto"
            else "'verify --method recompute' compares all of them"
        )
        remark(f"pi-engine: {file}: not proved: {found.message}; {remedy}")
    ctx.exit(found.exit_code)


def _verdict(file: str, found: Verification) -> str:
    if found.status == "ok":
        return (
            f"{file}: ok: {counted(found.digits, 'digit')} of base {found.base} ({found.format}) in {found.seconds:.2f} s, "
            f"method {found.method}: {found.proved}"
        )
    if found.status == "unproved":
        return (
            f"{file}: unproved: {found.message} ({found.format}, base {found.base}) in {found.seconds:.2f} s, "
            f"method {found.method}: {found.proved}"
        )
    if found.status == "wrong":
        compared = counted(found.digits, "digit")
        if found.digits_compared < found.digits:
            compared = f"{found.digits_compared:_} of {compared}"
        return f"{file}: wrong: {found.message}; {compared} compared in {found.seconds:.2f} s, method {found.method}"
    status = "truncated" if found.kind == "truncated" else found.status
    return f"{file}: {status}: {found.message.removeprefix('the file is truncated: ')}"

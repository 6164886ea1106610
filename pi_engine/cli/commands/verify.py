"""`pi-engine verify FILE…`."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.error_answer import emit_error, explain
from pi_engine.cli.output.kernel_advice import advise_kernels
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import current_reply, emit, emit_json_line, remark, remarks_are_heard, say
from pi_engine.cli.output.terminal import hang, printable, stderr_width, stdout_width
from pi_engine.cli.parameters.cluster_session import cluster_fields, cluster_session
from pi_engine.cli.parameters.names import FILE
from pi_engine.cli.parameters.options import cluster_option, json_option, memory_option, quiet_option, threads_option
from pi_engine.cli.parameters.quantities import COUNT
from pi_engine.cli.process.interrupts import raise_discarded
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.files.methods.verdict import Verification
    from pi_engine.runtime.progress import Step

LOCATING = "error found, locating it"
"""The phase's name in `files.comparison.by_bbp`, which takes a while to import."""

_WORTH_SECONDS = 1.0

_WORST_FIRST = (3, 5, 2, 1, 4, 6, 0)
"""Exit codes of files. With several the first that occurs is the command's: what is wrong with a file stands before what kept it from
being judged."""

_SHOWN_NAME = 24
"""Characters of a file's name in the progress bar: its end."""


class _Told(ProgressBar):
    """A progress bar; if stderr is not a terminal, a line when an error was found and locating it takes a while."""

    def __init__(self, file: str, about: str) -> None:
        super().__init__(about=about)
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


@click.command(short_help="Check whether files hold digits of π.")
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--method",
    type=click.Choice(["auto", "recompute", "residues", "bbp", "known"]),
    default="auto",
    show_default=True,
    help="'recompute' computes π to the length of the file and compares every digit. 'residues' compares all digits with "
    "π modulo random primes, without computing π. It misses a wrong digit with a probability below 1e-16 at 1e8 digits. "
    "'bbp' checks the end of the binary expansion of the digits by BBP's formula. 'known' compares with published digits "
    "and hashes. Both can miss wrong digits. 'auto' takes the fastest method that proves the file and fits in memory. "
    "If no method of this kind fits, it says so.",
)
@click.option("--proof", is_flag=True, help="Also check FILE.proof.json, the certificate that 'compute --proof' wrote.")
@click.option(
    "--digits",
    type=COUNT,
    metavar="N",
    help="Number of digits that the file should have. A file with fewer is reported as truncated.",
)
@click.option(
    "--base", type=click.Choice(["2", "8", "10", "16"]), help="Base of a text file. By default the digits decide."
)
@threads_option
@memory_option
@cluster_option
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    files: tuple[str, ...],
    method: str,
    proof: bool,
    digits: int | None,
    base: str | None,
    threads: int | None,
    memory: int | None,
    where: str | None,
    as_json: bool,
) -> None:
    """Check whether each FILE holds digits of π, and find the first digit that is wrong.

    FILE can be text with any line breaks, blanks, groups or header, in ASCII, UTF-8, UTF-16 or UTF-32. It can also be
    such text compressed by gzip, xz, Zstandard or bzip2, or alone in a zip archive; a .ycd file; a folder with a set of
    .ycd files; or '-' for stdin. The content decides, not the name. Positions count from 1 after the point.

    Each file gets one line, in the order given. With --json the line is a JSON object. If a file cannot be verified, a line
    on stderr says why, and the other files are still verified.

    Exit codes: 0 every digit was compared with π and is right, 3 a digit is wrong, 5 the file is corrupt or truncated.
    Exit code 6 means that nothing wrong was found, but not every digit was compared. Others: 1 failed, 2 wrong usage or
    a file that cannot be opened, 4 not enough memory, 130 interrupted. With several files it is the first of 3, 5, 2, 1,
    4, 6, 0 that one of them has.
    """
    if proof and (method != "auto" or digits is not None or base is not None or "-" in files):
        raise click.UsageError(
            "--proof takes digits, base and method from the certificate beside a file: give the names of files alone"
        )
    if where is not None and method not in {"bbp", "residues"}:
        raise click.UsageError("--cluster is for --method bbp and --method residues: add one of them")
    if files.count("-") > 1:
        raise click.UsageError("stdin can be read once: give '-' only once")

    def verified(file: str, about: str, cluster: Cluster | None) -> Verification:
        with _Told(file, about) as progress:
            if proof:
                from pi_engine.files.certificate import verify_certificate

                return verify_certificate(file, threads=threads, memory=memory, progress=progress)
            from pi_engine.files.verify import verify_file

            return verify_file(
                file,
                method,
                digits=digits,
                base=int(base) if base else None,
                threads=threads,
                memory=memory,
                progress=progress,
                cluster=cluster,
            )

    codes = set()
    with cluster_session(where, threads=threads) as cluster:
        for number, file in enumerate(files, 1):
            about = f"{number} of {len(files)}, {_ending(printable(file))}" if len(files) > 1 else ""
            last = number == len(files)
            try:
                found = verified(file, about, cluster)
            except Exception as error:  # noqa: BLE001 (whatever it is, the other files are verified)
                raise_discarded()
                codes.add(_show_error(error, file, as_json=as_json, last=last, alone=len(files) == 1))
            else:
                _show(found, file, method, cluster, as_json=as_json, last=last)
                codes.add(found.exit_code)
    ctx.exit(min(codes, key=_WORST_FIRST.index))


def _show(found: Verification, file: str, method: str, cluster: Cluster | None, *, as_json: bool, last: bool) -> None:
    """Print the verdict on a file."""
    if as_json:
        emit_json_line({**fields_of(found), **cluster_fields(cluster)}, last=last)
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
    if found.method == "recompute":  # known only now: "auto" chooses after it has read the file
        advise_kernels(found.digits_compared, finished=True)


def _show_error(error: Exception, file: str, *, as_json: bool, last: bool, alone: bool) -> int:
    """Say why a file has no verdict; returns its exit code."""
    reply = current_reply()
    if reply is not None and reply.debug:
        traceback.print_exception(error)
    code, message = explain(error, "pi-engine verify")
    named = "standard input" if file == "-" else printable(file)
    if file and not alone and not message.startswith((f"error: {named} ", f"error: {named}: ")):
        message = f"error: {named}: {message.removeprefix('error: ')}"
    say(f"pi-engine: {message}")
    if as_json:
        emit_error(code, message, file=file, last=last)
    return code


def fields_of(found: Verification) -> dict[str, object]:
    """The fields of the JSON object."""
    names = (
        "file", "format", "base", "digits", "digits_compared", "status", "first_wrong", "expected", "found", "method", "proved",
        "seconds", "kind", "offset", "message", "wrong_digits", "wrong_positions",
    )  # fmt: skip
    fields = {name: getattr(found, name) for name in names}
    said = {"proved": printable(found.proved), "message": printable(found.message)}
    return {**fields, **said, "seconds": {"total": round(found.seconds, 6)}, "notes": [*map(printable, found.notes)]}


def _verdict(file: str, found: Verification) -> str:
    """One line: what is shown of the file, and what was assumed for it."""
    return "; note: ".join([_judgement(file, found), *found.notes])


def _judgement(file: str, found: Verification) -> str:
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


def _ending(name: str) -> str:
    """The name, or the end of a long one."""
    return name if len(name) <= _SHOWN_NAME else f"…{name[1 - _SHOWN_NAME :]}"

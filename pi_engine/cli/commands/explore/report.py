"""`pi-engine report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.commands.explore.digit_source import DigitSource, digit_source, require_other
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, emit_json, remark
from pi_engine.cli.output.terminal import printable
from pi_engine.cli.parameters.names import FILE
from pi_engine.cli.parameters.options import force_option, json_option, quiet_option, threads_option
from pi_engine.cli.parameters.quantities import COUNT

if TYPE_CHECKING:
    from pi_engine.report.measured.findings import Findings

_DIGITS = 10**6
_LARGEST_PAGE = 16 << 20
_WRONG = 3


@click.command(short_help="Write a report on π and this machine as an HTML page.")
@digit_source(usual=_DIGITS)
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="PAGE",
    help="Write the page to the file PAGE, such as report.html. '-' is stdout.",
)
@force_option
@click.option(
    "--seconds",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="S",
    help="Spend about S seconds on timing computations, from 1000 digits upwards.",
)
@click.option(
    "--size",
    "sizes",
    type=COUNT,
    multiple=True,
    metavar="N",
    help="Time a computation of N digits, whatever --seconds says. Repeat it for several sizes.",
)
@click.option(
    "--bench",
    type=FILE,
    metavar="FILE.json",
    help="Time nothing, and take the times from the output of 'pi-engine bench --json'.",
)
@click.option(
    "--verify",
    type=click.Choice(["auto", "known", "none"]),
    default="auto",
    show_default=True,
    help="How to compare FILE with π: auto compares all digits, known compares with published digits only.",
)
@threads_option
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    source: DigitSource,
    output: str | None,
    force: bool,
    seconds: int,
    sizes: tuple[int, ...],
    bench: str | None,
    verify: str,
    threads: int | None,
    as_json: bool,
) -> None:
    """Write one HTML page about this machine and about digits of π.

    The page shows this machine, the time of computations by size and phase, the convergence of series, statistics and
    pictures of the digits, and what was checked. It needs no network and no other file. The digits are those of FILE,
    or the first N. By default they are the first 1_000_000.

    \b
    pi-engine report -o report.html
    pi-engine report pi.ycd -o report.html --seconds 60
    pi-engine report --bench bench.json -o report.html

    Statistics need SciPy and pictures need matplotlib. If one is missing, the page is made without that part and says
    how to install it. --json prints the data of the page; then -o can be left out.

    Exit codes: 0 written, 3 written and a digit of FILE is wrong, 1 failed, 2 wrong usage, 4 not enough memory or disk,
    5 FILE is corrupt, 130 interrupted.
    """  # noqa: D301 (click's mark for lines that are kept)
    if output is None and not as_json:
        raise click.UsageError("name the page: -o report.html")
    if output == "-" and as_json:
        raise click.UsageError("the page and --json both want stdout: name a file with -o, or leave one of them out")
    if bench is not None and sizes:
        raise click.UsageError("--bench has times already: leave --size out, or --bench")
    from pi_engine.report.gathering import gather
    from pi_engine.report.html_page import html_page
    from pi_engine.runtime.storage.atomic import atomic_writer, require_writable

    if output not in {None, "-"}:
        assert output is not None
        require_writable(output, size=_LARGEST_PAGE, overwrite=force)
        source.require_other(output)
        require_other(output, bench, "times")
    with source.opened() as digits, ProgressBar() as bar:
        found = gather(
            digits,
            file=source.file,
            sizes=sizes,
            seconds=seconds,
            bench=bench,
            verify=verify,
            threads=threads,
            progress=bar,
        )
    if output is not None:
        page = html_page(found)
        if output == "-":
            emit(page)
        else:
            with atomic_writer(output, overwrite=force) as stream:
                stream.write(page.encode())
    _say(found, output)
    if as_json:
        from pi_engine.cli.commands.explore.report_fields import report_fields

        emit_json(report_fields(found, output))
    if found.verification is not None and found.verification.status in {"wrong", "corrupt"}:
        ctx.exit(_WRONG)


def _say(found: Findings, output: str | None) -> None:
    for left in found.left_out:
        remark(f"pi-engine: left out: {left.part}: {left.reason}")
    if found.verification is not None and not found.verification:
        remark(f"pi-engine: {printable(found.digits.name)}: {found.verification.status}: {found.verification.message}")
    if output not in {None, "-"}:
        assert output is not None
        remark(f"pi-engine: the page is in {printable(output)}")

"""`pi-engine convergence`: digits per term and time of the sum, predicted and measured."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import click

from pi_engine.cli.names import FILE, SERIES
from pi_engine.cli.options import json_option, quiet_option
from pi_engine.cli.output import emit, emit_json, say
from pi_engine.cli.progress_bar import ProgressBar
from pi_engine.cli.quantities import COUNT

if TYPE_CHECKING:
    from pi_engine.cli.table import Cell
    from pi_engine.convergence import Convergence

_DEFAULT_DIGITS = (10_000, 100_000)
_SHOWN_TERMS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)


@click.command(short_help="Digits per term and time, by series.")
@click.option(
    "--series", "names", type=SERIES, multiple=True, metavar="NAME", help="Series; may be repeated.  [default: all]"
)
@click.option(
    "--terms",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    metavar="K",
    help="Terms to look at one by one.",
)
@click.option(
    "--digits",
    "sizes",
    type=COUNT,
    multiple=True,
    metavar="N",
    help="Digits at which the sum is timed, 0 for none; may be repeated.  [default: 1e4, 1e5]",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="R",
    help="How often each sum is timed.",
)
@click.option("--threads", type=click.IntRange(min=1), metavar="T", help="Threads of the sums, by default all.")
@click.option(
    "--plot",
    "picture",
    type=FILE,
    metavar="FILE",
    help="Draw digits against terms, and time against digits: .svg or .png.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print comma-separated values, a line for each series and term or size."
)
@json_option
@quiet_option
def command(
    *,
    names: tuple[str, ...],
    terms: int,
    sizes: tuple[int, ...],
    rounds: int,
    threads: int | None,
    picture: str | None,
    force: bool,
    as_csv: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Show how series converge: the digits that 1, 2, 3, … terms give, and the time that their sums take.

    Digits are those of the value after so many terms of every component, compared with π itself; per term they are predicted
    from the series' polynomials and measured by a fit. Cost is the predicted time of the sum, time the measured one: both relative
    to Chudnovsky's in the same run, medians.
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json both want stdout: choose one")
    from pi_engine.convergence import measure_convergence

    if picture is not None:
        from pi_engine.convergence_plot import require_plot, write_plot

        require_plot(picture, overwrite=force)
    digits = [n for n in sizes or _DEFAULT_DIGITS if n]
    with ProgressBar(enabled=not quiet) as progress:
        found = measure_convergence(
            names, terms=terms, digits=digits, rounds=rounds, threads=threads, progress=progress
        )
    if picture is not None:
        write_plot(found, picture, overwrite=force)
    if as_json:
        emit_json({"series": [_as_json(x) for x in found], "output": picture})
    elif as_csv:
        emit(_as_csv(found))
    else:
        _print_table(found, quiet=quiet)
    if picture is not None and not quiet:
        say(f"pi-engine: drawn to {picture}")


def _as_json(x: Convergence) -> dict[str, object]:
    return {
        "name": x.series.name,
        "digits_after_terms": [round(d, 4) if math.isfinite(d) else None for d in x.digits_after_terms],
        "digits_per_term_predicted": x.series.digits_per_term,
        "digits_per_term_measured": x.digits_per_term,
        "cost": x.series.cost,
        "relative_cost": x.relative_cost,
        "terms": {str(n): count for n, count in x.terms.items()},
        "seconds": {str(n): spent for n, spent in x.seconds.items()},
        "relative_time": x.relative_time,
    }


def _as_csv(found: list[Convergence]) -> str:
    """Long form: one line for each figure, so that series with other numbers of terms fit the same columns."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("series", "figure", "at", "value"))
    for x in found:
        name = x.series.name
        writer.writerow((name, "digits_per_term_predicted", "", x.series.digits_per_term))
        writer.writerow((name, "digits_per_term_measured", "", x.digits_per_term))
        writer.writerow((name, "cost", "", x.series.cost))
        writer.writerow((name, "relative_cost", "", x.relative_cost))
        if x.relative_time is not None:
            writer.writerow((name, "relative_time", max(x.seconds), x.relative_time))
        writer.writerows((name, "digits_after_terms", n, round(d, 4)) for n, d in enumerate(x.digits_after_terms, 1))
        writer.writerows((name, "terms", n, count) for n, count in x.terms.items())
        writer.writerows((name, "seconds", n, spent) for n, spent in x.seconds.items())
    return buffer.getvalue()


def _print_table(found: list[Convergence], *, quiet: bool) -> None:
    from pi_engine.cli.table import Column, print_table

    count = len(found[0].digits_after_terms)
    shown = [n for n in _SHOWN_TERMS if n <= count]
    sizes = sorted(found[0].seconds)
    columns = [
        Column("series"),
        *(Column(f"{n} term{'s' * (n > 1)}", right=True, rank=1 if n == shown[-1] else 3) for n in shown),
        Column("digits per term", right=True),
        Column("measured", right=True, rank=2),
        Column("cost", right=True),
        *([Column(f"terms at {_power(sizes[-1])}", right=True, rank=5)] if sizes else []),
        *(Column(f"seconds at {_power(n)}", right=True, rank=2 if n == sizes[-1] else 4) for n in sizes),
        *([Column("relative time", right=True, rank=1)] if sizes else []),
    ]
    rows: list[list[Cell]] = [
        [
            x.series.name,
            *(_digits(x.digits_after_terms[n - 1]) for n in shown),
            f"{x.series.digits_per_term:.4f}",
            f"{x.digits_per_term:.4f}",
            f"{x.relative_cost:.2f}",
            *([x.terms[sizes[-1]]] if sizes else []),
            *(f"{x.seconds[n]:.3g}" for n in sizes),
            *([f"{x.relative_time:.2f}"] if x.relative_time is not None else []),
        ]
        for x in found
    ]
    print_table(columns, rows, quiet=quiet)


def _digits(count: float) -> str:
    return f"{count:.2f}" if count > 0 else "none"


def _power(n: int) -> str:
    """1e5 for 100000, but 1234 for 1234."""
    digits = str(n)
    return f"{digits[0]}e{len(digits) - 1}" if n >= 1000 and not digits[1:].strip("0") else digits

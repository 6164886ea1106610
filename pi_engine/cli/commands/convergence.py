"""`pi-engine convergence`: digits per term and time of the sum, predicted and measured."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, emit_json, remark
from pi_engine.cli.parameters.cluster_session import cluster_fields, cluster_session
from pi_engine.cli.parameters.names import FILE, SERIES_TO_LOOK_AT
from pi_engine.cli.parameters.options import cluster_option, force_option, json_option, quiet_option, threads_option
from pi_engine.cli.parameters.quantities import COUNT

if TYPE_CHECKING:
    from pi_engine.cli.output.table import Cell
    from pi_engine.convergence.measure import Convergence

_DEFAULT_DIGITS = (10_000,)


@click.command(short_help="Compare how fast series converge.")
@click.option(
    "--series",
    "names",
    type=SERIES_TO_LOOK_AT,
    multiple=True,
    metavar="NAME",
    help="Series to compare; can be repeated. By default eight well-known series, from leibniz to chudnovsky.",
)
@click.option("--all", "everything", is_flag=True, help="Compare all series of the catalogue, and leibniz and basel.")
@click.option(
    "--terms",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    metavar="K",
    help="Number of terms to show, at most 1000.",
)
@click.option(
    "--digits",
    "sizes",
    type=COUNT,
    multiple=True,
    metavar="N",
    help="Number of digits at which the sum is timed, 0 for no timing; can be repeated. By default 1e4, or 0 with --csv.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="R",
    help="Number of times that each sum is timed.",
)
@threads_option
@cluster_option
@click.option(
    "--plot",
    "picture",
    type=FILE,
    metavar="FILE",
    help="Draw digits against terms to FILE, which ends in .svg or .png. With --digits N also draw time against digits.",
)
@force_option
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print comma-separated values: one line for each series and number of terms."
)
@json_option
@quiet_option
def command(
    *,
    names: tuple[str, ...],
    everything: bool,
    terms: int,
    sizes: tuple[int, ...],
    rounds: int,
    threads: int | None,
    where: str | None,
    picture: str | None,
    force: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Show how fast series converge: the digits after 1, 2, 3, … terms, and the time of the sum.

    Each value is compared with π to count its digits. If a series has several components, each takes that many terms.
    Digits per term are predicted from the polynomials of the series; without times, a fit to the first terms is shown
    beside them.

    Relative cost is the predicted time of a long sum. Relative time is the measured one, a median. Both are multiples of
    Chudnovsky's series in the same run. 'series show NAME --terms K' shows the values themselves.
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json both want stdout: choose one")
    if everything and names:
        raise click.UsageError("--all takes every series: leave out --series")
    from pi_engine.convergence.measure import measure_convergence

    if picture is not None:
        from pi_engine.convergence.plot import require_plot, write_plot

        require_plot(picture, overwrite=force)
    if everything:
        from pi_engine.series import catalogue, lessons

        names = tuple(row.name for row in (*catalogue(), *lessons()))
    digits = [n for n in sizes or (() if as_csv else _DEFAULT_DIGITS) if n]
    with cluster_session(where, threads=threads) as cluster, ProgressBar() as progress:
        found = measure_convergence(
            names, terms=terms, digits=digits, rounds=rounds, threads=threads, progress=progress, cluster=cluster
        )
    if picture is not None:
        write_plot(found, picture, times=bool(sizes), overwrite=force)
    if as_json:
        emit_json({"series": [fields_of(x) for x in found], "output": picture, **cluster_fields(cluster)})
    elif as_csv:
        emit(_as_csv(found))
    else:
        _print_table(found)
        for note in _notes(found):
            remark(note)
    if picture is not None:
        remark(f"pi-engine: drawn to {picture}")


def fields_of(x: Convergence) -> dict[str, object]:
    """The fields of a series in the JSON object."""
    return {
        "name": x.series.name,
        "digits_after_terms": [round(d, 4) if math.isfinite(d) else None for d in x.digits_after_terms],
        "digits_per_term_predicted": round(x.series.digits_per_term, 6),
        "digits_per_term_measured": round(x.digits_per_term, 6),
        "cost": _rounded(x.series.cost if x.series.order is None else None),
        "relative_cost": _rounded(x.relative_cost),
        "terms": {str(n): count for n, count in x.terms.items()},
        "seconds": {str(n): _rounded(spent) for n, spent in x.seconds.items()},
        "relative_time": _rounded(x.relative_time),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _as_csv(found: list[Convergence]) -> str:
    """One line for every series and number of terms, with the figures of the series repeated in each of its lines."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    sizes = sorted({n for x in found for n in x.seconds})
    writer.writerow(("series", "terms", "digits", "digits_per_term", *(f"seconds_at_{n}_digits" for n in sizes)))
    for x in found:
        times = [f"{x.seconds[n]:.3g}" if n in x.seconds else "" for n in sizes]
        for n, digits in enumerate(x.digits_after_terms, 1):
            writer.writerow((x.series.name, n, f"{max(0.0, digits):.2f}", f"{x.series.digits_per_term:.4f}", *times))
    return buffer.getvalue()


def _print_table(found: list[Convergence]) -> None:
    """A column for some numbers of terms, the rate, and cost and time where there are times."""
    from pi_engine.cli.output.table import Column, print_table

    sizes = sorted({n for x in found for n in x.seconds})
    count = len(found[0].digits_after_terms)
    shown = sorted({1, count, max(1, count // 2), *([] if sizes else [min(2, count)])})
    columns = [
        Column("series"),
        *(Column(f"{n} term{'s' * (n > 1)}", right=True, rank=0 if n == shown[-1] else 3) for n in shown),
        Column("digits per term", right=True),
        *([] if sizes else [Column("measured", right=True, rank=2)]),
        Column("relative cost", right=True),
        *(Column(f"seconds at {_power(n)}", right=True, rank=2 if n == sizes[-1] else 4) for n in sizes),
        *([Column("relative time", right=True, rank=1)] if sizes else []),
    ]
    rows: list[list[Cell]] = [
        [
            x.series.name,
            *(f"{max(0.0, x.digits_after_terms[n - 1]):.2f}" for n in shown),
            f"{x.series.digits_per_term:.4f}",
            *([] if sizes else [f"{x.digits_per_term:.4f}"]),
            _number(x.relative_cost, ".2f"),
            *(_number(x.seconds.get(n), ".3g") for n in sizes),
            *([_number(x.relative_time, ".2f")] if sizes else []),
        ]
        for x in found
    ]
    print_table(columns, rows)


def _notes(found: list[Convergence]) -> list[str]:
    """What the columns of the table are."""
    timed = sorted({n for x in found for n in x.seconds})
    slow = [x.series.name for x in found if x.series.order is not None]
    return [
        "digits after K terms: −log10 of the error; 3.1416 has 5.13",
        "digits per term: added by one more term in the long run",
        *([] if timed else ["measured: the same, by a fit to the first terms"]),
        "relative cost: predicted time of a long sum, as a multiple of Chudnovsky's",
        *(
            [f"relative time: time at {_power(timed[-1])}, as a multiple of Chudnovsky's; the median over the rounds"]
            if timed
            else []
        ),
        *([f"no cost or time, because too slow to compute with: {', '.join(slow)}"] if slow else []),
    ]


def _number(value: float | None, form: str) -> str | None:
    return None if value is None else f"{value:{form}}"


def _power(n: int) -> str:
    """1e5 for 100000, but 1234 for 1234."""
    digits = str(n)
    return f"{digits[0]}e{len(digits) - 1}" if n >= 1000 and not digits[1:].strip("0") else digits

"""`pi-engine hex POSITION`."""

from __future__ import annotations

import time

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, emit_json
from pi_engine.cli.parameters.cluster_session import cluster_fields, cluster_session
from pi_engine.cli.parameters.options import cluster_option, json_option, quiet_option, threads_option
from pi_engine.cli.parameters.quantities import COUNT, CountingCommand


@click.command(cls=CountingCommand, short_help="Print hexadecimal digits from any position.")
@click.argument("position", type=COUNT)
@click.option("--count", type=COUNT, default="14", show_default=True, metavar="C", help="Number of digits.")
@click.option(
    "--formula",
    type=click.Choice(["bellard", "plouffe"]),
    default="bellard",
    show_default=True,
    help="bellard is faster. plouffe checks it: the two formulas share no term.",
)
@threads_option
@cluster_option
@json_option
@quiet_option
def command(*, position: int, count: int, formula: str, threads: int | None, where: str | None, as_json: bool) -> None:
    """Print hexadecimal digits of π, starting at POSITION. The digits before it are not computed.

    POSITION 1 is the first digit after the point. It can be as large as 1e12: the time grows with it, the memory does
    not. Ten digits take as long as one. With --cluster the workers add up the terms of positions from 1e6 on.
    """
    from pi_engine.distributed.bbp.hex_anywhere import hex_digits
    from pi_engine.proof.bbp.hex_digits import require_digits

    require_digits(position, count, formula)
    start = time.perf_counter()
    with cluster_session(where, threads=threads) as cluster, ProgressBar(only="BBP") as progress:
        digits = hex_digits(position, count=count, formula=formula, threads=threads, progress=progress, cluster=cluster)
    if as_json:
        seconds = {"total": round(time.perf_counter() - start, 6)}
        fields = {"position": position, "count": count, "hex": digits, "formula": formula, "seconds": seconds}
        emit_json({**fields, **cluster_fields(cluster)})
    else:
        emit(digits, "\n")

"""`pi-engine series list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.streams import emit_json
from pi_engine.cli.parameters.names import TOML_FILE
from pi_engine.cli.parameters.options import json_option, quiet_option

if TYPE_CHECKING:
    from pi_engine.series import PiSeries


@click.command("list", short_help="List the catalogue.")
@click.option(
    "--file",
    "files",
    type=TOML_FILE,
    multiple=True,
    metavar="FILE.toml",
    help="Also list the series in this file. Can be repeated.",
)
@json_option
@quiet_option
def command(*, files: tuple[str, ...], as_json: bool) -> None:
    """List the catalogue: the digits per term and the predicted cost of each series.

    The cost is proportional to the predicted time of the sum; lower is faster. It is 4·degree/ln(1/ratio), added up
    over the components of a series. Digits per term are those of the slowest component.

    leibniz and basel are not listed, because they converge too slowly to compute with. 'series show' and
    'convergence' accept them.
    """
    from pi_engine.cli.output.table import Column, print_table
    from pi_engine.series import catalogue, load

    rows = [*catalogue(), *map(load, files)]
    if as_json:
        emit_json({"series": [summary(row) for row in rows]})
        return
    cells = [(row.name, row.title, row.family, f"{row.digits_per_term:.4f}", _cost(row)) for row in rows]
    columns = (
        Column("name"),
        Column("title", wraps=True, rank=2),
        Column("family", wraps=True, rank=1),
        Column("digits per term", right=True),
        Column("cost", right=True),
    )
    print_table(columns, cells)


def _cost(row: PiSeries) -> str | None:
    return f"{row.cost:.4f}" if row.order is None else None


def summary(row: PiSeries) -> dict[str, object]:
    """The fields of a series that `list` and `show` print."""
    return {
        "name": row.name,
        "title": row.title,
        "family": row.family,
        "digits_per_term": row.digits_per_term,
        "cost": row.cost if row.order is None else None,
        "source": row.source,
    }

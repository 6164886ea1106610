"""`pi-engine series list` and `series show NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.output import emit, emit_json

if TYPE_CHECKING:
    from pi_engine.series import HypergeometricSeries


@click.group(short_help="The series that can be summed.", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """The series that can be summed: list them, show one."""
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help(), "\n")


@command.command("list", short_help="List the catalogue.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_series(*, as_json: bool) -> None:
    """List the catalogue, with digits per term and predicted cost.

    The cost is relative, lower is faster: 4·degree/ln(1/ratio), proportional to the time of the sum.
    """
    from pi_engine.cli.table import format_table
    from pi_engine.series import catalogue

    if as_json:
        emit_json({"series": [_summary(row) for row in catalogue()]})
        return
    cells = [(row.name, row.title, row.family, f"{row.digits_per_term:.4f}", f"{row.cost:.4f}") for row in catalogue()]
    emit(format_table(("name", "title", "family", "digits/term", "cost"), cells, right=(3, 4)), "\n")


@command.command("show", short_help="Show one series.")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show_series(name: str, *, as_json: bool) -> None:
    """Show the series NAME: its formula, its polynomials, its convergence and its source."""
    from pi_engine.series import get

    row = get(name)
    details = {
        "formula": row.formula,
        "p": str(row.p),
        "q": str(row.q),
        "a": str(row.a),
        "closed_form": str(row.closed_form),
        "source": row.source,
    }
    if as_json:
        emit_json({**_summary(row), **details})
        return
    emit(f"{row.name}: {row.title} ({row.family})\n\n")
    lines = {
        "formula": row.formula,
        "sum": "S = T/Q = Σ a(k)·∏ p(j)/q(j), j = 1 … k, with",
        "p(k)": details["p"],
        "q(k)": details["q"],
        "a(k)": details["a"],
        "π": details["closed_form"].removeprefix("π = "),
        "digits/term": f"{row.digits_per_term:.6f}",
        "cost": f"{row.cost:.4f}",
        "source": row.source,
    }
    for label, text in lines.items():
        emit(f"{label:<12} {text}\n")


def _summary(row: HypergeometricSeries) -> dict[str, object]:
    return {
        "name": row.name,
        "title": row.title,
        "family": row.family,
        "digits_per_term": row.digits_per_term,
        "cost": row.cost,
        "source": row.source,
    }

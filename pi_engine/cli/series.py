"""`pi-engine series list` and `series show NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.output import emit, emit_json

if TYPE_CHECKING:
    from pi_engine.series import Component, PiSeries


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

    The cost is relative, lower is faster: 4·degree/ln(1/ratio), added up over the components of a series, is
    proportional to the time of the sum. Digits per term are those of the slowest component.
    """
    from pi_engine.cli.table import format_table
    from pi_engine.series import catalogue

    rows = catalogue()
    if as_json:
        emit_json({"series": [_summary(row) for row in rows]})
        return
    cells = [(row.name, row.title, row.family, f"{row.digits_per_term:.4f}", f"{row.cost:.4f}") for row in rows]
    emit(format_table(("name", "title", "family", "digits/term", "cost"), cells, right=(3, 4)), "\n")


@command.command("show", short_help="Show one series.")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show_series(name: str, *, as_json: bool) -> None:
    """Show the series NAME: its formula, its polynomials, its convergence and its source."""
    from pi_engine.series import get

    row = get(name)
    if as_json:
        emit_json({**_summary(row), **_details(row)})
        return
    emit(f"{row.name}: {row.title} ({row.family})\n\n")
    for label, text in _lines(row):
        emit(f"{label:<12} {text}\n")


def _lines(row: PiSeries) -> list[tuple[str, str]]:
    lines = [("formula", row.formula)] if row.formula else []
    single = len(row.components) == 1 and row.components[0].coefficient == 1
    if single:
        lines += [("sum", "S = T/Q = Σ a(k)·∏ p(j)/q(j), j = 1 … k, with"), *_polynomials(row.components[0])]
        lines.append(("π", str(row.closed_form).removeprefix("π = ")))
    else:
        lines.append(("sum", "S = Σ c·Σ a(k)·∏ p(j)/q(j), j = 1 … k, over"))
        for i, part in enumerate(row.components, 1):
            about = f"c = {part.coefficient}, {part.sum.digits_per_term:.4f} digits/term, cost {part.sum.cost:.4f}"
            lines += [(f"component {i}", f"{part.label + ': ' if part.label else ''}{about}".replace("-", "−"))]
            lines += _polynomials(part)
        lines.append(("π", row.closed_form.value("S")))
    if row.level is not None:
        lines.append(("level", str(row.level)))
    if row.discriminant is not None:
        lines.append(("discriminant", str(row.discriminant).replace("-", "−")))
    lines += [("digits/term", f"{row.digits_per_term:.6f}"), ("cost", f"{row.cost:.4f}")]
    return [*lines, ("source", row.source)] if row.source else lines


def _polynomials(part: Component) -> list[tuple[str, str]]:
    return [(f"{name}(k)", str(getattr(part.sum, name))) for name in "pqa"]


def _summary(row: PiSeries) -> dict[str, object]:
    return {
        "name": row.name,
        "title": row.title,
        "family": row.family,
        "digits_per_term": row.digits_per_term,
        "cost": row.cost,
        "source": row.source,
    }


def _details(row: PiSeries) -> dict[str, object]:
    components = [
        {
            "label": part.label,
            "coefficient": str(part.coefficient),
            **{name: str(getattr(part.sum, name)) for name in "pqa"},
            "degree": part.sum.degree,
            "digits_per_term": part.sum.digits_per_term,
            "cost": part.sum.cost,
        }
        for part in row.components
    ]
    single = {name: components[0][name] for name in "pqa"} if len(components) == 1 else {}
    return {
        "formula": row.formula,
        **single,
        "closed_form": str(row.closed_form),
        "level": row.level,
        "discriminant": row.discriminant,
        "components": components,
    }

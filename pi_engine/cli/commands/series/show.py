"""`pi-engine series show NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.commands.series.listing import summary
from pi_engine.cli.output.streams import emit, emit_json
from pi_engine.cli.parameters.names import SERIES_TO_LOOK_AT
from pi_engine.cli.parameters.options import json_option, quiet_option

if TYPE_CHECKING:
    from pi_engine.series import Component, PiSeries


@click.command("show", short_help="Show one series.")
@click.argument("name", type=SERIES_TO_LOOK_AT)
@click.option(
    "--terms",
    type=click.IntRange(1, 1000),
    metavar="K",
    help="Also show π after 1, 2, … K terms, with the correct digits marked. K is at most 1000.",
)
@json_option
@quiet_option
def command(name: str, *, terms: int | None, as_json: bool) -> None:
    """Show the formula, the polynomials, the convergence and the source of the series NAME.

    NAME is a name of the catalogue, derived:D for the series of 'series derive D', or a FILE.toml that describes a
    series. docs/series.md explains its format.

    With --terms, a | marks where the digits that agree with π end. Values are truncated, and long ones are shortened
    in the middle; --json prints all digits. If a series has several components, each takes K terms.
    """
    from pi_engine.cli.commands.series.partial_sums import partial_sum_fields, print_partial_sums
    from pi_engine.cli.output.table import print_entries
    from pi_engine.series import get
    from pi_engine.series.model.partial_values import partial_values

    row = get(name)
    values = partial_values(row, terms) if terms else []
    if as_json:
        sums = {"partial_sums": [partial_sum_fields(value) for value in values]} if values else {}
        emit_json({**summary(row), **_details(row), **sums})
        return
    print_entries([(row.name, f"{row.title} ({row.family})"), ("", ""), *_lines(row)])
    if values:
        emit("\n")
        print_partial_sums(values)


def _lines(row: PiSeries) -> list[tuple[str, str]]:
    lines = [("formula", row.formula)] if row.formula else []
    single = len(row.components) == 1 and row.components[0].coefficient == 1
    if single:
        lines += [("sum", "S = T/Q = Σ a(k)·∏ p(j)/q(j), j = 1 … k, with"), *_polynomials(row.components[0])]
        lines.append(("π", str(row.closed_form).removeprefix("π = ")))
    else:
        lines.append(("sum", "S = Σ c·Σ a(k)·∏ p(j)/q(j), j = 1 … k, over"))
        for i, part in enumerate(row.components, 1):
            about = f"c = {part.coefficient}, {part.sum.digits_per_term:.4f} digits/term"
            about += f", cost {part.sum.cost:.4f}" if part.sum.order is None else ""
            lines += [(f"component {i}", f"{part.label + ': ' if part.label else ''}{about}".replace("-", "−"))]
            lines += _polynomials(part)
        lines.append(("π", row.closed_form.value("S")))
    if row.level is not None:
        lines.append(("level", str(row.level)))
    if row.discriminant is not None:
        lines.append(("discriminant", str(row.discriminant).replace("-", "−")))
    if row.order is None:
        lines += [("digits/term", f"{row.digits_per_term:.6f}"), ("cost", f"{row.cost:.4f}")]
    else:
        lines.append(("error", f"like 1/n^({row.order}) after n terms".replace("^(1)", "")))
    return [*lines, *((label, text) for label, text in (("note", row.note), ("source", row.source)) if text)]


def _polynomials(part: Component) -> list[tuple[str, str]]:
    return [(f"{name}(k)", str(getattr(part.sum, name))) for name in "pqa"]


def _details(row: PiSeries) -> dict[str, object]:
    components = [
        {
            "label": part.label,
            "coefficient": str(part.coefficient),
            **{name: str(getattr(part.sum, name)) for name in "pqa"},
            "degree": part.sum.degree,
            "digits_per_term": part.sum.digits_per_term,
            "cost": part.sum.cost if part.sum.order is None else None,
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
        "note": row.note,
        "components": components,
    }

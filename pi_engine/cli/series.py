"""`pi-engine series list`, `series show NAME` and `series derive D`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from pi_engine.cli.group import CommandGroup
from pi_engine.cli.names import SERIES_TO_LOOK_AT, TOML_FILE
from pi_engine.cli.options import json_option, quiet_option
from pi_engine.cli.output import emit, emit_json
from pi_engine.cli.progress_bar import ProgressBar
from pi_engine.cli.quantities import COUNT

if TYPE_CHECKING:
    from pi_engine.series import Component, Derivation, PiSeries

_VERIFICATION_SECONDS = 1.5e-6
"""A digit of π that a derived series is verified to: for the progress bar."""


@click.group(cls=CommandGroup, short_help="List, show and derive series for π.", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show and derive series for π."""
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help(), "\n")


@command.command("list", short_help="List the catalogue.")
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
def list_series(*, files: tuple[str, ...], as_json: bool) -> None:
    """List the catalogue: the digits per term and the predicted cost of each series.

    The cost is proportional to the predicted time of the sum; lower is faster. It is 4·degree/ln(1/ratio), added up
    over the components of a series. Digits per term are those of the slowest component.

    leibniz and basel are not listed, because they converge too slowly to compute with. 'series show' and
    'convergence' accept them.
    """
    from pi_engine.cli.table import Column, print_table
    from pi_engine.series import catalogue, load

    rows = [*catalogue(), *map(load, files)]
    if as_json:
        emit_json({"series": [_summary(row) for row in rows]})
        return
    cells = [(row.name, row.title, row.family, f"{row.digits_per_term:.4f}", _cost(row)) for row in rows]
    columns = (
        Column("name"),
        Column("title", folds=True, rank=2),
        Column("family", folds=True, rank=1),
        Column("digits per term", right=True),
        Column("cost", right=True),
    )
    print_table(columns, cells)


def _cost(row: PiSeries) -> str | None:
    return f"{row.cost:.4f}" if row.order is None else None


@command.command("show", short_help="Show one series.")
@click.argument("name", type=SERIES_TO_LOOK_AT)
@click.option(
    "--terms",
    type=click.IntRange(1, 1000),
    metavar="K",
    help="Also show π after 1, 2, … K terms, with the correct digits marked. K is at most 1000.",
)
@json_option
@quiet_option
def show_series(name: str, *, terms: int | None, as_json: bool) -> None:
    """Show the formula, the polynomials, the convergence and the source of the series NAME.

    NAME is a name of the catalogue, derived:D for the series of 'series derive D', or a FILE.toml that describes a
    series. docs/series.md explains its format.

    With --terms, a | marks where the digits that agree with π end. Values are truncated, and long ones are shortened
    in the middle; --json prints all digits. If a series has several components, each takes K terms.
    """
    from pi_engine.cli.partial_sums import partial_sum_fields, print_partial_sums
    from pi_engine.cli.table import print_entries
    from pi_engine.series import get
    from pi_engine.series.partial_values import partial_values

    row = get(name)
    values = partial_values(row, terms) if terms else []
    if as_json:
        sums = {"partial_sums": [partial_sum_fields(value) for value in values]} if values else {}
        emit_json({**_summary(row), **_details(row), **sums})
        return
    print_entries([(row.name, f"{row.title} ({row.family})"), ("", ""), *_lines(row)])
    if values:
        emit("\n")
        print_partial_sums(values)


class _DeriveCommand(click.Command):
    """Takes `derive -163` for the discriminant it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [arg[1:] if re.fullmatch(r"[-−]\d+", arg) else arg for arg in args])


@command.command("derive", cls=_DeriveCommand, short_help="Derive a series from a discriminant.")
@click.argument("d", type=COUNT, metavar="D")
@click.option(
    "--digits", type=COUNT, default="1000", show_default=True, metavar="N", help="Number of digits of π to verify."
)
@json_option
@quiet_option
def derive_series(d: int, *, digits: int, as_json: bool) -> None:
    """Derive the Ramanujan–Sato series of the discriminant −D, and verify it to N digits of π.

    j and s₂ are evaluated by Eisenstein series at τ = (1 + √−D)/2, or at √−D/2 if 4 divides D. For class number 1
    they are rational numbers, and are recognised as such. 'compute --series derived:D' sums the series.
    """
    from pi_engine.cli.table import print_entries
    from pi_engine.runtime.progress import Step
    from pi_engine.series import derive

    with ProgressBar() as progress:
        progress.expect([Step("verification", _VERIFICATION_SECONDS * digits)])
        progress("verification", 0, 0)
        derivation = derive(d, digits=digits)
    if as_json:
        emit_json(_derivation_fields(derivation))
        return
    print_entries(_derivation_lines(derivation))


def _derivation_fields(found: Derivation) -> dict[str, object]:
    return {
        "discriminant": found.discriminant,
        "class_number": found.class_number,
        "j": str(found.j),
        "s2": str(found.s2),
        "a": str(found.a),
        "b": str(found.b),
        "c": str(found.c),
        "prefactor": found.prefactor_text,
        "formula": found.formula,
        "closed_form": str(found.series.closed_form),
        "digits_per_term": found.series.digits_per_term,
        "verified_digits": found.verified_digits,
    }


def _derivation_lines(found: Derivation) -> list[tuple[str, str]]:
    D = -found.discriminant
    tau = f"(1 + √−{D})/2" if D % 2 else f"√−{D}/2"
    return [
        ("discriminant", f"−{D}, class number {found.class_number}"),
        ("tau", f"τ = {tau}"),
        ("j", f"j(τ) = {found.j}{found.cube_text}".replace("-", "−")),
        ("s2", f"E₄/E₆·(E₂ − 3/(π·Im τ)) = {found.s2}"),
        ("a/b", f"(1 − s₂)/6 = {found.a}/{found.b}"),
        ("c", f"|j| = {found.c}"),
        ("", ""),
        ("series", found.formula),
        ("π", f"{found.series.closed_form.value('S')}, S = {found.series.formula.split(' = ')[0]}"),
        ("digits/term", f"{found.series.digits_per_term:.6f}"),
        ("verified", f"{found.verified_digits} digits of π; 'compute --series {found.series.name}' sums it"),
    ]


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


def _summary(row: PiSeries) -> dict[str, object]:
    return {
        "name": row.name,
        "title": row.title,
        "family": row.family,
        "digits_per_term": row.digits_per_term,
        "cost": row.cost if row.order is None else None,
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

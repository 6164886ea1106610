"""`pi-engine series derive D`."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit_json
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.cli.parameters.quantities import COUNT
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.series import Derivation

_VERIFICATION_SECONDS = 1.5e-6
"""A digit of π that a derived series is verified to: for the progress bar."""


class _DeriveCommand(click.Command):
    """Takes `derive -163` for the discriminant it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        signed = [before != "--digits" and re.fullmatch(r"[-−]\d+", arg) for before, arg in pairwise(["", *args])]
        return super().parse_args(ctx, [arg[1:] if sign else arg for arg, sign in zip(args, signed, strict=True)])


@click.command("derive", cls=_DeriveCommand, short_help="Derive a series from a discriminant.")
@click.argument("d", type=COUNT, metavar="D")
@click.option(
    "--digits", type=COUNT, default="1000", show_default=True, metavar="N", help="Number of digits of π to verify."
)
@json_option
@quiet_option
def command(d: int, *, digits: int, as_json: bool) -> None:
    """Derive the Ramanujan–Sato series of the discriminant −D, and verify it to N digits of π.

    j and s₂ are evaluated by Eisenstein series at τ = (1 + √−D)/2, or at √−D/2 if 4 divides D. For class number 1
    they are rational numbers, and are recognised as such. 'compute --series derived:D' sums the series.
    """
    from pi_engine.cli.output.table import print_entries
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
        ("verified", f"{counted(found.verified_digits, 'digit')} of π; 'compute --series {found.series.name}' sums it"),
    ]

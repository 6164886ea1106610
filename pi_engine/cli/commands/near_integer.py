"""`pi-engine near-integer [D]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit_json
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.cli.parameters.quantities import COUNT, CountingCommand
from pi_engine.runtime.display import counted
from pi_engine.runtime.machine_faults import RUN_AGAIN

if TYPE_CHECKING:
    from pi_engine.proof.j_invariant.confirmation import NearInteger

_SECONDS = 1.5e-6
"""A digit, for e^(π√D) and j: for the progress bar."""

_LONG_INTEGER = 60
"""Digits from which the nearest integer is shown by its ends only."""


@click.command(cls=CountingCommand, short_help="Show e^(π√163), and confirm digits of π by it.")
@click.argument("d", type=COUNT, default=163, metavar="[D]")
@click.option(
    "--digits", type=COUNT, default=1000, show_default=True, metavar="N", help="Number of digits of π to confirm."
)
@json_option
@quiet_option
def command(d: int, *, digits: int, as_json: bool) -> None:
    """Show e^(π√D) and its distance from the nearest integer, and confirm N digits of π by it.

    D is a whole number, 163 by default. For D = 2, 7, 8, 11, 12, 16, 19, 27, 28, 43, 67 and 163 the j-invariant that
    belongs to D is an integer. It is then evaluated with the computed digits and compared with that integer. This
    proves all N digits by a formula that is independent of the series they come from.

    Exit code 3: a digit is wrong.
    """
    from pi_engine.errors import VerificationError
    from pi_engine.proof.j_invariant.near_integer import digits_of_pi_needed, near_integer, require_memory

    taken = digits_of_pi_needed(d, digits)
    require_memory(d, taken)
    from pi_engine.engine.compute import compute
    from pi_engine.runtime.progress import Step

    with ProgressBar(then=[Step("j", _SECONDS * taken)]) as progress:
        result = compute(taken, progress=progress)
        progress("j", 0, 0)
        found = near_integer(d, result.value, taken, looked_at=digits)
    confirmation = found.confirmation
    if confirmation is not None and confirmation.confirmed < digits:
        raise VerificationError(
            f"the j-invariant confirms only {confirmation.confirmed:_} of {counted(digits, 'digit')}: "
            f"{RUN_AGAIN}, and report it"
        )
    if as_json:
        emit_json(
            {
                "d": d,
                "digits": digits,
                "value_start": found.value_start,
                "nearest_integer": found.nearest_integer.digits(),
                "distance": found.distance,
                "j": None if found.j is None else str(found.j),
                "digits_confirmed": None if confirmation is None else confirmation.confirmed,
                "discriminant": -found.discriminant,
                "class_number": found.class_number,
            }
        )
    else:
        from pi_engine.cli.output.table import print_entries

        print_entries(_entries(found))


def _entries(found: NearInteger) -> list[tuple[str, str]]:
    power = f"e^(π√{found.d})"
    digit = "9" if found.distance.startswith("-") else "0"
    return [
        (power, f"{_shortened(found.value_start)}…"),
        ("nearest integer", _shortened(found.nearest_integer.digits()) + _as_cube(found)),
        ("distance", found.distance.replace("-", "−") + (f", {found.nines} times {digit}" if found.nines else "")),
        ("j-invariant", _j(found)),
        ("digits of π", _confirmed(found)),
    ]


def _shortened(number: str) -> str:
    """A number with a long integer part, by its ends."""
    integer, point, rest = number.partition(".")
    if len(integer) > _LONG_INTEGER:
        integer = f"{integer[:20]}…{integer[-20:]} ({len(integer)} digits)"
        point = " ." if point else ""
    return integer + point + rest


def _as_cube(found: NearInteger) -> str:
    """Where the nearest integer is that of the q-expansion, −j + 744 or j − 744: say so."""
    if found.j is None:
        return ""
    if int(found.nearest_integer) == 744 - found.j:
        return f" = {_cube(-found.j)} + 744"
    return f" = {_cube(found.j)} − 744" if int(found.nearest_integer) == found.j - 744 else ""


def _cube(n: int) -> str:
    root = round(abs(n) ** (1 / 3))
    sign = "−" if n < 0 else ""
    return f"{sign}{root}³" if root**3 == abs(n) else f"{sign}{abs(n)}"


def _j(found: NearInteger) -> str:
    tau = f"(1 + √−{found.d})/2" if found.d % 4 == 3 else f"√−{found.discriminant // 4}"
    if found.j is None:
        degree = "more than 1, as for all beyond 163" if found.class_number is None else found.class_number
        return f"j({tau}) is not an integer: its degree is the class number of −{found.discriminant}, {degree}"
    return f"j({tau}) = {_cube(found.j)}, an integer: the class number of −{found.discriminant} is 1"


def _confirmed(found: NearInteger) -> str:
    if found.confirmation is not None:
        return f"{found.confirmation.confirmed:_} of {found.digits:_} confirmed, since j has that value"
    if found.j is None:
        return "none confirmed: only an integer j is known exactly without π"
    return "none confirmed: j is stationary there, so it does not show a small error in π"

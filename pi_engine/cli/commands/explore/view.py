"""`pi-engine view FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.commands.explore.digit_rows import groups_that_fit, rows
from pi_engine.cli.commands.explore.source import DigitSource, beyond, digit_source
from pi_engine.cli.output.streams import emit_all, emit_json
from pi_engine.cli.output.terminal import stdout_width
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.cli.parameters.quantities import COUNT, parse_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.sequence.digit_sequence import DigitSequence

END = "end"
_COUNT = 500
_PIPE_WIDTH = 80
_MOST_JSON = 10**8


class _Position(click.ParamType["int | str"]):
    name = "position"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """A count of any spelling, from 1, or `end`."""
        if isinstance(value, int) or str(value).strip() == END:
            return value if isinstance(value, int) else END
        try:
            position = parse_count(str(value), "the position")
        except ValueError as error:
            self.fail(f"{error}, or 'end'", param, ctx)
        if position < 1:
            self.fail("positions are counted from 1, the first digit after the point", param, ctx)
        return position


class _Width(click.ParamType["int | str"]):
    name = "width"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Columns, or `auto`."""
        if isinstance(value, int) or str(value) == "auto":
            return value if isinstance(value, int) else "auto"
        if not str(value).isdecimal() or not 1 <= int(value) <= 10**6:  # type: ignore[call-overload]
            self.fail(f"{value!r} is no width: give a number of columns, or auto", param, ctx)
        return int(str(value))


@click.command(short_help="Show the digits at a position.")
@digit_source()
@click.option(
    "--at",
    type=_Position(),
    default=1,
    metavar="P",
    help="First position to show; 1 by default. 'end' shows the last digits.",
)
@click.option("--count", type=COUNT, default=_COUNT, show_default=True, metavar="C", help="Number of digits to show.")
@click.option(
    "--group",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="G",
    help="Digits of a group; 0 for no groups.",
)
@click.option(
    "--width",
    type=_Width(),
    default="auto",
    show_default=True,
    metavar="COLUMNS",
    help="Columns of a line; auto takes those of the terminal.",
)
@click.option("--plain", is_flag=True, help="Print the digits alone: no positions, no groups, no line breaks.")
@json_option
@quiet_option
def command(
    *,
    source: DigitSource,
    at: int | str,
    count: int,
    group: int,
    width: int | str,
    plain: bool,
    as_json: bool,
) -> None:
    r"""Show the digits of FILE from position P on, in groups, with the position at which each line begins.

    FILE can be every file that 'verify' reads. Position 1 is the first digit after the point. A .ycd file, a set of
    them, and text in one line or in equal lines are read at P without what comes before; compressed text and text of
    another layout are read from the beginning. '-' is stdin.

    \b
    pi-engine view pi.ycd --at 1e9 --count 100
    pi-engine view --digits 1e6 --at end

    Exit codes: 0 shown, 2 wrong usage or a position behind the end, 5 the file is corrupt, 130 interrupted.
    """
    with source.opened() as digits:
        first = _first_position(digits, at, count)
        if as_json:
            if count > _MOST_JSON:
                raise click.UsageError(
                    f"--json takes at most {_MOST_JSON:_} digits: leave it away, or give a smaller --count"
                )
            text = "".join(_pieces(digits, first, count))
            emit_json(
                {
                    "file": source.file,
                    "base": digits.base,
                    "position": first,
                    "count": len(text),
                    "digits": text,
                    "length": digits.known_length,
                }
            )
            return
        pieces = _pieces(digits, first, count)
        if plain:
            emit_all(pieces)
            emit_all(["\n"])
            return
        last = first + count - 1
        columns = width if isinstance(width, int) else stdout_width() or _PIPE_WIDTH
        emit_all(rows(pieces, first, group, groups_that_fit(columns, group, len(f"{last:_}")), len(f"{last:_}")))


def _first_position(digits: DigitSequence, at: int | str, count: int) -> int:
    if at == END:
        if digits.known_length is None:
            digits.with_random_access()
        return max(len(digits) - count, 0) + 1
    assert isinstance(at, int)
    length = digits.known_length
    if length is not None and at > max(length, 1):
        raise beyond(at, digits)
    return at


def _pieces(digits: DigitSequence, first: int, count: int) -> Iterator[str]:
    """The digits as text; where there is none at the first position, an error."""
    found = False
    for piece in digits.characters(first - 1, first - 1 + count):
        found = found or len(piece) > 0
        yield piece.tobytes().decode("ascii")
    if not found and count and first > max(len(digits), 1):
        raise beyond(first, digits)

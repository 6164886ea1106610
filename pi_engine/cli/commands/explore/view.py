"""`pi-engine view FILE`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from pi_engine.cli.commands.explore.digit_source import DigitSource, beyond, digit_source
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit_all, emit_json, remark
from pi_engine.cli.output.terminal import printable, stdout_width
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.cli.parameters.quantities import COUNT, END, parse_position
from pi_engine.cli.viewer.digit_rows import groups_that_fit, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.sequence.digit_sequence import DigitSequence

_COUNT = 500
_PIPE_WIDTH = 80
_MOST_JSON = 10**8
_MOST_UNKNOWN = 10**9
"""Digits that are made room for, in front of their lines, where it is not known how many there are."""

_MOST_COLUMNS = 10**6


class _Position(click.ParamType["int | str"]):
    name = "position"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """A count of any spelling, from 1, or `end`."""
        if isinstance(value, int):
            return value
        try:
            return parse_position(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Width(click.ParamType["int | str"]):
    name = "width"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Columns, or `auto`."""
        if isinstance(value, int) or str(value) == "auto":
            return value if isinstance(value, int) else "auto"
        text = str(value).strip()
        if not re.fullmatch("[0-9]{1,7}", text) or not 1 <= int(text) <= _MOST_COLUMNS:
            self.fail(f"{text[:20]!r} is not a width: give 1 to {_MOST_COLUMNS:_} columns, or auto", param, ctx)
        return int(text)


@click.command(short_help="Show the digits at a position.")
@digit_source()
@click.option(
    "--at",
    type=_Position(),
    default=1,
    metavar="P",
    help="Position of the first digit to show; 1 by default. 'end' shows the last digits.",
)
@click.option("--count", type=COUNT, default=_COUNT, show_default=True, metavar="C", help="Number of digits to show.")
@click.option(
    "--group",
    type=click.IntRange(0, _MOST_COLUMNS),
    default=10,
    show_default=True,
    metavar="G",
    help="Digits in a group; 0 for no groups.",
)
@click.option(
    "--width",
    type=_Width(),
    default="auto",
    show_default=True,
    metavar="COLUMNS",
    help="Columns in a line; 'auto' takes the width of the terminal.",
)
@click.option("--plain", is_flag=True, help="Print only the digits, without positions, groups and line breaks.")
@click.option(
    "-i",
    "--interactive",
    is_flag=True,
    help="Open a screen to move around in and to search. '?' lists its keys. It needs the extra 'look'.",
)
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
    interactive: bool,
    as_json: bool,
) -> None:
    """Show the digits of FILE from position P on.

    The digits are printed in groups. Each line begins with the position of its first digit. Position 1 is the first
    digit after the point.

    FILE can be any file that 'verify' reads; '-' is stdin. A .ycd file, a set of them, and text in lines of equal
    length are read from P on. Compressed text and text of other layouts are read from the beginning.

    \b
    pi-engine view pi.ycd --at 1e9 --count 100
    pi-engine view --digits 1e6 --at end
    pi-engine view -i pi.ycd

    Exit codes: 0 shown, 2 wrong usage or a position after the end, 5 the file is corrupt, 130 interrupted.
    """  # noqa: D301 (click's mark for lines that are kept)
    if interactive:
        count_given = click.get_current_context().get_parameter_source("count") is ParameterSource.COMMANDLINE
        for option, given in (("--plain", plain), ("--json", as_json), ("--count", count_given)):
            if given:
                raise click.UsageError(f"-i shows a screen: leave out {option}, or -i")
        from pi_engine.cli.viewer.viewer_session import require_viewer

        require_viewer()
    elif as_json and count > _MOST_JSON:
        raise click.UsageError(f"--json takes at most {_MOST_JSON:_} digits: leave it out, or give a smaller --count")
    with source.opened() as digits:
        if interactive:
            _show(digits, at, group, width if isinstance(width, int) else None)
            return
        first = _first_position(digits, at, count)
        pieces = _pieces(digits, first, count)
        if as_json:
            text = "".join(pieces)
            emit_json(
                {
                    "file": source.file,
                    "base": digits.base,
                    "position": first,
                    "count": len(text),
                    "digits": text,
                    "length": digits.known_length,
                    "notes": digits.notes,
                }
            )
        elif plain:
            emit_all(pieces)
            emit_all(["\n"])
        else:
            columns = width if isinstance(width, int) else stdout_width() or _PIPE_WIDTH
            label = _label(digits, first, count)
            emit_all(rows(pieces, first, group, groups_that_fit(columns, group, label), label))


def _show(digits: DigitSequence, at: int | str, group: int, widest: int | None) -> None:
    """Show the screen."""
    from pi_engine.cli.viewer.viewer_page import ViewerPage
    from pi_engine.cli.viewer.viewer_session import show

    with ProgressBar(only="reading") as bar:
        bar("reading", 0, 0)
        digits.with_random_access()
    page = ViewerPage(digits, group=group, widest=widest)
    if at == END:
        page.end()
    elif at != 1:
        page.show(_first_position(digits, at, 1) - 1)
    show(digits, page)


def _label(digits: DigitSequence, first: int, count: int) -> int:
    """Columns for the positions: those of the last, as far as it is known."""
    last = first + max(count, 1) - 1
    known = digits.known_length
    return len(f"{min(last, max(known, 1) if known is not None else first + _MOST_UNKNOWN):_}")


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
    """The digits as text; if there is none at the first position, an error."""
    found = False
    for piece in digits.characters(first - 1, first - 1 + count):
        found = found or len(piece) > 0
        yield piece.tobytes().decode("ascii")
    if not found and count:
        if first > max(len(digits), 1):
            raise beyond(first, digits)
        remark(f"pi-engine: {printable(digits.name)}: there are no digits after the point")

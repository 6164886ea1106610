"""Tables and lists of values on stdout: laid out for the terminal's width, and divided by tabs where there is no terminal.

On a terminal, long text wraps at words; where even that is too wide the least important columns are left out, and if none
may be left out, each row becomes a list. In a pipe or a file every cell is there, as it is: a header line, no padding, numbers
without digit groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pi_engine.cli.output.streams import emit, remark
from pi_engine.cli.output.terminal import printable, stdout_width, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Cell = str | int | None

_WRAPPED_WIDTH = 16
"""Text is wrapped to no fewer columns of the terminal, before columns of the table are left out."""
_VALUE_WIDTH = 18
"""Columns that values need beside their labels; with fewer they stand below them."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: its header.
        right: whether cells are flush right, as numbers are.
        wraps: whether its cells are text that may be wrapped at words.
        rank: 0 for a column that is always shown; of the others the one with the highest rank is left out first, and of equal
            ones the rightmost.
    """

    title: str
    right: bool = False
    wraps: bool = False
    rank: int = 0


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], finish: Callable[[str], str] = str) -> None:
    """Write a table to stdout, as `finish` leaves its text; a line on stderr says which columns did not fit."""
    text, omitted = format_table(columns, rows, stdout_width())
    emit(finish(text), "\n")
    if omitted:
        names = ", ".join(repr(title) for title in omitted)
        remark(
            f"pi-engine: this terminal is too narrow for {'column' if len(omitted) == 1 else 'columns'} {names}: "
            "widen it, or use --json or a pipe"
        )


def format_table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], width: int | None) -> tuple[str, list[str]]:
    """The table for a terminal of `width` columns, or divided by tabs if that is None; and the titles that were left out."""
    if width is None:
        return "\n".join(map(tab_separated, [[column.title for column in columns], *rows])), []
    cells = [[_shown(cell) for cell in row] for row in rows]
    titles = [column.title for column in columns]
    fitting = _fitting_columns(columns, cells, width)
    if fitting is None:
        lists = [format_entries(list(zip(titles, row, strict=True)), width) for row in cells]
        return "\n".join(lists).rstrip("\n"), []
    kept, gap = fitting
    chosen = [columns[i] for i in kept]
    shown = [[row[i] for i in kept] for row in (titles, *cells)]
    widths = _widths(chosen, shown[1:], width - gap * (len(kept) - 1))
    lines = [line for row in shown for line in _row_lines(chosen, row, widths, " " * gap)]
    return "\n".join(lines), [title for i, title in enumerate(titles) if i not in kept]


def print_entries(entries: Iterable[tuple[str, str]]) -> None:
    """Write a list of labels and values to stdout; `("", "")` is a blank line, for people only."""
    emit(format_entries(list(entries), stdout_width()))


def format_entries(entries: Sequence[tuple[str, str]], width: int | None) -> str:
    """Labels and values for a terminal of `width` columns, long values wrapped; or divided by tabs if that is None."""
    if width is None:
        return "".join(f"{tab_separated(entry)}\n" for entry in entries if entry[0])
    entries = [(label, _shown(value)) for label, value in entries]
    indent = max((text_width(label) for label, _ in entries), default=0) + 2
    beside = width - indent >= _VALUE_WIDTH
    lines = []
    for label, value in entries:
        if beside:
            first, *rest = wrap(value, width - indent)
            lines += [_padded(label, indent) + first, *(" " * indent + line for line in rest)]
        else:
            lines += [*wrap(label, width), *("    " + line for line in wrap(value, width - 4) if label)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def tab_separated(cells: Iterable[Cell]) -> str:
    """One row for another program to read."""
    return "\t".join("" if cell is None else printable(" ".join(str(cell).split())) for cell in cells)


def _shown(cell: Cell) -> str:
    return "-" if cell is None else f"{cell:_}" if isinstance(cell, int) else printable(" ".join(cell.split()))


def _fitting_columns(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], width: int
) -> tuple[list[int], int] | None:
    """Which columns fit, and how many blanks stand between them: two, or one before a column is left out."""
    least = [_least_width(column, [row[i] for row in cells]) for i, column in enumerate(columns)]
    kept = list(range(len(columns)))
    while True:
        for gap in (2, 1):
            if sum(least[i] for i in kept) + gap * (len(kept) - 1) <= width:
                return kept, gap
        ranked = [i for i in kept if columns[i].rank]
        if not ranked:
            return None
        kept.remove(max(ranked, key=lambda i: (columns[i].rank, i)))


def _least_width(column: Column, cells: Sequence[str]) -> int:
    widest = max(map(text_width, cells), default=0)
    longest_word = max(map(text_width, column.title.split()), default=0)
    return max(longest_word, min(widest, _WRAPPED_WIDTH) if column.wraps else widest)


def _widths(columns: Sequence[Column], cells: Sequence[Sequence[str]], available: int) -> list[int]:
    """How wide each column is, `available` at most in all: the text that takes the most lines when it is wrapped grows first."""
    texts = [[row[i] for row in cells] for i in range(len(columns))]
    least = [_least_width(column, text) for column, text in zip(columns, texts, strict=True)]
    wanted = [
        max(text_width(column.title), *map(text_width, text), 0) for column, text in zip(columns, texts, strict=True)
    ]
    wrapping = [i for i, column in enumerate(columns) if column.wraps]
    others = [i for i, column in enumerate(columns) if not column.wraps]
    orders = [[i, *(j for j in wrapping if j != i), *others] for i in wrapping] or [others]
    candidates = [_grown(least, wanted, order, available) for order in orders]
    return min(candidates, key=lambda widths: sum(len(_row_lines(columns, row, widths, "")) for row in cells))


def _grown(least: Sequence[int], wanted: Sequence[int], order: Sequence[int], available: int) -> list[int]:
    widths = list(least)
    for i in order:
        widths[i] = min(wanted[i], widths[i] + available - sum(widths))
    return widths


def _row_lines(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int], gap: str) -> list[str]:
    wrapped = [
        [cell] if text_width(cell) <= width else wrap(cell, width) for cell, width in zip(row, widths, strict=True)
    ]
    height = max(map(len, wrapped))
    return [
        gap.join(
            _padded(lines[i] if i < len(lines) else "", width, right=column.right)
            for column, lines, width in zip(columns, wrapped, widths, strict=True)
        ).rstrip()
        for i in range(height)
    ]


def _padded(text: str, width: int, *, right: bool = False) -> str:
    blanks = " " * (width - text_width(text))
    return blanks + text if right else text + blanks

"""Digits on stdout: all of them as one line for a program, in lines and groups for a person, and a preview where there are many.

In lines, the `3.` stands on the first one alone, so that every other line holds the same number of digits after the point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.cli.output.terminal import hang

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.engine.checks.known import Characters

SHOWN_IN_FULL = 1000
"""Digits that a terminal is given without being asked: some 13 of its lines."""
_PREVIEW_LINES = 5
"""Lines at each end of a preview."""
_PREVIEW_COLUMNS = 200
"""Digits of a line of a preview at most, however long lines are wished to be."""
_PREVIEW_GROUP = 10
_PIPE_WIDTH = 80
_LONGEST_DEFAULT = 100
"""Digits a line, unless more are wished: a width at which positions can still be counted."""
_PIECE = 1 << 20


class Layout(NamedTuple):
    """How digits stand in lines.

    Attributes:
        columns: digits a line.
        group: digits between two blanks of a line; None for no blanks.
    """

    columns: int
    group: int | None

    def lines(self, text: Characters, start: int, stop: int) -> str:
        """The digits of `text` from the line that begins at `start`, without the last line's break."""
        part = text[start:stop]
        return "\n".join(self._line(part[i : i + self.columns]) for i in range(0, len(part), self.columns))

    def _line(self, digits: str) -> str:
        if self.group is None:
            return digits
        return " ".join(digits[i : i + self.group] for i in range(0, len(digits), self.group))


def layout_for(columns: int | None, group: int | None, width: int | None) -> Layout:
    """The layout that was asked for; digits a line that were not fit the terminal, or 80 columns if there is none."""
    if columns is None:
        available = width or _PIPE_WIDTH
        unit = group or 1
        fitting = (available + 1) // (unit + 1) if group else available
        columns = max(min(fitting, _LONGEST_DEFAULT // unit), 1) * unit
    return Layout(columns, group)


def is_preview(text: Characters, width: int | None, *, everything: bool) -> bool:
    """Whether `printed` shows the ends of the digits only."""
    return width is not None and len(text) - 2 > SHOWN_IN_FULL and not everything


def printed(
    text: Characters, *, columns: int | None, group: int | None, everything: bool, width: int | None
) -> Iterator[str]:
    """What stdout gets of `3.1415…`, in pieces and without a line break at the end.

    A terminal, of `width` columns, gets a preview of more than 1000 digits, unless `everything` is wished; a pipe gets all.
    """
    if width is not None and is_preview(text, width, everything=everything):
        yield _preview(text, columns, group, width)
    elif columns is None and group is None:
        for start in range(0, len(text), _PIECE):
            yield text[start : start + _PIECE]
    else:
        layout = layout_for(columns, group, width)
        yield text[:2]
        step = layout.columns * max(1, _PIECE // layout.columns)
        for start in range(2, len(text), step):
            yield "\n"
            yield layout.lines(text, start, min(start + step, len(text)))


def _preview(text: Characters, columns: int | None, group: int | None, width: int) -> str:
    """The first and the last lines, and between them how many digits are left out and how to get them."""
    layout = layout_for(columns, group or (_PREVIEW_GROUP if columns is None else None), width)
    layout = Layout(min(layout.columns, _PREVIEW_COLUMNS), layout.group)
    first_end = 2 + _PREVIEW_LINES * layout.columns
    line_count = -(-(len(text) - 2) // layout.columns)
    last_start = 2 + (line_count - _PREVIEW_LINES) * layout.columns
    if last_start <= first_end:
        return f"{text[:2]}\n{layout.lines(text, 2, len(text))}"
    to_file = "-o FILE" if columns is None and group is None else "> FILE"  # -o writes digits as one line
    between = f"… {last_start - first_end:_} digits between; '{to_file}' writes them all, '--all' prints them …"
    return "\n".join(
        [
            text[:2],
            layout.lines(text, 2, first_end),
            hang(between, width, indent=2),
            layout.lines(text, last_start, len(text)),
        ]
    )

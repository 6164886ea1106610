"""How objects show themselves in an interactive session: on one line, whatever they hold, and in a notebook as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH = 100
"""Characters of a line, at most."""

_LONGEST_BITS = 4096
"""Larger integers are not written out: the time would be quadratic, and Python has a limit."""


def line(kind: str, *parts: str) -> str:
    """`kind(part, part, …)`, the last part cut so that it fits."""
    text = ", ".join(parts)
    return f"{kind}({fitted(text, WIDTH - len(kind) - 2)})"


def fitted(text: str, width: int) -> str:
    """The text without line breaks, its end cut where it is longer than `width`."""
    # What is cut off anyway is not looked at.
    start = "".join(c if c.isprintable() else " " for c in text[: width + 1])
    return start if len(start) <= width else start[: width - 1] + "…"


def counted(count: int, noun: str) -> str:
    """Like `1_000 digits` and `1 digit`."""
    return f"{count:_} {noun}{'' if count == 1 else 's'}"


def seconds_text(seconds: float) -> str:
    """Like `0.34 s`: three significant digits, or whole seconds."""
    return f"{seconds:.3g} s" if seconds < 100 else f"{seconds:.0f} s"


def integer_text(value: int) -> str:
    """The integer, or how long it is."""
    return str(value) if value.bit_length() <= _LONGEST_BITS else f"[an integer of {value.bit_length():_} bits]"


def html_table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    """A table of two columns under a title; all text is escaped."""
    from html import escape

    body = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{body}</tbody></table>"

"""What `find` is asked for: patterns of arguments, files and options, checked before any digit is read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.terminal import printable
from pi_engine.errors import UsageError
from pi_engine.search.patterns import Palindromes, Runs, SelfLocating, checked, distinct, parse_date, spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pi_engine.search.patterns import Sought


def sought_in(
    words: Sequence[str],
    files: Sequence[str],
    dates: Sequence[str],
    *,
    run: str | None,
    length: int | None,
    palindromes: int | None,
    self_locating: bool,
) -> list[tuple[str, Sought | str]]:
    """Everything that is searched for, each with the place that it comes from, for messages: "" for the command line.

    Raises:
        UsageError: a date or a file cannot be read.
        click.UsageError: options that need others.
    """
    if run is not None and length is None:
        raise click.UsageError("--run needs --length N, the least number of digits of a run")
    found: list[tuple[str, Sought | str]] = [("", word) for word in words]
    for file in files:
        found += _lines(file)
    for date in dates:
        found += [("", spelling) for spelling in spellings(parse_date(date))]
    if length is not None:
        found.append(("", Runs(length, run)))
    if palindromes is not None:
        found.append(("", Palindromes(palindromes)))
    if self_locating:
        found.append(("", SelfLocating()))
    return found


def all_checked(sought: Iterable[tuple[str, Sought | str]], base: int) -> list[Sought]:
    """The same, ready for digits of this base, each once.

    Raises:
        UsageError: one cannot stand in them; the message says where it comes from.
    """
    ready = []
    for place, one in sought:
        try:
            ready.append(checked(one, base))
        except UsageError as error:
            raise UsageError(f"{place}: {error}" if place else str(error)) from error
    return distinct(ready)


def _lines(file: str) -> list[tuple[str, str]]:
    """The patterns of a file, one a line, blanks around them and empty lines left out."""
    name = "standard input" if file == "-" else printable(file)
    if file == "-" and sys.stdin is None:
        raise UsageError("standard input is closed: send it patterns, or name a file")
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not a text of patterns: write one pattern a line") from error
    found = [(f"{name}, line {n}", line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not found:
        raise UsageError(f"{name} holds no pattern: write one pattern a line")
    return found

"""What `find` is asked for: patterns of arguments, files and options, checked before any digit is read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.terminal import printable
from pi_engine.errors import UsageError
from pi_engine.search.patterns import (
    Palindromes,
    Runs,
    SelfLocating,
    checked,
    distinct,
    is_like_a_date,
    parse_date,
    spellings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pi_engine.cli.commands.explore.digit_source import DigitSource
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


def require_one_search(
    source: DigitSource,
    wanted: list[tuple[str, Sought | str]],
    *,
    coverage: int | None,
    output: str | None,
    where: str | None,
) -> None:
    """Refuse what does not go together.

    Raises:
        click.UsageError: nothing is searched for, or options exclude each other.
    """
    if coverage is None and not wanted:
        if source.file is not None and source.file.isdecimal():
            raise click.UsageError(f"no FILE before the pattern {source.file}: name one, or give --digits N")
        if source.file is not None and is_like_a_date(source.file):
            raise click.UsageError(f"for the date {source.file}, give --date YYYY-MM-DD, and FILE or --digits N")
        raise click.UsageError("no pattern: give at least one, or one of --date, --length, --palindromes, --coverage")
    if coverage is not None and wanted:
        raise click.UsageError("--coverage searches for all numbers: leave patterns and the other searches out")
    if coverage is not None and where is not None:
        raise click.UsageError(
            "--coverage stops where all numbers have been found, so one process does it: leave --cluster out"
        )
    if coverage is None and output is not None:
        raise click.UsageError("-o writes what --coverage finds: leave it out, or redirect stdout")


def require_no_file(patterns: tuple[str, ...]) -> None:
    """Refuse the name of a file among the patterns: --digits is the other source of digits.

    Raises:
        click.UsageError: there is one.
    """
    named = next((pattern for pattern in patterns if not pattern.isalnum() and os.path.isfile(pattern)), None)  # noqa: PTH113 (names of any length)
    if named is not None:
        raise click.UsageError(f"{printable(named)} is a file, and --digits computes the digits: leave one of them out")


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

"""Types of parameters that name something: files, series, identities. A shell completes them; nothing else is checked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.shell_completion import CompletionItem

TOML = "toml"
"""The kind of completion for which the scripts of `shells` offer folders and files `….toml`; "file" and "plain" are click's."""

FILE = click.Path(readable=False, allow_dash=True)
"""A file or a folder. Whoever opens it says what is wrong with it, so that nothing is refused here."""

FOLDER = click.Path(readable=False)
"""A folder; as `FILE`."""


def _items(names: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem[str]]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name, help=title) for name, title in names if name.startswith(incomplete.lower())]


class _TomlFile(click.ParamType[str]):
    """A file that describes a series."""

    name = "file"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """The shell's own file names."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type=TOML)]


class _SeriesName(_TomlFile):
    """A series of the catalogue, one that is derived, or a file that describes one."""

    name = "series"

    def __init__(self, *, lessons: bool = False) -> None:
        """With `lessons`, also those that converge too slowly to compute with."""
        self._lessons = lessons

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """The names of the catalogue with their titles, then files."""
        from pi_engine.series.catalogue import catalogue, lessons
        from pi_engine.series.lookup import DERIVED

        rows = (*catalogue(), *lessons()) if self._lessons else catalogue()
        names = [(row.name, row.title) for row in rows]
        if incomplete.lower() != DERIVED:  # the shell would complete it to itself
            names.append((DERIVED, "D, the series derived from the discriminant −D"))
        return _items(names, incomplete) + super().shell_complete(ctx, param, incomplete)


class _IdentityName(click.ParamType[str]):
    """An identity of the gallery, or the number of a part of it."""

    name = "identity"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """The names that have not been given yet, with their titles."""
        from pi_engine.identities.registry import TITLES

        given = ctx.params.get(param.name or "") or ()
        return _items(((name, title) for name, title in TITLES.items() if name not in given), incomplete)


TOML_FILE = _TomlFile()
SERIES = _SeriesName()
SERIES_TO_LOOK_AT = _SeriesName(lessons=True)
IDENTITY = _IdentityName()

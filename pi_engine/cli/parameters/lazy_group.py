"""A group of commands that says of an unknown one which may have been meant."""

from __future__ import annotations

import click

COMPLETION = "_PI_ENGINE_COMPLETE"
"""The variable by which a shell asks for completions."""

_MEANS = {
    "check": "verify", "compare": "verify", "validate": "verify", "pi": "compute", "digits": "compute", "calculate": "compute",
    "calc": "compute",
    "search": "find", "birthday": "find", "show": "view", "print": "compute", "draw": "plot", "picture": "plot", "time": "bench",
    "test": "selftest", "web": "serve", "server": "serve", "version": "info", "doctor": "info", "resume": "checkpoint",
}  # fmt: skip
"""Words that other programs have for a command → its name here."""


class CommandGroup(click.Group):
    """A click group that answers a command it does not have with one line."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchOption:
            raise
        except click.UsageError:
            near = " or ".join(repr(name) for name in self.suggestions(ctx, args[0]))
            hint = f": did you mean {near}?" if near else ""
            raise click.UsageError(f"no such command {args[0][:50]!r}{hint}", ctx) from None

    def suggestions(self, ctx: click.Context, name: str) -> list[str]:
        """The commands that begin like `name`, or are spelled nearly so."""
        names = self.list_commands(ctx)
        name = name.lower()
        from difflib import get_close_matches  # not for a command that there is

        if _MEANS.get(name) in names:
            return [_MEANS[name]]
        return [other for other in names if other.startswith(name) and name] or get_close_matches(name, names, n=2)

"""Where the commands that look at digits take them from: a file, or π as it is computed or stored."""

from __future__ import annotations

import functools
import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import remark
from pi_engine.cli.output.terminal import printable
from pi_engine.cli.parameters.quantities import COUNT, parse_count
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pi_engine.sequence.access.digit_access import Characters
    from pi_engine.sequence.digit_sequence import DigitSequence
    from pi_engine.sequence.range_tasks import Places

END = -1
"""The last position, in a range that was written with `end` or without its second number."""


class DigitSource(NamedTuple):
    """What the options say: a file or how many digits of π, their base, and whether the store of digits is used."""

    file: str | None
    digits: int | None
    base: int | None
    cache: bool

    @contextmanager
    def opened(self) -> Iterator[DigitSequence]:
        """The digits; remarks of the reader are said at the end."""
        from pi_engine.sequence.digit_sequence import DigitSequence

        if self.digits is not None:
            with ProgressBar() as bar:
                found = DigitSequence.computed(self.digits, base=self.base or 10, cache=self.cache, progress=bar)
        else:
            assert self.file is not None
            found = DigitSequence.open(self.file, base=self.base)
        with found:
            yield found
            for note in found.notes:
                remark(f"pi-engine: {printable(found.name)}: {note}")

    def require_other(self, output: str) -> None:
        """Refuse to write over the digits that are read: with --force they would be lost.

        Raises:
            click.UsageError: `output` is FILE, by whatever name, or a file of the set that FILE is a folder of.
        """
        require_other(output, self.file, "digits")


def require_other(output: str, read: str | None, what: str) -> None:
    """Refuse to write over a file that is read, or over one of a folder that is; `what` is a plural that says what it holds.

    Raises:
        click.UsageError: `output` is that file, by whatever name.
    """
    if read in {None, "-"}:
        return
    assert read is not None
    from pi_engine.runtime.storage.presence import is_folder

    with suppress(OSError):
        given = Path(read)
        if any(Path(output).samefile(one) for one in (given, *(given.iterdir() if is_folder(given) else ()))):
            raise click.UsageError(
                f"{printable(output)} holds the {what} that are read: give -o another name, which keeps them"
            )


def digit_source(
    *, words: str | None = None, usual: int | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add FILE, --digits, --base and --no-cache to a command, which gets a `DigitSource` as `source`.

    With `words`, the name of further arguments of the command, all arguments are words of this kind if --digits is given;
    otherwise the first is FILE. Without FILE and --digits the first `usual` digits of π are looked at, or it is an error if that is None.
    """

    def add(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def with_source(
            *, arguments: tuple[str, ...], digits: int | None, base: str | None, no_cache: bool, **others: object
        ) -> None:
            if digits is None and not arguments:
                digits = usual
            file = _file_of(arguments, digits, base, no_cache=no_cache)
            if file is not None:
                arguments = arguments[1:]
            if words is not None:
                others[words] = tuple(arguments)
            elif arguments:
                given = " and FILE" if digits is not None else ""
                raise click.UsageError(
                    f"'{arguments[0]}' is one argument too many: "
                    + (f"give --digits or FILE, not --digits{given}" if given else "name one FILE")
                )
            source = DigitSource(file, digits, int(base) if base else None, not no_cache)
            command(source=source, **others)

        metavar = "[FILE]" if words is None else f"[FILE] {words.upper()}..."
        for option in (
            click.option("--no-cache", is_flag=True, help="With --digits, neither read nor fill the store of digits."),
            click.option(
                "--base",
                type=click.Choice(["2", "8", "10", "16"]),
                help="Base of the digits. By default FILE tells its base, and --digits computes base 10.",
            ),
            click.option(
                "--digits",
                type=COUNT,
                metavar="N",
                help="Take the first N digits of π instead of FILE. From 100_000 digits on they are kept for the next command.",
            ),
            click.argument("arguments", nargs=-1, metavar=metavar, type=click.Path(readable=False, allow_dash=True)),
        ):
            with_source = option(with_source)
        return with_source

    return add


def _file_of(arguments: tuple[str, ...], digits: int | None, base: str | None, *, no_cache: bool) -> str | None:
    """FILE; None where digits are computed.

    Raises:
        click.UsageError: there is neither, or an option that does not go with it.
    """
    if digits is not None:
        if base in {"2", "8"}:
            raise click.UsageError(f"--digits computes digits of base 10 or 16, not {base}")
        return None
    if not arguments:
        raise click.UsageError("no digits: name a FILE, or give --digits N for the first N digits of π")
    if no_cache:
        raise click.UsageError("--no-cache is about digits that are computed: leave it out with a FILE")
    return arguments[0]


class Positions(NamedTuple):
    """A range of positions, counted from 1 after the point; both ends belong to it."""

    first: int
    last: int

    def places(self, digits: DigitSequence) -> tuple[int, int | None]:
        """The places to read, `start` and `stop`; None for the end of a file whose length is not known.

        Raises:
            click.UsageError: there is no such position, as far as the length is known.
        """
        length = digits.known_length
        last = None if self.last == END else self.last
        if length is not None:
            for position in (self.first, last):
                if position is not None and position > length:
                    raise beyond(position, digits)
        return self.first - 1, last

    def all_places(self, digits: DigitSequence) -> Places:
        """The places to read in ranges, both known; of a short text digits are counted first.

        Raises:
            click.UsageError: there is no such position.
            UsageError: the digits can only be read from their beginning.
        """
        from pi_engine.sequence.range_tasks import Places
        from pi_engine.sequence.shared_digits import require_ranges

        require_ranges(digits)  # before they are counted in vain
        length = len(digits)
        start, stop = self.places(digits)
        return Places(start, length if stop is None else stop)


def beyond(position: int, digits: DigitSequence) -> click.UsageError:
    """The error for a position behind the last."""
    length = counted(len(digits), "digit")
    if digits.format is None and not len(digits):
        return click.UsageError("--digits 0 asks for no digits: give 1 or more")
    if digits.format is None:
        return click.UsageError(f"position {position:_} is after the end: give --digits more than {len(digits):_}")
    return click.UsageError(
        f"position {position:_} is after the end: {printable(digits.name)} has {length} after the point"
    )


class _Range(click.ParamType[Positions]):
    name = "range"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Positions:
        """Parse `A-B`, `A-` or `-B`, each a count of any spelling."""
        if isinstance(value, Positions):
            return value
        text = str(value).strip()
        match = re.fullmatch(r"(?P<first>[^-]*)-(?P<last>[^-]*)", text)
        if match is None or text == "-":
            self.fail(
                f"{text!r} is not a range: write the first and the last position, like 1-1000 or 1e6-2e6", param, ctx
            )
        try:
            first = parse_count(match["first"], "a position") if match["first"] else 1
            last = END if match["last"] in {"", "end"} else parse_count(match["last"], "a position")
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if first < 1 or last == 0:
            self.fail("positions are counted from 1, the first digit after the point", param, ctx)
        if last != END and last < first:
            self.fail(f"{text!r} ends before it begins", param, ctx)
        return Positions(first, last)


range_option = click.option(
    "--range",
    "positions",
    type=_Range(),
    default=Positions(1, END),
    metavar="A-B",
    help="Take only the digits from position A to B. Position 1 is the first digit after the point. 'A-' goes to the end.",
)


def reported(
    pieces: Iterator[Characters], total: int | None, bar: ProgressBar, phase: str = "reading"
) -> Iterator[Characters]:
    """Pieces, passed on; the bar hears how many digits have passed."""
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece)
        bar(phase, done if total else 0, total or 0)

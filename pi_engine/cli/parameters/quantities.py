"""Counts of digits and sizes of memory, as people write them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final, Literal

import click

from pi_engine.runtime.limits.size_text import parse_size

_POWERS_OF_TEN = {"": 0, "k": 3, "m": 6, "g": 9, "b": 9, "t": 12}
_COUNT = re.compile(
    r"(?P<whole>\d+)(?:\.(?P<part>\d+))?(?:e(?P<exponent>\+?\d+))?(?P<suffix>[kmgbt]?)", re.IGNORECASE | re.ASCII
)
_POWER = re.compile(r"(?P<base>\d+)\s*(?:\*\*|\^)\s*(?P<exponent>\d+)", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+|\d+(_\d+)+", re.ASCII)
_LARGEST_EXPONENT = 1000
_LEAST_BARE_SIZE = 1 << 20
"""A smaller number without a unit was meant to have one."""

_EXAMPLES = "1000000, 1_000_000, 1e6, 10**6 or 1M"


def parse_count(text: str, what: str = "a count") -> int:
    """The exact integer that a spelling like `1.5e6`, `2**20`, `1,000,000` or `10M` stands for.

    k, m, g or b, and t are powers of ten, in any case.

    Raises:
        ValueError: it is not a whole number ≥ 0, or one of more than 1000 digits; the message says which, and of `what`.
    """
    stripped = text.strip()
    if len(stripped) > _LARGEST_EXPONENT:
        raise ValueError(f"{stripped[:20]!r}… is too large")
    if re.fullmatch(r"[-−].*\d.*", stripped):
        raise ValueError(f"{what} must not be negative")
    power = _POWER.fullmatch(stripped)
    if power:
        base, exponent = int(power["base"]), int(power["exponent"])
        if base > 1 and exponent * base.bit_length() > _LARGEST_EXPONENT * 4:
            raise ValueError(f"{text!r} is too large")
        return int(base**exponent)
    if _GROUPED.fullmatch(stripped):
        stripped = stripped.replace(",", "").replace("_", "")
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3})+", stripped):  # half of Europe writes thousands so
        raise ValueError(
            f"{text!r} has points, which no count has between its thousands: write {stripped.replace('.', '_')}"
        )
    match = _COUNT.fullmatch(stripped)
    if match is None:
        raise ValueError(f"{text!r} is not a count: write it like {_EXAMPLES}")
    if match["exponent"] and int(match["exponent"]) > _LARGEST_EXPONENT:
        raise ValueError(f"{text!r} is too large")
    exponent = int(match["exponent"] or 0) + _POWERS_OF_TEN[match["suffix"].lower()]
    value = Fraction(f"{match['whole']}.{match['part'] or 0}") * 10**exponent
    if value.denominator != 1:
        raise ValueError(f"{text!r} is not a whole number: write it like {_EXAMPLES}")
    return int(value)


END: Final = "end"
"""How the last position is written."""


def parse_position(text: str) -> int | Literal["end"]:
    """A position, a count of any spelling from 1 on; or END.

    Raises:
        ValueError: it is neither; the message says what is wrong.
    """
    if text.strip() == END:
        return END
    try:
        position = -1 if re.fullmatch(r"\s*[-−].*\d.*", text) else parse_count(text)
    except ValueError as error:
        raise ValueError(f"{error}, or '{END}'") from None
    if position < 1:
        raise ValueError("positions are counted from 1, the first digit after the point")
    return position


_WHAT = {"position": "the position", "d": "D", "block_size": "the block size"}
"""What the counts are that are not numbers of digits, by the name of the parameter."""


class Count(click.ParamType[int]):
    """A count of digits, terms or the like."""

    name = "count"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse, or fail with one line."""
        if isinstance(value, int):
            return value
        try:
            return parse_count(str(value), _WHAT.get(param.name or "" if param else "", "the number of digits"))
        except ValueError as error:
            several = isinstance(param, click.Option) and param.multiple and re.search(r"\w\s*[,;]\s*\w", str(value))
            self.fail(f"{error}; give {param.opts[0]} once for each" if several and param else str(error), param, ctx)


class CountingCommand(click.Command):
    """A command whose argument is a count: says of `compute -5` that it is negative, not that there is no option -5."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, or fail with one line."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if re.match(r"-\d", error.option_name):
                argument = next(param for param in self.params if isinstance(param, click.Argument))
                COUNT.convert(next(word for word in given if re.match(r"-\d", word)), argument, ctx)
            raise


class ByteSize(click.ParamType[int]):
    """A size of memory."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse, or fail with one line."""
        if isinstance(value, int):
            return value
        try:
            size = parse_size(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if size < _LEAST_BARE_SIZE and not re.search("[a-z]", str(value), re.IGNORECASE):
            self.fail(
                f"{value!r} is {size} byte{'' if size == 1 else 's'}: write a size with its unit, like 8GiB, 8GB or 800M",
                param,
                ctx,
            )
        return size


COUNT = Count()
SIZE = ByteSize()

"""Numbers as people read them: groups of three with a narrow space, one unit, three significant digits."""

from __future__ import annotations

import math
import re

GAP = "\u202f"
"""A narrow space at which no line breaks."""

_UNDERSCORE = re.compile(r"(?<=[0-9])_(?=[0-9]{3}(?![0-9]))")
_POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def grouped(value: int) -> str:
    """1 000 000, from four digits on."""
    return f"{value:_}".replace("_", GAP)


def significant(value: float, digits: int = 3) -> str:
    """Of a given number of significant digits, never with an exponent: 0.000115, 0.341, 12.3, 4 321."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    rounded = float(f"{value:.{digits - 1}e}")
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:_.{places}f}".replace("_", GAP)


def duration(seconds: float) -> str:
    """With the unit that suits it: 12 ms, 1.23 s, 95 s, 12 min."""
    if seconds < 1:
        return f"{significant(seconds * 1000)}{GAP}ms"
    if seconds < 600:
        return f"{significant(seconds, 2 if seconds >= 10 else 3)}{GAP}s"
    return f"{seconds / 60:.0f}{GAP}min"


def size(count: int) -> str:
    """Bytes as 12.3 MB, in powers of ten."""
    if count < 1000:
        return f"{count}{GAP}byte{'' if count == 1 else 's'}"
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 999.5 * 1000 ** (power - 1):
            return f"{significant(count / 1000**power)}{GAP}{unit}"
    raise AssertionError


def power_of_ten(exponent: int) -> str:
    """10⁶."""
    return "10" + str(exponent).translate(_POWERS)


def probability(value: float) -> str:
    """A probability: 0.123, or 1.2·10⁻⁷ where it is small."""
    if value >= 0.0005:
        return f"{value:.3f}"
    if value == 0:
        return f"below {power_of_ten(-300)}"
    return scientific(value)


def scientific(value: float) -> str:
    """A positive number as 1.2·10⁻⁷."""
    factor, exponent = f"{value:.1e}".split("e")
    return f"{factor}·{power_of_ten(int(exponent))}"


def signed(value: float) -> str:
    """A deviation: +1.23 or −0.45."""
    return f"{value:+.2f}".replace("-", "−")


def spaced(words: str) -> str:
    """A sentence in which numbers like 1_000_000 are grouped by narrow spaces."""
    return _UNDERSCORE.sub(GAP, words)

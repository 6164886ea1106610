"""From digits to a picture: what is refused, which module draws, and what is said of it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.pictures.kinds import KINDS
from pi_engine.runtime.integers import as_int
from pi_engine.runtime.progress import silent

if TYPE_CHECKING:
    from typing import SupportsIndex

    from matplotlib.figure import Figure

    from pi_engine.pictures.picture import Picture
    from pi_engine.runtime.progress import Progress
    from pi_engine.sequence.digit_sequence import DigitSequence

USUAL_DPI = 150.0


def draw(
    kind: str,
    digits: DigitSequence,
    *,
    start: SupportsIndex = 0,
    stop: SupportsIndex | None = None,
    size: tuple[float, float] | None = None,
    dpi: float = USUAL_DPI,
    dark: bool = False,
    progress: Progress = silent,
) -> Figure:
    """The figure of `make`, with the same arguments and errors."""
    return make(kind, digits, start=start, stop=stop, size=size, dpi=dpi, dark=dark, progress=progress).figure


def make(
    kind: str,
    digits: DigitSequence,
    *,
    start: SupportsIndex = 0,
    stop: SupportsIndex | None = None,
    size: tuple[float, float] | None = None,
    dpi: float = USUAL_DPI,
    dark: bool = False,
    progress: Progress = silent,
) -> Picture:
    """Draw the digits from place `start` up to `stop`, or to the end, in one pass over them.

    Args:
        kind: one of `KINDS`.
        digits: what `pi_engine.open` or `DigitSequence.computed` gives.
        start: the place of the first digit, from 0.
        stop: the place behind the last.
        size: width and height in inches. The default depends on the kind, and for a raster on its number of pixels.
        dpi: pixels an inch.
        dark: whether the background is dark.
        progress: called with the number of digits that have been read.

    Raises:
        UsageError: the kind is unknown, there are too few digits, the range is outside of the digits, or the size cannot be drawn.
        PiEngineError: matplotlib is not installed, or the digits cannot be read.
        CorruptFileError: the file of the digits is damaged.
    """
    if kind not in KINDS:
        raise UsageError(f"there is no picture {kind!r}: choose one of {', '.join(KINDS)}")
    first, last = as_int(start, "start"), None if stop is None else as_int(stop, "stop")
    if first < 0 or (last is not None and last <= first):
        raise UsageError("start must not be negative, and stop must be greater than start")
    row = KINDS[kind]
    if digits.base not in row.bases:
        raise UsageError(
            f"a {kind} needs digits of base {', '.join(map(str, row.bases[:-1]))} or {row.bases[-1]}, not {digits.base}"
        )
    from pi_engine.pictures.sheet import DARK, LIGHT, require_dpi, require_matplotlib, require_size, usual_style
    from pi_engine.pictures.tallies.digit_range import DigitRange

    require_matplotlib()
    require_dpi(dpi)
    if size is not None:
        require_size(size, dpi)
    chosen = DigitRange(digits, first, last, progress)
    least = row.least(digits.base)
    chosen.require(least)
    module = import_module(f"pi_engine.pictures.{row.module}")
    found = module.read(chosen)
    chosen.require_read(least)
    with usual_style():
        picture: Picture = module.draw(chosen, found, size=size or row.size, dpi=dpi, colours=DARK if dark else LIGHT)
    return picture

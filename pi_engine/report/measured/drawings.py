"""The pictures of the digits, drawn for light and for dark pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pi_engine.errors import PiEngineError
from pi_engine.report.measured.missing_parts import LeftOut

if TYPE_CHECKING:
    from pi_engine.pictures.picture import Picture
    from pi_engine.runtime.progress import Progress
    from pi_engine.sequence.digit_sequence import DigitSequence

MOST_DIGITS = 10**7
"""Pictures show the first of more digits, so that a report on a large file does not take an hour."""

_RASTER_DIGITS = 160_000
"""Of the raster: 400 by 400, so that a page shows each with two pixels."""

_PIXELS = frozenset({"raster", "walk"})
"""Kinds that are embedded as PNG: they have enough parts that an SVG would not be smaller."""
_PIXELS_AN_INCH = 96
_DPI = 150.0


@dataclass(frozen=True)
class Drawing:
    """A picture as it is embedded.

    Attributes:
        kind: its name, as `plot` takes it.
        title: what it shows.
        description: the same in sentences.
        note: what is not in it, or "".
        first: position of the first digit in it.
        last: position of the last.
        media_type: of the bytes.
        width: in the pixels of a page.
        height: likewise.
        light: the file for a light page.
        dark: the file for a dark page.
    """

    kind: str
    title: str
    description: str
    note: str
    first: int
    last: int
    media_type: str
    width: int
    height: int
    light: bytes = field(repr=False)
    dark: bytes = field(repr=False)


def draw_all(digits: DigitSequence, progress: Progress, left_out: list[LeftOut]) -> list[Drawing]:
    """All kinds of pictures that these digits allow; what they do not allow goes to `left_out`."""
    from pi_engine.pictures.kinds import KINDS
    from pi_engine.pictures.sheet import require_matplotlib

    try:
        require_matplotlib()
    except PiEngineError as error:
        left_out.append(LeftOut("pictures", str(error)))
        return []
    count = len(digits)
    drawn = []
    for i, (kind, row) in enumerate(KINDS.items()):
        progress("pictures", i, len(KINDS))
        if digits.base not in row.bases:
            left_out.append(LeftOut(f"picture '{kind}'", f"it is not drawn for digits of base {digits.base}"))
        elif count < row.least(digits.base):
            left_out.append(LeftOut(f"picture '{kind}'", f"it needs {row.least(digits.base):_} digits"))
        else:
            drawn.append(_drawn(kind, digits, min(count, _RASTER_DIGITS if kind == "raster" else MOST_DIGITS)))
    return drawn


def _drawn(kind: str, digits: DigitSequence, count: int) -> Drawing:
    from pi_engine.pictures import make

    light, dark = (make(kind, digits, stop=count, dpi=_DPI, dark=choice) for choice in (False, True))
    suffix = ".png" if kind in _PIXELS else ".svg"
    files = [picture.content(suffix) for picture in (light, dark)]
    width, height = (round(inches * _PIXELS_AN_INCH) for inches in light.figure.get_size_inches())
    return Drawing(
        kind=kind,
        title=light.title,
        description=light.description,
        note=_note(light, count < len(digits)),
        first=light.first,
        last=light.last,
        media_type={".svg": "image/svg+xml", ".png": "image/png"}[suffix],
        width=width,
        height=height,
        light=files[0],
        dark=files[1],
    )


def _note(picture: Picture, more: bool) -> str:  # noqa: FBT001 (what is said depends on it alone)
    """What the picture itself says of digits that it leaves out, or how many of more digits a report draws."""
    if picture.note or not more:
        return picture.note
    return f"These are the first {picture.last:_} digits; 'pi-engine plot {picture.kind}' draws more."

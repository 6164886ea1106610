"""The pictures of the digits, drawn for light and for dark pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pi_engine.errors import PiEngineError
from pi_engine.report.measured.left_out import LeftOut

if TYPE_CHECKING:
    from pi_engine.pictures.picture import Picture
    from pi_engine.runtime.progress import Progress
    from pi_engine.sequence.digit_sequence import DigitSequence

MOST_DIGITS = 10**7
"""Pictures show the first of more digits, so that a report on a large file does not take an hour."""

_LARGEST_SVG = 1 << 18
"""A larger one is embedded as PNG, which has fewer bytes."""
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
            left_out.append(LeftOut(f"picture '{kind}'", f"digits of base {digits.base} have none"))
        elif count < row.least(digits.base):
            left_out.append(LeftOut(f"picture '{kind}'", f"it needs {row.least(digits.base):_} digits"))
        else:
            drawn.append(_drawn(kind, digits, min(count, MOST_DIGITS)))
    return drawn


def _drawn(kind: str, digits: DigitSequence, count: int) -> Drawing:
    from pi_engine.pictures import make

    light, dark = (make(kind, digits, stop=count, dpi=_DPI, dark=choice) for choice in (False, True))
    suffix = ".png" if kind == "raster" else ".svg"
    files = [picture.content(suffix) for picture in (light, dark)]
    if max(map(len, files)) > _LARGEST_SVG and suffix == ".svg":
        suffix = ".png"
        files = [picture.content(suffix) for picture in (light, dark)]
    width, height = (round(inches * _PIXELS_AN_INCH) for inches in light.figure.get_size_inches())
    return Drawing(
        kind=kind,
        title=light.title,
        description=light.description,
        note=_note(light, len(digits)),
        first=light.first,
        last=light.last,
        media_type={".svg": "image/svg+xml", ".png": "image/png"}[suffix],
        width=width,
        height=height,
        light=files[0],
        dark=files[1],
    )


def _note(picture: Picture, count: int) -> str:
    """What the picture itself says of digits that it leaves out, or that a report draws no more."""
    if picture.note or count <= MOST_DIGITS:
        return picture.note
    return f"A report draws the first {MOST_DIGITS:_} digits; 'pi-engine plot {picture.kind}' draws all."

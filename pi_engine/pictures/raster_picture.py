"""A raster: a pixel, or a small square of pixels, for each digit, in lines from left to right, coloured by its value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.pictures.picture import Picture
from pi_engine.pictures.sheet import LEAST_SCALE, Colours, Sheet
from pi_engine.pictures.tallies.digit_range import DIGITS, grouped
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from pi_engine.pictures.tallies.digit_range import DigitRange

MOST_DIGITS = 25_000_000
"""A field of 5000 by 5000 pixels."""
_BAND = 4_000_000
"""Digits of an image: matplotlib takes up to sixty bytes for each while it draws one."""
_USUAL_SIDE = 1000
"""Pixels of the field where fewer digits need no more."""
_USUAL_FIELD, _LEAST_FIELD = 7.2, 4.0
"""Inches of a field at scale 1, and of the smallest."""
_LEFT, _RIGHT, _GAP, _BELOW = 1.0, 0.3, 0.06, 0.85
"""Inches beside the field at scale 1, above it, and beneath it for ticks, the name of the axis and the legend."""


class Field(NamedTuple):
    """How digits are laid out: this many columns and rows, of squares with `side` pixels."""

    columns: int
    rows: int
    side: int


def read(digits: DigitRange) -> NDArray[np.uint8]:
    """The first digits, and one more if there are more than can be drawn."""
    return np.concatenate([np.empty(0, np.uint8), *digits.values(MOST_DIGITS + 1)])


def layout(count: int, width: int, height: int) -> Field:
    """The largest squares with which a given number of digits fill a field of width × height pixels; a pixel each where not all fit.

    Columns are a multiple of ten where there are ten, so that positions can be counted.
    """
    side = max(1, min(math.isqrt(width * height // max(count, 1)), width, height))
    while side > 1 and _columns(width // side) * (height // side) < count:
        side -= 1
    across, down = width // side, height // side
    columns = _columns(across)
    like_the_room = -(-math.ceil(math.sqrt(count * across / down)) // 10) * 10  # where the room is not filled
    if like_the_room < columns and -(-count // like_the_room) <= down:
        columns = like_the_room
    rows = min(down, -(-count // columns))
    return Field(columns, max(rows, 1), side)


def _columns(most: int) -> int:
    return max(1, most // 10 * 10 if most >= 10 else most)


def draw(
    digits: DigitRange, found: NDArray[np.uint8], *, size: tuple[float, float] | None, dpi: float, colours: Colours
) -> Picture:
    """The field, a legend of the colours, and ticks that say positions."""
    asked = len(found)
    count = min(asked, MOST_DIGITS)
    sheet, room = _sheet(digits, count, size, dpi, colours)
    field = layout(count, *room)
    drawn = min(count, field.columns * field.rows)
    if size is None:
        sheet = Sheet(
            (sheet.width, sheet.height - (room[1] - field.rows * field.side) / dpi),
            dpi,
            colours,
            layout=None,
            scale=sheet.scale,
        )
    title, subtitle = _inscription(digits, drawn, field)
    note = "" if drawn == asked else f"only the first {drawn:_} digits are drawn: the picture has no room for more"
    sheet.inscribe(title, subtitle + (" More digits do not fit." if note else ""), digits.source(drawn))
    palette = _palette(digits.base)
    axes = _draw_field(sheet, field, palette[_filled(found[:drawn], field)])
    _finish(axes, sheet, field, digits.start)
    _draw_legend(sheet, palette[: digits.base])
    return Picture(
        sheet.figure,
        "raster",
        title,
        f"A raster of {drawn:_} digits in {counted(field.rows, 'line')} of {field.columns:_}; each digit has a colour.",
        digits.start + 1,
        digits.start + drawn,
        digits.base,
        note,
    )


def _sheet(
    digits: DigitRange, count: int, size: tuple[float, float] | None, dpi: float, colours: Colours
) -> tuple[Sheet, tuple[int, int]]:
    """A sheet, of the size that was asked for or that a given number of digits take, and the pixels that its field can have."""
    side = max(_USUAL_SIDE, math.ceil(_LEAST_FIELD * dpi), 10 * math.ceil(math.sqrt(count) / 10))
    if size is None:
        scale = max(LEAST_SCALE, side / dpi / _USUAL_FIELD)
        width = math.ceil(side + (_LEFT + _RIGHT) * scale * dpi) / dpi
        draft = Sheet((width, width), dpi, colours, layout=None, scale=scale)
    else:
        draft = Sheet(size, dpi, colours, layout=None)
    s = draft.scale
    title, subtitle = _inscription(digits, count, Field(side, side, side))  # at least as long as the real one
    above, beneath = draft.heights(title, f"{subtitle} More digits do not fit.", digits.source(count))
    around = above + beneath + (_GAP + _BELOW) * s
    if size is None:
        height = math.ceil(side + around * dpi) / dpi
        return Sheet((draft.width, height), dpi, colours, layout=None, scale=s), (side, side)
    return draft, (math.floor((size[0] - (_LEFT + _RIGHT) * s) * dpi), math.floor((size[1] - around) * dpi))


def _inscription(digits: DigitRange, drawn: int, field: Field) -> tuple[str, str]:
    what = "one pixel each" if field.side == 1 else f"a square of {field.side} by {field.side} pixels each"
    order = f"In lines of {grouped(field.columns)} digits, from left to right and from top to bottom."
    return f"{grouped(drawn)} {digits.numbers}, {what}", f"{order} On the left: the position of a line's first digit."


def _filled(values: NDArray[np.uint8], field: Field) -> NDArray[np.uint8]:
    """The values in rows; the last one is filled up with 255, which is not a digit."""
    pixels = np.full(field.columns * field.rows, 255, np.uint8)
    pixels[: len(values)] = values
    return pixels.reshape(field.rows, field.columns)


def _palette(base: int) -> NDArray[np.uint8]:
    """Value → red, green, blue, opacity. Lightness grows with the value, so that the colours differ for everyone; 255 is clear."""
    import matplotlib as mpl

    palette = np.zeros((256, 4), np.uint8)
    palette[:base] = mpl.colormaps["viridis"](np.linspace(0, 1, base), bytes=True)
    return palette


def _draw_field(sheet: Sheet, field: Field, image: NDArray[np.uint8]) -> Axes:
    """The image, in whole pixels from the upper left corner of the sheet, so that each digit has as many as the others."""
    dpi = sheet.figure.dpi
    width, height = round(sheet.width * dpi), round(sheet.height * dpi)
    left, top = round(_LEFT * sheet.scale * dpi), round((sheet.top + _GAP * sheet.scale) * dpi)
    across, down = field.columns * field.side, field.rows * field.side
    axes = sheet.figure.add_axes((left / width, (height - top - down) / height, across / width, down / height))
    for first in range(0, field.rows, band := max(1, _BAND // field.columns)):
        part = image[first : first + band]
        axes.imshow(
            part,
            interpolation="none",
            aspect="auto",
            extent=(-0.5, field.columns - 0.5, first + len(part) - 0.5, first - 0.5),
        )
    axes.set_ylim(field.rows - 0.5, -0.5)
    return axes


def _finish(axes: Axes, sheet: Sheet, field: Field, start: int) -> None:
    sheet.finish(axes, x="column", y="position")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.spines[["left", "bottom"]].set_position(("outward", 2 * sheet.scale))  # its ticks touch no pixel of the field
    columns = _ticks(field.columns)
    axes.set_xticks(columns, [grouped(x + 1) for x in columns])
    rows = _ticks(field.rows)
    axes.set_yticks(rows, [grouped(start + 1 + x * field.columns) for x in rows])


def _ticks(count: int) -> list[int]:
    """The first of some columns or rows, at most six, a round number apart."""
    step = next(x * 10**e for e in range(9) for x in (1, 2, 5) if count <= 6 * x * 10**e)
    return list(range(0, count, step))


def _draw_legend(sheet: Sheet, palette: NDArray[np.uint8]) -> None:
    """A square for each digit, in a row beneath the field."""
    from matplotlib.patches import Patch

    handles = [Patch(alpha=0, label="digit")]
    handles += [Patch(facecolor=colour / 255, label=DIGITS[i]) for i, colour in enumerate(palette)]
    sheet.figure.legend(
        handles=handles, loc="lower center", ncols=len(handles), frameon=False, fontsize=sheet.small_font,
        labelcolor=sheet.colours.ink, handlelength=1.1, handleheight=1.1, handletextpad=0.35, columnspacing=0.9,
        bbox_to_anchor=(0.5, (sheet.bottom + 0.02 * sheet.scale) / sheet.height), borderpad=0.2,
    )  # fmt: skip

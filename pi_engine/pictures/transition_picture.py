"""Which digit follows which: how far the count of each pair is from its expectation, and whether this many are so far by chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.pictures.picture import Picture
from pi_engine.pictures.sheet import Colours, Sheet
from pi_engine.pictures.tallies.digit_range import DIGITS
from pi_engine.pictures.tallies.digit_tallies import transition_counts
from pi_engine.pictures.tallies.random_digits import pair_deviation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from pi_engine.pictures.tallies.digit_range import DigitRange

_LIMIT = 3.5
"""The colours end at this many σ."""
_LEAST_FONT, _WIDTH_OF_NUMBER = 4.5, 3.0
"""Points of numbers in the squares; the width of one, of four characters, with room beside it, as a multiple of the font's size."""


def read(digits: DigitRange) -> NDArray[np.int64]:
    """Counts of pairs."""
    return transition_counts(digits.values(), digits.base)


def deviations(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many standard deviations each count is from its expectation."""
    base, digits = len(counts), int(counts.sum()) + 1
    sigma = np.full((base, base), pair_deviation(base, digits, equal=False))
    np.fill_diagonal(sigma, pair_deviation(base, digits, equal=True))
    found: NDArray[np.float64] = (counts - (digits - 1) / base**2) / sigma
    return found


def draw(
    digits: DigitRange, found: NDArray[np.int64], *, size: tuple[float, float], dpi: float, colours: Colours
) -> Picture:
    """A square of pairs, and beside it, or below it on an upright sheet, the histogram of their deviations with the normal distribution."""
    base = digits.base
    z = deviations(found)
    sheet = Sheet(size, dpi, colours)
    title = "Which digit follows which"
    upright = size[0] < 1.2 * size[1]
    sheet.inscribe(
        title,
        f"Count of each of the {base**2} pairs, as its distance from the expected count in standard deviations, σ. If digits are "
        f"random, the distances are normally distributed: the curve {'below' if upright else 'on the right'}.",
        digits.source(),
    )
    if upright:
        square, histogram = sheet.figure.subplots(2, 1, height_ratios=(1.7, 1))
        side = min(0.72 * size[0], 0.44 * size[1])
    else:
        square, histogram = sheet.figure.subplots(1, 2, width_ratios=(1.15, 1))
        side = min(0.38 * size[0], size[1] - sheet.top - sheet.bottom - 0.6 * sheet.scale)
    _draw_square(square, z, side, sheet)
    _draw_histogram(histogram, z.ravel(), sheet)
    i, j = divmod(int(np.abs(z).argmax()), base)
    sheet.settle()
    return Picture(
        sheet.figure,
        "transitions",
        title,
        f"How often each digit follows each other digit, as a deviation from the expected count. The largest deviation is {z[i, j]:+.2f}σ: "
        f"{DIGITS[j]} follows {DIGITS[i]} {int(found[i, j]):_} times. {int((np.abs(z) <= 2).sum())} of {base**2} pairs are within ±2σ. "
        f"In random digits about {round(base**2 * math.erf(math.sqrt(2)))} are.",
        digits.start + 1,
        digits.start + digits.count,
        base,
    )


def _draw_square(axes: Axes, z: NDArray[np.float64], side: float, sheet: Sheet) -> None:
    """`side` is about how many inches it has."""
    base = len(z)
    names = list(DIGITS[:base])
    image = axes.imshow(z, cmap=sheet.colours.diverging, vmin=-_LIMIT, vmax=_LIMIT, interpolation="nearest")
    sheet.finish(axes, x="next digit", y="digit")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_xticks(range(base), names)
    axes.set_yticks(range(base), names)
    axes.tick_params(length=0)
    font = min(0.86 * sheet.small_font, 72 * side / base / _WIDTH_OF_NUMBER)
    if font > _LEAST_FONT:
        for (i, j), value in np.ndenumerate(z):
            axes.text(
                j, i, _signed(value), ha="center", va="center", fontsize=font,
                color="#ffffff" if _lightness(image.to_rgba(np.array(value))) < 0.45 else "#1b1f23",
            )  # fmt: skip
    bar = sheet.figure.colorbar(image, cax=axes.inset_axes((1.04, 0, 0.045, 1)), extend="both")  # as high as the square
    bar.set_label("deviation of the count (σ)", fontsize=sheet.font, color=sheet.colours.ink)
    bar.ax.tick_params(labelsize=sheet.small_font, colors=sheet.colours.muted, labelcolor=sheet.colours.ink)
    bar.outline.set_visible(False)


def _lightness(colour: ArrayLike) -> float:
    """From 0 to 1, as people see it: the square root of the luminance, about."""
    red, green, blue = np.asarray(colour, float)[:3] ** 2.2
    return math.sqrt(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _signed(value: float) -> str:
    text = f"{value:+.1f}"
    return "0.0" if text[1:] == "0.0" else text.replace("-", "−")


def _draw_histogram(axes: Axes, z: NDArray[np.float64], sheet: Sheet) -> None:
    from matplotlib.ticker import MaxNLocator

    width = 0.5
    most = max(3.5, math.ceil(2 * float(np.abs(z).max())) / 2)
    edges = np.arange(-most, most + width / 2, width)
    axes.hist(z, edges.tolist(), color=sheet.colours.accent, rwidth=0.9, zorder=2, label="counted")
    x = np.linspace(-most, most, 241)
    expected = len(z) * width * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    axes.plot(x, expected, color=sheet.colours.second, lw=1.8 * sheet.scale, zorder=3, label="expected")
    sheet.finish(axes, x="deviation of the count (σ)", y="number of pairs")
    axes.set_xlim(-most, most)
    axes.grid(visible=False, axis="x")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(y=0.12)
    axes.legend(
        fontsize=sheet.small_font,
        frameon=False,
        labelcolor=sheet.colours.ink,
        loc="upper right",
        borderaxespad=0.1,
        handlelength=1.4,
    )

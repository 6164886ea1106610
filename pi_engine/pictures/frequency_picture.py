"""How the share of each digit settles: its deviation from 1/base among the first n digits, within a band that gets narrower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pi_engine.pictures.picture import Picture
from pi_engine.pictures.sheet import Colours, Sheet
from pi_engine.pictures.tallies.digit_range import DIGITS, grouped
from pi_engine.pictures.tallies.digit_tallies import CountsAlong, counts_along
from pi_engine.pictures.tallies.random_digits import share_deviation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from pi_engine.pictures.tallies.digit_range import DigitRange

_GAP = 0.06
"""The least distance of two labels, as a share of the height of the axes: sixteen of them fit."""


def read(digits: DigitRange) -> CountsAlong:
    """Counts among the first n digits."""
    return counts_along(digits.values(), digits.base)


def draw(digits: DigitRange, found: CountsAlong, *, size: tuple[float, float], dpi: float, colours: Colours) -> Picture:
    """Above the deviations themselves, below the same in units of σ, where late ones can be seen."""
    base = digits.base
    shown = found.n >= base
    n, counts = found.n[shown], found.counts[shown]
    shares = 100 * (counts / n[:, None] - 1 / base)  # percentage points
    sigma = 100 * np.array([share_deviation(base, x) for x in n])
    scaled = shares / sigma[:, None]
    sheet = Sheet(size, dpi, colours)
    title = f"How often each of the {base} digits occurs"
    sheet.inscribe(
        title,
        f"Share of each digit among the first n digits, less 1/{base}. Grey: ±2σ, which holds 95\N{NO-BREAK SPACE}% of random sequences at "
        "each n.",
        digits.source(),
    )
    above, below = sheet.figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.6))
    for axes, lines, band in ((above, shares, sigma), (below, scaled, np.ones(len(n)))):
        axes.fill_between(n, -2 * band, 2 * band, color=colours.band, lw=0, zorder=1)
        axes.axhline(0, color=colours.muted, lw=0.8 * sheet.scale, zorder=1.5)
        _draw_lines(axes, n, lines, sheet)
    above.set_xlim(n[0], n[-1])
    above.set_ylim(*_limits(shares, 3 * sigma[0]))
    below.set_ylim(*_limits(scaled, 3))
    sheet.logarithmic(above, "x")
    sheet.finish(above, x="", y="deviation\n(percentage points)")
    sheet.finish(
        below, x=f"number of {digits.numbers}, n, from position {grouped(digits.start + 1)} on", y="deviation (σ)"
    )
    above.tick_params(labelbottom=False)
    _label(below, scaled[-1], sheet)
    digit = int(np.abs(scaled[-1]).argmax())
    outside = int((np.abs(scaled[-1]) > 2).sum())
    sheet.settle()
    return Picture(
        sheet.figure,
        "frequencies",
        title,
        f"Deviation of the share of each digit from 1/{base}, against the number of digits. At the end, after "
        f"{digits.count:_} digits, digit {DIGITS[digit]} has the largest deviation: {scaled[-1][digit]:+.2f}σ. "
        f"{base - outside} of {base} digits are within ±2σ.",
        digits.start + 1,
        digits.start + digits.count,
        base,
    )


def _draw_lines(axes: Axes, n: NDArray[np.int64], lines: NDArray[np.float64], sheet: Sheet) -> None:
    for digit, line in enumerate(lines.T):
        axes.plot(n, line, zorder=3, **_style(digit, sheet))


def _style(digit: int, sheet: Sheet) -> dict[str, Any]:
    """A colour, and dashes from the ninth digit on."""
    colours = sheet.colours.lines
    return {
        "color": colours[digit % len(colours)],
        "lw": 1.25 * sheet.scale,
        "ls": "-" if digit < len(colours) else (0, (3.2, 1.2)),
    }


def _limits(lines: NDArray[np.float64], least: float) -> tuple[float, float]:
    most = max(least, 1.06 * float(np.abs(lines).max()))
    return -most, most


def _label(axes: Axes, ends: NDArray[np.float64], sheet: Sheet) -> None:
    """The digits at the ends of their lines, moved apart where they would overlap."""
    low, high = axes.get_ylim()
    order = np.argsort(ends)
    base = len(ends)
    places = list((ends[order] - low) / (high - low))
    for i in range(1, base):  # up, then down from the top
        places[i] = max(places[i], places[i - 1] + _GAP)
    places[-1] = min(places[-1], 1.0)
    for i in range(base - 2, -1, -1):
        places[i] = min(places[i], places[i + 1] - _GAP)
    for place, digit in zip(places, order, strict=True):
        style = _style(int(digit), sheet)
        axes.annotate(
            DIGITS[digit],
            xy=(1.0, (ends[digit] - low) / (high - low)),
            xytext=(1.045, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            color=style["color"],
            fontsize=sheet.small_font,
            fontweight="bold",
            va="center",
            arrowprops={
                "arrowstyle": "-", "color": style["color"], "lw": 0.8 * sheet.scale, "ls": style["ls"], "relpos": (0, 0.5),
                "shrinkA": 1, "shrinkB": 0,
            },
        )  # fmt: skip

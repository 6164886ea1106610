"""Runs of equal digits by their length, on a logarithmic axis, beside the law of random digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pi_engine.pictures.picture import Picture
from pi_engine.pictures.sheet import Colours, Sheet
from pi_engine.pictures.tallies.digit_range import DIGITS, grouped
from pi_engine.pictures.tallies.digit_tallies import Runs, count_runs
from pi_engine.pictures.tallies.random_digits import expected_runs, run_deviation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from pi_engine.pictures.tallies.digit_range import DigitRange

    Counts = NDArray[np.int64]
    Reals = NDArray[np.float64]

_FLOOR = 0.2
"""Where the axis begins: below a count of 1."""
_MOST_LENGTHS = 60
_MOST_COUNTS_WRITTEN = 16
_LONGEST_WRITTEN = 20


def read(digits: DigitRange) -> Runs:
    """How many runs there are of each length."""
    return count_runs(digits.values())


def draw(digits: DigitRange, found: Runs, *, size: tuple[float, float], dpi: float, colours: Colours) -> Picture:
    """Bars for what was counted, marks with a band of ±2σ for what is expected."""
    base, count = digits.base, found.digits
    longest = len(found.counts) - 1
    likely = next(x for x in range(1, count + 2) if expected_runs(base, count, x) < _FLOOR)
    most = min(max(longest, likely), _MOST_LENGTHS)
    lengths = np.arange(1, most + 1)
    expected = np.array([expected_runs(base, count, int(x)) for x in lengths])
    deviation = np.array([run_deviation(base, count, int(x)) for x in lengths])
    counted = np.zeros(most, np.int64)
    counted[: min(longest, most)] = found.counts[1 : most + 1]
    position = digits.start + found.longest + 1
    digit = DIGITS[found.digit]
    run = digit * longest if longest <= _LONGEST_WRITTEN else f"{grouped(longest)} times {digit}"
    sheet = Sheet(size, dpi, colours)
    title = "Runs of equal digits, by length"
    sheet.inscribe(
        title,
        f"Bars: counted. Marks: expected of N random digits, N·({base - 1}/{base})²·{base}^(1−L), with ±2σ. The longest run is {run} at "
        f"position {grouped(position)}.",
        digits.source(),
    )
    axes = sheet.figure.subplots()
    axes.bar(lengths, np.maximum(counted, _FLOOR) - _FLOOR, 0.72, bottom=_FLOOR, color=colours.bar, zorder=2)
    _draw_law(axes, lengths, expected, deviation, sheet)
    axes.set_xlim(0.4, most + 0.6)
    axes.set_ylim(_FLOOR, 4 * max(float(counted.max()), float(expected.max())))
    sheet.logarithmic(axes, "y")
    axes.set_xticks(lengths[:: -(-most // 20)])
    sheet.finish(axes, x="length of the run, L (digits)", y="number of runs")
    axes.grid(visible=False, axis="x")
    if most <= _MOST_COUNTS_WRITTEN:
        for length, number, above in zip(lengths, counted, expected + 2 * deviation, strict=True):
            axes.annotate(
                grouped(int(number)), (length, max(float(number), above, 1)), xytext=(0, 5 * sheet.scale),
                textcoords="offset points", ha="center", fontsize=sheet.small_font, color=colours.ink,
            )  # fmt: skip
    note = "" if longest <= most else f"; longer than the axis: {int(found.counts[most + 1 :].sum())}"
    sheet.settle()
    return Picture(
        sheet.figure,
        "runs",
        title,
        f"The number of runs of equal digits of length 1, 2, 3 and so on: {', '.join(map(str, counted.tolist()))}{note}. Expected "
        f"in {count:_} random digits: {', '.join(f'{x:.3g}' for x in expected)}. The longest run is {run} at "
        f"position {position:_}.",
        digits.start + 1,
        digits.start + digits.count,
        base,
    )


def _draw_law(axes: Axes, lengths: Counts, expected: Reals, deviation: Reals, sheet: Sheet) -> None:
    """A mark at each expected number, with whiskers of ±2σ."""
    low = np.maximum(expected - 2 * deviation, _FLOOR)
    high = np.maximum(expected + 2 * deviation, _FLOOR)
    style: dict[str, Any] = {"color": sheet.colours.second, "lw": 1.6 * sheet.scale}
    axes.vlines(lengths, low, high, zorder=3, **style)
    axes.hlines(high, lengths - 0.09, lengths + 0.09, zorder=3, **style)
    axes.hlines(low[low > _FLOOR], lengths[low > _FLOOR] - 0.09, lengths[low > _FLOOR] + 0.09, zorder=3, **style)
    seen = expected >= _FLOOR
    axes.hlines(expected[seen], lengths[seen] - 0.43, lengths[seen] + 0.43, zorder=3, **style)

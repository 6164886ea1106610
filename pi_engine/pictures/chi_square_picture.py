"""χ² of the counts of all digits among the first n, against n, with the band in which it is for random digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.pictures.picture import Picture
from pi_engine.pictures.sheet import Colours, Sheet
from pi_engine.pictures.tallies.digit_range import grouped
from pi_engine.pictures.tallies.digit_tallies import CountsAlong, counts_along
from pi_engine.pictures.tallies.random_digits import chi_square_quantile, chi_square_upper

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pi_engine.pictures.tallies.digit_range import DigitRange


def read(digits: DigitRange) -> CountsAlong:
    """Counts among the first n digits."""
    return counts_along(digits.values(), digits.base)


def chi_square(found: CountsAlong) -> NDArray[np.float64]:
    """Σ (count − n/base)²/(n/base), for each n."""
    expected = found.n[:, None] / found.counts.shape[1]
    values: NDArray[np.float64] = ((found.counts - expected) ** 2 / expected).sum(axis=1)
    return values


def draw(digits: DigitRange, found: CountsAlong, *, size: tuple[float, float], dpi: float, colours: Colours) -> Picture:
    """One line, the band of 95 %, the median, and the last value with its p-value."""
    base, freedom = digits.base, digits.base - 1
    shown = found.n >= base
    found = CountsAlong(found.n[shown], found.counts[shown])
    values, end = chi_square(found), int(found.n[-1])
    low, middle, high = (chi_square_quantile(x, freedom) for x in (0.025, 0.5, 0.975))
    p = chi_square_upper(values[-1], freedom)
    sheet = Sheet(size, dpi, colours)
    title = f"χ² of the counts of the {base} digits"
    sheet.inscribe(
        title,
        "The grey band holds 95\N{NO-BREAK SPACE}% of random sequences at each n; half of them are below the dashed line. Here χ² ends "
        f"at {values[-1]:.2f}. Random digits end there or above with probability {p:.2g}.",
        digits.source(),
    )
    axes = sheet.figure.subplots()
    axes.axhspan(low, high, color=colours.band, lw=0, zorder=1)
    axes.axhline(middle, color=colours.muted, lw=0.9 * sheet.scale, ls=(0, (5, 3)), zorder=2)
    axes.plot(found.n, values, color=colours.accent, lw=1.4 * sheet.scale, zorder=3)
    axes.plot([end], [values[-1]], "o", color=colours.accent, ms=5 * sheet.scale, clip_on=False, zorder=4)
    axes.set_xlim(found.n[0], end)
    axes.set_ylim(0, max(1.5 * high, 1.08 * float(values.max())))
    sheet.logarithmic(axes, "x")
    noun = "degree" if freedom == 1 else "degrees"
    sheet.finish(
        axes,
        x=f"number of {digits.numbers}, n, from position {grouped(digits.start + 1)} on",
        y=f"χ² ({freedom} {noun} of freedom)",
    )
    for value, name in ((high, "97.5 %"), (middle, "median"), (low, "2.5 %")):
        axes.annotate(
            f"{name}: {value:.2f}", (1, value), xycoords=("axes fraction", "data"), xytext=(6 * sheet.scale, 0),
            textcoords="offset points", va="center", fontsize=sheet.small_font, color=colours.muted,
        )  # fmt: skip
    sheet.settle()
    return Picture(
        sheet.figure,
        "chi-square",
        title,
        f"χ² against the number of digits. After {end:_} digits it is {values[-1]:.2f} with {freedom} {noun} of freedom, "
        f"p = {p:.3g}; 95 % of random sequences are between {low:.2f} and {high:.2f}.",
        digits.start + 1,
        digits.start + digits.count,
        base,
    )

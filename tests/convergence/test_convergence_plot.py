"""The pictures of `convergence --plot`, by geometry: nothing is cut off, nothing overlaps, nothing is empty."""

import itertools

import pytest

from pi_engine.convergence.axes import _LABEL_REACH, apart, log_limits, plain, spread
from pi_engine.convergence.measure import measure_convergence
from pi_engine.series import catalogue, lessons

pytest.importorskip("matplotlib")

ALL = tuple(row.name for row in (*catalogue(), *lessons()))
SLOW = ("euler", "gosper", "leibniz")
OWN = """
name = "$a name that is longer than there is room for"
p = "-(2k-1)"
q = "2k+1"
a = "1"
pi = "4 S"
"""


@pytest.fixture
def own_series(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    return str(path)


def with_times(found, sizes):
    """Seconds that nobody has to wait for."""
    for i, x in enumerate(found):
        if x.series.order is None:
            x.seconds = {n: x.series.cost * (1 + i % 7 / 20) * n / 1e6 for n in sizes}
    return found


def texts_of(figure):
    """Everything written in the figure that is seen, as (text, box in pixels)."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    ticks = set()
    for axes in figure.axes:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(limits)
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not low <= tick.get_loc() <= high:
                    ticks |= {tick.label1, tick.label2}
    found = [x for x in figure.findobj(Text) if x.get_visible() and x.get_text() and x not in ticks]
    # of an annotation Text's box, which leaves the line to its point out
    return [(x.get_text(), Text.get_window_extent(x)) for x in found]


CASES = [
    (names, terms, sizes)
    for names in (("euler",), ("leibniz",), SLOW, ("ramanujan", "machin"), (), ALL[2:32], ALL)
    for terms in (1, 2, 10, 1000)
    for sizes in ((), (10_000,), (1000, 10_000), (1000, 100_000, 10_000_000))
    if terms == 10 or (not sizes and (terms < 1000 or len(names) < 30))
]


@pytest.mark.parametrize(
    ("names", "terms", "sizes"), CASES, ids=lambda x: f"{len(x)}-{x[0]}" if x and isinstance(x, tuple) else str(x)
)
def test_nothing_is_cut_off_or_overlaps(names, terms, sizes):
    require_readable(with_times(measure_convergence(names, terms=terms), sizes))


@pytest.mark.parametrize("sizes", [(), (10_000,), (1000, 10_000)])
def test_series_of_ones_own(own_series, sizes):
    require_readable(with_times(measure_convergence([own_series, "machin"], terms=10), sizes))
    require_readable(with_times(measure_convergence([own_series, *ALL], terms=10), sizes))


def require_readable(found):
    from matplotlib import pyplot as plt

    from pi_engine.convergence.plot import draw_figure

    figure = draw_figure(found, times=True)
    try:
        texts = texts_of(figure)
        for text, box in texts:
            assert box.width > 0 and box.height > 0, text
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, text
        for (one, box), (other, beside) in itertools.combinations(texts, 2):
            across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert across <= 1 or down <= 2, (one, other)  # boxes hold room for descenders
        assert len(figure.axes) == 1 + any(x.seconds for x in found)
        for axes in figure.axes:
            require_drawn(axes)
        written = " ".join(text for text, _ in texts)
        if len(found) <= 12:
            assert all(x.series.name[:20] in written for x in found)
    finally:
        plt.close(figure)


def require_drawn(axes):
    """A plot has points, all of them within the axes, ticks to read them by, and a legend that covers none."""
    points = [axes.transData.transform(line.get_xydata()) for line in axes.lines]
    points += [axes.transData.transform(dots.get_offsets()) for dots in axes.collections]
    points = [tuple(point) for group in points for point in group]
    assert points
    area = axes.get_window_extent()
    assert all(area.x0 - 1 <= x <= area.x1 + 1 and area.y0 - 1 <= y <= area.y1 + 1 for x, y in points)
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        least = 1 if axes.collections and axis is axes.yaxis else 2  # a row for each series
        assert sum(low <= place <= high for place in axis.get_majorticklocs()) >= least
    if axes.get_legend() is not None:
        box = axes.get_legend().get_window_extent()
        assert not any(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for x, y in points)
        assert area.x0 <= box.x0 and box.x1 <= area.x1 and area.y0 <= box.y0 and box.y1 <= area.y1


def test_digits_are_drawn_on_linear_axes_and_lines_are_straight():
    from matplotlib import pyplot as plt

    from pi_engine.convergence.plot import draw_figure

    figure = draw_figure(measure_convergence(["chudnovsky", "machin"], terms=40), times=False)
    try:
        (axes,) = figure.axes
        assert axes.get_xscale() == axes.get_yscale() == "linear"
        for line, rate in zip(axes.lines, (14.18, 1.41), strict=True):
            digits = line.get_ydata()
            assert (digits[39] - digits[19]) / 20 == pytest.approx(rate, abs=0.05)
    finally:
        plt.close(figure)


def test_labels_keep_apart_and_near(rng):
    for count in (1, 2, 5, 30, 200):
        heights = sorted(rng.random() for _ in range(count))
        placed = apart(heights[:20])
        assert all(b - a > 0.0339 for a, b in itertools.pairwise(placed)) and min(placed) >= 0 and max(placed) <= 1
        places = spread(heights)
        assert len(places) == count and places[0] is not None and places[-1] is not None
        shown = [p for p in places if p is not None]
        assert len(shown) >= min(count, 12)
        assert all(b - a > 0.0339 for a, b in itertools.pairwise(shown))
        moved = [abs(place - height) for place, height in zip(places, heights, strict=True) if place is not None]
        assert len(shown) == 12 or max(moved) <= _LABEL_REACH
    assert spread([0.0] * 12)[-1] < 0.5
    assert apart([0.5]) == [0.5] and spread([]) == []


def test_numbers_on_the_axes():
    said = {1000: "1000", 50_000: "50000", 10**5: "10⁵", 2 * 10**6: "2·10⁶", 0.02: "0.02", 5e-4: "5·10⁻⁴", 1e-5: "10⁻⁵"}
    assert {value: plain(value) for value in said} == said


def test_limits_of_logarithmic_axes_leave_room_for_ticks():
    for values in ([1000], [1000, 1001], [3e-4, 4e-4], [1, 10**9]):
        low, high = log_limits(values)
        assert low < min(values) and max(values) < high and high / low > 7.9

"""Points stand where their logarithms are, names do not overlap, and there are always ticks to read."""

import itertools
import re

import pytest

from pi_engine.report.markup.log_chart import Axis, Line, log_chart
from tests.report.page_reader import PageReader

X, Y = Axis("x", "{:g}".format), Axis("y", "{:g}".format)


def chart(*lines):
    drawn = [Line(name, points, ["t"] * len(points)) for name, points in lines]
    return PageReader(log_chart("c", drawn, title="title", description="what is to be seen", x=X, y=Y))


def places(read, tag, name):
    return [float(found[name].rstrip("%")) for found in read.attributes[tag] if name in found]


def test_points_are_logarithmic():
    read = chart(("a", [(10, 1), (1000, 100), (100_000, 10_000)]))
    assert read.faults == []
    x, y = places(read, "circle", "cx"), places(read, "circle", "cy")
    assert x[1] == pytest.approx(50, abs=0.01) and y[1] == pytest.approx(50, abs=0.01)
    assert x[0] + x[2] == pytest.approx(100, abs=0.02) and x[0] < x[1] < x[2]
    assert y[0] > y[1] > y[2]  # up is more
    assert 0 < x[0] < 10


def test_description_and_titles_are_there():
    read = chart(("a", [(1, 2)]))
    assert read.texts["desc"] == ["what is to be seen"]
    assert read.texts["title"] == ["title", "t"]
    (outer, *_) = read.attributes["svg"]
    assert outer["role"] == "img" and outer["aria-labelledby"] in read.ids and outer["aria-describedby"] in read.ids


@pytest.mark.parametrize("span", [1, 1.5, 3, 10, 50, 1e3, 1e6, 1e9, 1e15, 1e30])
def test_there_are_ticks(span, rng):
    low = 10 ** rng.uniform(-9, 9)
    read = chart(("a", [(low, low), (low * span, low * span)]))
    texts = [found for found in read.attributes["text"] if "tick" in found["class"]]
    for kind in ("middle", "end"):
        assert 1 <= sum(kind in found["class"] for found in texts) <= 7, span
    assert all(0 <= place <= 100 for place in places(read, "line", "x1") if place)


def test_names_keep_apart(rng):
    lines = [(f"line {i}", [(1, 1), (10, 10 ** rng.uniform(0, 0.1))]) for i in range(8)]
    read = chart(*lines, ("far", [(1, 1), (10, 1e6)]))
    heights = sorted(float(found["y"].rstrip("%")) for found in read.attributes["text"] if found["class"] == "name")
    assert len(heights) == 9
    assert min(b - a for a, b in itertools.pairwise(heights)) > 6.1
    assert heights[0] >= 0 and heights[-1] <= 100.01


def test_markup_in_a_name_is_text():
    shown = log_chart("c", [Line("<n>", [(1, 1)], ["<p>"])], title="<t>", description="<d>", x=X, y=Y)
    assert not re.search("<[tdnp]>", shown)

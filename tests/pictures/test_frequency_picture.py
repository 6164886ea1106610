"""Where the digits stand beside the ends of their lines."""

from types import SimpleNamespace

import numpy as np
import pytest

from pi_engine.pictures import frequency_picture


@pytest.mark.parametrize("base", [2, 8, 10, 16])
@pytest.mark.parametrize("height", [-1.0, 0.0, 0.98, 1.0])
def test_digits_beside_the_ends_of_lines_keep_apart_and_below_the_top(base, height):
    """Also where all lines end together; each is joined to its line."""
    placed = {}

    def annotate(digit, *, xy, xytext, **_):
        placed[digit] = xy[1], xytext[1]

    axes = SimpleNamespace(get_ylim=lambda: (-1.0, 1.0), annotate=annotate)
    sheet = SimpleNamespace(colours=SimpleNamespace(lines=["black"] * 8), scale=1.0, small_font=8.0)
    ends = height - 1e-3 * np.arange(base)
    frequency_picture._label(axes, ends, sheet)
    assert len(placed) == base
    assert [end for end, _ in placed.values()] == pytest.approx(sorted((ends + 1) / 2))
    places = [place for _, place in placed.values()]
    assert places[-1] <= 1.0
    assert min(np.diff(places)) >= frequency_picture._GAP - 1e-9

"""The pictures themselves: what they show, that it can be read, and the files that they become."""

import itertools
import math
import re
import xml.etree.ElementTree as ET
from functools import partial

import numpy as np
import pytest

from pi_engine.errors import UsageError
from pi_engine.runtime.display import counted
from pi_engine.sequence.access.text_in_memory import TextInMemory
from pi_engine.sequence.digit_sequence import DigitSequence

pytest.importorskip("matplotlib")

from pi_engine.pictures import KINDS, draw, make
from pi_engine.pictures.raster_picture import layout
from pi_engine.pictures.tallies.digit_tallies import walk_of
from tests.conftest import part_of

SIZES = {"small": (4.0, 3.5), "upright": (5.0, 9.0), "wide": (14.0, 4.0)}


@pytest.fixture
def digits(rng):
    """A sequence of random digits of a base, by its length."""

    def make_digits(count, base, name="pi.txt"):
        text = "".join(rng.choices("0123456789ABCDEF"[:base], k=count))
        return DigitSequence(TextInMemory(f"3.{text}", 2), name=name, base=base, integer="3", format="text")

    return make_digits


def written_in(figure):
    """Everything written in the figure that is seen, as (text, box in pixels), of an annotation without its line."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    unseen = set()
    for axes in [*figure.axes, *(inner for outer in figure.axes for inner in outer.child_axes)]:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(limits)
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not low <= tick.get_loc() <= high:
                    unseen |= {tick.label1, tick.label2}
    found = [x for x in figure.findobj(Text) if x.get_visible() and x.get_text().strip() and x not in unseen]
    return [(x.get_text(), Text.get_window_extent(x)) for x in found]


@pytest.mark.parametrize("kind", part_of(KINDS, 1 / 2, "kinds of picture"))
@pytest.mark.parametrize(("size", "base", "count"), [("small", 16, 40_000), ("upright", 10, 2000), ("wide", 10, 9999)])
def test_nothing_is_cut_off_or_overlaps(digits, kind, base, count, size):
    picture = make(kind, digits(count, base), size=SIZES[size], dark=size == "small")
    texts = written_in(picture.figure)
    for text, box in texts:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.figure.bbox.x1 and box.y1 <= picture.figure.bbox.y1
        assert inside, (text, box, picture.figure.bbox)
    for (one, box), (other, beside) in itertools.combinations(texts, 2):
        across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        assert across <= 1 or down <= 3 or {one, other} == {"start", "end"}, (
            one,
            other,
        )  # boxes hold room for descenders
    written = " ".join(text for text, _ in texts)
    assert all(word in written for word in picture.title.split())
    numbers = "hexadecimal digits" if base == 16 else "digits"
    last = f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") if count >= 10_000 else count
    assert f"pi.txt, {numbers} 1 to {last}, pi-engine 0.1.0" in written
    assert (picture.kind, picture.base, picture.first, picture.last, picture.note) == (kind, base, 1, count, "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_fewest_digits(digits, kind):
    base = 8
    least = KINDS[kind].least(base)
    assert make(kind, digits(least, base)).last == least
    with pytest.raises(UsageError, match=rf"too few digits: .* {counted(least - 1, 'digit')} .* at least {least:_}"):
        make(kind, digits(least - 1, base))


def lines_of(axes, count):
    return [line.get_xydata() for line in axes.lines if len(line.get_xydata()) > 2][:count]


@pytest.mark.parametrize("base", [10, 16])
def test_frequencies_are_deviations_of_shares(digits, base):
    sequence = digits(3000, base)
    above, below = draw("frequencies", sequence, start=100, stop=2500).axes
    values = sequence[100:2500].tolist()
    for digit, (line, scaled) in enumerate(zip(lines_of(above, base), lines_of(below, base), strict=True)):
        assert line[-1][0] == 2400
        for (n, deviation), (_, in_sigma) in zip(line, scaled, strict=True):
            share = values[: int(n)].count(digit) / n
            assert deviation == pytest.approx(100 * (share - 1 / base))
            assert in_sigma == pytest.approx((share - 1 / base) / math.sqrt((base - 1) / base**2 / n))


def test_chi_square_is_that_of_the_counts(digits):
    sequence = digits(2000, 16)
    (axes,) = draw("chi-square", sequence).axes
    ((*_, (n, last)),) = lines_of(axes, 1)
    counts = np.bincount(sequence[:], minlength=16)
    assert n == 2000
    assert last == pytest.approx(sum((x - 125) ** 2 / 125 for x in counts))


@pytest.mark.parametrize("base", [2, 10])
def test_transitions_are_deviations_of_pairs(digits, base):
    sequence = digits(4000, base)
    square, histogram = draw("transitions", sequence).axes[:2]
    shown = square.images[0].get_array()
    pairs = list(itertools.pairwise(sequence[:].tolist()))
    for i, j in itertools.product(range(base), repeat=2):
        assert math.copysign(1, shown[i, j]) == math.copysign(1, pairs.count((i, j)) - 3999 / base**2)
    assert sum(bar.get_height() for bar in histogram.patches) == base**2
    assert (abs(shown) < 5).all()


def test_runs_are_counted(digits):
    sequence = digits(5000, 10)
    picture = make("runs", sequence)
    lengths = [len(list(group)) for _, group in itertools.groupby(sequence[:].tolist())]
    (axes,) = picture.figure.axes
    for length, bar in enumerate(axes.patches, 1):
        assert bar.get_y() + bar.get_height() == pytest.approx(max(lengths.count(length), bar.get_y()))
    longest = re.search(r"The longest run is (\d+) at position ([\d_]+)\.", picture.description)
    assert len(longest[1]) == max(lengths)
    place = int(longest[2]) - 1
    assert sequence.text(place, place + max(lengths)) == longest[1]


def test_runs_of_one_digit_alone():
    ones = DigitSequence(TextInMemory("3." + "1" * 1000, 2), name="ones.txt", base=10, integer="3", format="text")
    picture = make("runs", ones)
    assert "The longest run is 1\N{NARROW NO-BREAK SPACE}000" not in picture.description
    assert "The longest run is 1000 times 1 at position 1." in picture.description
    assert "longer than the axis: 1" in picture.description


def test_a_walk_goes_where_its_digits_say(digits):
    sequence = digits(777, 10)
    picture = make("walk", sequence)
    axes = picture.figure.axes[0]
    path = np.concatenate([part[:-1] for part in axes.collections[0].get_segments()])
    steps = np.diff(path, axis=0)
    assert np.allclose(np.hypot(*steps.T), 1)
    angles = np.round(np.degrees(np.arctan2(*steps.T[::-1])) / 36).astype(int) % 10
    assert angles.tolist() == sequence[:776].tolist()


def test_a_long_walk_is_thinned_and_says_so(digits, monkeypatch):
    monkeypatch.setattr("pi_engine.pictures.walk_picture.walk_of", partial(walk_of, most=300))
    picture = make("walk", digits(5000, 10))
    assert picture.note == "one point for each 32 steps of the walk is drawn"
    assert "one point for each 32 steps" in " ".join(text for text, _ in written_in(picture.figure))


@pytest.mark.parametrize("count", [1, 9, 10, 11, 99, 300, 1000, 12_345, 10**6, 25 * 10**6])
def test_the_field_of_a_raster_has_room_for_its_digits_and_no_more(count):
    for width, height in ((1000, 1000), (5000, 5000), (300, 2000), (2000, 300)):
        columns, rows, side = layout(count, width, height)
        assert columns * side <= width and rows * side <= height
        assert columns * (rows - 1) < count
        assert columns * rows >= count or side == 1
        assert columns % 10 == 0 or columns < 10
        if columns * rows >= count:  # one pixel more would be too many
            assert max((width // (side + 1)) // 10 * 10, 1) * (height // (side + 1)) < count or columns < 10


def image_of(content, folder):
    """Red, green, blue of each pixel."""
    from matplotlib.image import imread

    path = folder / "raster.png"
    path.write_bytes(content)
    return np.round(255 * imread(path)[..., :3]).astype(int)


@pytest.mark.parametrize(("base", "count", "size"), [(10, 1000, None), (16, 30_000, (4.0, 4.5)), (2, 90, (7.3, 5.1))])
def test_a_raster_has_the_same_number_of_pixels_for_each_digit(digits, tmp_path, monkeypatch, base, count, size):
    monkeypatch.setattr("pi_engine.pictures.raster_picture._BAND", 7000)
    sequence = digits(count, base)
    picture = make("raster", sequence, size=size)
    image = image_of(picture.content(".png"), tmp_path)
    (axes,) = picture.figure.axes
    box = axes.get_window_extent()
    rows, columns = sum(len(x.get_array()) for x in axes.images), axes.images[0].get_array().shape[1]
    assert len(axes.images) == (5 if count == 30_000 else 1)
    side = round(box.width) // columns
    left, top = round(box.x0), len(image) - round(box.y1)
    assert side * columns == round(box.width) and side * rows == round(box.height)
    field = image[top : top + side * rows, left : left + side * columns].reshape(rows, side, columns, side, 3)
    assert (field == field[:, :1, :, :1]).all()
    colours = [tuple(x) for x in field[:, 0, :, 0].reshape(-1, 3)[:count]]
    by_digit = dict(zip(sequence[:].tolist(), colours, strict=True))
    assert len(set(by_digit.values())) == len(by_digit) == base
    assert colours == [by_digit[x] for x in sequence[:].tolist()]


def test_a_raster_shows_what_it_has_pixels_for(digits):
    picture = make("raster", digits(400_000, 10), size=(4.0, 4.5), dpi=96)
    assert picture.last < 400_000
    assert picture.note == f"only the first {picture.last:_} digits are drawn: the picture has no room for more"
    assert f"to {picture.last:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") in " ".join(
        text for text, _ in written_in(picture.figure)
    )


def test_a_raster_reads_no_more_than_it_may_draw(digits, monkeypatch):
    monkeypatch.setattr("pi_engine.pictures.raster_picture.MOST_DIGITS", 5000)
    picture = make("raster", digits(20_000, 10), start=10, stop=15_000)
    assert (picture.first, picture.last) == (11, 5010)
    assert picture.note.startswith("only the first 5_000 digits are drawn")
    assert make("raster", digits(5000, 10)).note == ""


def test_an_svg_is_text_that_can_be_read_and_is_the_same_each_time(digits):
    sequence = digits(2000, 10, name="a$b & <c>$.txt")
    for kind in ("transitions", "walk"):
        first, second = (make(kind, sequence).content(".svg") for _ in range(2))
        assert first == second, kind
        text = "".join(ET.fromstring(first).itertext())
        assert "a$b & <c>$.txt, digits 1 to 2000, pi-engine 0.1.0" in text
        assert make(kind, sequence).title in text
        assert {"transitions": "next digit", "walk": "x (steps)"}[kind] in text
        assert not re.search(rb"20\d\d-\d\d-\d\dT", first)


def test_a_pdf_is_the_same_each_time(digits, tmp_path):
    sequence = digits(300, 10)
    path = tmp_path / "runs.PDF"
    make("runs", sequence).write(path)
    assert path.read_bytes().startswith(b"%PDF")
    assert path.read_bytes() == make("runs", sequence).content(".pdf")
    with pytest.raises(UsageError, match="exists"):
        make("runs", sequence).write(path)


@pytest.mark.parametrize(("size", "dpi"), [((8.0, 5.0), 100), ((16.0, 9.0), 96), (None, 75)])
def test_a_png_has_the_size_that_was_asked_for(digits, tmp_path, size, dpi):
    image = image_of(make("walk", digits(300, 10), size=size, dpi=dpi).content(".png"), tmp_path)
    width, height = size or KINDS["walk"].size
    assert image.shape[:2] == (height * dpi, width * dpi)


def test_what_the_user_has_set_for_matplotlib_changes_nothing(digits):
    import matplotlib as mpl

    sequence = digits(300, 10)
    usual = make("walk", sequence).content(".svg")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path", "lines.linewidth": 9}):
        assert make("walk", sequence).content(".svg") == usual
        assert mpl.rcParams["font.size"] == 30


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "pie"}, "there is no picture 'pie': choose one of frequencies, "),
        ({"start": -1}, "start must not be negative"),
        ({"start": 5, "stop": 5}, "stop must be greater"),
        ({"start": 100}, "position 101 is after the end: pi.txt has 100 digits after the point"),
        ({"stop": 101}, "position 101 is after the end"),
        ({"start": 95}, "too few digits: there are 5 digits from position 96 on"),
        ({"size": (3, 3)}, "too small to be read"),
        ({"size": (math.nan, 3)}, "too small to be read"),
        ({"size": (1600, 900)}, "1600x900px"),
        ({"dpi": 9}, "take 10 to 1200"),
        ({"dpi": math.nan}, "take 10 to 1200"),
        ({"size": (100, 100), "dpi": 300}, "900_000_000 pixels"),
    ],
)
def test_what_cannot_be_drawn_is_refused(digits, options, message):
    with pytest.raises(UsageError, match=message):
        make(**{"kind": "walk", **options}, digits=digits(100, 10))


def test_a_walk_of_base_2_would_stay_on_a_line(digits):
    with pytest.raises(UsageError, match="a walk needs digits of base 8, 10 or 16, not 2"):
        make("walk", digits(100, 2))


def test_progress_is_told_how_many_digits_have_been_read():
    told = []
    thirds = DigitSequence(TextInMemory("0." + "3" * 3_000_000, 2), name="", base=10, integer="0", format="text")
    make("runs", thirds, progress=lambda *what: told.append(what))
    assert told[-1] == ("reading", 3_000_000, 3_000_000) and len(told) == 3

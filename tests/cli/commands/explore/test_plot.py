"""`plot`: the file that it writes, what it says of it, and one line for what cannot be drawn."""

import json
import os
import xml.etree.ElementTree as ET

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.pictures import KINDS
from tests.command import pi
from tests.project.json_schema import require_valid


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A home, and a file of 3000 digits and one of few."""
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    pi_engine.compute(3000).write("pi.ycd")
    (tmp_path / "few.txt").write_text("3.14159")
    return tmp_path


@pytest.fixture
def answer(capsys):
    def answer(*arguments):
        assert run(["plot", *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_drawn(folder, answer, kind):
    found = answer(kind.upper(), "pi.ycd", "-o", "picture.svg", "--range", "101-2900", "--dark")
    require_valid("plot", found)
    assert (found["kind"], found["file"], found["base"], found["output"]) == (kind, "pi.ycd", 10, "picture.svg")
    assert (found["first"], found["last"], found["note"]) == (101, 2900, None)
    text = "".join(ET.parse("picture.svg").getroot().itertext())
    assert found["title"] in text and "pi.ycd, digits 101 to 2900, pi-engine 0.1.0" in text


def test_computed_digits_of_base_16(folder, answer, capsys):
    found = answer("raster", "--digits", "1e3", "--base", "16", "-o", "picture.png", "--size", "800x600px")
    require_valid("plot", found)
    assert (found["file"], found["base"], found["width_pixels"], found["height_pixels"]) == (None, 16, 800, 600)
    header = (folder / "picture.png").read_bytes()[:24]
    assert (header[:4], int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (b"\x89PNG", 800, 600)
    assert run(["plot", "runs", "--digits", "1e3", "-o", "picture.png", "--force"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "pi-engine: drawn to picture.png\n")


@pytest.mark.parametrize(
    ("size", "dpi", "pixels"),
    [
        ("6x4", [], (900, 600)),
        ("6X4in", ["--dpi", "100"], (600, 400)),
        ("20.32 × 10.16 cm", ["--dpi", "100"], (800, 400)),
        ("203.2x101.6mm", ["--dpi", "100"], (800, 400)),
        ("500x400px", [], (500, 400)),
        ("2000x1600px", ["--dpi", "300"], (2000, 1600)),
        ("A4", ["--dpi", "100"], (826, 1169)),
        ("a3-landscape", ["--dpi", "100"], (1653, 1169)),
        ("letter", ["--dpi", "100"], (850, 1100)),
    ],
)
def test_sizes(folder, answer, size, dpi, pixels):
    found = answer("runs", "pi.ycd", "-o", "picture.svg", "--size", size, *dpi)
    assert (found["width_pixels"], found["height_pixels"]) == pixels


def test_a_raster_that_is_cut_off_says_so(folder, answer, capsys):
    arguments = ["--digits", "2e5", "--no-cache", "-o", "picture.png", "--size", "400x400px", "--force"]
    found = answer("raster", *arguments)
    assert found["last"] < 200_000 and found["note"].startswith(f"only the first {found['last']:_} digits are drawn")
    assert run(["plot", "raster", *arguments]) == 0
    assert found["note"] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "Missing argument 'KIND'. Choose one of frequencies, chi-square, transitions, runs, walk, raster"),
        (["walk", "pi.ycd"], 2, "Missing option '-o'"),
        (
            ["pi.ycd", "-o", "x.svg"],
            2,
            "there is no picture 'pi.ycd': choose one of frequencies, chi-square, transitions, runs, walk, raster",
        ),
        (["walk", "-o", "x.svg"], 2, "name a FILE, or give --digits N"),
        (
            ["walk", "pi.ycd", "-o", "x.jpg"],
            2,
            "must end in .svg, .png or .pdf, which chooses the format, not in '.jpg'",
        ),
        (
            ["walk", "pi.ycd", "-o", "x"],
            2,
            "must end in .svg, .png or .pdf, which chooses the format: it has no such end",
        ),
        (["walk", "pi.ycd", "-o", "-"], 2, "a picture is written to a file"),
        (["walk", "pi.ycd", "-o", ""], 2, "must end in"),
        (["walk", "pi.ycd", "-o", "no/x.svg"], 2, "does not exist: make it first"),
        (["walk", "pi.ycd", "-o", "there.svg"], 2, "there.svg exists: give --force"),
        (["walk", "none.txt", "-o", "x.svg"], 2, "none.txt cannot be read"),
        (["walk", "there.svg", "-o", "x.svg"], 5, ""),
        (["walk", "few.txt", "-o", "x.svg"], 2, "too few digits: there are 5 digits from position 1 on"),
        (["transitions", "--digits", "1e3", "-o", "x.svg"], 2, "needs at least 2_000"),
        (["walk", "pi.ycd", "--range", "2000-3001", "-o", "x.svg"], 2, "position 3_001 is after the end"),
        (["walk", "pi.ycd", "--range", "5-4", "-o", "x.svg"], 2, "ends before it begins"),
        (["walk", "pi.ycd", "--digits", "100", "-o", "x.svg"], 2, "give --digits or FILE"),
        (["walk", "pi.ycd", "--base", "16", "-o", "x.svg"], 2, "base 10, not 16"),
        (["walk", "pi.ycd", "-o", "x.svg", "--size", "big"], 2, "'big' is not a size: write it like A4, 10x6in"),
        (["walk", "pi.ycd", "-o", "x.svg", "--size", "1600x900"], 2, "written like 1600x900px"),
        (["walk", "pi.ycd", "-o", "x.svg", "--size", "0x0"], 2, "too small to be read"),
        (["walk", "pi.ycd", "-o", "x.svg", "--dpi", "9999"], 2, "take 10 to 1200"),
        (["walk", "pi.ycd", "-o", "x.svg", "--dpi", "nan"], 2, "take 10 to 1200"),
        (["walk", "pi.ycd", "-o", "x.svg", "--dpi", "much"], 2, "'much' is not a number"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(folder, capsys, arguments, code, message):
    (folder / "there.svg").write_text("mine")
    cache = folder / "cache"  # there or not, by which test was first in its process to load a kernel
    before = {*folder.iterdir(), cache}
    assert run(["plot", *arguments]) == code
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and message in said.err
    assert {*folder.iterdir(), cache} == before and (folder / "there.svg").read_text() == "mine"


def test_a_picture_does_not_replace_its_digits(folder, capsys):
    (folder / "digits.svg").write_text("3." + "14159" * 20)
    (folder / "link.svg").symlink_to("digits.svg")
    for output in ("digits.svg", "./digits.svg", "link.svg"):
        assert run(["plot", "walk", "digits.svg", "-o", output, "--force"]) == 2
        assert f"{output} holds the digits that are read: give -o another name" in capsys.readouterr().err
    assert (folder / "digits.svg").read_text() == "3." + "14159" * 20


def test_a_corrupt_file_leaves_no_picture(folder, capsys):
    content = bytearray((folder / "pi.ycd").read_bytes())
    content[-9:] = b"\xff" * 9  # words of more than 19 digits
    (folder / "broken.ycd").write_bytes(content)
    assert run(["plot", "runs", "broken.ycd", "-o", "x.svg"]) == 5
    assert capsys.readouterr().err.count("\n") == 1 and not (folder / "x.svg").exists()


def test_without_matplotlib_it_says_how_to_get_it(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError")
    places = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": places, "XDG_CACHE_HOME": str(tmp_path)}
    done = pi("plot", "walk", "--digits", "100", "-o", str(tmp_path / "x.svg"), env=environment)
    assert done.returncode == 1 and "pip install" in done.stderr and len(done.stderr.splitlines()) == 1
    assert "pictures need matplotlib, which is not installed: run " in done.stderr

"""`view -i` in a real terminal: keys, search, resizing, signals, and the terminal afterwards."""

import gzip
import os
import re
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from pi_engine.digits.ycd.ycd_header import header_bytes
from tests.cli.viewer.terminal import needs_tmux

pytestmark = needs_tmux

ROW = re.compile(r"^ *([\d_]+)  ([\d ]+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def million_file(million, tmp_path_factory):
    path = tmp_path_factory.mktemp("view") / "pi.ycd"
    million.write(path)
    return path


def page_of(text, *, top=None, holds=None):
    """Whether a screen shows the digits of the text at the position of each row; which the first is, or one that is there."""

    def shows(screen):
        rows = [(int(position.replace("_", "")), digits.replace(" ", "")) for position, digits in ROW.findall(screen)]
        return (
            bool(rows)
            and " of " in screen
            and all(text[first + 1 : first + 1 + len(digits)] == digits for first, digits in rows)
            and (top is None or rows[0][0] == top)
            and (holds is None or any(first <= holds < first + len(digits) for first, digits in rows))
        )

    return shows


def endless(folder, digits=10**12):
    """A .ycd file of zeros that takes no space, whose search takes minutes."""
    path = folder / "zeros.ycd"
    header = header_bytes(10, digits, first="3." + "0" * 50)
    with path.open("wb") as stream:
        stream.write(header)
        stream.truncate(len(header) + 8 * -(-digits // 19))
    return path


def test_keys_move_the_page(terminal, million_file, million):
    window = terminal()
    window.run("view", "-i", str(million_file), "--at", "1001")
    text = million.text()
    window.wait_for(page_of(text, holds=1001))
    window.keys("Home")
    window.wait_for(page_of(text, top=1))
    for keys, top in (
        (["Down"], 51), (["j", "Enter"], 151), (["k"], 101), (["Up"], 51), (["Space"], 1101), (["b"], 51),
        (["NPage", "NPage"], 2151), (["PPage"], 1101), (["Right"], 2151), (["Left"], 1101), (["End"], 998_901),
        (["j", "Space"], 998_901), (["Home"], 1), (["k", "b"], 1), (["G"], 998_901), (["<"], 1),
    ):  # fmt: skip
        window.keys(*keys)
        window.wait_for(page_of(text, top=top))
    window.keys("?")
    assert "go to a position" in window.wait_for("a page up")
    window.keys("?")
    window.wait_for(lambda screen: "a page up" not in screen)
    window.keys("q")
    assert window.wait_for_shell()[0] == 0


def test_positions_of_any_spelling(terminal, million_file, million):
    window = terminal()
    window.run("view", "-i", str(million_file))
    window.wait_for("base 10")
    for spelling, position in (
        ("1e5", 100_000),
        ("12_345", 12_345),
        ("2**10", 1024),
        ("end", 10**6),
        ("1", 1),
        ("0.5M", 500_000),
    ):
        window.keys("g")
        window.wait_for("position, 1 to 1_000_000, or end:")
        window.type(spelling)
        window.wait_for(page_of(million.text(), holds=position))
    for wrong, message in (
        ("0", "counted from 1"),
        ("1e6+1", "not a count"),
        ("1000001", "position 1000001 is after"),
        ("x", "or 'end'"),
    ):
        window.keys("g")
        window.type(wrong)
        window.wait_for(message)
    window.keys("g", "77", "C-c")
    window.wait_for("?  help")
    window.keys("C-c")
    assert window.wait_for_shell()[0] == 0


def test_search(terminal, million_file, million):
    window = terminal()
    text = million.text()[2:]
    window.run("view", "-i", str(million_file))
    window.wait_for("base 10")
    window.keys("n")
    window.wait_for("nothing to search for")
    window.keys("/")
    window.type("999999")
    window.wait_for("found at position 762")
    assert re.search(r"7m999999\x1b", window.styled())  # reverse
    later = text.find("999999", 762) + 1
    window.keys("n")
    window.wait_for(f"found at position {later:_}")
    window.keys("N")
    window.wait_for("found at position 762")
    window.keys("N")
    window.wait_for("999999 does not occur before position 762")
    window.keys("/")
    window.type("1415 9265")
    window.wait_for("14159265 does not occur after position")
    window.keys("Home", "n")
    window.wait_for("found at position 1\n")
    window.keys("/")
    window.type("12x")
    window.wait_for("'X' is not a digit of base 10")
    window.keys("End", "N")
    window.wait_for("found at position 1\n")
    window.keys("q")
    assert window.wait_for_shell()[0] == 0


def test_the_page_follows_the_window(terminal, million_file, million):
    window = terminal(columns=120)
    window.run("view", "-i", str(million_file), "--at", "500000")
    window.wait_for(page_of(million.text(), top=499_701))
    for columns, lines in ((40, 10), (200, 50), (13, 5), (1, 1), (80, 24)):
        window.resize(columns, lines)
        if columns >= 40:
            shows = page_of(million.text(), holds=500_000)
            window.wait_for(lambda screen: len(ROW.findall(screen)) == lines - 2 and shows(screen))
    window.keys("q")
    assert window.wait_for_shell()[0] == 0


@pytest.mark.parametrize("key", ["C-c", "Escape"])
def test_a_search_can_be_broken_off(terminal, tmp_path, key):
    window = terminal()
    window.run("view", "-i", str(endless(tmp_path)))
    window.wait_for("base 10")
    for keys, place in ((["/", "1", "Enter"], "searching, at position"), (["End", "N"], "searching, at position 999_")):
        window.keys(*keys)
        window.wait_for(place)
        window.keys(key)
        window.wait_for("search ended")
    window.keys("N")
    window.wait_for("searching")
    window.keys("q")
    assert window.wait_for_shell()[0] == 0


@pytest.mark.parametrize(
    ("number", "which", "code", "word"),
    [
        (signal.SIGTERM, 0, 143, "pi-engine: terminated"),
        (signal.SIGINT, 0, 130, "pi-engine: interrupted"),
        (signal.SIGTERM, 1, 143, "pi-engine: terminated"),
        (signal.SIGKILL, 1, 4, "was killed"),
        (signal.SIGABRT, 1, 1, "SIGABRT"),
    ],
)
def test_the_terminal_is_as_it_was_after_a_signal(terminal, tmp_path, number, which, code, word):
    """To the process that was started, or to that which works; while it searches."""
    window = terminal()
    window.run("view", "-i", str(endless(tmp_path)), before="echo before; ")
    window.wait_for("base 10")
    window.keys("/")
    window.type("1")
    window.wait_for("searching")
    os.kill(window.processes()[which], number)
    found, screen = window.wait_for_shell()
    assert (found, word in " ".join(screen.split())) == (code, True)
    assert "before" in screen and "searching" not in screen


@pytest.mark.parametrize("broken", ["move", "rows"])
def test_an_error_of_the_program_ends_the_screen_first(terminal, tmp_path, million_file, broken):
    """In what a key does, and in what draws the page."""
    script = [
        "import sys",
        "from pi_engine.cli.entry import main",
        "from pi_engine.cli.viewer.viewer_page import ViewerPage",
        f"real = ViewerPage.{broken}",
        f"ViewerPage.{broken} = lambda page, *rows: real(page, *rows) if {broken == 'rows'} and not page.top else 1 / 0",
        f"sys.argv = ['pi-engine', 'view', '-i', {str(million_file)!r}]",
        "main()",
    ]
    (tmp_path / "broken.py").write_text("\n".join(script))
    window = terminal()
    window.type(f"{sys.executable} broken.py")
    window.wait_for("base 10")
    window.keys("Down")
    code, screen = window.wait_for_shell()
    assert code == 1 and "ZeroDivisionError" in screen and "base 10" not in screen


def test_a_window_that_is_closed_ends_the_command(terminal, million_file):
    window = terminal()
    window.run("view", "-i", str(million_file))
    window.wait_for("base 10")
    processes = window.processes()
    assert len(processes) == 2
    window.close()
    for process in processes:
        window.wait_until(lambda process=process: not Path(f"/proc/{process}").exists())


def test_it_stops_and_goes_on(terminal, million_file, million):
    window = terminal()
    window.run("view", "-i", str(million_file), "--at", "5000")
    window.wait_for("base 10")
    window.keys("C-z")
    window.wait_for(lambda screen: "topped" in screen and screen.rstrip().endswith("ready:"))
    window.keys("fg", "Enter")
    window.wait_for(page_of(million.text(), holds=5000, top=4851))
    window.keys("Down")
    window.wait_for(page_of(million.text(), top=4901))
    window.keys("q")
    assert window.wait_for_shell()[0] == 0


@pytest.mark.parametrize("how", ["stdin", "gz"])
def test_digits_that_are_read_from_their_beginning(terminal, tmp_path, million, how):
    """Stdin brings the digits, and the keys come from the terminal."""
    window = terminal()
    (tmp_path / "pi.gz").write_bytes(gzip.compress(million.text().encode(), 1))
    if how == "gz":
        window.run("view", "-i", "pi.gz", "--at", "end")
    else:
        window.run("view", "-i", "-", "--at", "end", before="gzip -dc pi.gz | ")
    window.wait_for(page_of(million.text(), holds=10**6))
    window.keys("/")
    window.type("999999")
    window.keys("Home", "n")
    window.wait_for("found at position 762")
    window.keys("q")
    assert window.wait_for_shell()[0] == 0


def test_digits_before_a_damage_are_shown_with_what_is_wrong(terminal, tmp_path, million):
    million.write(tmp_path / "pi.ycd")
    with (tmp_path / "pi.ycd").open("r+b") as stream:
        stream.seek(-8 * 40_000, 2)
        stream.write(np.uint64(2**64 - 1).tobytes())
    window = terminal(columns=150)
    window.run("view", "-i", "pi.ycd")
    window.wait_for("base 10")
    window.keys("/")
    window.type("99999999")
    window.wait_for("does not hold 19 digits")
    window.keys("g")
    window.type("240000")
    shows = page_of(million.text(), holds=239_990)
    window.wait_for(lambda screen: "does not hold 19 digits" in screen and shows(screen))
    window.keys("q")
    assert window.wait_for_shell()[0] == 0


def test_a_file_that_changes_is_told(terminal, tmp_path, million):
    million.write(tmp_path / "pi.ycd")
    window = terminal(columns=150)
    window.run("view", "-i", "pi.ycd")
    window.wait_for("base 10")
    (tmp_path / "pi.ycd").write_bytes(b"")
    window.keys("End")
    window.wait_for("pi.ycd changed while it was read")
    window.keys("q")
    assert window.wait_for_shell()[0] == 0

"""What the progress bar draws, and when."""

import re
import sys

import pi_engine
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.files.comparison.by_bbp import LOCATING
from pi_engine.runtime.progress import Step
from tests.command import pi_on_terminal


class Terminal:
    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_the_bar_shows_only_after_a_second_and_only_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("pi_engine.cli.output.progress_bar._TICK_SECONDS", 0.001)
    with ProgressBar() as bar:  # ends before its second
        bar("sum", 1, 10)
    assert sys.stderr.text == ""
    monkeypatch.setattr("pi_engine.cli.output.progress_bar._DELAY_SECONDS", 0.0)
    with ProgressBar() as bar:
        for phase in ("sum", "root"):
            bar(phase, 5, 10)
            while phase not in sys.stderr.text:
                assert bar._thread.is_alive()
    for quiet, on_terminal in ((True, True), (False, False)):
        monkeypatch.setattr("pi_engine.cli.output.progress_bar.remarks_are_heard", lambda quiet=quiet: not quiet)
        monkeypatch.setattr(sys.stderr, "isatty", lambda on_terminal=on_terminal: on_terminal)
        sys.stderr.text = ""
        with ProgressBar() as bar:
            bar("sum", 5, 10)
            assert bar._thread is None
        assert sys.stderr.text == ""


_SLOWLY = """
import sys
from pi_engine.cli import main; from pi_engine.cli.output import progress_bar
progress_bar._DELAY_SECONDS = 0.0
progress_bar._TICK_SECONDS = 0.001
sys.exit(main.run(sys.argv[1:]))
"""


def in_terminal(*arguments, code=_SLOWLY):
    """What a command shows in a terminal, which is its stderr alone, and its stdout."""
    command = [sys.executable, "-c", code]
    ended, shown, out = pi_on_terminal(*arguments, environment={"TERM": "xterm"}, pipe_stdout=True, command=command)
    assert ended == 0
    return shown, out


def test_the_bar_in_a_terminal():
    shown, digits = in_terminal("compute", "300000", "--series", "machin")
    assert digits.startswith("3.14159") and len(digits) == 300_003
    shares = [int(share) for share in re.findall(r"(\d+) %", shown)]
    assert shares and shares == sorted(shares)
    assert "sum" in shown and "to go" in shown and re.search(r"\b0:0\d\b", shown)


def test_stdout_is_not_drawn_into_the_bar():
    """What goes to a pipe goes there, while the bar is in the terminal."""
    shown, out = in_terminal("identities", "--digits", "50")
    assert out.count("\tagree\t") > 10 and "\tagree\t" not in shown


def test_the_bar_moves_while_a_step_is_silent(monkeypatch):
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("pi_engine.cli.output.progress_bar._DELAY_SECONDS", 0.0)
    monkeypatch.setattr("pi_engine.cli.output.progress_bar._TICK_SECONDS", 0.001)
    with ProgressBar() as bar:
        bar.expect([Step("root", 1.0), Step("division", 1.0)])
        bar("root", 0, 0)
        while not re.search(r"[1-9]\d* %|[1-9] %", terminal.text) and bar._thread.is_alive():
            pass
    assert "root" in terminal.text


def test_the_command_says_that_it_has_found_an_error(tmp_path, capsys, monkeypatch):
    """A terminal has it in the bar; elsewhere a line says so, unless the error is found at once."""
    from pi_engine.cli.commands import verify
    from pi_engine.cli.main import run

    assert verify.LOCATING == LOCATING
    text = pi_engine.compute(30_000).text()
    (tmp_path / "pi.txt").write_text(text[:30] + str((int(text[30]) + 1) % 10) + text[31:])
    for seconds, said in ((0.0, True), (1e9, False)):
        monkeypatch.setattr(verify, "_WORTH_SECONDS", seconds)
        assert run(["verify", str(tmp_path / "pi.txt")]) == 3
        assert ("pi.txt: an error was found; locating it" in capsys.readouterr().err) == said
    monkeypatch.setattr(verify, "_WORTH_SECONDS", 0.0)
    assert run(["verify", "-q", str(tmp_path / "pi.txt")]) == 3
    assert capsys.readouterr().err == ""


def test_the_bar_names_one_of_several_files(monkeypatch, capsys):
    """By the end of its name, in which brackets are no markup, and control characters are escaped."""
    from pi_engine.cli.main import run

    def verify_slowly(file, *arguments, progress, **options):
        progress("read", 5, 10)
        while f"{files.index(file) + 1} of 2" not in sys.stderr.text:
            assert progress._thread.is_alive()
        raise pi_engine.UsageError("seen")

    files = ["pi.txt", "a long name\n shown by its end [red]\x1b.txt"]
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("pi_engine.cli.output.progress_bar._DELAY_SECONDS", 0.0)
    monkeypatch.setattr("pi_engine.cli.output.progress_bar._TICK_SECONDS", 0.001)
    monkeypatch.setattr("pi_engine.files.verify.verify_file", verify_slowly)
    assert run(["verify", *files]) == 2
    assert "1 of 2, pi.txt" in sys.stderr.text
    assert "2 of 2, …y its end [red]\\x1b.txt" in sys.stderr.text


_NOTICE = """
import logging, time
from pi_engine.cli.output import notices; from pi_engine.cli.output import progress_bar
progress_bar._DELAY_SECONDS = 0.0
progress_bar._TICK_SECONDS = 0.001
notices.hear_warnings(quiet=False)
with progress_bar.ProgressBar(only="sum") as bar:
    bar("sum", 1, 2)
    while bar._display is None:
        time.sleep(0.001)
    logging.getLogger("pi_engine").warning("a notice")
"""


def test_a_notice_stands_above_the_bar():
    """In a line of its own: behind a line break, or where the bar's line has been cleared."""
    shown, _ = in_terminal(code=_NOTICE)
    assert re.search(r"(?:^|\n|\r|\x1b\[2K)a notice\r?\n", shown), shown

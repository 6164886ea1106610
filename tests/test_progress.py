"""What the progress bar shows: its share only grows, silent steps go on by the model, and the time to go adapts."""

import os
import pty
import re
import subprocess
import sys

import pytest

import pi_engine
from pi_engine import file_methods, verify_file
from pi_engine.cli.outlook import Outlook
from pi_engine.cli.progress_bar import ProgressBar
from pi_engine.runtime.progress import Step, announce, part_of, silent, steps_within, within
from pi_engine.verify.by_bbp import LOCATING


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_the_share_only_grows_and_time_to_go_adapts():
    clock = Clock()
    outlook = Outlook(clock)
    assert outlook.view()[:2] == ("", None)
    outlook.expect([Step("sum", 6.0), Step("root", 1.0), Step("check", 3.0)])
    outlook.report("sum", 0, 0)
    assert outlook.view().share == 0 and outlook.view().remaining == pytest.approx(10)
    clock.now = 12.0  # twice as slow as predicted
    outlook.report("sum", 100, 100)
    assert outlook.view().share == pytest.approx(0.6) and outlook.view().remaining == pytest.approx(8)
    outlook.report("sum", 50, 100)  # another attempt, say
    assert outlook.view().share == pytest.approx(0.6)
    outlook.report("root", 0, 0)
    clock.now = 13.0  # half of the step, at the speed until now
    assert outlook.view() == ("root", pytest.approx(0.65), 13.0, pytest.approx(7))


def test_a_silent_step_never_arrives_before_it_has():
    clock = Clock()
    outlook = Outlook(clock)
    outlook.expect([Step("root", 1.0), Step("division", 1.0)])
    outlook.report("root", 0, 0)
    shares = []
    for clock.now in (0.1, 0.5, 0.8, 1.0, 2.0, 10.0, 1000.0):
        shares.append(outlook.view().share)
    assert shares == sorted(shares) and shares[1] == pytest.approx(0.25) and 0.49 < shares[-1] <= 0.5
    outlook.report("division", 0, 0)
    assert outlook.view().share == pytest.approx(0.5)


def test_a_phase_of_several_steps_reports_its_share_of_all():
    clock = Clock()
    outlook = Outlook(clock)
    outlook.expect([Step("sum", 1.0), Step("division", 1.0), Step("sum", 1.0), Step("division", 1.0)])
    outlook.report("sum", 0, 0)
    part_of(outlook.report, 0, 2)("sum", 1, 2)
    assert outlook.view().share == pytest.approx(1 / 8)
    outlook.report("division", 0, 0)
    assert outlook.view().share == pytest.approx(1 / 4)
    outlook.report("sum", 0, 0)
    part_of(outlook.report, 1, 2)("sum", 1, 2)
    assert outlook.view().share == pytest.approx(5 / 8)


def test_a_new_forecast_shares_out_what_is_left():
    clock = Clock()
    outlook = Outlook(clock)
    outlook.expect([Step("read", 1.0), Step("sum", 3.0)])
    outlook.report("read", 1, 1)
    assert outlook.view().share == pytest.approx(0.25)
    outlook.expect([Step("sum", 100.0)])
    assert outlook.view().share == pytest.approx(0.25)
    outlook.report("sum", 1, 2)
    assert outlook.view().share == pytest.approx(0.625)


def test_without_a_forecast_the_share_grows_too():
    outlook = Outlook(Clock())
    shares = []
    for phase, done, total in (("terms", 1, 2), ("terms", 2, 2), ("sums", 1, 4), ("sums", 4, 4), ("more", 0, 0)):
        outlook.report(phase, done, total)
        shares.append(outlook.view().share)
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] < 1
    assert outlook.view().remaining is None


def test_kernels_are_counted():
    outlook = Outlook(Clock())
    outlook.report("compilation", 5, 31)
    assert outlook.view().label == "compilation: 5 of 31 kernels"


def test_within_a_unit_the_model_goes_on():
    """A kernel that takes a while moves the bar, but never past its own end."""
    clock = Clock()
    outlook = Outlook(clock)
    outlook.expect([Step("compilation", 20.0), Step("sum", 0.0)])
    outlook.report("compilation", 0, 0)
    outlook.report("compilation", 1, 4)
    assert outlook.view().share == pytest.approx(0.25)
    clock.now = 2.5  # half of the time that a kernel takes
    assert outlook.view().share == pytest.approx(0.375)
    clock.now = 1000.0
    assert outlook.view().share == pytest.approx(0.5)
    outlook.report("compilation", 2, 4)
    assert outlook.view().share == pytest.approx(0.5)


def test_work_of_unknown_length_goes_by_its_reports_alone():
    clock = Clock()
    outlook = Outlook(clock)
    outlook.expect_only("identities")
    outlook.report("identities", 0, 10)
    clock.now = 50.0
    assert outlook.view()[1:] == (0.0, 50.0, None)
    outlook.report("identities", 5, 10)
    assert outlook.view()[1:] == (0.5, 50.0, pytest.approx(50.0))


class Recorder:
    """A progress that wants to know what will come."""

    def __init__(self):
        self.expected, self.begun, self.shares, self.outlook = [], [], [], Outlook()
        self.listens = True

    def __call__(self, phase, done, total):
        if not self.begun or self.begun[-1] != phase:
            self.begun.append(phase)
        self.outlook.report(phase, done, total)
        self.shares.append(self.outlook.view().share)

    def expect(self, steps):
        self.expected.append([step.phase for step in steps])
        self.outlook.expect(steps)


def is_within(found, wanted):
    """Whether `found` has all of `wanted`, in their order."""
    rest = iter(found)
    return all(phase in rest for phase in wanted)


@pytest.mark.parametrize("series", ["chudnovsky", "machin", "bbp"])
@pytest.mark.parametrize("check", ["none", "fast", "full"])
@pytest.mark.parametrize("base", [10, 16])
def test_what_is_expected_comes(series, check, base):
    told = Recorder()
    pi_engine.compute(3000, series=series, check=check, base=base, progress=told)
    (expected,) = told.expected
    came = [phase for phase in told.begun if not phase.startswith("confirmation:")]
    assert came == expected  # each in its turn: a bar that looked for a later one would jump there
    assert told.shares == sorted(told.shares)


def test_a_plain_callable_is_not_told_what_comes():
    announce(silent, lambda: pytest.fail("the forecast was made"))
    seen = set()
    pi_engine.compute(1000, progress=lambda phase, done, total: seen.add(phase))
    assert {"sum", "root", "division", "conversion", "check"} <= seen


def test_within_names_the_phases():
    seen = []
    within(lambda *told: seen.append(told), "confirmation")("sum", 1, 2)
    within(lambda *told: seen.append(told), "")("sum", 1, 2)
    assert seen == [("confirmation: sum", 1, 2), ("sum", 1, 2)]
    assert steps_within([Step("sum", 2.0)], "again") == [Step("again: sum", 2.0)]


@pytest.mark.parametrize("method", ["auto", "recompute", "bbp", "known"])
@pytest.mark.parametrize("wrong_at", [None, 30, 25_000])
def test_a_verification_says_what_comes_and_when_it_has_found_an_error(tmp_path, method, wrong_at):
    text = pi_engine.compute(30_000).text()
    if wrong_at is not None:
        text = text[:wrong_at] + str((int(text[wrong_at]) + 1) % 10) + text[wrong_at + 1 :]
    (tmp_path / "pi.txt").write_text(text)
    told = Recorder()
    found = verify_file(tmp_path / "pi.txt", method, progress=told)
    assert told.expected[0][0] == "read" == told.begun[0]
    assert told.shares == sorted(told.shares)
    for expected in told.expected[1:]:
        assert is_within(told.begun, expected) or method == "bbp"
    # 30 is among the published digits, and among those that the method bbp computes
    expected = wrong_at is not None and (method == "bbp") == (wrong_at == 25_000) and method != "known"
    assert any(phase.startswith(LOCATING) for phase in told.begun) == expected
    unseen = wrong_at is None or (method == "known" and wrong_at == 25_000)
    assert found.status == (("unproved" if method in ("bbp", "known") else "ok") if unseen else "wrong")


def test_auto_locates_by_bisection_where_nothing_else_fits(tmp_path, monkeypatch):
    text = pi_engine.compute(30_000).text()
    (tmp_path / "pi.txt").write_text(text[:25_000] + str((int(text[25_000]) + 1) % 10) + text[25_001:])
    for name, row in file_methods.METHODS.items():
        monkeypatch.setitem(file_methods.METHODS, name, row._replace(fits=lambda case, name=name: name == "bbp"))
    told = Recorder()
    found = verify_file(tmp_path / "pi.txt", progress=told)
    assert (found.status, found.first_wrong, found.method) == ("wrong", 24_999, "bbp")
    assert any(phase.startswith(LOCATING) for phase in told.begun)


@pytest.mark.parametrize(("recompute", "bbp"), [(1.0, 0.6), (1e6, 1.0), (1.0, 2.0)])
def test_auto_prefers_what_proves_whatever_it_takes(recompute, bbp):
    def row(name, seconds):
        return file_methods.METHODS[name]._replace(fits=lambda case: True, seconds=lambda case, digits: seconds)

    class Case:
        class survey:  # noqa: N801
            digits = 1000

    rows = [row("recompute", recompute), row("bbp", bbp)]
    assert file_methods.chosen(Case, rows) is file_methods.chosen(Case, rows[::-1]) is rows[0]
    assert file_methods.chosen(Case, rows[1:]) is rows[1]
    assert file_methods.chosen(Case, []) is None


def in_terminal(folder, *arguments, code=None):
    """What a command shows in a terminal, which is its stderr alone, and its stdout."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    out = folder / "out"
    with out.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", code or _SLOWLY, *arguments], stdout=stream, stderr=slave, env=environment
        )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    assert process.wait() == 0
    return shown.decode(), out.read_text()


_SLOWLY = """
import sys
from pi_engine.cli import main, progress_bar
progress_bar._DELAY_SECONDS = 0.0
progress_bar._TICK_SECONDS = 0.001
sys.exit(main.run(sys.argv[1:]))
"""


def test_the_bar_in_a_terminal(tmp_path):
    shown, digits = in_terminal(tmp_path, "compute", "300000", "--series", "machin")
    assert digits.startswith("3.14159") and len(digits) == 300_003
    shares = [int(share) for share in re.findall(r"(\d+) %", shown)]
    assert shares and shares == sorted(shares)
    assert "sum" in shown and "to go" in shown and re.search(r"\b0:0\d\b", shown)


def test_stdout_is_not_drawn_into_the_bar(tmp_path):
    """What goes to a pipe goes there, while the bar is in the terminal."""
    shown, out = in_terminal(tmp_path, "identities", "--digits", "50")
    assert out.count("\tagree\t") > 10 and "\tagree\t" not in shown


def test_the_bar_moves_while_a_step_is_silent(monkeypatch):
    class Terminal:
        text = ""

        def write(self, text):
            self.text += text

        def flush(self):
            pass

        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("pi_engine.cli.progress_bar._DELAY_SECONDS", 0.0)
    monkeypatch.setattr("pi_engine.cli.progress_bar._TICK_SECONDS", 0.001)
    with ProgressBar(enabled=True) as bar:
        bar.expect([Step("root", 1.0), Step("division", 1.0)])
        bar("root", 0, 0)
        while not re.search(r"[1-9]\d* %|[1-9] %", terminal.text) and bar._thread.is_alive():
            pass
    assert "root" in terminal.text


def test_the_command_says_that_it_has_found_an_error(tmp_path, capsys, monkeypatch):
    """A terminal has it in the bar; elsewhere a line says so, unless the error is found at once."""
    from pi_engine.cli import verify
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


_NOTICE = """
import logging, time
from pi_engine.cli import notices, progress_bar
progress_bar._DELAY_SECONDS = 0.0
progress_bar._TICK_SECONDS = 0.001
notices.hear_warnings(quiet=False)
with progress_bar.ProgressBar(enabled=True, only="sum") as bar:
    bar("sum", 1, 2)
    while bar._display is None:
        time.sleep(0.001)
    logging.getLogger("pi_engine").warning("a notice")
"""


def test_a_notice_stands_above_the_bar(tmp_path):
    """In a line of its own: behind a line break, or where the bar's line has been cleared."""
    shown, _ = in_terminal(tmp_path, code=_NOTICE)
    assert re.search(r"(?:^|\n|\r|\x1b\[2K)a notice\r?\n", shown), shown

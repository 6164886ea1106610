"""What a computation says of its progress: which phases will come, and that they do."""

import pytest

import pi_engine
from pi_engine import verify_file
from pi_engine.cli.output.outlook import Outlook
from pi_engine.files.comparison.by_bbp import LOCATING
from pi_engine.files.methods import selection
from pi_engine.runtime.progress import Step, announce, silent, steps_within, within


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
    recorder = Recorder()
    pi_engine.compute(3000, series=series, check=check, base=base, progress=recorder)
    (expected,) = recorder.expected
    came = [phase for phase in recorder.begun if not phase.startswith("confirmation:")]
    assert came == expected  # each in its turn: a bar that looked for a later one would jump there
    assert recorder.shares == sorted(recorder.shares)


def test_a_plain_callable_is_not_told_what_comes():
    announce(silent, lambda: pytest.fail("the forecast was made"))
    seen = set()
    pi_engine.compute(1000, progress=lambda phase, done, total: seen.add(phase))
    assert {"sum", "root", "division", "conversion", "check"} <= seen


def test_within_names_the_phases():
    seen = []
    within(lambda *step: seen.append(step), "confirmation")("sum", 1, 2)
    within(lambda *step: seen.append(step), "")("sum", 1, 2)
    assert seen == [("confirmation: sum", 1, 2), ("sum", 1, 2)]
    assert steps_within([Step("sum", 2.0)], "again") == [Step("again: sum", 2.0)]


@pytest.mark.parametrize("method", ["auto", "recompute", "bbp", "known"])
@pytest.mark.parametrize("wrong_at", [None, 30, 25_000])
def test_a_verification_says_what_comes_and_when_it_has_found_an_error(tmp_path, method, wrong_at):
    text = pi_engine.compute(30_000).text()
    if wrong_at is not None:
        text = text[:wrong_at] + str((int(text[wrong_at]) + 1) % 10) + text[wrong_at + 1 :]
    (tmp_path / "pi.txt").write_text(text)
    recorder = Recorder()
    found = verify_file(tmp_path / "pi.txt", method, progress=recorder)
    assert recorder.expected[0][0] == "read" == recorder.begun[0]
    assert recorder.shares == sorted(recorder.shares)
    for expected in recorder.expected[1:]:
        assert is_within(recorder.begun, expected) or method == "bbp"
    # 30 is among the published digits, and among those that the method bbp computes
    expected = wrong_at is not None and (method == "bbp") == (wrong_at == 25_000) and method != "known"
    assert any(phase.startswith(LOCATING) for phase in recorder.begun) == expected
    unseen = wrong_at is None or (method == "known" and wrong_at == 25_000)
    assert found.status == (("unproved" if method in ("bbp", "known") else "ok") if unseen else "wrong")


def test_auto_locates_by_bisection_where_nothing_else_fits(tmp_path, monkeypatch):
    text = pi_engine.compute(30_000).text()
    (tmp_path / "pi.txt").write_text(text[:25_000] + str((int(text[25_000]) + 1) % 10) + text[25_001:])
    for name, row in selection.METHODS.items():
        monkeypatch.setitem(selection.METHODS, name, row._replace(fits=lambda case, name=name: name == "bbp"))
    recorder = Recorder()
    found = verify_file(tmp_path / "pi.txt", progress=recorder)
    assert (found.status, found.first_wrong, found.method) == ("wrong", 24_999, "bbp")
    assert any(phase.startswith(LOCATING) for phase in recorder.begun)


@pytest.mark.parametrize(("recompute", "bbp"), [(1.0, 0.6), (1e6, 1.0), (1.0, 2.0)])
def test_auto_prefers_what_proves_whatever_it_takes(recompute, bbp):
    def row(name, seconds):
        return selection.METHODS[name]._replace(
            fits=lambda case: True, steps=lambda case, digits: [Step(name, seconds)]
        )

    class Case:
        class scan:  # noqa: N801
            digits = 1000

    rows = [row("recompute", recompute), row("bbp", bbp)]
    assert selection.chosen(Case, rows) is selection.chosen(Case, rows[::-1]) is rows[0]
    assert selection.chosen(Case, rows[1:]) is rows[1]
    assert selection.chosen(Case, []) is None

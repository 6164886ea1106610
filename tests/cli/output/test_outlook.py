"""What there is to show of a command's work: its share only grows, silent steps go on by the model, and the time to go adapts."""

import pytest

from pi_engine.cli.output.outlook import Outlook
from pi_engine.runtime.progress import Step, part_of


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


def test_the_share_falls_where_much_more_work_is_found():
    """An error is found in the last second of ten, and locating it takes thirty: a bar that stays at 100 % would say nothing."""
    clock = Clock()
    outlook = Outlook(clock)
    outlook.expect([Step("reading", 10)])
    outlook.report("reading", 0, 100)
    clock.now = 10.0
    outlook.report("reading", 99, 100)
    assert outlook.view().share > 0.98
    outlook.expect([Step("locating", 30)])
    outlook.report("locating", 0, 100)
    assert outlook.view().share == pytest.approx(0.25) and outlook.view().remaining == pytest.approx(30)
    clock.now = 25.0
    outlook.report("locating", 50, 100)
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

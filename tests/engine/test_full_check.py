import pytest

import pi_engine
from pi_engine.engine import full_check
from pi_engine.engine.planning import confirmation_method
from pi_engine.errors import VerificationError


def statuses(result):
    return {check.name: check.status for check in result.checks}


@pytest.mark.parametrize("digits", [50, 1000, 20_000])
def test_a_full_check_confirms_by_bbp_and_the_j_invariant(digits):
    result = pi_engine.compute(digits, check="full")
    found = statuses(result)
    assert found["BBP"] == found["near-integer"] == "passed" and "other series" not in found
    again = pi_engine.hex_digits(result.tail.position, count=len(result.tail.digits), formula="plouffe")
    assert result.tail.digits == again
    assert result.tail.position < digits * 0.8305 + 10


@pytest.mark.parametrize(("digits", "base"), [(500, 16), (0, 10), (7, 10)])
def test_where_the_j_invariant_cannot_the_other_series_does(digits, base):
    assert statuses(pi_engine.compute(digits, base=base, check="full"))["other series"] == "passed"


def test_beyond_what_is_affordable_another_series_is_run(monkeypatch):
    monkeypatch.setattr(confirmation_method, "J_INVARIANT_DIGITS", 100)
    result = pi_engine.compute(400, series="ramanujan", check="full")
    (detail,) = [check.detail for check in result.checks if check.name == "other series"]
    assert "chudnovsky" in detail


def test_fast_checks_have_no_tail():
    assert pi_engine.compute(100).tail is None


@pytest.mark.parametrize("name", ["BBP", "near-integer", "other series"])
def test_each_of_them_sees_an_error(name, monkeypatch):
    if name == "BBP":
        real = full_check.compare_tail
        monkeypatch.setattr(full_check, "compare_tail", lambda m, *a, **k: real(m + m // 10**30, *a, **k))
    elif name == "near-integer":
        real = full_check.from_text
        monkeypatch.setattr(full_check, "from_text", lambda text, **k: real(text, **k) + 10**40)
    else:
        monkeypatch.setattr(confirmation_method, "J_INVARIANT_DIGITS", 0)
        real_check = full_check.check_by_another_way
        monkeypatch.setattr(
            full_check,
            "check_by_another_way",
            lambda plan, text, *rest: real_check(plan, text[:-1] + str((int(text[-1]) + 1) % 10), *rest),
        )
    with pytest.raises(VerificationError):
        pi_engine.compute(2000, check="full")

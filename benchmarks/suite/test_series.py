"""The sums of series, and how fast they converge: what `pi-engine convergence` measures."""

import gmpy2
import pytest

from benchmarks.conftest import is_timed, short
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.convergence.measure import measure_convergence
from pi_engine.engine.evaluation.pi_fraction import pi_fraction, root_of_radicand
from pi_engine.engine.planning.plan import make_plan
from pi_engine.engine.summation import sum_series
from pi_engine.runtime.progress import PhaseClock
from pi_engine.runtime.thread_count import available_threads
from pi_engine.series import catalogue, get

FEW = ("chudnovsky", "ramanujan", "machin", "stormer", "bellard", "bbp")


def pytest_generate_tests(metafunc):
    if "row" in metafunc.fixturenames:
        timed, everything = is_timed(metafunc.config), metafunc.config.getoption("--all", default=False)
        rows = catalogue() if everything or not timed else [get(name) for name in FEW]
        metafunc.parametrize("row", rows, ids=lambda row: row.name)


def is_pi(plan, sums):
    """Whether Q and T lead to π, by MPFR's own algorithm, within what the fraction is known to."""
    form, bits = plan.series.closed_form, plan.fraction_bits
    root = root_of_radicand(form, bits, compiled=plan.compiled)
    fraction = pi_fraction(form, HandOver(sums.take(), sums.take()), root, bits, compiled=plan.compiled)
    with gmpy2.context(gmpy2.get_context(), precision=bits + 100):
        expected = gmpy2.mpz(gmpy2.floor(gmpy2.mul_2exp(gmpy2.const_pi(), bits)))
    return abs(fraction.mantissa - expected) <= fraction.error


@pytest.mark.sizes("digits", 10**4, 10**5, more=[10**6])
def test_sum(timed, digits, row, compiled):
    plan = make_plan(row, digits, 10, compiled=compiled and digits > 10**4)
    timed(
        lambda: sum_series(plan, available_threads(), PhaseClock(), check=False),
        lambda sums: is_pi(plan, sums),
        group=f"sums of series to {short(digits)} digits",
    )


def test_convergence(timed):
    """Forty terms of each series, one after the other, and the slope of the digits that they gain."""

    def right(found):
        return all(abs(x.digits_per_term / x.series.digits_per_term - 1) < 0.01 for x in found)

    timed(lambda: measure_convergence(FEW), right, group="convergence of six series")

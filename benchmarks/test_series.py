"""The sum of every series of the catalogue to 10 000 digits: the cases of `pi-engine convergence`, under pytest-benchmark."""

import pytest

from pi_engine.engine.planning.plan import make_plan
from pi_engine.engine.summation import sum_series
from pi_engine.runtime.progress import PhaseClock
from pi_engine.series import catalogue

DIGITS = 10_000


@pytest.mark.parametrize("row", catalogue(), ids=lambda row: row.name)
def test_sum(benchmark, row):
    plan = make_plan(row, DIGITS, 10)
    benchmark.extra_info["cost"] = row.cost
    sums = benchmark(sum_series, plan, 1, PhaseClock(), check=False)
    assert min(sums.take().bits, sums.take().bits) > 1000

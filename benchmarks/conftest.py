"""How the suite of benchmarks times: each case is right once before it is timed. docs/benchmarks.md says how to run it.

A test that has `sizes` runs at those; `sizes(..., more=...)` are those of `--all`. Where benchmarks are disabled, as within the
tests, each case runs once at its smallest size, on the compiled path only if its kernels are stored.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import pytest

from pi_engine.engine.planning.backend import ALL_KERNELS, BACKEND, prepare
from pi_engine.runtime.thread_count import available_threads
from pi_engine.runtime.versions import installed_versions, processor_name

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

LONG_SECONDS = 0.01
"""From here on a run is timed by itself, without a search for how many make a round."""


ONE_RUN_SECONDS = 0.5
"""From here on the first run tells how long the others will take."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option for large sizes."""
    parser.addoption("--all", action="store_true", help="time the large sizes as well, on one thread and on all")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marks."""
    config.addinivalue_line(
        "markers", "sizes(name, *usual, more=()): numbers that the test takes; more are those of --all"
    )
    config.addinivalue_line("markers", "threads: the test takes a number of threads, all of them, and one with --all")


def is_timed(config: pytest.Config) -> bool:
    """Whether benchmarks are enabled: within the tests they are not."""
    return bool(config.getoption("benchmark_enable") or not config.getoption("benchmark_disable"))


def short(number: int) -> str:
    """A size as one types it, and as `-k` takes it: 1000, and 1e6 for a million."""
    exponent = len(str(number)) - 1
    leading = number // 10**exponent
    return str(number) if exponent < 4 or leading * 10**exponent != number else f"{leading}e{exponent}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the tests their sizes and their numbers of threads."""
    timed, everything = is_timed(metafunc.config), metafunc.config.getoption("--all", default=False)
    marks = {mark.name: mark for mark in metafunc.definition.iter_markers()}
    if (sizes := marks.get("sizes")) is not None:
        name, *usual = sizes.args
        chosen = [*usual, *(sizes.kwargs.get("more", ()) if everything else ())] if timed else usual[:1]
        metafunc.parametrize(name, chosen, ids=short, scope="module")
    if "threads" in marks:
        every = available_threads()
        counts = sorted({1, every}) if timed and everything else [every]
        metafunc.parametrize("threads", counts, ids=lambda count: f"{count} thread{'s' * (count > 1)}")


def pytest_benchmark_generate_machine_info() -> dict[str, Any]:
    """What a saved run says of the machine: where another run differs in it, a comparison warns.

    In the place of the plugin's own, in which the clock rate of the moment is.
    """
    from pi_engine.runtime.compilation.kernel_folder import cpu

    return {
        "processor": processor_name(),
        "kernel_target": cpu()[0],
        "threads": available_threads(),
        "versions": installed_versions(),
    }


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary() -> Generator[None, object, object]:
    """End with exit code 1 and a line where a case is slower than the saved run allows: the plugin ends with a traceback."""
    from pytest_benchmark.session import PerformanceRegression

    try:
        return (yield)
    except PerformanceRegression:
        pytest.exit("slower than the saved run, by more than --benchmark-compare-fail allows: see above", returncode=1)


@pytest.fixture(scope="session")
def compiled(pytestconfig: pytest.Config) -> bool:
    """Whether the compiled path is timed: where this machine can take it. Compiles its kernels first, if need be."""
    if not BACKEND.usable():
        return False
    if is_timed(pytestconfig):
        prepare()
    elif ALL_KERNELS.stored():
        ALL_KERNELS.load()
    else:
        return False
    return True


@pytest.fixture
def timed(benchmark: Any, pytestconfig: pytest.Config) -> Callable[..., None]:
    """A function that runs a task, makes sure that its result is right, and then times it, in the table of a group."""

    def time_it(task: Callable[[], Any], right: Callable[[Any], bool], *, group: str) -> None:
        benchmark.group = group
        start = time.perf_counter()
        result = task() if benchmark.enabled else benchmark(task)
        seconds = time.perf_counter() - start
        is_right = bool(right(result))  # an assertion on the result itself would print it
        assert is_right, f"{benchmark.name}: the result is wrong"
        del result
        if not benchmark.enabled:
            return
        if seconds < ONE_RUN_SECONDS:  # where a first run has also made tables, and got memory from the system
            start = time.perf_counter()
            task()
            seconds = time.perf_counter() - start
        if seconds < LONG_SECONDS:
            benchmark(task)
        else:
            most, least = pytestconfig.getoption("benchmark_max_time"), pytestconfig.getoption("benchmark_min_rounds")
            benchmark.pedantic(task, rounds=max(least, math.ceil(float(most) / seconds)))

    return time_it

"""The suite of benchmarks as its users run it: its sizes and tables, a wrong result, and a comparison with a saved run."""

import json
import os
import re
import subprocess
import sys

import pytest

from pi_engine.runtime.thread_count import available_threads
from tests.conftest import XDIST

JOBS = "benchmarks/suite/test_small_jobs.py::test_compute"


@pytest.fixture
def suite(checkout, tmp_path):
    """A function that runs pytest in the checkout, with a storage of its own."""
    pytest.importorskip("pytest_benchmark")

    def run(*arguments):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        options = [f"--benchmark-storage=file://{tmp_path}", "--benchmark-max-time=0.001"]
        own = {
            name: value for name, value in os.environ.items() if name != XDIST
        }  # nothing is timed in one of several processes
        done = subprocess.run([*command, *options, *arguments], cwd=checkout, env=own, capture_output=True, text=True)
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        return done

    return run


def cases(done):
    return re.findall(r"::test_(\S+\[\S+)", done.stdout)


def test_a_case_runs_at_its_smallest_size_within_the_tests(suite):
    place = "benchmarks/suite/test_conversion.py::test_gmp_to_text"
    assert cases(suite(place, "--collect-only")) == ["gmp_to_text[1e4]"]
    usual = [f"gmp_to_text[1e{i}]" for i in (4, 5, 6)]
    assert cases(suite(place, "--collect-only", "--benchmark-enable")) == usual
    assert cases(suite(place, "--collect-only", "--benchmark-enable", "--all")) == [*usual, "gmp_to_text[1e7]"]


def test_all_times_one_thread_as_well(suite):
    place = "benchmarks/suite/test_conversion.py::test_to_text"
    found = suite(place, "--collect-only", "--benchmark-enable", "--all").stdout
    threads = set(re.findall(r"to_text\[1e4-(\d+) thread", found))
    assert threads == {"1", str(available_threads())}


@pytest.mark.slow
def test_a_saved_run_is_compared(suite, tmp_path):
    first = suite(JOBS, "--benchmark-enable", "--benchmark-save=before")
    assert first.returncode == 0, first.stdout
    assert "benchmark 'small jobs in a process': 4 tests" in first.stdout
    header = next(line.split() for line in first.stdout.splitlines() if line.startswith("Name (time"))
    assert header[-3:] == ["Median", "Min", "Rounds"]
    (saved,) = tmp_path.rglob("*_before.json")
    content = json.loads(saved.read_text())
    assert content["machine_info"]["versions"]["gmpy2"] and content["machine_info"]["threads"] >= 1
    for case in content["benchmarks"]:
        case["stats"] = {name: x / 1000 if isinstance(x, float) else x for name, x in case["stats"].items()}
    saved.write_text(json.dumps(content))  # a thousand times as fast as this machine is
    second = suite(JOBS, "--benchmark-enable", "--benchmark-compare", "--benchmark-compare-fail=median:900%")
    assert second.returncode == 1
    assert "compute[1000] (0001)" in second.stdout and "compute[1000] (NOW)" in second.stdout
    said = second.stdout + second.stderr
    assert "Performance has regressed" in said and "slower than the saved run" in said and "Traceback" not in said
    assert "machine_info is different" not in said


def test_where_nothing_is_saved_it_says_so(suite):
    done = suite(JOBS, "-k", "1e4", "--benchmark-enable", "--benchmark-compare")
    assert done.returncode == 0 and "Can't compare. No benchmark files" in done.stdout + done.stderr


WRONG = """
def test_right(timed):
    timed(lambda: 4, lambda found: found == 4, group="right")


def test_wrong(timed):
    timed(lambda: 10**5000, lambda found: found == 5, group="wrong")
"""


@pytest.mark.slow
@pytest.mark.parametrize("enabled", [True, False])
def test_a_wrong_result_is_not_timed(suite, checkout, tmp_path, enabled):
    case = tmp_path / "test_case.py"
    case.write_text(WRONG)
    place = (str(case), "-c", str(checkout / "pyproject.toml"), "-p", "benchmarks.conftest")
    done = suite(*place, *["--benchmark-enable"] * enabled)
    assert done.returncode == 1
    assert "test_wrong: the result is wrong" in done.stdout and "1 passed" in done.stdout
    assert ("benchmark 'right'" in done.stdout) == enabled and "benchmark 'wrong'" not in done.stdout

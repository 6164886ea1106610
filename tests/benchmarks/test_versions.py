"""The comparison of two versions, here of one with itself."""

import re
import subprocess
import sys

import pytest


def bench(checkout, *arguments):
    command = [sys.executable, str(checkout / "benchmarks" / "bench_versions.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True)


@pytest.mark.slow
def test_a_version_beside_itself(checkout):
    answer = bench(checkout, checkout, "2000", "200000", "--threads", "1", "--pairs", "3")
    assert answer.returncode == 0, answer.stderr
    rows = [line.strip("| ").split(" | ") for line in answer.stdout.splitlines()[2:]]
    assert [(row[0], row[1], row[2]) for row in rows] == [("2_000", "1", "3"), ("200_000", "1", "3")]
    for row in rows:
        before, now, ratio, quartiles = float(row[3]), float(row[4]), float(row[5]), row[6].split(" to ")
        assert before > 0 and now > 0
        assert float(quartiles[0]) <= ratio <= float(quartiles[1])
        assert re.fullmatch(r"sum [\d.]+, root [\d.]+, division [\d.]+, conversion [\d.]+", row[7])


@pytest.mark.parametrize("count", ["0", "1"])
def test_too_few_pairs(checkout, count):
    answer = bench(checkout, checkout, "2000", "--pairs", count)
    assert answer.returncode == 2
    assert answer.stderr.endswith("error: --pairs takes 2 or more: quartiles need them\n")


def test_a_folder_without_the_program(checkout, tmp_path):
    answer = bench(checkout, tmp_path, "2000")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"{tmp_path} has no pi_engine")

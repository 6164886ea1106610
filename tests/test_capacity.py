import json
import os
import subprocess
import sys

import pytest

import pi_engine
from pi_engine.plan import format_bytes, make_plan, make_plan_within
from pi_engine.runtime import memory
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914, get


def test_the_largest_number_of_digits_named_would_fit():
    for series in (CHUDNOVSKY, RAMANUJAN_1914):
        for base in (10, 16):
            for limit in (40 << 20, 1 << 30, 8 << 30):
                with pytest.raises(pi_engine.CapacityError) as refusal:
                    make_plan_within(series, 10**12, base, limit=limit)
                largest = int(str(refusal.value).split("at most ")[1].split()[0])
                assert make_plan(series, largest, base).memory_bytes <= limit
                assert make_plan(series, largest * 2, base).memory_bytes > limit
                assert make_plan_within(series, largest, base, limit=limit).digits == largest


def test_memory_grows_with_digits_and_is_more_for_slower_series():
    sizes = [make_plan(CHUDNOVSKY, 10**n, 10).memory_bytes for n in range(4, 13)]
    assert sizes == sorted(sizes)
    assert make_plan(RAMANUJAN_1914, 10**8, 10).memory_bytes > make_plan(CHUDNOVSKY, 10**8, 10).memory_bytes


def test_gmp_s_limit_is_refused_whatever_the_memory(monkeypatch):
    monkeypatch.setattr(memory, "memory_limit", lambda: 10**18)
    with pytest.raises(pi_engine.CapacityError, match="limbs"):
        make_plan_within(CHUDNOVSKY, 10**11, 10)
    with pytest.raises(pi_engine.CapacityError, match="more than"):
        make_plan_within(CHUDNOVSKY, 10**400, 10)


def test_the_machine_s_limit_is_asked_for_when_it_matters(monkeypatch):
    monkeypatch.setattr(memory, "memory_limit", lambda: 200 << 20)
    assert pi_engine.compute(1000).digits == 1000
    with pytest.raises(pi_engine.CapacityError, match=r"200\.0 MiB may be used"):
        pi_engine.compute(10**8, memory=1 << 50)  # a larger wish does not enlarge the machine
    with pytest.raises(pi_engine.CapacityError, match=r"200\.0 MiB may be used"):
        pi_engine.compute(10**8)


@pytest.mark.parametrize(
    ("series", "digits", "threads"),
    [("chudnovsky", 1_000_000, 2), ("ramanujan", 300_000, 1), ("chudnovsky", 2_000_000, 16)],
)
def test_the_estimate_is_no_less_than_the_peak(series, digits, threads):
    """In a process of its own; benchmarks/memory.py does the same at more sizes."""
    command = [sys.executable, "-m", "pi_engine", "compute", str(digits), "--series", series, "--json", "-q"]
    command += ["--threads", str(threads)]
    plain = {**os.environ, "PI_ENGINE_TRANSFORM": "0"}
    answer = subprocess.run(command, capture_output=True, text=True, env=plain)
    peak = json.loads(answer.stdout)["peak_memory_bytes"]
    assert 10**7 < peak <= make_plan(get(series), digits, 10, threads=threads).memory_bytes < 3 * peak


@pytest.mark.parametrize(("digits", "threads"), [(1_000_000, 2), (5_000_000, 2), (5_000_000, 3)])
def test_the_estimate_of_the_compiled_path_is_no_less_than_its_peak(digits, threads):
    code = (
        "from pi_engine import compute, plan, series; plan.fast_path_pays = lambda digits: True;"
        f"estimate = plan.make_plan(series.CHUDNOVSKY, {digits}, 10, threads={threads}).memory_bytes;"
        f"print(compute({digits}, threads={threads}).peak_memory_bytes, estimate)"
    )
    compute = [sys.executable, "-c", code]
    subprocess.run(compute, capture_output=True)  # compiles, which takes memory of its own
    peak, estimate = map(int, subprocess.run(compute, capture_output=True, text=True).stdout.split())
    assert 10**8 < peak <= estimate < 1.7 * peak
    assert make_plan(CHUDNOVSKY, digits, 10, threads=threads, fast=True).memory_bytes >= estimate


def test_cgroup_limits(tmp_path):
    root, membership = tmp_path / "cgroup", tmp_path / "membership"
    assert memory.cgroup_memory_limit(root, membership) is None
    (root / "a/b").mkdir(parents=True)
    membership.write_text("0::/a/b\n")
    assert memory.cgroup_memory_limit(root, membership) is None
    (root / "a/b/memory.max").write_text("max\n")
    assert memory.cgroup_memory_limit(root, membership) is None
    (root / "a/memory.max").write_text("5000\n")
    (root / "a/b/memory.max").write_text("6000\n")
    assert memory.cgroup_memory_limit(root, membership) == 5000
    (root / "memory.max").write_text("4000\n")  # what a container sees of its own group
    assert memory.cgroup_memory_limit(root, membership) == 4000
    membership.write_text("0::/elsewhere/not/mounted\n")
    assert memory.cgroup_memory_limit(root, membership) == 4000


def test_cgroup_limits_of_version_1(tmp_path):
    root, membership = tmp_path / "cgroup", tmp_path / "membership"
    (root / "memory/docker").mkdir(parents=True)
    membership.write_text("9:cpu,cpuacct:/x\n7:memory:/docker\n")
    (root / "memory/memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert memory.cgroup_memory_limit(root, membership) is None
    (root / "memory/docker/memory.limit_in_bytes").write_text("7000\n")
    assert memory.cgroup_memory_limit(root, membership) == 7000


def test_the_limit_is_the_smaller_one(monkeypatch):
    monkeypatch.setattr(memory, "physical_memory", lambda: 100)
    for cgroup, own, limit in ((None, None, 100), (50, None, 50), (200, None, 100), (50, 40, 40), (None, 200, 100)):
        monkeypatch.setattr(memory, "cgroup_memory_limit", lambda cgroup=cgroup: cgroup)
        monkeypatch.setattr(memory, "process_memory_limit", lambda own=own: own)
        assert memory.memory_limit() == limit


def test_ulimit_is_heard():
    script = f"ulimit -v 3000000; exec {sys.executable} -m pi_engine compute 1e9"
    answer = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True)
    assert answer.returncode == 4
    assert "2.9 GiB may be used" in answer.stderr


def test_the_peak_is_this_process_s_own():
    """Not the one of a larger parent."""
    ballast = bytearray(300 << 20)
    command = [sys.executable, "-m", "pi_engine", "compute", "10", "--json", "-q"]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert json.loads(answer.stdout)["peak_memory_bytes"] < len(ballast) / 4


def test_bytes_are_readable():
    assert [format_bytes(x) for x in (0, 1023, 1024, 1 << 20, 3 << 29, 1 << 70)] == [
        "0 bytes", "1023 bytes", "1.0 KiB", "1.0 MiB", "1.5 GiB", "1048576.0 PiB"
    ]  # fmt: skip

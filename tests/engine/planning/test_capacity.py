import json
import os
import re
import sys
from functools import partial

import pytest

import pi_engine
from pi_engine.convergence import measure
from pi_engine.engine.planning import fitting, footprint, plan
from pi_engine.engine.planning.fitting import make_plan_within, most_digits
from pi_engine.engine.planning.plan import make_plan
from pi_engine.runtime.limits import address_space, memory
from pi_engine.runtime.limits.memory import format_bytes
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914, get
from tests.backends import pretend
from tests.command import pi, pi_within, run_code
from tests.conftest import MULTIPLIER, part_of

LIMITS = (40 << 20, 150 << 20, 450 << 20, 1 << 30, 6 << 30, 24 << 30, 1 << 40)


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("usable", [False, True])
def test_the_largest_number_of_digits_named_fits_and_the_next_does_not(monkeypatch, rng, usable, stored):
    monkeypatch.setattr(memory, "memory_limit", lambda: 1 << 50)
    pretend(monkeypatch, usable=usable, kernels="stored" if stored else "to be compiled")
    for _ in range(int(12 * MULTIPLIER)):
        pretend(monkeypatch, pays=rng.choice([lambda n: usable and n > 20_000, lambda n: False]))
        series = get(rng.choice(["chudnovsky", "ramanujan", "machin", "bbp", "guillera-820"]))
        limit = rng.choice(LIMITS)
        options = {"threads": rng.choice([1, 2, 16]), "limit": limit, "check": rng.choice(["fast", "full"])}
        base = rng.choice([10, 16])
        with pytest.raises(pi_engine.CapacityError, match=r"at most|not even one") as refusal:
            make_plan_within(series, 10**13, base, **options)
        found = re.search(r"at most ([\d_]+) digits would fit", str(refusal.value))
        assert found or limit < 100 << 20, (series.name, base, options)
        if found:
            largest = int(found[1])
            step = 10 ** max(0, len(str(largest)) - 2)
            assert largest % step == 0
            assert make_plan_within(series, largest, base, **options).digits == largest
            with pytest.raises(pi_engine.CapacityError):
                make_plan_within(series, largest + step, base, **options)


@pytest.mark.parametrize("preferred", [False, True])
def test_any_path_that_fits_is_taken_and_the_least_need_is_named(monkeypatch, preferred):
    monkeypatch.setattr(memory, "memory_limit", lambda: 1 << 50)
    pretend(monkeypatch, usable=True, kernels="stored", pays=preferred)
    for module in (plan, fitting):
        monkeypatch.setattr(module, "kernel_bytes", lambda stored: 24 << 20 if stored else 448 << 20)
    for digits, less in ((10**5, False), (10**9, True)):
        need = {path: make_plan(CHUDNOVSKY, digits, 10, compiled=path).memory_bytes for path in (False, True)}
        assert need[less] < 0.8 * need[not less]
        assert make_plan_within(CHUDNOVSKY, digits, 10, limit=max(need.values())).compiled == preferred
        assert make_plan_within(CHUDNOVSKY, digits, 10, limit=need[less]).compiled == less
        with pytest.raises(pi_engine.CapacityError) as refusal:
            make_plan_within(CHUDNOVSKY, digits, 10, limit=need[less] - 1)
        assert f"digits need about {format_bytes(need[less])}, and" in str(refusal.value)
    assert make_plan_within(CHUDNOVSKY, 10**9, 10, threads=2, limit=6 << 30).compiled
    pretend(monkeypatch, usable=False, pays=False)
    with pytest.raises(pi_engine.CapacityError, match=r"digits need about 2[0-9]\.. GiB"):
        make_plan_within(CHUDNOVSKY, 10**9, 10, limit=6 << 30)


def test_where_only_the_compiler_does_not_fit_the_message_says_how_to_do_without(monkeypatch):
    monkeypatch.setattr(memory, "memory_limit", lambda: 6 << 30)
    pretend(monkeypatch, usable=True, kernels="to be compiled")
    for module in (plan, fitting):
        monkeypatch.setattr(module, "kernel_bytes", lambda stored: 24 << 20 if stored else 448 << 20)
    with pytest.raises(pi_engine.CapacityError, match=r"at most 9\d0_000_000 digits would fit; after 'pi-engine tune'"):
        make_plan_within(CHUDNOVSKY, 10**9, 10, threads=2)
    with pytest.raises(pi_engine.CapacityError) as refusal:
        make_plan_within(CHUDNOVSKY, 2 * 10**9, 10, threads=2)
    assert "tune" not in str(refusal.value)
    pretend(monkeypatch, kernels="stored")
    assert make_plan_within(CHUDNOVSKY, 10**9, 10, threads=2).compiled


def test_sums_are_refused_before_the_first_one_is_timed(monkeypatch):
    need = {name: make_plan(get(name), 10**6, 10).memory_bytes for name in ("chudnovsky", "machin")}
    assert need["machin"] > 1.2 * need["chudnovsky"]
    monkeypatch.setattr(memory, "memory_limit", lambda: need["machin"] - 1)
    pretend(monkeypatch, usable=False)
    monkeypatch.setattr(measure, "seconds_of_sum", lambda *arguments: pytest.fail("was timed"))
    with pytest.raises(pi_engine.CapacityError, match="not enough memory"):
        measure.measure_convergence(["chudnovsky", "machin"], digits=[10, 10**6], threads=1)


def test_a_full_check_must_fit_too(monkeypatch):
    """Before the run, and not after it."""
    for digits in (10**5, 3 * 10**6):
        fast, full = (make_plan(CHUDNOVSKY, digits, 10, check=check).memory_bytes for check in ("fast", "full"))
        assert fast + digits < full
        monkeypatch.setattr(memory, "memory_limit", lambda fast=fast: fast)
        pretend(monkeypatch, usable=False)
        assert pi_engine.compute(digits, check="none", threads=1).digits == digits
        with pytest.raises(pi_engine.CapacityError, match="not enough memory"):
            pi_engine.compute(digits, check="full", threads=1, progress=lambda *step: pytest.fail("has begun"))


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
    options = ["--series", series, "--threads", str(threads), "--json", "-q"]
    answer = pi("compute", str(digits), *options, env={**os.environ, "PI_ENGINE_TRANSFORM": "0"})
    peak = json.loads(answer.stdout)["peak_memory_bytes"]
    assert 10**7 < peak <= make_plan(get(series), digits, 10, threads=threads).memory_bytes < 3.5 * peak


@pytest.mark.slow
@pytest.mark.parametrize(
    ("digits", "threads"), part_of([(1_000_000, 2), (5_000_000, 2), (5_000_000, 3)], 1 / 2, "peaks")
)
def test_the_estimate_of_the_compiled_path_is_no_less_than_its_peak(digits, threads):
    code = (
        "from pi_engine import compute, series; from pi_engine.engine.planning import backend, plan;"
        "backend.BACKEND.pays = lambda digits: True;"
        f"estimate = plan.make_plan(series.CHUDNOVSKY, {digits}, 10, threads={threads}).memory_bytes;"
        f"print(compute({digits}, threads={threads}).peak_memory_bytes, estimate)"
    )
    run_code(code)  # compiles, which takes memory of its own
    peak, estimate = map(int, run_code(code).stdout.split())
    assert 4 * 10**7 < peak <= estimate < 1.7 * peak
    assert make_plan(CHUDNOVSKY, digits, 10, threads=threads, compiled=True).memory_bytes >= estimate


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
    answer = pi_within(3_000_000, "compute 1e9")
    assert answer.returncode == 4
    assert "2.9 GiB may be used" in answer.stderr


MAPPING = """
import mmap, sys
from pi_engine.runtime.limits import memory
ballast = bytearray(b"x") * (64 << 20)
before = memory.peak_memory(), memory.allocated_memory(), memory.mapped_memory()
with open(sys.argv[1], "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
    sum(mapped[::4096])
    after = memory.peak_memory(), memory.allocated_memory(), memory.mapped_memory()
print([b - a for a, b in zip(before, after)], before[1] - len(ballast))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells mapped files apart")
def test_the_peak_does_not_count_the_pages_of_mapped_files(tmp_path):
    file = tmp_path / "large"
    file.write_bytes(bytes(200 << 20))
    answer = run_code(MAPPING, str(file))
    (peak, allocated, mapped), rest = eval(answer.stdout.replace("] ", "], "))
    assert mapped > 190 << 20
    assert abs(peak) < 4 << 20 and abs(allocated) < 4 << 20
    assert 0 < rest < 32 << 20


def test_where_the_system_does_not_tell_mapped_files_apart_the_largest_resident_size_is_the_peak(monkeypatch, tmp_path):
    status = tmp_path / "status"
    monkeypatch.setattr(memory, "_STATUS", status)
    assert memory._resident() == {}
    status.write_text("Name:\tx\nVmHWM:\t  900 kB\nRssAnon:\t 300 kB\n")
    assert memory._resident() == {}
    status.write_text(status.read_text() + "RssFile:\t 500 kB\nRssShmem:\t 20 kB\nThreads:\t1\n")
    found = memory.peak_memory(), memory.allocated_memory(), memory.mapped_memory()
    assert found == (400 << 10, 320 << 10, 500 << 10)
    monkeypatch.setattr(memory, "_resident", dict)
    assert memory.mapped_memory() is None
    assert memory.peak_memory() == memory.allocated_memory() > 10**7


@pytest.mark.parametrize("limit", [100_000, 400_000, 1_500_000])
def test_what_fits_in_the_address_space_runs_in_it(limit):
    """`ulimit -v` counts address space that is never touched: what libraries map, and what glibc reserves for threads."""

    def compute(digits, option):
        return pi_within(limit, f"compute {digits} --threads 2 {option} -q")

    refused = compute("1e9", "--dry-run")
    assert refused.returncode == 4, refused.stderr
    largest = int(re.search(r"at most ([\d_]+) digits would fit", refused.stderr)[1])
    assert compute(largest, "--dry-run").returncode == 0
    answer = compute(min(largest, 10**6), "--json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["digits"] == min(largest, 10**6)


@pytest.mark.parametrize("more", [0, 100_000, 1 << 20, (4 << 20) - 1])
def test_the_largest_that_is_named_fits_in_a_process_that_has_mapped_a_little_more(monkeypatch, more):
    monkeypatch.setattr(memory, "process_memory_limit", lambda: 100 << 20)
    monkeypatch.setattr(footprint, "mapped_size", lambda: 30 << 20)
    series = CHUDNOVSKY
    largest = most_digits(series, 10, threads=2, limit=1 << 40)
    assert 10**4 < largest < 10**6
    monkeypatch.setattr(footprint, "mapped_size", lambda: (30 << 20) + more)
    assert make_plan_within(series, largest, 10, threads=2, limit=1 << 40).digits == largest


@pytest.mark.parametrize("threads", [1, 2])
def test_fewer_threads_are_a_remedy_where_there_are_several(monkeypatch, threads):
    monkeypatch.setattr(memory, "process_memory_limit", lambda: 100 << 20)
    monkeypatch.setattr(footprint, "mapped_size", lambda: 95 << 20)
    with pytest.raises(pi_engine.CapacityError, match=r"of address space \(ulimit\)") as refused:
        make_plan_within(CHUDNOVSKY, 10**6, 10, threads=threads, limit=1 << 40)
    assert ("and more with fewer threads" in str(refused.value)) == (threads > 1)


@pytest.mark.parametrize("scratch", [False, True])
@pytest.mark.parametrize("kernels", ["stored", "to be compiled"])
def test_a_short_address_space_names_the_disk_and_the_kernels_that_help(monkeypatch, kernels, scratch):
    pretend(monkeypatch, pays=kernels == "stored", kernels=kernels, usable=True)
    monkeypatch.setattr(memory, "process_memory_limit", lambda: 1_000_000 << 10)
    monkeypatch.setattr(footprint, "mapped_size", lambda: 40 << 20)
    for module in (memory, address_space):
        monkeypatch.setattr(module, "library_is_imported", lambda _: False)
    asked = partial(make_plan_within, CHUDNOVSKY, 10**8, 10, threads=2, limit=1 << 40)
    if kernels == "stored" and scratch:
        assert asked(scratch=True).scratch
        return
    with pytest.raises(pi_engine.CapacityError, match="not enough memory") as refused:
        asked(scratch=scratch)
    tune = "after 'pi-engine tune' in a shell without ulimit, which compiles the kernels once"
    assert (tune in str(refused.value)) == (kernels != "stored")
    assert ("with --scratch DIR 100_000_000 would too" in str(refused.value)) == (not scratch)


def test_the_peak_is_this_process_s_own():
    """Not the one of a larger parent."""
    ballast = bytearray(300 << 20)
    answer = pi("compute", "10", "--json", "-q")
    assert json.loads(answer.stdout)["peak_memory_bytes"] < len(ballast) / 4


def test_bytes_are_readable():
    assert [format_bytes(x) for x in (0, 1023, 1024, 1 << 20, 3 << 29, 1 << 70)] == [
        "0 bytes", "1023 bytes", "1.0 KiB", "1.0 MiB", "1.5 GiB", "1048576.0 PiB"
    ]  # fmt: skip

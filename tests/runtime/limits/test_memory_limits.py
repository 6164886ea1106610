"""A run stays within the limit that its plan was made for, or is refused before it starts: memory, and address space."""

import json

import pytest

import pi_engine
from pi_engine.cli.output.error_answer import explain
from pi_engine.engine.planning import confirmation_method, fitting, plan
from pi_engine.engine.planning.fitting import make_plan_within
from pi_engine.engine.planning.plan import kept_bytes, make_plan
from pi_engine.errors import CapacityError
from pi_engine.runtime.compilation.kernel_set import KernelSet, KernelUse
from pi_engine.runtime.limits import address_space, memory
from pi_engine.runtime.limits.address_space import ImportGuard, require_address_space
from pi_engine.series import CHUDNOVSKY, get
from tests.backends import pretend
from tests.command import pi, pi_within
from tests.conftest import MULTIPLIER, part_of
from tests.homes import environment_of, python


def compute(*arguments, kilobytes="unlimited"):
    return pi_within(kilobytes, f"compute {' '.join(arguments)} -q --json")


def needed_bytes(*arguments):
    """By the path that is preferred, or with too small a limit by the one that needs least."""
    return json.loads(pi("estimate", *" ".join(arguments).split(), "--json").stdout)["memory_bytes"]


@pytest.mark.parametrize(
    ("digits", "arguments"),
    [
        ("60000", "--check full"),
        ("300000", "--check full --base 16 --series ramanujan"),
        ("1000000", "--check full --base 16"),
        ("300000", "--series takano --threads 3"),
        pytest.param("3000000", "--check full --series ramanujan", marks=pytest.mark.slow),
        pytest.param("3000000", "--check full --base 16", marks=pytest.mark.slow),
    ],
)
def test_a_run_stays_within_the_least_limit_that_is_accepted(digits, arguments):
    need = needed_bytes(digits, arguments)
    answer = compute(digits, arguments, f"--memory {need}")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["peak_memory_bytes"] <= need
    least = needed_bytes(digits, arguments, "--memory 1MiB")
    assert compute(digits, arguments, f"--memory {least}").returncode == 0
    refused = compute(digits, arguments, f"--memory {least - 1}")
    assert refused.returncode == 4 and "may be used" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    part_of(
        [
            "100000 --check full",
            "100000 --check full --base 16 --series machin",
            "1000000 --check full",
            "1000000 --series machin --base 16",
            "1000000 --series ramanujan --check full --threads 3",
        ],
        0.4,
        "limits",
    ),
)
def test_any_limit_of_address_space_is_kept_or_refused(arguments, rng):
    """Neither GMP nor OpenBLAS may run out of it: the one aborts, the other interrupts the process."""
    limits = (30, 60, 100, 150, 220, 300, 340, 380, 420, 460, 500, 600, 800)
    for megabytes in rng.sample(limits, min(len(limits), round(2 * MULTIPLIER))):
        kilobytes = megabytes * 1000 + rng.randrange(40_000)
        answer = compute(arguments, kilobytes=kilobytes)
        assert answer.returncode in (0, 4), (kilobytes, answer.stderr)
        if answer.returncode:
            assert "may be used" in answer.stderr and len(answer.stderr.splitlines()) == 1, (kilobytes, answer.stderr)


@pytest.mark.slow
def test_where_there_is_room_for_llvm_but_not_for_its_code(rng):
    """Looking for stored kernels once loaded LLVM, which ended the process where it could allocate nothing more."""
    for kilobytes in (189_000, rng.randrange(184_000, 200_000)):
        answer = compute("1000000", "--series ramanujan --check full --threads 3", kilobytes=kilobytes)
        assert answer.returncode == 4
        assert "at most" in answer.stderr and len(answer.stderr.splitlines()) == 1, (kilobytes, answer.stderr)


@pytest.mark.slow
def test_a_run_on_disk_keeps_to_its_address_space(tmp_path, rng):
    """It once took as much memory as the limit allows address space, and ended after seconds, out of memory."""
    file = tmp_path / "pi.txt"
    for megabytes in (rng.randrange(400, 560), 620):
        answer = compute("10000000", f"--threads {rng.choice((1, 2))} -o {file} --force", kilobytes=megabytes * 1000)
        if answer.returncode == 4 and megabytes < 620:
            assert "may be used" in answer.stderr and len(answer.stderr.splitlines()) == 1, (megabytes, answer.stderr)
            assert not file.exists()
        else:
            assert answer.returncode == 0, (megabytes, answer.stderr)
            assert json.loads(answer.stdout)["scratch"]["bytes_written"] > 0


@pytest.mark.parametrize("command", ["hex 100000", "verify /dev/null", "near-integer --digits 50000"])
def test_other_commands_say_so_too(command):
    for kilobytes in (40_000, 80_000, 250_000):
        answer = pi_within(kilobytes, command)
        assert answer.returncode in (0, 4, 5), (kilobytes, answer.stderr)
        assert len(answer.stderr.splitlines()) <= 1


def test_the_confirming_run_is_in_the_plan():
    for name, other in (("chudnovsky", "ramanujan"), ("machin", "chudnovsky")):
        found = make_plan(get(name), 200_000, 16, check="full", compiled=False)
        assert (
            found.confirmation.series.name == other == confirmation_method.second_series(get(name), 200_000, 16, "full")
        )
        assert found.confirmation.digits == 200_000 and found.confirmation.base == 16
        assert not found.confirmation.compiled
        assert found.numbers_bytes >= found.confirmation.numbers_bytes + kept_bytes(200_000)
    assert make_plan(CHUDNOVSKY, 200_000, 16).confirmation is None
    assert make_plan(CHUDNOVSKY, 200_000, 10, check="full").confirmation is None  # the j-invariant


def test_a_run_that_another_confirms_is_refused_before_it_starts(monkeypatch):
    """Whatever check asks for the other run."""
    alone = make_plan(CHUDNOVSKY, 100_000, 10).memory_bytes
    monkeypatch.setattr(
        confirmation_method, "second_series", lambda series, *rest: "bbp" if series.name != "bbp" else None
    )
    pretend(monkeypatch, usable=False)
    assert make_plan(CHUDNOVSKY, 100_000, 10).memory_bytes > alone
    with pytest.raises(CapacityError, match="not enough memory"):
        pi_engine.compute(100_000, memory=alone, threads=1, progress=lambda *step: pytest.fail("has begun"))


def test_kernels_that_checks_load_or_compile_are_counted(monkeypatch):
    need = {}
    for use in (KernelUse(False, False), KernelUse(True, False), KernelUse(True, True)):
        monkeypatch.setattr(confirmation_method, "kernels_of_checks", lambda *arguments, use=use: use)
        for module in (plan, fitting):
            monkeypatch.setattr(module, "kernel_bytes", lambda stored: 24 << 20 if stored else 464 << 20)
        need[use] = make_plan(CHUDNOVSKY, 100_000, 16, check="full", compiled=False)
    none, loads, compiles = need.values()
    assert loads.memory_bytes - none.memory_bytes >= 24 << 20
    assert compiles.memory_bytes - loads.memory_bytes == 440 << 20
    assert compiles.address_bytes - loads.address_bytes == address_space.COMPILER
    assert compiles.compiles and not loads.compiles
    pretend(monkeypatch, usable=False)
    monkeypatch.setattr(memory, "memory_limit", lambda: loads.memory_bytes)
    with pytest.raises(
        CapacityError, match="after 'pi-engine tune', which compiles the kernels once, 100_000 would too"
    ):
        make_plan_within(CHUDNOVSKY, 100_000, 16, check="full")


class _Kernel:
    seconds = 2.0

    def __init__(self, stored):
        self.is_stored = lambda: stored


@pytest.mark.parametrize(
    ("stored", "seconds", "expected"),
    [
        (True, 0.001, (False, False)),
        (True, 1.0, (True, False)),
        (False, 1.0, (False, False)),
        (False, 3.0, (True, True)),
    ],
)
def test_what_a_set_of_kernels_would_do(monkeypatch, stored, seconds, expected):
    kernels = KernelSet("nowhere:NONE")
    monkeypatch.setattr(kernels, "kernels", lambda: [_Kernel(stored)])
    assert kernels.use(seconds) == expected


DAMAGE = """
import pathlib, sys
from pi_engine.runtime.compilation.object_code import StoredKernel
kernel = StoredKernel("kernel_to_damage", "double")
assert kernel(4) == 8 and StoredKernel("kernel_to_damage", "double").is_stored()
another = StoredKernel("kernel_to_damage", "double")
assert another.is_stored()
path = another._path()
content = bytearray(path.read_bytes())
content[-1] ^= 1
path.write_bytes(content)
print(another.is_in_folder(), StoredKernel("kernel_to_damage", "double").is_stored())
"""


@pytest.mark.slow
def test_a_damaged_kernel_is_one_that_is_not_stored(tmp_path):
    """The memory of its compilation is planned."""
    (tmp_path / "kernel_to_damage.py").write_text(
        "from pi_engine.runtime.compilation.routine import kernel\n\n@kernel('int64(int64)')\ndef double(x):\n    return 2 * x\n"
    )
    environment = environment_of(tmp_path)
    environment["PYTHONPATH"] = f"{tmp_path}:{environment['PYTHONPATH']}"
    assert python(DAMAGE, environment) == "False False"


def test_libraries_that_do_not_fit_are_refused(monkeypatch):
    monkeypatch.setattr(address_space, "process_memory_limit", lambda: address_space.mapped_size() + (16 << 20))
    monkeypatch.setattr(address_space, "libraries_size", lambda **flags: 300 << 20)
    for name in ("numpy", "numba"):
        with pytest.raises(CapacityError, match="address space"):
            ImportGuard().find_spec(name)
    assert ImportGuard().find_spec("json") is None
    with pytest.raises(CapacityError, match="raise the limit with ulimit -v"):
        require_address_space(17 << 20)
    require_address_space(1 << 20)
    monkeypatch.setattr(address_space, "process_memory_limit", lambda: None)
    assert ImportGuard().find_spec("numpy") is None


def test_no_address_space_is_spent_on_asking_llvm_where_kernels_do_not_fit(tmp_path):
    """Else a run is refused under a limit above one at which it is accepted."""
    script = (
        "import resource, sys; from pi_engine.bigint.product import transform_is_usable; "
        "from pi_engine.runtime.limits.address_space import mapped_size; "
        "resource.setrlimit(resource.RLIMIT_AS, (mapped_size() + (200 << 20),) * 2); "
        "print(transform_is_usable(), 'llvmlite' in sys.modules)"
    )
    assert python(script, environment_of(tmp_path)) == "False False"


@pytest.mark.parametrize(
    ("error", "limited", "code"),
    [
        (MemoryError(), False, 4),
        (OSError(12, "Cannot allocate memory"), False, 4),
        (RuntimeError("can't start new thread"), True, 4),
        (RuntimeError("can't start new thread"), False, 1),
        (ImportError("failed to map segment from shared object"), True, 4),
        (OSError("Could not find/load shared object file"), True, 4),
        (ImportError("no such module"), False, 1),
        (FileNotFoundError(2, "No such file"), True, 1),
    ],
)
def test_what_runs_out_of_memory_ends_in_4(monkeypatch, error, limited, code):
    monkeypatch.setattr("pi_engine.cli.output.error_answer.process_memory_limit", lambda: 1 << 30 if limited else None)
    found, message = explain(error)
    assert found == code
    assert ("out of memory" in message) == (code == 4)

"""The rule by which kernels are loaded and compiled: never unasked for small work, and never in silence."""

import subprocess
import sys
import threading

import pytest

import pi_engine
from pi_engine.bigint import product
from pi_engine.engine.planning import backend
from pi_engine.runtime.compilation import compiler_pool, preparation
from pi_engine.runtime.compilation.kernel_set import KernelSet, KernelUse
from tests.command import run_code
from tests.homes import environment_of, python


class Kernel:
    def __init__(self, *, stored, loaded=False, seconds=10.0):
        self.stored, self.loaded, self.seconds, self.name = stored, loaded, seconds, "one"
        self.not_stored = self.damage = ""

    def is_stored(self):
        return self.stored or self.loaded

    fetch = is_stored

    def is_loaded(self):
        return self.loaded

    def ready(self, *, announced=False):
        self.loaded = True


@pytest.fixture
def kernel_set_of(monkeypatch):
    monkeypatch.setattr(KernelSet, "_loading_seconds", lambda chosen: 0.3)
    monkeypatch.setattr(
        compiler_pool, "process_count", lambda *a: 0
    )  # they are no functions that another could compile

    def make(*found):
        chosen = KernelSet()
        monkeypatch.setattr(chosen, "kernels", lambda: list(found))
        return chosen

    return make


def test_loaded_kernels_are_used_at_once(kernel_set_of):
    assert kernel_set_of(Kernel(stored=True, loaded=True)).pays_for(0.0)


def test_stored_kernels_are_loaded_for_work_that_takes_as_long(kernel_set_of):
    kernel = Kernel(stored=True)
    chosen = kernel_set_of(kernel)
    assert not chosen.pays_for(0.29) and not chosen.pays_for(0.29) and not kernel.loaded
    assert chosen.pays_for(0.31) and kernel.loaded and chosen.pays_for(0.0)


def test_missing_kernels_are_compiled_for_work_that_takes_as_long(kernel_set_of):
    found = [Kernel(stored=False), Kernel(stored=True), Kernel(stored=False)]
    chosen = kernel_set_of(*found)
    assert not chosen.pays_for(19.9) and not found[0].loaded
    assert chosen.pays_for(20.1) and all(kernel.loaded for kernel in found)


def test_many_calls_load_but_never_compile(kernel_set_of):
    chosen = kernel_set_of(Kernel(stored=True))
    assert [chosen.pays_for_another(0.1) for _ in range(4)] == [False, False, True, True]
    chosen = kernel_set_of(Kernel(stored=False))
    assert not any(chosen.pays_for_another(1.0) for _ in range(1000))


def test_what_work_will_do_with_the_kernels(kernel_set_of):
    """Before it does: what a plan counts memory for."""
    missing, stored, loaded = Kernel(stored=False, seconds=10), Kernel(stored=True), Kernel(stored=True, loaded=True)
    expected = {
        (missing, 0.001): KernelUse(load=False, compile=False),
        (missing, 9.9): KernelUse(load=False, compile=False),
        (missing, 10): KernelUse(load=True, compile=True),
        (stored, 0.001): KernelUse(load=False, compile=False),
        (stored, 10): KernelUse(load=True, compile=False),
        (loaded, 0.001): KernelUse(load=True, compile=False),
    }
    for (kernel, seconds), use in expected.items():
        chosen = kernel_set_of(kernel)
        assert chosen.use(seconds) == use
        assert chosen.would_compile(seconds) == use.compile
    assert not missing.loaded and not stored.loaded


LOADED = """
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.bigint import product
from pi_engine.bigint.ntt import transform_kernels
from pi_engine.bigint.residues import moduli
sets = product.TRANSFORM, moduli._RESIDUES, BACKEND
print(*(x.loaded() for x in sets))
product.TRANSFORM.load()
print(*(x.loaded() for x in sets))
"""


def test_importing_loads_nothing_and_what_one_set_loads_is_loaded_for_all():
    pi_engine.prepare()
    assert run_code(LOADED).stdout.split("\n")[:2] == ["False False False", "True True False"]


def test_preparing_reports_each_kernel_and_announces_once(kernel_set_of, caplog):
    caplog.set_level("WARNING", logger="pi_engine")
    chosen, steps = kernel_set_of(Kernel(stored=False), Kernel(stored=True), Kernel(stored=False)), []
    chosen.load(lambda *step: steps.append(step))
    assert steps == [("compilation", 0, 2), ("compilation", 1, 2), ("compilation", 2, 2)]
    assert caplog.messages == ["pi-engine: compiling 2 kernels for this machine, once: about 20 seconds"]
    caplog.clear()
    chosen.load(lambda *step: steps.append(step))
    assert len(steps) == 3 and not caplog.messages


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.9, "less than a second"),
        (1.4, "about 1 second"),
        (9.4, "about 9 seconds"),
        (44, "about 40 seconds"),
        (45, "about a minute"),
        (89, "about a minute"),
        (109, "about 2 minutes"),
    ],
)
def test_the_wait_is_told_in_round_numbers(kernel_set_of, caplog, seconds, told):
    caplog.set_level("WARNING", logger="pi_engine")
    kernel_set_of(Kernel(stored=False, seconds=seconds)).load()
    assert caplog.messages == [f"pi-engine: compiling the kernel one for this machine, once: {told}"]


def test_kernels_that_are_not_stored_are_named(kernel_set_of, caplog):
    caplog.set_level("WARNING", logger="pi_engine")
    first, second = Kernel(stored=False), Kernel(stored=False)
    first.not_stored, second.name = "the disk is full", "two"
    kernel_set_of(first, second).load()
    assert caplog.messages[1:] == ["pi-engine: compiled, but not stored for other processes: one: the disk is full"]


def test_many_kernels_that_are_not_stored_are_counted(kernel_set_of, caplog):
    caplog.set_level("WARNING", logger="pi_engine")
    kernels = [Kernel(stored=False) for _ in range(4)]
    for kernel in kernels:
        kernel.not_stored = "the disk is full"
    kernel_set_of(*kernels).load()
    assert caplog.messages[1:] == [
        "pi-engine: compiled, but not stored for other processes: 4 kernels: the disk is full"
    ]


def test_all_kernels_are_prepared_on_request(monkeypatch, caplog):
    caplog.set_level("WARNING", logger="pi_engine")
    prepared = []
    monkeypatch.setattr(backend.ALL_KERNELS, "load", prepared.append)
    monkeypatch.setattr(product, "transform_is_usable", lambda: True)
    progress = lambda *step: None  # noqa: E731
    assert pi_engine.prepare(progress=progress) is None and prepared == [progress]
    monkeypatch.setattr(product, "transform_is_usable", lambda: False)
    assert pi_engine.prepare() is None and len(prepared) == 1
    assert "no fused multiply-add" in caplog.text


def test_the_prepared_kernels_are_all_there_are():
    """Whatever module lists a kernel, `prepare` must know it, or a call would compile it in the end."""
    from pi_engine.bigint.fft import fourier_kernels
    from pi_engine.bigint.ntt import transform_kernels
    from pi_engine.bigint.residues import stored_residues
    from pi_engine.bigint.vectors.lane_widths import has_lanes
    from pi_engine.proof.bbp import bbp_kernels
    from pi_engine.radix.kernels import conversion_kernels
    from pi_engine.runtime.compilation.object_code import StoredKernel
    from pi_engine.search.kernels import search_kernels
    from pi_engine.splitting.kernels import tree_kernels
    from pi_engine.statistics import count_kernels

    modules = (fourier_kernels, transform_kernels, stored_residues, conversion_kernels, tree_kernels, bbp_kernels)
    listed = {
        x
        for module in (*modules, search_kernels, count_kernels)
        for x in vars(module).values()
        if isinstance(x, StoredKernel)
    }
    if not has_lanes():
        listed -= {tree_kernels.lane_subtrees_worker}
    assert listed == set(backend.ALL_KERNELS.kernels())


def test_asking_for_kernels_imports_no_numpy():
    """What is planned must not depend on what was planned before: an import of numpy is time and address space that a plan counts."""
    code = "import sys; from pi_engine.engine.planning.backend import ALL_KERNELS; ALL_KERNELS.stored(); print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


SMALL_WORK = """
import sys, logging, gmpy2, pi_engine
from pi_engine import bigint, radix
said = []
logging.getLogger("pi_engine").addFilter(lambda record: said.append(record.getMessage()))
a = gmpy2.mpz(3) ** 100_000
for _ in range(3):
    assert bigint.multiply(a, a) == a * a
b = gmpy2.mpz(7) ** 150_000
assert radix.from_text(radix.to_text(b)) == b and radix.from_text("5" * 300_000) % 1000 == 555
result = pi_engine.compute(300_000)
assert result.value % 10**6 == int(result.text()[-6:]) and result.path == "plain"
assert pi_engine.hex_digits(40_000, count=5)
from pi_engine.bigint.division import divide, isqrt
assert divide(a << 600_000, a) == gmpy2.mpz(1) << 600_000 and isqrt(b * b) == b
from pi_engine.digits.text.digit_text import DigitText
DigitText(10, expected=30_000_000).compact(b"1 2" * 1000)
print("numba" in sys.modules, said)
"""


def test_small_work_never_waits_for_a_compiler(tmp_path):
    """On a machine with empty caches: products of 158 kbit, texts of 400 kbit and the like are GMP's."""
    answer = python(SMALL_WORK, environment_of(tmp_path))
    assert answer == "False []"


def test_without_a_cache_folder_neither(tmp_path):
    (tmp_path / "in the way").write_text("")
    environment = {**environment_of(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "in the way")}
    assert python(SMALL_WORK, environment) == "False []"


LARGE_WORK = """
import sys, gmpy2
from pi_engine import bigint, radix
from pi_engine.bigint import product
from pi_engine.radix import integer_text
a = (gmpy2.mpz(1) << 70_000_000) - 1
assert bigint.multiply(a, a) == a * a
b = a >> 60_000_000
text = radix.to_text(b)
assert text == b.digits() and radix.from_text(text) == b
print(product.TRANSFORM.loaded(), integer_text._TO_TEXT.loaded(), integer_text._FROM_TEXT.loaded(), "numba" in sys.modules)
"""


def test_large_work_uses_what_is_stored(tuned_home):
    assert python(LARGE_WORK, environment_of(tuned_home)) == "True True True False"


def test_a_process_that_goes_on_uses_what_is_stored(tuned_home):
    code = (
        "import gmpy2; from pi_engine.bigint import multiply, product\n"
        "a, found = gmpy2.mpz(3) ** 1_000_000, []\n"
        "for _ in range(200): found.append(product.TRANSFORM.loaded()); multiply(a, a)\n"
        "print(found[0], found[1], found[-1])"
    )
    assert python(code, environment_of(tuned_home)) == "False False True"


def test_quiet_commands_do_not_wait_either(tmp_path):
    command = [sys.executable, "-X", "importtime", "-m", "pi_engine", "compute", "2e5", "-q", "--json"]
    answer = subprocess.run(command, env=environment_of(tmp_path), capture_output=True, text=True, check=True)
    assert "pi_engine.engine.compute" in answer.stderr and "numba" not in answer.stderr


@pytest.mark.parametrize(
    ("numpy_is_there", "address_space", "here"), [(True, None, True), (False, None, False), (False, 1 << 30, True)]
)
def test_kernels_are_loaded_beside_the_import_of_numpy_or_by_this_thread(
    monkeypatch, numpy_is_there, address_space, here
):
    """In either way all of them, once each, and what goes wrong there is raised here; another thread takes address space."""
    monkeypatch.setattr(preparation, "library_is_imported", lambda name: numpy_is_there)
    monkeypatch.setattr(preparation, "process_memory_limit", lambda: address_space)
    monkeypatch.setattr(preparation, "available_threads", lambda: 2)
    threads = []

    class Loading(Kernel):
        def ready(self, *, announced=False):
            threads.append(threading.current_thread() is threading.main_thread())
            if self.seconds == 0:
                raise MemoryError("no room")
            self.loaded = True

    kernels = [Loading(stored=True) for _ in range(3)]
    assert preparation.make_ready(kernels) == 0
    assert all(kernel.loaded for kernel in kernels) and threads == [here] * 3
    with pytest.raises(MemoryError, match="no room"):
        preparation.make_ready([Loading(stored=True, seconds=0)])

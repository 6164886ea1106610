"""What several tests need: a printed seed, the multiplier for long runs, the files of a checkout, and π from elsewhere."""

import contextlib
import functools
import gc
import hashlib
import json
import logging
import os
import random
import shutil
import signal
from pathlib import Path

import gmpy2
import pytest

import pi_engine
from pi_engine.bigint import product
from pi_engine.engine.planning.backend import ALL_KERNELS, BACKEND
from pi_engine.runtime import tuning
from pi_engine.runtime.compilation import kernel_folder
from tests.backends import pretend
from tests.homes import command, environment_of

MULTIPLIER = float(os.environ.get("PI_ENGINE_TEST_MULTIPLIER", "1"))
"""Random tests run this many times as long."""

MILLION_SHA256 = "dd382ef6a0c1e8d920fb72f482d74826251ab97709520bc24f913cd8eb5fc839"


ROOT = Path(__file__).resolve().parent.parent
"""The checkout, if these tests lie in one: alone, they test the package that is installed."""


XDIST = "PYTEST_XDIST_WORKER"
"""Set in each of several processes that run the tests, and in what they start."""


def is_one_of_several(config):
    """Whether this is one of several processes that run the tests, and not a run that a test of one has started."""
    return hasattr(config, "workerinput")


@contextlib.contextmanager
def alone(path):
    """Within, no other process is, where the system has such locks."""
    with path.open("w") as lock:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def exact_pi(bits):
    """⌊π·2^bits⌋ by MPFR."""
    with gmpy2.context(gmpy2.get_context(), precision=bits + 100):
        return gmpy2.mpz(gmpy2.floor(gmpy2.mul_2exp(gmpy2.const_pi(), bits)))


def pytest_configure(config):
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # as for what a shell starts with &: commands that tests interrupt would go on
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _seed()  # before other processes of the run start, so that all collect the same tests
    config.addinivalue_line("markers", "slow: large sizes, compilations, many processes; leave out with -m 'not slow'")


def pytest_collection_modifyitems(items):
    for item in items:
        if "tuned_run" in getattr(item, "fixturenames", ()):  # doctests have none
            item.add_marker(pytest.mark.slow)
        if starts_clusters(item.path):
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@functools.cache
def starts_clusters(path):
    return 'importorskip("distributed")' in path.read_text(encoding="utf-8", errors="ignore")


@pytest.fixture(autouse=True, scope="session")
def _defaults_count(tmp_path_factory):
    """In this process the crossovers are the defaults, which tests change, whatever `tune` has measured on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("tuning") / "none.json"
        patch.setattr(tuning, "tuning_file", lambda: place)
        product.thresholds.cache_clear()
        yield


@pytest.fixture(autouse=True, scope="module")
def _what_clusters_leave_is_collected(request):
    """Where it comes from: what Dask drops while its event loop closes may complain, and it would in some later test.

    And for its workers it sets variables of this process's environment, MALLOC_TRIM_THRESHOLD_ among them, which slow down what later
    tests start.
    """
    before = set(os.environ)
    yield
    if starts_clusters(request.path):
        gc.collect()
        for name in set(os.environ) - before:
            if not name.startswith("PYTEST_"):
                del os.environ[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """No finalizer runs while a failure's source is parsed: one that formats a traceback parses too, and Python 3.11 cannot do so within
    the other (SystemError, "AST constructor recursion depth mismatch"), which ends the whole run instead of showing the failure."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return (yield)
    finally:
        if collects:
            gc.enable()


def pytest_report_header():
    return f"PI_ENGINE_TEST_SEED={_seed()} PI_ENGINE_TEST_MULTIPLIER={MULTIPLIER:g}"


def _seed():
    return int(os.environ.setdefault("PI_ENGINE_TEST_SEED", str(random.SystemRandom().randrange(2**32))))


def part_of(cases, share, name):
    """A random part of the cases, from the printed seed and in their order: of long tests of one kind, each run takes others. At least one
    case; all of them where PI_ENGINE_TEST_MULTIPLIER is 1/share or more."""
    cases = list(cases)
    count = min(len(cases), max(1, round(len(cases) * share * MULTIPLIER)))
    taken = random.Random(f"{_seed()} {name}").sample(range(len(cases)), count)
    return [cases[i] for i in sorted(taken)]


@pytest.fixture
def rng(request):
    """Random numbers from the printed seed, different for every test."""
    return random.Random(f"{_seed()} {request.node.nodeid}")


@pytest.fixture(scope="session")
def checkout():
    """The checkout's folder, for the tests of what only a checkout has: scripts, documentation, the list of mutations."""
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("the source tree is not here: only the installed package is tested")
    return ROOT


@pytest.fixture(scope="session")
def mpfr_digits():
    """3100 digits of π after the point, by MPFR's own algorithm (an AGM)."""
    digits, exponent, _ = gmpy2.const_pi(3150 * 10 // 3 + 64).digits(10)
    assert exponent == 1
    return digits[1:3101]


@pytest.fixture(autouse=True)
def _warnings_are_heard():
    """The option --quiet of a test before has silenced the process."""
    logging.disable(logging.NOTSET)


@pytest.fixture
def said(caplog):
    """What the library has warned of until now."""
    caplog.set_level("WARNING", logger="pi_engine")
    return lambda: caplog.messages


@pytest.fixture(autouse=True)
def _plain_path(monkeypatch):
    """The compiled path has tests of its own; elsewhere it must not depend on which test came before."""
    pretend(monkeypatch, pays=False)


@pytest.fixture
def compiled_path(monkeypatch, _plain_path):
    """Take the compiled path at every size."""
    pretend(monkeypatch, pays=True)


@pytest.fixture
def after_the_run(monkeypatch):
    """A function that arranges for something to happen to each result of a computation, as soon as it is there."""

    def arrange(happens):
        real = pi_engine.engine.compute.compute

        def compute(*a, **k):
            result = real(*a, **k)
            happens(result)
            return result

        monkeypatch.setattr("pi_engine.engine.compute.compute", compute)

    return arrange


@pytest.fixture(scope="session")
def million():
    """The result of compute(10**6) on the plain path; its text is right by the published SHA-256."""
    with pytest.MonkeyPatch.context() as patch:
        pretend(patch, pays=False)
        result = pi_engine.compute(10**6)
    assert hashlib.sha256(result.text().encode()).hexdigest() == MILLION_SHA256
    return result


@pytest.fixture(scope="session")
def tuned_run(pytestconfig, tmp_path_factory):
    """A home in which nothing was stored before `pi-engine tune --json` ran, and what that printed. A minute or two, once.

    The processes of pytest-xdist share it: the first that asks for it makes it.
    """
    place = tmp_path_factory.getbasetemp()
    place = place.parent if is_one_of_several(pytestconfig) else place
    home, said = place / "tuned", place / "tuned.json"
    with alone(place / "tuned.lock"):
        if not said.exists():
            done = command(environment_of(home), "tune", "--json")
            assert done.returncode == 0, done.stderr
            assert "compiling" in done.stderr
            said.write_text(done.stdout)
    return home, json.loads(said.read_text())


def _all_are_stored():
    """Without loading them."""
    return all(kernel.is_in_folder() for kernel in ALL_KERNELS.kernels())


@pytest.fixture(scope="session", autouse=True)
def _kernels_compiled_once(request):
    """Where several processes run the tests and no kernels are stored for them, they take those of `tuned_run`."""
    folder = kernel_folder.cache_folder() if is_one_of_several(request.config) and BACKEND.usable() else None
    if folder is not None and not _all_are_stored():
        home, _ = request.getfixturevalue("tuned_run")
        (stored,) = (place for place in (home / "numba" / "pi-engine").iterdir() if place.is_dir())
        shutil.copytree(stored, folder, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def tuned_home(tuned_run):
    """A home in which `tune` has run."""
    return tuned_run[0]


@pytest.fixture(scope="session")
def tuned(tuned_run):
    """What it printed."""
    return tuned_run[1]

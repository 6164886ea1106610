import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from pi_engine.bench import flint_pi
from tests.conftest import exact_pi


def pi_text(digits):
    """`3.` and the digits, by MPFR."""
    text = str(exact_pi(4 * digits) * 10**digits >> (4 * digits))
    return f"{text[0]}.{text[1:]}"


@pytest.fixture
def bundled(monkeypatch):
    """The FLINT that python-flint brings, as if it were the system's, and python-flint hidden."""
    found = importlib.util.find_spec("flint")
    libraries = sorted(Path(found.origin).parents[1].glob("python_flint.libs/libflint*")) if found else []
    if not libraries:
        pytest.skip("python-flint, or its library as a file of its own, is not installed")
    monkeypatch.setattr(flint_pi, "find_library", lambda name: str(libraries[0]) if name == "flint" else None)
    monkeypatch.setattr(flint_pi.importlib.util, "find_spec", lambda name: None)
    flint_pi.system_libraries.cache_clear()
    yield libraries[0]
    flint_pi.system_libraries.cache_clear()


def test_the_systems_library_gives_the_digits(bundled):
    version = flint_pi.flint_version()
    assert version.endswith(f" of {bundled}") and version.split(".")[0].isdigit()
    for threads in (1, 2):
        assert flint_pi.flint_pi(2000 * threads, threads)() == pi_text(2000 * threads)


def test_the_threads_are_set_for_the_run_alone(bundled):
    library = flint_pi.system_libraries().flint
    before = library.flint_get_num_threads()
    flint_pi.flint_pi(100, 2)()
    assert library.flint_get_num_threads() == before == 1


FLINT = ("flint_set_num_threads", "flint_free")
ARB = ("_arb_vec_init", "_arb_vec_clear", "arb_const_pi", "arb_get_str")


@pytest.mark.parametrize(
    ("libraries", "holder"),
    [
        ({"flint": FLINT + ARB}, "flint"),
        ({"flint": FLINT, "flint-arb": ARB}, "flint-arb"),
        ({"flint": FLINT, "arb": ARB}, "arb"),
        ({"flint": FLINT, "flint-arb": (), "arb": ARB}, "arb"),
        ({"flint": FLINT}, None),
        ({"flint": ()}, None),
        ({"arb": ARB}, None),
    ],
)
def test_the_library_that_has_arb_is_found(monkeypatch, libraries, holder):
    """Before FLINT 3 the functions of balls were in a library of their own, which Debian calls flint-arb."""
    loaded = {
        name: SimpleNamespace(**{function: SimpleNamespace() for function in names})
        for name, names in libraries.items()
    }
    monkeypatch.setattr(flint_pi, "find_library", lambda name: name if name in loaded else None)
    monkeypatch.setattr(flint_pi.ctypes, "CDLL", loaded.get)
    flint_pi.system_libraries.cache_clear()
    found = flint_pi.system_libraries()
    flint_pi.system_libraries.cache_clear()
    assert found == (None if holder is None else (loaded["flint"], loaded[holder], "flint"))


def test_without_a_library_there_is_no_version(monkeypatch):
    monkeypatch.setattr(flint_pi.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(flint_pi, "find_library", lambda name: None)
    flint_pi.system_libraries.cache_clear()
    assert flint_pi.flint_version() is None
    flint_pi.system_libraries.cache_clear()

"""What a process of the command imports, by name: what it left out once must not come back unseen."""

import sys
from types import SimpleNamespace

import pytest

from pi_engine.cli.process import lean_imports
from tests.command import run_code

AS_COMMAND = """
import sys
before = set(sys.modules)  # of an environment that imports some at its start
from pi_engine.cli.entry import main

absent = sys.argv[1].split()
sys.argv = ["pi-engine", *sys.argv[2].split()]
try:
    main()
except SystemExit:  # of the child process, which does the work
    print([name for name in absent if name in set(sys.modules) - before], len(sys.modules), file=sys.stderr)
"""

NEVER = ["importlib.metadata", "email", "socket", "numba", "rich", "psutil"]
LATER = [
    "numpy",
    "llvmlite",
    "platformdirs",
    "concurrent.futures",
    "shutil",
    "hashlib",
    "tempfile",
    "secrets",
    "difflib",
]
FAMILIES = [
    f"pi_engine.series.families.{name}"
    for name in ("arctangents", "classical", "digit_extraction", "guillera", "sublinear")
]


def left_out(absent, line):
    """Which of these modules a command has imported, and how many it has imported in all."""
    found, count = run_code(AS_COMMAND, " ".join(absent), line).stderr.splitlines()[-1].rsplit(" ", 1)
    return found, int(count)


def test_a_small_computation_imports_only_what_it_needs():
    found, count = left_out([*NEVER, *LATER, *FAMILIES], "compute 1000")
    assert found == "[]"
    assert count < 300, "70 more were imported before, a parser of e-mail among them"


def test_a_command_that_has_not_computed_has_no_arithmetic():
    later = [name for name in LATER if name != "shutil"]  # which knows the width of the terminal
    assert left_out([*NEVER, *later, "gmpy2"], "compute --help")[0] == "[]"


def test_a_process_that_ends_does_not_look_for_garbage():
    code = (
        "import gc, sys; from pi_engine.cli.entry import main; sys.argv = ['pi-engine', 'compute', '1000']\n"
        "try: main()\n"
        "except SystemExit: print(gc.isenabled(), gc.get_freeze_count() > 10_000, gc.get_stats()[2]['collections'], file=sys.stderr)"
    )
    assert run_code(code).stderr.splitlines()[-1] == "False True 0"


def test_another_family_is_imported_when_it_is_asked_for():
    found, _ = left_out([*NEVER, *FAMILIES], "compute 100 --series machin")
    assert found == repr(FAMILIES[:4])


def test_the_compiled_path_imports_no_metadata():
    code = (
        "import sys; from pi_engine.cli.process.lean_imports import import_gmpy2_leanly; import_gmpy2_leanly()\n"
        "import pi_engine.runtime.compilation.kernel_folder as kernels\n"
        "import pi_engine.radix.words_of_fraction, pi_engine.bigint.root_quotient, pi_engine.splitting.compiled.compiled_tree\n"
        "kernels.cache_key()\n"
        f"print([name for name in {NEVER!r} if name in sys.modules])"
    )
    assert run_code(code).stdout == "[]\n"


def test_gmpy2_is_the_same_and_what_stood_in_is_gone():
    code = (
        "import sys; from pi_engine.cli.process.lean_imports import import_gmpy2_leanly; import_gmpy2_leanly()\n"
        "import gmpy2\n"
        "assert 'importlib.metadata' not in sys.modules\n"
        "import importlib.metadata, pickle\n"
        "assert importlib.metadata.version('gmpy2') == gmpy2.__version__ == gmpy2.version()\n"
        "assert importlib.metadata.PackageNotFoundError\n"
        "assert pickle.loads(pickle.dumps(gmpy2.mpz(7))) == 7\n"
        "assert not any(isinstance(x, type) is False and 'Gmpy2' in type(x).__name__ for x in sys.meta_path)\n"
        "print('sound')"
    )
    answer = run_code(code)
    assert answer.stdout == "sound\n", answer.stderr


@pytest.mark.parametrize("lean", [True, False])
def test_numpy_computes_without_docstrings_of_what_is_written_in_c(lean):
    code = (
        "from pi_engine.cli.process.lean_imports import import_numpy_leanly\n"
        f"if {lean}: import_numpy_leanly()\n"
        "import numpy as np\n"
        "import numpy.linalg, numpy.ma\n"
        "assert np.linalg.norm(np.ma.masked_less(np.arange(5.0), 3).filled(0)) == 5\n"
        "print(np.ndarray.sum.__doc__ is None, bool(np.sum.__doc__))"
    )
    answer = run_code(code)
    assert answer.stdout == f"{lean} True\n", answer.stderr


def test_a_library_user_has_the_real_metadata():
    code = "import sys, pi_engine; pi_engine.compute(10); print(sys.modules['importlib.metadata'].__spec__.origin)"
    assert run_code(code).stdout.strip().endswith("__init__.py")


@pytest.mark.parametrize(
    "more", ["", "lean_imports.version_by_folder = lambda name: None\n"], ids=["by folder", "no folder"]
)
def test_whatever_else_is_asked_is_answered_by_the_real_module(more):
    code = (
        f"from pi_engine.cli.process import lean_imports\n{more}"
        "import sys; from pi_engine.cli.process.lean_imports import _VersionsOnly\n"
        "instead = sys.modules['importlib.metadata'] = _VersionsOnly('importlib.metadata')\n"
        "assert instead.version('gmpy2').count('.') >= 1\n"
        f"assert (sys.modules['importlib.metadata'] is instead) is {not more}\n"
        "assert instead.distribution('gmpy2').metadata['Name'] == 'gmpy2'\n"
        "assert sys.modules['importlib.metadata'] is not instead\n"
        "print('sound')"
    )
    answer = run_code(code)
    assert answer.stdout == "sound\n", answer.stderr


def test_a_library_that_cannot_be_imported_leaves_nothing_behind(monkeypatch):
    def broken(module):
        raise ImportError("no GMP here")

    monkeypatch.setattr(
        lean_imports.PathFinder, "find_spec", lambda *_: SimpleNamespace(loader=SimpleNamespace(exec_module=broken))
    )
    monkeypatch.delitem(sys.modules, "importlib.metadata", raising=False)
    finder = lean_imports._Gmpy2Finder()
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    assert finder.find_spec("numpy") is None and finder in sys.meta_path
    found = finder.find_spec("gmpy2")
    assert finder not in sys.meta_path
    with pytest.raises(ImportError, match="no GMP here"):
        found.loader.exec_module(None)
    assert "importlib.metadata" not in sys.modules

"""Stored machine code: loaded without Numba, compiled again when damaged, not kept when it needs what may be missing."""

import os
from pathlib import Path

import pytest

from tests.homes import python
from tests.runtime.compilation.test_compilation import COMPILING

pytestmark = pytest.mark.slow

MODULE = """
import numpy as np
from pi_engine.bigint.mpn import mpn_calls as mpn; from pi_engine.bigint.vectors import words
from pi_engine.runtime.compilation.routine import kernel, routine

@kernel("int64(int64, int64)")
def poly(x, y):
    return 3 * x + y

@kernel("void(int64, int64, int64)")
def square(out, a, n):
    mpn.sqr(np.uint64(out), np.uint64(a), n)

@kernel("void(int64[:, ::1], int64[::1], int64)")
def matrix_sum(table, out, first):
    for i in range(first, table.shape[0]):
        row = table[i]
        for j in range(len(row)):
            out[i] += row[j]

@routine(_nrt=True)
def ones(n):
    return np.ones(n).sum()

@kernel("float64(int64)")
def allocating(n):
    return ones(n)

@routine
def first_of(row, table):
    part = table[1:]
    return row[0] + part[0, 0]

@kernel("int64(int64[::1], int64[:, ::1])")
def with_shared(row, table):
    return first_of(row, table)

@kernel("int64(int64)")
def failing(n):
    if n > 3:
        raise ValueError("too large")
    return n
"""
START = """
import sys, numpy as np
from pi_engine.bigint.mpn.gmp_symbols import register
from pi_engine.runtime.compilation.object_code import StoredKernel
poly = StoredKernel("stored_of", "poly")
square = StoredKernel("stored_of", "square", register, "pi_engine_mpn_")
a, out = np.full(40, 2**64 - 1, np.uint64), np.zeros(80, np.uint64)
assert poly(-5, 2) == -13
assert square(out.ctypes.data, a.ctypes.data, 40) is None
assert int.from_bytes(out.tobytes(), "little") == (2**2560 - 1)**2
print(poly.origin, square.origin, "numba" in sys.modules)
"""


def run(code: str, tmp_path: Path, **environment: str) -> str:
    (tmp_path / "stored_of.py").write_text(MODULE)
    places = {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    return python(code, {**os.environ, **places, **environment})


def files(tmp_path):
    return sorted((tmp_path / "cache").rglob("*.o"))


def test_second_process_needs_no_numba(tmp_path):
    assert run(START, tmp_path) == "compiled compiled True"
    assert len(files(tmp_path)) == 2
    assert run(START, tmp_path) == "stored stored False"


def test_without_a_folder(tmp_path):
    (tmp_path / "cache").write_text("in the way")
    assert run(START, tmp_path) == "compiled compiled True"


def test_code_that_needs_numbas_runtime_is_not_kept(tmp_path):
    code = START + "f = StoredKernel('stored_of', 'allocating'); print(f(7), f.origin)"
    code += "\nprint(f.not_stored)"
    for _ in range(2):
        *_, origin, reason = run(code, tmp_path).splitlines()
        assert origin == "7.0 compiled" and "NRT_" in reason and "pi-engine tune" in reason
        assert len(files(tmp_path)) == 2


SHARED = """
import numba, numpy as np, stored_of
from pi_engine.runtime.compilation.routine import OPTIONS
from pi_engine.runtime.compilation.object_code import StoredKernel
row, table = np.arange(3), np.arange(12).reshape(4, 3)
first_of = stored_of.first_of
assert numba.njit(**OPTIONS)(stored_of.with_shared.py_func)(row, table) == 3
@numba.njit
def of_the_user(row, table):
    copy = table.copy()
    return first_of(row, copy) + np.zeros(3).sum()
assert of_the_user(row, table) == 3
f = StoredKernel("stored_of", "with_shared")
print(f(row, table), f.origin, f.not_stored, f.is_in_folder())
"""


def test_routines_that_others_have_compiled_before_are_no_obstacle(tmp_path):
    """By Numba's rule the first compilation of a routine is everybody's, and those count the references of arrays."""
    assert run(SHARED, tmp_path) == "3 compiled  True"


def logged(code, tmp_path, **environment):
    said = (
        "import logging; said = []; logging.getLogger('pi_engine').addFilter(lambda r: said.append(r.getMessage()))\n"
    )
    return run(said + code + "\nprint(*said, sep='\\n')", tmp_path, **environment).splitlines()


POLY = "from pi_engine.runtime.compilation.object_code import StoredKernel\npoly = StoredKernel('stored_of', 'poly'); poly(1, 2)"


def test_each_wait_is_announced_and_each_failure_to_store_said(tmp_path):
    assert logged(POLY, tmp_path) == ["pi-engine: compiling the kernel poly for this machine, once: about 1 second"]
    assert logged(POLY, tmp_path) == []
    (tmp_path / "file").write_text("")
    _, said = logged(POLY, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "file"))
    assert said.startswith("pi-engine: compiled, but not stored for other processes: poly: the folder ")
    assert "cannot be written" in said and "NUMBA_CACHE_DIR" in said
    for stored in files(tmp_path):
        stored.unlink()
    full = "import os, tempfile\ndef mkstemp(**k): raise OSError(28, os.strerror(28))\ntempfile.mkstemp = mkstemp\n"
    _, said = logged(full + POLY, tmp_path)
    assert ": poly: " in said and "No space left on device" in said and "pi-engine tune" in said


def test_an_exception_in_a_kernel_is_an_error(tmp_path):
    code = START + (
        "f = StoredKernel('stored_of', 'failing'); print(f(2))\ntry: f(9)\nexcept RuntimeError as error: print(error)"
    )
    assert "kernel failing failed with status" in run(code, tmp_path)


ARRAYS = (
    START
    + """
f = StoredKernel("stored_of", "matrix_sum")
table, out = np.arange(12).reshape(4, 3), np.full(4, 100)
f(table, out, 1)
print(out.tolist(), f.origin, "numba" in sys.modules)
for wrong in (table.T, table.astype(np.int32), table[:, :2], table[0], table.astype(np.uint64)):
    try: f(wrong, out, 1)
    except TypeError as error: print("2-dimensional array of int64" in str(error))
"""
)


def test_arrays_are_handed_over(tmp_path):
    for origin in ("compiled True", "stored False"):
        assert run(ARRAYS, tmp_path).splitlines()[1:] == [f"[100, 112, 121, 130] {origin}"] + 5 * ["True"]


def test_numba_that_must_not_compile_is_an_error(tmp_path):
    code = POLY.replace("poly(1, 2)", "\ntry: poly(1, 2)\nexcept ValueError as error: said.append(str(error))")
    assert logged(code, tmp_path, NUMBA_DISABLE_JIT="1")[-1].startswith(
        "NUMBA_DISABLE_JIT keeps kernels from being compiled"
    )


def test_whether_it_is_stored(tmp_path):
    code = "from pi_engine.runtime.compilation.object_code import StoredKernel\n"
    code += "f = StoredKernel('stored_of', 'poly'); print(f.is_stored(), f(1, 2), f.is_stored())"
    assert run(code, tmp_path) == "False 5 True"
    assert run(code, tmp_path) == "True 5 True"


@pytest.mark.parametrize("passes", [1, 2])
def test_threads_at_once(tmp_path, passes):
    code = START + (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "poly = StoredKernel('stored_of', 'poly')\n"
        "with ThreadPoolExecutor(4) as pool: print(list(pool.map(poly, range(50), range(50))) == [4 * i for i in range(50)])"
    )
    for _ in range(passes):
        assert run(code, tmp_path).endswith("True")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_fork_while_another_thread_compiles(tmp_path):
    code = COMPILING + START + "import os\n"
    code += (
        "f = StoredKernel('stored_of', 'allocating'); g = StoredKernel('stored_of', 'failing')\n"
        "t = meanwhile(f, 3)\n"
        "pid = os.fork()\nif not pid: os._exit(7 if g(1) == 1 else 1)\n"
        "t.join(); print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    assert run(code, tmp_path).endswith("7")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_after_a_fork(tmp_path):
    code = START + "import os\npid = os.fork()\nif not pid: os._exit(7 if poly(1, 1) == 4 else 1)\n"
    assert run(code + "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))", tmp_path).endswith("7")


def test_portable_functions_stand_under_the_same_names(tmp_path):
    run(START, tmp_path)
    assert run("import gmpy2.gmpy2; gmpy2.gmpy2.__file__ = None\n" + START, tmp_path) == "stored stored True"

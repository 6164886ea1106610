"""Where kernels are stored, and what makes them stale; each case in a process of its own: the folder is decided once in a process."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.homes import python

pytestmark = pytest.mark.slow

MODULE = """
import numba
from pi_engine.runtime.compilation.routine import kernel, routine
from numbers_of import THREE

@routine
def twice(x):
    return x + x

@kernel("uint64(uint64)")
def f(x):
    s = x
    for i in range(10):
        s += twice(s) % numba.uint64(THREE)
    return s
"""


COMPILING = """
import threading
from numba.core import event

class Compiling(event.Listener):
    # holds compilations back until `meanwhile` returns
    begun, going_on = threading.Event(), threading.Event()

    def on_start(self, what):
        self.begun.set()
        self.going_on.wait()

    def on_end(self, what):
        pass

def meanwhile(function, *arguments):
    event.register("numba:compile", Compiling())
    thread = threading.Thread(target=function, args=arguments)
    thread.start()
    Compiling.begun.wait()
    Compiling.going_on.set()
    return thread
"""


def run(code: str, tmp_path: Path, **environment: str) -> str:
    """Standard output of `code`, in a process whose caches lie in `tmp_path`."""
    (tmp_path / "mod").mkdir(exist_ok=True)
    if not (tmp_path / "mod" / "kernels_of.py").exists():
        (tmp_path / "mod" / "kernels_of.py").write_text(MODULE)
        (tmp_path / "mod" / "numbers_of.py").write_text("THREE = 3\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA")}
    places = {"PYTHONPATH": tmp_path / "mod", "XDG_CACHE_HOME": tmp_path / "cache", "HOME": tmp_path}
    return python(code, env | {name: str(place) for name, place in places.items()} | environment)


USE = (
    "import numba, threading; from pi_engine.runtime.compilation import kernel_folder as kf\n"
    "from pi_engine.runtime.compilation.object_code import StoredKernel\n"
    "f = StoredKernel('kernels_of', 'f')\n"
)
ORIGIN = USE + "f(1); print(f.origin)\n"


def folders(tmp_path: Path) -> list[Path]:
    return sorted(x for x in (tmp_path / "cache" / "pi-engine" / "numba").iterdir() if x.is_dir())


def test_a_second_process_loads(tmp_path):
    assert run(ORIGIN, tmp_path) == "compiled"
    assert run(ORIGIN, tmp_path) == "stored"
    assert len(folders(tmp_path)) == 1
    stored = {p.name for p in folders(tmp_path)[0].rglob("*")}
    assert (
        len(stored) == 2 and "pi-engine-kernels" in stored
    )  # the kernel; the routine has no file of its own, nor has Numba one


def test_other_users_of_numba_keep_their_cache_folder(tmp_path):
    assert run(USE + "f(1); print(repr(numba.config.CACHE_DIR))", tmp_path) == "''"


def test_numba_cache_dir_is_respected(tmp_path):
    assert run(ORIGIN, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "mine")) == "compiled"
    assert list((tmp_path / "mine" / "pi-engine").rglob("*.o"))
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("blocked", ["a file in the way", "read-only"])
def test_nothing_is_stored_where_that_is_impossible(tmp_path, blocked):
    if blocked == "read-only":
        if os.geteuid() == 0:
            pytest.skip("root writes everywhere")
        (tmp_path / "cache").mkdir(mode=0o500)
    else:
        (tmp_path / "cache").write_text("")
    assert run(ORIGIN + "print(kf.cache_folder(), f(1) > 0)", tmp_path) == "compiled\nNone True"


def test_a_vanished_folder_costs_time_only(tmp_path):
    vanish = (
        "import shutil, pathlib; shutil.rmtree(kf.cache_folder()); pathlib.Path(kf.cache_folder()).write_text('')\n"
    )
    assert run(USE + vanish + "print(f(1) > 0, f.not_stored != '')", tmp_path) == "True True"


def test_one_thread_setting(tmp_path):
    assert run(ORIGIN, tmp_path, NUMBA_NUM_THREADS="1") == "compiled"


def test_two_threads_at_once(tmp_path):
    code = USE + (
        "out = []\n"
        "ts = [threading.Thread(target=lambda: out.append(f(5))) for _ in range(4)]\n"
        "[t.start() for t in ts]; [t.join() for t in ts]; print(len(out), len(set(out)))"
    )
    assert run(code, tmp_path) == "4 1"


def test_two_processes_at_once(tmp_path):
    run("import kernels_of", tmp_path)
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "mod"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    env.pop("NUMBA_CACHE_DIR", None)
    command = [sys.executable, "-c", ORIGIN]
    both = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {p.communicate()[0].strip() for p in both} <= {"compiled", "stored"}
    assert [p.returncode for p in both] == [0, 0]
    assert run(ORIGIN, tmp_path) == "stored"


def test_key_follows_cpu(tmp_path):
    key = USE + "print(kf.cache_key(), kf.has_fma())"
    usual = run(key, tmp_path).split()
    plain = run(key, tmp_path, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="").split()
    wide = run(key, tmp_path, NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES="+fma,+avx2,+avx").split()
    assert len({usual[0], plain[0], wide[0]}) == 3
    if not usual[0].startswith("aarch64"):
        assert (plain[1], wide[1]) == ("False", "True")


def test_features_switched_off_are_not_used(tmp_path):
    """An instruction that the kernels ask for by name would end the process."""
    key = USE + "print(kf.cache_key(), kf.has_avx512(), kf.has_ifma())"
    usual, switched_off = run(key, tmp_path).split(), run(key, tmp_path, NUMBA_ENABLE_AVX="0").split()
    assert usual[0] != switched_off[0]
    assert switched_off[1:] == ["False", "False"]
    named = {"NUMBA_CPU_NAME": "icelake-server", "NUMBA_CPU_FEATURES": "+avx512f,+avx512ifma"}
    assert run(key, tmp_path, **named).split()[1:] == ["True", "True"]


def test_stale_folders_go_and_others_stay(tmp_path):
    root = tmp_path / "cache" / "pi-engine" / "numba"
    day = 86400
    ages = {"old": 40, "recent": 2, "foreign": None, **{f"new{i}": 0.5 for i in range(9)}}
    for name, age in ages.items():
        (root / name / "inner").mkdir(parents=True)
        if age is not None:
            stamp = root / name / "pi-engine-kernels"
            stamp.touch()
            os.utime(stamp, (time.time() - age * day,) * 2)
    run(ORIGIN, tmp_path)
    left = {p.name for p in root.iterdir()}
    assert {"old", "recent"} & left == set()
    assert {"foreign", *(f"new{i}" for i in range(9))} <= left
